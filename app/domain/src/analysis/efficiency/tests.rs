//! Efficiency and decoupling of made-up runs.

use proptest::prelude::*;

use super::*;
use crate::{
    analysis::{grade, moving::tests::session, profile::Profile, summary::analyse},
    model::Pause,
};

/// A run second by second from speed and heart rate.
fn run(seconds: usize, speed_m_s: impl Fn(usize) -> f64, bpm: impl Fn(usize) -> f64) -> Session {
    let mut metres = vec![0.0];
    (1..seconds).for_each(|i| metres.push(metres[i - 1] + speed_m_s(i)));
    let mut run = session(Sport::Run, (0..seconds).map(|i| i as f64).collect(), metres);
    run.track.set(Channel::HeartRateBpm, (0..seconds).map(bpm).collect()).unwrap();
    run
}

fn both(session: &Session) -> (Efficiency, Decoupling) {
    let found = analyse(session, &Profile::default());
    (found.efficiency, found.decoupling)
}

#[test]
fn three_metres_a_second_at_150_beats_are_1_2_metres_a_beat() {
    // The first ten minutes are otherwise: 90 beats. They do not count.
    let (efficiency, decoupling) = both(&run(3600, |_| 3.0, |i| if i < 600 { 90.0 } else { 150.0 }));
    assert!((efficiency.factor.unwrap() - 1.2).abs() < 1e-9, "{efficiency:?}");
    assert!(decoupling.percent.unwrap().abs() < 1e-9, "{decoupling:?}");
}

#[test]
fn a_heart_rate_that_rises_is_positive_decoupling() {
    // 3000 s count from 600 s on; the halves meet at 2100 s: 1.2 and 1.125 m a beat, a loss of 6.25 %.
    let (_, decoupling) = both(&run(3600, |_| 3.0, |i| if i < 2100 { 150.0 } else { 160.0 }));
    assert!((decoupling.percent.unwrap() - 6.25).abs() < 0.01, "{decoupling:?}");
    assert_eq!(DECOUPLING_POLARITY.judge(1.0), crate::analysis::polarity::Judgement::Worse);
}

#[test]
fn halves_are_of_moving_time() {
    // 2000 s of standing in the first half change neither half; halves of elapsed time would give 3.8 %.
    let moving = |i: usize| if (1000..3000).contains(&i) { 0.0 } else { 3.0 };
    let bpm = |i: usize| if i < 4100 { 150.0 } else { 160.0 };
    let (_, decoupling) = both(&run(5600, moving, bpm));
    assert!((decoupling.percent.unwrap() - 6.25).abs() < 0.1, "{decoupling:?}");
}

#[test]
fn what_would_mean_nothing_is_told_instead() {
    let intervals = |i: usize| if (i / 180).is_multiple_of(2) { 2.0 } else { 5.0 };
    let (efficiency, decoupling) = both(&run(4000, intervals, |_| 150.0));
    assert_eq!((efficiency.factor, efficiency.variance, decoupling.percent), (None, None, None));
    // Half the time at 2 and half at 5 m/s, mean 3.5: (641/2)^¼ is 1.209 times as much, less what 30 s of mean take.
    let NotValid::NotSteady { variability } = efficiency.reasons[0] else { panic!("{efficiency:?}") };
    assert!((1.17..1.209).contains(&variability), "{variability}");
    assert_eq!(efficiency.reasons, decoupling.reasons);
    let message = efficiency.reasons[0].to_string();
    assert!(message.contains(&format!("{variability:.3}")) && message.contains("1.05"), "{message}");

    let (efficiency, decoupling) = both(&run(900, |_| 3.0, |_| 150.0));
    assert_eq!(efficiency.reasons, [NotValid::TooShortForEfficiency]);
    assert_eq!(decoupling.reasons, [NotValid::TooShortForDecoupling]);

    let strap = |i: usize| if i > 1000 && i < 2500 { f64::NAN } else { 150.0 };
    let (efficiency, decoupling) = both(&run(4000, |_| 3.0, strap));
    assert_eq!(efficiency.reasons, [NotValid::LittleHeartRate]);
    assert_eq!(decoupling.reasons, [NotValid::LittleHeartRate]);

    let (efficiency, _) = both(&run(4000, |_| 3.0, |_| f64::NAN));
    assert_eq!(efficiency.reasons, [NotValid::NoHeartRate]);
    let (efficiency, _) = both(&run(4000, |_| 0.0, |_| 150.0));
    assert_eq!(efficiency.reasons, [NotValid::NoDistance]);
}

