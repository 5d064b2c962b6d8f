//! What the wire shows of activities: lists, totals, splits and best efforts; one activity in [`detail`], its
//! samples in [`streams`]. Figures are rounded here and nowhere before.
//! Never here: decisions about what may be seen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use paceline_domain::analysis::splits::SplitPower;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::days::{DayWindow, day_of};
use super::figures::{metres, pace_s_per_km, rounded, seconds, speed_m_s};
use super::routes::SplitKind;
use super::store;
use crate::features::uploads::purge;

mod detail;
mod streams;

pub(super) use detail::ActivityDetail;
pub(super) use streams::Streams;

/// An activity in the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityItem)]
pub(super) struct ListItem {
    id: Uuid,
    /// Title.
    #[schema(example = "Morning run")]
    name: String,
    #[schema(example = "run")]
    sport: String,
    /// The device's finer word, such as `trail` or `treadmill`.
    sub_sport: Option<String>,
    /// When it began, in UTC.
    start_time: Timestamp,
    /// The athlete's civil day on which it began.
    local_date: Date,
    /// Wall time from start to end.
    #[schema(example = 3125.0)]
    elapsed_s: Option<f64>,
    /// Time in motion.
    #[schema(example = 3000.0)]
    moving_time_s: Option<f64>,
    #[schema(example = 10000.0)]
    distance_m: Option<f64>,
    /// Distance over moving time.
    #[schema(example = 3.333)]
    average_speed_m_s: Option<f64>,
    /// Moving time over distance.
    #[schema(example = 300.0)]
    pace_s_per_km: Option<f64>,
    ascent_m: Option<f64>,
    descent_m: Option<f64>,
    avg_hr_bpm: Option<f64>,
    max_hr_bpm: Option<f64>,
    /// Steps of both feet, or revolutions.
    avg_cadence_per_min: Option<f64>,
    avg_power_w: Option<f64>,
    energy_kcal: Option<f64>,
    /// Rated perceived exertion, 0 to 10.
    rpe: Option<f64>,
    gear: Option<String>,
    is_race: bool,
    /// Whether there are samples.
    has_track: bool,
    /// Whether the samples hold positions: without them, as on a treadmill, there is no way to draw.
    has_positions: bool,
    /// `fit`, `tcx`, `gpx` or `manual`.
    source_format: String,
    device: Option<String>,
}

impl ListItem {
    /// The names that `fields` may ask for.
    pub(super) const FIELDS: &[&str] = &[
        "id",
        "name",
        "sport",
        "sub_sport",
        "start_time",
        "local_date",
        "elapsed_s",
        "moving_time_s",
        "distance_m",
        "average_speed_m_s",
        "pace_s_per_km",
        "ascent_m",
        "descent_m",
        "avg_hr_bpm",
        "max_hr_bpm",
        "avg_cadence_per_min",
        "avg_power_w",
        "energy_kcal",
        "rpe",
        "gear",
        "is_race",
        "has_track",
        "has_positions",
        "source_format",
        "device",
    ];

    pub(super) fn new(row: store::ActivityRow, zone: &TimeZone) -> Self {
        Self {
            id: row.id,
            name: row.name,
            sport: row.sport,
            sub_sport: row.sub_sport,
            start_time: row.start_time,
            local_date: day_of(row.start_time, zone),
            elapsed_s: seconds(row.elapsed_s),
            moving_time_s: seconds(row.moving_time_s),
            distance_m: metres(row.distance_m),
            average_speed_m_s: speed_m_s(row.distance_m, row.moving_time_s),
            pace_s_per_km: pace_s_per_km(row.distance_m, row.moving_time_s),
            ascent_m: rounded(row.ascent_m, 1),
            descent_m: rounded(row.descent_m, 1),
            avg_hr_bpm: rounded(row.avg_hr_bpm, 1),
            max_hr_bpm: rounded(row.max_hr_bpm, 1),
            avg_cadence_per_min: rounded(row.avg_cadence_per_min, 1),
            avg_power_w: rounded(row.avg_power_w, 1),
            energy_kcal: rounded(row.energy_kcal, 1),
            rpe: rounded(row.rpe, 1),
            gear: row.gear,
            is_race: row.is_race,
            has_track: row.has_track,
            has_positions: row.has_positions,
            source_format: row.source_format,
            device: row.device,
        }
    }
}

