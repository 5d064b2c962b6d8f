//! What a table is partitioned by, and how the instants that bound a period are written in it. Pure. Never here: which
//! periods there are.

use jiff::Timestamp;
use uuid::Uuid;

use super::Period;

/// What the partition key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A `timestamptz`.
    Time,
    /// A `uuid` of version 7, whose first 48 bits are the milliseconds since 1970 (RFC 9562). Its rows lie where their
    /// ids say that they were made.
    UuidV7,
}

/// What follows the milliseconds in a UUID.
const REST_BITS: u32 = 80;

impl Key {
    /// As the catalogue names it.
    pub(super) fn column_type(self) -> &'static str {
        match self {
            Self::Time => "timestamp with time zone",
            Self::UuidV7 => "uuid",
        }
    }

    /// As a migration names it.
    pub(super) fn told(self) -> &'static str {
        match self {
            Self::Time => "timestamptz",
            Self::UuidV7 => "uuid",
        }
    }

    /// Whether keys of the period can be written: no UUID is from before 1970.
    pub(super) fn reaches(self, period: Period) -> bool {
        match self {
            Self::Time => true,
            Self::UuidV7 => period.start() >= Timestamp::UNIX_EPOCH,
        }
    }

    /// The smallest key of an instant as a statement writes it, whatever the session's settings.
    pub(super) fn literal(self, instant: Timestamp) -> String {
        match self {
            Self::Time => format!("'{instant}'"),
            Self::UuidV7 => format!("'{}'", smallest(instant)),
        }
    }

    /// The instant of a key as the server writes it in UTC; nothing where it is none, as `MINVALUE` or `infinity`. A
    /// UUID that is not the smallest of its millisecond is a nanosecond later: as a bound it lies behind the smallest
    /// one and before the next millisecond, which says all about how periods lie to it.
    pub(super) fn instant(self, text: &str) -> Option<Timestamp> {
        match self {
            Self::Time => text.parse().ok(),
            Self::UuidV7 => text.parse().ok().map(instant_of),
        }
    }
}

/// The smallest UUID of an instant's millisecond: all bits behind it are zero.
pub(super) fn smallest(instant: Timestamp) -> Uuid {
    // Before 1970 there is none; `Key::reaches` keeps such periods away.
    let millisecond = u128::try_from(instant.as_millisecond()).unwrap_or(0);
    Uuid::from_u128(millisecond << REST_BITS)
}

/// One that is later than all instants that can be written counts as the last of them.
fn instant_of(id: Uuid) -> Timestamp {
    let id = id.as_u128();
    let rest = id & ((1 << REST_BITS) - 1);
    let nanosecond = i128::try_from(id >> REST_BITS).unwrap_or(i128::MAX) * 1_000_000 + i128::from(rest > 0);
    Timestamp::from_nanosecond(nanosecond).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Unit;
    use super::*;

    #[test]
    fn bounds_are_written_as_the_server_reads_them() {
        let day = Period::day(2026, 11, 22).unwrap();
        assert_eq!(Key::Time.literal(day.start()), "'2026-11-22T00:00:00Z'");
        assert_eq!(Key::Time.literal(Period::month(1, 1).unwrap().start()), "'0001-01-01T00:00:00Z'");
        // 1,795,305,600,000 ms, as `date --utc --date 2026-11-22 +%s` says.
        assert_eq!(Key::UuidV7.literal(day.start()), "'01a2008d-7400-0000-0000-000000000000'");
        assert_eq!(Key::UuidV7.literal(Timestamp::UNIX_EPOCH), format!("'{}'", Uuid::nil()));
        assert!(!Key::UuidV7.reaches(Period::day(1969, 12, 31).unwrap()));
        assert!(Key::UuidV7.reaches(Period::day(1970, 1, 1).unwrap()));
    }

    #[test]
    fn what_is_no_key_has_no_instant() {
        for text in ["", "MINVALUE", "MAXVALUE", "infinity", "2026-11-22"] {
            assert_eq!((Key::Time.instant(text), Key::UuidV7.instant(text)), (None, None), "{text}");
        }
        // Later than all that can be written, by far: of no period, but not unknown.
        assert_eq!(Key::UuidV7.instant("ffffffff-ffff-ffff-ffff-ffffffffffff"), Some(Timestamp::MAX));
    }

    fn seconds() -> impl Strategy<Value = i64> {
        0..Period::month(9999, 11).unwrap().end().as_second()
    }

    fn units() -> impl Strategy<Value = Unit> {
        prop_oneof![Just(Unit::Month), Just(Unit::Day)]
    }

    fn read_back(key: Key, instant: Timestamp) -> Option<Timestamp> {
        key.instant(key.literal(instant).trim_matches('\''))
    }

    proptest! {
        /// The judge is the generator of the ids that applications use.
        #[test]
        fn an_id_lies_within_the_bounds_of_its_period(second in seconds(), nanosecond in 0u32..1_000_000_000, unit in units()) {
            let instant = Timestamp::new(second, i32::try_from(nanosecond).unwrap()).unwrap();
            let moment = uuid::Timestamp::from_unix(uuid::NoContext, second.unsigned_abs(), nanosecond);
            let id = Uuid::new_v7(moment);
            let period = Period::of(unit, instant).unwrap();
            prop_assert!(smallest(period.start()) <= id && id < smallest(period.end()));
            let read = Key::UuidV7.instant(&id.to_string()).unwrap();
            prop_assert_eq!(read.as_millisecond(), instant.as_millisecond());
            prop_assert_eq!(Period::of(unit, read), Some(period));
        }

        #[test]
        fn bounds_come_back_and_are_ordered_like_the_instants(one in seconds(), other in seconds(), unit in units()) {
            let start = |second| Period::of(unit, Timestamp::from_second(second).unwrap()).unwrap().start();
            let (one, other) = (start(one), start(other));
            prop_assert_eq!(read_back(Key::UuidV7, one), Some(one));
            prop_assert_eq!(read_back(Key::Time, one), Some(one));
            prop_assert_eq!(smallest(one).cmp(&smallest(other)), one.cmp(&other));
        }

        /// Any two UUIDs, of whatever version: what is read of them says how they lie to the bounds of periods.
        #[test]
        fn a_bound_by_hand_lies_to_periods_as_its_instant_does(second in seconds(), unit in units(), off in -2i64..=2, rest in 0u128..3) {
            let period = Period::of(unit, Timestamp::from_second(second).unwrap()).unwrap();
            let bound = smallest(period.start());
            let millisecond = (bound.as_u128() >> REST_BITS).saturating_add_signed(i128::from(off));
            let by_hand = Uuid::from_u128((millisecond << REST_BITS) + rest);
            let read = Key::UuidV7.instant(&by_hand.to_string()).unwrap();
            prop_assert_eq!(by_hand.cmp(&bound), read.cmp(&period.start()));
        }
    }
}
