//! What was asked for, as those who asked know it. Never here: whether it has happened.

use uuid::Uuid;

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// Jobs that exist: their commits were acknowledged.
    pub(super) asked: Vec<Uuid>,
    /// Jobs that do not: their transactions were rolled back.
    pub(super) undone: Vec<Uuid>,
    /// Jobs of which nobody can say: the answer to the commit was lost.
    pub(super) unknown: u64,
    /// Jobs that somebody who asked for another one was told of, in a transaction that was committed.
    pub(super) existing: Vec<Uuid>,
    /// Events that have happened.
    pub(super) happened: Vec<Uuid>,
    /// Events that have not.
    pub(super) unhappened: Vec<Uuid>,
    /// Whether what is committed now may be lost with its server.
    pub(super) is_risky: bool,
    /// Jobs that were committed in such a time.
    pub(super) risky: Vec<Uuid>,
    /// The most jobs at work that were seen in the limited queue, and of one key.
    pub(super) at_once: (i64, i64),
    /// Looks at it.
    pub(super) looks: u64,
}

impl History {
    /// These exist, and somebody was told of those; when it was asked for, it was on a server that may be lost, or not.
    pub(super) fn committed(&mut self, fresh: Vec<Uuid>, existing: Vec<Uuid>, was_risky: bool) {
        if self.is_risky || was_risky {
            self.risky.extend(fresh);
        } else {
            self.asked.extend(fresh);
            self.existing.extend(existing);
        }
    }
}

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Commit,
    RollBack,
    /// The connection goes away.
    Vanish,
}
