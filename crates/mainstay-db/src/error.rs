//! What can go wrong with a database that is asked something; a variant is what the caller can do about it.
//! Never here: HTTP statuses, texts for end users.

use std::fmt;
use std::time::Duration;

use tokio_postgres::error::SqlState;

/// A read, a write or a transaction failed.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Every connection of the lane stayed busy. Shed load or try again later.
    #[error("no free {lane} connection within {} ms", waited.as_millis())]
    PoolExhausted {
        /// Which pool.
        lane: Lane,
        /// How long the caller waited.
        waited: Duration,
    },
    /// The server cannot be reached, went away, or is starting or stopping. Try again later; what a transaction
    /// did is unknown only if its commit was under way.
    #[error("the database is not available: {why}")]
    Unavailable {
        /// What was seen, without secrets.
        why: String,
        /// The driver's error, where there was one.
        #[source]
        source: Option<tokio_postgres::Error>,
    },
    /// A named rule of the schema said no. Map it by `name`.
    #[error("the constraint {name} ({kind}) was violated")]
    Constraint {
        /// The constraint's name; for a not-null rule the column's name, as PostgreSQL gives that no name.
        name: String,
        /// Which kind of rule.
        kind: ConstraintKind,
        /// The driver's error.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The transaction lost against another one (serialization failure or deadlock). Run all of it again.
    #[error("the transaction conflicted with another one")]
    Conflict(#[source] tokio_postgres::Error),
    /// A lock was not free within `lock_timeout_ms`. Run it again.
    #[error("a lock was not free in time")]
    LockTimeout(#[source] tokio_postgres::Error),
    /// The server ended the statement: `statement_timeout_ms` passed, or somebody cancelled it.
    #[error("the statement was cancelled or ran too long")]
    Cancelled(#[source] tokio_postgres::Error),
    /// The server's disk is full. Reads go on; writes fail until somebody makes room.
    #[error("the database has no room left on its disk")]
    StorageFull(#[source] tokio_postgres::Error),
    /// A migration has changed what a prepared statement gives. Reads and the first statement of a transaction were
    /// already asked again; here the transaction had done something before. Run all of it again.
    #[error("the schema was changed under a prepared statement")]
    StalePlan(#[source] tokio_postgres::Error),
    /// A write was tried in a read session. A defect of the caller: use `db.write()`.
    #[error("a read session cannot write")]
    ReadOnly(#[source] tokio_postgres::Error),
    /// A statement of the transaction failed and the failure was passed over; nothing was committed.
    #[error("the transaction had already failed; nothing was committed")]
    AlreadyFailed(#[source] tokio_postgres::Error),
    /// No replica has what the session has seen, and the primary has had its share of such reads, or does not show yet
    /// what a replica has shown the session. Come again later.
    #[error("no replica is up to date, and the primary cannot answer in their place for now")]
    ReplicasBehind {
        /// When to come again.
        retry_after: Duration,
    },
    /// A row's partition could not be made. The same may work later, and nothing else waits for it.
    #[error("the partition of a row could not be made: {why}")]
    NoPartition {
        /// What was in the way.
        why: String,
    },
    /// The request has used up its statements. A defect of the caller: it asks row by row.
    #[error("the request has run {most} statements; {statement} is one too many")]
    TooManyStatements {
        /// The statement that was refused.
        statement: &'static str,
        /// How many there may be.
        most: u64,
    },
    /// The work of a transaction has kept its handle. A defect of the caller; nothing was committed.
    #[error("the transaction is still held after its work; nothing was committed")]
    TransactionKept,
    /// A statement for one row gave another number of rows. A defect of the statement, or of the data.
    #[error("{statement} gave {found} rows instead of one")]
    RowCount {
        /// The statement's name.
        statement: &'static str,
        /// How many rows came.
        found: usize,
    },
    /// Anything else: a defect of the statement, of its parameters or of the row's decoding.
    #[error("the statement failed: {}", what_failed(.0))]
    Statement(#[source] tokio_postgres::Error),
}

impl DbError {
    /// True if the whole transaction may simply be run once more.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::LockTimeout(_) | Self::StalePlan(_))
    }

    /// True if the server cannot be reached or went away.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// The constraint's name if one was violated.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Constraint { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// Which pool a session comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Read-only sessions.
    Read,
    /// Transactions.
    Write,
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}

/// The kind of rule that a row broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConstraintKind {
    /// Unique or primary key (23505).
    Unique,
    /// Foreign key (23503).
    ForeignKey,
    /// Check, also "no partition for this row" (23514).
    Check,
    /// Not null (23502).
    NotNull,
    /// Exclusion (23P01).
    Exclusion,
}

impl fmt::Display for ConstraintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unique => "unique",
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
            Self::NotNull => "not null",
            Self::Exclusion => "exclusion",
        })
    }
}

impl From<tokio_postgres::Error> for DbError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return if is_connection_loss(&error) { unavailable(error) } else { Self::Statement(error) };
        };
        if let Some(kind) = constraint_kind(db.code()) {
            let name = db.constraint().or(db.column()).or(db.table()).unwrap_or("unnamed").to_owned();
            return Self::Constraint { name, kind, source: error };
        }
        match db.code() {
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => Self::Conflict(error),
            &SqlState::LOCK_NOT_AVAILABLE => Self::LockTimeout(error),
            &SqlState::QUERY_CANCELED => Self::Cancelled(error),
            &SqlState::DISK_FULL => Self::StorageFull(error),
            &SqlState::READ_ONLY_SQL_TRANSACTION => Self::ReadOnly(error),
            &SqlState::IN_FAILED_SQL_TRANSACTION => Self::AlreadyFailed(error),
            &SqlState::FEATURE_NOT_SUPPORTED if db.routine() == Some(STALE_PLAN) => Self::StalePlan(error),
            code if is_server_absent(code) => unavailable(error),
            _ => Self::Statement(error),
        }
    }
}

