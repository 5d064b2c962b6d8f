//! The addresses of what is kept of answers, for administrators. Never here: which figures make an answer (`cache`).

use axum::extract::State;
use mainstay_http::{FieldError, Json, Path, Problem, Query};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::{Cleared, Invalidated, Key, Keys, PerformanceReport, Removed, Stats, Tags, Warmed};
use super::{LISTED, MAX_LISTED, MAX_PATTERN, Wish};
use crate::features::accounts::{Admin, NotAdmin};
use crate::state::App;

/// The routes of this feature.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(stats))
        .routes(routes!(tags))
        .routes(routes!(performance_report))
        .routes(routes!(keys))
        .routes(routes!(key, remove_key))
        .routes(routes!(invalidate))
        .routes(routes!(clear))
        .routes(routes!(warm))
}

/// What the process that answers keeps, how often it helped since the process began, and how it hears of changes.
#[utoipa::path(
    get, path = "/v1/cache/stats", tag = "cache",
    responses(
        (status = 200, body = Stats),
        NotAdmin,
    )
)]
async fn stats(State(app): State<App>, admin: Admin) -> Json<Stats> {
    Json(super::stats(&app, &admin).await)
}

/// The query of the busiest tags.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TagsParams {
    /// How many tags.
    #[serde(default = "usual")]
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: usize,
}

/// The query of entries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct KeysParams {
    /// What their names are like; `*` stands for any characters. At most 200 characters.
    #[serde(default = "everything")]
    #[param(default = "*", example = "activities.*")]
    pattern: String,
    /// How many entries.
    #[serde(default = "usual")]
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: usize,
}

const fn usual() -> usize {
    LISTED
}

fn everything() -> String {
    "*".to_owned()
}

fn limited(limit: usize) -> Result<usize, FieldError> {
    let message = || format!("write 1 to {MAX_LISTED}");
    (1..=MAX_LISTED)
        .contains(&limit)
        .then_some(limit)
        .ok_or_else(|| FieldError::new("/limit", "out_of_range", message()))
}

/// The tags whose changes the process that answers has heard of most often: what ends kept answers.
///
/// A tag is what answers are made from. Those of whole tables have their names; those of an owner or of a row are hashes,
/// which say to nobody whose they are. Each may be written to `/v1/cache/invalidate`.
#[utoipa::path(
    get, path = "/v1/cache/tags", tag = "cache", params(TagsParams),
    responses(
        (status = 200, body = Tags),
        (status = 400, description = "`invalid_query`", body = Problem),
        NotAdmin,
    )
)]
async fn tags(
    State(app): State<App>,
    admin: Admin,
    Query(params): Query<TagsParams>,
) -> Result<Json<Tags>, Problem> {
    let limit = limited(params.limit).map_err(|error| Problem::invalid_query(vec![error]))?;
    super::tags(&app, &admin, limit).await.map(Json)
}

/// How the kept answers of the process that answers do, and what follows from that.
#[utoipa::path(
    get, path = "/v1/cache/performance-report", tag = "cache",
    responses(
        (status = 200, body = PerformanceReport),
        NotAdmin,
    )
)]
async fn performance_report(
    State(app): State<App>,
    admin: Admin,
) -> Result<Json<PerformanceReport>, Problem> {
    super::performance_report(&app, &admin).await.map(Json)
}

/// Entries that the process that answers keeps, by hashes of what they are kept by, in no promised order.
#[utoipa::path(
    get, path = "/v1/cache/keys", tag = "cache", params(KeysParams),
    responses(
        (status = 200, body = Keys),
        (status = 400, description = "`invalid_query`", body = Problem),
        NotAdmin,
    )
)]
async fn keys(
    State(app): State<App>,
    admin: Admin,
    Query(params): Query<KeysParams>,
) -> Result<Json<Keys>, Problem> {
    let too_long = (params.pattern.len() > MAX_PATTERN)
        .then(|| FieldError::new("/pattern", "too_long", format!("write at most {MAX_PATTERN} characters")));
    let errors: Vec<FieldError> = limited(params.limit).err().into_iter().chain(too_long).collect();
    if !errors.is_empty() {
        return Err(Problem::invalid_query(errors));
    }
    super::keys(&app, &admin, params.pattern, params.limit).await.map(Json)
}

