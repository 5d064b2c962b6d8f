//! Changing activities: an athlete's own words about one, one entered by hand, deleting and undoing.
//! Never here: anything that was measured; only another source changes that.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Client, DbError, Tx};
use mainstay_http::{FieldError, Halted, OrProblem, Problem, Validate};
use paceline_domain::analysis::load::{LoadSource, rpe_points};
use paceline_domain::analysis::summary::ALGORITHM_VERSION;
use paceline_domain::matching::{Part, Summary};
use paceline_domain::model::{SourceFormat, Sport};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::Change;
use super::filters::parse_sport;
use super::{absent, detail, store, views};
use crate::events::{self, Activity, ActivityCreated, ActivityDeleted, ActivityUpdated, Origin};
use crate::features::accounts::Principal;
use crate::features::uploads::{self, import::ImportContext, purge, recompute};
use crate::state::App;

/// How far a start may lie ahead of our clock: a day for zones and clocks that are set wrong.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

const MAX_NAME: usize = 200;
const MAX_NOTES: usize = 10_000;
const MAX_DURATION_S: f64 = 31.0 * 86_400.0;
const MAX_DISTANCE_M: f64 = 10_000_000.0;

/// Changes to an activity, as a JSON merge patch: absent fields stay, null empties where allowed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActivityPatch {
    /// Title, 1 to 200 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 200, example = "Long run by the river")]
    name: Change<String>,
    /// Sport. `multisport` can neither be given nor taken away: it has legs.
    #[serde(default)]
    #[schema(value_type = String, example = "run")]
    sport: Change<String>,
    /// Notes, up to 10,000 characters; null removes them.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10000)]
    notes: Change<String>,
    /// Whether it was a race.
    #[serde(default)]
    #[schema(value_type = bool)]
    is_race: Change<bool>,
    /// Rated perceived exertion, 0 to 10; null removes it.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 10, example = 6)]
    rpe: Change<f64>,
}

impl Validate for ActivityPatch {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors: Vec<FieldError> = [
            self.name.refuse_null("/name"),
            self.sport.refuse_null("/sport"),
            self.is_race.refuse_null("/is_race"),
            self.name.value().and_then(|name| check_name(name)),
            self.notes.value().and_then(|notes| check_notes(notes)),
            self.rpe.value().and_then(|rpe| in_range("/rpe", *rpe, 0.0, 10.0)),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let Some(sport) = self.sport.value() {
            errors.extend(parse_sport("/sport", sport).err());
        }
        errors
    }
}

/// An activity entered by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ManualActivity {
    /// When it began: RFC 3339 with an offset.
    #[schema(example = "2026-03-01T06:30:00+01:00")]
    start_time: Timestamp,
    /// Sport, except `multisport` and `transition`.
    #[schema(example = "run")]
    sport: String,
    /// How long it took, in seconds: above 0, at most 31 days. Counts as elapsed and as moving time.
    #[schema(minimum = 0, maximum = 2678400, example = 3000)]
    duration_s: f64,
    /// Distance in metres.
    #[schema(minimum = 0, maximum = 10000000, example = 10000)]
    distance_m: Option<f64>,
    /// Mean heart rate in beats per minute, 20 to 260. `avg_hr` is taken too.
    #[serde(alias = "avg_hr")]
    #[schema(minimum = 20, maximum = 260, example = 148)]
    avg_hr_bpm: Option<f64>,
    /// Highest heart rate in beats per minute, 20 to 260.
    #[schema(minimum = 20, maximum = 260)]
    max_hr_bpm: Option<f64>,
    /// Title, 1 to 200 characters; by default the sport.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Notes, up to 10,000 characters.
    #[schema(max_length = 10000)]
    notes: Option<String>,
    /// Rated perceived exertion, 0 to 10: gives the activity its load.
    #[schema(minimum = 0, maximum = 10, example = 6)]
    rpe: Option<f64>,
    /// Whether it was a race.
    #[serde(default)]
    is_race: bool,
}

