//! The weaker rules, each of which somebody uses. Never here: how a session follows them.

/// A rule that is not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Rule {
    /// The position is taken inside the transaction, before its commit record.
    InsideLsn,
    /// The position after the commit is what was written, not what was inserted.
    WriteLsn,
    /// The primary answers for 500 ms after a write, then anybody.
    Sticky,
    /// A session carries nothing.
    NoToken,
    /// A session carries what it wrote, and not what it saw.
    NoMonotonic,
    /// Nobody asks how old a replica is.
    NoStaleness,
    /// Positions are compared whatever their timeline.
    NoEpoch,
    /// Nobody asks whether the primary shows what a replica has shown.
    NoSettling,
}

impl Rule {
    /// Whether `rule` is this one.
    pub(super) fn is(rule: Option<Self>, this: Self) -> bool {
        rule == Some(this)
    }
}
