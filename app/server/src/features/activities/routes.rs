//! The addresses of activities. Never here: rules (`activities`, `edit`), statements (`store`).

use axum::extract::State;
use http::header::{HeaderName, LOCATION};
use http::{HeaderValue, StatusCode};
use mainstay_db::Read;
use mainstay_http::caching::{Kept, Target};
use mainstay_http::fields::{FieldsParams, Selected};
use mainstay_http::pages::PageParams;
use mainstay_http::{
    FieldError, Fields, Json, List, OrProblem, PageRequest, Path, Problem, Query, ValidJson,
};
use paceline_domain::model::Channel;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::asked_days;
use super::edit::{self, ActivityPatch, ManualActivity};
use super::file::Download;
use super::filters::ListParams;
use super::views::{ActivityDetail, ActivitySummary, BestEfforts, DeletedItem, ListItem, Splits, Streams};
use crate::answers;
use crate::features::accounts::Principal;
use crate::state::App;

/// The routes of this feature.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(summary))
        .routes(routes!(deleted))
        .routes(routes!(find, patch, delete))
        .routes(routes!(restore))
        .routes(routes!(splits))
        .routes(routes!(streams))
        .routes(routes!(best_efforts))
        .routes(routes!(file))
}

/// List activities, newest first.
///
/// Without `page` the answer is a keyset page: pass `next_cursor` on as `cursor`. With `page`, and in any order
/// but the newest first, it carries `pagination`. Legs of a multisport event are found in the event.
/// With `fields` each item has the named members alone, also where its schema calls others required.
#[utoipa::path(
    get, path = "/v1/activities", tag = "activities", params(ListParams, PageParams, FieldsParams),
    responses(
        (status = 200, body = List<ListItem>),
        (status = 400, description = "`invalid_query`, `invalid_cursor` or `unknown_field`", body = Problem),
        (status = 401, body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    principal: Principal,
    Query(params): Query<ListParams>,
    page: PageRequest,
    fields: Fields,
    target: Target,
) -> Result<Kept<List<Selected<ListItem>>>, Problem> {
    fields.check(ListItem::FIELDS)?;
    let (filter, order) = params.parse(&principal.timezone)?;
    let now = app.effects.clock.now();
    // A page by its number is counted by another statement.
    let is_counted = super::filters::page_number(&page, order)?.is_some();
    let load = move |read: Read, who: Principal| async move {
        let list = super::list(&read, &who, &filter, order, &page).await?;
        fields.select_items(list, ListItem::FIELDS)
    };
    match is_counted {
        true => app.answers.unkept(answers::ACTIVITIES, principal, load).await,
        false => app.answers.answer(answers::ACTIVITIES, principal, (target, now), load).await,
    }
}

/// The query of the summary.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SummaryParams {
    /// How many civil days of the athlete, today included.
    #[param(minimum = 1, maximum = 365, default = 30)]
    days: Option<u32>,
}

/// Totals of the last days: running, everything else by sport, and both together.
#[utoipa::path(
    get, path = "/v1/activities/summary", tag = "activities", params(SummaryParams),
    responses(
        (status = 200, body = ActivitySummary),
        (status = 400, description = "`invalid_query`", body = Problem),
        (status = 401, body = Problem),
    )
)]
async fn summary(
    State(app): State<App>,
    principal: Principal,
    Query(params): Query<SummaryParams>,
    target: Target,
) -> Result<Kept<ActivitySummary>, Problem> {
    let days = asked_days(params.days, 1..=365, 30)?;
    let now = app.effects.clock.now();
    let load = move |read: Read, who: Principal| async move { super::summary(&read, &who, now, days).await };
    app.answers.answer(answers::SUMMARY, principal, (target, now), load).await
}

/// List what can be restored, what was deleted last first.
///
/// Each says until when. A leg that was deleted with its event comes back with it and is not listed; one that was
/// deleted before the event is listed once the event is back.
#[utoipa::path(
    get, path = "/v1/activities/deleted", tag = "activities", params(PageParams),
    responses(
        (status = 200, body = List<DeletedItem>),
        (status = 400, description = "`invalid_query` or `invalid_cursor`", body = Problem),
        (status = 401, body = Problem),
    )
)]
async fn deleted(
    State(app): State<App>,
    principal: Principal,
    page: PageRequest,
) -> Result<Json<List<DeletedItem>>, Problem> {
    super::list_deleted(&app, &principal, &page).await.map(Json)
}

