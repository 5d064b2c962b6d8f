//! Which transactions a server shows, by their numbers, and when the primary shows all that a session has seen on a
//! replica. Pure. Never here: who is asked, and how long is waited.

use std::ops::Range;
use std::str::FromStr;

use super::Lsn;

/// A transaction's number: 64 bits, the wraps counted. It is drawn when the transaction first writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Xid(pub u64);

/// What `pg_current_snapshot()` says of a primary. A commit that waits for the disk or for a standby is still running
/// here, while a replica shows it already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// One behind the highest that has ended: nothing from here on has.
    xmax: Xid,
    /// Those between that run, subtransactions left out: they end with what they are part of.
    running: Vec<Xid>,
}

/// The text is no snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a snapshot; it has the form 10:20:10,14")]
pub struct NotASnapshot;

impl FromStr for Snapshot {
    type Err = NotASnapshot;

    fn from_str(text: &str) -> Result<Self, NotASnapshot> {
        let xid = |text: &str| text.parse().map(Xid).map_err(|_| NotASnapshot);
        let mut parts = text.splitn(3, ':');
        let mut part = || parts.next().ok_or(NotASnapshot);
        // The first is the least of those that follow.
        let (_, xmax, running) = (xid(part()?)?, xid(part()?)?, part()?);
        let running = running.split(',').filter(|one| !one.is_empty()).map(xid);
        Ok(Self { xmax, running: running.collect::<Result<_, _>>()? })
    }
}

impl Snapshot {
    /// What has not ended here and has a number below `bound`.
    pub(super) fn open_below(&self, bound: Xid) -> Open {
        let listed = self.running.iter().copied().filter(|xid| *xid < bound).collect();
        Open { listed, beyond: self.xmax..bound.max(self.xmax) }
    }

    /// What ran then and runs `now`.
    pub(super) fn lasting(&self, now: &Self) -> Open {
        let lasts = |xid: &Xid| now.running.contains(xid);
        Open { listed: self.running.iter().copied().filter(lasts).collect(), beyond: Xid(0)..Xid(0) }
    }

    fn shows_end_of(&self, xid: Xid) -> bool {
        xid < self.xmax && !self.running.contains(&xid)
    }
}

/// Transactions that have not ended on the primary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) listed: Vec<Xid>,
    /// Behind the highest that has ended there: a snapshot does not list them.
    pub(super) beyond: Range<Xid>,
}

impl Open {
    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.beyond.is_empty()
    }
}

/// Transactions that had not committed for a replica that had replayed so far: nobody who has seen no more has seen them.
#[derive(Clone, Debug, Default)]
pub(super) struct Uncommitted {
    upto: Lsn,
    xids: Vec<Xid>,
}

impl Uncommitted {
    /// Those of `asked` that are not among the `committed`, for a replica that had replayed up to `upto`.
    pub(super) fn found(upto: Lsn, asked: Open, committed: &[Xid]) -> Self {
        let xids = asked.listed.into_iter().filter(|xid| !committed.contains(xid)).collect();
        Self { upto, xids }
    }

    /// Whether these are all that is open for a session that has seen the log up to `seen`.
    pub(super) fn covers(&self, seen: Lsn, open: &Open) -> bool {
        seen <= self.upto && open.beyond.is_empty() && open.listed.iter().all(|xid| self.xids.contains(xid))
    }
}

/// What a look at the primary says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It shows all that the session has seen.
    Settled,
    /// If none of these has committed for a replica that has all that the session has seen, the session has not seen
    /// them: see [`Settling::found_committed`].
    AskReplica(Open),
    /// The session may have seen one that has not ended: look again.
    Wait,
}

/// Whether the primary shows what a session has seen, from look to look.
#[derive(Clone, Debug)]
pub(super) struct Settling {
    bound: Xid,
    /// What the session may have seen of it; `None` until a replica has said.
    awaited: Option<Vec<Xid>>,
}

impl Settling {
    /// For a session that has seen nothing with a number from `bound` on.
    pub(super) fn new(bound: Xid) -> Self {
        Self { bound, awaited: None }
    }

    pub(super) fn judge(&self, primary: &Snapshot) -> Verdict {
        if let Some(awaited) = &self.awaited {
            let is_settled = awaited.iter().all(|xid| primary.shows_end_of(*xid));
            return if is_settled { Verdict::Settled } else { Verdict::Wait };
        }
        let open = primary.open_below(self.bound);
        if open.is_empty() { Verdict::Settled } else { Verdict::AskReplica(open) }
    }

