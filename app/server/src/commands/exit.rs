//! What a command's exit code says, by one rule for all of them. Never here: texts.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done, or stopped in order |
//! | 1 | failed; the same command may work later, or for something else |
//! | 2 | the arguments, or what was given on standard input, are not understood |
//! | 78 | the configuration or the machine must be changed first (`EX_CONFIG` of sysexits): trying again is vain |

use mainstay::{DatabaseError, StartError};
use mainstay_db::ConnectError;
use mainstay_db::embedded::EmbeddedError;
use mainstay_db::migrate::MigrateError;
use tokio_postgres::error::SqlState;

/// Failed.
pub(super) const FAILED: u8 = 1;
/// Not understood; also what clap answers.
pub(super) const ARGUMENTS: u8 = 2;
/// Something must be changed first.
pub(super) const CONFIG: u8 = 78;

/// The command was understood and cannot work until the person changes something.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct MustChange(pub String);

/// What was given is not what the command takes.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotUnderstood(pub(super) String);

/// The exit code of a command that failed with this error.
pub(super) fn code(error: &anyhow::Error) -> u8 {
    if error.is::<NotUnderstood>() {
        return ARGUMENTS;
    }
    let must_change = error.is::<MustChange>()
        || error.downcast_ref().is_some_and(start)
        || error.downcast_ref().is_some_and(connect)
        || error.downcast_ref().is_some_and(embedded)
        || error.downcast_ref().is_some_and(migrate);
    if must_change { CONFIG } else { FAILED }
}

fn start(error: &StartError) -> bool {
    match error {
        StartError::Database(DatabaseError::Embedded(error)) => embedded(error),
        StartError::Database(DatabaseError::Address(error)) | StartError::Connect(error) => connect(error),
        StartError::Migrate(error) => migrate(error),
    }
}

fn connect(error: &ConnectError) -> bool {
    match error {
        ConnectError::Unreachable { .. } => false,
        ConnectError::Address { .. }
        | ConnectError::Refused { .. }
        | ConnectError::TooOld { .. }
        | ConnectError::TooManyConnections { .. }
        | ConnectError::Pool { .. } => true,
    }
}

fn embedded(error: &EmbeddedError) -> bool {
    match error {
        EmbeddedError::Missing { .. }
        | EmbeddedError::OtherMajor { .. }
        | EmbeddedError::InUse { .. }
        | EmbeddedError::NotReachable { .. }
        | EmbeddedError::NoAccount
        | EmbeddedError::File { .. }
        | EmbeddedError::Init { .. } => true,
        EmbeddedError::Died { .. }
        | EmbeddedError::TooSlow { .. }
        | EmbeddedError::Prepare(_)
        | EmbeddedError::DoesNotEnd { .. } => false,
    }
}

fn migrate(error: &MigrateError) -> bool {
    match error {
        MigrateError::Files { .. }
        | MigrateError::Changed { .. }
        | MigrateError::DatabaseNewer { .. }
        | MigrateError::DatabaseOlder { .. }
        | MigrateError::InvalidIndex { .. }
        | MigrateError::Branched { .. } => true,
        MigrateError::LongTransaction { .. } | MigrateError::Busy { .. } | MigrateError::Locked { .. } => {
            false
        }
        MigrateError::Failed { source, .. } | MigrateError::Database(source) => may_not(source),
    }
}

/// The role may not do it, or nobody may on this server: a replica takes no writes.
fn may_not(error: &tokio_postgres::Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::INSUFFICIENT_PRIVILEGE) || code == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
}
