//! The day of a row that has none: made when the end of a job needs it. Never here: days that are made ahead.

use std::num::NonZeroU32;

use jiff::Timestamp;
use mainstay_db::partitions::{Config, Keeper, PartitionError, is_missing_partition};
use mainstay_db::{DbError, Target};
use mainstay_runtime::Clock;
use mainstay_telemetry::Registry;
use uuid::Uuid;

/// A job may have waited for so long; nobody but its asking has chosen its day.
const BACK_DAYS: u32 = 3_660;

/// Makes days on demand.
#[derive(Debug)]
pub(crate) struct Days {
    target: Target,
    clock: Clock,
}

/// What became of a refusal of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// It was for the want of a day, which is there now.
    Day,
    /// The day cannot be made for now.
    Later,
    /// No such day can be, or it was for something else.
    Nothing,
}

impl Days {
    pub(crate) fn new(target: &Target, clock: &Clock) -> Result<Self, PartitionError> {
        let days = Self { target: target.clone(), clock: clock.clone() };
        days.keeper().map(|_| days)
    }

    /// Another one each time: a keeper believes that what it has made is there, whoever has dropped it since.
    fn keeper(&self) -> Result<Keeper, PartitionError> {
        let config = Config { on_demand_back_days: BACK_DAYS, ..Config::default() };
        Keeper::new(&config, &self.target, &self.clock, &Registry::new(), Vec::new())
    }

    /// Makes the day that a statement on jobs lacked.
    pub(crate) async fn make_for(&self, refused: tokio_postgres::Error) -> Made {
        let refused = DbError::from(refused);
        let tables = crate::retention::partitions(NonZeroU32::MIN).map(|kept| kept.table);
        let Some(table) = tables.iter().find(|table| is_missing_partition(table, &refused)) else {
            return Made::Nothing;
        };
        let DbError::Constraint { source, .. } = &refused else { return Made::Nothing };
        let detail = source.as_db_error().and_then(|error| error.detail());
        let Some(at) = detail.and_then(day_of) else { return Made::Nothing };
        let made = match self.keeper() {
            Ok(keeper) => keeper.create_for(table, at).await,
            Err(error) => Err(error),
        };
        match made {
            Ok(()) => Made::Day,
            Err(PartitionError::OutOfWindow { .. }) => Made::Nothing,
            Err(_) => Made::Later,
        }
    }
}

/// The time of the id in `… (id) = (0199…)`, whose first words are in the server's language.
fn day_of(detail: &str) -> Option<Timestamp> {
    let (_, rest) = detail.split_once(") = (")?;
    let id: Uuid = rest.split_once(')')?.0.parse().ok()?;
    Timestamp::from_millisecond(i64::try_from(id.as_u128() >> 80).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_an_id_is_read_whatever_the_language() {
        let detail =
            "Partition key of the failing row contains (id) = (01890a5d-ac96-774b-bcce-b302099a8057).";
        assert_eq!(day_of(detail).unwrap().to_string(), "2023-06-30T03:34:18.518Z");
        for garbage in ["", "(id) = (", "(id) = (7)", ") = ()"] {
            assert_eq!(day_of(garbage), None, "{garbage}");
        }
    }
}
