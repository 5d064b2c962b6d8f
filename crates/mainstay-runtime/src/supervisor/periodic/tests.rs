//! Rounds, their pauses and their failures, by a paused clock.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::{Supervisor, TaskState};
use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const LONG: Duration = Duration::from_secs(60);

/// A periodic task whose rounds answer as told; the counter says how many there were.
fn world(
    seed: u64,
    answer: fn(usize) -> Result<(), &'static str>,
) -> (Effects, Supervisor, Arc<AtomicUsize>) {
    let effects = Effects::fixed(jiff::Timestamp::UNIX_EPOCH, seed);
    let supervisor = Supervisor::new(&effects);
    let rounds = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&rounds);
    supervisor.spawn_periodic("purge", HOUR, move || {
        let round = counted.fetch_add(1, Ordering::Relaxed) + 1;
        async move { answer(round) }
    });
    (effects, supervisor, rounds)
}

/// Lets everything that can go on go on. One thread: what is ready runs before this comes back so often.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

async fn advance(effects: &Effects, span: Duration) {
    settle().await;
    effects.clock.advance(span);
    settle().await;
}

#[tokio::test]
async fn rounds_come_every_so_often_and_the_first_one_soon() {
    let (effects, supervisor, rounds) = world(1, |_| Ok(()));
    settle().await;
    assert_eq!(
        rounds.load(Ordering::Relaxed),
        0,
        "not at once: processes that start together must not agree"
    );
    advance(&effects, FIRST_ROUND_WITHIN).await;
    assert_eq!(rounds.load(Ordering::Relaxed), 1);
    for more in 2..5 {
        advance(&effects, HOUR - Duration::from_millis(1)).await;
        assert_eq!(rounds.load(Ordering::Relaxed), more - 1);
        advance(&effects, Duration::from_millis(1)).await;
        assert_eq!(rounds.load(Ordering::Relaxed), more);
        assert!(!supervisor.tasks()[0].is_silent(effects.clock.monotonic()));
    }
    assert!(supervisor.drain(LONG).await.is_clean());
}

#[tokio::test]
async fn two_processes_do_not_begin_together() {
    let first_round = async |seed| {
        let (effects, supervisor, rounds) = world(seed, |_| Ok(()));
        let mut waited = Duration::ZERO;
        while rounds.load(Ordering::Relaxed) == 0 {
            advance(&effects, Duration::from_secs(1)).await;
            waited += Duration::from_secs(1);
        }
        supervisor.drain(LONG).await;
        waited
    };
    assert_ne!(first_round(1).await, first_round(2).await);
}

#[tokio::test]
async fn a_round_that_fails_is_tried_again_soon_and_then_all_is_as_before() {
    let (effects, supervisor, rounds) =
        world(1, |round| if round <= 3 { Err("no database") } else { Ok(()) });
    advance(&effects, FIRST_ROUND_WITHIN).await;
    for failures in 0..3 {
        assert_eq!(rounds.load(Ordering::Relaxed), failures + 1);
        advance(&effects, FIRST_PAUSE * 2_u32.pow(u32::try_from(failures).unwrap())).await;
    }
    assert_eq!(rounds.load(Ordering::Relaxed), 4);
    advance(&effects, HOUR - Duration::from_secs(1)).await;
    assert_eq!(rounds.load(Ordering::Relaxed), 4);
    advance(&effects, Duration::from_secs(1)).await;
    assert_eq!(rounds.load(Ordering::Relaxed), 5);
    assert!(supervisor.drain(LONG).await.is_clean());
}

#[tokio::test]
async fn a_round_that_panics_is_not_the_last() {
    let (effects, supervisor, rounds) =
        world(1, |round| if round == 1 { panic!("on purpose") } else { Ok(()) });
    advance(&effects, FIRST_ROUND_WITHIN).await;
    assert_eq!(supervisor.tasks()[0].state, TaskState::Resting);
    advance(&effects, FIRST_PAUSE).await;
    advance(&effects, FIRST_ROUND_WITHIN).await;
    assert_eq!(rounds.load(Ordering::Relaxed), 2);
    assert!(supervisor.drain(LONG).await.is_clean());
}

#[tokio::test]
async fn a_round_that_hangs_makes_the_task_silent() {
    let effects = Effects::fixed(jiff::Timestamp::UNIX_EPOCH, 1);
    let supervisor = Supervisor::new(&effects);
    supervisor.spawn_periodic("purge", HOUR, std::future::pending::<Result<(), &str>>);
    advance(&effects, FIRST_ROUND_WITHIN).await;
    let is_silent = || supervisor.tasks()[0].is_silent(effects.clock.monotonic());
    assert!(!is_silent());
    advance(&effects, HOUR + super::super::ROUND_MAY_TAKE).await;
    assert!(is_silent());
    assert_eq!(supervisor.drain(Duration::ZERO).await.overran, ["purge"]);
}
