//! What a body, a sensor and a session can be: one table for samples and for the totals that a device states.
//!
//! What lies outside, and what is no number, is missing; nothing is cut to fit. Each range lies within the checks of
//! the database's `activity`, so that no stated total can make a whole file fail there. Never here: what to do with
//! what is missing.

use std::ops::RangeInclusive;

use super::samples::Row;
use crate::model::{DeviceTotals, MOST_CADENCE_PER_MIN};

type Range = RangeInclusive<f64>;

/// The longest session in seconds: 31 days.
pub(super) const LONGEST_S: f64 = 31.0 * 86_400.0;

const DURATION_S: Range = 0.0..=LONGEST_S;
const DISTANCE_M: Range = 0.0..=1e7;
const LATITUDE_DEG: Range = -90.0..=90.0;
const LONGITUDE_DEG: Range = -180.0..=180.0;
/// The Dead Sea to the summit of Everest, with room for barometers.
const ALTITUDE_M: Range = -500.0..=9000.0;
/// A hundred times the highest summit, over many days.
const CLIMB_M: Range = 0.0..=1e5;
/// 0 is a sensor that was not worn.
const HEART_RATE_BPM: Range = 20.0..=250.0;
const CADENCE_PER_MIN: Range = 0.0..=MOST_CADENCE_PER_MIN;
const POWER_W: Range = 0.0..=3000.0;
const TEMPERATURE_C: Range = -60.0..=70.0;
const SPEED_M_S: Range = 0.0..=150.0;
/// Twenty thousand a day are beyond anyone (Tour de France: 6,000 to 8,000), for 31 days.
const ENERGY_KCAL: Range = 0.0..=620_000.0;
const RPE: Range = 0.0..=10.0;

/// A sample with what is implausible made NaN.
pub(super) fn of_sample(mut row: Row) -> Row {
    let ranges = [
        DISTANCE_M,
        LATITUDE_DEG,
        LONGITUDE_DEG,
        ALTITUDE_M,
        HEART_RATE_BPM,
        CADENCE_PER_MIN,
        POWER_W,
        TEMPERATURE_C,
        SPEED_M_S,
    ];
    for (value, range) in row.iter_mut().zip(ranges) {
        if !range.contains(value) {
            *value = f64::NAN;
        }
    }
    // Half a position is none.
    if row[1].is_nan() || row[2].is_nan() {
        (row[1], row[2]) = (f64::NAN, f64::NAN);
    }
    row
}

/// Stated totals, of a session or a lap, without what is implausible.
pub(super) fn of_totals(totals: DeviceTotals) -> DeviceTotals {
    let known = |value: Option<f64>, range: Range| value.filter(|value| range.contains(value));
    DeviceTotals {
        elapsed_s: known(totals.elapsed_s, DURATION_S),
        timer_s: known(totals.timer_s, DURATION_S),
        distance_m: known(totals.distance_m, DISTANCE_M),
        ascent_m: known(totals.ascent_m, CLIMB_M),
        descent_m: known(totals.descent_m, CLIMB_M),
        avg_heart_rate_bpm: known(totals.avg_heart_rate_bpm, HEART_RATE_BPM),
        max_heart_rate_bpm: known(totals.max_heart_rate_bpm, HEART_RATE_BPM),
        avg_cadence_per_min: known(totals.avg_cadence_per_min, CADENCE_PER_MIN),
        avg_power_w: known(totals.avg_power_w, POWER_W),
        energy_kcal: known(totals.energy_kcal, ENERGY_KCAL),
        rpe: known(totals.rpe, RPE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::samples::EMPTY;

    #[test]
    fn nonsense_is_missing_and_half_a_position_is_none() {
        let row = of_sample([-5.0, 91.0, 10.0, 1e9, 255.0, -1.0, f64::INFINITY, 20.0, 3.0]);
        let kept: Vec<_> =
            row.iter().enumerate().filter(|(_, value)| value.is_finite()).map(|(i, _)| i).collect();
        assert_eq!(kept, [7, 8]);
    }

    /// Every total with one value, in the order of the fields.
    fn all(value: f64) -> [DeviceTotals; 11] {
        let (none, some) = (DeviceTotals::default(), Some(value));
        [
            DeviceTotals { elapsed_s: some, ..none },
            DeviceTotals { timer_s: some, ..none },
            DeviceTotals { distance_m: some, ..none },
            DeviceTotals { ascent_m: some, ..none },
            DeviceTotals { descent_m: some, ..none },
            DeviceTotals { avg_heart_rate_bpm: some, ..none },
            DeviceTotals { max_heart_rate_bpm: some, ..none },
            DeviceTotals { avg_cadence_per_min: some, ..none },
            DeviceTotals { avg_power_w: some, ..none },
            DeviceTotals { energy_kcal: some, ..none },
            DeviceTotals { rpe: some, ..none },
        ]
    }

    #[test]
    fn no_total_is_stated_by_nonsense() {
        for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.001, 1.1e7] {
            for (i, total) in all(nonsense).into_iter().enumerate() {
                assert_eq!(of_totals(total), DeviceTotals::default(), "total {i}: {nonsense}");
            }
        }
    }

    /// The least and the most of each total, and what lies just beyond.
    #[test]
    fn totals_reach_to_the_ends_of_their_ranges() {
        let ends = [
            (0.0, 2_678_400.0),
            (0.0, 2_678_400.0),
            (0.0, 1e7),
            (0.0, 1e5),
            (0.0, 1e5),
            (20.0, 250.0),
            (20.0, 250.0),
            (0.0, 400.0),
            (0.0, 3000.0),
            (0.0, 620_000.0),
            (0.0, 10.0),
        ];
        for (i, (least, most)) in ends.into_iter().enumerate() {
            for kept in [least, most] {
                assert_eq!(of_totals(all(kept)[i]), all(kept)[i], "total {i}: {kept}");
            }
            for lost in [least - 0.01, most + 0.01] {
                assert_eq!(of_totals(all(lost)[i]), DeviceTotals::default(), "total {i}: {lost}");
            }
        }
    }

    /// A rate that a sample may have can be the mean of them.
    #[test]
    fn samples_and_totals_share_their_ranges() {
        for value in [-1.0, 0.0, 19.9, 20.0, 250.0, 251.0, 400.0, 401.0, 3000.0, 3001.0, 1e7, 1.01e7] {
            let row = of_sample([value; 9]);
            let totals = [(0, 2), (4, 5), (4, 6), (5, 7), (6, 8)];
            for (channel, total) in totals {
                let is_stated = of_totals(all(value)[total]) != DeviceTotals::default();
                assert_eq!(row[channel].is_finite(), is_stated, "channel {channel}: {value}");
            }
        }
        assert!(of_sample(EMPTY).iter().all(|value| value.is_nan()));
    }
}
