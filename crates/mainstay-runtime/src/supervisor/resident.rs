//! The keeper of one resident task: starts it, hears that it falls silent, starts it again. Never here: what it does.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinError;
use tokio_util::task::AbortOnDropHandle;

use super::{Beat, FIRST_PAUSE, LONGEST_PAUSE, backoff, panic_text};
use crate::Stop;

/// How often to look whether a silent task is heard again, when it promised to beat more often than that.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

type Panic = Box<dyn std::any::Any + Send>;

/// Runs the task until the stop, however often it ends before.
pub(super) async fn keep<F, Fut>(beat: &Beat, name: &'static str, mut task: F)
where
    F: FnMut(Stop) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let stop = beat.stop();
    let (clock, random) = (&beat.supervisor.0.effects.clock, &beat.supervisor.0.effects.random);
    let mut failures: u32 = 0;
    loop {
        let begun = clock.monotonic();
        let ended = run(beat, name, &mut task).await;
        if stop.is_stopping() {
            // A panic on the way out is the task's last word, and is told as every other task's.
            return ended.unwrap_or_else(|panic| resume_unwind(panic));
        }
        let has_lasted = clock.monotonic().saturating_sub(begun) > LONGEST_PAUSE;
        failures = if has_lasted { 1 } else { failures.saturating_add(1) };
        let pause = backoff::pause_after(failures, FIRST_PAUSE, LONGEST_PAUSE, random);
        let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        match ended {
            Err(panic) => tracing::error!(
                event = "task.panicked",
                task.name = name,
                task.pause_ms = pause_ms,
                error = panic_text(&*panic),
                "a task panicked; it is started again"
            ),
            Ok(()) => tracing::warn!(
                event = "task.ended",
                task.name = name,
                task.pause_ms = pause_ms,
                "a task ended before the stop; it is started again"
            ),
        }
        beat.rest();
        tokio::select! {
            biased;
            () = stop.stopped() => return,
            () = clock.sleep(pause) => {}
        }
        beat.restart();
    }
}

/// One run, to its end or its panic. It is a task of its own so that it is watched even while it blocks its thread.
async fn run<F, Fut>(beat: &Beat, name: &'static str, task: &mut F) -> Result<(), Panic>
where
    F: FnMut(Stop) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let work = catch_unwind(AssertUnwindSafe(|| task(beat.stop())))?;
    let mut work = AbortOnDropHandle::new(Handle::current().spawn(work));
    let mut has_told = false;
    loop {
        let look = beat.supervisor.0.effects.clock.sleep(look_in(beat));
        tokio::select! {
            biased;
            ended = &mut work => return ended.or_else(panic_of),
            () = look => has_told = tell_silence(beat, name, has_told),
        }
    }
}

/// When the task would fall silent; when it is, when to look again.
fn look_in(beat: &Beat) -> Duration {
    let now = beat.supervisor.now();
    let Some(task) = beat.status() else { return LOOK_AGAIN };
    let Some(within) = task.beats_within else { return Duration::MAX };
    if task.is_silent(now) { within.max(LOOK_AGAIN) } else { within.saturating_sub(task.quiet_for(now)) }
}

/// Tells once that the task is silent, until it is heard again. Returns whether it was told.
fn tell_silence(beat: &Beat, name: &'static str, has_told: bool) -> bool {
    let now = beat.supervisor.now();
    let Some(task) = beat.status().filter(|task| task.is_silent(now)) else { return false };
    if !has_told {
        let silent_s = task.quiet_for(now).as_secs();
        tracing::warn!(
            event = "task.silent",
            task.name = name,
            task.silent_s = silent_s,
            "a task gives no sign of life"
        );
    }
    true
}

/// A task that was cut off, as happens when the runtime ends, has come to an end.
fn panic_of(error: JoinError) -> Result<(), Panic> {
    error.try_into_panic().map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
