//! The distance along a track, repaired. Never here: speed, moving time, splits.
//!
//! Devices write cumulative distance. It may jump (a satellite fix that was lost and found), fall back (a counter
//! that was reset) and lack values. What no athlete can have covered is left out, so that a record is never the
//! work of a jump: the limits are [`Sport::speed_limits_m_s`].

use serde::Serialize;

use crate::{
    formats::gpx::haversine_m,
    model::{Channel, Sport, Track},
};

/// The width of the window for the second limit in seconds.
const WINDOW_S: f64 = 10.0;

/// Where the distance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DistanceSource {
    /// The device's own count.
    Device,
    /// Measured between positions (haversine; Sinnott 1984).
    Positions,
}

/// Metres from the first sample to each sample: finite, starting at 0, never falling.
#[derive(Debug, Clone, PartialEq)]
pub struct Distance {
    /// One value per sample of the track.
    pub along_m: Vec<f64>,
    /// Metres left out because nobody moves that fast.
    pub removed_m: f64,
    /// Metres by which the count fell back, read as standing still.
    pub fallen_m: f64,
    /// Where it comes from.
    pub source: DistanceSource,
}

impl Distance {
    /// Metres from the first to the last sample.
    pub fn total_m(&self) -> f64 {
        self.along_m.last().copied().unwrap_or(0.0)
    }
}

/// The repaired distance of a track: the device's count, else between positions. `None` when neither was recorded or
/// nothing was covered (an indoor device that counts zero has not measured).
///
/// A segment is left out, its time is kept, when it is faster than the sport's limit for one sample or when it
/// would bring the ten seconds that end with it above the limit for ten seconds. A missing value lies on the line
/// between its neighbours in time.
pub fn measure(track: &Track, sport: Sport) -> Option<Distance> {
    let (raw, source) = match track.get(Channel::DistanceM) {
        Some(values) => (values.to_vec(), DistanceSource::Device),
        None => (between_positions(track)?, DistanceSource::Positions),
    };
    let time_s = track.time_s();
    let raw = fill(time_s, raw)?;
    let (sample_limit, window_limit) = sport.speed_limits_m_s();
    let mut found = Distance { along_m: vec![0.0; raw.len()], removed_m: 0.0, fallen_m: 0.0, source };
    let mut window_start = 0;
    for i in 1..raw.len() {
        let step = raw[i] - raw[i - 1];
        let before = found.along_m[i - 1];
        found.along_m[i] = before;
        if step <= 0.0 {
            found.fallen_m -= step;
            continue;
        }
        found.along_m[i] = before + step;
        let too_fast = step > sample_limit * (time_s[i] - time_s[i - 1])
            || window_m(time_s, &found.along_m, i, &mut window_start) > window_limit * WINDOW_S;
        if too_fast {
            found.along_m[i] = before;
            found.removed_m += step;
        }
    }
    (found.total_m() > 0.0).then_some(found)
}

/// Metres in the ten seconds before sample `i`; 0 while the track is shorter than that.
fn window_m(time_s: &[f64], along_m: &[f64], i: usize, start: &mut usize) -> f64 {
    let from_s = time_s[i] - WINDOW_S;
    if from_s < time_s[0] {
        return 0.0;
    }
    while time_s[*start + 1] <= from_s {
        *start += 1;
    }
    along_m[i] - between(time_s, along_m, *start, from_s)
}

/// The value at a time between samples `k` and `k + 1`.
pub(super) fn between(time_s: &[f64], values: &[f64], k: usize, at_s: f64) -> f64 {
    match (time_s.get(k + 1), values.get(k + 1)) {
        (Some(&end_s), Some(&end)) => {
            let share = ((at_s - time_s[k]) / (end_s - time_s[k])).clamp(0.0, 1.0);
            values[k] + (end - values[k]) * share
        }
        _ => values[k],
    }
}

/// The cumulative value at any time: the first before the track, the last after it.
pub fn at(time_s: &[f64], values: &[f64], at_s: f64) -> f64 {
    match time_s.partition_point(|&t| t <= at_s) {
        0 => values.first().copied().unwrap_or(0.0),
        after => between(time_s, values, after - 1, at_s),
    }
}

/// Cumulative metres between positions, NaN where there is none.
fn between_positions(track: &Track) -> Option<Vec<f64>> {
    let (latitude, longitude) = (track.get(Channel::LatitudeDeg)?, track.get(Channel::LongitudeDeg)?);
    let mut last: Option<(f64, f64)> = None;
    let mut total = 0.0;
    let along = latitude.iter().zip(longitude).map(|(&lat, &lon)| {
        if !(lat.is_finite() && lon.is_finite()) {
            return f64::NAN;
        }
        total += last.map_or(0.0, |from| haversine_m(from, (lat, lon)));
        last = Some((lat, lon));
        total
    });
    Some(along.collect())
}

