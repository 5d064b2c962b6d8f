//! What an entry was made from, and what a change touched. Never here: which tags a read or a table has.

/// The hash of a row, of all rows of an owner, or of a table. Two that fall together cost a read, never a wrong answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(u64);

impl Tag {
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
