//! Sessions that read and write on the simulated cluster through the real router, and what was promised to them.
//! Never here: how servers behave.

use std::time::Duration;

use super::super::{Choice, Limits, Lsn, Outcome, Router, Ticket, Token, Wish, Xid};
use super::cluster::{Cluster, RECORD, lsn};
use super::{BOUND, Event, SERVERS, SESSIONS, Weak};

const LIMITS: Limits =
    Limits { samples: 20, in_flight: 2, fallback_share: 1.0, fallback_per_second: 1e6, fallback_burst: 1e6 };

/// How long the weaker rule stays on the primary.
const STICKY: Duration = Duration::from_millis(30);

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    OwnWrites { session: usize, counters: Vec<u64> },
    Monotonic { session: usize, counters: Vec<u64> },
    Staleness { session: usize, counters: Vec<u64> },
}

#[derive(Clone, Debug, Default)]
struct Session {
    token: Option<Token>,
    written: u64,
    wrote_at: Option<Duration>,
    seen: Vec<u64>,
    /// A question that is under way: when it was asked, and of whom.
    asked: Option<(Duration, Ticket)>,
}

pub(super) struct Reader {
    cluster: Cluster,
    weak: Option<Weak>,
    router: Router,
    sessions: Vec<Session>,
    /// Acknowledged values by counter and time.
    acked: Vec<Vec<(Duration, u64)>>,
    values: u64,
    pub(super) served: usize,
}

impl Reader {
    pub(super) fn new(cluster: Cluster, weak: Option<Weak>) -> Self {
        let session = Session { seen: vec![0; SESSIONS], ..Session::default() };
        Self {
            cluster,
            weak,
            router: Router::new(SERVERS, LIMITS),
            sessions: vec![session; SESSIONS],
            acked: vec![vec![]; SESSIONS],
            values: 0,
            served: 0,
        }
    }

    pub(super) fn step(&mut self, event: Event) -> Option<Broken> {
        match event {
            Event::Write { session, is_async } => self.write(session, is_async),
            Event::Flush => self.cluster.written = self.cluster.primary().log.len(),
            Event::Receive { server, records } => self.cluster.receive(server, records),
            Event::Replay { server, records, is_within } => self.cluster.replay(server, records, is_within),
            Event::PollPrimary { ms, writes } => self.poll_primary(Duration::from_millis(ms), writes),
            Event::Poll { server } => self.poll(server),
            Event::Round => {
                self.poll_primary(Duration::from_millis(1), None);
                (0..SERVERS).for_each(|server| self.poll(server));
            }
            Event::Ask { session } => return self.ask(session),
            Event::Answer { session } => return self.answer(session),
            Event::Wait { ms } => self.cluster.now += Duration::from_millis(ms),
            Event::Restart { server, back } => self.cluster.restart(server, back),
            Event::Promote { server } => self.promote(server),
            Event::Follow { server } => self.cluster.follow(server),
        }
        None
    }

    fn is(&self, weak: Weak) -> bool {
        self.weak == Some(weak)
    }

    fn write(&mut self, session: usize, is_async: bool) {
        if self.sessions[session].asked.is_some() {
            return;
        }
        self.values += 1;
        let inside = self.cluster.write(session, self.values, is_async);
        let position = match self.weak {
            Some(Weak::InsideLsn) => inside,
            Some(Weak::WriteLsn) => lsn(self.cluster.written),
            _ => self.cluster.inserted(),
        };
        let token = Token { epoch: self.cluster.epoch(), lsn: position, below: Xid(0) };
        let known = &mut self.sessions[session];
        known.written = self.values;
        known.wrote_at = Some(self.cluster.now);
        known.token = Some(token.merge_some(known.token));
        self.acked[session].push((self.cluster.now, self.values));
    }

    /// A write that comes between the server's answer and its arrival is not in it.
    fn poll_primary(&mut self, takes: Duration, writes: Option<usize>) {
        let sent_at = self.cluster.now;
        let (epoch, position) = (self.cluster.epoch(), self.cluster.inserted());
        if let Some(session) = writes {
            self.write(session, true);
        }
        self.cluster.now += takes;
        let at = if self.is(Weak::SampledLate) { self.cluster.now } else { sent_at };
        self.router.observe_primary(at, epoch, position);
    }

    fn poll(&mut self, at: usize) {
        let Some(mut seen) = self.cluster.seen(at) else {
            self.router.lost(at, "no replica");
            return;
        };
        if self.is(Weak::NoEpoch) {
            seen.timeline = self.cluster.epoch().timeline;
        }
        if self.is(Weak::KeptOverRestart) {
            seen.server.started_us = 0;
        }
        self.router.observe_replica(at, seen);
    }

    fn wish(&self, session: usize) -> Wish {
        let known = &self.sessions[session];
        let mut token = known.token.filter(|_| !self.is(Weak::NoToken) && !self.is(Weak::Sticky));
        if let (Some(token), true) = (&mut token, self.is(Weak::NoEpoch)) {
            token.epoch = self.router.status(self.cluster.now).epoch.unwrap_or(token.epoch);
        }
        let max_staleness = if self.is(Weak::NoStaleness) { BOUND * 100 } else { BOUND };
        Wish { session: session as u64, token, max_staleness }
    }