impl Validate for ManualActivity {
    fn validate(&self) -> Vec<FieldError> {
        let optional = |pointer: &str, value: Option<f64>, low: f64, high: f64| {
            value.and_then(|value| in_range(pointer, value, low, high))
        };
        let mut errors: Vec<FieldError> = [
            in_range("/duration_s", self.duration_s, 0.001, MAX_DURATION_S),
            optional("/distance_m", self.distance_m, 0.0, MAX_DISTANCE_M),
            optional("/avg_hr_bpm", self.avg_hr_bpm, 20.0, 260.0),
            optional("/max_hr_bpm", self.max_hr_bpm, 20.0, 260.0),
            optional("/rpe", self.rpe, 0.0, 10.0),
            self.name.as_deref().and_then(check_name),
            self.notes.as_deref().and_then(check_notes),
        ]
        .into_iter()
        .flatten()
        .collect();
        if self.avg_hr_bpm.zip(self.max_hr_bpm).is_some_and(|(mean, highest)| mean > highest) {
            errors.push(FieldError::new("/max_hr_bpm", "contradiction", "Must not be below avg_hr_bpm."));
        }
        match parse_sport("/sport", &self.sport) {
            Err(error) => errors.push(error),
            Ok(Sport::Multisport | Sport::Transition) => {
                errors.push(FieldError::new(
                    "/sport",
                    "not_allowed",
                    "Enter each leg as an activity of its own.",
                ));
            }
            Ok(sport) => errors.extend(self.too_fast(sport)),
        }
        errors
    }
}

impl ManualActivity {
    /// Faster on average than anybody ever was over ten seconds is a slip of the keyboard.
    fn too_fast(&self, sport: Sport) -> Option<FieldError> {
        let (_, limit) = sport.speed_limits_m_s();
        let sound = |distance: &f64| self.duration_s > 0.0 && *distance <= MAX_DISTANCE_M;
        let distance = self.distance_m.filter(sound)?;
        (distance / self.duration_s > limit).then(|| {
            let message = format!("That is faster than {limit} m/s on average; check distance and duration.");
            FieldError::new("/distance_m", "out_of_range", message)
        })
    }
}

/// Changes what the athlete wrote. Two edits at once are one after the other.
///
/// Another sport, or another rating of the effort, changes what follows from the samples: everything is computed again
/// from the file before the answer leaves.
pub(super) async fn patch(
    app: &App,
    principal: &Principal,
    id: Uuid,
    patch: ActivityPatch,
) -> Result<views::ActivityDetail, Problem> {
    let (now, athlete_id, patch) = (app.effects.clock.now(), principal.athlete_id, &patch);
    let work = |tx: Arc<Tx>| async move {
        // In the order in which imports lock: one of them may be about to change the same activity.
        uploads::lock_athlete(&tx, athlete_id).await?;
        let before = store::lock_editable(&tx, athlete_id, id).await?.ok_or_else(|| absent(""))?;
        let after = edited(&before, patch.clone()).map_err(|error| Problem::unprocessable(vec![error]))?;
        if after != before {
            store::update_edited(&tx, athlete_id, id, &after, now).await?;
            events::tell(&tx, &[ActivityUpdated { activity: Activity { athlete_id, activity_id: id } }])
                .await?;
        }
        if (&after.sport, after.rpe) != (&before.sport, before.rpe) {
            let computed = recompute::compute_again(&ImportContext::of(app), &tx, athlete_id, id).await?;
            if computed.is_err() {
                // There is no file: what follows from a rating alone is all there is.
                let load = rated_load(after.rpe, after.moving_time_s);
                store::update_rpe_load(&tx, athlete_id, id, load, rated_source(load), now).await?;
            }
        }
        Ok::<_, Halted>(store::find(&tx, athlete_id, id).await?.internal()?)
    };
    detail(app.months.transaction(&app.db, work).await?, &principal.timezone)
}

/// What the activity says after the patch.
fn edited(before: &store::LockEditable, patch: ActivityPatch) -> Result<store::LockEditable, FieldError> {
    let named = [
        ("name", patch.name != Change::Keep),
        ("sport", patch.sport != Change::Keep),
        ("notes", patch.notes != Change::Keep),
        ("rpe", patch.rpe != Change::Keep),
    ];
    let mut fields = before.edited.clone();
    for (field, _) in named.into_iter().filter(|(_, is_named)| *is_named) {
        if !fields.iter().any(|known| known == field) {
            fields.push(field.to_owned());
        }
    }
    let after = store::LockEditable {
        name: patch.name.apply_required(before.name.clone()).trim().to_owned(),
        sport: patch.sport.apply_required(before.sport.clone()),
        notes: patch.notes.apply(before.notes.clone()),
        is_race: patch.is_race.apply_required(before.is_race),
        rpe: patch.rpe.apply(before.rpe),
        moving_time_s: before.moving_time_s,
        edited: fields,
    };
    let multisport = Sport::Multisport.as_str();
    if after.sport != before.sport && [after.sport.as_str(), before.sport.as_str()].contains(&multisport) {
        let message = "A multisport event consists of its legs; change the sport of a leg.";
        return Err(FieldError::new("/sport", "not_allowed", message));
    }
    Ok(after)
}

