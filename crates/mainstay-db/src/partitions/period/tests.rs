//! Months and days of UTC: bounds, steps, names, and what a retention may take. Never here: a database.

use jiff::ToSpan as _;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn month(year: i16, month: i8) -> Period {
    Period::month(year, month).unwrap()
}

fn day(year: i16, month: i8, day: i8) -> Period {
    Period::day(year, month, day).unwrap()
}

/// The first and the last period of a unit.
fn rims(unit: Unit) -> (Period, Period) {
    match unit {
        Unit::Month => (month(1, 1), month(9999, 11)),
        Unit::Day => (day(1, 1, 1), day(9999, 11, 30)),
    }
}

#[test]
fn bounds_are_months_and_days_of_utc() {
    for (instant, of_month, of_day) in [
        ("2023-12-31T23:59:59.999999999Z", "2023-12", "2023-12-31"),
        ("2024-01-01T00:00:00Z", "2024-01", "2024-01-01"),
        ("2024-02-29T12:00:00Z", "2024-02", "2024-02-29"),
        ("2100-02-28T23:59:59Z", "2100-02", "2100-02-28"),
        ("2100-03-01T00:00:00Z", "2100-03", "2100-03-01"),
        ("1969-12-31T23:59:59.5Z", "1969-12", "1969-12-31"),
        // Still March in UTC, already April in Auckland; the hour that Berlin skips changes nothing.
        ("2024-04-01T00:30:00+13:00", "2024-03", "2024-03-31"),
        ("2024-03-31T02:30:00+01:00", "2024-03", "2024-03-31"),
        ("2024-11-30T23:30:00-08:00", "2024-12", "2024-12-01"),
    ] {
        let told = |unit| Period::of(unit, at(instant)).unwrap().to_string();
        assert_eq!((told(Unit::Month).as_str(), told(Unit::Day).as_str()), (of_month, of_day), "{instant}");
    }
    let leap = month(2024, 2);
    assert_eq!((leap.start(), leap.end()), (at("2024-02-01T00:00:00Z"), at("2024-03-01T00:00:00Z")));
    let leap = day(2024, 2, 29);
    assert_eq!((leap.start(), leap.end()), (at("2024-02-29T00:00:00Z"), at("2024-03-01T00:00:00Z")));
    assert_eq!(month(2024, 12).end(), at("2025-01-01T00:00:00Z"));
    assert_eq!(day(2024, 12, 31).end(), at("2025-01-01T00:00:00Z"));
}

#[test]
fn steps_go_over_the_end_of_the_year() {
    assert_eq!(month(2024, 11).plus(3), month(2025, 2));
    assert_eq!(month(2024, 2).plus(-2), month(2023, 12));
    assert_eq!(month(2025, 1).since(month(2023, 12)), 13);
    assert_eq!(day(2024, 12, 30).plus(3), day(2025, 1, 2));
    assert_eq!(day(2024, 2, 28).plus(1), day(2024, 2, 29));
    assert_eq!(day(2023, 2, 28).plus(1), day(2023, 3, 1));
    assert_eq!(day(2025, 1, 1).since(day(2024, 1, 1)), 366);
    // Between units, it is the period in which the other one begins.
    assert_eq!(month(2024, 3).since(day(2024, 1, 31)), 2);
    assert_eq!(day(2024, 3, 2).since(month(2024, 3)), 1);
    assert_eq!((Period::month(2024, 13), Period::month(2024, 0), Period::month(0, 12)), (None, None, None));
    assert_eq!(
        (Period::day(2023, 2, 29), Period::day(2024, 4, 31), Period::day(0, 12, 31)),
        (None, None, None)
    );
    for unit in [Unit::Month, Unit::Day] {
        let (first, last) = rims(unit);
        assert_eq!((last.plus(1), last.plus(i32::MAX)), (last, last));
        assert_eq!((first.plus(-1), first.plus(i32::MIN)), (first, first));
        assert_eq!((first.start(), last.end()), (at("0001-01-01T00:00:00Z"), at("9999-12-01T00:00:00Z")));
        assert_eq!((Period::of(unit, Timestamp::MAX), Period::of(unit, Timestamp::MIN)), (None, None));
    }
}

#[test]
fn a_name_that_we_did_not_write_is_no_periods() {
    assert_eq!(
        (month(2024, 2).suffix(), day(2024, 2, 9).suffix()),
        ("y2024m02".into(), "y2024m02d09".into())
    );
    assert_eq!(month(987, 2).suffix(), "y0987m02");
    for name in [
        "",
        "y",
        "2024m02",
        "y2024m2",
        "y2024m13",
        "y+2024m02",
        "y02024m02",
        "y2024m02d",
        "y2024m02_",
        "y2024m",
    ] {
        assert_eq!(Period::of_suffix(Unit::Month, name), None, "{name}");
        let of_day = format!("{name}d01");
        assert_eq!(Period::of_suffix(Unit::Day, &of_day), None, "{of_day}");
    }
    for name in ["y2023m02d29", "y2024m02d00", "y2024m02d1", "y2024m02d001", "y2024m02d-1", "y2024m02d01d01"]
    {
        assert_eq!(Period::of_suffix(Unit::Day, name), None, "{name}");
    }
}

