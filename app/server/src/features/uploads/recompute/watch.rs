//! Before each activity: whether to go on, and a note of which one is under way, so that one that takes its processes with it
//! is known by that and given up. Never here: computing.

use mainstay_db::DbError;
use mainstay_jobs::{CheckpointError, Context};
use mainstay_runtime::Stop;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::App;

/// An activity that was under way when so many processes died is not begun again. One death may have other reasons; three
/// make the whole job a dead letter.
const DEATHS: u16 = 2;

/// What watches over one run.
pub(super) enum Watch<'a> {
    /// Over a command's: it ends with its process.
    Process(Stop),
    /// Over a job's attempt. At a stop of the process it goes on for as long as its worker does: given back before, the worker
    /// would begin it again at once. What is known of a former attempt's activity lies with it.
    Job(&'a Context, Option<UnderWay>),
}

/// What to do with the next activity.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is computed.
    Compute,
    /// It is not, for this reason.
    GiveUp(String),
    /// Nor any behind it.
    Stop,
}

/// What a job keeps for the attempt after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UnderWay {
    id: Uuid,
    /// So many processes had died with the job when the activity was begun first.
    crashes: u16,
}

impl UnderWay {
    /// The note for this activity, in an attempt before which so many processes have died.
    fn next(last: Option<Self>, id: Uuid, crashes: u16) -> Self {
        last.filter(|last| last.id == id).unwrap_or(Self { id, crashes })
    }

    /// How many have died with the activity under way.
    fn deaths(self, crashes: u16) -> u16 {
        crashes.saturating_sub(self.crashes)
    }
}

impl<'a> Watch<'a> {
    /// Over a command's run.
    pub(super) fn of_process(app: &App) -> Self {
        Self::Process(app.supervisor.stop())
    }

    /// Over a job's attempt.
    pub(super) async fn of_job(context: &'a Context) -> Result<Self, DbError> {
        let last = match context.load().await {
            Ok(last) => last,
            // Another version's note.
            Err(CheckpointError::Data(_) | CheckpointError::Lost) => None,
            Err(CheckpointError::Database(error)) => return Err(error),
        };
        Ok(Self::Job(context, last))
    }

    /// Asked before each activity.
    pub(super) async fn begin(&self, id: Uuid) -> Result<Step, DbError> {
        let (context, last) = match self {
            Self::Process(stop) => {
                return Ok(if stop.is_stopping() { Step::Stop } else { Step::Compute });
            }
            Self::Job(context, last) => (context, last),
        };
        if context.is_cancelled() {
            return Ok(Step::Stop);
        }
        let crashes = context.attempt().crashes;
        let note = UnderWay::next(*last, id, crashes);
        if note.deaths(crashes) >= DEATHS {
            return Ok(Step::GiveUp(format!("{DEATHS} processes died while they computed it")));
        }
        match context.checkpoint(&note).await {
            Ok(()) => Ok(Step::Compute),
            // Somebody else has the job.
            Err(CheckpointError::Lost | CheckpointError::Data(_)) => Ok(Step::Stop),
            Err(CheckpointError::Database(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_deaths_with_the_same_activity_under_way_count() {
        let [one, other] = [1, 2].map(Uuid::from_u128);
        let first = UnderWay::next(None, one, 0);
        assert_eq!(UnderWay::next(Some(first), one, 1).deaths(1), 1);
        assert_eq!(UnderWay::next(Some(first), one, 2).deaths(2), 2);
        let moved = UnderWay::next(Some(first), other, 1);
        assert_eq!((moved.deaths(1), UnderWay::next(Some(moved), other, 2).deaths(2)), (0, 1));
    }
}
