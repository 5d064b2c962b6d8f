//! What a refusal of the server is about: whether it passes, and whose fault it is. Pure. Never here: what is done about it.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// What is to be thought of a statement that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Somebody holds what is to be changed, or it took too long: others may fare better.
    Held,
    /// What was to be written is to blame.
    Content,
    /// This connection is: another one may lead to a server that takes writes.
    Connection,
    /// There was too much of it for one message, or for the memory of the server: a part of it may be written.
    TooMuch,
    /// It passes: the server has no room, or is about to go.
    Passing,
    /// A table, a right or a statement is not there: no waiting mends that.
    Lasting,
}

impl Refusal {
    /// Nothing where the server has said nothing.
    pub(super) fn of(error: &Error) -> Option<Self> {
        if is_unsent(error) {
            return Some(Self::TooMuch);
        }
        error.code().map(Self::of_code)
    }

    fn of_code(code: &SqlState) -> Self {
        const HELD: [SqlState; 3] =
            [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::QUERY_CANCELED];
        if HELD.contains(code) {
            return Self::Held;
        }
        match code.code().get(..2).unwrap_or_default() {
            "22" | "23" | "54" | "P0" => Self::Content,
            "25" => Self::Connection,
            _ if *code == SqlState::OUT_OF_MEMORY => Self::TooMuch,
            "08" | "40" | "53" | "55" | "57" | "58" | "XX" => Self::Passing,
            _ => Self::Lasting,
        }
    }
}

/// Whether no message holds what was asked for: nothing of it was sent, and the connection is as good as before.
pub(super) fn is_unsent(error: &Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|error| error.kind() == io::ErrorKind::InvalidInput)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_judged_by_its_class() {
        let judged = |code: &str| Refusal::of_code(&SqlState::from_code(code));
        for (codes, refusal) in [
            (vec!["55P03", "40P01", "57014"], Refusal::Held),
            (vec!["22P02", "23514", "54000", "P0001"], Refusal::Content),
            (vec!["25006"], Refusal::Connection),
            (vec!["53200"], Refusal::TooMuch),
            (vec!["40001", "53100", "53300", "55006", "57P03", "58030", "XX000"], Refusal::Passing),
            (vec!["42P01", "42501", "26000", "0A000", "28P01", "3D000", ""], Refusal::Lasting),
        ] {
            for code in codes {
                assert_eq!(judged(code), refusal, "{code}");
            }
        }
    }
}
