//! Slopes of all pairs, their median and the interval by ranks. No tests of significance live here.

/// The slope of each pair of different days, ascending.
pub(super) fn pair_slopes(series: &[(f64, f64)]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(series.len() * series.len().saturating_sub(1) / 2);
    for (i, earlier) in series.iter().enumerate() {
        for later in &series[i + 1..] {
            slopes.push((later.1 - earlier.1) / (later.0 - earlier.0));
        }
    }
    slopes.sort_unstable_by(f64::total_cmp);
    slopes
}

/// The middle of ascending values; 0 for none.
pub(super) fn median(ascending: &[f64]) -> f64 {
    match ascending.len() {
        0 => 0.0,
        n if n % 2 == 1 => ascending[n / 2],
        n => f64::midpoint(ascending[n / 2 - 1], ascending[n / 2]),
    }
}

/// median(y) − slope · median(day).
pub(super) fn intercept(series: &[(f64, f64)], slope: f64) -> f64 {
    let middle = |mut values: Vec<f64>| {
        values.sort_unstable_by(f64::total_cmp);
        median(&values)
    };
    middle(series.iter().map(|point| point.1).collect())
        - slope * middle(series.iter().map(|point| point.0).collect())
}

/// The slopes of rank (N − C)/2 and (N + C)/2, or `None` when C reaches beyond the outermost slopes.
pub(super) fn interval(ascending: &[f64], c: f64) -> Option<(f64, f64)> {
    let n = ascending.len() as f64;
    // Ranks count from 1; the upper bound takes the next slope outwards, as Gilbert has it.
    let lower = ((n - c) / 2.0).round() - 1.0;
    let upper = ((n + c) / 2.0).round();
    if lower < 0.0 || upper > n - 1.0 {
        return None;
    }
    Some((ascending[lower as usize], ascending[upper as usize]))
}
