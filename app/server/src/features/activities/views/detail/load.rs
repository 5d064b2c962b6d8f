//! Why an activity has no load, from what is stored of it. Never here: which source needs what (`paceline-domain`).

use paceline_domain::analysis::load::absent::{self, Recorded};
use paceline_domain::analysis::profile::Profile;
use paceline_domain::model::{Channel, Sport};

use super::Reason;
use crate::features::activities::store::FindActivity;

/// Why there are no points; nothing when there are.
pub(super) fn missing(row: &FindActivity, algorithm_version: i32) -> Vec<Reason> {
    if row.load.is_some() {
        return Vec::new();
    }
    if algorithm_version == 0 {
        return vec![reason("recompute_due", "What it is computed from has changed; it is computed again.")];
    }
    absent::reasons(&profile(row), &recorded(row))
        .into_iter()
        .map(|lacking| reason(lacking.code(), &lacking.to_string()))
        .collect()
}

fn reason(code: &str, message: &str) -> Reason {
    Reason { code: code.to_owned(), message: message.to_owned() }
}

fn recorded(row: &FindActivity) -> Recorded {
    let has = |channel: Channel| row.channels.iter().any(|name| name == channel.as_str());
    Recorded {
        sport: Sport::from_wire(&row.sport).unwrap_or(Sport::Other),
        has_track: row.has_track,
        has_power: has(Channel::PowerW),
        has_heart_rate: has(Channel::HeartRateBpm),
        // Splits are made of the distance that the samples give, and of none else.
        has_distance: row.sampled_distance_m.is_some(),
        has_ngp: row.ngp_m_s.is_some(),
        has_trimp: row.trimp.is_some(),
        has_rating: row.rpe.is_some(),
    }
}

/// The facts that a load needs; whose coefficients its impulse has makes no load missing.
fn profile(row: &FindActivity) -> Profile {
    Profile {
        resting_hr_bpm: row.profile_resting_hr_bpm.map(f64::from),
        max_hr_bpm: row.profile_max_hr_bpm.map(f64::from),
        threshold_hr_bpm: row.profile_threshold_hr_bpm.map(f64::from),
        threshold_speed_m_s: row.profile_threshold_pace_s_per_km.map(|pace| 1000.0 / pace),
        threshold_power_w: row.profile_threshold_power_w.map(f64::from),
        ..Profile::default()
    }
}
