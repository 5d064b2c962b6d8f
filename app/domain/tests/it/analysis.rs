//! Analyses of real recordings against values computed independently of this crate (`golden.json`: Python, fitdecode
//! and a script of its own; how it counts is told in `LICENCES.md` beside it).

use paceline_domain::{
    analysis::{
        best_efforts, distance,
        efficiency::{self, NotValid},
        elevation,
        load::LoadSource,
        moving::{self, MovingBasis},
        profile::Profile,
        summary::{self, analyse},
    },
    formats::{Limits, read},
    model::{Altimeter, Channel, Session, Sport},
    streams,
};
use serde_json::Value;

const GOLDEN: &str = include_str!("../fixtures/samples/golden.json");

fn sessions(file: &str) -> Vec<Session> {
    let path = format!("{}/tests/fixtures/samples/{file}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).expect("a fixture");
    read(&bytes, Some(file), &Limits::default()).expect("a readable fixture").sessions
}

fn only(file: &str) -> Session {
    let mut sessions = sessions(file);
    assert_eq!(sessions.len(), 1, "{file}");
    sessions.remove(0)
}

fn golden() -> serde_json::Map<String, Value> {
    serde_json::from_str(GOLDEN).expect("golden values")
}

/// The golden script's profile.
fn profile() -> Profile {
    Profile { resting_hr_bpm: Some(50.0), max_hr_bpm: Some(190.0), ..Profile::default() }
}

/// The recordings of one session that golden values exist for.
const SINGLE: [&str; 9] = [
    "01a_ride_edge1000_5laps.fit",
    "01b_same_garmin_export.tcx",
    "02a_ride_edge1000_power_2h19.fit",
    "02c_same_garmin_export.tcx.gz",
    "06_marathon_polar_44laps.fit",
    "07_half_marathon_polar.fit",
    "08_treadmill_12km_polar.fit",
    "13_hrv_rr_activity.fit",
    "18_run_fenix6_5k.tcx.gz",
];

#[track_caller]
fn within(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found}, not {expected} within {tolerance}");
}

/// Within 1 %: the golden script treats the ends of a recording in its own way, which on 94 s is 0.3 %. 07 is apart:
/// its golden value is of the raw distance, with the jumps.
#[test]
fn raw_efficiency_is_the_golden_one_and_steps_of_distance_do_not_raise_it() {
    for file in SINGLE.into_iter().filter(|file| !file.starts_with("07")) {
        let raw = efficiency::raw(&only(file)).unwrap();
        let golden = |name: &str| golden()[file][name].as_f64().unwrap();
        within(file, raw.factor, golden("ef_m_per_min_per_bpm"), 0.01 * golden("ef_m_per_min_per_bpm"));
        within(file, raw.first_half, golden("ef_first"), 0.01 * golden("ef_first"));
        within(file, raw.second_half, golden("ef_second"), 0.01 * golden("ef_second"));
        within(file, raw.seconds_s, golden("moving_s_hr"), 0.01 * golden("moving_s_hr"));
    }
    within("18", efficiency::raw(&only("18_run_fenix6_5k.tcx.gz")).unwrap().factor, 1.593, 0.005);
}

/// What is left out of the distance is missing from efficiency too, and nothing else is. Seconds of standing that a
/// jump was spread over are in motion, so metres by mean heart rate are compared and not by beats.
#[test]
fn jumps_do_not_raise_efficiency() {
    let session = only("07_half_marathon_polar.fit");
    let along = distance::measure(&session.track, session.sport, session.totals.distance_m).unwrap();
    let kept = along.total_m() / (along.total_m() + along.removed_m);
    let golden = |name: &str| golden()["07_half_marathon_polar.fit"][name].as_f64().unwrap();
    let raw = efficiency::raw(&session).unwrap();
    let expected = golden("ef_m_per_min_per_bpm") * golden("moving_s_hr") * kept;
    within("07", raw.factor * raw.seconds_s, expected, 0.005 * expected);
}

