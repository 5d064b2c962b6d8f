//! A session on a grid of one second: what efficiency, grade and normalized speed are computed on.
//! Never here: formulas, sums, results.
//!
//! Devices that record only changes leave some ten seconds between samples, so values between samples lie on the
//! line across, for gaps of up to [`MAX_GAP_S`]. Longer gaps are left out of the grid.

use std::ops::Range;

use super::{distance::Distance, load::trimp::MAX_GAP_S, moving};
use crate::model::{Channel, Pause, Session};

/// Longer grids are refused: 10 days.
const MAX_SECONDS: usize = 864_000;
/// Half of the centred window of 11 points over which speed is taken, in seconds.
pub(super) const HALF_WINDOW: usize = 5;

/// Columns of one value per second; gaps are left out, so neighbours may be further apart than a second.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    /// Seconds from the session's start.
    pub(super) time_s: Vec<f64>,
    /// Repaired metres from the first sample.
    pub(super) along_m: Vec<f64>,
    /// Speed in m/s over the centred window, which ends where the timer stops and starts.
    pub(super) speed_m_s: Vec<f64>,
    /// Heart rate in beats per minute, NaN where unknown; empty when never recorded.
    pub(super) heart_rate_bpm: Vec<f64>,
    /// Altitude in metres, NaN where unknown; empty when never recorded.
    pub(super) altitude_m: Vec<f64>,
    /// Whether the timer runs; always, where its pauses are not known.
    pub(super) running: Vec<bool>,
    /// Whether the athlete is in motion: the timer runs, if known, and speed is above the sport's threshold.
    pub(super) in_motion: Vec<bool>,
    /// Whether the second is part of moving time, as [`moving::moving`] has it.
    pub(super) counted: Vec<bool>,
    /// Ranges of seconds without a gap.
    pub(super) stretches: Vec<Range<usize>>,
}

impl Grid {
    /// `None` without distance, with fewer than two samples within a minute, or beyond ten days.
    pub(super) fn new(session: &Session, distance: Option<&Distance>) -> Option<Self> {
        let distance = distance?;
        let sample_s = session.track.time_s();
        let (time_s, stretches) = seconds(sample_s)?;
        let column = |channel| {
            let values = session.track.get(channel);
            values.map(|values| resample(sample_s, values, &time_s)).unwrap_or_default()
        };
        let along_m = resample(sample_s, &distance.along_m, &time_s);
        let running = running(&time_s, session.pauses.as_deref().unwrap_or_default());
        let speed_m_s = windowed_speed(&time_s, &along_m, &stretches, &running);
        let threshold = moving::threshold_m_s(session.sport).unwrap_or(0.0);
        let in_motion: Vec<bool> =
            speed_m_s.iter().zip(&running).map(|(&speed, &running)| running && speed > threshold).collect();
        let counted = if session.pauses.is_some() { running.clone() } else { in_motion.clone() };
        let heart_rate_bpm = column(Channel::HeartRateBpm);
        let altitude_m = column(Channel::AltitudeM);
        Some(Self {
            time_s,
            along_m,
            speed_m_s,
            heart_rate_bpm,
            altitude_m,
            running,
            in_motion,
            counted,
            stretches,
        })
    }

    /// The number of seconds.
    pub(super) fn len(&self) -> usize {
        self.time_s.len()
    }
}

/// Whole seconds between samples at most a minute apart, and the stretches they form.
fn seconds(sample_s: &[f64]) -> Option<(Vec<f64>, Vec<Range<usize>>)> {
    let (mut time_s, mut stretches) = (Vec::new(), Vec::new());
    let mut first = 0;
    for i in 1..=sample_s.len() {
        if i < sample_s.len() && sample_s[i] - sample_s[i - 1] <= MAX_GAP_S {
            continue;
        }
        let begin = time_s.len();
        let mut second = sample_s[first].ceil();
        while second <= sample_s[i - 1] {
            if time_s.len() >= MAX_SECONDS {
                return None;
            }
            time_s.push(second);
            second += 1.0;
        }
        if time_s.len() > begin + 1 {
            stretches.push(begin..time_s.len());
        } else {
            time_s.truncate(begin);
        }
        first = i;
    }
    (!stretches.is_empty()).then_some((time_s, stretches))
}

/// Values at the seconds on the line between known samples at most a minute apart, else NaN.
fn resample(sample_s: &[f64], values: &[f64], time_s: &[f64]) -> Vec<f64> {
    let mut known = sample_s.iter().zip(values).filter(|(_, value)| value.is_finite());
    let mut before: Option<(f64, f64)> = None;
    let mut after = known.next().map(|(&t, &v)| (t, v));
    let mut resampled = Vec::with_capacity(time_s.len());
    for &second in time_s {
        while after.is_some_and(|(t, _)| t <= second) {
            before = after;
            after = known.next().map(|(&t, &v)| (t, v));
        }
        resampled.push(match (before, after) {
            (Some((t, v)), _) if t == second => v,
            (Some((t0, v0)), Some((t1, v1))) if t1 - t0 <= MAX_GAP_S => {
                v0 + (v1 - v0) * (second - t0) / (t1 - t0)
            }
            _ => f64::NAN,
        });
    }
    resampled
}

/// Speed over the centred window as far as it lies within the stretch and between two pauses, or within one. A second
/// that is alone there has the window of its stretch.
fn windowed_speed(time_s: &[f64], along_m: &[f64], stretches: &[Range<usize>], running: &[bool]) -> Vec<f64> {
    let mut speed_m_s = vec![0.0; time_s.len()];
    for stretch in stretches {
        let mut begin = stretch.start;
        for part in running[stretch.clone()].chunk_by(|a, b| a == b) {
            let end = begin + part.len();
            let within = if part.len() > 1 { begin..end } else { stretch.clone() };
            for (k, speed) in (begin..end).zip(&mut speed_m_s[begin..end]) {
                let from = k.saturating_sub(HALF_WINDOW).max(within.start);
                let to = (k + HALF_WINDOW).min(within.end - 1);
                *speed = (along_m[to] - along_m[from]) / (time_s[to] - time_s[from]);
            }
            begin = end;
        }
    }
    speed_m_s
}

/// Whether the timer runs at each second.
fn running(time_s: &[f64], pauses: &[Pause]) -> Vec<bool> {
    let mut next = 0;
    let running = time_s.iter().map(|&second| {
        while pauses.get(next).is_some_and(|pause| pause.end_s <= second) {
            next += 1;
        }
        pauses.get(next).is_none_or(|pause| second < pause.start_s)
    });
    running.collect()
}
