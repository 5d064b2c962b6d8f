//! Reading what has happened from a place on, without leaving anything out: a transaction that was begun early and commits late
//! has its place before those that were quicker, so that nobody reads further than the oldest open transaction. Never here:
//! what is done with it.
//!
//! One transaction that stays open anywhere on the server therefore holds up every reader; [`lags`] tells.

mod lag;

use std::fmt;
use std::str::FromStr;

use mainstay_db::{Db, DbError, Executor, TransactionError, Tx};
use tokio_postgres::Row;

use crate::event::{Envelope, JSON, SPECVERSION};
use crate::store;

pub use lag::{Lag, Lags, UNREAD_MOST, held_s, lags};

/// The most events of a page.
pub const PAGE_MOST: usize = 10_000;

/// The longest name of a reader, in bytes.
pub const NAME_MOST: usize = 200;

/// A place among the events; a larger one is later. Its text may be given to clients, as the id of a server-sent event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    tx: u64,
    nth: i64,
}

impl Position {
    /// Before everything that is kept.
    pub const BEGINNING: Self = Self { tx: 0, nth: 0 };

    /// Behind everything that can be read now.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn present(db: &Db) -> Result<Self, DbError> {
        let row = mainstay_db::one(&*db.read_from_primary(), &store::PRESENT, &[]).await?;
        Ok(Self { tx: number(&row, "tx")?, nth: 0 })
    }

    fn read(row: &Row) -> Result<Self, DbError> {
        Ok(Self { tx: number(row, "tx")?, nth: row.try_get("nth")? })
    }

    fn tx(self) -> String {
        self.tx.to_string()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.tx, self.nth)
    }
}

/// A text is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a position is two numbers with a dot between")]
pub struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let (tx, nth) = text.split_once('.').ok_or(NoPosition)?;
        let number = |text: &str| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i64>().ok().filter(|_| is_plain).ok_or(NoPosition)
        };
        Ok(Self { tx: number(tx)?.unsigned_abs(), nth: number(nth)? })
    }
}

/// An event and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Where it stands.
    pub position: Position,
    /// What it is.
    pub envelope: Envelope,
}

/// Some of the events behind a place, and how far one has read with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In their order.
    pub events: Vec<Read>,
    /// Where to go on: the last of them, or, where there are no more, the end of what can be read now. Whoever reads some
    /// types only comes past the others by this.
    pub end: Position,
}

/// The events behind a place, in their order, so many at most ([`PAGE_MOST`]); of these types, or of all.
///
/// # Errors
/// As [`Db::read`].
pub async fn page(db: &Db, position: Position, types: Option<&[&str]>, most: usize) -> Result<Page, DbError> {
    let most = most.min(PAGE_MOST);
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let rows =
        db.read_from_primary().rows(&store::PAGE, &[&position.tx(), &position.nth, &types, &limit]).await?;
    let mut events = Vec::with_capacity(rows.len());
    for row in &rows {
        // The only row, where there is nothing.
        if row.try_get::<_, Option<i64>>("nth")?.is_some() {
            events.push(read(row)?);
        }
    }
    let bound = rows.first().map(|row| number(row, "bound")).transpose()?;
    let last = events.last().map_or(position, |last| last.position);
    let end = match bound {
        Some(tx) if events.len() < most => last.max(Position { tx, nth: 0 }),
        _ => last,
    };
    Ok(Page { events, end })
}

/// The events of a [`page`].
///
/// # Errors
/// As [`Db::read`].
pub async fn after(
    db: &Db,
    position: Position,
    types: Option<&[&str]>,
    most: usize,
) -> Result<Vec<Read>, DbError> {
    page(db, position, types, most).await.map(|page| page.events)
}

fn read(row: &Row) -> Result<Read, DbError> {
    let envelope = Envelope {
        specversion: SPECVERSION.to_owned(),
        id: row.try_get("id")?,
        source: row.try_get("source")?,
        kind: row.try_get("type")?,
        subject: row.try_get("subject")?,
        time: row.try_get("at")?,
        datacontenttype: JSON.to_owned(),
        partitionkey: row.try_get("key")?,
        data: row.try_get("body")?,
    };
    Ok(Read { position: Position::read(row)?, envelope })
}

/// Somebody who reads everything once, and whose place the database keeps. No day leaves that he has not read.
#[derive(Debug, Clone)]
pub struct Reader {
    db: Db,
    name: String,
}

/// It cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// Its name cannot be.
    #[error("the name of a reader has 1 to {NAME_MOST} bytes and no NUL; this has {0} bytes")]
    Name(usize),
    /// Somebody else has read on by this name, or has forgotten it: roll back, and go on from where he is.
    #[error("somebody else reads by this name")]
    Moved,
    /// The database says so.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl TransactionError for ReaderError {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Database(error) => Some(error),
            Self::Name(_) | Self::Moved => None,
        }
    }
}

impl Reader {
    /// One of this name; a new one begins there.
    ///
    /// # Errors
    /// [`ReaderError`].
    pub async fn open(db: &Db, name: &str, begin: Position) -> Result<Self, ReaderError> {
        if name.is_empty() || name.len() > NAME_MOST || name.contains('\0') {
            return Err(ReaderError::Name(name.len()));
        }
        db.transaction(|tx| async move { tx.rows(&store::OPEN, &[&name, &begin.tx(), &begin.nth]).await })
            .await?;
        Ok(Self { db: db.clone(), name: name.to_owned() })
    }

    /// How far it has read.
    ///
    /// # Errors
    /// [`ReaderError::Moved`] if it was forgotten.
    pub async fn position(&self) -> Result<Position, ReaderError> {
        let found = mainstay_db::opt(&*self.db.read_from_primary(), &store::POSITION, &[&self.name]).await?;
        Ok(Position::read(&found.ok_or(ReaderError::Moved)?)?)
    }

    /// Goes on from where it was to the last event that it has read, or stays where nothing came. What is written in the same
    /// transaction is written once for each event.
    ///
    /// # Errors
    /// [`ReaderError::Moved`]: the transaction must not be committed.
    pub async fn advance_in(&self, tx: &Tx, from: Position, to: Position) -> Result<(), ReaderError> {
        let moved = tx.rows(&store::ADVANCE, &[&self.name, &from.tx(), &from.nth, &to.tx(), &to.nth]).await?;
        if moved.is_empty() { Err(ReaderError::Moved) } else { Ok(()) }
    }

    /// Nobody reads by this name any more, and no day waits for it.
    ///
    /// # Errors
    /// [`ReaderError::Database`].
    pub async fn forget(self) -> Result<(), ReaderError> {
        let name = &self.name;
        self.db.transaction(|tx| async move { tx.rows(&store::FORGET, &[name]).await }).await?;
        Ok(())
    }
}

fn number(row: &Row, column: &str) -> Result<u64, DbError> {
    let text: String = row.try_get(column)?;
    Ok(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_what_its_text_says_and_nothing_else_is_one() {
        let place = Position { tx: 12, nth: 345 };
        assert_eq!((place.to_string().as_str(), "12.345".parse()), ("12.345", Ok(place)));
        for bad in [
            "",
            ".",
            "1",
            "1.",
            ".1",
            "-1.2",
            "1.-2",
            "+1.2",
            "1.2.3",
            "99999999999999999999.1",
            "1.x",
            "١.٢",
        ] {
            assert_eq!(bad.parse::<Position>(), Err(NoPosition), "{bad}");
        }
    }
}