/// One activity with its analysis, sources and legs.
#[utoipa::path(
    get, path = "/v1/activities/{id}", tag = "activities", params(("id" = Uuid, Path, description = "Activity")),
    responses(
        (status = 200, body = ActivityDetail),
        (status = 400, description = "`invalid_path`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
    )
)]
async fn find(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
    target: Target,
) -> Result<Kept<ActivityDetail>, Problem> {
    let now = app.effects.clock.now();
    let load = move |read: Read, who: Principal| async move { super::find(&read, &who, id).await };
    app.answers.answer(answers::ACTIVITY, principal, (target.path_alone(), now), load).await
}

/// Enter an activity by hand.
///
/// A rated effort (`rpe`) gives it a load. It has no samples, so no efficiency and no best efforts.
#[utoipa::path(
    post, path = "/v1/activities", tag = "activities", request_body = ManualActivity,
    responses(
        (status = 201, body = ActivityDetail, headers(("Location" = String, description = "The activity"))),
        (status = 401, body = Problem),
        (status = 409, description = "`same_session_exists`: a file or an entry of the same session", body = Problem),
        (status = 422, description = "`invalid_body`", body = Problem),
    )
)]
async fn create(
    State(app): State<App>,
    principal: Principal,
    ValidJson(entered): ValidJson<ManualActivity>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1], Json<ActivityDetail>), Problem> {
    let created = edit::create(&app, &principal, entered).await?;
    let location = HeaderValue::try_from(format!("/v1/activities/{}", created.id())).internal()?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(created)))
}

/// Change title, sport, notes, race flag or rated effort.
///
/// A JSON merge patch: absent fields stay, null empties notes and `rpe`. With another sport or rated effort the
/// activity is analysed again before the answer, which shows the new figures.
#[utoipa::path(
    patch, path = "/v1/activities/{id}", tag = "activities", params(("id" = Uuid, Path, description = "Activity")),
    request_body = ActivityPatch,
    responses(
        (status = 200, body = ActivityDetail),
        (status = 400, description = "`invalid_path`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
        (status = 422, description = "`invalid_body`", body = Problem),
    )
)]
async fn patch(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
    ValidJson(patch): ValidJson<ActivityPatch>,
) -> Result<Json<ActivityDetail>, Problem> {
    edit::patch(&app, &principal, id, patch).await.map(Json)
}

/// Delete an activity; it can be restored for 30 days.
#[utoipa::path(
    delete, path = "/v1/activities/{id}", tag = "activities", params(("id" = Uuid, Path, description = "Activity")),
    responses(
        (status = 204),
        (status = 400, description = "`invalid_path`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
    )
)]
async fn delete(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    edit::delete(&app, &principal, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a deleted activity back.
#[utoipa::path(
    post, path = "/v1/activities/{id}/restore", tag = "activities",
    params(("id" = Uuid, Path, description = "Activity")),
    responses(
        (status = 200, body = ActivityDetail),
        (status = 400, description = "`invalid_path`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "`same_session_exists`", body = Problem),
    )
)]
async fn restore(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
) -> Result<Json<ActivityDetail>, Problem> {
    edit::restore(&app, &principal, id).await.map(Json)
}

/// A way to cut an activity into splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SplitKind {
    /// Every kilometre.
    #[default]
    Km,
    /// Every mile (1609.344 m).
    Mile,
    /// The device's laps.
    Lap,
}

impl SplitKind {
    /// The wire and database name.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Km => "km",
            Self::Mile => "mile",
            Self::Lap => "lap",
        }
    }
}

/// The query of the splits.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SplitParams {
    /// Kilometres unless stated.
    kind: Option<SplitKind>,
}

/// The splits of an activity.
#[utoipa::path(
    get, path = "/v1/activities/{id}/splits", tag = "activities",
    params(("id" = Uuid, Path, description = "Activity"), SplitParams),
    responses(
        (status = 200, body = Splits),
        (status = 400, description = "`invalid_query`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
    )
)]
async fn splits(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
    Query(params): Query<SplitParams>,
) -> Result<Json<Splits>, Problem> {
    super::splits(&app, &principal, id, params.kind.unwrap_or_default()).await.map(Json)
}

