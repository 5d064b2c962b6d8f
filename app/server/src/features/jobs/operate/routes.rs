//! The addresses of queues, schedules, dead letters and processes, for administrators. Never here: what is done (`operate`).

use std::num::NonZeroU32;

use axum::extract::State;
use mainstay_http::pages::PageParams;
use mainstay_http::{FieldError, Json, PageRequest, Path, Problem, Query};
use mainstay_jobs::DeadFilter;
use mainstay_jobs::cron::FIRES_MOST;
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::views::{
    DeadLetters, Purged, Queue, Queues, Replayed, ScheduleChanged, ScheduleRun, Schedules, Statistics,
    Workers,
};
use super::{DEAD_MOST, LimitsPatch, Meant, Switch};
use crate::features::accounts::{Admin, NotAdmin};
use crate::features::activities::Change;
use crate::features::uploads;
use crate::state::App;

/// The routes of those who run the installation.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(statistics))
        .routes(routes!(queues))
        .routes(routes!(limit))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(schedules))
        .routes(routes!(pause_schedule))
        .routes(routes!(resume_schedule))
        .routes(routes!(run_schedule))
        .routes(routes!(dead))
        .routes(routes!(replay))
        .routes(routes!(purge))
        .routes(routes!(workers))
}

/// How many jobs there are, by where they are, and queue by queue.
#[utoipa::path(
    get, path = "/v1/jobs/stats/queue", tag = "jobs",
    responses(
        (status = 200, body = Statistics),
        NotAdmin,
    )
)]
async fn statistics(State(app): State<App>, admin: Admin) -> Result<Json<Statistics>, Problem> {
    super::statistics(&app, &admin).await.map(Json)
}

/// The queues that have jobs, or of which something is set.
#[utoipa::path(
    get, path = "/v1/jobs/queues", tag = "jobs",
    responses(
        (status = 200, body = Queues),
        NotAdmin,
    )
)]
async fn queues(State(app): State<App>, admin: Admin) -> Result<Json<Queues>, Problem> {
    super::queues(&app, &admin).await.map(Json)
}

/// What a queue may do on all processes together, as a JSON merge patch: absent fields stay, null is no limit.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = JobQueuePatch)]
struct QueuePatch {
    /// So many at a time.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, example = 4)]
    max_running: Change<NonZeroU32>,
    /// So many at a time of one key.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1)]
    max_running_per_key: Change<NonZeroU32>,
    /// So many begin a second: from one a day to a million.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 10)]
    max_per_second: Change<f64>,
    /// So many begin at once after a pause; what a second gives without it.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = 1)]
    burst: Change<f64>,
}

/// Change the limits of a queue, from now on. What runs goes on, and is counted.
#[utoipa::path(
    patch, path = "/v1/jobs/queues/{name}", tag = "jobs", request_body = QueuePatch,
    params(("name" = String, Path, description = "Queue", example = "default")),
    responses(
        (status = 200, body = Queue),
        NotAdmin,
    )
)]
async fn limit(
    State(app): State<App>,
    admin: Admin,
    Path(name): Path<String>,
    Json(patch): Json<QueuePatch>,
) -> Result<Json<Queue>, Problem> {
    let patch = LimitsPatch {
        running_most: patch.max_running,
        running_most_of_key: patch.max_running_per_key,
        per_s: patch.max_per_second,
        burst: patch.burst,
    };
    super::limit(&app, &admin, &name, patch).await.map(Json)
}

