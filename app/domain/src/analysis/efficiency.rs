//! Efficiency and decoupling: the one definition of metres per heartbeat. Never here: trends over sessions.
//!
//! Efficiency is grade-adjusted speed in m/min by heart rate in beats per minute, that is, metres per heartbeat;
//! higher is better. It is the mean speed by the mean heart rate over the seconds in motion, after the first ten
//! minutes, in which heart rate still rises (Friel 2009, "The Cyclist's Training Bible"; TrainingPeaks, "Efficiency
//! Factor and Decoupling"). Decoupling is (first − second)/first in per cent over equal halves of those seconds.
//! Below 5 % is good, 5 to 10 % is drift.
//!
//! Only steady work on foot has either; else the reasons are told. Work is steady when its normalized graded speed is at
//! most [`MAX_VARIABILITY`] times the mean of the graded speed: Coggan's variability index (Allen & Coggan 2010), of
//! graded speed instead of power. Standing counts as 0 in both while the timer runs, as coasting does in power: repeats
//! with a rest in between are not steady for being even while they last.

mod variance;

use std::fmt;

use serde::{Serialize, Serializer};

use super::{
    distance,
    grade::{self, Adjusted},
    grid::Grid,
    polarity::Polarity,
};
use crate::model::{Channel, Session, Sport};

/// Higher efficiency is better.
pub const EFFICIENCY_POLARITY: Polarity = Polarity::HigherIsBetter;
/// Lower decoupling is better.
pub const DECOUPLING_POLARITY: Polarity = Polarity::LowerIsBetter;
/// Seconds in motion that are left out at the start.
pub const SKIP_S: usize = 600;
/// Seconds in motion with heart rate that efficiency needs after that.
pub const MIN_EFFICIENCY_S: usize = 360;
/// Seconds in motion that decoupling needs after the same skip.
pub const MIN_DECOUPLING_S: usize = 2400;
/// The part of those seconds that must have a heart rate.
pub const MIN_COVERAGE: f64 = 0.9;
/// The threshold of [`raw`], for every sport.
const RAW_THRESHOLD_M_S: f64 = 0.5;
/// Normalized by mean grade-adjusted speed must not exceed this.
pub const MAX_VARIABILITY: f64 = 1.05;

/// The most seconds of one standstill that count against steadiness.
const MAX_STANDING_S: usize = 60;

/// Why a number would mean nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NotValid {
    /// Not a sport on foot.
    SportNotOnFoot,
    /// No usable distance.
    NoDistance,
    /// No heart rate.
    NoHeartRate,
    /// Less than [`MIN_EFFICIENCY_S`] after the skip.
    TooShortForEfficiency,
    /// Less than [`MIN_DECOUPLING_S`] after the skip.
    TooShortForDecoupling,
    /// Heart rate covers less than [`MIN_COVERAGE`].
    LittleHeartRate,
    /// Speed varies more than [`MAX_VARIABILITY`] allows.
    NotSteady {
        /// Normalized by mean graded speed.
        variability: f64,
    },
}

impl Serialize for NotValid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl NotValid {
    /// The stable name on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::SportNotOnFoot => "sport_not_on_foot",
            Self::NoDistance => "no_distance",
            Self::NoHeartRate => "no_heart_rate",
            Self::TooShortForEfficiency => "too_short_for_efficiency",
            Self::TooShortForDecoupling => "too_short_for_decoupling",
            Self::LittleHeartRate => "little_heart_rate",
            Self::NotSteady { .. } => "not_steady",
        }
    }
}

impl fmt::Display for NotValid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotSteady { variability } => {
                return write!(
                    out,
                    "The speed varied too much: normalized by mean graded speed is {variability:.3}, and only work of \
                     at most {MAX_VARIABILITY} can be compared."
                );
            }
            Self::SportNotOnFoot => "Only runs, walks and hikes have this.",
            Self::NoDistance => "The session has no usable distance.",
            Self::NoHeartRate => "The session has no heart rate.",
            Self::TooShortForEfficiency => "It needs 6 minutes in motion after the first 10.",
            Self::TooShortForDecoupling => "It needs 40 minutes in motion after the first 10.",
            Self::LittleHeartRate => "Heart rate covers less than 90 % of the time.",
        })
    }
}

