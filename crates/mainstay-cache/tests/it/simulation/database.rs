//! A primary in miniature: transactions that stay open or are prepared, snapshots, an outbox, crashes that lose commits and
//! use transaction numbers again. Never here: nodes.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_cache::coherence::{Incarnation, Snapshot};
use rand::RngExt;
use rand::rngs::StdRng;
use uuid::Uuid;

pub(super) const KEYS: usize = 6;

/// The version of each key.
pub(super) type Values = [u32; KEYS];

#[derive(Default, Clone)]
struct Transaction {
    writes: BTreeMap<usize, u32>,
    rows: Vec<(u64, usize)>,
}

/// A committed row of the outbox.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) id: u64,
    pub(super) xid: u64,
    pub(super) key: usize,
}

pub(super) struct Database {
    next: u64,
    open: BTreeMap<u64, Transaction>,
    /// Of those, the ones whose clients have gone: the server is still at their commit.
    ending: BTreeSet<u64>,
    /// Of those, the ones that are prepared, and what had been committed before that.
    prepared: BTreeMap<u64, usize>,
    log: Vec<(u64, Transaction)>,
    next_row: u64,
    version: u32,
    life: u128,
    /// What was running when somebody first asked for this life's name.
    inherited: Option<Vec<u64>>,
    pub(super) rows: Vec<Row>,
    pub(super) values: Values,
}

impl Database {
    pub(super) fn new() -> Self {
        Self {
            next: 10,
            open: BTreeMap::new(),
            ending: BTreeSet::new(),
            prepared: BTreeMap::new(),
            log: vec![],
            next_row: 1,
            version: 0,
            life: 1,
            inherited: None,
            rows: vec![],
            values: [0; KEYS],
        }
    }

    /// The name of this life, if a poll has given it one.
    pub(super) fn incarnation(&self) -> Option<Incarnation> {
        self.inherited.as_ref().map(|_| Incarnation(Uuid::from_u128(self.life)))
    }

    /// As a poll asks: the name of this life, and what was running when it got it.
    pub(super) fn named(&mut self) -> (Incarnation, Vec<u64>) {
        let running = self.open.keys().copied().collect();
        let inherited = self.inherited.get_or_insert(running).clone();
        (Incarnation(Uuid::from_u128(self.life)), inherited)
    }

    /// Those that a client still has.
    pub(super) fn open(&self) -> Vec<u64> {
        let is_open = |xid: &u64| !self.ending.contains(xid) && !self.prepared.contains_key(xid);
        self.open.keys().copied().filter(is_open).collect()
    }

    pub(super) fn prepared(&self) -> Vec<u64> {
        self.prepared.keys().copied().collect()
    }

    pub(super) fn prepare(&mut self, xid: u64) {
        self.prepared.insert(xid, self.log.len());
    }

    /// The client is told that the commit has failed, which the server does not know.
    pub(super) fn leave(&mut self, xid: u64) {
        self.ending.insert(xid);
    }

    pub(super) fn begin(&mut self) {
        self.open.insert(self.next, Transaction::default());
        self.next += 1;
    }

    /// Not if somebody else holds the row's lock.
    pub(super) fn write(&mut self, xid: u64, key: usize) {
        if self.open.iter().any(|(other, transaction)| *other != xid && transaction.writes.contains_key(&key))
        {
            return;
        }
        self.version += 1;
        let row = (self.next_row, key);
        self.next_row += 1;
        if let Some(transaction) = self.open.get_mut(&xid) {
            transaction.writes.insert(key, self.version);
            transaction.rows.push(row);
        }
    }

    pub(super) fn written(&self, xid: u64) -> Vec<usize> {
        self.open.get(&xid).map_or(vec![], |transaction| transaction.writes.keys().copied().collect())
    }

    pub(super) fn commit(&mut self, xid: u64) {
        let Some(transaction) = self.end(xid) else { return };
        for (key, version) in &transaction.writes {
            self.values[*key] = *version;
        }
        self.rows.extend(transaction.rows.iter().map(|(id, key)| Row { id: *id, xid, key: *key }));
        self.log.push((xid, transaction));
    }

    pub(super) fn abort(&mut self, xid: u64) {
        self.end(xid);
    }

    fn end(&mut self, xid: u64) -> Option<Transaction> {
        self.ending.remove(&xid);
        self.prepared.remove(&xid);
        self.open.remove(&xid)
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let open: Vec<u64> = self.open.keys().copied().collect();
        let xmin = open.first().copied().unwrap_or(self.next);
        Snapshot::new(xmin, self.next, open).expect("what is open is between the two")
    }

    /// Loses the last few commits, as a server does that had not written them, or a standby that had not received them;
    /// mostly their numbers are used again. What was prepared before those stays so, but what it told is lost.
    pub(super) fn crash(&mut self, random: &mut StdRng) {
        let kept = self.log.len().saturating_sub(random.random_range(0..4));
        let lost: Vec<u64> = self.log.drain(kept..).map(|(xid, _)| xid).collect();
        self.values = [0; KEYS];
        for (key, version) in self.log.iter().flat_map(|(_, transaction)| &transaction.writes) {
            self.values[*key] = *version;
        }
        self.rows.retain(|row| !lost.contains(&row.xid));
        self.prepared.retain(|_, after| *after <= kept);
        self.open.retain(|xid, _| self.prepared.contains_key(xid));
        self.open.values_mut().for_each(|transaction| transaction.rows.clear());
        self.ending.clear();
        self.inherited = None;
        if random.random_bool(0.7) {
            let left = self.log.iter().map(|(xid, _)| *xid).chain(self.prepared.keys().copied());
            let newest = left.max().unwrap_or(9);
            self.next = self.next.min(newest + 1).max(10);
        }
        self.life += 1;
    }
}
