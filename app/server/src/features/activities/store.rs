//! Typed statements of activities. Never here: rules.

use jiff::Timestamp;
use mainstay_db::{Client, DbError};
use mainstay_http::PageRequest;
use paceline_domain::model::Sport;
use paceline_queries::client::Params as _;
use paceline_queries::queries::activities as sql;
use uuid::Uuid;

use super::days::DayWindow;
use super::filters::{Filter, Order, SortOrder};

pub(super) use sql::{
    ActivityRow, FindActivity, FindBestEfforts, FindFile, FindRecorded, ListDeleted, ListSplits,
    LockEditable, Summarise,
};

/// A keyset page: the activities before `from`, newest first.
pub(super) async fn list(
    db: &Client,
    athlete_id: Uuid,
    filter: &Filter,
    from: (Timestamp, Uuid),
    max_rows: i64,
) -> Result<Vec<ActivityRow>, DbError> {
    let params = sql::ListActivitiesParams {
        athlete_id,
        before_time: from.0,
        before_id: from.1,
        since: filter.since,
        sport: filter.sport.map(Sport::as_str),
        is_race: filter.is_race,
        min_distance_m: filter.min_distance_m,
        max_distance_m: filter.max_distance_m,
        min_ascent_m: filter.min_ascent_m,
        max_ascent_m: filter.max_ascent_m,
        max_rows,
    };
    sql::list_activities().params(db, &params).all().await
}

/// A numbered page in any order.
pub(super) async fn page(
    db: &Client,
    athlete_id: Uuid,
    filter: &Filter,
    order: Order,
    page: &PageRequest,
) -> Result<Vec<ActivityRow>, DbError> {
    let params = sql::PageActivitiesParams {
        athlete_id,
        since: filter.since,
        until: filter.until,
        sport: filter.sport.map(Sport::as_str),
        is_race: filter.is_race,
        min_distance_m: filter.min_distance_m,
        max_distance_m: filter.max_distance_m,
        min_ascent_m: filter.min_ascent_m,
        max_ascent_m: filter.max_ascent_m,
        sort_by: order.by.as_str(),
        descending: order.order == SortOrder::Desc,
        skip_rows: page.offset(),
        max_rows: i64::from(page.limit.get()),
    };
    sql::page_activities().params(db, &params).all().await
}

/// How many activities the filter lets through.
pub(super) async fn count(db: &Client, athlete_id: Uuid, filter: &Filter) -> Result<u64, DbError> {
    let params = sql::CountActivitiesParams {
        athlete_id,
        since: filter.since,
        until: filter.until,
        sport: filter.sport.map(Sport::as_str),
        is_race: filter.is_race,
        min_distance_m: filter.min_distance_m,
        max_distance_m: filter.max_distance_m,
        min_ascent_m: filter.min_ascent_m,
        max_ascent_m: filter.max_ascent_m,
    };
    sql::count_activities().params(db, &params).one().await.map(i64::unsigned_abs)
}

pub(super) async fn summarise(
    db: &Client,
    athlete_id: Uuid,
    window: DayWindow,
    max_rows: i64,
) -> Result<Vec<Summarise>, DbError> {
    sql::summarise().bind(db, &athlete_id, &window.since, &window.until, &max_rows).all().await
}

pub(super) async fn find(db: &Client, athlete_id: Uuid, id: Uuid) -> Result<Option<FindActivity>, DbError> {
    sql::find_activity().bind(db, &athlete_id, &id).opt().await
}

pub(super) async fn exists(db: &Client, athlete_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    sql::activity_exists().bind(db, &athlete_id, &id).one().await
}

pub(super) async fn splits(
    db: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    kind: &str,
    max_rows: i64,
) -> Result<Vec<ListSplits>, DbError> {
    sql::list_splits().bind(db, &athlete_id, &activity_id, &kind, &max_rows).all().await
}

pub(super) async fn recorded(
    db: &Client,
    athlete_id: Uuid,
    id: Uuid,
) -> Result<Option<FindRecorded>, DbError> {
    sql::find_recorded().bind(db, &athlete_id, &id).opt().await
}

/// The stored samples of an activity that starts then.
pub(super) async fn stream(
    db: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    start_time: Timestamp,
) -> Result<Option<Vec<u8>>, DbError> {
    sql::find_stream().bind(db, &athlete_id, &activity_id, &start_time).opt().await
}

pub(super) async fn best_efforts(
    db: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    max_rows: i64,
) -> Result<Vec<FindBestEfforts>, DbError> {
    sql::find_best_efforts().bind(db, &athlete_id, &activity_id, &max_rows).all().await
}

/// The bytes of a source; without a hash, of the primary one.
pub(super) async fn file(
    db: &Client,
    athlete_id: Uuid,
    activity_id: Uuid,
    sha256: Option<&[u8]>,
) -> Result<Option<FindFile>, DbError> {
    sql::find_file().bind(db, &athlete_id, &activity_id, &sha256, &1).opt().await
}