/// How a format tells of stops: every second recorded and nothing said, the samples of the stop missing, or the pauses
/// of the timer, without and with samples in them.
const FORMS: [&str; 4] = ["recorded", "left out", "paused", "paused and recorded"];

/// A run in which work and stops of these lengths in seconds take turns, in one of the [`FORMS`].
fn stop_and_go(form: &str, seconds: usize, work_s: usize, stop_s: usize, speed_m_s: f64) -> Session {
    let turn_s = work_s + stop_s;
    let stands = |i: usize| i % turn_s >= work_s;
    let mut metres = vec![0.0];
    // The metres of a second are covered up to it.
    (1..seconds).for_each(|i| metres.push(metres[i - 1] + if stands(i - 1) { 0.0 } else { speed_m_s }));
    let has_samples = |i: usize| !matches!(form, "left out" | "paused") || !stands(i) || i % turn_s == work_s;
    let kept: Vec<usize> = (0..seconds).filter(|&i| has_samples(i)).collect();
    let times = kept.iter().map(|&i| i as f64).collect();
    let mut run = session(Sport::Run, times, kept.iter().map(|&i| metres[i]).collect());
    run.track.set(Channel::HeartRateBpm, vec![150.0; kept.len()]).unwrap();
    if form.starts_with("paused") {
        let starts = (work_s..seconds - 1).step_by(turn_s);
        let pause =
            |start: usize| Pause { start_s: start as f64, end_s: (start + stop_s).min(seconds - 1) as f64 };
        run.pauses = Some(starts.map(pause).collect());
    }
    run
}

#[test]
fn whether_lights_are_pauses_or_standing_makes_no_difference() {
    for stop_s in [0, 10, 20, 30, 45] {
        for form in FORMS {
            let (efficiency, decoupling) = both(&stop_and_go(form, 4200, 300, stop_s, 3.0));
            let what = format!("{stop_s} s {form}: {efficiency:?} {decoupling:?}");
            assert!((efficiency.factor.expect(&what) - 1.2).abs() < 1e-6, "{what}");
            assert!(decoupling.percent.expect(&what).abs() < 1e-6, "{what}");
        }
    }
}

#[test]
fn repeats_are_refused_however_their_rests_are_told() {
    for (work_s, rest_s) in [(60, 60), (80, 90), (180, 60), (240, 90), (300, 60), (360, 120), (600, 180)] {
        for form in FORMS {
            let (efficiency, decoupling) = both(&stop_and_go(form, 4800, work_s, rest_s, 4.0));
            let what = format!("{work_s} s and {rest_s} s {form}: {efficiency:?}");
            assert!(efficiency.factor.is_none() && decoupling.percent.is_none(), "{what}");
            let NotValid::Interrupted { standing } = efficiency.reasons[efficiency.reasons.len() - 1] else {
                panic!("{what}")
            };
            let rests = rest_s as f64 / (work_s + rest_s) as f64;
            assert!((standing - rests).abs() < 0.06, "{what}");
        }
    }
    // Jogged, they are told by the speed.
    for jog_m_s in [1.2, 2.0] {
        let repeats = run(4800, |i| if i % 240 < 180 { 4.4 } else { jog_m_s }, |_| 150.0);
        assert_eq!(both(&repeats).0.reasons[0].code(), "not_steady", "{jog_m_s}");
    }
}

