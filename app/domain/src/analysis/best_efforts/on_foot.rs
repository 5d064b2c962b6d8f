//! What nobody on foot has done, and what is left of a track without it. Never here: which stretch is the fastest.

use super::{Piece, sweep};
use crate::analysis::distance;

/// World records: metres, and the seconds in which nobody was faster by the end of 2024 (World Athletics).
const RUNNING_RECORDS: [(f64, f64); 8] = [
    (400.0, 43.03),
    (800.0, 100.91),
    (1000.0, 131.96),
    (1609.344, 223.13),
    (3000.0, 437.55),
    (5000.0, 755.36),
    (10_000.0, 1571.0),
    (42_195.0, 7235.0),
];

/// The least seconds in which a distance may have been run, walked or hiked: those at the speed of the record of the
/// longest distance that is not longer, with two per cent for the clock and the course. What is faster was not on foot,
/// or measured wrongly. `None` below the shortest.
pub(super) fn least_s(wanted_m: f64) -> Option<f64> {
    let record = RUNNING_RECORDS.iter().rev().find(|(metres, _)| *metres <= wanted_m);
    record.map(|(metres, seconds)| wanted_m * seconds / (1.02 * metres))
}

/// The pieces less every stretch of `wanted_m` metres that is too fast: what is left has no such stretch, since of
/// those between two samples one with an end on a sample is faster, and that one is cut out as well. In time proportional
/// to the samples, and to sorting as many stretches.
pub(super) fn credible(pieces: Vec<Piece<'_>>, wanted_m: f64) -> Vec<Piece<'_>> {
    let Some(least_s) = least_s(wanted_m) else { return pieces };
    let mut kept = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let mut too_fast = Vec::new();
        sweep(&piece.time_s, &piece.along_m, wanted_m, |start_s, end_s| {
            let slower_s = end_s - start_s - least_s;
            if slower_s < 0.0 {
                too_fast.push((start_s, end_s));
            }
            slower_s.max(0.0)
        });
        if too_fast.is_empty() {
            kept.push(piece);
        } else {
            kept.extend(between(&piece, too_fast));
        }
    }
    kept
}

/// What lies before, between and after stretches from start to end in seconds.
fn between(piece: &Piece<'_>, mut stretches: Vec<(f64, f64)>) -> Vec<Piece<'static>> {
    stretches.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut from_s = piece.time_s.first().copied().unwrap_or_default();
    let last_s = piece.time_s.last().copied().unwrap_or_default();
    let mut pieces = Vec::new();
    for (start_s, end_s) in stretches.into_iter().chain([(last_s, last_s)]) {
        if start_s > from_s {
            pieces.push(part(piece, from_s, start_s));
        }
        from_s = end_s.max(from_s);
    }
    pieces
}

/// A piece between two times within it.
pub(super) fn part(piece: &Piece<'_>, from_s: f64, to_s: f64) -> Piece<'static> {
    let (time_s, along_m) = (&piece.time_s, &piece.along_m);
    let inner = time_s.partition_point(|&t| t <= from_s)..time_s.partition_point(|&t| t < to_s);
    let ends = |at_s: f64| distance::at(time_s, along_m, at_s);
    let along_m = [&[ends(from_s)], &along_m[inner.clone()], &[ends(to_s)]].concat();
    Piece { time_s: [&[from_s], &time_s[inner], &[to_s]].concat().into(), along_m: along_m.into() }
}
