//! Figures for the wire: rounding with enough digits, and pace and speed from distance and time.
//! Never here: figures that are stored or computed with; those are never rounded.

/// The value to so many decimals; values that are not finite become absent.
pub(in crate::features) fn rounded(value: impl Into<Option<f64>>, decimals: i32) -> Option<f64> {
    let value: f64 = value.into().filter(|value: &f64| value.is_finite())?;
    let scale = 10f64.powi(decimals);
    let scaled = value * scale;
    // Adding zero turns a rounded -0 into 0. Beyond 2^53 there is nothing left to round.
    Some(if scaled.abs() < 9.0e15 { scaled.round() / scale + 0.0 } else { value })
}

/// The value to so many digits, however small it is: a probability of 0.0000284 is not 0.
pub(in crate::features) fn significant(value: impl Into<Option<f64>>, digits: i32) -> Option<f64> {
    let value: f64 = value.into()?;
    let size = if value == 0.0 { 0 } else { value.abs().log10().floor().clamp(-300.0, 300.0) as i32 };
    rounded(value, digits - 1 - size)
}

/// Metres or metres a part of a metre: centimetres are the devices' own step.
pub(super) fn metres(value: impl Into<Option<f64>>) -> Option<f64> {
    rounded(value, 2)
}

/// Seconds, to a tenth.
pub(super) fn seconds(value: impl Into<Option<f64>>) -> Option<f64> {
    rounded(value, 1)
}

/// Seconds per kilometre to a tenth; absent without distance or time.
pub(in crate::features) fn pace_s_per_km(distance_m: Option<f64>, time_s: f64) -> Option<f64> {
    let distance = distance_m.filter(|distance| *distance > 0.0)?;
    (time_s > 0.0).then(|| rounded(time_s / distance * 1000.0, 1)).flatten()
}

/// Metres per second to a millimetre; absent without distance or time.
pub(super) fn speed_m_s(distance_m: Option<f64>, time_s: f64) -> Option<f64> {
    let distance = distance_m.filter(|distance| *distance > 0.0)?;
    (time_s > 0.0).then(|| rounded(distance / time_s, 3)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_decimals() {
        assert_eq!(rounded(1.23456, 4), Some(1.2346));
        assert_eq!(rounded(-0.00001, 2).map(f64::to_bits), Some(0f64.to_bits()));
        assert_eq!(rounded(f64::NAN, 2), None);
        assert_eq!(rounded(None, 2), None);
        assert_eq!(rounded(1e300, 2), Some(1e300));
    }

    #[test]
    fn rounds_to_digits() {
        assert_eq!(significant(2.842e-5, 3), Some(2.84e-5));
        assert_eq!(significant(0.123_456, 3), Some(0.123));
        assert_eq!(significant(1.0, 3), Some(1.0));
        assert_eq!(significant(0.0, 3), Some(0.0));
        let tiny = significant(1.234e-200, 3).unwrap();
        assert!((tiny - 1.23e-200).abs() < 1e-210, "{tiny}");
        assert_eq!((significant(None, 3), significant(f64::NAN, 3)), (None, None));
    }

    #[test]
    fn pace_needs_distance_and_time() {
        assert_eq!(pace_s_per_km(Some(10_000.0), 3000.0), Some(300.0));
        assert_eq!(speed_m_s(Some(10_000.0), 3000.0), Some(3.333));
        for (distance, time) in [(None, 10.0), (Some(0.0), 10.0), (Some(10.0), 0.0)] {
            assert_eq!(pace_s_per_km(distance, time), None);
            assert_eq!(speed_m_s(distance, time), None);
        }
    }
}
