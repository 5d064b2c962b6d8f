//! One column of numbers: steps, differences, varints by planes, and the way back.
//! Which channel a column belongs to is not known here.

use super::{MAX_SAMPLES, StreamError, frame::Frame, varint};

/// The order byte of a column of exact doubles.
const EXACT: u8 = 255;
/// The most values on which the orders of differences are tried.
const TRIAL: usize = 2048;
/// Steps beyond this are not all whole doubles.
const MAX_STEPS: f64 = 9_007_199_254_740_992.0;

/// Writes finite values as steps, or exactly where steps cannot hold them.
pub(super) fn write(out: &mut Frame, values: &[f64], steps_per_unit: f64) {
    match to_steps(values, steps_per_unit) {
        Some(steps) => write_steps(out, steps),
        None => write_exact(&mut out.bytes, values),
    }
    out.end_part();
}

/// As [`write()`], but exactly also where rounding would make two neighbours equal.
pub(super) fn write_increasing(out: &mut Frame, values: &[f64], steps_per_unit: f64) {
    match to_steps(values, steps_per_unit) {
        Some(steps) if steps.windows(2).all(|pair| pair[0] < pair[1]) => write_steps(out, steps),
        _ => write_exact(&mut out.bytes, values),
    }
    out.end_part();
}

/// Writes a bit per value, lowest bit first, set where the value is present.
pub(super) fn write_presence(out: &mut Vec<u8>, values: &[f64]) {
    for eight in values.chunks(8) {
        let bits = eight.iter().enumerate().map(|(i, value)| u8::from(value.is_finite()) << i);
        out.push(bits.fold(0, |byte, bit| byte | bit));
    }
}

fn to_steps(values: &[f64], steps_per_unit: f64) -> Option<Vec<i64>> {
    let step = |value: &f64| {
        // Half away from zero, as `f64::round` does, which is a call where the processor lacks the instruction.
        let steps = value * steps_per_unit;
        let steps = steps + 0.5f64.copysign(steps);
        (steps.abs() <= MAX_STEPS).then_some(steps as i64)
    };
    values.iter().map(step).collect()
}

