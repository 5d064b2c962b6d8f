//! A session cut by distance and by the device's laps. Never here: moving time, climb and grade themselves.

mod highest;
mod power;

use highest::Highest;
pub use power::SplitPower;
use serde::Serialize;

use super::{
    best_efforts::crossing,
    distance::{self, Distance},
    elevation::Climb,
    grade::Adjusted,
    moving::{Moving, MovingBasis},
};
use crate::model::{Channel, Lap, Session};

/// Metres of a kilometre.
pub const KILOMETRE_M: f64 = 1000.0;
/// Metres of an international mile.
pub const MILE_M: f64 = 1609.344;
/// No more splits than this are made; what lies beyond is left out.
pub const MAX_SPLITS: u32 = 10_000;

/// One part of a session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Split {
    /// From 1 on.
    pub split_number: u32,
    /// Seconds from the session's start.
    pub start_s: f64,
    /// Metres; `None` without distance.
    pub distance_m: Option<f64>,
    /// Wall time in seconds.
    pub elapsed_s: f64,
    /// Moving time in seconds.
    pub moving_time_s: f64,
    /// Mean heart rate over moving time in beats per minute.
    pub avg_hr_bpm: Option<f64>,
    /// Highest heart rate in beats per minute.
    pub max_hr_bpm: Option<f64>,
    /// Mean cadence per minute over moving time, without zeros.
    pub avg_cadence_per_min: Option<f64>,
    /// Metres climbed.
    pub ascent_m: Option<f64>,
    /// Metres descended.
    pub descent_m: Option<f64>,
    /// Grade-adjusted pace over moving time in seconds per kilometre; on foot and with altitude only.
    pub gap_s_per_km: Option<f64>,
    /// Whether it is the rest that is shorter than the others. Never for laps.
    pub is_partial: bool,
}

/// Means of a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Means {
    pub(super) avg_hr_bpm: Option<f64>,
    pub(super) max_hr_bpm: Option<f64>,
    pub(super) avg_cadence_per_min: Option<f64>,
    pub(super) avg_power_w: Option<f64>,
}

/// Cumulative columns of a session, from which any part is a difference.
pub(super) struct Columns<'a> {
    session: &'a Session,
    distance: Option<&'a Distance>,
    climb: Option<&'a Climb>,
    graded: Option<Graded<'a>>,
    moving_s: Vec<f64>,
    basis: MovingBasis,
    heart_rate: Option<Integral>,
    highest_heart_rate: Option<Highest>,
    cadence: Option<Integral>,
    power: Option<Integral>,
}

/// A quantity times moving seconds, and those seconds, both cumulative per sample.
struct Integral {
    weighted: Vec<f64>,
    seconds: Vec<f64>,
}

impl Integral {
    /// Over intervals both of whose ends have a value that `counts`.
    fn new(values: &[f64], counted_s: &[f64], counts: impl Fn(f64) -> bool) -> Self {
        let (mut weighted, mut seconds) = (vec![0.0; values.len()], vec![0.0; values.len()]);
        for i in 1..values.len() {
            let is_known = counts(values[i - 1]) && counts(values[i]);
            let weight = if is_known { counted_s[i] } else { 0.0 };
            let mean = if is_known { f64::midpoint(values[i - 1], values[i]) } else { 0.0 };
            weighted[i] = weighted[i - 1] + mean * weight;
            seconds[i] = seconds[i - 1] + weight;
        }
        Self { weighted, seconds }
    }

    fn mean(&self, time_s: &[f64], from_s: f64, to_s: f64) -> Option<f64> {
        let seconds = part(time_s, &self.seconds, from_s, to_s);
        (seconds > 1e-9).then(|| part(time_s, &self.weighted, from_s, to_s) / seconds)
    }
}

/// Plain and grade-adjusted metres before each second of the grid, and in all.
struct Graded<'a> {
    time_s: &'a [f64],
    plain_m: Vec<f64>,
    adjusted_m: Vec<f64>,
}

