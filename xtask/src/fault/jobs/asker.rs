//! Who asks for jobs: much of everything, in order by key, in a limited queue, one of a kind, late; and who tells events. Never
//! here: who does them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use mainstay_db::{Db, Tx};
use mainstay_events::Emit;
use mainstay_jobs::{Enqueue, Enqueued, Job, Named, New, Treatment, enqueue_named};
use mainstay_runtime::Random;
use uuid::Uuid;

use super::World;
use super::deed::{Deed, Happened, Newer, Work};
use super::history::Fate;

/// The kind that nobody does.
pub(super) const NOBODY: &str = "nobody's";

/// What takes its process with it; and once in so many transactions somebody asks for the next of them, from one on, while nodes
/// are struck: who has died is started again then.
const POISON: [Deed; 3] = [Deed::Abort, Deed::Overflow, Deed::Eat];
const POISON_EVERY: usize = 60;
const POISON_FROM: usize = 40;

/// How far somebody is with it.
#[derive(Default)]
struct Poison {
    turns: usize,
    asked: usize,
}

impl Poison {
    /// The next, if it is time for it.
    fn next(&mut self) -> Option<Deed> {
        self.turns += 1;
        let deed =
            POISON.get(self.asked).filter(|_| self.turns >= POISON_FROM + self.asked * POISON_EVERY)?;
        self.asked += 1;
        Some(*deed)
    }
}

/// One asker, until the stop.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asker {
    /// Of everything, many at a time; the first of them also asks for poison.
    Much {
        first: bool,
    },
    /// In the order of a key.
    InOrder(u64),
    Narrow,
    Unique,
    /// Commits long after it has asked.
    Late,
    Events,
    /// Of a kind that some nodes do not know.
    Newer,
}

