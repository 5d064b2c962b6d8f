//! How other errors become problems: conversions for errors that are always ours, and [`OrProblem`]
//! for every other one. Never here: conversions of an application's errors.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use http::StatusCode;

use super::Problem;

/// Turns any failing result, or an empty option, into a problem at the place of use.
///
/// ```
/// use mainstay_http::{OrProblem, Problem};
///
/// fn port(text: &str) -> Result<u16, Problem> {
///     text.parse::<u16>().or_problem(|_| Problem::bad_request("invalid_port", "Not a port."))
/// }
/// assert_eq!(port("x").unwrap_err().code(), "invalid_port");
/// ```
pub trait OrProblem<T, E>: Sized {
    /// The problem that the caller should see; `problem` may look at the error.
    fn or_problem(self, problem: impl FnOnce(E) -> Problem) -> Result<T, Problem>;

    /// 500: the error is ours; it is logged once and hidden.
    fn internal(self) -> Result<T, Problem>
    where
        E: Into<Box<dyn Error + Send + Sync>>;
}

impl<T, E> OrProblem<T, E> for Result<T, E> {
    fn or_problem(self, problem: impl FnOnce(E) -> Problem) -> Result<T, Problem> {
        self.map_err(problem)
    }

    #[track_caller]
    fn internal(self) -> Result<T, Problem>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        // A closure would lose the caller's place.
        match self {
            Ok(value) => Ok(value),
            Err(error) => Err(Problem::internal(error)),
        }
    }
}

impl<T> OrProblem<T, &'static str> for Option<T> {
    fn or_problem(self, problem: impl FnOnce(&'static str) -> Problem) -> Result<T, Problem> {
        self.ok_or_else(|| problem("nothing was found"))
    }

    #[track_caller]
    fn internal(self) -> Result<T, Problem> {
        match self {
            Some(value) => Ok(value),
            None => Err(Problem::internal("a value that must exist is absent")),
        }
    }
}

/// Errors of the machinery: whoever meets one in a handler can only answer 500.
macro_rules! ours {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for Problem {
            #[track_caller]
            fn from(error: $error) -> Self {
                Self::internal(error)
            }
        }
    )+};
}

ours!(std::fmt::Error, serde_json::Error, tokio::task::JoinError, http::Error, Box<dyn Error + Send + Sync>,);

/// A full disk is a 507; everything else is a defect of ours.
impl From<std::io::Error> for Problem {
    #[track_caller]
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => storage_full(&error),
            _ => Self::internal(error),
        }
    }
}

fn storage_full(error: &(dyn Error + 'static)) -> Problem {
    tracing::error!(
        event = "storage.full",
        error,
        "a disk is full: nothing can be stored until there is room"
    );
    let detail = "The server has no room left. Nothing was stored.";
    Problem::new(StatusCode::INSUFFICIENT_STORAGE, "storage_full", detail)
}

impl From<tokio::time::error::Elapsed> for Problem {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::unavailable(Duration::from_secs(1), "A part of the work took too long.").coded("timed_out")
    }
}

/// When to come back where the partition of a row could not be made.
const NO_PARTITION_RETRY: Duration = Duration::from_secs(30);

/// A database that is busy or away is a 503 that says when to come back; everything else is a defect of ours.
impl From<mainstay_db::DbError> for Problem {
    #[track_caller]
    fn from(error: mainstay_db::DbError) -> Self {
        use mainstay_db::DbError;
        let retry_after = Duration::from_secs(1);
        match error {
            DbError::PoolExhausted { .. } => {
                Self::unavailable(retry_after, "The database is busy.").coded("database_busy")
            }
            DbError::Unavailable { .. } => {
                tracing::warn!(error = %error, "the database is not available");
                Self::unavailable(retry_after, "The database is not available.").coded("database_unavailable")
            }
            // Something holds the tables, for minutes at worst.
            DbError::NoPartition { .. } => {
                Self::unavailable(NO_PARTITION_RETRY, "Room for the date could not be made in the database.")
            }
            DbError::Conflict(_) | DbError::LockTimeout(_) => {
                Self::unavailable(retry_after, "Somebody else changed the same thing at the same time.")
                    .coded("write_conflict")
            }
            DbError::StalePlan(_) => {
                Self::unavailable(retry_after, "The database has just been brought up to date.")
                    .coded("database_unavailable")
            }
            DbError::Cancelled(_) => {
                Self::unavailable(retry_after, "The database took too long.").coded("timed_out")
            }
            DbError::StorageFull(_) => storage_full(&error),
            DbError::ReplicasBehind { retry_after } => {
                Self::unavailable(retry_after, "The replicas of the database are behind.")
                    .coded("replicas_behind")
            }
            other => Self::internal(other),
        }
    }
}

impl From<tokio_postgres::Error> for Problem {
    #[track_caller]
    fn from(error: tokio_postgres::Error) -> Self {
        mainstay_db::DbError::from(error).into()
    }
}
