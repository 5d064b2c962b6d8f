//! The distance along a track, repaired. Never here: speed, moving time, splits.
//!
//! Devices write cumulative distance. It may jump (a satellite fix that was lost and found), fall back (a counter
//! that was reset) and lack values. What no athlete can have covered is left out, so that a record is never the
//! work of a jump: the limits are [`Sport::speed_limits_m_s`]. A jump beside a standstill is another matter: there the
//! counter lost its pace for a while, ran ahead and waited or waited and caught up, and the metres belong to both.

mod own;
mod spread;

use serde::Serialize;

use crate::{
    formats::gpx::haversine_m,
    model::{self, Channel, Session, Sport, Track},
};

/// The width of the window for the second limit in seconds.
const WINDOW_S: f64 = 10.0;

/// A distance with spread jumps is within this part of the device's total, else they are left out.
pub const AGREEMENT: f64 = 0.01;

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
    /// Metres of jumps that were spread over the standstills beside them.
    pub spread_m: f64,
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

/// The repaired distance of a session's track, as [`measure`] has it, without the metres that are not the session's own:
/// those after the timer was stopped for good, those of breaks, and those of more than a minute without a sample in which
/// the athlete stood by his mean speed, where no timer tells (the moving time leaves the same out).
pub fn of(session: &Session) -> Option<Distance> {
    let (mut raw, source) = counted(&session.track)?;
    own::leave_out_the_rest(session, &mut raw);
    repaired(&session.track, session.sport, session.totals.distance_m, &raw, source)
}

/// The repaired distance of a track: the device's count, else between positions. `None` when neither was recorded or
/// nothing was covered (an indoor device that counts zero has not measured).
///
/// A segment is left out, its time is kept, when it is faster than the sport's limit for one sample or when it
/// would bring the ten seconds that end with it above the limit for ten seconds. A missing value lies on the line
/// between its neighbours in time.
///
/// `stated_m` is the device's total in metres. Where segments would be left out, they are first spread over the
/// standstills beside them, as far as those have room for them at the athlete's own speed. It counts if it brings the
/// total nearer to the stated one and to within [`AGREEMENT`] of it.
pub fn measure(track: &Track, sport: Sport, stated_m: Option<f64>) -> Option<Distance> {
    let (raw, source) = counted(track)?;
    repaired(track, sport, stated_m, &raw, source)
}

/// Cumulative metres as they come, without gaps.
fn counted(track: &Track) -> Option<(Vec<f64>, DistanceSource)> {
    let (raw, source) = match track.get(Channel::DistanceM) {
        Some(values) => (values.to_vec(), DistanceSource::Device),
        None => (between_positions(track)?, DistanceSource::Positions),
    };
    Some((fill(track.time_s(), raw)?, source))
}

fn repaired(
    track: &Track,
    sport: Sport,
    stated_m: Option<f64>,
    raw: &[f64],
    source: DistanceSource,
) -> Option<Distance> {
    let time_s = track.time_s();
    let (mut found, leaps) = within_limits(time_s, raw, sport, source);
    if let Some(stated_m) = stated_m.filter(|_| source == DistanceSource::Device && !leaps.is_empty()) {
        let smooth = spread::spread(time_s, raw, &found.along_m, &leaps);
        let (mut filled, _) = within_limits(time_s, &smooth, sport, source);
        let off_m = |total_m: f64| (total_m - stated_m).abs();
        if off_m(filled.total_m()) < off_m(found.total_m()) && off_m(filled.total_m()) <= AGREEMENT * stated_m
        {
            filled.spread_m = found.removed_m - filled.removed_m;
            found = filled;
        }
    }
    (found.total_m() > 0.0).then_some(found)
}

/// The distance without the segments that are too fast, and at which samples those end.
fn within_limits(
    time_s: &[f64],
    raw_m: &[f64],
    sport: Sport,
    source: DistanceSource,
) -> (Distance, Vec<usize>) {
    let (sample_limit, window_limit) = sport.speed_limits_m_s();
    let along_m = vec![0.0; raw_m.len()];
    let mut found = Distance { along_m, removed_m: 0.0, spread_m: 0.0, fallen_m: 0.0, source };
    let mut leaps = Vec::new();
    let mut window_start = 0;
    for i in 1..raw_m.len() {
        let step = raw_m[i] - raw_m[i - 1];
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
            leaps.push(i);
        }
    }
    (found, leaps)
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

/// Cumulative metres between positions, NaN where there is none. The way across more than a minute without a sample does
/// not count unless the track is as sparse there: it may have been covered on a bus.
fn between_positions(track: &Track) -> Option<Vec<f64>> {
    let (latitude, longitude) = (track.get(Channel::LatitudeDeg)?, track.get(Channel::LongitudeDeg)?);
    let mut last: Option<(f64, f64)> = None;
    let mut total = 0.0;
    let along = latitude.iter().zip(longitude).enumerate().map(|(i, (&lat, &lon))| {
        if i > 0 && model::is_after_long_gap(track.time_s(), i) {
            last = None;
        }
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
mod tests;
