//! What is shown while nothing is broken: before the first blow, that claims do not read what they do not take; after the last,
//! that words arrive, that who commits late is found, and that everything ends. Never here: blows.

use std::time::{Duration, Instant};

use anyhow::Result;
use mainstay_db::Session;
use mainstay_jobs::{Enqueue, New};

use super::asker::{ask, work};
use super::child::Nodes;
use super::deed::{Deed, Work};
use super::history::Fate;
use super::node::Setup;
use super::verdict::number;
use super::{LATER, World};

/// For everything to end.
const DRAINED: Duration = Duration::from_secs(60);
/// For one job of which a process was told.
const HEARD: Duration = Duration::from_secs(10);
/// Jobs of which a process is told, one after the other.
const WORDS: usize = 5;
const TICK: Duration = Duration::from_millis(50);

/// Rows and entries of indexes that were read of the jobs that wait.
const READ: &str = "select (select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables where relname = 'job_ready') \
    + (select sum(idx_tup_read) from pg_stat_user_indexes where relname = 'job_ready')::bigint";
const LEFT: &str = "select (select count(*) from mainstay.job_running) + (select count(*) from mainstay.job_ready \
    where kind not in ('nobody''s', 'tick') and run_at < clock_timestamp() + interval '10 minutes')";
const UNREAD: &str =
    "select count(*) from mainstay.event where not exists (select from seen where seen.event = event.id)";
const LISTENS: &str = "select count(*) from mainstay.job_worker where queues = array['words']";

/// Fills the tables behind the backs of processes that have planned their claims while there was nothing, and tells how much
/// they read of what waits while they do a few jobs.
pub(super) async fn claims_of_few_among_many(world: &World, session: &Session) -> Result<i64> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    for _ in 0..LATER / 5_000 {
        let hour = Duration::from_secs(3_600);
        let jobs: Vec<New<Work>> = (0..5_000).map(|_| work(Deed::Plain).after(hour)).collect();
        let tx = world.db.write().await?;
        tx.enqueue_all(jobs).await?;
        tx.commit().await?;
    }
    // What is counted is told once a second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = number(session, READ, &[]).await?;
    for _ in 0..20 {
        ask(world, vec![work(Deed::Plain)], Duration::ZERO, Fate::Commit).await?;
        tokio::time::sleep(TICK).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(number(session, READ, &[]).await? - before)
}

/// Somebody asks, and commits while all nodes have had many others of the queue.
pub(super) async fn commit_late(world: &World) -> Result<()> {
    let plain = |deed| work(deed).queue("late");
    let late = (0..5).map(|_| plain(Deed::Plain)).collect();
    let others = async {
        for _ in 0..40 {
            // More than one node has places for.
            let many = (0..16).map(|_| plain(Deed::Exact { ms: 30 })).collect();
            ask(world, many, Duration::ZERO, Fate::Commit).await?;
            tokio::time::sleep(TICK).await;
        }
        Ok(())
    };
    let late = ask(world, late, Duration::from_secs(4), Fate::Commit);
    tokio::try_join!(late, others).map(drop)
}

/// A process that looks for nothing is told of jobs: how many of them it has not heard of.
pub(super) async fn unheard(
    world: &World,
    session: &Session,
    nodes: &mut Nodes,
    setup: Setup,
) -> Result<usize> {
    nodes.add(setup).await?;
    until(HEARD, async || Ok(number(session, LISTENS, &[]).await? == 1)).await?;
    let mut unheard = 0;
    for _ in 0..WORDS {
        let tx = world.db.write().await?;
        let id = tx.enqueue(work(Deed::Plain).queue("words")).await?.id();
        tx.commit().await?;
        let done = "select count(*) from mainstay.job_outcome where id = $1";
        let is_heard = until(HEARD, async || Ok(number(session, done, &[&id]).await? == 1)).await?;
        unheard += usize::from(!is_heard);
    }
    Ok(unheard)
}

/// Waits until everything has ended, and everything is read.
pub(super) async fn drain(session: &Session, nodes: &mut Nodes) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < DRAINED {
        nodes.mend().await?;
        if number(session, LEFT, &[]).await? == 0 && number(session, UNREAD, &[]).await? == 0 {
            break;
        }
        tokio::time::sleep(TICK).await;
    }
    Ok(())
}

/// Whether it holds within this time.
async fn until(within: Duration, mut holds: impl AsyncFnMut() -> Result<bool>) -> Result<bool> {
    let begun = Instant::now();
    while begun.elapsed() < within {
        if holds().await? {
            return Ok(true);
        }
        tokio::time::sleep(TICK).await;
    }
    Ok(false)
}
