//! From serving to ready: what an application does before, such as warming its cache. Never here: what that is.

use std::pin::Pin;
use std::sync::Mutex;

use mainstay_runtime::{Lifecycle, Phase, Stop, Supervisor};
use mainstay_telemetry::events;

/// The name of the task.
const READYING: &str = "readying";

/// What readiness waits for. Nobody polls it before it is the task's alone.
pub(crate) struct Readying(Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Readying {
    pub(crate) fn new(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Mutex::new(Box::pin(work)))
    }
}

impl std::fmt::Debug for Readying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readying(…)")
    }
}

/// Enters [`Phase::Ready`] once the work has ended, also where it panics; a stop ends it early.
pub(crate) fn enter_ready(work: Option<Readying>, lifecycle: &Lifecycle, supervisor: &Supervisor) {
    let ready = Ready { lifecycle: lifecycle.clone(), stop: supervisor.stop() };
    // Without, it is ready now, and not when a task has had its turn.
    let Some(work) = work else { return drop(ready) };
    let work = work.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    supervisor.spawn(READYING, |stop| async move {
        let _ready = ready;
        tokio::select! {
            () = work => {}
            () = stop.stopped() => {}
        }
    });
}

/// Ready when this is dropped, unless the process stops.
struct Ready {
    lifecycle: Lifecycle,
    stop: Stop,
}

impl Drop for Ready {
    fn drop(&mut self) {
        if !self.stop.is_stopping() && self.lifecycle.enter(Phase::Ready) {
            tracing::info!(event = events::PROCESS_READY, "ready");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mainstay_runtime::Effects;
    use tokio::sync::oneshot;

    use super::*;

    const WITHIN: Duration = Duration::from_secs(20);

    fn process() -> (Lifecycle, Supervisor) {
        (Lifecycle::new(), Supervisor::new(&Effects::system()))
    }

    #[tokio::test]
    async fn without_work_it_is_ready_at_once() {
        let (lifecycle, supervisor) = process();
        enter_ready(None, &lifecycle, &supervisor);
        assert_eq!(lifecycle.phase(), Phase::Ready);
    }

    #[tokio::test]
    async fn it_is_ready_when_the_work_is_done_and_not_before() {
        let (lifecycle, supervisor) = process();
        let (done, end) = oneshot::channel::<()>();
        enter_ready(Some(Readying::new(async { drop(end.await) })), &lifecycle, &supervisor);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(lifecycle.phase(), Phase::Starting);
        done.send(()).unwrap();
        tokio::time::timeout(WITHIN, lifecycle.reached(Phase::Ready)).await.unwrap();
    }

    #[tokio::test]
    async fn work_that_panics_keeps_nobody_from_being_ready() {
        let log = mainstay_telemetry::Capture::of_thread();
        log.expect("task.panicked");
        let (lifecycle, supervisor) = process();
        enter_ready(Some(Readying::new(async { panic!("on purpose") })), &lifecycle, &supervisor);
        tokio::time::timeout(WITHIN, lifecycle.reached(Phase::Ready)).await.unwrap();
    }

    #[tokio::test]
    async fn a_stop_waits_for_no_work_and_makes_nothing_ready() {
        let (lifecycle, supervisor) = process();
        enter_ready(Some(Readying::new(std::future::pending())), &lifecycle, &supervisor);
        assert!(supervisor.drain(WITHIN).await.is_clean());
        assert_eq!(lifecycle.phase(), Phase::Starting);
    }
}