/// Locks the activity until the transaction ends.
pub(super) async fn lock_editable(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
) -> Result<Option<LockEditable>, DbError> {
    sql::lock_editable().bind(tx, &athlete_id, &id).opt().await
}

pub(super) async fn update_edited(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    edited: &LockEditable,
    now: Timestamp,
) -> Result<(), DbError> {
    let params = sql::UpdateEditedParams {
        name: edited.name.as_str(),
        sport: edited.sport.as_str(),
        notes: edited.notes.as_deref(),
        is_race: edited.is_race,
        rpe: edited.rpe,
        edited: edited.edited.as_slice(),
        now,
        athlete_id,
        id,
    };
    sql::update_edited().params(tx, &params).await.map(drop)
}

/// A load from an effort rating, where nothing better gave one.
pub(super) async fn update_rpe_load(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    load: Option<f64>,
    source: Option<&str>,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::update_rpe_load().bind(tx, &load, &source, &now, &athlete_id, &id).await.map(drop)
}

/// Returns how many activities were deleted: the legs of a parent count.
pub(super) async fn delete(tx: &Client, athlete_id: Uuid, id: Uuid, now: Timestamp) -> Result<u64, DbError> {
    sql::delete_activity().bind(tx, &now, &athlete_id, &id).await
}

/// Returns how many activities came back: the legs of a parent count.
pub(super) async fn restore(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<u64, DbError> {
    sql::restore_activity().bind(tx, &now, &athlete_id, &id, &not_before).await
}

/// A keyset page of what can come back: what was deleted after `not_before` and before `from`, the last first.
pub(super) async fn list_deleted(
    db: &Client,
    athlete_id: Uuid,
    not_before: Timestamp,
    from: (Timestamp, Uuid),
    max_rows: i64,
) -> Result<Vec<ListDeleted>, DbError> {
    sql::list_deleted().bind(db, &athlete_id, &not_before, &from.0, &from.1, &max_rows).all().await
}

/// The event that an activity is a leg of.
pub(super) async fn find_parent(tx: &Client, athlete_id: Uuid, id: Uuid) -> Result<Option<Uuid>, DbError> {
    sql::find_parent().bind(tx, &athlete_id, &id).opt().await.map(Option::flatten)
}

/// Deletes an event that has no legs left.
pub(super) async fn delete_empty_parent(
    tx: &Client,
    athlete_id: Uuid,
    parent_id: Uuid,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::delete_empty_parent().bind(tx, &now, &athlete_id, &parent_id).await.map(drop)
}

/// An activity entered by hand, and what was computed from it.
pub(super) struct NewManual<'a> {
    pub(super) athlete_id: Uuid,
    pub(super) id: Uuid,
    pub(super) sport: Sport,
    pub(super) name: &'a str,
    pub(super) notes: Option<&'a str>,
    pub(super) start_time: Timestamp,
    pub(super) end_time: Timestamp,
    pub(super) duration_s: f64,
    pub(super) distance_m: Option<f64>,
    pub(super) avg_hr_bpm: Option<f64>,
    pub(super) max_hr_bpm: Option<f64>,
    pub(super) rpe: Option<f64>,
    pub(super) is_race: bool,
    /// The fields that the athlete wrote.
    pub(super) edited: &'a [&'a str],
    pub(super) algorithm_version: i32,
    pub(super) inputs_hash: &'a str,
    pub(super) reasons: serde_json::Value,
    pub(super) load: Option<f64>,
    pub(super) load_source: Option<&'a str>,
}

pub(super) async fn insert_manual(tx: &Client, new: &NewManual<'_>, now: Timestamp) -> Result<(), DbError> {
    let activity = sql::InsertManualParams {
        athlete_id: new.athlete_id,
        id: new.id,
        sport: new.sport.as_str(),
        name: new.name,
        notes: new.notes,
        start_time: new.start_time,
        end_time: new.end_time,
        duration_s: new.duration_s,
        distance_m: new.distance_m,
        avg_hr_bpm: new.avg_hr_bpm,
        max_hr_bpm: new.max_hr_bpm,
        rpe: new.rpe,
        is_race: new.is_race,
        edited: new.edited,
        now,
    };
    sql::insert_manual().params(tx, &activity).await?;
    let analysis = sql::InsertManualAnalysisParams {
        athlete_id: new.athlete_id,
        activity_id: new.id,
        algorithm_version: new.algorithm_version,
        inputs_hash: new.inputs_hash,
        reasons: &new.reasons,
        load: new.load,
        load_source: new.load_source,
        now,
    };
    sql::insert_manual_analysis().params(tx, &analysis).await.map(drop)
}
