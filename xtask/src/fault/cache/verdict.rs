//! Whether what was read could be read. Pure. Never here: how it came about.
//!
//! Each write names what it overwrites, so the writes of a key are a tree: what is on the way from what the key holds at
//! last to the beginning has survived; what is beside that was lost with a server. A write took effect at some time between
//! its intent and its answer, so it was surely there no longer than until the answer of what overwrote it. Where the
//! history leaves it open, a read is right.

mod tree;

use std::collections::BTreeMap;

use super::history::{History, Read};
use tree::Tree;

/// The source of answers that may be outdated.
const STALE: &str = "Stale";

/// A read that cannot be.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    pub(super) kind: Kind,
    pub(super) read: Read,
    pub(super) why: String,
}

/// Which promise it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// It was overwritten longer ago than the bound.
    Stale,
    /// It was not written yet.
    Future,
    /// Nobody has written it.
    Invented,
    /// All of it was never there together.
    Torn,
    /// It lacks what its reader had written, or carried.
    OwnWrites,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    pub(super) wrong: Vec<Wrong>,
    /// How old the oldest answer was that was fresh, in nanoseconds.
    pub(super) oldest: u64,
    pub(super) lost: usize,
    /// Commits that nobody was told of and that took effect.
    pub(super) unknown_taken: usize,
}

impl Verdict {
    pub(super) fn of(history: &History) -> Self {
        let trees: Vec<Tree> = (0..history.last.len()).map(|key| Tree::of(history, key)).collect();
        let mut verdict = Self {
            lost: trees.iter().map(Tree::lost).sum(),
            unknown_taken: trees.iter().map(Tree::unknown_taken).sum(),
            ..Self::default()
        };
        for read in &history.reads {
            verdict.judge(&trees, read);
        }
        verdict
    }

    pub(super) fn counts(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        self.wrong.iter().for_each(|wrong| *counts.entry(wrong.kind).or_default() += 1);
        counts
    }

    fn judge(&mut self, trees: &[Tree], read: &Read) {
        let mut tell = |kind, why| self.wrong.push(Wrong { kind, read: read.clone(), why });
        let oldest = read.from.saturating_sub(read.bound);
        // When all of it may have been there together.
        let mut together = vec![(oldest, read.until)];
        for (key, id) in &read.seen {
            let Some(spans) = trees[*key].spans(*id) else {
                return tell(Kind::Invented, format!("key {key} never held {id}"));
            };
            let latest = spans.iter().map(|span| span.1).max().unwrap_or(0);
            if latest < read.from && read.source != STALE {
                self.oldest = self.oldest.max(read.from - latest);
            }
            let is_there = |span: &&(u64, u64)| span.0 <= read.until && span.1 >= oldest;
            if spans.iter().find(is_there).is_none() {
                let (kind, why) = match spans.iter().any(|span| span.0 <= read.until) {
                    true => {
                        (Kind::Stale, format!("key {key}: {id} was there until {}", ms(latest, read.from)))
                    }
                    false => (Kind::Future, format!("key {key}: {id} was written after the answer")),
                };
                return tell(kind, why);
            }
            together = overlaps(&together, &spans);
        }
        if together.is_empty() {
            tell(Kind::Torn, "never there together".to_owned());
        }
        for (key, floor) in &read.floors {
            let seen = read.seen.iter().find(|(other, _)| other == key).map(|(_, id)| *id);
            if let Some(seen) = seen
                && !trees[*key].is_no_less(seen, *floor, read.until)
            {
                tell(Kind::OwnWrites, format!("key {key} held {seen}, without {floor}"));
            }
        }
    }
}

fn overlaps(left: &[(u64, u64)], right: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let both = |one: &(u64, u64), other: &(u64, u64)| (one.0.max(other.0), one.1.min(other.1));
    let pairs = left.iter().flat_map(|one| right.iter().map(move |other| both(one, other)));
    pairs.filter(|span| span.0 <= span.1).collect()
}

fn ms(time: u64, now: u64) -> String {
    format!("{} ms before it was asked for", now.saturating_sub(time) / 1_000_000)
}

#[cfg(test)]
mod tests;
