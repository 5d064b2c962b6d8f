//! Typed statements of uploads and of what one imported file writes. Never here: rules.

use jiff::Timestamp;
use mainstay_db::{Client, DbError};
use paceline_domain::analysis::efficiency::NotValid;
use paceline_domain::analysis::splits::Split;
use paceline_domain::analysis::summary::{ALGORITHM_VERSION, ActivityAnalysis};
use paceline_domain::model::{Sport, Warning};
use paceline_queries::client::Params;
use paceline_queries::queries::uploads as sql;
use uuid::Uuid;

pub(super) use sql::{FindOwner as OwnerRow, FindSourceActivities as KnownSource, SourceRow};

mod reports;

pub(super) use reports::*;

use super::import::{Leg, Prepared, Standing};

/// Speed over ratio: FIT hardly shrinks, and TCX and GPX shrink tenfold at any level.
pub(super) const ZSTD_LEVEL: i32 = 3;

/// Characters of a title, and of notes, as the table has them.
const MAX_NAME: usize = 200;
const MAX_NOTES: usize = 10_000;

/// Overlapping sources of one session; more than this is no training log.
const MAX_OVERLAPPING: i64 = 500;

/// Warnings as the `jsonb` of a row.
pub(super) fn warnings(warnings: &[Warning]) -> serde_json::Value {
    serde_json::to_value(warnings).unwrap_or_default()
}

/// The lock that makes imports of one athlete take turns.
pub(in crate::features) async fn lock_athlete(tx: &Client, athlete_id: Uuid) -> Result<(), DbError> {
    sql::lock_athlete().bind(tx, &athlete_id).opt().await.map(drop)
}

pub(super) async fn find_source(
    tx: &Client,
    athlete_id: Uuid,
    sha256: &[u8],
    deleted_before: Timestamp,
) -> Result<Option<KnownSource>, DbError> {
    sql::find_source_activities().bind(tx, &deleted_before, &athlete_id, &sha256, &1).opt().await
}

pub(super) async fn list_athletes_with_expired(
    db: &Client,
    deleted_before: Timestamp,
    max_rows: i64,
) -> Result<Vec<Uuid>, DbError> {
    sql::list_athletes_with_expired().bind(db, &deleted_before, &max_rows).all().await
}

/// Returns how many activities went.
pub(super) async fn purge_expired(
    tx: &Client,
    athlete_id: Uuid,
    deleted_before: Timestamp,
) -> Result<u64, DbError> {
    sql::purge_expired().bind(tx, &athlete_id, &deleted_before).await
}

pub(super) async fn purge_originals(tx: &Client, athlete_id: Uuid) -> Result<(), DbError> {
    sql::purge_originals().bind(tx, &athlete_id).await.map(drop)
}

/// Every source of an activity and of its legs.
pub(super) async fn list_sources_of(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
) -> Result<Vec<SourceRow>, DbError> {
    sql::list_sources_of().bind(tx, &athlete_id, &activity_id, &MAX_OVERLAPPING).all().await
}

pub(super) async fn find_standing(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
) -> Result<Standing, DbError> {
    let row = sql::find_standing().bind(tx, &athlete_id, &activity_id).one().await?;
    Ok(Standing {
        sport: Sport::from_wire(&row.sport).unwrap_or(Sport::Other),
        name: row.name,
        notes: row.notes,
        gear: row.gear,
        rpe: row.rpe,
        edited: row.edited,
    })
}

pub(super) async fn update_standing(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    standing: &Standing,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::update_standing()
        .bind(
            tx,
            &standing.sport.as_str(),
            &cut(&standing.name, MAX_NAME),
            &standing.notes.as_deref().map(|notes| cut(notes, MAX_NOTES)),
            &standing.gear,
            &standing.rpe,
            &now,
            &athlete_id,
            &activity_id,
        )
        .await
        .map(drop)
}

/// The sums of an event's legs that are there.
pub(in crate::features) async fn refresh_parent(
    tx: &Client,
    athlete_id: Uuid,
    parent_id: Uuid,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::refresh_parent().bind(tx, &now, &athlete_id, &parent_id).await.map(drop)
}

