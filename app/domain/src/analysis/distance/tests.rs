//! Distances of made-up counters.

use super::*;
use proptest::prelude::*;

fn track(metres: Vec<f64>) -> Track {
    let mut track = Track::try_new((0..metres.len()).map(|i| i as f64).collect()).unwrap();
    track.set(Channel::DistanceM, metres).unwrap();
    track
}

#[test]
fn a_jump_is_left_out_and_counted() {
    let found = measure(&track(vec![5.0, 8.0, 108.0, 111.0]), Sport::Run, None).unwrap();
    assert_eq!(found.along_m, [0.0, 3.0, 3.0, 6.0]);
    assert_eq!((found.removed_m, found.fallen_m), (100.0, 0.0));
}

#[test]
fn a_reset_counter_stands_still_once() {
    let found = measure(&track(vec![0.0, 3.0, 0.0, 3.0]), Sport::Run, None).unwrap();
    assert_eq!(found.along_m, [0.0, 3.0, 3.0, 6.0]);
    assert_eq!((found.removed_m, found.fallen_m), (0.0, 3.0));
}

#[test]
fn ten_seconds_at_twelve_metres_a_second_are_too_many_for_a_runner() {
    let metres: Vec<f64> = (0..30).map(|i| f64::from(i) * 12.0).collect();
    let run = measure(&track(metres.clone()), Sport::Run, None).unwrap();
    assert!(run.removed_m > 0.0, "each second alone is credible, ten are not");
    assert_eq!(measure(&track(metres), Sport::Cycling, None).unwrap().removed_m, 0.0);
}

#[test]
fn missing_values_lie_on_the_line() {
    let found = measure(&track(vec![f64::NAN, 0.0, f64::NAN, 6.0, f64::NAN]), Sport::Run, None).unwrap();
    assert_eq!(found.along_m, [0.0, 0.0, 3.0, 6.0, 6.0]);
}

#[test]
fn positions_are_measured_when_the_device_counted_nothing() {
    let mut track = Track::try_new(vec![0.0, 1.0, 40.0]).unwrap();
    track.set(Channel::LatitudeDeg, vec![50.0, f64::NAN, 50.001]).unwrap();
    track.set(Channel::LongitudeDeg, vec![8.0, f64::NAN, 8.0]).unwrap();
    let found = measure(&track, Sport::Run, None).unwrap();
    assert_eq!(found.source, DistanceSource::Positions);
    // A thousandth of a degree of latitude on a sphere of 6,371,008.8 m.
    assert!((found.total_m() - 111.195).abs() < 0.001, "{}", found.total_m());
    assert_eq!(measure(&Track::try_new(vec![0.0, 1.0]).unwrap(), Sport::Run, None), None);
}

#[test]
fn the_way_across_minutes_without_a_sample_is_not_measured() {
    // A second and a position a step, but for twenty minutes in which the athlete was driven a degree to the north.
    let times: Vec<f64> = (0..120).map(|i| f64::from(i) + if i < 60 { 0.0 } else { 1200.0 }).collect();
    let north = (0..120).map(|i| 50.0 + f64::from(i) / 1e5 + if i < 60 { 0.0 } else { 0.05 }).collect();
    let mut track = Track::try_new(times).unwrap();
    track.set(Channel::LatitudeDeg, north).unwrap();
    track.set(Channel::LongitudeDeg, vec![8.0; 120]).unwrap();
    let found = measure(&track, Sport::Run, None).unwrap();
    // 118 steps of a hundred-thousandth of a degree.
    assert!((found.total_m() - 118.0 * 1.11195).abs() < 0.01, "{}", found.total_m());
}

/// A counter of `steps` samples within `seconds` after two minutes at 3 m/s, each of which adds what `metres` says.
fn after_two_minutes(steps: u32, seconds: f64, metres: impl Fn(u32) -> f64) -> Track {
    let mut times: Vec<f64> = (0..130).map(f64::from).collect();
    let mut counted: Vec<f64> = times.iter().map(|time| 3.0 * time).collect();
    for step in 1..=steps {
        times.push(129.0 + seconds * f64::from(step) / f64::from(steps));
        counted.push(counted[counted.len() - 1] + metres(step));
    }
    let mut track = Track::try_new(times).unwrap();
    track.set(Channel::DistanceM, counted).unwrap();
    track
}

/// Each takes minutes where the time grows with the square of the samples, which nobody may ask of us.
#[test]
fn samples_however_dense_and_jumps_however_many_take_no_longer_than_others() {
    const SAMPLES: u32 = 400_000;
    let every_other =
        |step: u32, metres: f64, else_m: f64| if step.is_multiple_of(2) { metres } else { else_m };
    let tracks = [
        // Jumps within eight seconds without a standstill, which is looked for on both sides of each.
        after_two_minutes(SAMPLES, 8.0, |step| every_other(step, 0.5, 6e-5)),
        // Jumps with standstills between them that have no room.
        after_two_minutes(SAMPLES, 8.0, |step| every_other(step, 0.5, 0.0)),
    ];
    for track in tracks {
        let began = std::time::Instant::now();
        let found = measure(&track, Sport::Run, Some(390.0));
        let took = began.elapsed();
        assert!(found.is_some() && took.as_secs() < 30, "{took:?}");
    }
}

