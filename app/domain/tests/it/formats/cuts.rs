//! Files that end in the middle: what came is kept, and stays in the leg where it was recorded.
//! Never here: damage of other kinds.

use std::sync::LazyLock;

use paceline_domain::formats::{self, Limits};
use paceline_domain::model::{Recording, Session, Sport};
use proptest::prelude::*;

use super::{bytes, samples};
use crate::fit_bytes::{FitBytes, Is};

/// The sample files that can be read: their unpacked bytes and what is in them.
static WHOLE: LazyLock<Vec<(String, Vec<u8>, Recording)>> = LazyLock::new(|| {
    let names = |folder: &str| -> Vec<String> {
        std::fs::read_dir(samples().join(folder))
            .unwrap()
            .map(|entry| format!("{folder}{}", entry.unwrap().file_name().into_string().unwrap()))
            .collect()
    };
    let read = |name: String| {
        if samples().join(&name).is_dir() {
            return None;
        }
        let content = formats::unpack(&bytes(&name), &Limits::default()).ok()?.into_owned();
        let recording = formats::read(&content, None, &Limits::default()).ok()?;
        Some((name, content, recording))
    };
    let mut found: Vec<_> = [names(""), names("edge/")].concat().into_iter().filter_map(read).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
});

/// The times of a session's samples in milliseconds since 1970.
fn instants(session: &Session) -> impl Iterator<Item = i64> {
    let start = session.start.as_millisecond();
    session.track.time_s().iter().map(move |time| start + (time * 1000.0).round() as i64)
}

/// Every leg of a cut file must be a leg of the whole one, or a part of it. Returns the last leg.
fn assert_legs_stay_apart(name: &str, whole: &Recording, cut: &Recording) {
    let starts: Vec<i64> = whole.sessions.iter().map(|leg| leg.start.as_millisecond()).collect();
    let leg_of = |instant: i64| starts.partition_point(|start| *start <= instant).saturating_sub(1);
    // A sample at the very border of two legs may be in either.
    let at_border = |instant: i64| starts[1..].iter().any(|start| (instant - start).abs() <= 1000);
    let mut last = None;
    for session in &cut.sessions {
        let mut legs: Vec<usize> = instants(session).filter(|&at| !at_border(at)).map(leg_of).collect();
        legs.dedup();
        assert!(legs.len() <= 1, "{name}: a {:?} has samples of the legs {legs:?}", session.sport);
        let Some(&leg) = legs.first() else { continue };
        assert!(last < Some(leg), "{name}: leg {leg} is in two sessions");
        last = Some(leg);
        let of_whole = &whole.sessions[leg];
        assert!(
            session.sport == of_whole.sport || session.sport == Sport::Other,
            "{name}: a {:?} became a {:?}",
            of_whole.sport,
            session.sport
        );
        // It may start later where samples are not in the order of time.
        assert!(session.start.as_millisecond() >= of_whole.start.as_millisecond() - 1000, "{name}");
    }
}

fn cut_at(content: &[u8], bytes: usize) -> Option<Recording> {
    formats::read(&content[..bytes], None, &Limits::default()).ok()
}

#[test]
fn a_triathlon_cut_in_a_leg_keeps_the_legs_apart() {
    let (name, content, whole) = WHOLE.iter().find(|(name, ..)| name.starts_with("12_")).unwrap();
    let counts = |recording: &Recording| -> Vec<(Sport, usize)> {
        recording.sessions.iter().map(|leg| (leg.sport, leg.track.len())).collect()
    };
    let all = counts(whole);
    assert_eq!(all.len(), 5);
    let mut seen = vec![];
    for bytes in (2_000..content.len()).step_by(500) {
        let Some(cut) = cut_at(content, bytes) else { continue };
        assert_legs_stay_apart(name, whole, &cut);
        let found = counts(&cut);
        for (leg, expected) in cut.sessions.iter().zip(&whole.sessions) {
            assert!(leg.start.duration_since(expected.start).abs().as_secs_f64() <= 1.0, "at {bytes}");
        }
        // Legs that were finished are whole; one sample at their border may have gone either way.
        for (finished, expected) in found.iter().zip(&all).take(found.len() - 1) {
            assert_eq!(finished.0, expected.0, "at {bytes}");
            assert!(finished.1.abs_diff(expected.1) <= 1, "at {bytes}: {finished:?} of {expected:?}");
        }
        let codes: Vec<&str> = cut.warnings.iter().map(|warning| warning.code.as_str()).collect();
        assert!(codes.contains(&"truncated"), "at {bytes}");
        if codes.contains(&"no_session") {
            seen.push(found.len());
        }
    }
    seen.dedup();
    // The first, second, third, fourth and fifth leg were each cut at least once.
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_cut_never_moves_samples_into_another_leg(file in any::<prop::sample::Index>(), at in 0.0..1.0_f64) {
        let (name, content, whole) = &WHOLE[file.index(WHOLE.len())];
        if let Some(cut) = cut_at(content, (content.len() as f64 * at) as usize) {
            assert_legs_stay_apart(name, whole, &cut);
        }
    }
}

/// 2026-01-01T00:00:00Z in seconds since 1989-12-31.
const T0: u32 = 1_136_160_000;

fn second(second: u32) -> (u8, Is) {
    (253, Is::U32(T0 + second))
}

fn records(file: FitBytes, seconds: &[u32]) -> FitBytes {
    seconds.iter().fold(file, |file, at| file.message(20, &[second(*at), (3, Is::U8(150))]))
}

