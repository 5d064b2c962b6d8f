//! Asks the server, after the fact, what it does for a slow statement: its generic plan, without running it. On a
//! session of its own that can neither write nor wait. Never here: `explain analyze`, which would run the statement.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_postgres::SimpleQueryMessage;

use super::{Insight, Plan};
use crate::error::chain;
use crate::opening::{NO_JIT, Opener};
use crate::statement::Statement;
use crate::{Db, Session, Target};

/// A longer plan is cut off, in bytes.
const MOST_PLAN_BYTES: usize = 16 * 1024;

/// The first version whose `explain` takes a statement with open parameters, as `server_version_num` counts.
const GENERIC_PLAN_SINCE: i32 = 160_000;

/// The server could not be asked. It is asked again in the next round for what has been slow since.
#[derive(Debug, thiserror::Error)]
#[error("slow statements could not be explained: {why}")]
pub struct ExplainError {
    why: String,
    #[source]
    source: tokio_postgres::Error,
}

impl From<tokio_postgres::Error> for ExplainError {
    fn from(source: tokio_postgres::Error) -> Self {
        Self { why: chain(&source), source }
    }
}

impl Db {
    /// Asks for the plans of the statements that were slow since their plan was last asked for; see
    /// [`Insight::slow`]. Returns how many were asked for: none costs no connection. Meant for a task beside the
    /// requests, every `plan_interval_ms`.
    ///
    /// # Errors
    /// [`ExplainError`] if the server cannot be reached. A statement that it does not explain is no error: the reason
    /// is kept in place of the plan.
    pub async fn explain_slow(&self) -> Result<usize, ExplainError> {
        let insight = self.insight();
        let wanted = insight.slow.wanted(Instant::now(), insight.config.plan_interval());
        if wanted.is_empty() {
            return Ok(0);
        }
        let session = open(self.target(), insight).await?;
        let row = session.query_one("select current_setting('server_version_num')::int4", &[]).await?;
        let version: i32 = row.try_get(0)?;
        for statement in &wanted {
            let plan = match explain(&session, statement, version).await {
                Ok(plan) => Plan::Known(cut(plan)),
                Err(error) if session.is_closed() => return Err(error.into()),
                Err(error) => Plan::Refused(cut(chain(&error))),
            };
            insight.slow.keep(statement, plan);
        }
        Ok(wanted.len())
    }
}

/// Longest time to open the session.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// `explain` of a statement that writes is no write, so a read-only session can ask for it.
async fn open(target: &Target, insight: &Insight) -> Result<Session, tokio_postgres::Error> {
    let most = insight.config.plan_timeout_ms;
    let options = format!(
        "{NO_JIT} -c statement_timeout={most} -c lock_timeout={most} -c plan_cache_mode=force_generic_plan"
    );
    let opener = Opener::new(target, "slow plans", CONNECT_TIMEOUT);
    let limit = target.answers_within(Duration::from_millis(most));
    opener.with_options(&options).read_only().with_limit(limit).open().await
}

async fn explain(
    session: &Session,
    statement: &Statement,
    version: i32,
) -> Result<String, tokio_postgres::Error> {
    if version >= GENERIC_PLAN_SINCE {
        return printed(session, &format!("explain (generic_plan) {}", statement.text())).await;
    }
    session.batch_execute(&format!("prepare slow as {}", statement.text())).await?;
    let plan = explain_prepared(session).await;
    session.batch_execute("deallocate slow").await?;
    plan
}

/// Any parameters do, since the plan is the generic one: nulls are of every type.
async fn explain_prepared(session: &Session) -> Result<String, tokio_postgres::Error> {
    let count = "select cardinality(parameter_types) from pg_prepared_statements where name = 'slow'";
    let parameters: i32 = session.query_one(count, &[]).await?.try_get(0)?;
    let nulls = vec!["null"; usize::try_from(parameters).unwrap_or(0)].join(", ");
    let list = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    printed(session, &format!("explain execute slow{list}")).await
}

async fn printed(session: &Session, question: &str) -> Result<String, tokio_postgres::Error> {
    let answer = session.simple_query(question).await?;
    let lines = answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn cut(mut text: String) -> Arc<str> {
    text.truncate(text.floor_char_boundary(MOST_PLAN_BYTES.min(text.len())));
    text.into()
}