/// Ten minutes at 3 m/s, of which the counter misses or anticipates some: `count` makes its metres from true ones.
fn ten_minutes(count: impl Fn(f64, f64) -> f64) -> Track {
    track((0..=600).map(|second| count(f64::from(second), 3.0 * f64::from(second))).collect())
}

#[test]
fn a_counter_that_stood_still_and_caught_up_has_run_evenly() {
    // Nothing for 40 s, then 123 m in a second.
    let late = ten_minutes(|second, metres| if (200.0..=240.0).contains(&second) { 600.0 } else { metres });
    let found = measure(&late, Sport::Run, Some(1800.0)).unwrap();
    assert_eq!((found.total_m(), found.removed_m, found.spread_m), (1800.0, 0.0, 123.0));
    assert!(found.along_m.windows(2).all(|pair| (pair[1] - pair[0] - 3.0).abs() < 1e-9));
}

#[test]
fn a_counter_that_ran_ahead_and_waited_has_run_evenly() {
    let ahead = ten_minutes(|second, metres| if (200.0..=240.0).contains(&second) { 720.0 } else { metres });
    let found = measure(&ahead, Sport::Run, Some(1800.0)).unwrap();
    assert_eq!((found.total_m(), found.removed_m), (1800.0, 0.0));
    assert!(found.along_m.windows(2).all(|pair| (pair[1] - pair[0] - 3.0).abs() < 1e-9));
}

#[test]
fn a_jump_without_a_standstill_is_left_out_whatever_the_device_states() {
    let jump = ten_minutes(|second, metres| if second < 300.0 { metres } else { metres + 100.0 });
    let found = measure(&jump, Sport::Run, Some(1900.0)).unwrap();
    assert_eq!((found.total_m(), found.removed_m, found.spread_m), (1797.0, 103.0, 0.0));
}

#[test]
fn a_jump_beside_too_short_a_standstill_is_left_out() {
    let stood = |second: f64| (200.0..=210.0).contains(&second);
    let jump = ten_minutes(|second, metres| match second {
        _ if stood(second) => 600.0,
        _ if second > 210.0 => metres + 170.0,
        _ => metres,
    });
    assert_eq!(measure(&jump, Sport::Run, Some(1970.0)).unwrap().spread_m, 0.0);
}

#[test]
fn without_the_devices_total_or_against_it_a_jump_is_left_out() {
    let stop = ten_minutes(|second, metres| if (200.0..=240.0).contains(&second) { 600.0 } else { metres });
    // The device itself leaves the 123 m out, or states no total.
    for stated_m in [Some(1677.0), None] {
        let found = measure(&stop, Sport::Run, stated_m).unwrap();
        assert_eq!((found.total_m(), found.removed_m, found.spread_m), (1677.0, 123.0, 0.0));
    }
}

proptest! {
    #[test]
    fn repaired_distance_starts_at_zero_never_falls_and_is_never_too_fast(
        steps in prop::collection::vec((0.2..20.0f64, prop_oneof![-50.0..400.0f64, Just(0.0), 0.0..10.0]), 1..200),
        states_its_count in any::<bool>(),
    ) {
        let (mut times, mut metres) = (vec![0.0], vec![0.0]);
        for (seconds, step) in steps {
            times.push(times[times.len() - 1] + seconds);
            metres.push(metres[metres.len() - 1] + step);
        }
        let mut track = Track::try_new(times.clone()).unwrap();
        let stated_m = Some(metres[metres.len() - 1]).filter(|_| states_its_count);
        track.set(Channel::DistanceM, metres).unwrap();
        let Some(found) = measure(&track, Sport::Run, stated_m) else { return Ok(()) };
        prop_assert_eq!(found.along_m[0], 0.0);
        for i in 1..times.len() {
            let step = found.along_m[i] - found.along_m[i - 1];
            prop_assert!(step >= 0.0 && step <= 12.5 * (times[i] - times[i - 1]) + 1e-9);
            let window = found.along_m[i] - at(&times, &found.along_m, times[i] - 10.0);
            prop_assert!(times[i] < 10.0 || window <= 104.4 + 1e-9);
        }
    }

    #[test]
    fn an_offset_of_the_counter_changes_nothing(
        steps in prop::collection::vec(0.0..30.0f64, 1..50), offset in 0.0..1e5f64
    ) {
        let mut metres = vec![0.0];
        steps.iter().for_each(|step| metres.push(metres[metres.len() - 1] + step));
        let shifted = metres.iter().map(|m| m + offset).collect();
        match (measure(&track(metres), Sport::Cycling, None), measure(&track(shifted), Sport::Cycling, None)) {
            (Some(a), Some(b)) => prop_assert!((a.total_m() - b.total_m()).abs() < 1e-6),
            (a, b) => prop_assert_eq!(a, b),
        }
    }
}
