//! What a reader asks for, and what it gets. Never here: the decision.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mainstay_db::replicas::Token;

use crate::invalidation::Commit;
use crate::level1::Entry;

/// How fresh an answer must be. Not promised by any but the first and [`Freshness::NotBehind`]: that one reader's answers only
/// go forward. By none but the first: that two answers are of one state.
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
    /// As [`Freshness::Fresh`], no older than this commit of any node, and with all that the session of the running task has
    /// seen, whatever server has shown it (`mainstay_db::causality`).
    NotBehind {
        /// What it has written, if that is to be asked for.
        commit: Option<Commit>,
        /// What it has seen.
        seen: Token,
    },
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
    pub value: Kept<V>,
    /// Where it comes from.
    pub source: Source,
}

/// A value in the place where it is kept, for as long as somebody has it. Clones are the same.
pub struct Kept<V>(Arc<Entry<V>>);

impl<V> Kept<V> {
    /// Whether both are the value of one read, not only equal.
    pub fn is_same(one: &Self, other: &Self) -> bool {
        Arc::ptr_eq(&one.0, &other.0)
    }

    /// Whether it was put among the kept answers of this process when it was read.
    pub fn is_stored(kept: &Self) -> bool {
        kept.0.is_stored.load(Ordering::Relaxed)
    }

    /// Whether kept answers are in it, or another node has read it: then its own tags are not all that it was made from.
    pub fn is_made_of_kept(kept: &Self) -> bool {
        kept.0.is_made_of_kept
    }
}

impl<V> Answer<V> {
    #[inline]
    pub(crate) fn new(entry: Arc<Entry<V>>, source: Source) -> Self {
        Self { value: Kept(entry), source }
    }
}

impl<V> Clone for Answer<V> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), source: self.source }
    }
}

impl<V> Clone for Kept<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> Deref for Kept<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0.value
    }
}

impl<V: fmt::Debug> fmt::Debug for Kept<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<V: PartialEq> PartialEq for Kept<V> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<V: Eq> Eq for Kept<V> {}

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
    /// Too many read already while the cache cannot help, and waiting for a turn took too long. Nothing was read; it may be
    /// tried again later.
    #[error("too many reads are under way")]
    Busy,
}

impl<E> Clone for LoadError<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Failed(error) => Self::Failed(Arc::clone(error)),
            Self::Panicked => Self::Panicked,
            Self::Busy => Self::Busy,
        }
    }
}
