//! The days of an answer, warming up, and what the sources are counted over.

use jiff::ToSpan;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;

const TODAY: Date = date(2026, 3, 10);

fn window(days: i64) -> DayWindow {
    DayWindow::between(TODAY.saturating_sub((days - 1).days()), TODAY, &TimeZone::UTC)
}

fn point(days_ago: i64, load: Option<f64>, source: Option<&str>) -> LoadPoint {
    LoadPoint {
        day: TODAY.saturating_sub(days_ago.days()),
        is_run: true,
        distance_m: None,
        moving_time_s: 3600.0,
        load,
        source: source.map(Into::into),
    }
}

#[test]
fn nothing_is_insufficient_data_and_no_error() {
    let current = current(&[], window(42)).unwrap();
    assert_eq!((current.status, current.current), (Status::InsufficientData, None));
    let history = history(&[point(3, None, None)], window(30)).unwrap();
    assert_eq!(
        (history.status, history.days.len(), history.source_counts.none),
        (Status::InsufficientData, 0, 1)
    );
}

#[test]
fn the_history_begins_with_the_first_load_and_ends_today() {
    let days = history(&[point(9, Some(100.0), Some("pace"))], window(30)).unwrap().days;
    assert_eq!(days.len(), 10);
    assert_eq!((days[0].date, days[9].date), (TODAY.saturating_sub(9.days()), TODAY));
    assert_eq!(days[0].load, Some(100.0));
    // 100 · (1 − e^(−1/42)) and 100 · (1 − e^(−1/7)).
    assert_eq!((days[0].ctl, days[0].atl, days[0].tsb), (Some(2.35), Some(13.31), Some(0.0)));
    assert_eq!(
        (days[1].load, days[1].tsb),
        (Some(0.0), Some(-10.96)),
        "a day of rest is 0; form is yesterday's"
    );
    assert!(days.iter().all(|day| day.warming_up));
}

#[test]
fn what_lies_before_the_window_counts_and_is_not_shown() {
    let points: Vec<LoadPoint> = (0..300).map(|i| point(i, Some(50.0), Some("heart_rate"))).collect();
    let history = history(&points, window(30)).unwrap();
    assert_eq!(history.days.len(), 30);
    let last = history.days.last().unwrap();
    assert!((49.9..=50.0).contains(&last.ctl.unwrap()), "{last:?}");
    assert!(!last.warming_up);
    assert_eq!(history.source_counts, SourceCounts { heart_rate: 30, ..SourceCounts::default() });
}

#[test]
fn loads_after_today_wait() {
    let current =
        current(&[point(1, Some(80.0), Some("rpe")), point(-3, Some(500.0), Some("rpe"))], window(42));
    let current = current.unwrap();
    assert_eq!(current.current.unwrap().date, TODAY);
    assert_eq!(current.source_counts.rpe, 1);
}

#[test]
fn sources_are_counted_by_name() {
    let points = [
        point(0, Some(1.0), Some("power")),
        point(0, Some(1.0), Some("pace")),
        point(1, Some(1.0), Some("rpe")),
        point(2, None, None),
        point(50, Some(1.0), Some("power")),
    ];
    let counts = current(&points, window(42)).unwrap().source_counts;
    assert_eq!(counts, SourceCounts { power: 1, pace: 1, heart_rate: 0, rpe: 1, none: 1 });
}
