//! What happened, as those who did it tell it, by the one clock of the machine (`CLOCK_BOOTTIME`, nanoseconds). Never here:
//! whether it may have happened.

use serde::{Deserialize, Serialize};

/// One line of what a node tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Line {
    /// It has heard from the database.
    Ready,
    /// A write is about to be committed.
    Intent(Intent),
    /// Its commit has been told of.
    Acked(Acked),
    Read(Read),
    /// A read that had no answer.
    Failed,
}

/// A write, under the lock of its row, before its commit is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) key: usize,
    /// Nobody writes the same twice; above 0, which every register holds at first.
    pub(super) id: u64,
    /// What it overwrites.
    pub(super) before: u64,
    pub(super) at: u64,
}

/// The answer to a commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Acked {
    pub(super) key: usize,
    pub(super) id: u64,
    pub(super) at: u64,
    /// What lets other nodes answer with no less.
    pub(super) token: Option<Token>,
}

/// A commit, on its way to another node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) incarnation: String,
    pub(super) xid: u64,
}

/// What somebody was given.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Read {
    pub(super) node: usize,
    /// When it was asked for, and when it was there.
    pub(super) from: u64,
    pub(super) until: u64,
    /// The promise: all of it equals one state that the database had at most so long before it was asked for.
    pub(super) bound: u64,
    pub(super) source: String,
    /// What each key held.
    pub(super) seen: Vec<(usize, u64)>,
    /// And no less than these writes.
    pub(super) floors: Vec<(usize, u64)>,
}

/// Servers were being killed: what was committed before may be lost afterwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loss {
    pub(super) begun: u64,
    /// Nobody has an answer of the former life from here on, but for what a cache holds.
    pub(super) over: u64,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) intents: Vec<Intent>,
    pub(super) acked: Vec<Acked>,
    pub(super) reads: Vec<Read>,
    pub(super) losses: Vec<Loss>,
    /// What each key holds at last.
    pub(super) last: Vec<u64>,
    pub(super) failed: u64,
}
