//! Jobs that begin by themselves, by the calendar of a zone: declared by processes, kept in a table, paused and asked for by
//! operators, fired by whoever leads. Never here: calendars, which [`schedule`](crate::schedule) reads.
//!
//! **Who declares.** Each process that may lead declares all of its schedules when it begins to work, and those count that the
//! newest living process has declared: what it does not name rests, with its pause and its next time, and goes on from there
//! if it is declared again. Every process looks every few seconds whether what there is was declared by itself or by a newer one
//! that lives, and declares anew if not. A process is as old as its first life: one that has lost the database for a while is
//! no newer for it. So during a rolling deploy the new version's schedules count from its first process on, an old process that
//! starts again late undoes that only while it lives, and a roll-back undoes it by itself. What has rested for 30 days is forgotten. Processes without schedules
//! ([`Worker::with_schedules`](crate::Worker::with_schedules) was not called) declare nothing and retire nothing; all that have
//! some must have the same.
//!
//! **What a change does.** Another expression or zone counts from now on; anything else changes nothing of the next time.

mod batch;
mod declare;
mod fire;
mod operate;
mod passed;
mod store;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::by_name::{Treatment, Unkept};
use crate::enqueue::PAYLOAD_MOST;
use crate::job::Job;
use crate::json::JsonText;
use crate::schedule::{Misfire, Spec, SpecError};

pub use operate::{
    CronError, FIRES_LISTED_MOST, FIRES_MOST, LISTED_MOST, Listed, list, pause, resume, run_now,
};

pub(crate) use fire::Cron;

/// The longest name, expression and name of a zone, in bytes.
pub const TEXT_MOST: usize = 200;

/// The most times that are made up for at once.
pub const CATCH_UP_MOST: usize = 1_000;

/// The most schedules of a process.
pub const SCHEDULES_MOST: usize = 10_000;

/// A job and when it begins.
#[derive(Debug, Clone)]
pub struct Schedule {
    name: String,
    spec: String,
    zone: String,
    misfire: Misfire,
    treatment: Treatment,
    payload: Result<JsonText, String>,
}

/// What a process declares.
#[derive(Debug, Clone, Default)]
pub struct Schedules(BTreeMap<String, Schedule>);

/// A schedule cannot be declared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schedule {name:?} cannot be: {why}")]
pub struct ScheduleError {
    /// Its name, or the beginning of it.
    pub name: String,
    /// What is wrong with it.
    pub why: WhyNot,
}

/// What is wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyNot {
    /// Nothing, too much, or what nobody can read.
    #[error("its {0} must have 1 to {TEXT_MOST} bytes and no control characters")]
    Text(&'static str),
    /// There is one of this name.
    #[error("there is one of this name already")]
    Twice,
    /// There are too many.
    #[error("there are {SCHEDULES_MOST} already")]
    TooMany,
    /// It is no cron expression.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// There is no such zone.
    #[error("{0:?} is no time zone; write UTC, or one like Europe/Berlin")]
    Zone(String),
    /// Nobody catches up with so many, or with none.
    #[error("it must catch up with 1 to {CATCH_UP_MOST} times at once")]
    CatchUp,
    /// Its job cannot be written.
    #[error("its job cannot be written: {0}")]
    Payload(String),
    /// The names of its job's kind and queue cannot be kept.
    #[error(transparent)]
    Job(#[from] Unkept),
}

impl Schedule {
    /// This job, whenever the expression says so by the clocks of UTC; of missed times the last counts for all. The name is
    /// what operators call it, and must stay: under another name it is another schedule.
    pub fn of<J: Job>(name: &str, spec: &str, job: &J) -> Self {
        let payload = serde_json::to_string(job).map_err(|error| error.to_string());
        Self {
            name: name.to_owned(),
            spec: spec.to_owned(),
            zone: "UTC".to_owned(),
            misfire: Misfire::Coalesce,
            treatment: Treatment::of::<J>(),
            payload: payload.and_then(|text| JsonText::of(text, PAYLOAD_MOST)),
        }
    }

    /// By the clocks of this zone, such as `Europe/Berlin`.
    #[must_use]
    pub fn zone(self, zone: &str) -> Self {
        Self { zone: zone.to_owned(), ..self }
    }

    /// What becomes of times that nobody was there for. None counts that is older than a day.
    #[must_use]
    pub fn misfire(self, misfire: Misfire) -> Self {
        Self { misfire, ..self }
    }

    fn check(&self) -> Result<(), WhyNot> {
        for (what, text) in [("name", &self.name), ("expression", &self.spec), ("zone", &self.zone)] {
            if text.is_empty() || text.len() > TEXT_MOST || text.chars().any(char::is_control) {
                return Err(WhyNot::Text(what));
            }
        }
        Calendar::of(&self.spec, &self.zone)?;
        self.treatment.checked()?;
        match self.misfire {
            Misfire::CatchUp { most } if !(1..=CATCH_UP_MOST).contains(&most) => Err(WhyNot::CatchUp),
            _ => self.payload.as_ref().map(drop).map_err(|why| WhyNot::Payload(why.clone())),
        }
    }
}

impl Schedules {
    /// None: what others have declared rests.
    pub fn new() -> Self {
        Self::default()
    }

    /// And this one.
    ///
    /// # Errors
    /// [`ScheduleError`]: its name, expression, zone or job cannot be, or there is one of this name.
    pub fn with(mut self, schedule: Schedule) -> Result<Self, ScheduleError> {
        let told = |why| ScheduleError {
            name: schedule.name[..schedule.name.floor_char_boundary(TEXT_MOST)].to_owned(),
            why,
        };
        schedule.check().map_err(told)?;
        match (self.0.contains_key(&schedule.name), self.0.len() < SCHEDULES_MOST) {
            (true, _) => return Err(told(WhyNot::Twice)),
            (false, false) => return Err(told(WhyNot::TooMany)),
            (false, true) => {}
        }
        self.0.insert(schedule.name.clone(), schedule);
        Ok(self)
    }
}

/// When it is due.
#[derive(Debug)]
struct Calendar {
    spec: Spec,
    zone: TimeZone,
}

impl Calendar {
    fn of(spec: &str, zone: &str) -> Result<Self, WhyNot> {
        let spec = Spec::parse(spec)?;
        let zone = TimeZone::get(zone).map_err(|_| WhyNot::Zone(zone.to_owned()))?;
        Ok(Self { spec, zone })
    }

    fn next_after(&self, after: jiff::Timestamp) -> Option<jiff::Timestamp> {
        self.spec.next_after(after, &self.zone)
    }
}

/// The name of a policy and its number, as a row keeps them.
fn columns_of(misfire: Misfire) -> (&'static str, Option<i32>) {
    match misfire {
        Misfire::Skip => ("skip", None),
        Misfire::Coalesce => ("coalesce", None),
        Misfire::CatchUp { most } => ("catch_up", Some(i32::try_from(most).unwrap_or(i32::MAX))),
    }
}

/// The other way round; what a newer version has written counts once for all.
fn misfire_of(name: &str, most: Option<i32>) -> Misfire {
    match (name, most) {
        ("skip", _) => Misfire::Skip,
        ("catch_up", most) => Misfire::CatchUp {
            most: most.and_then(|most| usize::try_from(most).ok()).unwrap_or(1).clamp(1, CATCH_UP_MOST),
        },
        _ => Misfire::Coalesce,
    }
}

#[cfg(test)]
mod tests;
