//! What a database has, against what this binary has. Never here: the running of a file.

use std::collections::BTreeMap;

use super::{MigrateError, Migration, Migrations};
use crate::Session;

const PREPARE: &str = include_str!("../../migrations/0000_history.sql");

/// What there is to do for one set.
pub(super) struct Pending {
    pub(super) todo: &'static [Migration],
    pub(super) done: usize,
}

/// Makes the history table if it is absent.
pub(super) async fn prepare(session: &Session) -> Result<(), MigrateError> {
    if !exists(session).await? {
        session.batch_execute(PREPARE).await?;
    }
    Ok(())
}

/// Makes the schema of a set if it is absent. (`if not exists` alone asks for the right to create it even where it
/// exists.)
pub(super) async fn prepare_schema(session: &Session, set: &Migrations) -> Result<(), MigrateError> {
    let row = session.query_one("select to_regnamespace($1) is null as absent", &[&set.schema()]).await?;
    if row.try_get("absent")? {
        session.batch_execute(&format!("create schema if not exists {}", set.schema())).await?;
    }
    Ok(())
}

pub(super) async fn exists(session: &Session) -> Result<bool, MigrateError> {
    let row = session.query_one("select to_regclass('mainstay.migration') is not null as found", &[]).await?;
    Ok(row.try_get("found")?)
}

/// Reads the history of `set` and judges it.
pub(super) async fn pending(
    session: &Session,
    set: &Migrations,
    accept_newer: i64,
) -> Result<Pending, MigrateError> {
    // As many rows as migrations ever ran here: one a file.
    let sql = "select version, checksum from mainstay.migration where history = $1";
    let rows = session.query(sql, &[&set.history()]).await?;
    let mut applied = BTreeMap::new();
    for row in rows {
        applied.insert(row.try_get::<_, i64>("version")?, row.try_get::<_, String>("checksum")?);
    }
    judge(set, &applied, accept_newer)
}

/// The database must hold a beginning of the binary's list, unchanged; or all of it and newer ones, up to
/// `accept_newer`.
fn judge(
    set: &Migrations,
    applied: &BTreeMap<i64, String>,
    accept_newer: i64,
) -> Result<Pending, MigrateError> {
    let history = || set.history().to_owned();
    let mut applied = applied.clone();
    let newer = applied.split_off(&(set.newest() + 1));
    if let Some((&found, _)) = newer.last_key_value()
        && (found > accept_newer || applied.len() < set.migrations().len())
    {
        return Err(MigrateError::DatabaseNewer { history: history(), found, known: set.newest() });
    }
    let known = |version: &&i64| set.migrations().iter().any(|one| one.version == **version);
    if let Some(&version) = applied.keys().find(|version| !known(version)) {
        let why = "the database has it, this binary does not".to_owned();
        return Err(MigrateError::Branched { history: history(), version, why });
    }
    let done = applied.len();
    let (before, todo) = set.migrations().split_at(done);
    for one in before {
        let Some(checksum) = applied.get(&one.version) else {
            let why = "a later one is applied already; give it the next free number".to_owned();
            return Err(MigrateError::Branched { history: history(), version: one.version, why });
        };
        if *checksum != one.checksum() {
            let name = one.name.to_owned();
            return Err(MigrateError::Changed { history: history(), version: one.version, name });
        }
    }
    Ok(Pending { todo, done })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: Migrations = Migrations::new(
        "app",
        &[
            Migration { version: 1, name: "a", sql: "select 1" },
            Migration { version: 2, name: "b", sql: "select 2" },
            Migration { version: 5, name: "c", sql: "select 5" },
        ],
    );

    fn applied(versions: &[i64]) -> BTreeMap<i64, String> {
        let checksum = |version: &i64| {
            let known = SET.migrations().iter().find(|one| one.version == *version);
            known.map_or_else(String::new, Migration::checksum)
        };
        versions.iter().map(|version| (*version, checksum(version))).collect()
    }

    #[test]
    fn a_beginning_of_the_list_leaves_its_rest_to_do() {
        for (versions, left) in [(&[][..], 3), (&[1], 2), (&[1, 2], 1), (&[1, 2, 5], 0)] {
            let pending = judge(&SET, &applied(versions), 0).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((pending.done, pending.todo.len()), (versions.len(), left));
        }
    }

    #[test]
    fn any_other_history_is_refused() {
        let judged = |versions: &[i64]| judge(&SET, &applied(versions), 0).err();
        assert!(matches!(
            judged(&[1, 2, 5, 6]),
            Some(MigrateError::DatabaseNewer { found: 6, known: 5, .. })
        ));
        assert!(matches!(judged(&[1, 3]), Some(MigrateError::Branched { version: 3, .. })));
        assert!(matches!(judged(&[1, 5]), Some(MigrateError::Branched { version: 2, .. })));
        let mut changed = applied(&[1, 2]);
        changed.insert(2, "other".to_owned());
        assert!(matches!(judge(&SET, &changed, 0).err(), Some(MigrateError::Changed { version: 2, .. })));
    }

    #[test]
    fn a_newer_database_is_accepted_as_far_as_the_operator_says() {
        let newer = applied(&[1, 2, 5, 6]);
        assert!(judge(&SET, &newer, 5).is_err());
        let pending = judge(&SET, &newer, 6).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((pending.done, pending.todo.len()), (3, 0));
        // Never with one of ours lacking.
        assert!(matches!(
            judge(&SET, &applied(&[1, 2, 6]), 6),
            Err(MigrateError::DatabaseNewer { found: 6, known: 5, .. })
        ));
    }
}
