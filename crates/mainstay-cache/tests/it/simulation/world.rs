//! Three nodes with their kept answers, a shared store that may forget or go back in time, messages that come late and in
//! any order; and the checker. Never here: which rules hold (`coherence`).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use mainstay_cache::coherence::{
    self, Config, Event, Fill, Incarnation, Node, Poll, PollAnswer, Seen, Snapshot, Tag, Weak,
};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::database::{Database, KEYS, Values};
use super::{Counts, Mutant, Violation};

pub(super) const NODES: usize = 3;
pub(super) const QUERIES: usize = 5;
const BOUND: u64 = 60;
/// Fewer than there are keys, so that some fall together.
const CONFIG: Config = Config { slots: 4, history: 8, own: 6, busiest: 2 };

const NO_LIFE: Incarnation = Incarnation(Uuid::nil());

pub(super) struct Entry {
    value: Vec<u32>,
    position: u64,
}

#[derive(Clone)]
pub(super) struct Shared {
    value: Vec<u32>,
    stamp: Seen,
}

/// One who asked, when, and since when it must see what its node has committed.
#[derive(Clone, Copy)]
pub(super) struct Waiter {
    arrived: u64,
    floor: u64,
    shown: Option<(Incarnation, u64)>,
}

impl Waiter {
    fn is_known_to(&self, node: &Node) -> bool {
        self.shown.is_none_or(|(incarnation, xid)| node.has_seen(incarnation, xid))
    }
}

pub(super) struct Process {
    pub(super) node: Node,
    /// Messages of an earlier life do not arrive.
    life: u64,
    pub(super) kept: BTreeMap<usize, Entry>,
    waiting: BTreeMap<usize, Vec<Waiter>>,
    is_polling: bool,
    pub(super) stalled_until: u64,
    /// When this node last committed each key.
    pub(super) own: [u64; KEYS],
    /// What a node that follows ids or transaction numbers remembers.
    last: u64,
}

/// What a client got for its commit: another node is to answer with no less.
pub(super) struct Token {
    pub(super) incarnation: Incarnation,
    pub(super) xid: u64,
    pub(super) keys: Vec<usize>,
    /// The first step of which it is true.
    pub(super) since: u64,
}

pub(super) enum Message {
    Poll(Poll),
    Polled(Poll, PollAnswer, u64),
    Look { query: usize },
    Read { query: usize, fill: Fill, sent: u64 },
    Filled { query: usize, fill: Fill, sent: u64, value: Vec<u32>, read: u64 },
    Store { query: usize, shared: Shared },
    Deleted { query: usize },
}

struct Due {
    at: u64,
    to: usize,
    life: u64,
    message: Message,
}

pub(super) struct World {
    pub(super) random: StdRng,
    mutant: Option<Mutant>,
    pub(super) now: u64,
    pub(super) database: Database,
    pub(super) processes: Vec<Process>,
    pub(super) shared: BTreeMap<usize, Shared>,
    dumped: BTreeMap<usize, Shared>,
    due: Vec<Due>,
    /// Ends later than somebody has been told.
    pub(super) late: Vec<(u64, u64)>,
    pub(super) tokens: VecDeque<Token>,
    states: Vec<Values>,
    pub(super) made_from: Vec<Vec<usize>>,
    pub(super) counts: Counts,
    violation: Option<Violation>,
}

