//! A primary in miniature: transactions that stay open, snapshots, an outbox, crashes that lose commits and use
//! transaction numbers again. Never here: nodes.

use std::collections::BTreeMap;

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
    log: Vec<(u64, Transaction)>,
    next_row: u64,
    version: u32,
    life: u128,
    pub(super) rows: Vec<Row>,
    pub(super) values: Values,
}

impl Database {
    pub(super) fn new() -> Self {
        Self {
            next: 10,
            open: BTreeMap::new(),
            log: vec![],
            next_row: 1,
            version: 0,
            life: 1,
            rows: vec![],
            values: [0; KEYS],
        }
    }

    pub(super) fn incarnation(&self) -> Incarnation {
        Incarnation(Uuid::from_u128(self.life))
    }

    pub(super) fn open(&self) -> Vec<u64> {
        self.open.keys().copied().collect()
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
        let Some(transaction) = self.open.remove(&xid) else { return };
        for (key, version) in &transaction.writes {
            self.values[*key] = *version;
        }
        self.rows.extend(transaction.rows.iter().map(|(id, key)| Row { id: *id, xid, key: *key }));
        self.log.push((xid, transaction));
    }

    pub(super) fn abort(&mut self, xid: u64) {
        self.open.remove(&xid);
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let open = self.open();
        let xmin = open.first().copied().unwrap_or(self.next);
        Snapshot::new(xmin, self.next, open).expect("what is open is between the two")
    }

    /// Loses the last few commits, as a server does that had not written them, or a standby that had not received them;
    /// mostly their numbers are used again.
    pub(super) fn crash(&mut self, random: &mut StdRng) {
        let kept = self.log.len().saturating_sub(random.random_range(0..4));
        let lost: Vec<u64> = self.log.drain(kept..).map(|(xid, _)| xid).collect();
        self.values = [0; KEYS];
        for (key, version) in self.log.iter().flat_map(|(_, transaction)| &transaction.writes) {
            self.values[*key] = *version;
        }
        self.rows.retain(|row| !lost.contains(&row.xid));
        self.open.clear();
        if random.random_bool(0.7) {
            let newest = self.log.iter().map(|(xid, _)| *xid).max().unwrap_or(9);
            self.next = self.next.min(newest + 1).max(10);
        }
        self.life += 1;
    }
}