impl<'a> Graded<'a> {
    fn new(adjusted: &'a Adjusted<'a>) -> Self {
        let before = |speed_m_s: &[f64]| {
            let mut metres = 0.0;
            let each = speed_m_s.iter().map(|speed| {
                metres += speed;
                metres
            });
            [0.0].into_iter().chain(each).collect()
        };
        let grid = adjusted.grid;
        Self {
            time_s: &grid.time_s,
            plain_m: before(&grid.speed_m_s),
            adjusted_m: before(&adjusted.speed_m_s),
        }
    }

    /// Adjusted metres by plain metres between two times in seconds; `None` where there are none.
    fn ratio(&self, from_s: f64, to_s: f64) -> Option<f64> {
        let first = self.time_s.partition_point(|&t| t < from_s);
        let last = self.time_s.partition_point(|&t| t < to_s).max(first);
        let plain_m = self.plain_m[last] - self.plain_m[first];
        (plain_m > 1e-6).then(|| (self.adjusted_m[last] - self.adjusted_m[first]) / plain_m)
    }
}

/// The growth of a cumulative column between two times.
fn part(time_s: &[f64], cumulative: &[f64], from_s: f64, to_s: f64) -> f64 {
    distance::at(time_s, cumulative, to_s) - distance::at(time_s, cumulative, from_s)
}

impl<'a> Columns<'a> {
    pub(super) fn new(
        session: &'a Session,
        distance: Option<&'a Distance>,
        moving: &Moving,
        climb: Option<&'a Climb>,
        adjusted: Option<&'a Adjusted<'a>>,
    ) -> Self {
        let mut total = 0.0;
        let moving_s = moving.counted_s.iter().map(|seconds| {
            total += seconds;
            total
        });
        let integral = |channel, counts: fn(f64) -> bool| {
            session.track.get(channel).map(|values| Integral::new(values, &moving.counted_s, counts))
        };
        Self {
            session,
            distance,
            climb,
            graded: adjusted.filter(|adjusted| adjusted.is_graded).map(Graded::new),
            moving_s: moving_s.collect(),
            basis: moving.basis,
            heart_rate: integral(Channel::HeartRateBpm, |bpm| bpm > 0.0),
            highest_heart_rate: session
                .track
                .get(Channel::HeartRateBpm)
                .map(|values| Highest::new(values, |bpm| bpm > 0.0)),
            cadence: integral(Channel::CadencePerMin, |cadence| cadence > 0.0),
            power: integral(Channel::PowerW, |watts| watts >= 0.0),
        }
    }

    /// Means of the whole session.
    pub(super) fn whole(&self) -> Means {
        let time_s = self.session.track.time_s();
        match (time_s.first(), time_s.last()) {
            (Some(&from_s), Some(&to_s)) => self.means(from_s, to_s),
            _ => Means { avg_hr_bpm: None, max_hr_bpm: None, avg_cadence_per_min: None, avg_power_w: None },
        }
    }

    /// Splits of `step_m` metres, cut between samples where the distance is reached first; the last may be a rest,
    /// which lasts to the end of the track. Empty without distance.
    pub(super) fn by_distance(&self, step_m: f64) -> Vec<Split> {
        let mut splits = Vec::new();
        let Some(distance) = self.distance else { return splits };
        let (time_s, along_m) = (self.session.track.time_s(), &distance.along_m);
        let (Some(&first_s), Some(&last_s)) = (time_s.first(), time_s.last()) else { return splits };
        let mut from_s = first_s;
        let mut k = 0;
        for split_number in 1..=MAX_SPLITS {
            let target_m = f64::from(split_number) * step_m;
            while along_m.get(k + 1).is_some_and(|&m| m < target_m) {
                k += 1;
            }
            if k + 1 < along_m.len() {
                let to_s = crossing(time_s, along_m, k, target_m);
                splits.push(self.split(split_number, from_s, to_s, Some(step_m), false));
                from_s = to_s;
                continue;
            }
            let rest_m = distance.total_m() - f64::from(split_number - 1) * step_m;
            if rest_m > 1e-6 {
                splits.push(self.split(split_number, from_s, last_s, Some(rest_m), true));
            }
            break;
        }
        splits
    }

