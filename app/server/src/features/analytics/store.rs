//! Typed statements over many activities, with instants turned into the athlete's civil days.
//! Never here: rules.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use mainstay_db::{Client, DbError};
use paceline_queries::queries::analytics as sql;
use uuid::Uuid;

use crate::features::activities::{DayWindow, day_of};

/// A run, and its efficiency or why it has none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) activity_id: Uuid,
    /// The athlete's civil day.
    pub(super) day: Date,
    pub(super) distance_m: Option<f64>,
    pub(super) moving_time_s: f64,
    pub(super) avg_hr_bpm: Option<f64>,
    pub(super) threshold_hr_bpm: Option<f64>,
    pub(super) is_race: bool,
    /// Metres per heartbeat; `None` when not valid.
    pub(super) efficiency_factor: Option<f64>,
    pub(super) first_half_ef: Option<f64>,
    pub(super) second_half_ef: Option<f64>,
    pub(super) decoupling_percent: Option<f64>,
    /// The codes of the reasons why efficiency is not valid, each once.
    pub(super) reasons: BTreeSet<String>,
}

/// The load and volume of one activity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LoadPoint {
    /// The athlete's civil day.
    pub(super) day: Date,
    pub(super) is_run: bool,
    pub(super) distance_m: Option<f64>,
    pub(super) moving_time_s: f64,
    /// Points; `None` when nothing gave a load.
    pub(super) load: Option<f64>,
    /// `power`, `pace`, `heart_rate` or `rpe`.
    pub(super) source: Option<String>,
}

/// The newest runs of a window, oldest first.
pub(super) async fn efficiency_runs(
    db: &Client,
    athlete_id: Uuid,
    window: DayWindow,
    max_rows: i64,
    zone: &TimeZone,
) -> Result<Vec<Run>, DbError> {
    let rows =
        sql::efficiency_runs().bind(db, &athlete_id, &window.since, &window.until, &max_rows).all().await?;
    Ok(rows.iter().rev().map(|row| run(row, zone)).collect())
}

/// The newest activities of a window, oldest first.
pub(super) async fn load_points(
    db: &Client,
    athlete_id: Uuid,
    window: DayWindow,
    max_rows: i64,
    zone: &TimeZone,
) -> Result<Vec<LoadPoint>, DbError> {
    let rows =
        sql::load_points().bind(db, &athlete_id, &window.since, &window.until, &max_rows).all().await?;
    Ok(rows.into_iter().rev().map(|row| load_point(row, zone)).collect())
}

fn run(row: &sql::EfficiencyRuns, zone: &TimeZone) -> Run {
    let listed = row.efficiency_reasons.as_ref().and_then(serde_json::Value::as_array);
    let codes = listed.into_iter().flatten().filter_map(|reason| reason["code"].as_str());
    let mut reasons: BTreeSet<String> = codes.map(str::to_owned).collect();
    let efficiency_factor = row.efficiency_factor.filter(|factor| factor.is_finite());
    if efficiency_factor.is_none() && reasons.is_empty() {
        reasons.insert("not_analysed".to_owned());
    }
    Run {
        activity_id: row.id,
        day: day_of(row.start_time, zone),
        distance_m: row.distance_m,
        moving_time_s: row.moving_time_s,
        avg_hr_bpm: row.avg_hr_bpm,
        threshold_hr_bpm: row.threshold_hr_bpm.map(f64::from),
        is_race: row.is_race,
        efficiency_factor,
        first_half_ef: row.first_half_ef,
        second_half_ef: row.second_half_ef,
        decoupling_percent: row.decoupling_percent,
        reasons,
    }
}

fn load_point(row: sql::LoadPoints, zone: &TimeZone) -> LoadPoint {
    LoadPoint {
        day: day_of(row.start_time, zone),
        is_run: row.sport == "run",
        distance_m: row.distance_m,
        moving_time_s: row.moving_time_s,
        load: row.load.filter(|load| load.is_finite() && *load >= 0.0),
        source: row.load_source,
    }
}
