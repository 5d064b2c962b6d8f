//! What one process knows of the database's changes. Never here: the level where entries are kept, the connection.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mainstay_db::replicas::Token;
use uuid::Uuid;

use super::busiest::Busiest;
use super::history::History;
use super::lives::Lives;
use super::log::{Log, Visible};
use super::own::Own;
use super::{LogEnd, Marks, Slots, Snapshot, Staleness, Tag, nanoseconds};

/// How much is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Tags fall into so many slots, 16 bytes each; two in one slot cost a read. Rounded up to a power of two.
    pub slots: usize,
    /// So many events are remembered one by one; another node's entry that is older is read again.
    pub history: usize,
    /// So many slots of own commits are remembered until a poll has seen them; with more the node begins anew.
    pub own: usize,
    /// So many tags are counted, to tell which change most.
    pub busiest: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { slots: 1 << 20, history: 1 << 16, own: 1 << 16, busiest: 1 << 10 }
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
    number: u64,
    sent: Duration,
    since: Option<Arc<Seen>>,
    shape: i64,
}

impl Poll {
    /// What is known already: the poll asks for the events that are visible now and are not visible in this. `None`: it
    /// asks for no events.
    pub fn since(&self) -> Option<&Snapshot> {
        self.since.as_deref().map(|seen| &seen.snapshot)
    }
}

/// What the primary answered, all but the last in one statement.
#[derive(Debug, Clone)]
pub struct PollAnswer {
    /// Its snapshot in that statement, and its incarnation.
    pub seen: Seen,
    /// Events of transactions below this may have been forgotten, or are too many to be told one by one.
    pub retained: u64,
    /// Transactions that were running when this life began. One that had been prepared in an earlier life has lost what it
    /// told of its changes, which take effect with its `commit prepared`.
    pub inherited: Vec<u64>,
    /// A number for which partitions the watched tables have: with those come and go rows of which no event tells.
    pub shape: i64,
    /// The committed events that are visible in `seen` and not in [`Poll::since`].
    pub events: Vec<Event>,
    /// Where its log ended; `None` where nobody reads from replicas.
    pub log: Option<LogEnd>,
}

/// What an answer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// So many events were new.
    Events(usize),
    /// The node began anew: at its start, after a crash or a promotion, after a transaction that a crash has left prepared,
    /// after a partition has come or gone, or because it had not asked for too long.
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
    visible: Visible,
    /// When it began.
    pub started: Duration,
}

impl Fill {
    /// What the entry carries to other nodes; `None` if it must stay here.
    pub fn stamp(&self) -> Option<&Seen> {
        self.stamp.as_deref()
    }

    /// Whether it was sent no earlier than that: then it has read all that was there when somebody came.
    pub fn is_sent_since(&self, arrived: Duration) -> bool {
        self.started >= arrived
    }

    /// Whether it reads all that a session with this token has seen, on whatever server.
    pub fn shows(&self, seen: &Token) -> bool {
        self.visible.shows(seen)
    }
}

/// One who waits for what is being read for somebody else.
#[derive(Debug, Clone, Copy)]
pub struct Waiter {
    /// When he came.
    pub arrived: Duration,
    /// How old the answer may be.
    pub bound: Duration,
    /// The transaction that he has shown, and in which life of the server: its writing must be in the answer.
    pub shown: Option<(Incarnation, u64)>,
    /// What his session has seen on whatever server: none of it may be missing in the answer.
    pub seen: Option<Token>,
}

