//! The fastest stretch of each standard distance. Never here: records over many sessions, age grading.

mod on_foot;

use std::borrow::Cow;

use serde::Serialize;

use super::distance::Distance;
use crate::model::{Sport, Track};

/// Standard distances on foot in metres.
pub const RUNNING_M: [f64; 15] = [
    400.0, 800.0, 1000.0, 1609.344, 3000.0, 5000.0, 10_000.0, 15_000.0, 16_093.44, 20_000.0, 21_097.5,
    30_000.0, 42_195.0, 50_000.0, 100_000.0,
];

/// Standard distances on a bicycle in metres.
pub const CYCLING_M: [f64; 7] = [5000.0, 10_000.0, 20_000.0, 40_000.0, 50_000.0, 100_000.0, 160_934.4];

/// The fastest stretch of one distance within a session.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BestEffort {
    /// The distance in metres.
    pub distance_m: f64,
    /// Elapsed seconds, pauses included.
    pub elapsed_s: f64,
    /// Seconds from the session's start to the stretch's start.
    pub start_s: f64,
}

/// The standard distances of a sport; none for sports without.
pub fn standard_distances_m(sport: Sport) -> &'static [f64] {
    match sport {
        Sport::Run | Sport::Walking | Sport::Hiking => &RUNNING_M,
        Sport::Cycling => &CYCLING_M,
        _ => &[],
    }
}

/// The best effort of every standard distance that the session covers, in order of distance. `distance` belongs to
/// the track and is repaired: a jump is no record. On foot nothing counts that is faster than the fastest ever, nor
/// anything that touches it: neither of its own distance nor of a longer one.
pub fn best_efforts(track: &Track, distance: Option<&Distance>, sport: Sport) -> Vec<BestEffort> {
    let Some(distance) = distance else { return Vec::new() };
    let mut pieces =
        vec![Piece { time_s: track.time_s().into(), along_m: distance.along_m.as_slice().into() }];
    let mut efforts = Vec::new();
    for &wanted_m in standard_distances_m(sport) {
        if sport.is_on_foot() {
            pieces = on_foot::credible(pieces, wanted_m);
        }
        let fastest = pieces.iter().filter_map(|piece| fastest(&piece.time_s, &piece.along_m, wanted_m));
        efforts
            .extend(fastest.reduce(|best, next| if next.elapsed_s < best.elapsed_s { next } else { best }));
    }
    efforts
}

/// A part of a track: times in seconds and metres, as many of one as of the other.
#[derive(Debug, Clone, PartialEq)]
struct Piece<'a> {
    time_s: Cow<'a, [f64]>,
    along_m: Cow<'a, [f64]>,
}

/// The fastest stretch of `wanted_m` metres by an exact sweep, in time proportional to the samples. Of equals the
/// earliest wins. `along_m` never falls and is as long as `time_s`; `None` if it is too short.
pub fn fastest(time_s: &[f64], along_m: &[f64], wanted_m: f64) -> Option<BestEffort> {
    let mut best = BestEffort { distance_m: wanted_m, elapsed_s: f64::INFINITY, start_s: 0.0 };
    sweep(time_s, along_m, wanted_m, |start_s, end_s| {
        let elapsed_s = end_s - start_s;
        if elapsed_s < best.elapsed_s || (elapsed_s == best.elapsed_s && start_s < best.start_s) {
            (best.elapsed_s, best.start_s) = (elapsed_s, start_s);
        }
        elapsed_s - best.elapsed_s
    });
    best.elapsed_s.is_finite().then_some(best)
}

/// Offers the stretches of `wanted_m` metres that have an end on a sample, from start to end in seconds, with two
/// pointers.
///
/// Between samples speed is constant, so the time for a stretch is a piecewise linear function of where it starts,
/// and its least value has one end on a sample: both kinds are offered, with the other end interpolated. `offer` gives
/// by how many seconds the stretch is slower than what is looked for. One that begins `d` seconds later ends no earlier,
/// so it is at most `d` seconds faster, and the sweep leaps over those that are too slow.
fn sweep(time_s: &[f64], along_m: &[f64], wanted_m: f64, mut offer: impl FnMut(f64, f64) -> f64) {
    let samples = time_s.len().min(along_m.len());
    let (Some(first), Some(last)) = (along_m.first(), samples.checked_sub(1).map(|last| along_m[last]))
    else {
        return;
    };
    if wanted_m <= 0.0 || !wanted_m.is_finite() || last - first < wanted_m {
        return;
    }
    // `end` is the first sample at or beyond the wanted distance from `start`.
    let (mut start, mut end) = (0, 0);
    while start < samples {
        let target = along_m[start] + wanted_m;
        while end < samples && along_m[end] < target {
            end += 1;
        }
        if end == samples {
            break;
        }
        let slower_s = offer(time_s[start], crossing(time_s, along_m, end - 1, target));
        let next_s = time_s[start] + slower_s;
        start += 1;
        while start < samples && time_s[start] < next_s {
            start += 1;
        }
    }
    // Backwards, since a stretch that ends earlier begins no later. `start` is the last sample at or before the wanted
    // distance back from `end`.
    let (mut start, mut end) = (samples - 1, samples - 1);
    loop {
        let target = along_m[end] - wanted_m;
        if target < along_m[0] {
            break;
        }
        while along_m[start] > target {
            start -= 1;
        }
        let slower_s = offer(crossing(time_s, along_m, start, target), time_s[end]);
        let next_s = time_s[end] - slower_s;
        end -= 1;
        while end > 0 && time_s[end] > next_s {
            end -= 1;
        }
    }
}

/// When the distance between samples `k` and `k + 1`, which differ, reaches `target_m`.
pub(super) fn crossing(time_s: &[f64], along_m: &[f64], k: usize, target_m: f64) -> f64 {
    let share = (target_m - along_m[k]) / (along_m[k + 1] - along_m[k]);
    time_s[k] + (time_s[k + 1] - time_s[k]) * share
}

#[cfg(test)]
mod tests;