/// A deleted activity that can be restored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeletedActivity)]
pub(super) struct DeletedItem {
    id: Uuid,
    /// Title.
    #[schema(example = "Morning run")]
    name: String,
    #[schema(example = "run")]
    sport: String,
    /// When it began, in UTC.
    start_time: Timestamp,
    /// The athlete's civil day on which it began.
    local_date: Date,
    /// Time in motion.
    #[schema(example = 3000.0)]
    moving_time_s: Option<f64>,
    #[schema(example = 10000.0)]
    distance_m: Option<f64>,
    /// When it was deleted.
    deleted_at: Timestamp,
    /// From this instant on it is gone for good.
    restorable_until: Timestamp,
}

impl DeletedItem {
    pub(super) fn new(row: store::ListDeleted, zone: &TimeZone) -> Self {
        Self {
            id: row.id,
            name: row.name,
            sport: row.sport,
            start_time: row.start_time,
            local_date: day_of(row.start_time, zone),
            moving_time_s: seconds(row.moving_time_s),
            distance_m: metres(row.distance_m),
            deleted_at: row.deleted_at,
            restorable_until: purge::restorable_until(row.deleted_at),
        }
    }
}

/// Totals of a span of days. A multisport event counts by its legs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActivitySummary {
    /// How many civil days, the last one included.
    period_days: i64,
    /// The first day.
    start_date: Date,
    /// The last day.
    end_date: Date,
    /// Running.
    running: Totals,
    /// Every other sport together.
    other: Totals,
    /// Every other sport by name.
    other_by_sport: BTreeMap<String, Totals>,
    /// All sports together.
    combined: Totals,
    /// Activities by sport.
    activities_by_sport: BTreeMap<String, i64>,
}

/// Added up over activities.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = ActivityTotals)]
struct Totals {
    total_activities: i64,
    total_distance_m: f64,
    /// Moving time.
    total_duration_s: f64,
    /// Total time over total distance, of the activities that have a distance; null without any.
    avg_pace_s_per_km: Option<f64>,
    total_ascent_m: f64,
    race_count: i64,
    /// Moving time of the activities that have a distance: what the pace is computed from.
    #[serde(skip)]
    paced_s: f64,
}

impl Totals {
    fn add(&mut self, row: &store::Summarise) {
        self.total_activities += row.activities;
        self.total_distance_m += row.distance_m;
        self.total_duration_s += row.moving_time_s;
        self.total_ascent_m += row.ascent_m;
        self.race_count += row.races;
        self.paced_s += row.moving_time_with_distance_s;
    }

    fn for_wire(mut self) -> Self {
        self.avg_pace_s_per_km = pace_s_per_km(Some(self.total_distance_m), self.paced_s);
        self.total_distance_m = metres(self.total_distance_m).unwrap_or_default();
        self.total_duration_s = seconds(self.total_duration_s).unwrap_or_default();
        self.total_ascent_m = rounded(self.total_ascent_m, 1).unwrap_or_default();
        self
    }
}

impl ActivitySummary {
    pub(super) fn new(window: DayWindow, rows: Vec<store::Summarise>) -> Self {
        let (mut running, mut other, mut combined) =
            (Totals::default(), Totals::default(), Totals::default());
        let mut other_by_sport = BTreeMap::new();
        let mut activities_by_sport = BTreeMap::new();
        for row in rows {
            combined.add(&row);
            if row.sport == "run" {
                running.add(&row);
            } else {
                other.add(&row);
                let mut sport = Totals::default();
                sport.add(&row);
                other_by_sport.insert(row.sport.clone(), sport.for_wire());
            }
            activities_by_sport.insert(row.sport, row.activities);
        }
        Self {
            period_days: window.days(),
            start_date: window.first,
            end_date: window.last,
            running: running.for_wire(),
            other: other.for_wire(),
            other_by_sport,
            combined: combined.for_wire(),
            activities_by_sport,
        }
    }
}

