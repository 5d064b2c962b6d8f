//! One activity on the wire: what was measured, what was computed with its validity and reasons, the sources
//! with what their devices state, and the legs.
//! Never here: the rule by which a value is valid (`paceline-domain`).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use paceline_domain::analysis::elevation::ElevationSource;
use paceline_domain::analysis::load::session_rpe;
use paceline_domain::model::{Channel, DeviceTotals};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ListItem;
use crate::features::activities::figures::{metres, rounded, seconds};
use crate::features::activities::store;

/// A device's total is shown beside ours when it differs by more than this part of it.
const NOTEWORTHY: f64 = 0.03;

/// One activity.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::features::activities) struct ActivityDetail {
    #[serde(flatten)]
    item: ListItem,
    /// The multisport event that it is a leg of.
    parent_id: Option<Uuid>,
    /// That event with all its legs, this one included.
    parent: Option<Parent>,
    notes: Option<String>,
    /// Where ascent and descent come from: `device`, or `track` for a sum over the altitudes.
    elevation_source: Option<&'static str>,
    /// Time that the device's timer ran.
    timer_s: Option<f64>,
    updated_at: Timestamp,
    /// What was computed from it; null for the parent of legs.
    analysis: Option<Analysis>,
    /// The files that describe it; none for an entry by hand.
    sources: Vec<Source>,
    /// Totals that the primary source's device states and that differ by more than 3 % from what its samples give.
    device_differences: Vec<DeviceDifference>,
    /// The legs of a multisport event.
    legs: Vec<Leg>,
    /// The load of a multisport event; null for what has no legs.
    legs_load: Option<LegsLoad>,
}

/// What was computed from an activity.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityAnalysis)]
struct Analysis {
    efficiency: Efficiency,
    decoupling: Decoupling,
    load: Load,
    /// Normalised graded speed.
    ngp_m_s: Option<f64>,
    /// The version that computed it; 0: what it was computed from has changed, and a recompute is due.
    algorithm_version: i32,
    /// What it was computed from; unchanged inputs give unchanged results.
    inputs_hash: String,
    computed_at: Timestamp,
}

/// Grade-adjusted metres per heartbeat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityEfficiency)]
struct Efficiency {
    /// Whether the session is one that efficiency may be read from.
    valid: bool,
    /// Metres per heartbeat, higher is better; null when not valid.
    #[schema(example = 1.4213)]
    efficiency_factor: Option<f64>,
    /// How sure the factor is: one standard error, in the same unit. Null for sessions too short to tell.
    #[schema(example = 0.0087)]
    standard_error: Option<f64>,
    /// Why it is not valid.
    reasons: Vec<Reason>,
}

/// How far efficiency fell from the first to the second half.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityDecoupling)]
struct Decoupling {
    /// Whether the session was steady and long enough.
    valid: bool,
    /// Percent; below 5 is good. Null when not valid.
    #[schema(example = 3.2)]
    decoupling_percent: Option<f64>,
    first_half_ef: Option<f64>,
    second_half_ef: Option<f64>,
    /// Why it is not valid.
    reasons: Vec<Reason>,
}

/// Training load.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityLoad)]
struct Load {
    /// Points: 100 is an hour at threshold. Null when nothing gave one.
    #[schema(example = 62.5)]
    points: Option<f64>,
    /// What it was computed from: `power`, `pace`, `heart_rate` or `rpe`.
    source: Option<String>,
    /// Banister's training impulse, on its own scale.
    trimp: Option<f64>,
    /// Session-RPE: the rated effort times the minutes in motion, on its own scale. Null without a rating.
    #[schema(example = 270.0)]
    session_rpe: Option<f64>,
    /// Why there are no points: what each source that could have given some lacked; empty when there are points.
    /// `recompute_due` alone: what it is computed from has changed, and it is about to be computed again.
    reasons: Vec<Reason>,
}

/// Why something is not valid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ActivityReason)]
struct Reason {
    /// Stable.
    #[schema(example = "not_steady")]
    code: String,
    /// For a person.
    #[serde(default)]
    message: String,
}

