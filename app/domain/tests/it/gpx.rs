//! What becomes of GPX recordings, as phones and exports write them, from the text to the analysis.

use std::fmt::Write;

use paceline_domain::{
    analysis::{
        efficiency::NotValid,
        profile::Profile,
        summary::{ActivityAnalysis, analyse},
    },
    formats::{Limits, read},
    model::{Channel, Recording, Session, Sport},
};

/// A run along a meridian.
#[derive(Clone, Copy)]
struct Point {
    second: u32,
    metres: f64,
    altitude_m: f64,
}

/// Seconds at 3 m/s on the level, from a second and a place on.
fn running(from: u32, seconds: u32, metres: f64) -> Vec<Point> {
    (0..=seconds)
        .map(|i| Point { second: from + i, metres: metres + 3.0 * f64::from(i), altitude_m: 500.0 })
        .collect()
}

/// A document with one `<trkseg>` for each list of points. `kind` is its `<type>`.
fn document(creator: &str, kind: &str, segments: &[Vec<Point>]) -> String {
    let mut text = format!("<gpx version=\"1.1\" creator=\"{creator}\"><trk><type>{kind}</type>");
    for segment in segments {
        text.push_str("<trkseg>");
        for point in segment {
            // 6,371,008.8 m of radius.
            let latitude = 48.0 + point.metres / 111_195.080_234;
            let (hour, minute, second) = (point.second / 3600, point.second / 60 % 60, point.second % 60);
            write!(
                text,
                "<trkpt lat=\"{latitude:.8}\" lon=\"11\"><ele>{:.2}</ele>\
                 <time>2026-10-01T{:02}:{minute:02}:{second:02}Z</time></trkpt>",
                point.altitude_m,
                hour + 6,
            )
            .unwrap();
        }
        text.push_str("</trkseg>");
    }
    text.push_str("</trk></gpx>");
    text
}

fn recording(text: &str) -> Recording {
    read(text.as_bytes(), None, &Limits::default()).unwrap()
}

fn session(text: &str) -> Session {
    recording(text).sessions.remove(0)
}

fn analysis(text: &str) -> ActivityAnalysis {
    analyse(&session(text), &Profile::default())
}

#[track_caller]
fn within(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found}, not {expected} within {tolerance}");
}

/// Twenty minutes on foot, twenty by bus over 5 km, twenty on foot: the file ends a segment where the watch was paused.
#[test]
fn a_ride_on_the_bus_during_a_pause_is_not_run() {
    let legs = [running(0, 1200, 0.0), running(2400, 1200, 8600.0)];
    // The same as exports write it that know but one segment.
    let one_segment = [legs.concat()];
    for segments in [legs.as_slice(), &one_segment] {
        let found = analysis(&document("Phone", "running", segments));
        within("distance", found.distance_m.unwrap(), 7200.0, 1.0);
        within("moving", found.moving_time_s, 2400.0, 1.0);
        assert_eq!(found.elapsed_s, 3600.0);
        within("speed", found.avg_speed_m_s.unwrap(), 3.0, 0.01);
        let effort = |metres: f64| {
            found
                .best_efforts
                .iter()
                .find(|effort| effort.distance_m == metres)
                .map(|effort| effort.elapsed_s)
        };
        within("400 m", effort(400.0).unwrap(), 400.0 / 3.0, 0.1);
        within("1 km", effort(1000.0).unwrap(), 1000.0 / 3.0, 0.1);
        // Over the pause, which counts as for any other effort.
        within("5 km", effort(5000.0).unwrap(), 1200.0 + 5000.0 / 3.0, 1.0);
        assert_eq!(effort(10_000.0), None);
        assert!(
            found
                .splits_km
                .iter()
                .all(|split| (split.moving_time_s - split.distance_m.unwrap() / 3.0).abs() < 2.0)
        );
    }
}

/// Half a minute is bridged where nothing says that recording was off.
#[test]
fn a_short_pause_is_known_from_the_segments_alone() {
    let legs = [running(0, 600, 0.0), running(630, 600, 1890.0)];
    let paused = analysis(&document("Phone", "running", &legs));
    within("distance", paused.distance_m.unwrap(), 3600.0, 1.0);
    assert_eq!(paused.moving_time_s, 1200.0);
    let bridged = analysis(&document("Phone", "running", &[legs.concat()]));
    within("distance", bridged.distance_m.unwrap(), 3690.0, 1.0);
    assert_eq!(bridged.moving_time_s, 1230.0);
    // What is no sport with a speed has its breaks left out too.
    assert_eq!(analysis(&document("Phone", "juggling", &legs)).moving_time_s, 1200.0);
}

/// Some exports begin a segment with each lap.
#[test]
fn a_segment_for_each_lap_loses_nothing() {
    let laps: Vec<_> = (0..10).map(|lap| running(lap * 120, 119, 360.0 * f64::from(lap))).collect();
    let found = analysis(&document("Watch", "running", &laps));
    within("distance", found.distance_m.unwrap(), 3597.0, 1.0);
    assert_eq!(found.moving_time_s, 1199.0);
}

