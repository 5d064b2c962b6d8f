//! Moving time. Never here: what is done with it.
//!
//! In order: the device's timer, where the file tells its pauses; else the time in which a centred window of 11 s is
//! faster than a threshold, longer intervals by their own mean speed; else, without distance, the timer's total or the
//! elapsed time. Where the timer is not known, breaks of the recording never count, nor do six hours without a sample.
//! Single seconds are never judged: many devices write distance in steps, so that a runner stands still every other
//! second.

use serde::Serialize;

use super::distance::{self, Distance};
use crate::model::{LONGEST_SILENCE_S, Pause, Session, Sport};

/// The width of the window in seconds.
const WINDOW_S: f64 = 11.0;

/// What moving time was found from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MovingBasis {
    /// The pauses of the device's timer.
    Timer,
    /// Speed over 11 s.
    Speed,
    /// Neither: the timer's total, else elapsed time, else the time between samples without breaks.
    Total,
}

/// Moving time in all and sample by sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Moving {
    /// For each sample, the moving seconds since the one before it; 0 for the first.
    pub counted_s: Vec<f64>,
    /// Moving seconds of the session: the device's timer total where its pauses are known, else the sum.
    pub total_s: f64,
    /// What it was found from.
    pub basis: MovingBasis,
}

/// The speed in m/s above which an athlete is in motion; `None` where distance says nothing of it.
pub fn threshold_m_s(sport: Sport) -> Option<f64> {
    match sport {
        Sport::Cycling => Some(1.0),
        Sport::Run | Sport::Walking | Sport::Hiking | Sport::Rowing | Sport::Transition => Some(0.5),
        Sport::Swimming => Some(0.25),
        Sport::Strength | Sport::Flexibility | Sport::Multisport | Sport::Other => None,
    }
}

/// The moving time of a session. `distance` belongs to the session's track.
pub fn moving(session: &Session, distance: Option<&Distance>) -> Moving {
    let time_s = session.track.time_s();
    let totals = &session.totals;
    if let Some(pauses) = &session.pauses {
        let mut counted_s = without_pauses(time_s, pauses);
        if totals.timer_s.is_none() {
            leave_out_silence(time_s, &mut counted_s);
        }
        let total_s = totals.timer_s.unwrap_or_else(|| counted_s.iter().sum());
        return Moving { counted_s, total_s, basis: MovingBasis::Timer };
    }
    if let (Some(distance), Some(threshold)) = (distance, threshold_m_s(session.sport)) {
        let mut counted_s = by_speed(time_s, &distance.along_m, threshold);
        for (counted, known) in counted_s.iter_mut().zip(without_pauses(time_s, &session.breaks)) {
            *counted = counted.min(known);
        }
        let total_s = counted_s.iter().sum();
        return Moving { counted_s, total_s, basis: MovingBasis::Speed };
    }
    let mut counted_s = without_pauses(time_s, &session.breaks);
    leave_out_silence(time_s, &mut counted_s);
    let total_s = totals.timer_s.or(totals.elapsed_s).unwrap_or_else(|| counted_s.iter().sum());
    Moving { counted_s, total_s, basis: MovingBasis::Total }
}

/// Does not count the intervals in which no device is silent: its clock was set.
fn leave_out_silence(time_s: &[f64], counted_s: &mut [f64]) {
    for (counted_s, pair) in counted_s.iter_mut().skip(1).zip(time_s.windows(2)) {
        if pair[1] - pair[0] > LONGEST_SILENCE_S {
            *counted_s = 0.0;
        }
    }
}

/// Seconds between samples less the pauses, which come in order and without overlap.
fn without_pauses(time_s: &[f64], pauses: &[Pause]) -> Vec<f64> {
    let mut first = 0;
    let mut counted_s = vec![0.0; time_s.len()];
    for i in 1..time_s.len() {
        let (start, end) = (time_s[i - 1], time_s[i]);
        while pauses.get(first).is_some_and(|pause| pause.end_s <= start) {
            first += 1;
        }
        let within = pauses[first..].iter().take_while(|pause| pause.start_s < end);
        let paused: f64 =
            within.map(|pause| (pause.end_s.min(end) - pause.start_s.max(start)).max(0.0)).sum();
        counted_s[i] = (end - start - paused).max(0.0);
    }
    counted_s
}

/// Seconds of the intervals in whose middle the window is faster than the threshold. The window of an interval that is
/// longer is the interval itself, so that a gap of any length is motion if its own mean speed is.
fn by_speed(time_s: &[f64], along_m: &[f64], threshold_m_s: f64) -> Vec<f64> {
    let mut counted_s = vec![0.0; time_s.len()];
    let (Some(&first_s), Some(&last_s)) = (time_s.first(), time_s.last()) else { return counted_s };
    let (mut before, mut after) = (0, 0);
    for i in 1..time_s.len() {
        let seconds = time_s[i] - time_s[i - 1];
        let middle = f64::midpoint(time_s[i - 1], time_s[i]);
        let half = (WINDOW_S / 2.0).max(seconds / 2.0);
        let (from_s, to_s) = ((middle - half).max(first_s), (middle + half).min(last_s));
        while time_s.get(before + 1).is_some_and(|&t| t <= from_s) {
            before += 1;
        }
        while time_s.get(after + 1).is_some_and(|&t| t <= to_s) {
            after += 1;
        }
        let metres = distance::between(time_s, along_m, after, to_s)
            - distance::between(time_s, along_m, before, from_s);
        if metres > threshold_m_s * (to_s - from_s) {
            counted_s[i] = seconds;
        }
    }
    counted_s
}

#[cfg(test)]
pub(crate) mod tests;
