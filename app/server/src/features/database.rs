//! How the database does, for whoever runs the installation: slow statements, indexes, memory, room, pools.
//!
//! What lives here: which figures make an answer, and who may see them. What they advise is in `advice`.
//! What must never live here: anything of an athlete, parameters of statements, statements (`mainstay_db::insight`).

use jiff::SignedDuration;
use mainstay_db::advisor::AdviseError;
use mainstay_db::insight::views as server;
use mainstay_db::insight::views::{SlowQueries, SlowerThan};
use mainstay_http::{FieldError, Problem};
use utoipa_axum::router::OpenApiRouter;

use crate::features::accounts::Admin;
use crate::state::App;

mod advice;
mod measured;
mod routes;
mod tables;
mod views;

use advice::Facts;
use measured::Measured;

/// The routes of this feature.
pub fn router() -> OpenApiRouter<App> {
    routes::router()
}

/// A statement whose mean time is above this is slow, in milliseconds.
const SLOW_MEAN_MS: f64 = 100.0;

/// Slow queries of the answer about them, and of the one about everything.
const MAX_SLOW: i64 = 20;
const MAX_SLOW_AT_A_GLANCE: i64 = 5;

/// Characters of a statement's text.
const MAX_TEXT: i32 = 200;

/// Indexes of each list.
const MAX_INDEXES: i64 = 20;

/// An index with fewer scans is perhaps not needed.
const FEW_SCANS: i64 = 10;

/// Hours of the longest span of the history: a year.
const MAX_HOURS: u16 = 8_784;

/// Statements of the history.
const MAX_PAST: i64 = 100;

/// Steps of a statement's curve.
const STEPS: u16 = 48;

/// Tables of each list.
const MAX_TABLES: i64 = 10;

/// Tables of the answer about room.
const MAX_BLOATED: i64 = 50;

async fn slow_queries(app: &App, _: &Admin, by_total: bool) -> Result<views::SlowQueries, Problem> {
    let found = slow(app, by_total, MAX_SLOW).await?;
    Ok(views::SlowQueries::new(found, SLOW_MEAN_MS, &Measured::now(app)))
}

async fn slow(app: &App, by_total: bool, limit: i64) -> Result<SlowQueries, Problem> {
    let wanted = SlowerThan { mean_ms: SLOW_MEAN_MS, by_total, limit, text: MAX_TEXT };
    Ok(server::slow_queries(&app.db.read_from_primary(), wanted).await?)
}

async fn performance(app: &App, _: &Admin) -> Result<views::Performance, Problem> {
    let read = app.db.read_from_primary();
    let size = server::database_size(&read).await?;
    let largest = server::largest_tables(&read, MAX_TABLES).await?;
    drop(read);
    let slow = slow(app, false, MAX_SLOW_AT_A_GLANCE).await?;
    let measured = Measured::now(app);
    let facts = facts(app, &measured).await?;
    Ok(views::Performance::new(&size, largest, slow, &facts, &measured))
}

async fn index_usage(app: &App, _: &Admin) -> Result<views::IndexUsage, Problem> {
    let read = app.db.read_from_primary();
    let most_used = server::most_used_indexes(&read, MAX_INDEXES).await?;
    let unused = server::unused_indexes(&read, FEW_SCANS, MAX_INDEXES).await?;
    Ok(views::IndexUsage::new(most_used, unused))
}

async fn index_recommendations(app: &App, _: &Admin) -> Result<views::IndexRecommendations, Problem> {
    match app.db.advise(&app.config.database.advisor).await {
        Ok(report) => Ok(views::IndexRecommendations::new(report, &Measured::now(app))),
        Err(AdviseError::NoStatistics { remedy }) => Ok(views::IndexRecommendations::unavailable(remedy)),
        Err(error @ AdviseError::Underway) => {
            let text = format!("{error}: ask again in a few seconds.");
            Err(Problem::conflict("advice_underway", text))
        }
        Err(AdviseError::Database(error)) => Err(error.into()),
        Err(error) => Err(Problem::internal(error)),
    }
}

async fn cache_hit_ratio(app: &App, _: &Admin) -> Result<views::CacheHitRatio, Problem> {
    Ok(views::CacheHitRatio::new(&server::cache_hits(&app.db.read_from_primary()).await?))
}

async fn table_bloat(app: &App, _: &Admin) -> Result<views::TableBloats, Problem> {
    Ok(views::TableBloats::new(server::table_bloat(&app.db.read_from_primary(), MAX_BLOATED).await?))
}

fn pool_stats(app: &App, _: &Admin) -> views::PoolStats {
    views::PoolStats::new(&app.db.stats(), &app.config.database)
}

fn queries(app: &App, _: &Admin) -> views::Queries {
    shown(app, &Measured::now(app))
}

fn shown(app: &App, measured: &Measured) -> views::Queries {
    views::Queries::new(measured, app.db.insight().slow_after(), app.effects.clock.now())
}

async fn history(
    app: &App,
    _: &Admin,
    hours: u16,
    statement: Option<&str>,
) -> Result<views::History, Problem> {
    if !(1..=MAX_HOURS).contains(&hours) {
        let message = format!("write 1 to {MAX_HOURS}");
        return Err(Problem::invalid_query(vec![FieldError::new("/hours", "out_of_range", message)]));
    }
    let until = app.effects.clock.now();
    let since = until - SignedDuration::from_hours(i64::from(hours));
    let read = app.db.read_from_primary();
    let statements = server::statement_history(&read, since, until, MAX_PAST).await?;
    let curve = match statement {
        Some(name) => {
            let step_s = f64::from(hours) * 3600.0 / f64::from(STEPS);
            server::statement_curve(&read, name, (since, until), step_s, i64::from(STEPS) + 1).await?
        }
        None => Vec::new(),
    };
    let interval = app.config.database.insight.history_interval();
    Ok(views::History::new(interval, (since, until), statements, curve))
}

async fn summary(app: &App, _: &Admin) -> Result<views::Summary, Problem> {
    let measured = Measured::now(app);
    let facts = facts(app, &measured).await?;
    Ok(views::Summary::new(shown(app, &measured), &facts))
}

/// What advice is given on.
async fn facts(app: &App, measured: &Measured) -> Result<Facts, Problem> {
    let read = app.db.read_from_primary();
    let cache = server::cache_hits(&read).await?;
    let unused = server::unused_indexes(&read, FEW_SCANS, MAX_INDEXES).await?;
    let bloated = server::table_bloat(&read, MAX_TABLES).await?;
    let pools = app.db.stats();
    Ok(Facts { cache, unused: unused.len(), bloated, pools, slow_runs: measured.slow_runs() })
}
