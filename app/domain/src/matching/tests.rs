//! Tests of the decision, one for each trap and the properties.

use proptest::prelude::*;

use super::*;

/// A session on one day; `start` and `length` in seconds.
fn session(start: i64, length: i64, distance_m: Option<f64>, format: SourceFormat, hash: u8) -> Summary {
    let origin = 1_700_000_000;
    Summary {
        start: Timestamp::from_second(origin + start).unwrap(),
        end: Timestamp::from_second(origin + start + length).unwrap(),
        sport: Sport::Run,
        distance_m,
        format,
        sha256: [hash; 32],
        part: Part::Whole,
    }
}

use SourceFormat::{Fit, Gpx, Manual, Tcx};

#[test]
fn the_same_file_is_recognised_before_anything_else() {
    let fit = session(0, 1800, Some(5000.0), Fit, 1);
    assert_eq!(find_match(&fit, &[(7, fit.clone())]), Match::SameBytes(7));
}

#[test]
fn an_export_joins_the_recording_and_the_recording_takes_over_the_export() {
    let fit = session(0, 1800, Some(5000.0), Fit, 1);
    let gpx = session(3, 1795, Some(4950.0), Gpx, 2);
    assert_eq!(find_match(&gpx, &[(7, fit.clone())]), Match::SameActivity { of: 7, takes_over: false });
    assert_eq!(find_match(&fit, &[(7, gpx)]), Match::SameActivity { of: 7, takes_over: true });
}

/// A takeover needs to beat every source that is stored, not just the one that matched best.
#[test]
fn a_second_source_does_not_take_over_from_the_first() {
    let stored = [(7, session(0, 1800, Some(5000.0), Fit, 1)), (7, session(0, 1800, Some(5000.0), Gpx, 2))];
    let tcx = session(0, 1800, Some(5000.0), Tcx, 3);
    assert_eq!(find_match(&tcx, &stored), Match::SameActivity { of: 7, takes_over: false });
}

/// Regression of a trap: equal distances in one day are not one activity.
#[test]
fn two_runs_of_five_kilometres_in_a_day_stay_two() {
    let morning = session(0, 1500, Some(5000.0), Fit, 1);
    let evening = session(36_000, 1500, Some(5000.0), Fit, 2);
    assert_eq!(find_match(&evening, &[(1, morning)]), Match::New);
}

/// Two repetitions recorded one after the other start within 120 s and are equally long, but do not overlap.
#[test]
fn repetitions_in_files_of_their_own_stay_apart() {
    let first = session(0, 85, Some(400.0), Fit, 1);
    let second = session(100, 85, Some(400.0), Fit, 2);
    assert_eq!(find_match(&second, &[(1, first)]), Match::New);
}

/// The device states 113 s elapsed, its TCX export spans 126 s.
#[test]
fn an_export_that_lost_its_pauses_is_the_same() {
    let fit = session(0, 113, Some(668.19), Fit, 1);
    let tcx = session(0, 126, Some(668.19), Tcx, 2);
    assert_eq!(find_match(&tcx, &[(1, fit)]), Match::SameActivity { of: 1, takes_over: false });
}

/// An export that shut its pauses up like a telescope: same start, same distance, 60 of 100 minutes.
#[test]
fn a_telescoped_export_is_the_same() {
    let fit = session(0, 6000, Some(12_000.0), Fit, 1);
    let gpx = session(30, 3600, Some(11_950.0), Gpx, 2);
    assert!(is_same_activity(&fit, &gpx));
}

#[test]
fn times_shifted_by_a_time_zone_are_not_merged() {
    let fit = session(0, 1800, Some(5000.0), Fit, 1);
    let shifted = session(7200, 1800, Some(5000.0), Gpx, 2);
    assert_eq!(find_match(&shifted, &[(1, fit)]), Match::New);
}

#[test]
fn legs_of_a_file_are_neither_each_other_nor_their_parent() {
    let parent = Summary { sport: Sport::Multisport, ..session(0, 9000, None, Fit, 1) };
    let bike = Summary { sport: Sport::Other, part: Part::Leg(1), ..session(500, 8300, None, Fit, 1) };
    assert_eq!(find_match(&bike, &[(1, parent.clone())]), Match::New);
    // Nor does a leg from another file join the parent: it is another sport.
    let phone = Summary { sport: Sport::Cycling, ..session(500, 8300, None, Gpx, 2) };
    assert_eq!(
        find_match(&phone, &[(1, parent.clone()), (2, bike)]),
        Match::SameActivity { of: 2, takes_over: false }
    );
    // The whole race in a format without multisport is the parent again.
    let whole = Summary { sport: Sport::Other, ..session(0, 8990, None, Tcx, 3) };
    assert_eq!(find_match(&whole, &[(1, parent)]), Match::SameActivity { of: 1, takes_over: false });
}

#[test]
fn a_short_session_within_a_long_one_stays_apart() {
    let hike = Summary { sport: Sport::Hiking, ..session(0, 28_800, None, Fit, 1) };
    let walk = Summary { sport: Sport::Walking, ..session(3600, 1800, None, Gpx, 2) };
    assert_eq!(find_match(&walk, &[(1, hike)]), Match::New);
}

/// A recording of twice the length that claims the distance of one run does not join the two runs within it.
#[test]
fn a_long_recording_does_not_join_two_runs() {
    let both = session(0, 3600, Some(5000.0), Gpx, 3);
    for start in [0, 2000] {
        let run = session(start, 1500, Some(5000.0), Fit, 1);
        // The first starts with it, which is what a telescoped export does; half of the longer is missing.
        assert!(!is_same_activity(&run, &both), "{start}");
    }
}

