//! What Paceline tells of what happens, in the transactions that make it so: the types, their fields and where they are told.
//! Never here: who hears of it. No event has secrets, addresses or positions: who may see more asks the API for it.

use mainstay_db::{DbError, Tx};
use mainstay_events::{Emit, EmitError, Event};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Of all of them; what happens to one athlete is told in order.
const SOURCE: &str = "/paceline";

/// What an event says of an activity. An event of several sports is one activity: its legs are not told of by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Whose it is.
    pub athlete_id: Uuid,
    /// Which.
    pub activity_id: Uuid,
}

/// There is a new activity, or one that was deleted is there again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityCreated {
    /// Which.
    #[serde(flatten)]
    pub activity: Activity,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an activity comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A file.
    File,
    /// Entered by hand.
    Manual,
    /// It was deleted before.
    Restored,
}

/// An activity was changed by its athlete, or another file of the same session has joined it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityUpdated {
    /// Which.
    #[serde(flatten)]
    pub activity: Activity,
}

/// An activity was deleted; for a while it can be brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityDeleted {
    /// Which.
    #[serde(flatten)]
    pub activity: Activity,
}

/// There is a new athlete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AthleteCreated {
    /// Who.
    pub athlete_id: Uuid,
    /// What they may do: `athlete`, `coach` or `admin`.
    pub role: String,
    /// Whether the account shows sample data.
    pub is_demo: bool,
}

/// An athlete's profile was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AthleteUpdated {
    /// Who.
    pub athlete_id: Uuid,
    /// Whether loads that were computed from the profile are outdated; they are computed again.
    pub outdates_loads: bool,
}

impl Event for ActivityCreated {
    const TYPE: &'static str = "activity.created";
    const SOURCE: &'static str = SOURCE;

    fn subject(&self) -> Option<String> {
        Some(subject_of(&self.activity))
    }

    fn key(&self) -> Option<String> {
        Some(key_of(self.activity.athlete_id))
    }
}

impl Event for ActivityUpdated {
    const TYPE: &'static str = "activity.updated";
    const SOURCE: &'static str = SOURCE;

    fn subject(&self) -> Option<String> {
        Some(subject_of(&self.activity))
    }

    fn key(&self) -> Option<String> {
        Some(key_of(self.activity.athlete_id))
    }
}

impl Event for ActivityDeleted {
    const TYPE: &'static str = "activity.deleted";
    const SOURCE: &'static str = SOURCE;

    fn subject(&self) -> Option<String> {
        Some(subject_of(&self.activity))
    }

    fn key(&self) -> Option<String> {
        Some(key_of(self.activity.athlete_id))
    }
}

impl Event for AthleteCreated {
    const TYPE: &'static str = "athlete.created";
    const SOURCE: &'static str = SOURCE;

    fn subject(&self) -> Option<String> {
        Some(key_of(self.athlete_id))
    }

    fn key(&self) -> Option<String> {
        Some(key_of(self.athlete_id))
    }
}

impl Event for AthleteUpdated {
    const TYPE: &'static str = "athlete.updated";
    const SOURCE: &'static str = SOURCE;

    fn subject(&self) -> Option<String> {
        Some(key_of(self.athlete_id))
    }

    fn key(&self) -> Option<String> {
        Some(key_of(self.athlete_id))
    }
}

/// As the API has it.
fn subject_of(activity: &Activity) -> String {
    format!("activities/{}", activity.activity_id)
}

fn key_of(athlete_id: Uuid) -> String {
    format!("athletes/{athlete_id}")
}

/// Tells these of one type, by one statement where nobody hears of them. The caller holds the athlete's row.
///
/// # Errors
/// Those of the database.
pub(crate) async fn tell<E: Event>(tx: &Tx, events: &[E]) -> Result<(), DbError> {
    match tx.emit_all(events).await {
        Err(EmitError::Database(error)) => Err(error),
        // All of them are JSON, and short.
        Err(EmitError::Event { .. }) | Ok(_) => Ok(()),
    }
}
