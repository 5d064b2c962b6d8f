//! Tests of the trend: against scipy and pymannkendall, and its rate of false alarms on noise.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::{rolling::*, *};

/// A small seeded generator of standard normal numbers (SplitMix64 and Box–Muller).
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// A stationary AR(1) series on days 0, 1, ….
    fn ar1(&mut self, n: usize, phi: f64) -> Vec<(f64, f64)> {
        let mut value = self.normal() / (1.0 - phi * phi).sqrt();
        let step = |day| {
            let point = (day as f64, value);
            value = phi * value + self.normal();
            point
        };
        (0..n).map(step).collect()
    }
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

/// `scipy.stats.theilslopes(y, range(20), 0.95)` and `pymannkendall.original_test(y)` (scipy 1.17.1,
/// pymannkendall 1.4.3). The residuals alternate (r₁ = −0.55), so nothing is corrected but the t quantile.
#[test]
fn agrees_with_scipy_and_pymannkendall() {
    let y =
        [5.2, 5.0, 5.6, 5.1, 5.9, 5.8, 5.5, 6.1, 6.4, 5.9, 6.0, 6.6, 6.3, 6.9, 6.2, 6.8, 7.0, 6.7, 7.4, 7.1];
    let series: Vec<(f64, f64)> = y.iter().enumerate().map(|(day, value)| (day as f64, *value)).collect();
    let score = mann_kendall::score(&series);
    assert_eq!((score.s, score.variance), (145.0, 949.0));
    let slopes = theil_sen::pair_slopes(&series);
    // 1.96·√949: scipy's interval is that of independent values and the normal quantile.
    let (low, high) = theil_sen::interval(&slopes, 1.959_963_985 * 949f64.sqrt()).unwrap();
    close(low, 0.081_818_181_8, 1e-9);
    close(high, 0.133_333_333_3, 1e-9);

    let trend = trend(&series, 0.05).unwrap();
    let estimate = trend.estimate.unwrap();
    assert_eq!(trend.direction, Direction::Rising);
    close(estimate.slope_per_day, 0.111_111_111_1, 1e-9);
    close(estimate.intercept, 5.094_444_444_4, 1e-9);
    close(estimate.tau, 0.763_157_894_7, 1e-9);
    assert_eq!((estimate.autocorrelation, estimate.effective_points), (0.0, 20.0));
    assert!(estimate.p_value < 0.001);
}

/// Irregular days, ties and a positive r₁. Computed with numpy from the formulae in the module's text:
/// `e = y - b*x; r = (n*r1+1)/(n-4); f = 1+2/n*((n-k)*r**k).sum(); t = scipy.stats.t(n/f-2);
/// p = 2*t.sf((|S|-1)/sqrt(408.33*f)); C = t.ppf(.975)*sqrt(408.33*f)`, S and 408.33 from pymannkendall.
#[test]
fn agrees_with_numpy_on_an_autocorrelated_series() {
    let days = [0., 1., 3., 4., 8., 9., 10., 14., 15., 17., 21., 22., 25., 28., 29.];
    let values = [
        150.0, 149.0, 151.0, 150.5, 148.0, 147.5, 147.0, 149.5, 148.5, 146.0, 145.0, 146.5, 147.25, 146.25,
        144.0,
    ];
    let series: Vec<(f64, f64)> = days.into_iter().zip(values).collect();
    let trend = trend(&series, 0.05).unwrap();
    let estimate = trend.estimate.unwrap();
    assert_eq!((trend.direction, trend.points), (Direction::Falling, 15));
    close(estimate.slope_per_day, -0.181_818_181_8, 1e-9);
    close(estimate.intercept, 150.045_454_545_5, 1e-9);
    close(estimate.autocorrelation, 0.243_493_956_5, 1e-9);
    close(estimate.effective_points, 9.451_769_614_1, 1e-9);
    close(estimate.p_value, 0.033_936_171_4, 1e-6);
    let (low, high) = estimate.interval.unwrap();
    close(low, -0.346_153_846_2, 1e-9);
    close(high, -0.041_666_666_7, 1e-9);
}

/// The share of trends that `test` finds in AR(1) noise.
fn false_alarms(phi: f64, test: impl Fn(&[(f64, f64)]) -> bool) -> f64 {
    let mut noise = Noise(7);
    let runs = 1_000;
    (0..runs).filter(|_| test(&noise.ar1(60, phi))).count() as f64 / f64::from(runs)
}

/// Mann–Kendall as it stands in most programs: no thought of autocorrelation.
fn naive(series: &[(f64, f64)]) -> bool {
    let score = mann_kendall::score(series);
    (score.s.abs() - 1.0) / score.variance.sqrt() > 1.959_963_985
}

fn corrected(series: &[(f64, f64)]) -> bool {
    trend(series, 0.05).unwrap().direction != Direction::NoEvidence
}

#[test]
fn false_alarms_stay_near_the_stated_rate() {
    let independent = false_alarms(0.0, corrected);
    assert!((0.015..=0.06).contains(&independent), "phi 0: {independent}");
    let correlated = false_alarms(0.5, corrected);
    assert!((0.02..=0.07).contains(&correlated), "phi 0.5: {correlated}");
    let strongly = false_alarms(0.8, corrected);
    assert!(strongly <= 0.10, "phi 0.8: {strongly}");
}

/// The check above can fail: without the correction the same noise gives several times as many.
#[test]
fn the_uncorrected_test_raises_false_alarms() {
    let rate = false_alarms(0.5, naive);
    assert!(rate >= 0.15, "phi 0.5, uncorrected: {rate}");
}

