//! A session's samples as columns.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// For longer than this many seconds without a sample, nothing is known of what the athlete did.
pub const LONGEST_GAP_S: f64 = 60.0;

/// No device that records is silent for longer than this many seconds while its timer runs: six hours.
pub(crate) const LONGEST_SILENCE_S: f64 = 6.0 * 3600.0;

/// The median of the seconds between samples, whose times are sorted, the lower of two; `None` for fewer than two.
pub(crate) fn usual_interval_s(time_s: &[f64]) -> Option<f64> {
    let mut intervals: Vec<f64> = time_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let half = intervals.len().checked_sub(1)? / 2;
    Some(*intervals.select_nth_unstable_by(half, f64::total_cmp).1)
}

/// How many intervals on either side say what is usual where a gap lies.
const AROUND: usize = 2;

/// Whether the sample with this index comes after more than [`LONGEST_GAP_S`] without one. It does not where the track is
/// as sparse around it, by the median of the five intervals in whose middle it lies: a watch that saves its battery, a
/// tracker that sends every few minutes. `index` is at least 1.
pub(crate) fn is_after_long_gap(time_s: &[f64], index: usize) -> bool {
    let around = (index - 1).saturating_sub(AROUND)..(index + AROUND + 1).min(time_s.len());
    time_s[index] - time_s[index - 1] > LONGEST_GAP_S
        && usual_interval_s(&time_s[around]).is_some_and(|usual_s| usual_s <= LONGEST_GAP_S)
}

/// One sampled quantity of a track. The unit is part of its wire name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Cumulative distance in metres, as the device counted it.
    DistanceM,
    /// Latitude in degrees, WGS 84.
    LatitudeDeg,
    /// Longitude in degrees, WGS 84.
    LongitudeDeg,
    /// Altitude in metres.
    AltitudeM,
    /// Heart rate in beats per minute.
    HeartRateBpm,
    /// Cadence in revolutions (cycling) or steps (on foot, both feet) per minute.
    CadencePerMin,
    /// Power in watts.
    PowerW,
    /// Air temperature in degrees Celsius.
    TemperatureC,
    /// Speed in metres per second, as the device measured it.
    SpeedMS,
}

impl Channel {
    /// Every channel, in storage order.
    pub const ALL: [Self; 9] = [
        Self::DistanceM,
        Self::LatitudeDeg,
        Self::LongitudeDeg,
        Self::AltitudeM,
        Self::HeartRateBpm,
        Self::CadencePerMin,
        Self::PowerW,
        Self::TemperatureC,
        Self::SpeedMS,
    ];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DistanceM => "distance_m",
            Self::LatitudeDeg => "latitude_deg",
            Self::LongitudeDeg => "longitude_deg",
            Self::AltitudeM => "altitude_m",
            Self::HeartRateBpm => "heart_rate_bpm",
            Self::CadencePerMin => "cadence_per_min",
            Self::PowerW => "power_w",
            Self::TemperatureC => "temperature_c",
            Self::SpeedMS => "speed_m_s",
        }
    }

    /// The channel with this wire name.
    pub fn from_wire(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }
}

/// Why columns are not a track.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrackError {
    /// The times do not strictly increase, or one is not a finite number.
    #[error("sample times must be finite and strictly increasing (sample {0})")]
    Time(usize),
    /// A column has another length than the times.
    #[error("channel {} has {found} samples where the track has {expected}", channel.as_str())]
    Length {
        /// The column.
        channel: Channel,
        /// The samples of the column.
        found: usize,
        /// The samples of the track.
        expected: usize,
    },
}

/// Samples of one session in columns: strictly increasing times and, for each channel that the device
/// recorded, one value per time. **A missing value is NaN**; a channel without any value is absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Track {
    time_s: Vec<f64>,
    channels: Vec<(Channel, Vec<f64>)>,
}

impl Track {
    /// A track of these times (seconds since the session's start) without channels.
    pub fn try_new(time_s: Vec<f64>) -> Result<Self, TrackError> {
        let sound = |i: usize| time_s[i].is_finite() && (i == 0 || time_s[i] > time_s[i - 1]);
        match (0..time_s.len()).find(|&i| !sound(i)) {
            Some(i) => Err(TrackError::Time(i)),
            None => Ok(Self { time_s, channels: Vec::new() }),
        }
    }

    /// Adds or replaces a channel. A column without any finite value is left out; infinities become NaN.
    pub fn set(&mut self, channel: Channel, mut values: Vec<f64>) -> Result<(), TrackError> {
        if values.len() != self.time_s.len() {
            return Err(TrackError::Length { channel, found: values.len(), expected: self.time_s.len() });
        }
        for value in &mut values {
            if !value.is_finite() {
                *value = f64::NAN;
            }
        }
        self.channels.retain(|(existing, _)| *existing != channel);
        if values.iter().any(|value| value.is_finite()) {
            self.channels.push((channel, values));
            self.channels.sort_by_key(|(channel, _)| *channel);
        }
        Ok(())
    }

    /// Changes each known value of a channel, or loses it.
    pub(super) fn change(&mut self, channel: Channel, to: impl Fn(f64) -> Option<f64>) {
        for (_, values) in self.channels.iter_mut().filter(|(existing, _)| *existing == channel) {
            for value in values.iter_mut().filter(|value| value.is_finite()) {
                *value = to(*value).unwrap_or(f64::NAN);
            }
        }
        self.channels.retain(|(_, values)| values.iter().any(|value| value.is_finite()));
    }

    /// Seconds since the session's start, strictly increasing.
    pub fn time_s(&self) -> &[f64] {
        &self.time_s
    }

    /// The values of a channel, as many as times, NaN where missing; `None` when never recorded.
    pub fn get(&self, channel: Channel) -> Option<&[f64]> {
        self.channels.iter().find(|(existing, _)| *existing == channel).map(|(_, values)| values.as_slice())
    }

    /// The recorded channels, in storage order.
    pub fn channels(&self) -> impl Iterator<Item = (Channel, &[f64])> {
        self.channels.iter().map(|(channel, values)| (*channel, values.as_slice()))
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.time_s.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.time_s.is_empty()
    }

    /// The indices of the samples from `from_s` to `to_s` seconds since the session's start, both included.
    pub fn window(&self, from_s: f64, to_s: f64) -> Range<usize> {
        let start = self.time_s.partition_point(|&time| time < from_s);
        start..self.time_s.partition_point(|&time| time <= to_s).max(start)
    }

    /// Seconds from the first to the last sample; 0 for fewer than two.
    pub fn span_s(&self) -> f64 {
        match (self.time_s.first(), self.time_s.last()) {
            (Some(first), Some(last)) => last - first,
            _ => 0.0,
        }
    }
}
