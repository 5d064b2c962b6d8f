//! Fitness, fatigue and form by civil day, from the loads of activities. Pure.
//! Never here: the averages themselves (`paceline_domain::analysis::fitness`).

use jiff::civil::Date;
use paceline_domain::analysis::fitness::{Before, FitnessDay, FitnessError, fitness};
use paceline_domain::analysis::summary::ALGORITHM_VERSION;

use super::store::LoadPoint;
use super::views::{CurrentLoad, LoadDay, LoadHistory, SourceCounts, Status};
use crate::features::activities::{DayWindow, rounded};

/// How many days the source counts of today's figures look back: the time constant of fitness.
pub(super) const SOURCE_DAYS: u32 = 42;

/// The state at the end of the window's last day.
pub(super) fn current(points: &[LoadPoint], window: DayWindow) -> Result<CurrentLoad, FitnessError> {
    let today = days(points, window)?.pop().map(day_view);
    Ok(CurrentLoad {
        status: if today.is_some() { Status::Ok } else { Status::InsufficientData },
        as_of: window.last,
        current: today,
        source_counts: source_counts(points, window),
        source_days: window.days(),
    })
}

/// The state at the end of each day of the window, from the first load on.
pub(super) fn history(points: &[LoadPoint], window: DayWindow) -> Result<LoadHistory, FitnessError> {
    let series: Vec<LoadDay> =
        days(points, window)?.into_iter().filter(|day| window.contains(day.date)).map(day_view).collect();
    Ok(LoadHistory {
        algorithm_version: ALGORITHM_VERSION,
        status: if series.is_empty() { Status::InsufficientData } else { Status::Ok },
        period_days: window.days(),
        start_date: window.first,
        end_date: window.last,
        days: series,
        source_counts: source_counts(points, window),
    })
}

fn days(points: &[LoadPoint], window: DayWindow) -> Result<Vec<FitnessDay>, FitnessError> {
    let loads: Vec<(Date, f64)> = points.iter().filter_map(|point| Some((point.day, point.load?))).collect();
    fitness(&loads, window.last, Before::default())
}

fn day_view(day: FitnessDay) -> LoadDay {
    LoadDay {
        date: day.date,
        load: rounded(day.load, 1),
        ctl: rounded(day.fitness, 2),
        atl: rounded(day.fatigue, 2),
        tsb: rounded(day.form, 2),
        warming_up: day.warming_up,
    }
}

fn source_counts(points: &[LoadPoint], window: DayWindow) -> SourceCounts {
    let mut counts = SourceCounts::default();
    for point in points.iter().filter(|point| window.contains(point.day)) {
        *match point.source.as_deref().filter(|_| point.load.is_some()) {
            Some("power") => &mut counts.power,
            Some("pace") => &mut counts.pace,
            Some("heart_rate") => &mut counts.heart_rate,
            Some("rpe") => &mut counts.rpe,
            _ => &mut counts.none,
        } += 1;
    }
    counts
}

#[cfg(test)]
mod tests;
