//! Commits of this process that no poll has seen yet. Never here: what follows from a change.

use std::collections::BTreeMap;

use super::Snapshot;

/// What each of them touched, so that the poll need not tell it again.
#[derive(Debug)]
pub(super) struct Own {
    /// Slots, ascending.
    commits: BTreeMap<u64, Box<[usize]>>,
    /// Of all of them together.
    slots: usize,
    most: usize,
}

/// There are more than are remembered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Own {
    pub(super) fn new(most: usize) -> Self {
        Self { commits: BTreeMap::new(), slots: 0, most }
    }

    pub(super) fn insert(&mut self, xid: u64, slots: impl Iterator<Item = usize>) -> Result<(), Full> {
        let before = self.commits.remove(&xid).unwrap_or_default();
        self.slots -= before.len();
        let mut slots: Vec<usize> = before.into_iter().chain(slots).collect();
        slots.sort_unstable();
        slots.dedup();
        self.slots += slots.len();
        self.commits.insert(xid, slots.into());
        // A commit that touched nothing takes its room, too.
        if self.slots.max(self.commits.len()) > self.most { Err(Full) } else { Ok(()) }
    }

    pub(super) fn contains(&self, xid: u64) -> bool {
        self.commits.contains_key(&xid)
    }

    pub(super) fn touched(&self, xid: u64, slot: usize) -> bool {
        self.commits.get(&xid).is_some_and(|slots| slots.binary_search(&slot).is_ok())
    }

    /// Polls tell of these from now on.
    pub(super) fn forget_seen(&mut self, snapshot: &Snapshot) {
        self.commits.retain(|xid, slots| {
            let is_kept = !snapshot.sees(*xid);
            self.slots -= if is_kept { 0 } else { slots.len() };
            is_kept
        });
    }

    pub(super) fn clear(&mut self) {
        self.commits.clear();
        self.slots = 0;
    }

    /// Empties this, and returns what it held.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new(self.most))
    }

    /// Each transaction with a slot that it touched.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, usize)> {
        self.commits.iter().flat_map(|(xid, slots)| slots.iter().map(|slot| (*xid, *slot)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_are_remembered_is_told() {
        let mut own = Own::new(3);
        assert_eq!(own.insert(5, [2, 1, 2].into_iter()), Ok(()));
        assert_eq!(own.insert(5, [3].into_iter()), Ok(()));
        assert_eq!(own.iter().collect::<Vec<_>>(), [(5, 1), (5, 2), (5, 3)]);
        own.forget_seen(&"6:6:".parse().expect("well formed"));
        assert_eq!(own.insert(6, [7, 8].into_iter()), Ok(()));
        assert!(own.touched(6, 8) && !own.touched(6, 9) && !own.contains(5));
        assert_eq!(own.insert(7, [1, 2].into_iter()), Err(Full));
        own.clear();
        assert_eq!(
            (7..11).map(|xid| own.insert(xid, [].into_iter()).is_ok()).collect::<Vec<_>>(),
            [true, true, true, false]
        );
    }
}
