//! The readers against real files, tiny hostile ones, and damage.

use std::path::{Path, PathBuf};

use paceline_domain::formats::{self, Limits, ReadError};
use paceline_domain::model::{Channel, Recording, Sport};
use proptest::prelude::*;
use rustyfit::profile::mesgdef;
use rustyfit::profile::typedef::{File, MesgNum};

mod cuts;
mod fit;
mod limits;
mod storable;
mod times;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/samples")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(samples().join(name)).unwrap()
}

fn read(name: &str) -> Result<Recording, ReadError> {
    formats::read(&bytes(name), None, &Limits::default())
}

/// One line a file: the outcome in a form that a person can check.
fn outcome(name: &str) -> String {
    match read(name) {
        Err(error) => format!("refused: {}", error.code()),
        Ok(recording) => {
            let sessions: Vec<String> = recording
                .sessions
                .iter()
                .map(|session| {
                    let channels: Vec<&str> =
                        session.track.channels().map(|(channel, _)| channel.as_str()).collect();
                    format!(
                        "{} {} samples, {} laps [{}]",
                        session.sport.as_str(),
                        session.track.len(),
                        session.laps.len(),
                        channels.join(" ")
                    )
                })
                .collect();
            let warnings: Vec<&str> =
                recording.warnings.iter().map(|warning| warning.code.as_str()).collect();
            format!("{} {:?}", sessions.join("; "), warnings)
        }
    }
}

