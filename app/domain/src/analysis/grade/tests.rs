//! Minetti's curves and grade-adjusted speed on made-up hills.

use proptest::prelude::*;

use super::*;
use crate::analysis::{distance, moving::tests::session};
use crate::model::Channel;

/// A runner at a constant speed over this profile of altitude by second.
fn adjusted_mean(altitude_m: Vec<f64>, speed_m_s: f64, sport: Sport) -> f64 {
    let seconds = altitude_m.len();
    let times: Vec<f64> = (0..seconds).map(|i| i as f64).collect();
    let mut run = session(sport, times.clone(), times.iter().map(|t| t * speed_m_s).collect());
    run.track.set(Channel::AltitudeM, altitude_m).unwrap();
    let along = distance::measure(&run.track, sport, None).unwrap();
    let grid = Grid::new(&run, Some(&along)).unwrap();
    let adjusted = Adjusted::new(&grid, sport);
    adjusted.speed_m_s.iter().sum::<f64>() / seconds as f64
}

#[test]
fn the_curves_are_minettis() {
    // Measured (Minetti et al. 2002): 3.40 ± 0.24 flat, 1.73 at −20 %, 18.93 at +45 %; the fit is near them.
    assert_eq!((running_cost(0.0), walking_cost(0.0)), (3.6, 2.5));
    assert!((running_cost(-0.2) - 1.73).abs() < 0.15, "{}", running_cost(-0.2));
    assert!((running_cost(0.45) - 18.93).abs() < 0.6, "{}", running_cost(0.45));
    // By hand: 155.4e-5 − 30.4e-4 − 43.3e-3 + 46.3e-2 + 1.95 + 3.6.
    assert!((running_cost(0.1) - 5.968_214).abs() < 1e-9);
    assert_eq!(factor(Sport::Run, 2.0), factor(Sport::Run, 0.35));
    assert_eq!(factor(Sport::Cycling, 0.1), 1.0);
}

#[test]
fn a_steady_slope_is_found_up_to_its_ends() {
    // 3 m/s up 5 %.
    let hill = (0..600).map(|i| f64::from(i) * 0.15).collect();
    let found = adjusted_mean(hill, 3.0, Sport::Run);
    assert!((found - 3.0 * factor(Sport::Run, 0.05)).abs() < 1e-9, "{found}");
    let walk = adjusted_mean((0..600).map(|i| 100.0 - f64::from(i) * 0.07).collect(), 1.4, Sport::Walking);
    assert!((walk - 1.4 * factor(Sport::Walking, -0.05)).abs() < 1e-9, "{walk}");
}

