//! The fastest stretch of each standard distance. Never here: records over many sessions, age grading.

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

/// World records: metres, and the seconds in which nobody was faster by the end of 2024 (World Athletics).
const RUNNING_RECORDS: [(f64, f64); 8] = [
    (400.0, 43.03),
    (800.0, 100.91),
    (1000.0, 131.96),
    (1609.344, 223.13),
    (3000.0, 437.55),
    (5000.0, 755.36),
    (10_000.0, 1571.0),
    (42_195.0, 7235.0),
];

/// Whether a stretch may have been run, walked or hiked: not faster than the record of the longest distance that is
/// not longer, with two per cent for the clock and the course. What is faster was not on foot, or measured wrongly.
fn is_on_foot(effort: &BestEffort) -> bool {
    let record = RUNNING_RECORDS.iter().rev().find(|(metres, _)| *metres <= effort.distance_m);
    record.is_none_or(|(metres, seconds)| effort.distance_m / effort.elapsed_s <= 1.02 * metres / seconds)
}

/// The best effort of every standard distance that the session covers, in order of distance. `distance` belongs to
/// the track and is repaired: a jump is no record. On foot nothing counts that is faster than the fastest ever.
pub fn best_efforts(track: &Track, distance: Option<&Distance>, sport: Sport) -> Vec<BestEffort> {
    let Some(distance) = distance else { return Vec::new() };
    standard_distances_m(sport)
        .iter()
        .filter_map(|&wanted_m| fastest(track.time_s(), &distance.along_m, wanted_m))
        .filter(|effort| !sport.is_on_foot() || is_on_foot(effort))
        .collect()
}

/// The fastest stretch of `wanted_m` metres by an exact sweep of two pointers, in time proportional to the samples.
///
/// Between samples speed is constant, so the time for a stretch is a piecewise linear function of where it starts,
/// and its least value has one end on a sample: both kinds are tried, with the other end interpolated. Of equals
/// the earliest wins. A stretch that begins `d` seconds later ends no earlier, so it is at most `d` seconds faster:
/// one that is slower than the best by more than that lets the sweep leap. `along_m` never falls and is as long as
/// `time_s`; `None` if it is too short.
pub fn fastest(time_s: &[f64], along_m: &[f64], wanted_m: f64) -> Option<BestEffort> {
    let samples = time_s.len().min(along_m.len());
    let (first, last) = (along_m.first()?, along_m.get(samples.checked_sub(1)?)?);
    if wanted_m <= 0.0 || !wanted_m.is_finite() || last - first < wanted_m {
        return None;
    }
    let mut best = BestEffort { distance_m: wanted_m, elapsed_s: f64::INFINITY, start_s: 0.0 };
    // Takes a stretch and gives by how many seconds it is slower than the best.
    let mut offer = |start_s: f64, end_s: f64| {
        let elapsed_s = end_s - start_s;
        if elapsed_s < best.elapsed_s || (elapsed_s == best.elapsed_s && start_s < best.start_s) {
            (best.elapsed_s, best.start_s) = (elapsed_s, start_s);
        }
        elapsed_s - best.elapsed_s
    };
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
    best.elapsed_s.is_finite().then_some(best)
}

