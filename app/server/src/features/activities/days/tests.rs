//! Windows across clock changes, leap days and zones far from UTC.

use jiff::SignedDuration;
use jiff::civil::date;

use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn span(window: DayWindow) -> SignedDuration {
    window.until.duration_since(window.since)
}

#[test]
fn one_day_is_today_in_the_athletes_zone() {
    let now = instant("2026-03-10T23:30:00Z");
    let window = |name| DayWindow::last_days(now, &zone(name), 1);
    assert_eq!(window("UTC").first, date(2026, 3, 10));
    assert_eq!(window("Europe/Berlin").first, date(2026, 3, 11));
    assert_eq!(window("America/Los_Angeles").last, date(2026, 3, 10));
    assert_eq!(window("Pacific/Kiritimati").last, date(2026, 3, 11));
    assert_eq!(window("Europe/Berlin").since, instant("2026-03-10T23:00:00Z"));
    assert_eq!(window("Europe/Berlin").until, instant("2026-03-11T23:00:00Z"));
}

#[test]
fn the_days_of_clock_changes_have_23_and_25_hours() {
    let berlin = zone("Europe/Berlin");
    let spring = DayWindow::between(date(2026, 3, 29), date(2026, 3, 29), &berlin);
    assert_eq!(span(spring), SignedDuration::from_hours(23));
    let autumn = DayWindow::between(date(2026, 10, 25), date(2026, 10, 25), &berlin);
    assert_eq!(span(autumn), SignedDuration::from_hours(25));
    let half_hour = DayWindow::between(date(2026, 4, 5), date(2026, 4, 5), &zone("Australia/Lord_Howe"));
    assert_eq!(span(half_hour), SignedDuration::from_mins(24 * 60 + 30));
}

#[test]
fn a_day_that_has_no_midnight_begins_at_one() {
    // Clocks in Beirut went from 00:00 to 01:00 on 31 March 2024.
    let beirut = zone("Asia/Beirut");
    assert_eq!(start_of(date(2024, 3, 31), &beirut), instant("2024-03-30T22:00:00Z"));
    let window = DayWindow::between(date(2024, 3, 31), date(2024, 3, 31), &beirut);
    assert_eq!(span(window), SignedDuration::from_hours(23));
    assert_eq!(day_of(window.since, &beirut), date(2024, 3, 31));
}

#[test]
fn a_day_with_two_midnights_begins_at_the_first() {
    // Clocks in Havana go from 01:00 back to 00:00 on 1 November 2026.
    let havana = zone("America/Havana");
    let window = DayWindow::between(date(2026, 11, 1), date(2026, 11, 1), &havana);
    assert_eq!(window.since, instant("2026-11-01T04:00:00Z"));
    assert_eq!(span(window), SignedDuration::from_hours(25));
}

#[test]
fn a_day_that_a_zone_skipped_is_empty() {
    // Samoa crossed the date line: 30 December 2011 did not happen there.
    let window = DayWindow::between(date(2011, 12, 30), date(2011, 12, 30), &zone("Pacific/Apia"));
    assert_eq!(span(window), SignedDuration::ZERO);
}

#[test]
fn leap_days_count() {
    let now = instant("2028-03-01T12:00:00Z");
    assert_eq!(DayWindow::last_days(now, &TimeZone::UTC, 2).first, date(2028, 2, 29));
    assert_eq!(DayWindow::last_days(now, &TimeZone::UTC, 366).first, date(2027, 3, 2));
    let now = instant("2027-03-01T12:00:00Z");
    assert_eq!(DayWindow::last_days(now, &TimeZone::UTC, 2).first, date(2027, 2, 28));
}

#[test]
fn reaching_back_keeps_the_end() {
    let window = DayWindow::last_days(instant("2026-05-10T12:00:00Z"), &TimeZone::UTC, 90);
    let longer = window.reaching_back(119, &TimeZone::UTC);
    assert_eq!((longer.last, longer.until), (window.last, window.until));
    assert_eq!((window.days(), longer.days()), (90, 209));
    assert!(longer.contains(window.first) && !window.contains(longer.first));
}

#[test]
fn the_ends_of_the_calendar_do_not_panic() {
    for day in [Date::MIN, Date::MAX] {
        let _ = DayWindow::between(day, day, &zone("Pacific/Kiritimati"));
        let _ = DayWindow::between(day, day, &zone("America/Los_Angeles"));
    }
}

#[test]
fn days_outside_the_range_are_refused_with_a_pointer() {
    assert_eq!(asked_days(None, 1..=365, 30).unwrap(), 30);
    assert_eq!(asked_days(Some(365), 1..=365, 30).unwrap(), 365);
    for days in [0, 366, u32::MAX] {
        let problem = asked_days(Some(days), 1..=365, 30).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.errors()[0].pointer.as_str()), (400, "/days"));
    }
}

proptest::proptest! {
    /// Consecutive days touch without gap or overlap, in every zone and era, and an instant lies in the
    /// window of its own day.
    #[test]
    fn days_tile_time(seconds in -2_000_000_000i64..7_000_000_000, name in proptest::sample::select(&[
        "UTC", "Europe/Berlin", "America/Havana", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe",
        "Africa/Casablanca", "Asia/Kathmandu", "America/St_Johns",
    ][..])) {
        let zone = zone(name);
        let at = Timestamp::from_second(seconds).unwrap();
        let today = DayWindow::last_days(at, &zone, 1);
        let tomorrow = today.last.tomorrow().unwrap();
        proptest::prop_assert_eq!(today.until, DayWindow::between(tomorrow, tomorrow, &zone).since);
        proptest::prop_assert!(today.since <= at && at < today.until);
    }
}
