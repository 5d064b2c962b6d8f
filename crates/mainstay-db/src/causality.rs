//! What the session of the running task has seen, so that no replica answers it with less. Never here: how a session
//! carries it from one request to the next.

mod carried;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::futures::TaskLocalFuture;

use crate::replicas::Token;

pub use carried::{Carried, Written};

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
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    token: Option<Token>,
    /// How often the position of something seen was lost.
    losses: u64,
    written: Vec<Written>,
}

/// What had been lost when a position was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    losses: u64,
}

/// Runs `work` for a session. Tasks that it spawns are outside.
pub fn scope<F: Future>(causality: Causality, work: F) -> TaskLocalFuture<Causality, F> {
    CURRENT.scope(causality, work)
}

/// The session of the running task. Background work that a session begins carries it on with [`scope`].
pub fn current() -> Option<Causality> {
    CURRENT.try_with(Clone::clone).ok()
}

impl Causality {
    /// A session by its key ([`crate::replicas::session_key`]), which has seen as much as `token`.
    pub fn new(session: u64, token: Option<Token>) -> Self {
        Self::carrying(session, Carried { position: token, written: Vec::new() })
    }

    /// The same, which carries this from earlier requests.
    pub fn carrying(session: u64, carried: Carried) -> Self {
        let Carried { position, written } = carried;
        Self(Arc::new(Inner { session, seen: Mutex::new(Seen { token: position, losses: 0, written }) }))
    }

    /// What it carries on to the next request.
    pub fn carried(&self) -> Carried {
        let seen = self.seen();
        Carried { position: seen.token, written: seen.written.clone() }
    }

    /// Its commits that an answer may still lack.
    pub fn written(&self) -> Vec<Written> {
        self.seen().written.clone()
    }

    /// It has committed, when it had written `before`: where this is visible, those are.
    pub(crate) fn wrote(&self, before: &[Written], written: Written) {
        let mut seen = self.seen();
        seen.written.retain(|one| !before.contains(one));
        seen.written.push(written);
        seen.written = carried::newest(std::mem::take(&mut seen.written));
    }

    /// What it has seen by now.
    pub fn token(&self) -> Option<Token> {
        self.seen().token
    }

    /// Its key.
    pub(crate) fn session(&self) -> u64 {
        self.0.session
    }

    /// It has seen this, too: what a replica has shown it, or an answer that somebody has read before and kept.
    pub fn saw(&self, token: Option<Token>) {
        self.seen().add(token);
    }

    /// A statement for the primary is about to be sent, and the question where the primary is behind it.
    pub(crate) fn asks(&self) -> Asked {
        Asked { losses: self.seen().losses }
    }

    /// It has seen this on the primary. A position that was asked for after another one was lost lies behind that one,
    /// and takes its place.
    pub(crate) fn saw_on_primary(&self, asked: Asked, token: Option<Token>) {
        let mut seen = self.seen();
        let lost = seen.token.filter(|lost| lost.is_unknown() && seen.losses == asked.losses);
        if let Some((lost, token)) = lost.zip(token)
            && lost.epoch == token.epoch
            && !token.is_unknown()
        {
            seen.token = Some(Token { below: token.below.max(lost.below), ..token });
        } else {
            seen.add(token);
        }
    }

    /// The primary shows what it had seen with `token`. What it has seen on a replica since is not known to show.
    pub(crate) fn settled(&self, token: Option<Token>) {
        let mut seen = self.seen();
        if let Some((known, token)) = seen.token.as_mut().zip(token)
            && (known.epoch, known.below) == (token.epoch, token.below)
        {
            *known = known.settled();
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn add(&mut self, token: Option<Token>) {
        if token.is_some_and(Token::is_unknown) {
            self.losses += 1;
        }
        self.token = token.map(|token| token.merge_some(self.token)).or(self.token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replicas::{Epoch, Lsn, Xid};

    fn token(timeline: u32, lsn: Lsn) -> Option<Token> {
        Some(Token { epoch: Epoch { system: 7, timeline }, lsn, below: Xid(0) })
    }

    #[test]
    fn a_position_asked_after_a_lost_one_takes_its_place_and_no_earlier_one_does() {
        let session = Causality::new(1, token(1, Lsn(5)));
        let early = session.asks();
        session.saw_on_primary(session.asks(), token(1, Lsn::MAX));
        session.saw_on_primary(early, token(1, Lsn(6)));
        session.saw(token(1, Lsn(7)));
        assert_eq!(session.token(), token(1, Lsn::MAX), "nobody knows whether these lie behind it");
        session.saw_on_primary(session.asks(), token(1, Lsn::MAX));
        let late = session.asks();
        session.saw_on_primary(late, token(1, Lsn(9)));
        assert_eq!(session.token(), token(1, Lsn(9)));
        session.saw_on_primary(late, token(1, Lsn(8)));
        assert_eq!(session.token(), token(1, Lsn(9)), "what is known only grows");
    }

    #[test]
    fn a_commit_takes_the_place_of_those_before_it_and_of_none_beside_it() {
        let written = |xid| Written { incarnation: uuid::Uuid::nil(), xid, at_s: 7 };
        let session = Causality::new(1, None);
        let (first, second) = (session.written(), session.written());
        session.wrote(&first, written(5));
        session.wrote(&second, written(4));
        assert_eq!(session.written(), [written(5), written(4)]);
        let third = session.written();
        session.wrote(&third, written(3));
        assert_eq!(session.carried(), Carried { position: None, written: vec![written(3)] });
    }

    #[test]
    fn what_was_seen_while_the_primary_was_asked_is_not_taken_for_shown() {
        let below = |below| token(1, Lsn(5)).map(|token| Token { below: Xid(below), ..token });
        let session = Causality::new(1, below(7));
        session.settled(below(6));
        assert_eq!(session.token(), below(7));
        session.settled(below(7));
        assert_eq!(session.token(), below(0));
        session.saw(below(8));
        session.saw_on_primary(session.asks(), token(1, Lsn::MAX));
        session.saw_on_primary(session.asks(), token(1, Lsn(9)));
        let kept = token(1, Lsn(9)).map(|token| Token { below: Xid(8), ..token });
        assert_eq!(session.token(), kept, "a position that takes the place of a lost one says nothing of it");
    }

    #[test]
    fn a_lost_position_that_another_request_brought_is_replaced_in_its_own_history_alone() {
        let session = Causality::new(1, token(2, Lsn::MAX));
        session.saw_on_primary(session.asks(), token(1, Lsn(9)));
        assert_eq!(session.token(), token(2, Lsn::MAX));
        session.saw_on_primary(session.asks(), token(3, Lsn(1)));
        assert_eq!(session.token(), token(3, Lsn(1)));
    }
}
