//! Weeks of the athlete's calendar, cut ones, and what is usual.

use std::collections::BTreeSet;

use jiff::civil::date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::*;

fn point(day: Date, load: f64) -> LoadPoint {
    LoadPoint {
        day,
        is_run: true,
        distance_m: Some(10_000.0),
        moving_time_s: 3600.0,
        load: Some(load),
        source: Some("pace".into()),
    }
}

fn run(day: Date, factor: Option<f64>) -> Run {
    Run {
        activity_id: Uuid::nil(),
        day,
        distance_m: None,
        moving_time_s: 0.0,
        avg_hr_bpm: None,
        threshold_hr_bpm: None,
        is_race: false,
        efficiency_factor: factor,
        first_half_ef: None,
        second_half_ef: None,
        decoupling_percent: None,
        reasons: BTreeSet::new(),
    }
}

/// Five whole weeks from Monday 25 May 2026, and the Sunday before them.
fn window() -> DayWindow {
    DayWindow::between(date(2026, 5, 24), date(2026, 6, 28), &TimeZone::UTC)
}

#[test]
fn weeks_begin_on_monday_across_months_and_years() {
    assert_eq!(monday_of(date(2026, 5, 31)), date(2026, 5, 25));
    assert_eq!(monday_of(date(2026, 6, 1)), date(2026, 6, 1));
    assert_eq!(monday_of(date(2026, 1, 1)), date(2025, 12, 29));
    assert_eq!(monday_of(date(2028, 2, 29)), date(2028, 2, 28));
}

#[test]
fn every_week_of_the_window_is_there_and_cut_ones_say_so() {
    let weeks = load_response(&[], &[], window());
    let starts: Vec<Date> = weeks.iter().map(|week| week.week_start).collect();
    assert_eq!(starts[0], date(2026, 5, 18));
    assert_eq!((starts.len(), starts[5]), (6, date(2026, 6, 22)));
    let partial: Vec<bool> = weeks.iter().map(|week| week.is_partial).collect();
    assert_eq!(partial, [true, false, false, false, false, false]);
}

#[test]
fn volume_is_of_runs_and_load_of_every_sport() {
    let ride = LoadPoint { is_run: false, ..point(date(2026, 6, 2), 80.0) };
    let unknown = LoadPoint { load: None, ..point(date(2026, 6, 7), 0.0) };
    let weeks = load_response(&[point(date(2026, 6, 1), 50.0), ride, unknown], &[], window());
    let week = weeks.iter().find(|week| week.week_start == date(2026, 6, 1)).unwrap();
    assert_eq!((week.activity_count, week.total_distance_km, week.total_load), (2, Some(20.0), Some(130.0)));
    assert_eq!(week.total_duration_hours, Some(2.0));
}

#[test]
fn a_week_is_compared_with_the_median_of_whole_weeks() {
    let loads = [500.0, 100.0, 121.0, 100.0, 79.0, 100.0];
    let points: Vec<LoadPoint> = loads
        .into_iter()
        .zip(0i64..)
        .map(|(load, week)| point(date(2026, 5, 24).saturating_add(week.weeks()), load))
        .collect();
    let kinds: Vec<LoadType> =
        load_response(&points, &[], window()).iter().map(|week| week.load_type).collect();
    use LoadType::{AboveUsual, BelowUsual, Unknown, Usual};
    assert_eq!(kinds, [Unknown, Usual, AboveUsual, Usual, BelowUsual, Usual]);
}

#[test]
fn without_enough_whole_weeks_nothing_is_usual() {
    let short = DayWindow::between(date(2026, 6, 8), date(2026, 6, 28), &TimeZone::UTC);
    let weeks = load_response(&[point(date(2026, 6, 8), 100.0)], &[], short);
    assert_eq!(weeks.len(), 3);
    assert!(weeks.iter().all(|week| week.load_type == LoadType::Unknown));
    // Nor where most weeks had no load at all.
    let weeks = load_response(&[point(date(2026, 6, 8), 100.0)], &[], window());
    assert!(weeks.iter().all(|week| week.load_type == LoadType::Unknown));
}

#[test]
fn efficiency_is_compared_with_the_last_week_that_had_any() {
    let runs = [
        run(date(2026, 5, 25), Some(1.4)),
        run(date(2026, 5, 26), Some(1.6)),
        run(date(2026, 6, 2), None),
        run(date(2026, 6, 9), Some(1.45)),
        run(date(2026, 4, 1), Some(9.0)),
    ];
    let weeks = load_response(&[], &runs, window());
    let of = |monday: Date| weeks.iter().find(|week| week.week_start == monday).unwrap();
    assert_eq!(
        (of(date(2026, 5, 25)).avg_efficiency, of(date(2026, 5, 25)).efficiency_delta),
        (Some(1.5), None)
    );
    assert_eq!((of(date(2026, 6, 1)).avg_efficiency, of(date(2026, 6, 1)).efficiency_delta), (None, None));
    assert_eq!(of(date(2026, 6, 8)).efficiency_delta, Some(-0.05));
}