pub(super) async fn find_overlapping(
    tx: &Client,
    athlete_id: Uuid,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<SourceRow>, DbError> {
    sql::find_overlapping_sources().bind(tx, &athlete_id, &until, &since, &MAX_OVERLAPPING).all().await
}

pub(super) async fn find_athlete(db: &Client, athlete_id: Uuid) -> Result<Option<OwnerRow>, DbError> {
    sql::find_owner().bind(db, &athlete_id).opt().await
}

/// Where an activity stands: its id, and its parent when it is a leg.
pub(super) struct Place {
    pub(super) id: Uuid,
    pub(super) parent_id: Option<Uuid>,
    pub(super) leg_index: Option<i16>,
}

pub(super) async fn insert_original(
    tx: &Client,
    athlete_id: Uuid,
    file: &Prepared,
    format: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::insert_original()
        .bind(
            tx,
            &athlete_id,
            &file.sha256.as_slice(),
            &format,
            &file.file_name,
            &file.size_bytes,
            &file.content,
            &now,
        )
        .await
        .map(drop)
}

pub(super) async fn insert_source(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    part: i16,
    file: &Prepared,
    leg: &Leg,
    now: Timestamp,
) -> Result<(), DbError> {
    let params = sql::InsertSourceParams {
        athlete_id,
        activity_id,
        sha256: file.sha256.as_slice(),
        part,
        format: file.format.as_str(),
        file_name: file.file_name.as_str(),
        device: file.device.as_deref(),
        sport: leg.sport.as_str(),
        start_time: leg.start,
        end_time: leg.end,
        distance_m: leg.stated_distance_m,
        device_totals: serde_json::to_value(leg.totals).unwrap_or_default(),
        warnings: warnings(&file.warnings),
        now,
    };
    sql::insert_source().params(tx, &params).await.map(drop)
}

/// The parent of an event, without its sums; [`refresh_parent`] adds them up once its legs are there.
pub(super) async fn insert_parent(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    file: &Prepared,
    title: &str,
    start_time: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    let params = sql::InsertActivityParams {
        athlete_id,
        id,
        parent_id: None,
        leg_index: None,
        sport: Sport::Multisport.as_str(),
        sub_sport: None::<&str>,
        name: cut(title, MAX_NAME),
        notes: file.hints.notes.as_deref().map(|notes| cut(notes, MAX_NOTES)),
        start_time,
        end_time: start_time,
        source_format: file.format.as_str(),
        primary_sha256: None::<&[u8]>,
        device: file.device.as_deref(),
        elapsed_s: 0.0,
        moving_time_s: 0.0,
        timer_s: None,
        distance_m: None,
        ascent_m: None,
        descent_m: None,
        avg_hr_bpm: None,
        max_hr_bpm: None,
        avg_cadence_per_min: None,
        avg_power_w: None,
        energy_kcal: None,
        rpe: file.hints.rpe,
        gear: file.hints.gear.as_deref(),
        is_race: file.hints.is_race,
        has_track: false,
        channels: Vec::<&str>::new(),
        now,
    };
    sql::insert_activity().params(tx, &params).await.map(drop)
}

pub(super) async fn insert_activity(
    tx: &Client,
    athlete_id: Uuid,
    place: &Place,
    file: &Prepared,
    leg: &Leg,
    title: Option<&str>,
    now: Timestamp,
) -> Result<(), DbError> {
    let analysis = &leg.analysis;
    let params = sql::InsertActivityParams {
        athlete_id,
        id: place.id,
        parent_id: place.parent_id,
        leg_index: place.leg_index,
        sport: leg.sport.as_str(),
        sub_sport: leg.sub_sport.as_deref(),
        name: cut(title.unwrap_or(&leg.title), MAX_NAME),
        notes: file.hints.notes.as_deref().or(leg.notes.as_deref()).map(|notes| cut(notes, MAX_NOTES)),
        start_time: leg.start,
        end_time: leg.end,
        source_format: file.format.as_str(),
        primary_sha256: Some(file.sha256.as_slice()),
        device: file.device.as_deref(),
        elapsed_s: analysis.elapsed_s,
        moving_time_s: analysis.moving_time_s,
        timer_s: analysis.timer_s,
        distance_m: analysis.distance_m,
        ascent_m: analysis.ascent_m,
        descent_m: analysis.descent_m,
        avg_hr_bpm: analysis.avg_hr_bpm,
        max_hr_bpm: analysis.max_hr_bpm,
        avg_cadence_per_min: analysis.avg_cadence_per_min,
        avg_power_w: analysis.avg_power_w,
        energy_kcal: leg.totals.energy_kcal,
        rpe: leg.totals.rpe,
        gear: file.hints.gear.as_deref(),
        is_race: file.hints.is_race,
        has_track: leg.stream.is_some(),
        channels: channels(leg),
        now,
    };
    sql::insert_activity().params(tx, &params).await.map(drop)
}

/// What was recorded, on the activity as with its samples.
fn channels(leg: &Leg) -> Vec<&'static str> {
    leg.stream.as_ref().map(|stream| stream.channels.clone()).unwrap_or_default()
}

/// The first characters of a text.
fn cut(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(end, _)| &text[..end])
}

