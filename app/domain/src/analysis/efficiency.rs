//! Efficiency and decoupling: the one definition of metres per heartbeat. Never here: trends over sessions.
//!
//! Efficiency is grade-adjusted speed in m/min by heart rate in beats per minute, that is, metres per heartbeat;
//! higher is better. It is the mean speed by the mean heart rate over the seconds in motion that are not next to a
//! stop, after the first ten minutes, in which heart rate still rises (Friel 2009, "The Cyclist's Training Bible";
//! TrainingPeaks, "Efficiency Factor and Decoupling"). Decoupling is (first − second)/first in per cent over equal halves of those seconds.
//! Below 5 % is good, 5 to 10 % is drift.
//!
//! Only steady work on foot has either; else the reasons are told. Work is steady when its normalized graded speed is at
//! most [`MAX_VARIABILITY`] times the mean of the graded speed: Coggan's variability index (Allen & Coggan 2010), of
//! graded speed instead of power, over the seconds in motion. Repeats with standing rests in between are even while they
//! last, so the stops of steady work take at most [`MAX_STANDING`] of its time.

mod variance;
mod work;

use std::fmt;

use serde::{Serialize, Serializer};

use super::{distance, grade::Adjusted, grid::Grid, polarity::Polarity};
use work::{Second, Work, second};

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
/// The part of the time that stops may take: traffic lights of 45 s every five minutes are within it, a minute of rest
/// after every five of work is not.
pub const MAX_STANDING: f64 = 0.15;

/// Why a number would mean nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NotValid {
    /// Not a sport on foot.
    SportNotOnFoot,
    /// No usable distance.
    NoDistance,
    /// No two samples within a minute of each other.
    SparseSamples,
    /// No heart rate.
    NoHeartRate,
    /// Less than [`MIN_EFFICIENCY_S`] after the skip and away from stops.
    TooShortForEfficiency,
    /// Less than [`MIN_DECOUPLING_S`] after the skip and away from stops.
    TooShortForDecoupling,
    /// Heart rate covers less than [`MIN_COVERAGE`].
    LittleHeartRate,
    /// Speed varies more than [`MAX_VARIABILITY`] allows.
    NotSteady {
        /// Normalized by mean graded speed.
        variability: f64,
    },
    /// Stops take more of the time than [`MAX_STANDING`].
    Interrupted {
        /// The part of the time, 0 to 1; of one stop at most three minutes count.
        standing: f64,
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
            Self::SparseSamples => "sparse_samples",
            Self::NoHeartRate => "no_heart_rate",
            Self::TooShortForEfficiency => "too_short_for_efficiency",
            Self::TooShortForDecoupling => "too_short_for_decoupling",
            Self::LittleHeartRate => "little_heart_rate",
            Self::NotSteady { .. } => "not_steady",
            Self::Interrupted { .. } => "interrupted",
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
            Self::Interrupted { standing } => {
                return write!(
                    out,
                    "Stops took {:.0} % of the time, and only work with at most {:.0} % can be compared.",
                    100.0 * standing,
                    100.0 * MAX_STANDING
                );
            }
            Self::SportNotOnFoot => "Only runs, walks and hikes have this.",
            Self::NoDistance => "The session has no usable distance.",
            Self::SparseSamples => "The session's samples are too far apart.",
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
    let unsteadiness = work.unsteadiness();
    (efficiency(&work, reasons.clone(), &unsteadiness), decoupling(&work, reasons, &unsteadiness))
}

fn efficiency(work: &Work, mut reasons: Vec<NotValid>, unsteadiness: &[NotValid]) -> Efficiency {
    let with_heart_rate = work.seconds.iter().filter(|second| second.bpm.is_finite()).count();
    if reasons.is_empty() && with_heart_rate < MIN_EFFICIENCY_S {
        reasons.push(NotValid::TooShortForEfficiency);
    }
    reasons.extend(unsteadiness);
    let factor = factor_of(&work.seconds).filter(|_| reasons.is_empty());
    let variance = factor.and_then(|factor| variance::of(&work.seconds, factor));
    Efficiency { factor, variance, reasons }
}

fn decoupling(work: &Work, mut reasons: Vec<NotValid>, unsteadiness: &[NotValid]) -> Decoupling {
    if reasons.is_empty() && work.seconds.len() < MIN_DECOUPLING_S {
        reasons.push(NotValid::TooShortForDecoupling);
    }
    reasons.extend(unsteadiness);
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
    let grid = Grid::new(&Session { pauses: None, ..session.clone() }, Some(&distance))?;
    let fast = (0..grid.len()).filter(|&k| grid.speed_m_s[k] > RAW_THRESHOLD_M_S);
    let mut seconds: Vec<Second> = fast.map(|k| second(&grid, &grid.speed_m_s, k)).collect();
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
