//! Restarts, pauses and silence, by a paused clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::{Supervisor, TaskCounts, TaskState, TaskStatus};
use super::*;
use crate::Effects;

const LONG: Duration = Duration::from_secs(60);

fn world() -> (Effects, Supervisor) {
    let effects = Effects::fixed(jiff::Timestamp::UNIX_EPOCH, 7);
    let supervisor = Supervisor::new(&effects);
    (effects, supervisor)
}

fn only(supervisor: &Supervisor) -> TaskStatus {
    supervisor.tasks().remove(0)
}

/// Lets the tasks of this thread work until the condition holds.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let wait = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, wait).await.unwrap_or_else(|_| panic!("it never came to be: {what}"));
}

/// A task that fails on its first `times` runs and says how often it was started.
fn brittle(times: usize, fail: fn()) -> (Arc<AtomicUsize>, impl FnMut(Stop) -> BoxedWork + Send) {
    let starts = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&starts);
    let task = move |stop: Stop| -> BoxedWork {
        let start = starts.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            if start < times {
                return fail();
            }
            stop.stopped().await;
        })
    };
    (seen, task)
}

type BoxedWork = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

async fn starts_again_after(fail: fn()) {
    let (effects, supervisor) = world();
    let (starts, task) = brittle(2, fail);
    supervisor.spawn_resident("importer", LONG, task);
    for failures in 1..=2 {
        until("the task rests", || only(&supervisor).state == TaskState::Resting).await;
        // Half of the bound has never been enough to be started again.
        effects.clock.advance(FIRST_PAUSE * failures / 2 - Duration::from_millis(1));
        tokio::task::yield_now().await;
        assert_eq!(only(&supervisor).state, TaskState::Resting);
        effects.clock.advance(FIRST_PAUSE * failures);
        until("the task is back", || only(&supervisor).restarts == u64::from(failures)).await;
    }
    until("its third start", || starts.load(Ordering::Relaxed) == 3).await;
    assert_eq!((only(&supervisor).state, only(&supervisor).restarts), (TaskState::Running, 2));
    let report = supervisor.drain(LONG).await;
    assert_eq!(report.finished, ["importer"]);
    let counts = TaskCounts { started: 1, finished: 1, restarted: 2, ..TaskCounts::default() };
    assert_eq!(supervisor.counts(), counts);
}

#[tokio::test]
async fn a_resident_that_panics_is_started_again() {
    starts_again_after(|| panic!("on purpose")).await;
}

#[tokio::test]
async fn a_resident_that_ends_before_the_stop_is_started_again() {
    starts_again_after(|| ()).await;
}

#[tokio::test]
async fn a_resident_that_panics_before_it_is_a_future_is_started_again() {
    let (effects, supervisor) = world();
    let starts = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&starts);
    supervisor.spawn_resident("stillborn", LONG, move |stop| {
        assert!(starts.fetch_add(1, Ordering::Relaxed) > 0, "on purpose");
        async move { stop.stopped().await }
    });
    until("the task rests", || only(&supervisor).state == TaskState::Resting).await;
    effects.clock.advance(FIRST_PAUSE);
    until("its second start", || seen.load(Ordering::Relaxed) == 2).await;
    assert!(supervisor.drain(LONG).await.is_clean());
}

#[tokio::test]
async fn a_stop_ends_the_pause_at_once() {
    let (_, supervisor) = world();
    let (starts, task) = brittle(usize::MAX, || panic!("on purpose"));
    supervisor.spawn_resident("importer", LONG, task);
    until("the task rests", || only(&supervisor).state == TaskState::Resting).await;
    assert!(supervisor.drain(LONG).await.is_clean());
    assert_eq!(starts.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_panic_on_the_way_out_is_told_as_one() {
    let (_, supervisor) = world();
    supervisor.spawn_resident("importer", LONG, |stop| async move {
        stop.stopped().await;
        panic!("on purpose");
    });
    assert_eq!(supervisor.drain(LONG).await.panicked, ["importer"]);
}

#[tokio::test]
async fn a_resident_that_is_deaf_to_the_stop_is_cut_off_with_all_it_holds() {
    let (_, supervisor) = world();
    let (held, dropped) = tokio::sync::oneshot::channel::<()>();
    let mut held = Some(held);
    supervisor.spawn_resident("deaf", LONG, move |_| {
        let held = held.take();
        async move {
            let _held = held;
            std::future::pending::<()>().await;
        }
    });
    assert_eq!(supervisor.drain(Duration::ZERO).await.overran, ["deaf"]);
    assert!(tokio::time::timeout(LONG, dropped).await.unwrap().is_err());
}

#[tokio::test]
async fn a_task_that_ran_for_long_rests_briefly_again() {
    let (effects, supervisor) = world();
    let ends = Arc::new(tokio::sync::Notify::new());
    let end = Arc::clone(&ends);
    supervisor.spawn_resident("worker", LONG * 60, move |_| {
        let end = Arc::clone(&end);
        async move { end.notified().await }
    });
    for _ in 0..10 {
        ends.notify_one();
        until("the task rests", || only(&supervisor).state == TaskState::Resting).await;
        effects.clock.advance(LONGEST_PAUSE);
        until("the task is back", || only(&supervisor).state == TaskState::Running).await;
    }
    until("it waits", || Arc::strong_count(&ends) > 2).await;
    effects.clock.advance(LONGEST_PAUSE + Duration::from_secs(1));
    ends.notify_one();
    until("the task rests", || only(&supervisor).state == TaskState::Resting).await;
    effects.clock.advance(FIRST_PAUSE);
    until("the task is back", || only(&supervisor).state == TaskState::Running).await;
}

#[tokio::test]
async fn silence_is_seen_and_told_once_and_a_beat_ends_it() {
    let (effects, supervisor) = world();
    let beats = Arc::new(tokio::sync::Notify::new());
    let beat = Arc::clone(&beats);
    supervisor.spawn_resident("importer", LONG, move |stop| {
        let beat = Arc::clone(&beat);
        async move {
            while !stop.is_stopping() {
                tokio::select! {
                    () = stop.stopped() => {}
                    () = beat.notified() => stop.heartbeat(),
                }
            }
        }
    });
    let is_silent = || only(&supervisor).is_silent(effects.clock.monotonic());
    effects.clock.advance(LONG - Duration::from_millis(1));
    assert!(!is_silent());
    effects.clock.advance(Duration::from_millis(1));
    assert!(is_silent());
    beats.notify_one();
    until("the beat is heard", || !is_silent()).await;
    assert_eq!(only(&supervisor).state, TaskState::Running);
    supervisor.drain(LONG).await;
}

#[tokio::test]
async fn a_task_that_stated_no_beat_is_never_silent() {
    let (effects, supervisor) = world();
    supervisor.spawn("quiet", |stop| async move { stop.stopped().await });
    effects.clock.advance(LONG * 1000);
    assert!(!only(&supervisor).is_silent(effects.clock.monotonic()));
    supervisor.drain(LONG).await;
}