/// A rule to leave out, to see that its absence is noticed.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weak {
    /// R5a: entries are taken over whatever this node may have missed.
    NoHorizon,
    /// R5b: only the newest transaction of a slot is looked at.
    NewestOnly,
    /// R5: whatever another node has kept is taken over.
    TrustStore,
    /// R2: a poll brings what follows the newest transaction, not what was still running.
    NewestTransactions,
    /// R6a: another life of the server is taken for this one.
    NoIncarnation,
    /// R6a: what a crash has left prepared is expected to tell of its changes.
    NothingInherited,
    /// R6a: a snapshot that does not see what an earlier one saw is taken for a later one.
    AnyOrder,
    /// R6b: a commit in another life of the server is taken for one of this life.
    CommitWithoutIncarnation,
    /// R7: a life that the node does not know is taken for one that is over.
    UnknownIsOver,
    /// R8: whatever was read for another is taken.
    JoinAny,
    /// R11: a poll is taken to see whatever was in the log when it was sent.
    NewestPosition,
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
    /// How many polls have been begun.
    polls: u64,
    incarnation: Option<Incarnation>,
    lives: Lives,
    synced: Option<Synced>,
    history: History,
    busiest: Busiest,
    own: Own,
}

#[derive(Debug)]
struct Synced {
    /// Every event that is visible in this has been applied, or is visible in `horizon`.
    seen: Arc<Seen>,
    /// Where this node's knowledge begins.
    horizon: Arc<Seen>,
    shape: i64,
    /// What of the log is visible in `seen`.
    log: Log,
}

