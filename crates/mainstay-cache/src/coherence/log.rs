//! Up to which position of the primary's log everything is visible to a node's last poll. Never here: what is made of it.
//!
//! A commit is visible on the primary later than its record is in the log: after the process that commits has ended its
//! work, with a synchronous standby not before that has confirmed it. A replica shows it as soon as the record is there. So
//! the position that a poll was told does not bound what the poll has seen. But whose record lay before the position had
//! its number when the position was read, below the one that was to be given next then. Where a later snapshot has none
//! running below that one, it sees them all.

use std::collections::VecDeque;

use mainstay_db::replicas::{Epoch, Lsn, Token};

/// Some seconds of polls while a transaction runs.
const MOST: usize = 64;

/// Where the primary's log ended ahead of a poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEnd {
    /// In which history.
    pub epoch: Epoch,
    /// Where the next record was to go, asked **before** the number.
    pub lsn: Lsn,
    /// The number that was to be given to the next transaction, asked **after** the position. It may be above the snapshot's
    /// `xmax`: transactions that run and began after all that have ended lie between the two.
    pub next: u64,
}

/// What of the log is visible.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Visible {
    epoch: Option<Epoch>,
    /// Everything before this.
    lsn: Option<Lsn>,
}

/// What polls were told of the log in one life of the server.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// To the last poll.
    visible: Visible,
    /// What is not known to be visible yet; numbers and positions rise.
    open: VecDeque<(u64, Lsn)>,
}

impl Log {
    /// A poll saw that none below `xmin` runs any more.
    pub(super) fn note(&mut self, end: Option<LogEnd>, xmin: u64) {
        if let Some(LogEnd { epoch, lsn, next }) = end {
            if self.visible.epoch != Some(epoch) {
                *self = Self { visible: Visible { epoch: Some(epoch), lsn: None }, open: VecDeque::new() };
            }
            // Of two ends with one number the later one says more. Where there is no room, what is known grows in larger
            // steps: the oldest stays, so that it grows however long each transaction runs.
            if self.open.len() >= MOST || self.open.back().is_some_and(|(last, _)| *last >= next) {
                self.open.pop_back();
            }
            self.open.push_back((next, lsn));
        }
        while let Some((_, lsn)) = self.open.pop_front_if(|(next, _)| *next <= xmin) {
            self.visible.lsn = self.visible.lsn.max(Some(lsn));
        }
    }

    /// As if a poll had seen all that was in the log when it was sent.
    pub(super) fn note_newest(&mut self, end: Option<LogEnd>) {
        if let Some(LogEnd { epoch, lsn, .. }) = end {
            self.visible = Visible { epoch: Some(epoch), lsn: Some(lsn) };
        }
    }

    /// What is visible to the last poll.
    pub(super) fn visible(&self) -> Visible {
        self.visible
    }
}

impl Visible {
    /// Whether this is all that a session with this token has seen. What is left of an earlier history was visible when
    /// this one began.
    pub(super) fn shows(self, token: &Token) -> bool {
        self.epoch.is_some_and(|epoch| {
            token.epoch.is_before(epoch)
                || (token.epoch == epoch && self.lsn.is_some_and(|lsn| token.lsn <= lsn))
        })
    }
}

#[cfg(test)]
mod tests {
    use mainstay_db::replicas::Xid;

    use super::*;

    fn epoch(timeline: u32) -> Epoch {
        Epoch { system: 7, timeline }
    }

    fn end(lsn: u64, next: u64) -> Option<LogEnd> {
        Some(LogEnd { epoch: epoch(2), lsn: Lsn(lsn), next })
    }

    fn shows(log: &Log, lsn: u64) -> bool {
        log.visible().shows(&Token { epoch: epoch(2), lsn: Lsn(lsn), below: Xid(0) })
    }

    #[test]
    fn a_position_is_visible_when_none_runs_that_had_begun_by_then() {
        let mut log = Log::default();
        assert!(!shows(&log, 0));
        log.note(end(100, 10), 10);
        assert!(shows(&log, 100) && !shows(&log, 101));
        // The transaction 10 runs, and its record is in the log: nothing else has ended, so no snapshot lists it.
        log.note(end(200, 11), 10);
        log.note(end(300, 11), 10);
        assert!(!shows(&log, 101));
        // 11 has begun, and only then 10 has ended.
        log.note(end(400, 12), 11);
        assert!(shows(&log, 300) && !shows(&log, 301));
        log.note(None, 12);
        assert!(shows(&log, 400));
    }

    #[test]
    fn what_is_visible_grows_however_long_each_transaction_runs() {
        let mut log = Log::default();
        // Each poll sees a new transaction, and none that has begun within the last hundred.
        for number in 100..1_000 {
            log.note(end(number * 10, number), number - 100);
        }
        assert!(log.open.len() <= MOST && shows(&log, 7_000));
        log.note(end(10_000, 1_000), 1_000);
        assert!(shows(&log, 10_000));
    }

    #[test]
    fn of_another_history_nothing_is_known_but_what_is_left_of_an_earlier_one() {
        let mut log = Log::default();
        log.note(end(100, 10), 10);
        let of = |epoch| log.visible().shows(&Token { epoch, lsn: Lsn(50), below: Xid(0) });
        assert!(of(epoch(1)) && of(epoch(2)) && !of(epoch(3)) && !of(Epoch { system: 8, timeline: 1 }));
        assert!(!shows(&log, u64::MAX), "nobody knows where");
        log.note(Some(LogEnd { epoch: epoch(3), lsn: Lsn(10), next: 12 }), 11);
        let at = |epoch, lsn| log.visible().shows(&Token { epoch, lsn: Lsn(lsn), below: Xid(0) });
        assert!(at(epoch(2), 300) && !at(epoch(3), 1));
    }
}
