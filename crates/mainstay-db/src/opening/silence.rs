//! When a server was last found silent. Never here: how that is found.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Shared by all connections to one database: when one of them waited in vain, those of its age are not trusted.
#[derive(Debug, Default)]
pub(crate) struct Silence(Mutex<Option<Instant>>);

impl Silence {
    /// An answer did not come.
    pub(crate) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection that was opened then may be as silent as the one that was noted last.
    pub(crate) fn covers(&self, opened: Instant) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|noted| opened <= noted)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_covers_what_was_opened_before_and_nothing_after() {
        let silence = Silence::default();
        let before = Instant::now();
        assert!(!silence.covers(before));
        silence.note();
        assert!(silence.covers(before) && !silence.covers(Instant::now() + Duration::from_secs(1)));
    }
}
