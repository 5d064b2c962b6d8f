//! The sweep against trying everything, and what counts on foot.

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
    fn nothing_within_an_effort_is_faster_than_anyone_ever_was(
        stretches in prop::collection::vec((10usize..200, prop_oneof![2.0..5.0f64, 6.0..10.4f64]), 1..12)
    ) {
        let mut metres = vec![0.0];
        for &(seconds, speed_m_s) in &stretches {
            (0..seconds).for_each(|_| metres.push(metres[metres.len() - 1] + speed_m_s));
        }
        let time_s: Vec<f64> = (0..metres.len()).map(|i| i as f64).collect();
        for effort in efforts_of(&stretches) {
            let whole = Piece { time_s: time_s.as_slice().into(), along_m: metres.as_slice().into() };
            let within = on_foot::part(&whole, effort.start_s, effort.start_s + effort.elapsed_s);
            for shorter_m in RUNNING_M.into_iter().filter(|&metres| metres <= effort.distance_m) {
                // Rounded ends may leave it a hair too short.
                if let Some(found) = fastest(&within.time_s, &within.along_m, shorter_m - 1e-6) {
                    let least_s = on_foot::least_s(shorter_m).unwrap();
                    prop_assert!(found.elapsed_s > least_s - 1e-3, "{effort:?}: {found:?}");
                }
            }
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

/// Efforts of a run of these speeds in m/s for these seconds.
fn efforts_of(stretches: &[(usize, f64)]) -> Vec<BestEffort> {
    let mut metres = vec![0.0];
    for &(seconds, speed_m_s) in stretches {
        (0..seconds).for_each(|_| metres.push(metres[metres.len() - 1] + speed_m_s));
    }
    let mut track = Track::try_new((0..metres.len()).map(|i| i as f64).collect()).unwrap();
    track.set(Channel::DistanceM, metres).unwrap();
    best_efforts(&track, distance::measure(&track, Sport::Run, None).as_ref(), Sport::Run)
}

#[test]
fn a_lift_in_a_car_neither_makes_nor_takes_a_record() {
    // 45 s at 10.3 m/s in an hour at 3 m/s: 5.3 km on either side.
    let found = efforts_of(&[(1777, 3.0), (45, 10.3), (1778, 3.0)]);
    let distances: Vec<f64> = found.iter().map(|effort| effort.distance_m).collect();
    assert_eq!(distances, RUNNING_M[..6]);
    for effort in &found {
        assert!((effort.elapsed_s - effort.distance_m / 3.0).abs() < 1e-6, "{effort:?}");
    }
    // Two lifts, and the fastest kilometre between them.
    let found = efforts_of(&[(600, 3.0), (60, 10.2), (500, 3.5), (60, 10.2), (600, 3.0)]);
    let kilometre = found.iter().find(|effort| effort.distance_m == 1000.0).unwrap();
    assert!((kilometre.elapsed_s - 1000.0 / 3.5).abs() < 1e-6, "{kilometre:?}");
}

#[test]
fn what_is_too_fast_for_long_only_is_kept_for_short() {
    // Ten kilometres on a bicycle at 7 m/s: no record over a mile and less, too fast over three kilometres and more.
    let found = efforts_of(&[(1800, 3.0), (1430, 7.0), (1900, 3.0)]);
    let of =
        |metres: f64| found.iter().find(|effort| effort.distance_m == metres).map(|effort| effort.elapsed_s);
    assert!((of(1609.344).unwrap() - 1609.344 / 7.0).abs() < 1e-6);
    assert!((of(3000.0).unwrap() - 1000.0).abs() < 1e-6, "{:?}", of(3000.0));
    assert_eq!(of(10_000.0), None);
}
