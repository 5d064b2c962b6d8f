//! Efficiency and decoupling of made-up runs.

use proptest::prelude::*;

use super::*;
use crate::{
    analysis::{moving::tests::session, profile::Profile, summary::analyse},
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
    // 2000 s of standing in the first half change neither half; halves of elapsed time would give 3.8 %. The seconds
    // next to the stand are within its window and cost half a per cent.
    let moving = |i: usize| if (1000..3000).contains(&i) { 0.0 } else { 3.0 };
    let bpm = |i: usize| if i < 4100 { 150.0 } else { 160.0 };
    let (_, decoupling) = both(&run(5600, moving, bpm));
    assert!((decoupling.percent.unwrap() - 6.25).abs() < 0.7, "{decoupling:?}");
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

#[test]
fn repeats_with_standing_rests_are_not_steady() {
    // 3 minutes at 4 m/s and a minute of standing: even, while it lasts.
    let repeats = |i: usize| if i % 240 < 180 { 4.0 } else { 0.0 };
    let mut session = run(4800, repeats, |_| 150.0);
    let code = |session: &Session| both(session).0.reasons.first().map(|reason| reason.code());
    assert_eq!(code(&session), Some("not_steady"));
    // A stop or two at a crossing do no harm, and stopping the timer is no standing.
    assert_eq!(code(&run(4800, |i| if i % 2000 < 60 { 0.0 } else { 3.0 }, |_| 150.0)), None);
    session.pauses = Some(
        (0..20)
            .map(|k| Pause { start_s: f64::from(k * 240 + 180), end_s: f64::from(k * 240 + 240) })
            .collect(),
    );
    assert_eq!(code(&session), None);
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
        LittleHeartRate, NoDistance, NoHeartRate, NotSteady, SportNotOnFoot, TooShortForDecoupling,
        TooShortForEfficiency,
    };
    for reason in [
        SportNotOnFoot,
        NoDistance,
        NoHeartRate,
        TooShortForEfficiency,
        TooShortForDecoupling,
        LittleHeartRate,
        NotSteady { variability: 1.0625 },
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
