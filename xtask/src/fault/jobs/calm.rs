//! What is shown while nothing is broken: before the first blow, that claims do not read what they do not take; after the last,
//! that words arrive, that who commits late is found, and that everything ends. Never here: blows.

use std::time::{Duration, Instant};

use anyhow::Result;
use mainstay_db::Session;
use mainstay_jobs::{Enqueue, Enqueued, New};
use rustix::process::Signal;

use super::asker::{ask, work};
use super::child::Nodes;
use super::deed::{Deed, Work};
use super::history::Fate;
use super::node::Setup;
use super::verdict::number;
use super::{LATER, TTL, World};

/// So long everything may take.
const DRAINED: Duration = Duration::from_secs(600);
/// For one job of which a process was told.
pub(super) const HEARD: Duration = Duration::from_secs(10);
/// Jobs of which a process is told, one after the other.
const WORDS: usize = 5;
/// So many unheard are enough.
const UNHEARD: i64 = 2;
/// Jobs of a late commit, and how late it is: the mark of a claim is a second behind what it took last.
const LATE: usize = 5;
const BEHIND: Duration = Duration::from_secs(4);
/// As many as there are places.
const STUBBORN: usize = 48;
const TICK: Duration = Duration::from_millis(50);

/// Rows and entries of indexes that were read of the jobs that wait.
const READ: &str = "select (select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables where relname = 'job_ready') \
    + (select sum(idx_tup_read) from pg_stat_user_indexes where relname = 'job_ready')::bigint";
const LEFT: &str = "select (select count(*) from mainstay.job_running) + (select count(*) from mainstay.job_ready \
    where kind not in ('nobody''s', 'tick') and run_at < clock_timestamp() + interval '10 minutes')";
const LEFT_OF: &str = "select count(*) from unnest($1::uuid[]) as asked (id) \
    where not exists (select from mainstay.job_outcome where job_outcome.id = asked.id)";
const UNREAD: &str =
    "select count(*) from mainstay.event where not exists (select from seen where seen.event = event.id)";
const STUBBORN_AT_WORK: &str = "select count(*) from mainstay.job_running inner join begun using (run) \
    inner join mainstay.job as asked on asked.id = begun.id where life = $1 and asked.payload->'deed' ? 'Stubborn'";
const LISTENS: &str = "select count(*) from mainstay.job_worker where queues = array['words']";

/// How many times of the first schedule have come, but for those that have a job; from some time on. The nodes must have declared it.
pub(super) async fn ticked(session: &Session) -> Result<i64> {
    let declared = "select count(*) from mainstay.job_cron where name = 'tick 0'";
    until(HEARD, async || Ok(number(session, declared, &[]).await? == 1)).await?;
    let ticked = "select extract(epoch from next_at)::bigint - ( \
            select count(*) from mainstay.job where kind = 'tick' and payload->>'at' = '0' \
        ) from mainstay.job_cron where name = 'tick 0'";
    number(session, ticked, &[]).await
}

