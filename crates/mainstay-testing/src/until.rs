//! Waiting for what must come to be. Never here: a pause of a chosen length.

use std::time::{Duration, Instant};

/// How long a test waits before it fails; a busy machine needs more than a quick one.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks.
const MOMENT: Duration = Duration::from_millis(2);

/// Looks until the condition holds.
///
/// # Panics
/// After half a minute, with what it waited for.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(MOMENT).await;
    }
}
