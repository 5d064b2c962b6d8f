//! What one process knows of the database's changes. Never here: the level where entries are kept, the connection.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::history::History;
use super::{Marks, Snapshot, Staleness, Tag};

/// How much is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Tags fall into so many slots, 16 bytes each; two in one slot cost a read. Rounded up to a power of two.
    pub slots: usize,
    /// So many events are remembered one by one; another node's entry that is older is read again.
    pub history: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { slots: 1 << 20, history: 1 << 16 }
    }
}

/// One life of the server's memory: another one after a crash or a promotion, when transaction numbers are used again and
/// commits may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Incarnation(pub Uuid);

/// What a committed transaction changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The transaction.
    pub xid: u64,
    /// What it touched.
    pub tags: Vec<Tag>,
}

/// A state of the database as a poll saw it. An entry that was read after it carries it as its stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What was visible.
    pub snapshot: Snapshot,
    /// Whose transaction numbers these are.
    pub incarnation: Incarnation,
}

/// A poll under way.
#[derive(Debug)]
pub struct Poll {
    generation: u64,
    sent: Duration,
    since: Option<Arc<Seen>>,
}

impl Poll {
    /// What is known already: the poll asks for the events that are visible now and are not visible in this. `None`: it
    /// asks for no events.
    pub fn since(&self) -> Option<&Snapshot> {
        self.since.as_deref().map(|seen| &seen.snapshot)
    }
}

/// What the primary answered, all in one statement.
#[derive(Debug, Clone)]
pub struct PollAnswer {
    /// Its snapshot in that statement, and its incarnation.
    pub seen: Seen,
    /// Events of transactions below this may have been forgotten.
    pub retained: u64,
    /// The committed events that are visible in `seen` and not in [`Poll::since`].
    pub events: Vec<Event>,
}

/// What an answer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// So many events were new.
    Events(usize),
    /// The node began anew: at its start, after a crash or a promotion, or because it had not asked for too long.
    Flushed,
    /// The node had begun anew meanwhile; ask again.
    Overtaken,
}

/// Why another node's entry is not taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refused {
    /// This node has not heard from the database for longer than the bound.
    Unheard,
    /// It was read in another life of the server.
    Incarnation,
    /// It is older than what this node can judge.
    Horizon,
    /// Something that it was made from has changed since, or may have.
    Changed,
}

/// A read of the database that will make an entry. It exists before the read is sent.
#[derive(Debug, Clone)]
pub struct Fill {
    generation: u64,
    position: u64,
    stamp: Option<Arc<Seen>>,
    /// When it began.
    pub started: Duration,
}

impl Fill {
    /// What the entry carries to other nodes; `None` if it must stay here.
    pub fn stamp(&self) -> Option<&Seen> {
        self.stamp.as_deref()
    }
}

/// A rule to leave out, to see that its absence is noticed.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weak {
    /// R5a: entries are taken over whatever this node may have missed.
    NoHorizon,
    /// R5b: only the newest transaction of a slot is looked at.
    NewestOnly,
    /// R6b: a commit in another life of the server is taken for one of this life.
    CommitWithoutIncarnation,
}

/// What one process knows. Every method is short and may be called from any thread; [`Node::lookup`] takes no lock.
///
/// The rules, as the crate's page numbers them: R1 [`Node::begin_fill`], R2 and R6 [`Node::poll_answer`], R3 and R4
/// [`Node::lookup`], R5 [`Node::import`], R7 [`Node::own_commit`], R8 [`Node::may_join`].
#[derive(Debug)]
pub struct Node {
    marks: Marks,
    state: Mutex<State>,
    weak: Option<Weak>,
}

#[derive(Debug)]
struct State {
    /// Rises with every flush.
    generation: u64,
    /// Rises with every change.
    position: u64,
    incarnation: Option<Incarnation>,
    synced: Option<Synced>,
    history: History,
    /// Own commits that no poll has seen yet, and the slots that they touched.
    own: BTreeMap<u64, Vec<usize>>,
}

