//! Splits of made-up sessions.

use proptest::prelude::*;

use crate::analysis::{moving::tests::session, profile::Profile, summary::analyse};
use crate::model::{Channel, DeviceTotals, Lap, LapTrigger, Session, Sport};

#[test]
fn boundaries_lie_between_samples() {
    // 1 sample a minute at 4 m/s, then 1 s left over.
    let run = session(
        Sport::Run,
        vec![0.0, 60.0, 120.0, 180.0, 240.0, 300.0],
        vec![0.0, 240.0, 480.0, 720.0, 960.0, 1200.0],
    );
    let splits = analyse(&run, &Profile::default()).splits_km;
    let seen: Vec<_> =
        splits.iter().map(|s| (s.split_number, s.start_s, s.elapsed_s, s.distance_m, s.is_partial)).collect();
    assert_eq!(seen, [(1, 0.0, 250.0, Some(1000.0), false), (2, 250.0, 50.0, Some(200.0), true)]);
    assert_eq!(splits[0].moving_time_s, 250.0);
    assert_eq!((splits[0].avg_hr_bpm, splits[0].ascent_m, splits[0].gap_s_per_km), (None, None, None));
}

#[test]
fn each_split_has_its_own_heart_rate_and_grade_adjusted_pace() {
    let times: Vec<f64> = (0..=600).map(f64::from).collect();
    let mut run = session(Sport::Run, times.clone(), times.iter().map(|t| t * 4.0).collect());
    let up = |t: f64| if t < 250.0 { 0.0 } else { (t - 250.0) * 0.2 };
    run.track.set(Channel::AltitudeM, times.iter().map(|&t| up(t)).collect()).unwrap();
    run.track
        .set(Channel::HeartRateBpm, times.iter().map(|&t| if t < 250.0 { 140.0 } else { 170.0 }).collect())
        .unwrap();
    let splits = analyse(&run, &Profile::default()).splits_km;
    assert!((splits[0].avg_hr_bpm.unwrap() - 140.0).abs() < 0.1);
    assert_eq!((splits[1].avg_hr_bpm, splits[1].max_hr_bpm), (Some(170.0), Some(170.0)));
    // Up 5 % costs 1.30 times the flat (Minetti 2002), so 250 s are worth 192 s.
    assert!((splits[0].gap_s_per_km.unwrap() - 250.0).abs() < 3.0, "{:?}", splits[0]);
    assert!((splits[1].gap_s_per_km.unwrap() - 192.5).abs() < 3.0, "{:?}", splits[1]);
    assert!((splits[1].ascent_m.unwrap() - 50.0).abs() <= 3.0);
}

#[test]
fn laps_state_what_the_device_states_and_we_fill_the_rest() {
    let times: Vec<f64> = (0..=100).map(f64::from).collect();
    let mut run = session(Sport::Run, times.clone(), times.iter().map(|t| t * 3.0).collect());
    let stated = DeviceTotals { distance_m: Some(155.0), ..DeviceTotals::default() };
    let lap = |start_s, end_s, totals| Lap { start_s, end_s, trigger: LapTrigger::Manual, totals };
    run.laps = vec![lap(0.0, 50.0, stated), lap(50.0, 100.0, DeviceTotals::default())];
    let laps = analyse(&run, &Profile::default()).laps;
    assert_eq!((laps[0].distance_m, laps[1].distance_m), (Some(155.0), Some(150.0)));
    assert_eq!((laps[1].split_number, laps[1].elapsed_s, laps[1].moving_time_s), (2, 50.0, 50.0));
}

