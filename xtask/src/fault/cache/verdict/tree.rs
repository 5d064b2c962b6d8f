//! The writes of one key, and when each was there. Never here: who read it.

use std::collections::HashMap;

use crate::fault::cache::history::{History, Loss};

/// One write.
#[derive(Debug)]
struct Write {
    before: u64,
    depth: usize,
    intent: u64,
    /// When its commit was told of, or somebody had seen its effect.
    known: Option<u64>,
    is_told: bool,
    has_survived: bool,
    next: Vec<u64>,
}

/// The writes of a key by what they overwrote.
#[derive(Debug)]
pub(super) struct Tree {
    writes: HashMap<u64, Write>,
    losses: Vec<Loss>,
}

impl Tree {
    pub(super) fn of(history: &History, key: usize) -> Self {
        let root = Write {
            before: 0,
            depth: 0,
            intent: 0,
            known: Some(0),
            is_told: true,
            has_survived: true,
            next: Vec::new(),
        };
        let mut tree = Self { writes: HashMap::from([(0, root)]), losses: history.losses.clone() };
        tree.plant(history, key);
        for acked in history.acked.iter().filter(|acked| acked.key == key) {
            tree.writes.entry(acked.id).and_modify(|write| write.is_told = true);
            tree.see(acked.id, acked.at);
        }
        for read in &history.reads {
            let mine = read.seen.iter().filter(|(other, _)| *other == key);
            mine.for_each(|(_, id)| tree.see(*id, read.until));
        }
        let mut at = history.last.get(key).copied().unwrap_or(0);
        while let Some(write) = tree.writes.get_mut(&at).filter(|write| !write.has_survived) {
            write.has_survived = true;
            at = write.before;
        }
        tree
    }

    /// Intents by their time: what is overwritten was there before.
    fn plant(&mut self, history: &History, key: usize) {
        let mut intents: Vec<_> = history.intents.iter().filter(|intent| intent.key == key).collect();
        intents.sort_by_key(|intent| intent.at);
        for intent in intents {
            let depth = self.writes.get(&intent.before).map_or(0, |before| before.depth + 1);
            let write = Write {
                before: intent.before,
                depth,
                intent: intent.at,
                known: None,
                is_told: false,
                has_survived: false,
                next: Vec::new(),
            };
            self.writes.insert(intent.id, write);
            self.see(intent.before, intent.at);
            self.writes.entry(intent.before).and_modify(|before| before.next.push(intent.id));
        }
    }

    fn see(&mut self, id: u64, at: u64) {
        self.writes
            .entry(id)
            .and_modify(|write| write.known = Some(write.known.map_or(at, |known| known.min(at))));
    }

    /// How many took effect and were lost.
    pub(super) fn lost(&self) -> usize {
        self.writes.values().filter(|write| write.known.is_some() && !write.has_survived).count()
    }

    pub(super) fn unknown_taken(&self) -> usize {
        self.writes.values().filter(|write| write.has_survived && !write.is_told).count()
    }

    /// When `id` may have been what the key held; `None` if it never was.
    pub(super) fn spans(&self, id: u64) -> Option<Vec<(u64, u64)>> {
        let write = self.writes.get(&id)?;
        let end = if write.has_survived { u64::MAX } else { self.gone(write) };
        let mut from = write.intent;
        let mut spans = Vec::new();
        for next in write.next.iter().filter_map(|next| self.writes.get(next)) {
            if next.known.is_none() && !next.has_survived {
                continue;
            }
            spans.push((from, next.known.unwrap_or(u64::MAX).min(end)));
            if next.has_survived {
                return Some(spans);
            }
            // It was lost, and what it had overwritten was there again.
            from = self
                .losses
                .iter()
                .find(|loss| loss.over > next.intent)
                .map_or(next.intent, |loss| loss.begun);
        }
        spans.push((from, end));
        Some(spans)
    }

    /// Until when a lost write was there at the longest.
    fn gone(&self, write: &Write) -> u64 {
        let mut later = self.losses.iter().filter(|loss| loss.over > write.intent);
        let after = later.clone().find(|loss| write.known.is_some_and(|known| loss.begun >= known));
        after.or_else(|| later.next_back()).map_or(u64::MAX, |loss| loss.over)
    }

    /// Whether who is given `seen` is given `floor`, or what came after it. Of what was lost nobody can be given more.
    pub(super) fn is_no_less(&self, seen: u64, floor: u64, until: u64) -> bool {
        let (Some(below), mut at) = (self.writes.get(&floor), seen) else { return true };
        while let Some(write) = self.writes.get(&at).filter(|write| write.depth > below.depth) {
            at = write.before;
        }
        let may_be_lost = || {
            let since = |loss: &Loss| loss.over > below.intent && loss.begun <= until;
            !below.has_survived && self.losses.iter().any(since)
        };
        at == floor || may_be_lost()
    }
}