/// An interval that ignored the autocorrelation would miss the true slope of 0 in a fifth of the series.
#[test]
fn the_interval_covers_the_true_slope() {
    let missed = false_alarms(0.5, |series| {
        let estimate = trend(series, 0.05).unwrap().estimate.unwrap();
        estimate.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    });
    assert!((0.02..=0.08).contains(&missed), "{missed}");
}

#[test]
fn a_real_trend_in_correlated_noise_is_found() {
    let mut noise = Noise(3);
    let found = (0..100).filter(|_| {
        let mut series = noise.ar1(100, 0.3);
        series.iter_mut().for_each(|(day, value)| *value += 0.05 * *day);
        trend(&series, 0.05).unwrap().direction == Direction::Rising
    });
    assert!(found.count() >= 95);
}

#[test]
fn a_perfect_line_rises_and_a_constant_does_not() {
    let line: Vec<(f64, f64)> = (0..30).map(|day| (f64::from(day), 0.1 * f64::from(day) + 300.1)).collect();
    let rising = trend(&line, 0.05).unwrap();
    assert_eq!(rising.direction, Direction::Rising);
    assert_eq!(rising.estimate.unwrap().autocorrelation, 0.0);
    let flat: Vec<(f64, f64)> = line.iter().map(|(day, _)| (*day, 4.2)).collect();
    let estimate = trend(&flat, 0.05).unwrap().estimate.unwrap();
    assert_eq!((estimate.slope_per_day, estimate.p_value, estimate.interval), (0.0, 1.0, Some((0.0, 0.0))));
}

#[test]
fn too_few_days_are_said_to_be_too_few() {
    let nine_days: Vec<(f64, f64)> = (0..18).map(|i| (f64::from(i / 2), f64::from(i))).collect();
    let trend = trend(&nine_days, 0.05).unwrap();
    assert_eq!((trend.direction, trend.points, trend.estimate), (Direction::InsufficientData, 9, None));
}

#[test]
fn unsound_input_is_refused() {
    assert_eq!(trend(&[(0.0, 1.0), (1.0, f64::NAN)], 0.05), Err(TrendError::NotFinite(1)));
    assert_eq!(trend(&vec![(0.0, 0.0); MAX_POINTS + 1], 0.05), Err(TrendError::TooManyPoints(2_001)));
    for alpha in [0.0, 0.5, -1.0, f64::NAN] {
        assert_eq!(trend(&[], alpha), Err(TrendError::Alpha));
    }
}

proptest! {
    #[test]
    fn mirrored_values_mirror_the_trend(values in prop::collection::vec(-50i32..50, 10..40)) {
        let up: Vec<(f64, f64)> =
            values.iter().enumerate().map(|(day, value)| (day as f64, f64::from(*value))).collect();
        let down: Vec<(f64, f64)> = up.iter().rev().map(|(day, value)| (*day, -value)).collect();
        let (up, down) = (trend(&up, 0.05).unwrap(), trend(&down, 0.05).unwrap());
        let (a, b) = (up.estimate.unwrap(), down.estimate.unwrap());
        prop_assert!((a.slope_per_day + b.slope_per_day).abs() < 1e-9);
        prop_assert!((a.p_value - b.p_value).abs() < 1e-9);
        let mirror = match up.direction {
            Direction::Rising => Direction::Falling,
            Direction::Falling => Direction::Rising,
            other => other,
        };
        prop_assert_eq!(down.direction, mirror);
    }

    #[test]
    fn the_interval_holds_the_slope(values in prop::collection::vec(-50i32..50, 10..40)) {
        let series: Vec<(f64, f64)> =
            values.iter().enumerate().map(|(day, value)| (day as f64, f64::from(*value))).collect();
        let estimate = trend(&series, 0.05).unwrap().estimate.unwrap();
        if let Some((low, high)) = estimate.interval {
            prop_assert!(low <= estimate.slope_per_day && estimate.slope_per_day <= high);
        }
        prop_assert!((0.0..=1.0).contains(&estimate.p_value));
        prop_assert!(estimate.effective_points <= values.len() as f64 && estimate.effective_points >= 0.99);
    }

    #[test]
    fn rolling_means_equal_the_plain_definition(
        days in prop::collection::vec((0i32..300, -1e4..1e4f64), 0..60),
        window in prop::sample::select(Window::ALL.as_slice()),
    ) {
        let values: Vec<(Date, f64)> = days.iter().map(|(day, value)| (on(*day), *value)).collect();
        for point in rolling_means(&values, window) {
            let before = point.date.checked_sub(days_long(window.days())).unwrap();
            let within = |date: Date| date > before && date <= point.date;
            let plain: Vec<f64> = values.iter().filter(|(date, _)| within(*date)).map(|v| v.1).collect();
            prop_assert_eq!(plain.len(), point.values);
            prop_assert!((plain.iter().sum::<f64>() / plain.len() as f64 - point.mean).abs() < 1e-6);
        }
    }
}

fn days_long(days: i32) -> jiff::Span {
    jiff::Span::new().days(days)
}

fn on(day: i32) -> Date {
    date(2024, 1, 1).checked_add(days_long(day)).unwrap()
}

/// A window of seven days holds seven days, not the last seven runs, and days without a run are not zero.
#[test]
fn windows_count_days() {
    let values = [(on(0), 10.0), (on(6), 20.0), (on(7), 60.0), (on(7), 40.0), (on(30), 5.0)];
    let means: Vec<(f64, usize)> =
        rolling_means(&values, Window::Days7).iter().map(|point| (point.mean, point.values)).collect();
    assert_eq!(means, [(10.0, 1), (15.0, 2), (40.0, 3), (5.0, 1)]);
}
