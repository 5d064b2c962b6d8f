//! A connection of a pool while it is held, and which of its statements are under way: one whose caller gave up while a
//! statement ran is not given back to the pool. Never here: what is asked, when a transaction ends.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use deadpool_postgres::Object;

use super::room::Room;
use crate::DbError;
use crate::cancel::cancel;
use crate::opening::Opener;

/// A connection that goes back to its pool when dropped, unless something still runs on it.
#[derive(Debug)]
pub(super) struct Connection {
    /// Present until the connection is closed or given back.
    object: Option<Object>,
    /// Who has opened it.
    opener: Arc<Opener>,
    /// Statements are numbered from 1 on, before they are sent.
    sent: AtomicU64,
    /// The highest number of which an answer was read.
    answered: AtomicU64,
    /// The highest number that there was when a caller gave up; 0: nobody did.
    given_up: AtomicU64,
    /// A commit was sent: who gives it up must not cut short what it waits for.
    is_ending: AtomicBool,
}

impl Connection {
    pub(super) fn new(object: Object, opener: &Arc<Opener>) -> Self {
        Self {
            object: Some(object),
            opener: Arc::clone(opener),
            sent: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
            is_ending: AtomicBool::new(false),
        }
    }

    /// Begins a statement: from here on the connection is busy until [`Asked::answered`].
    pub(super) fn ask<'a>(&'a self, room: &'a Room) -> Asked<'a> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        Asked { connection: self, number, room, is_answered: false }
    }

    /// Whether one statement was sent and no other: nothing but that is lost by beginning anew.
    pub(super) fn has_asked_once(&self) -> bool {
        self.sent.load(Ordering::Relaxed) == 1
    }

    /// A commit is sent next. It may wait for a standby, and a cancellation would have it take effect without.
    pub(super) fn begin_end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    /// Takes it out of the pool and closes it.
    pub(super) fn close(mut self) {
        self.take_out();
    }

    fn take_out(&mut self) {
        let is_cancelled = self.is_busy() && !self.is_ending.load(Ordering::Relaxed);
        if let Some(object) = self.object.take() {
            if is_cancelled { end(object, &self.opener) } else { drop(Object::take(object)) }
        }
    }

    /// Answers come in the order of the questions: the answer to a later one tells that nothing from before runs.
    fn is_busy(&self) -> bool {
        let given_up = self.given_up.load(Ordering::Relaxed);
        given_up > 0 && self.answered.load(Ordering::Relaxed) <= given_up
    }
}

impl Deref for Connection {
    type Target = Object;

    #[expect(clippy::expect_used, reason = "the object leaves only in methods that consume the connection")]
    fn deref(&self) -> &Object {
        self.object.as_ref().expect("a connection has its object until it ends")
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.is_busy() {
            self.take_out();
        }
    }
}

/// Ends what runs on the connection, then closes it: a request to cancel may come late, and must hit nobody else. Until
/// then it has its place in the pool, so that callers who give up do not leave more behind than the pool allows.
fn end(object: Object, opener: &Arc<Opener>) {
    cancel(Arc::clone(opener), object.cancel_token(), move || drop(Object::take(object)));
}

/// A statement under way. Dropped without an answer, the connection stays busy.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    connection: &'a Connection,
    number: u64,
    room: &'a Room,
    is_answered: bool,
}

impl Asked<'_> {
    /// The answer has come. What a failure tells of the server's disk is kept.
    pub(super) fn answered<T>(mut self, answer: Result<T, tokio_postgres::Error>) -> Result<T, DbError> {
        self.is_answered = true;
        self.connection.answered.fetch_max(self.number, Ordering::Relaxed);
        let answer = answer.map_err(DbError::from);
        if matches!(answer, Err(DbError::StorageFull(_))) {
            self.room.refused();
        }
        answer
    }
}

impl Deref for Asked<'_> {
    type Target = Object;

    fn deref(&self) -> &Object {
        self.connection
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            let sent = self.connection.sent.load(Ordering::Relaxed);
            self.connection.given_up.fetch_max(sent, Ordering::Relaxed);
        }
    }
}
