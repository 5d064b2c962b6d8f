//! One attempt from its claim to its verdict. Never here: writing it.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use mainstay_runtime::Random;
use tokio_util::sync::CancellationToken;

use super::claims::Claimed;
use super::end::{Cause, Verdict};
use crate::context::Context;
use crate::job::Failure;
use crate::kinds::{Kind, Unsuccessful};
use crate::reports::Reports;

/// Does it, for as long as it may take. Work that was asked to stop has `grace` to do so.
pub(super) async fn run(
    kind: &Kind,
    claimed: Claimed,
    reports: Arc<Reports>,
    cancelled: CancellationToken,
    grace: Duration,
    random: &Random,
) -> Verdict {
    let Claimed { attempt, timeout, payload, .. } = claimed;
    let context = Context::new(attempt.clone(), reports, cancelled.clone(), kind.result_most);
    let work = AssertUnwindSafe(kind.run(payload.0, context.clone())).catch_unwind();
    let ended = tokio::select! {
        ended = work => ended,
        () = expired(timeout) => return failed(kind, &attempt, Cause::Timeout, "it took too long".to_owned(), random),
        () = given_up(&cancelled, grace) => return Verdict::Cancelled,
    };
    let judged = match ended {
        Err(panic) => Err((Cause::Panic, message(panic.as_ref()))),
        Ok(Ok(_)) if context.is_completed() => {
            return Verdict::Completed { is_last: attempt.number >= attempt.last };
        }
        Ok(Ok(result)) => return Verdict::Succeeded(result),
        Ok(Err(_)) if cancelled.is_cancelled() => return Verdict::Cancelled,
        Ok(Err(Unsuccessful::Payload(why))) => Err((Cause::Payload, why)),
        Ok(Err(Unsuccessful::Failed(failure))) => Ok(failure),
    };
    match judged {
        Ok(Failure::Snooze(pause)) => Verdict::Snooze(pause),
        Ok(Failure::Discard(why)) => Verdict::Discarded(why),
        Ok(Failure::Retry(pause, why)) if attempt.number < attempt.last => {
            Verdict::Retry(Cause::Error, why, pause)
        }
        Ok(Failure::Retry(_, why) | Failure::Error(why)) => failed(kind, &attempt, Cause::Error, why, random),
        Err((cause, why)) => failed(kind, &attempt, cause, why, random),
    }
}

/// Again, or never where this was the last attempt.
fn failed(
    kind: &Kind,
    attempt: &crate::context::Attempt,
    cause: Cause,
    why: String,
    random: &Random,
) -> Verdict {
    if attempt.number >= attempt.last {
        return Verdict::Failed(cause, why);
    }
    Verdict::Retry(cause, why, kind.backoff.after(attempt.number.into(), random))
}

async fn expired(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

/// It was asked to stop, and has not.
async fn given_up(cancelled: &CancellationToken, grace: Duration) {
    cancelled.cancelled().await;
    tokio::time::sleep(grace).await;
}

pub(super) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
