//! What is asked of the database: the statements of `GET /v1/activities`, as it runs them. Never here: by which way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use jiff::Timestamp;
use mainstay_db::{DbError, Executor};
use paceline_queries::client::Params as _;
use paceline_queries::queries::{accounts, activities};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::ways::Way;
use crate::load::Seen;

/// The instants that the list is asked between when no filter is given.
const EARLIEST: Timestamp = Timestamp::constant(-2_208_988_800, 0);
const LATEST: Timestamp = Timestamp::constant(7_289_654_400, 0);

/// One statement with its parameters, and how many rows it finds.
#[derive(Clone, Copy)]
pub(super) enum Question {
    /// The account and its session, by key.
    Point { athlete_id: Uuid, session_id: Uuid, now: Timestamp },
    /// The newest activities.
    List { athlete_id: Uuid, rows: i64 },
    /// What a request for the list asks: first for the session, then for the list.
    Request { athlete_id: Uuid, session_id: Uuid, now: Timestamp, rows: i64 },
}

impl Question {
    pub(super) fn name(self) -> String {
        match self {
            Self::Point { .. } => "one row".to_owned(),
            Self::List { rows, .. } => format!("{rows} rows"),
            Self::Request { rows, .. } => format!("a session, then {rows} rows"),
        }
    }

    /// Asks once, reads every column, and says how many rows there were.
    pub(super) async fn ask<C: Executor>(self, client: &C) -> Result<usize, DbError> {
        match self {
            Self::Point { athlete_id, session_id, now } => {
                point(client, athlete_id, session_id, now).await.map(usize::from)
            }
            Self::List { athlete_id, rows } => list(client, athlete_id, rows).await,
            Self::Request { athlete_id, session_id, now, rows } => {
                match point(client, athlete_id, session_id, now).await? {
                    true => list(client, athlete_id, rows).await,
                    false => Ok(0),
                }
            }
        }
    }

    /// How many rows there are.
    fn expected(self) -> usize {
        match self {
            Self::Point { .. } => 1,
            Self::List { rows, .. } | Self::Request { rows, .. } => usize::try_from(rows).unwrap_or(0),
        }
    }
}

async fn point<C: Executor>(
    client: &C,
    athlete_id: Uuid,
    session_id: Uuid,
    now: Timestamp,
) -> Result<bool, DbError> {
    let found = accounts::find_principal().bind(client, &athlete_id, &session_id).opt().await?;
    Ok(std::hint::black_box(found).is_some_and(|session| session.expires_at > now))
}

async fn list<C: Executor>(client: &C, athlete_id: Uuid, rows: i64) -> Result<usize, DbError> {
    let params = activities::ListActivitiesParams {
        athlete_id,
        before_time: LATEST,
        before_id: Uuid::max(),
        since: EARLIEST,
        sport: None::<&str>,
        is_race: None,
        min_distance_m: None,
        max_distance_m: None,
        min_ascent_m: None,
        max_ascent_m: None,
        max_rows: rows,
    };
    let found = activities::list_activities().params(client, &params).all().await?;
    Ok(std::hint::black_box(found).len())
}

/// So many ask over and over by one way for a time.
pub(super) async fn run(
    way: &Arc<Way>,
    question: Question,
    concurrency: usize,
    time: Duration,
) -> anyhow::Result<Seen> {
    let end = Instant::now() + time;
    let mut times = Vec::new();
    if matches!(**way, Way::Joined(_)) {
        let askers = (0..concurrency).map(|who| asker(Arc::clone(way), who, question, end));
        times.extend(try_join_all(askers).await?.into_iter().flatten());
    } else {
        let mut askers = JoinSet::new();
        for who in 0..concurrency {
            askers.spawn(asker(Arc::clone(way), who, question, end));
        }
        while let Some(asker) = askers.join_next().await {
            times.extend(asker??);
        }
    }
    Ok(Seen::of(times, time))
}

async fn asker(way: Arc<Way>, who: usize, question: Question, end: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    while Instant::now() < end {
        let begun = Instant::now();
        let rows = way.ask(who, question).await?;
        anyhow::ensure!(rows == question.expected(), "{rows} rows by {}", way.name());
        times.push(begun.elapsed());
    }
    Ok(times)
}
