//! Normalized power. Thresholds and scores do not live here.

use super::trimp::MAX_GAP_S;

/// The width of the moving mean in seconds.
const WINDOW_S: usize = 30;

/// Longer sessions are refused: 10 days.
const MAX_SECONDS: f64 = 864_000.0;

/// Normalized power: the fourth root of the mean fourth power of 30 s moving means (Coggan 2003; Allen &
/// Coggan 2010). A recorded 0 counts, a missing value does not: it holds the last one for up to
/// [`MAX_GAP_S`], beyond which the window starts anew. `counted_s` as for [`super::trimp::HeartRateTime`]:
/// seconds that do not count are left out of the sequence.
///
/// `None` for fewer than 30 s with power, other lengths than one per time, or more than ten days.
pub fn normalized_power(power_w: &[f64], counted_s: &[f64]) -> Option<f64> {
    if power_w.len() != counted_s.len() || counted_s.iter().sum::<f64>() > MAX_SECONDS {
        return None;
    }
    let mut sum_of_fourths = 0.0;
    let mut means = 0u32;
    for stretch in stretches(power_w, counted_s) {
        for window in stretch.windows(WINDOW_S) {
            let mean = window.iter().sum::<f64>() / WINDOW_S as f64;
            sum_of_fourths += mean.powi(4);
            means += 1;
        }
    }
    (means > 0).then(|| (sum_of_fourths / f64::from(means)).powf(0.25))
}

/// The counted seconds for which there is a power, recorded or held as in [`normalized_power`]; 0 for other lengths than
/// one per time.
pub fn covered_s(power_w: &[f64], counted_s: &[f64]) -> f64 {
    if power_w.len() != counted_s.len() {
        return 0.0;
    }
    let mut missing_s = f64::INFINITY;
    let seconds = power_w.iter().zip(counted_s).map(|(watts, seconds)| {
        missing_s = if watts.is_finite() { 0.0 } else { missing_s + seconds };
        if missing_s <= MAX_GAP_S { *seconds } else { 0.0 }
    });
    seconds.sum()
}

/// Stretches of one value a second without gaps.
fn stretches(power_w: &[f64], counted_s: &[f64]) -> Vec<Vec<f64>> {
    let mut stretches = vec![Vec::new()];
    let (mut held, mut missing_s) = (None, 0.0);
    // Seconds not yet given out, so that samples between whole seconds keep their share.
    let mut open_s = 0.0;
    for (&watts, &seconds) in power_w.iter().zip(counted_s) {
        if watts.is_finite() {
            (held, missing_s) = (Some(watts.max(0.0)), 0.0);
        } else {
            missing_s += seconds;
        }
        if missing_s > MAX_GAP_S && held.is_some() {
            held = None;
            stretches.push(Vec::new());
        }
        open_s += seconds;
        let whole = (open_s + 1e-9).floor();
        open_s -= whole;
        if let (Some(value), Some(stretch)) = (held, stretches.last_mut()) {
            stretch.extend(std::iter::repeat_n(value, whole as usize));
        }
    }
    stretches
}
