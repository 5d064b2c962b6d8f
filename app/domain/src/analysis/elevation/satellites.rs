//! The climb by altitudes of satellites alone, which wander by metres within seconds. Never here: other altimeters.
//!
//! Added up as they are they climb hundreds of metres in an hour on the level. So they are smoothed over half a minute,
//! and a rise or fall counts in full once it is larger than ten metres: what Strava asks of recordings without a
//! barometer (support.strava.com, "Elevation on Strava FAQs"; 2 m with one). It counts from turning point to turning
//! point, since counting from where it counted last would lose up to the threshold at each end of a hill. On the four
//! recordings whose devices state their ascent this finds 84 to 97 % of it, with noise of 3 to 5 m added 88 to 110 %
//! where hysteresis of 3 m finds 103 to 342 %. Too little by as much is usual for receivers without a barometer
//! (Sánchez & Villena 2020, Proc IMechE P 234:312).

use super::{Climb, credible};

/// Rises and falls of at least this many metres count.
const THRESHOLD_M: f64 = 10.0;
/// The width of the windows for the median and for the mean in seconds.
const WINDOW_S: f64 = 30.0;

/// The climb at each sample.
pub(super) fn climb(time_s: &[f64], altitude_m: &[f64]) -> Climb {
    let (second_s, seconds_m) = by_second(time_s, altitude_m);
    // The median forgets what lasts a few seconds only, the mean what is left of noise.
    let steady_m = over_window(&second_s, &seconds_m, median);
    let steady_m = over_window(&second_s, &credible::credible(&second_s, &steady_m), mean);
    let (up_m, down_m) = between(&steady_m, &turning_points(&steady_m));
    let mut climb = Climb { ascent_m: Vec::with_capacity(time_s.len()), descent_m: Vec::new() };
    climb.descent_m.reserve(time_s.len());
    let mut k = 0;
    for &time in time_s {
        while second_s.get(k + 1).is_some_and(|&second| second <= time) {
            k += 1;
        }
        climb.ascent_m.push(up_m.get(k).copied().unwrap_or(0.0));
        climb.descent_m.push(down_m.get(k).copied().unwrap_or(0.0));
    }
    climb
}

/// The time of the first known altitude in each second, and the mean of that second: as many values as seconds however
/// dense the samples are.
fn by_second(time_s: &[f64], altitude_m: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let known = time_s.iter().zip(altitude_m).filter(|(_, altitude)| altitude.is_finite());
    let known: Vec<(f64, f64)> = known.map(|(&time, &altitude)| (time, altitude)).collect();
    known
        .chunk_by(|a, b| a.0.floor() == b.0.floor())
        .map(|second| {
            (second[0].0, second.iter().map(|(_, altitude)| altitude / second.len() as f64).sum::<f64>())
        })
        .unzip()
}

/// What `of` makes of the known values within half of [`WINDOW_S`] of each; NaN where there is none.
fn over_window(time_s: &[f64], values: &[f64], of: fn(&mut [f64]) -> f64) -> Vec<f64> {
    let (mut from, mut to) = (0, 0);
    let mut window = Vec::new();
    let at_each = time_s.iter().map(|&time| {
        while time_s[from] < time - WINDOW_S / 2.0 {
            from += 1;
        }
        while time_s.get(to).is_some_and(|&later| later <= time + WINDOW_S / 2.0) {
            to += 1;
        }
        window.clear();
        window.extend(values[from..to].iter().copied().filter(|value| value.is_finite()));
        if window.is_empty() { f64::NAN } else { of(&mut window) }
    });
    at_each.collect()
}

fn median(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    *values.select_nth_unstable_by(half, f64::total_cmp).1
}

