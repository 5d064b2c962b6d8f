//! The plan of a statement whose values are not known, without executing it. Never here: what follows from a plan.
//!
//! Every text is first parsed alone through the extended protocol, which takes one command only: so nothing that was
//! recorded can carry a second one along.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_postgres::{Client, SimpleQueryMessage};

use super::AdviseError;
use super::plan::Plan;
use crate::error::{chain, is_connection_loss};

/// `explain (generic_plan)` came with this version.
const GENERIC_PLAN_SINCE: i32 = 160_000;

/// A session that plans. Its settings are `Config::planning_settings`.
#[derive(Debug)]
pub(super) struct Explainer<'session> {
    session: &'session Client,
    has_generic_plan: bool,
    /// How many statements were prepared: each has a name of its own.
    prepared: AtomicUsize,
}

/// A statement that can be planned.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plannable {
    /// What gives its plan.
    explain: String,
}

impl<'session> Explainer<'session> {
    pub(super) async fn new(session: &'session Client) -> Result<Self, AdviseError> {
        let sql = "select current_setting('server_version_num')::int4 as version";
        let version: i32 = session.query_one(sql, &[]).await?.try_get("version")?;
        let has_generic_plan = version >= GENERIC_PLAN_SINCE;
        Ok(Self { session, has_generic_plan, prepared: AtomicUsize::new(0) })
    }

    pub(super) fn session(&self) -> &'session Client {
        self.session
    }

    /// Makes a statement ready. The inner error is what the server says against it.
    pub(super) async fn ready(&self, text: &str) -> Result<Result<Plannable, String>, AdviseError> {
        match self.try_ready(text).await {
            Ok(plannable) => Ok(Ok(plannable)),
            Err(error) if is_connection_loss(&error) => Err(error.into()),
            Err(error) => {
                let repaired = repaired(text);
                if repaired != text
                    && let Ok(plannable) = self.try_ready(&repaired).await
                {
                    return Ok(Ok(plannable));
                }
                let words = error.as_db_error().map_or_else(|| chain(&error), |db| db.message().to_owned());
                Ok(Err(words))
            }
        }
    }

    async fn try_ready(&self, text: &str) -> Result<Plannable, tokio_postgres::Error> {
        self.session.prepare(text).await?;
        let explain = if self.has_generic_plan {
            format!("explain (generic_plan, verbose, format json) {text}")
        } else {
            let number = self.prepared.fetch_add(1, Ordering::Relaxed);
            let name = format!("mainstay_advisor_{number}");
            self.session.batch_execute(&format!("prepare {name} as {text}")).await?;
            let sql = "select /* mainstay.advisor_parameters */ parameter_types::text[] as types \
                       from pg_prepared_statements where name = $1";
            let types: Vec<String> = self.session.query_one(sql, &[&name]).await?.try_get("types")?;
            let nulls: Vec<String> = types.iter().map(|one| format!("null::{one}")).collect();
            let values = if nulls.is_empty() { String::new() } else { format!("({})", nulls.join(", ")) };
            // Without `discard plans` the first plan would be kept, whatever indexes are imagined later.
            format!("discard plans; explain (verbose, format json) execute {name}{values}")
        };
        let plannable = Plannable { explain };
        self.answer(&plannable.explain).await?;
        Ok(plannable)
    }

    /// The plan for any values.
    pub(super) async fn plan(&self, statement: &Plannable) -> Result<Plan, AdviseError> {
        let json = self.answer(&statement.explain).await?;
        Plan::parse(&json).map_err(AdviseError::Plan)
    }

    /// The plan with all its parts. Partitions that no value of a parameter can be in are left out of a prepared
    /// statement's plan when it is shown, and for nulls those are all of them.
    pub(super) async fn whole_plan(&self, statement: &Plannable) -> Result<Plan, AdviseError> {
        let plan = self.plan(statement).await?;
        if !plan.is_pruned() {
            return Ok(plan);
        }
        self.session.batch_execute("set enable_partition_pruning = off").await?;
        let whole = self.plan(statement).await;
        self.session.batch_execute("reset enable_partition_pruning").await?;
        whole
    }

    async fn answer(&self, sql: &str) -> Result<String, tokio_postgres::Error> {
        let messages = self.session.simple_query(sql).await?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        Ok(rows.collect::<Vec<_>>().join("\n"))
    }
}

/// `interval '1 day'` is kept as `interval $1`, which is no SQL; `$1::interval` says the same.
fn repaired(text: &str) -> String {
    const TYPES: [&str; 5] = ["interval", "timestamptz", "timestamp", "date", "time"];
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(" $") {
        let (before, from) = rest.split_at(at);
        let digits = from[2..].bytes().take_while(u8::is_ascii_digit).count();
        let word =
            before.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or("");
        let (parameter, after) = from.split_at(2 + digits);
        if digits > 0 && TYPES.contains(&word.to_lowercase().as_str()) {
            written.push_str(&before[..before.len() - word.len()]);
            written.push_str(&format!("{}::{word}", parameter.trim_start()));
        } else {
            written.push_str(before);
            written.push_str(parameter);
        }
        rest = after;
    }
    written + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_literal_whose_value_was_replaced_is_sql_again() {
        for (kept, repaired_text) in [
            ("select now() - interval $1", "select now() - $1::interval"),
            ("where a > date $1 and b = $2", "where a > $1::date and b = $2"),
            ("where my_date $1", "where my_date $1"),
            ("where a = $1", "where a = $1"),
            ("limit $", "limit $"),
        ] {
            assert_eq!(repaired(kept), repaired_text);
        }
    }
}
