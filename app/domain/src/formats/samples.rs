//! From samples in the order of a file to a track: sorted, without repeats, within plausible ranges.
//! Shared by all readers. Never here: formats.

use jiff::Timestamp;

use super::{Limits, ReadError, ranges};
use crate::model::{CadenceUnit, Channel, LONGEST_SILENCE_S, Track, Warning};

/// One value for each channel, in the order of [`Channel::ALL`]; NaN where missing.
pub(super) type Row = [f64; 9];

/// A row without values.
pub(super) const EMPTY: Row = [f64::NAN; 9];

/// Samples of one session as they come.
#[derive(Debug, Clone, Default)]
pub(super) struct Samples {
    pub(super) times: Vec<f64>,
    pub(super) rows: Vec<Row>,
}

/// So many samples in a row are a part of the session, wherever they are.
const HANDFUL: usize = 5;

/// Clocks that were never set show 1970 or 1989; nobody recorded before 1980 or will after 2090.
const PLAUSIBLE: std::ops::Range<f64> = 315_532_800.0..3_786_912_000.0;

impl Samples {
    /// Adds a sample at a number of seconds since 1970.
    pub(super) fn push(&mut self, epoch_s: f64, row: Row) {
        self.times.push(epoch_s);
        self.rows.push(row);
    }

    pub(super) fn len(&self) -> usize {
        self.times.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The start of the session: the earliest sample, or the stated start unless it is so much earlier that it cannot be
    /// of the same session.
    pub(super) fn start_s(&self, stated_s: Option<f64>) -> Option<f64> {
        let Some(first) = self.first() else { return stated_s };
        Some(stated_s.filter(|stated| (first - ranges::LONGEST_S..=first).contains(stated)).unwrap_or(first))
    }

    /// Leaves out samples so far apart from the middle one that no session holds both, and a few that are hours apart
    /// from many: a clock that was set or failed while it ran, a damaged sample.
    pub(super) fn leave_out_wild_times(&mut self, warnings: &mut Vec<Warning>) {
        let mut times: Vec<f64> = self.times.iter().copied().filter(|time| time.is_finite()).collect();
        times.sort_by(f64::total_cmp);
        let Some((first, last)) = times.first().zip(times.last()) else { return };
        if last - first > ranges::LONGEST_S {
            let middle = times[times.len() / 2];
            times.retain(|time| (time - middle).abs() <= ranges::LONGEST_S / 2.0);
        }
        let parts: Vec<&[f64]> = times.chunk_by(|a, b| b - a <= LONGEST_SILENCE_S).collect();
        let has_main_part = parts.iter().any(|part| part.len() >= HANDFUL);
        let kept: Vec<(f64, f64)> = parts
            .into_iter()
            .filter(|part| !has_main_part || part.len() >= HANDFUL)
            .filter_map(|part| Some((*part.first()?, *part.last()?)))
            .collect();
        let is_kept = |time: f64| {
            let after = kept.partition_point(|(first, _)| *first <= time);
            after > 0 && time <= kept[after - 1].1
        };
        if self.times.iter().all(|time| !time.is_finite() || is_kept(*time)) {
            return;
        }
        warn(
            warnings,
            "times_far_apart",
            "Some samples were more than a month away from the others, or a few of them hours away from many; they were \
             left out.",
        );
        let mut keep = self.times.iter().map(|time| is_kept(*time));
        self.rows.retain(|_| keep.next().unwrap_or(false));
        self.times.retain(|time| is_kept(*time));
    }

    /// The earliest time.
    pub(super) fn first(&self) -> Option<f64> {
        self.times.iter().copied().reduce(f64::min)
    }

    /// A track with times in seconds since `start_s`. Repeated times keep the first value of each channel.
    pub(super) fn into_track(self, start_s: f64, warnings: &mut Vec<Warning>) -> Result<Track, ReadError> {
        let mut order: Vec<usize> = (0..self.len()).filter(|&i| self.times[i].is_finite()).collect();
        if order.windows(2).any(|pair| self.times[pair[1]] < self.times[pair[0]]) {
            warn(warnings, "times_out_of_order", "Samples were not in the order of time; they were sorted.");
            order.sort_by(|&a, &b| self.times[a].total_cmp(&self.times[b]));
        }
        let mut times: Vec<f64> = Vec::with_capacity(order.len());
        let mut columns: [Vec<f64>; 9] = std::array::from_fn(|_| Vec::with_capacity(order.len()));
        let mut repeated = false;
        for &i in &order {
            let row = ranges::of_sample(self.rows[i]);
            let time = self.times[i] - start_s;
            if times.last().is_some_and(|last| time - last < 1e-6) {
                repeated = true;
                for (column, value) in columns.iter_mut().zip(row) {
                    if let Some(last) = column.last_mut().filter(|last| last.is_nan()) {
                        *last = value;
                    }
                }
                continue;
            }
            times.push(time);
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        if repeated {
            warn(warnings, "duplicate_times", "Some samples had the same time; they were taken as one.");
        }
        let damaged = |error: crate::model::TrackError| ReadError::Damaged(error.to_string());
        let mut track = Track::try_new(times).map_err(damaged)?;
        for (channel, column) in Channel::ALL.into_iter().zip(columns) {
            track.set(channel, column).map_err(damaged)?;
        }
        Ok(track)
    }
}

/// What a file counts as cadence, by its samples.
pub(super) fn cadence_unit(track: &Track) -> CadenceUnit {
    CadenceUnit::of(track.get(Channel::CadencePerMin).unwrap_or_default())
}

/// Adds a warning once.
pub(super) fn warn(warnings: &mut Vec<Warning>, code: &str, message: &str) {
    if !warnings.iter().any(|warning| warning.code == code) {
        warnings.push(Warning { code: code.to_owned(), message: message.to_owned() });
    }
}

/// Adds that times name no zone.
pub(super) fn warn_of_no_zone(warnings: &mut Vec<Warning>) {
    let message = "Some times name no zone; they were taken as in the zone of the last time that names one, else as UTC.";
    warn(warnings, "no_time_zone", message);
}

/// Adds how many points were left out for want of a time, if any.
pub(super) fn warn_of_untimed(warnings: &mut Vec<Warning>, count: usize) {
    if count > 0 {
        let message = format!("{count} of the points have no time; they were left out.");
        warn(warnings, "points_without_time", &message);
    }
}

/// The instant of a number of seconds since 1970, if a person could have recorded then.
pub(super) fn start_of(epoch_s: f64) -> Result<Timestamp, ReadError> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds of plausible times fit, others saturate"
    )]
    let millis = (epoch_s * 1000.0).round() as i64;
    let timestamp = Timestamp::from_millisecond(millis)
        .map_err(|_| ReadError::ImplausibleTime(format!("{epoch_s} s after 1970")))?;
    if PLAUSIBLE.contains(&epoch_s) {
        Ok(timestamp)
    } else {
        Err(ReadError::ImplausibleTime(timestamp.to_string()))
    }
}

