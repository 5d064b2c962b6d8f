//! Metres climbed and descended. Never here: grade, smoothing for grade.
//!
//! The device's total comes first: it knows its sensor. Else what no athlete climbs so fast is left out (`credible`),
//! and of the rest a device's altitudes go through hysteresis: altitude counts once it has moved by a threshold from
//! where it counted last. Of the thresholds tried on devices' own totals, 3 m came nearest: within 6 % on four
//! recordings, where none at all gives 7 to 32 % too much. Altitudes of satellites alone have their own way
//! (`satellites`).

mod credible;
mod satellites;

use crate::model::{Altimeter, Channel, DeviceTotals, Track};

/// Altitude must move by this many metres to count.
pub const THRESHOLD_M: f64 = 3.0;

/// Where ascent and descent come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElevationSource {
    /// The device's own totals.
    Device,
    /// Ours, from the altitudes of the track.
    Track,
}

impl ElevationSource {
    /// The source of an activity's ascent and descent: the device where it states at least one, else the track where it
    /// has altitude.
    pub fn of(totals: &DeviceTotals, has_altitude: bool) -> Option<Self> {
        if totals.ascent_m.is_some() || totals.descent_m.is_some() {
            Some(Self::Device)
        } else {
            has_altitude.then_some(Self::Track)
        }
    }

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Track => "track",
        }
    }
}

/// Cumulative ascent and descent, one value per sample: 0 at first, never falling.
#[derive(Debug, Clone, PartialEq)]
pub struct Climb {
    /// Metres climbed up to each sample.
    pub ascent_m: Vec<f64>,
    /// Metres descended up to each sample, as a positive number.
    pub descent_m: Vec<f64>,
}

impl Climb {
    /// Ascent and descent of the whole.
    pub fn totals_m(&self) -> (f64, f64) {
        let last = |values: &[f64]| values.last().copied().unwrap_or(0.0);
        (last(&self.ascent_m), last(&self.descent_m))
    }
}

/// Ascent and descent in metres as [`ElevationSource::of`] has it. Never one of each source.
pub fn choose(totals: &DeviceTotals, climb: Option<&Climb>) -> (Option<f64>, Option<f64>) {
    match (ElevationSource::of(totals, climb.is_some()), climb) {
        (Some(ElevationSource::Device), _) => (totals.ascent_m, totals.descent_m),
        (_, Some(climb)) => {
            let (up, down) = climb.totals_m();
            (Some(up), Some(down))
        }
        _ => (None, None),
    }
}

/// The climb of a track; `None` without altitude.
pub fn climb(track: &Track, altimeter: Altimeter) -> Option<Climb> {
    let (time_s, altitude_m) = (track.time_s(), track.get(Channel::AltitudeM)?);
    Some(match altimeter {
        Altimeter::Device => hysteresis(&credible::credible(time_s, altitude_m), THRESHOLD_M),
        Altimeter::Satellites => satellites::climb(time_s, altitude_m),
    })
}

/// Hysteresis over altitudes in metres; missing ones are skipped.
pub fn hysteresis(altitude_m: &[f64], threshold_m: f64) -> Climb {
    let (mut up, mut down) = (0.0, 0.0);
    let mut reference: Option<f64> = None;
    let mut climb = Climb { ascent_m: Vec::with_capacity(altitude_m.len()), descent_m: Vec::new() };
    climb.descent_m.reserve(altitude_m.len());
    for &altitude in altitude_m {
        if altitude.is_finite() {
            let from = *reference.get_or_insert(altitude);
            let change = altitude - from;
            if change.abs() >= threshold_m {
                up += change.max(0.0);
                down -= change.min(0.0);
                reference = Some(altitude);
            }
        }
        climb.ascent_m.push(up);
        climb.descent_m.push(down);
    }
    climb
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_waves_do_not_count_and_missing_values_are_skipped() {
        let waves: Vec<f64> = (0..100).map(|i| f64::from(i % 3)).collect();
        assert_eq!(hysteresis(&waves, 3.0).totals_m(), (0.0, 0.0));
        let hill = [100.0, f64::NAN, 104.0, 103.0, 110.0, f64::NAN, 100.0];
        assert_eq!(hysteresis(&hill, 3.0).totals_m(), (10.0, 10.0));
    }

    #[test]
    fn a_device_that_states_only_its_ascent_is_not_completed_by_us() {
        let totals = DeviceTotals { ascent_m: Some(12.0), ..DeviceTotals::default() };
        let climb = hysteresis(&[0.0, 50.0, 0.0], 3.0);
        assert_eq!(choose(&totals, Some(&climb)), (Some(12.0), None));
        assert_eq!(ElevationSource::of(&totals, true), Some(ElevationSource::Device));
        assert_eq!(choose(&DeviceTotals::default(), Some(&climb)), (Some(50.0), Some(50.0)));
        assert_eq!(ElevationSource::of(&DeviceTotals::default(), true), Some(ElevationSource::Track));
        assert_eq!(choose(&DeviceTotals::default(), None), (None, None));
    }

    proptest! {
        #[test]
        fn ascent_less_descent_is_the_net_change_within_the_threshold(
            altitude in prop::collection::vec(0.0..500.0f64, 1..200), shift in -100.0..100.0f64
        ) {
            let (up, down) = hysteresis(&altitude, 3.0).totals_m();
            let net = altitude[altitude.len() - 1] - altitude[0];
            prop_assert!((up - down - net).abs() <= 3.0 + 1e-9);
            prop_assert!(up >= 0.0 && down >= 0.0);
            let moved: Vec<f64> = altitude.iter().map(|m| m + shift).collect();
            let (up_moved, _) = hysteresis(&moved, 3.0).totals_m();
            prop_assert!((up - up_moved).abs() < 1e-6);
        }
    }
}