impl World {
    pub(super) fn new(seed: u64, mutant: Option<Mutant>) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let made_from = (0..QUERIES)
            .map(|_| {
                let mut keys: Vec<usize> = (0..KEYS).collect();
                keys.shuffle(&mut random);
                keys.truncate([1, 1, 2, 3][random.random_range(0..4)]);
                keys.sort_unstable();
                keys
            })
            .collect();
        let mut world = Self {
            random,
            mutant,
            now: 0,
            database: Database::new(),
            processes: vec![],
            shared: BTreeMap::new(),
            dumped: BTreeMap::new(),
            due: vec![],
            late: vec![],
            tokens: VecDeque::new(),
            states: vec![],
            made_from,
            counts: Counts::default(),
            violation: None,
        };
        for _ in 0..NODES {
            let process = world.start(0);
            world.processes.push(process);
        }
        world
    }

    pub(super) fn run(mut self, steps: u64) -> (Option<Violation>, Counts) {
        for now in 0..steps {
            self.now = now;
            self.states.push(self.database.values);
            self.step();
            self.deliver();
            if self.violation.is_some() {
                break;
            }
        }
        (self.violation, self.counts)
    }

    pub(super) fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn start(&mut self, life: u64) -> Process {
        let weak = match self.mutant {
            Some(Mutant::NoHorizon) => Some(Weak::NoHorizon),
            Some(Mutant::JoinAny) => Some(Weak::JoinAny),
            Some(Mutant::NewestOnly) => Some(Weak::NewestOnly),
            Some(Mutant::NoIncarnation) => Some(Weak::AnyOrder),
            Some(Mutant::NothingInherited) => Some(Weak::NothingInherited),
            Some(Mutant::CommitWithoutIncarnation) => Some(Weak::CommitWithoutIncarnation),
            Some(Mutant::UnknownIsOver) => Some(Weak::UnknownIsOver),
            _ => None,
        };
        let node = Node::new(CONFIG);
        let node = if let Some(weak) = weak { node.weakened(weak) } else { node };
        let poll = node.begin_poll(time(self.now));
        node.poll_answer(&poll, self.answer(vec![]));
        Process {
            node,
            life,
            kept: BTreeMap::new(),
            waiting: BTreeMap::new(),
            is_polling: false,
            stalled_until: 0,
            own: [0; KEYS],
            last: 0,
        }
    }

    /// As a commit brings it.
    pub(super) fn incarnation(&self) -> Option<Incarnation> {
        if self.is(Mutant::NoIncarnation) { Some(NO_LIFE) } else { self.database.incarnation() }
    }

    fn answer(&mut self, events: Vec<Event>) -> PollAnswer {
        let (named, inherited) = self.database.named();
        let incarnation = if self.is(Mutant::NoIncarnation) { NO_LIFE } else { named };
        PollAnswer {
            seen: Seen { snapshot: self.database.snapshot(), incarnation },
            retained: 0,
            inherited,
            shape: 0,
            events,
            log: None,
        }
    }

    fn bound(&self) -> Duration {
        let is_endless = self.is(Mutant::NoAge) || self.is(Mutant::Delete);
        if is_endless { Duration::MAX } else { time(BOUND) }
    }

    fn step(&mut self) {
        let at = self.random.random_range(0..NODES);
        match self.random.random_range(0..1000) {
            0..100 if self.database.open().len() < 4 => self.database.begin(),
            0..220 => self.write(),
            220..340 => self.end_transaction(at),
            340..342 if !self.is(Mutant::Delete) => {
                self.database.crash(&mut self.random);
                self.late.clear();
                self.counts.inherited += self.database.prepared().len() as u64;
                self.counts.crashes += 1;
            }
            342..346 => self.dumped = self.shared.clone(),
            346..349 => self.shared = self.dumped.clone(),
            349..351 => self.shared.clear(),
            351..354 => {
                self.processes[at].stalled_until = self.now + [20, 100, 250][self.random.random_range(0..3)];
            }
            354..356 => self.processes[at] = self.start(self.processes[at].life + 1),
            356..364 => self.end_prepared(),
            364..560 => self.poll(at),
            560..970 => self.ask(at),
            _ => {}
        }
    }

    fn write(&mut self) {
        let open = self.database.open();
        if !open.is_empty() {
            let xid = open[self.random.random_range(0..open.len())];
            let key = self.random.random_range(0..KEYS);
            self.database.write(xid, key);
        }
    }

    pub(super) fn poll(&mut self, at: usize) {
        let process = &mut self.processes[at];
        if !process.is_polling && process.stalled_until <= self.now {
            process.is_polling = true;
            let poll = process.node.begin_poll(time(self.now));
            self.send(at, 0..6, Message::Poll(poll));
        }
    }

    fn ask(&mut self, at: usize) {
        let query = self.random.random_range(0..QUERIES);
        let keys = &self.made_from[query];
        let floor = keys.iter().map(|key| self.processes[at].own[*key]).max().unwrap_or(0);
        let (since, shown) = self.show(query);
        let (keys, floor) = (&self.made_from[query], floor.max(since));
        let waiter = Waiter { arrived: self.now, floor, shown };
        let process = &self.processes[at];
        if !waiter.is_known_to(&process.node) {
            // He waits for what is being read already; else he reads for himself.
            match self.processes[at].waiting.get_mut(&query) {
                Some(waiting) => waiting.push(waiter),
                None => self.poll(at),
            }
            return;
        }
        self.counts.shown += u64::from(shown.is_some());
        self.counts.outlived += u64::from(shown.is_some_and(|(life, _)| self.incarnation() != Some(life)));
        let is_fresh = |entry: &&Entry| {
            self.is(Mutant::Delete)
                || process.node.lookup(entry.position, &tags(keys), time(self.now), self.bound()).is_ok()
        };
        if let Some(entry) = process.kept.get(&query).filter(is_fresh) {
            self.counts.kept += 1;
            let value = entry.value.clone();
            return self.check(at, query, &value, waiter, "an entry of its own");
        }
        if let Some(waiting) = self.processes[at].waiting.get_mut(&query) {
            self.counts.joined += 1;
            return waiting.push(waiter);
        }
        self.processes[at].waiting.insert(query, vec![waiter]);
        self.send(at, 0..6, Message::Look { query });
    }

    pub(super) fn send(&mut self, to: usize, after: std::ops::Range<u64>, message: Message) {
        let at = self.now + self.random.random_range(after);
        self.due.push(Due { at, to, life: self.processes[to].life, message });
    }

    fn deliver(&mut self) {
        self.end_late();
        let (mut due, later): (Vec<Due>, Vec<Due>) =
            std::mem::take(&mut self.due).into_iter().partition(|due| due.at <= self.now);
        self.due = later;
        due.shuffle(&mut self.random);
        for Due { to, life, message, .. } in due {
            // What was written for the shared store arrives even if its writer is gone.
            if life == self.processes[to].life || matches!(message, Message::Store { .. }) {
                self.receive(to, message);
            }
        }
    }

    fn receive(&mut self, at: usize, message: Message) {
        match message {
            Message::Poll(poll) => self.answer_poll(at, poll),
            Message::Polled(poll, answer, last) => {
                let process = &mut self.processes[at];
                process.is_polling = false;
                if process.stalled_until <= self.now {
                    process.node.poll_answer(&poll, answer);
                    process.last = last;
                }
            }
            Message::Look { query } => self.look(at, query),
            Message::Read { query, fill, sent } => {
                let value = self.values(query);
                let read = self.now;
                self.send(at, 0..15, Message::Filled { query, fill, sent, value, read });
            }
            Message::Filled { query, fill, sent, value, read } => {
                self.filled(at, query, &fill, sent, &value, read);
            }
            Message::Store { query, shared } => {
                self.shared.insert(query, shared);
            }
            Message::Deleted { query } => {
                self.processes[at].kept.remove(&query);
            }
        }
    }

    fn answer_poll(&mut self, at: usize, poll: Poll) {
        let last = self.processes[at].last;
        let is_new = |id: u64, xid: u64| match self.mutant {
            Some(Mutant::Early) => false,
            Some(Mutant::IdCursor) => id > last,
            Some(Mutant::XidCursor) => xid > last,
            _ => poll.since().is_some_and(|since: &Snapshot| !since.sees(xid)),
        };
        let rows = self.database.rows.iter();
        let newest = rows.clone().map(|row| if self.is(Mutant::IdCursor) { row.id } else { row.xid }).max();
        let events = rows
            .filter(|row| is_new(row.id, row.xid))
            .map(|row| Event { xid: row.xid, tags: tags(&[row.key]) })
            .collect();
        let answer = self.answer(events);
        self.send(at, 0..6, Message::Polled(poll, answer, newest.unwrap_or(last)));
    }

    fn look(&mut self, at: usize, query: usize) {
        let node = &self.processes[at].node;
        let taken = self.shared.get(&query).and_then(|shared| {
            if self.is(Mutant::Delete) {
                return Some((shared.value.clone(), 0));
            }
            let tags = tags(&self.made_from[query]);
            let position = node.import(&shared.stamp, &tags, time(self.now), self.bound()).ok()?;
            Some((shared.value.clone(), position))
        });
        let Some((value, position)) = taken else { return self.read(at, query) };
        self.counts.imported += 1;
        self.processes[at].kept.insert(query, Entry { value: value.clone(), position });
        let waiting = self.processes[at].waiting.remove(&query).unwrap_or_default();
        let (known, left): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|waiter| waiter.is_known_to(&self.processes[at].node));
        for waiter in known {
            self.check(at, query, &value, waiter, "another node's entry");
        }
        if !left.is_empty() {
            self.processes[at].waiting.insert(query, left);
            self.read(at, query);
        }
    }

    fn read(&mut self, at: usize, query: usize) {
        let fill = self.processes[at].node.begin_fill(time(self.now));
        let sent = self.now;
        self.send(at, 0..8, Message::Read { query, fill, sent });
    }

    fn filled(&mut self, at: usize, query: usize, fill: &Fill, sent: u64, value: &[u32], read: u64) {
        self.counts.filled += 1;
        let late;
        let fill = if self.is(Mutant::StampAfter) {
            late = self.processes[at].node.begin_fill(time(sent));
            &late
        } else {
            fill
        };
        if let Some(position) = self.processes[at].node.end_fill(fill) {
            self.processes[at].kept.insert(query, Entry { value: value.to_vec(), position });
            if let Some(stamp) = fill.stamp().filter(|_| self.random.random_bool(0.8)) {
                let shared = Shared { value: value.to_vec(), stamp: stamp.clone() };
                self.send(at, 0..20, Message::Store { query, shared });
            }
        }
        let tags = tags(&self.made_from[query]);
        let mut left = vec![];
        for waiter in self.processes[at].waiting.remove(&query).unwrap_or_default() {
            let node = &self.processes[at].node;
            let asks = coherence::Waiter {
                arrived: time(waiter.arrived),
                bound: self.bound(),
                shown: waiter.shown,
                seen: None,
            };
            if !node.may_join(fill, &asks, &tags, time(self.now)) {
                left.push(waiter);
            } else if read < waiter.arrived || waiter.floor > read {
                self.check(at, query, value, waiter, "a read for somebody else");
            }
        }
        if !left.is_empty() {
            self.processes[at].waiting.insert(query, left);
            self.read(at, query);
        }
    }

    fn values(&self, query: usize) -> Vec<u32> {
        self.made_from[query].iter().map(|key| self.database.values[*key]).collect()
    }

    /// Some state since the bound, and since the node's own last commit, was this.
    fn check(&mut self, at: usize, query: usize, value: &[u32], waiter: Waiter, what: &'static str) {
        let oldest = self.now.saturating_sub(BOUND).max(waiter.floor) as usize;
        let keys = &self.made_from[query];
        let is_state = |state: &Values| keys.iter().zip(value).all(|(key, value)| state[*key] == *value);
        // A commit of this very step is a state too.
        let is_true = self.states.get(oldest..).is_some_and(|states| states.iter().any(is_state))
            || is_state(&self.database.values);
        if !is_true {
            self.violation = Some(Violation { step: self.now, node: at, query, what });
        }
    }
}

/// A step is a millisecond.
fn time(step: u64) -> Duration {
    Duration::from_millis(step)
}

pub(super) fn tags(keys: &[usize]) -> Vec<Tag> {
    keys.iter().map(|key| Tag::from_hash(*key as u64)).collect()
}
