//! What an application declares about one time series. Never here: a database.

use std::num::NonZeroU32;
use std::path::PathBuf;

use super::{Key, PartitionError, Period, Unit};

/// A table that is partitioned by month or by day of one column, and kept for ever: nothing of it is ever dropped.
/// Only what is declared as [`Expiring`] has partitions that leave, so that no setting can make this one lose a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionedTable {
    /// Its schema.
    pub schema: &'static str,
    /// Its name; at most 49 bytes by month and 46 by day, since its partitions carry it with an ending.
    pub table: &'static str,
    /// The partition key, part of the primary key.
    pub column: &'static str,
    /// What that column holds.
    pub key: Key,
    /// What a partition holds. Partitions of another unit, from before it was changed, are left as they are.
    pub unit: Unit,
    /// The first period that a row may make be created on demand, however long ago it is. Nothing: as far back as
    /// `on_demand_back_months` or `on_demand_back_days` says.
    pub oldest: Option<Period>,
    /// A small index on the key for periods that are over, for rows that come in the order of their time.
    pub brin: Option<Brin>,
}

/// A table whose partitions leave when they are too old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// The table.
    pub table: PartitionedTable,
    /// In periods of the table: a row lives at least this long, and at most until the end of the period in which it is
    /// that old.
    pub retention: NonZeroU32,
    /// Where the rows of a partition go before it is dropped. Nothing: nowhere.
    pub export: Option<Export>,
    /// A statement that answers in one row and one boolean whether a period past its retention may be dropped; its
    /// bounds are `$1`, which is in it, and `$2`, which is not, as the key's type. Any other answer than true leaves it
    /// for now, and the next round asks again. Asked right before the period is detached, and not again afterwards: what
    /// is true must stay true. Nothing: age alone decides.
    pub guard: Option<&'static str>,
}

/// What the keeper looks after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// For ever.
    Kept(PartitionedTable),
    /// For some periods.
    Expiring(Expiring),
}

impl From<PartitionedTable> for Declared {
    fn from(table: PartitionedTable) -> Self {
        Self::Kept(table)
    }
}

impl From<Expiring> for Declared {
    fn from(table: Expiring) -> Self {
        Self::Expiring(table)
    }
}

impl Declared {
    /// The table, however long its rows stay.
    pub fn table(&self) -> &PartitionedTable {
        match self {
            Self::Kept(table) => table,
            Self::Expiring(expiring) => &expiring.table,
        }
    }

    /// In periods; nothing for what is kept for ever.
    pub(super) fn retention(&self) -> Option<NonZeroU32> {
        match self {
            Self::Kept(_) => None,
            Self::Expiring(expiring) => Some(expiring.retention),
        }
    }

    /// What of the declaration cannot be.
    pub(super) fn check(&self) -> Result<(), PartitionError> {
        let table = self.table();
        table.check()?;
        let Self::Expiring(Expiring { export: Some(export), .. }) = self else { return Ok(()) };
        if !(1..=19).contains(&export.level) {
            return table.wrong(format!("the export's level is {}; write 1 to 19", export.level));
        }
        if export.folder.as_os_str().is_empty() {
            return table.wrong("the export names no folder".to_owned());
        }
        Ok(())
    }
}

/// One file a partition: `folder/database/schema.table/2026-01.csv.zst`, or `2026-01-22.csv.zst`, as PostgreSQL's CSV
/// with a header, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The folder; it and those below are made if absent, readable for us alone.
    pub folder: PathBuf,
    /// zstd's level, 1 to 19.
    pub level: i32,
}

/// A BRIN index: the smallest and largest key of each stretch of the table, instead of an entry a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brin {
    /// Pages of 8 KiB in a stretch; 32 is a good choice.
    pub pages_per_range: u32,
}

/// The longest name of a table: PostgreSQL cuts longer ones, and `_y2026m01_brin` or `_y2026m01d22_brin` follows ours.
const fn most_name(unit: Unit) -> usize {
    match unit {
        Unit::Month => 63 - 14,
        Unit::Day => 63 - 17,
    }
}

impl PartitionedTable {
    /// By month of a `timestamptz`, without further indexes.
    pub const fn new(schema: &'static str, table: &'static str, column: &'static str) -> Self {
        Self { schema, table, column, key: Key::Time, unit: Unit::Month, oldest: None, brin: None }
    }

