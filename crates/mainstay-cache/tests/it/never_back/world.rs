//! Two nodes and what they share, and sessions that ask them and the servers. Never here: how the servers commit.

use std::collections::BTreeMap;
use std::time::Duration;

use mainstay_cache::coherence::{
    Config, Fill, Incarnation, LogEnd, Node, Poll, PollAnswer, Seen, Waiter, Weak,
};
use mainstay_db::replicas::{Epoch, Lsn, Token, Xid};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::servers::{Commit, KEYS, Servers, Values, tag};
use super::{Counts, Mutant, Violation};

const NODES: usize = 2;
const SESSIONS: usize = 4;
const BOUND: u64 = 400;
const LIFE: Incarnation = Incarnation(Uuid::nil());
const CONFIG: Config = Config { slots: 64, history: 64, own: 16, busiest: 1 };

struct Process {
    node: Node,
    is_polling: bool,
    kept: BTreeMap<usize, Kept>,
    waiting: BTreeMap<usize, Vec<Asking>>,
}

#[derive(Clone)]
struct Kept {
    version: u32,
    position: u64,
    shown: u64,
}

struct Shared {
    version: u32,
    stamp: Seen,
    shown: u64,
}

/// A session that waits, and what it had seen when it came. Meanwhile it may ask for something else.
struct Asking {
    session: usize,
    seen: Values,
    waiter: Waiter,
}

/// What it has seen, and what it can say of that.
#[derive(Clone, Copy)]
struct Session {
    position: u64,
    seen: Values,
}

enum Message {
    /// The position is asked for, then the poll itself, then the number, which is also known from before.
    Poll(Poll, u64),
    Snapshot(Poll, u64, u64),
    Number(Poll, PollAnswer, u64, u64),
    Polled(Poll, PollAnswer),
    Read {
        key: usize,
        fill: Fill,
        before: u64,
    },
    /// It was read; now it is asked how far that shows the database.
    Show {
        key: usize,
        fill: Fill,
        version: u32,
        before: u64,
    },
    Filled {
        key: usize,
        fill: Fill,
        version: u32,
        shown: u64,
    },
    Store {
        key: usize,
        shared: Shared,
    },
}

struct Due {
    at: u64,
    to: usize,
    message: Message,
}

pub(super) struct World {
    random: StdRng,
    mutant: Option<Mutant>,
    now: u64,
    servers: Servers,
    /// One in so many steps of the primary is taken.
    leisure: u32,
    processes: Vec<Process>,
    shared: BTreeMap<usize, Shared>,
    sessions: [Session; SESSIONS],
    due: Vec<Due>,
    counts: Counts,
    violation: Option<Violation>,
}

impl World {
    pub(super) fn new(seed: u64, mutant: Option<Mutant>) -> Self {
        let process = |_| {
            let node = Node::new(CONFIG);
            let is_weak = mutant == Some(Mutant::NewestPosition);
            Process {
                node: if is_weak { node.weakened(Weak::NewestPosition) } else { node },
                is_polling: false,
                kept: BTreeMap::new(),
                waiting: BTreeMap::new(),
            }
        };
        let mut random = StdRng::seed_from_u64(seed);
        Self {
            leisure: [1, 5, 20][random.random_range(0..3)],
            random,
            mutant,
            now: 0,
            servers: Servers::new(),
            processes: (0..NODES).map(process).collect(),
            shared: BTreeMap::new(),
            sessions: [Session { position: 0, seen: [0; KEYS] }; SESSIONS],
            due: vec![],
            counts: Counts::default(),
            violation: None,
        }
    }