/// A logger that writes a point every ninety seconds has no gaps, it is as sparse as that.
#[test]
fn a_sparse_track_keeps_its_distance_and_its_time() {
    let every_90_s: Vec<_> = running(0, 3600, 0.0).into_iter().step_by(90).collect();
    let text = document("Logger", "hiking", &[every_90_s]);
    let found = analysis(&text);
    within("distance", found.distance_m.unwrap(), 10_800.0, 1.0);
    assert_eq!((found.moving_time_s, found.elapsed_s), (3600.0, 3600.0));
    within("speed", found.avg_speed_m_s.unwrap(), 3.0, 0.001);
    assert_eq!(found.efficiency.reasons, [NotValid::SparseSamples]);
    assert_eq!(found.decoupling.reasons, [NotValid::SparseSamples]);
    // Juggling has no efficiency in the first place.
    let juggling = analysis(&text.replace("hiking", "juggling"));
    assert_eq!(juggling.efficiency.reasons, [NotValid::SportNotOnFoot]);
}

/// A watch that saves its battery after the first hour of three.
#[test]
fn a_track_that_becomes_sparse_keeps_its_pace() {
    let all = running(0, 10_800, 0.0);
    let kept = |point: &Point| match point.second {
        dense @ ..=3600 => dense % 5 == 0,
        sparse => (sparse - 3600) % 65 == 0,
    };
    let found = analysis(&document("Watch", "running", &[all.into_iter().filter(kept).collect()]));
    within("distance", found.distance_m.unwrap(), 32_250.0, 1.0);
    assert_eq!(found.moving_time_s, 10_750.0);
    within("speed", found.avg_speed_m_s.unwrap(), 3.0, 0.001);
}

/// An hour on the level with altitudes that are wrong in some way.
fn level(wrong: impl Fn(usize) -> f64) -> Vec<Point> {
    let right = running(0, 3600, 0.0);
    right.into_iter().enumerate().map(|(i, point)| Point { altitude_m: 500.0 + wrong(i), ..point }).collect()
}

/// Errors of altitude in metres of this standard deviation, of which each is this much like the one before it.
fn noise(count: usize, deviation_m: f64, likeness: f64) -> Vec<f64> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX)
    };
    let mut error = 0.0;
    (0..count)
        .map(|_| {
            // The sum of twelve has the variance 1.
            let normal = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
            error = likeness * error + (1.0 - likeness * likeness).sqrt() * deviation_m * normal;
            error
        })
        .collect()
}

#[test]
fn errors_of_satellites_are_not_climbed() {
    for (deviation_m, likeness, most_m) in [(3.0, 0.0, 0.0), (3.2, 0.95, 45.0), (4.0, 0.99, 75.0)] {
        let errors = noise(3601, deviation_m, likeness);
        let found = analysis(&document("Phone", "running", &[level(|i| errors[i])]));
        let climbed = (found.ascent_m.unwrap(), found.descent_m.unwrap());
        assert!(climbed.0 <= most_m && climbed.1 <= most_m, "{deviation_m} {likeness}: {climbed:?}");
        let of_splits: f64 = found.splits_km.iter().filter_map(|split| split.ascent_m).sum();
        within("splits", of_splits, climbed.0, 1e-6);
    }
}

#[test]
fn altitudes_that_nobody_can_reach_are_not_climbed() {
    let spike = level(|i| if i == 1800 { 7500.0 } else { 0.0 });
    let not_ready = level(|i| if i < 5 { -500.0 } else { 0.0 });
    let calibrated = level(|i| if i < 300 { -500.0 } else { 0.0 });
    for points in [spike, not_ready, calibrated] {
        for creator in ["Phone", "Watch with Barometer"] {
            let found = analysis(&document(creator, "running", std::slice::from_ref(&points)));
            assert_eq!((found.ascent_m, found.descent_m), (Some(0.0), Some(0.0)), "{creator}");
        }
    }
}

#[test]
fn a_barometer_is_believed_sooner() {
    // Twenty rises and falls of 6 m, each of 90 s.
    let waves = level(|i| 3.0 * (i as f64 / 180.0 * std::f64::consts::TAU).sin());
    let ascent = |creator: &str| {
        analysis(&document(creator, "running", std::slice::from_ref(&waves))).ascent_m.unwrap()
    };
    within("barometer", ascent("Watch with barometer"), 120.0, 30.0);
    assert_eq!(ascent("Watch"), 0.0);
}

/// The `cad` of a run is of one leg, of a ride of the crank; who learns the sport later than the file was read, from an
/// archive or from the athlete, gets the same as who knew it from the file.
#[test]
fn cadence_is_the_same_whenever_the_sport_is_known() {
    let with_cadence = |kind: &str| {
        let text = document("Phone", kind, &[running(0, 60, 0.0)]);
        session(&text.replace("</time>", "</time><extensions><cad>85</cad></extensions>"))
    };
    for (kind, sport, cadence) in [("running", Sport::Run, 170.0), ("cycling", Sport::Cycling, 85.0)] {
        let known = with_cadence(kind);
        assert_eq!(known.track.get(Channel::CadencePerMin).unwrap()[0], cadence);
        for other in ["", "running", "cycling", "walking"] {
            let mut learnt = with_cadence(other);
            learnt.set_sport(sport);
            assert_eq!(learnt, known, "{other}");
        }
    }
}