fn mean(values: &mut [f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The lowest and highest points by turns between which altitude rises and falls by [`THRESHOLD_M`] or more.
fn turning_points(altitude_m: &[f64]) -> Vec<usize> {
    let mut turns = Vec::new();
    let Some(first) = altitude_m.iter().position(|altitude| altitude.is_finite()) else { return turns };
    let (mut lowest, mut highest) = (first, first);
    // Whether it rises; not known before the first rise or fall.
    let mut rises: Option<bool> = None;
    for (i, &altitude) in altitude_m.iter().enumerate().skip(first) {
        if altitude > altitude_m[highest] {
            highest = i;
        }
        if altitude < altitude_m[lowest] {
            lowest = i;
        }
        if rises != Some(true) && altitude - altitude_m[lowest] >= THRESHOLD_M {
            turns.push(lowest);
            (rises, highest) = (Some(true), i);
        } else if rises != Some(false) && altitude_m[highest] - altitude >= THRESHOLD_M {
            turns.push(highest);
            (rises, lowest) = (Some(false), i);
        }
    }
    turns.extend(rises.map(|rises| if rises { highest } else { lowest }));
    turns
}

/// Metres up and down at each value, cumulative: on the way to a highest point what is higher than all before it, on the
/// way to a lowest what is lower.
fn between(altitude_m: &[f64], turns: &[usize]) -> (Vec<f64>, Vec<f64>) {
    let (mut up_m, mut down_m) = (vec![0.0; altitude_m.len()], vec![0.0; altitude_m.len()]);
    let (mut up, mut down) = (0.0, 0.0);
    let mut filled = 0;
    for pair in turns.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let rises = altitude_m[to] > altitude_m[from];
        up_m[filled..=from].fill(up);
        down_m[filled..=from].fill(down);
        let mut reached = altitude_m[from];
        for i in from + 1..=to {
            // Missing values are neither.
            if rises && altitude_m[i] > reached {
                up += altitude_m[i] - reached;
                reached = altitude_m[i];
            } else if !rises && altitude_m[i] < reached {
                down += reached - altitude_m[i];
                reached = altitude_m[i];
            }
            (up_m[i], down_m[i]) = (up, down);
        }
        filled = to + 1;
    }
    up_m[filled..].fill(up);
    down_m[filled..].fill(down);
    (up_m, down_m)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn totals(altitude_m: &[f64]) -> (f64, f64) {
        let time_s: Vec<f64> = (0..altitude_m.len()).map(|i| i as f64).collect();
        climb(&time_s, altitude_m).totals_m()
    }

    #[test]
    fn hills_count_from_foot_to_top_and_waves_do_not() {
        // Up 60 m in ten minutes, down 30 m in five, with waves of 3 m every 20 s.
        let hill = |second: f64| if second < 600.0 { second / 10.0 } else { 60.0 - (second - 600.0) / 10.0 };
        let profile: Vec<f64> = (0..=900)
            .map(f64::from)
            .map(|t| hill(t) + 3.0 * (t * std::f64::consts::TAU / 20.0).sin())
            .collect();
        let (up, down) = totals(&profile);
        // The smoothing takes a metre and a half of each end.
        assert!((55.0..=61.0).contains(&up) && (26.0..=31.0).contains(&down), "{up} {down}");
        assert_eq!(totals(&[0.0, 9.9, 0.0]), (0.0, 0.0));
        assert_eq!(totals(&[]), (0.0, 0.0));
        assert_eq!(totals(&[f64::NAN, f64::NAN]), (0.0, 0.0));
    }

    #[test]
    fn turning_points_come_by_turns() {
        let altitude_m = [5.0, 3.0, f64::NAN, 20.0, 12.0, 25.0, 9.0, 14.0, 8.0];
        assert_eq!(turning_points(&altitude_m), [1, 5, 8]);
        let (up, down) = between(&altitude_m, &[1, 5, 8]);
        assert_eq!(up, [0.0, 0.0, 0.0, 17.0, 17.0, 22.0, 22.0, 22.0, 22.0]);
        assert_eq!(down, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 16.0, 16.0, 17.0]);
        assert_eq!(turning_points(&[0.0, 5.0, -4.9]), [0; 0]);
    }

    #[test]
    fn half_a_million_samples_in_a_second_are_one() {
        let time_s: Vec<f64> = (0..500_000).map(|i| f64::from(i) / 500_000.0).collect();
        let altitude_m: Vec<f64> = (0..500_000).map(|i| f64::from(i % 100)).collect();
        let (second_s, seconds_m) = by_second(&time_s, &altitude_m);
        assert_eq!((second_s.len(), seconds_m.len()), (1, 1));
        assert!((seconds_m[0] - 49.5).abs() < 1e-6);
        assert_eq!(climb(&time_s, &altitude_m).ascent_m.len(), 500_000);
    }

    proptest! {
        #[test]
        fn climbs_never_fall_and_differ_by_the_net_change(
            steps in prop::collection::vec((0.3..40.0f64, -6.0..6.0f64), 1..300)
        ) {
            let (mut time_s, mut altitude_m) = (vec![0.0], vec![500.0]);
            for (seconds, metres) in steps {
                time_s.push(time_s[time_s.len() - 1] + seconds);
                altitude_m.push(altitude_m[altitude_m.len() - 1] + metres);
            }
            let found = climb(&time_s, &altitude_m);
            prop_assert_eq!((found.ascent_m.len(), found.descent_m.len()), (time_s.len(), time_s.len()));
            for column in [&found.ascent_m, &found.descent_m] {
                prop_assert!(column[0] >= 0.0 && column.windows(2).all(|pair| pair[1] >= pair[0]));
            }
            let (second_s, seconds_m) = by_second(&time_s, &altitude_m);
            let steady_m = over_window(&second_s, &seconds_m, median);
            let steady_m = over_window(&second_s, &credible::credible(&second_s, &steady_m), mean);
            let net = steady_m[steady_m.len() - 1] - steady_m[0];
            let (up, down) = found.totals_m();
            prop_assert!((up - down - net).abs() <= 2.0 * THRESHOLD_M, "{up} {down} {net}");
        }
    }
}
