//! The end of an attempt, as it is to be written. Never here: writing it.

use std::time::Duration;

use super::claims::Place;
use crate::json::JsonText;
use crate::store::{self, ms};

/// What is to be written of one attempt.
#[derive(Debug)]
pub(super) struct End {
    pub(super) run: i64,
    pub(super) verdict: Verdict,
    /// Given back when it is written.
    pub(super) _place: Option<Place>,
}

impl End {
    /// Of an attempt that has no place here any more.
    pub(super) fn of(run: i64, verdict: Verdict) -> Self {
        Self { run, verdict, _place: None }
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

/// The longest error that is kept.
const DETAIL_MOST: usize = 16 * 1024;

/// The columns of ends that are no successes.
#[derive(Debug, Default)]
pub(super) struct Failures {
    pub(super) runs: Vec<i64>,
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

    fn push(&mut self, run: i64, verdict: &Verdict) {
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
        self.runs.push(run);
        self.verdicts.push(verdict);
        self.causes.push(cause);
        self.details.push(store::storable(detail, DETAIL_MOST));
        self.pauses.push(ms(pause));
    }
}