/// A file that describes an activity.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ActivitySource)]
struct Source {
    /// Names the file in `/file?source=`.
    sha256: String,
    /// `fit`, `tcx` or `gpx`.
    format: String,
    file_name: String,
    device: Option<String>,
    /// Which session of the file: 0 when it holds only one, else counted from 1.
    part: i16,
    /// Whether the activity is computed from it.
    is_primary: bool,
    /// What its device states, in SI units; null is not stated.
    #[schema(value_type = Object)]
    device_totals: DeviceTotals,
    /// What was odd in the file and how it was read.
    warnings: Vec<Reason>,
}

/// A total on which the device and its samples differ.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
struct DeviceDifference {
    /// The field of the activity.
    #[schema(example = "distance_m")]
    field: &'static str,
    /// What the device states.
    #[schema(example = 10120.0)]
    device: Option<f64>,
    /// What the samples give; for totals that are not computed from samples, the activity's value.
    #[schema(example = 9750.0)]
    ours: Option<f64>,
    /// Ours less the device's, in percent of the device's.
    #[schema(example = -3.7)]
    difference_percent: Option<f64>,
}

/// A leg of a multisport event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ActivityLeg)]
struct Leg {
    id: Uuid,
    /// From 0.
    leg_index: i16,
    sport: String,
    name: String,
    distance_m: Option<f64>,
    moving_time_s: Option<f64>,
    elapsed_s: Option<f64>,
    /// Its load: 100 is an hour at threshold. Null when nothing gave one.
    #[schema(example = 62.5)]
    load_points: Option<f64>,
    /// What its load was computed from: `power`, `pace`, `heart_rate` or `rpe`.
    load_source: Option<String>,
}

impl ActivityDetail {
    /// The view of a row. An error means that stored JSON has another shape than its writer gives it.
    pub(in crate::features::activities) fn new(
        row: store::FindActivity,
        zone: &TimeZone,
    ) -> Result<Self, serde_json::Error> {
        let analysis = Analysis::new(&row)?;
        let sources: Vec<Source> = serde_json::from_value(row.sources.clone())?;
        let mut legs: Vec<Leg> = serde_json::from_value(row.legs.clone())?;
        for leg in &mut legs {
            leg.distance_m = metres(leg.distance_m);
            leg.moving_time_s = seconds(leg.moving_time_s);
            leg.elapsed_s = seconds(leg.elapsed_s);
        }
        let legs_load = LegsLoad::of(&legs);
        for leg in &mut legs {
            leg.load_points = rounded(leg.load_points, 1);
        }
        let primary = sources.iter().find(|source| source.is_primary);
        let has_ascent = row.ascent_m.is_some() || row.descent_m.is_some();
        let elevation_source =
            primary.and_then(|source| ElevationSource::of(&source.device_totals, has_ascent));
        let device_differences = primary.map(|source| differences(&row, &source.device_totals));
        Ok(Self {
            parent_id: row.parent_id,
            parent: row.parent.as_ref().map(Parent::deserialize).transpose()?,
            elevation_source: elevation_source.map(ElevationSource::as_str),
            timer_s: seconds(row.timer_s),
            updated_at: row.updated_at,
            analysis,
            device_differences: device_differences.unwrap_or_default(),
            sources,
            legs,
            legs_load,
            notes: row.notes.clone(),
            item: ListItem::new(list_row(row), zone),
        })
    }

    pub(in crate::features::activities) fn id(&self) -> Uuid {
        self.item.id
    }
}

