//! Which server a read may go to. Pure: what was observed comes in, a choice comes out, time is passed in. Never
//! here: connections, statements.

mod replica;

use std::time::Duration;

use super::budget::Budget;
use super::freshness::Freshness;
use super::snapshot::{Open, Uncommitted};
use super::{Epoch, Lsn, Snapshot, Status, Token, Xid, rendezvous};

use replica::Replica;
pub use replica::{Seen, ServerId};

/// The router's limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Samples of the primary's position that are kept: with one a poll, the longest staleness that can be told.
    pub samples: usize,
    /// Reads that one replica answers at a time.
    pub in_flight: usize,
    /// Fallbacks to the primary that a read adds to the budget: the share of reads that may always fall back.
    pub fallback_share: f64,
    /// Fallbacks that a second adds: what the primary takes anyhow.
    pub fallback_per_second: f64,
    /// Fallbacks that may come at once.
    pub fallback_burst: f64,
}

/// Who reads, and how old the answer may be.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// See [`super::session_key`].
    pub session: u64,
    /// What the session has seen.
    pub token: Option<Token>,
    /// What was acknowledged longer ago than this must be in the answer.
    pub max_staleness: Duration,
}

/// Where a read goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// To this replica, if it keeps what the ticket demands.
    Replica(Ticket),
    /// To the primary.
    Primary,
    /// Nowhere now: no replica will do, and the primary has had its share of such reads.
    Refused {
        /// When to come again.
        retry_after: Duration,
    },
}

/// A replica that was chosen. It counts as busy until [`Router::done`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its place in the list.
    pub replica: usize,
    /// The process that was chosen: a connection to another one must not answer.
    pub server: ServerId,
    /// What its answer must keep.
    pub demand: Demand,
}

/// What a replica must have replayed before it takes the query's snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    epoch: Epoch,
    lsn: Lsn,
}

impl Demand {
    /// Whether a query may be answered that runs after the replica said that it has replayed up to `replayed`.
    pub fn accepts(&self, replayed: Lsn) -> bool {
        replayed >= self.lsn
    }

    /// The token of who saw an accepted answer in which nothing lies behind `replayed`. In a merge it outranks the
    /// tokens of the histories before, and includes them, because every demand does. No transaction that it shows has a
    /// number from `below` on.
    pub fn seen(&self, replayed: Lsn, below: Xid) -> Token {
        Token { epoch: self.epoch, lsn: replayed.max(self.lsn), below }
    }

    /// The least position that is accepted.
    pub fn lsn(&self) -> Lsn {
        self.lsn
    }
}

/// How a replica's answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It counted.
    Served,
    /// It did not: the replica was behind, in conflict, or went away.
    Rejected,
    /// The caller went away.
    Dropped,
}

/// What came of a sample of the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It is one more of the same history.
    Same,
    /// A history begins: the first one, or after a promotion.
    NewEpoch,
    /// It is from a history that is over: some server does not know yet that it was replaced.
    Over,
}

/// The primary as last seen.
#[derive(Clone, Debug)]
struct Primary {
    epoch: Epoch,
    position: Lsn,
    at: Duration,
    freshness: Freshness,
    /// Which transactions it shows, and when that was asked.
    looked: Option<(Snapshot, Duration)>,
    /// What goes on there for long.
    uncommitted: Uncommitted,
}

/// The state machine: observations in, choices out.
#[derive(Clone, Debug)]
pub struct Router {
    limits: Limits,
    primary: Option<Primary>,
    replicas: Vec<Replica>,
    budget: Budget,
    fallbacks: u64,
    refused: u64,
}

impl Router {
    /// A router over so many replicas, of which it knows nothing yet.
    pub fn new(replicas: usize, limits: Limits) -> Self {
        let Limits { fallback_share, fallback_per_second, fallback_burst, .. } = limits;
        Self {
            limits,
            primary: None,
            replicas: vec![Replica::default(); replicas],
            budget: Budget::new(fallback_share, fallback_per_second, fallback_burst),
            fallbacks: 0,
            refused: 0,
        }
    }