impl Node {
    /// One that knows nothing yet.
    pub fn new(config: Config) -> Self {
        let marks = Marks::new(config.slots);
        let history = History::new(marks.slots(), config.history);
        let state = State {
            generation: 0,
            position: 0,
            polls: 0,
            incarnation: None,
            lives: Lives::default(),
            synced: None,
            history,
            busiest: Busiest::new(config.busiest),
            own: Own::new(config.own),
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

    /// As [`Node::lookup`], of tags whose slots are known. Times are in nanoseconds.
    #[inline]
    pub(crate) fn lookup_at(
        &self,
        position: u64,
        slots: &Slots,
        now: u64,
        bound: u64,
    ) -> Result<(), Staleness> {
        self.marks.judge_at(position, slots, now, bound)
    }

    /// Where the tags of an entry fall.
    pub(crate) fn slots_of(&self, tags: &[Tag]) -> Slots {
        self.marks.slots_of(tags)
    }

    /// How long ago the last poll was sent that this node has an answer to.
    pub fn age(&self, now: Duration) -> Option<Duration> {
        self.marks.age(now)
    }

    /// How many polls have begun.
    pub fn polls(&self) -> u64 {
        self.state().polls
    }

    /// Call this before the poll is sent.
    pub fn begin_poll(&self, now: Duration) -> Poll {
        let mut state = self.state();
        state.polls += 1;
        let (mut since, shape) =
            state.synced.as_ref().map(|synced| (Arc::clone(&synced.seen), synced.shape)).unzip();
        if self.weak == Some(Weak::NewestTransactions) {
            since = since.map(|seen| Arc::new(Seen { snapshot: seen.snapshot.ended(), ..*seen }));
        }
        let (generation, number) = (state.generation, state.polls);
        Poll { generation, number, sent: now, since, shape: shape.unwrap_or_default() }
    }

    /// Applies what a poll brought. Polls of one node follow each other.
    pub fn poll_answer(&self, poll: &Poll, answer: PollAnswer) -> Applied {
        let mut state = self.state();
        if poll.generation != state.generation {
            return Applied::Overtaken;
        }
        let (shape, end) = (answer.shape, answer.log);
        let is_gapless =
            shape == poll.shape && poll.since.as_ref().is_some_and(|since| self.is_gapless(since, &answer));
        let seen = Arc::new(answer.seen);
        state.lives.polled(poll.number, seen.incarnation);
        if !is_gapless {
            self.begin_anew(&mut state, poll.since.as_deref(), seen, shape);
            self.note_log(&mut state, end);
            self.marks.hear(poll.sent);
            return Applied::Flushed;
        }
        let mut new = 0;
        for event in &answer.events {
            new += usize::from(self.apply(&mut state, event.xid, &event.tags) > 0);
        }
        state.own.forget_seen(&seen.snapshot);
        if let Some(synced) = &mut state.synced {
            synced.seen = seen;
        }
        self.note_log(&mut state, end);
        self.marks.hear(poll.sent);
        Applied::Events(new)
    }

    /// A transaction of this process has committed. Call this before telling anybody. Without an incarnation it was in a
    /// life that nobody knows yet.
    pub fn own_commit(&self, incarnation: impl Into<Option<Incarnation>>, xid: u64, tags: &[Tag]) {
        let (mut state, incarnation) = (self.state(), incarnation.into());
        let is_known = (incarnation.is_some() && state.incarnation == incarnation)
            || matches!(self.weak, Some(Weak::CommitWithoutIncarnation | Weak::NoIncarnation));
        if !is_known {
            // The next poll tells where knowledge begins.
            self.flush(&mut state, incarnation);
            return;
        }
        self.apply(&mut state, xid, tags);
        let is_polled = state.synced.as_ref().is_some_and(|synced| synced.seen.snapshot.sees(xid));
        if !is_polled && state.own.insert(xid, tags.iter().map(|tag| self.marks.slot(*tag))).is_err() {
            // A poll that is sent after this has seen all of them.
            self.flush(&mut state, incarnation);
        }
    }

    /// Whether what this transaction wrote is in every answer that this node calls fresh. Also if it was committed in a life
    /// of the server that is over: whatever the present one says of it is the truth. That of an unknown life is decided by
    /// the next poll.
    pub fn has_seen(&self, incarnation: Incarnation, xid: u64) -> bool {
        let mut state = self.state();
        let State { synced, own, lives, polls, .. } = &mut *state;
        let Some(Synced { seen, .. }) = synced else { return false };
        if seen.incarnation == incarnation {
            return seen.snapshot.sees(xid) || own.contains(xid);
        }
        lives.is_over(incarnation, *polls) || self.weak == Some(Weak::UnknownIsOver)
    }

    /// Whether everything that a session with this token has seen, on whatever server, is in every answer that this node
    /// calls fresh from now on.
    pub fn shows(&self, token: &Token) -> bool {
        self.state().synced.as_ref().is_some_and(|synced| synced.log.visible().shows(token))
    }

    /// Nothing is known any more, and the next poll tells where knowledge begins: for one whose polls do not come to an end
    /// because too much has happened since the last.
    pub fn forget(&self) {
        let mut state = self.state();
        let incarnation = state.incarnation;
        self.flush(&mut state, incarnation);
    }

    /// What of the log is visible is not known any more, until polls have told it: for one whose connection has ended, after
    /// which the log may be shorter than it was.
    pub fn forget_log(&self) {
        if let Some(synced) = &mut self.state().synced {
            synced.log = Log::default();
        }
    }

    /// Call this before the read is sent.
    pub fn begin_fill(&self, now: Duration) -> Fill {
        let state = self.state();
        Fill {
            generation: state.generation,
            position: state.position,
            stamp: state.synced.as_ref().map(|synced| Arc::clone(&synced.seen)),
            visible: state.synced.as_ref().map(|synced| synced.log.visible()).unwrap_or_default(),
            started: now,
        }
    }

    /// The position of the entry that the read has made; `None` if it must not be kept.
    pub fn end_fill(&self, fill: &Fill) -> Option<u64> {
        let is_current = self.state().generation == fill.generation;
        (is_current && fill.stamp.is_some()).then_some(fill.position)
    }

    /// Whether this one may take what `fill` read for somebody else: if it was sent since he came and reads all that he has
    /// seen, or nothing has changed since and what he has shown and seen is known here.
    pub fn may_join(&self, fill: &Fill, waiter: &Waiter, tags: &[Tag], now: Duration) -> bool {
        self.may_join_at(fill, waiter, &self.slots_of(tags), now)
    }

    /// As [`Node::may_join`], of tags whose slots are known.
    pub(crate) fn may_join_at(&self, fill: &Fill, waiter: &Waiter, slots: &Slots, now: Duration) -> bool {
        let is_unchanged =
            |position| self.lookup_at(position, slots, nanoseconds(now), nanoseconds(waiter.bound)).is_ok();
        (fill.is_sent_since(waiter.arrived) && waiter.seen.is_none_or(|seen| fill.shows(&seen)))
            || self.weak == Some(Weak::JoinAny)
            // First, so that what it brought is among the changes that are looked for.
            || (waiter.shown.is_none_or(|(incarnation, xid)| self.has_seen(incarnation, xid))
                && waiter.seen.is_none_or(|seen| self.shows(&seen))
                && self.end_fill(fill).is_some_and(is_unchanged))
    }

    /// The position of another node's entry here, made from what `tags` name and read after `stamp`.
    ///
    /// # Errors
    /// Why it cannot be taken over.
    pub fn import(&self, stamp: &Seen, tags: &[Tag], now: Duration, bound: Duration) -> Result<u64, Refused> {
        let state = self.state();
        if self.weak == Some(Weak::TrustStore) {
            return Ok(state.position);
        }
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

    /// The tags that have changed most since this process began, with how often, at most `most` of them. A count may be
    /// short by one part in [`Config::busiest`] of all changes. Their names are known to whoever makes them.
    pub fn top_tags(&self, most: usize) -> Vec<(Tag, u64)> {
        self.state().busiest.top(most)
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
            if state.own.touched(xid, slot) {
                continue;
            }
            self.touch(state, xid, slot);
            state.busiest.count(*tag);
            new += 1;
        }
        new
    }

    fn touch(&self, state: &mut State, xid: u64, slot: usize) {
        state.position += 1;
        self.marks.mark(slot, state.position);
        state.history.push(xid, slot);
    }

    /// Whether the events are all that has happened since.
    fn is_gapless(&self, since: &Seen, answer: &PollAnswer) -> bool {
        let (before, now) = (&since.snapshot, &answer.seen.snapshot);
        let has_ended = |xid: &u64| !before.sees(*xid) && now.sees(*xid);
        let is_same_life = since.incarnation == answer.seen.incarnation;
        // Those pretend to have seen what they have not.
        let pretends = matches!(self.weak, Some(Weak::NewestTransactions | Weak::NoIncarnation));
        (is_same_life || self.weak == Some(Weak::NoIncarnation))
            && before.xmin() >= answer.retained
            && (now.covers(before) || pretends || self.weak == Some(Weak::AnyOrder))
            && (!answer.inherited.iter().any(has_ended) || self.weak == Some(Weak::NothingInherited))
    }

    /// Knowledge begins with `seen`, and with own commits that it does not see yet.
    fn begin_anew(&self, state: &mut State, since: Option<&Seen>, seen: Arc<Seen>, shape: i64) {
        let mut own = state.own.take();
        let former = state.incarnation;
        self.flush(state, Some(seen.incarnation));
        if former == Some(seen.incarnation) {
            own.forget_seen(&seen.snapshot);
            own.iter().for_each(|(xid, slot)| self.touch(state, xid, slot));
            // Where time has gone back, what they are called may be the name of others by now: let the poll tell again.
            let is_later = since.is_none_or(|since| seen.snapshot.covers(&since.snapshot));
            if is_later {
                state.own = own;
            }
        } else if let Some(former) = former {
            state.lives.end(former, seen.incarnation);
        }
        state.synced = Some(Synced { horizon: Arc::clone(&seen), seen, shape, log: Log::default() });
    }

    /// What the last poll was told of the log.
    fn note_log(&self, state: &mut State, end: Option<LogEnd>) {
        let Some(Synced { seen, log, .. }) = &mut state.synced else { return };
        if self.weak == Some(Weak::NewestPosition) {
            log.note_newest(end);
        } else {
            log.note(end, seen.snapshot.xmin());
        }
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