/// The query of the samples.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StreamParams {
    /// Comma-separated channels; all that were recorded unless stated.
    #[param(example = "heart_rate_bpm,altitude_m")]
    channels: Option<String>,
    /// The most samples to answer with.
    #[param(minimum = 2, maximum = 1000, default = 1000)]
    points: Option<usize>,
    /// Seconds from the start of the activity: samples from there on, that instant included.
    #[param(minimum = 0, example = 600)]
    from_s: Option<f64>,
    /// Seconds from the start of the activity, after `from_s`: samples up to there, that instant included.
    #[param(minimum = 0, example = 900)]
    to_s: Option<f64>,
}

/// Which samples to answer with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StreamRequest {
    /// The channels, each once.
    pub(super) channels: Vec<Channel>,
    /// The most samples.
    pub(super) points: usize,
    /// The first instant in seconds from the start; before all samples unless asked for.
    pub(super) from_s: f64,
    /// The last instant; after all samples unless asked for.
    pub(super) to_s: f64,
}

impl StreamRequest {
    fn parse(params: &StreamParams) -> Result<Self, Problem> {
        let most = paceline_domain::analysis::downsample::MAX_CHART_POINTS;
        let points = params.points.unwrap_or(most);
        let mut errors = Vec::new();
        if !(2..=most).contains(&points) {
            errors.push(FieldError::new("/points", "out_of_range", format!("Must be from 2 to {most}.")));
        }
        let mut channels = Vec::new();
        let asked = params.channels.as_deref().unwrap_or_default();
        for name in asked.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match Channel::from_wire(name) {
                Some(channel) if channels.contains(&channel) => {}
                Some(channel) => channels.push(channel),
                None => errors.push(unknown_channel()),
            }
        }
        errors.dedup();
        errors.extend(window_errors(params.from_s, params.to_s));
        if channels.is_empty() {
            channels = Channel::ALL.to_vec();
        }
        let (from_s, to_s) =
            (params.from_s.unwrap_or(f64::NEG_INFINITY), params.to_s.unwrap_or(f64::INFINITY));
        if errors.is_empty() {
            Ok(Self { channels, points, from_s, to_s })
        } else {
            Err(Problem::invalid_query(errors))
        }
    }
}

/// What is wrong with a window of seconds: an end that is no instant of an activity, or ends in the wrong order.
fn window_errors(from_s: Option<f64>, to_s: Option<f64>) -> Vec<FieldError> {
    let is_instant = |seconds: f64| seconds.is_finite() && seconds >= 0.0;
    let mut errors: Vec<FieldError> = [("/from_s", from_s), ("/to_s", to_s)]
        .into_iter()
        .filter(|(_, seconds)| seconds.is_some_and(|seconds| !is_instant(seconds)))
        .map(|(pointer, _)| FieldError::new(pointer, "out_of_range", "Must be a number of seconds from 0."))
        .collect();
    if errors.is_empty() && from_s.zip(to_s).is_some_and(|(from_s, to_s)| from_s >= to_s) {
        errors.push(FieldError::new("/to_s", "contradiction", "Must be after `from_s`."));
    }
    errors
}

fn unknown_channel() -> FieldError {
    let known: Vec<&str> = Channel::ALL.into_iter().map(Channel::as_str).collect();
    FieldError::new("/channels", "unknown", format!("The channels are {}.", known.join(", ")))
}

/// The samples of an activity, thinned for a chart.
///
/// One set of samples serves all channels, chosen so that every line keeps its shape; a drawn value is always a
/// recorded one, and null where the device recorded none. The answer stays below 60 KB. With `from_s` and `to_s` the
/// samples of that window alone, thinned on their own: the way from the whole to every detail.
#[utoipa::path(
    get, path = "/v1/activities/{id}/streams", tag = "activities",
    params(("id" = Uuid, Path, description = "Activity"), StreamParams),
    responses(
        (status = 200, body = Streams),
        (status = 400, description = "`invalid_query`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
    )
)]
async fn streams(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
    Query(params): Query<StreamParams>,
) -> Result<Json<Streams>, Problem> {
    let request = StreamRequest::parse(&params)?;
    super::streams(&app, &principal, id, request).await.map(Json)
}

