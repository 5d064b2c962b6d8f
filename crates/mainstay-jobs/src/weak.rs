//! Rules that a worker leaves out on purpose, for whoever shows that leaving one out is found. Never here: anything that a
//! service would want.

/// A rule that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    /// Whoever has lost a job may end it all the same.
    NoFence,
    /// An attempt that has ended with its process does not count.
    AttemptsDecremented,
    /// Nobody gives the jobs of dead processes to others.
    NoRescue,
    /// Plans are made once, whatever becomes of the tables.
    StalePlan,
}
