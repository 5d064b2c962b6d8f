//! Every route, grouped by audience, and the OpenAPI document they make. Never here: handlers.

use axum::Router;
use axum::response::Html;
use axum::routing::{any, get};
use http::{HeaderMap, Method, Uri};
use mainstay_http::assets::Assets;
use mainstay_http::consistency::Consistency;
use mainstay_http::problem::codes::Code;
use mainstay_http::{PageLimits, Routes, openapi};
use sha2::{Digest, Sha256};
use utoipa::openapi::path::Parameter;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{RefOr, Response, Schema};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use crate::features::{
    about, accounts, activities, analytics, athletes, cache, database, jobs, scaling, uploads,
};
use crate::state::App;
use crate::web;

#[derive(OpenApi)]
#[openapi(
    modifiers(&Bearer),
    // Named in query parameters only, from where they are not collected.
    components(schemas(activities::SortBy, activities::SortOrder, uploads::FileOutcome)),
    info(
        title = "Paceline",
        description = "Training files in, honest statistics out. Paths also work under `/api` and `/api/v1`. \
                       Values are SI with the unit in the name, times RFC 3339, days civil days of the athlete's \
                       zone. Errors are RFC 9457 problems with a stable `code`.",
    ),
    tags(
        (name = "about", description = "What this installation is"),
        (name = "auth", description = "Sign-up, sign-in and sessions"),
        (name = "athletes", description = "The athlete's own profile and personal bests"),
        (name = "uploads", description = "Training files and what became of them"),
        (name = "activities", description = "Activities with splits, streams and files"),
        (name = "analytics", description = "What many activities say together"),
        (name = "scaling", description = "For administrators: the servers behind this one"),
        (name = "database", description = "How the database does, for administrators"),
        (name = "cache", description = "What is kept of answers, for administrators"),
        (name = "jobs", description = "Work beside the requests: one's own, and all of it for administrators"),
    )
)]
struct Document;

/// Says that requests carry an access token, unless a route says otherwise.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    }
}

/// Problem codes of this application, shown beside those of the platform.
const CODES: &[Code] = &[
    code(
        "registration_closed",
        403,
        "Registration closed",
        "Nobody may register here. Whoever runs the installation makes accounts.",
    ),
    code(
        "admin_only",
        403,
        "Administrators only",
        "The account is no administrator's. Sign in as one; whoever runs the installation makes such accounts.",
    ),
    code(
        "same_session_exists",
        409,
        "Same session exists",
        "The same session is there already, from a file or entered by hand; `detail` names it. To bring a deleted one \
         back, delete the newer one first.",
    ),
    code("email_taken", 409, "E-mail taken", "The address already has an account. Sign in instead."),
    code("wrong_credentials", 401, "Wrong credentials", "The e-mail address or the password is wrong."),
    code(
        "invalid_refresh_token",
        401,
        "Invalid refresh token",
        "The refresh token is unknown, expired or ended. Sign in.",
    ),
    code(
        "refresh_token_reused",
        401,
        "Refresh token reused",
        "The token was used before, so its session was ended. Sign in.",
    ),
    code(
        "refresh_in_progress",
        409,
        "Refresh in progress",
        "Another request has just refreshed this session. Use its tokens.",
    ),
    code(
        "no_file",
        400,
        "No file",
        "The upload holds no file. Send a part named `file`, or the file as the body.",
    ),
    code(
        "too_many_uploads",
        429,
        "Too many uploads",
        "Some uploads of the same athlete are still on their way. Repeat after `Retry-After` seconds.",
    ),
    code(
        "not_retryable",
        409,
        "Not retryable",
        "Only a file that the importer failed on, or whose import was cancelled, can be tried again, while its bytes are kept: \
         its line says `can_retry`.",
    ),
    code(
        "nothing_to_invalidate",
        400,
        "Nothing to invalidate",
        "Name what has changed: `tags`, or a table as `table_name`.",
    ),
    code(
        "pattern_not_supported",
        400,
        "Patterns are not supported",
        "Kept answers are ended by what they were made from, on every node; no list of their keys exists. Name `tags` or a \
         `table_name`.",
    ),
    code("job_exists", 409, "Job exists", "There is a job with this key. Wait for its end, or use it."),
    code("job_ended", 409, "Job ended", "The job has ended already, so that nothing is left to stop."),
    code("job_succeeded", 409, "Job succeeded", "The job has succeeded, so that nothing is left to do."),
    code(
        "job_not_ended",
        409,
        "Job not ended",
        "The job waits or runs, and will be done. To begin anew, cancel it first.",
    ),
    code(
        "job_key_taken",
        409,
        "Job key taken",
        "Another job about the same has not ended. Wait for it, or cancel it.",
    ),
    code(
        "job_too_old",
        409,
        "Job too old",
        "The job is a day old or more, and no dead letter, so that it cannot wait again. Ask for a new one.",
    ),
    code(
        "too_many_jobs",
        429,
        "Too many jobs",
        "The account has as many jobs of this kind, or has had as many done again, as an hour allows. Repeat after `Retry-After` \
         seconds.",
    ),
    code(
        "too_many_followers",
        429,
        "Too many followers",
        "As many follow jobs as may, of this account or in this process. Look at the job itself, or repeat after \
         `Retry-After` seconds.",
    ),
    code("no_training_file", 400, "No training file", "The archive holds no .fit, .tcx or .gpx file."),
    code("malformed_form", 400, "Malformed form", "The multipart body cannot be understood."),
];

