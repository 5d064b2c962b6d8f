//! Expressions, days, changes of the clocks, and times that nobody was there for.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// The next times after this one, as clocks of the zone show them.
fn next(expression: &str, zone_name: &str, after: &str, count: usize) -> Vec<String> {
    let (spec, zone) = (Spec::parse(expression).unwrap(), zone(zone_name));
    let times =
        std::iter::successors(spec.next_after(instant(after), &zone), |last| spec.next_after(*last, &zone));
    times.take(count).map(|time| time.to_zoned(zone.clone()).strftime("%F %T %:z").to_string()).collect()
}

#[test]
fn common_expressions_are_read() {
    let after = "2026-06-12T10:10:30Z";
    let first = |expression| next(expression, "UTC", after, 1).remove(0);
    for (expression, expected) in [
        ("* * * * *", "2026-06-12 10:11:00 +00:00"),
        ("*/15 * * * *", "2026-06-12 10:15:00 +00:00"),
        ("5/20 * * * *", "2026-06-12 10:25:00 +00:00"),
        ("0 12 * * *", "2026-06-12 12:00:00 +00:00"),
        ("10,40 9-17/4 * * *", "2026-06-12 13:10:00 +00:00"),
        ("0 0 1 JAN *", "2027-01-01 00:00:00 +00:00"),
        ("0 0 * * sun", "2026-06-14 00:00:00 +00:00"),
        ("0 0 * * 7", "2026-06-14 00:00:00 +00:00"),
        ("0 0 * * 5-7", "2026-06-13 00:00:00 +00:00"),
        ("*/10 * * * * *", "2026-06-12 10:10:40 +00:00"),
        ("30 10 10 * * *", "2026-06-13 10:10:30 +00:00"),
        ("0 0 29 2 *", "2028-02-29 00:00:00 +00:00"),
        ("@hourly", "2026-06-12 11:00:00 +00:00"),
        ("@daily", "2026-06-13 00:00:00 +00:00"),
        ("@weekly", "2026-06-14 00:00:00 +00:00"),
        ("@monthly", "2026-07-01 00:00:00 +00:00"),
        ("@yearly", "2027-01-01 00:00:00 +00:00"),
    ] {
        assert_eq!(first(expression), expected, "{expression}");
    }
    assert_eq!(Spec::parse(" @daily ").unwrap().to_string(), "@daily");
}

#[test]
fn of_two_restricted_days_one_is_enough_and_of_a_star_both_are_needed() {
    assert_eq!(
        next("0 0 13 * fri", "UTC", "2026-06-09T00:00:00Z", 4),
        [
            "2026-06-12 00:00:00 +00:00",
            "2026-06-13 00:00:00 +00:00",
            "2026-06-19 00:00:00 +00:00",
            "2026-06-26 00:00:00 +00:00"
        ]
    );
    let every_second_day = next("0 0 */2 * fri", "UTC", "2026-06-01T00:00:00Z", 2);
    assert_eq!(every_second_day, ["2026-06-05 00:00:00 +00:00", "2026-06-19 00:00:00 +00:00"]);
    let leap_monday = next("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", 1);
    assert_eq!(leap_monday, ["2104-02-29 00:00:00 +00:00"], "2100 has none");
}

#[test]
fn what_cannot_be_says_why() {
    for (expression, expected) in [
        (
            "",
            "a cron expression has five fields (minute hour day month weekday), or six with the second in front; this has 0",
        ),
        (
            "* * * *",
            "a cron expression has five fields (minute hour day month weekday), or six with the second in front; this has 4",
        ),
        ("@reboot", "\"@reboot\" is not known; write @hourly, @daily, @weekly, @monthly or @yearly"),
        ("60 * * * *", "the minute \"60\" is outside of 0 to 59"),
        ("* 24 * * *", "the hour \"24\" is outside of 0 to 23"),
        ("* * 0 * *", "the day of the month \"0\" is outside of 1 to 31"),
        ("* * * 13 *", "the month \"13\" is outside of 1 to 12"),
        ("* * * mai *", "the month \"mai\" is no number, no `*` and no name"),
        ("* * * * 8", "the day of the week \"8\" is outside of 0 to 7"),
        ("10-5 * * * *", "the minute \"10-5\" ends before it begins"),
        ("*/0 * * * *", "the minute \"*/0\" has a step that leads nowhere"),
        ("*/60 * * * *", "the minute \"*/60\" has a step that leads nowhere"),
        ("1,,2 * * * *", "the minute \"1,,2\" is no number, no `*` and no name"),
        ("-1 * * * *", "the minute \"-1\" is no number, no `*` and no name"),
        ("999 * * * *", "the minute \"999\" is outside of 0 to 59"),
        ("0 0 30 2 *", "no day is ever like that"),
        ("0 0 31 4,6,9,11 *", "no day is ever like that"),
    ] {
        assert_eq!(Spec::parse(expression).unwrap_err().to_string(), expected, "{expression}");
    }
    assert!(Spec::parse("0 0 30 2 mon").is_ok(), "Mondays in February");
}

