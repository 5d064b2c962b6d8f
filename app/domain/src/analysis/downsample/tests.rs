//! Tests of the thinning.

use proptest::prelude::*;

use super::*;

fn sine(n: usize) -> Vec<(f64, f64)> {
    (0..n).map(|i| (i as f64, (i as f64 / 50.0).sin() * 10.0)).collect()
}

#[test]
fn spikes_survive() {
    let mut points = sine(5_000);
    points[1_234].1 = 80.0;
    points[3_456].1 = -80.0;
    let chosen = lttb(&points, 100, 60.0);
    assert_eq!(chosen.len(), 100);
    assert!(chosen.contains(&1_234) && chosen.contains(&3_456));
}

/// Steinarsson's reference algorithm, written out for one series without gaps.
fn reference(points: &[(f64, f64)], count: usize) -> Vec<usize> {
    let every = (points.len() - 2) as f64 / (count - 2) as f64;
    let mut chosen = vec![0];
    let mut a = 0;
    for i in 0..count - 2 {
        let next = ((i + 1) as f64 * every).floor() as usize + 1;
        let end = (((i + 2) as f64 * every).floor() as usize + 1).min(points.len());
        let mean = |pick: fn(&(f64, f64)) -> f64| {
            points[next..end].iter().map(pick).sum::<f64>() / (end - next) as f64
        };
        let (x, y) = (mean(|p| p.0), mean(|p| p.1));
        let mut best = (-1.0, 0);
        for j in (i as f64 * every).floor() as usize + 1..next {
            let area = ((points[a].0 - x) * (points[j].1 - points[a].1)
                - (points[a].0 - points[j].0) * (y - points[a].1))
                .abs();
            if area > best.0 {
                best = (area, j);
            }
        }
        a = best.1;
        chosen.push(a);
    }
    chosen.push(points.len() - 1);
    chosen
}

#[test]
fn agrees_with_the_published_algorithm() {
    // Sizes at which both round the buckets alike: (n − 2) a multiple of (count − 2).
    for (n, count) in [(4_902, 52), (1_002, 102), (202, 22)] {
        let points: Vec<(f64, f64)> = (0..n)
            .map(|i| (f64::from(i), (f64::from(i) * 0.37).sin() + (f64::from(i) * 0.011).cos() * 3.0))
            .collect();
        assert_eq!(lttb(&points, count, 60.0), reference(&points, count));
    }
}

#[test]
fn long_gaps_break_the_line_and_short_ones_do_not() {
    let mut points = sine(2_000);
    for point in &mut points[500..700] {
        point.1 = f64::NAN;
    }
    points[900].1 = f64::NAN;
    let chosen = lttb(&points, 100, 60.0);
    assert!(chosen.len() <= 100);
    assert!(chosen.contains(&500), "the long gap is marked");
    assert!(!chosen.contains(&900), "one missing sample is not a gap");
}

#[test]
fn small_budgets_and_empty_series() {
    let points = sine(10);
    assert_eq!(lttb(&points, 0, 60.0), [] as [usize; 0]);
    assert_eq!(lttb(&points, 1, 60.0), [0]);
    assert_eq!(lttb(&points, 2, 60.0), [0, 9]);
    assert_eq!(lttb(&points, 10, 60.0), (0..10).collect::<Vec<_>>());
    assert_eq!(lttb(&[], 10, 60.0), [] as [usize; 0]);
    assert_eq!(lttb(&[(0.0, f64::NAN); 5], 10, 60.0), [] as [usize; 0]);
}

#[test]
fn one_set_of_samples_keeps_the_spikes_of_each_channel() {
    let mut track = Track::try_new((0..6_000).map(f64::from).collect()).unwrap();
    let mut heart_rate: Vec<f64> = (0..6_000).map(|i| 140.0 + f64::from(i % 7)).collect();
    heart_rate[2_000] = 240.0;
    // The altitude's noise is larger than the spike in heart rate, though small in its own range.
    let mut altitude: Vec<f64> = (0..6_000).map(|i| if i % 3 == 0 { 300.0 } else { -300.0 }).collect();
    altitude[4_000] = 9_000.0;
    // Heart rate only at every second sample, as some devices record it.
    for value in heart_rate.iter_mut().skip(1).step_by(2) {
        *value = f64::NAN;
    }
    track.set(Channel::HeartRateBpm, heart_rate.clone()).unwrap();
    track.set(Channel::AltitudeM, altitude).unwrap();
    let chosen =
        chart_samples(&track, 0..6_000, &[Channel::HeartRateBpm, Channel::AltitudeM, Channel::PowerW], 300);
    assert_eq!(chosen.len(), 300);
    assert!(chosen.contains(&2_000) && chosen.contains(&4_000));
    let with_heart_rate = chosen.iter().filter(|&&i| heart_rate[i].is_finite()).count();
    assert!(with_heart_rate >= 225, "{with_heart_rate} of 300");
}

#[test]
fn without_channels_samples_are_spread_evenly() {
    let track = Track::try_new((0..1_000).map(f64::from).collect()).unwrap();
    let chosen = chart_samples(&track, 0..1_000, &[Channel::PowerW], 100);
    assert_eq!(chosen.len(), 100);
    assert!(chosen.windows(2).all(|pair| pair[1] - pair[0] <= 16));
}

#[test]
fn a_window_gives_its_own_samples_and_their_spikes() {
    let mut track = Track::try_new((0..1_000).map(|i| f64::from(i) * 2.0).collect()).unwrap();
    let power = (0..1_000).map(|i| if i == 10 { 2_000.0 } else { 200.0 + f64::from(i % 2) });
    let mut power: Vec<f64> = power.collect();
    power[533] = 220.0;
    track.set(Channel::PowerW, power).unwrap();
    let chosen =
        |from_s, to_s, most| chart_samples(&track, track.window(from_s, to_s), &[Channel::PowerW], most);
    assert_eq!(chosen(1_000.0, 1_010.0, 100), [500, 501, 502, 503, 504, 505], "both ends included");
    assert_eq!(chosen(1_000.5, 1_001.5, 100), [] as [usize; 0], "between two samples");
    assert_eq!(chosen(3_000.0, 4_000.0, 100), [] as [usize; 0], "beyond the end");
    assert_eq!(chosen(9.0, 3.0, 100), [] as [usize; 0]);
    assert_eq!(chosen(f64::NEG_INFINITY, f64::INFINITY, 2_000).len(), 1_000);
    let within = chosen(1_000.0, 1_198.0, 10);
    assert_eq!((within.len(), within[0], within[9]), (10, 500, 599));
    assert!(within.contains(&533), "the range is the window's: {within:?}");
}

proptest! {
    #[test]
    fn always_within_the_budget_and_ascending(
        values in prop::collection::vec(prop_oneof![4 => -1e6..1e6f64, 1 => Just(f64::NAN)], 0..400),
        max_points in 0usize..120,
        break_over in 0.0..5.0f64,
    ) {
        let points: Vec<(f64, f64)> = values.iter().enumerate().map(|(i, y)| (i as f64, *y)).collect();
        let chosen = lttb(&points, max_points, break_over);
        prop_assert!(chosen.len() <= max_points);
        prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(chosen.iter().all(|&i| i < points.len()));
        let drawable = || values.iter().enumerate().filter(|(_, y)| y.is_finite()).map(|(i, _)| i);
        if max_points >= 3 && drawable().count() > 0 {
            prop_assert!(chosen.contains(&drawable().next().unwrap()));
            prop_assert!(chosen.contains(&drawable().next_back().unwrap()));
        }
    }
}