#[test]
fn of_two_equal_matches_the_first_id_is_taken_in_any_order() {
    let one = session(0, 1800, Some(5000.0), Fit, 1);
    let two = session(0, 1800, Some(5000.0), Fit, 2);
    let incoming = session(0, 1800, Some(5000.0), Gpx, 3);
    let of_one = Match::SameActivity { of: 1, takes_over: false };
    assert_eq!(find_match(&incoming, &[(1, one.clone()), (2, two.clone())]), of_one);
    assert_eq!(find_match(&incoming, &[(2, two), (1, one)]), of_one);
}

#[test]
fn contradicting_sports_or_distances_keep_sessions_apart() {
    let run = session(0, 1800, Some(5000.0), Fit, 1);
    let ride = Summary { sport: Sport::Cycling, ..session(0, 1800, Some(5000.0), Gpx, 2) };
    assert!(!is_same_activity(&run, &ride));
    assert!(is_same_activity(&run, &session(0, 1800, Some(4851.0), Gpx, 3)));
    assert!(!is_same_activity(&run, &session(0, 1800, Some(4849.0), Gpx, 3)));
}

#[test]
fn a_manual_entry_without_a_length_matches_by_start_and_distance() {
    let fit = session(0, 1800, Some(5000.0), Fit, 1);
    assert!(is_same_activity(&fit, &session(100, 0, Some(5000.0), Manual, 2)));
    assert!(!is_same_activity(&fit, &session(100, 0, None, Manual, 2)));
    assert!(!is_same_activity(&fit, &session(130, 0, Some(5000.0), Manual, 2)));
}

fn any_summary() -> impl Strategy<Value = Summary> {
    let format = prop::sample::select(vec![Fit, Tcx, Gpx, Manual]);
    let sport = prop::sample::select(vec![Sport::Run, Sport::Cycling, Sport::Other, Sport::Multisport]);
    let distance = prop::option::of(4_800.0..5_200.0f64);
    let part = prop_oneof![Just(Part::Whole), (0u16..2).prop_map(Part::Leg)];
    (0i64..4_000, -100i64..4_000, distance, format, 0u8..6, sport, part).prop_map(
        |(start, length, distance, format, hash, sport, part)| Summary {
            sport,
            part,
            ..session(start, length, distance, format, hash)
        },
    )
}

/// One to four noisy sources of each of some activities, in any order: (activity, source).
fn shuffled_sources() -> impl Strategy<Value = Vec<(usize, Summary)>> {
    let source =
        (-20i64..20, -60i64..60, prop::option::of(-0.01..0.01f64), prop::sample::select(vec![Fit, Tcx, Gpx]));
    let activity = (1_500i64..4_000, prop::collection::vec(source, 1..5));
    prop::collection::vec(activity, 1..4)
        .prop_map(|activities| {
            let mut sources = Vec::new();
            for (number, (length, noisy)) in activities.into_iter().enumerate() {
                for (shift, longer, error, format) in noisy {
                    let start = 5_000 * i64::try_from(number).unwrap() + shift;
                    // Every activity has the same distance: it must not matter.
                    let distance = error.map(|error| 5_000.0 * (1.0 + error));
                    let hash = sources.len() as u8;
                    sources.push((number, session(start, length + longer, distance, format, hash)));
                }
            }
            sources
        })
        .prop_shuffle()
}

proptest! {
    #[test]
    fn the_rule_is_symmetric(a in any_summary(), b in any_summary()) {
        prop_assert_eq!(is_same_activity(&a, &b), is_same_activity(&b, &a));
        prop_assert!(!(a.is_better_than(&b) && b.is_better_than(&a)));
    }

    #[test]
    fn the_answer_ignores_the_order_of_what_is_stored(
        incoming in any_summary(),
        stored in prop::collection::vec((0u8..4, any_summary()), 0..8),
    ) {
        let mut reversed = stored.clone();
        reversed.reverse();
        prop_assert_eq!(find_match(&incoming, &stored), find_match(&incoming, &reversed));
    }

    #[test]
    fn sources_end_up_with_their_activity_and_its_best_speaks_whatever_the_order(
        sources in shuffled_sources(),
    ) {
        // Feed them one by one as an importer would: activity → (sources, the one that speaks).
        let mut stored: Vec<(usize, Summary)> = Vec::new();
        let mut speaks: Vec<Summary> = Vec::new();
        for (_, incoming) in &sources {
            let id = match find_match(incoming, &stored) {
                Match::New => {
                    speaks.push(incoming.clone());
                    speaks.len() - 1
                }
                Match::SameActivity { of, takes_over } => {
                    if takes_over {
                        speaks[of] = incoming.clone();
                    }
                    of
                }
                Match::SameBytes(of) => of,
            };
            stored.push((id, incoming.clone()));
        }
        for (number, source) in &sources {
            let best = sources.iter().filter(|(other, _)| other == number).map(|(_, source)| source)
                .fold(source, |best, source| if source.is_better_than(best) { source } else { best });
            let id = stored.iter().find(|(_, s)| s == source).unwrap().0;
            prop_assert_eq!(&speaks[id], best);
        }
        let activities: std::collections::BTreeSet<usize> = sources.iter().map(|(number, _)| *number).collect();
        prop_assert_eq!(speaks.len(), activities.len());
    }
}
