//! What earlier test processes left on the shared server. Never here: databases in use.

use anyhow::Result;
use mainstay_db::Session;

/// How many templates are kept from one run of the server to the next.
const TEMPLATES_KEPT: i64 = 8;

/// Switches statement statistics on where the server can; where it cannot, `TestDb::statements` says so.
pub(crate) async fn try_statistics(admin: &Session) {
    // Two processes may try at once; the loser's error means that it is there.
    let _ = admin.batch_execute("create extension if not exists pg_stat_statements").await;
}

/// Drops the databases of tests that were killed, half-built templates, and all but the newest templates. Only for
/// a server that was just started, when nobody else uses it.
pub(crate) async fn drop_leftovers(admin: &Session) -> Result<()> {
    let sql = "select datname from pg_database where datname ~ '^t_[0-9]+_[0-9]+$' or datname ~ '^tpl_.*_half$' \
               union all \
               (select datname from pg_database where datname ~ '^tpl_[0-9a-f]+$' order by oid desc offset $1)";
    for row in admin.query(sql, &[&TEMPLATES_KEPT]).await? {
        let name: String = row.try_get("datname")?;
        admin.batch_execute(&format!("drop database \"{name}\" with (force)")).await?;
    }
    Ok(())
}
