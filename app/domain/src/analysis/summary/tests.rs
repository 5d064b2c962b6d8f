//! What is chosen from the device and from us, and that any track has an answer.

use proptest::prelude::*;

use super::*;
use crate::analysis::{load::LoadSource, moving::tests::session};

fn ten_minutes() -> Session {
    let times: Vec<f64> = (0..=600).map(f64::from).collect();
    let metres = times.iter().map(|t| t * 3.0).collect();
    session(Sport::Run, times, metres)
}

#[test]
fn the_devices_distance_comes_before_ours() {
    let mut run = ten_minutes();
    run.totals.distance_m = Some(1900.0);
    let stated = analyse(&run, &Profile::default());
    assert_eq!((stated.distance_m, stated.splits_km[1].distance_m), (Some(1900.0), Some(800.0)));
    run.totals.distance_m = None;
    let ours = analyse(&run, &Profile::default());
    assert_eq!((ours.distance_m, ours.avg_speed_m_s), (Some(1800.0), Some(3.0)));
}

#[test]
fn a_stated_distance_is_believed_up_to_what_the_sport_can_cover() {
    let mut run = ten_minutes();
    let mut found = |stated_m: f64, sport| {
        (run.totals.distance_m, run.sport) = (Some(stated_m), sport);
        (is_credible_distance(&run), analyse(&run, &Profile::default()).distance_m.unwrap())
    };
    // 10.44 m/s for 600 s.
    assert_eq!(found(6264.0, Sport::Run), (true, 6264.0));
    assert_eq!(found(6264.1, Sport::Run), (false, 1800.0));
    assert_eq!(found(6264.1, Sport::Cycling), (true, 6264.1));
    assert_eq!(found(9_999_999.0, Sport::Other), (false, 1800.0));
    // The longest of what is known of the time: the watch may have lost its samples.
    let empty = session(Sport::Run, Vec::new(), Vec::new());
    let stated = |elapsed_s, timer_s| {
        let totals = DeviceTotals { elapsed_s, timer_s, distance_m: Some(6000.0), ..DeviceTotals::default() };
        analyse(&Session { totals, ..empty.clone() }, &Profile::default()).distance_m
    };
    assert_eq!((stated(None, None), stated(Some(500.0), None)), (None, None));
    assert_eq!((stated(Some(600.0), None), stated(Some(0.0), Some(600.0))), (Some(6000.0), Some(6000.0)));
}

#[test]
fn no_best_effort_is_longer_than_the_session() {
    let mut run = ten_minutes();
    let longest = |run: &Session| analyse(run, &Profile::default()).best_efforts.last().unwrap().distance_m;
    run.totals.distance_m = Some(1562.0);
    assert_eq!(longest(&run), 1000.0, "a mile is 3.03 % longer");
    run.totals.distance_m = Some(1563.0);
    assert_eq!(longest(&run), 1609.344);
}

#[test]
fn a_device_that_states_no_distance_has_not_measured_zero() {
    let mut yoga = session(Sport::Flexibility, vec![0.0, 60.0], vec![0.0, 0.0]);
    yoga.totals.distance_m = Some(0.0);
    let found = analyse(&yoga, &Profile::default());
    assert_eq!((found.distance_m, found.avg_speed_m_s, found.elapsed_s), (None, None, 60.0));
}

#[test]
fn an_hour_at_threshold_pace_is_a_hundred_points() {
    let times: Vec<f64> = (0..=3600).map(f64::from).collect();
    let run = session(Sport::Run, times.clone(), times.iter().map(|t| t * 4.0).collect());
    let profile = Profile { threshold_speed_m_s: Some(4.0), ..Profile::default() };
    let found = analyse(&run, &profile);
    assert!((found.load.unwrap().points - 100.0).abs() < 1e-6, "{:?}", found.load);
    assert_eq!((found.load.unwrap().source.as_str(), found.trimp), ("pace", None));
}

/// An hour at 200 and an hour at 300 W: by hand, NP = ((200⁴ + 300⁴)/2)^¼ = 263.91 W, less what half a minute of
/// change takes; of 250 W that is an IF of 1.056 and 2·1.056² = 2.229 hundreds.
#[test]
fn a_ride_with_power_has_its_load_by_power_and_a_run_has_not() {
    let times: Vec<f64> = (0..7200).map(f64::from).collect();
    let metres = times.iter().map(|t| t * 3.0).collect();
    let mut ride = session(Sport::Cycling, times, metres);
    let watts = (0..7200).map(|i| if i < 3600 { 200.0 } else { 300.0 }).collect();
    ride.track.set(Channel::PowerW, watts).unwrap();
    let profile =
        Profile { threshold_power_w: Some(250.0), threshold_speed_m_s: Some(4.0), ..Profile::default() };
    let load = analyse(&ride, &profile).load.unwrap();
    assert_eq!(load.source, LoadSource::Power);
    assert!((load.points - 222.9).abs() < 0.5, "{load:?}");
    let run = Session { sport: Sport::Run, ..ride };
    assert_eq!(analyse(&run, &profile).load.unwrap().source, LoadSource::Pace);
    let without = Profile { threshold_power_w: None, ..profile };
    assert_ne!(inputs_hash(&run, &profile), inputs_hash(&run, &without));
}

/// Who can be judged by every source.
fn athlete() -> Profile {
    Profile {
        resting_hr_bpm: Some(50.0),
        max_hr_bpm: Some(190.0),
        threshold_hr_bpm: Some(170.0),
        threshold_speed_m_s: Some(4.0),
        threshold_power_w: Some(250.0),
        ..Profile::default()
    }
}

