// This file was generated with `clorinde`. Do not modify.

#[derive(Debug)]
pub struct UpdateAthleteParams<T1: crate::StringSql, T2: crate::StringSql, T3: crate::StringSql> {
    pub display_name: T1,
    pub timezone: T2,
    pub birthdate: Option<jiff::civil::Date>,
    pub sex: Option<T3>,
    pub resting_hr_bpm: Option<i16>,
    pub max_hr_bpm: Option<i16>,
    pub threshold_hr_bpm: Option<i16>,
    pub threshold_pace_s_per_km: Option<f64>,
    pub threshold_power_w: Option<i16>,
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct PersonalBestsParams<T1: crate::StringSql> {
    pub athlete_id: uuid::Uuid,
    pub sport: Option<T1>,
    pub one: i64,
    pub max_rows: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub id: uuid::Uuid,
    pub email: String,
    pub display_name: String,
    pub role: String,
    pub timezone: String,
    pub birthdate: Option<jiff::civil::Date>,
    pub sex: Option<String>,
    pub resting_hr_bpm: Option<i16>,
    pub max_hr_bpm: Option<i16>,
    pub threshold_hr_bpm: Option<i16>,
    pub threshold_pace_s_per_km: Option<f64>,
    pub threshold_power_w: Option<i16>,
    pub is_demo: bool,
    pub created_at: jiff::Timestamp,
}
pub struct ProfileBorrowed<'a> {
    pub id: uuid::Uuid,
    pub email: &'a str,
    pub display_name: &'a str,
    pub role: &'a str,
    pub timezone: &'a str,
    pub birthdate: Option<jiff::civil::Date>,
    pub sex: Option<&'a str>,
    pub resting_hr_bpm: Option<i16>,
    pub max_hr_bpm: Option<i16>,
    pub threshold_hr_bpm: Option<i16>,
    pub threshold_pace_s_per_km: Option<f64>,
    pub threshold_power_w: Option<i16>,
    pub is_demo: bool,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<ProfileBorrowed<'a>> for Profile {
    fn from(
        ProfileBorrowed {
            id,
            email,
            display_name,
            role,
            timezone,
            birthdate,
            sex,
            resting_hr_bpm,
            max_hr_bpm,
            threshold_hr_bpm,
            threshold_pace_s_per_km,
            threshold_power_w,
            is_demo,
            created_at,
        }: ProfileBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            email: email.into(),
            display_name: display_name.into(),
            role: role.into(),
            timezone: timezone.into(),
            birthdate,
            sex: sex.map(|v| v.into()),
            resting_hr_bpm,
            max_hr_bpm,
            threshold_hr_bpm,
            threshold_pace_s_per_km,
            threshold_power_w,
            is_demo,
            created_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalBests {
    pub sport: String,
    pub distance_m: f64,
    pub elapsed_s: f64,
    pub start_s: f64,
    pub achieved_at: jiff::Timestamp,
    pub activity_id: uuid::Uuid,
    pub activity_name: String,
    pub is_race: bool,
}
pub struct PersonalBestsBorrowed<'a> {
    pub sport: &'a str,
    pub distance_m: f64,
    pub elapsed_s: f64,
    pub start_s: f64,
    pub achieved_at: jiff::Timestamp,
    pub activity_id: uuid::Uuid,
    pub activity_name: &'a str,
    pub is_race: bool,
}
impl<'a> From<PersonalBestsBorrowed<'a>> for PersonalBests {
    fn from(
        PersonalBestsBorrowed {
            sport,
            distance_m,
            elapsed_s,
            start_s,
            achieved_at,
            activity_id,
            activity_name,
            is_race,
        }: PersonalBestsBorrowed<'a>,
    ) -> Self {
        Self {
            sport: sport.into(),
            distance_m,
            elapsed_s,
            start_s,
            achieved_at,
            activity_id,
            activity_name: activity_name.into(),
            is_race,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ProfileQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<ProfileBorrowed, mainstay_db::DbError>,
    mapper: fn(ProfileBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ProfileQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ProfileBorrowed) -> R) -> ProfileQuery<'c, 'a, 's, C, R, N> {
        ProfileQuery {
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
pub struct PersonalBestsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<PersonalBestsBorrowed, mainstay_db::DbError>,
    mapper: fn(PersonalBestsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> PersonalBestsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(PersonalBestsBorrowed) -> R) -> PersonalBestsQuery<'c, 'a, 's, C, R, N> {
        PersonalBestsQuery {
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
pub struct FindAthleteStmt(&'static mainstay_db::Statement);
pub fn find_athlete() -> FindAthleteStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "athletes.find_athlete",
        "select /* athletes.find_athlete */ id, email, display_name, role, timezone, birthdate, sex, resting_hr_bpm, max_hr_bpm, threshold_hr_bpm, threshold_pace_s_per_km, threshold_power_w, is_demo, created_at from athlete where id = $1",
    );
    FindAthleteStmt(&STATEMENT)
}
impl FindAthleteStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
    ) -> ProfileQuery<'c, 'a, 's, C, Profile, 1> {
        ProfileQuery {
            client,
            params: [athlete_id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<ProfileBorrowed, mainstay_db::DbError> {
                Ok(ProfileBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    role: row.try_get(3)?,
                    timezone: row.try_get(4)?,
                    birthdate: row.try_get(5)?,
                    sex: row.try_get(6)?,
                    resting_hr_bpm: row.try_get(7)?,
                    max_hr_bpm: row.try_get(8)?,
                    threshold_hr_bpm: row.try_get(9)?,
                    threshold_pace_s_per_km: row.try_get(10)?,
                    threshold_power_w: row.try_get(11)?,
                    is_demo: row.try_get(12)?,
                    created_at: row.try_get(13)?,
                })
            },
            mapper: |it| Profile::from(it),
        }
    }
}
pub struct LockAthleteProfileStmt(&'static mainstay_db::Statement);
pub fn lock_athlete_profile() -> LockAthleteProfileStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "athletes.lock_athlete_profile",
        "select /* athletes.lock_athlete_profile */ id, email, display_name, role, timezone, birthdate, sex, resting_hr_bpm, max_hr_bpm, threshold_hr_bpm, threshold_pace_s_per_km, threshold_power_w, is_demo, created_at from athlete where id = $1 for no key update",
    );
    LockAthleteProfileStmt(&STATEMENT)
}
impl LockAthleteProfileStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
    ) -> ProfileQuery<'c, 'a, 's, C, Profile, 1> {
        ProfileQuery {
            client,
            params: [athlete_id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<ProfileBorrowed, mainstay_db::DbError> {
                Ok(ProfileBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    role: row.try_get(3)?,
                    timezone: row.try_get(4)?,
                    birthdate: row.try_get(5)?,
                    sex: row.try_get(6)?,
                    resting_hr_bpm: row.try_get(7)?,
                    max_hr_bpm: row.try_get(8)?,
                    threshold_hr_bpm: row.try_get(9)?,
                    threshold_pace_s_per_km: row.try_get(10)?,
                    threshold_power_w: row.try_get(11)?,
                    is_demo: row.try_get(12)?,
                    created_at: row.try_get(13)?,
                })
            },
            mapper: |it| Profile::from(it),
        }
    }
}
pub struct UpdateAthleteStmt(&'static mainstay_db::Statement);
pub fn update_athlete() -> UpdateAthleteStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "athletes.update_athlete",
        "update /* athletes.update_athlete */ athlete set display_name = $1, timezone = $2, birthdate = $3, sex = $4, resting_hr_bpm = $5, max_hr_bpm = $6, threshold_hr_bpm = $7, threshold_pace_s_per_km = $8, threshold_power_w = $9, updated_at = $10 where id = $11",
    );
    UpdateAthleteStmt(&STATEMENT)
}
impl UpdateAthleteStmt {
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        display_name: &'a T1,
        timezone: &'a T2,
        birthdate: &'a Option<jiff::civil::Date>,
        sex: &'a Option<T3>,
        resting_hr_bpm: &'a Option<i16>,
        max_hr_bpm: &'a Option<i16>,
        threshold_hr_bpm: &'a Option<i16>,
        threshold_pace_s_per_km: &'a Option<f64>,
        threshold_power_w: &'a Option<i16>,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client
            .execute(
                self.0,
                &[
                    display_name,
                    timezone,
                    birthdate,
                    sex,
                    resting_hr_bpm,
                    max_hr_bpm,
                    threshold_hr_bpm,
                    threshold_pace_s_per_km,
                    threshold_power_w,
                    now,
                    athlete_id,
                ],
            )
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::StringSql, T3: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UpdateAthleteParams<T1, T2, T3>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for UpdateAthleteStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UpdateAthleteParams<T1, T2, T3>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.display_name,
            &params.timezone,
            &params.birthdate,
            &params.sex,
            &params.resting_hr_bpm,
            &params.max_hr_bpm,
            &params.threshold_hr_bpm,
            &params.threshold_pace_s_per_km,
            &params.threshold_power_w,
            &params.now,
            &params.athlete_id,
        ))
    }
}
pub struct OutdateAnalysesStmt(&'static mainstay_db::Statement);
pub fn outdate_analyses() -> OutdateAnalysesStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "athletes.outdate_analyses",
        "update /* athletes.outdate_analyses */ activity_analysis set algorithm_version = 0 from activity where activity_analysis.athlete_id = $1 and activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id and activity.primary_sha256 is not null",
    );
    OutdateAnalysesStmt(&STATEMENT)
}
impl OutdateAnalysesStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[athlete_id]).await
    }
}
pub struct PersonalBestsStmt(&'static mainstay_db::Statement);
pub fn personal_bests() -> PersonalBestsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "athletes.personal_bests",
        "with /* athletes.personal_bests */ recursive raced (sport, distance_m) as ( ( select best_effort.sport, best_effort.distance_m from best_effort where best_effort.athlete_id = $1 and ($2::text is null or best_effort.sport = $2) order by best_effort.sport, best_effort.distance_m limit $3 ) union all select following.sport, following.distance_m from raced cross join lateral ( select best_effort.sport, best_effort.distance_m from best_effort where best_effort.athlete_id = $1 and ($2::text is null or best_effort.sport = $2) and (best_effort.sport, best_effort.distance_m) > (raced.sport, raced.distance_m) order by best_effort.sport, best_effort.distance_m limit $3 ) as following ) select fastest.sport, fastest.distance_m, fastest.elapsed_s, fastest.start_s, fastest.achieved_at, fastest.activity_id, fastest.activity_name, fastest.is_race from raced cross join lateral ( select best_effort.sport, best_effort.distance_m, best_effort.elapsed_s, best_effort.start_s, best_effort.achieved_at, best_effort.activity_id, activity.name as activity_name, activity.is_race from best_effort join activity on activity.athlete_id = best_effort.athlete_id and activity.id = best_effort.activity_id where best_effort.athlete_id = $1 and best_effort.sport = raced.sport and best_effort.distance_m = raced.distance_m and activity.deleted_at is null order by best_effort.elapsed_s, best_effort.achieved_at, best_effort.activity_id limit $3 ) as fastest order by fastest.sport, fastest.distance_m limit $4",
    );
    PersonalBestsStmt(&STATEMENT)
}
impl PersonalBestsStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        sport: &'a Option<T1>,
        one: &'a i64,
        max_rows: &'a i64,
    ) -> PersonalBestsQuery<'c, 'a, 's, C, PersonalBests, 4> {
        PersonalBestsQuery {
            client,
            params: [athlete_id, sport, one, max_rows],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<PersonalBestsBorrowed, mainstay_db::DbError> {
                Ok(PersonalBestsBorrowed {
                    sport: row.try_get(0)?,
                    distance_m: row.try_get(1)?,
                    elapsed_s: row.try_get(2)?,
                    start_s: row.try_get(3)?,
                    achieved_at: row.try_get(4)?,
                    activity_id: row.try_get(5)?,
                    activity_name: row.try_get(6)?,
                    is_race: row.try_get(7)?,
                })
            },
            mapper: |it| PersonalBests::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        PersonalBestsParams<T1>,
        PersonalBestsQuery<'c, 'a, 's, C, PersonalBests, 4>,
        C,
    > for PersonalBestsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PersonalBestsParams<T1>,
    ) -> PersonalBestsQuery<'c, 'a, 's, C, PersonalBests, 4> {
        self.bind(client, &params.athlete_id, &params.sport, &params.one, &params.max_rows)
    }
}
