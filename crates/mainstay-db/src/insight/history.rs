//! Writes now and then what the statements of this process have cost since the last time, and reads what all processes
//! wrote. Never here: the partitions of the table (`partitions`), how it is shown.

use std::collections::HashMap;

use jiff::Timestamp;
use mainstay_runtime::Clock;
use tokio::sync::Mutex;

use super::StatementFigures;
use crate::partitions::{Keeper, PartitionedTable, is_missing_partition};
use crate::statement::{Executor, Statement};
use crate::{Db, DbError};

static RECORD: Statement = Statement::pooled("insight.record_history", include_str!("history/record.sql"));

/// The writer of one process's part of `mainstay.statement_history`.
///
/// A reading covers what has run since the one before. One whose writing was not answered is written again as it was,
/// with its own instant, before the next: the table's key then knows whether it is there, even while its commit is still
/// under way. What a process that is killed had not written is lost: at most one pause between two readings.
#[derive(Debug)]
pub struct History {
    db: Db,
    keeper: Keeper,
    table: PartitionedTable,
    clock: Clock,
    process: String,
    state: Mutex<State>,
}

/// What is in the table, as far as this process knows.
#[derive(Debug)]
struct State {
    written: Reading,
    /// The reading after it, whose writing was not answered: it may be there, or come.
    unsure: Option<Reading>,
}

/// What every statement had cost at an instant.
#[derive(Clone, Debug)]
struct Reading {
    at: Timestamp,
    totals: HashMap<&'static str, Totals>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Totals {
    calls: u64,
    failed: u64,
    slow: u64,
    rows: u64,
    total_ms: f64,
}

impl History {
    /// Begins at nothing, now: the figures are those since the start of the process, whose name nobody else may have.
    /// `keeper` must keep `table`.
    pub fn new(db: &Db, keeper: &Keeper, table: PartitionedTable, clock: &Clock, process: String) -> Self {
        let written = Reading { at: clock.now(), totals: HashMap::new() };
        Self {
            db: db.clone(),
            keeper: keeper.clone(),
            table,
            clock: clock.clone(),
            process,
            state: Mutex::new(State { written, unsure: None }),
        }
    }

    /// Writes what has run since the last reading, and says how many statements that were.
    ///
    /// # Errors
    /// As [`Db::write`]; nothing is lost, the next call writes it.
    pub async fn record(&self) -> Result<usize, DbError> {
        let mut state = self.state.lock().await;
        let again = self.settle(&mut state).await?;
        let now = Reading { at: self.clock.now(), totals: totals(self.db.insight().statements()) };
        if now.at <= state.written.at || Columns::between(&state.written, &now).names.is_empty() {
            return Ok(again);
        }
        // Whoever gives this up in the middle does not know whether it is there.
        state.unsure = Some(now);
        Ok(again + self.settle(&mut state).await?)
    }

    /// Sees to it that the unsure reading is there, once. It stays unsure where that fails.
    async fn settle(&self, state: &mut State) -> Result<usize, DbError> {
        let Some(unsure) = &state.unsure else { return Ok(0) };
        let (since, at) = (state.written.at, unsure.at);
        let columns = Columns::between(&state.written, unsure);
        match self.keeper.with_partitions(&self.table, || self.write(&columns, since, at)).await {
            Ok(()) => {}
            Err(error) => {
                // Without its partition it is not there for sure, and may never be again: it is part of the next one.
                if is_missing_partition(&self.table, &error) {
                    state.unsure = None;
                }
                return Err(error);
            }
        }
        if let Some(written) = state.unsure.take() {
            state.written = written;
        }
        Ok(columns.names.len())
    }

    async fn write(&self, columns: &Columns, since: Timestamp, at: Timestamp) -> Result<(), DbError> {
        let tx = self.db.write().await?;
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 9] = [
            &at,
            &self.process,
            &since,
            &columns.names,
            &columns.calls,
            &columns.failed,
            &columns.slow,
            &columns.total_ms,
            &columns.rows,
        ];
        Executor::execute(&*tx, &RECORD, &parameters).await?;
        tx.commit().await
    }
}

fn totals(figures: Vec<StatementFigures>) -> HashMap<&'static str, Totals> {
    let mut totals = HashMap::<_, Totals>::new();
    for one in figures {
        // Several statements of one name count as one.
        let sum = totals.entry(one.name).or_default();
        sum.calls += one.count;
        sum.failed += one.errors;
        sum.slow += one.slow;
        sum.rows += one.rows;
        sum.total_ms += one.total.as_secs_f64() * 1e3;
    }
    totals
}

/// One array a column, as the statement takes them.
#[derive(Debug, Default, PartialEq)]
struct Columns {
    names: Vec<&'static str>,
    calls: Vec<i64>,
    failed: Vec<i64>,
    slow: Vec<i64>,
    total_ms: Vec<f64>,
    rows: Vec<i64>,
}

impl Columns {
    /// What has run between two readings; of what has not, there is no row.
    fn between(before: &Reading, now: &Reading) -> Self {
        let count = |now: u64, before: u64| i64::try_from(now.saturating_sub(before)).unwrap_or(i64::MAX);
        let mut columns = Self::default();
        let mut names: Vec<_> = now.totals.keys().copied().collect();
        names.sort_unstable();
        for name in names {
            let then = before.totals.get(name).copied().unwrap_or_default();
            let Some(sum) = now.totals.get(name).filter(|sum| sum.calls > then.calls) else { continue };
            columns.names.push(name);
            columns.calls.push(count(sum.calls, then.calls));
            columns.failed.push(count(sum.failed, then.failed));
            columns.slow.push(count(sum.slow, then.slow));
            columns.total_ms.push((sum.total_ms - then.total_ms).max(0.0));
            columns.rows.push(count(sum.rows, then.rows));
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(calls: &[(&'static str, u64)]) -> Reading {
        let totals =
            |calls: u64| Totals { calls, rows: calls * 2, total_ms: calls as f64, ..Totals::default() };
        let totals = calls.iter().map(|(name, calls)| (*name, totals(*calls))).collect();
        Reading { at: Timestamp::UNIX_EPOCH, totals }
    }

    #[test]
    fn a_reading_has_what_ran_since_the_one_before() {
        let before = reading(&[("a.still", 5), ("b.goes_on", 5)]);
        let now = reading(&[("a.still", 5), ("b.goes_on", 8), ("c.new", 2)]);
        let columns = Columns::between(&before, &now);
        assert_eq!(columns.names, ["b.goes_on", "c.new"]);
        assert_eq!((columns.calls, columns.rows, columns.total_ms), (vec![3, 2], vec![6, 4], vec![3.0, 2.0]));
        assert_eq!(Columns::between(&now, &now), Columns::default());
    }
}
