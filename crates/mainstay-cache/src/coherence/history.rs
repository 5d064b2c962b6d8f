//! The last events, to judge answers that another node has kept. Never here: the answers.

use std::collections::VecDeque;

use super::Snapshot;

/// The newest transaction of each slot, and the last events one by one.
#[derive(Debug)]
pub(super) struct History {
    newest: Box<[u64]>,
    events: VecDeque<(u64, usize)>,
    capacity: usize,
    /// The newest transaction of which an event has been forgotten.
    forgotten: u64,
}

impl History {
    pub(super) fn new(slots: usize, capacity: usize) -> Self {
        let newest = vec![0; slots].into();
        Self { newest, events: VecDeque::with_capacity(capacity.min(1 << 16)), capacity, forgotten: 0 }
    }

    pub(super) fn push(&mut self, xid: u64, slot: usize) {
        self.newest[slot] = self.newest[slot].max(xid);
        self.events.push_back((xid, slot));
        if self.events.len() > self.capacity
            && let Some((oldest, _)) = self.events.pop_front()
        {
            self.forgotten = self.forgotten.max(oldest);
        }
    }

    pub(super) fn clear(&mut self) {
        self.newest.fill(0);
        self.events.clear();
        self.forgotten = 0;
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether every event of the slot is visible in the snapshot; `None` if events that count have been forgotten.
    pub(super) fn is_seen(&self, slot: usize, snapshot: &Snapshot) -> Option<bool> {
        if self.newest[slot] < snapshot.xmin() {
            return Some(true);
        }
        if self.forgotten >= snapshot.xmin() {
            return None;
        }
        Some(self.events.iter().filter(|(_, of)| *of == slot).all(|(xid, _)| snapshot.sees(*xid)))
    }

    /// The newest transaction that touched the slot.
    pub(super) fn newest(&self, slot: usize) -> u64 {
        self.newest[slot]
    }
}
