//! Where a GPX track was not recorded. Never here: what follows from it.
//!
//! A `<trkseg>` ends where "GPS reception was lost, or the GPS receiver was turned off" (GPX 1.1 schema, `trksegType`):
//! a pause, a tunnel, a ride on the bus. Exports that write one segment for the whole show the same as a gap of more
//! than a minute. Others begin a segment with each lap; there nothing is missing.

use crate::model::{is_after_long_gap, usual_interval_s};

/// A segment that begins within this many seconds, or within [`USUAL_INTERVALS`] of the track's own intervals, goes on
/// where the one before it ended: a lap, not a break.
const SEAMLESS_S: f64 = 10.0;
const USUAL_INTERVALS: f64 = 2.0;

/// The breaks of a track, from one sample to the next, in order. `times` are those of the samples as they come and
/// `segments` the first and last time of each segment, all in seconds since 1970.
pub(super) fn breaks(times: &[f64], mut segments: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut times: Vec<f64> = times.iter().copied().filter(|time| time.is_finite()).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let Some(usual_s) = usual_interval_s(&times) else { return Vec::new() };
    let seamless_s = SEAMLESS_S.max(USUAL_INTERVALS * usual_s);
    segments.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ends = ends(&segments).into_iter().peekable();
    let mut breaks = Vec::new();
    for i in 1..times.len() {
        let (from_s, to_s) = (times[i - 1], times[i]);
        let mut is_between_segments = false;
        while ends.next_if(|end_s| *end_s < to_s).is_some() {
            is_between_segments = true;
        }
        let seconds = to_s - from_s;
        if (is_between_segments && seconds > seamless_s) || is_after_long_gap(&times, i) {
            breaks.push((from_s, to_s));
        }
    }
    breaks
}

/// When nothing but a later segment follows, in order. Segments that overlap are one: two devices wrote them.
fn ends(segments: &[(f64, f64)]) -> Vec<f64> {
    let mut ends = Vec::new();
    let mut end_s = f64::NEG_INFINITY;
    for &(first_s, last_s) in segments {
        if first_s > end_s && end_s.is_finite() {
            ends.push(end_s);
        }
        end_s = end_s.max(last_s);
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(range: std::ops::Range<u32>) -> Vec<f64> {
        range.map(f64::from).collect()
    }

    #[test]
    fn the_end_of_a_segment_is_a_break_and_a_lap_is_none() {
        let times = [seconds(0..100), seconds(120..200), seconds(203..300)].concat();
        let segments = vec![(0.0, 99.0), (120.0, 199.0), (203.0, 299.0)];
        assert_eq!(breaks(&times, segments.clone()), [(99.0, 120.0)]);
        // As one segment it is but a gap that is bridged.
        assert_eq!(breaks(&times, vec![(0.0, 299.0)]), []);
        // In any order, and beside a device that recorded through.
        let reversed: Vec<f64> = times.iter().rev().copied().collect();
        assert_eq!(breaks(&reversed, segments.iter().rev().copied().collect()), [(99.0, 120.0)]);
        assert_eq!(breaks(&times, [segments, vec![(50.0, 130.0)]].concat()), []);
    }

    #[test]
    fn a_minute_without_a_sample_is_a_break_unless_that_is_usual() {
        let times = [seconds(0..100), seconds(160..200)].concat();
        assert_eq!(breaks(&times, vec![(0.0, 199.0)]), [(99.0, 160.0)]);
        assert_eq!(breaks(&[0.0, 90.0, 180.0, 300.0, 390.0], vec![(0.0, 390.0)]), []);
        assert_eq!(
            breaks(&[0.0, 90.0, 180.0, 400.0, 490.0], vec![(0.0, 180.0), (400.0, 490.0)]),
            [(180.0, 400.0)]
        );
        // A watch that saves its battery from the second hour on.
        let saving = [seconds(0..100), (1..50).map(|i| 99.0 + 65.0 * f64::from(i)).collect()].concat();
        assert_eq!(breaks(&saving, vec![(0.0, 3284.0)]), []);
        assert_eq!(breaks(&[], vec![]), []);
        assert_eq!(breaks(&[5.0, 5.0], vec![(5.0, 5.0), (5.0, 5.0)]), []);
    }

    proptest! {
        #[test]
        fn breaks_are_between_neighbours_in_order(
            steps in prop::collection::vec((0.0..100.0f64, any::<bool>()), 0..60)
        ) {
            let (mut times, mut segments): (Vec<f64>, Vec<(f64, f64)>) = (Vec::new(), Vec::new());
            let mut now = 0.0;
            for (step, is_new) in steps {
                now += step;
                times.push(now);
                match segments.last_mut().filter(|_| !is_new) {
                    Some(segment) => segment.1 = now,
                    None => segments.push((now, now)),
                }
            }
            let found = breaks(&times, segments);
            for (from_s, to_s) in &found {
                prop_assert!(to_s > from_s && times.contains(from_s) && times.contains(to_s));
                prop_assert!(!times.iter().any(|time| time > from_s && time < to_s));
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        }
    }
}
