//! The Mann–Kendall score, its variance under ties, and the AR(1) correction of that variance.
//! No slopes and no verdicts live here.

/// S and its variance for independent values.
pub(super) struct Score {
    /// Rising pairs minus falling pairs.
    pub(super) s: f64,
    /// (n(n−1)(2n+5) − Σ t(t−1)(2t+5)) / 18 over the groups of t equal values (Kendall 1975).
    pub(super) variance: f64,
}

/// The score of a series sorted by day.
pub(super) fn score(series: &[(f64, f64)]) -> Score {
    let mut s = 0i64;
    for (i, earlier) in series.iter().enumerate() {
        for later in &series[i + 1..] {
            s += i64::from(later.1 > earlier.1) - i64::from(later.1 < earlier.1);
        }
    }
    let mut values: Vec<f64> = series.iter().map(|point| point.1).collect();
    values.sort_unstable_by(f64::total_cmp);
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let ties: f64 = values.chunk_by(|a, b| a == b).map(|group| term(group.len() as f64)).sum();
    Score { s: s as f64, variance: (term(values.len() as f64) - ties) / 18.0 }
}

/// The lag-one autocorrelation of the residuals about the line of this slope, corrected for its bias by
/// (n·r + 1)/(n − 4) and held within 0 to 1.
pub(in crate::analysis) fn detrended_autocorrelation(series: &[(f64, f64)], slope: f64) -> f64 {
    let n = series.len() as f64;
    let residuals: Vec<f64> = series.iter().map(|(day, value)| value - slope * day).collect();
    let mean = residuals.iter().sum::<f64>() / n;
    let square = |value: f64| value * value;
    let spread: f64 = residuals.iter().map(|residual| square(residual - mean)).sum();
    // A perfect line leaves residuals of rounding errors, whose correlation says nothing.
    let magnitude =
        series.iter().map(|(day, value)| value.abs().max((slope * day).abs())).fold(0.0, f64::max);
    if spread <= n * square(magnitude * 1e-12) {
        return 0.0;
    }
    let neighbours: f64 = residuals.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    ((n * neighbours / spread + 1.0) / (n - 4.0)).clamp(0.0, 1.0)
}

/// 1 + 2/n Σₖ₌₁ⁿ⁻¹ (n−k) rᵏ: how much wider S spreads for AR(1) values than for independent ones.
pub(in crate::analysis) fn variance_factor(n: usize, r: f64) -> f64 {
    let mut power = 1.0;
    let mut sum = 0.0;
    for k in 1..n {
        power *= r;
        sum += (n - k) as f64 * power;
    }
    1.0 + 2.0 * sum / n as f64
}