/// Missing values on the line between their neighbours; before the first and after the last they stand still.
fn fill(time_s: &[f64], mut values: Vec<f64>) -> Option<Vec<f64>> {
    let first = values.iter().position(|value| value.is_finite())?;
    let start = values[first];
    values[..first].fill(start);
    let mut known = first;
    for i in first + 1..values.len() {
        if !values[i].is_finite() {
            continue;
        }
        let slope = (values[i] - values[known]) / (time_s[i] - time_s[known]);
        for k in known + 1..i {
            values[k] = values[known] + slope * (time_s[k] - time_s[known]);
        }
        known = i;
    }
    let end = values[known];
    values[known..].fill(end);
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn track(metres: Vec<f64>) -> Track {
        let mut track = Track::try_new((0..metres.len()).map(|i| i as f64).collect()).unwrap();
        track.set(Channel::DistanceM, metres).unwrap();
        track
    }

    #[test]
    fn a_jump_is_left_out_and_counted() {
        let found = measure(&track(vec![5.0, 8.0, 108.0, 111.0]), Sport::Run).unwrap();
        assert_eq!(found.along_m, [0.0, 3.0, 3.0, 6.0]);
        assert_eq!((found.removed_m, found.fallen_m), (100.0, 0.0));
    }

    #[test]
    fn a_reset_counter_stands_still_once() {
        let found = measure(&track(vec![0.0, 3.0, 0.0, 3.0]), Sport::Run).unwrap();
        assert_eq!(found.along_m, [0.0, 3.0, 3.0, 6.0]);
        assert_eq!((found.removed_m, found.fallen_m), (0.0, 3.0));
    }

    #[test]
    fn ten_seconds_at_twelve_metres_a_second_are_too_many_for_a_runner() {
        let metres: Vec<f64> = (0..30).map(|i| f64::from(i) * 12.0).collect();
        let run = measure(&track(metres.clone()), Sport::Run).unwrap();
        assert!(run.removed_m > 0.0, "each second alone is credible, ten are not");
        assert_eq!(measure(&track(metres), Sport::Cycling).unwrap().removed_m, 0.0);
    }

    #[test]
    fn missing_values_lie_on_the_line() {
        let found = measure(&track(vec![f64::NAN, 0.0, f64::NAN, 6.0, f64::NAN]), Sport::Run).unwrap();
        assert_eq!(found.along_m, [0.0, 0.0, 3.0, 6.0, 6.0]);
    }

    #[test]
    fn positions_are_measured_when_the_device_counted_nothing() {
        let mut track = Track::try_new(vec![0.0, 1.0, 40.0]).unwrap();
        track.set(Channel::LatitudeDeg, vec![50.0, f64::NAN, 50.001]).unwrap();
        track.set(Channel::LongitudeDeg, vec![8.0, f64::NAN, 8.0]).unwrap();
        let found = measure(&track, Sport::Run).unwrap();
        assert_eq!(found.source, DistanceSource::Positions);
        // A thousandth of a degree of latitude on a sphere of 6,371,008.8 m.
        assert!((found.total_m() - 111.195).abs() < 0.001, "{}", found.total_m());
        assert_eq!(measure(&Track::try_new(vec![0.0, 1.0]).unwrap(), Sport::Run), None);
    }

    proptest! {
        #[test]
        fn repaired_distance_starts_at_zero_never_falls_and_is_never_too_fast(
            steps in prop::collection::vec((0.2..20.0f64, -50.0..400.0f64), 1..80)
        ) {
            let (mut times, mut metres) = (vec![0.0], vec![0.0]);
            for (seconds, step) in steps {
                times.push(times[times.len() - 1] + seconds);
                metres.push(metres[metres.len() - 1] + step);
            }
            let mut track = Track::try_new(times.clone()).unwrap();
            track.set(Channel::DistanceM, metres).unwrap();
            let Some(found) = measure(&track, Sport::Run) else { return Ok(()) };
            prop_assert_eq!(found.along_m[0], 0.0);
            for i in 1..times.len() {
                let step = found.along_m[i] - found.along_m[i - 1];
                prop_assert!(step >= 0.0 && step <= 12.5 * (times[i] - times[i - 1]) + 1e-9);
                let window = found.along_m[i] - at(&times, &found.along_m, times[i] - 10.0);
                prop_assert!(times[i] < 10.0 || window <= 104.4 + 1e-9);
            }
        }

        #[test]
        fn an_offset_of_the_counter_changes_nothing(
            steps in prop::collection::vec(0.0..30.0f64, 1..50), offset in 0.0..1e5f64
        ) {
            let mut metres = vec![0.0];
            steps.iter().for_each(|step| metres.push(metres[metres.len() - 1] + step));
            let shifted = metres.iter().map(|m| m + offset).collect();
            match (measure(&track(metres), Sport::Cycling), measure(&track(shifted), Sport::Cycling)) {
                (Some(a), Some(b)) => prop_assert!((a.total_m() - b.total_m()).abs() < 1e-6),
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }
}
