//! The connections to one replica on which one read at a time runs. Never here: opening them, the read itself.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Connection, ServerId};
use crate::cancel::cancel;

/// Idle connections, and how many are lent.
#[derive(Debug, Default)]
pub(super) struct Alone(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    idle: Vec<Connection>,
    lent: usize,
}

impl Alone {
    /// Drops those that are closed or lead to another server than `server`. Says how many of `most` are missing.
    pub(super) fn missing(&self, server: ServerId, most: usize) -> usize {
        let mut state = self.lock();
        state.idle.retain(|one| one.server == server && !one.session.is_closed());
        most.saturating_sub(state.idle.len() + state.lent)
    }

    pub(super) fn add(&self, connection: Connection) {
        self.lock().idle.push(connection);
    }

    /// Closes the idle ones; one that is lent ends when its read does.
    pub(super) fn close(&self) {
        self.lock().idle.clear();
    }

    /// One that leads to `server`; `None` while all are lent.
    pub(super) fn lend(self: &Arc<Self>, server: ServerId) -> Option<Lent> {
        let mut state = self.lock();
        let at = state.idle.iter().position(|one| one.server == server && !one.session.is_closed())?;
        let connection = Some(state.idle.swap_remove(at));
        state.lent += 1;
        Some(Lent { alone: Arc::clone(self), connection })
    }

    fn ended(&self) {
        self.lock().lent -= 1;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection while a read has it. Dropped without [`Lent::give_back`], what runs on it is ended and it is closed;
/// until then it counts as lent.
#[derive(Debug)]
pub(super) struct Lent {
    alone: Arc<Alone>,
    /// Present until it is given back.
    connection: Option<Connection>,
}

impl Lent {
    /// The read has ended.
    pub(super) fn give_back(mut self) {
        if let Some(connection) = self.connection.take() {
            let mut state = self.alone.lock();
            state.lent -= 1;
            state.idle.push(connection);
        }
    }
}

impl Deref for Lent {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "the connection leaves only in the method that consumes the loan")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a loan has its connection until it is given back")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let alone = Arc::clone(&self.alone);
        let opener = Arc::clone(&connection.opener);
        cancel(opener, connection.session.cancel_token(), move || {
            drop(connection);
            alone.ended();
        });
    }
}