    pub(super) fn run(mut self, steps: u64) -> (Option<Violation>, Counts) {
        for now in 0..steps {
            self.now = now;
            self.step();
            let (due, later): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.due).into_iter().partition(|due| due.at <= now);
            self.due = later;
            for Due { to, message, .. } in due {
                self.receive(to, message);
            }
            if self.violation.is_some() {
                break;
            }
        }
        (self.violation, self.counts)
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn step(&mut self) {
        let (at, session) = (self.random.random_range(0..NODES), self.random.random_range(0..SESSIONS));
        let is_at_leisure = !self.random.random_ratio(1, self.leisure);
        match self.random.random_range(0..100) {
            0..22 if is_at_leisure => {}
            0..5 => self.servers.begin(),
            5..12 => self.servers.write(&mut self.random),
            12..16 => self.servers.record(&mut self.random),
            16..21 => {
                if let Some(commit) = self.servers.show(&mut self.random) {
                    self.committed(at, session, &commit);
                }
            }
            21 => self.servers.abort(&mut self.random),
            22..30 => self.servers.replay(&mut self.random),
            30..45 => self.poll(at),
            45..60 => self.ask_replica(session),
            _ => self.ask(at, session),
        }
    }

    /// Half of the commits are a session's, by way of a node.
    fn committed(&mut self, at: usize, session: usize, commit: &Commit) {
        if self.random.random_bool(0.5) {
            let tags: Vec<_> = commit.writes.keys().copied().map(tag).collect();
            self.processes[at].node.own_commit(LIFE, commit.xid, &tags);
            let position = self.servers.position();
            let session = &mut self.sessions[session];
            commit.writes.iter().for_each(|(key, version)| session.seen[*key] = *version);
            session.position = session.position.max(position);
        }
    }

    fn poll(&mut self, at: usize) {
        if !std::mem::replace(&mut self.processes[at].is_polling, true) {
            let poll = self.processes[at].node.begin_poll(time(self.now));
            let next = self.servers.next();
            self.send(at, Message::Poll(poll, next));
        }
    }

    fn ask_replica(&mut self, session: usize) {
        let (values, replayed) = self.servers.replica();
        if replayed >= self.sessions[session].position {
            self.counts.by_replica += 1;
            let seen = self.sessions[session].seen;
            (0..KEYS).for_each(|key| self.check(session, seen, (key, values[key]), "a replica"));
            self.sees(session, replayed);
        }
    }

    fn ask(&mut self, at: usize, session: usize) {
        let key = self.random.random_range(0..KEYS);
        let (bound, now) = (time(BOUND), time(self.now));
        let Session { position, seen: had_seen } = self.sessions[session];
        let seen = token(position);
        let process = &self.processes[at];
        let is_known = process.node.shows(&seen);
        self.counts.behind += u64::from(!is_known);
        let is_fresh = |kept: &&Kept| process.node.lookup(kept.position, &[tag(key)], now, bound).is_ok();
        if is_known && let Some(kept) = process.kept.get(&key).filter(is_fresh).cloned() {
            self.counts.kept += 1;
            return self.give(session, had_seen, (key, kept.version), kept.shown, "a kept answer");
        }
        let seen = Some(seen).filter(|_| !self.is(Mutant::JoinSent));
        let waiter = Waiter { arrived: now, bound, shown: None, seen };
        if let Some(waiting) = self.processes[at].waiting.get_mut(&key) {
            return waiting.push(Asking { session, seen: had_seen, waiter });
        }
        if is_known && let Some(kept) = self.import(at, key) {
            self.counts.imported += 1;
            return self.give(session, had_seen, (key, kept.version), kept.shown, "another node's answer");
        }
        // A session that reads for itself waits until the primary shows what it has seen.
        if self.servers.shows(position) {
            let fill = self.processes[at].node.begin_fill(now);
            self.processes[at].waiting.insert(key, vec![Asking { session, seen: had_seen, waiter }]);
            let before = self.servers.position();
            self.send(at, Message::Read { key, fill, before });
        }
    }

    fn import(&mut self, at: usize, key: usize) -> Option<Kept> {
        let Shared { version, stamp, shown } = self.shared.get(&key)?;
        let node = &self.processes[at].node;
        let position = node.import(stamp, &[tag(key)], time(self.now), time(BOUND)).ok()?;
        let kept = Kept { version: *version, position, shown: *shown };
        self.processes[at].kept.insert(key, kept.clone());
        Some(kept)
    }

