//! How far the efficiency of a session may be off for its ups and downs. Never here: what is valid.

use super::work::Second;
use crate::analysis::trend::{detrended_autocorrelation, variance_factor};

/// Seconds of one mean.
const BLOCK_S: usize = 60;
/// Fewer minutes have no variance: the autocorrelation divides by their number less 4.
const MIN_BLOCKS: usize = 6;

/// The variance of a ratio of means R = Σv/Σh: that of the mean of v − R·h, by h̄² (Cochran 1977, "Sampling
/// Techniques", §6.4). Neighbouring seconds say the same thing, so it is taken over means of a minute and multiplied by
/// the AR(1) factor of [`crate::analysis::trend`]. What drifts within the session counts as spread.
///
/// In (metres per heartbeat)²; `None` for fewer than six minutes with a heart rate.
pub(super) fn of(seconds: &[Second], factor: f64) -> Option<f64> {
    let known: Vec<Second> = seconds.iter().copied().filter(|second| second.bpm.is_finite()).collect();
    let residual = |minute: &[Second]| {
        let rests = minute.iter().map(|second| second.speed_m_s * 60.0 - factor * second.bpm);
        rests.sum::<f64>() / minute.len() as f64
    };
    let residuals: Vec<f64> = known.chunks_exact(BLOCK_S).map(residual).collect();
    if residuals.len() < MIN_BLOCKS {
        return None;
    }
    let n = residuals.len() as f64;
    let mean = residuals.iter().sum::<f64>() / n;
    let spread = residuals.iter().map(|rest| (rest - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let series: Vec<(f64, f64)> = (0u32..).map(f64::from).zip(residuals.iter().copied()).collect();
    let widening = variance_factor(series.len(), detrended_autocorrelation(&series, 0.0));
    let mean_bpm = known.iter().map(|second| second.bpm).sum::<f64>() / known.len() as f64;
    Some(spread * widening / n / mean_bpm.powi(2))
}