/// Stores an activity that no device recorded and returns it.
pub(super) async fn create(
    app: &App,
    principal: &Principal,
    entered: ManualActivity,
) -> Result<views::ActivityDetail, Problem> {
    let now = app.effects.clock.now();
    let id = app.effects.ids.next();
    let end_time = end_of(&entered, now).map_err(|error| Problem::unprocessable(vec![error]))?;
    let sport = Sport::from_wire(&entered.sport).internal()?;
    let load = rated_load(entered.rpe, entered.duration_s);
    let written: Vec<&str> = [
        ("sport", true),
        ("name", entered.name.is_some()),
        ("notes", entered.notes.is_some()),
        ("rpe", entered.rpe.is_some()),
    ]
    .into_iter()
    .filter_map(|(field, is_written)| is_written.then_some(field))
    .collect();
    let new = store::NewManual {
        athlete_id: principal.athlete_id,
        id,
        sport,
        name: entered.name.as_deref().map_or(default_name(sport), str::trim),
        notes: entered.notes.as_deref(),
        start_time: entered.start_time,
        end_time,
        duration_s: entered.duration_s,
        distance_m: entered.distance_m,
        avg_hr_bpm: entered.avg_hr_bpm,
        max_hr_bpm: entered.max_hr_bpm,
        rpe: entered.rpe,
        is_race: entered.is_race,
        edited: &written,
        algorithm_version: ALGORITHM_VERSION,
        inputs_hash: &inputs_hash(sport, entered.duration_s, entered.rpe),
        reasons: serde_json::json!([{ "code": "no_track", "message": "Entered by hand: there are no samples." }]),
        load,
        load_source: rated_source(load),
    };
    let (athlete_id, new, entered) = (principal.athlete_id, &new, &entered);
    let work = |tx: Arc<Tx>| async move {
        uploads::lock_athlete(&tx, athlete_id).await?;
        if let Some(known) = find_same(&tx, athlete_id, id, (entered, sport, end_time)).await? {
            let detail = format!("The same session is there already as {} ({}).", known.name, known.id);
            return Err(Halted::Refused(same_session_exists(detail)));
        }
        store::insert_manual(&tx, new, now).await?;
        let activity = Activity { athlete_id, activity_id: id };
        events::tell(&tx, &[ActivityCreated { activity, origin: Origin::Manual }]).await?;
        Ok(store::find(&tx, athlete_id, id).await?.internal()?)
    };
    detail(app.months.transaction(&app.db, work).await?, &principal.timezone)
}

/// The activity that an entered session is, by the rule for files of one session.
async fn find_same(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    (entered, sport, end): (&ManualActivity, Sport, Timestamp),
) -> Result<Option<uploads::Known>, DbError> {
    let session = Summary {
        start: entered.start_time,
        end,
        sport,
        distance_m: entered.distance_m.filter(|distance| *distance > 0.0),
        format: SourceFormat::Manual,
        // It has no bytes; its id identifies it as well.
        sha256: Sha256::digest(id.as_bytes()).into(),
        part: Part::Whole,
    };
    uploads::find_known(tx, athlete_id, &session, &[]).await
}

/// Deletes an activity and, with a parent, its legs. It can come back for [`purge::UNDO`]. An event is the sum of the
/// legs that are left, and goes with the last one.
pub(super) async fn delete(app: &App, principal: &Principal, id: Uuid) -> Result<(), Problem> {
    let (now, athlete_id) = (app.effects.clock.now(), principal.athlete_id);
    let work = |tx: Arc<Tx>| async move {
        uploads::lock_athlete(&tx, athlete_id).await?;
        if store::delete(&tx, athlete_id, id, now).await? == 0 {
            return Err(Halted::Refused(absent("")));
        }
        if let Some(parent_id) = store::find_parent(&tx, athlete_id, id).await? {
            store::delete_empty_parent(&tx, athlete_id, parent_id, now).await?;
            uploads::refresh_parent(&tx, athlete_id, parent_id, now).await?;
        }
        events::tell(&tx, &[ActivityDeleted { activity: Activity { athlete_id, activity_id: id } }]).await?;
        Ok(())
    };
    Ok(app.months.transaction(&app.db, work).await?)
}

