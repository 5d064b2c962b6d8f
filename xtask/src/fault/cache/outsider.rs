//! Who writes past the nodes, as psql does: plain SQL to the server, some of it in long transactions. Never here: who
//! writes through them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use mainstay_db::{Session, Target};
use mainstay_runtime::Random;

use super::history::{Acked, Intent};
use super::{IDS, LOCK, OWNERS, WRITE, World};

const CONNECT: Duration = Duration::from_secs(2);

/// Until the stop.
pub(super) async fn write(world: Arc<World>, target: Target, seed: u64, at: u64) {
    let random = Random::seeded(seed ^ (at + 100).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut next = (100 + at) * 1_000_000_000;
    while !world.stop.is_stopping() {
        if let Ok(session) = Session::connect(&target, "outsider", CONNECT).await {
            // What failed may have been committed; its intent stands.
            let _ = follow(&world, &session, &random, &mut next).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Writes a register that nobody else writes.
pub(super) async fn write_quiet(world: &World, session: &Session, which: u64, id: u64) -> Result<()> {
    let key = (OWNERS - 1).unsigned_abs() * IDS.unsigned_abs() + which % IDS.unsigned_abs();
    once(world, session, key, id, Duration::ZERO).await
}

/// A write that is prepared and not committed yet.
pub(super) struct Prepared {
    key: usize,
    id: u64,
    before: u64,
}

impl Prepared {
    /// In a register that nobody else writes.
    pub(super) async fn new(session: &Session, which: u64, id: u64) -> Result<Self> {
        let (owner, row) = (OWNERS - 1, (which % IDS.unsigned_abs()).cast_signed());
        session.batch_execute("begin").await?;
        let before = session.query_one(LOCK, &[&owner, &row]).await?.get::<_, i64>(0).unsigned_abs();
        session.execute(WRITE, &[&owner, &row, &id.cast_signed()]).await?;
        session.batch_execute(&format!("prepare transaction 'write {id}'")).await?;
        Ok(Self { key: usize::try_from(owner * IDS + row)?, id, before })
    }

    pub(super) async fn commit(self, world: &World, session: &Session) -> Result<()> {
        let Self { key, id, before } = self;
        world.history().intents.push(Intent { key, id, before, at: world.now() });
        session.batch_execute(&format!("commit prepared 'write {id}'")).await?;
        world.history().acked.push(Acked { key, id, at: world.now(), token: None });
        Ok(())
    }
}

async fn follow(world: &World, session: &Session, random: &Random, next: &mut u64) -> Result<()> {
    while !world.stop.is_stopping() {
        let key = random.below(((OWNERS - 1) * IDS).unsigned_abs());
        // Others commit meanwhile, and are seen before this one.
        let longest = [1_500, 300, 300, 300, 2, 2, 2, 2, 2, 2, 2, 2][usize::try_from(random.below(12))?];
        let lingering = Duration::from_millis(random.below(longest));
        let think = Duration::from_millis(1 + random.below(30));
        *next += 1;
        tokio::time::sleep(think).await;
        once(world, session, key, *next, lingering).await?;
    }
    Ok(())
}

async fn once(world: &World, session: &Session, key: u64, id: u64, lingering: Duration) -> Result<()> {
    let (owner, row) = (key.cast_signed() / IDS, key.cast_signed() % IDS);
    let key = usize::try_from(key)?;
    session.batch_execute("begin; set local lock_timeout = '1s'").await?;
    let working = async {
        let before = session.query_one(LOCK, &[&owner, &row]).await?.get::<_, i64>(0).unsigned_abs();
        session.execute(WRITE, &[&owner, &row, &id.cast_signed()]).await?;
        anyhow::Ok(before)
    };
    let Ok(before) = working.await else {
        // The lock did not come.
        return Ok(session.batch_execute("rollback").await?);
    };
    tokio::time::sleep(lingering).await;
    world.history().intents.push(Intent { key, id, before, at: world.now() });
    session.batch_execute("commit").await?;
    let acked = Acked { key, id, at: world.now(), token: None };
    world.history().acked.push(acked);
    Ok(())
}
