//! Tests of the load scores against values computed elsewhere, and of the choice between them.

use proptest::prelude::*;

use super::{
    super::profile::{Profile, TrimpCoefficients},
    power::{covered_s, normalized_power},
    trimp::*,
    *,
};
use crate::{
    model::{Channel, Track},
    streams,
};

fn profile() -> Profile {
    Profile {
        resting_hr_bpm: Some(50.0),
        max_hr_bpm: Some(190.0),
        threshold_hr_bpm: Some(170.0),
        threshold_speed_m_s: Some(4.0),
        threshold_power_w: Some(250.0),
        trimp: TrimpCoefficients::Men,
    }
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

/// The track of `streams/tests.rs`: 64 minutes on a treadmill, timer time throughout.
fn treadmill() -> Track {
    streams::decode(include_bytes!("../../streams/tests/treadmill_12km.plts")).unwrap()
}

fn heart_rates(track: &Track) -> HeartRateTime {
    let counted_s: Vec<f64> =
        std::iter::once(0.0).chain(track.time_s().windows(2).map(|pair| pair[1] - pair[0])).collect();
    HeartRateTime::new(track, &counted_s).unwrap()
}

/// A track of one second a sample with these heart rates.
fn second_by_second(heart_rate: Vec<f64>) -> Track {
    let mut track = Track::try_new((0..heart_rate.len()).map(|i| i as f64).collect()).unwrap();
    track.set(Channel::HeartRateBpm, heart_rate).unwrap();
    track
}

/// 139.2 TRIMP comes from the FIT file by way of Python's fitparse.
#[test]
fn a_real_run_has_the_impulse_computed_elsewhere() {
    let heart_rates = heart_rates(&treadmill());
    let trimp = banister(&profile(), &heart_rates).unwrap();
    close(trimp.points, 139.209_597, 1e-5);
    assert_eq!(trimp.covered_s, 3861.0);
}

/// `60*x*.64*exp(1.92*x)` and `60*x*.86*exp(1.67*x)`, x = 120/140, in Python.
#[test]
fn an_hour_at_threshold_has_the_closed_form() {
    close(hour_at(&profile(), 170.0).unwrap(), 170.651_090_479, 1e-8);
    let women = Profile { trimp: TrimpCoefficients::Women, ..profile() };
    close(hour_at(&women, 170.0).unwrap(), 185.082_109_933, 1e-8);
    let steady = second_by_second(vec![150.0; 3601]);
    let trimp = banister(&profile(), &heart_rates(&steady)).unwrap();
    close(hr_points(&profile(), trimp.points).unwrap(), 63.342_905_713, 1e-6);
}

/// Half an hour at 110 and half an hour at 190 bpm is far harder than an hour at 150.
#[test]
fn the_impulse_is_summed_by_sample_not_from_the_mean() {
    let uneven = second_by_second([vec![110.0; 1800], vec![190.0; 1801]].concat());
    let trimp = banister(&profile(), &heart_rates(&uneven)).unwrap();
    assert!(trimp.points > 1.3 * hour_at(&profile(), 150.0).unwrap());
}

#[test]
fn short_losses_of_the_strap_are_bridged_and_long_ones_are_not_zero() {
    let mut heart_rate = vec![150.0; 1001];
    heart_rate[100..150].fill(f64::NAN);
    heart_rate[200..210].fill(0.0);
    heart_rate[500..700].fill(f64::NAN);
    let trimp = banister(&profile(), &heart_rates(&second_by_second(heart_rate))).unwrap();
    assert_eq!(trimp.covered_s, 799.0);
    close(trimp.points, 799.0 / 3600.0 * hour_at(&profile(), 150.0).unwrap(), 1e-9);
    assert_eq!(trimp.over(1000.0), None);
    close(trimp.over(990.0).unwrap(), 990.0 / 3600.0 * hour_at(&profile(), 150.0).unwrap(), 1e-9);
    // Heart rate never covers more than there is.
    assert_eq!((trimp.over(700.0), trimp.over(0.0)), (Some(trimp.points), None));
}

/// A device that writes a sample every ten seconds gives the same as one that writes each second.
#[test]
fn sparse_recordings_are_not_lost() {
    let dense = treadmill();
    let keep = |values: &[f64]| values.iter().copied().step_by(10).collect::<Vec<f64>>();
    let mut sparse = Track::try_new(keep(dense.time_s())).unwrap();
    sparse.set(Channel::HeartRateBpm, keep(dense.get(Channel::HeartRateBpm).unwrap())).unwrap();
    let trimp = banister(&profile(), &heart_rates(&sparse)).unwrap();
    close(trimp.points, 139.2, 0.3);
}

/// 40 minutes, each minute at 150 and at 300 W in turn; the definition written out in Python.
#[test]
fn normalized_power_has_the_value_computed_elsewhere() {
    let power: Vec<f64> = (0..2400).map(|i| if i / 60 % 2 == 0 { 150.0 } else { 300.0 }).collect();
    let mut counted = vec![1.0; 2400];
    close(normalized_power(&power, &counted).unwrap(), 247.117_688_646, 1e-6);
    // A pause is cut out, not filled with zeros.
    let paused = [&power[..1000], &[0.0; 300], &power[1000..]].concat();
    counted.splice(1000..1000, [0.0; 300]);
    close(normalized_power(&paused, &counted).unwrap(), 247.117_688_646, 1e-6);
    assert_eq!(normalized_power(&power[..29], &counted[..29]), None);
    assert_eq!(normalized_power(&[f64::NAN; 100], &[1.0; 100]), None);
}

#[test]
fn power_is_held_for_a_minute_and_no_longer() {
    let mut power = vec![200.0; 300];
    power[..20].fill(f64::NAN);
    power[100..150].fill(f64::NAN);
    power[200..].fill(f64::NAN);
    // From 20 to 200 s, and the minute after.
    assert_eq!(covered_s(&power, &[1.0; 300]), 240.0);
    assert_eq!((covered_s(&[f64::NAN; 9], &[1.0; 9]), covered_s(&[200.0; 9], &[1.0; 8])), (0.0, 0.0));
}

#[test]
fn a_part_of_a_session_speaks_for_all_of_it_from_four_fifths_on() {
    assert_eq!((coverage(79.9, 100.0), coverage(80.0, 100.0)), (None, Some(0.8)));
    assert_eq!((coverage(101.0, 100.0), coverage(0.0, 0.0), coverage(1.0, 0.0)), (Some(1.0), None, None));
}

#[test]
fn an_hour_at_threshold_is_a_hundred_points_by_every_source_but_rpe() {
    assert_eq!(intensity_points(3600.0, 4.0, 4.0), Some(100.0));
    assert_eq!(intensity_points(1800.0, 2.0, 4.0), Some(12.5));
    let steady = second_by_second(vec![170.0; 3601]);
    let trimp = banister(&profile(), &heart_rates(&steady)).unwrap();
    close(hr_points(&profile(), trimp.points).unwrap(), 100.0, 1e-9);
    for (normalized, threshold) in [(4.0, 0.0), (-1.0, 4.0), (f64::NAN, 4.0), (4.0, f64::NAN)] {
        assert_eq!(intensity_points(3600.0, normalized, threshold), None);
    }
}

#[test]
fn ratings_follow_the_table_and_fosters_product() {
    assert_eq!(rpe_points(8.0, 3600.0), Some(100.0));
    assert_eq!(rpe_points(7.5, 1800.0), Some(45.0));
    assert_eq!(rpe_points(0.0, 3600.0), Some(0.0));
    assert_eq!(session_rpe(6.0, 2700.0), Some(270.0));
    for rating in [-0.1, 10.1, f64::NAN] {
        assert_eq!((rpe_points(rating, 60.0), session_rpe(rating, 60.0)), (None, None));
    }
}

#[test]
fn the_most_trusted_source_wins() {
    let trimp = banister(&profile(), &heart_rates(&treadmill())).map(|trimp| trimp.points);
    let all = LoadInputs {
        duration_s: 3600.0,
        normalized_power_w: Some(200.0),
        ngp_m_s: Some(3.0),
        trimp,
        rpe: Some(5.0),
    };
    let found = |inputs: &LoadInputs| load(&profile(), inputs).unwrap();
    assert_eq!(found(&all), Load { points: 64.0, source: LoadSource::Power });
    let no_threshold = Profile { threshold_power_w: None, ..profile() };
    assert_eq!(load(&no_threshold, &all).unwrap().source, LoadSource::Pace);
    let neither = LoadInputs { ngp_m_s: None, normalized_power_w: None, ..all };
    assert_eq!(found(&neither).source, LoadSource::HeartRate);
    close(found(&neither).points, 100.0 * 139.209_597 / 170.651_090, 1e-4);
    let by_rating = LoadInputs { trimp: None, ..neither };
    assert_eq!(found(&by_rating), Load { points: 60.0, source: LoadSource::Rpe });
    assert_eq!(load(&profile(), &LoadInputs::default()), None);
}

#[test]
fn an_impossible_range_of_heart_rate_gives_nothing() {
    let heart_rates = heart_rates(&treadmill());
    let ranges = [
        (Some(190.0), Some(190.0)),
        (Some(200.0), Some(190.0)),
        (Some(f64::NAN), Some(190.0)),
        (None, Some(190.0)),
        (Some(50.0), None),
    ];
    for (rest, most) in ranges {
        let profile = Profile { resting_hr_bpm: rest, max_hr_bpm: most, ..profile() };
        assert_eq!(banister(&profile, &heart_rates), None);
    }
    let too_high = Profile { threshold_hr_bpm: Some(191.0), ..profile() };
    assert_eq!(hr_points(&too_high, 100.0), None);
}

proptest! {
    #[test]
    fn the_impulse_of_parts_adds_up(
        heart_rate in prop::collection::vec(40.0..210.0f64, 3..200),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = 1 + cut.index(heart_rate.len() - 2);
        let points = |rates: &[f64]| banister(&profile(), &heart_rates(&second_by_second(rates.to_vec()))).unwrap().points;
        let (whole, parts) = (points(&heart_rate), points(&heart_rate[..=cut]) + points(&heart_rate[cut..]));
        prop_assert!((whole - parts).abs() < 1e-9);
        let hardest = hour_at(&profile(), 190.0).unwrap() * heart_rate.len() as f64 / 3600.0;
        prop_assert!((0.0..=hardest).contains(&whole));
    }

    #[test]
    fn normalized_power_keeps_a_steady_value_and_never_exceeds_the_most(power in prop::collection::vec(0.0..800.0f64, 30..300)) {
        let counted = vec![1.0; power.len()];
        let normalized = normalized_power(&power, &counted).unwrap();
        prop_assert!(normalized <= power.iter().copied().fold(0.0, f64::max) + 1e-9);
        prop_assert!(normalized_power(&vec![200.0; power.len()], &counted).is_some_and(|np| (np - 200.0).abs() < 1e-9));
    }
}
