//! What a story tells: all of it, or what shows one rule in the shortest time. Pure. Never here: how it is told.

use std::time::Duration;

use super::plan::Blow;
use super::rule::Rule;

/// A part of a story in which nobody strikes, unless it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chapter {
    /// Before the first blow: claims of a few jobs, planned when there were none.
    Claims,
    /// While others ask for jobs: days that are old, with jobs that live and jobs that do not.
    Days,
    /// A process is frozen while it works, and goes on when others have done that.
    Frozen,
    /// After the last blow: work that keeps its thread for ever.
    Hung,
    /// Words to a process that looks for nothing.
    Words,
    /// Somebody commits late, behind the back of that process.
    Late,
    /// Jobs whose time comes when nobody says anything any more.
    Unseen,
}

/// Which chapters, how long blows fall, and which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outline {
    chapters: &'static [Chapter],
    /// How long others ask for jobs.
    pub(super) length: Duration,
    /// Which of the blows fall meanwhile.
    pub(super) falls: fn(&Blow) -> bool,
    /// When nothing has ended for so long, the rest is taken to never end.
    pub(super) stalled: Duration,
}

impl Outline {
    /// Everything.
    pub(super) fn whole(seconds: u64) -> Self {
        use Chapter::{Claims, Days, Frozen, Hung, Late, Unseen, Words};
        Self {
            chapters: &[Claims, Days, Frozen, Hung, Words, Late, Unseen],
            length: Duration::from_secs(seconds),
            falls: |_| true,
            stalled: Duration::from_secs(30),
        }
    }

    /// What shows this rule.
    pub(super) fn of(rule: Rule) -> Self {
        match rule {
            Rule::StalePlan => Self::calm(&[Chapter::Claims]),
            Rule::NotifyLost => Self::calm(&[Chapter::Words]),
            Rule::NoFullPass => Self::calm(&[Chapter::Words, Chapter::Late]),
            Rule::NoPoll | Rule::NoTime => Self::calm(&[Chapter::Unseen]),
            Rule::NoPoison | Rule::NoDeadline => Self::calm(&[Chapter::Hung]),
            Rule::NoGuard => Self { chapters: &[Chapter::Days], ..Self::blows(2, |_| false) },
            Rule::NoHorizon | Rule::NoOrder | Rule::NoKeys | Rule::NoLimits | Rule::NoKinds => {
                Self::blows(8, |_| false)
            }
            Rule::NoFence => Self::calm(&[Chapter::Frozen]),
            Rule::AttemptsDecremented | Rule::NoRescue => {
                Self::blows(8, |blow| matches!(blow, Blow::Kill { .. }))
            }
            Rule::NoDrain => Self::blows(8, |blow| matches!(blow, Blow::Stop { .. })),
            Rule::NoCatchUp => Self::blows(8, |blow| matches!(blow, Blow::Outage { .. })),
        }
    }

    pub(super) fn has(&self, chapter: Chapter) -> bool {
        self.chapters.contains(&chapter)
    }

    /// A story in which nobody is struck.
    fn calm(chapters: &'static [Chapter]) -> Self {
        Self { chapters, ..Self::blows(0, |_| false) }
    }

    /// One without chapters.
    fn blows(seconds: u64, falls: fn(&Blow) -> bool) -> Self {
        let (length, stalled) = (Duration::from_secs(seconds), Duration::from_secs(15));
        Self { chapters: &[], length, falls, stalled }
    }
}