/// A summary of a run of a hundred seconds, its elapsed time as stated.
fn run_of_100(file: FitBytes, elapsed_s: u32, trigger: u8) -> FitBytes {
    let fields = [
        second(100),
        (2, Is::U32(T0)),
        (5, Is::Enum(1)),
        (7, Is::U32(elapsed_s * 1000)),
        (28, Is::Enum(trigger)),
    ];
    file.message(18, &fields)
}

fn counts(content: &[u8]) -> Vec<(Sport, f64, usize, usize)> {
    let recording = formats::read(content, None, &Limits::default()).unwrap();
    let start = recording.sessions[0].start;
    recording
        .sessions
        .iter()
        .map(|session| {
            let after = session.start.duration_since(start).as_secs_f64();
            (session.sport, after, session.track.len(), session.laps.len())
        })
        .collect()
}

fn cut(file: FitBytes) -> Vec<u8> {
    let mut content = file.finish();
    // The checksum is all that is missing.
    content.truncate(content.len() - 2);
    content
}

const ACTIVITY_END: u8 = 0;
const NEXT_SPORT: u8 = 2;

#[test]
fn a_few_samples_after_a_session_are_still_its_own() {
    // Summaries are rounded, and devices write on for some seconds.
    let file =
        records(run_of_100(records(FitBytes::activity(), &[0, 50, 100]), 100, ACTIVITY_END), &[101, 160]);
    assert_eq!(counts(&cut(file)), [(Sport::Run, 0.0, 5, 0)]);
    // An elapsed time that leaves out the pauses does not end the session before its own end.
    let file = run_of_100(records(FitBytes::activity(), &[0, 50, 100]), 20, ACTIVITY_END);
    assert_eq!(counts(&cut(file)), [(Sport::Run, 0.0, 3, 0)]);
    // Nor does a summary that was written when the timer stopped, before the time that it states had passed.
    let file = run_of_100(records(FitBytes::activity(), &[0, 50, 400]), 400, ACTIVITY_END);
    assert_eq!(counts(&cut(file)), [(Sport::Run, 0.0, 3, 0)]);
}

#[test]
fn what_lies_beyond_the_last_session_is_one_of_its_own() {
    let finished = || run_of_100(records(FitBytes::activity(), &[0, 50, 99]), 100, ACTIVITY_END);
    assert_eq!(
        counts(&cut(records(finished(), &[105, 161]))),
        [(Sport::Run, 0.0, 3, 0), (Sport::Other, 100.0, 2, 0)]
    );
    assert_eq!(
        counts(&cut(records(finished(), &[5000, 5001]))),
        [(Sport::Run, 0.0, 3, 0), (Sport::Other, 5000.0, 2, 0)]
    );
    // The same without a cut but without the summary of the whole, which a finished file has.
    assert_eq!(counts(&records(finished(), &[5000]).finish()).len(), 2);
    let whole = records(finished(), &[5000]).message(34, &[second(5001), (1, Is::U16(1))]);
    assert_eq!(counts(&whole.finish()), [(Sport::Run, 0.0, 4, 0)]);
}

#[test]
fn where_a_leg_says_that_another_follows_every_second_counts() {
    let finished = |trigger: u8| run_of_100(records(FitBytes::activity(), &[0, 50, 99]), 100, trigger);
    let expected = [(Sport::Run, 0.0, 3, 0), (Sport::Other, 100.0, 1, 0)];
    assert_eq!(counts(&cut(records(finished(NEXT_SPORT), &[101]))), expected);
    // A message of the next leg's sport says it as well, and which.
    let file = finished(ACTIVITY_END).message(12, &[(0, Is::Enum(2))]);
    let expected = [(Sport::Run, 0.0, 3, 0), (Sport::Cycling, 100.0, 1, 0)];
    assert_eq!(counts(&cut(records(file, &[101]))), expected);
    // The sport of the leg before says nothing of the next.
    let file = FitBytes::activity().message(12, &[(0, Is::Enum(1))]);
    let file = run_of_100(records(file, &[0, 50, 99]), 100, NEXT_SPORT);
    assert_eq!(counts(&cut(records(file, &[101])))[1].0, Sport::Other);
}

#[test]
fn laps_beyond_the_last_session_go_with_its_samples() {
    let lap = |from: u32, to: u32, sport: u8| {
        [second(to), (2, Is::U32(T0 + from)), (7, Is::U32((to - from) * 1000)), (25, Is::Enum(sport))]
    };
    let finished = || records(FitBytes::activity(), &[0, 99]).message(19, &lap(0, 100, 1));
    let file = records(run_of_100(finished(), 100, NEXT_SPORT), &[105, 300]).message(19, &lap(100, 300, 2));
    assert_eq!(counts(&cut(file)), [(Sport::Run, 0.0, 2, 1), (Sport::Cycling, 100.0, 2, 1)]);
    // Laps alone, too.
    let file = run_of_100(finished(), 100, ACTIVITY_END).message(19, &lap(100, 300, 2));
    assert_eq!(counts(&cut(file)), [(Sport::Run, 0.0, 2, 1), (Sport::Cycling, 100.0, 0, 1)]);
}

#[test]
fn one_wild_time_does_not_make_a_session() {
    let file =
        records(run_of_100(records(FitBytes::activity(), &[0, 50, 99]), 100, NEXT_SPORT), &[2_000_000_000]);
    let found = counts(&cut(file));
    assert_eq!((found.len(), found[0].0), (1, Sport::Run));
}