    /// The primary said that its next record goes to `position` (see [`super::Pages::end_of_records`]), asked at
    /// `sent_at`: taken **before** the question was sent, or what is acknowledged meanwhile would count as older than
    /// it is.
    pub fn observe_primary(&mut self, sent_at: Duration, epoch: Epoch, position: Lsn) -> Noted {
        match &mut self.primary {
            Some(primary) if epoch.is_before(primary.epoch) => Noted::Over,
            Some(primary) if primary.epoch == epoch => {
                primary.freshness.note(sent_at, position);
                if sent_at > primary.at {
                    (primary.position, primary.at) = (position, sent_at);
                }
                Noted::Same
            }
            _ => {
                let mut freshness = Freshness::new(self.limits.samples);
                freshness.note(sent_at, position);
                self.primary = Some(Primary {
                    epoch,
                    position,
                    at: sent_at,
                    freshness,
                    looked: None,
                    uncommitted: Uncommitted::default(),
                });
                Noted::NewEpoch
            }
        }
    }

    /// The primary said, asked at `sent_at`, which transactions it shows.
    pub fn observe_snapshot(&mut self, sent_at: Duration, epoch: Epoch, snapshot: Snapshot) {
        if let Some(primary) = self.primary.as_mut().filter(|primary| primary.epoch == epoch) {
            primary.looked = Some((snapshot, sent_at));
        }
    }

    /// A replica said what of that had not committed.
    pub(super) fn observe_uncommitted(&mut self, epoch: Epoch, uncommitted: Uncommitted) {
        if let Some(primary) = self.primary.as_mut().filter(|primary| primary.epoch == epoch) {
            primary.uncommitted = uncommitted;
        }
    }

    /// The primary does not answer. After a crash it may draw numbers again of which nothing was kept.
    pub fn primary_lost(&mut self) {
        if let Some(primary) = &mut self.primary {
            primary.looked = None;
        }
    }

    /// Whether the primary is known to show all that a session with this token has seen, by what it said since `since`.
    pub fn shows(&self, token: &Token, since: Duration) -> bool {
        if token.below == Xid(0) {
            return true;
        }
        let primary = self.primary.as_ref().filter(|primary| primary.epoch == token.epoch);
        primary.and_then(|primary| primary.looked.as_ref()).filter(|(_, at)| *at >= since).is_some_and(
            |(snapshot, _)| {
                let open = snapshot.open_below(token.below);
                open.is_empty() || self.is_uncommitted(token.epoch, token.lsn, &open)
            },
        )
    }

    /// Whether it is known that a session that has seen the log up to `seen` has seen none of these.
    pub(super) fn is_uncommitted(&self, epoch: Epoch, seen: Lsn, open: &Open) -> bool {
        let primary = self.primary.as_ref().filter(|primary| primary.epoch == epoch);
        primary.is_some_and(|primary| primary.uncommitted.covers(seen, open))
    }

    /// A replica said how far it is.
    pub fn observe_replica(&mut self, replica: usize, seen: Seen) {
        if let Some(known) = self.replicas.get_mut(replica) {
            known.observe(seen);
        }
    }

    /// A replica does not answer, or is none any longer.
    pub fn lost(&mut self, replica: usize, why: &str) {
        if let Some(known) = self.replicas.get_mut(replica) {
            known.lose(why);
        }
    }

    /// Where the read goes. Whoever gets a replica ends with [`Router::done`].
    pub fn choose(&mut self, wish: &Wish, now: Duration) -> Choice {
        self.budget.earn(now);
        match self.pick(wish, now, &[]) {
            Some(ticket) => Choice::Replica(ticket),
            None => self.fall_back(now),
        }
    }

    /// Where the read goes after the replicas `tried` failed it: another one that is known to be far enough, else the
    /// primary.
    pub fn choose_again(&mut self, wish: &Wish, now: Duration, tried: &[usize]) -> Choice {
        match self.pick(wish, now, tried) {
            Some(ticket) => Choice::Replica(ticket),
            None => self.fall_back(now),
        }
    }

