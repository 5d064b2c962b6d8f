//! The seconds that efficiency is taken over, and whether they are steady work. Never here: what follows from them.
//!
//! A stop is a stop, however the file tells of it: seconds recorded at no speed, samples left out, a pause of the timer.
//! Formats differ in this for one and the same run, so nothing here may depend on it. Speed near a stop is a mean across
//! it, or of a runner who brakes or starts, and is left out; how long a stop was is told by what the clock and the
//! distance say on either side of it.

use super::{MAX_STANDING, MAX_VARIABILITY, MIN_COVERAGE, NotValid, SKIP_S};
use crate::{
    analysis::{
        grade::{self, Adjusted},
        grid::{Grid, HALF_WINDOW},
    },
    model::Sport,
};

/// Seconds nearer to a stop than this are left out. A window that reaches into a stop is that of a second in motion up to
/// half a window before it and, above the threshold of motion, up to half a window within it.
const NEAR_A_STOP_S: usize = 2 * HALF_WINDOW;
/// The most seconds of one stop that count against steadiness: one long stop does not make a run uneven.
const LONG_STOP_S: f64 = 180.0;

/// Seconds of the grid further apart than this are not neighbours.
const NEIGHBOURS_S: f64 = 1.5;

/// One second in motion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Second {
    /// Grade-adjusted.
    pub(super) speed_m_s: f64,
    /// NaN where unknown.
    pub(super) bpm: f64,
}

/// The seconds in motion after the skip that are not near a stop.
#[derive(Default)]
pub(super) struct Work {
    pub(super) seconds: Vec<Second>,
    /// The part of the time that the stops between them took.
    standing: f64,
}

impl Work {
    /// The work, and what makes every number of it meaningless.
    pub(super) fn of(sport: Sport, adjusted: Option<&Adjusted<'_>>) -> (Self, Vec<NotValid>) {
        let mut reasons = Vec::new();
        if !sport.is_on_foot() {
            return (Self::default(), vec![NotValid::SportNotOnFoot]);
        }
        let Some(adjusted) = adjusted else {
            return (Self::default(), vec![NotValid::NoDistance]);
        };
        let grid = adjusted.grid;
        if grid.heart_rate_bpm.is_empty() {
            reasons.push(NotValid::NoHeartRate);
        }
        let clear = clear_of_stops(grid);
        let after_skip = (0..grid.len()).filter(|&k| grid.in_motion[k]).skip(SKIP_S);
        let kept: Vec<usize> = after_skip.filter(|&k| clear[k]).collect();
        let seconds: Vec<Second> = kept.iter().map(|&k| second(grid, &adjusted.speed_m_s, k)).collect();
        let known = seconds.iter().filter(|second| second.bpm.is_finite()).count();
        let covered = known as f64 >= MIN_COVERAGE * seconds.len() as f64;
        if reasons.is_empty() && !covered {
            reasons.push(NotValid::LittleHeartRate);
        }
        (Self { seconds, standing: standing(grid, &kept) }, reasons)
    }

    /// What speaks against its being steady.
    pub(super) fn unsteadiness(&self) -> Vec<NotValid> {
        let speeds: Vec<f64> = self.seconds.iter().map(|second| second.speed_m_s).collect();
        let mean = speeds.iter().sum::<f64>() / speeds.len() as f64;
        let normalized = grade::normalized_graded_speed(&speeds, &vec![true; speeds.len()]);
        let variability = normalized.map(|normalized| normalized / mean);
        let uneven = variability
            .filter(|&variability| variability > MAX_VARIABILITY)
            .map(|variability| NotValid::NotSteady { variability });
        let standing = self.standing;
        let interrupted = (standing > MAX_STANDING).then_some(NotValid::Interrupted { standing });
        uneven.into_iter().chain(interrupted).collect()
    }
}

/// The second `k` of a grid.
pub(super) fn second(grid: &Grid, speed_m_s: &[f64], k: usize) -> Second {
    let bpm = grid.heart_rate_bpm.get(k).copied().filter(|&bpm| bpm > 0.0).unwrap_or(f64::NAN);
    Second { speed_m_s: speed_m_s[k], bpm }
}

/// Whether each second is in motion and no nearer to a stop than [`NEAR_A_STOP_S`]. The ends of the recording are no
/// stops.
fn clear_of_stops(grid: &Grid) -> Vec<bool> {
    // Whether a second and the next are one motion.
    let goes_on = |k: usize| {
        grid.in_motion[k] && grid.in_motion[k + 1] && grid.time_s[k + 1] - grid.time_s[k] < NEIGHBOURS_S
    };
    let mut clear = grid.in_motion.clone();
    let mut since = NEAR_A_STOP_S;
    for (k, clear) in clear.iter_mut().enumerate() {
        since = if k == 0 || goes_on(k - 1) { since + 1 } else { 0 };
        *clear &= since >= NEAR_A_STOP_S;
    }
    let mut until = NEAR_A_STOP_S;
    for (k, clear) in clear.iter_mut().enumerate().rev() {
        until = if k + 1 == grid.len() || goes_on(k) { until + 1 } else { 0 };
        *clear &= until >= NEAR_A_STOP_S;
    }
    clear
}

/// The part of the time from the first to the last of these seconds that was lost to stops between them, each for at
/// most [`LONG_STOP_S`]: the time from one to the next, less what their distance takes at the speed beside the stop.
fn standing(grid: &Grid, kept: &[usize]) -> f64 {
    let (Some(&first), Some(&last)) = (kept.first(), kept.last()) else { return 0.0 };
    let (mut stood_s, mut too_long_s) = (0.0, 0.0);
    for pair in kept.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        let seconds = grid.time_s[after] - grid.time_s[before];
        if seconds < NEIGHBOURS_S {
            continue;
        }
        let speed_m_s = f64::midpoint(grid.speed_m_s[before], grid.speed_m_s[after]);
        let lost_s = seconds - (grid.along_m[after] - grid.along_m[before]) / speed_m_s;
        stood_s += lost_s.clamp(0.0, LONG_STOP_S);
        too_long_s += (lost_s - LONG_STOP_S).max(0.0);
    }
    let seconds = grid.time_s[last] - grid.time_s[first] - too_long_s;
    if seconds > 0.0 { stood_s / seconds } else { 0.0 }
}
