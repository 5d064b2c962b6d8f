//! Training impulse from heart rate, sample by sample: Banister's TRIMP.
//! Mean heart rates have no place here: the weighting is convex, so a mean understates every interval session.

use serde::{Deserialize, Serialize};

use super::coverage;
use crate::{
    analysis::profile::{Profile, TrimpCoefficients},
    model::{Channel, Track},
};

/// A gap between samples or heart rates longer than this is not bridged. Devices that record only changes
/// leave some ten seconds between samples; beyond a minute nothing is known.
pub const MAX_GAP_S: f64 = 60.0;

/// Banister's training impulse and the time behind it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Trimp {
    /// The impulse of the seconds with a heart rate in TRIMP units.
    pub points: f64,
    /// Counted seconds with a heart rate.
    pub covered_s: f64,
}

impl Trimp {
    /// The impulse of a session of this duration in seconds, as if the seconds without a heart rate were like those with
    /// one: a strap that lost contact is no rest. `None` where they are too many ([`coverage`]).
    pub fn over(self, duration_s: f64) -> Option<f64> {
        coverage(self.covered_s, duration_s).map(|part| self.points / part)
    }
}

/// Heart rates and how many seconds of moving or timer time each stands for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartRateTime {
    /// Beats per minute and seconds.
    intervals: Vec<(f64, f64)>,
}

impl HeartRateTime {
    /// From a track and, for each sample, the seconds that count between the one before it and itself
    /// (0 for the first), as [`crate::analysis::moving`] counts them. An interval has the mean heart rate of its
    /// ends; where samples in between lack one, the line across is taken up to [`MAX_GAP_S`].
    /// `None` without heart rate, or if the lengths differ.
    pub fn new(track: &Track, counted_s: &[f64]) -> Option<Self> {
        let heart_rate = track.get(Channel::HeartRateBpm)?;
        if counted_s.len() != track.len() {
            return None;
        }
        let time = track.time_s();
        let mut intervals = Vec::with_capacity(track.len());
        let mut known: Option<usize> = None;
        for (i, &bpm) in heart_rate.iter().enumerate() {
            // Devices write 0 where the strap lost contact.
            let worn = bpm > 0.0;
            if !worn {
                continue;
            }
            if let Some(last) = known.filter(|&last| time[i] - time[last] <= MAX_GAP_S) {
                let slope = (bpm - heart_rate[last]) / (time[i] - time[last]);
                for k in last + 1..=i {
                    let middle = f64::midpoint(time[k - 1], time[k]);
                    intervals.push((heart_rate[last] + slope * (middle - time[last]), counted_s[k]));
                }
            }
            known = Some(i);
        }
        Some(Self { intervals })
    }
}

/// Banister's TRIMP: Σ minutes · x·a·e^{b·x}, x = (HR − rest)/(max − rest) held within 0 to 1; a and b are the
/// profile's coefficients, 0.64 and 1.92 or 0.86 and 1.67 (Banister 1991; Morton, Fitz-Clarke & Banister
/// 1990, J Appl Physiol 69:1171). `None` unless the profile's resting heart rate is known and below its maximum.
pub fn banister(profile: &Profile, heart_rates: &HeartRateTime) -> Option<Trimp> {
    let mut trimp = Trimp::default();
    for &(bpm, seconds) in &heart_rates.intervals {
        trimp.points += per_minute(profile, bpm)? * seconds / 60.0;
        trimp.covered_s += seconds;
    }
    Some(trimp)
}

/// The TRIMP of an hour at a steady heart rate. `None` unless rest < heart rate ≤ maximum.
pub fn hour_at(profile: &Profile, bpm: f64) -> Option<f64> {
    let within = bpm > profile.resting_hr_bpm? && bpm <= profile.max_hr_bpm?;
    if within { per_minute(profile, bpm).map(|points| 60.0 * points) } else { None }
}

fn per_minute(profile: &Profile, bpm: f64) -> Option<f64> {
    let rest = profile.resting_hr_bpm?;
    let range = profile.max_hr_bpm? - rest;
    let x = ((bpm - rest) / range).clamp(0.0, 1.0);
    let (factor, exponent) = match profile.trimp {
        TrimpCoefficients::Men => (0.64, 1.92),
        TrimpCoefficients::Women => (0.86, 1.67),
    };
    (range > 0.0).then(|| x * factor * (exponent * x).exp())
}