/// One entry of the process that answers.
#[utoipa::path(
    get, path = "/v1/cache/key/{key}", tag = "cache",
    params(("key" = String, Path, description = "As `/v1/cache/keys` lists it", example = "activities.0123456789abcdef")),
    responses(
        (status = 200, body = Key),
        (status = 400, description = "`invalid_path`", body = Problem),
        NotAdmin,
        (status = 404, description = "`not_found`: this process keeps none", body = Problem),
    )
)]
async fn key(State(app): State<App>, admin: Admin, Path(key): Path<String>) -> Result<Json<Key>, Problem> {
    super::key(&app, &admin, &key).await.map(Json)
}

/// Forgets one entry of the process that answers. Other processes keep theirs, and this one may take it over from them;
/// `/v1/cache/invalidate` ends it everywhere.
#[utoipa::path(
    delete, path = "/v1/cache/key/{key}", tag = "cache",
    params(("key" = String, Path, description = "As `/v1/cache/keys` lists it", example = "activities.0123456789abcdef")),
    responses(
        (status = 200, body = Removed),
        (status = 400, description = "`invalid_path`", body = Problem),
        NotAdmin,
        (status = 404, description = "`not_found`: this process keeps none", body = Problem),
    )
)]
async fn remove_key(
    State(app): State<App>,
    admin: Admin,
    Path(key): Path<String>,
) -> Result<Json<Removed>, Problem> {
    super::remove_key(&app, &admin, &key).await.map(Json)
}

/// What is to be taken for changed; the first of `tags` and `table_name` counts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CacheInvalidation)]
struct Invalidation {
    /// `table:TABLE`, `owner:TABLE:ID`, `row:TABLE:OWNER:ID`, or tags that `/v1/cache/tags` lists; at most 100.
    #[schema(example = json!(["owner:activity:0197f3a0-0000-7000-8000-000000000000"]))]
    tags: Option<Vec<String>>,
    /// All rows of a table.
    #[schema(example = "activity")]
    table_name: Option<String>,
    /// Refused: answers are ended by what they were made from, and no list of their keys exists.
    pattern: Option<String>,
}

impl Invalidation {
    fn wish(self) -> Result<Wish, Problem> {
        if self.pattern.is_some() {
            let text = "Kept answers are ended by what they were made from, and no list of their keys exists by which a \
                 pattern could find them on every node: name `tags` or a `table_name`.";
            return Err(Problem::bad_request("pattern_not_supported", text));
        }
        let by_table = || self.table_name.map(Wish::Table);
        self.tags.map(Wish::Tags).or_else(by_table).ok_or_else(|| {
            Problem::bad_request("nothing_to_invalidate", "Name what has changed: `tags` or a `table_name`.")
        })
    }
}

/// Ends, on every node, the answers that were made from what is named, as if it had changed.
///
/// It is told by a transaction, as every change is: the process that answers has heard of it before it answers, others
/// within the bound.
#[utoipa::path(
    post, path = "/v1/cache/invalidate", tag = "cache", request_body = Invalidation,
    responses(
        (status = 200, body = Invalidated),
        (status = 400, description = "`nothing_to_invalidate`, `pattern_not_supported`, `malformed_json`", body = Problem),
        NotAdmin,
        (status = 422, description = "`invalid_body`: a table of which nothing is kept, or no tag", body = Problem),
    )
)]
async fn invalidate(
    State(app): State<App>,
    admin: Admin,
    Json(body): Json<Invalidation>,
) -> Result<Json<Invalidated>, Problem> {
    super::invalidate(&app, &admin, body.wish()?).await.map(Json)
}

/// Ends every entry of every node, and of what nodes share: in the process that answers at once, elsewhere within the
/// bound. Every answer is read again then.
#[utoipa::path(
    post, path = "/v1/cache/clear", tag = "cache",
    responses(
        (status = 200, body = Cleared),
        NotAdmin,
        (status = 503, description = "`write_conflict`: a dump of the database is under way, for example", body = Problem),
    )
)]
async fn clear(State(app): State<App>, admin: Admin) -> Result<Json<Cleared>, Problem> {
    super::clear(&app, &admin).await.map(Json)
}

/// Asks in this process for what was asked for most, as the nodes have noted it, so that whoever asks next finds it kept. A
/// process does the same before it is ready (`answers.warm_within_ms`).
#[utoipa::path(
    post, path = "/v1/cache/warm", tag = "cache",
    responses(
        (status = 200, body = Warmed),
        NotAdmin,
    )
)]
async fn warm(State(app): State<App>, admin: Admin) -> Json<Warmed> {
    Json(super::warm(&app, &admin).await)
}
