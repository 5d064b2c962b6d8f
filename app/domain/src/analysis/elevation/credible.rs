//! Altitudes that an athlete can have been at one after the other. Never here: noise that is possible.
//!
//! A sensor that is not ready writes zero, one that fails writes anything, and one that is calibrated on the way jumps.
//! None of it was climbed.

/// Nobody climbs or descends faster than this in m/s: on a bicycle at the fastest that is believed, 36 m/s, a descent of
/// 28 %.
const FASTEST_M_S: f64 = 10.0;
/// Altitudes that a jump leads to and another ends are nonsense if they last no longer than this many seconds.
const SHORT_S: f64 = 30.0;

/// Altitudes in metres as they would be without impossible jumps: NaN where a short stretch between jumps, or between a
/// jump and an end, is not believed, and shifted after a jump that lasts. Only their differences mean anything.
pub(super) fn credible(time_s: &[f64], altitude_m: &[f64]) -> Vec<f64> {
    let known: Vec<usize> = (0..altitude_m.len()).filter(|&i| altitude_m[i].is_finite()).collect();
    let stretches: Vec<&[usize]> = known.chunk_by(|&a, &b| is_possible(time_s, altitude_m, a, b)).collect();
    let seconds = |stretch: &[usize]| time_s[stretch[stretch.len() - 1]] - time_s[stretch[0]];
    let longest_s = stretches.iter().map(|stretch| seconds(stretch)).fold(0.0, f64::max);
    let mut credible_m = vec![f64::NAN; altitude_m.len()];
    let mut shift_m = 0.0;
    let mut last: Option<usize> = None;
    for stretch in stretches {
        if seconds(stretch) <= SHORT_S && seconds(stretch) < longest_s {
            continue;
        }
        if let Some(last) = last.filter(|&last| !is_possible(time_s, altitude_m, last, stretch[0])) {
            shift_m += altitude_m[last] - altitude_m[stretch[0]];
        }
        for &i in stretch {
            credible_m[i] = altitude_m[i] + shift_m;
        }
        last = stretch.last().copied();
    }
    credible_m
}

/// Whether an athlete can get from the altitude of one sample to that of a later one. Differences within a second are
/// those of the sensor, and may be as large as those of a second.
fn is_possible(time_s: &[f64], altitude_m: &[f64], from: usize, to: usize) -> bool {
    (altitude_m[to] - altitude_m[from]).abs() <= FASTEST_M_S * (time_s[to] - time_s[from]).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// At one sample a second.
    fn of(altitude_m: &[f64]) -> Vec<f64> {
        let time_s: Vec<f64> = (0..altitude_m.len()).map(|i| i as f64).collect();
        credible(&time_s, altitude_m)
    }

    fn minute(altitude_m: f64) -> Vec<f64> {
        vec![altitude_m; 60]
    }

    #[test]
    fn short_nonsense_is_missing() {
        let spike = [minute(1200.0), vec![8000.0], minute(1201.0)].concat();
        let found = of(&spike);
        assert!(found[60].is_nan());
        assert_eq!((found[59], found[61]), (1200.0, 1201.0));
        let not_ready = [vec![0.0; 5], minute(1200.0), vec![-400.0; 20]].concat();
        let found = of(&not_ready);
        assert!(found[..5].iter().chain(&found[65..]).all(|altitude| altitude.is_nan()));
        assert_eq!(found[5..65], minute(1200.0));
    }

    #[test]
    fn a_jump_that_lasts_is_taken_out() {
        let calibrated = [minute(0.0), minute(1200.0), vec![1205.0]].concat();
        let found = of(&calibrated);
        assert_eq!((found[59], found[60], found[120]), (0.0, 0.0, 5.0));
    }

    #[test]
    fn what_is_possible_stays() {
        let climb: Vec<f64> = (0..100).map(|i| f64::from(i) * 5.0).collect();
        assert_eq!(of(&climb), climb);
        assert_eq!(of(&[3.0]), [3.0]);
        assert_eq!(of(&[]), [0.0; 0]);
        // After ten minutes without a sample one may be anywhere.
        assert_eq!(credible(&[0.0, 600.0], &[0.0, 4000.0]), [0.0, 4000.0]);
        // Dense samples need not be smooth.
        assert_eq!(credible(&[0.0, 0.01, 0.02], &[0.0, 5.0, 1.0]), [0.0, 5.0, 1.0]);
    }

    proptest! {
        #[test]
        fn no_jump_is_left(altitudes in prop::collection::vec(prop_oneof![0.0..20.0f64, -500.0..9000.0], 0..200)) {
            let known: Vec<(f64, f64)> =
                (0_u32..).map(f64::from).zip(of(&altitudes)).filter(|(_, altitude)| altitude.is_finite()).collect();
            prop_assert_eq!(known.is_empty(), altitudes.is_empty());
            for pair in known.windows(2) {
                prop_assert!((pair[1].1 - pair[0].1).abs() <= FASTEST_M_S * (pair[1].0 - pair[0].0) + 1e-6);
            }
        }
    }
}