impl Asker {
    pub(super) async fn run(self, world: Arc<World>, random: Random) {
        let (mut nth, mut poison) = (0, Poison::default());
        while !world.stop.is_stopping() {
            nth += 1;
            // What fails is not known to exist; the server is away for a while.
            if self.once(&world, &random, nth, &mut poison).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    async fn once(self, world: &World, random: &Random, nth: u64, poison: &mut Poison) -> Result<()> {
        let pause = |most: u64| tokio::time::sleep(Duration::from_millis(random.below(most)));
        let fate = match random.below(10) {
            0 => Fate::RollBack,
            1 if random.below(2) == 0 => Fate::Vanish,
            _ => Fate::Commit,
        };
        match self {
            Self::Much { first } => {
                let mut jobs: Vec<_> = (0..1 + random.below(12)).map(|_| much(random)).collect();
                if first && fate == Fate::Commit && world.is_struck.load(Ordering::Relaxed) {
                    jobs.extend(poison.next().map(work));
                }
                ask(world, jobs, Duration::ZERO, fate).await?;
                if nth.is_multiple_of(20) {
                    garbage(&world.db).await?;
                }
                pause(110).await;
            }
            Self::InOrder(key) => {
                let at = |at: u64| i64::try_from(nth * 10 + at).unwrap_or(i64::MAX);
                let deed = match random.below(6) {
                    0 => Deed::Late { attempt: 2 },
                    _ => Deed::Exact { ms: random.below(5) },
                };
                let jobs = (0..1 + random.below(3))
                    .map(|of| {
                        New::of(&Work { deed, nth: at(of), after_ms: 0 }).in_order(format!("key {key}"))
                    })
                    .collect();
                ask(world, jobs, Duration::ZERO, fate).await?;
                pause(600).await;
            }
            Self::Narrow => {
                let deed = Deed::Exact { ms: random.below(60) };
                let job = || work(deed).queue("narrow").limited_by(format!("limit {}", random.below(4)));
                ask(world, (0..random.below(12)).map(|_| job()).collect(), Duration::ZERO, fate).await?;
                pause(400).await;
            }
            Self::Unique => {
                let key = format!("unique {}", random.below(6));
                let job = work(Deed::Exact { ms: random.below(40) }).unique(&key);
                let lingering = Duration::from_millis(random.below(20));
                let fate = if random.below(2) == 0 { fate } else { Fate::RollBack };
                ask(world, vec![job], lingering, fate).await?;
                pause(30).await;
            }
            Self::Late => {
                let jobs = (0..3).map(|_| work(Deed::Plain).queue("late")).collect();
                ask(world, jobs, Duration::from_millis(random.below(3_000)), fate).await?;
            }
            Self::Events => tell(world, random, fate).await?,
            Self::Newer => {
                let jobs = (0..1 + random.below(3)).map(|_| New::of(&Newer {})).collect();
                ask(world, jobs, Duration::ZERO, fate).await?;
                pause(400).await;
            }
        }
        Ok(())
    }
}

pub(super) fn work(deed: Deed) -> New<Work> {
    New::of(&Work { deed, nth: 0, after_ms: 0 })
}

fn much(random: &Random) -> New<Work> {
    let deed = match random.below(200) {
        0..=99 => Deed::Plain,
        100..=149 => Deed::Exact { ms: random.below(10) },
        150..=159 => Deed::Exact { ms: 100 + random.below(1_200) },
        160..=169 => Deed::Late { attempt: 2 + u16::try_from(random.below(2)).unwrap_or(0) },
        170..=173 => Deed::Doomed,
        174..=179 => Deed::Panic,
        180..=183 => Deed::Shout,
        184..=187 => Deed::Snooze,
        192 => Deed::Block { ms: random.below(800) },
        193..=194 => Deed::Hog { ms: random.below(400) },
        188..=191 | 195..=199 => Deed::Stubborn { ms: 200 + random.below(2_500) },
        _ => Deed::Exact { ms: 0 },
    };
    let job = work(deed);
    match deed {
        Deed::Doomed => job.attempts(3),
        _ if random.below(20) == 0 => {
            let after_ms = random.below(2_000);
            New::of(&Work { deed, nth: 0, after_ms }).after(Duration::from_millis(after_ms))
        }
        _ => job,
    }
}

/// Asks for them in one transaction, and writes down what became of it.
pub(super) async fn ask<J: Job>(
    world: &World,
    jobs: Vec<New<J>>,
    lingering: Duration,
    fate: Fate,
) -> Result<()> {
    let tx = world.db.write().await?;
    let fates = tx.enqueue_all(jobs).await?;
    let mut fresh = Vec::new();
    let mut existing = Vec::new();
    for fate in fates {
        match fate {
            Enqueued::New(id) => fresh.push(id),
            Enqueued::Existing(id) => existing.extend(id),
        }
    }
    tokio::time::sleep(lingering).await;
    // It may be acknowledged by a server that is lost before this hears of it.
    let was_risky = world.history().is_risky;
    let is_there = end(tx, fate).await?;
    let mut history = world.history();
    match is_there {
        Some(true) => history.committed(fresh, existing, was_risky),
        Some(false) => history.undone.extend(fresh),
        None => history.unknown += fresh.len() as u64,
    }
    Ok(())
}

/// Whether it was committed, where that is known.
async fn end(tx: Tx, fate: Fate) -> Result<Option<bool>> {
    match fate {
        Fate::Commit => Ok(tx.commit().await.is_ok().then_some(true)),
        Fate::RollBack => {
            tx.rollback().await?;
            Ok(Some(false))
        }
        Fate::Vanish => {
            drop(tx);
            Ok(Some(false))
        }
    }
}

/// What nobody can read, and what nobody does.
async fn garbage(db: &Db) -> Result<()> {
    let unreadable = Treatment { attempts_most: 2, ..Treatment::of::<Work>() };
    let nobodys = Treatment { kind: NOBODY.to_owned(), ..Treatment::of::<Work>() };
    let jobs = [(unreadable, "no deed"), (nobodys, "whatever")]
        .map(|(treatment, payload)| Named::new(treatment, &payload).map_err(anyhow::Error::msg));
    let jobs = jobs.into_iter().collect::<Result<Vec<_>>>()?;
    let tx = db.write().await?;
    enqueue_named(&tx, &jobs).await?;
    tx.commit().await?;
    Ok(())
}

async fn tell(world: &World, random: &Random, fate: Fate) -> Result<()> {
    let tx = world.db.write().await?;
    let mut ids: Vec<Uuid> = Vec::new();
    for _ in 0..1 + random.below(2) {
        ids.push(tx.emit(&Happened { key: format!("key {}", random.below(12)) }).await?);
        tokio::time::sleep(Duration::from_millis(random.below(60))).await;
    }
    match end(tx, fate).await? {
        // What may be lost is judged by who reads and hears of it.
        Some(true) if world.history().is_risky => {}
        Some(true) => world.history().happened.extend(ids),
        Some(false) => world.history().unhappened.extend(ids),
        None => {}
    }
    tokio::time::sleep(Duration::from_millis(random.below(60))).await;
    Ok(())
}
