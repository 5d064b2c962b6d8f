//! What a reader asks for, and what it gets. Never here: the decision.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::invalidation::Commit;

/// How fresh an answer must be. Not promised by any but the first: that one reader's answers only go forward, and that two
/// answers are of one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Straight from the database, for what decides who may do what.
    Bypass,
    /// A state that the database had at most the configured bound ago, and no older than what this node has committed.
    Fresh,
    /// As [`Freshness::Fresh`], at most so long ago.
    Within(Duration),
    /// As [`Freshness::Fresh`], and no older than this commit of any node.
    ReadYourWrites(Commit),
    /// As [`Freshness::Fresh`] where that is to be had without waiting for somebody else's read, else what was read at most
    /// so long ago, whatever has changed since; own commits may be missing in it.
    StaleOk(Duration),
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// Kept in this process, and fresh.
    Level1,
    /// Taken over from another node, and fresh.
    Level2,
    /// Read from the database for this reader.
    Loaded,
    /// Read from the database for somebody else who asked at the same time.
    Joined,
    /// Kept in this process, and perhaps outdated.
    Stale,
}

/// An answer, shared with whoever asked for the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer<V> {
    /// What was asked for.
    pub value: Arc<V>,
    /// Where it comes from.
    pub source: Source,
}

impl<V> Clone for Answer<V> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), source: self.source }
    }
}

impl<V> Deref for Answer<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

/// There is no answer.
#[derive(Debug, thiserror::Error)]
pub enum LoadError<E> {
    /// The read failed, one's own or the one that several waited for.
    #[error("an answer could not be read")]
    Failed(#[source] Arc<E>),
    /// The read that one waited for panicked; the panic is told where it happened.
    #[error("the read that was waited for panicked")]
    Panicked,
}

impl<E> Clone for LoadError<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Failed(error) => Self::Failed(Arc::clone(error)),
            Self::Panicked => Self::Panicked,
        }
    }
}
