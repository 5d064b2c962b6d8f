//! What the session of the running task has seen, so that no replica answers it with less. Never here: how a session
//! carries it from one request to the next.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::replicas::Token;

tokio::task_local! {
    static CURRENT: Causality;
}

/// What one session has seen; clones share it. Reads in its [`scope`] may go to replicas that have as much, and what is
/// read and committed there adds to it. Without a scope nobody knows what the reader has seen, so the primary is asked.
#[derive(Clone, Debug)]
pub struct Causality(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    session: u64,
    seen: Mutex<Option<Token>>,
}

/// Runs `work` for a session. Tasks that it spawns are outside.
pub async fn scope<F: Future>(causality: Causality, work: F) -> F::Output {
    CURRENT.scope(causality, work).await
}

/// The session of the running task. Background work that a session begins carries it on with [`scope`].
pub fn current() -> Option<Causality> {
    CURRENT.try_with(Clone::clone).ok()
}

impl Causality {
    /// A session by its key ([`crate::replicas::session_key`]), which has seen as much as `token`.
    pub fn new(session: u64, token: Option<Token>) -> Self {
        Self(Arc::new(Inner { session, seen: Mutex::new(token) }))
    }

    /// What it has seen by now.
    pub fn token(&self) -> Option<Token> {
        *self.seen()
    }

    /// Its key.
    pub(crate) fn session(&self) -> u64 {
        self.0.session
    }

    /// It has seen this, too.
    pub(crate) fn saw(&self, token: Option<Token>) {
        let mut seen = self.seen();
        *seen = token.map(|token| token.merge_some(*seen)).or(*seen);
    }

    fn seen(&self) -> MutexGuard<'_, Option<Token>> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
