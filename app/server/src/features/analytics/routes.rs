//! The addresses of trends and training load. Never here: rules (`analytics`), statements (`store`).

use axum::extract::State;
use mainstay_db::Read;
use mainstay_http::caching::{Kept, Target};
use mainstay_http::{Problem, Query};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Include;
use super::views::{CurrentLoad, EfficiencyTrends, LoadHistory};
use crate::answers;
use crate::features::accounts::Principal;
use crate::features::activities::asked_days;
use crate::state::App;

/// The routes of this feature.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(efficiency_trends))
        .routes(routes!(current_load))
        .routes(routes!(load_history))
}

/// The query of efficiency trends.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TrendParams {
    /// How many civil days of the athlete, today included.
    #[param(minimum = 7, maximum = 365, default = 90)]
    days: Option<u32>,
    /// Add `stability`.
    #[serde(default)]
    include_stability: bool,
    /// Add `load_response`.
    #[serde(default)]
    include_load_response: bool,
    /// Add `annotations` to every run.
    #[serde(default)]
    include_annotations: bool,
}

/// How efficiency developed: every steady run, rolling means, and a trend with its interval.
///
/// Too few runs are no error: `status` says `insufficient_data` and `missing` what it takes.
#[utoipa::path(
    get, path = "/v1/analytics/efficiency-trends", tag = "analytics", params(TrendParams),
    responses(
        (status = 200, body = EfficiencyTrends),
        (status = 400, description = "`invalid_query`", body = Problem),
        (status = 401, body = Problem),
    )
)]
async fn efficiency_trends(
    State(app): State<App>,
    principal: Principal,
    Query(params): Query<TrendParams>,
    target: Target,
) -> Result<Kept<EfficiencyTrends>, Problem> {
    let days = asked_days(params.days, 7..=365, 90)?;
    let include = Include {
        stability: params.include_stability,
        load_response: params.include_load_response,
        annotations: params.include_annotations,
    };
    let now = app.effects.clock.now();
    let load = move |read: Read, who: Principal| async move {
        super::efficiency_trends(&read, &who, now, days, include).await
    };
    // The loads are read by another statement than the runs.
    match include.load_response {
        true => app.answers.unkept(answers::TRENDS, principal, load).await,
        false => app.answers.answer(answers::TRENDS, principal, (target, now), load).await,
    }
}

/// Fitness, fatigue and form today.
#[utoipa::path(
    get, path = "/v1/training-load/current", tag = "analytics",
    responses((status = 200, body = CurrentLoad), (status = 401, body = Problem))
)]
async fn current_load(
    State(app): State<App>,
    principal: Principal,
    target: Target,
) -> Result<Kept<CurrentLoad>, Problem> {
    let now = app.effects.clock.now();
    let load = move |read: Read, who: Principal| async move { super::current_load(&read, &who, now).await };
    app.answers.answer(answers::LOAD, principal, (target.path_alone(), now), load).await
}

/// The query of the history.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HistoryParams {
    /// How many civil days of the athlete, today included.
    #[param(minimum = 7, maximum = 365, default = 90)]
    days: Option<u32>,
}

/// Fitness, fatigue and form of each of the last days.
#[utoipa::path(
    get, path = "/v1/training-load/history", tag = "analytics", params(HistoryParams),
    responses(
        (status = 200, body = LoadHistory),
        (status = 400, description = "`invalid_query`", body = Problem),
        (status = 401, body = Problem),
    )
)]
async fn load_history(
    State(app): State<App>,
    principal: Principal,
    Query(params): Query<HistoryParams>,
    target: Target,
) -> Result<Kept<LoadHistory>, Problem> {
    let days = asked_days(params.days, 7..=365, 90)?;
    let now = app.effects.clock.now();
    let load =
        move |read: Read, who: Principal| async move { super::load_history(&read, &who, now, days).await };
    app.answers.answer(answers::LOAD_HISTORY, principal, (target, now), load).await
}
