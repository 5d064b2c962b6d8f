//! Months of UTC: bounds, steps, and what a retention may take. Never here: a database.

use jiff::ToSpan;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn month(year: i16, month: i8) -> Month {
    Month::try_new(year, month).unwrap()
}

#[test]
fn bounds_are_months_of_utc() {
    for (instant, named) in [
        ("2023-12-31T23:59:59.999999999Z", "2023-12"),
        ("2024-01-01T00:00:00Z", "2024-01"),
        ("2024-02-29T12:00:00Z", "2024-02"),
        ("2100-02-28T23:59:59Z", "2100-02"),
        ("2100-03-01T00:00:00Z", "2100-03"),
        // Still March in UTC, already April in Auckland; the hour that Berlin skips changes nothing.
        ("2024-04-01T00:30:00+13:00", "2024-03"),
        ("2024-03-31T02:30:00+01:00", "2024-03"),
        ("2024-11-30T23:30:00-08:00", "2024-12"),
    ] {
        assert_eq!(Month::of(at(instant)).unwrap().to_string(), named, "{instant}");
    }
    let leap = month(2024, 2);
    assert_eq!((leap.start(), leap.end()), (at("2024-02-01T00:00:00Z"), at("2024-03-01T00:00:00Z")));
    assert_eq!(
        (leap.start_literal().as_str(), leap.suffix().as_str()),
        ("'2024-02-01 00:00:00+00'", "y2024m02")
    );
    assert_eq!(month(2024, 12).end_literal(), "'2025-01-01 00:00:00+00'");
}

#[test]
fn steps_go_over_the_end_of_the_year() {
    assert_eq!(month(2024, 11).plus(3), month(2025, 2));
    assert_eq!(month(2024, 2).plus(-2), month(2023, 12));
    assert_eq!(month(2025, 1).since(month(2023, 12)), 13);
    assert_eq!(month(9999, 11).plus(1), month(9999, 11));
    assert_eq!(month(1, 1).plus(i32::MIN), month(1, 1));
    assert_eq!(
        (Month::try_new(2024, 13), Month::try_new(2024, 0), Month::try_new(0, 12)),
        (None, None, None)
    );
    assert_eq!(Month::of(Timestamp::MAX), None);
}

#[test]
fn at_the_end_of_a_long_month_the_short_one_before_it_is_kept() {
    // One month before 31 March is 29 February 2024: all of February stays, January goes.
    assert_eq!(oldest_kept(Month::of(at("2024-03-31T12:00:00Z")).unwrap(), 1), month(2024, 2));
    assert_eq!(oldest_kept(month(2024, 3), u32::MAX), month(1, 1));
}

fn instants() -> impl Strategy<Value = Timestamp> {
    let seconds = month(1, 1).start().as_second()..month(9999, 11).end().as_second();
    // As many at the rims of months as anywhere.
    (seconds, 0i32..1_000_000_000, any::<bool>(), -2i64..=2).prop_map(|(second, nanosecond, rim, off)| {
        let any = Timestamp::new(second, nanosecond).unwrap();
        if !rim {
            return any;
        }
        let near = Timestamp::from_second(Month::of(any).unwrap().start().as_second() + off).unwrap();
        if Month::of(near).is_some() { near } else { any }
    })
}

proptest! {
    #[test]
    fn every_instant_is_in_exactly_its_month(instant in instants()) {
        let own = Month::of(instant).unwrap();
        prop_assert!(own.start() <= instant && instant < own.end());
        let length = own.end().as_second() - own.start().as_second();
        prop_assert!((28..=31).contains(&(length / 86_400)) && length % 86_400 == 0);
        if own > month(1, 1) {
            prop_assert_eq!(own.plus(-1).end(), own.start());
        }
    }

    #[test]
    fn steps_can_be_taken_back_and_counted(instant in instants(), steps in -5_000i32..5_000) {
        let own = Month::of(instant).unwrap();
        let other = own.plus(steps);
        if other > month(1, 1) && other < month(9999, 11) {
            prop_assert_eq!(other.plus(-steps), own);
            prop_assert_eq!(other.since(own), steps);
            prop_assert_eq!(Month::of(other.start()), Some(other));
        }
    }

    /// The calendar's own subtraction is the judge: `2024-03-31 - 1 month` is `2024-02-29`.
    #[test]
    fn no_instant_younger_than_the_retention_is_in_a_month_that_may_go(
        second in month(1900, 1).start().as_second()..month(2200, 1).start().as_second(),
        age in 0i64..40 * 366 * 86_400,
        retention in 1u32..400,
    ) {
        let now = Timestamp::from_second(second).unwrap();
        let row = Timestamp::from_second(second - age).unwrap();
        let limit = now.to_zoned(TimeZone::UTC).checked_sub(i64::from(retention).months()).unwrap().timestamp();
        let may_go = Month::of(row).unwrap() < oldest_kept(Month::of(now).unwrap(), retention);
        prop_assert!(!(may_go && row >= limit), "{row} at {now} with {retention}");
        // And what is a whole month older than that does go.
        let long_past = limit.to_zoned(TimeZone::UTC).checked_sub(1.month()).unwrap().timestamp();
        prop_assert!(may_go || row >= Month::of(long_past).unwrap().start());
    }
}