#[test]
fn a_lap_is_no_shorter_than_what_its_device_timed() {
    let times: Vec<f64> = (0..=100).map(f64::from).collect();
    let mut run = session(Sport::Run, times.clone(), times.iter().map(|t| t * 3.0).collect());
    let of = |elapsed_s, timer_s| DeviceTotals { elapsed_s, timer_s, ..DeviceTotals::default() };
    let lap = |end_s, totals| Lap { start_s: 0.0, end_s, trigger: LapTrigger::Manual, totals };
    run.laps = vec![
        lap(0.0, of(None, Some(60.0))),
        lap(70.0, of(None, Some(60.0))),
        lap(70.0, of(Some(65.0), Some(60.0))),
        lap(70.0, of(Some(50.0), Some(60.0))),
    ];
    let elapsed = |run: &Session| {
        let laps = analyse(run, &Profile::default()).laps;
        assert!(laps.iter().all(|lap| lap.moving_time_s <= lap.elapsed_s), "{laps:?}");
        laps.into_iter().map(|lap| lap.elapsed_s).collect::<Vec<_>>()
    };
    let (by_speed, mut timed) = (elapsed(&run), run.clone());
    timed.pauses = Some(Vec::new());
    assert_eq!((by_speed, elapsed(&timed)), (vec![60.0, 70.0, 70.0, 70.0], vec![60.0, 70.0, 65.0, 60.0]));
}

/// As many laps as a file may have, each over the whole of a long run: it would take minutes to look through all of its
/// samples for each.
#[test]
fn laps_over_the_whole_take_no_longer_than_others() {
    let times: Vec<f64> = (0..400_000).map(f64::from).collect();
    let mut run = session(Sport::Run, times.clone(), times.iter().map(|t| t * 3.0).collect());
    let bpm = |t: &f64| 140.0 + (t / 100.0).sin() + if *t == 123_456.0 { 30.0 } else { 0.0 };
    run.track.set(Channel::HeartRateBpm, times.iter().map(bpm).collect()).unwrap();
    run.track.set(Channel::AltitudeM, times.iter().map(|t| 100.0 * (t / 1000.0).sin()).collect()).unwrap();
    let totals = DeviceTotals::default();
    let lap = |number: u32| Lap {
        start_s: f64::from(number),
        end_s: 399_999.0,
        trigger: LapTrigger::Manual,
        totals,
    };
    run.laps = (0..5000).map(lap).collect();
    let began = std::time::Instant::now();
    let laps = analyse(&run, &Profile::default()).laps;
    let took = began.elapsed();
    assert!(laps.len() == 5000 && took.as_secs() < 20, "{took:?}");
    assert!(laps.iter().all(|lap| lap.max_hr_bpm == Some(bpm(&123_456.0))));
}

proptest! {
    #[test]
    fn splits_add_up_to_the_whole(steps in prop::collection::vec((1.0..30.0f64, 0.1..5.0f64), 2..200)) {
        let (mut times, mut metres, mut bpm) = (vec![0.0], vec![0.0], vec![120.0]);
        for (seconds, speed) in steps {
            times.push(times[times.len() - 1] + seconds);
            metres.push(metres[metres.len() - 1] + speed * seconds);
            bpm.push(100.0 + speed * 15.0);
        }
        let (span, total) = (times[times.len() - 1], metres[metres.len() - 1]);
        let mut run = session(Sport::Run, times, metres.clone());
        run.track.set(Channel::AltitudeM, metres.iter().map(|m| (m / 50.0).sin() * 20.0).collect()).unwrap();
        run.track.set(Channel::HeartRateBpm, bpm).unwrap();
        let whole = analyse(&run, &Profile::default());
        for splits in [&whole.splits_km, &whole.splits_mile] {
            let sum = |of: fn(&super::Split) -> f64| splits.iter().map(of).sum::<f64>();
            prop_assert!((sum(|s| s.distance_m.unwrap()) - total).abs() < 1e-6);
            prop_assert!((sum(|s| s.elapsed_s) - span).abs() < 1e-6);
            prop_assert!((sum(|s| s.moving_time_s) - whole.moving_time_s).abs() < 1e-6);
            prop_assert!((sum(|s| s.ascent_m.unwrap()) - whole.ascent_m.unwrap()).abs() < 1e-6);
            let heartbeats = sum(|s| s.avg_hr_bpm.unwrap_or(0.0) * s.moving_time_s);
            prop_assert!((heartbeats - whole.avg_hr_bpm.unwrap_or(0.0) * whole.moving_time_s).abs() < 1e-3);
            prop_assert!(splits.iter().all(|s| s.max_hr_bpm <= whole.max_hr_bpm));
        }
    }
}