/// Fills the tables behind the backs of processes that have planned their claims while there was nothing, and tells how much
/// they read of what waits while they do a few jobs.
pub(super) async fn claims_of_few_among_many(world: &World, session: &Session) -> Result<i64> {
    // What the server does by itself sooner or later: from now on it knows that there is nothing, until it looks again. These
    // servers never do.
    session.batch_execute("vacuum (analyze) mainstay.job_ready").await?;
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

/// The first process is frozen with work that hears nobody, for so long that others have done it when it goes on.
pub(super) async fn frozen(world: &World, session: &Session, nodes: &mut Nodes) -> Result<()> {
    // One of its jobs may have ended it.
    nodes.mend().await?;
    let (stubborn, life) = (|| work(Deed::Stubborn { ms: 1_500 }), nodes.life(0));
    let mut is_at_work = false;
    for _ in 0..5 {
        ask(world, (0..STUBBORN).map(|_| stubborn()).collect(), Duration::ZERO, Fate::Commit).await?;
        is_at_work =
            until(HEARD, async || Ok(number(session, STUBBORN_AT_WORK, &[&life]).await? > 0)).await?;
        if is_at_work {
            break;
        }
    }
    anyhow::ensure!(is_at_work, "the first process got nothing to do");
    nodes.signal(0, Signal::STOP)?;
    tokio::time::sleep(TTL * 4).await;
    nodes.signal(0, Signal::CONT)?;
    // What was about to end says so now.
    tokio::time::sleep(TTL).await;
    Ok(())
}

/// Somebody asks, and commits while the one process of the queue has had many others: how many of them it passes over, though
/// it goes on with others.
pub(super) async fn commit_late(world: &World, session: &Session) -> Result<i64> {
    let plain = || work(Deed::Plain).queue("words");
    let tx = world.db.write().await?;
    let fates = tx.enqueue_all((0..LATE).map(|_| plain()).collect()).await?;
    let late: Vec<_> = fates.into_iter().filter_map(Enqueued::id).collect();
    let begun = Instant::now();
    while begun.elapsed() < BEHIND {
        ask(world, vec![plain()], Duration::ZERO, Fate::Commit).await?;
        tokio::time::sleep(TICK).await;
    }
    tx.commit().await?;
    world.history().asked.extend(&late);
    until(HEARD, async || {
        ask(world, vec![plain()], Duration::ZERO, Fate::Commit).await?;
        Ok(number(session, LEFT_OF, &[&late]).await? == 0)
    })
    .await?;
    number(session, LEFT_OF, &[&late]).await
}

/// A process that looks for nothing is told of jobs: how many of them it has not heard of.
pub(super) async fn unheard(
    world: &World,
    session: &Session,
    nodes: &mut Nodes,
    setup: Setup,
) -> Result<i64> {
    nodes.add(setup).await?;
    until(HEARD, async || Ok(number(session, LISTENS, &[]).await? == 1)).await?;
    let mut unheard = 0;
    for _ in 0..WORDS {
        let tx = world.db.write().await?;
        let id = tx.enqueue(work(Deed::Plain).queue("words")).await?.id();
        tx.commit().await?;
        let done = "select count(*) from mainstay.job_outcome where id = $1";
        let is_heard = until(HEARD, async || Ok(number(session, done, &[&id]).await? == 1)).await?;
        unheard += i64::from(!is_heard);
        if unheard == UNHEARD {
            break;
        }
    }
    Ok(unheard)
}

/// Jobs whose time comes when nobody says anything any more: how many of them nobody sees.
pub(super) async fn unseen(world: &World, session: &Session) -> Result<i64> {
    let tx = world.db.write().await?;
    let after = Duration::from_secs(1);
    let later = || New::of(&Work { deed: Deed::Plain, nth: 0, after_ms: 1_000 }).queue("late").after(after);
    let fates = tx.enqueue_all((0..LATE).map(|_| later()).collect()).await?;
    tx.commit().await?;
    let jobs: Vec<_> = fates.into_iter().filter_map(Enqueued::id).collect();
    until(HEARD, async || Ok(number(session, LEFT_OF, &[&jobs]).await? == 0)).await?;
    number(session, LEFT_OF, &[&jobs]).await
}

/// Waits until everything has ended, and everything is read, or nothing has for so long.
pub(super) async fn drain(session: &Session, nodes: &mut Nodes, stalled: Duration) -> Result<()> {
    let (begun, mut least, mut since) = (Instant::now(), i64::MAX, Instant::now());
    while begun.elapsed() < DRAINED && since.elapsed() < stalled {
        nodes.mend().await?;
        let left = number(session, LEFT, &[]).await? + number(session, UNREAD, &[]).await?;
        if left == 0 {
            break;
        }
        if left < least {
            (least, since) = (left, Instant::now());
        }
        tokio::time::sleep(TICK).await;
    }
    Ok(())
}

/// Whether it holds within this time.
pub(super) async fn until(within: Duration, mut holds: impl AsyncFnMut() -> Result<bool>) -> Result<bool> {
    let begun = Instant::now();
    while begun.elapsed() < within {
        if holds().await? {
            return Ok(true);
        }
        tokio::time::sleep(TICK).await;
    }
    Ok(false)
}