#[derive(Debug)]
struct Synced {
    /// Every event that is visible in this has been applied, or is visible in `horizon`.
    seen: Arc<Seen>,
    /// Where this node's knowledge begins.
    horizon: Arc<Seen>,
}

impl Node {
    /// One that knows nothing yet.
    pub fn new(config: Config) -> Self {
        let marks = Marks::new(config.slots);
        let history = History::new(marks.slots(), config.history);
        let state = State {
            generation: 0,
            position: 0,
            incarnation: None,
            synced: None,
            history,
            own: BTreeMap::new(),
        };
        Self { marks, state: Mutex::new(state), weak: None }
    }

    /// Without one of its rules.
    #[doc(hidden)]
    #[must_use]
    pub fn weakened(mut self, weak: Weak) -> Self {
        self.weak = Some(weak);
        self
    }

    /// Whether an entry of this node, made at `position` from what `tags` name, equals a state that the database had at
    /// most `bound` ago.
    ///
    /// # Errors
    /// Why it does not, or may not.
    pub fn lookup(
        &self,
        position: u64,
        tags: &[Tag],
        now: Duration,
        bound: Duration,
    ) -> Result<(), Staleness> {
        self.marks.judge(position, tags, now, bound)
    }

    /// How long ago the last poll was sent that this node has an answer to.
    pub fn age(&self, now: Duration) -> Option<Duration> {
        self.marks.age(now)
    }

    /// Call this before the poll is sent.
    pub fn begin_poll(&self, now: Duration) -> Poll {
        let state = self.state();
        let since = state.synced.as_ref().map(|synced| Arc::clone(&synced.seen));
        Poll { generation: state.generation, sent: now, since }
    }

    /// Applies what a poll brought. Polls of one node follow each other.
    pub fn poll_answer(&self, poll: &Poll, answer: PollAnswer) -> Applied {
        let mut state = self.state();
        if poll.generation != state.generation {
            return Applied::Overtaken;
        }
        let is_gapless = poll.since.as_ref().is_some_and(|since| {
            since.incarnation == answer.seen.incarnation && since.snapshot.xmin() >= answer.retained
        });
        let seen = Arc::new(answer.seen);
        if !is_gapless {
            self.begin_anew(&mut state, seen);
            self.marks.hear(poll.sent);
            return Applied::Flushed;
        }
        let mut new = 0;
        for event in &answer.events {
            new += usize::from(self.apply(&mut state, event.xid, &event.tags) > 0);
        }
        state.own.retain(|xid, _| !seen.snapshot.sees(*xid));
        if let Some(synced) = &mut state.synced {
            synced.seen = seen;
        }
        self.marks.hear(poll.sent);
        Applied::Events(new)
    }

    /// A transaction of this process has committed. Call this before telling anybody. Without an incarnation it was in a
    /// life that nobody knows yet.
    pub fn own_commit(&self, incarnation: impl Into<Option<Incarnation>>, xid: u64, tags: &[Tag]) {
        let (mut state, incarnation) = (self.state(), incarnation.into());
        let is_known = (incarnation.is_some() && state.incarnation == incarnation)
            || self.weak == Some(Weak::CommitWithoutIncarnation);
        if !is_known {
            // The next poll tells where knowledge begins.
            self.flush(&mut state, incarnation);
            return;
        }
        self.apply(&mut state, xid, tags);
        let is_polled = state.synced.as_ref().is_some_and(|synced| synced.seen.snapshot.sees(xid));
        if !is_polled {
            let slots: Vec<usize> = tags.iter().map(|tag| self.marks.slot(*tag)).collect();
            state.own.entry(xid).or_default().extend(slots);
        }
    }

    /// Whether what this transaction wrote is in every answer that this node calls fresh.
    pub fn has_seen(&self, incarnation: Incarnation, xid: u64) -> bool {
        let state = self.state();
        state.synced.as_ref().is_some_and(|Synced { seen, .. }| {
            seen.incarnation == incarnation && (seen.snapshot.sees(xid) || state.own.contains_key(&xid))
        })
    }

