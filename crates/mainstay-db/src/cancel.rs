//! Ending a statement that nobody waits for any more. Never here: who gave it up.

use std::time::Duration;

use tokio_postgres::{CancelToken, NoTls};

/// How long a request to end a statement may take.
const WITHIN: Duration = Duration::from_secs(5);

/// Cancels what runs on the connection of `statement`, then lets go of it by `close`. The request may come late, so the
/// connection must not be used by anybody else.
pub(crate) fn cancel(statement: CancelToken, close: impl FnOnce() + Send + 'static) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return close() };
    // No task of the supervisor: like the driver's half of a connection it belongs to this one, and ends by itself.
    let _ending = runtime.spawn(async move {
        let cancelled = tokio::time::timeout(WITHIN, statement.cancel_query(NoTls)).await;
        if !matches!(cancelled, Ok(Ok(()))) {
            tracing::debug!("a statement that nobody waits for could not be cancelled");
        }
        close();
    });
}
