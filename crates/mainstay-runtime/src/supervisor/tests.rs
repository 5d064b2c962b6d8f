//! Drains, panics, failures, heartbeats.

use super::*;
use crate::Effects;

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_drain_waits_for_those_who_stop_and_cuts_off_those_who_do_not() {
    let supervisor = Supervisor::new(&Effects::system());
    supervisor.spawn("polite", |stop| async move { stop.stopped().await });
    supervisor.spawn("deaf", |_| std::future::pending());
    let report = supervisor.drain(Duration::from_millis(50)).await;
    assert_eq!(
        (report.finished.as_slice(), report.overran.as_slice()),
        (["polite"].as_slice(), ["deaf"].as_slice())
    );
    assert!(!report.is_clean());
    assert_eq!(supervisor.drain(LONG).await, report);
}

#[tokio::test]
async fn a_panic_is_named_and_takes_nobody_along() {
    let supervisor = Supervisor::new(&Effects::system());
    supervisor.spawn("brittle", |_| async { panic!("on purpose") });
    supervisor.spawn("steady", |stop| async move { stop.stopped().await });
    let report = supervisor.drain(LONG).await;
    assert_eq!((report.panicked, report.finished), (vec!["brittle"], vec!["steady"]));
}

#[tokio::test]
async fn what_is_started_after_the_drain_sees_the_stop_at_once() {
    let supervisor = Supervisor::new(&Effects::system());
    supervisor.drain(LONG).await;
    supervisor.spawn("late", |stop| async move { stop.stopped().await });
    assert_eq!(supervisor.drain(LONG).await.finished, ["late"]);
}

#[tokio::test]
async fn heartbeats_carry_the_clock() {
    let effects = Effects::fixed(jiff::Timestamp::UNIX_EPOCH, 1);
    let supervisor = Supervisor::new(&effects);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    supervisor.spawn("loop", |stop| async move {
        stop.heartbeat();
        let _ = sender.send(());
        stop.stopped().await;
    });
    effects.clock.advance(Duration::from_secs(5));
    receiver.await.unwrap();
    let task = supervisor.tasks().remove(0);
    assert_eq!((task.name, task.state), ("loop", TaskState::Running));
    supervisor.drain(LONG).await;
    assert_eq!(supervisor.tasks()[0].last_heartbeat, Duration::from_secs(5));
}

#[tokio::test]
async fn a_task_that_panics_before_it_is_a_future_does_not_hold_up_the_drain() {
    let supervisor = Supervisor::new(&Effects::system());
    let starting = supervisor.clone();
    let start = move || starting.spawn("stillborn", |_| -> std::future::Ready<()> { panic!("on purpose") });
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(start)).is_err());
    let drained = tokio::time::timeout(LONG, supervisor.drain(Duration::ZERO)).await;
    assert!(drained.unwrap().is_clean());
}

#[tokio::test]
async fn an_error_is_told_apart_from_an_end_and_from_a_panic() {
    let supervisor = Supervisor::new(&Effects::system());
    supervisor.spawn_fallible("sound", |_| async { Ok::<(), std::fmt::Error>(()) });
    supervisor.spawn_fallible("unsound", |_| async { Err::<(), _>("the disk is gone") });
    supervisor.spawn("brittle", |_| async { panic!("on purpose") });
    let report = supervisor.drain(LONG).await;
    assert!(!report.is_clean());
    assert_eq!(
        report,
        DrainReport {
            finished: vec!["sound"],
            failed: vec!["unsound"],
            panicked: vec!["brittle"],
            overran: vec![]
        }
    );
    let counts = TaskCounts { started: 3, finished: 1, failed: 1, panicked: 1, ..TaskCounts::default() };
    assert_eq!(supervisor.counts(), counts);
}

#[tokio::test]
async fn tasks_that_are_forgotten_are_still_counted_and_those_at_work_are_never_forgotten() {
    let supervisor = Supervisor::new(&Effects::system());
    supervisor.spawn("first", |stop| async move { stop.stopped().await });
    let many = REMEMBERED + 10;
    for _ in 0..many {
        supervisor.spawn("short", |_| async {});
    }
    supervisor.running().wait_for(|running| *running == 1).await.unwrap();
    let tasks = supervisor.tasks();
    assert_eq!(tasks.len(), REMEMBERED + 1);
    assert_eq!((tasks[0].name, tasks[0].state), ("first", TaskState::Running));
    assert_eq!(supervisor.counts().finished, u64::try_from(many).unwrap());
    assert!(supervisor.drain(LONG).await.is_clean());
}

#[tokio::test]
async fn what_is_cut_off_is_dropped_with_all_it_holds() {
    let supervisor = Supervisor::new(&Effects::system());
    let (held, dropped) = tokio::sync::oneshot::channel::<()>();
    supervisor.spawn("deaf", |_| async move {
        let _held = held;
        std::future::pending::<()>().await;
    });
    assert_eq!(supervisor.drain(Duration::ZERO).await.overran, ["deaf"]);
    assert_eq!(supervisor.counts().cut_off, 1);
    assert!(tokio::time::timeout(LONG, dropped).await.unwrap().is_err());
}