#[test]
fn every_edge_case_is_read_or_refused_for_a_precise_reason() {
    let mut names: Vec<String> = std::fs::read_dir(samples().join("edge"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let lines: Vec<String> =
        names.iter().map(|name| format!("{name}: {}", outcome(&format!("edge/{name}")))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn totals_and_counts_are_those_of_the_independent_reader() {
    let golden: serde_json::Value = serde_json::from_slice(&bytes("golden.json")).unwrap();
    let mut compared = 0;
    for (name, expected) in golden.as_object().unwrap() {
        if !samples().join(name).exists() {
            continue;
        }
        let recording = read(name).unwrap();
        let count = |of: fn(&paceline_domain::model::Session) -> usize| -> u64 {
            recording.sessions.iter().map(|session| of(session) as u64).sum()
        };
        let finite = |channel: Channel| -> u64 {
            recording
                .sessions
                .iter()
                .filter_map(|session| session.track.get(channel))
                .map(|values| values.iter().filter(|value| value.is_finite()).count() as u64)
                .sum()
        };
        // The exported TCX repeats four trackpoints at lap borders; we take samples of one time as one.
        let repeats = if name.starts_with("01b") { 4 } else { 0 };
        assert_eq!(count(|session| session.track.len()) + repeats, expected["records"], "{name}: records");
        assert_eq!(count(|session| session.laps.len()), expected["laps"], "{name}: laps");
        if !name.starts_with("01b") {
            assert_eq!(finite(Channel::PowerW), expected["with_power"], "{name}: power");
            assert_eq!(finite(Channel::LatitudeDeg), expected["with_gps"], "{name}: positions");
            assert_eq!(finite(Channel::HeartRateBpm), expected["with_hr"], "{name}: heart rate");
        }
        let stated = expected["sessions"].as_array().unwrap();
        assert_eq!(recording.sessions.len(), stated.len(), "{name}: sessions");
        for (session, stated) in recording.sessions.iter().zip(stated) {
            let totals = [
                ("total_elapsed_time", session.totals.elapsed_s),
                ("total_timer_time", session.totals.timer_s),
                ("total_distance", session.totals.distance_m),
                ("total_ascent", session.totals.ascent_m),
                ("avg_heart_rate", session.totals.avg_heart_rate_bpm),
                ("total_calories", session.totals.energy_kcal),
            ];
            for (key, found) in totals {
                if let Some(value) = stated[key].as_f64() {
                    let found = found.unwrap_or_else(|| panic!("{name}: {key} is missing"));
                    assert!((found - value).abs() < 0.011, "{name}: {key} {found} is not {value}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 60, "only {compared} totals were compared");
}

#[test]
fn three_exports_of_one_ride_say_the_same() {
    let names = [
        "02a_ride_edge1000_power_2h19.fit",
        "02c_same_garmin_export.tcx.gz",
        "02b_same_strava_export.gpx.gz",
    ];
    let rides: Vec<_> = names.map(|name| read(name).unwrap().sessions.remove(0)).into();
    for ride in &rides {
        assert_eq!((ride.sport, ride.start, ride.track.len()), (Sport::Cycling, rides[0].start, 8357));
        for channel in [Channel::HeartRateBpm, Channel::PowerW] {
            let mean = |track: &paceline_domain::model::Track| {
                let values = track.get(channel).unwrap();
                values.iter().sum::<f64>() / values.len() as f64
            };
            assert!((mean(&ride.track) - mean(&rides[0].track)).abs() < 0.5, "{channel:?}");
        }
    }
    let total =
        |track: &paceline_domain::model::Track| *track.get(Channel::DistanceM).unwrap().last().unwrap();
    assert!((total(&rides[1].track) - total(&rides[0].track)).abs() < 1.0);
    // Between positions, without the device's wheel sensor: 1 % is what satellites allow.
    assert!((total(&rides[2].track) / total(&rides[0].track) - 1.0).abs() < 0.01);
}

#[test]
fn a_file_says_whether_its_sessions_are_one_event() {
    let triathlon = bytes("12_triathlon_fr920xt_5sessions_chained.fit");
    for (name, expected) in [
        ("03_multisport_run_t_row_nogps.fit", true),
        ("12_triathlon_fr920xt_5sessions_chained.fit", true),
        ("01a_ride_edge1000_5laps.fit", false),
        ("02b_same_strava_export.gpx.gz", false),
        ("edge/multi_activity.tcx", false),
    ] {
        assert_eq!(read(name).unwrap().is_one_event, expected, "{name}");
    }
    // The word of the whole comes last in the file; the legs that were kept say it too.
    let cut = formats::read(&triathlon[..triathlon.len() / 2], None, &Limits::default()).unwrap();
    assert!(cut.truncated && cut.is_one_event);
}

#[test]
fn a_multisport_document_is_one_event_and_its_transition_a_session() {
    let lap = |name: &str, start: &str, seconds: u32, rate: u32| {
        format!(
            "<{name} StartTime=\"{start}\"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>\
             <DistanceMeters>{}</DistanceMeters>\
             <AverageHeartRateBpm><Value>{rate}</Value></AverageHeartRateBpm>\
             <Track><Trackpoint><Time>{start}</Time></Trackpoint></Track></{name}>",
            seconds * 3
        )
    };
    let text = format!(
        "<TrainingCenterDatabase><Activities><MultiSportSession><Id>2026-01-01T08:00:00Z</Id>\
         <FirstSport><Activity Sport=\"Biking\"><Id>2026-01-01T08:00:00Z</Id>{}</Activity></FirstSport>\
         <NextSport>{}<Activity Sport=\"Running\"><Id>2026-01-01T09:02:00Z</Id>{}</Activity></NextSport>\
         </MultiSportSession></Activities></TrainingCenterDatabase>",
        lap("Lap", "2026-01-01T08:00:00Z", 3600, 140),
        lap("Transition", "2026-01-01T09:00:00Z", 120, 130),
        lap("Lap", "2026-01-01T09:02:00Z", 1800, 150),
    );
    let recording = formats::read(text.as_bytes(), None, &Limits::default()).unwrap();
    assert!(recording.is_one_event);
    let legs: Vec<_> = recording
        .sessions
        .iter()
        .map(|leg| (leg.sport, leg.totals.timer_s, leg.totals.avg_heart_rate_bpm, leg.track.len()))
        .collect();
    assert_eq!(
        legs,
        [
            (Sport::Cycling, Some(3600.0), Some(140.0), 1),
            (Sport::Transition, Some(120.0), Some(130.0), 1),
            (Sport::Run, Some(1800.0), Some(150.0), 1),
        ]
    );
}

#[test]
fn pauses_come_from_timer_events_and_are_unknown_in_exports() {
    let ride = read("01a_ride_edge1000_5laps.fit").unwrap().sessions.remove(0);
    let pauses = ride.pauses.unwrap();
    let paused: f64 = pauses.iter().map(|pause| pause.end_s - pause.start_s).sum();
    assert_eq!(pauses.len(), 1);
    // The samples span 126 s and the timer ran for 93.7 s; events are whole seconds.
    assert!((paused - (126.0 - 93.7)).abs() < 1.0, "{paused}");
    assert_eq!(read("01b_same_garmin_export.tcx").unwrap().sessions[0].pauses, None);
}

#[test]
fn running_cadence_counts_both_feet() {
    for name in ["06_marathon_polar_44laps.fit", "18_run_fenix6_5k.tcx.gz"] {
        let run = read(name).unwrap().sessions.remove(0);
        let mut cadence: Vec<f64> = run.track.get(Channel::CadencePerMin).unwrap().to_vec();
        cadence.sort_by(f64::total_cmp);
        let median = cadence[cadence.len() / 2];
        assert!((140.0..200.0).contains(&median), "{name}: {median}");
    }
}

#[test]
fn the_content_decides_and_never_the_name() {
    let ride = bytes("01a_ride_edge1000_5laps.fit");
    assert!(formats::read(&ride, Some("ride.gpx"), &Limits::default()).is_ok());
    let page = b"<!doctype html><html><body>Not found</body></html>";
    for (bytes, code) in [
        (page.as_slice(), "unknown_format"),
        (b"PK\x03\x04 an archive", "unknown_format"),
        (b"", "empty"),
        (b"\x1f\x8b", "damaged"),
        (b"<gpx>", "no_samples"),
        (b"just some text", "unknown_format"),
    ] {
        assert_eq!(formats::read(bytes, None, &Limits::default()).unwrap_err().code(), code, "{bytes:?}");
    }
}

/// A FIT file of another kind, written with the encoder.
fn fit_of(kind: File) -> Vec<u8> {
    let mut id = mesgdef::FileId::new();
    id.r#type = kind;
    encode(vec![rustyfit::proto::Message::from(id)])
}

fn encode(messages: Vec<rustyfit::proto::Message>) -> Vec<u8> {
    let mut fit = rustyfit::proto::FIT { messages, ..Default::default() };
    let mut out = embedded_io_adapters::std::FromStd::new(std::io::Cursor::new(Vec::new()));
    rustyfit::Encoder::new().encode(&mut out, &mut fit).unwrap();
    out.into_inner().into_inner()
}

#[test]
fn fit_files_about_something_else_say_what() {
    for (kind, words) in [
        (File::MONITORING_B, "daily monitoring"),
        (File::WEIGHT, "weight measurements"),
        (File::COURSE, "a course"),
        (File::SETTINGS, "device settings"),
    ] {
        let error = formats::read(&fit_of(kind), None, &Limits::default()).unwrap_err();
        assert_eq!(error, ReadError::NotAnActivity(words.to_owned()));
    }
    assert_eq!(
        formats::read(&fit_of(File::ACTIVITY), None, &Limits::default()).unwrap_err().code(),
        "no_samples"
    );
}

#[test]
fn a_file_cut_off_anywhere_keeps_what_came() {
    let whole = bytes("02a_ride_edge1000_power_2h19.fit");
    let mut last = 0;
    for percent in (10..=95).step_by(5) {
        let cut = &whole[..whole.len() * percent / 100];
        let recording = formats::read(cut, None, &Limits::default()).unwrap();
        assert!(recording.truncated);
        let found = recording.sessions[0].track.len();
        assert!(found > last && found * 100 >= 8357 * (percent - 5), "{percent} %: {found}");
        last = found;
    }
    let text = formats::unpack(&bytes("18_run_fenix6_5k.tcx.gz"), &Limits::default()).unwrap().into_owned();
    let recording = formats::read(&text[..text.len() / 2], None, &Limits::default()).unwrap();
    assert!(recording.truncated && recording.sessions[0].track.len() > 500);
}

#[test]
fn hostile_xml_is_refused_or_harmless() {
    let laughs =
        "<?xml version=\"1.0\"?><!DOCTYPE gpx [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><gpx>&b;</gpx>";
    let deep = format!("<gpx>{}", "<a>".repeat(1000));
    let limits = Limits::default();
    assert_eq!(formats::read(laughs.as_bytes(), None, &limits).unwrap_err().code(), "unsafe_xml");
    assert_eq!(formats::read(deep.as_bytes(), None, &limits).unwrap_err().code(), "too_deep");
    let line = format!("<gpx><trk><name>{}</name></trk></gpx>", "x".repeat(40 * 1024 * 1024));
    assert_eq!(formats::read(line.as_bytes(), None, &limits).unwrap_err().code(), "no_samples");
}

fn gpx(points: &str) -> Result<Recording, ReadError> {
    let text = format!("<gpx><trk><trkseg>{points}</trkseg></trk></gpx>");
    formats::read(text.as_bytes(), None, &Limits::default())
}

#[test]
fn implausible_values_are_missing_and_implausible_dates_refused() {
    let point =
        |time: &str, extra: &str| format!("<trkpt lat=\"52\" lon=\"5\"><time>{time}</time>{extra}</trkpt>");
    for year in ["1970", "2100"] {
        let error = gpx(&point(&format!("{year}-01-01T00:00:00Z"), "")).unwrap_err();
        assert_eq!(error.code(), "implausible_time", "{year}");
    }
    let odd = point(
        "2026-01-01T00:00:00Z",
        "<extensions><hr>NaN</hr><power>-5</power><distance>-1</distance></extensions>",
    );
    let session = gpx(&odd).unwrap().sessions.remove(0);
    assert_eq!(session.track.get(Channel::HeartRateBpm), None);
    assert_eq!(session.track.get(Channel::PowerW), None);
    assert_eq!(
        gpx("<trkpt lat=\"NaN\" lon=\"inf\"><time>2026-01-01T00:00:00Z</time></trkpt>").unwrap().sessions[0]
            .track
            .len(),
        1
    );
}

/// A TCX lap of these seconds from noon on, with more elements.
fn lap(second: u32, seconds: &str, more: &str) -> String {
    format!(
        "<Lap StartTime=\"2026-01-01T12:{:02}:{:02}Z\"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>{more}</Lap>",
        second / 60,
        second % 60
    )
}

fn tcx(laps: &[String]) -> Result<Recording, ReadError> {
    let text = format!(
        "<TrainingCenterDatabase><Activities><Activity Sport=\"Running\"><Id>2026-01-01T12:00:00Z</Id>{}</Activity>\
         </Activities></TrainingCenterDatabase>",
        laps.concat()
    );
    formats::read(text.as_bytes(), None, &Limits::default())
}

#[test]
fn a_heart_rate_of_zero_in_a_lap_is_not_stated_and_does_not_drag_the_mean_down() {
    let beats = |average: &str, highest: &str| {
        format!(
            "<AverageHeartRateBpm><Value>{average}</Value></AverageHeartRateBpm>\
             <MaximumHeartRateBpm><Value>{highest}</Value></MaximumHeartRateBpm>"
        )
    };
    let only = tcx(&[lap(0, "60", &beats("0", "0"))]).unwrap().sessions.remove(0);
    for totals in [only.totals, only.laps[0].totals] {
        assert_eq!((totals.avg_heart_rate_bpm, totals.max_heart_rate_bpm), (None, None));
    }
    let three = tcx(&[
        lap(0, "60", &beats("150", "170")),
        lap(60, "60", &beats("0", "255")),
        lap(120, "180", &beats("130", "140")),
    ]);
    let totals = three.unwrap().sessions.remove(0).totals;
    assert_eq!((totals.avg_heart_rate_bpm, totals.max_heart_rate_bpm), (Some(135.0), Some(170.0)));
}

/// A GPX document of these elements beside one track of one point.
fn gpx_of(of_file: &str, of_track: &str) -> Recording {
    let text = format!(
        "<gpx creator=\"Hill &amp; Sons\">{of_file}<wpt lat=\"1\" lon=\"2\"><name>Well</name><desc>Dry</desc></wpt>\
         <trk>{of_track}<trkseg><trkpt lat=\"52\" lon=\"5\"><time>2026-01-01T12:00:00Z</time><name>P</name>\
         <desc>Q</desc><type>9</type></trkpt></trkseg></trk></gpx>"
    );
    formats::read(text.as_bytes(), None, &Limits::default()).unwrap()
}

#[test]
fn a_track_without_a_type_is_other_and_keeps_its_words() {
    let words = |recording: &Recording| {
        let session = &recording.sessions[0];
        (session.sport, recording.name.clone(), session.name.clone(), session.notes.clone())
    };
    let text = |text: &str| Some(text.to_owned());
    let plain = gpx_of("", "");
    assert_eq!(words(&plain), (Sport::Other, None, None, None));
    assert_eq!(plain.device, text("Hill & Sons"));
    let own =
        "<name>Hills</name><cmt>Felt &lt;good&gt;</cmt><desc><![CDATA[Not read: one is enough]]></desc>";
    assert_eq!(words(&gpx_of("", own)), (Sport::Other, None, text("Hills"), text("Felt <good>")));
    // What is said of the whole file, in 1.1 and in 1.0, is said of its only track.
    let of_file = "<name>Week 3</name><author><name>Someone</name></author><desc>Base</desc>";
    for of_file in [of_file.to_owned(), format!("<metadata>{of_file}</metadata>")] {
        assert_eq!(words(&gpx_of(&of_file, "")), (Sport::Other, text("Week 3"), None, text("Base")));
        assert_eq!(
            words(&gpx_of(&of_file, own)),
            (Sport::Other, text("Week 3"), text("Hills"), text("Felt <good>"))
        );
    }
    for (kind, sport) in
        [("", Sport::Other), ("2", Sport::Other), ("juggling", Sport::Other), ("9", Sport::Run)]
    {
        assert_eq!(gpx_of("", &format!("<type>{kind}</type>")).sessions[0].sport, sport, "{kind}");
    }
}

#[test]
fn what_is_said_of_a_file_of_two_tracks_is_said_of_neither() {
    let track =
        "<trk><trkseg><trkpt lat=\"52\" lon=\"5\"><time>2026-01-01T12:00:00Z</time></trkpt></trkseg></trk>";
    let text = format!("<gpx><metadata><name>Week 3</name><desc>Base</desc></metadata>{track}{track}</gpx>");
    let recording = formats::read(text.as_bytes(), None, &Limits::default()).unwrap();
    let notes: Vec<_> = recording.sessions.iter().map(|session| session.notes.clone()).collect();
    assert_eq!((recording.name.as_deref(), notes), (Some("Week 3"), vec![None, None]));
}

#[test]
fn totals_of_laps_are_plausible_or_not_stated() {
    let distance = |metres: &str| format!("<DistanceMeters>{metres}</DistanceMeters><Calories>9</Calories>");
    for odd in ["-1", "NaN", "inf", "1e300", "10000001"] {
        let session =
            tcx(&[lap(0, "60", &distance("200")), lap(60, "60", &distance(odd))]).unwrap().sessions.remove(0);
        let stated: Vec<_> = session.laps.iter().map(|lap| lap.totals.distance_m).collect();
        assert_eq!(stated, [Some(200.0), None], "{odd}");
        // The first lap alone is not the whole.
        assert_eq!((session.totals.distance_m, session.totals.energy_kcal), (None, Some(18.0)), "{odd}");
        let session = tcx(&[lap(0, odd, &distance("200"))]).unwrap().sessions.remove(0);
        assert_eq!((session.totals.timer_s, session.laps[0].totals.timer_s), (None, None), "{odd}");
        assert!(session.laps[0].end_s.is_finite(), "{odd}");
    }
    // Each lap is plausible, their sum is not.
    let session =
        tcx(&[lap(0, "60", &distance("6e6")), lap(60, "60", &distance("6e6"))]).unwrap().sessions.remove(0);
    assert_eq!((session.totals.distance_m, session.laps[1].totals.distance_m), (None, Some(6e6)));
}

#[test]
fn message_numbers_are_those_that_the_reader_relies_on() {
    assert_eq!(MesgNum::RECORD.0, 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_never_panic(noise in prop::collection::vec(any::<u8>(), 0..2000), kind in 0_usize..4) {
        let starts: [&[u8]; 4] = [b"", b"\x0e\x20\x54\x08\x00\x10\x00\x00.FIT\x00\x00", b"<gpx><trk><trkseg>", b"<TrainingCenterDatabase><Activities>"];
        let input = [starts[kind], &noise].concat();
        let _ = formats::read(&input, None, &Limits::default());
    }

    #[test]
    fn damaged_files_never_panic(place in 0_usize..7771, value: u8, second in 0_usize..7771) {
        let mut ride = bytes("01a_ride_edge1000_5laps.fit");
        ride[place] = value;
        ride[second] ^= 0x40;
        if let Ok(recording) = formats::read(&ride, None, &Limits::default()) {
            storable::assert_is_storable(&recording);
        }
    }

    #[test]
    fn damaged_documents_never_panic(place in 0_usize..40_000, text in "\\PC{0,8}") {
        let mut document = bytes("01c_same_garmin_export.gpx");
        let place = place.min(document.len());
        document.splice(place..place, text.bytes());
        if let Ok(recording) = formats::read(&document, None, &Limits::default()) {
            storable::assert_is_storable(&recording);
        }
    }
}
