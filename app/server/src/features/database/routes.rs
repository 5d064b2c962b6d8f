//! The addresses of the database's figures, for administrators. Never here: which figures make an answer (`database`).

use axum::extract::State;
use mainstay_http::{Json, Problem, Query};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::{
    CacheHitRatio, History, IndexRecommendations, IndexUsage, Performance, PoolStats, Queries, SlowQueries,
    Summary, TableBloats,
};
use crate::features::accounts::{Admin, NotAdmin};
use crate::state::App;

/// The routes of this feature.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(slow_queries))
        .routes(routes!(performance))
        .routes(routes!(index_usage))
        .routes(routes!(index_recommendations))
        .routes(routes!(cache_hit_ratio))
        .routes(routes!(table_bloat))
        .routes(routes!(pool_stats))
        .routes(routes!(queries))
        .routes(routes!(history))
        .routes(routes!(summary))
}

/// The query of the history of statements.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HistoryParams {
    /// How far back, 1 to 8784 hours.
    #[serde(default = "a_day")]
    #[param(minimum = 1, maximum = 8_784, default = 24)]
    hours: u16,
    /// The statement whose curve is wanted.
    statement: Option<String>,
}

const fn a_day() -> u16 {
    24
}

/// What statements cost over time, as every process of this database wrote it down, restarts included; each beside what
/// it cost in the equally long span before.
#[utoipa::path(
    get, path = "/v1/performance/history", tag = "database", params(HistoryParams),
    responses(
        (status = 200, body = History),
        (status = 400, description = "`invalid_query`", body = Problem),
        NotAdmin,
    )
)]
async fn history(
    State(app): State<App>,
    admin: Admin,
    Query(params): Query<HistoryParams>,
) -> Result<Json<History>, Problem> {
    super::history(&app, &admin, params.hours, params.statement.as_deref()).await.map(Json)
}

/// The query of slow statements.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SlowParams {
    /// What the slowest is: by one run on average, or by all runs together.
    #[serde(default)]
    #[param(inline)]
    order: SlowOrder,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum SlowOrder {
    /// By the mean time.
    #[default]
    Mean,
    /// By the time of all runs.
    Total,
}

/// The statements that take longer than 100 ms on average, of every process, as the server counts them.
///
/// Without the extension `pg_stat_statements`, `available` is false and `remedy` says what would bring it.
#[utoipa::path(
    get, path = "/v1/database/slow-queries", tag = "database", params(SlowParams),
    responses(
        (status = 200, body = SlowQueries),
        (status = 400, description = "`invalid_query`", body = Problem),
        NotAdmin,
    )
)]
async fn slow_queries(
    State(app): State<App>,
    admin: Admin,
    Query(params): Query<SlowParams>,
) -> Result<Json<SlowQueries>, Problem> {
    super::slow_queries(&app, &admin, params.order == SlowOrder::Total).await.map(Json)
}

/// Size, sessions, the largest tables and the slowest statements, and what they advise.
#[utoipa::path(
    get, path = "/v1/database/performance", tag = "database",
    responses(
        (status = 200, body = Performance),
        NotAdmin,
    )
)]
async fn performance(State(app): State<App>, admin: Admin) -> Result<Json<Performance>, Problem> {
    super::performance(&app, &admin).await.map(Json)
}

/// The indexes that are read most, and those that are hardly read and keep no rule.
#[utoipa::path(
    get, path = "/v1/database/index-usage", tag = "database",
    responses(
        (status = 200, body = IndexUsage),
        NotAdmin,
    )
)]
async fn index_usage(State(app): State<App>, admin: Admin) -> Result<Json<IndexUsage>, Problem> {
    super::index_usage(&app, &admin).await.map(Json)
}

/// The indexes that the statements of this database lack, and those that serve nobody. The planner is asked, no statement
/// runs.
///
/// It takes seconds where there are many statements and ends after `database.advisor.search_ms` with what it has. Without
/// the extension `pg_stat_statements`, `available` is false; without HypoPG the advice follows from rules. `remedy` says
/// what would bring either.
#[utoipa::path(
    get, path = "/v1/database/index-recommendations", tag = "database",
    responses(
        (status = 200, body = IndexRecommendations),
        NotAdmin,
        (status = 409, description = "`advice_underway`: somebody else asked and still waits", body = Problem),
    )
)]
async fn index_recommendations(
    State(app): State<App>,
    admin: Admin,
) -> Result<Json<IndexRecommendations>, Problem> {
    super::index_recommendations(&app, &admin).await.map(Json)
}

/// How often the server found in its memory what it needed.
#[utoipa::path(
    get, path = "/v1/database/cache-hit-ratio", tag = "database",
    responses(
        (status = 200, body = CacheHitRatio),
        NotAdmin,
    )
)]
async fn cache_hit_ratio(State(app): State<App>, admin: Admin) -> Result<Json<CacheHitRatio>, Problem> {
    super::cache_hit_ratio(&app, &admin).await.map(Json)
}

/// Tables with dead rows, and the room that these take by estimate.
#[utoipa::path(
    get, path = "/v1/database/table-bloat", tag = "database",
    responses(
        (status = 200, body = TableBloats),
        NotAdmin,
    )
)]
async fn table_bloat(State(app): State<App>, admin: Admin) -> Result<Json<TableBloats>, Problem> {
    super::table_bloat(&app, &admin).await.map(Json)
}

/// The connections of the process that answers.
#[utoipa::path(
    get, path = "/v1/database/pool-stats", tag = "database",
    responses(
        (status = 200, body = PoolStats),
        NotAdmin,
    )
)]
async fn pool_stats(State(app): State<App>, admin: Admin) -> Json<PoolStats> {
    Json(super::pool_stats(&app, &admin))
}

/// What the process that answers has measured of its statements since it began. Times are in seconds.
#[utoipa::path(
    get, path = "/v1/performance/queries", tag = "database",
    responses(
        (status = 200, body = Queries),
        NotAdmin,
    )
)]
async fn queries(State(app): State<App>, admin: Admin) -> Json<Queries> {
    Json(super::queries(&app, &admin))
}

/// The same with the server's memory and with advice.
#[utoipa::path(
    get, path = "/v1/performance/summary", tag = "database",
    responses(
        (status = 200, body = Summary),
        NotAdmin,
    )
)]
async fn summary(State(app): State<App>, admin: Admin) -> Result<Json<Summary>, Problem> {
    super::summary(&app, &admin).await.map(Json)
}