#[test]
fn a_time_that_is_skipped_comes_once_at_the_first_instant_after() {
    // Berlin, 29 March 2026: from 02:00 to 03:00.
    assert_eq!(
        next("15,45 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 4),
        [
            "2026-03-28 02:15:00 +01:00",
            "2026-03-28 02:45:00 +01:00",
            "2026-03-29 03:00:00 +02:00",
            "2026-03-30 02:15:00 +02:00"
        ]
    );
    // Samoa had no 30 December 2011 at all.
    assert_eq!(
        next("0 12 * * *", "Pacific/Apia", "2011-12-29T22:30:00Z", 2),
        ["2011-12-31 00:00:00 +14:00", "2011-12-31 12:00:00 +14:00"]
    );
}

#[test]
fn a_time_that_comes_twice_counts_the_first_time() {
    // Berlin, 25 October 2026: from 03:00 to 02:00.
    assert_eq!(
        next("30 2 * * *", "Europe/Berlin", "2026-10-24T22:00:00Z", 2),
        ["2026-10-25 02:30:00 +02:00", "2026-10-26 02:30:00 +01:00"]
    );
    // Over midnight: São Paulo, 18 February 2018, from 24:00 to 23:00.
    assert_eq!(
        next("30 23 * * *", "America/Sao_Paulo", "2018-02-17T12:00:00Z", 2),
        ["2018-02-17 23:30:00 -02:00", "2018-02-18 23:30:00 -03:00"]
    );
}

#[test]
fn what_fires_in_every_hour_goes_on_evenly() {
    assert_eq!(
        next("0,30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 3),
        ["2026-03-29 01:30:00 +01:00", "2026-03-29 03:00:00 +02:00", "2026-03-29 03:30:00 +02:00"]
    );
    assert_eq!(
        next("0,30 * * * *", "Europe/Berlin", "2026-10-24T23:59:00Z", 6),
        [
            "2026-10-25 02:00:00 +02:00",
            "2026-10-25 02:30:00 +02:00",
            "2026-10-25 02:00:00 +01:00",
            "2026-10-25 02:30:00 +01:00",
            "2026-10-25 03:00:00 +01:00",
            "2026-10-25 03:30:00 +01:00"
        ]
    );
    // St. John's, 7 November 2010: a minute after midnight it was 23:01 of the day before again.
    let again = next("30 * * * *", "America/St_Johns", "2010-11-07T02:30:30Z", 2);
    assert_eq!(again, ["2010-11-06 23:30:00 -03:30", "2010-11-07 00:30:00 -03:30"]);
}

/// Every time of the days around, one by one: the slow way to the next time, also where clocks change.
fn by_trying(spec: &Spec, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let is_even = spec.times.hours.begins_with_star;
    let instants = |time: DateTime| {
        let ambiguous = zone.to_ambiguous_timestamp(time);
        let both = (ambiguous.earlier().unwrap(), ambiguous.later().unwrap());
        match (ambiguous.offset(), is_even) {
            (AmbiguousOffset::Unambiguous { .. }, _) => vec![both.0],
            (AmbiguousOffset::Gap { .. }, true) => vec![],
            (AmbiguousOffset::Gap { .. }, false) => vec![zone.following(both.0).next().unwrap().timestamp()],
            (AmbiguousOffset::Fold { .. }, true) => vec![both.0, both.1],
            (AmbiguousOffset::Fold { .. }, false) => vec![both.0],
        }
    };
    let first = zone.to_datetime(after).date().yesterday().unwrap();
    let days = std::iter::successors(Some(first), |date| date.tomorrow().ok()).take(5);
    let times = days.filter(|date| spec.is_on(*date)).flat_map(|date| {
        let minutes = (0..24 * 60).map(move |minute| date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0));
        minutes.filter(|time| {
            let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
            spec.times.hours.has(hour) && spec.times.minutes.has(minute)
        })
    });
    times.flat_map(instants).filter(|instant| *instant > after).min()
}

/// Minute by minute, by what clocks show: the slow way to the same times.
fn by_looking(spec: &Spec, zone: &TimeZone, from: Timestamp, minutes: i64) -> Vec<Timestamp> {
    let shows = |instant: Timestamp| {
        let shown = zone.to_datetime(instant);
        (spec.is_on(shown.date()) && spec.times.hours.has(shown.hour().unsigned_abs()))
            && spec.times.minutes.has(shown.minute().unsigned_abs())
    };
    (1..=minutes)
        .map(|minute| from + SignedDuration::from_mins(minute))
        .filter(|instant| shows(*instant))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_fires_whenever_clocks_show_it_where_they_do_not_change(
        minute in "\\*|[0-9]|[1-5][0-9]|\\*/[1-9]|[0-9]-[1-5][0-9]", hour in "\\*|[0-9]|1[0-9]|\\*/[2-9]",
        weekday in "\\*|[0-7]|mon-fri", start in 0_i64..2_000_000,
    ) {
        let spec = Spec::parse(&format!("{minute} {hour} * * {weekday}")).unwrap();
        for name in ["UTC", "Asia/Kolkata", "Asia/Tokyo"] {
            let (zone, from) = (zone(name), Timestamp::from_second(1_780_000_000 + start * 60).unwrap());
            let from = from.round(jiff::Unit::Minute).unwrap();
            let expected = by_looking(&spec, &zone, from, 3 * 24 * 60);
            let end = from + SignedDuration::from_hours(3 * 24);
            let times = std::iter::successors(spec.next_after(from, &zone), |last| spec.next_after(*last, &zone));
            prop_assert_eq!(times.take_while(|time| *time <= end).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn what_fires_in_every_hour_fires_whenever_clocks_show_it_also_where_they_change(
        minute in "[0-9]|[1-5][0-9]|\\*/[7-9]", day in 0_i64..400,
    ) {
        let spec = Spec::parse(&format!("{minute} * * * *")).unwrap();
        // By an hour, by half an hour, over midnight.
        for name in ["Europe/Berlin", "Australia/Lord_Howe", "America/Havana"] {
            let (zone, from) = (zone(name), instant("2026-01-01T00:00:00Z") + SignedDuration::from_hours(24 * day));
            let expected = by_looking(&spec, &zone, from, 2 * 24 * 60);
            let end = from + SignedDuration::from_hours(2 * 24);
            let times = std::iter::successors(spec.next_after(from, &zone), |last| spec.next_after(*last, &zone));
            prop_assert_eq!(times.take_while(|time| *time <= end).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_time_of_day_comes_once_a_day_wherever_it_is(hour in 0_u8..24, minute in 0_u8..60, day in 0_i64..400) {
        let spec = Spec::parse(&format!("{minute} {hour} * * *")).unwrap();
        for name in ["Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "America/Sao_Paulo"] {
            let (zone, from) = (zone(name), instant("2026-01-01T00:00:00Z") + SignedDuration::from_hours(24 * day));
            let times = std::iter::successors(spec.next_after(from, &zone), |last| spec.next_after(*last, &zone));
            let times: Vec<_> = times.take(4).collect();
            for pair in times.windows(2) {
                let pause = pair[1].duration_since(pair[0]);
                prop_assert!(pause >= SignedDuration::from_hours(22) && pause <= SignedDuration::from_hours(26), "{times:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Looked for backwards, the last time is that which is found by looking at all of them.
    #[test]
    fn the_last_time_is_the_last_of_all(
        spec in prop::sample::select(vec!["* * * * * *", "*/7 3 * * *", "30 2 * * *", "0 0 1 * *", "5-9 * * * 0"]),
        from in 0_i64..400 * 24 * 3_600, late in 0_i64..2 * 3_600,
    ) {
        let (spec, zone) = (Spec::parse(spec).unwrap(), zone("Europe/Berlin"));
        let next = spec.next_after(instant("2026-01-01T00:00:00Z") + SignedDuration::from_secs(from), &zone).unwrap();
        let now = next + SignedDuration::from_secs(late);
        let all = std::iter::successors(Some(next), |last| spec.next_after(*last, &zone));
        let last = all.take_while(|time| *time <= now).last().unwrap();
        let due = due(&spec, &zone, next, now, Misfire::Coalesce, 24 * HOUR);
        prop_assert_eq!(due, Due { fires: vec![last], next_at: spec.next_after(now, &zone) });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn near_a_change_of_the_clocks_the_next_time_is_the_first_of_all_that_were_tried(
        minute in "\\*|[0-9]|[1-5][0-9]|\\*/[7-9]", hour in "\\*|[0-3]|2[0-3]|\\*/[2-9]|0-3|22-23",
        minutes in -36 * 60_i64..36 * 60, seconds in 0_i64..60,
    ) {
        let spec = Spec::parse(&format!("{minute} {hour} * * *")).unwrap();
        // By an hour both ways, over midnight both ways, by half an hour, by a minute less than one, by a day.
        for (name, change) in [
            ("Europe/Berlin", "2026-03-29T01:00:00Z"), ("Europe/Berlin", "2026-10-25T01:00:00Z"),
            ("America/Havana", "2026-03-08T05:00:00Z"), ("America/Sao_Paulo", "2018-02-18T02:00:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"), ("America/St_Johns", "2010-11-07T02:31:00Z"),
            ("Pacific/Apia", "2011-12-30T10:00:00Z"), ("Asia/Manila", "1844-12-31T15:56:00Z"),
        ] {
            let (zone, change) = (zone(name), instant(change));
            let after = change + SignedDuration::from_mins(minutes) + SignedDuration::from_secs(seconds);
            prop_assert_eq!(spec.next_after(after, &zone), by_trying(&spec, &zone, after), "{} {}", name, after);
        }
    }
}

#[test]
fn every_second_of_a_day_on_which_clocks_change_is_found_in_few_steps() {
    let (spec, zone) = (Spec::parse("* 0-59 0-23 * * *").unwrap(), zone("Europe/Berlin"));
    let began = std::time::Instant::now();
    let times =
        std::iter::successors(Some(instant("2026-10-24T22:00:00Z")), |last| spec.next_after(*last, &zone));
    assert_eq!(times.skip(1).take(20_000).count(), 20_000);
    // Trying all seconds of the day for each of them would take a hundred times as long.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

const HOUR: Duration = Duration::from_secs(3_600);

fn shown(due: &Due) -> (Vec<String>, Option<String>) {
    let text = |time: &Timestamp| time.strftime("%T").to_string();
    (due.fires.iter().map(text).collect(), due.next_at.as_ref().map(text))
}

fn asked(policy: Misfire, now: &str, bound: Duration) -> (Vec<String>, Option<String>) {
    let spec = Spec::parse("0 * * * *").unwrap();
    shown(&due(&spec, &TimeZone::UTC, instant("2026-06-12T10:00:00Z"), instant(now), policy, bound))
}

fn told(fires: &[&str], next_at: &str) -> (Vec<String>, Option<String>) {
    (fires.iter().map(|time| (*time).to_owned()).collect(), Some(next_at.to_owned()))
}

#[test]
fn what_was_missed_counts_as_the_policy_says() {
    let (skip, coalesce) = (Misfire::Skip, Misfire::Coalesce);
    for policy in [skip, coalesce, Misfire::CatchUp { most: 10 }] {
        assert_eq!(asked(policy, "2026-06-12T09:59:59Z", 24 * HOUR), told(&[], "10:00:00"), "not yet");
        assert_eq!(
            asked(policy, "2026-06-12T10:00:01Z", 24 * HOUR),
            told(&["10:00:00"], "11:00:00"),
            "in time"
        );
    }
    let late = "2026-06-12T13:30:00Z";
    assert_eq!(asked(skip, late, 24 * HOUR), told(&[], "14:00:00"));
    assert_eq!(asked(skip, "2026-06-12T13:00:30Z", 24 * HOUR), told(&["13:00:00"], "14:00:00"));
    assert_eq!(asked(coalesce, late, 24 * HOUR), told(&["13:00:00"], "14:00:00"));
    let all = Misfire::CatchUp { most: 10 };
    assert_eq!(
        asked(all, late, 24 * HOUR),
        told(&["10:00:00", "11:00:00", "12:00:00", "13:00:00"], "14:00:00")
    );
    let some = Misfire::CatchUp { most: 2 };
    assert_eq!(asked(some, late, 24 * HOUR), told(&["10:00:00", "11:00:00"], "12:00:00"), "the rest at once");
}

#[test]
fn what_is_older_than_the_bound_counts_for_nothing() {
    let late = "2026-06-12T13:30:00Z";
    assert_eq!(
        asked(Misfire::CatchUp { most: 10 }, late, 2 * HOUR),
        told(&["12:00:00", "13:00:00"], "14:00:00")
    );
    assert_eq!(asked(Misfire::Coalesce, "2026-06-12T13:59:00Z", HOUR / 2), told(&[], "14:00:00"));
    assert_eq!(asked(Misfire::Coalesce, late, HOUR / 2), told(&["13:00:00"], "14:00:00"), "just within");
}