    /// The device's laps: what it states of each, else what we find between its times. The timer is believed as far as
    /// for the whole session: where its pauses are not known, neither are those within its laps.
    pub(super) fn by_lap(&self, laps: &[Lap]) -> Vec<Split> {
        let time_s = self.session.track.time_s();
        let lap_split = |(split_number, lap): (u32, &Lap)| {
            let ours_m =
                self.distance.map(|distance| part(time_s, &distance.along_m, lap.start_s, lap.end_s));
            let totals = &lap.totals;
            let distance_m = totals.distance_m.or(ours_m);
            let found = self.split(split_number, lap.start_s, lap.end_s.max(lap.start_s), distance_m, false);
            let timer_s = totals.timer_s.filter(|_| self.basis != MovingBasis::Speed);
            let moving_time_s = timer_s.unwrap_or(found.moving_time_s);
            // Laps of a file may have no times of their own, and devices state less than their timers counted.
            let stated_s = totals.elapsed_s.unwrap_or(found.elapsed_s);
            let device_climbs = totals.ascent_m.is_some() || totals.descent_m.is_some();
            Split {
                elapsed_s: stated_s.max(totals.timer_s.unwrap_or(0.0)).max(moving_time_s),
                moving_time_s,
                avg_hr_bpm: totals.avg_heart_rate_bpm.or(found.avg_hr_bpm),
                max_hr_bpm: totals.max_heart_rate_bpm.or(found.max_hr_bpm),
                avg_cadence_per_min: totals.avg_cadence_per_min.or(found.avg_cadence_per_min),
                ascent_m: if device_climbs { totals.ascent_m } else { found.ascent_m },
                descent_m: if device_climbs { totals.descent_m } else { found.descent_m },
                ..found
            }
        };
        (1..).zip(laps).map(lap_split).collect()
    }

    fn split(
        &self,
        split_number: u32,
        from_s: f64,
        to_s: f64,
        distance_m: Option<f64>,
        is_partial: bool,
    ) -> Split {
        let time_s = self.session.track.time_s();
        let moving_time_s = part(time_s, &self.moving_s, from_s, to_s);
        let means = self.means(from_s, to_s);
        let pace = distance_m.filter(|&m| m > 0.0).map(|m| moving_time_s / m * KILOMETRE_M);
        let ratio = self.graded.as_ref().and_then(|graded| graded.ratio(from_s, to_s));
        Split {
            split_number,
            start_s: from_s,
            distance_m,
            elapsed_s: to_s - from_s,
            moving_time_s,
            avg_hr_bpm: means.avg_hr_bpm,
            max_hr_bpm: means.max_hr_bpm,
            avg_cadence_per_min: means.avg_cadence_per_min,
            ascent_m: self.climb.map(|climb| part(time_s, &climb.ascent_m, from_s, to_s)),
            descent_m: self.climb.map(|climb| part(time_s, &climb.descent_m, from_s, to_s)),
            gap_s_per_km: pace.zip(ratio).map(|(pace, ratio)| pace / ratio),
            is_partial,
        }
    }

    fn means(&self, from_s: f64, to_s: f64) -> Means {
        let time_s = self.session.track.time_s();
        let mean = |integral: &Option<Integral>| integral.as_ref().and_then(|i| i.mean(time_s, from_s, to_s));
        let samples = time_s.partition_point(|&t| t < from_s)..time_s.partition_point(|&t| t <= to_s);
        Means {
            avg_hr_bpm: mean(&self.heart_rate),
            max_hr_bpm: self.highest_heart_rate.as_ref().and_then(|highest| highest.of(samples)),
            avg_cadence_per_min: mean(&self.cadence),
            avg_power_w: mean(&self.power),
        }
    }
}

#[cfg(test)]
mod tests;
