//! Why the work of a transaction ended early, so that [`mainstay_db::Db::transaction`] can tell a lost race, which it runs
//! again, from a refusal. Never here: which refusals there are.

use mainstay_db::{DbError, TransactionError};

use super::Problem;

/// The error of a transaction's work; `?` makes one of either.
#[derive(Debug)]
pub enum Halted {
    /// The request is refused, whatever the database does.
    Refused(Problem),
    /// The database said so.
    Database(DbError),
}

impl From<Problem> for Halted {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<DbError> for Halted {
    fn from(error: DbError) -> Self {
        Self::Database(error)
    }
}

impl TransactionError for Halted {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Refused(_) => None,
            Self::Database(error) => Some(error),
        }
    }
}

impl From<Halted> for Problem {
    #[track_caller]
    fn from(halted: Halted) -> Self {
        match halted {
            Halted::Refused(problem) => problem,
            Halted::Database(error) => error.into(),
        }
    }
}