/// The splits of one kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivitySplits)]
pub(super) struct Splits {
    kind: SplitKind,
    /// In order; none without a track or, for laps, without laps.
    splits: Vec<Split>,
    /// The structure of an interval session; null: it is not recognised yet.
    #[schema(value_type = Option<Object>)]
    interval_summary: Option<()>,
}

/// One split.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivitySplit)]
struct Split {
    /// From 1.
    split_number: i32,
    /// Seconds from the start of the activity.
    start_s: Option<f64>,
    distance_m: Option<f64>,
    /// Wall time.
    elapsed_s: Option<f64>,
    moving_time_s: Option<f64>,
    /// Moving time over distance.
    pace_s_per_km: Option<f64>,
    /// Grade-adjusted pace: what the effort would have been worth on the flat.
    gap_s_per_km: Option<f64>,
    avg_hr_bpm: Option<f64>,
    max_hr_bpm: Option<f64>,
    avg_cadence_per_min: Option<f64>,
    /// Mean power, zeros counted; null where power is known for less than 80 % of the time in motion. Computed from the
    /// samples when asked for; steps of more than 11 s between samples do not count.
    avg_power_w: Option<f64>,
    ascent_m: Option<f64>,
    descent_m: Option<f64>,
    /// Whether the activity ended inside it.
    is_partial: bool,
}

impl Splits {
    pub(super) fn new(kind: SplitKind, rows: Vec<store::ListSplits>, power: Option<&SplitPower<'_>>) -> Self {
        let mean_w = |row: &store::ListSplits| {
            let to_s = row.start_s + row.elapsed_s;
            power?.mean_w(row.start_s, to_s, row.moving_time_s)
        };
        let splits = rows.into_iter().map(|row| Split {
            split_number: row.split_number,
            start_s: seconds(row.start_s),
            distance_m: metres(row.distance_m),
            elapsed_s: seconds(row.elapsed_s),
            moving_time_s: seconds(row.moving_time_s),
            pace_s_per_km: pace_s_per_km(row.distance_m, row.moving_time_s),
            gap_s_per_km: rounded(row.gap_s_per_km, 1),
            avg_hr_bpm: rounded(row.avg_hr_bpm, 1),
            max_hr_bpm: rounded(row.max_hr_bpm, 1),
            avg_cadence_per_min: rounded(row.avg_cadence_per_min, 1),
            avg_power_w: rounded(mean_w(&row), 1),
            ascent_m: rounded(row.ascent_m, 1),
            descent_m: rounded(row.descent_m, 1),
            is_partial: row.is_partial,
        });
        Self { kind, splits: splits.collect(), interval_summary: None }
    }
}

/// The fastest stretches of an activity.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BestEfforts {
    activity_id: Uuid,
    /// Shortest distance first.
    best_efforts: Vec<BestEffort>,
}

/// The fastest stretch of one distance.
#[derive(Debug, Serialize, ToSchema)]
struct BestEffort {
    distance_m: Option<f64>,
    /// Wall time, pauses included.
    elapsed_s: Option<f64>,
    pace_s_per_km: Option<f64>,
    /// Seconds from the start of the activity to the start of the stretch.
    start_s: Option<f64>,
    /// When the stretch began.
    achieved_at: Timestamp,
    /// Whether it is the athlete's personal best of this sport and distance as of now: the fastest of all activities
    /// that are not deleted. Of equally fast ones the earliest is, so that a best is one effort until it is beaten.
    is_personal_best: bool,
}

impl BestEfforts {
    pub(super) fn new(activity_id: Uuid, rows: Vec<store::FindBestEfforts>) -> Self {
        let best_efforts = rows.into_iter().map(|row| BestEffort {
            distance_m: metres(row.distance_m),
            elapsed_s: seconds(row.elapsed_s),
            pace_s_per_km: pace_s_per_km(Some(row.distance_m), row.elapsed_s),
            start_s: seconds(row.start_s),
            achieved_at: row.achieved_at,
            is_personal_best: row.is_personal_best,
        });
        Self { activity_id, best_efforts: best_efforts.collect() }
    }
}

#[cfg(test)]
mod tests;