    fn receive(&mut self, at: usize, message: Message) {
        match message {
            Message::Poll(poll, next) => {
                let position = self.servers.position();
                self.send(at, Message::Snapshot(poll, position, next));
            }
            Message::Snapshot(poll, position, next) => {
                let snapshot = self.servers.snapshot();
                let events = poll.since().map(|since| self.servers.events_since(since)).unwrap_or_default();
                let seen = Seen { snapshot, incarnation: LIFE };
                let answer = PollAnswer { seen, retained: 0, inherited: vec![], shape: 0, events, log: None };
                self.send(at, Message::Number(poll, answer, position, next));
            }
            Message::Number(poll, answer, position, before) => {
                let next = match self.mutant {
                    Some(Mutant::NumberFirst) => before,
                    Some(Mutant::EndForNext) => answer.seen.snapshot.xmax(),
                    _ => self.servers.next(),
                };
                let log = Some(LogEnd { epoch: epoch(), lsn: Lsn(position), next });
                self.send(at, Message::Polled(poll, PollAnswer { log, ..answer }));
            }
            Message::Polled(poll, answer) => {
                self.processes[at].is_polling = false;
                self.processes[at].node.poll_answer(&poll, answer);
            }
            Message::Read { key, fill, before } => {
                let version = self.servers.shown[key];
                self.send(at, Message::Show { key, fill, version, before });
            }
            Message::Show { key, fill, version, before } => {
                let shown = if self.is(Mutant::ShownBefore) { before } else { self.servers.position() };
                self.send(at, Message::Filled { key, fill, version, shown });
            }
            Message::Filled { key, fill, version, shown } => self.filled(at, key, &fill, version, shown),
            Message::Store { key, shared } => {
                self.shared.insert(key, shared);
            }
        }
    }

    fn filled(&mut self, at: usize, key: usize, fill: &Fill, version: u32, shown: u64) {
        self.counts.filled += 1;
        let node = &self.processes[at].node;
        if let Some(position) = node.end_fill(fill) {
            self.processes[at].kept.insert(key, Kept { version, position, shown });
            if let Some(stamp) = fill.stamp().cloned() {
                self.send(at, Message::Store { key, shared: Shared { version, stamp, shown } });
            }
        }
        let waiting = self.processes[at].waiting.remove(&key).unwrap_or_default();
        for (number, Asking { session, seen, waiter }) in waiting.into_iter().enumerate() {
            let node = &self.processes[at].node;
            // The first has read it for himself.
            if number == 0 {
                self.give(session, seen, (key, version), shown, "his own read");
            } else if node.may_join(fill, &waiter, &[tag(key)], time(self.now)) {
                self.counts.joined += 1;
                self.give(session, seen, (key, version), shown, "a read for somebody else");
            }
        }
    }

    fn give(&mut self, session: usize, seen: Values, read: (usize, u32), shown: u64, what: &'static str) {
        self.check(session, seen, read, what);
        if !self.is(Mutant::NothingShown) {
            self.sees(session, shown);
        }
    }

    fn sees(&mut self, session: usize, position: u64) {
        let session = &mut self.sessions[session];
        session.position = session.position.max(position);
    }

    /// `seen`: when it asked.
    fn check(&mut self, session: usize, seen: Values, (key, version): (usize, u32), what: &'static str) {
        if version < seen[key] {
            self.violation.get_or_insert(Violation { step: self.now, session, what });
        }
        let seen = &mut self.sessions[session].seen[key];
        *seen = version.max(*seen);
    }

    fn send(&mut self, to: usize, message: Message) {
        let at = self.now + self.random.random_range(1..12);
        self.due.push(Due { at, to, message });
    }
}

/// A step is a millisecond.
fn time(step: u64) -> Duration {
    Duration::from_millis(step)
}

fn epoch() -> Epoch {
    Epoch { system: 7, timeline: 1 }
}

fn token(position: u64) -> Token {
    Token { epoch: epoch(), lsn: Lsn(position), below: Xid(0) }
}