/// Have nothing of a queue begin, on any process. What runs goes on.
#[utoipa::path(
    post, path = "/v1/jobs/queues/{name}/pause", tag = "jobs",
    params(("name" = String, Path, description = "Queue", example = "default")),
    responses(
        (status = 200, body = Queue),
        NotAdmin,
    )
)]
async fn pause(
    State(app): State<App>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<Json<Queue>, Problem> {
    super::switch_queue(&app, &admin, &name, Switch::Pause).await.map(Json)
}

/// Have the jobs of a queue begin again.
#[utoipa::path(
    post, path = "/v1/jobs/queues/{name}/resume", tag = "jobs",
    params(("name" = String, Path, description = "Queue", example = "default")),
    responses(
        (status = 200, body = Queue),
        NotAdmin,
    )
)]
async fn resume(
    State(app): State<App>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<Json<Queue>, Problem> {
    super::switch_queue(&app, &admin, &name, Switch::Resume).await.map(Json)
}

/// The query of the schedules.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ScheduleParams {
    /// How many of the next times.
    #[serde(default = "a_few")]
    #[param(minimum = 1, maximum = 100, default = 3)]
    fires: usize,
}

const fn a_few() -> usize {
    3
}

/// What begins by itself, and when it does next.
#[utoipa::path(
    get, path = "/v1/jobs/schedule", tag = "jobs", params(ScheduleParams),
    responses(
        (status = 200, body = Schedules),
        (status = 400, description = "`invalid_query`", body = Problem),
        NotAdmin,
    )
)]
async fn schedules(
    State(app): State<App>,
    admin: Admin,
    Query(params): Query<ScheduleParams>,
) -> Result<Json<Schedules>, Problem> {
    if !(1..=FIRES_MOST).contains(&params.fires) {
        let error = FieldError::new("/fires", "out_of_range", format!("Must be from 1 to {FIRES_MOST}."));
        return Err(Problem::invalid_query(vec![error]));
    }
    super::schedules(&app, &admin, params.fires).await.map(Json)
}

/// Have a schedule rest until it is resumed, whatever processes start meanwhile.
#[utoipa::path(
    post, path = "/v1/jobs/schedule/{name}/pause", tag = "jobs",
    params(("name" = String, Path, description = "Schedule")),
    responses(
        (status = 200, body = ScheduleChanged),
        NotAdmin,
        (status = 404, body = Problem),
    )
)]
async fn pause_schedule(
    State(app): State<App>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<Json<ScheduleChanged>, Problem> {
    super::switch_schedule(&app, &admin, &name, Switch::Pause).await.map(Json)
}

/// Have a schedule go on with the first time that is to come.
#[utoipa::path(
    post, path = "/v1/jobs/schedule/{name}/resume", tag = "jobs",
    params(("name" = String, Path, description = "Schedule")),
    responses(
        (status = 200, body = ScheduleChanged),
        NotAdmin,
        (status = 404, body = Problem),
    )
)]
async fn resume_schedule(
    State(app): State<App>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<Json<ScheduleChanged>, Problem> {
    super::switch_schedule(&app, &admin, &name, Switch::Resume).await.map(Json)
}

/// Ask for the job of a schedule once more, now. Its times stay what they are.
#[utoipa::path(
    post, path = "/v1/jobs/schedule/{name}/run", tag = "jobs",
    params(("name" = String, Path, description = "Schedule")),
    responses(
        (status = 200, body = ScheduleRun),
        NotAdmin,
        (status = 404, body = Problem),
    )
)]
async fn run_schedule(
    State(app): State<App>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<Json<ScheduleRun>, Problem> {
    super::run_schedule(&app, &admin, &name).await.map(Json)
}

/// The query of dead letters; `limit`, `cursor` and `page` have an extractor of their own.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeadParams {
    /// Those of this queue alone.
    queue: Option<String>,
    /// Those of this kind alone.
    job_type: Option<String>,
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

/// List dead letters, what was given up last first. They stay until somebody decides, and are forgotten after `jobs.keep_dead_days`.
#[utoipa::path(
    get, path = "/v1/jobs/dead", tag = "jobs", params(DeadParams, PageParams),
    responses(
        (status = 200, body = DeadLetters),
        (status = 400, description = "`invalid_query` or `invalid_cursor`", body = Problem),
        NotAdmin,
    )
)]
async fn dead(
    State(app): State<App>,
    admin: Admin,
    Query(params): Query<DeadParams>,
    page: PageRequest,
) -> Result<Json<DeadLetters>, Problem> {
    uploads::refuse_page_numbers(&page)?;
    let filter =
        found_by(params.queue, params.job_type).map_err(|error| Problem::invalid_query(vec![error]))?;
    super::dead(&app, &admin, filter, &page).await.map(Json)
}

