//! The addresses of jobs. Never here: who may what (`jobs`), what may be asked for (`ask`).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use mainstay_http::pages::PageParams;
use mainstay_http::{Json, PageRequest, Path, Problem, Query, ValidJson};
use mainstay_jobs as jobs;
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::ask::{self, Asked, NewJob};
use super::views::{Cancelling, Created, Item, Job, Jobs, Retrying, StateName, Status};
use super::{Viewer, Wanted, stream};
use crate::features::accounts::Principal;
use crate::features::uploads;
use crate::state::App;

/// The routes of everybody's own jobs.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(find))
        .routes(routes!(cancel))
        .routes(routes!(retry))
        .routes(routes!(events))
}

/// Ask for a job of one of the kinds that may be asked for over the API.
///
/// It is the caller's own: only administrators name somebody else in the payload. With `unique`, the job that has the key is
/// answered with 200 and `deduplicated`, or refused with 409, as `on_conflict` says.
#[utoipa::path(
    post, path = "/v1/jobs", tag = "jobs", request_body = NewJob,
    responses(
        (status = 200, description = "There is one with the key", body = Created),
        (status = 201, description = "It will be done", body = Created,
            headers(("Location" = String, description = "Where it is seen"))),
        (status = 401, body = Problem),
        (status = 409, description = "`job_exists`: there is one with the key, and `on_conflict` is `reject` or it is not the caller's to see", body = Problem),
        (status = 422, description = "`invalid_body`: also kinds that are unknown or not to be asked for, and payloads that \
            are none of the kind", body = Problem),
        (status = 429, description = "`too_many_jobs`: the account has as many of this kind as an hour allows", body = Problem),
    )
)]
async fn create(
    State(app): State<App>,
    principal: Principal,
    ValidJson(job): ValidJson<NewJob>,
) -> Result<Response, Problem> {
    Ok(match ask::ask(&app, Viewer::of(&principal), job).await? {
        Asked::Existing(job) => Json(Created::new(job, true)).into_response(),
        Asked::New(job) => {
            let created = Created::new(job, false);
            (StatusCode::CREATED, [(LOCATION, created.location())], Json(created)).into_response()
        }
    })
}

/// The query of the list. `limit`, `cursor` and `page` are read by their own extractor; they are named here so that every
/// other parameter can be refused as unknown.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Jobs with this status alone.
    status: Option<Status>,
    /// Jobs in this state alone.
    state: Option<StateName>,
    /// Jobs of this queue alone.
    queue: Option<String>,
    /// Jobs of this kind alone.
    job_type: Option<String>,
    /// An athlete's jobs alone; for administrators, others have their own in any case.
    athlete_id: Option<Uuid>,
    #[serde(rename = "limit")]
    #[param(ignore)]
    _limit: Option<IgnoredAny>,
    #[serde(rename = "cursor")]
    #[param(ignore)]
    _cursor: Option<IgnoredAny>,
    #[serde(rename = "page")]
    #[param(ignore)]
    _page: Option<IgnoredAny>,
}

impl ListParams {
    /// Nothing where no job can be both.
    fn wanted(self) -> Option<Wanted> {
        let of_status = self.status.map(|status| status.states().to_vec());
        let state = self.state.map(jobs::State::from);
        let states = match (of_status, state) {
            (Some(states), Some(state)) => Some(states.contains(&state).then(|| vec![state])?),
            (states, state) => states.or(state.map(|state| vec![state])),
        };
        // No name has a NUL, which no text of PostgreSQL can have.
        let is_none = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains('\0'));
        let Self { queue, job_type: kind, athlete_id: owner, .. } = self;
        (!is_none(&queue) && !is_none(&kind)).then_some(Wanted { states, queue, kind, owner })
    }
}