/// A better source speaks for the activity from now on.
pub(super) async fn update_measured(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    file: &Prepared,
    leg: &Leg,
    now: Timestamp,
) -> Result<(), DbError> {
    let source = MeasuredSource {
        format: file.format.as_str(),
        sha256: file.sha256.as_slice(),
        device: file.device.as_deref(),
    };
    update_measured_from(tx, athlete_id, id, &source, leg, now).await
}

/// What speaks for an activity.
pub(super) struct MeasuredSource<'a> {
    pub(super) format: &'a str,
    pub(super) sha256: &'a [u8],
    pub(super) device: Option<&'a str>,
}

pub(super) async fn update_measured_from(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    source: &MeasuredSource<'_>,
    leg: &Leg,
    now: Timestamp,
) -> Result<(), DbError> {
    let analysis = &leg.analysis;
    let params = sql::UpdateMeasuredParams {
        sub_sport: leg.sub_sport.as_deref(),
        start_time: leg.start,
        end_time: leg.end,
        source_format: source.format,
        primary_sha256: Some(source.sha256),
        device: source.device,
        elapsed_s: analysis.elapsed_s,
        moving_time_s: analysis.moving_time_s,
        timer_s: analysis.timer_s,
        distance_m: analysis.distance_m,
        ascent_m: analysis.ascent_m,
        descent_m: analysis.descent_m,
        avg_hr_bpm: analysis.avg_hr_bpm,
        max_hr_bpm: analysis.max_hr_bpm,
        avg_cadence_per_min: analysis.avg_cadence_per_min,
        avg_power_w: analysis.avg_power_w,
        energy_kcal: leg.totals.energy_kcal,
        has_track: leg.stream.is_some(),
        channels: channels(leg),
        now,
        athlete_id,
        id,
    };
    sql::update_measured().params(tx, &params).await.map(drop)
}

pub(super) async fn adopt_leg(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    parent_id: Uuid,
    leg_index: i16,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::adopt_leg().bind(tx, &parent_id, &leg_index, &now, &athlete_id, &id).await.map(drop)
}

/// Everything that was computed from an activity, which starts at `start_time` as of now.
pub(super) async fn delete_computed(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    start_time: Timestamp,
) -> Result<(), DbError> {
    sql::delete_computed().bind(tx, &athlete_id, &activity_id, &start_time).await.map(drop)
}

/// Everything that is computed from an activity.
pub(super) async fn insert_computed(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    leg: &Leg,
    now: Timestamp,
) -> Result<(), DbError> {
    insert_splits(tx, athlete_id, activity_id, &leg.analysis).await?;
    insert_best_efforts(tx, athlete_id, activity_id, leg).await?;
    insert_stream(tx, athlete_id, activity_id, leg).await?;
    insert_analysis(tx, athlete_id, activity_id, leg, now).await?;
    Ok(())
}

async fn insert_stream(tx: &Client, athlete_id: Uuid, activity_id: Uuid, leg: &Leg) -> Result<(), DbError> {
    let Some(stream) = &leg.stream else { return Ok(()) };
    sql::insert_stream()
        .bind(tx, &athlete_id, &activity_id, &leg.start, &stream.samples, &stream.channels, &stream.data)
        .await
        .map(drop)
}

async fn insert_splits(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    analysis: &ActivityAnalysis,
) -> Result<(), DbError> {
    let kinds = [("km", &analysis.splits_km), ("mile", &analysis.splits_mile), ("lap", &analysis.laps)];
    let splits: Vec<(&str, &Split)> =
        kinds.into_iter().flat_map(|(kind, splits)| splits.iter().map(move |split| (kind, split))).collect();
    if splits.is_empty() {
        return Ok(());
    }
    // In arrays the missing is NaN; the statement turns it into null.
    let column = |of: fn(&Split) -> Option<f64>| -> Vec<f64> {
        splits.iter().map(|(_, split)| of(split).unwrap_or(f64::NAN)).collect()
    };
    let number = |split: &Split| i32::try_from(split.split_number).unwrap_or(i32::MAX);
    let params = sql::InsertSplitsParams {
        athlete_id,
        activity_id,
        kinds: splits.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
        split_numbers: splits.iter().map(|(_, split)| number(split)).collect::<Vec<_>>(),
        starts_s: column(|split| Some(split.start_s)),
        distances_m: column(|split| split.distance_m),
        elapsed_s: column(|split| Some(split.elapsed_s)),
        moving_times_s: column(|split| Some(split.moving_time_s)),
        avg_hrs_bpm: column(|split| split.avg_hr_bpm),
        max_hrs_bpm: column(|split| split.max_hr_bpm),
        avg_cadences_per_min: column(|split| split.avg_cadence_per_min),
        ascents_m: column(|split| split.ascent_m),
        descents_m: column(|split| split.descent_m),
        gaps_s_per_km: column(|split| split.gap_s_per_km),
        are_partial: splits.iter().map(|(_, split)| split.is_partial).collect::<Vec<_>>(),
    };
    sql::insert_splits().params(tx, &params).await.map(drop)
}

