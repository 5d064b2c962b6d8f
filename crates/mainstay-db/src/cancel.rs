//! Ending a statement that nobody waits for any more. Never here: who gave it up.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::CancelToken;

use crate::opening::Opener;

/// How long a request to end a statement may take.
const WITHIN: Duration = Duration::from_secs(5);

/// Cancels what runs on the connection of `statement`, which `opener` has opened, then lets go of it by `close`. The request
/// may come late, so the connection must not be used by anybody else.
pub(crate) fn cancel(opener: Arc<Opener>, statement: CancelToken, close: impl FnOnce() + Send + 'static) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return close() };
    // No task of the supervisor: like the driver's half of a connection it belongs to this one, and ends by itself.
    let _ending = runtime.spawn(async move {
        let is_cancelled = tokio::time::timeout(WITHIN, opener.cancel(&statement)).await;
        if is_cancelled != Ok(true) {
            tracing::debug!("a statement that nobody waits for could not be cancelled");
        }
        close();
    });
}
