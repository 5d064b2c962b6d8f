//! The rules that a run can leave out, each of which some cache does without. Never here: how a node follows them.

use mainstay_cache::coherence::Weak;
use serde::{Deserialize, Serialize};

/// A rule that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
pub(crate) enum Rule {
    /// R1: what is kept was read before its position was taken.
    StampAfterRead,
    /// R2: a poll brings what follows the newest transaction that it knew of.
    NewestTransactions,
    /// R4: nobody asks how long ago the node has heard.
    NoAgeGate,
    /// R5: what another node has kept is taken over as it is.
    TrustStore,
    /// R5a: as if the node had always listened.
    NoHorizon,
    /// R5b: of what has changed, the newest transaction alone is looked at.
    NewestOnly,
    /// R6: a new life of the server is taken for the former one.
    NoIncarnation,
    /// R6: what a crash has left prepared is expected to tell of its changes.
    NothingInherited,
    /// R7: own commits are heard of as those of others.
    NoOwnCommits,
    /// R8: who waits takes what was read for another.
    JoinAny,
    /// R9: answers are read from a replica.
    ReplicaReads,
    /// Who has written carries no token to other nodes.
    NoToken,
    /// Changes of rows are not told.
    NoTriggers,
}

impl Rule {
    /// What the cache itself leaves out.
    pub(super) fn weak(self) -> Option<Weak> {
        match self {
            Self::NewestTransactions => Some(Weak::NewestTransactions),
            Self::TrustStore => Some(Weak::TrustStore),
            Self::NoHorizon => Some(Weak::NoHorizon),
            Self::NewestOnly => Some(Weak::NewestOnly),
            Self::NoIncarnation => Some(Weak::NoIncarnation),
            Self::NothingInherited => Some(Weak::NothingInherited),
            Self::JoinAny => Some(Weak::JoinAny),
            Self::StampAfterRead
            | Self::NoAgeGate
            | Self::NoOwnCommits
            | Self::ReplicaReads
            | Self::NoToken
            | Self::NoTriggers => None,
        }
    }
}
