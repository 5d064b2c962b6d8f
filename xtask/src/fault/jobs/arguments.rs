//! What a story is asked for with. Never here: the story.

use super::rule::Rule;
use super::story::Outline;

/// How long blows fall, where nothing else is said: long enough for all of them.
const SECONDS: u64 = 45;

/// Which story, for how long, and by which rule.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Arguments {
    /// The same seed tells the same story: what is broken in which order, who asks for what in which order.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How long nodes and servers are struck, 45 where nothing is said; what is being broken at the end is finished, and what
    /// waits is done.
    #[arg(long)]
    pub(super) seconds: Option<u64>,
    /// How many nodes there are.
    #[arg(long, default_value_t = 3)]
    pub(super) nodes: usize,
    /// Leave a rule out, to see it found out: in the short story that shows it, or in all of it for so many seconds.
    #[arg(long = "break", value_enum)]
    pub(super) broken: Option<Rule>,
    /// Tell the short story of a rule and keep it: nothing may be found.
    #[arg(long = "keep", value_enum, conflicts_with = "broken")]
    pub(super) kept: Option<Rule>,
    /// Tell the short story of each rule, without it, and see all of them found out.
    #[arg(long, conflicts_with_all = ["broken", "kept"])]
    pub(super) break_each: bool,
    /// Tell the short story of each rule, and keep it.
    #[arg(long, conflicts_with_all = ["broken", "kept", "break_each"])]
    pub(super) keep_each: bool,
}

impl Arguments {
    /// What every check of the tree hears.
    pub(crate) fn short() -> Self {
        Self {
            seed: 1,
            seconds: None,
            nodes: 3,
            broken: None,
            kept: None,
            break_each: false,
            keep_each: false,
        }
    }

    /// Whose short story is told.
    pub(super) fn rule(&self) -> Option<Rule> {
        self.broken.or(self.kept)
    }

    pub(super) fn outline(&self) -> Outline {
        match (self.rule(), self.seconds) {
            (Some(rule), None) => Outline::of(rule),
            (_, seconds) => Outline::whole(seconds.unwrap_or(SECONDS)),
        }
    }

    /// Too short for everything to happen.
    pub(super) fn is_short(&self) -> bool {
        self.seconds.is_some_and(|seconds| seconds < SECONDS)
    }
}