/// Refuses one sample too many.
pub(super) fn check_records(count: usize, limits: &Limits) -> Result<(), ReadError> {
    let most = limits.max_records.min(Limits::MOST_RECORDS);
    if count > most { Err(ReadError::TooManyRecords(most)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(distance: f64) -> Row {
        let mut row = EMPTY;
        row[0] = distance;
        row
    }

    #[test]
    fn disorder_and_repeats_are_mended_and_told() {
        let mut samples = Samples::default();
        samples.push(1_600_000_002.0, row(2.0));
        samples.push(1_600_000_001.0, row(1.0));
        samples.push(1_600_000_001.0, row(9.0));
        let mut warnings = Vec::new();
        let track = samples.into_track(1_600_000_000.0, &mut warnings).unwrap();
        assert_eq!(track.time_s(), [1.0, 2.0]);
        assert_eq!(track.get(Channel::DistanceM).unwrap(), [1.0, 2.0]);
        let codes: Vec<_> = warnings.iter().map(|warning| warning.code.as_str()).collect();
        assert_eq!(codes, ["times_out_of_order", "duplicate_times"]);
    }

    /// What is left of samples at these hours, and the warnings.
    fn left_of(hours: &[f64]) -> (Vec<f64>, usize) {
        let mut samples = Samples::default();
        hours.iter().for_each(|hour| samples.push(1e9 + hour * 3600.0, row(*hour)));
        let mut warnings = Vec::new();
        samples.leave_out_wild_times(&mut warnings);
        assert_eq!(samples.times.len(), samples.rows.len());
        (samples.rows.iter().map(|row| row[0]).collect(), warnings.len())
    }

    #[test]
    fn a_few_samples_hours_away_from_many_are_wild() {
        let five = [0.0, 1.0, 2.0, 3.0, 4.0];
        let with = |more: &[f64]| [more, &five].concat();
        assert_eq!(left_of(&with(&[10.1])), (five.to_vec(), 1));
        assert_eq!(left_of(&with(&[10.1, 10.2, 10.3, 10.4, -6.1])), (five.to_vec(), 1));
        assert_eq!(left_of(&with(&[10.0, -6.0])), (with(&[10.0, -6.0]), 0), "six hours are none too many");
        let night = with(&[10.1, 10.2, 10.3, 10.4, 10.5]);
        assert_eq!(left_of(&night), (night.clone(), 0), "a handful is a part of its own");
        assert_eq!(left_of(&[0.0, 8.0, 16.0, 24.0]), (vec![0.0, 8.0, 16.0, 24.0], 0), "a tracker");
        // Beside those beyond a month.
        assert_eq!(left_of(&with(&[1000.0, 20.0])), (five.to_vec(), 1));
    }

    #[test]
    fn clocks_that_were_never_set_are_refused() {
        assert_eq!(start_of(0.0).unwrap_err().code(), "implausible_time");
        assert_eq!(start_of(4_102_444_800.0).unwrap_err().code(), "implausible_time");
        assert_eq!(start_of(f64::NAN).unwrap_err().code(), "implausible_time");
        assert!(start_of(1_072_915_200.0).is_ok());
    }
}