const fn code(code: &'static str, status: u16, title: &'static str, meaning: &'static str) -> Code {
    Code { code, status, title, meaning }
}

/// For signed-in athletes: everything of their own.
fn own_data() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(athletes::router())
        .merge(uploads::router())
        .merge(activities::router())
        .merge(analytics::router())
        .merge(jobs::router())
}

/// For administrators: how the installation does.
fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(database::router())
        .merge(cache::router())
        .merge(jobs::operations())
        .merge(scaling::router())
}

/// For everybody: what this is, signing up and in.
fn open_to_all() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(about::router()).merge(accounts::router())
}

fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(open_to_all())
        .merge(own_data())
        .merge(operations())
}

/// The whole application without probes and metrics, which the platform adds.
pub fn router(app: &App) -> Routes {
    let pages = match web::application(&app.config.web) {
        None => Router::new().route("/", get(start_page)),
        Some(application) => web_routes(application),
    };
    let documents = openapi::routes(openapi_of(app.config.http.pages), CODES);
    // Everything under the API is somebody's own: private, with an ETag.
    let routes = Routes::from(pages.merge(api(app)).merge(documents)).private();
    // Who asks nothing of replicas and keeps no answers has nothing to carry.
    match app.db.replicas() {
        None if !app.config.cache.enabled => routes,
        _ => routes.carrying(tokens_of(app)),
    }
}

/// The routes of the API alone, for what the process asks itself: without that which is for those outside.
pub(crate) fn api(app: &App) -> Router {
    let (api, _) = documented().split_for_parts();
    api.with_state(app.clone())
}

/// Signed by a key of its own, made from the secret that all processes share.
fn tokens_of(app: &App) -> Consistency {
    let secret = format!("consistency of {}", app.config.auth.token_secret.expose());
    Consistency::new(&app.config.http, &Sha256::digest(secret))
}

/// Everything that no other route takes is the web application's, but for what lies below the API.
fn web_routes(application: Assets) -> Router {
    const APART: [&str; 3] = ["/v1", "/api", "/docs"];
    let answer = async move |method: Method, uri: Uri, headers: HeaderMap| {
        application.answer(&method, uri.path(), &headers, &APART)
    };
    Router::new().route("/", any(answer.clone())).route("/{*path}", any(answer))
}

/// The OpenAPI document as it is committed: of a server with the default limits.
pub fn openapi_json() -> String {
    openapi_of(PageLimits::default())
}

/// The OpenAPI document as a server with these limits of pages serves it.
fn openapi_of(limits: PageLimits) -> String {
    let (_, mut document) = documented().split_for_parts();
    name_operations(&mut document);
    openapi::complete(&mut document);
    note_etags(&mut document);
    note_limits(&mut document, limits);
    document.to_pretty_json().unwrap_or_default()
}

/// Handlers are named within their feature; the document wants each name once: `activities_list`, `uploads_list`.
fn name_operations(document: &mut utoipa::openapi::OpenApi) {
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            let feature = operation.tags.as_ref().and_then(|tags| tags.first());
            if let (Some(feature), Some(name)) = (feature, &operation.operation_id) {
                operation.operation_id = Some(format!("{feature}_{name}"));
            }
        }
    }
}

/// How long a page may be is the configuration's to say, so no handler's description has it. What is no page says itself
/// how long it may be.
fn note_limits(document: &mut utoipa::openapi::OpenApi, limits: PageLimits) {
    let gets = document.paths.paths.values_mut().filter_map(|path| path.get.as_mut());
    let parameters = gets.filter_map(|operation| operation.parameters.as_mut()).flatten();
    for parameter in parameters {
        if let RefOr::T(Parameter { name, schema: Some(RefOr::T(Schema::Object(number))), .. }) = parameter
            && name == "limit"
            && number.maximum.is_none()
        {
            number.maximum = Some(limits.max.into());
            number.default = Some(limits.default.into());
        }
    }
}

/// What `etag::private` adds to every route: a JSON answer to a GET may be one that the client has.
fn note_etags(document: &mut utoipa::openapi::OpenApi) {
    let gets = document.paths.paths.values_mut().filter_map(|path| path.get.as_mut());
    for responses in gets.map(|operation| &mut operation.responses.responses) {
        let is_json = matches!(
            responses.get("200"),
            Some(RefOr::T(found)) if found.content.contains_key("application/json")
        );
        if is_json {
            let unchanged = Response::new("What `If-None-Match` names is still so");
            responses.insert("304".to_owned(), RefOr::T(unchanged));
        }
    }
}

/// The page at `/` of a binary that was built without the web application.
async fn start_page() -> Html<&'static str> {
    Html(include_str!("start_page.html"))
}