#[test]
fn one_long_stop_does_not_interrupt_a_run() {
    for form in FORMS {
        let once = both(&stop_and_go(form, 5600, 2800, 1200, 3.0)).0;
        assert!((once.factor.expect("one stop of 20 minutes") - 1.2).abs() < 1e-6, "{form} {once:?}");
    }
    // 50 of 350 s are 14.3 %, 55 of 355 s are 15.5 %.
    assert_eq!(both(&stop_and_go("recorded", 4800, 300, 50, 3.0)).0.reasons, []);
    assert_eq!(both(&stop_and_go("recorded", 4800, 300, 55, 3.0)).0.reasons[0].code(), "interrupted");
}

#[test]
fn speed_beside_a_pause_of_the_timer_is_that_of_running() {
    for form in ["paused", "paused and recorded"] {
        let found = analyse(&stop_and_go(form, 4200, 300, 30, 3.0), &Profile::default());
        assert!((found.ngp_m_s.unwrap() - 3.0).abs() < 1e-9, "{form} {:?}", found.ngp_m_s);
    }
}

#[test]
fn an_even_effort_over_hills_is_steady() {
    let slope = |i: usize| 0.08 * (i as f64 / 150.0).cos();
    let speed = |i: usize| 3.0 / grade::factor(Sport::Run, slope(i));
    let mut hilly = run(4800, speed, |_| 150.0);
    let plain = both(&hilly).0;
    let mut altitude_m = vec![0.0];
    (1..4800).for_each(|i| altitude_m.push(altitude_m[i - 1] + slope(i) * speed(i)));
    hilly.track.set(Channel::AltitudeM, altitude_m).unwrap();
    assert_eq!(plain.reasons[0].code(), "not_steady");
    let graded = both(&hilly).0;
    assert!((graded.factor.unwrap() - 1.2).abs() < 0.01, "{graded:?}");
}

/// By hand: the residuals of 50 minutes are 180 − 1.2·140 and 180 − 1.2·160 in turn, so 12 either way; neighbours are
/// anything but alike, so the variance is 144·50/49/50/150².
#[test]
fn the_variance_is_that_of_a_ratio_of_means() {
    let (efficiency, _) =
        both(&run(3600, |_| 3.0, |i| if (i / 60).is_multiple_of(2) { 140.0 } else { 160.0 }));
    let expected = 144.0 / 49.0 / 22_500.0;
    assert!((efficiency.variance.unwrap() - expected).abs() < 1e-9, "{efficiency:?}");
    // Fifty minutes that rise are worth few independent ones.
    let (drifting, _) = both(&run(3600, |_| 3.0, |i| 140.0 + i as f64 / 180.0));
    assert!(drifting.variance.unwrap() > 10.0 * 34.0 / 50.0 / 22_500.0, "{drifting:?}");
}

#[test]
fn codes_are_what_is_serialized() {
    use NotValid::{
        Interrupted, LittleHeartRate, NoDistance, NoHeartRate, NotSteady, SparseSamples, SportNotOnFoot,
        TooShortForDecoupling, TooShortForEfficiency,
    };
    for reason in [
        SportNotOnFoot,
        NoDistance,
        SparseSamples,
        NoHeartRate,
        TooShortForEfficiency,
        TooShortForDecoupling,
        LittleHeartRate,
        NotSteady { variability: 1.0625 },
        Interrupted { standing: 0.25 },
    ] {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        assert!(reason.to_string().ends_with('.'));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn twice_the_heart_rate_is_half_the_efficiency_and_the_same_decoupling(
        speed in 2.0..5.0f64, bpm in 60.0..100.0f64, rise in 0.0..20.0f64
    ) {
        let beats = |i: usize| bpm + rise * i as f64 / 3600.0;
        let (single, drift) = both(&run(3600, |_| speed, beats));
        let (double, same) = both(&run(3600, |_| speed, |i| 2.0 * beats(i)));
        prop_assert!((single.factor.unwrap() - 2.0 * double.factor.unwrap()).abs() < 1e-9);
        prop_assert!((drift.percent.unwrap() - same.percent.unwrap()).abs() < 1e-9);
        prop_assert!(drift.percent.unwrap() >= -1e-9);
    }
}
