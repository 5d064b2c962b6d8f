//! What a slope costs, and speed as if on the flat. Never here: heart rate, moving time.
//!
//! The energy cost of running and walking by gradient is Minetti's (Minetti et al. 2002, J Appl Physiol 93:1039,
//! doi 10.1152/japplphysiol.01177.2001), measured on treadmills from −45 to +45 %. The cost is convex, so noise in
//! the gradient can only raise it: gradients are taken over at least [`MIN_RUN_M`] metres of smoothed altitude and
//! held within [`MAX_GRADE`]. Slopes that the athlete shows not to feel are not believed (`felt`).

mod felt;

use super::grid::Grid;
use crate::model::Sport;

/// Gradients are held within this of 0; beyond it runners walk and walkers climb.
pub const MAX_GRADE: f64 = 0.35;
/// Gradients are taken over at least this many metres of distance.
pub const MIN_RUN_M: f64 = 30.0;
/// Altitude is a mean over this many seconds to either side.
const SMOOTHING: usize = 10;
/// The width of the moving mean of normalized graded speed in seconds.
const NGP_WINDOW: usize = 30;

/// The energy cost of running at a gradient (0.1 is 10 %), in J/kg/m (Minetti et al. 2002).
pub fn running_cost(grade: f64) -> f64 {
    let i = grade;
    ((((155.4 * i - 30.4) * i - 43.3) * i + 46.3) * i + 19.5) * i + 3.6
}

/// The energy cost of walking at a gradient, in J/kg/m (Minetti et al. 2002).
pub fn walking_cost(grade: f64) -> f64 {
    let i = grade;
    ((((280.5 * i - 58.7) * i - 76.8) * i + 51.9) * i + 19.6) * i + 2.5
}

/// The cost at a gradient as a multiple of that on the flat: what speed on the flat is worth as much. 1 for sports
/// that are not on foot. The gradient is held within [`MAX_GRADE`].
pub fn factor(sport: Sport, grade: f64) -> f64 {
    let held = grade.clamp(-MAX_GRADE, MAX_GRADE);
    match sport {
        Sport::Run => running_cost(held) / running_cost(0.0),
        Sport::Walking | Sport::Hiking => walking_cost(held) / walking_cost(0.0),
        _ => 1.0,
    }
}

/// Grade-adjusted speed second by second.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Adjusted<'a> {
    /// The grid it belongs to.
    pub(super) grid: &'a Grid,
    /// Speed in m/s times the factor of the gradient; plain speed without altitude.
    pub(super) speed_m_s: Vec<f64>,
    /// Whether gradients were known and believed and the sport is on foot.
    pub(super) is_graded: bool,
}

impl<'a> Adjusted<'a> {
    /// The adjusted speed of a sport.
    pub(super) fn new(grid: &'a Grid, sport: Sport) -> Self {
        let is_graded = sport.is_on_foot() && !grid.altitude_m.is_empty();
        if !is_graded {
            return Self { grid, speed_m_s: grid.speed_m_s.clone(), is_graded };
        }
        let smooth_m = smoothed(grid);
        let grades = gradients(grid, &smooth_m).into_iter();
        let factors: Vec<f64> = grades.map(|grade| factor(sport, grade)).collect();
        if !felt::is_believed(grid, &smooth_m, &factors) {
            return Self { grid, speed_m_s: grid.speed_m_s.clone(), is_graded: false };
        }
        let speed_m_s = grid.speed_m_s.iter().zip(&factors).map(|(speed, factor)| speed * factor).collect();
        Self { grid, speed_m_s, is_graded }
    }
}

/// Normalized graded speed in m/s: the fourth root of the mean fourth power of 30 s moving means of grade-adjusted
/// speed over the seconds that count, after Coggan's normalized power (2003). The exact form that other products
/// use is not published. `None` for fewer than 30 s.
pub fn normalized_graded_speed(adjusted_m_s: &[f64], counts: &[bool]) -> Option<f64> {
    let speeds: Vec<f64> =
        adjusted_m_s.iter().zip(counts).filter(|(_, counts)| **counts).map(|(speed, _)| *speed).collect();
    if speeds.len() < NGP_WINDOW {
        return None;
    }
    let mut sum: f64 = speeds[..NGP_WINDOW].iter().sum();
    let mut fourths = 0.0;
    for end in NGP_WINDOW..=speeds.len() {
        // Running sums may end a hair below zero.
        fourths += (sum.max(0.0) / NGP_WINDOW as f64).powi(4);
        sum += speeds.get(end).map_or(0.0, |entering| entering - speeds[end - NGP_WINDOW]);
    }
    let means = speeds.len() - NGP_WINDOW + 1;
    Some((fourths / means as f64).powf(0.25))
}

/// The gradient at each second over at least [`MIN_RUN_M`], centred where the stretch allows; 0 where altitude is
/// missing or the stretch is too short.
fn gradients(grid: &Grid, smooth_m: &[f64]) -> Vec<f64> {
    let mut grades = vec![0.0; grid.len()];
    for stretch in &grid.stretches {
        let along = &grid.along_m;
        let last = stretch.end - 1;
        let (mut from, mut to) = (stretch.start, stretch.start);
        for k in stretch.clone() {
            // Near the ends the window leans inwards.
            let ahead = (along[k] + MIN_RUN_M / 2.0).max(along[stretch.start] + MIN_RUN_M);
            while to < last && along[to] < ahead {
                to += 1;
            }
            while from < k && along[from + 1] <= (along[k] - MIN_RUN_M / 2.0).min(along[to] - MIN_RUN_M) {
                from += 1;
            }
            let run = along[to] - along[from];
            let rise = smooth_m[to] - smooth_m[from];
            if run >= MIN_RUN_M && rise.is_finite() {
                grades[k] = rise / run;
            }
        }
    }
    grades
}

/// Altitude as a centred mean within its stretch, over the known values.
fn smoothed(grid: &Grid) -> Vec<f64> {
    let mut smooth_m = vec![f64::NAN; grid.len()];
    for stretch in &grid.stretches {
        let known =
            |k: usize| if grid.altitude_m[k].is_finite() { (grid.altitude_m[k], 1u32) } else { (0.0, 0) };
        let (mut sum, mut count) = (0.0, 0);
        let (mut from, mut to) = (stretch.start, stretch.start);
        for k in stretch.clone() {
            // As far to one side as to the other, so that a steady slope stays as it is up to the ends.
            let reach = SMOOTHING.min(k - stretch.start).min(stretch.end - 1 - k);
            while to <= k + reach {
                (sum, count) = (sum + known(to).0, count + known(to).1);
                to += 1;
            }
            while to > k + reach + 1 {
                to -= 1;
                (sum, count) = (sum - known(to).0, count - known(to).1);
            }
            while from < k - reach {
                (sum, count) = (sum - known(from).0, count - known(from).1);
                from += 1;
            }
            if count > 0 {
                smooth_m[k] = sum / f64::from(count);
            }
        }
    }
    smooth_m
}

#[cfg(test)]
mod tests;