#[test]
fn noise_of_half_a_metre_hardly_costs_anything() {
    // Second by second it would be grades of 17 and more per cent at 3 m/s.
    // SplitMix64's mixing step (Steele et al. 2014): noise without rhythm.
    let noise = |i: u64| {
        let mixed = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    // Noise at the ends is a slope of the whole, up as often as down: both together leave what convexity adds. Within
    // twenty minutes every slope is believed.
    let mean = |metres: f64, speed: f64, sport| {
        let one =
            |metres: f64| adjusted_mean((0..1000).map(|i| 100.0 + metres * noise(i)).collect(), speed, sport);
        (one(metres) + one(-metres)) / 2.0 / speed
    };
    let run = mean(1.0, 3.0, Sport::Run);
    assert!((1.00001..1.005).contains(&run), "run {run}");
    // Satellites are worse: 2 m either way at 1 m/s. Over single metres even smoothed altitude would cost 7 %.
    let walk = mean(4.0, 1.0, Sport::Walking);
    assert!((1.001..1.02).contains(&walk), "walk {walk}");
}

/// An hour over waves of 15 m up and down in five minutes, at the speed and with the heart rate that an answer to the
/// cost of the slope gives: whether the slopes are believed.
fn believed(seconds: usize, speed_answer: f64, heart_rate_answer: Option<f64>) -> bool {
    believed_over(15.0, seconds, speed_answer, heart_rate_answer)
}

/// The same over waves of this height in metres.
fn believed_over(wave_m: f64, seconds: usize, speed_answer: f64, heart_rate_answer: Option<f64>) -> bool {
    let altitude_m = |t: f64| wave_m * (t / 300.0 * std::f64::consts::TAU).sin();
    let (mut metres, mut bpm) = (vec![0.0], vec![150.0]);
    for second in 1..seconds {
        let t = second as f64;
        // The slope at 3 m/s; that the true one is a little steeper where the runner is slower does not matter.
        let cost = factor(Sport::Run, (altitude_m(t) - altitude_m(t - 1.0)) / 3.0);
        metres.push(metres[second - 1] + 3.0 * cost.powf(speed_answer));
        bpm.push(150.0 * cost.powf(heart_rate_answer.unwrap_or(0.0)));
    }
    let times: Vec<f64> = (0..seconds).map(|i| i as f64).collect();
    let mut run = session(Sport::Run, times.clone(), metres);
    run.track.set(Channel::AltitudeM, times.into_iter().map(altitude_m).collect()).unwrap();
    if heart_rate_answer.is_some() {
        run.track.set(Channel::HeartRateBpm, bpm).unwrap();
    }
    let along = distance::measure(&run.track, Sport::Run, None).unwrap();
    let grid = Grid::new(&run, Some(&along)).unwrap();
    Adjusted::new(&grid, Sport::Run).is_graded
}

#[test]
fn hills_that_neither_legs_nor_heart_feel_are_not_believed() {
    assert!(!believed(3600, 0.0, Some(0.0)));
    assert!(!believed(3600, -0.05, Some(0.01)));
}

/// Waves of 15 m have slopes of up to 0.31 m/s, waves of 30 m of up to 0.63 m/s.
#[test]
fn without_a_heart_rate_hills_are_believed_unless_nobody_climbs_so_fast() {
    assert!(believed(3600, 0.0, None), "a pacer at an even speed");
    assert!(!believed_over(30.0, 3600, 0.0, None), "a barometer in the wind");
    assert!(believed_over(30.0, 3600, -0.5, None), "a mountain that slows the runner");
    assert!(believed_over(30.0, 3600, 0.0, Some(0.2)), "a mountain that the heart feels");
}

#[test]
fn hills_that_slow_the_runner_or_raise_the_pulse_are_believed() {
    assert!(believed(3600, -0.5, Some(0.0)), "Townshend's runners");
    assert!(believed(3600, -1.0, None), "an even effort");
    assert!(believed(3600, 0.0, Some(0.2)), "an even speed is paid for");
    assert!(believed(3600, 0.4, None), "hill repeats are faster up than down");
    assert!(believed(1100, 0.0, Some(0.0)), "too short to show anything");
}

#[test]
fn an_even_effort_has_its_speed_as_normalized_speed() {
    assert_eq!(normalized_graded_speed(&[3.0; 29], &[true; 29]), None);
    assert!((normalized_graded_speed(&[3.0; 600], &[true; 600]).unwrap() - 3.0).abs() < 1e-12);
    let counts: Vec<bool> = (0..600).map(|i| i < 300).collect();
    let speeds: Vec<f64> = counts.iter().map(|&counts| if counts { 3.0 } else { 0.0 }).collect();
    assert!(
        (normalized_graded_speed(&speeds, &counts).unwrap() - 3.0).abs() < 1e-12,
        "standing does not count"
    );
}

proptest! {
    #[test]
    fn steeper_up_always_costs_more_and_walking_has_its_least_downhill(a in 0.0..0.35f64, b in 0.0..0.35f64) {
        let (low, high) = (a.min(b), a.max(b));
        for sport in [Sport::Run, Sport::Hiking] {
            prop_assert!(factor(sport, low) <= factor(sport, high) + 1e-12);
            prop_assert!(factor(sport, -a) > 0.0);
        }
    }

    #[test]
    fn normalized_speed_scales_and_lies_between_mean_of_windows_and_most(
        speeds in prop::collection::vec(0.0..6.0f64, 30..200), scale in 0.1..4.0f64
    ) {
        let counts = vec![true; speeds.len()];
        let found = normalized_graded_speed(&speeds, &counts).unwrap();
        let most = speeds.iter().copied().fold(0.0, f64::max);
        let means = speeds.windows(30).map(|window| window.iter().sum::<f64>() / 30.0);
        let mean = means.sum::<f64>() / (speeds.len() - 29) as f64;
        prop_assert!(found <= most + 1e-9 && found >= mean - 1e-9);
        let scaled: Vec<f64> = speeds.iter().map(|speed| speed * scale).collect();
        prop_assert!((normalized_graded_speed(&scaled, &counts).unwrap() - found * scale).abs() < 1e-6);
    }

    #[test]
    fn sea_level_does_not_matter(altitude in prop::collection::vec(0.0..20.0f64, 100..200), shift in -400.0..4000.0f64) {
        let moved = altitude.iter().map(|m| m + shift).collect();
        let (found, shifted) = (adjusted_mean(altitude, 3.0, Sport::Run), adjusted_mean(moved, 3.0, Sport::Run));
        prop_assert!((found - shifted).abs() < 1e-6);
    }
}