/// The golden values are raw; ours are of the repaired distance. Equal within a hundredth of a second (they are
/// rounded to it), wherever nothing was left out.
#[test]
fn best_efforts_are_the_golden_ones() {
    let distances =
        [("400", 400.0), ("1000", 1000.0), ("1mi", 1609.344), ("5000", 5000.0), ("10000", 10_000.0)];
    let longer = [("half", 21_097.5), ("marathon", 42_195.0)];
    let files = SINGLE.into_iter().chain(["11_mtb_fr645m_4h36_16547rec.fit"]);
    let mut compared = 0;
    for file in files.filter(|file| !file.starts_with("07")) {
        let session = only(file);
        let along = distance::measure(&session.track, session.sport, session.totals.distance_m).unwrap();
        for (name, metres) in distances.into_iter().chain(longer) {
            let expected = golden()[file]["best_efforts_elapsed_s"][name].as_f64();
            let found = best_efforts::fastest(session.track.time_s(), &along.along_m, metres);
            assert_eq!(found.is_some(), expected.is_some(), "{file} {name}");
            let (Some(found), Some(expected)) = (found, expected) else { continue };
            within(&format!("{file} {name}"), found.elapsed_s, expected, 0.011);
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}

/// 390.6 m within six seconds from 547 s on, after which the counter stands still for 79 s; less in five other
/// places. Left out, they would be missing from the distance, and the half marathon with them.
#[test]
fn a_jump_of_97_metres_is_no_record_and_costs_none() {
    let session = only("07_half_marathon_polar.fit");
    let along = distance::measure(&session.track, session.sport, session.totals.distance_m).unwrap();
    let metres = |from_s, to_s| part(session.track.time_s(), &along.along_m, from_s, to_s);
    assert!(metres(547.0, 553.0) < 6.0 * 4.0, "{}", metres(547.0, 553.0));
    assert!(metres(554.0, 632.0) > 78.0 * 2.0, "{}", metres(554.0, 632.0));
    // One of 13 m has no room beside it.
    within("removed", along.removed_m, 13.0, 0.1);
    within("total", along.total_m(), session.totals.distance_m.unwrap(), 20.0);
    let efforts = analyse(&session, &profile()).best_efforts;
    assert!(efforts.iter().all(|effort| effort.distance_m / effort.elapsed_s < 4.5), "{efforts:?}");
    let half = efforts.iter().find(|effort| effort.distance_m == 21_097.5).expect("a half marathon");
    // Where the counter ran ahead it is not the golden value of the raw counter, but near it.
    within("half marathon", half.elapsed_s, 7889.0, 15.0);
}

fn part(time_s: &[f64], along_m: &[f64], from_s: f64, to_s: f64) -> f64 {
    distance::at(time_s, along_m, to_s) - distance::at(time_s, along_m, from_s)
}

/// Within a metre: the golden script adds the same way, values are rounded to 0.1 m.
#[test]
fn ascent_by_every_threshold_is_the_golden_one() {
    let mut compared = 0;
    for file in SINGLE.into_iter().chain(["11_mtb_fr645m_4h36_16547rec.fit"]) {
        let session = only(file);
        let Some(altitude) = session.track.get(Channel::AltitudeM) else { continue };
        for (threshold, expected) in golden()[file]["ascent_descent_hysteresis_m"].as_object().unwrap() {
            let Some(expected) = expected.as_array() else { continue };
            let (up, down) = elevation::hysteresis(altitude, threshold.parse().unwrap()).totals_m();
            within(&format!("{file} up {threshold}"), up, expected[0].as_f64().unwrap(), 1.0);
            within(&format!("{file} down {threshold}"), down, expected[1].as_f64().unwrap(), 1.0);
            compared += 1;
        }
    }
    assert!(compared >= 30, "{compared}");
}

/// The device's altitudes as if nothing were known of its altimeter, which is what a GPX export makes of them.
#[test]
fn ascent_by_satellites_is_near_the_devices() {
    for file in [
        "02a_ride_edge1000_power_2h19.fit",
        "06_marathon_polar_44laps.fit",
        "07_half_marathon_polar.fit",
        "11_mtb_fr645m_4h36_16547rec.fit",
    ] {
        let session = only(file);
        let (up, down) = elevation::climb(&session.track, Altimeter::Satellites).unwrap().totals_m();
        for (found, stated) in [(up, session.totals.ascent_m), (down, session.totals.descent_m)] {
            let share = found / stated.unwrap();
            assert!((0.80..=1.0).contains(&share), "{file}: {share}");
        }
    }
    let export = only("02b_same_strava_export.gpx.gz");
    within("02b", analyse(&export, &profile()).ascent_m.unwrap(), 1254.0, 0.03 * 1254.0);
}

/// Nothing of what devices recorded is thrown out with the nonsense.
#[test]
fn what_real_devices_recorded_is_credible() {
    for file in SINGLE.into_iter().chain(["11_mtb_fr645m_4h36_16547rec.fit"]) {
        let track = only(file).track;
        let Some(altitude_m) = track.get(Channel::AltitudeM) else { continue };
        let raw = elevation::hysteresis(altitude_m, elevation::THRESHOLD_M);
        assert_eq!(elevation::climb(&track, Altimeter::Device), Some(raw), "{file}");
    }
}

/// Per moving second, since the golden script counts seconds above 0.5 m/s and we the timer where its pauses are
/// known. Within 2 %: its values are rounded to 0.1, which is 2 % of the shortest recording's.
#[test]
fn the_impulse_is_the_golden_one() {
    for file in SINGLE {
        let golden = |name: &str| golden()[file][name].as_f64().unwrap();
        let expected = golden("trimp_banister_m_rest50_max190") / golden("moving_s_hr");
        let analysis = analyse(&only(file), &profile());
        let found = analysis.trimp.unwrap() / analysis.moving_time_s;
        within(file, found, expected, 0.02 * expected);
    }
}

/// The device's own is in whole watts. In the 196 s of 04 it weighs how a mean of 30 s begins after each of its pauses.
#[test]
fn normalized_power_is_the_devices() {
    for (file, stated_w, tolerance) in [
        ("02a_ride_edge1000_power_2h19.fit", 267.0, 0.004),
        ("04_indoor_cycling_power_nogps.fit", 131.0, 0.015),
    ] {
        let at_threshold = Profile { threshold_power_w: Some(stated_w), ..profile() };
        let found = analyse(&only(file), &at_threshold);
        let load = found.load.unwrap();
        assert_eq!(load.source, LoadSource::Power, "{file}");
        let intensity = (load.points / 100.0 * 3600.0 / found.moving_time_s).sqrt();
        within(file, intensity, 1.0, tolerance);
    }
}

#[test]
fn summaries_state_what_devices_state() {
    for (file, expected) in golden() {
        let Some(sessions) = expected["sessions"].as_array().filter(|found| !found.is_empty()) else {
            continue;
        };
        if !file.ends_with(".fit") || file.starts_with("14") {
            continue;
        }
        let found: Vec<_> =
            self::sessions(&file).iter().map(|session| analyse(session, &profile())).collect();
        assert_eq!(found.len(), sessions.len(), "{file}");
        for (found, stated) in found.iter().zip(sessions) {
            let number = |name: &str| stated[name].as_f64();
            assert_eq!(found.timer_s, number("total_timer_time"), "{file}");
            assert_eq!(Some(found.elapsed_s), number("total_elapsed_time"), "{file}");
            assert_eq!(Some(found.moving_time_s), found.timer_s, "{file}: a FIT file's timer wins");
            assert_eq!(found.avg_power_w, number("avg_power"), "{file}");
            if let Some(bpm) = number("avg_heart_rate") {
                assert_eq!(found.avg_hr_bpm, Some(bpm), "{file}");
                assert_eq!(found.max_hr_bpm, number("max_heart_rate"), "{file}");
            }
            if let Some(metres) = number("total_distance").filter(|&metres| metres > 0.0) {
                assert_eq!(found.distance_m, Some(metres), "{file}");
            }
            if let Some(ascent) = number("total_ascent") {
                assert_eq!(found.ascent_m, Some(ascent), "{file}");
            }
        }
    }
}

#[test]
fn an_export_without_pauses_has_nearly_the_moving_time_of_its_original() {
    let original = only("01a_ride_edge1000_5laps.fit");
    let export = only("01b_same_garmin_export.tcx");
    let along = distance::measure(&export.track, Sport::Cycling, None);
    let found = moving::moving(&export, along.as_ref());
    assert_eq!(found.basis, MovingBasis::Speed);
    // Timer 93.7 s, of which the last second is cut off; elapsed 126 s.
    within("01b", found.total_s, analyse(&original, &profile()).moving_time_s, 2.0);
}

#[test]
fn numbers_that_would_mean_nothing_are_absent_with_their_reasons() {
    let reasons = |file: &str| {
        let found = analyse(&only(file), &profile());
        assert_eq!(found.efficiency.factor.is_none(), !found.efficiency.reasons.is_empty(), "{file}");
        assert_eq!(found.decoupling.percent.is_none(), !found.decoupling.reasons.is_empty(), "{file}");
        (found.efficiency.reasons, found.decoupling.reasons)
    };
    let foot = vec![NotValid::SportNotOnFoot];
    assert_eq!(reasons("02a_ride_edge1000_power_2h19.fit"), (foot.clone(), foot));
    assert_eq!(reasons("18_run_fenix6_5k.tcx.gz"), (vec![], vec![NotValid::TooShortForDecoupling]));
    assert_eq!(reasons("06_marathon_polar_44laps.fit"), (vec![], vec![]));
    assert_eq!(reasons("07_half_marathon_polar.fit"), (vec![], vec![]));
    assert_eq!(reasons("08_treadmill_12km_polar.fit"), (vec![], vec![]));
    let yoga = analyse(&only("19_yoga_fenix6_nogps.tcx.gz"), &profile());
    assert_eq!((yoga.distance_m, yoga.splits_km.len(), yoga.best_efforts.len()), (None, 0, 0));
    assert_eq!(yoga.moving_time_s, 1169.25);
}

/// The altitudes of 06 and 07 rise and fall by up to 36 m within half a minute, which neither speed nor heart rate
/// show: with them the normalized speed of 06 would be 3.08 m/s and not 2.68, and neither race steady. Those of 18 are
/// of hills on which the runner slows down.
#[test]
fn altitude_that_the_runner_does_not_feel_is_not_believed() {
    for (file, believed) in [
        ("06_marathon_polar_44laps.fit", false),
        ("07_half_marathon_polar.fit", false),
        ("18_run_fenix6_5k.tcx.gz", true),
    ] {
        let session = only(file);
        let mut flat = session.clone();
        flat.track.set(Channel::AltitudeM, vec![0.0; flat.track.len()]).unwrap();
        let plain = analyse(&flat, &profile());
        // Without a strap it is told by slopes that nobody climbs so fast.
        let mut strapless = session.clone();
        strapless.track.set(Channel::HeartRateBpm, vec![f64::NAN; session.track.len()]).unwrap();
        for session in [&session, &strapless] {
            let found = analyse(session, &profile());
            assert_eq!(found.ngp_m_s != plain.ngp_m_s, believed, "{file} {:?}", found.ngp_m_s);
            assert_eq!(found.splits_km[0].gap_s_per_km.is_some(), believed, "{file}");
        }
    }
    // The golden decoupling is of plain speed over the whole race.
    let marathon = analyse(&only("06_marathon_polar_44laps.fit"), &profile()).decoupling;
    within("06", marathon.percent.unwrap(), 8.02, 0.1);
}

#[test]
fn splits_and_laps_of_real_recordings_add_up() {
    for file in SINGLE.into_iter().chain(["11_mtb_fr645m_4h36_16547rec.fit"]) {
        let session = only(file);
        let along = distance::measure(&session.track, session.sport, session.totals.distance_m).unwrap();
        let found = analyse(&session, &profile());
        for splits in [&found.splits_km, &found.splits_mile] {
            within(file, splits.iter().filter_map(|split| split.distance_m).sum(), along.total_m(), 1e-6);
            within(file, splits.iter().map(|split| split.elapsed_s).sum(), session.track.span_s(), 1e-6);
            assert!(splits.iter().rev().skip(1).all(|split| !split.is_partial), "{file}");
        }
        assert_eq!(found.laps.len(), session.laps.len(), "{file}");
    }
    let marathon = analyse(&only("06_marathon_polar_44laps.fit"), &profile());
    // The device's laps state 68 m (0.16 %) less than its total.
    within("laps", marathon.laps.iter().filter_map(|lap| lap.distance_m).sum(), 43_042.3, 0.1);
}

/// An export's laps state the time on the clock as theirs, with the pause of the third.
#[test]
fn the_moving_times_of_laps_add_up_to_that_of_their_session() {
    for file in SINGLE.into_iter().filter(|file| file.starts_with("01") || file.contains("tcx")) {
        let found = analyse(&only(file), &profile());
        let laps: f64 = found.laps.iter().map(|lap| lap.moving_time_s).sum();
        within(file, laps, found.moving_time_s, 1.0);
    }
    let third = |file: &str| analyse(&only(file), &profile()).laps[2].moving_time_s;
    within("lap 3", third("01b_same_garmin_export.tcx"), third("01a_ride_edge1000_5laps.fit"), 2.0);
}

/// Bytes as measured, and 3 % more. In blocks that the packer chooses they would be up to 13 % more.
#[test]
fn real_recordings_are_stored_small() {
    for (file, bytes) in [
        ("02a_ride_edge1000_power_2h19.fit", 48_297),
        ("06_marathon_polar_44laps.fit", 31_588),
        ("07_half_marathon_polar.fit", 16_796),
        ("11_mtb_fr645m_4h36_16547rec.fit", 70_784),
        ("18_run_fenix6_5k.tcx.gz", 6019),
    ] {
        let stored = streams::encode(&only(file).track).unwrap();
        assert!(stored.len() <= bytes * 103 / 100, "{file}: {} bytes", stored.len());
    }
}

#[test]
fn the_same_inputs_have_the_same_hash_and_titles_do_not_count() {
    let session = only("18_run_fenix6_5k.tcx.gz");
    let hash = summary::inputs_hash(&session, &profile());
    assert_eq!(hash.len(), 64);
    let named = Session { name: Some("Evening run".into()), notes: Some("Rain.".into()), ..session.clone() };
    assert_eq!(summary::inputs_hash(&named, &profile()), hash);
    let fitter = Profile { resting_hr_bpm: Some(49.0), ..profile() };
    assert_ne!(summary::inputs_hash(&session, &fitter), hash);
    let ridden = Session { sport: Sport::Cycling, ..session.clone() };
    assert_ne!(summary::inputs_hash(&ridden, &profile()), hash);
    let paused = Session { pauses: Some(Vec::new()), ..session };
    assert_ne!(summary::inputs_hash(&paused, &profile()), hash);
}