/// When the distance between samples `k` and `k + 1`, which differ, reaches `target_m`.
pub(super) fn crossing(time_s: &[f64], along_m: &[f64], k: usize, target_m: f64) -> f64 {
    let share = (target_m - along_m[k]) / (along_m[k + 1] - along_m[k]);
    time_s[k] + (time_s[k + 1] - time_s[k]) * share
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analysis::distance, model::Channel};
    use proptest::prelude::*;

    /// Every start at every sample, and at every point from which some sample is the end.
    fn brute_force(time_s: &[f64], along_m: &[f64], wanted_m: f64) -> Option<f64> {
        let last = along_m.len() - 1;
        // The least time for a stretch that begins at this distance: leave as late, arrive as early as possible.
        let leave = |m: f64| {
            let k = (0..=last).rev().find(|&k| along_m[k] <= m)?;
            if along_m[k] == m || k == last {
                return Some(time_s[k]);
            }
            Some(crossing(time_s, along_m, k, m))
        };
        let arrive = |m: f64| {
            let k = (0..=last).find(|&k| along_m[k] >= m)?;
            if along_m[k] == m || k == 0 {
                return Some(time_s[k]);
            }
            Some(crossing(time_s, along_m, k - 1, m))
        };
        let starts = along_m.iter().flat_map(|&m| [m, m - wanted_m]).filter(|&m| m >= along_m[0]);
        starts.filter_map(|m| Some(arrive(m + wanted_m)? - leave(m)?)).min_by(f64::total_cmp)
    }

    fn walk() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        prop::collection::vec((1u8..8, 0u8..40), 2..60).prop_map(|steps| {
            let (mut times, mut metres) = (vec![0.0], vec![0.0]);
            for (seconds, step) in steps {
                times.push(times[times.len() - 1] + f64::from(seconds));
                metres.push(metres[metres.len() - 1] + f64::from(step));
            }
            (times, metres)
        })
    }

    #[test]
    fn the_start_may_lie_between_samples() {
        // 100 m in the middle at 10 m/s, entered from a segment that is partly needed.
        let found = fastest(&[0.0, 100.0, 110.0, 210.0], &[0.0, 100.0, 200.0, 300.0], 150.0).unwrap();
        assert_eq!((found.elapsed_s, found.start_s), (60.0, 50.0));
    }

    #[test]
    fn too_short_a_session_has_none() {
        assert_eq!(fastest(&[0.0, 10.0], &[0.0, 399.9], 400.0), None);
        assert_eq!(fastest(&[], &[], 400.0), None);
        assert_eq!(fastest(&[0.0, 100.0], &[0.0, 400.0], 400.0).unwrap().elapsed_s, 100.0);
    }

    #[test]
    fn what_nobody_ever_ran_is_no_effort_on_foot() {
        // 5 km at 8.2 m/s: 610 s, where the record is 755 s; 400 m of it somebody may have sprinted.
        let times: Vec<f64> = (0..=700).map(f64::from).collect();
        let metres = times.iter().map(|time| time * 8.2).collect();
        let mut track = Track::try_new(times).unwrap();
        track.set(Channel::DistanceM, metres).unwrap();
        let of = |sport| {
            let distance = distance::measure(&track, sport, None);
            let efforts = best_efforts(&track, distance.as_ref(), sport);
            efforts.iter().map(|effort| effort.distance_m).collect::<Vec<_>>()
        };
        assert_eq!(of(Sport::Run), [400.0]);
        assert_eq!(of(Sport::Cycling), [5000.0]);
    }

    proptest! {
        #[test]
        fn the_sweep_finds_what_trying_everything_finds((times, metres) in walk(), wanted in 1u16..400) {
            let wanted = f64::from(wanted);
            match (fastest(&times, &metres, wanted), brute_force(&times, &metres, wanted)) {
                (Some(found), Some(best)) => prop_assert!((found.elapsed_s - best).abs() < 1e-9),
                (found, best) => prop_assert_eq!(found.map(|f| f.elapsed_s), best),
            }
        }

        #[test]
        fn longer_is_never_shorter_and_time_shifts_change_nothing(
            (times, metres) in walk(), wanted in 1.0..300.0f64, more in 0.1..100.0f64
        ) {
            let found = fastest(&times, &metres, wanted);
            if let (Some(short), Some(long)) = (found, fastest(&times, &metres, wanted + more)) {
                prop_assert!(long.elapsed_s >= short.elapsed_s - 1e-9);
            }
            let later: Vec<f64> = times.iter().map(|t| t + 1000.0).collect();
            let slower: Vec<f64> = times.iter().map(|t| t * 2.0).collect();
            if let Some(found) = found {
                let shifted = fastest(&later, &metres, wanted).unwrap();
                prop_assert!((shifted.elapsed_s - found.elapsed_s).abs() < 1e-6);
                let scaled = fastest(&slower, &metres, wanted).unwrap();
                prop_assert!((scaled.elapsed_s - 2.0 * found.elapsed_s).abs() < 1e-6);
            }
        }

        #[test]
        fn no_effort_is_faster_than_the_sport_allows(
            steps in prop::collection::vec((0.5..5.0f64, 0.0..200.0f64), 20..200)
        ) {
            let (mut times, mut metres) = (vec![0.0], vec![0.0]);
            for (seconds, step) in steps {
                times.push(times[times.len() - 1] + seconds);
                metres.push(metres[metres.len() - 1] + step);
            }
            let mut track = Track::try_new(times).unwrap();
            track.set(Channel::DistanceM, metres).unwrap();
            let repaired = distance::measure(&track, Sport::Run, None);
            for effort in best_efforts(&track, repaired.as_ref(), Sport::Run) {
                // The record over 400 m, and two per cent.
                prop_assert!(effort.distance_m / effort.elapsed_s <= 9.482);
            }
        }
    }
}