    /// `schema.table`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }

    fn wrong(&self, why: String) -> Result<(), PartitionError> {
        Err(PartitionError::Declaration { table: self.name(), why })
    }

    fn check(&self) -> Result<(), PartitionError> {
        for name in [self.schema, self.table, self.column] {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            if name.is_empty() || name.len() > 63 || !name.bytes().all(plain) {
                return self
                    .wrong(format!("{name:?} is not a plain name of lower-case letters, digits and `_`"));
            }
        }
        let most = most_name(self.unit);
        if self.table.len() > most {
            return self.wrong(format!("the name is longer than {most} bytes"));
        }
        if let Some(oldest) = self.oldest.filter(|oldest| oldest.unit() != self.unit) {
            return self.wrong(format!(
                "the oldest is the {} {oldest}; write a {}",
                oldest.unit(),
                self.unit
            ));
        }
        match self.brin {
            Some(brin) if !(1..=131_072).contains(&brin.pages_per_range) => {
                self.wrong(format!("pages_per_range is {}; write 1 to 131072", brin.pages_per_range))
            }
            _ => Ok(()),
        }
    }

    /// The name of a period's partition, without its schema.
    pub(super) fn partition(&self, period: Period) -> String {
        format!("{}_{}", self.table, period.suffix())
    }

    /// The parent as a statement names it.
    pub(super) fn quoted(&self) -> String {
        quoted(self.schema, self.table)
    }

    /// What the comment of a partition says from the moment it is retired: nothing without it is ever dropped.
    pub(super) fn mark(&self) -> String {
        format!("mainstay: a {} of {} past its retention, to be dropped", self.unit, self.name())
    }
}

/// A relation as a statement names it.
pub(super) fn quoted(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// A name as a statement takes it, whatever stands in it.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: PartitionedTable = PartitionedTable::new("public", "reading", "taken_at");

    #[test]
    fn a_declaration_that_cannot_work_says_why() {
        GOOD.check().unwrap();
        let told = |table: PartitionedTable| Declared::from(table).check().unwrap_err().to_string();
        let long = "a_name_of_a_table_that_is_far_too_long_for_its_months";
        let fits_months = "a_name_of_a_table_that_is_too_long_for_days_only";
        assert!(told(PartitionedTable { table: "Reading\"", ..GOOD }).contains("not a plain name"));
        assert!(told(PartitionedTable { table: long, ..GOOD }).contains("longer than 49 bytes"));
        let by_day = PartitionedTable { unit: Unit::Day, ..GOOD };
        PartitionedTable { table: fits_months, ..GOOD }.check().unwrap();
        assert!(told(PartitionedTable { table: fits_months, ..by_day }).contains("longer than 46 bytes"));
        let oldest = Period::month(1980, 1);
        PartitionedTable { oldest, ..GOOD }.check().unwrap();
        assert!(told(PartitionedTable { oldest, ..by_day }).contains("the month 1980-01; write a day"));
        let exported = |folder: &str, level| {
            let export = Some(Export { folder: folder.into(), level });
            let expiring = Expiring { table: GOOD, retention: NonZeroU32::MIN, export, guard: None };
            Declared::from(expiring).check().unwrap_err().to_string()
        };
        assert!(exported("/tmp", 20).contains("level is 20"));
        assert!(exported("", 3).contains("no folder"));
        let brin = Some(Brin { pages_per_range: 0 });
        assert!(told(PartitionedTable { brin, ..GOOD }).contains("pages_per_range is 0"));
    }

    #[test]
    fn a_mark_is_what_catalogues_hold_already() {
        let by_day = PartitionedTable { unit: Unit::Day, ..GOOD };
        let mark = "mainstay: a month of public.reading past its retention, to be dropped";
        assert_eq!(GOOD.mark(), mark);
        assert_eq!(by_day.mark(), mark.replace("month", "day"));
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(quoted("public", "a\"; drop"), "\"public\".\"a\"\"; drop\"");
        assert_eq!(GOOD.partition(Period::month(2026, 1).unwrap()), "reading_y2026m01");
        assert_eq!(GOOD.partition(Period::day(2026, 11, 22).unwrap()), "reading_y2026m11d22");
    }
}
