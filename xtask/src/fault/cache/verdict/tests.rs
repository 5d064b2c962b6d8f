//! Small histories with a known verdict. Never here: a run.

use super::*;
use crate::fault::cache::history::{Acked, Intent, Loss};

/// One key; times are small. The bound of each read is 10.
fn history(writes: &[(u64, u64, u64, Option<u64>)], last: u64) -> History {
    let mut history = History { last: vec![last], ..History::default() };
    for (id, before, at, acked) in writes {
        history.intents.push(Intent { key: 0, id: *id, before: *before, at: *at });
        if let Some(at) = *acked {
            history.acked.push(Acked { key: 0, id: *id, at, token: None });
        }
    }
    history
}

fn kinds(history: &History, reads: &[(u64, u64, u64)]) -> Vec<Kind> {
    let read = |(id, from, until): &(u64, u64, u64)| Read {
        from: *from,
        until: *until,
        bound: 10,
        seen: vec![(0, *id)],
        ..Read::default()
    };
    let history = History { reads: reads.iter().map(read).collect(), ..history.clone() };
    Verdict::of(&history).wrong.iter().map(|wrong| wrong.kind).collect()
}

#[test]
fn what_was_overwritten_may_be_read_until_the_bound_has_passed() {
    let history = history(&[(1, 0, 100, Some(105)), (2, 1, 200, Some(205))], 2);
    assert_eq!(kinds(&history, &[(0, 115, 116), (1, 215, 300)]), []);
    assert_eq!(
        kinds(&history, &[(1, 101, 101), (2, 200, 200)]),
        [],
        "it may be there before anybody is told"
    );
    assert_eq!(kinds(&history, &[(1, 101, 101), (0, 112, 113)]), [Kind::Stale], "but then it is there");
    assert_eq!(kinds(&history, &[(0, 116, 117), (1, 216, 217)]), [Kind::Stale, Kind::Stale]);
    assert_eq!(kinds(&history, &[(1, 98, 99), (2, 150, 199)]), [Kind::Future, Kind::Future]);
    assert_eq!(kinds(&history, &[(7, 98, 99)]), [Kind::Invented]);
}

#[test]
fn a_commit_that_nobody_was_told_of_counts_from_when_it_is_seen() {
    let history = history(&[(1, 0, 100, None)], 1);
    assert_eq!(kinds(&history, &[(0, 900, 900)]), [], "it may take effect late");
    assert_eq!(kinds(&history, &[(1, 500, 510), (0, 520, 520)]), []);
    assert_eq!(kinds(&history, &[(1, 500, 510), (0, 521, 521)]), [Kind::Stale]);
}

#[test]
fn what_was_lost_is_there_until_its_server_has_died_and_what_it_overwrote_is_there_again() {
    let mut history = history(&[(1, 0, 100, Some(105)), (2, 0, 400, Some(405))], 2);
    history.losses = vec![Loss { begun: 300, over: 310 }];
    assert_eq!(kinds(&history, &[(1, 320, 321), (0, 115, 115), (0, 305, 305), (0, 415, 415)]), []);
    assert_eq!(kinds(&history, &[(1, 321, 322), (0, 200, 200)]), [Kind::Stale, Kind::Stale]);
    assert_eq!(kinds(&history, &[(0, 416, 416)]), [Kind::Stale]);
}

#[test]
fn who_has_written_is_given_no_less_unless_it_was_lost() {
    let mut history = history(&[(1, 0, 100, Some(105)), (2, 1, 110, Some(115))], 2);
    let floors = |history: &History, seen, floor| {
        let read = Read {
            from: 106,
            until: 107,
            bound: 100,
            seen: vec![(0, seen)],
            floors: vec![(0, floor)],
            ..Read::default()
        };
        Verdict::of(&History { reads: vec![read], ..history.clone() }).wrong.len()
    };
    assert_eq!((floors(&history, 1, 1), floors(&history, 0, 1)), (0, 1));
    history.intents[1].at = 101;
    assert_eq!(floors(&history, 2, 1), 0, "what came after it");
    let mut lost = history.clone();
    lost.last = vec![0];
    assert_eq!(floors(&lost, 0, 1), 1, "nothing was killed");
    lost.losses = vec![Loss { begun: 106, over: 107 }];
    assert_eq!(floors(&lost, 0, 1), 0);
}

#[test]
fn a_list_is_of_one_state() {
    let mut history = history(&[(1, 0, 100, Some(105))], 1);
    history.last.push(3);
    history.intents.push(Intent { key: 1, id: 3, before: 0, at: 110 });
    history.acked.push(Acked { key: 1, id: 3, at: 115, token: None });
    let kinds = |one, other| {
        let read =
            Read { from: 118, until: 120, bound: 50, seen: vec![(0, one), (1, other)], ..Read::default() };
        let verdict = Verdict::of(&History { reads: vec![read], ..history.clone() });
        verdict.wrong.iter().map(|wrong| wrong.kind).collect::<Vec<_>>()
    };
    assert_eq!((kinds(0, 0), kinds(1, 0), kinds(1, 3)), (vec![], vec![], vec![]));
    assert_eq!(kinds(0, 3), [Kind::Torn]);
}
