//! How hard a session was, as one number with its source.
//!
//! What lives here: the load scores, and the choice between them. What must never live here: moving time
//! and grade adjustment (they come in as arguments), and averages over days ([`super::fitness`]).
//!
//! # Two scales
//! TRIMP and session-RPE points are each a scale of their own: an hour at threshold is about 100 to 200 TRIMP and 480
//! session-RPE points. **They never add up.** [`Load::points`] is the TSS-like scale on which an hour at the
//! athlete's threshold is 100, whatever the source; only it feeds fitness and fatigue. A series that mixes sources is comparable to the extent that the athlete's thresholds for power,
//! pace and heart rate are of one effort, so the source is stored with the value.
//!
//! # Sources
//! - Power: TSS = 100 · (t · NP · IF)/(FTP · 3600), IF = NP/FTP (Coggan 2003; Allen & Coggan 2010). Cycling only: a
//!   threshold power is of one sport.
//! - Pace: rTSS = 100 · (t · v_NGP · IF)/(v_FT · 3600), IF = v_NGP/v_FT (McGregor, after Coggan). Running only.
//! - Heart rate: hrTSS = 100 · TRIMP / TRIMP of an hour at threshold heart rate.
//! - RPE: points an hour by Friel's table (2009, "Estimating TSS"). The roughest.
//!
//! What a channel measured of a session speaks for the whole of it only where it covers [`MIN_COVERAGE`] of its
//! duration; the seconds that it missed are then taken to be like those that it has. Below, the next source is asked.

pub mod absent;
pub mod power;
pub mod trimp;

use serde::{Deserialize, Serialize};

use super::profile::Profile;

/// Power, pace or heart rate must cover this part of the duration: what was not measured is neither zero nor known.
pub const MIN_COVERAGE: f64 = 0.8;

/// Friel's points for an hour at RPE 0, 1, …, 10; 0 is rest.
const POINTS_PER_HOUR: [f64; 11] = [0.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 100.0, 120.0, 140.0];

/// What a load was computed from, the most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadSource {
    /// Normalized power against threshold power.
    Power,
    /// Normalized graded pace against threshold pace.
    Pace,
    /// Heart rate, as TRIMP against an hour at threshold.
    HeartRate,
    /// Rated perceived exertion.
    Rpe,
}

impl LoadSource {
    /// The wire and database name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Pace => "pace",
            Self::HeartRate => "heart_rate",
            Self::Rpe => "rpe",
        }
    }
}

/// The load of a session.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// TSS-like points: 100 for an hour at threshold.
    pub points: f64,
    /// What they were computed from.
    pub source: LoadSource,
}

/// What is known of a session; `None` is "not recorded" or "does not apply".
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LoadInputs {
    /// Moving or timer time in seconds, never elapsed time.
    pub duration_s: f64,
    /// Normalized power in watts ([`power::normalized_power`]), for cycling alone and where power covers the duration.
    pub normalized_power_w: Option<f64>,
    /// Normalized graded speed in m/s, for runs alone and where speed covers the duration.
    pub ngp_m_s: Option<f64>,
    /// Banister's impulse over the duration ([`trimp::Trimp::over`]).
    pub trimp: Option<f64>,
    /// Rated perceived exertion, 0 to 10.
    pub rpe: Option<f64>,
}

/// The part of a duration in seconds that is covered, at most 1; `None` below [`MIN_COVERAGE`] and for no duration.
pub fn coverage(covered_s: f64, duration_s: f64) -> Option<f64> {
    let part = covered_s / duration_s;
    (duration_s > 0.0 && part >= MIN_COVERAGE).then_some(part.min(1.0))
}

/// The load of a session by the first source that gives one: power, pace, heart rate, RPE. `None` where none does.
pub fn load(profile: &Profile, inputs: &LoadInputs) -> Option<Load> {
    let sources = [LoadSource::Power, LoadSource::Pace, LoadSource::HeartRate, LoadSource::Rpe];
    sources.into_iter().find_map(|source| Some(Load { points: points(source, profile, inputs)?, source }))
}

fn points(source: LoadSource, profile: &Profile, inputs: &LoadInputs) -> Option<f64> {
    let duration_s = inputs.duration_s;
    match source {
        LoadSource::Power => {
            intensity_points(duration_s, inputs.normalized_power_w?, profile.threshold_power_w?)
        }
        LoadSource::Pace => intensity_points(duration_s, inputs.ngp_m_s?, profile.threshold_speed_m_s?),
        LoadSource::HeartRate => hr_points(profile, inputs.trimp?),
        LoadSource::Rpe => rpe_points(inputs.rpe?, duration_s),
    }
}

/// 100 · t/3600 · (normalized/threshold)²: TSS for power in watts, rTSS for graded speed in m/s. `None`
/// unless the threshold is positive and the others are finite and at least 0.
pub fn intensity_points(duration_s: f64, normalized: f64, threshold: f64) -> Option<f64> {
    let sound = duration_s >= 0.0 && normalized >= 0.0 && threshold > 0.0;
    let intensity = normalized / threshold;
    let points = 100.0 * duration_s / 3600.0 * intensity * intensity;
    (sound && points.is_finite()).then_some(points)
}

/// hrTSS: the session's TRIMP against that of an hour at threshold heart rate, in hundredths. `None` when the
/// profile has no threshold heart rate within its range.
pub fn hr_points(profile: &Profile, trimp: f64) -> Option<f64> {
    let hour = trimp::hour_at(profile, profile.threshold_hr_bpm?)?;
    (hour > 0.0).then(|| 100.0 * trimp / hour)
}

/// Points by Friel's table, between its whole numbers in a straight line. `None` for an RPE outside 0 to 10.
pub fn rpe_points(rpe: f64, duration_s: f64) -> Option<f64> {
    if !is_rating(rpe, duration_s) {
        return None;
    }
    let (below, above) = (POINTS_PER_HOUR[rpe.floor() as usize], POINTS_PER_HOUR[rpe.ceil() as usize]);
    Some((below + (above - below) * rpe.fract()) * duration_s / 3600.0)
}

/// Session-RPE: rating times minutes, in its own units (Foster et al. 2001, J Strength Cond Res 15:109).
/// `None` for a rating outside 0 to 10 or a duration that is not a finite number of at least 0.
pub fn session_rpe(rpe: f64, duration_s: f64) -> Option<f64> {
    is_rating(rpe, duration_s).then_some(rpe * duration_s / 60.0)
}

fn is_rating(rpe: f64, duration_s: f64) -> bool {
    (0.0..=10.0).contains(&rpe) && duration_s >= 0.0 && duration_s.is_finite()
}

#[cfg(test)]
mod tests;