/// Metres per heartbeat, or why there is no such number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Efficiency {
    /// Grade-adjusted metres per heartbeat.
    pub factor: Option<f64>,
    /// How far `factor` may be off for the ups and downs within the session, as a variance in (metres per heartbeat)²;
    /// its root is the standard error. Absent where `factor` is.
    pub variance: Option<f64>,
    /// Why `factor` is absent; empty when it is there.
    pub reasons: Vec<NotValid>,
}

/// The loss of efficiency within a session, or why there is no such number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decoupling {
    /// Loss from the first half to the second in per cent of the first; negative for a gain.
    pub percent: Option<f64>,
    /// Metres per heartbeat in the first half.
    pub first_half_ef: Option<f64>,
    /// Metres per heartbeat in the second half.
    pub second_half_ef: Option<f64>,
    /// Why they are absent; empty when they are there.
    pub reasons: Vec<NotValid>,
}

/// The efficiency and the decoupling of a session.
pub(super) fn of(sport: Sport, adjusted: Option<&Adjusted<'_>>) -> (Efficiency, Decoupling) {
    let (work, reasons) = Work::of(sport, adjusted);
    let not_steady = work.not_steady();
    (efficiency(&work, reasons.clone(), not_steady), decoupling(&work, reasons, not_steady))
}

fn efficiency(work: &Work, mut reasons: Vec<NotValid>, not_steady: Option<NotValid>) -> Efficiency {
    let with_heart_rate = work.seconds.iter().filter(|second| second.bpm.is_finite()).count();
    if reasons.is_empty() && with_heart_rate < MIN_EFFICIENCY_S {
        reasons.push(NotValid::TooShortForEfficiency);
    }
    reasons.extend(not_steady);
    let factor = factor_of(&work.seconds).filter(|_| reasons.is_empty());
    let variance = factor.and_then(|factor| variance::of(&work.seconds, factor));
    Efficiency { factor, variance, reasons }
}

fn decoupling(work: &Work, mut reasons: Vec<NotValid>, not_steady: Option<NotValid>) -> Decoupling {
    if reasons.is_empty() && work.seconds.len() < MIN_DECOUPLING_S {
        reasons.push(NotValid::TooShortForDecoupling);
    }
    reasons.extend(not_steady);
    let (first, second) = work.seconds.split_at(work.seconds.len() / 2);
    let halves = factor_of(first).zip(factor_of(second)).filter(|_| reasons.is_empty());
    Decoupling {
        percent: halves.map(|(first, second)| loss_percent(first, second)),
        first_half_ef: halves.map(|(first, _)| first),
        second_half_ef: halves.map(|(_, second)| second),
        reasons,
    }
}

fn loss_percent(first: f64, second: f64) -> f64 {
    (first - second) / first * 100.0
}

/// One second in motion.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Second {
    speed_m_s: f64,
    /// NaN where unknown.
    bpm: f64,
}

/// The seconds in motion after the skip.
#[derive(Default)]
struct Work {
    seconds: Vec<Second>,
    /// Grade-adjusted speed from the first to the last of them while the timer runs, standing included.
    timeline_m_s: Vec<f64>,
}

impl Work {
    /// The work, and what makes every number of it meaningless.
    fn of(sport: Sport, adjusted: Option<&Adjusted<'_>>) -> (Self, Vec<NotValid>) {
        let mut reasons = Vec::new();
        if !sport.is_on_foot() {
            return (Self::default(), vec![NotValid::SportNotOnFoot]);
        }
        let Some(adjusted) = adjusted else {
            return (Self::default(), vec![NotValid::NoDistance]);
        };
        if adjusted.grid.heart_rate_bpm.is_empty() {
            reasons.push(NotValid::NoHeartRate);
        }
        let mut seconds = in_motion(adjusted.grid, &adjusted.speed_m_s);
        seconds.drain(..SKIP_S.min(seconds.len()));
        let known = seconds.iter().filter(|second| second.bpm.is_finite()).count();
        let covered = known as f64 >= MIN_COVERAGE * seconds.len() as f64;
        if reasons.is_empty() && !covered {
            reasons.push(NotValid::LittleHeartRate);
        }
        (Self { seconds, timeline_m_s: timeline(adjusted) }, reasons)
    }