/// Brings a deleted activity back, unless the same session has come in again since.
pub(super) async fn restore(
    app: &App,
    principal: &Principal,
    id: Uuid,
) -> Result<views::ActivityDetail, Problem> {
    let (now, athlete_id) = (app.effects.clock.now(), principal.athlete_id);
    let work = |tx: Arc<Tx>| async move {
        uploads::lock_athlete(&tx, athlete_id).await?;
        if store::restore(&tx, athlete_id, id, purge::deleted_before(now), now).await? == 0 {
            let detail = "None of your activities with this id was deleted in the last 30 days.";
            return Err(Halted::Refused(Problem::not_found(detail)));
        }
        if let Some(successor) = uploads::find_successor(&tx, athlete_id, id).await? {
            let detail = format!(
                "The same session is there again as {} ({}). Delete that one first to bring this one back.",
                successor.name, successor.id
            );
            return Err(Halted::Refused(same_session_exists(detail)));
        }
        if let Some(parent_id) = store::find_parent(&tx, athlete_id, id).await? {
            uploads::refresh_parent(&tx, athlete_id, parent_id, now).await?;
        }
        let activity = Activity { athlete_id, activity_id: id };
        events::tell(&tx, &[ActivityCreated { activity, origin: Origin::Restored }]).await?;
        Ok(store::find(&tx, athlete_id, id).await?.internal()?)
    };
    detail(app.months.transaction(&app.db, work).await?, &principal.timezone)
}

fn same_session_exists(detail: String) -> Problem {
    Problem::new(http::StatusCode::CONFLICT, "same_session_exists", detail)
}

/// When an entered activity ended, if its start is a time at which somebody could have trained.
fn end_of(entered: &ManualActivity, now: Timestamp) -> Result<Timestamp, FieldError> {
    let start = entered.start_time;
    let refused = |message: &str| Err(FieldError::new("/start_time", "out_of_range", message));
    if start < Timestamp::UNIX_EPOCH {
        return refused("Must not be before 1970.");
    }
    if start.duration_since(now) > AHEAD {
        return refused("Must not be in the future.");
    }
    let length = SignedDuration::try_from_secs_f64(entered.duration_s).unwrap_or_default();
    start.checked_add(length).or_else(|_| refused("Must not be in the future."))
}

fn rated_load(rpe: Option<f64>, duration_s: f64) -> Option<f64> {
    rpe_points(rpe?, duration_s)
}

fn rated_source(load: Option<f64>) -> Option<&'static str> {
    load.map(|_| LoadSource::Rpe.as_str())
}

/// What the load was computed from, so that a recompute knows whether anything changed.
fn inputs_hash(sport: Sport, duration_s: f64, rpe: Option<f64>) -> String {
    let inputs = format!("manual;{};{duration_s};{rpe:?}", sport.as_str());
    Sha256::digest(inputs.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn default_name(sport: Sport) -> &'static str {
    match sport {
        Sport::Run => "Run",
        Sport::Cycling => "Ride",
        Sport::Walking => "Walk",
        Sport::Hiking => "Hike",
        Sport::Swimming => "Swim",
        Sport::Rowing => "Row",
        Sport::Strength => "Strength training",
        Sport::Flexibility => "Flexibility training",
        Sport::Transition => "Transition",
        Sport::Multisport => "Multisport",
        Sport::Other => "Activity",
    }
}

fn check_name(name: &str) -> Option<FieldError> {
    let broken = !(1..=MAX_NAME).contains(&name.trim().chars().count()) || name.contains('\0');
    broken.then(|| FieldError::new("/name", "out_of_range", "Use 1 to 200 characters."))
}

fn check_notes(notes: &str) -> Option<FieldError> {
    let broken = notes.chars().count() > MAX_NOTES || notes.contains('\0');
    broken.then(|| {
        FieldError::new("/notes", "out_of_range", "Use at most 10,000 characters, none of them NUL.")
    })
}

fn in_range(pointer: &str, value: f64, low: f64, high: f64) -> Option<FieldError> {
    (!(low..=high).contains(&value))
        .then(|| FieldError::new(pointer, "out_of_range", format!("Must be from {low} to {high}.")))
}

#[cfg(test)]
mod tests;
