// This file was generated with `clorinde`. Do not modify.

#[derive(Debug)]
pub struct InsertUploadParams<T1: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub origin: T1,
    pub now: jiff::Timestamp,
    pub alive_until: Option<jiff::Timestamp>,
}
#[derive(Clone, Copy, Debug)]
pub struct SetUploadAliveParams {
    pub until: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct SetUploadWholeParams {
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertPendingFileParams<T1: crate::StringSql, T2: crate::JsonSql, T3: crate::BytesSql> {
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
    pub position: i32,
    pub file_name: T1,
    pub size_bytes: i64,
    pub hints: T2,
    pub content: T3,
    pub job_id: Option<uuid::Uuid>,
}
#[derive(Debug)]
pub struct InsertDecidedFileParams<
    T1: crate::StringSql,
    T2: crate::JsonSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::JsonSql,
> {
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
    pub position: i32,
    pub file_name: T1,
    pub size_bytes: i64,
    pub hints: T2,
    pub outcome: T3,
    pub activity_id: Option<uuid::Uuid>,
    pub reason: Option<T4>,
    pub message: Option<T5>,
    pub warnings: T6,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct FindWaitingFileParams {
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
    pub position: i32,
}
#[derive(Debug)]
pub struct DecideWaitingFileParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::JsonSql,
> {
    pub outcome: T1,
    pub activity_id: Option<uuid::Uuid>,
    pub reason: Option<T2>,
    pub message: Option<T3>,
    pub warnings: T4,
    pub now: jiff::Timestamp,
    pub keeps_content: bool,
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
    pub position: i32,
    pub of_job: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct RetryFileParams {
    pub job_id: Option<uuid::Uuid>,
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
    pub position: i32,
}
#[derive(Clone, Copy, Debug)]
pub struct SetFileJobParams {
    pub job_id: uuid::Uuid,
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
    pub position: i32,
    pub seen: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct CountPendingFilesParams {
    pub athlete_id: uuid::Uuid,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ListPendingFilesParams {
    pub after_athlete_id: uuid::Uuid,
    pub after_upload_id: uuid::Uuid,
    pub after_position: i32,
    pub now: jiff::Timestamp,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ForgetKeptContentParams {
    pub before: jiff::Timestamp,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct FinishUploadParams {
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct FindUploadParams {
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListUploadsParams {
    pub athlete_id: uuid::Uuid,
    pub before_time: jiff::Timestamp,
    pub before_id: uuid::Uuid,
    pub max_rows: i64,
}
#[derive(Debug)]
pub struct ListUploadFilesParams<T1: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
    pub after_position: i32,
    pub outcome: Option<T1>,
    pub max_rows: i64,
}
#[derive(Debug)]
pub struct FindFileOfOriginParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub origin: T1,
    pub beginning: T2,
    pub max_rows: i64,
}
#[derive(Debug)]
pub struct HasFinishedImportParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub origin: T1,
    pub beginning: T2,
}
#[derive(Debug)]
pub struct FindSourceActivitiesParams<T1: crate::BytesSql> {
    pub deleted_before: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub sha256: T1,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ListAthletesWithExpiredParams {
    pub deleted_before: jiff::Timestamp,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct PurgeExpiredParams {
    pub athlete_id: uuid::Uuid,
    pub deleted_before: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct FindOverlappingSourcesParams {
    pub athlete_id: uuid::Uuid,
    pub until: jiff::Timestamp,
    pub since: jiff::Timestamp,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ListSourcesOfParams {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct FindStandingParams {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct UpdateStandingParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
> {
    pub sport: T1,
    pub name: T2,
    pub notes: Option<T3>,
    pub gear: Option<T4>,
    pub rpe: Option<f64>,
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct RefreshParentParams {
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub parent_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct AdoptLegParams {
    pub parent_id: uuid::Uuid,
    pub leg_index: i16,
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertOriginalParams<
    T1: crate::BytesSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::BytesSql,
> {
    pub athlete_id: uuid::Uuid,
    pub sha256: T1,
    pub format: T2,
    pub file_name: T3,
    pub size_bytes: i64,
    pub content: T4,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct InsertSourceParams<
    T1: crate::BytesSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::JsonSql,
    T7: crate::JsonSql,
> {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub sha256: T1,
    pub part: i16,
    pub format: T2,
    pub file_name: T3,
    pub device: Option<T4>,
    pub sport: T5,
    pub start_time: jiff::Timestamp,
    pub end_time: jiff::Timestamp,
    pub distance_m: Option<f64>,
    pub device_totals: T6,
    pub warnings: T7,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct InsertActivityParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::BytesSql,
    T7: crate::StringSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
> {
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub parent_id: Option<uuid::Uuid>,
    pub leg_index: Option<i16>,
    pub sport: T1,
    pub sub_sport: Option<T2>,
    pub name: T3,
    pub notes: Option<T4>,
    pub start_time: jiff::Timestamp,
    pub end_time: jiff::Timestamp,
    pub source_format: T5,
    pub primary_sha256: Option<T6>,
    pub device: Option<T7>,
    pub elapsed_s: f64,
    pub moving_time_s: f64,
    pub timer_s: Option<f64>,
    pub distance_m: Option<f64>,
    pub ascent_m: Option<f64>,
    pub descent_m: Option<f64>,
    pub avg_hr_bpm: Option<f64>,
    pub max_hr_bpm: Option<f64>,
    pub avg_cadence_per_min: Option<f64>,
    pub avg_power_w: Option<f64>,
    pub energy_kcal: Option<f64>,
    pub rpe: Option<f64>,
    pub gear: Option<T8>,
    pub is_race: bool,
    pub has_track: bool,
    pub channels: T10,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct UpdateMeasuredParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::BytesSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
> {
    pub sub_sport: Option<T1>,
    pub start_time: jiff::Timestamp,
    pub end_time: jiff::Timestamp,
    pub source_format: T2,
    pub primary_sha256: Option<T3>,
    pub device: Option<T4>,
    pub elapsed_s: f64,
    pub moving_time_s: f64,
    pub timer_s: Option<f64>,
    pub distance_m: Option<f64>,
    pub ascent_m: Option<f64>,
    pub descent_m: Option<f64>,
    pub avg_hr_bpm: Option<f64>,
    pub max_hr_bpm: Option<f64>,
    pub avg_cadence_per_min: Option<f64>,
    pub avg_power_w: Option<f64>,
    pub energy_kcal: Option<f64>,
    pub has_track: bool,
    pub channels: T6,
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteComputedParams {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub start_time: jiff::Timestamp,
}
#[derive(Debug)]
pub struct InsertStreamParams<T1: crate::StringSql, T2: crate::ArraySql<Item = T1>, T3: crate::BytesSql> {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub start_time: jiff::Timestamp,
    pub samples: i32,
    pub channels: T2,
    pub data: T3,
}
#[derive(Debug)]
pub struct InsertSplitsParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::ArraySql<Item = i32>,
    T4: crate::ArraySql<Item = f64>,
    T5: crate::ArraySql<Item = f64>,
    T6: crate::ArraySql<Item = f64>,
    T7: crate::ArraySql<Item = f64>,
    T8: crate::ArraySql<Item = f64>,
    T9: crate::ArraySql<Item = f64>,
    T10: crate::ArraySql<Item = f64>,
    T11: crate::ArraySql<Item = f64>,
    T12: crate::ArraySql<Item = f64>,
    T13: crate::ArraySql<Item = f64>,
    T14: crate::ArraySql<Item = bool>,
> {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub kinds: T2,
    pub split_numbers: T3,
    pub starts_s: T4,
    pub distances_m: T5,
    pub elapsed_s: T6,
    pub moving_times_s: T7,
    pub avg_hrs_bpm: T8,
    pub max_hrs_bpm: T9,
    pub avg_cadences_per_min: T10,
    pub ascents_m: T11,
    pub descents_m: T12,
    pub gaps_s_per_km: T13,
    pub are_partial: T14,
}
#[derive(Debug)]
pub struct InsertBestEffortsParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = f64>,
    T3: crate::ArraySql<Item = f64>,
    T4: crate::ArraySql<Item = f64>,
> {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub sport: T1,
    pub start_time: jiff::Timestamp,
    pub distances_m: T2,
    pub elapsed_s: T3,
    pub starts_s: T4,
}
#[derive(Debug)]
pub struct InsertAnalysisParams<
    T1: crate::StringSql,
    T2: crate::JsonSql,
    T3: crate::JsonSql,
    T4: crate::StringSql,
> {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub algorithm_version: i32,
    pub inputs_hash: T1,
    pub efficiency_factor: Option<f64>,
    pub efficiency_variance: Option<f64>,
    pub first_half_ef: Option<f64>,
    pub second_half_ef: Option<f64>,
    pub decoupling_percent: Option<f64>,
    pub efficiency_reasons: T2,
    pub decoupling_reasons: T3,
    pub ngp_m_s: Option<f64>,
    pub load: Option<f64>,
    pub load_source: Option<T4>,
    pub trimp: Option<f64>,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct ListOutdatedParams {
    pub after_version: i32,
    pub after_athlete_id: uuid::Uuid,
    pub after_id: uuid::Uuid,
    pub version: i32,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ListChangedParams {
    pub athlete_id: uuid::Uuid,
    pub after_id: uuid::Uuid,
    pub version: i32,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct CountChangedParams {
    pub athlete_id: uuid::Uuid,
    pub version: i32,
}
#[derive(Clone, Copy, Debug)]
pub struct ListAnalysedParams {
    pub after_athlete_id: uuid::Uuid,
    pub after_id: uuid::Uuid,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct IsOutdatedParams {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub version: i32,
}
#[derive(Clone, Copy, Debug)]
pub struct SetFailedVersionParams {
    pub version: i32,
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct FindPrimarySourceParams {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub max_rows: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindWaitingFile {
    pub file_name: String,
    pub hints: serde_json::Value,
    pub content: Vec<u8>,
}
pub struct FindWaitingFileBorrowed<'a> {
    pub file_name: &'a str,
    pub hints: postgres_types::Json<&'a serde_json::value::RawValue>,
    pub content: &'a [u8],
}
impl<'a> From<FindWaitingFileBorrowed<'a>> for FindWaitingFile {
    fn from(FindWaitingFileBorrowed { file_name, hints, content }: FindWaitingFileBorrowed<'a>) -> Self {
        Self {
            file_name: file_name.into(),
            hints: serde_json::from_str(hints.0.get()).unwrap(),
            content: content.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct ListPendingFiles {
    pub athlete_id: uuid::Uuid,
    pub upload_id: uuid::Uuid,
    pub position: i32,
    pub job_id: Option<uuid::Uuid>,
}
#[derive(Debug, Clone, PartialEq)]
pub struct UploadRow {
    pub id: uuid::Uuid,
    pub origin: String,
    pub created_at: jiff::Timestamp,
    pub finished_at: Option<jiff::Timestamp>,
    pub alive_until: Option<jiff::Timestamp>,
    pub files: i64,
    pub pending: i64,
    pub imported: i64,
    pub merged: i64,
    pub duplicates: i64,
    pub refused: i64,
}
pub struct UploadRowBorrowed<'a> {
    pub id: uuid::Uuid,
    pub origin: &'a str,
    pub created_at: jiff::Timestamp,
    pub finished_at: Option<jiff::Timestamp>,
    pub alive_until: Option<jiff::Timestamp>,
    pub files: i64,
    pub pending: i64,
    pub imported: i64,
    pub merged: i64,
    pub duplicates: i64,
    pub refused: i64,
}
impl<'a> From<UploadRowBorrowed<'a>> for UploadRow {
    fn from(
        UploadRowBorrowed {
            id,
            origin,
            created_at,
            finished_at,
            alive_until,
            files,
            pending,
            imported,
            merged,
            duplicates,
            refused,
        }: UploadRowBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            origin: origin.into(),
            created_at,
            finished_at,
            alive_until,
            files,
            pending,
            imported,
            merged,
            duplicates,
            refused,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListUploadFiles {
    pub position: i32,
    pub file_name: String,
    pub size_bytes: i64,
    pub outcome: String,
    pub activity_id: Option<uuid::Uuid>,
    pub reason: Option<String>,
    pub message: Option<String>,
    pub warnings: serde_json::Value,
    pub finished_at: Option<jiff::Timestamp>,
    pub can_retry: bool,
}
pub struct ListUploadFilesBorrowed<'a> {
    pub position: i32,
    pub file_name: &'a str,
    pub size_bytes: i64,
    pub outcome: &'a str,
    pub activity_id: Option<uuid::Uuid>,
    pub reason: Option<&'a str>,
    pub message: Option<&'a str>,
    pub warnings: postgres_types::Json<&'a serde_json::value::RawValue>,
    pub finished_at: Option<jiff::Timestamp>,
    pub can_retry: bool,
}
impl<'a> From<ListUploadFilesBorrowed<'a>> for ListUploadFiles {
    fn from(
        ListUploadFilesBorrowed {
            position,
            file_name,
            size_bytes,
            outcome,
            activity_id,
            reason,
            message,
            warnings,
            finished_at,
            can_retry,
        }: ListUploadFilesBorrowed<'a>,
    ) -> Self {
        Self {
            position,
            file_name: file_name.into(),
            size_bytes,
            outcome: outcome.into(),
            activity_id,
            reason: reason.map(|v| v.into()),
            message: message.map(|v| v.into()),
            warnings: serde_json::from_str(warnings.0.get()).unwrap(),
            finished_at,
            can_retry,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindOwner {
    pub timezone: String,
    pub sex: Option<String>,
    pub resting_hr_bpm: Option<i16>,
    pub max_hr_bpm: Option<i16>,
    pub threshold_hr_bpm: Option<i16>,
    pub threshold_pace_s_per_km: Option<f64>,
    pub threshold_power_w: Option<i16>,
}
pub struct FindOwnerBorrowed<'a> {
    pub timezone: &'a str,
    pub sex: Option<&'a str>,
    pub resting_hr_bpm: Option<i16>,
    pub max_hr_bpm: Option<i16>,
    pub threshold_hr_bpm: Option<i16>,
    pub threshold_pace_s_per_km: Option<f64>,
    pub threshold_power_w: Option<i16>,
}
impl<'a> From<FindOwnerBorrowed<'a>> for FindOwner {
    fn from(
        FindOwnerBorrowed {
            timezone,
            sex,
            resting_hr_bpm,
            max_hr_bpm,
            threshold_hr_bpm,
            threshold_pace_s_per_km,
            threshold_power_w,
        }: FindOwnerBorrowed<'a>,
    ) -> Self {
        Self {
            timezone: timezone.into(),
            sex: sex.map(|v| v.into()),
            resting_hr_bpm,
            max_hr_bpm,
            threshold_hr_bpm,
            threshold_pace_s_per_km,
            threshold_power_w,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindSourceActivities {
    pub activity_id: uuid::Uuid,
    pub part: i16,
    pub parent_id: Option<uuid::Uuid>,
    pub name: String,
    pub is_deleted: bool,
    pub is_expired: bool,
}
pub struct FindSourceActivitiesBorrowed<'a> {
    pub activity_id: uuid::Uuid,
    pub part: i16,
    pub parent_id: Option<uuid::Uuid>,
    pub name: &'a str,
    pub is_deleted: bool,
    pub is_expired: bool,
}
impl<'a> From<FindSourceActivitiesBorrowed<'a>> for FindSourceActivities {
    fn from(
        FindSourceActivitiesBorrowed {
            activity_id,
            part,
            parent_id,
            name,
            is_deleted,
            is_expired,
        }: FindSourceActivitiesBorrowed<'a>,
    ) -> Self {
        Self { activity_id, part, parent_id, name: name.into(), is_deleted, is_expired }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    pub activity_id: uuid::Uuid,
    pub parent_id: Option<uuid::Uuid>,
    pub name: String,
    pub sport: String,
    pub start_time: jiff::Timestamp,
    pub end_time: jiff::Timestamp,
    pub distance_m: Option<f64>,
    pub format: String,
    pub sha256: Option<Vec<u8>>,
    pub part: i32,
}
pub struct SourceRowBorrowed<'a> {
    pub activity_id: uuid::Uuid,
    pub parent_id: Option<uuid::Uuid>,
    pub name: &'a str,
    pub sport: &'a str,
    pub start_time: jiff::Timestamp,
    pub end_time: jiff::Timestamp,
    pub distance_m: Option<f64>,
    pub format: &'a str,
    pub sha256: Option<&'a [u8]>,
    pub part: i32,
}
impl<'a> From<SourceRowBorrowed<'a>> for SourceRow {
    fn from(
        SourceRowBorrowed {
            activity_id,
            parent_id,
            name,
            sport,
            start_time,
            end_time,
            distance_m,
            format,
            sha256,
            part,
        }: SourceRowBorrowed<'a>,
    ) -> Self {
        Self {
            activity_id,
            parent_id,
            name: name.into(),
            sport: sport.into(),
            start_time,
            end_time,
            distance_m,
            format: format.into(),
            sha256: sha256.map(|v| v.into()),
            part,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindStanding {
    pub sport: String,
    pub name: String,
    pub notes: Option<String>,
    pub gear: Option<String>,
    pub rpe: Option<f64>,
    pub edited: Vec<String>,
}
pub struct FindStandingBorrowed<'a> {
    pub sport: &'a str,
    pub name: &'a str,
    pub notes: Option<&'a str>,
    pub gear: Option<&'a str>,
    pub rpe: Option<f64>,
    pub edited: crate::ArrayIterator<'a, &'a str>,
}
impl<'a> From<FindStandingBorrowed<'a>> for FindStanding {
    fn from(
        FindStandingBorrowed { sport, name, notes, gear, rpe, edited }: FindStandingBorrowed<'a>,
    ) -> Self {
        Self {
            sport: sport.into(),
            name: name.into(),
            notes: notes.map(|v| v.into()),
            gear: gear.map(|v| v.into()),
            rpe,
            edited: edited.map(|v| v.into()).collect(),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct AnalysedRow {
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub algorithm_version: i32,
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindPrimarySource {
    pub parent_id: Option<uuid::Uuid>,
    pub sport: String,
    pub rpe: Option<f64>,
    pub sha256: Vec<u8>,
    pub content: Vec<u8>,
    pub format: String,
    pub device: Option<String>,
    pub part: i16,
}
pub struct FindPrimarySourceBorrowed<'a> {
    pub parent_id: Option<uuid::Uuid>,
    pub sport: &'a str,
    pub rpe: Option<f64>,
    pub sha256: &'a [u8],
    pub content: &'a [u8],
    pub format: &'a str,
    pub device: Option<&'a str>,
    pub part: i16,
}
impl<'a> From<FindPrimarySourceBorrowed<'a>> for FindPrimarySource {
    fn from(
        FindPrimarySourceBorrowed {
            parent_id,
            sport,
            rpe,
            sha256,
            content,
            format,
            device,
            part,
        }: FindPrimarySourceBorrowed<'a>,
    ) -> Self {
        Self {
            parent_id,
            sport: sport.into(),
            rpe,
            sha256: sha256.into(),
            content: content.into(),
            format: format.into(),
            device: device.map(|v| v.into()),
            part,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct FindWaitingFileQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindWaitingFileBorrowed, mainstay_db::DbError>,
    mapper: fn(FindWaitingFileBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindWaitingFileQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(FindWaitingFileBorrowed) -> R,
    ) -> FindWaitingFileQuery<'c, 'a, 's, C, R, N> {
        FindWaitingFileQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct BoolQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<bool, mainstay_db::DbError>,
    mapper: fn(bool) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> BoolQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(bool) -> R) -> BoolQuery<'c, 'a, 's, C, R, N> {
        BoolQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct I64Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<i64, mainstay_db::DbError>,
    mapper: fn(i64) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> I64Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(i64) -> R) -> I64Query<'c, 'a, 's, C, R, N> {
        I64Query {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct ListPendingFilesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListPendingFiles, mainstay_db::DbError>,
    mapper: fn(ListPendingFiles) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListPendingFilesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ListPendingFiles) -> R) -> ListPendingFilesQuery<'c, 'a, 's, C, R, N> {
        ListPendingFilesQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct UploadRowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<UploadRowBorrowed, mainstay_db::DbError>,
    mapper: fn(UploadRowBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> UploadRowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(UploadRowBorrowed) -> R) -> UploadRowQuery<'c, 'a, 's, C, R, N> {
        UploadRowQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct ListUploadFilesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListUploadFilesBorrowed, mainstay_db::DbError>,
    mapper: fn(ListUploadFilesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListUploadFilesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListUploadFilesBorrowed) -> R,
    ) -> ListUploadFilesQuery<'c, 'a, 's, C, R, N> {
        ListUploadFilesQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct StringQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<&str, mainstay_db::DbError>,
    mapper: fn(&str) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> StringQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(&str) -> R) -> StringQuery<'c, 'a, 's, C, R, N> {
        StringQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct UuidUuidQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<uuid::Uuid, mainstay_db::DbError>,
    mapper: fn(uuid::Uuid) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> UuidUuidQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(uuid::Uuid) -> R) -> UuidUuidQuery<'c, 'a, 's, C, R, N> {
        UuidUuidQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct FindOwnerQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindOwnerBorrowed, mainstay_db::DbError>,
    mapper: fn(FindOwnerBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindOwnerQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(FindOwnerBorrowed) -> R) -> FindOwnerQuery<'c, 'a, 's, C, R, N> {
        FindOwnerQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct FindSourceActivitiesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindSourceActivitiesBorrowed, mainstay_db::DbError>,
    mapper: fn(FindSourceActivitiesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindSourceActivitiesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(FindSourceActivitiesBorrowed) -> R,
    ) -> FindSourceActivitiesQuery<'c, 'a, 's, C, R, N> {
        FindSourceActivitiesQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct SourceRowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<SourceRowBorrowed, mainstay_db::DbError>,
    mapper: fn(SourceRowBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SourceRowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(SourceRowBorrowed) -> R) -> SourceRowQuery<'c, 'a, 's, C, R, N> {
        SourceRowQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct FindStandingQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindStandingBorrowed, mainstay_db::DbError>,
    mapper: fn(FindStandingBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindStandingQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(FindStandingBorrowed) -> R) -> FindStandingQuery<'c, 'a, 's, C, R, N> {
        FindStandingQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct AnalysedRowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<AnalysedRow, mainstay_db::DbError>,
    mapper: fn(AnalysedRow) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> AnalysedRowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(AnalysedRow) -> R) -> AnalysedRowQuery<'c, 'a, 's, C, R, N> {
        AnalysedRowQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct FindPrimarySourceQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindPrimarySourceBorrowed, mainstay_db::DbError>,
    mapper: fn(FindPrimarySourceBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindPrimarySourceQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(FindPrimarySourceBorrowed) -> R,
    ) -> FindPrimarySourceQuery<'c, 'a, 's, C, R, N> {
        FindPrimarySourceQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, mainstay_db::DbError> {
        let row = crate::client::async_::one(self.client, self.query, &self.params).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, mainstay_db::DbError> {
        self.client
            .rows(self.query, &self.params)
            .await?
            .iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?)))
            .collect()
    }
    pub async fn opt(self) -> Result<Option<T>, mainstay_db::DbError> {
        let opt_row = crate::client::async_::opt(self.client, self.query, &self.params).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))
            })
            .transpose()?)
    }
}
pub struct InsertUploadStmt(&'static mainstay_db::Statement);
pub fn insert_upload() -> InsertUploadStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_upload",
        "insert /* uploads.insert_upload */ into upload (athlete_id, id, origin, created_at, alive_until) values ($1, $2, $3, $4, $5)",
    );
    InsertUploadStmt(&STATEMENT)
}
impl InsertUploadStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        origin: &'a T1,
        now: &'a jiff::Timestamp,
        alive_until: &'a Option<jiff::Timestamp>,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[athlete_id, id, origin, now, alive_until]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertUploadParams<T1>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertUploadStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertUploadParams<T1>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.id,
            &params.origin,
            &params.now,
            &params.alive_until,
        ))
    }
}
pub struct SetUploadAliveStmt(&'static mainstay_db::Statement);
pub fn set_upload_alive() -> SetUploadAliveStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.set_upload_alive",
        "update /* uploads.set_upload_alive */ upload set alive_until = $1 where athlete_id = $2 and id = $3 and finished_at is null and alive_until is not null",
    );
    SetUploadAliveStmt(&STATEMENT)
}
impl SetUploadAliveStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        until: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[until, athlete_id, upload_id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetUploadAliveParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for SetUploadAliveStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetUploadAliveParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.until, &params.athlete_id, &params.upload_id))
    }
}
pub struct SetUploadWholeStmt(&'static mainstay_db::Statement);
pub fn set_upload_whole() -> SetUploadWholeStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.set_upload_whole",
        "update /* uploads.set_upload_whole */ upload set alive_until = null where athlete_id = $1 and id = $2",
    );
    SetUploadWholeStmt(&STATEMENT)
}
impl SetUploadWholeStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[athlete_id, upload_id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetUploadWholeParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for SetUploadWholeStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetUploadWholeParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.athlete_id, &params.upload_id))
    }
}
pub struct InsertPendingFileStmt(&'static mainstay_db::Statement);
pub fn insert_pending_file() -> InsertPendingFileStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_pending_file",
        "insert /* uploads.insert_pending_file */ into upload_file (athlete_id, upload_id, position, file_name, size_bytes, hints, pending_content, outcome, job_id) values ($1, $2, $3, $4, $5, $6, $7, 'pending', $8)",
    );
    InsertPendingFileStmt(&STATEMENT)
}
impl InsertPendingFileStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::JsonSql,
        T3: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
        position: &'a i32,
        file_name: &'a T1,
        size_bytes: &'a i64,
        hints: &'a T2,
        content: &'a T3,
        job_id: &'a Option<uuid::Uuid>,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[athlete_id, upload_id, position, file_name, size_bytes, hints, content, job_id],
            )
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::JsonSql, T3: crate::BytesSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertPendingFileParams<T1, T2, T3>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertPendingFileStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertPendingFileParams<T1, T2, T3>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.upload_id,
            &params.position,
            &params.file_name,
            &params.size_bytes,
            &params.hints,
            &params.content,
            &params.job_id,
        ))
    }
}
pub struct InsertDecidedFileStmt(&'static mainstay_db::Statement);
pub fn insert_decided_file() -> InsertDecidedFileStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_decided_file",
        "insert /* uploads.insert_decided_file */ into upload_file (athlete_id, upload_id, position, file_name, size_bytes, hints, outcome, activity_id, reason, message, warnings, finished_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    );
    InsertDecidedFileStmt(&STATEMENT)
}
impl InsertDecidedFileStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::JsonSql,
        T3: crate::StringSql,
        T4: crate::StringSql,
        T5: crate::StringSql,
        T6: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
        position: &'a i32,
        file_name: &'a T1,
        size_bytes: &'a i64,
        hints: &'a T2,
        outcome: &'a T3,
        activity_id: &'a Option<uuid::Uuid>,
        reason: &'a Option<T4>,
        message: &'a Option<T5>,
        warnings: &'a T6,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[
                    athlete_id,
                    upload_id,
                    position,
                    file_name,
                    size_bytes,
                    hints,
                    outcome,
                    activity_id,
                    reason,
                    message,
                    warnings,
                    now,
                ],
            )
            .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::JsonSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::JsonSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertDecidedFileParams<T1, T2, T3, T4, T5, T6>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertDecidedFileStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertDecidedFileParams<T1, T2, T3, T4, T5, T6>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.upload_id,
            &params.position,
            &params.file_name,
            &params.size_bytes,
            &params.hints,
            &params.outcome,
            &params.activity_id,
            &params.reason,
            &params.message,
            &params.warnings,
            &params.now,
        ))
    }
}
pub struct FindWaitingFileStmt(&'static mainstay_db::Statement);
pub fn find_waiting_file() -> FindWaitingFileStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.find_waiting_file",
        "select /* uploads.find_waiting_file */ file_name, hints, pending_content as content from upload_file where athlete_id = $1 and upload_id = $2 and position = $3 and pending_content is not null",
    );
    FindWaitingFileStmt(&STATEMENT)
}
impl FindWaitingFileStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
        position: &'a i32,
    ) -> FindWaitingFileQuery<'c, 'a, 's, C, FindWaitingFile, 3> {
        FindWaitingFileQuery {
            client,
            params: [athlete_id, upload_id, position],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<FindWaitingFileBorrowed, mainstay_db::DbError> {
                Ok(FindWaitingFileBorrowed {
                    file_name: row.try_get(0)?,
                    hints: row.try_get(1)?,
                    content: row.try_get(2)?,
                })
            },
            mapper: |it| FindWaitingFile::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindWaitingFileParams,
        FindWaitingFileQuery<'c, 'a, 's, C, FindWaitingFile, 3>,
        C,
    > for FindWaitingFileStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindWaitingFileParams,
    ) -> FindWaitingFileQuery<'c, 'a, 's, C, FindWaitingFile, 3> {
        self.bind(client, &params.athlete_id, &params.upload_id, &params.position)
    }
}
pub struct DecideWaitingFileStmt(&'static mainstay_db::Statement);
pub fn decide_waiting_file() -> DecideWaitingFileStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.decide_waiting_file",
        "with /* uploads.decide_waiting_file */ decided as ( update upload_file set outcome = $1, activity_id = $2, reason = $3, message = $4, warnings = $5, leased_until = null, finished_at = $6, pending_content = case when $7::boolean then upload_file.pending_content end where upload_file.athlete_id = $8 and upload_file.upload_id = $9 and upload_file.position = $10 and upload_file.pending_content is not null and ($11::uuid is null or upload_file.outcome = 'pending' and upload_file.job_id = $11) returning upload_file.position ), finished as ( update upload set finished_at = $6 where upload.athlete_id = $8 and upload.id = $9 and upload.finished_at is null and upload.alive_until is null and exists (select from decided) and not exists ( select from upload_file as other where other.athlete_id = $8 and other.upload_id = $9 and other.outcome = 'pending' and other.position <> $10) ) select exists (select from decided) as is_ours",
    );
    DecideWaitingFileStmt(&STATEMENT)
}
impl DecideWaitingFileStmt {
    pub fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        outcome: &'a T1,
        activity_id: &'a Option<uuid::Uuid>,
        reason: &'a Option<T2>,
        message: &'a Option<T3>,
        warnings: &'a T4,
        now: &'a jiff::Timestamp,
        keeps_content: &'a bool,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
        position: &'a i32,
        of_job: &'a Option<uuid::Uuid>,
    ) -> BoolQuery<'c, 'a, 's, C, bool, 11> {
        BoolQuery {
            client,
            params: [
                outcome,
                activity_id,
                reason,
                message,
                warnings,
                now,
                keeps_content,
                athlete_id,
                upload_id,
                position,
                of_job,
            ],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        DecideWaitingFileParams<T1, T2, T3, T4>,
        BoolQuery<'c, 'a, 's, C, bool, 11>,
        C,
    > for DecideWaitingFileStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DecideWaitingFileParams<T1, T2, T3, T4>,
    ) -> BoolQuery<'c, 'a, 's, C, bool, 11> {
        self.bind(
            client,
            &params.outcome,
            &params.activity_id,
            &params.reason,
            &params.message,
            &params.warnings,
            &params.now,
            &params.keeps_content,
            &params.athlete_id,
            &params.upload_id,
            &params.position,
            &params.of_job,
        )
    }
}
pub struct RetryFileStmt(&'static mainstay_db::Statement);
pub fn retry_file() -> RetryFileStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.retry_file",
        "with /* uploads.retry_file */ again as ( update upload_file set outcome = 'pending', reason = null, message = null, activity_id = null, warnings = '[]', finished_at = null, attempts = 0, job_id = $1 where upload_file.athlete_id = $2 and upload_file.upload_id = $3 and upload_file.position = $4 and upload_file.outcome = 'refused' and upload_file.pending_content is not null returning upload_file.position ), unfinished as ( update upload set finished_at = null where upload.athlete_id = $2 and upload.id = $3 and exists (select from again) ) select exists (select from again) as waits_again",
    );
    RetryFileStmt(&STATEMENT)
}
impl RetryFileStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        job_id: &'a Option<uuid::Uuid>,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
        position: &'a i32,
    ) -> BoolQuery<'c, 'a, 's, C, bool, 4> {
        BoolQuery {
            client,
            params: [job_id, athlete_id, upload_id, position],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, RetryFileParams, BoolQuery<'c, 'a, 's, C, bool, 4>, C>
    for RetryFileStmt
{
    fn params(&'s self, client: &'c C, params: &'a RetryFileParams) -> BoolQuery<'c, 'a, 's, C, bool, 4> {
        self.bind(client, &params.job_id, &params.athlete_id, &params.upload_id, &params.position)
    }
}
pub struct SetFileJobStmt(&'static mainstay_db::Statement);
pub fn set_file_job() -> SetFileJobStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.set_file_job",
        "update /* uploads.set_file_job */ upload_file set job_id = $1 where athlete_id = $2 and upload_id = $3 and position = $4 and outcome = 'pending' and job_id is not distinct from $5",
    );
    SetFileJobStmt(&STATEMENT)
}
impl SetFileJobStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        job_id: &'a uuid::Uuid,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
        position: &'a i32,
        seen: &'a Option<uuid::Uuid>,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[job_id, athlete_id, upload_id, position, seen]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetFileJobParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for SetFileJobStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetFileJobParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.job_id,
            &params.athlete_id,
            &params.upload_id,
            &params.position,
            &params.seen,
        ))
    }
}
pub struct CountPendingFilesStmt(&'static mainstay_db::Statement);
pub fn count_pending_files() -> CountPendingFilesStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.count_pending_files",
        "select /* uploads.count_pending_files */ count(*) as pending from ( select from upload_file where athlete_id = $1 and outcome = 'pending' limit $2 ) as waiting",
    );
    CountPendingFilesStmt(&STATEMENT)
}
impl CountPendingFilesStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        max_rows: &'a i64,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [athlete_id, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, CountPendingFilesParams, I64Query<'c, 'a, 's, C, i64, 2>, C>
    for CountPendingFilesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CountPendingFilesParams,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.athlete_id, &params.max_rows)
    }
}
pub struct ListPendingFilesStmt(&'static mainstay_db::Statement);
pub fn list_pending_files() -> ListPendingFilesStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.list_pending_files",
        "select /* uploads.list_pending_files */ athlete_id, upload_id, position, job_id from upload_file where outcome = 'pending' and (athlete_id, upload_id, position) > ($1, $2, $3) and (leased_until is null or leased_until <= $4) order by athlete_id, upload_id, position limit $5",
    );
    ListPendingFilesStmt(&STATEMENT)
}
impl ListPendingFilesStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        after_athlete_id: &'a uuid::Uuid,
        after_upload_id: &'a uuid::Uuid,
        after_position: &'a i32,
        now: &'a jiff::Timestamp,
        max_rows: &'a i64,
    ) -> ListPendingFilesQuery<'c, 'a, 's, C, ListPendingFiles, 5> {
        ListPendingFilesQuery {
            client,
            params: [after_athlete_id, after_upload_id, after_position, now, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<ListPendingFiles, mainstay_db::DbError> {
                Ok(ListPendingFiles {
                    athlete_id: row.try_get(0)?,
                    upload_id: row.try_get(1)?,
                    position: row.try_get(2)?,
                    job_id: row.try_get(3)?,
                })
            },
            mapper: |it| ListPendingFiles::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListPendingFilesParams,
        ListPendingFilesQuery<'c, 'a, 's, C, ListPendingFiles, 5>,
        C,
    > for ListPendingFilesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListPendingFilesParams,
    ) -> ListPendingFilesQuery<'c, 'a, 's, C, ListPendingFiles, 5> {
        self.bind(
            client,
            &params.after_athlete_id,
            &params.after_upload_id,
            &params.after_position,
            &params.now,
            &params.max_rows,
        )
    }
}
pub struct ForgetKeptContentStmt(&'static mainstay_db::Statement);
pub fn forget_kept_content() -> ForgetKeptContentStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.forget_kept_content",
        "with /* uploads.forget_kept_content */ old as ( select upload_file.athlete_id, upload_file.upload_id, upload_file.position from upload_file where upload_file.outcome <> 'pending' and upload_file.pending_content is not null and upload_file.finished_at <= $1 order by upload_file.finished_at limit $2 for update skip locked ) update upload_file set pending_content = null from old where upload_file.athlete_id = old.athlete_id and upload_file.upload_id = old.upload_id and upload_file.position = old.position and upload_file.outcome <> 'pending'",
    );
    ForgetKeptContentStmt(&STATEMENT)
}
impl ForgetKeptContentStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        before: &'a jiff::Timestamp,
        max_rows: &'a i64,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[before, max_rows]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        ForgetKeptContentParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for ForgetKeptContentStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a ForgetKeptContentParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.before, &params.max_rows))
    }
}
pub struct FinishUploadStmt(&'static mainstay_db::Statement);
pub fn finish_upload() -> FinishUploadStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.finish_upload",
        "update /* uploads.finish_upload */ upload set finished_at = $1 where athlete_id = $2 and id = $3 and finished_at is null and not exists ( select from upload_file where upload_file.athlete_id = $2 and upload_file.upload_id = $3 and upload_file.outcome = 'pending')",
    );
    FinishUploadStmt(&STATEMENT)
}
impl FinishUploadStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, athlete_id, upload_id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        FinishUploadParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for FinishUploadStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a FinishUploadParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.athlete_id, &params.upload_id))
    }
}
pub struct FindUploadStmt(&'static mainstay_db::Statement);
pub fn find_upload() -> FindUploadStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "uploads.find_upload",
        "select /* uploads.find_upload */ upload.id, upload.origin, upload.created_at, upload.finished_at, upload.alive_until, count(upload_file.position) as files, count(*) filter (where upload_file.outcome = 'pending') as pending, count(*) filter (where upload_file.outcome = 'imported') as imported, count(*) filter (where upload_file.outcome = 'merged') as merged, count(*) filter (where upload_file.outcome = 'duplicate') as duplicates, count(*) filter (where upload_file.outcome = 'refused') as refused from upload left join upload_file on upload_file.athlete_id = upload.athlete_id and upload_file.upload_id = upload.id where upload.athlete_id = $1 and upload.id = $2 group by upload.athlete_id, upload.id",
    );
    FindUploadStmt(&STATEMENT)
}
impl FindUploadStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
    ) -> UploadRowQuery<'c, 'a, 's, C, UploadRow, 2> {
        UploadRowQuery {
            client,
            params: [athlete_id, upload_id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<UploadRowBorrowed, mainstay_db::DbError> {
                Ok(UploadRowBorrowed {
                    id: row.try_get(0)?,
                    origin: row.try_get(1)?,
                    created_at: row.try_get(2)?,
                    finished_at: row.try_get(3)?,
                    alive_until: row.try_get(4)?,
                    files: row.try_get(5)?,
                    pending: row.try_get(6)?,
                    imported: row.try_get(7)?,
                    merged: row.try_get(8)?,
                    duplicates: row.try_get(9)?,
                    refused: row.try_get(10)?,
                })
            },
            mapper: |it| UploadRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindUploadParams,
        UploadRowQuery<'c, 'a, 's, C, UploadRow, 2>,
        C,
    > for FindUploadStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindUploadParams,
    ) -> UploadRowQuery<'c, 'a, 's, C, UploadRow, 2> {
        self.bind(client, &params.athlete_id, &params.upload_id)
    }
}
pub struct ListUploadsStmt(&'static mainstay_db::Statement);
pub fn list_uploads() -> ListUploadsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.list_uploads",
        "select /* uploads.list_uploads */ upload.id, upload.origin, upload.created_at, upload.finished_at, upload.alive_until, counted.files, counted.pending, counted.imported, counted.merged, counted.duplicates, counted.refused from ( select athlete_id, id, origin, created_at, finished_at, alive_until from upload where athlete_id = $1 and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4 ) as upload cross join lateral ( select count(*) as files, count(*) filter (where upload_file.outcome = 'pending') as pending, count(*) filter (where upload_file.outcome = 'imported') as imported, count(*) filter (where upload_file.outcome = 'merged') as merged, count(*) filter (where upload_file.outcome = 'duplicate') as duplicates, count(*) filter (where upload_file.outcome = 'refused') as refused from upload_file where upload_file.athlete_id = upload.athlete_id and upload_file.upload_id = upload.id ) as counted order by upload.created_at desc, upload.id desc",
    );
    ListUploadsStmt(&STATEMENT)
}
impl ListUploadsStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        before_time: &'a jiff::Timestamp,
        before_id: &'a uuid::Uuid,
        max_rows: &'a i64,
    ) -> UploadRowQuery<'c, 'a, 's, C, UploadRow, 4> {
        UploadRowQuery {
            client,
            params: [athlete_id, before_time, before_id, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<UploadRowBorrowed, mainstay_db::DbError> {
                Ok(UploadRowBorrowed {
                    id: row.try_get(0)?,
                    origin: row.try_get(1)?,
                    created_at: row.try_get(2)?,
                    finished_at: row.try_get(3)?,
                    alive_until: row.try_get(4)?,
                    files: row.try_get(5)?,
                    pending: row.try_get(6)?,
                    imported: row.try_get(7)?,
                    merged: row.try_get(8)?,
                    duplicates: row.try_get(9)?,
                    refused: row.try_get(10)?,
                })
            },
            mapper: |it| UploadRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListUploadsParams,
        UploadRowQuery<'c, 'a, 's, C, UploadRow, 4>,
        C,
    > for ListUploadsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListUploadsParams,
    ) -> UploadRowQuery<'c, 'a, 's, C, UploadRow, 4> {
        self.bind(client, &params.athlete_id, &params.before_time, &params.before_id, &params.max_rows)
    }
}
pub struct ListUploadFilesStmt(&'static mainstay_db::Statement);
pub fn list_upload_files() -> ListUploadFilesStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "uploads.list_upload_files",
        "select /* uploads.list_upload_files */ position, file_name, size_bytes, outcome, activity_id, reason, message, warnings, finished_at, outcome = 'refused' and pending_content is not null as can_retry from upload_file where athlete_id = $1 and upload_id = $2 and position > $3 and ($4::text is null or outcome = $4) order by position limit $5",
    );
    ListUploadFilesStmt(&STATEMENT)
}
impl ListUploadFilesStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        upload_id: &'a uuid::Uuid,
        after_position: &'a i32,
        outcome: &'a Option<T1>,
        max_rows: &'a i64,
    ) -> ListUploadFilesQuery<'c, 'a, 's, C, ListUploadFiles, 5> {
        ListUploadFilesQuery {
            client,
            params: [athlete_id, upload_id, after_position, outcome, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<ListUploadFilesBorrowed, mainstay_db::DbError> {
                Ok(ListUploadFilesBorrowed {
                    position: row.try_get(0)?,
                    file_name: row.try_get(1)?,
                    size_bytes: row.try_get(2)?,
                    outcome: row.try_get(3)?,
                    activity_id: row.try_get(4)?,
                    reason: row.try_get(5)?,
                    message: row.try_get(6)?,
                    warnings: row.try_get(7)?,
                    finished_at: row.try_get(8)?,
                    can_retry: row.try_get(9)?,
                })
            },
            mapper: |it| ListUploadFiles::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListUploadFilesParams<T1>,
        ListUploadFilesQuery<'c, 'a, 's, C, ListUploadFiles, 5>,
        C,
    > for ListUploadFilesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListUploadFilesParams<T1>,
    ) -> ListUploadFilesQuery<'c, 'a, 's, C, ListUploadFiles, 5> {
        self.bind(
            client,
            &params.athlete_id,
            &params.upload_id,
            &params.after_position,
            &params.outcome,
            &params.max_rows,
        )
    }
}
pub struct FindFileOfOriginStmt(&'static mainstay_db::Statement);
pub fn find_file_of_origin() -> FindFileOfOriginStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.find_file_of_origin",
        "select /* uploads.find_file_of_origin */ upload_file.file_name from upload join upload_file on upload_file.athlete_id = upload.athlete_id and upload_file.upload_id = upload.id where upload.athlete_id = $1 and upload.origin = $2 and starts_with(upload_file.file_name, $3) order by upload.created_at desc limit $4",
    );
    FindFileOfOriginStmt(&STATEMENT)
}
impl FindFileOfOriginStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        origin: &'a T1,
        beginning: &'a T2,
        max_rows: &'a i64,
    ) -> StringQuery<'c, 'a, 's, C, String, 4> {
        StringQuery {
            client,
            params: [athlete_id, origin, beginning, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindFileOfOriginParams<T1, T2>,
        StringQuery<'c, 'a, 's, C, String, 4>,
        C,
    > for FindFileOfOriginStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindFileOfOriginParams<T1, T2>,
    ) -> StringQuery<'c, 'a, 's, C, String, 4> {
        self.bind(client, &params.athlete_id, &params.origin, &params.beginning, &params.max_rows)
    }
}
pub struct HasFinishedImportStmt(&'static mainstay_db::Statement);
pub fn has_finished_import() -> HasFinishedImportStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.has_finished_import",
        "select /* uploads.has_finished_import */ exists ( select from upload where upload.athlete_id = $1 and upload.origin = $2 and upload.finished_at is not null and exists ( select from upload_file where upload_file.athlete_id = upload.athlete_id and upload_file.upload_id = upload.id and starts_with(upload_file.file_name, $3) ) ) as has_finished",
    );
    HasFinishedImportStmt(&STATEMENT)
}
impl HasFinishedImportStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        origin: &'a T1,
        beginning: &'a T2,
    ) -> BoolQuery<'c, 'a, 's, C, bool, 3> {
        BoolQuery {
            client,
            params: [athlete_id, origin, beginning],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        HasFinishedImportParams<T1, T2>,
        BoolQuery<'c, 'a, 's, C, bool, 3>,
        C,
    > for HasFinishedImportStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a HasFinishedImportParams<T1, T2>,
    ) -> BoolQuery<'c, 'a, 's, C, bool, 3> {
        self.bind(client, &params.athlete_id, &params.origin, &params.beginning)
    }
}
pub struct LockAthleteStmt(&'static mainstay_db::Statement);
pub fn lock_athlete() -> LockAthleteStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.lock_athlete",
        "select /* uploads.lock_athlete */ id from athlete where id = $1 for no key update",
    );
    LockAthleteStmt(&STATEMENT)
}
impl LockAthleteStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 1> {
        UuidUuidQuery {
            client,
            params: [athlete_id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct FindOwnerStmt(&'static mainstay_db::Statement);
pub fn find_owner() -> FindOwnerStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "uploads.find_owner",
        "select /* uploads.find_owner */ timezone, sex, resting_hr_bpm, max_hr_bpm, threshold_hr_bpm, threshold_pace_s_per_km, threshold_power_w from athlete where id = $1",
    );
    FindOwnerStmt(&STATEMENT)
}
impl FindOwnerStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
    ) -> FindOwnerQuery<'c, 'a, 's, C, FindOwner, 1> {
        FindOwnerQuery {
            client,
            params: [athlete_id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<FindOwnerBorrowed, mainstay_db::DbError> {
                Ok(FindOwnerBorrowed {
                    timezone: row.try_get(0)?,
                    sex: row.try_get(1)?,
                    resting_hr_bpm: row.try_get(2)?,
                    max_hr_bpm: row.try_get(3)?,
                    threshold_hr_bpm: row.try_get(4)?,
                    threshold_pace_s_per_km: row.try_get(5)?,
                    threshold_power_w: row.try_get(6)?,
                })
            },
            mapper: |it| FindOwner::from(it),
        }
    }
}
pub struct FindSourceActivitiesStmt(&'static mainstay_db::Statement);
pub fn find_source_activities() -> FindSourceActivitiesStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.find_source_activities",
        "select /* uploads.find_source_activities */ activity_source.activity_id, activity_source.part, activity.parent_id, activity.name, activity.deleted_at is not null as is_deleted, coalesce(activity.deleted_at <= $1, false) as is_expired from activity_source join activity on activity.athlete_id = activity_source.athlete_id and activity.id = activity_source.activity_id where activity_source.athlete_id = $2 and activity_source.sha256 = $3 order by is_expired desc, is_deleted, activity_source.part limit $4",
    );
    FindSourceActivitiesStmt(&STATEMENT)
}
impl FindSourceActivitiesStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>(
        &'s self,
        client: &'c C,
        deleted_before: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        sha256: &'a T1,
        max_rows: &'a i64,
    ) -> FindSourceActivitiesQuery<'c, 'a, 's, C, FindSourceActivities, 4> {
        FindSourceActivitiesQuery {
            client,
            params: [deleted_before, athlete_id, sha256, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor:
                |row: &tokio_postgres::Row| -> Result<FindSourceActivitiesBorrowed, mainstay_db::DbError> {
                    Ok(FindSourceActivitiesBorrowed {
                        activity_id: row.try_get(0)?,
                        part: row.try_get(1)?,
                        parent_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        is_deleted: row.try_get(4)?,
                        is_expired: row.try_get(5)?,
                    })
                },
            mapper: |it| FindSourceActivities::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindSourceActivitiesParams<T1>,
        FindSourceActivitiesQuery<'c, 'a, 's, C, FindSourceActivities, 4>,
        C,
    > for FindSourceActivitiesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindSourceActivitiesParams<T1>,
    ) -> FindSourceActivitiesQuery<'c, 'a, 's, C, FindSourceActivities, 4> {
        self.bind(client, &params.deleted_before, &params.athlete_id, &params.sha256, &params.max_rows)
    }
}
pub struct ListAthletesWithExpiredStmt(&'static mainstay_db::Statement);
pub fn list_athletes_with_expired() -> ListAthletesWithExpiredStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.list_athletes_with_expired",
        "select /* uploads.list_athletes_with_expired */ distinct athlete_id from activity where deleted_at <= $1 order by athlete_id limit $2",
    );
    ListAthletesWithExpiredStmt(&STATEMENT)
}
impl ListAthletesWithExpiredStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        deleted_before: &'a jiff::Timestamp,
        max_rows: &'a i64,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        UuidUuidQuery {
            client,
            params: [deleted_before, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListAthletesWithExpiredParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for ListAthletesWithExpiredStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListAthletesWithExpiredParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.deleted_before, &params.max_rows)
    }
}
pub struct PurgeExpiredStmt(&'static mainstay_db::Statement);
pub fn purge_expired() -> PurgeExpiredStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.purge_expired",
        "delete /* uploads.purge_expired */ from activity where athlete_id = $1 and deleted_at <= $2",
    );
    PurgeExpiredStmt(&STATEMENT)
}
impl PurgeExpiredStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        deleted_before: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[athlete_id, deleted_before]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        PurgeExpiredParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for PurgeExpiredStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a PurgeExpiredParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.athlete_id, &params.deleted_before))
    }
}
pub struct PurgeOriginalsStmt(&'static mainstay_db::Statement);
pub fn purge_originals() -> PurgeOriginalsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.purge_originals",
        "delete /* uploads.purge_originals */ from original where original.athlete_id = $1 and not exists ( select from activity_source where activity_source.athlete_id = original.athlete_id and activity_source.sha256 = original.sha256) and not exists ( select from activity where activity.athlete_id = original.athlete_id and activity.primary_sha256 = original.sha256)",
    );
    PurgeOriginalsStmt(&STATEMENT)
}
impl PurgeOriginalsStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[athlete_id]).await
    }
}
pub struct FindOverlappingSourcesStmt(&'static mainstay_db::Statement);
pub fn find_overlapping_sources() -> FindOverlappingSourcesStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.find_overlapping_sources",
        "select /* uploads.find_overlapping_sources */ source.activity_id, activity.parent_id, activity.name, source.sport, source.start_time, source.end_time, source.distance_m, source.format, source.sha256, source.part from activity_source as source join activity on activity.athlete_id = source.athlete_id and activity.id = source.activity_id where source.athlete_id = $1 and source.start_time <= $2 and source.end_time >= $3 and activity.deleted_at is null union all select activity.id, activity.parent_id, activity.name, activity.sport, activity.start_time, activity.end_time, activity.distance_m, activity.source_format, null, 0 from activity where activity.athlete_id = $1 and activity.start_time <= $2 and activity.end_time >= $3 and activity.deleted_at is null and activity.source_format = 'manual' limit $4",
    );
    FindOverlappingSourcesStmt(&STATEMENT)
}
impl FindOverlappingSourcesStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        until: &'a jiff::Timestamp,
        since: &'a jiff::Timestamp,
        max_rows: &'a i64,
    ) -> SourceRowQuery<'c, 'a, 's, C, SourceRow, 4> {
        SourceRowQuery {
            client,
            params: [athlete_id, until, since, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<SourceRowBorrowed, mainstay_db::DbError> {
                Ok(SourceRowBorrowed {
                    activity_id: row.try_get(0)?,
                    parent_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    sport: row.try_get(3)?,
                    start_time: row.try_get(4)?,
                    end_time: row.try_get(5)?,
                    distance_m: row.try_get(6)?,
                    format: row.try_get(7)?,
                    sha256: row.try_get(8)?,
                    part: row.try_get(9)?,
                })
            },
            mapper: |it| SourceRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindOverlappingSourcesParams,
        SourceRowQuery<'c, 'a, 's, C, SourceRow, 4>,
        C,
    > for FindOverlappingSourcesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindOverlappingSourcesParams,
    ) -> SourceRowQuery<'c, 'a, 's, C, SourceRow, 4> {
        self.bind(client, &params.athlete_id, &params.until, &params.since, &params.max_rows)
    }
}
pub struct ListSourcesOfStmt(&'static mainstay_db::Statement);
pub fn list_sources_of() -> ListSourcesOfStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.list_sources_of",
        "select /* uploads.list_sources_of */ source.activity_id, activity.parent_id, activity.name, source.sport, source.start_time, source.end_time, source.distance_m, source.format, source.sha256, source.part from activity_source as source join activity on activity.athlete_id = source.athlete_id and activity.id = source.activity_id where source.athlete_id = $1 and (activity.id = $2 or activity.parent_id = $2) union all select activity.id, activity.parent_id, activity.name, activity.sport, activity.start_time, activity.end_time, activity.distance_m, activity.source_format, null, 0 from activity where activity.athlete_id = $1 and activity.id = $2 and activity.source_format = 'manual' limit $3",
    );
    ListSourcesOfStmt(&STATEMENT)
}
impl ListSourcesOfStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        max_rows: &'a i64,
    ) -> SourceRowQuery<'c, 'a, 's, C, SourceRow, 3> {
        SourceRowQuery {
            client,
            params: [athlete_id, activity_id, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<SourceRowBorrowed, mainstay_db::DbError> {
                Ok(SourceRowBorrowed {
                    activity_id: row.try_get(0)?,
                    parent_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    sport: row.try_get(3)?,
                    start_time: row.try_get(4)?,
                    end_time: row.try_get(5)?,
                    distance_m: row.try_get(6)?,
                    format: row.try_get(7)?,
                    sha256: row.try_get(8)?,
                    part: row.try_get(9)?,
                })
            },
            mapper: |it| SourceRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListSourcesOfParams,
        SourceRowQuery<'c, 'a, 's, C, SourceRow, 3>,
        C,
    > for ListSourcesOfStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListSourcesOfParams,
    ) -> SourceRowQuery<'c, 'a, 's, C, SourceRow, 3> {
        self.bind(client, &params.athlete_id, &params.activity_id, &params.max_rows)
    }
}
pub struct FindStandingStmt(&'static mainstay_db::Statement);
pub fn find_standing() -> FindStandingStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.find_standing",
        "select /* uploads.find_standing */ sport, name, notes, gear, rpe, edited from activity where athlete_id = $1 and id = $2 for no key update",
    );
    FindStandingStmt(&STATEMENT)
}
impl FindStandingStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
    ) -> FindStandingQuery<'c, 'a, 's, C, FindStanding, 2> {
        FindStandingQuery {
            client,
            params: [athlete_id, activity_id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<FindStandingBorrowed, mainstay_db::DbError> {
                Ok(FindStandingBorrowed {
                    sport: row.try_get(0)?,
                    name: row.try_get(1)?,
                    notes: row.try_get(2)?,
                    gear: row.try_get(3)?,
                    rpe: row.try_get(4)?,
                    edited: row.try_get(5)?,
                })
            },
            mapper: |it| FindStanding::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindStandingParams,
        FindStandingQuery<'c, 'a, 's, C, FindStanding, 2>,
        C,
    > for FindStandingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindStandingParams,
    ) -> FindStandingQuery<'c, 'a, 's, C, FindStanding, 2> {
        self.bind(client, &params.athlete_id, &params.activity_id)
    }
}
pub struct UpdateStandingStmt(&'static mainstay_db::Statement);
pub fn update_standing() -> UpdateStandingStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.update_standing",
        "update /* uploads.update_standing */ activity set sport = $1, name = $2, notes = $3, gear = $4, rpe = $5, updated_at = $6 where athlete_id = $7 and id = $8",
    );
    UpdateStandingStmt(&STATEMENT)
}
impl UpdateStandingStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        sport: &'a T1,
        name: &'a T2,
        notes: &'a Option<T3>,
        gear: &'a Option<T4>,
        rpe: &'a Option<f64>,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[sport, name, notes, gear, rpe, now, athlete_id, activity_id]).await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UpdateStandingParams<T1, T2, T3, T4>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for UpdateStandingStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UpdateStandingParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.sport,
            &params.name,
            &params.notes,
            &params.gear,
            &params.rpe,
            &params.now,
            &params.athlete_id,
            &params.activity_id,
        ))
    }
}
pub struct RefreshParentStmt(&'static mainstay_db::Statement);
pub fn refresh_parent() -> RefreshParentStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.refresh_parent",
        "update /* uploads.refresh_parent */ activity set start_time = legs.start_time, end_time = legs.end_time, elapsed_s = least( greatest(extract(epoch from legs.end_time - legs.start_time), legs.moving_time_s), 2678400), moving_time_s = legs.moving_time_s, timer_s = legs.timer_s, distance_m = legs.distance_m, ascent_m = legs.ascent_m, descent_m = legs.descent_m, avg_hr_bpm = legs.avg_hr_bpm, max_hr_bpm = legs.max_hr_bpm, energy_kcal = legs.energy_kcal, updated_at = $1 from ( select min(leg.start_time) as start_time, max(leg.end_time) as end_time, least(sum(leg.moving_time_s), 2678400) as moving_time_s, sum(leg.timer_s) as timer_s, sum(leg.distance_m) as distance_m, sum(leg.ascent_m) as ascent_m, sum(leg.descent_m) as descent_m, sum(leg.avg_hr_bpm * leg.moving_time_s) / nullif(sum(leg.moving_time_s) filter (where leg.avg_hr_bpm is not null), 0) as avg_hr_bpm, max(leg.max_hr_bpm) as max_hr_bpm, sum(leg.energy_kcal) as energy_kcal from activity as leg where leg.athlete_id = $2 and leg.parent_id = $3 and leg.deleted_at is null having count(*) > 0 ) as legs where activity.athlete_id = $2 and activity.id = $3",
    );
    RefreshParentStmt(&STATEMENT)
}
impl RefreshParentStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        parent_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, athlete_id, parent_id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RefreshParentParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for RefreshParentStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RefreshParentParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.athlete_id, &params.parent_id))
    }
}
pub struct AdoptLegStmt(&'static mainstay_db::Statement);
pub fn adopt_leg() -> AdoptLegStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.adopt_leg",
        "update /* uploads.adopt_leg */ activity set parent_id = $1, leg_index = $2, updated_at = $3 where athlete_id = $4 and id = $5 and parent_id is null",
    );
    AdoptLegStmt(&STATEMENT)
}
impl AdoptLegStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        parent_id: &'a uuid::Uuid,
        leg_index: &'a i16,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[parent_id, leg_index, now, athlete_id, id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        AdoptLegParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for AdoptLegStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a AdoptLegParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.parent_id,
            &params.leg_index,
            &params.now,
            &params.athlete_id,
            &params.id,
        ))
    }
}
pub struct InsertOriginalStmt(&'static mainstay_db::Statement);
pub fn insert_original() -> InsertOriginalStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_original",
        "insert /* uploads.insert_original */ into original (athlete_id, sha256, format, file_name, size_bytes, content, created_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict (athlete_id, sha256) do nothing",
    );
    InsertOriginalStmt(&STATEMENT)
}
impl InsertOriginalStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::BytesSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        sha256: &'a T1,
        format: &'a T2,
        file_name: &'a T3,
        size_bytes: &'a i64,
        content: &'a T4,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[athlete_id, sha256, format, file_name, size_bytes, content, now]).await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::BytesSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::BytesSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertOriginalParams<T1, T2, T3, T4>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertOriginalStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertOriginalParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.sha256,
            &params.format,
            &params.file_name,
            &params.size_bytes,
            &params.content,
            &params.now,
        ))
    }
}
pub struct InsertSourceStmt(&'static mainstay_db::Statement);
pub fn insert_source() -> InsertSourceStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_source",
        "insert /* uploads.insert_source */ into activity_source (athlete_id, activity_id, sha256, part, format, file_name, device, sport, start_time, end_time, distance_m, device_totals, warnings, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (athlete_id, activity_id, sha256, part) do nothing",
    );
    InsertSourceStmt(&STATEMENT)
}
impl InsertSourceStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::BytesSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::StringSql,
        T5: crate::StringSql,
        T6: crate::JsonSql,
        T7: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        sha256: &'a T1,
        part: &'a i16,
        format: &'a T2,
        file_name: &'a T3,
        device: &'a Option<T4>,
        sport: &'a T5,
        start_time: &'a jiff::Timestamp,
        end_time: &'a jiff::Timestamp,
        distance_m: &'a Option<f64>,
        device_totals: &'a T6,
        warnings: &'a T7,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[
                    athlete_id,
                    activity_id,
                    sha256,
                    part,
                    format,
                    file_name,
                    device,
                    sport,
                    start_time,
                    end_time,
                    distance_m,
                    device_totals,
                    warnings,
                    now,
                ],
            )
            .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::BytesSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::JsonSql,
    T7: crate::JsonSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertSourceParams<T1, T2, T3, T4, T5, T6, T7>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertSourceStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertSourceParams<T1, T2, T3, T4, T5, T6, T7>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.activity_id,
            &params.sha256,
            &params.part,
            &params.format,
            &params.file_name,
            &params.device,
            &params.sport,
            &params.start_time,
            &params.end_time,
            &params.distance_m,
            &params.device_totals,
            &params.warnings,
            &params.now,
        ))
    }
}
pub struct InsertActivityStmt(&'static mainstay_db::Statement);
pub fn insert_activity() -> InsertActivityStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_activity",
        "insert /* uploads.insert_activity */ into activity (athlete_id, id, parent_id, leg_index, sport, sub_sport, name, notes, start_time, end_time, source_format, primary_sha256, device, elapsed_s, moving_time_s, timer_s, distance_m, ascent_m, descent_m, avg_hr_bpm, max_hr_bpm, avg_cadence_per_min, avg_power_w, energy_kcal, rpe, gear, is_race, has_track, channels, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $30)",
    );
    InsertActivityStmt(&STATEMENT)
}
impl InsertActivityStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::StringSql,
        T5: crate::StringSql,
        T6: crate::BytesSql,
        T7: crate::StringSql,
        T8: crate::StringSql,
        T9: crate::StringSql,
        T10: crate::ArraySql<Item = T9>,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        parent_id: &'a Option<uuid::Uuid>,
        leg_index: &'a Option<i16>,
        sport: &'a T1,
        sub_sport: &'a Option<T2>,
        name: &'a T3,
        notes: &'a Option<T4>,
        start_time: &'a jiff::Timestamp,
        end_time: &'a jiff::Timestamp,
        source_format: &'a T5,
        primary_sha256: &'a Option<T6>,
        device: &'a Option<T7>,
        elapsed_s: &'a f64,
        moving_time_s: &'a f64,
        timer_s: &'a Option<f64>,
        distance_m: &'a Option<f64>,
        ascent_m: &'a Option<f64>,
        descent_m: &'a Option<f64>,
        avg_hr_bpm: &'a Option<f64>,
        max_hr_bpm: &'a Option<f64>,
        avg_cadence_per_min: &'a Option<f64>,
        avg_power_w: &'a Option<f64>,
        energy_kcal: &'a Option<f64>,
        rpe: &'a Option<f64>,
        gear: &'a Option<T8>,
        is_race: &'a bool,
        has_track: &'a bool,
        channels: &'a T10,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[
                    athlete_id,
                    id,
                    parent_id,
                    leg_index,
                    sport,
                    sub_sport,
                    name,
                    notes,
                    start_time,
                    end_time,
                    source_format,
                    primary_sha256,
                    device,
                    elapsed_s,
                    moving_time_s,
                    timer_s,
                    distance_m,
                    ascent_m,
                    descent_m,
                    avg_hr_bpm,
                    max_hr_bpm,
                    avg_cadence_per_min,
                    avg_power_w,
                    energy_kcal,
                    rpe,
                    gear,
                    is_race,
                    has_track,
                    channels,
                    now,
                ],
            )
            .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::BytesSql,
    T7: crate::StringSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertActivityParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertActivityStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertActivityParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.id,
            &params.parent_id,
            &params.leg_index,
            &params.sport,
            &params.sub_sport,
            &params.name,
            &params.notes,
            &params.start_time,
            &params.end_time,
            &params.source_format,
            &params.primary_sha256,
            &params.device,
            &params.elapsed_s,
            &params.moving_time_s,
            &params.timer_s,
            &params.distance_m,
            &params.ascent_m,
            &params.descent_m,
            &params.avg_hr_bpm,
            &params.max_hr_bpm,
            &params.avg_cadence_per_min,
            &params.avg_power_w,
            &params.energy_kcal,
            &params.rpe,
            &params.gear,
            &params.is_race,
            &params.has_track,
            &params.channels,
            &params.now,
        ))
    }
}
pub struct UpdateMeasuredStmt(&'static mainstay_db::Statement);
pub fn update_measured() -> UpdateMeasuredStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.update_measured",
        "update /* uploads.update_measured */ activity set sub_sport = $1, start_time = $2, end_time = $3, source_format = $4, primary_sha256 = $5, device = $6, elapsed_s = $7, moving_time_s = $8, timer_s = $9, distance_m = $10, ascent_m = $11, descent_m = $12, avg_hr_bpm = $13, max_hr_bpm = $14, avg_cadence_per_min = $15, avg_power_w = $16, energy_kcal = $17, has_track = $18, channels = $19, updated_at = $20 where athlete_id = $21 and id = $22",
    );
    UpdateMeasuredStmt(&STATEMENT)
}
impl UpdateMeasuredStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::BytesSql,
        T4: crate::StringSql,
        T5: crate::StringSql,
        T6: crate::ArraySql<Item = T5>,
    >(
        &'s self,
        client: &'c C,
        sub_sport: &'a Option<T1>,
        start_time: &'a jiff::Timestamp,
        end_time: &'a jiff::Timestamp,
        source_format: &'a T2,
        primary_sha256: &'a Option<T3>,
        device: &'a Option<T4>,
        elapsed_s: &'a f64,
        moving_time_s: &'a f64,
        timer_s: &'a Option<f64>,
        distance_m: &'a Option<f64>,
        ascent_m: &'a Option<f64>,
        descent_m: &'a Option<f64>,
        avg_hr_bpm: &'a Option<f64>,
        max_hr_bpm: &'a Option<f64>,
        avg_cadence_per_min: &'a Option<f64>,
        avg_power_w: &'a Option<f64>,
        energy_kcal: &'a Option<f64>,
        has_track: &'a bool,
        channels: &'a T6,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[
                    sub_sport,
                    start_time,
                    end_time,
                    source_format,
                    primary_sha256,
                    device,
                    elapsed_s,
                    moving_time_s,
                    timer_s,
                    distance_m,
                    ascent_m,
                    descent_m,
                    avg_hr_bpm,
                    max_hr_bpm,
                    avg_cadence_per_min,
                    avg_power_w,
                    energy_kcal,
                    has_track,
                    channels,
                    now,
                    athlete_id,
                    id,
                ],
            )
            .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::BytesSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UpdateMeasuredParams<T1, T2, T3, T4, T5, T6>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for UpdateMeasuredStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UpdateMeasuredParams<T1, T2, T3, T4, T5, T6>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.sub_sport,
            &params.start_time,
            &params.end_time,
            &params.source_format,
            &params.primary_sha256,
            &params.device,
            &params.elapsed_s,
            &params.moving_time_s,
            &params.timer_s,
            &params.distance_m,
            &params.ascent_m,
            &params.descent_m,
            &params.avg_hr_bpm,
            &params.max_hr_bpm,
            &params.avg_cadence_per_min,
            &params.avg_power_w,
            &params.energy_kcal,
            &params.has_track,
            &params.channels,
            &params.now,
            &params.athlete_id,
            &params.id,
        ))
    }
}
pub struct DeleteComputedStmt(&'static mainstay_db::Statement);
pub fn delete_computed() -> DeleteComputedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.delete_computed",
        "with /* uploads.delete_computed */ gone_splits as ( delete from activity_split where activity_split.athlete_id = $1 and activity_split.activity_id = $2 ), gone_efforts as ( delete from best_effort where best_effort.athlete_id = $1 and best_effort.activity_id = $2 ), gone_stream as ( delete from activity_stream where activity_stream.athlete_id = $1 and activity_stream.activity_id = $2 and activity_stream.start_time = $3 ) delete from activity_analysis where activity_analysis.athlete_id = $1 and activity_analysis.activity_id = $2",
    );
    DeleteComputedStmt(&STATEMENT)
}
impl DeleteComputedStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        start_time: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[athlete_id, activity_id, start_time]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeleteComputedParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for DeleteComputedStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteComputedParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.athlete_id, &params.activity_id, &params.start_time))
    }
}
pub struct InsertStreamStmt(&'static mainstay_db::Statement);
pub fn insert_stream() -> InsertStreamStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_stream",
        "insert /* uploads.insert_stream */ into activity_stream (athlete_id, activity_id, start_time, samples, channels, data) values ($1, $2, $3, $4, $5, $6)",
    );
    InsertStreamStmt(&STATEMENT)
}
impl InsertStreamStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::ArraySql<Item = T1>,
        T3: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        start_time: &'a jiff::Timestamp,
        samples: &'a i32,
        channels: &'a T2,
        data: &'a T3,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[athlete_id, activity_id, start_time, samples, channels, data]).await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::BytesSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertStreamParams<T1, T2, T3>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertStreamStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertStreamParams<T1, T2, T3>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.activity_id,
            &params.start_time,
            &params.samples,
            &params.channels,
            &params.data,
        ))
    }
}
pub struct InsertSplitsStmt(&'static mainstay_db::Statement);
pub fn insert_splits() -> InsertSplitsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_splits",
        "insert /* uploads.insert_splits */ into activity_split (athlete_id, activity_id, kind, split_number, start_s, distance_m, elapsed_s, moving_time_s, avg_hr_bpm, max_hr_bpm, avg_cadence_per_min, ascent_m, descent_m, gap_s_per_km, is_partial) select $1::uuid, $2::uuid, split.kind, split.split_number, split.start_s, nullif(split.distance_m, 'NaN'), split.elapsed_s, split.moving_time_s, nullif(split.avg_hr_bpm, 'NaN'), nullif(split.max_hr_bpm, 'NaN'), nullif(split.avg_cadence_per_min, 'NaN'), nullif(split.ascent_m, 'NaN'), nullif(split.descent_m, 'NaN'), nullif(split.gap_s_per_km, 'NaN'), split.is_partial from unnest( $3::text[], $4::int[], $5::double precision[], $6::double precision[], $7::double precision[], $8::double precision[], $9::double precision[], $10::double precision[], $11::double precision[], $12::double precision[], $13::double precision[], $14::double precision[], $15::boolean[] ) as split ( kind, split_number, start_s, distance_m, elapsed_s, moving_time_s, avg_hr_bpm, max_hr_bpm, avg_cadence_per_min, ascent_m, descent_m, gap_s_per_km, is_partial )",
    );
    InsertSplitsStmt(&STATEMENT)
}
impl InsertSplitsStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::ArraySql<Item = T1>,
        T3: crate::ArraySql<Item = i32>,
        T4: crate::ArraySql<Item = f64>,
        T5: crate::ArraySql<Item = f64>,
        T6: crate::ArraySql<Item = f64>,
        T7: crate::ArraySql<Item = f64>,
        T8: crate::ArraySql<Item = f64>,
        T9: crate::ArraySql<Item = f64>,
        T10: crate::ArraySql<Item = f64>,
        T11: crate::ArraySql<Item = f64>,
        T12: crate::ArraySql<Item = f64>,
        T13: crate::ArraySql<Item = f64>,
        T14: crate::ArraySql<Item = bool>,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        kinds: &'a T2,
        split_numbers: &'a T3,
        starts_s: &'a T4,
        distances_m: &'a T5,
        elapsed_s: &'a T6,
        moving_times_s: &'a T7,
        avg_hrs_bpm: &'a T8,
        max_hrs_bpm: &'a T9,
        avg_cadences_per_min: &'a T10,
        ascents_m: &'a T11,
        descents_m: &'a T12,
        gaps_s_per_km: &'a T13,
        are_partial: &'a T14,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[
                    athlete_id,
                    activity_id,
                    kinds,
                    split_numbers,
                    starts_s,
                    distances_m,
                    elapsed_s,
                    moving_times_s,
                    avg_hrs_bpm,
                    max_hrs_bpm,
                    avg_cadences_per_min,
                    ascents_m,
                    descents_m,
                    gaps_s_per_km,
                    are_partial,
                ],
            )
            .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::ArraySql<Item = i32>,
    T4: crate::ArraySql<Item = f64>,
    T5: crate::ArraySql<Item = f64>,
    T6: crate::ArraySql<Item = f64>,
    T7: crate::ArraySql<Item = f64>,
    T8: crate::ArraySql<Item = f64>,
    T9: crate::ArraySql<Item = f64>,
    T10: crate::ArraySql<Item = f64>,
    T11: crate::ArraySql<Item = f64>,
    T12: crate::ArraySql<Item = f64>,
    T13: crate::ArraySql<Item = f64>,
    T14: crate::ArraySql<Item = bool>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertSplitsParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertSplitsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertSplitsParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.activity_id,
            &params.kinds,
            &params.split_numbers,
            &params.starts_s,
            &params.distances_m,
            &params.elapsed_s,
            &params.moving_times_s,
            &params.avg_hrs_bpm,
            &params.max_hrs_bpm,
            &params.avg_cadences_per_min,
            &params.ascents_m,
            &params.descents_m,
            &params.gaps_s_per_km,
            &params.are_partial,
        ))
    }
}
pub struct InsertBestEffortsStmt(&'static mainstay_db::Statement);
pub fn insert_best_efforts() -> InsertBestEffortsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_best_efforts",
        "insert /* uploads.insert_best_efforts */ into best_effort (athlete_id, activity_id, distance_m, sport, elapsed_s, start_s, achieved_at) select $1::uuid, $2::uuid, effort.distance_m, $3::text, effort.elapsed_s, effort.start_s, $4::timestamptz + make_interval(secs => effort.start_s) from unnest($5::double precision[], $6::double precision[], $7::double precision[]) as effort (distance_m, elapsed_s, start_s)",
    );
    InsertBestEffortsStmt(&STATEMENT)
}
impl InsertBestEffortsStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::ArraySql<Item = f64>,
        T3: crate::ArraySql<Item = f64>,
        T4: crate::ArraySql<Item = f64>,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        sport: &'a T1,
        start_time: &'a jiff::Timestamp,
        distances_m: &'a T2,
        elapsed_s: &'a T3,
        starts_s: &'a T4,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(self.0, &[athlete_id, activity_id, sport, start_time, distances_m, elapsed_s, starts_s])
            .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = f64>,
    T3: crate::ArraySql<Item = f64>,
    T4: crate::ArraySql<Item = f64>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertBestEffortsParams<T1, T2, T3, T4>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertBestEffortsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertBestEffortsParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.activity_id,
            &params.sport,
            &params.start_time,
            &params.distances_m,
            &params.elapsed_s,
            &params.starts_s,
        ))
    }
}
pub struct InsertAnalysisStmt(&'static mainstay_db::Statement);
pub fn insert_analysis() -> InsertAnalysisStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.insert_analysis",
        "insert /* uploads.insert_analysis */ into activity_analysis (athlete_id, activity_id, algorithm_version, inputs_hash, efficiency_factor, efficiency_variance, first_half_ef, second_half_ef, decoupling_percent, efficiency_reasons, decoupling_reasons, ngp_m_s, load, load_source, trimp, computed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    );
    InsertAnalysisStmt(&STATEMENT)
}
impl InsertAnalysisStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::JsonSql,
        T3: crate::JsonSql,
        T4: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        algorithm_version: &'a i32,
        inputs_hash: &'a T1,
        efficiency_factor: &'a Option<f64>,
        efficiency_variance: &'a Option<f64>,
        first_half_ef: &'a Option<f64>,
        second_half_ef: &'a Option<f64>,
        decoupling_percent: &'a Option<f64>,
        efficiency_reasons: &'a T2,
        decoupling_reasons: &'a T3,
        ngp_m_s: &'a Option<f64>,
        load: &'a Option<f64>,
        load_source: &'a Option<T4>,
        trimp: &'a Option<f64>,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[
                    athlete_id,
                    activity_id,
                    algorithm_version,
                    inputs_hash,
                    efficiency_factor,
                    efficiency_variance,
                    first_half_ef,
                    second_half_ef,
                    decoupling_percent,
                    efficiency_reasons,
                    decoupling_reasons,
                    ngp_m_s,
                    load,
                    load_source,
                    trimp,
                    now,
                ],
            )
            .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::JsonSql,
    T3: crate::JsonSql,
    T4: crate::StringSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertAnalysisParams<T1, T2, T3, T4>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertAnalysisStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertAnalysisParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.activity_id,
            &params.algorithm_version,
            &params.inputs_hash,
            &params.efficiency_factor,
            &params.efficiency_variance,
            &params.first_half_ef,
            &params.second_half_ef,
            &params.decoupling_percent,
            &params.efficiency_reasons,
            &params.decoupling_reasons,
            &params.ngp_m_s,
            &params.load,
            &params.load_source,
            &params.trimp,
            &params.now,
        ))
    }
}
pub struct ListOutdatedStmt(&'static mainstay_db::Statement);
pub fn list_outdated() -> ListOutdatedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.list_outdated",
        "select /* uploads.list_outdated */ activity_analysis.athlete_id, activity_analysis.activity_id as id, activity_analysis.algorithm_version from activity_analysis join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id where (activity_analysis.algorithm_version, activity_analysis.athlete_id, activity_analysis.activity_id) > ($1, $2, $3) and activity_analysis.algorithm_version < $4 and coalesce(activity_analysis.failed_version, 0) < $4 and activity.primary_sha256 is not null order by activity_analysis.algorithm_version, activity_analysis.athlete_id, activity_analysis.activity_id limit $5",
    );
    ListOutdatedStmt(&STATEMENT)
}
impl ListOutdatedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        after_version: &'a i32,
        after_athlete_id: &'a uuid::Uuid,
        after_id: &'a uuid::Uuid,
        version: &'a i32,
        max_rows: &'a i64,
    ) -> AnalysedRowQuery<'c, 'a, 's, C, AnalysedRow, 5> {
        AnalysedRowQuery {
            client,
            params: [after_version, after_athlete_id, after_id, version, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<AnalysedRow, mainstay_db::DbError> {
                Ok(AnalysedRow {
                    athlete_id: row.try_get(0)?,
                    id: row.try_get(1)?,
                    algorithm_version: row.try_get(2)?,
                })
            },
            mapper: |it| AnalysedRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListOutdatedParams,
        AnalysedRowQuery<'c, 'a, 's, C, AnalysedRow, 5>,
        C,
    > for ListOutdatedStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListOutdatedParams,
    ) -> AnalysedRowQuery<'c, 'a, 's, C, AnalysedRow, 5> {
        self.bind(
            client,
            &params.after_version,
            &params.after_athlete_id,
            &params.after_id,
            &params.version,
            &params.max_rows,
        )
    }
}
pub struct ListChangedStmt(&'static mainstay_db::Statement);
pub fn list_changed() -> ListChangedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.list_changed",
        "select /* uploads.list_changed */ activity_analysis.athlete_id, activity_analysis.activity_id as id, activity_analysis.algorithm_version from activity_analysis join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id where activity_analysis.algorithm_version = 0 and activity_analysis.athlete_id = $1 and activity_analysis.activity_id > $2 and coalesce(activity_analysis.failed_version, 0) < $3 and activity.primary_sha256 is not null order by activity_analysis.activity_id limit $4",
    );
    ListChangedStmt(&STATEMENT)
}
impl ListChangedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        after_id: &'a uuid::Uuid,
        version: &'a i32,
        max_rows: &'a i64,
    ) -> AnalysedRowQuery<'c, 'a, 's, C, AnalysedRow, 4> {
        AnalysedRowQuery {
            client,
            params: [athlete_id, after_id, version, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<AnalysedRow, mainstay_db::DbError> {
                Ok(AnalysedRow {
                    athlete_id: row.try_get(0)?,
                    id: row.try_get(1)?,
                    algorithm_version: row.try_get(2)?,
                })
            },
            mapper: |it| AnalysedRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListChangedParams,
        AnalysedRowQuery<'c, 'a, 's, C, AnalysedRow, 4>,
        C,
    > for ListChangedStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListChangedParams,
    ) -> AnalysedRowQuery<'c, 'a, 's, C, AnalysedRow, 4> {
        self.bind(client, &params.athlete_id, &params.after_id, &params.version, &params.max_rows)
    }
}
pub struct CountChangedStmt(&'static mainstay_db::Statement);
pub fn count_changed() -> CountChangedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.count_changed",
        "select /* uploads.count_changed */ count(*) as changed from activity_analysis join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id where activity_analysis.algorithm_version = 0 and activity_analysis.athlete_id = $1 and coalesce(activity_analysis.failed_version, 0) < $2 and activity.primary_sha256 is not null",
    );
    CountChangedStmt(&STATEMENT)
}
impl CountChangedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        version: &'a i32,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [athlete_id, version],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, CountChangedParams, I64Query<'c, 'a, 's, C, i64, 2>, C>
    for CountChangedStmt
{
    fn params(&'s self, client: &'c C, params: &'a CountChangedParams) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.athlete_id, &params.version)
    }
}
pub struct CountOutdatedStmt(&'static mainstay_db::Statement);
pub fn count_outdated() -> CountOutdatedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.count_outdated",
        "select /* uploads.count_outdated */ count(*) as outdated from activity_analysis join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id where activity_analysis.algorithm_version < $1 and coalesce(activity_analysis.failed_version, 0) < $1 and activity.primary_sha256 is not null",
    );
    CountOutdatedStmt(&STATEMENT)
}
impl CountOutdatedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        version: &'a i32,
    ) -> I64Query<'c, 'a, 's, C, i64, 1> {
        I64Query {
            client,
            params: [version],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct ListAnalysedStmt(&'static mainstay_db::Statement);
pub fn list_analysed() -> ListAnalysedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.list_analysed",
        "select /* uploads.list_analysed */ activity_analysis.athlete_id, activity_analysis.activity_id as id, activity_analysis.algorithm_version from activity_analysis join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id where (activity_analysis.athlete_id, activity_analysis.activity_id) > ($1, $2) and activity.primary_sha256 is not null order by activity_analysis.athlete_id, activity_analysis.activity_id limit $3",
    );
    ListAnalysedStmt(&STATEMENT)
}
impl ListAnalysedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        after_athlete_id: &'a uuid::Uuid,
        after_id: &'a uuid::Uuid,
        max_rows: &'a i64,
    ) -> AnalysedRowQuery<'c, 'a, 's, C, AnalysedRow, 3> {
        AnalysedRowQuery {
            client,
            params: [after_athlete_id, after_id, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<AnalysedRow, mainstay_db::DbError> {
                Ok(AnalysedRow {
                    athlete_id: row.try_get(0)?,
                    id: row.try_get(1)?,
                    algorithm_version: row.try_get(2)?,
                })
            },
            mapper: |it| AnalysedRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListAnalysedParams,
        AnalysedRowQuery<'c, 'a, 's, C, AnalysedRow, 3>,
        C,
    > for ListAnalysedStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListAnalysedParams,
    ) -> AnalysedRowQuery<'c, 'a, 's, C, AnalysedRow, 3> {
        self.bind(client, &params.after_athlete_id, &params.after_id, &params.max_rows)
    }
}
pub struct CountAnalysedStmt(&'static mainstay_db::Statement);
pub fn count_analysed() -> CountAnalysedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.count_analysed",
        "select /* uploads.count_analysed */ count(*) as analysed from activity_analysis join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id where activity.primary_sha256 is not null",
    );
    CountAnalysedStmt(&STATEMENT)
}
impl CountAnalysedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(&'s self, client: &'c C) -> I64Query<'c, 'a, 's, C, i64, 0> {
        I64Query {
            client,
            params: [],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct IsOutdatedStmt(&'static mainstay_db::Statement);
pub fn is_outdated() -> IsOutdatedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.is_outdated",
        "select /* uploads.is_outdated */ exists ( select from activity_analysis where athlete_id = $1 and activity_id = $2 and algorithm_version < $3 and coalesce(failed_version, 0) < $3 ) as is_outdated",
    );
    IsOutdatedStmt(&STATEMENT)
}
impl IsOutdatedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        version: &'a i32,
    ) -> BoolQuery<'c, 'a, 's, C, bool, 3> {
        BoolQuery {
            client,
            params: [athlete_id, activity_id, version],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, IsOutdatedParams, BoolQuery<'c, 'a, 's, C, bool, 3>, C>
    for IsOutdatedStmt
{
    fn params(&'s self, client: &'c C, params: &'a IsOutdatedParams) -> BoolQuery<'c, 'a, 's, C, bool, 3> {
        self.bind(client, &params.athlete_id, &params.activity_id, &params.version)
    }
}
pub struct SetFailedVersionStmt(&'static mainstay_db::Statement);
pub fn set_failed_version() -> SetFailedVersionStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.set_failed_version",
        "update /* uploads.set_failed_version */ activity_analysis set failed_version = $1 where athlete_id = $2 and activity_id = $3",
    );
    SetFailedVersionStmt(&STATEMENT)
}
impl SetFailedVersionStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        version: &'a i32,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[version, athlete_id, activity_id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetFailedVersionParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for SetFailedVersionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetFailedVersionParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.version, &params.athlete_id, &params.activity_id))
    }
}
pub struct FindPrimarySourceStmt(&'static mainstay_db::Statement);
pub fn find_primary_source() -> FindPrimarySourceStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "uploads.find_primary_source",
        "select /* uploads.find_primary_source */ activity.parent_id, activity.sport, activity.rpe, original.sha256, original.content, activity_source.format, activity_source.device, activity_source.part from activity join original on original.athlete_id = activity.athlete_id and original.sha256 = activity.primary_sha256 join activity_source on activity_source.athlete_id = activity.athlete_id and activity_source.activity_id = activity.id and activity_source.sha256 = activity.primary_sha256 where activity.athlete_id = $1 and activity.id = $2 order by activity_source.part limit $3 for no key update of activity",
    );
    FindPrimarySourceStmt(&STATEMENT)
}
impl FindPrimarySourceStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        max_rows: &'a i64,
    ) -> FindPrimarySourceQuery<'c, 'a, 's, C, FindPrimarySource, 3> {
        FindPrimarySourceQuery {
            client,
            params: [athlete_id, activity_id, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor:
                |row: &tokio_postgres::Row| -> Result<FindPrimarySourceBorrowed, mainstay_db::DbError> {
                    Ok(FindPrimarySourceBorrowed {
                        parent_id: row.try_get(0)?,
                        sport: row.try_get(1)?,
                        rpe: row.try_get(2)?,
                        sha256: row.try_get(3)?,
                        content: row.try_get(4)?,
                        format: row.try_get(5)?,
                        device: row.try_get(6)?,
                        part: row.try_get(7)?,
                    })
                },
            mapper: |it| FindPrimarySource::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindPrimarySourceParams,
        FindPrimarySourceQuery<'c, 'a, 's, C, FindPrimarySource, 3>,
        C,
    > for FindPrimarySourceStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindPrimarySourceParams,
    ) -> FindPrimarySourceQuery<'c, 'a, 's, C, FindPrimarySource, 3> {
        self.bind(client, &params.athlete_id, &params.activity_id, &params.max_rows)
    }
}