/// List jobs, those asked for last first: one's own; for administrators everybody's.
///
/// Pages are keyset pages: pass `next_cursor` on as `cursor`. Jobs that ended long ago are not known any more.
#[utoipa::path(
    get, path = "/v1/jobs", tag = "jobs", params(ListParams, PageParams),
    responses(
        (status = 200, body = Jobs),
        (status = 400, description = "`invalid_query` or `invalid_cursor`", body = Problem),
        (status = 401, body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    principal: Principal,
    Query(params): Query<ListParams>,
    page: PageRequest,
) -> Result<Json<Jobs>, Problem> {
    uploads::refuse_page_numbers(&page)?;
    match params.wanted() {
        Some(wanted) => super::list(&app, &principal, wanted, &page).await.map(Json),
        None => Ok(Json(Jobs::new(Viewer::of(&principal), jobs::Listed::default(), page.limit))),
    }
}

/// One job: where it is, how far, what came of it, and its attempts that did not succeed.
#[utoipa::path(
    get, path = "/v1/jobs/{id}", tag = "jobs", params(("id" = Uuid, Path, description = "Job")),
    responses(
        (status = 200, body = Job),
        (status = 400, description = "`invalid_path`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, description = "`not_found`: also somebody else's", body = Problem),
    )
)]
async fn find(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
) -> Result<Json<Job>, Problem> {
    super::find(&app, &principal, id).await.map(Json)
}

/// Have a job not be done. What waits ends at once; what runs is asked to stop.
#[utoipa::path(
    post, path = "/v1/jobs/{id}/cancel", tag = "jobs", params(("id" = Uuid, Path, description = "Job")),
    responses(
        (status = 200, body = Cancelling),
        (status = 400, description = "`invalid_path`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, description = "`not_found`: also somebody else's", body = Problem),
        (status = 409, description = "`job_ended`", body = Problem),
    )
)]
async fn cancel(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
) -> Result<Json<Cancelling>, Problem> {
    super::cancel(&app, &principal, id).await.map(Json)
}

/// Have a job that failed or was stopped be done again, with all its attempts. What is known of the former ones stays.
#[utoipa::path(
    post, path = "/v1/jobs/{id}/retry", tag = "jobs", params(("id" = Uuid, Path, description = "Job")),
    responses(
        (status = 200, body = Retrying, headers(("Location" = String, description = "Where it is seen"))),
        (status = 400, description = "`invalid_path`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, description = "`not_found`: also somebody else's", body = Problem),
        (status = 409, description = "`job_succeeded`, `job_not_ended`, `job_key_taken` or `job_too_old`", body = Problem),
        (status = 429, description = "`too_many_jobs`: the account has had as many jobs and files done again as an hour allows", body = Problem),
    )
)]
async fn retry(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let retrying = super::retry(&app, &principal, id).await?;
    Ok(([(LOCATION, retrying.location())], Json(retrying)).into_response())
}

/// Follow a job until it ends (Server-Sent Events).
///
/// An event `job` is the job as in lists, whenever its state or its progress is another. An event `end` is the job as
/// `/v1/jobs/{id}` shows it, and the last; so is `gone`, where it is not known any more. Each has an `id`: a browser that
/// comes back with `Last-Event-ID` is told what has changed since, and 204 where it has seen the end. The stream says
/// something every 15 seconds, ends after a while, and is to be asked for again then.
#[utoipa::path(
    get, path = "/v1/jobs/{id}/events", tag = "jobs",
    params(
        ("id" = Uuid, Path, description = "Job"),
        ("Last-Event-ID" = Option<String>, Header, description = "The last event that was read"),
    ),
    responses(
        (status = 200, description = "Events", body = Item, content_type = "text/event-stream"),
        (status = 204, description = "Its end was the last event that was read"),
        (status = 400, description = "`invalid_path`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, description = "`not_found`: also somebody else's", body = Problem),
        (status = 429, description = "`too_many_followers`: of this account, or in this process", body = Problem),
    )
)]
async fn events(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    stream::follow(&app, &principal, id, last).await
}