impl Analysis {
    fn new(row: &store::FindActivity) -> Result<Option<Self>, serde_json::Error> {
        let (Some(algorithm_version), Some(inputs_hash), Some(computed_at)) =
            (row.algorithm_version, row.inputs_hash.clone(), row.computed_at)
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            efficiency: Efficiency {
                valid: row.efficiency_factor.is_some(),
                efficiency_factor: rounded(row.efficiency_factor, 4),
                standard_error: rounded(row.efficiency_variance.map(f64::sqrt), 4),
                reasons: reasons(row.efficiency_reasons.as_ref())?,
            },
            decoupling: Decoupling {
                valid: row.decoupling_percent.is_some(),
                decoupling_percent: rounded(row.decoupling_percent, 2),
                first_half_ef: rounded(row.first_half_ef, 4),
                second_half_ef: rounded(row.second_half_ef, 4),
                reasons: reasons(row.decoupling_reasons.as_ref())?,
            },
            load: Load {
                points: rounded(row.load, 1),
                source: row.load_source.clone(),
                trimp: rounded(row.trimp, 1),
                session_rpe: rounded(row.rpe.and_then(|rpe| session_rpe(rpe, row.moving_time_s)), 1),
                reasons: load::missing(row, algorithm_version),
            },
            ngp_m_s: rounded(row.ngp_m_s, 3),
            algorithm_version,
            inputs_hash,
            computed_at,
        }))
    }
}

fn reasons(stored: Option<&serde_json::Value>) -> Result<Vec<Reason>, serde_json::Error> {
    stored.map_or_else(|| Ok(Vec::new()), Vec::<Reason>::deserialize)
}

/// The device's totals that lie more than 3 % from ours. The activity shows the device's totals where stated, so
/// ours are those of the splits, which are computed from the samples alone. What only a device knows cannot differ.
fn differences(row: &store::FindActivity, device: &DeviceTotals) -> Vec<DeviceDifference> {
    [
        ("distance_m", device.distance_m, row.sampled_distance_m),
        ("ascent_m", device.ascent_m, row.sampled_ascent_m),
        ("descent_m", device.descent_m, row.sampled_descent_m),
        ("avg_hr_bpm", device.avg_heart_rate_bpm, row.sampled_avg_hr_bpm),
        ("max_hr_bpm", device.max_heart_rate_bpm, row.sampled_max_hr_bpm),
        ("avg_cadence_per_min", device.avg_cadence_per_min, row.sampled_avg_cadence_per_min),
    ]
    .into_iter()
    .filter_map(|(field, device, ours)| difference(field, device?, ours?))
    .collect()
}

fn difference(field: &'static str, device: f64, ours: f64) -> Option<DeviceDifference> {
    // Below a unit, a difference of percents is one of rounding.
    let apart = (ours - device).abs();
    let noteworthy = apart > NOTEWORTHY * device.abs() && apart >= 1.0;
    noteworthy.then(|| DeviceDifference {
        field,
        device: rounded(device, 2),
        ours: rounded(ours, 2),
        // Of a stated 0 there are no percents.
        difference_percent: rounded((ours - device) / device * 100.0, 1),
    })
}

/// The part of the row that the list shows too.
fn list_row(row: store::FindActivity) -> store::ActivityRow {
    let has = |channel: Channel| row.channels.iter().any(|name| name == channel.as_str());
    let has_positions = has(Channel::LatitudeDeg) && has(Channel::LongitudeDeg);
    store::ActivityRow {
        id: row.id,
        sport: row.sport,
        sub_sport: row.sub_sport,
        name: row.name,
        start_time: row.start_time,
        source_format: row.source_format,
        device: row.device,
        elapsed_s: row.elapsed_s,
        moving_time_s: row.moving_time_s,
        distance_m: row.distance_m,
        ascent_m: row.ascent_m,
        descent_m: row.descent_m,
        avg_hr_bpm: row.avg_hr_bpm,
        max_hr_bpm: row.max_hr_bpm,
        avg_cadence_per_min: row.avg_cadence_per_min,
        avg_power_w: row.avg_power_w,
        energy_kcal: row.energy_kcal,
        rpe: row.rpe,
        gear: row.gear,
        is_race: row.is_race,
        has_track: row.has_track,
        has_positions,
    }
}

mod load;
mod multisport;

use multisport::{LegsLoad, Parent};

#[cfg(test)]
mod tests;