    fn ask(&mut self, session: usize) -> Option<Broken> {
        if self.sessions[session].asked.is_some() {
            return None;
        }
        let now = self.cluster.now;
        let is_stuck = self.sessions[session].wrote_at.is_some_and(|at| now < at + STICKY);
        if self.is(Weak::Sticky) && is_stuck {
            return self.ask_primary(session, now);
        }
        match self.router.choose(&self.wish(session), now) {
            Choice::Replica(ticket) => {
                self.sessions[session].asked = Some((now, ticket));
                None
            }
            Choice::Primary => self.ask_primary(session, now),
            Choice::Refused { .. } => None,
        }
    }

    /// What the handle does with a ticket: the position, the query, the position.
    fn answer(&mut self, session: usize) -> Option<Broken> {
        let (begun, ticket) = self.sessions[session].asked.take()?;
        let at = ticket.replica;
        let trusts_poll = self.is(Weak::NoCheck) || self.is(Weak::KeptOverRestart);
        let seen = self.cluster.seen(at);
        let is_same = seen.is_some_and(|seen| {
            seen.server == ticket.server || self.is(Weak::NoEpoch) || self.is(Weak::KeptOverRestart)
        });
        // By the poll alone: as far as it was known to be when it was chosen.
        let polled = self.router.status(begun).replicas[at].replayed.unwrap_or_default();
        let replayed = seen.map(|seen| seen.replayed).unwrap_or_default();
        let judged = match self.weak {
            Some(Weak::NoCheck) => Lsn::MAX,
            Some(Weak::KeptOverRestart) => polled,
            _ => replayed,
        };
        let is_over = !self.router.is_current(&ticket) && !self.is(Weak::NoEpoch);
        if seen.is_none() || !is_same || is_over || !ticket.demand.accepts(judged) {
            self.router.done(at, Outcome::Rejected);
            return self.ask_primary(session, begun);
        }
        self.router.done(at, Outcome::Served);
        self.served += 1;
        let received = lsn(self.cluster.servers[at].log.len());
        let under_way = Lsn(replayed.0 + RECORD).min(received).max(replayed);
        let shown = if self.is(Weak::NoRecordUnderWay) { replayed } else { under_way };
        let counters = self.cluster.counters(at);
        if !self.is(Weak::NoMonotonic) && !trusts_poll {
            let token = ticket.demand.seen(shown, Xid(0));
            let known = &mut self.sessions[session];
            known.token = Some(token.merge_some(known.token));
        }
        self.judge(session, begun, counters)
    }

    fn ask_primary(&mut self, session: usize, begun: Duration) -> Option<Broken> {
        let counters = self.cluster.counters(self.cluster.primary);
        if !self.is(Weak::NoMonotonic) {
            let token = Token { epoch: self.cluster.epoch(), lsn: self.cluster.inserted(), below: Xid(0) };
            let known = &mut self.sessions[session];
            known.token = Some(token.merge_some(known.token));
        }
        self.judge(session, begun, counters)
    }

    fn judge(&mut self, session: usize, begun: Duration, counters: Vec<u64>) -> Option<Broken> {
        let known = &self.sessions[session];
        let is_behind = |promised: &[u64]| counters.iter().zip(promised).any(|(value, least)| value < least);
        let bound = begun.saturating_sub(BOUND);
        let due: Vec<u64> = self.acked.iter().map(|acked| value_before(acked, bound)).collect();
        if counters[session] < known.written {
            return Some(Broken::OwnWrites { session, counters });
        }
        if is_behind(&known.seen) {
            return Some(Broken::Monotonic { session, counters });
        }
        if is_behind(&due) {
            return Some(Broken::Staleness { session, counters });
        }
        // What a lost history showed before its end was known may never come again.
        let kept = counters.iter().enumerate().map(|(k, value)| self.cluster.kept(k, *value));
        self.sessions[session].seen = kept.collect();
        None
    }

    /// What is lost with a server is promised no longer, and questions under way are not judged.
    fn promote(&mut self, at: usize) {
        if !self.cluster.promote(at) {
            return;
        }
        let survived = self.cluster.counters(at);
        for session in &mut self.sessions {
            if let Some((_, ticket)) = session.asked.take() {
                self.router.done(ticket.replica, Outcome::Dropped);
            }
            for (seen, value) in session.seen.iter_mut().zip(&survived) {
                *seen = (*seen).min(*value);
            }
        }
        for (k, value) in survived.iter().enumerate() {
            self.sessions[k].written = self.sessions[k].written.min(*value);
            self.acked[k].retain(|(_, acked)| acked <= value);
        }
    }
}

fn value_before(acked: &[(Duration, u64)], bound: Duration) -> u64 {
    acked.iter().rfind(|(at, _)| *at < bound).map_or(0, |(_, value)| *value)
}
