// This file was generated with `clorinde`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct EfficiencyRunsParams {
    pub athlete_id: uuid::Uuid,
    pub since: jiff::Timestamp,
    pub until: jiff::Timestamp,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct LoadPointsParams {
    pub athlete_id: uuid::Uuid,
    pub since: jiff::Timestamp,
    pub until: jiff::Timestamp,
    pub max_rows: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct EfficiencyRuns {
    pub id: uuid::Uuid,
    pub start_time: jiff::Timestamp,
    pub distance_m: Option<f64>,
    pub moving_time_s: f64,
    pub avg_hr_bpm: Option<f64>,
    pub is_race: bool,
    pub threshold_hr_bpm: Option<i16>,
    pub efficiency_factor: Option<f64>,
    pub first_half_ef: Option<f64>,
    pub second_half_ef: Option<f64>,
    pub decoupling_percent: Option<f64>,
    pub efficiency_reasons: Option<serde_json::Value>,
}
pub struct EfficiencyRunsBorrowed<'a> {
    pub id: uuid::Uuid,
    pub start_time: jiff::Timestamp,
    pub distance_m: Option<f64>,
    pub moving_time_s: f64,
    pub avg_hr_bpm: Option<f64>,
    pub is_race: bool,
    pub threshold_hr_bpm: Option<i16>,
    pub efficiency_factor: Option<f64>,
    pub first_half_ef: Option<f64>,
    pub second_half_ef: Option<f64>,
    pub decoupling_percent: Option<f64>,
    pub efficiency_reasons: Option<postgres_types::Json<&'a serde_json::value::RawValue>>,
}
impl<'a> From<EfficiencyRunsBorrowed<'a>> for EfficiencyRuns {
    fn from(
        EfficiencyRunsBorrowed {
            id,
            start_time,
            distance_m,
            moving_time_s,
            avg_hr_bpm,
            is_race,
            threshold_hr_bpm,
            efficiency_factor,
            first_half_ef,
            second_half_ef,
            decoupling_percent,
            efficiency_reasons,
        }: EfficiencyRunsBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            start_time,
            distance_m,
            moving_time_s,
            avg_hr_bpm,
            is_race,
            threshold_hr_bpm,
            efficiency_factor,
            first_half_ef,
            second_half_ef,
            decoupling_percent,
            efficiency_reasons: efficiency_reasons.map(|v| serde_json::from_str(v.0.get()).unwrap()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct LoadPoints {
    pub sport: String,
    pub start_time: jiff::Timestamp,
    pub distance_m: Option<f64>,
    pub moving_time_s: f64,
    pub load: Option<f64>,
    pub load_source: Option<String>,
}
pub struct LoadPointsBorrowed<'a> {
    pub sport: &'a str,
    pub start_time: jiff::Timestamp,
    pub distance_m: Option<f64>,
    pub moving_time_s: f64,
    pub load: Option<f64>,
    pub load_source: Option<&'a str>,
}
impl<'a> From<LoadPointsBorrowed<'a>> for LoadPoints {
    fn from(
        LoadPointsBorrowed {
            sport,
            start_time,
            distance_m,
            moving_time_s,
            load,
            load_source,
        }: LoadPointsBorrowed<'a>,
    ) -> Self {
        Self {
            sport: sport.into(),
            start_time,
            distance_m,
            moving_time_s,
            load,
            load_source: load_source.map(|v| v.into()),
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct EfficiencyRunsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<EfficiencyRunsBorrowed, mainstay_db::DbError>,
    mapper: fn(EfficiencyRunsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> EfficiencyRunsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(EfficiencyRunsBorrowed) -> R) -> EfficiencyRunsQuery<'c, 'a, 's, C, R, N> {
        EfficiencyRunsQuery {
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
pub struct LoadPointsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<LoadPointsBorrowed, mainstay_db::DbError>,
    mapper: fn(LoadPointsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LoadPointsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(LoadPointsBorrowed) -> R) -> LoadPointsQuery<'c, 'a, 's, C, R, N> {
        LoadPointsQuery {
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
pub struct EfficiencyRunsStmt(&'static mainstay_db::Statement);
pub fn efficiency_runs() -> EfficiencyRunsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "analytics.efficiency_runs",
        "select /* analytics.efficiency_runs */ activity.id, activity.start_time, activity.distance_m, activity.moving_time_s, activity.avg_hr_bpm, activity.is_race, athlete.threshold_hr_bpm, analysis.efficiency_factor, analysis.first_half_ef, analysis.second_half_ef, analysis.decoupling_percent, analysis.efficiency_reasons from activity join athlete on athlete.id = activity.athlete_id left join activity_analysis as analysis on analysis.athlete_id = activity.athlete_id and analysis.activity_id = activity.id where activity.athlete_id = $1 and activity.deleted_at is null and activity.sport = 'run' and activity.start_time >= $2 and activity.start_time < $3 order by activity.start_time desc, activity.id desc limit $4",
    );
    EfficiencyRunsStmt(&STATEMENT)
}
impl EfficiencyRunsStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        since: &'a jiff::Timestamp,
        until: &'a jiff::Timestamp,
        max_rows: &'a i64,
    ) -> EfficiencyRunsQuery<'c, 'a, 's, C, EfficiencyRuns, 4> {
        EfficiencyRunsQuery {
            client,
            params: [athlete_id, since, until, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<EfficiencyRunsBorrowed, mainstay_db::DbError> {
                Ok(EfficiencyRunsBorrowed {
                    id: row.try_get(0)?,
                    start_time: row.try_get(1)?,
                    distance_m: row.try_get(2)?,
                    moving_time_s: row.try_get(3)?,
                    avg_hr_bpm: row.try_get(4)?,
                    is_race: row.try_get(5)?,
                    threshold_hr_bpm: row.try_get(6)?,
                    efficiency_factor: row.try_get(7)?,
                    first_half_ef: row.try_get(8)?,
                    second_half_ef: row.try_get(9)?,
                    decoupling_percent: row.try_get(10)?,
                    efficiency_reasons: row.try_get(11)?,
                })
            },
            mapper: |it| EfficiencyRuns::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        EfficiencyRunsParams,
        EfficiencyRunsQuery<'c, 'a, 's, C, EfficiencyRuns, 4>,
        C,
    > for EfficiencyRunsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a EfficiencyRunsParams,
    ) -> EfficiencyRunsQuery<'c, 'a, 's, C, EfficiencyRuns, 4> {
        self.bind(client, &params.athlete_id, &params.since, &params.until, &params.max_rows)
    }
}
pub struct LoadPointsStmt(&'static mainstay_db::Statement);
pub fn load_points() -> LoadPointsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "analytics.load_points",
        "select /* analytics.load_points */ activity.sport, activity.start_time, activity.distance_m, activity.moving_time_s, analysis.load, analysis.load_source from activity left join activity_analysis as analysis on analysis.athlete_id = activity.athlete_id and analysis.activity_id = activity.id where activity.athlete_id = $1 and activity.deleted_at is null and activity.sport <> 'multisport' and activity.start_time >= $2 and activity.start_time < $3 order by activity.start_time desc, activity.id desc limit $4",
    );
    LoadPointsStmt(&STATEMENT)
}
impl LoadPointsStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        since: &'a jiff::Timestamp,
        until: &'a jiff::Timestamp,
        max_rows: &'a i64,
    ) -> LoadPointsQuery<'c, 'a, 's, C, LoadPoints, 4> {
        LoadPointsQuery {
            client,
            params: [athlete_id, since, until, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<LoadPointsBorrowed, mainstay_db::DbError> {
                Ok(LoadPointsBorrowed {
                    sport: row.try_get(0)?,
                    start_time: row.try_get(1)?,
                    distance_m: row.try_get(2)?,
                    moving_time_s: row.try_get(3)?,
                    load: row.try_get(4)?,
                    load_source: row.try_get(5)?,
                })
            },
            mapper: |it| LoadPoints::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LoadPointsParams,
        LoadPointsQuery<'c, 'a, 's, C, LoadPoints, 4>,
        C,
    > for LoadPointsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LoadPointsParams,
    ) -> LoadPointsQuery<'c, 'a, 's, C, LoadPoints, 4> {
        self.bind(client, &params.athlete_id, &params.since, &params.until, &params.max_rows)
    }
}
