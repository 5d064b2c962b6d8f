//! How far behind readers are, and whether an open transaction holds them up. Never here: reading.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use mainstay_db::{Db, DbError, Executor};
use mainstay_telemetry::Registry;
use mainstay_telemetry::metrics::Gauge;
use tokio_postgres::Row;

use crate::store;

/// Readers that are told of.
const READERS_MOST: i64 = 1_000;

/// Unread events of each are counted up to this number.
pub const UNREAD_MOST: i64 = 10_000;

/// How far behind a reader is.
#[derive(Debug, Clone, PartialEq)]
pub struct Lag {
    /// Its name.
    pub reader: String,
    /// For so long, in seconds, there has been something that it has not read.
    pub behind_s: f64,
    /// It cannot read that yet: a transaction is open that was begun before.
    pub is_held: bool,
    /// So many it has not read, [`UNREAD_MOST`] at most.
    pub unread: i64,
}

/// How far behind the readers are, by name.
///
/// # Errors
/// As [`Db::read`].
pub async fn lags(db: &Db) -> Result<Vec<Lag>, DbError> {
    let rows = db.read_from_primary().rows(&store::LAG, &[&1_i64, &READERS_MOST, &UNREAD_MOST]).await?;
    let lag = |row: &Row| {
        Ok(Lag {
            reader: row.try_get("name")?,
            behind_s: row.try_get("behind_s")?,
            is_held: row.try_get("is_held")?,
            unread: row.try_get("unread")?,
        })
    };
    rows.iter().map(lag).collect()
}

/// For so long, in seconds, there has been an event that nobody can read yet, because a transaction is open anywhere on the
/// server that was begun before it; zero, where there is none.
///
/// # Errors
/// As [`Db::read`].
pub async fn held_s(db: &Db) -> Result<f64, DbError> {
    let row = mainstay_db::one(&*db.read_from_primary(), &store::HELD, &[&1_i64]).await?;
    Ok(row.try_get("held_s")?)
}

/// The same as metrics.
pub struct Lags {
    behind: Gauge,
    held: Gauge,
    unread: Gauge,
    unreadable: Gauge,
    /// Readers that have been told of: one that is forgotten is behind no more.
    told: Mutex<BTreeSet<String>>,
}

impl Lags {
    /// Registers them.
    pub fn new(registry: &Registry) -> Self {
        let gauge = |name, help| registry.gauge(name, help, &["reader"]);
        Self {
            behind: gauge(
                "events_reader_behind_ms",
                "For so long there has been an event that it has not read",
            ),
            held: gauge("events_reader_held", "1: what it has not read waits for an open transaction"),
            unread: gauge("events_reader_unread", "Events that it has not read, counted up to 10,000"),
            unreadable: registry.gauge(
                "events_unreadable_ms",
                "For so long there has been an event that waits for an open transaction before anybody reads it",
                &[],
            ),
            told: Mutex::default(),
        }
    }

    /// Asks anew.
    ///
    /// # Errors
    /// As [`lags`].
    pub async fn measure(&self, db: &Db) -> Result<(), DbError> {
        let (all, held_s) = (lags(db).await?, held_s(db).await?);
        self.unreadable.with(&[]).set((held_s * 1e3) as i64);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for gone in told.iter().filter(|reader| all.iter().all(|lag| lag.reader != **reader)) {
            for gauge in [&self.behind, &self.held, &self.unread] {
                gauge.with(&[gone]).set(0);
            }
        }
        for lag in &all {
            self.behind.with(&[&lag.reader]).set((lag.behind_s * 1e3) as i64);
            self.held.with(&[&lag.reader]).set(lag.is_held.into());
            self.unread.with(&[&lag.reader]).set(lag.unread);
        }
        *told = all.into_iter().map(|lag| lag.reader).collect();
        Ok(())
    }
}

impl fmt::Debug for Lags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lags")
    }
}
