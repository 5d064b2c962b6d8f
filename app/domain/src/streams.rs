//! How a track is stored: one compact binary value per session instead of a row per sample.
//!
//! What lives here: the encoding of a [`Track`] and its inverse. What must never live here: laps, pauses and
//! totals (they are rows), and anything that changes values beyond the resolution stated here.
//!
//! # Resolution
//! Stored values are whole multiples of these steps; decoding gives the multiple nearest to the original,
//! so the error is at most half a step.
//!
//! | column | step | reason |
//! |---|---|---|
//! | time | 1 ms | devices write whole seconds, a few tenths |
//! | distance | 0.01 m | FIT's own step |
//! | latitude, longitude | 10⁻⁷ degrees | about 1 cm; FIT's step is 8.4·10⁻⁸ |
//! | altitude | 0.1 m | FIT's step is 0.2 m |
//! | heart rate | 1 bpm | FIT's own step |
//! | cadence | 0.5 per minute | half revolutions |
//! | power | 1 W | FIT's own step |
//! | temperature | 0.1 °C | FIT's step is 1 °C |
//! | speed | 0.001 m/s | FIT's own step |
//!
//! A column that the steps cannot hold (a value beyond 2⁵³ steps; times closer than 1 ms) is stored exactly.
//!
//! # Format, version 1
//! `PLTS`, version byte, then one zstd frame with checksum. In the frame: the number of samples, the time
//! column, the number of channels, and each channel: its stored number, 0 or 1 for a bitmap of present
//! values, the bitmap, the column of present values. A column is a byte for the difference order (0, 1, 2, or
//! 255 for exact little-endian doubles) and the differences as zigzag varints, of which all first bytes come
//! first, then all second bytes, and so on: the first bytes are noise, the later ones hardly vary. The frame's blocks
//! end where planes do, which a reader need not know.
//!
//! # Limits
//! Decoding never panics, never allocates in proportion to a stated length that the data do not bear out, and
//! never more than [`MAX_FRAME_BYTES`] for the frame.

mod column;
mod frame;
mod varint;

use std::io::Read;

use crate::model::{Channel, Track};
use column::Reader;
use frame::Frame;

/// The most samples of one track: 5.7 days at one a second.
pub const MAX_SAMPLES: usize = 500_000;

/// The most bytes of an unpacked frame. Ten columns of [`MAX_SAMPLES`] at nine bytes a value, the longest that
/// steps can need, are 46 MB with their bitmaps.
pub const MAX_FRAME_BYTES: u64 = 48 << 20;

/// The version that [`encode`] writes.
pub const VERSION: u8 = 1;

const MAGIC: &[u8; 4] = b"PLTS";
const TIME_STEPS_PER_S: f64 = 1000.0;

/// Why a track was not stored or bytes are not a track.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// Too many samples to store.
    #[error("a track of {0} samples; {MAX_SAMPLES} are stored at most")]
    TooLong(usize),
    /// Not an encoded track.
    #[error("not an encoded track")]
    Magic,
    /// Written by a later version of this program.
    #[error("an encoded track of version {0}; this program reads up to {VERSION}")]
    Version(u8),
    /// Compression failed, or the frame is damaged.
    #[error("the zstd frame is damaged")]
    Zstd(#[source] std::io::Error),
    /// The frame unpacks to more than [`MAX_FRAME_BYTES`].
    #[error("the frame unpacks to more than {MAX_FRAME_BYTES} bytes")]
    TooLarge,
    /// The frame's content contradicts itself.
    #[error("the encoded track is damaged: {0}")]
    Damaged(&'static str),
}

/// The stored form of a track. The same track always gives the same bytes.
pub fn encode(track: &Track) -> Result<Vec<u8>, StreamError> {
    if track.len() > MAX_SAMPLES {
        return Err(StreamError::TooLong(track.len()));
    }
    let mut frame = Frame::new(track.len() * 16).map_err(StreamError::Zstd)?;
    varint::write(&mut frame.bytes, track.len() as u64);
    column::write_increasing(&mut frame, track.time_s(), TIME_STEPS_PER_S);
    frame.bytes.push(track.channels().count() as u8);
    for (channel, values) in track.channels() {
        frame.bytes.push(stored_number(channel));
        let present: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        frame.bytes.push(u8::from(present.len() < values.len()));
        if present.len() < values.len() {
            column::write_presence(&mut frame.bytes, values);
        }
        column::write(&mut frame, &present, steps_per_unit(channel));
    }
    let bytes = [MAGIC.as_slice(), &[VERSION]].concat();
    frame.compress(bytes).map_err(StreamError::Zstd)
}

/// The track in bytes that [`encode`] wrote.
pub fn decode(bytes: &[u8]) -> Result<Track, StreamError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(StreamError::Magic)?;
    let (&version, rest) = rest.split_first().ok_or(StreamError::Magic)?;
    if version != VERSION {
        return Err(StreamError::Version(version));
    }
    let frame = decompress(rest)?;
    let mut reader = Reader::new(&frame);
    let samples = reader.samples()?;
    let times = reader.column(samples, TIME_STEPS_PER_S)?;
    let mut track = Track::try_new(times).map_err(|_| StreamError::Damaged("times do not increase"))?;
    let mut last = 0;
    for _ in 0..reader.byte()? {
        let number = reader.byte()?;
        if number <= last {
            return Err(StreamError::Damaged("channels out of order"));
        }
        last = number;
        let channel = channel_of(number).ok_or(StreamError::Damaged("unknown channel"))?;
        let values = reader.channel(samples, steps_per_unit(channel))?;
        track.set(channel, values).map_err(|_| StreamError::Damaged("column length"))?;
    }
    reader.finish()?;
    Ok(track)
}

/// Unpacks as a stream, so that memory follows what is really there and not what a header claims.
fn decompress(compressed: &[u8]) -> Result<Vec<u8>, StreamError> {
    let decoder = zstd::stream::read::Decoder::with_buffer(compressed).map_err(StreamError::Zstd)?;
    let mut frame = Vec::new();
    decoder.single_frame().take(MAX_FRAME_BYTES + 1).read_to_end(&mut frame).map_err(StreamError::Zstd)?;
    if frame.len() as u64 > MAX_FRAME_BYTES { Err(StreamError::TooLarge) } else { Ok(frame) }
}

/// The number of a channel in storage. Never reuse or change one.
fn stored_number(channel: Channel) -> u8 {
    match channel {
        Channel::DistanceM => 1,
        Channel::LatitudeDeg => 2,
        Channel::LongitudeDeg => 3,
        Channel::AltitudeM => 4,
        Channel::HeartRateBpm => 5,
        Channel::CadencePerMin => 6,
        Channel::PowerW => 7,
        Channel::TemperatureC => 8,
        Channel::SpeedMS => 9,
    }
}

fn channel_of(number: u8) -> Option<Channel> {
    Channel::ALL.into_iter().find(|channel| stored_number(*channel) == number)
}

/// Steps per unit of a channel: the inverse of its resolution. Never change one within a version.
fn steps_per_unit(channel: Channel) -> f64 {
    match channel {
        Channel::DistanceM => 100.0,
        Channel::LatitudeDeg | Channel::LongitudeDeg => 1e7,
        Channel::AltitudeM | Channel::TemperatureC => 10.0,
        Channel::HeartRateBpm | Channel::PowerW => 1.0,
        Channel::CadencePerMin => 2.0,
        Channel::SpeedMS => 1000.0,
    }
}

#[cfg(test)]
mod tests;
