//! A primary and a replica in miniature: a commit is in the log first, then visible on the primary; on the replica it is
//! visible with its record. Never here: nodes, sessions.

use std::collections::BTreeMap;

use mainstay_cache::coherence::{Event, Snapshot, Tag};
use rand::RngExt;
use rand::rngs::StdRng;

pub(super) const KEYS: usize = 3;

/// The version of each key.
pub(super) type Values = [u32; KEYS];

#[derive(Default)]
struct Transaction {
    writes: BTreeMap<usize, u32>,
    is_recorded: bool,
}

/// A commit that the primary has just begun to show.
pub(super) struct Commit {
    pub(super) xid: u64,
    pub(super) writes: BTreeMap<usize, u32>,
}

pub(super) struct Servers {
    next: u64,
    /// The highest that has ended.
    ended: u64,
    version: u32,
    running: BTreeMap<u64, Transaction>,
    /// Where each record ends, and what it brings.
    log: Vec<(u64, BTreeMap<usize, u32>)>,
    end: u64,
    replayed: u64,
    pub(super) shown: Values,
    replica: Values,
    /// Of what the primary shows.
    pub(super) events: Vec<(u64, Vec<usize>)>,
}

impl Servers {
    pub(super) fn new() -> Self {
        Self {
            next: 10,
            ended: 9,
            version: 0,
            running: BTreeMap::new(),
            log: vec![],
            end: 100,
            replayed: 100,
            shown: [0; KEYS],
            replica: [0; KEYS],
            events: vec![],
        }
    }

    pub(super) fn begin(&mut self) {
        if self.running.len() < 4 {
            self.running.insert(self.next, Transaction::default());
            self.next += 1;
        }
    }

    /// A key that another one has written is locked until the primary shows that.
    pub(super) fn write(&mut self, random: &mut StdRng) {
        let key = random.random_range(0..KEYS);
        let holder = self.running.iter().find(|(_, one)| one.writes.contains_key(&key)).map(|(xid, _)| *xid);
        let Some(xid) = self.pick(random, false).filter(|xid| holder.is_none_or(|holder| holder == *xid))
        else {
            return;
        };
        self.version += 1;
        let version = self.version;
        self.running.entry(xid).or_default().writes.insert(key, version);
    }

    /// The record of a commit.
    pub(super) fn record(&mut self, random: &mut StdRng) {
        let Some(xid) = self.pick(random, false) else { return };
        let one = self.running.entry(xid).or_default();
        one.is_recorded = true;
        self.end += random.random_range(1..20);
        self.log.push((self.end, one.writes.clone()));
    }

    /// The process that commits has ended its work.
    pub(super) fn show(&mut self, random: &mut StdRng) -> Option<Commit> {
        let xid = self.pick(random, true)?;
        let Transaction { writes, .. } = self.running.remove(&xid)?;
        self.ended = self.ended.max(xid);
        writes.iter().for_each(|(key, version)| self.shown[*key] = *version);
        self.events.push((xid, writes.keys().copied().collect()));
        Some(Commit { xid, writes })
    }

    pub(super) fn abort(&mut self, random: &mut StdRng) {
        if let Some(xid) = self.pick(random, false) {
            self.running.remove(&xid);
            self.ended = self.ended.max(xid);
        }
    }

    pub(super) fn replay(&mut self, random: &mut StdRng) {
        let behind: Vec<_> = self.log.iter().filter(|(end, _)| *end > self.replayed).cloned().collect();
        for (end, writes) in behind.into_iter().take(random.random_range(1..4)) {
            writes.iter().for_each(|(key, version)| self.replica[*key] = *version);
            self.replayed = end;
        }
    }

    /// What the replica shows, and up to where that is.
    pub(super) fn replica(&self) -> (Values, u64) {
        (self.replica, self.replayed)
    }

    /// Where the next record goes.
    pub(super) fn position(&self) -> u64 {
        self.end
    }

    /// The number that is given next.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Whether the primary shows all that is recorded up to here.
    pub(super) fn shows(&self, position: u64) -> bool {
        self.log
            .iter()
            .take_while(|(end, _)| *end <= position)
            .all(|(_, writes)| writes.iter().all(|(key, version)| self.shown[*key] >= *version))
    }

    /// As the server says it: of those that run, none from the highest that has ended on.
    pub(super) fn snapshot(&self) -> Snapshot {
        let xmax = self.ended + 1;
        let running: Vec<u64> = self.running.range(..xmax).map(|(xid, _)| *xid).collect();
        Snapshot::new(running.first().copied().unwrap_or(xmax), xmax, running).unwrap()
    }

    pub(super) fn events_since(&self, since: &Snapshot) -> Vec<Event> {
        let new = self.events.iter().filter(|(xid, _)| !since.sees(*xid));
        new.map(|(xid, keys)| Event { xid: *xid, tags: keys.iter().copied().map(tag).collect() }).collect()
    }

    fn pick(&self, random: &mut StdRng, is_recorded: bool) -> Option<u64> {
        let fit = self.running.iter().filter(|(_, one)| one.is_recorded == is_recorded);
        let fit: Vec<u64> = fit.map(|(xid, _)| *xid).collect();
        // The oldest tends to live long.
        let from = usize::from(fit.len() > 1 && random.random_bool(0.7));
        (!fit.is_empty()).then(|| fit[random.random_range(from..fit.len())])
    }
}

pub(super) fn tag(key: usize) -> Tag {
    Tag::from_hash(key as u64)
}
