//! Samples on the wire: one column a channel over one set of times, rounded to what a chart can show, and
//! never more than 60 KB.
//! Never here: which samples keep a line's shape (`paceline_domain::analysis::downsample`).

use std::collections::BTreeMap;
use std::ops::Range;

use paceline_domain::analysis::downsample::chart_samples;
use paceline_domain::model::{Channel, Track};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::features::activities::routes::StreamRequest;

/// The most bytes of the columns together. What surrounds them takes less than a kilobyte.
const MAX_COLUMN_BYTES: usize = 59_000;

/// Over more than this distance a tenth of a metre is far below a pixel.
const LONG_M: f64 = 50_000.0;
/// Over more than this time so is a tenth of a second.
const LONG_S: f64 = 10_000.0;

/// The samples of an activity.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityStreams)]
pub(in crate::features::activities) struct Streams {
    activity_id: Uuid,
    /// How many samples are stored.
    samples: usize,
    /// How many of them lie in the window that was asked for; all of them unless one was. As many as `points`: the
    /// answer holds every one.
    in_window: usize,
    /// How many the answer holds: as many values in `time_s` and in every channel.
    points: usize,
    /// The channels that were recorded, asked for or not.
    #[schema(value_type = Vec<String>, example = json!(["distance_m", "heart_rate_bpm"]))]
    recorded: Vec<Channel>,
    /// Seconds from the start of the activity.
    #[schema(value_type = Vec<f64>)]
    time_s: Column,
    /// The values of each channel that was asked for and recorded; null where the device recorded none.
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    channels: BTreeMap<&'static str, Column>,
}

impl Streams {
    /// At most as many samples of the asked channels and window as were asked for.
    pub(in crate::features::activities) fn new(
        activity_id: Uuid,
        track: &Track,
        asked: &StreamRequest,
    ) -> Self {
        let window = track.window(asked.from_s, asked.to_s);
        let mut points = asked.points;
        loop {
            let streams = Self::of_points(activity_id, track, window.clone(), &asked.channels, points);
            let bytes = streams.column_bytes();
            if bytes <= MAX_COLUMN_BYTES || points <= 2 {
                return streams;
            }
            // Rare: long numbers in every channel. Fewer samples say as much and fit.
            points = (points * MAX_COLUMN_BYTES / bytes).clamp(2, points - 1);
        }
    }

    /// The answer for an activity without a track.
    pub(in crate::features::activities) fn empty(activity_id: Uuid) -> Self {
        Self::of_points(activity_id, &Track::default(), 0..0, &[], 0)
    }

    fn of_points(
        activity_id: Uuid,
        track: &Track,
        window: Range<usize>,
        asked: &[Channel],
        points: usize,
    ) -> Self {
        let chosen = chart_samples(track, window.clone(), asked, points);
        let column = |values: &[f64], decimals| Column {
            values: chosen.iter().map(|&i| values[i]).collect(),
            scale: 10f64.powi(decimals),
        };
        let channels = asked
            .iter()
            .filter_map(|channel| Some((*channel, track.get(*channel)?)))
            .map(|(channel, values)| {
                (channel.as_str(), column(values, decimals(channel, &values[window.clone()])))
            })
            .collect();
        let time_decimals = i32::from(extent(&track.time_s()[window.clone()]) < LONG_S);
        Self {
            activity_id,
            samples: track.len(),
            in_window: window.len(),
            points: chosen.len(),
            recorded: track.channels().map(|(channel, _)| channel).collect(),
            time_s: column(track.time_s(), time_decimals),
            channels,
        }
    }

    fn column_bytes(&self) -> usize {
        self.channels.values().chain([&self.time_s]).map(Column::bytes).sum()
    }
}

/// Decimals that a chart of a thousand points can show: a metre of position, a tenth of a metre of height, a
/// hundredth of a metre per second, whole beats, steps, watts and degrees.
fn decimals(channel: Channel, values: &[f64]) -> i32 {
    match channel {
        Channel::LatitudeDeg | Channel::LongitudeDeg => 5,
        Channel::SpeedMS => 2,
        Channel::AltitudeM => 1,
        Channel::DistanceM => i32::from(extent(values) < LONG_M),
        Channel::HeartRateBpm | Channel::CadencePerMin | Channel::PowerW | Channel::TemperatureC => 0,
    }
}

/// From the least to the greatest of the values that are there; negative without any.
fn extent(values: &[f64]) -> f64 {
    let known = || values.iter().copied().filter(|value| value.is_finite());
    known().fold(f64::NEG_INFINITY, f64::max) - known().fold(f64::INFINITY, f64::min)
}

/// Numbers that serialize rounded and as short as they are: 12 and not 12.0, null for a missing one.
#[derive(Debug, Clone, Default)]
struct Column {
    values: Vec<f64>,
    scale: f64,
}

impl Column {
    fn bytes(&self) -> usize {
        serde_json::to_vec(self).map_or(0, |json| json.len())
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut column = serializer.serialize_seq(Some(self.values.len()))?;
        for value in &self.values {
            let scaled = (value * self.scale).round();
            let shown = scaled / self.scale;
            if !shown.is_finite() {
                column.serialize_element(&None::<f64>)?;
            } else if shown.fract() == 0.0 && shown.abs() < 9.0e15 {
                column.serialize_element(&(shown as i64))?;
            } else {
                column.serialize_element(&shown)?;
            }
        }
        column.end()
    }
}

#[cfg(test)]
mod tests;