    /// Call this before the read is sent.
    pub fn begin_fill(&self, now: Duration) -> Fill {
        let state = self.state();
        Fill {
            generation: state.generation,
            position: state.position,
            stamp: state.synced.as_ref().map(|synced| Arc::clone(&synced.seen)),
            started: now,
        }
    }

    /// The position of the entry that the read has made; `None` if it must not be kept.
    pub fn end_fill(&self, fill: &Fill) -> Option<u64> {
        let is_current = self.state().generation == fill.generation;
        (is_current && fill.stamp.is_some()).then_some(fill.position)
    }

    /// Whether one who came at `arrived` may take what `fill` read for somebody else: if it was sent no earlier, or
    /// nothing has changed since.
    pub fn may_join(
        &self,
        fill: &Fill,
        arrived: Duration,
        tags: &[Tag],
        now: Duration,
        bound: Duration,
    ) -> bool {
        fill.started >= arrived
            || self.end_fill(fill).is_some_and(|position| self.lookup(position, tags, now, bound).is_ok())
    }

    /// The position of another node's entry here, made from what `tags` name and read after `stamp`.
    ///
    /// # Errors
    /// Why it cannot be taken over.
    pub fn import(&self, stamp: &Seen, tags: &[Tag], now: Duration, bound: Duration) -> Result<u64, Refused> {
        let state = self.state();
        let Some(synced) = state.synced.as_ref().filter(|_| self.age(now).is_some_and(|age| age <= bound))
        else {
            return Err(Refused::Unheard);
        };
        if stamp.incarnation != synced.seen.incarnation {
            return Err(Refused::Incarnation);
        }
        if !stamp.snapshot.covers(&synced.horizon.snapshot) && self.weak != Some(Weak::NoHorizon) {
            return Err(Refused::Horizon);
        }
        let is_seen = |tag: &Tag| {
            let slot = self.marks.slot(*tag);
            if self.weak == Some(Weak::NewestOnly) {
                return stamp.snapshot.sees(state.history.newest(slot));
            }
            state.history.is_seen(slot, &stamp.snapshot).unwrap_or(false)
        };
        if tags.iter().all(is_seen) { Ok(state.position) } else { Err(Refused::Changed) }
    }

    /// How many events are remembered one by one.
    pub fn remembered(&self) -> usize {
        self.state().history.len()
    }

    /// How many of the tags were new.
    fn apply(&self, state: &mut State, xid: u64, tags: &[Tag]) -> usize {
        let mut new = 0;
        for tag in tags {
            let slot = self.marks.slot(*tag);
            // An entry that was made after an own commit has been told of has seen it.
            if state.own.get(&xid).is_some_and(|slots| slots.contains(&slot)) {
                continue;
            }
            self.touch(state, xid, slot);
            new += 1;
        }
        new
    }

    fn touch(&self, state: &mut State, xid: u64, slot: usize) {
        state.position += 1;
        self.marks.mark(slot, state.position);
        state.history.push(xid, slot);
    }

    /// Knowledge begins with `seen`, and with own commits that it does not see yet.
    fn begin_anew(&self, state: &mut State, seen: Arc<Seen>) {
        let mut own = std::mem::take(&mut state.own);
        let is_same_life = state.incarnation == Some(seen.incarnation);
        own.retain(|xid, _| is_same_life && !seen.snapshot.sees(*xid));
        self.flush(state, Some(seen.incarnation));
        for (xid, slots) in &own {
            slots.iter().for_each(|slot| self.touch(state, *xid, *slot));
        }
        state.own = own;
        state.synced = Some(Synced { horizon: Arc::clone(&seen), seen });
    }

    fn flush(&self, state: &mut State, incarnation: Option<Incarnation>) {
        state.generation += 1;
        state.position += 1;
        state.incarnation = incarnation;
        state.synced = None;
        state.history.clear();
        state.own.clear();
        self.marks.flush(state.position);
    }

    /// A panic of another thread leaves at worst a half applied poll whose time does not stand.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
