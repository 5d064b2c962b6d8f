//! Which tags change most. Never here: what follows from a change.

use std::collections::HashMap;

use super::Tag;

/// Counts a few of very many, after Misra and Gries, "Finding repeated elements", 1982: a tag that makes up more than the
/// `most`-th part of all changes is among them, and its count is short by no more than that.
#[derive(Debug)]
pub(super) struct Busiest {
    counts: HashMap<Tag, u64>,
    most: usize,
}

impl Busiest {
    pub(super) fn new(most: usize) -> Self {
        Self { counts: HashMap::with_capacity(most), most }
    }

    pub(super) fn count(&mut self, tag: Tag) {
        if let Some(count) = self.counts.get_mut(&tag) {
            *count += 1;
        } else if self.counts.len() < self.most {
            self.counts.insert(tag, 1);
        } else {
            // Each of these steps takes back one that was counted, so that they are few in the long run.
            self.counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }

    /// The first `most`, busiest first.
    pub(super) fn top(&self, most: usize) -> Vec<(Tag, u64)> {
        let mut all: Vec<(Tag, u64)> = self.counts.iter().map(|(tag, count)| (*tag, *count)).collect();
        all.sort_unstable_by_key(|(tag, count)| (std::cmp::Reverse(*count), *tag));
        all.truncate(most);
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn who_is_often_there_is_counted(hashes in proptest::collection::vec(0_u64..12, 0..200), most in 1_usize..6) {
            let mut busiest = Busiest::new(most);
            hashes.iter().for_each(|hash| busiest.count(Tag::from_hash(*hash)));
            let top = busiest.top(most);
            prop_assert!(top.len() <= most && top.is_sorted_by(|one, other| one.1 >= other.1));
            let short = hashes.len() / (most + 1);
            for hash in 0..12 {
                let is = hashes.iter().filter(|other| **other == hash).count();
                let counted = top.iter().find(|(tag, _)| tag.hash() == hash).map_or(0, |(_, count)| *count as usize);
                prop_assert!(counted <= is && is <= counted + short, "{hash}: {is} counted {counted}, short {short}");
            }
        }
    }
}
