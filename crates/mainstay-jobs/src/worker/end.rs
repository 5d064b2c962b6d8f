//! The end of an attempt, as it is to be written. Never here: writing it.

use std::time::Duration;

use uuid::Uuid;

use super::claims::Place;
use crate::json::JsonText;
use crate::run::Run;
use crate::store::{self, ms};

/// What is to be written of one attempt.
#[derive(Debug)]
pub(super) struct End {
    pub(super) run: Run,
    pub(super) verdict: Verdict,
    /// So many times it was put aside, because somebody held what it is to change.
    pub(super) held: u32,
    /// Given back when it is written.
    pub(super) _place: Option<Place>,
}

impl End {
    /// Of an attempt that has no place here any more.
    pub(super) fn of(run: Run, verdict: Verdict) -> Self {
        Self { run, verdict, held: 0, _place: None }
    }

    /// About so many are sent of it.
    pub(super) fn bytes(&self) -> usize {
        let text = match &self.verdict {
            Verdict::Succeeded(result) => result.as_str().len(),
            Verdict::Retry(_, why, _) | Verdict::Failed(_, why) | Verdict::Discarded(why) => {
                why.len().min(DETAIL_MOST)
            }
            Verdict::Completed { .. } | Verdict::Snooze(_) | Verdict::Release | Verdict::Cancelled => 0,
        };
        OWN_BYTES + text
    }

    /// Of a success.
    pub(super) fn result(&self) -> Option<&JsonText> {
        match &self.verdict {
            Verdict::Succeeded(result) => Some(result),
            _ => None,
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.result().is_some()
    }

    /// Whether it says something new; the other only sees to it that nothing is left.
    pub(super) fn is_told(&self) -> bool {
        !matches!(self.verdict, Verdict::Completed { .. })
    }
}

#[derive(Debug)]
pub(super) enum Verdict {
    Succeeded(JsonText),
    /// The work has written its success itself. Where its transaction was not committed all the same, it begins again.
    Completed {
        is_last: bool,
    },
    /// Again after the pause.
    Retry(Cause, String, Duration),
    Snooze(Duration),
    /// Given back as if it had never been claimed.
    Release,
    Failed(Cause, String),
    Discarded(String),
    Cancelled,
}

/// What ended an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Error,
    Panic,
    Timeout,
    Payload,
    /// Its process had lost the database.
    Cut,
}

impl Cause {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Timeout => "timeout",
            Self::Payload => "payload",
            Self::Cut => "cut",
        }
    }
}

const UNCOMMITTED: &str = "it wrote its success in a transaction that was not committed";

/// What is sent of each end beside its text.
const OWN_BYTES: usize = 100;

/// The longest error that is kept.
const DETAIL_MOST: usize = 16 * 1024;

/// The columns of ends that are no successes.
#[derive(Debug, Default)]
pub(super) struct Failures {
    pub(super) runs: Vec<i64>,
    pub(super) jobs: Vec<Uuid>,
    pub(super) verdicts: Vec<&'static str>,
    pub(super) causes: Vec<Option<&'static str>>,
    pub(super) details: Vec<String>,
    pub(super) pauses: Vec<i64>,
}

impl Failures {
    pub(super) fn of(ends: &[End]) -> Self {
        let mut columns = Self::default();
        ends.iter().for_each(|end| columns.push(end.run, &end.verdict));
        columns
    }

    fn push(&mut self, run: Run, verdict: &Verdict) {
        let (verdict, cause, detail, pause) = match verdict {
            Verdict::Retry(cause, detail, pause) => ("retry", Some(cause.name()), detail.as_str(), *pause),
            Verdict::Snooze(pause) => ("snooze", None, "", *pause),
            Verdict::Failed(cause, detail) => ("failed", Some(cause.name()), detail.as_str(), Duration::ZERO),
            Verdict::Discarded(detail) => ("discarded", None, detail.as_str(), Duration::ZERO),
            Verdict::Cancelled => ("cancelled", None, "", Duration::ZERO),
            Verdict::Completed { is_last } => {
                let verdict = if *is_last { "failed" } else { "retry" };
                (verdict, Some(Cause::Error.name()), UNCOMMITTED, Duration::ZERO)
            }
            Verdict::Release | Verdict::Succeeded(_) => ("release", None, "", Duration::ZERO),
        };
        self.runs.push(run.number);
        self.jobs.push(run.job);
        self.verdicts.push(verdict);
        self.causes.push(cause);
        self.details.push(store::storable(detail, DETAIL_MOST));
        self.pauses.push(ms(pause));
    }
}
