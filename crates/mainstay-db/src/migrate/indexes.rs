//! Indexes that are built concurrently: which one a statement builds, and whether an attempt left it broken. Never here:
//! the running of the statement.

use tokio_postgres::Error;

use super::statements::words;
use crate::Session;

/// The name in `create [unique] index concurrently if not exists NAME on …`; `Migrations::check` saw to a plain name.
pub(super) fn built(statement: &str) -> Option<String> {
    let words = words(statement, 9);
    let mut rest = words.iter().map(String::as_str).filter(|word| *word != "unique");
    let head: Vec<&str> = rest.by_ref().take(6).collect();
    match head.as_slice() {
        ["create", "index", "concurrently", "if", "not", "exists"] => rest.next().map(str::to_owned),
        _ => None,
    }
}

/// It builds, drops or rebuilds an index concurrently: it blocks nobody while it waits for others.
pub(super) fn is_concurrent(statement: &str) -> bool {
    let words = words(statement, 4);
    words.iter().any(|word| word == "index") && words.iter().any(|word| word == "concurrently")
}

/// A build that failed leaves an index that costs writes and serves no read; `if not exists` would keep it.
pub(super) async fn drop_invalid(session: &Session, index: &str) -> Result<(), Error> {
    let Some(full) = invalid(session, index).await? else { return Ok(()) };
    tracing::info!(db.index = full, "dropping an invalid index that an earlier attempt left");
    session.batch_execute(&format!("drop index concurrently if exists {full}")).await
}

/// The full name of the index, if it is there and invalid. It is looked for on the search path, as `create index` would.
pub(super) async fn invalid(session: &Session, index: &str) -> Result<Option<String>, Error> {
    let sql = "select format('%I.%I', nspname, relname) as full_name \
               from pg_index join pg_class on pg_class.oid = pg_index.indexrelid \
               join pg_namespace on pg_namespace.oid = pg_class.relnamespace \
               where pg_index.indexrelid = to_regclass($1) and not indisvalid";
    session.query_opt(sql, &[&index]).await?.map(|row| row.try_get("full_name")).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_of_a_concurrent_build_is_found() {
        assert_eq!(built("create index concurrently if not exists a_b on a (b)").as_deref(), Some("a_b"));
        let commented =
            "-- no-transaction\n-- Why.\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_b ON a (b)";
        assert_eq!(built(commented).as_deref(), Some("a_b"));
        assert_eq!(built("drop index concurrently if exists a_b"), None);
        assert_eq!(built("vacuum a"), None);
    }

    #[test]
    fn what_blocks_nobody_while_it_waits_is_known() {
        assert!(is_concurrent("create unique index concurrently if not exists a on b (c)"));
        assert!(is_concurrent("drop index concurrently if exists a"));
        assert!(!is_concurrent("create index a on b (c)"));
        assert!(!is_concurrent("alter table a detach partition b concurrently"));
    }
}
