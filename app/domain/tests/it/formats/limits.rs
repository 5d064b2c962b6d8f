//! The limits of one file, each by its name. Never here: what archives may hold.

use std::io::Write;

use paceline_domain::formats::{self, Limits, ReadError};

use super::bytes;
use crate::fit_bytes::{FitBytes, Is};

#[test]
fn every_limit_refuses_by_its_name() {
    let ride = bytes("01a_ride_edge1000_5laps.fit");
    let triathlon = bytes("12_triathlon_fr920xt_5sessions_chained.fit");
    let default = Limits::default();
    let code = |bytes: &[u8], limits: Limits| formats::read(bytes, None, &limits).unwrap_err().code();
    assert_eq!(code(&ride, Limits { max_records: 10, ..default }), "too_many_records");
    assert_eq!(code(&ride, Limits { max_laps: 2, ..default }), "too_many_laps");
    assert_eq!(code(&triathlon, Limits { max_sessions: 2, ..default }), "too_many_sessions");
    assert_eq!(code(&ride, Limits { max_bytes: 100, ..default }), "too_large");
    assert_eq!(
        code(&bytes("01c_same_garmin_export.gpx"), Limits { max_xml_depth: 3, ..default }),
        "too_deep"
    );
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![0; 16 * 1024 * 1024]).unwrap();
    let bomb = packed.finish().unwrap();
    assert_eq!(code(&bomb, Limits { max_expansion_ratio: 10, ..default }), "expansion_ratio");
    assert_eq!(code(&bomb, Limits { max_bytes: 1024 * 1024, ..default }), "too_large");
}

#[test]
fn limits_of_a_file_hold_for_its_sessions_together() {
    let points = |day: u32| -> String {
        let point =
            |second: u32| format!("<Trackpoint><Time>2026-01-0{day}T12:00:0{second}Z</Time></Trackpoint>");
        (0..3).map(point).collect()
    };
    let activity = |day: u32| {
        let lap = format!("<Lap StartTime=\"2026-01-0{day}T12:00:00Z\"><Track>{}</Track></Lap>", points(day));
        format!("<Activity Sport=\"Running\"><Id>2026-01-0{day}T12:00:00Z</Id>{lap}{lap}</Activity>")
    };
    let text = format!(
        "<TrainingCenterDatabase><Activities>{}{}</Activities></TrainingCenterDatabase>",
        activity(1),
        activity(2)
    );
    let outcome = |limits: Limits| {
        formats::read(text.as_bytes(), None, &limits)
            .map(|recording| recording.sessions.len())
            .map_err(|e| e.code())
    };
    let default = Limits::default();
    for (most, expected) in [(12, Ok(2)), (11, Err("too_many_records"))] {
        assert_eq!(outcome(Limits { max_records: most, ..default }), expected, "{most} records");
    }
    for (most, expected) in [(4, Ok(2)), (3, Err("too_many_laps"))] {
        assert_eq!(outcome(Limits { max_laps: most, ..default }), expected, "{most} laps");
    }
    for (most, expected) in [(2, Ok(2)), (1, Err("too_many_sessions"))] {
        assert_eq!(outcome(Limits { max_sessions: most, ..default }), expected, "{most} sessions");
    }
}

#[test]
fn texts_are_cut_at_the_limit_and_at_what_can_be_stored() {
    let document = format!(
        "<gpx><trk><name>{0}</name><desc>{0}</desc><trkseg><trkpt lat=\"1\" lon=\"2\">\
         <time>2026-01-01T00:00:00Z</time></trkpt></trkseg></trk></gpx>",
        "\u{e9}".repeat(20_000)
    );
    for (limit, expected) in [(7, 7), (10_000, 10_000), (usize::MAX, 10_000)] {
        let limits = Limits { max_text_chars: limit, ..Limits::default() };
        let session = formats::read(document.as_bytes(), None, &limits).unwrap().sessions.remove(0);
        for text in [session.name.unwrap(), session.notes.unwrap()] {
            assert_eq!(text.chars().count(), expected);
        }
    }
}

#[test]
fn more_samples_than_can_be_stored_are_refused_whatever_the_limit() {
    assert_eq!(Limits::default().max_records, Limits::MOST_RECORDS);
    let file = |samples: usize| {
        let time = |second: usize| [(253, Is::U32(1_136_160_000 + second as u32))];
        let start = FitBytes::activity().define(0, 20, &time(0));
        (0..samples).fold(start, |file, second| file.values(0x00, &time(second))).finish()
    };
    let limits = Limits { max_records: usize::MAX, ..Limits::default() };
    let whole = formats::read(&file(Limits::MOST_RECORDS), None, &limits).unwrap();
    assert!(paceline_domain::streams::encode(&whole.sessions[0].track).is_ok());
    let one_more = formats::read(&file(Limits::MOST_RECORDS + 1), None, &limits);
    assert_eq!(one_more.err(), Some(ReadError::TooManyRecords(Limits::MOST_RECORDS)));
}
