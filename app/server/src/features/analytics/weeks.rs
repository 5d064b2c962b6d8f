//! Load, volume and efficiency by week, Monday to Sunday of the athlete's calendar. Pure.
//! Never here: what a week's load does to an athlete; the columns stand side by side and claim nothing.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::store::{LoadPoint, Run};
use super::views::{LoadType, LoadWeek};
use crate::features::activities::{DayWindow, rounded};

/// A week counts as usual within this part of the median week.
const USUAL: f64 = 0.2;
/// With fewer whole weeks than this there is no usual week.
const MIN_WEEKS: usize = 4;

#[derive(Default)]
struct Week {
    distance_m: f64,
    duration_s: f64,
    runs: usize,
    load: f64,
    factors: Vec<f64>,
}

/// Every week that the window touches, oldest first. Distance, time and count are of runs; load is of every sport.
pub(super) fn load_response(points: &[LoadPoint], runs: &[Run], window: DayWindow) -> Vec<LoadWeek> {
    let mut weeks: BTreeMap<Date, Week> = BTreeMap::new();
    for monday in monday_of(window.first).series(1.week()).take_while(|monday| *monday <= window.last) {
        weeks.insert(monday, Week::default());
    }
    for point in points {
        let Some(week) = weeks.get_mut(&monday_of(point.day)) else { continue };
        week.load += point.load.unwrap_or_default();
        if point.is_run {
            week.distance_m += point.distance_m.unwrap_or_default();
            week.duration_s += point.moving_time_s;
            week.runs += 1;
        }
    }
    for run in runs.iter().filter(|run| window.contains(run.day)) {
        if let Some((week, factor)) = weeks.get_mut(&monday_of(run.day)).zip(run.efficiency_factor) {
            week.factors.push(factor);
        }
    }
    let whole = |monday: Date| window.contains(monday) && window.contains(monday.saturating_add(6.days()));
    let usual = usual_load(weeks.iter().filter(|(monday, _)| whole(**monday)).map(|(_, week)| week.load));
    let mut before: Option<f64> = None;
    let view = |(monday, week): (Date, Week)| {
        let count = week.factors.len();
        let efficiency = (count > 0).then(|| week.factors.iter().sum::<f64>() / count as f64);
        let delta = efficiency.zip(before).map(|(now, before)| now - before);
        before = efficiency.or(before);
        let is_whole = whole(monday);
        LoadWeek {
            week_start: monday,
            total_distance_km: rounded(week.distance_m / 1000.0, 3),
            total_distance_m: rounded(week.distance_m, 1),
            total_duration_hours: rounded(week.duration_s / 3600.0, 3),
            activity_count: week.runs,
            total_load: rounded(week.load, 1),
            avg_efficiency: rounded(efficiency, 4),
            efficiency_delta: rounded(delta, 4),
            load_type: usual.filter(|_| is_whole).map_or(LoadType::Unknown, |usual| kind(week.load, usual)),
            is_partial: !is_whole,
        }
    };
    weeks.into_iter().map(view).collect()
}

fn monday_of(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().since(Weekday::Monday)).days())
}

/// The median load of whole weeks; `None` for too few of them or when most were without load.
fn usual_load(loads: impl Iterator<Item = f64>) -> Option<f64> {
    let mut loads: Vec<f64> = loads.collect();
    loads.sort_unstable_by(f64::total_cmp);
    let middle = loads.len() / 2;
    let median = match loads.len() {
        n if n < MIN_WEEKS => return None,
        n if n % 2 == 1 => loads[middle],
        _ => f64::midpoint(loads[middle - 1], loads[middle]),
    };
    (median > 0.0).then_some(median)
}

fn kind(load: f64, usual: f64) -> LoadType {
    if load > usual * (1.0 + USUAL) {
        LoadType::AboveUsual
    } else if load < usual * (1.0 - USUAL) {
        LoadType::BelowUsual
    } else {
        LoadType::Usual
    }
}

#[cfg(test)]
mod tests;