/// The fastest stretch of each standard distance inside an activity.
#[utoipa::path(
    get, path = "/v1/activities/{id}/best-efforts", tag = "activities",
    params(("id" = Uuid, Path, description = "Activity")),
    responses(
        (status = 200, body = BestEfforts),
        (status = 400, description = "`invalid_path`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
    )
)]
async fn best_efforts(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
) -> Result<Json<BestEfforts>, Problem> {
    super::best_efforts(&app, &principal, id).await.map(Json)
}

/// The query of the file.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FileParams {
    /// SHA-256 of one of the activity's sources, 64 hexadecimal digits; the primary source unless stated.
    source: Option<String>,
}

/// Bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it only describes the bytes to OpenAPI; they are streamed")]
struct OriginalBytes(Vec<u8>);

/// The file that an activity came from, byte for byte.
#[utoipa::path(
    get, path = "/v1/activities/{id}/file", tag = "activities",
    params(("id" = Uuid, Path, description = "Activity"), FileParams),
    responses(
        (
            status = 200, description = "The original bytes, by what they are; a gzipped file stays so",
            content(
                (OriginalBytes = "application/vnd.ant.fit"),
                (OriginalBytes = "application/vnd.garmin.tcx+xml"),
                (OriginalBytes = "application/gpx+xml"),
                (OriginalBytes = "application/gzip"),
            ),
        ),
        (status = 400, description = "`invalid_query`", body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
    )
)]
async fn file(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<Uuid>,
    Query(params): Query<FileParams>,
) -> Result<Download, Problem> {
    let source = params.source.as_deref().map(parse_sha256).transpose()?;
    super::download(&app, &principal, id, source).await
}

fn parse_sha256(text: &str) -> Result<[u8; 32], Problem> {
    let mut bytes = [0; 32];
    let is_hex = text.len() == 64 && text.bytes().all(|letter| letter.is_ascii_hexdigit());
    let parsed = is_hex.then(|| {
        bytes.iter_mut().enumerate().try_for_each(|(i, byte)| {
            u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map(|value| *byte = value)
        })
    });
    match parsed {
        Some(Ok(())) => Ok(bytes),
        _ => Err(Problem::invalid_query(vec![FieldError::new(
            "/source",
            "invalid_value",
            "Must be 64 hexadecimal digits.",
        )])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(channels: Option<&str>, points: Option<usize>) -> Result<StreamRequest, Problem> {
        let channels = channels.map(Into::into);
        StreamRequest::parse(&StreamParams { channels, points, from_s: None, to_s: None })
    }

    #[test]
    fn a_window_has_two_instants_in_order() {
        let window = |from_s, to_s| {
            let asked = StreamRequest::parse(&StreamParams { channels: None, points: None, from_s, to_s });
            asked.map(|asked| (asked.from_s, asked.to_s)).map_err(|problem| {
                problem.errors().iter().map(|error| error.pointer.clone()).collect::<Vec<_>>()
            })
        };
        assert_eq!(window(Some(0.0), Some(0.1)), Ok((0.0, 0.1)));
        assert_eq!(window(Some(60.0), None), Ok((60.0, f64::INFINITY)));
        assert_eq!(window(None, Some(60.0)), Ok((f64::NEG_INFINITY, 60.0)));
        assert_eq!(window(Some(60.0), Some(60.0)), Err(vec!["/to_s".to_owned()]));
        assert_eq!(window(Some(-1.0), Some(f64::NAN)), Err(vec!["/from_s".to_owned(), "/to_s".to_owned()]));
        assert_eq!(window(Some(f64::INFINITY), None), Err(vec!["/from_s".to_owned()]));
    }

    #[test]
    fn channels_are_asked_by_name_and_once() {
        let asked = request(Some("altitude_m, heart_rate_bpm,altitude_m"), Some(10)).unwrap();
        assert_eq!(asked.channels, [Channel::AltitudeM, Channel::HeartRateBpm]);
        assert_eq!(request(None, None).unwrap().channels, Channel::ALL);
        let refused = request(Some("hr,pulse"), Some(1)).unwrap_err();
        let pointers: Vec<_> = refused.errors().iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/points", "/channels"]);
        assert!(request(None, Some(1001)).is_err());
    }

    #[test]
    fn hashes_are_read_whole_or_refused() {
        assert_eq!(parse_sha256(&"0a".repeat(32)).unwrap(), [10; 32]);
        for text in ["", "zz", &"0".repeat(63), &"ä".repeat(32), &"+1".repeat(32)] {
            assert!(parse_sha256(text).is_err(), "{text}");
        }
    }
}