/// Where the server says "cached plan must not change result type": the words are in the operator's language, and the
/// code stands for much else.
const STALE_PLAN: &str = "RevalidateCachedQuery";

/// Of what the server says its code alone: its words may quote values.
fn what_failed(error: &tokio_postgres::Error) -> String {
    match error.code() {
        Some(code) => format!("the server says SQLSTATE {}", code.code()),
        None => error.to_string(),
    }
}

fn unavailable(error: tokio_postgres::Error) -> DbError {
    DbError::Unavailable { why: chain(&error), source: Some(error) }
}

fn constraint_kind(code: &SqlState) -> Option<ConstraintKind> {
    match *code {
        SqlState::UNIQUE_VIOLATION => Some(ConstraintKind::Unique),
        SqlState::FOREIGN_KEY_VIOLATION => Some(ConstraintKind::ForeignKey),
        SqlState::CHECK_VIOLATION => Some(ConstraintKind::Check),
        SqlState::NOT_NULL_VIOLATION => Some(ConstraintKind::NotNull),
        SqlState::EXCLUSION_VIOLATION => Some(ConstraintKind::Exclusion),
        _ => None,
    }
}

/// Class 08 (connection), 53300 (too many connections), 57P01–57P05 (shutdown, crash, starting, database dropped,
/// idle session ended).
fn is_server_absent(code: &SqlState) -> bool {
    let code = code.code();
    code.starts_with("08") || code == "53300" || code.starts_with("57P") || code == "25P03"
}

/// The driver could not reach the server, or lost it.
pub(crate) fn is_connection_loss(error: &tokio_postgres::Error) -> bool {
    if let Some(db) = error.as_db_error() {
        return is_server_absent(db.code());
    }
    if error.is_closed() {
        return true;
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    false
}

/// The error with its causes on one line; the driver keeps the interesting half in the source.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// The database could not be connected to at start.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is not usable. Correct the configuration.
    #[error("the database address is wrong: {why}")]
    Address {
        /// Which rule it breaks; never the address itself, which may hold a password.
        why: String,
    },
    /// The server did not answer within `connect_retry_for_ms`.
    #[error("no answer from {target} for {} ms: {why}", waited.as_millis())]
    Unreachable {
        /// Where.
        target: String,
        /// How long it was tried.
        waited: Duration,
        /// The last failure.
        why: String,
    },
    /// The server answered and refused us: wrong password, role, database or rights. Trying again does not help.
    #[error("{target} refused the session: {why}")]
    Refused {
        /// Where.
        target: String,
        /// The server's words.
        why: String,
    },
    /// The server is too old.
    #[error("{target} runs PostgreSQL {found}; 14 or newer is needed")]
    TooOld {
        /// Where.
        target: String,
        /// The server's version.
        found: String,
    },
    /// The processes together may open more sessions than the server has for us. Lower the setting that is named, or
    /// raise the server's `max_connections`.
    #[error(
        "up to {wanted} connections would be opened to {target} (database.nodes = {nodes}), which has {allowed} for us \
        (max_connections {max_connections} less {reserved} reserved): lower {change}, or raise max_connections"
    )]
    TooManyConnections {
        /// Where.
        target: String,
        /// What all processes may open together.
        wanted: usize,
        /// How many processes there are.
        nodes: usize,
        /// What the server has for us.
        allowed: usize,
        /// The server's limit of sessions.
        max_connections: i32,
        /// How many of them are not for us.
        reserved: i32,
        /// Which settings to lower.
        change: &'static str,
    },
    /// A pool could not be built: a limit of the configuration is zero.
    #[error("the pool configuration is wrong: {why}")]
    Pool {
        /// Which rule it breaks.
        why: String,
    },
}
