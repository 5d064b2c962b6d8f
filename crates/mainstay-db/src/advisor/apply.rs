//! Builds what was recommended beside live traffic, and looks whether costs fell as predicted.
//! Never here: the decision to do it, nor any drop of an index that was whole.

use std::time::{Duration, Instant};

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::explain::Explainer;
use super::names::quoted;
use super::report::{Recommendation, Report};
use super::{APPLICATION, AdviseError, CONNECT_TIMEOUT, Config, planning_session};
use crate::error::chain;
use crate::{Session, Target};

/// How often a build's progress is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// First and longest pause before a build that did not get its lock is tried again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));

/// A prediction counts as right within this share of the cost it predicted.
const TOLERANCE: f64 = 0.2;

/// Where a build stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The index.
    pub index: String,
    /// The server's word for what it does.
    pub phase: String,
    /// What of this phase is done, from 0 to 1.
    pub done: f64,
}

/// An index that was built.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// Its name.
    pub index: String,
    /// How long it took, waiting included.
    pub took: Duration,
    /// Its size in bytes.
    pub bytes: i64,
    /// What became of the statements that should use it, now that all are built.
    pub effects: Vec<Effect>,
}

/// What became of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Its name, else its beginning.
    pub statement: String,
    /// The planner's cost before.
    pub before: f64,
    /// What was predicted; None where the planner was not asked.
    pub predicted: Option<f64>,
    /// The planner's cost now.
    pub now: f64,
}

impl Effect {
    /// True if the cost fell, and to what was predicted within a fifth.
    pub fn is_as_predicted(&self) -> bool {
        let is_near = |predicted: f64| (self.now - predicted).abs() <= TOLERANCE * predicted;
        self.now < self.before && self.predicted.is_none_or(is_near)
    }
}

/// Builds the recommended indexes one after the other, over a session of its own, and tells `progress` of it. What
/// a build that failed leaves is dropped, before and after.
///
/// # Errors
/// [`AdviseError::Build`] names the index that could not be built; those before it stay. [`AdviseError::Busy`] if
/// somebody else is at it.
pub async fn apply(
    target: &Target,
    report: &Report,
    config: &Config,
    mut progress: impl FnMut(&Progress),
) -> Result<Vec<Built>, AdviseError> {
    let session = Session::connect_for(target, APPLICATION, CONNECT_TIMEOUT, config.build_timeout()).await?;
    session.batch_execute(&config.building_settings()).await?;
    let sql = "select /* mainstay.advisor_lock */ pg_try_advisory_lock(hashtextextended('mainstay advisor', 0)) as is_ours";
    if !session.query_one(sql, &[]).await?.try_get::<_, bool>("is_ours")? {
        return Err(AdviseError::Busy);
    }
    // It looks on while the other one builds, and plans afterwards.
    let watcher = planning_session(target, config).await?;
    let mut built = Vec::new();
    for one in &report.recommendations {
        built.push(build(&session, &watcher, one, config, &mut progress).await?);
    }
    let explainer = Explainer::new(&watcher).await?;
    for (one, built) in report.recommendations.iter().zip(&mut built) {
        built.effects = effects(&explainer, report, one).await?;
    }
    Ok(built)
}

async fn build(
    session: &Session,
    watcher: &Session,
    one: &Recommendation,
    config: &Config,
    progress: &mut impl FnMut(&Progress),
) -> Result<Built, AdviseError> {
    let begun = Instant::now();
    let mut pause = PAUSE.0;
    let mut tries = config.build_tries;
    while let Err(error) = attempt(session, watcher, one, progress).await {
        let is_locked = error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE);
        tries = tries.saturating_sub(1);
        if !is_locked || tries == 0 {
            return Err(failed(session, one, error).await);
        }
        tracing::info!(db.index = %one.index, tries, "a lock was not free; trying again");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
    let sql =
        "select /* mainstay.advisor_size */ coalesce(pg_relation_size(to_regclass($1)), 0)::int8 as bytes";
    let bytes = session.query_one(sql, &[&qualified(one)]).await?.try_get("bytes")?;
    Ok(Built { index: one.index.clone(), took: begun.elapsed(), bytes, effects: Vec::new() })
}

async fn attempt(
    session: &Session,
    watcher: &Session,
    one: &Recommendation,
    progress: &mut impl FnMut(&Progress),
) -> Result<(), tokio_postgres::Error> {
    drop_invalid(session, one).await?;
    watched(session, watcher, one, progress).await
}

/// Drops what the failed build left. Whoever held the lock may still hold it: then it stays, and the error says so.
async fn failed(session: &Session, one: &Recommendation, source: tokio_postgres::Error) -> AdviseError {
    let is_clean = drop_invalid(session, one).await.is_ok();
    let left = (!is_clean).then(|| format!("drop index concurrently if exists {}", qualified(one)));
    AdviseError::Build { index: one.index.clone(), why: chain(&source), left, source }
}

/// Runs the build and tells of its progress meanwhile.
async fn watched(
    session: &Session,
    watcher: &Session,
    one: &Recommendation,
    progress: &mut impl FnMut(&Progress),
) -> Result<(), tokio_postgres::Error> {
    let building = session.batch_execute(&one.migration);
    tokio::pin!(building);
    loop {
        tokio::select! {
            done = &mut building => return done,
            () = tokio::time::sleep(LOOK_EVERY) => {
                // What cannot be seen is not told; the build is what counts.
                if let Ok(Some(seen)) = look(watcher, one).await {
                    progress(&seen);
                }
            }
        }
    }
}

async fn look(watcher: &Client, one: &Recommendation) -> Result<Option<Progress>, tokio_postgres::Error> {
    let Some(row) = watcher.query_opt(include_str!("progress.sql"), &[&qualified(one), &1_i64]).await? else {
        return Ok(None);
    };
    Ok(Some(Progress { index: one.index.clone(), phase: row.try_get("phase")?, done: row.try_get("done")? }))
}

/// The index as SQL names it: it lives where its table does.
fn qualified(one: &Recommendation) -> String {
    format!("{}.{}", quoted(&one.schema), quoted(&one.index))
}

async fn drop_invalid(session: &Client, one: &Recommendation) -> Result<(), tokio_postgres::Error> {
    let name = qualified(one);
    let sql = "select /* mainstay.advisor_invalid */ 1 from pg_index \
               where indexrelid = to_regclass($1) and not indisvalid";
    if session.query_opt(sql, &[&name]).await?.is_some() {
        tracing::info!(db.index = %one.index, "dropping an invalid index that an earlier attempt left");
        session.batch_execute(&format!("drop index concurrently if exists {name}")).await?;
    }
    Ok(())
}

async fn effects(
    explainer: &Explainer<'_>,
    report: &Report,
    one: &Recommendation,
) -> Result<Vec<Effect>, AdviseError> {
    let mut effects = Vec::new();
    for statement in report.users(one) {
        // It could be planned before; if it cannot now, its table has changed meanwhile.
        let Ok(plannable) = explainer.ready(&statement.text).await? else { continue };
        effects.push(Effect {
            statement: statement.name.clone(),
            before: statement.cost_before,
            predicted: statement.cost_after,
            now: explainer.plan(&plannable).await?.cost(),
        });
    }
    Ok(effects)
}
