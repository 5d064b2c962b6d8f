//! The rules that can be left out, each of which some queue leaves out. Never here: how it is noticed.

use mainstay_jobs::Weak;
use serde::{Deserialize, Serialize};

/// A rule of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub(crate) enum Rule {
    /// Whoever has lost a job may end it all the same.
    NoFence,
    /// Claims begin where the last one has ended, and never look behind.
    NoFullPass,
    /// An attempt that has ended with its process does not count.
    AttemptsDecremented,
    /// Processes do not tell each other of new jobs.
    NotifyLost,
    /// The plan of a claim is kept from when the tables were empty.
    StalePlan,
    /// Nobody gives the jobs of dead processes to others.
    NoRescue,
    /// Nobody looks for what it was not told of.
    NoPoll,
    /// A reader of events goes on from the last one that it has seen, whoever commits late.
    NoHorizon,
}

impl Rule {
    /// What the worker itself leaves out.
    pub(super) fn weak(self) -> Option<Weak> {
        match self {
            Self::NoFence => Some(Weak::NoFence),
            Self::AttemptsDecremented => Some(Weak::AttemptsDecremented),
            Self::StalePlan => Some(Weak::StalePlan),
            Self::NoRescue => Some(Weak::NoRescue),
            Self::NoFullPass | Self::NotifyLost | Self::NoPoll | Self::NoHorizon => None,
        }
    }
}
