//! What an entry was made from, and what a change touched. Never here: which tags a read has, what is hashed in the
//! database (`migrations/0001_invalidation.sql`).

use sha2::{Digest, Sha256};

/// The hash of a row, of all rows of an owner, or of a table. Two that fall together cost a read, never a wrong answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(u64);

impl Tag {
    /// The tag of this name, as the database's `cache_tag` makes it: the first 64 bits of SHA-256.
    pub fn named(name: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        Self(u64::from_be_bytes(first))
    }

    /// What covers every row of a table.
    pub fn of_table(table: &str) -> [Self; 1] {
        [Self::named(table)]
    }

    /// What covers all rows of one owner.
    pub fn of_owner(table: &str, owner: &str) -> [Self; 2] {
        [Self::named(&format!("{table}:{owner}")), Self::named(&format!("{table}:*"))]
    }

    /// What covers one row, whose key besides the owner is `key`, its parts joined by colons.
    pub fn of_row(table: &str, owner: &str, key: &str) -> [Self; 3] {
        [
            Self::named(&format!("{table}:{owner}:{key}")),
            Self::named(&format!("{table}:{owner}:*")),
            Self::named(&format!("{table}:*")),
        ]
    }

    /// The tag with this hash; it must spread evenly over all 64 bits.
    pub const fn from_hash(hash: u64) -> Self {
        Self(hash)
    }

    /// As it stands in the database, whose largest integer has a sign.
    pub fn from_bigint(value: i64) -> Self {
        Self(value.cast_unsigned())
    }

    /// As the database keeps it.
    pub fn to_bigint(self) -> i64 {
        self.0.cast_signed()
    }

    /// Its hash.
    pub fn hash(self) -> u64 {
        self.0
    }
}