async fn insert_best_efforts(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    leg: &Leg,
) -> Result<(), DbError> {
    let efforts = &leg.analysis.best_efforts;
    if efforts.is_empty() {
        return Ok(());
    }
    let params = sql::InsertBestEffortsParams {
        athlete_id,
        activity_id,
        sport: leg.sport.as_str(),
        start_time: leg.start,
        distances_m: efforts.iter().map(|effort| effort.distance_m).collect::<Vec<_>>(),
        elapsed_s: efforts.iter().map(|effort| effort.elapsed_s).collect::<Vec<_>>(),
        starts_s: efforts.iter().map(|effort| effort.start_s).collect::<Vec<_>>(),
    };
    sql::insert_best_efforts().params(tx, &params).await.map(drop)
}

async fn insert_analysis(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    leg: &Leg,
    now: Timestamp,
) -> Result<(), DbError> {
    let analysis = &leg.analysis;
    let reasons = |reasons: &[NotValid]| {
        reasons
            .iter()
            .map(|reason| serde_json::json!({"code": reason.code(), "message": reason.to_string()}))
            .collect::<serde_json::Value>()
    };
    let params = sql::InsertAnalysisParams {
        athlete_id,
        activity_id,
        algorithm_version: ALGORITHM_VERSION,
        inputs_hash: leg.inputs_hash.as_str(),
        efficiency_factor: analysis.efficiency.factor,
        efficiency_variance: analysis.efficiency.variance,
        first_half_ef: analysis.decoupling.first_half_ef,
        second_half_ef: analysis.decoupling.second_half_ef,
        decoupling_percent: analysis.decoupling.percent,
        efficiency_reasons: reasons(&analysis.efficiency.reasons),
        decoupling_reasons: reasons(&analysis.decoupling.reasons),
        ngp_m_s: analysis.ngp_m_s,
        load: analysis.load.map(|load| load.points),
        load_source: analysis.load.map(|load| load.source.as_str()),
        trimp: analysis.trimp,
        now,
    };
    sql::insert_analysis().params(tx, &params).await.map(drop)
}

/// Which activities are computed again.
#[derive(Debug)]
pub(super) enum ToCompute {
    /// All that were computed.
    All,
    /// Those that an older version than this computed.
    Outdated(i32),
    /// Those of one athlete whose inputs have changed.
    OfAthlete(Uuid),
}

/// How many of these there are.
pub(super) async fn count_to_compute(db: &Client, which: &ToCompute) -> Result<i64, DbError> {
    match which {
        ToCompute::All => sql::count_analysed().bind(db).one().await,
        ToCompute::Outdated(version) => sql::count_outdated().bind(db, version).one().await,
        ToCompute::OfAthlete(athlete_id) => {
            sql::count_changed().bind(db, athlete_id, &ALGORITHM_VERSION).one().await
        }
    }
}

/// The next page of activities, behind the last row of the one before.
pub(super) async fn list_to_compute(
    db: &Client,
    after: Option<&sql::AnalysedRow>,
    which: &ToCompute,
    max_rows: i64,
) -> Result<Vec<sql::AnalysedRow>, DbError> {
    // Versions begin at 0.
    let (behind, athlete_id, id) =
        after.map_or((-1, Uuid::nil(), Uuid::nil()), |row| (row.algorithm_version, row.athlete_id, row.id));
    match which {
        ToCompute::All => sql::list_analysed().bind(db, &athlete_id, &id, &max_rows).all().await,
        ToCompute::Outdated(version) => {
            sql::list_outdated().bind(db, &behind, &athlete_id, &id, version, &max_rows).all().await
        }
        ToCompute::OfAthlete(athlete_id) => {
            sql::list_changed().bind(db, athlete_id, &id, &ALGORITHM_VERSION, &max_rows).all().await
        }
    }
}

pub(super) async fn find_primary_source(
    tx: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
) -> Result<Option<sql::FindPrimarySource>, DbError> {
    sql::find_primary_source().bind(tx, &athlete_id, &activity_id, &1).opt().await
}

/// Whether an activity is still to be computed for this version. The caller holds the athlete's lock.
pub(super) async fn is_outdated(tx: &Client, athlete_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    sql::is_outdated().bind(tx, &athlete_id, &id, &ALGORITHM_VERSION).one().await
}

/// Notes that this version could not compute the activity again.
pub(super) async fn set_failed_version(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    version: i32,
) -> Result<(), DbError> {
    sql::set_failed_version().bind(tx, &version, &athlete_id, &id).await.map(drop)
}
