//! Rules that a worker leaves out on purpose, for whoever shows that leaving one out is found. Never here: anything that a
//! service would want.

/// A rule that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    /// Whoever has lost a job may end it all the same.
    NoFence,
    /// An attempt that has ended with its process does not count.
    AttemptsDecremented,
    /// Plans are made once, whatever becomes of the tables.
    StalePlan,
}

/// What connections are told who keep their first plan.
pub(crate) const STALE: &str = "set plan_cache_mode = force_generic_plan; set jit = off; set lock_timeout = '2s'; set statement_timeout = '5s'";
