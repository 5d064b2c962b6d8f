//! Whether the slopes of a recording are those of the ground. Never here: gradients, what they cost.
//!
//! Satellites and barometers in the wind write hills that are not there, some 20 m high within half a minute, which no
//! smoothing can tell from real ones. The athlete can: runners are 23 % slower uphill and 14 % faster downhill than on
//! the level (Townshend, Worringham & Stewart 2010, Med Sci Sports Exerc 42:160), and one who holds his speed pays with
//! his heart rate. Where it is shown that neither answers to the slopes, they are not believed. A heart rate that was not
//! recorded shows nothing: slopes that do not move the speed are then believed, unless they are those of an altimeter on
//! the face of it.

use crate::analysis::grid::Grid;

/// Speed and heart rate are compared over this many seconds in motion: the heart takes half a minute to follow.
const BLOCK_S: usize = 60;
/// Fewer blocks than this show nothing, and altitude is believed.
const MIN_BLOCKS: usize = 20;
/// Where the costs of the blocks are this near to each other (as a standard deviation of their logarithm) it does not
/// matter whether they are believed.
const MIN_SPREAD: f64 = 0.01;
/// Speed changes by at least this power of the cost of the slope, or heart rate by [`HEART_RATE_ANSWER`]. At an even
/// effort it is −1; Townshend's runners are near −0.5.
const SPEED_ANSWER: f64 = 0.2;
/// A quarter of what an even speed over hills of a minute costs.
const HEART_RATE_ANSWER: f64 = 0.05;

/// Nobody climbs faster than this in m/s for [`CLIMB_S`] at a speed that the slope does not move. The fastest races up a
/// mountain gain some 1000 m in 28 minutes, 0.6 m/s, far below the speed of the same runners on the level.
const MAX_CLIMB_M_S: f64 = 0.5;
/// The time of a climb in seconds.
const CLIMB_S: usize = 30;

/// False when it is shown that the slopes are not those of the ground: speed does not answer to them, and heart rate does
/// not either or, where it is not known, there are slopes that nobody climbs so fast. No answer is one that lies within
/// its limit by two standard errors. `smooth_m` has the altitude and `factors` the cost of the slope at each second of
/// the grid.
pub(super) fn is_believed(grid: &Grid, smooth_m: &[f64], factors: &[f64]) -> bool {
    let blocks = blocks(grid, factors);
    let speed: Vec<(f64, f64)> =
        blocks.iter().map(|block| (block.factor.ln(), block.speed_m_s.ln())).collect();
    let heart_rate = blocks.iter().map(|block| (block.factor.ln(), block.bpm.ln()));
    let heart_rate: Vec<(f64, f64)> = heart_rate.filter(|point| point.1.is_finite()).collect();
    let no_answer = |points: &[(f64, f64)], limit: f64| {
        slope(points).is_some_and(|(slope, error)| slope.abs() + 2.0 * error < limit)
    };
    if !no_answer(&speed, SPEED_ANSWER) {
        return true;
    }
    if heart_rate.len() < MIN_BLOCKS {
        return !climbs_too_fast(grid, smooth_m);
    }
    !no_answer(&heart_rate, HEART_RATE_ANSWER)
}

fn climbs_too_fast(grid: &Grid, smooth_m: &[f64]) -> bool {
    let mut stretches =
        grid.stretches.iter().flat_map(|stretch| smooth_m[stretch.clone()].windows(CLIMB_S + 1));
    stretches.any(|climb| climb[CLIMB_S] - climb[0] > MAX_CLIMB_M_S * CLIMB_S as f64)
}

/// Means over some seconds in motion.
#[derive(Debug, Clone, Copy, Default)]
struct Block {
    factor: f64,
    speed_m_s: f64,
    /// NaN or 0 where a second has no heart rate.
    bpm: f64,
}

fn blocks(grid: &Grid, factors: &[f64]) -> Vec<Block> {
    let moving: Vec<usize> = (0..grid.len()).filter(|&k| grid.in_motion[k]).collect();
    let mean = |block: &[usize], value: &dyn Fn(usize) -> f64| {
        block.iter().map(|&k| value(k)).sum::<f64>() / block.len() as f64
    };
    let means = |block: &[usize]| Block {
        factor: mean(block, &|k| factors[k]),
        speed_m_s: mean(block, &|k| grid.speed_m_s[k]),
        bpm: mean(block, &|k| {
            grid.heart_rate_bpm.get(k).copied().filter(|&bpm| bpm > 0.0).unwrap_or(f64::NAN)
        }),
    };
    moving.chunks_exact(BLOCK_S).map(means).collect()
}

/// The least-squares slope and its standard error; `None` for fewer than [`MIN_BLOCKS`] or less than [`MIN_SPREAD`].
fn slope(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let n = points.len() as f64;
    let (mean_x, mean_y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / n, y + point.1 / n));
    let sum = |value: &dyn Fn(f64, f64) -> f64| -> f64 {
        points.iter().map(|(x, y)| value(x - mean_x, y - mean_y)).sum()
    };
    let (spread, joint) = (sum(&|x, _| x * x), sum(&|x, y| x * y));
    if points.len() < MIN_BLOCKS || spread < n * MIN_SPREAD * MIN_SPREAD {
        return None;
    }
    let slope = joint / spread;
    let rest = sum(&|x, y| (y - slope * x).powi(2));
    Some((slope, (rest / (n - 2.0) / spread).sqrt()))
}