fn write_exact(out: &mut Vec<u8>, values: &[f64]) {
    out.push(EXACT);
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// Writes the steps, their differences or the differences of these, whichever packs best. The first plane is a part
/// of its own.
fn write_steps(out: &mut Frame, mut steps: Vec<i64>) {
    let order = best_order(out, &steps);
    for _ in 0..order {
        difference(&mut steps);
    }
    let planes = planes(&steps);
    let (first, later) = planes.split_at(steps.len());
    out.bytes.push(order);
    out.bytes.extend(first);
    if !later.is_empty() {
        out.end_part();
        out.bytes.extend(later);
    }
}

/// The order that packs a stretch from the middle best.
fn best_order(out: &mut Frame, steps: &[i64]) -> u8 {
    let start = steps.len().saturating_sub(TRIAL) / 2;
    let mut stretch: Vec<i64> = steps.iter().skip(start).take(TRIAL).copied().collect();
    let mut best = (0, usize::MAX);
    for order in 0..=2 {
        // The first values of a stretch are not yet differences.
        let size = out.packed_size(&planes(&stretch[usize::from(order).min(stretch.len())..]));
        if size < best.1 {
            best = (order, size);
        }
        difference(&mut stretch);
    }
    best.0
}

/// Each value minus the one before it; the first stays. Magnitudes at most double, from 2⁵³ to 2⁵⁵.
fn difference(values: &mut [i64]) {
    for i in (1..values.len()).rev() {
        values[i] -= values[i - 1];
    }
}

/// All first bytes of the varints, then the second bytes of those that have one, and so on.
fn planes(values: &[i64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(values.len() * 2);
    let mut open: Vec<u64> = values.iter().map(|&value| varint::zigzag(value)).collect();
    while !open.is_empty() {
        out.extend(open.iter().map(|&value| value as u8 & 0x7f | u8::from(value >= 0x80) << 7));
        // What goes on moves to the front; without a branch, since lengths vary as noise does.
        let mut kept = 0;
        for i in 0..open.len() {
            let value = open[i];
            open[kept] = value >> 7;
            kept += usize::from(value >= 0x80);
        }
        open.truncate(kept);
    }
    out
}

/// Reads what the functions above wrote. Every read checks that the bytes are there.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(frame: &'a [u8]) -> Self {
        Self { rest: frame }
    }

    fn take(&mut self, bytes: usize) -> Result<&'a [u8], StreamError> {
        let (taken, rest) = self.rest.split_at_checked(bytes).ok_or(StreamError::Damaged("ends early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, StreamError> {
        Ok(self.take(1)?[0])
    }

    /// The number of samples: never more than bytes that follow, since each has a byte of time at least.
    pub(super) fn samples(&mut self) -> Result<usize, StreamError> {
        let mut value = 0u64;
        for shift in (0..).step_by(7).take(4) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let samples = value as usize;
                let plausible = samples <= MAX_SAMPLES && samples <= self.rest.len();
                return if plausible { Ok(samples) } else { Err(StreamError::Damaged("sample count")) };
            }
        }
        Err(StreamError::Damaged("sample count"))
    }

    /// A column of `count` values.
    pub(super) fn column(&mut self, count: usize, steps_per_unit: f64) -> Result<Vec<f64>, StreamError> {
        let order = self.byte()?;
        if order == EXACT {
            return self.exact(count);
        }
        if order > 2 {
            return Err(StreamError::Damaged("difference order"));
        }
        let mut steps = self.planes(count)?;
        for _ in 0..order {
            accumulate(&mut steps)?;
        }
        Ok(steps.into_iter().map(|step| step as f64 / steps_per_unit).collect())
    }

    /// A channel of `samples` values, NaN where none is present.
    pub(super) fn channel(&mut self, samples: usize, steps_per_unit: f64) -> Result<Vec<f64>, StreamError> {
        if self.byte()? == 0 {
            return self.column(samples, steps_per_unit);
        }
        let bitmap = self.take(samples.div_ceil(8))?;
        let present = |i: usize| bitmap[i / 8] >> (i % 8) & 1 == 1;
        let count = (0..samples).filter(|&i| present(i)).count();
        let mut values = self.column(count, steps_per_unit)?.into_iter();
        let value = |i| if present(i) { values.next().unwrap_or(f64::NAN) } else { f64::NAN };
        Ok((0..samples).map(value).collect())
    }

    pub(super) fn finish(self) -> Result<(), StreamError> {
        if self.rest.is_empty() { Ok(()) } else { Err(StreamError::Damaged("trailing bytes")) }
    }

    fn exact(&mut self, count: usize) -> Result<Vec<f64>, StreamError> {
        let bytes = self.take(count.saturating_mul(8))?;
        let double = |bytes: &[u8; 8]| Some(f64::from_le_bytes(*bytes)).filter(|value| value.is_finite());
        let values: Option<Vec<f64>> = bytes.as_chunks().0.iter().map(double).collect();
        values.ok_or(StreamError::Damaged("a value is not finite"))
    }

    fn planes(&mut self, count: usize) -> Result<Vec<i64>, StreamError> {
        let mut values = vec![0u64; count];
        let mut open: Vec<usize> = (0..count).collect();
        for shift in (0..).step_by(7).take(varint::MAX_BYTES) {
            let plane = self.take(open.len())?;
            for (&index, byte) in open.iter().zip(plane) {
                values[index] |= u64::from(byte & 0x7f) << shift;
            }
            let mut bytes = plane.iter();
            open.retain(|_| bytes.next().is_some_and(|byte| byte & 0x80 != 0));
            if open.is_empty() {
                return Ok(values.into_iter().map(varint::unzigzag).collect());
            }
        }
        Err(StreamError::Damaged("a number is too long"))
    }
}

/// Running sums: the inverse of [`difference`].
fn accumulate(values: &mut [i64]) -> Result<(), StreamError> {
    for i in 1..values.len() {
        values[i] =
            values[i].checked_add(values[i - 1]).ok_or(StreamError::Damaged("a number is too large"))?;
    }
    Ok(())
}
