//! One FIT record as a row of samples. Read field by field: this is where most of the time of a file goes.

use rustyfit::proto::{Message, Value};

use super::{EMPTY, Row};

/// Seconds from 1970 to the FIT epoch, 1989-12-31T00:00:00Z.
const FIT_EPOCH: f64 = 631_065_600.0;
/// Semicircles to degrees.
const DEGREES: f64 = 180.0 / 2_147_483_648.0;

/// What a record says depends on those before it in its sequence.
#[derive(Default)]
pub(super) struct Records {
    /// Sixteenths of a metre, for devices that write only the last twelve bits of them.
    sixteenths: u32,
}

impl Records {
    /// The record's time in seconds since 1970, and its values; `None` without a time.
    pub(super) fn row(&mut self, message: &Message) -> Option<(f64, Row)> {
        let mut row = EMPTY;
        for field in &message.fields {
            if let (8, Value::ArrayUint8(bytes)) = (field.num, &field.value) {
                self.speed_and_distance(bytes, &mut row);
            }
        }
        let time = plain(message, &mut row);
        // Times below this count from the device's start and say nothing of the day.
        time.filter(|time| *time >= f64::from(0x1000_0000)).map(|time| (time + FIT_EPOCH, row))
    }

    /// Twelve bits of speed in cm/s and twelve of distance, which begins anew every 256 m.
    fn speed_and_distance(&mut self, bytes: &[u8], row: &mut Row) {
        let &[low, middle, high] = bytes else { return };
        if bytes == [u8::MAX; 3] {
            return;
        }
        row[8] = f64::from(u16::from(low) | u16::from(middle & 0x0f) << 8) / 100.0;
        let distance = u32::from(middle >> 4) | u32::from(high) << 4;
        self.sixteenths = self.sixteenths.wrapping_add(distance.wrapping_sub(self.sixteenths) & 0xfff);
        row[0] = f64::from(self.sixteenths) / 16.0;
    }
}

/// Fills in the fields of one number each, and gives the time in seconds since the FIT epoch.
fn plain(message: &Message, row: &mut Row) -> Option<f64> {
    let mut time = None;
    let mut fraction = 0.0;
    let (mut enhanced_altitude, mut enhanced_speed) = (None, None);
    for field in &message.fields {
        let Some(value) = number(&field.value) else { continue };
        match field.num {
            253 => time = Some(value),
            0 => row[1] = value * DEGREES,
            1 => row[2] = value * DEGREES,
            2 => row[3] = value / 5.0 - 500.0,
            3 => row[4] = value,
            4 => row[5] = value,
            5 => row[0] = value / 100.0,
            6 => row[8] = value / 1000.0,
            7 => row[6] = value,
            13 => row[7] = value,
            53 => fraction = value / 128.0,
            73 => enhanced_speed = Some(value / 1000.0),
            78 => enhanced_altitude = Some(value / 5.0 - 500.0),
            _ => {}
        }
    }
    row[5] += fraction;
    row[3] = enhanced_altitude.unwrap_or(row[3]);
    row[8] = enhanced_speed.unwrap_or(row[8]);
    time
}

/// A number that is not the invalid value of its type.
fn number(value: &Value) -> Option<f64> {
    match *value {
        Value::Uint8(v) => (v != u8::MAX).then(|| f64::from(v)),
        Value::Int8(v) => (v != i8::MAX).then(|| f64::from(v)),
        Value::Uint16(v) => (v != u16::MAX).then(|| f64::from(v)),
        Value::Int16(v) => (v != i16::MAX).then(|| f64::from(v)),
        Value::Uint32(v) => (v != u32::MAX).then(|| f64::from(v)),
        Value::Int32(v) => (v != i32::MAX).then(|| f64::from(v)),
        Value::Float32(v) => v.is_finite().then(|| f64::from(v)),
        Value::Float64(v) => v.is_finite().then_some(v),
        _ => None,
    }
}
