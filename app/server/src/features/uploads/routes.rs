//! The addresses of uploads. Never here: what becomes of a file (`import`), statements (`store`).

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use mainstay_http::layers::allow_time;
use mainstay_http::pages::PageParams;
use mainstay_http::{Json, List, PageRequest, Path, Problem, Query};
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::Outcome;
use super::receive;
use super::views::{FileReport, UploadItem, UploadReport};
use crate::features::accounts::Principal;
use crate::state::App;

/// How long a request waits for its files before it answers 202.
const PATIENCE: Duration = Duration::from_millis(900);

/// The routes of this feature; uploads may be large and slow.
pub(crate) fn router() -> OpenApiRouter<App> {
    let slow = OpenApiRouter::new()
        .routes(routes!(upload))
        .layer(DefaultBodyLimit::disable())
        .layer(allow_time(Duration::from_secs(3600)));
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(report))
        .routes(routes!(files))
        .routes(routes!(retry))
        .merge(slow)
}

/// Hand in training files.
///
/// Send `multipart/form-data` with one or more parts named `file`, or one file as the raw body with its name in
/// `?name=`. FIT, TCX, GPX, any of them gzipped, and `.zip` archives of them (Strava's and Garmin's exports too).
/// Everything is stored before the answer leaves. 200 when every file is done, 202 when some are still pending:
/// follow `Location`. Sending the same file again changes nothing and says `duplicate`.
#[utoipa::path(
    post, path = "/v1/uploads", tag = "uploads",
    params(("name" = Option<String>, Query, description = "Name of the file in a raw body")),
    request_body(content = receive::UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "Every file has its outcome", body = UploadReport),
        (status = 202, description = "Stored; some files are still pending", body = UploadReport),
        (status = 400, description = "`no_file`, `no_training_file`, `malformed_form` or `incomplete_body`", body = Problem),
        (status = 413, description = "`too_large`: more bytes or files than an upload may have", body = Problem),
        (status = 429, description = "`too_many_uploads`: some of the athlete's are still on their way", body = Problem),
    )
)]
async fn upload(State(app): State<App>, principal: Principal, request: Request) -> Result<Response, Problem> {
    let upload_id = receive::receive(&app, principal.athlete_id, request).await?;
    super::wait_until_finished(&app, principal.athlete_id, upload_id, PATIENCE).await?;
    let report = super::report(&app, principal.athlete_id, upload_id).await?;
    let status = if report.progress.pending > 0 { StatusCode::ACCEPTED } else { StatusCode::OK };
    let location = format!("/v1/uploads/{upload_id}");
    Ok((status, [(LOCATION, location)], Json(report)).into_response())
}

/// List uploads, newest first, each with how far it is.
#[utoipa::path(
    get, path = "/v1/uploads", tag = "uploads", params(PageParams),
    responses((status = 200, body = List<UploadItem>))
)]
async fn list(
    State(app): State<App>,
    principal: Principal,
    page: PageRequest,
) -> Result<Json<List<UploadItem>>, Problem> {
    super::list(&app, principal.athlete_id, &page).await.map(Json)
}

/// Show an upload: progress, and the first lines of its report.
#[utoipa::path(
    get, path = "/v1/uploads/{id}", tag = "uploads", params(("id" = Uuid, Path)),
    responses((status = 200, body = UploadReport), (status = 404, body = Problem))
)]
async fn report(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
) -> Result<Json<UploadReport>, Problem> {
    super::report(&app, principal.athlete_id, id).await.map(Json)
}

/// Try one file again.
///
/// Only where its line says `can_retry`: the importer failed on it, or its import was cancelled. 200 with the new outcome
/// when that was quick, 202 when it waits.
#[utoipa::path(
    post, path = "/v1/uploads/{id}/files/{position}/retry", tag = "uploads",
    params(("id" = Uuid, Path), ("position" = i32, Path)),
    responses(
        (status = 200, description = "The file has its outcome", body = FileReport),
        (status = 202, description = "It waits", body = FileReport),
        (status = 404, body = Problem),
        (status = 409, description = "`not_retryable`", body = Problem),
        (status = 429, description = "`too_many_jobs`: the account has had as many jobs and files done again as an hour allows", body = Problem),
    )
)]
async fn retry(
    State(app): State<App>,
    principal: Principal,
    Path((upload_id, position)): Path<(Uuid, i32)>,
) -> Result<Response, Problem> {
    let line = super::retry(&app, &principal, upload_id, position, PATIENCE).await?;
    let is_pending = line.outcome == FileOutcome::Pending.as_str();
    let status = if is_pending { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(line)).into_response())
}

/// What became of a file, or that nothing has yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileOutcome {
    /// It waits.
    Pending,
    /// It holds an activity that was not there.
    Imported,
    /// It is another source of an activity that was there.
    Merged,
    /// Its bytes were there.
    Duplicate,
    /// It holds nothing that can be imported.
    Refused,
}

impl FileOutcome {
    /// The wire and database name.
    fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Imported => Outcome::Imported.as_str(),
            Self::Merged => Outcome::Merged.as_str(),
            Self::Duplicate => Outcome::Duplicate.as_str(),
            Self::Refused => Outcome::Refused.as_str(),
        }
    }
}

/// The query of the lines. `limit`, `cursor` and `page` are read by their own extractor; they are named here so that
/// every other parameter can be refused as unknown.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FilesParams {
    /// Files with this outcome alone.
    outcome: Option<FileOutcome>,
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

/// List the report lines of an upload.
#[utoipa::path(
    get, path = "/v1/uploads/{id}/files", tag = "uploads", params(("id" = Uuid, Path), FilesParams, PageParams),
    responses(
        (status = 200, body = List<FileReport>),
        (status = 400, description = "`invalid_query` or `invalid_cursor`", body = Problem),
        (status = 404, body = Problem),
    )
)]
async fn files(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
    Query(params): Query<FilesParams>,
    page: PageRequest,
) -> Result<Json<List<FileReport>>, Problem> {
    let outcome = params.outcome.map(FileOutcome::as_str);
    super::files(&app, principal.athlete_id, id, outcome, &page).await.map(Json)
}
