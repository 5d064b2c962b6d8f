// This file was generated with `clorinde`. Do not modify.

#[derive(Debug)]
pub struct ListActivitiesParams<T1: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub before_time: jiff::Timestamp,
    pub before_id: uuid::Uuid,
    pub since: jiff::Timestamp,
    pub sport: Option<T1>,
    pub is_race: Option<bool>,
    pub min_distance_m: Option<f64>,
    pub max_distance_m: Option<f64>,
    pub min_ascent_m: Option<f64>,
    pub max_ascent_m: Option<f64>,
    pub max_rows: i64,
}
#[derive(Debug)]
pub struct PageActivitiesParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub since: jiff::Timestamp,
    pub until: jiff::Timestamp,
    pub sport: Option<T1>,
    pub is_race: Option<bool>,
    pub min_distance_m: Option<f64>,
    pub max_distance_m: Option<f64>,
    pub min_ascent_m: Option<f64>,
    pub max_ascent_m: Option<f64>,
    pub sort_by: T2,
    pub descending: bool,
    pub skip_rows: i64,
    pub max_rows: i64,
}
#[derive(Debug)]
pub struct CountActivitiesParams<T1: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub since: jiff::Timestamp,
    pub until: jiff::Timestamp,
    pub sport: Option<T1>,
    pub is_race: Option<bool>,
    pub min_distance_m: Option<f64>,
    pub max_distance_m: Option<f64>,
    pub min_ascent_m: Option<f64>,
    pub max_ascent_m: Option<f64>,
}
#[derive(Clone, Copy, Debug)]
pub struct FindActivityParams {
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListSplitsParams<T1: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub kind: T1,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ActivityExistsParams {
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct FindRecordedParams {
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct FindStreamParams {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub start_time: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct FindBestEffortsParams {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub max_rows: i64,
}
#[derive(Debug)]
pub struct FindFileParams<T1: crate::BytesSql> {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub sha256: Option<T1>,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct LockEditableParams {
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct UpdateEditedParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
> {
    pub name: T1,
    pub sport: T2,
    pub notes: Option<T3>,
    pub is_race: bool,
    pub rpe: Option<f64>,
    pub edited: T5,
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct UpdateRpeLoadParams<T1: crate::StringSql> {
    pub load: Option<f64>,
    pub load_source: Option<T1>,
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteActivityParams {
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct RestoreActivityParams {
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub not_before: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct ListDeletedParams {
    pub athlete_id: uuid::Uuid,
    pub not_before: jiff::Timestamp,
    pub before_time: jiff::Timestamp,
    pub before_id: uuid::Uuid,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct FindParentParams {
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteEmptyParentParams {
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub parent_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertManualParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
> {
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub sport: T1,
    pub name: T2,
    pub notes: Option<T3>,
    pub start_time: jiff::Timestamp,
    pub end_time: jiff::Timestamp,
    pub duration_s: f64,
    pub distance_m: Option<f64>,
    pub avg_hr_bpm: Option<f64>,
    pub max_hr_bpm: Option<f64>,
    pub rpe: Option<f64>,
    pub is_race: bool,
    pub edited: T5,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct InsertManualAnalysisParams<T1: crate::StringSql, T2: crate::JsonSql, T3: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub activity_id: uuid::Uuid,
    pub algorithm_version: i32,
    pub inputs_hash: T1,
    pub reasons: T2,
    pub load: Option<f64>,
    pub load_source: Option<T3>,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct SummariseParams {
    pub athlete_id: uuid::Uuid,
    pub since: jiff::Timestamp,
    pub until: jiff::Timestamp,
    pub max_rows: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityRow {
    pub id: uuid::Uuid,
    pub sport: String,
    pub sub_sport: Option<String>,
    pub name: String,
    pub start_time: jiff::Timestamp,
    pub source_format: String,
    pub device: Option<String>,
    pub elapsed_s: f64,
    pub moving_time_s: f64,
    pub distance_m: Option<f64>,
    pub ascent_m: Option<f64>,
    pub descent_m: Option<f64>,
    pub avg_hr_bpm: Option<f64>,
    pub max_hr_bpm: Option<f64>,
    pub avg_cadence_per_min: Option<f64>,
    pub avg_power_w: Option<f64>,
    pub energy_kcal: Option<f64>,
    pub rpe: Option<f64>,
    pub gear: Option<String>,
    pub is_race: bool,
    pub has_track: bool,
    pub has_positions: bool,
}
pub struct ActivityRowBorrowed<'a> {
    pub id: uuid::Uuid,
    pub sport: &'a str,
    pub sub_sport: Option<&'a str>,
    pub name: &'a str,
    pub start_time: jiff::Timestamp,
    pub source_format: &'a str,
    pub device: Option<&'a str>,
    pub elapsed_s: f64,
    pub moving_time_s: f64,
    pub distance_m: Option<f64>,
    pub ascent_m: Option<f64>,
    pub descent_m: Option<f64>,
    pub avg_hr_bpm: Option<f64>,
    pub max_hr_bpm: Option<f64>,
    pub avg_cadence_per_min: Option<f64>,
    pub avg_power_w: Option<f64>,
    pub energy_kcal: Option<f64>,
    pub rpe: Option<f64>,
    pub gear: Option<&'a str>,
    pub is_race: bool,
    pub has_track: bool,
    pub has_positions: bool,
}
impl<'a> From<ActivityRowBorrowed<'a>> for ActivityRow {
    fn from(
        ActivityRowBorrowed {
            id,
            sport,
            sub_sport,
            name,
            start_time,
            source_format,
            device,
            elapsed_s,
            moving_time_s,
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
            has_positions,
        }: ActivityRowBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            sport: sport.into(),
            sub_sport: sub_sport.map(|v| v.into()),
            name: name.into(),
            start_time,
            source_format: source_format.into(),
            device: device.map(|v| v.into()),
            elapsed_s,
            moving_time_s,
            distance_m,
            ascent_m,
            descent_m,
            avg_hr_bpm,
            max_hr_bpm,
            avg_cadence_per_min,
            avg_power_w,
            energy_kcal,
            rpe,
            gear: gear.map(|v| v.into()),
            is_race,
            has_track,
            has_positions,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindActivity {
    pub id: uuid::Uuid,
    pub parent_id: Option<uuid::Uuid>,
    pub sport: String,
    pub sub_sport: Option<String>,
    pub name: String,
    pub notes: Option<String>,
    pub start_time: jiff::Timestamp,
    pub source_format: String,
    pub device: Option<String>,
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
    pub gear: Option<String>,
    pub is_race: bool,
    pub has_track: bool,
    pub updated_at: jiff::Timestamp,
    pub algorithm_version: Option<i32>,
    pub inputs_hash: Option<String>,
    pub efficiency_factor: Option<f64>,
    pub efficiency_variance: Option<f64>,
    pub first_half_ef: Option<f64>,
    pub second_half_ef: Option<f64>,
    pub decoupling_percent: Option<f64>,
    pub efficiency_reasons: Option<serde_json::Value>,
    pub decoupling_reasons: Option<serde_json::Value>,
    pub ngp_m_s: Option<f64>,
    pub load: Option<f64>,
    pub load_source: Option<String>,
    pub trimp: Option<f64>,
    pub computed_at: Option<jiff::Timestamp>,
    pub sampled_distance_m: Option<f64>,
    pub sampled_ascent_m: Option<f64>,
    pub sampled_descent_m: Option<f64>,
    pub sampled_avg_hr_bpm: Option<f64>,
    pub sampled_max_hr_bpm: Option<f64>,
    pub sampled_avg_cadence_per_min: Option<f64>,
    pub channels: Vec<String>,
    pub profile_resting_hr_bpm: Option<i16>,
    pub profile_max_hr_bpm: Option<i16>,
    pub profile_threshold_hr_bpm: Option<i16>,
    pub profile_threshold_pace_s_per_km: Option<f64>,
    pub profile_threshold_power_w: Option<i16>,
    pub sources: serde_json::Value,
    pub legs: serde_json::Value,
    pub parent: Option<serde_json::Value>,
}
pub struct FindActivityBorrowed<'a> {
    pub id: uuid::Uuid,
    pub parent_id: Option<uuid::Uuid>,
    pub sport: &'a str,
    pub sub_sport: Option<&'a str>,
    pub name: &'a str,
    pub notes: Option<&'a str>,
    pub start_time: jiff::Timestamp,
    pub source_format: &'a str,
    pub device: Option<&'a str>,
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
    pub gear: Option<&'a str>,
    pub is_race: bool,
    pub has_track: bool,
    pub updated_at: jiff::Timestamp,
    pub algorithm_version: Option<i32>,
    pub inputs_hash: Option<&'a str>,
    pub efficiency_factor: Option<f64>,
    pub efficiency_variance: Option<f64>,
    pub first_half_ef: Option<f64>,
    pub second_half_ef: Option<f64>,
    pub decoupling_percent: Option<f64>,
    pub efficiency_reasons: Option<postgres_types::Json<&'a serde_json::value::RawValue>>,
    pub decoupling_reasons: Option<postgres_types::Json<&'a serde_json::value::RawValue>>,
    pub ngp_m_s: Option<f64>,
    pub load: Option<f64>,
    pub load_source: Option<&'a str>,
    pub trimp: Option<f64>,
    pub computed_at: Option<jiff::Timestamp>,
    pub sampled_distance_m: Option<f64>,
    pub sampled_ascent_m: Option<f64>,
    pub sampled_descent_m: Option<f64>,
    pub sampled_avg_hr_bpm: Option<f64>,
    pub sampled_max_hr_bpm: Option<f64>,
    pub sampled_avg_cadence_per_min: Option<f64>,
    pub channels: crate::ArrayIterator<'a, &'a str>,
    pub profile_resting_hr_bpm: Option<i16>,
    pub profile_max_hr_bpm: Option<i16>,
    pub profile_threshold_hr_bpm: Option<i16>,
    pub profile_threshold_pace_s_per_km: Option<f64>,
    pub profile_threshold_power_w: Option<i16>,
    pub sources: postgres_types::Json<&'a serde_json::value::RawValue>,
    pub legs: postgres_types::Json<&'a serde_json::value::RawValue>,
    pub parent: Option<postgres_types::Json<&'a serde_json::value::RawValue>>,
}
impl<'a> From<FindActivityBorrowed<'a>> for FindActivity {
    fn from(
        FindActivityBorrowed {
            id,
            parent_id,
            sport,
            sub_sport,
            name,
            notes,
            start_time,
            source_format,
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
            updated_at,
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
            computed_at,
            sampled_distance_m,
            sampled_ascent_m,
            sampled_descent_m,
            sampled_avg_hr_bpm,
            sampled_max_hr_bpm,
            sampled_avg_cadence_per_min,
            channels,
            profile_resting_hr_bpm,
            profile_max_hr_bpm,
            profile_threshold_hr_bpm,
            profile_threshold_pace_s_per_km,
            profile_threshold_power_w,
            sources,
            legs,
            parent,
        }: FindActivityBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            parent_id,
            sport: sport.into(),
            sub_sport: sub_sport.map(|v| v.into()),
            name: name.into(),
            notes: notes.map(|v| v.into()),
            start_time,
            source_format: source_format.into(),
            device: device.map(|v| v.into()),
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
            gear: gear.map(|v| v.into()),
            is_race,
            has_track,
            updated_at,
            algorithm_version,
            inputs_hash: inputs_hash.map(|v| v.into()),
            efficiency_factor,
            efficiency_variance,
            first_half_ef,
            second_half_ef,
            decoupling_percent,
            efficiency_reasons: efficiency_reasons.map(|v| serde_json::from_str(v.0.get()).unwrap()),
            decoupling_reasons: decoupling_reasons.map(|v| serde_json::from_str(v.0.get()).unwrap()),
            ngp_m_s,
            load,
            load_source: load_source.map(|v| v.into()),
            trimp,
            computed_at,
            sampled_distance_m,
            sampled_ascent_m,
            sampled_descent_m,
            sampled_avg_hr_bpm,
            sampled_max_hr_bpm,
            sampled_avg_cadence_per_min,
            channels: channels.map(|v| v.into()).collect(),
            profile_resting_hr_bpm,
            profile_max_hr_bpm,
            profile_threshold_hr_bpm,
            profile_threshold_pace_s_per_km,
            profile_threshold_power_w,
            sources: serde_json::from_str(sources.0.get()).unwrap(),
            legs: serde_json::from_str(legs.0.get()).unwrap(),
            parent: parent.map(|v| serde_json::from_str(v.0.get()).unwrap()),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct ListSplits {
    pub split_number: i32,
    pub start_s: f64,
    pub distance_m: Option<f64>,
    pub elapsed_s: f64,
    pub moving_time_s: f64,
    pub avg_hr_bpm: Option<f64>,
    pub max_hr_bpm: Option<f64>,
    pub avg_cadence_per_min: Option<f64>,
    pub ascent_m: Option<f64>,
    pub descent_m: Option<f64>,
    pub gap_s_per_km: Option<f64>,
    pub is_partial: bool,
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindRecorded {
    pub start_time: jiff::Timestamp,
    pub channels: Vec<String>,
}
pub struct FindRecordedBorrowed<'a> {
    pub start_time: jiff::Timestamp,
    pub channels: crate::ArrayIterator<'a, &'a str>,
}
impl<'a> From<FindRecordedBorrowed<'a>> for FindRecorded {
    fn from(FindRecordedBorrowed { start_time, channels }: FindRecordedBorrowed<'a>) -> Self {
        Self { start_time, channels: channels.map(|v| v.into()).collect() }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct FindBestEfforts {
    pub distance_m: f64,
    pub elapsed_s: f64,
    pub start_s: f64,
    pub achieved_at: jiff::Timestamp,
    pub is_personal_best: bool,
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindFile {
    pub format: String,
    pub file_name: String,
    pub size_bytes: i64,
    pub content: Vec<u8>,
}
pub struct FindFileBorrowed<'a> {
    pub format: &'a str,
    pub file_name: &'a str,
    pub size_bytes: i64,
    pub content: &'a [u8],
}
impl<'a> From<FindFileBorrowed<'a>> for FindFile {
    fn from(FindFileBorrowed { format, file_name, size_bytes, content }: FindFileBorrowed<'a>) -> Self {
        Self { format: format.into(), file_name: file_name.into(), size_bytes, content: content.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct LockEditable {
    pub name: String,
    pub sport: String,
    pub notes: Option<String>,
    pub is_race: bool,
    pub rpe: Option<f64>,
    pub moving_time_s: f64,
    pub edited: Vec<String>,
}
pub struct LockEditableBorrowed<'a> {
    pub name: &'a str,
    pub sport: &'a str,
    pub notes: Option<&'a str>,
    pub is_race: bool,
    pub rpe: Option<f64>,
    pub moving_time_s: f64,
    pub edited: crate::ArrayIterator<'a, &'a str>,
}
impl<'a> From<LockEditableBorrowed<'a>> for LockEditable {
    fn from(
        LockEditableBorrowed {
            name,
            sport,
            notes,
            is_race,
            rpe,
            moving_time_s,
            edited,
        }: LockEditableBorrowed<'a>,
    ) -> Self {
        Self {
            name: name.into(),
            sport: sport.into(),
            notes: notes.map(|v| v.into()),
            is_race,
            rpe,
            moving_time_s,
            edited: edited.map(|v| v.into()).collect(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListDeleted {
    pub id: uuid::Uuid,
    pub sport: String,
    pub name: String,
    pub start_time: jiff::Timestamp,
    pub moving_time_s: f64,
    pub distance_m: Option<f64>,
    pub deleted_at: jiff::Timestamp,
}
pub struct ListDeletedBorrowed<'a> {
    pub id: uuid::Uuid,
    pub sport: &'a str,
    pub name: &'a str,
    pub start_time: jiff::Timestamp,
    pub moving_time_s: f64,
    pub distance_m: Option<f64>,
    pub deleted_at: jiff::Timestamp,
}
impl<'a> From<ListDeletedBorrowed<'a>> for ListDeleted {
    fn from(
        ListDeletedBorrowed {
            id,
            sport,
            name,
            start_time,
            moving_time_s,
            distance_m,
            deleted_at,
        }: ListDeletedBorrowed<'a>,
    ) -> Self {
        Self { id, sport: sport.into(), name: name.into(), start_time, moving_time_s, distance_m, deleted_at }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Summarise {
    pub sport: String,
    pub activities: i64,
    pub distance_m: f64,
    pub moving_time_s: f64,
    pub moving_time_with_distance_s: f64,
    pub ascent_m: f64,
    pub races: i64,
}
pub struct SummariseBorrowed<'a> {
    pub sport: &'a str,
    pub activities: i64,
    pub distance_m: f64,
    pub moving_time_s: f64,
    pub moving_time_with_distance_s: f64,
    pub ascent_m: f64,
    pub races: i64,
}
impl<'a> From<SummariseBorrowed<'a>> for Summarise {
    fn from(
        SummariseBorrowed {
            sport,
            activities,
            distance_m,
            moving_time_s,
            moving_time_with_distance_s,
            ascent_m,
            races,
        }: SummariseBorrowed<'a>,
    ) -> Self {
        Self {
            sport: sport.into(),
            activities,
            distance_m,
            moving_time_s,
            moving_time_with_distance_s,
            ascent_m,
            races,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ActivityRowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<ActivityRowBorrowed, mainstay_db::DbError>,
    mapper: fn(ActivityRowBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ActivityRowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ActivityRowBorrowed) -> R) -> ActivityRowQuery<'c, 'a, 's, C, R, N> {
        ActivityRowQuery {
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
pub struct FindActivityQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindActivityBorrowed, mainstay_db::DbError>,
    mapper: fn(FindActivityBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindActivityQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(FindActivityBorrowed) -> R) -> FindActivityQuery<'c, 'a, 's, C, R, N> {
        FindActivityQuery {
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
pub struct ListSplitsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListSplits, mainstay_db::DbError>,
    mapper: fn(ListSplits) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListSplitsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ListSplits) -> R) -> ListSplitsQuery<'c, 'a, 's, C, R, N> {
        ListSplitsQuery {
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
pub struct FindRecordedQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindRecordedBorrowed, mainstay_db::DbError>,
    mapper: fn(FindRecordedBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindRecordedQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(FindRecordedBorrowed) -> R) -> FindRecordedQuery<'c, 'a, 's, C, R, N> {
        FindRecordedQuery {
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
pub struct Vecu8Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<&[u8], mainstay_db::DbError>,
    mapper: fn(&[u8]) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> Vecu8Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(&[u8]) -> R) -> Vecu8Query<'c, 'a, 's, C, R, N> {
        Vecu8Query {
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
pub struct FindBestEffortsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindBestEfforts, mainstay_db::DbError>,
    mapper: fn(FindBestEfforts) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindBestEffortsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(FindBestEfforts) -> R) -> FindBestEffortsQuery<'c, 'a, 's, C, R, N> {
        FindBestEffortsQuery {
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
pub struct FindFileQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindFileBorrowed, mainstay_db::DbError>,
    mapper: fn(FindFileBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindFileQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(FindFileBorrowed) -> R) -> FindFileQuery<'c, 'a, 's, C, R, N> {
        FindFileQuery {
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
pub struct LockEditableQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<LockEditableBorrowed, mainstay_db::DbError>,
    mapper: fn(LockEditableBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LockEditableQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(LockEditableBorrowed) -> R) -> LockEditableQuery<'c, 'a, 's, C, R, N> {
        LockEditableQuery {
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
pub struct ListDeletedQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListDeletedBorrowed, mainstay_db::DbError>,
    mapper: fn(ListDeletedBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListDeletedQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ListDeletedBorrowed) -> R) -> ListDeletedQuery<'c, 'a, 's, C, R, N> {
        ListDeletedQuery {
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
pub struct OptionuuidUuidQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<Option<uuid::Uuid>, mainstay_db::DbError>,
    mapper: fn(Option<uuid::Uuid>) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> OptionuuidUuidQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(Option<uuid::Uuid>) -> R) -> OptionuuidUuidQuery<'c, 'a, 's, C, R, N> {
        OptionuuidUuidQuery {
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
pub struct SummariseQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<SummariseBorrowed, mainstay_db::DbError>,
    mapper: fn(SummariseBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SummariseQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(SummariseBorrowed) -> R) -> SummariseQuery<'c, 'a, 's, C, R, N> {
        SummariseQuery {
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
pub struct ListActivitiesStmt(&'static mainstay_db::Statement);
pub fn list_activities() -> ListActivitiesStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "activities.list_activities",
        "select /* activities.list_activities */ id, sport, sub_sport, name, start_time, source_format, device, elapsed_s, moving_time_s, distance_m, ascent_m, descent_m, avg_hr_bpm, max_hr_bpm, avg_cadence_per_min, avg_power_w, energy_kcal, rpe, gear, is_race, has_track, channels @> array['latitude_deg', 'longitude_deg'] as has_positions from activity where athlete_id = $1 and deleted_at is null and parent_id is null and (start_time, id) < ($2, $3) and start_time <= $2 and start_time >= $4 and ($5::text is null or sport = $5) and ($6::boolean is null or is_race = $6) and ($7::double precision is null or distance_m >= $7) and ($8::double precision is null or distance_m <= $8) and ($9::double precision is null or ascent_m >= $9) and ($10::double precision is null or ascent_m <= $10) order by start_time desc, id desc limit $11",
    );
    ListActivitiesStmt(&STATEMENT)
}
impl ListActivitiesStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        before_time: &'a jiff::Timestamp,
        before_id: &'a uuid::Uuid,
        since: &'a jiff::Timestamp,
        sport: &'a Option<T1>,
        is_race: &'a Option<bool>,
        min_distance_m: &'a Option<f64>,
        max_distance_m: &'a Option<f64>,
        min_ascent_m: &'a Option<f64>,
        max_ascent_m: &'a Option<f64>,
        max_rows: &'a i64,
    ) -> ActivityRowQuery<'c, 'a, 's, C, ActivityRow, 11> {
        ActivityRowQuery {
            client,
            params: [
                athlete_id,
                before_time,
                before_id,
                since,
                sport,
                is_race,
                min_distance_m,
                max_distance_m,
                min_ascent_m,
                max_ascent_m,
                max_rows,
            ],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<ActivityRowBorrowed, mainstay_db::DbError> {
                Ok(ActivityRowBorrowed {
                    id: row.try_get(0)?,
                    sport: row.try_get(1)?,
                    sub_sport: row.try_get(2)?,
                    name: row.try_get(3)?,
                    start_time: row.try_get(4)?,
                    source_format: row.try_get(5)?,
                    device: row.try_get(6)?,
                    elapsed_s: row.try_get(7)?,
                    moving_time_s: row.try_get(8)?,
                    distance_m: row.try_get(9)?,
                    ascent_m: row.try_get(10)?,
                    descent_m: row.try_get(11)?,
                    avg_hr_bpm: row.try_get(12)?,
                    max_hr_bpm: row.try_get(13)?,
                    avg_cadence_per_min: row.try_get(14)?,
                    avg_power_w: row.try_get(15)?,
                    energy_kcal: row.try_get(16)?,
                    rpe: row.try_get(17)?,
                    gear: row.try_get(18)?,
                    is_race: row.try_get(19)?,
                    has_track: row.try_get(20)?,
                    has_positions: row.try_get(21)?,
                })
            },
            mapper: |it| ActivityRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListActivitiesParams<T1>,
        ActivityRowQuery<'c, 'a, 's, C, ActivityRow, 11>,
        C,
    > for ListActivitiesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListActivitiesParams<T1>,
    ) -> ActivityRowQuery<'c, 'a, 's, C, ActivityRow, 11> {
        self.bind(
            client,
            &params.athlete_id,
            &params.before_time,
            &params.before_id,
            &params.since,
            &params.sport,
            &params.is_race,
            &params.min_distance_m,
            &params.max_distance_m,
            &params.min_ascent_m,
            &params.max_ascent_m,
            &params.max_rows,
        )
    }
}
pub struct PageActivitiesStmt(&'static mainstay_db::Statement);
pub fn page_activities() -> PageActivitiesStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.page_activities",
        "select /* activities.page_activities */ id, sport, sub_sport, name, start_time, source_format, device, elapsed_s, moving_time_s, distance_m, ascent_m, descent_m, avg_hr_bpm, max_hr_bpm, avg_cadence_per_min, avg_power_w, energy_kcal, rpe, gear, is_race, has_track, channels @> array['latitude_deg', 'longitude_deg'] as has_positions from activity where athlete_id = $1 and deleted_at is null and parent_id is null and start_time >= $2 and start_time <= $3 and ($4::text is null or sport = $4) and ($5::boolean is null or is_race = $5) and ($6::double precision is null or distance_m >= $6) and ($7::double precision is null or distance_m <= $7) and ($8::double precision is null or ascent_m >= $8) and ($9::double precision is null or ascent_m <= $9) order by case when $10 = 'distance_m' and $11 then distance_m end desc nulls last, case when $10 = 'distance_m' and not $11 then distance_m end asc nulls last, case when $10 = 'duration_s' and $11 then moving_time_s end desc, case when $10 = 'duration_s' and not $11 then moving_time_s end asc, case when $11 then start_time end desc, case when not $11 then start_time end asc, id desc offset $12 limit $13",
    );
    PageActivitiesStmt(&STATEMENT)
}
impl PageActivitiesStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        since: &'a jiff::Timestamp,
        until: &'a jiff::Timestamp,
        sport: &'a Option<T1>,
        is_race: &'a Option<bool>,
        min_distance_m: &'a Option<f64>,
        max_distance_m: &'a Option<f64>,
        min_ascent_m: &'a Option<f64>,
        max_ascent_m: &'a Option<f64>,
        sort_by: &'a T2,
        descending: &'a bool,
        skip_rows: &'a i64,
        max_rows: &'a i64,
    ) -> ActivityRowQuery<'c, 'a, 's, C, ActivityRow, 13> {
        ActivityRowQuery {
            client,
            params: [
                athlete_id,
                since,
                until,
                sport,
                is_race,
                min_distance_m,
                max_distance_m,
                min_ascent_m,
                max_ascent_m,
                sort_by,
                descending,
                skip_rows,
                max_rows,
            ],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<ActivityRowBorrowed, mainstay_db::DbError> {
                Ok(ActivityRowBorrowed {
                    id: row.try_get(0)?,
                    sport: row.try_get(1)?,
                    sub_sport: row.try_get(2)?,
                    name: row.try_get(3)?,
                    start_time: row.try_get(4)?,
                    source_format: row.try_get(5)?,
                    device: row.try_get(6)?,
                    elapsed_s: row.try_get(7)?,
                    moving_time_s: row.try_get(8)?,
                    distance_m: row.try_get(9)?,
                    ascent_m: row.try_get(10)?,
                    descent_m: row.try_get(11)?,
                    avg_hr_bpm: row.try_get(12)?,
                    max_hr_bpm: row.try_get(13)?,
                    avg_cadence_per_min: row.try_get(14)?,
                    avg_power_w: row.try_get(15)?,
                    energy_kcal: row.try_get(16)?,
                    rpe: row.try_get(17)?,
                    gear: row.try_get(18)?,
                    is_race: row.try_get(19)?,
                    has_track: row.try_get(20)?,
                    has_positions: row.try_get(21)?,
                })
            },
            mapper: |it| ActivityRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        PageActivitiesParams<T1, T2>,
        ActivityRowQuery<'c, 'a, 's, C, ActivityRow, 13>,
        C,
    > for PageActivitiesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PageActivitiesParams<T1, T2>,
    ) -> ActivityRowQuery<'c, 'a, 's, C, ActivityRow, 13> {
        self.bind(
            client,
            &params.athlete_id,
            &params.since,
            &params.until,
            &params.sport,
            &params.is_race,
            &params.min_distance_m,
            &params.max_distance_m,
            &params.min_ascent_m,
            &params.max_ascent_m,
            &params.sort_by,
            &params.descending,
            &params.skip_rows,
            &params.max_rows,
        )
    }
}
pub struct CountActivitiesStmt(&'static mainstay_db::Statement);
pub fn count_activities() -> CountActivitiesStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.count_activities",
        "select /* activities.count_activities */ count(*) as total from activity where athlete_id = $1 and deleted_at is null and parent_id is null and start_time >= $2 and start_time <= $3 and ($4::text is null or sport = $4) and ($5::boolean is null or is_race = $5) and ($6::double precision is null or distance_m >= $6) and ($7::double precision is null or distance_m <= $7) and ($8::double precision is null or ascent_m >= $8) and ($9::double precision is null or ascent_m <= $9)",
    );
    CountActivitiesStmt(&STATEMENT)
}
impl CountActivitiesStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        since: &'a jiff::Timestamp,
        until: &'a jiff::Timestamp,
        sport: &'a Option<T1>,
        is_race: &'a Option<bool>,
        min_distance_m: &'a Option<f64>,
        max_distance_m: &'a Option<f64>,
        min_ascent_m: &'a Option<f64>,
        max_ascent_m: &'a Option<f64>,
    ) -> I64Query<'c, 'a, 's, C, i64, 9> {
        I64Query {
            client,
            params: [
                athlete_id,
                since,
                until,
                sport,
                is_race,
                min_distance_m,
                max_distance_m,
                min_ascent_m,
                max_ascent_m,
            ],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<'c, 'a, 's, CountActivitiesParams<T1>, I64Query<'c, 'a, 's, C, i64, 9>, C>
    for CountActivitiesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CountActivitiesParams<T1>,
    ) -> I64Query<'c, 'a, 's, C, i64, 9> {
        self.bind(
            client,
            &params.athlete_id,
            &params.since,
            &params.until,
            &params.sport,
            &params.is_race,
            &params.min_distance_m,
            &params.max_distance_m,
            &params.min_ascent_m,
            &params.max_ascent_m,
        )
    }
}
pub struct FindActivityStmt(&'static mainstay_db::Statement);
pub fn find_activity() -> FindActivityStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "activities.find_activity",
        "select /* activities.find_activity */ activity.id, activity.parent_id, activity.sport, activity.sub_sport, activity.name, activity.notes, activity.start_time, activity.source_format, activity.device, activity.elapsed_s, activity.moving_time_s, activity.timer_s, activity.distance_m, activity.ascent_m, activity.descent_m, activity.avg_hr_bpm, activity.max_hr_bpm, activity.avg_cadence_per_min, activity.avg_power_w, activity.energy_kcal, activity.rpe, activity.gear, activity.is_race, activity.has_track, activity.updated_at, analysis.algorithm_version, analysis.inputs_hash, analysis.efficiency_factor, analysis.efficiency_variance, analysis.first_half_ef, analysis.second_half_ef, analysis.decoupling_percent, analysis.efficiency_reasons, analysis.decoupling_reasons, analysis.ngp_m_s, analysis.load, analysis.load_source, analysis.trimp, analysis.computed_at, sampled.distance_m as sampled_distance_m, sampled.ascent_m as sampled_ascent_m, sampled.descent_m as sampled_descent_m, sampled.avg_hr_bpm as sampled_avg_hr_bpm, sampled.max_hr_bpm as sampled_max_hr_bpm, sampled.avg_cadence_per_min as sampled_avg_cadence_per_min, activity.channels, athlete.resting_hr_bpm as profile_resting_hr_bpm, athlete.max_hr_bpm as profile_max_hr_bpm, athlete.threshold_hr_bpm as profile_threshold_hr_bpm, athlete.threshold_pace_s_per_km as profile_threshold_pace_s_per_km, athlete.threshold_power_w as profile_threshold_power_w, coalesce(( select jsonb_agg( jsonb_build_object( 'sha256', encode(source.sha256, 'hex'), 'format', source.format, 'file_name', source.file_name, 'device', source.device, 'part', source.part, 'device_totals', source.device_totals, 'warnings', source.warnings, 'is_primary', source.sha256 = activity.primary_sha256) order by source.created_at, source.sha256) from activity_source as source where source.athlete_id = activity.athlete_id and source.activity_id = activity.id ), '[]') as sources, coalesce(( select jsonb_agg( jsonb_build_object( 'id', leg.id, 'leg_index', leg.leg_index, 'sport', leg.sport, 'name', leg.name, 'distance_m', leg.distance_m, 'moving_time_s', leg.moving_time_s, 'elapsed_s', leg.elapsed_s, 'load_points', of_leg.load, 'load_source', of_leg.load_source) order by leg.leg_index) from activity as leg left join activity_analysis as of_leg on of_leg.athlete_id = leg.athlete_id and of_leg.activity_id = leg.id where leg.athlete_id = activity.athlete_id and leg.parent_id = activity.id and leg.deleted_at is null ), '[]') as legs, ( select jsonb_build_object( 'id', event.id, 'name', event.name, 'legs', ( select jsonb_agg( jsonb_build_object( 'id', leg.id, 'leg_index', leg.leg_index, 'sport', leg.sport, 'name', leg.name) order by leg.leg_index) from activity as leg where leg.athlete_id = event.athlete_id and leg.parent_id = event.id and leg.deleted_at is null)) from activity as event where event.athlete_id = activity.athlete_id and event.id = activity.parent_id and event.deleted_at is null ) as parent from activity join athlete on athlete.id = activity.athlete_id left join activity_analysis as analysis on analysis.athlete_id = activity.athlete_id and analysis.activity_id = activity.id left join lateral ( select sum(split.distance_m) as distance_m, sum(split.ascent_m) as ascent_m, sum(split.descent_m) as descent_m, sum(split.avg_hr_bpm * split.moving_time_s) / nullif(sum(split.moving_time_s) filter (where split.avg_hr_bpm is not null), 0) as avg_hr_bpm, max(split.max_hr_bpm) as max_hr_bpm, sum(split.avg_cadence_per_min * split.moving_time_s) / nullif(sum(split.moving_time_s) filter (where split.avg_cadence_per_min is not null), 0) as avg_cadence_per_min from activity_split as split where split.athlete_id = activity.athlete_id and split.activity_id = activity.id and split.kind = 'km' ) as sampled on true where activity.athlete_id = $1 and activity.id = $2 and activity.deleted_at is null",
    );
    FindActivityStmt(&STATEMENT)
}
impl FindActivityStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> FindActivityQuery<'c, 'a, 's, C, FindActivity, 2> {
        FindActivityQuery {
            client,
            params: [athlete_id, id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<FindActivityBorrowed, mainstay_db::DbError> {
                Ok(FindActivityBorrowed {
                    id: row.try_get(0)?,
                    parent_id: row.try_get(1)?,
                    sport: row.try_get(2)?,
                    sub_sport: row.try_get(3)?,
                    name: row.try_get(4)?,
                    notes: row.try_get(5)?,
                    start_time: row.try_get(6)?,
                    source_format: row.try_get(7)?,
                    device: row.try_get(8)?,
                    elapsed_s: row.try_get(9)?,
                    moving_time_s: row.try_get(10)?,
                    timer_s: row.try_get(11)?,
                    distance_m: row.try_get(12)?,
                    ascent_m: row.try_get(13)?,
                    descent_m: row.try_get(14)?,
                    avg_hr_bpm: row.try_get(15)?,
                    max_hr_bpm: row.try_get(16)?,
                    avg_cadence_per_min: row.try_get(17)?,
                    avg_power_w: row.try_get(18)?,
                    energy_kcal: row.try_get(19)?,
                    rpe: row.try_get(20)?,
                    gear: row.try_get(21)?,
                    is_race: row.try_get(22)?,
                    has_track: row.try_get(23)?,
                    updated_at: row.try_get(24)?,
                    algorithm_version: row.try_get(25)?,
                    inputs_hash: row.try_get(26)?,
                    efficiency_factor: row.try_get(27)?,
                    efficiency_variance: row.try_get(28)?,
                    first_half_ef: row.try_get(29)?,
                    second_half_ef: row.try_get(30)?,
                    decoupling_percent: row.try_get(31)?,
                    efficiency_reasons: row.try_get(32)?,
                    decoupling_reasons: row.try_get(33)?,
                    ngp_m_s: row.try_get(34)?,
                    load: row.try_get(35)?,
                    load_source: row.try_get(36)?,
                    trimp: row.try_get(37)?,
                    computed_at: row.try_get(38)?,
                    sampled_distance_m: row.try_get(39)?,
                    sampled_ascent_m: row.try_get(40)?,
                    sampled_descent_m: row.try_get(41)?,
                    sampled_avg_hr_bpm: row.try_get(42)?,
                    sampled_max_hr_bpm: row.try_get(43)?,
                    sampled_avg_cadence_per_min: row.try_get(44)?,
                    channels: row.try_get(45)?,
                    profile_resting_hr_bpm: row.try_get(46)?,
                    profile_max_hr_bpm: row.try_get(47)?,
                    profile_threshold_hr_bpm: row.try_get(48)?,
                    profile_threshold_pace_s_per_km: row.try_get(49)?,
                    profile_threshold_power_w: row.try_get(50)?,
                    sources: row.try_get(51)?,
                    legs: row.try_get(52)?,
                    parent: row.try_get(53)?,
                })
            },
            mapper: |it| FindActivity::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindActivityParams,
        FindActivityQuery<'c, 'a, 's, C, FindActivity, 2>,
        C,
    > for FindActivityStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindActivityParams,
    ) -> FindActivityQuery<'c, 'a, 's, C, FindActivity, 2> {
        self.bind(client, &params.athlete_id, &params.id)
    }
}
pub struct ListSplitsStmt(&'static mainstay_db::Statement);
pub fn list_splits() -> ListSplitsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "activities.list_splits",
        "select /* activities.list_splits */ split.split_number, split.start_s, split.distance_m, split.elapsed_s, split.moving_time_s, split.avg_hr_bpm, split.max_hr_bpm, split.avg_cadence_per_min, split.ascent_m, split.descent_m, split.gap_s_per_km, split.is_partial from activity_split as split join activity on activity.athlete_id = split.athlete_id and activity.id = split.activity_id where split.athlete_id = $1 and split.activity_id = $2 and split.kind = $3 and activity.deleted_at is null order by split.split_number limit $4",
    );
    ListSplitsStmt(&STATEMENT)
}
impl ListSplitsStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        kind: &'a T1,
        max_rows: &'a i64,
    ) -> ListSplitsQuery<'c, 'a, 's, C, ListSplits, 4> {
        ListSplitsQuery {
            client,
            params: [athlete_id, activity_id, kind, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<ListSplits, mainstay_db::DbError> {
                Ok(ListSplits {
                    split_number: row.try_get(0)?,
                    start_s: row.try_get(1)?,
                    distance_m: row.try_get(2)?,
                    elapsed_s: row.try_get(3)?,
                    moving_time_s: row.try_get(4)?,
                    avg_hr_bpm: row.try_get(5)?,
                    max_hr_bpm: row.try_get(6)?,
                    avg_cadence_per_min: row.try_get(7)?,
                    ascent_m: row.try_get(8)?,
                    descent_m: row.try_get(9)?,
                    gap_s_per_km: row.try_get(10)?,
                    is_partial: row.try_get(11)?,
                })
            },
            mapper: |it| ListSplits::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListSplitsParams<T1>,
        ListSplitsQuery<'c, 'a, 's, C, ListSplits, 4>,
        C,
    > for ListSplitsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListSplitsParams<T1>,
    ) -> ListSplitsQuery<'c, 'a, 's, C, ListSplits, 4> {
        self.bind(client, &params.athlete_id, &params.activity_id, &params.kind, &params.max_rows)
    }
}
pub struct ActivityExistsStmt(&'static mainstay_db::Statement);
pub fn activity_exists() -> ActivityExistsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "activities.activity_exists",
        "select /* activities.activity_exists */ exists ( select from activity where athlete_id = $1 and id = $2 and deleted_at is null ) as present",
    );
    ActivityExistsStmt(&STATEMENT)
}
impl ActivityExistsStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> BoolQuery<'c, 'a, 's, C, bool, 2> {
        BoolQuery {
            client,
            params: [athlete_id, id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, ActivityExistsParams, BoolQuery<'c, 'a, 's, C, bool, 2>, C>
    for ActivityExistsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ActivityExistsParams,
    ) -> BoolQuery<'c, 'a, 's, C, bool, 2> {
        self.bind(client, &params.athlete_id, &params.id)
    }
}
pub struct FindRecordedStmt(&'static mainstay_db::Statement);
pub fn find_recorded() -> FindRecordedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "activities.find_recorded",
        "select /* activities.find_recorded */ start_time, channels from activity where athlete_id = $1 and id = $2 and deleted_at is null",
    );
    FindRecordedStmt(&STATEMENT)
}
impl FindRecordedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> FindRecordedQuery<'c, 'a, 's, C, FindRecorded, 2> {
        FindRecordedQuery {
            client,
            params: [athlete_id, id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<FindRecordedBorrowed, mainstay_db::DbError> {
                Ok(FindRecordedBorrowed { start_time: row.try_get(0)?, channels: row.try_get(1)? })
            },
            mapper: |it| FindRecorded::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindRecordedParams,
        FindRecordedQuery<'c, 'a, 's, C, FindRecorded, 2>,
        C,
    > for FindRecordedStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindRecordedParams,
    ) -> FindRecordedQuery<'c, 'a, 's, C, FindRecorded, 2> {
        self.bind(client, &params.athlete_id, &params.id)
    }
}
pub struct FindStreamStmt(&'static mainstay_db::Statement);
pub fn find_stream() -> FindStreamStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.find_stream",
        "select /* activities.find_stream */ stream.data from activity_stream as stream where stream.athlete_id = $1 and stream.activity_id = $2 and stream.start_time = $3",
    );
    FindStreamStmt(&STATEMENT)
}
impl FindStreamStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        start_time: &'a jiff::Timestamp,
    ) -> Vecu8Query<'c, 'a, 's, C, Vec<u8>, 3> {
        Vecu8Query {
            client,
            params: [athlete_id, activity_id, start_time],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, FindStreamParams, Vecu8Query<'c, 'a, 's, C, Vec<u8>, 3>, C>
    for FindStreamStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindStreamParams,
    ) -> Vecu8Query<'c, 'a, 's, C, Vec<u8>, 3> {
        self.bind(client, &params.athlete_id, &params.activity_id, &params.start_time)
    }
}
pub struct FindBestEffortsStmt(&'static mainstay_db::Statement);
pub fn find_best_efforts() -> FindBestEffortsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "activities.find_best_efforts",
        "select /* activities.find_best_efforts */ effort.distance_m, effort.elapsed_s, effort.start_s, effort.achieved_at, not exists ( select from best_effort as other join activity as holder on holder.athlete_id = other.athlete_id and holder.id = other.activity_id where other.athlete_id = effort.athlete_id and other.sport = effort.sport and other.distance_m = effort.distance_m and holder.deleted_at is null and (other.elapsed_s, other.achieved_at, other.activity_id) < (effort.elapsed_s, effort.achieved_at, effort.activity_id) ) as is_personal_best from best_effort as effort join activity on activity.athlete_id = effort.athlete_id and activity.id = effort.activity_id where effort.athlete_id = $1 and effort.activity_id = $2 and activity.deleted_at is null order by effort.distance_m limit $3",
    );
    FindBestEffortsStmt(&STATEMENT)
}
impl FindBestEffortsStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        max_rows: &'a i64,
    ) -> FindBestEffortsQuery<'c, 'a, 's, C, FindBestEfforts, 3> {
        FindBestEffortsQuery {
            client,
            params: [athlete_id, activity_id, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<FindBestEfforts, mainstay_db::DbError> {
                Ok(FindBestEfforts {
                    distance_m: row.try_get(0)?,
                    elapsed_s: row.try_get(1)?,
                    start_s: row.try_get(2)?,
                    achieved_at: row.try_get(3)?,
                    is_personal_best: row.try_get(4)?,
                })
            },
            mapper: |it| FindBestEfforts::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindBestEffortsParams,
        FindBestEffortsQuery<'c, 'a, 's, C, FindBestEfforts, 3>,
        C,
    > for FindBestEffortsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindBestEffortsParams,
    ) -> FindBestEffortsQuery<'c, 'a, 's, C, FindBestEfforts, 3> {
        self.bind(client, &params.athlete_id, &params.activity_id, &params.max_rows)
    }
}
pub struct FindFileStmt(&'static mainstay_db::Statement);
pub fn find_file() -> FindFileStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.find_file",
        "select /* activities.find_file */ original.format, original.file_name, original.size_bytes, original.content from activity_source as source join activity on activity.athlete_id = source.athlete_id and activity.id = source.activity_id join original on original.athlete_id = source.athlete_id and original.sha256 = source.sha256 where source.athlete_id = $1 and source.activity_id = $2 and activity.deleted_at is null and source.sha256 = coalesce($3, activity.primary_sha256) limit $4",
    );
    FindFileStmt(&STATEMENT)
}
impl FindFileStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        sha256: &'a Option<T1>,
        max_rows: &'a i64,
    ) -> FindFileQuery<'c, 'a, 's, C, FindFile, 4> {
        FindFileQuery {
            client,
            params: [athlete_id, activity_id, sha256, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<FindFileBorrowed, mainstay_db::DbError> {
                Ok(FindFileBorrowed {
                    format: row.try_get(0)?,
                    file_name: row.try_get(1)?,
                    size_bytes: row.try_get(2)?,
                    content: row.try_get(3)?,
                })
            },
            mapper: |it| FindFile::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindFileParams<T1>,
        FindFileQuery<'c, 'a, 's, C, FindFile, 4>,
        C,
    > for FindFileStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindFileParams<T1>,
    ) -> FindFileQuery<'c, 'a, 's, C, FindFile, 4> {
        self.bind(client, &params.athlete_id, &params.activity_id, &params.sha256, &params.max_rows)
    }
}
pub struct LockEditableStmt(&'static mainstay_db::Statement);
pub fn lock_editable() -> LockEditableStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.lock_editable",
        "select /* activities.lock_editable */ name, sport, notes, is_race, rpe, moving_time_s, edited from activity where athlete_id = $1 and id = $2 and deleted_at is null for no key update",
    );
    LockEditableStmt(&STATEMENT)
}
impl LockEditableStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> LockEditableQuery<'c, 'a, 's, C, LockEditable, 2> {
        LockEditableQuery {
            client,
            params: [athlete_id, id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<LockEditableBorrowed, mainstay_db::DbError> {
                Ok(LockEditableBorrowed {
                    name: row.try_get(0)?,
                    sport: row.try_get(1)?,
                    notes: row.try_get(2)?,
                    is_race: row.try_get(3)?,
                    rpe: row.try_get(4)?,
                    moving_time_s: row.try_get(5)?,
                    edited: row.try_get(6)?,
                })
            },
            mapper: |it| LockEditable::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockEditableParams,
        LockEditableQuery<'c, 'a, 's, C, LockEditable, 2>,
        C,
    > for LockEditableStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockEditableParams,
    ) -> LockEditableQuery<'c, 'a, 's, C, LockEditable, 2> {
        self.bind(client, &params.athlete_id, &params.id)
    }
}
pub struct UpdateEditedStmt(&'static mainstay_db::Statement);
pub fn update_edited() -> UpdateEditedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.update_edited",
        "update /* activities.update_edited */ activity set name = $1, sport = $2, notes = $3, is_race = $4, rpe = $5, edited = $6, updated_at = $7 where athlete_id = $8 and id = $9 and deleted_at is null",
    );
    UpdateEditedStmt(&STATEMENT)
}
impl UpdateEditedStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::StringSql,
        T5: crate::ArraySql<Item = T4>,
    >(
        &'s self,
        client: &'c C,
        name: &'a T1,
        sport: &'a T2,
        notes: &'a Option<T3>,
        is_race: &'a bool,
        rpe: &'a Option<f64>,
        edited: &'a T5,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[name, sport, notes, is_race, rpe, edited, now, athlete_id, id]).await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UpdateEditedParams<T1, T2, T3, T4, T5>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for UpdateEditedStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UpdateEditedParams<T1, T2, T3, T4, T5>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.name,
            &params.sport,
            &params.notes,
            &params.is_race,
            &params.rpe,
            &params.edited,
            &params.now,
            &params.athlete_id,
            &params.id,
        ))
    }
}
pub struct UpdateRpeLoadStmt(&'static mainstay_db::Statement);
pub fn update_rpe_load() -> UpdateRpeLoadStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.update_rpe_load",
        "update /* activities.update_rpe_load */ activity_analysis set load = $1, load_source = $2, computed_at = $3 where athlete_id = $4 and activity_id = $5 and (load_source is null or load_source = 'rpe')",
    );
    UpdateRpeLoadStmt(&STATEMENT)
}
impl UpdateRpeLoadStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        load: &'a Option<f64>,
        load_source: &'a Option<T1>,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[load, load_source, now, athlete_id, activity_id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UpdateRpeLoadParams<T1>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for UpdateRpeLoadStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UpdateRpeLoadParams<T1>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.load,
            &params.load_source,
            &params.now,
            &params.athlete_id,
            &params.activity_id,
        ))
    }
}
pub struct DeleteActivityStmt(&'static mainstay_db::Statement);
pub fn delete_activity() -> DeleteActivityStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.delete_activity",
        "update /* activities.delete_activity */ activity set deleted_at = $1, updated_at = $1 where athlete_id = $2 and (id = $3 or parent_id = $3) and deleted_at is null",
    );
    DeleteActivityStmt(&STATEMENT)
}
impl DeleteActivityStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, athlete_id, id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeleteActivityParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for DeleteActivityStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteActivityParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.athlete_id, &params.id))
    }
}
pub struct RestoreActivityStmt(&'static mainstay_db::Statement);
pub fn restore_activity() -> RestoreActivityStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.restore_activity",
        "update /* activities.restore_activity */ activity set deleted_at = null, updated_at = $1 from activity as chosen where chosen.athlete_id = $2 and chosen.id = $3 and chosen.deleted_at > $4 and (chosen.parent_id is null or exists ( select from activity as parent where parent.athlete_id = chosen.athlete_id and parent.id = chosen.parent_id and parent.deleted_at is null)) and activity.athlete_id = chosen.athlete_id and activity.deleted_at = chosen.deleted_at and (activity.id = chosen.id or activity.parent_id = chosen.id)",
    );
    RestoreActivityStmt(&STATEMENT)
}
impl RestoreActivityStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        not_before: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, athlete_id, id, not_before]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RestoreActivityParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for RestoreActivityStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RestoreActivityParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.athlete_id, &params.id, &params.not_before))
    }
}
pub struct ListDeletedStmt(&'static mainstay_db::Statement);
pub fn list_deleted() -> ListDeletedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.list_deleted",
        "select /* activities.list_deleted */ activity.id, activity.sport, activity.name, activity.start_time, activity.moving_time_s, activity.distance_m, activity.deleted_at from activity where activity.athlete_id = $1 and activity.deleted_at > $2 and (activity.deleted_at, activity.id) < ($3, $4) and activity.deleted_at <= $3 and (activity.parent_id is null or exists ( select from activity as parent where parent.athlete_id = activity.athlete_id and parent.id = activity.parent_id and parent.deleted_at is null)) order by activity.deleted_at desc, activity.id desc limit $5",
    );
    ListDeletedStmt(&STATEMENT)
}
impl ListDeletedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        not_before: &'a jiff::Timestamp,
        before_time: &'a jiff::Timestamp,
        before_id: &'a uuid::Uuid,
        max_rows: &'a i64,
    ) -> ListDeletedQuery<'c, 'a, 's, C, ListDeleted, 5> {
        ListDeletedQuery {
            client,
            params: [athlete_id, not_before, before_time, before_id, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<ListDeletedBorrowed, mainstay_db::DbError> {
                Ok(ListDeletedBorrowed {
                    id: row.try_get(0)?,
                    sport: row.try_get(1)?,
                    name: row.try_get(2)?,
                    start_time: row.try_get(3)?,
                    moving_time_s: row.try_get(4)?,
                    distance_m: row.try_get(5)?,
                    deleted_at: row.try_get(6)?,
                })
            },
            mapper: |it| ListDeleted::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListDeletedParams,
        ListDeletedQuery<'c, 'a, 's, C, ListDeleted, 5>,
        C,
    > for ListDeletedStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListDeletedParams,
    ) -> ListDeletedQuery<'c, 'a, 's, C, ListDeleted, 5> {
        self.bind(
            client,
            &params.athlete_id,
            &params.not_before,
            &params.before_time,
            &params.before_id,
            &params.max_rows,
        )
    }
}
pub struct FindParentStmt(&'static mainstay_db::Statement);
pub fn find_parent() -> FindParentStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.find_parent",
        "select /* activities.find_parent */ parent_id from activity where athlete_id = $1 and id = $2",
    );
    FindParentStmt(&STATEMENT)
}
impl FindParentStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> OptionuuidUuidQuery<'c, 'a, 's, C, Option<uuid::Uuid>, 2> {
        OptionuuidUuidQuery {
            client,
            params: [athlete_id, id],
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
        FindParentParams,
        OptionuuidUuidQuery<'c, 'a, 's, C, Option<uuid::Uuid>, 2>,
        C,
    > for FindParentStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindParentParams,
    ) -> OptionuuidUuidQuery<'c, 'a, 's, C, Option<uuid::Uuid>, 2> {
        self.bind(client, &params.athlete_id, &params.id)
    }
}
pub struct DeleteEmptyParentStmt(&'static mainstay_db::Statement);
pub fn delete_empty_parent() -> DeleteEmptyParentStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.delete_empty_parent",
        "update /* activities.delete_empty_parent */ activity set deleted_at = $1, updated_at = $1 where activity.athlete_id = $2 and activity.id = $3 and activity.deleted_at is null and not exists ( select from activity as leg where leg.athlete_id = $2 and leg.parent_id = $3 and leg.deleted_at is null)",
    );
    DeleteEmptyParentStmt(&STATEMENT)
}
impl DeleteEmptyParentStmt {
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
        DeleteEmptyParentParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for DeleteEmptyParentStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteEmptyParentParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.athlete_id, &params.parent_id))
    }
}
pub struct InsertManualStmt(&'static mainstay_db::Statement);
pub fn insert_manual() -> InsertManualStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.insert_manual",
        "insert /* activities.insert_manual */ into activity (athlete_id, id, sport, name, notes, start_time, end_time, source_format, elapsed_s, moving_time_s, distance_m, avg_hr_bpm, max_hr_bpm, rpe, is_race, has_track, edited, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, 'manual', $8, $8, $9, $10, $11, $12, $13, false, $14, $15, $15)",
    );
    InsertManualStmt(&STATEMENT)
}
impl InsertManualStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::StringSql,
        T5: crate::ArraySql<Item = T4>,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        sport: &'a T1,
        name: &'a T2,
        notes: &'a Option<T3>,
        start_time: &'a jiff::Timestamp,
        end_time: &'a jiff::Timestamp,
        duration_s: &'a f64,
        distance_m: &'a Option<f64>,
        avg_hr_bpm: &'a Option<f64>,
        max_hr_bpm: &'a Option<f64>,
        rpe: &'a Option<f64>,
        is_race: &'a bool,
        edited: &'a T5,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[
                    athlete_id, id, sport, name, notes, start_time, end_time, duration_s, distance_m,
                    avg_hr_bpm, max_hr_bpm, rpe, is_race, edited, now,
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
    T5: crate::ArraySql<Item = T4>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertManualParams<T1, T2, T3, T4, T5>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertManualStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertManualParams<T1, T2, T3, T4, T5>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.id,
            &params.sport,
            &params.name,
            &params.notes,
            &params.start_time,
            &params.end_time,
            &params.duration_s,
            &params.distance_m,
            &params.avg_hr_bpm,
            &params.max_hr_bpm,
            &params.rpe,
            &params.is_race,
            &params.edited,
            &params.now,
        ))
    }
}
pub struct InsertManualAnalysisStmt(&'static mainstay_db::Statement);
pub fn insert_manual_analysis() -> InsertManualAnalysisStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.insert_manual_analysis",
        "insert /* activities.insert_manual_analysis */ into activity_analysis (athlete_id, activity_id, algorithm_version, inputs_hash, efficiency_reasons, decoupling_reasons, load, load_source, computed_at) values ($1, $2, $3, $4, $5, $5, $6, $7, $8)",
    );
    InsertManualAnalysisStmt(&STATEMENT)
}
impl InsertManualAnalysisStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::JsonSql,
        T3: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        activity_id: &'a uuid::Uuid,
        algorithm_version: &'a i32,
        inputs_hash: &'a T1,
        reasons: &'a T2,
        load: &'a Option<f64>,
        load_source: &'a Option<T3>,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[athlete_id, activity_id, algorithm_version, inputs_hash, reasons, load, load_source, now],
            )
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::JsonSql, T3: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertManualAnalysisParams<T1, T2, T3>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertManualAnalysisStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertManualAnalysisParams<T1, T2, T3>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.activity_id,
            &params.algorithm_version,
            &params.inputs_hash,
            &params.reasons,
            &params.load,
            &params.load_source,
            &params.now,
        ))
    }
}
pub struct SummariseStmt(&'static mainstay_db::Statement);
pub fn summarise() -> SummariseStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "activities.summarise",
        "select /* activities.summarise */ sport, count(*) as activities, coalesce(sum(distance_m), 0)::double precision as distance_m, coalesce(sum(moving_time_s), 0)::double precision as moving_time_s, coalesce(sum(moving_time_s) filter (where distance_m > 0), 0)::double precision as moving_time_with_distance_s, coalesce(sum(ascent_m), 0)::double precision as ascent_m, count(*) filter (where is_race) as races from activity where athlete_id = $1 and deleted_at is null and sport not in ('multisport', 'transition') and start_time >= $2 and start_time < $3 group by sport order by sport limit $4",
    );
    SummariseStmt(&STATEMENT)
}
impl SummariseStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        since: &'a jiff::Timestamp,
        until: &'a jiff::Timestamp,
        max_rows: &'a i64,
    ) -> SummariseQuery<'c, 'a, 's, C, Summarise, 4> {
        SummariseQuery {
            client,
            params: [athlete_id, since, until, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<SummariseBorrowed, mainstay_db::DbError> {
                Ok(SummariseBorrowed {
                    sport: row.try_get(0)?,
                    activities: row.try_get(1)?,
                    distance_m: row.try_get(2)?,
                    moving_time_s: row.try_get(3)?,
                    moving_time_with_distance_s: row.try_get(4)?,
                    ascent_m: row.try_get(5)?,
                    races: row.try_get(6)?,
                })
            },
            mapper: |it| Summarise::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, SummariseParams, SummariseQuery<'c, 'a, 's, C, Summarise, 4>, C>
    for SummariseStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SummariseParams,
    ) -> SummariseQuery<'c, 'a, 's, C, Summarise, 4> {
        self.bind(client, &params.athlete_id, &params.since, &params.until, &params.max_rows)
    }
}
