//! Training impulse from heart rate, sample by sample: Banister's TRIMP and Edwards' zones.
//! Mean heart rates have no place here: the weighting is convex, so a mean understates every interval session.

use serde::{Deserialize, Serialize};

use crate::{
    analysis::profile::{Profile, TrimpCoefficients},
    model::{Channel, Pause, Track},
};

/// A gap between samples or heart rates longer than this is not bridged. Devices that record only changes
/// leave some ten seconds between samples; beyond a minute nothing is known.
pub const MAX_GAP_S: f64 = 60.0;

/// Edwards' zones in parts of the maximum heart rate: each is worth its number of points a minute.
const ZONE_FLOORS: [f64; 5] = [0.5, 0.6, 0.7, 0.8, 0.9];

/// Banister's training impulse and the time behind it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Trimp {
    /// The impulse in TRIMP units.
    pub points: f64,
    /// Counted seconds with a heart rate.
    pub covered_s: f64,
    /// Counted seconds.
    pub counted_s: f64,
}

impl Trimp {
    /// The part of the counted time that has a heart rate, 0 to 1.
    pub fn coverage(&self) -> f64 {
        if self.counted_s > 0.0 { self.covered_s / self.counted_s } else { 0.0 }
    }
}

/// Heart rates and how many seconds of moving or timer time each stands for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartRateTime {
    /// Beats per minute and seconds.
    intervals: Vec<(f64, f64)>,
    counted_s: f64,
}

impl HeartRateTime {
    /// From a track and, for each sample, the seconds that count between the one before it and itself
    /// (0 for the first): moving seconds, or [`timer_seconds`]. An interval has the mean heart rate of its
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
        Some(Self { intervals, counted_s: counted_s.iter().sum() })
    }
}

/// The seconds of timer time between each sample and the one before it: pauses do not count, nor do gaps
/// longer than [`MAX_GAP_S`] without a sample. The first is 0. `pauses` in order, without overlap.
pub fn timer_seconds(time_s: &[f64], pauses: &[Pause]) -> Vec<f64> {
    let mut first = 0;
    let mut seconds = vec![0.0; time_s.len()];
    for i in 1..time_s.len() {
        let (start, end) = (time_s[i - 1], time_s[i]);
        while pauses.get(first).is_some_and(|pause| pause.end_s <= start) {
            first += 1;
        }
        let within = pauses[first..].iter().take_while(|pause| pause.start_s < end);
        let paused: f64 = within.map(|pause| pause.end_s.min(end) - pause.start_s.max(start)).sum();
        let running = end - start - paused;
        seconds[i] = if running <= MAX_GAP_S { running.max(0.0) } else { 0.0 };
    }
    seconds
}

/// Banister's TRIMP: Σ minutes · x·a·e^{b·x}, x = (HR − rest)/(max − rest) held within 0 to 1; a and b are the
/// profile's coefficients, 0.64 and 1.92 or 0.86 and 1.67 (Banister 1991; Morton, Fitz-Clarke & Banister
/// 1990, J Appl Physiol 69:1171). `None` unless the profile's resting heart rate is known and below its maximum.
pub fn banister(profile: &Profile, heart_rates: &HeartRateTime) -> Option<Trimp> {
    let mut trimp = Trimp { counted_s: heart_rates.counted_s, ..Trimp::default() };
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

/// Time in Edwards' zones.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct EdwardsZones {
    /// Seconds in zone 1 (50 to 60 % of the maximum heart rate) to zone 5 (90 % and more).
    pub seconds: [f64; 5],
    /// Seconds below zone 1.
    pub below_s: f64,
}

impl EdwardsZones {
    /// Minutes in each zone times its number, in Edwards' own units (Edwards 1993, "The Heart Rate Monitor
    /// Book").
    pub fn points(&self) -> f64 {
        self.seconds.iter().zip(1..).map(|(seconds, zone)| seconds / 60.0 * f64::from(zone)).sum()
    }
}

/// Time in Edwards' zones of the profile's maximum heart rate; `None` where that is not known.
pub fn edwards(profile: &Profile, heart_rates: &HeartRateTime) -> Option<EdwardsZones> {
    let most = profile.max_hr_bpm?;
    let mut zones = EdwardsZones::default();
    for &(bpm, seconds) in &heart_rates.intervals {
        match ZONE_FLOORS.iter().rposition(|floor| bpm >= floor * most) {
            Some(zone) => zones.seconds[zone] += seconds,
            None => zones.below_s += seconds,
        }
    }
    Some(zones)
}