    fn not_steady(&self) -> Option<NotValid> {
        let mean = self.timeline_m_s.iter().sum::<f64>() / self.timeline_m_s.len() as f64;
        let all = vec![true; self.timeline_m_s.len()];
        let variability = grade::normalized_graded_speed(&self.timeline_m_s, &all)? / mean;
        (variability > MAX_VARIABILITY).then_some(NotValid::NotSteady { variability })
    }
}

/// Grade-adjusted speed from the first second in motion after the skip to the last, while the timer runs. Of each
/// standstill at most [`MAX_STANDING_S`] count: one long stop does not make a run uneven.
fn timeline(adjusted: &Adjusted<'_>) -> Vec<f64> {
    let grid = adjusted.grid;
    let mut moving = (0..grid.len()).filter(|&k| grid.in_motion[k]).skip(SKIP_S);
    let Some(first) = moving.next() else { return Vec::new() };
    let last = moving.last().unwrap_or(first);
    let mut standing_s = 0;
    let counts = |&k: &usize| {
        standing_s = if grid.in_motion[k] { 0 } else { standing_s + usize::from(grid.running[k]) };
        grid.running[k] && standing_s <= MAX_STANDING_S
    };
    (first..=last).filter(counts).map(|k| adjusted.speed_m_s[k]).collect()
}

fn in_motion(grid: &Grid, speed_m_s: &[f64]) -> Vec<Second> {
    let bpm = |k: usize| grid.heart_rate_bpm.get(k).copied().filter(|&bpm| bpm > 0.0).unwrap_or(f64::NAN);
    let moving = (0..grid.len()).filter(|&k| grid.in_motion[k]);
    moving.map(|k| Second { speed_m_s: speed_m_s[k], bpm: bpm(k) }).collect()
}

/// Metres per heartbeat over the seconds with a heart rate.
fn factor_of(seconds: &[Second]) -> Option<f64> {
    let known = seconds.iter().filter(|second| second.bpm.is_finite());
    let (metres_s, beats) = known.fold((0.0, 0.0), |(m, b), second| (m + second.speed_m_s, b + second.bpm));
    (beats > 0.0).then(|| metres_s * 60.0 / beats)
}

/// Efficiency of a whole session of any sport, without grade, skip or gate: for comparison, not for judgement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RawEfficiency {
    /// Seconds in motion with a heart rate.
    pub seconds_s: f64,
    /// Metres per heartbeat.
    pub factor: f64,
    /// Metres per heartbeat in the first half of those seconds.
    pub first_half: f64,
    /// Metres per heartbeat in the second half.
    pub second_half: f64,
    /// The loss in per cent.
    pub decoupling_percent: f64,
}

/// Plain speed by heart rate over all seconds in which the centred window of 11 s is faster than 0.5 m/s, pauses or
/// not. `None` without distance or heart rate.
pub fn raw(session: &Session) -> Option<RawEfficiency> {
    session.track.get(Channel::HeartRateBpm)?;
    let distance = distance::measure(&session.track, session.sport, session.totals.distance_m)?;
    let mut grid = Grid::new(session, Some(&distance))?;
    grid.in_motion = grid.speed_m_s.iter().map(|&speed| speed > RAW_THRESHOLD_M_S).collect();
    let mut seconds = in_motion(&grid, &grid.speed_m_s);
    seconds.retain(|second| second.bpm.is_finite());
    let (first, second) = seconds.split_at(seconds.len() / 2);
    let (first_half, second_half) = (factor_of(first)?, factor_of(second)?);
    Some(RawEfficiency {
        seconds_s: seconds.len() as f64,
        factor: factor_of(&seconds)?,
        first_half,
        second_half,
        decoupling_percent: loss_percent(first_half, second_half),
    })
}

#[cfg(test)]
mod tests;