/// Which dead letters are meant: by `ids`, or the last ones that `filter` finds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeadChoice {
    /// These; 1 to 200.
    #[schema(min_items = 1, max_items = 200)]
    ids: Option<Vec<Uuid>>,
    /// Those that it finds; an empty one finds all.
    #[schema(inline)]
    filter: Option<DeadFound>,
    /// So many of what the filter finds, 1 to 200.
    #[schema(minimum = 1, maximum = 200, default = 200)]
    limit: Option<usize>,
}

/// Dead letters of a queue and of a kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeadFound {
    /// Those of this queue alone.
    queue: Option<String>,
    /// Those of this kind alone.
    job_type: Option<String>,
}

impl DeadChoice {
    fn parse(self) -> Result<Meant, Problem> {
        let refuse = |pointer, code, message: String| {
            Err(Problem::unprocessable(vec![FieldError::new(pointer, code, message)]))
        };
        let limit = self.limit.unwrap_or(DEAD_MOST);
        if !(1..=DEAD_MOST).contains(&limit) {
            return refuse("/limit", "out_of_range", format!("Must be from 1 to {DEAD_MOST}."));
        }
        match (self.ids, self.filter) {
            (Some(ids), None) if (1..=DEAD_MOST).contains(&ids.len()) => Ok(Meant::Ids(distinct(ids))),
            (Some(_), None) => refuse("/ids", "out_of_range", format!("Must be 1 to {DEAD_MOST} ids.")),
            (None, Some(found)) => match found_by(found.queue, found.job_type) {
                Ok(filter) => Ok(Meant::Found(filter, limit)),
                Err(error) => Err(Problem::unprocessable(vec![error])),
            },
            (Some(_), Some(_)) => {
                refuse("/filter", "contradiction", "Use `ids` or `filter`, not both.".to_owned())
            }
            (None, None) => refuse("/ids", "missing", "Name `ids` or a `filter`.".to_owned()),
        }
    }
}

/// Each once, in an order that all who lock them share.
fn distinct(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn found_by(queue: Option<String>, kind: Option<String>) -> Result<DeadFilter, FieldError> {
    for (pointer, text) in [("/queue", &queue), ("/job_type", &kind)] {
        if text.as_ref().is_some_and(|text| text.contains('\0')) {
            return Err(FieldError::new(pointer, "malformed", "No name has a NUL."));
        }
    }
    Ok(DeadFilter { queue, kind, before: None })
}

/// Have dead letters be done again, each with all its attempts; what became of each.
#[utoipa::path(
    post, path = "/v1/jobs/dead/replay", tag = "jobs", request_body = DeadChoice,
    responses(
        (status = 200, body = Replayed),
        NotAdmin,
    )
)]
async fn replay(
    State(app): State<App>,
    admin: Admin,
    Json(choice): Json<DeadChoice>,
) -> Result<Json<Replayed>, Problem> {
    super::replay(&app, &admin, choice.parse()?).await.map(Json)
}

/// Forget dead letters: nobody can have them done again.
#[utoipa::path(
    post, path = "/v1/jobs/dead/purge", tag = "jobs", request_body = DeadChoice,
    responses(
        (status = 200, body = Purged),
        NotAdmin,
    )
)]
async fn purge(
    State(app): State<App>,
    admin: Admin,
    Json(choice): Json<DeadChoice>,
) -> Result<Json<Purged>, Problem> {
    super::purge(&app, &admin, choice.parse()?).await.map(Json)
}

/// The processes that do jobs.
#[utoipa::path(
    get, path = "/v1/jobs/workers", tag = "jobs",
    responses(
        (status = 200, body = Workers),
        NotAdmin,
    )
)]
async fn workers(State(app): State<App>, admin: Admin) -> Result<Json<Workers>, Problem> {
    super::workers(&app, &admin).await.map(Json)
}