/// Two hours with a heart rate of 150 and these watts.
fn two_hours(sport: Sport, watts: impl Fn(usize) -> f64) -> ActivityAnalysis {
    let times: Vec<f64> = (0..=7200).map(f64::from).collect();
    let metres = times.iter().map(|t| t * 3.0).collect();
    let mut session = session(sport, times, metres);
    session.track.set(Channel::HeartRateBpm, vec![150.0; 7201]).unwrap();
    session.track.set(Channel::PowerW, (0..=7200).map(watts).collect()).unwrap();
    analyse(&session, &athlete())
}

#[test]
fn five_minutes_of_watts_do_not_speak_for_two_hours() {
    let found = two_hours(Sport::Cycling, |i| if i <= 300 { 300.0 } else { f64::NAN });
    assert_eq!((found.load.unwrap().source, found.avg_power_w), (LoadSource::HeartRate, None));
    let run = two_hours(Sport::Run, |i| if i <= 300 { 300.0 } else { f64::NAN });
    assert_eq!(run.avg_power_w, None);
    // On either side of four fifths; the last value is held for a minute.
    let little = two_hours(Sport::Cycling, |i| if i <= 5690 { 200.0 } else { f64::NAN });
    assert_eq!((little.load.unwrap().source, little.avg_power_w), (LoadSource::HeartRate, None));
    let enough = two_hours(Sport::Cycling, |i| if i <= 5710 { 200.0 } else { f64::NAN });
    assert_eq!((enough.load.unwrap().source, enough.avg_power_w), (LoadSource::Power, Some(200.0)));
    // The whole two hours at 200 of 250 W.
    assert!((enough.load.unwrap().points - 128.0).abs() < 1e-6, "{enough:?}");
}

/// A counter without a sample for most of the time: the pace of the rest is not known.
#[test]
fn a_tenth_of_the_way_has_no_pace_for_the_whole() {
    let times: Vec<f64> =
        (0..=600).map(f64::from).chain((1..=27).map(|i| 600.0 + f64::from(i) * 200.0)).collect();
    let metres = times.iter().map(|t| t * 3.0).collect();
    let mut run = session(Sport::Run, times, metres);
    run.pauses = Some(Vec::new());
    run.totals.rpe = Some(5.0);
    let found = analyse(&run, &athlete());
    assert_eq!(found.moving_time_s, 6000.0);
    assert_eq!((found.load.unwrap().source, found.ngp_m_s), (LoadSource::Rpe, None));
}

/// By hand: an hour at 150 is 63.343 points and 108.0955 TRIMP, whatever the strap missed of it.
#[test]
fn what_the_strap_missed_is_not_rest() {
    let hour = |beats: usize| {
        let times: Vec<f64> = (0..=3600).map(f64::from).collect();
        let mut session = session(Sport::Strength, times, vec![0.0; 3601]);
        let bpm = (0..=3600).map(|i| if i <= beats { 150.0 } else { f64::NAN }).collect();
        session.track.set(Channel::HeartRateBpm, bpm).unwrap();
        let found = analyse(&session, &athlete());
        (found.load.map(|load| load.points), found.trimp)
    };
    for beats in [3600, 2952, 2890] {
        let (points, trimp) = hour(beats);
        assert!((points.unwrap() - 63.342_905_713).abs() < 1e-6, "{beats}: {points:?}");
        assert!((trimp.unwrap() - 108.095_359_403).abs() < 1e-6, "{beats}: {trimp:?}");
    }
    assert_eq!(hour(2870), (None, None));
    assert_eq!(hour(60), (None, None));
}

#[test]
fn wire_names_carry_their_units() {
    let wire = serde_json::to_value(analyse(&ten_minutes(), &Profile::default())).unwrap();
    assert_eq!(wire["avg_speed_m_s"], 3.0);
    assert_eq!(wire["splits_km"][1]["distance_m"], 800.0);
    assert_eq!(wire["best_efforts"][0]["distance_m"], 400.0);
    assert_eq!(wire["efficiency"]["reasons"][0], "no_heart_rate");
}

proptest! {
    #[test]
    fn any_track_has_an_answer(
        steps in prop::collection::vec((0.001..5000.0f64, prop::collection::vec(prop::num::f64::ANY, 9)), 0..40),
        sport in 0..Sport::ALL.len(), pauses in prop::option::of((0.0..1e4f64, 0.0..1e4f64))
    ) {
        let mut time = 0.0;
        let times = steps.iter().map(|(seconds, _)| { time += seconds; time }).collect();
        let mut session = session(Sport::ALL[sport], times, vec![f64::NAN; steps.len()]);
        for (i, channel) in Channel::ALL.into_iter().enumerate() {
            // Readers keep values plausible; within that everything may come.
            let values = steps.iter().map(|(_, values)| values[i] % 1e6).collect();
            session.track.set(channel, values).unwrap();
        }
        session.pauses = pauses.map(|(start_s, length)| vec![crate::model::Pause { start_s, end_s: start_s + length }]);
        let profile = Profile { resting_hr_bpm: Some(50.0), max_hr_bpm: Some(190.0), ..Profile::default() };
        let found = analyse(&session, &profile);
        prop_assert!(found.moving_time_s >= 0.0 && found.moving_time_s <= session.track.span_s() + 1e-6);
        prop_assert!(found.best_efforts.windows(2).all(|pair| pair[0].elapsed_s <= pair[1].elapsed_s + 1e-9));
        prop_assert_eq!(inputs_hash(&session, &profile), inputs_hash(&session.clone(), &profile));
    }
}