    /// Of what was open on the primary a replica has these as committed. True if that is nothing.
    pub(super) fn found_committed(&mut self, committed: Vec<Xid>) -> bool {
        let is_settled = committed.is_empty();
        self.awaited = Some(committed);
        is_settled
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn snapshot(text: &str) -> Snapshot {
        text.parse().unwrap()
    }

    #[test]
    fn a_snapshot_is_read_as_the_server_writes_it() {
        let running = vec![Xid(10), Xid(14)];
        assert_eq!(snapshot("10:20:10,14"), Snapshot { xmax: Xid(20), running });
        assert_eq!(snapshot("7:7:"), Snapshot { xmax: Xid(7), running: vec![] });
        for bad in ["", "7", "7:7", "7:x:", "7:9:7,x", "7:9:7:8"] {
            assert_eq!(bad.parse::<Snapshot>(), Err(NotASnapshot), "{bad}");
        }
    }

    #[test]
    fn what_lies_behind_the_highest_that_has_ended_is_open_too() {
        let open = |text: &str, bound| snapshot(text).open_below(Xid(bound));
        assert_eq!(open("10:20:10,14", 14), Open { listed: vec![Xid(10)], beyond: Xid(20)..Xid(20) });
        // The newest commit waits for a standby: nothing above it has ended, so no list names it.
        assert_eq!(open("10:10:", 11), Open { listed: vec![], beyond: Xid(10)..Xid(11) });
        assert_eq!(Settling::new(Xid(10)).judge(&snapshot("10:10:")), Verdict::Settled);
    }

    #[test]
    fn a_long_transaction_is_asked_for_once_and_a_commit_under_way_is_waited_for() {
        let mut settling = Settling::new(Xid(20));
        assert!(matches!(settling.judge(&snapshot("10:20:10,14")), Verdict::AskReplica(_)));
        assert!(!settling.found_committed(vec![Xid(14)]));
        assert_eq!(settling.judge(&snapshot("10:21:10,14,20")), Verdict::Wait);
        assert_eq!(settling.judge(&snapshot("10:21:10,20")), Verdict::Settled);
        assert!(Settling::new(Xid(20)).found_committed(vec![]));
    }

    #[test]
    fn what_had_not_committed_is_not_seen_by_who_has_seen_no_more() {
        let lasting = snapshot("10:20:10,14,15").lasting(&snapshot("10:22:10,14,20"));
        assert_eq!(lasting.listed, [Xid(10), Xid(14)]);
        let uncommitted = Uncommitted::found(Lsn(100), lasting, &[Xid(14)]);
        let covers =
            |seen, text: &str, bound| uncommitted.covers(Lsn(seen), &snapshot(text).open_below(Xid(bound)));
        assert!(covers(100, "10:30:10,25", 20));
        assert!(!covers(101, "10:30:10,25", 20), "its commit may be there");
        assert!(!covers(100, "10:30:10,14", 20) && !covers(100, "10:30:10,25", 26));
        assert!(!covers(100, "10:20:10", 21));
    }

    /// A transaction: on the primary it runs or has ended; a replica may have its commit.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Fate {
        Runs,
        CommitUnderWay,
        Ended,
    }

    fn shown(fates: &[Fate]) -> Snapshot {
        let at = |fate: Fate| (0_u64..).zip(fates).filter(move |(_, one)| **one == fate).map(|(at, _)| at);
        let xmax = at(Fate::Ended).max().map_or(0, |newest| newest + 1);
        let running: Vec<Xid> =
            (0..xmax).filter(|xid| !at(Fate::Ended).any(|ended| ended == *xid)).map(Xid).collect();
        Snapshot { xmax: Xid(xmax), running }
    }

    proptest! {
        /// The primary is believed as soon as it shows what the session has seen, and never before.
        #[test]
        fn settled_is_what_shows_every_commit_that_was_seen(
            fates in prop::collection::vec(
                prop_oneof![Just(Fate::Runs), Just(Fate::CommitUnderWay), Just(Fate::Ended)], 1..12),
            ends in prop::collection::vec(0_usize..12, 0..24),
        ) {
            let mut fates = fates;
            let replica: BTreeSet<Xid> = (0..)
                .zip(&fates)
                .filter(|(_, fate)| **fate != Fate::Runs)
                .map(|(at, _)| Xid(at))
                .collect();
            let bound = replica.last().map_or(Xid(0), |newest| Xid(newest.0 + 1));
            let mut settling = Settling::new(bound);
            for end in ends.into_iter().map(Some).chain([None]) {
                let shows_all = replica.iter().all(|xid| fates[usize::try_from(xid.0).unwrap()] == Fate::Ended);
                let primary = shown(&fates);
                let is_settled = match settling.judge(&primary) {
                    Verdict::Settled => true,
                    Verdict::Wait => false,
                    Verdict::AskReplica(open) => {
                        let asked = open.listed.iter().copied().chain((open.beyond.start.0..open.beyond.end.0).map(Xid));
                        settling.found_committed(asked.filter(|xid| replica.contains(xid)).collect())
                    }
                };
                prop_assert_eq!(is_settled, shows_all, "{:?} {:?}", fates, primary);
                if let Some(fate) = end.and_then(|at| fates.get_mut(at)) {
                    *fate = Fate::Ended;
                }
            }
        }
    }
}