    /// A replica that may do; none of the primary's budget is spent. Whoever gets one ends with [`Router::done`].
    pub fn choose_replica(&mut self, wish: &Wish, now: Duration) -> Option<Ticket> {
        self.pick(wish, now, &[])
    }

    /// Whether the history that a ticket was given for goes on, as far as is known.
    pub fn is_current(&self, ticket: &Ticket) -> bool {
        self.primary.as_ref().is_some_and(|primary| primary.epoch == ticket.demand.epoch)
    }

    /// A replica's answer has ended.
    pub fn done(&mut self, replica: usize, outcome: Outcome) {
        if let Some(known) = self.replicas.get_mut(replica) {
            known.done(outcome);
        }
    }

    /// Everything at one moment; the hosts are for the caller to fill in.
    pub fn status(&self, now: Duration) -> Status {
        let primary = self.primary.as_ref();
        Status {
            off: None,
            epoch: primary.map(|primary| primary.epoch),
            position: primary.map(|primary| primary.position),
            position_age: primary.map(|primary| now.saturating_sub(primary.at)),
            replicas: self.replicas.iter().map(|replica| replica.status(primary, now)).collect(),
            fallbacks: self.fallbacks,
            refused: self.refused,
        }
    }

    /// What an answer must keep; `None` if no replica can be known to.
    fn demand(&self, wish: &Wish, now: Duration) -> Option<Demand> {
        let primary = self.primary.as_ref()?;
        let fresh = primary.freshness.needed(now.saturating_sub(wish.max_staleness))?;
        let written = match wish.token {
            None => Lsn::default(),
            Some(token) if token.epoch == primary.epoch => token.lsn,
            // What survived of an earlier timeline lies before every sample of this one, and so before `fresh`.
            Some(token) if token.epoch.is_before(primary.epoch) => Lsn::default(),
            // Of a promotion that we have not heard of yet, or of another cluster.
            Some(_) => return None,
        };
        Some(Demand { epoch: primary.epoch, lsn: fresh.max(written) })
    }

    fn pick(&mut self, wish: &Wish, now: Duration, tried: &[usize]) -> Option<Ticket> {
        let demand = self.demand(wish, now)?;
        let primary = self.primary.as_ref()?;
        let fresh = primary.freshness.needed(now.saturating_sub(wish.max_staleness))?;
        // Two ranks: who is known to be there, then who may have got there since it was asked.
        let mut best: Option<((bool, f64), Ticket)> = None;
        for (at, replica) in self.replicas.iter().enumerate() {
            let Some((server, replayed)) = replica.in_epoch(primary.epoch) else { continue };
            let free = replica.free(self.limits.in_flight);
            let is_there = demand.accepts(replayed);
            let may_be = tried.is_empty() && replayed >= fresh;
            if tried.contains(&at) || free <= 0.0 || !(is_there || may_be) {
                continue;
            }
            let rank = (is_there, rendezvous::score(wish.session, at as u64, free));
            let is_better = best.as_ref().is_none_or(|(top, _)| (rank.0, rank.1) > *top);
            if is_better {
                best = Some((rank, Ticket { replica: at, server, demand }));
            }
        }
        let (_, ticket) = best?;
        self.replicas[ticket.replica].begin();
        Some(ticket)
    }

    /// The primary, if the budget has one more: for a read that no replica may answer.
    pub fn choose_primary(&mut self, now: Duration) -> Choice {
        self.fall_back(now)
    }

    /// The token of a session of which is not known what it has written in the present history.
    pub fn unknown(&self) -> Option<Token> {
        self.primary.as_ref().map(|primary| Token { epoch: primary.epoch, lsn: Lsn::MAX, below: Xid(0) })
    }

    fn fall_back(&mut self, now: Duration) -> Choice {
        match self.budget.spend(now) {
            Ok(()) => {
                self.fallbacks += 1;
                Choice::Primary
            }
            Err(retry_after) => {
                self.refused += 1;
                Choice::Refused { retry_after }
            }
        }
    }
}

#[cfg(test)]
mod tests;
