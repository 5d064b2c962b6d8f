//! Times that are missing, without a zone, or beyond what one session can hold.

use super::*;

/// What becomes of points, of which so many have a time: the number of samples, else the reason, and the warning.
fn timed(points: usize, times: usize, document: impl Fn(&str) -> String) -> (String, Option<String>) {
    let points: String = (0..points)
        .map(|i| {
            let time = format!("<Time>2026-01-01T12:00:{i:02}Z</Time>");
            let point = format!("<AltitudeMeters>{i}</AltitudeMeters>");
            format!("<Trackpoint>{}{point}</Trackpoint>", if i < times { &time } else { "" })
        })
        .collect();
    match formats::read(document(&points).as_bytes(), None, &Limits::default()) {
        Ok(found) => {
            assert!(found.warnings.len() < 2, "{:?}", found.warnings);
            let warning = found.warnings.into_iter().next();
            let said = warning.map(|warning| format!("{}: {}", warning.code, warning.message));
            (found.sessions.iter().map(|session| session.track.len()).sum::<usize>().to_string(), said)
        }
        Err(error) => (error.code().to_owned(), None),
    }
}

#[test]
fn points_without_a_time_are_told_or_make_a_file_a_route() {
    let tcx = |points: &str| {
        format!(
            "<TrainingCenterDatabase><Activities><Activity Sport=\"Running\"><Id>2026-01-01T12:00:00Z</Id>\
             <Lap StartTime=\"2026-01-01T12:00:00Z\"><TotalTimeSeconds>9</TotalTimeSeconds>\
             <Track><Trackpoint/>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
        )
    };
    let track = |points: &str| {
        let points =
            points.replace("<Trackpoint>", "<trkpt lat=\"52\" lon=\"5\">").replace("Trackpoint", "trkpt");
        let points = points.replace("AltitudeMeters", "ele").replace("Time>", "time>");
        format!("<trk><trkseg>{points}</trkseg></trk>")
    };
    let gpx = |points: &str| format!("<gpx>{}</gpx>", track(points));
    let told = |count: usize| {
        Some(format!("points_without_time: {count} of the points have no time; they were left out."))
    };
    for document in [&tcx as &dyn Fn(&str) -> String, &gpx] {
        assert_eq!(timed(6, 6, document), ("6".to_owned(), None));
        assert_eq!(timed(6, 5, document), ("5".to_owned(), told(1)));
        assert_eq!(timed(6, 3, document), ("3".to_owned(), told(3)));
        assert_eq!(timed(6, 2, document), ("no_times".to_owned(), None));
        assert_eq!(timed(6, 0, document), ("no_times".to_owned(), None));
    }
    // A route beside a recording takes nothing from it.
    let route = "<trk><trkseg><trkpt lat=\"52\" lon=\"5\"/><trkpt lat=\"52\" lon=\"5\"/></trkseg></trk>";
    let both = |points: &str| format!("<gpx>{route}{}</gpx>", track(points));
    assert_eq!(timed(1, 1, both), ("1".to_owned(), told(2)));
}