#[test]
fn at_the_end_of_a_long_month_the_short_one_before_it_is_kept() {
    // One month before 31 March is 29 February 2024: all of February stays, January goes.
    let present = Period::of(Unit::Month, at("2024-03-31T12:00:00Z")).unwrap();
    assert_eq!(oldest_kept(present, 1), month(2024, 2));
    assert_eq!(oldest_kept(month(2024, 3), u32::MAX), month(1, 1));
    assert_eq!(oldest_kept(day(2024, 3, 1), 1), day(2024, 2, 29));
}

fn units() -> impl Strategy<Value = Unit> {
    prop_oneof![Just(Unit::Month), Just(Unit::Day)]
}

fn instants() -> impl Strategy<Value = Timestamp> {
    let seconds = month(1, 1).start().as_second()..month(9999, 11).end().as_second();
    // As many at the rims of months and of days as anywhere.
    let rims = prop_oneof![Just(None), Just(Some(Unit::Month)), Just(Some(Unit::Day))];
    (seconds, 0i32..1_000_000_000, rims, -2i64..=2).prop_map(|(second, nanosecond, rim, off)| {
        let any = Timestamp::from_second(second).unwrap() + i64::from(nanosecond).nanoseconds();
        let Some(unit) = rim else { return any };
        let start = Period::of(unit, any).unwrap().start();
        let near = Timestamp::from_second(start.as_second() + off).unwrap();
        if Period::of(unit, near).is_some() { near } else { any }
    })
}

proptest! {
    #[test]
    fn every_instant_is_in_exactly_its_period(instant in instants(), unit in units()) {
        let own = Period::of(unit, instant).unwrap();
        prop_assert!(own.start() <= instant && instant < own.end());
        let days = (own.end().as_second() - own.start().as_second()) / 86_400;
        match unit {
            Unit::Month => prop_assert!((28..=31).contains(&days)),
            Unit::Day => prop_assert_eq!(days, 1),
        }
        let (first, last) = rims(unit);
        if own > first {
            prop_assert_eq!(own.plus(-1).end(), own.start());
        }
        if own < last {
            prop_assert_eq!(own.plus(1).start(), own.end());
        }
        // Its day begins when its month does, or later, and ends no later.
        let of = |unit| Period::of(unit, instant).unwrap();
        prop_assert!(of(Unit::Month).start() <= of(Unit::Day).start());
        prop_assert!(of(Unit::Day).end() <= of(Unit::Month).end());
    }

    #[test]
    fn steps_can_be_taken_back_and_counted(instant in instants(), unit in units(), steps in -5_000i32..5_000) {
        let own = Period::of(unit, instant).unwrap();
        let other = own.plus(steps);
        let (first, last) = rims(unit);
        if other > first && other < last {
            prop_assert_eq!(other.plus(-steps), own);
            prop_assert_eq!(other.since(own), steps);
            prop_assert_eq!(Period::of(unit, other.start()), Some(other));
            prop_assert_eq!(other.cmp(&own), other.start().cmp(&own.start()));
        }
    }

    #[test]
    fn a_name_says_its_period_again(instant in instants(), unit in units()) {
        let own = Period::of(unit, instant).unwrap();
        prop_assert_eq!(Period::of_suffix(unit, &own.suffix()), Some(own));
        let other = if unit == Unit::Day { Unit::Month } else { Unit::Day };
        prop_assert_eq!(Period::of_suffix(other, &own.suffix()), None);
    }

    /// The calendar's own subtraction is the judge: `2024-03-31 - 1 month` is `2024-02-29`.
    #[test]
    fn no_instant_younger_than_the_retention_is_in_a_period_that_may_go(
        second in month(1900, 1).start().as_second()..month(2200, 1).start().as_second(),
        age in 0i64..40 * 12,
        off in -40i64 * 86_400..40 * 86_400,
        retention in 1u32..400,
        unit in units(),
    ) {
        let now = Timestamp::from_second(second).unwrap();
        let one = if unit == Unit::Month { 1.month() } else { 1.day() };
        let before = |instant: Timestamp, periods: i64| {
            instant.to_zoned(TimeZone::UTC).checked_sub(one.checked_mul(periods).unwrap()).unwrap().timestamp()
        };
        let limit = before(now, i64::from(retention));
        // As many rows about as old as the retention as of any age.
        let about = if age % 2 == 0 { limit } else { before(now, age) };
        let row = about + off.seconds();
        let may_go = Period::of(unit, row).unwrap() < oldest_kept(Period::of(unit, now).unwrap(), retention);
        prop_assert!(!(may_go && row >= limit), "{row} at {now} with {retention}");
        // And what is a whole period older than that does go.
        let long_past = before(limit, 1);
        prop_assert!(may_go || row >= Period::of(unit, long_past).unwrap().start());
    }
}
