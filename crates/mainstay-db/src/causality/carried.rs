//! What a session carries from one request to the next, whichever process answers it. Pure. Never here: its form outside
//! the process (`replicas::TokenKey`), cookies and headers.

use uuid::Uuid;

use crate::replicas::Token;

/// Most commits that a session carries; of more, the newest.
const WRITTEN_MOST: usize = 4;

/// A commit of the session. Who keeps answers must show it to the session as soon as the commit is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Written {
    /// In which life of the server ([`crate::CommitHook::committed`] knows it).
    pub incarnation: Uuid,
    /// The transaction.
    pub xid: u64,
    /// When, in seconds since 1970: what is older than every answer that may be called fresh says nothing any more.
    pub at_s: u64,
}

/// What a session has seen of replicas, and what it has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// How far a replica must have replayed to answer it.
    pub position: Option<Token>,
    /// Its commits that an answer may still lack. Of two that were one after the other the later one is enough: where it
    /// is visible, the earlier one is.
    pub written: Vec<Written>,
}

impl Carried {
    /// Whether there is nothing to carry.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What a session carries that has carried both; nobody knows which commit was first.
    #[must_use]
    pub fn merge(self, newer: Self) -> Self {
        let position = newer.position.map(|position| position.merge_some(self.position)).or(self.position);
        let mut written = self.written;
        for one in newer.written {
            if !written.contains(&one) {
                written.push(one);
            }
        }
        Self { position, written: newest(written) }
    }
}

/// At most as many as a session carries.
pub(super) fn newest(mut written: Vec<Written>) -> Vec<Written> {
    written.sort_by_key(|one| std::cmp::Reverse((one.at_s, one.xid)));
    written.truncate(WRITTEN_MOST);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(xid: u64) -> Written {
        Written { incarnation: Uuid::nil(), xid, at_s: xid }
    }

    fn carried(xids: &[u64]) -> Carried {
        Carried { position: None, written: xids.iter().map(|xid| written(*xid)).collect() }
    }

    #[test]
    fn who_has_carried_both_carries_each_commit_once_and_the_newest_of_many() {
        assert_eq!(carried(&[]).merge(carried(&[])), Carried::default());
        assert_eq!(carried(&[1, 2]).merge(carried(&[2, 3])), carried(&[3, 2, 1]));
        assert_eq!(carried(&[1, 2, 3]).merge(carried(&[4, 5])), carried(&[5, 4, 3, 2]));
        assert!(Carried::default().is_empty() && !carried(&[1]).is_empty());
    }
}