/// Two points an hour apart around a change of clocks, then one that names no zone, an hour after them.
#[test]
fn a_time_without_a_zone_is_in_that_of_the_time_before() {
    let times = ["2026-03-08T01:59:59-08:00", "2026-03-08T03:00:00-07:00", "2026-03-08T04:00:00"];
    let points = |open: &str, close: &str, time: &str| {
        let point = |text: &&str| format!("<{open}><{time}>{text}</{time}></{close}>");
        times.iter().map(point).collect::<String>()
    };
    let in_gpx = gpx(&points("trkpt lat=\"52\" lon=\"5\"", "trkpt", "time")).unwrap();
    let lap = |start: &str, points: &str| {
        format!(
            "<Lap StartTime=\"{start}\"><TotalTimeSeconds>9</TotalTimeSeconds><Track>{points}</Track></Lap>"
        )
    };
    let in_tcx = tcx(&[lap(times[0], &points("Trackpoint", "Trackpoint", "Time"))]).unwrap();
    for found in [in_gpx, in_tcx] {
        assert_eq!(found.sessions[0].track.time_s(), [0.0, 1.0, 3601.0]);
        assert_eq!(
            found.warnings.iter().map(|warning| warning.code.as_str()).collect::<Vec<_>>(),
            ["no_time_zone"]
        );
    }
    // A lap's start may name none either.
    let laps = tcx(&[lap(times[1], ""), lap(times[2], "")]).unwrap().sessions.remove(0).laps;
    assert_eq!((laps[0].start_s, laps[1].start_s), (0.0, 3600.0));
    // `Z` is a zone, and the first of all is UTC.
    let of = |times: [&str; 3]| {
        let point = |text: &str| format!("<trkpt lat=\"52\" lon=\"5\"><time>{text}</time></trkpt>");
        gpx(&times.map(point).concat()).unwrap().sessions[0].track.time_s().to_vec()
    };
    assert_eq!(
        of(["2026-03-08T10:00:00", "2026-03-08T05:00:10-05:00", "2026-03-08T05:00:20"]),
        [0.0, 10.0, 20.0]
    );
    assert_eq!(
        of(["2026-03-08T05:00:00-05:00", "2026-03-08T10:00:10Z", "2026-03-08T10:00:20"]),
        [0.0, 10.0, 20.0]
    );
}

#[test]
fn laps_without_samples_say_how_long_the_session_was() {
    let session = read("edge/laps_only.tcx").unwrap().sessions.remove(0);
    assert_eq!((session.totals.elapsed_s, session.totals.timer_s), (Some(1800.0), Some(1800.0)));
    // Half a minute lay between the laps, in which the timer stood still.
    let session = tcx(&[lap(0, "60", ""), lap(90, "45.5", "")]).unwrap().sessions.remove(0);
    assert_eq!((session.totals.elapsed_s, session.totals.timer_s), (Some(135.5), Some(105.5)));
    // A single sample has no length of its own either.
    let one = "<Track><Trackpoint><Time>2026-01-01T12:00:05Z</Time></Trackpoint></Track>";
    let session = tcx(&[lap(0, "60", one)]).unwrap().sessions.remove(0);
    assert_eq!(session.totals.elapsed_s, Some(60.0));
    // Where samples say it, TCX states nothing.
    let session = read("01b_same_garmin_export.tcx").unwrap().sessions.remove(0);
    assert_eq!(session.totals.elapsed_s, None);
    let session = tcx(&[lap(0, "inf", "<Calories>5</Calories>")]).unwrap().sessions.remove(0);
    assert_eq!(session.totals.elapsed_s, None);
}

#[test]
fn times_that_one_session_cannot_hold_are_left_out() {
    let point = |time: &str| format!("<trkpt lat=\"52\" lon=\"5\"><time>{time}</time></trkpt>");
    let points: String =
        ["2000-01-01T00:00:00Z", "2026-01-01T12:00:00Z", "2026-01-01T12:00:01Z", "2040-06-01T00:00:00Z"]
            .map(point)
            .concat();
    let recording = gpx(&points).unwrap();
    assert_eq!(recording.sessions[0].start.to_string(), "2026-01-01T12:00:00Z");
    assert_eq!(recording.sessions[0].track.time_s(), [0.0, 1.0]);
    assert_eq!(recording.warnings[0].code, "times_far_apart");
    // A month is a session; its samples need not be evenly spread.
    let long =
        gpx(&["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-02-01T00:00:00Z"].map(point).concat())
            .unwrap();
    assert_eq!((long.sessions[0].track.span_s(), long.warnings.len()), (2_678_400.0, 0));
}

#[test]
fn a_stated_start_of_another_year_is_not_the_start() {
    let point = "<Track><Trackpoint><Time>2026-01-01T12:00:05Z</Time></Trackpoint></Track>";
    for (stated, expected) in [
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z"),
        ("2026-01-01T12:00:10Z", "2026-01-01T12:00:05Z"),
        ("2019-01-01T12:00:00Z", "2026-01-01T12:00:05Z"),
    ] {
        let lap = format!("<Lap StartTime=\"{stated}\"><TotalTimeSeconds>9</TotalTimeSeconds>{point}</Lap>");
        let session = tcx(&[lap]).unwrap().sessions.remove(0);
        assert_eq!(session.start.to_string(), expected, "{stated}");
    }
}
