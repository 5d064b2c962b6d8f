//! Three nodes with their kept answers, a shared store that may forget or go back in time, messages that come late and in
//! any order; and the checker. Never here: which rules hold (`coherence`).

use std::collections::BTreeMap;
use std::time::Duration;

use mainstay_cache::coherence::{
    Config, Event, Fill, Incarnation, Node, Poll, PollAnswer, Seen, Snapshot, Tag, Weak,
};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::database::{Database, KEYS, Values};
use super::{Counts, Mutant, Violation};

const NODES: usize = 3;
const QUERIES: usize = 5;
const BOUND: u64 = 60;
/// Fewer than there are keys, so that some fall together.
const CONFIG: Config = Config { slots: 4, history: 8 };

struct Entry {
    value: Vec<u32>,
    position: u64,
}

#[derive(Clone)]
struct Shared {
    value: Vec<u32>,
    stamp: Seen,
}

/// One who asked, when, and since when it must see what its node has committed.
#[derive(Clone, Copy)]
struct Waiter {
    arrived: u64,
    floor: u64,
}

struct Process {
    node: Node,
    /// Messages of an earlier life do not arrive.
    life: u64,
    kept: BTreeMap<usize, Entry>,
    waiting: BTreeMap<usize, Vec<Waiter>>,
    is_polling: bool,
    stalled_until: u64,
    /// When this node last committed each key.
    own: [u64; KEYS],
    /// What a node that follows ids or transaction numbers remembers.
    last: u64,
}

enum Message {
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
    random: StdRng,
    mutant: Option<Mutant>,
    now: u64,
    database: Database,
    processes: Vec<Process>,
    shared: BTreeMap<usize, Shared>,
    dumped: BTreeMap<usize, Shared>,
    due: Vec<Due>,
    /// Decoded, and not visible yet.
    early: Vec<(u64, u64)>,
    states: Vec<Values>,
    made_from: Vec<Vec<usize>>,
    counts: Counts,
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
            early: vec![],
            states: vec![],
            made_from,
            counts: Counts::default(),
            violation: None,
        };
        world.processes = (0..NODES).map(|_| world.start(0)).collect();
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

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn start(&self, life: u64) -> Process {
        let node = Node::new(CONFIG);
        let node = match self.mutant {
            Some(Mutant::NoHorizon) => node.weakened(Weak::NoHorizon),
            Some(Mutant::NewestOnly) => node.weakened(Weak::NewestOnly),
            Some(Mutant::CommitWithoutIncarnation) => node.weakened(Weak::CommitWithoutIncarnation),
            _ => node,
        };
        let poll = node.begin_poll(time(self.now));
        node.poll_answer(&poll, PollAnswer { seen: self.seen(), retained: 0, events: vec![] });
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

    fn incarnation(&self) -> Incarnation {
        if self.is(Mutant::NoIncarnation) { Incarnation(Uuid::nil()) } else { self.database.incarnation() }
    }

    fn seen(&self) -> Seen {
        Seen { snapshot: self.database.snapshot(), incarnation: self.incarnation() }
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
                self.early.clear();
                self.counts.crashes += 1;
            }
            342..346 => self.dumped = self.shared.clone(),
            346..349 => self.shared = self.dumped.clone(),
            349..351 => self.shared.clear(),
            351..354 => {
                self.processes[at].stalled_until = self.now + [20, 100, 250][self.random.random_range(0..3)];
            }
            354..356 => self.processes[at] = self.start(self.processes[at].life + 1),
            356..560 => self.poll(at),
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

    fn end_transaction(&mut self, at: usize) {
        let open = self.database.open();
        if open.is_empty() {
            return;
        }
        // The oldest tends to live long.
        let is_oldest = self.random.random_bool(0.15);
        let xid = open[if is_oldest { 0 } else { self.random.random_range(0..open.len()) }];
        if self.random.random_bool(0.1) {
            self.database.abort(xid);
            return;
        }
        let keys = self.database.written(xid);
        if self.is(Mutant::Early) {
            if self.early.iter().all(|(_, other)| *other != xid) {
                let incarnation = self.incarnation();
                for process in self.processes.iter().filter(|process| process.stalled_until <= self.now) {
                    process.node.own_commit(incarnation, xid, &tags(&keys));
                }
                self.early.push((self.now + self.random.random_range(1..25), xid));
            }
            return;
        }
        self.database.commit(xid);
        if keys.is_empty() {
            return;
        }
        if !self.is(Mutant::NoOwnCommit) {
            self.processes[at].node.own_commit(self.incarnation(), xid, &tags(&keys));
        }
        for key in &keys {
            self.processes[at].own[*key] = self.now + 1;
        }
        if self.is(Mutant::Delete) {
            self.delete(at, &keys);
        }
    }

    /// The classic way: delete in the shared store, tell the others by a message that may be lost.
    fn delete(&mut self, at: usize, keys: &[usize]) {
        for query in 0..QUERIES {
            if !self.made_from[query].iter().any(|key| keys.contains(key)) {
                continue;
            }
            self.shared.remove(&query);
            self.processes[at].kept.remove(&query);
            for other in (0..NODES).filter(|other| *other != at) {
                if self.random.random_bool(0.97) {
                    self.send(other, 1..8, Message::Deleted { query });
                }
            }
        }
    }

    fn poll(&mut self, at: usize) {
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
        let waiter = Waiter { arrived: self.now, floor };
        let process = &self.processes[at];
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

    fn send(&mut self, to: usize, after: std::ops::Range<u64>, message: Message) {
        let at = self.now + self.random.random_range(after);
        self.due.push(Due { at, to, life: self.processes[to].life, message });
    }

    fn deliver(&mut self) {
        while let Some(place) = self.early.iter().position(|(at, _)| *at <= self.now) {
            let (_, xid) = self.early.remove(place);
            self.database.commit(xid);
        }
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
        let answer = PollAnswer { seen: self.seen(), retained: 0, events };
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
        for waiter in self.processes[at].waiting.remove(&query).unwrap_or_default() {
            self.check(at, query, &value, waiter, "another node's entry");
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
            let may_join = node.may_join(fill, time(waiter.arrived), &tags, time(self.now), self.bound());
            if !may_join && !self.is(Mutant::JoinAny) {
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

fn tags(keys: &[usize]) -> Vec<Tag> {
    keys.iter().map(|key| Tag::from_hash(*key as u64)).collect()
}
