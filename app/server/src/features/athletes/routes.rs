//! The addresses of athletes. Never here: rules (`athletes`, `profile`), statements (`store`).

use axum::extract::State;
use mainstay_db::Read;
use mainstay_http::caching::{Kept, Target};
use mainstay_http::{FieldError, Json, Path, Problem, Query, ValidJson};
use paceline_domain::model::Sport;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::profile::ProfilePatch;
use super::views::{Me, PersonalBests};
use crate::answers;
use crate::features::accounts::Principal;
use crate::state::App;

/// The routes of this feature.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(me, patch_me))
        .routes(routes!(my_personal_bests))
        .routes(routes!(personal_bests))
}

/// The athlete's own profile.
#[utoipa::path(
    get, path = "/v1/athletes/me", tag = "athletes",
    responses((status = 200, body = Me), (status = 401, body = Problem))
)]
async fn me(State(app): State<App>, principal: Principal, target: Target) -> Result<Kept<Me>, Problem> {
    let now = app.effects.clock.now();
    let load = move |read: Read, who: Principal| async move { super::me(&read, &who).await };
    app.answers.answer(answers::PROFILE, principal, (target.path_alone(), now), load).await
}

/// Change the profile.
///
/// A JSON merge patch: absent fields stay, null empties. Loads that were computed with other heart rates, paces or
/// coefficients are computed again in the background.
#[utoipa::path(
    patch, path = "/v1/athletes/me", tag = "athletes", request_body = ProfilePatch,
    responses(
        (status = 200, body = Me),
        (status = 401, body = Problem),
        (status = 422, description = "`invalid_body`", body = Problem),
    )
)]
async fn patch_me(
    State(app): State<App>,
    principal: Principal,
    ValidJson(patch): ValidJson<ProfilePatch>,
) -> Result<Json<Me>, Problem> {
    super::patch_me(&app, &principal, patch, app.effects.clock.now()).await.map(Json)
}

/// The query of personal bests.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BestsParams {
    /// One sport; every sport unless stated.
    #[param(example = "run")]
    sport: Option<String>,
}

impl BestsParams {
    fn sport(&self) -> Result<Option<Sport>, Problem> {
        let Some(name) = self.sport.as_deref() else { return Ok(None) };
        Sport::from_wire(name).map(Some).ok_or_else(|| {
            let known: Vec<&str> = Sport::ALL.into_iter().map(Sport::as_str).collect();
            let message = format!("Must be one of {}.", known.join(", "));
            Problem::invalid_query(vec![FieldError::new("/sport", "unknown_variant", message)])
        })
    }
}

/// The athlete's own fastest efforts by sport and distance.
#[utoipa::path(
    get, path = "/v1/athletes/me/personal-bests", tag = "athletes", params(BestsParams),
    responses(
        (status = 200, body = PersonalBests),
        (status = 400, description = "`invalid_query`", body = Problem),
        (status = 401, body = Problem),
    )
)]
async fn my_personal_bests(
    State(app): State<App>,
    principal: Principal,
    Query(params): Query<BestsParams>,
    target: Target,
) -> Result<Kept<PersonalBests>, Problem> {
    let own = principal.athlete_id;
    bests(&app, principal, own, (&params, target)).await
}

/// An athlete's fastest efforts by sport and distance. Only one's own are found.
#[utoipa::path(
    get, path = "/v1/athletes/{id}/personal-bests", tag = "athletes",
    params(("id" = Uuid, Path, description = "Athlete"), BestsParams),
    responses(
        (status = 200, body = PersonalBests),
        (status = 400, description = "`invalid_query`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
    )
)]
async fn personal_bests(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
    Query(params): Query<BestsParams>,
    target: Target,
) -> Result<Kept<PersonalBests>, Problem> {
    bests(&app, principal, id, (&params, target)).await
}

async fn bests(
    app: &App,
    principal: Principal,
    athlete_id: Uuid,
    (params, target): (&BestsParams, Target),
) -> Result<Kept<PersonalBests>, Problem> {
    let (sport, now) = (params.sport()?, app.effects.clock.now());
    let load = move |read: Read, who: Principal| async move {
        super::personal_bests(&read, &who, athlete_id, sport).await
    };
    app.answers.answer(answers::PERSONAL_BESTS, principal, (target, now), load).await
}
