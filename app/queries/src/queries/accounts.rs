// This file was generated with `clorinde`. Do not modify.

#[derive(Debug)]
pub struct InsertAccountParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
> {
    pub id: uuid::Uuid,
    pub email: T1,
    pub password_hash: Option<T2>,
    pub display_name: T3,
    pub role: T4,
    pub timezone: T5,
    pub is_demo: bool,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct FindPrincipalParams {
    pub athlete_id: uuid::Uuid,
    pub session_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertSessionParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub id: uuid::Uuid,
    pub now: jiff::Timestamp,
    pub expires_at: jiff::Timestamp,
    pub user_agent: Option<T1>,
    pub athlete_id: uuid::Uuid,
    pub verified_hash: T2,
}
#[derive(Debug)]
pub struct InsertRefreshTokenParams<T1: crate::BytesSql> {
    pub athlete_id: uuid::Uuid,
    pub token_hash: T1,
    pub session_id: uuid::Uuid,
    pub now: jiff::Timestamp,
    pub expires_at: jiff::Timestamp,
}
#[derive(Debug)]
pub struct UseRefreshTokenParams<T1: crate::BytesSql> {
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub token_hash: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct TouchSessionParams {
    pub now: jiff::Timestamp,
    pub expires_at: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RevokeSessionParams<T1: crate::StringSql> {
    pub now: jiff::Timestamp,
    pub reason: T1,
    pub athlete_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RevokeOtherSessionsParams<T1: crate::StringSql> {
    pub now: jiff::Timestamp,
    pub reason: T1,
    pub athlete_id: uuid::Uuid,
    pub keep_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct SetPasswordHashParams<T1: crate::StringSql> {
    pub password_hash: T1,
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RenewPasswordHashParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub password_hash: T1,
    pub athlete_id: uuid::Uuid,
    pub verified_hash: T2,
}
#[derive(Clone, Copy, Debug)]
pub struct RemoveExpiredRefreshTokensParams {
    pub now: jiff::Timestamp,
    pub max_rows: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct RemoveExpiredSessionsParams {
    pub now: jiff::Timestamp,
    pub max_rows: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub id: uuid::Uuid,
    pub email: String,
    pub display_name: String,
    pub role: String,
    pub timezone: String,
    pub password_hash: Option<String>,
}
pub struct AccountBorrowed<'a> {
    pub id: uuid::Uuid,
    pub email: &'a str,
    pub display_name: &'a str,
    pub role: &'a str,
    pub timezone: &'a str,
    pub password_hash: Option<&'a str>,
}
impl<'a> From<AccountBorrowed<'a>> for Account {
    fn from(
        AccountBorrowed { id, email, display_name, role, timezone, password_hash }: AccountBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            email: email.into(),
            display_name: display_name.into(),
            role: role.into(),
            timezone: timezone.into(),
            password_hash: password_hash.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct LookAround {
    pub has_admin: bool,
    pub has_people: bool,
    pub demo_id: Option<uuid::Uuid>,
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindPrincipal {
    pub email: String,
    pub display_name: String,
    pub role: String,
    pub timezone: String,
    pub expires_at: jiff::Timestamp,
}
pub struct FindPrincipalBorrowed<'a> {
    pub email: &'a str,
    pub display_name: &'a str,
    pub role: &'a str,
    pub timezone: &'a str,
    pub expires_at: jiff::Timestamp,
}
impl<'a> From<FindPrincipalBorrowed<'a>> for FindPrincipal {
    fn from(
        FindPrincipalBorrowed { email, display_name, role, timezone, expires_at }: FindPrincipalBorrowed<'a>,
    ) -> Self {
        Self {
            email: email.into(),
            display_name: display_name.into(),
            role: role.into(),
            timezone: timezone.into(),
            expires_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct FindThoseWhoAsked {
    pub id: uuid::Uuid,
    pub email: String,
    pub display_name: String,
    pub role: String,
    pub timezone: String,
}
pub struct FindThoseWhoAskedBorrowed<'a> {
    pub id: uuid::Uuid,
    pub email: &'a str,
    pub display_name: &'a str,
    pub role: &'a str,
    pub timezone: &'a str,
}
impl<'a> From<FindThoseWhoAskedBorrowed<'a>> for FindThoseWhoAsked {
    fn from(
        FindThoseWhoAskedBorrowed { id, email, display_name, role, timezone }: FindThoseWhoAskedBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            email: email.into(),
            display_name: display_name.into(),
            role: role.into(),
            timezone: timezone.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct FindRefreshToken {
    pub athlete_id: uuid::Uuid,
    pub session_id: uuid::Uuid,
    pub expires_at: jiff::Timestamp,
    pub used_at: Option<jiff::Timestamp>,
    pub revoked_at: Option<jiff::Timestamp>,
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct AccountQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<AccountBorrowed, mainstay_db::DbError>,
    mapper: fn(AccountBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> AccountQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(AccountBorrowed) -> R) -> AccountQuery<'c, 'a, 's, C, R, N> {
        AccountQuery {
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
pub struct LookAroundQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<LookAround, mainstay_db::DbError>,
    mapper: fn(LookAround) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LookAroundQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(LookAround) -> R) -> LookAroundQuery<'c, 'a, 's, C, R, N> {
        LookAroundQuery {
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
pub struct FindPrincipalQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindPrincipalBorrowed, mainstay_db::DbError>,
    mapper: fn(FindPrincipalBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindPrincipalQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(FindPrincipalBorrowed) -> R) -> FindPrincipalQuery<'c, 'a, 's, C, R, N> {
        FindPrincipalQuery {
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
pub struct FindThoseWhoAskedQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindThoseWhoAskedBorrowed, mainstay_db::DbError>,
    mapper: fn(FindThoseWhoAskedBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindThoseWhoAskedQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(FindThoseWhoAskedBorrowed) -> R,
    ) -> FindThoseWhoAskedQuery<'c, 'a, 's, C, R, N> {
        FindThoseWhoAskedQuery {
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
pub struct FindRefreshTokenQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindRefreshToken, mainstay_db::DbError>,
    mapper: fn(FindRefreshToken) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindRefreshTokenQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(FindRefreshToken) -> R) -> FindRefreshTokenQuery<'c, 'a, 's, C, R, N> {
        FindRefreshTokenQuery {
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
pub struct OptionStringQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static mainstay_db::Statement,
    cached: std::marker::PhantomData<&'s ()>,
    extractor: fn(&tokio_postgres::Row) -> Result<Option<&str>, mainstay_db::DbError>,
    mapper: fn(Option<&str>) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> OptionStringQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(Option<&str>) -> R) -> OptionStringQuery<'c, 'a, 's, C, R, N> {
        OptionStringQuery {
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
pub struct InsertAccountStmt(&'static mainstay_db::Statement);
pub fn insert_account() -> InsertAccountStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.insert_account",
        "insert /* accounts.insert_account */ into athlete (id, email, password_hash, display_name, role, timezone, is_demo, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict (lower(email)) do nothing",
    );
    InsertAccountStmt(&STATEMENT)
}
impl InsertAccountStmt {
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
    >(
        &'s self,
        client: &'c C,
        id: &'a uuid::Uuid,
        email: &'a T1,
        password_hash: &'a Option<T2>,
        display_name: &'a T3,
        role: &'a T4,
        timezone: &'a T5,
        is_demo: &'a bool,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[id, email, password_hash, display_name, role, timezone, is_demo, now]).await
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
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertAccountParams<T1, T2, T3, T4, T5>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertAccountStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertAccountParams<T1, T2, T3, T4, T5>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.id,
            &params.email,
            &params.password_hash,
            &params.display_name,
            &params.role,
            &params.timezone,
            &params.is_demo,
            &params.now,
        ))
    }
}
pub struct FindAccountByEmailStmt(&'static mainstay_db::Statement);
pub fn find_account_by_email() -> FindAccountByEmailStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "accounts.find_account_by_email",
        "select /* accounts.find_account_by_email */ id, email, display_name, role, timezone, password_hash from athlete where lower(email) = lower($1)",
    );
    FindAccountByEmailStmt(&STATEMENT)
}
impl FindAccountByEmailStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        email: &'a T1,
    ) -> AccountQuery<'c, 'a, 's, C, Account, 1> {
        AccountQuery {
            client,
            params: [email],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<AccountBorrowed, mainstay_db::DbError> {
                Ok(AccountBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    role: row.try_get(3)?,
                    timezone: row.try_get(4)?,
                    password_hash: row.try_get(5)?,
                })
            },
            mapper: |it| Account::from(it),
        }
    }
}
pub struct FindAccountStmt(&'static mainstay_db::Statement);
pub fn find_account() -> FindAccountStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "accounts.find_account",
        "select /* accounts.find_account */ id, email, display_name, role, timezone, password_hash from athlete where id = $1",
    );
    FindAccountStmt(&STATEMENT)
}
impl FindAccountStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
    ) -> AccountQuery<'c, 'a, 's, C, Account, 1> {
        AccountQuery {
            client,
            params: [athlete_id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<AccountBorrowed, mainstay_db::DbError> {
                Ok(AccountBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    role: row.try_get(3)?,
                    timezone: row.try_get(4)?,
                    password_hash: row.try_get(5)?,
                })
            },
            mapper: |it| Account::from(it),
        }
    }
}
pub struct LookAroundStmt(&'static mainstay_db::Statement);
pub fn look_around() -> LookAroundStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.look_around",
        "select /* accounts.look_around */ exists (select from athlete where role = 'admin') as has_admin, exists (select from athlete where not is_demo) as has_people, (select id from athlete where lower(email) = lower($1) and is_demo) as demo_id",
    );
    LookAroundStmt(&STATEMENT)
}
impl LookAroundStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        demo_email: &'a T1,
    ) -> LookAroundQuery<'c, 'a, 's, C, LookAround, 1> {
        LookAroundQuery {
            client,
            params: [demo_email],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<LookAround, mainstay_db::DbError> {
                Ok(LookAround {
                    has_admin: row.try_get(0)?,
                    has_people: row.try_get(1)?,
                    demo_id: row.try_get(2)?,
                })
            },
            mapper: |it| LookAround::from(it),
        }
    }
}
pub struct FindPrincipalStmt(&'static mainstay_db::Statement);
pub fn find_principal() -> FindPrincipalStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pipelined(
        "accounts.find_principal",
        "select /* accounts.find_principal */ athlete.email, athlete.display_name, athlete.role, athlete.timezone, login_session.expires_at from login_session join athlete on athlete.id = login_session.athlete_id where login_session.athlete_id = $1 and login_session.id = $2 and login_session.revoked_at is null",
    );
    FindPrincipalStmt(&STATEMENT)
}
impl FindPrincipalStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        session_id: &'a uuid::Uuid,
    ) -> FindPrincipalQuery<'c, 'a, 's, C, FindPrincipal, 2> {
        FindPrincipalQuery {
            client,
            params: [athlete_id, session_id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<FindPrincipalBorrowed, mainstay_db::DbError> {
                Ok(FindPrincipalBorrowed {
                    email: row.try_get(0)?,
                    display_name: row.try_get(1)?,
                    role: row.try_get(2)?,
                    timezone: row.try_get(3)?,
                    expires_at: row.try_get(4)?,
                })
            },
            mapper: |it| FindPrincipal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindPrincipalParams,
        FindPrincipalQuery<'c, 'a, 's, C, FindPrincipal, 2>,
        C,
    > for FindPrincipalStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindPrincipalParams,
    ) -> FindPrincipalQuery<'c, 'a, 's, C, FindPrincipal, 2> {
        self.bind(client, &params.athlete_id, &params.session_id)
    }
}
pub struct FindThoseWhoAskedStmt(&'static mainstay_db::Statement);
pub fn find_those_who_asked() -> FindThoseWhoAskedStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.find_those_who_asked",
        "select /* accounts.find_those_who_asked */ id, email, display_name, role, timezone from athlete where id = any($1)",
    );
    FindThoseWhoAskedStmt(&STATEMENT)
}
impl FindThoseWhoAskedStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>(
        &'s self,
        client: &'c C,
        athlete_ids: &'a T1,
    ) -> FindThoseWhoAskedQuery<'c, 'a, 's, C, FindThoseWhoAsked, 1> {
        FindThoseWhoAskedQuery {
            client,
            params: [athlete_ids],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor:
                |row: &tokio_postgres::Row| -> Result<FindThoseWhoAskedBorrowed, mainstay_db::DbError> {
                    Ok(FindThoseWhoAskedBorrowed {
                        id: row.try_get(0)?,
                        email: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        role: row.try_get(3)?,
                        timezone: row.try_get(4)?,
                    })
                },
            mapper: |it| FindThoseWhoAsked::from(it),
        }
    }
}
pub struct InsertSessionStmt(&'static mainstay_db::Statement);
pub fn insert_session() -> InsertSessionStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.insert_session",
        "insert /* accounts.insert_session */ into login_session (athlete_id, id, created_at, last_used_at, expires_at, user_agent) select id, $1, $2, $2, $3, $4 from athlete where id = $5 and password_hash = $6 for key share",
    );
    InsertSessionStmt(&STATEMENT)
}
impl InsertSessionStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>(
        &'s self,
        client: &'c C,
        id: &'a uuid::Uuid,
        now: &'a jiff::Timestamp,
        expires_at: &'a jiff::Timestamp,
        user_agent: &'a Option<T1>,
        athlete_id: &'a uuid::Uuid,
        verified_hash: &'a T2,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[id, now, expires_at, user_agent, athlete_id, verified_hash]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertSessionParams<T1, T2>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertSessionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertSessionParams<T1, T2>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.id,
            &params.now,
            &params.expires_at,
            &params.user_agent,
            &params.athlete_id,
            &params.verified_hash,
        ))
    }
}
pub struct InsertRefreshTokenStmt(&'static mainstay_db::Statement);
pub fn insert_refresh_token() -> InsertRefreshTokenStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.insert_refresh_token",
        "insert /* accounts.insert_refresh_token */ into refresh_token (athlete_id, token_hash, session_id, issued_at, expires_at) values ($1, $2, $3, $4, $5)",
    );
    InsertRefreshTokenStmt(&STATEMENT)
}
impl InsertRefreshTokenStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
        token_hash: &'a T1,
        session_id: &'a uuid::Uuid,
        now: &'a jiff::Timestamp,
        expires_at: &'a jiff::Timestamp,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[athlete_id, token_hash, session_id, now, expires_at]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::BytesSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertRefreshTokenParams<T1>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for InsertRefreshTokenStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertRefreshTokenParams<T1>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(
            client,
            &params.athlete_id,
            &params.token_hash,
            &params.session_id,
            &params.now,
            &params.expires_at,
        ))
    }
}
pub struct FindRefreshTokenStmt(&'static mainstay_db::Statement);
pub fn find_refresh_token() -> FindRefreshTokenStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.find_refresh_token",
        "select /* accounts.find_refresh_token */ refresh_token.athlete_id, refresh_token.session_id, refresh_token.expires_at, refresh_token.used_at, login_session.revoked_at from refresh_token join login_session on login_session.athlete_id = refresh_token.athlete_id and login_session.id = refresh_token.session_id where refresh_token.token_hash = $1 for update of refresh_token",
    );
    FindRefreshTokenStmt(&STATEMENT)
}
impl FindRefreshTokenStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>(
        &'s self,
        client: &'c C,
        token_hash: &'a T1,
    ) -> FindRefreshTokenQuery<'c, 'a, 's, C, FindRefreshToken, 1> {
        FindRefreshTokenQuery {
            client,
            params: [token_hash],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row: &tokio_postgres::Row| -> Result<FindRefreshToken, mainstay_db::DbError> {
                Ok(FindRefreshToken {
                    athlete_id: row.try_get(0)?,
                    session_id: row.try_get(1)?,
                    expires_at: row.try_get(2)?,
                    used_at: row.try_get(3)?,
                    revoked_at: row.try_get(4)?,
                })
            },
            mapper: |it| FindRefreshToken::from(it),
        }
    }
}
pub struct UseRefreshTokenStmt(&'static mainstay_db::Statement);
pub fn use_refresh_token() -> UseRefreshTokenStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.use_refresh_token",
        "update /* accounts.use_refresh_token */ refresh_token set used_at = $1 where athlete_id = $2 and token_hash = $3",
    );
    UseRefreshTokenStmt(&STATEMENT)
}
impl UseRefreshTokenStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        token_hash: &'a T1,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, athlete_id, token_hash]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::BytesSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UseRefreshTokenParams<T1>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for UseRefreshTokenStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UseRefreshTokenParams<T1>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.athlete_id, &params.token_hash))
    }
}
pub struct TouchSessionStmt(&'static mainstay_db::Statement);
pub fn touch_session() -> TouchSessionStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.touch_session",
        "update /* accounts.touch_session */ login_session set last_used_at = $1, expires_at = $2 where athlete_id = $3 and id = $4",
    );
    TouchSessionStmt(&STATEMENT)
}
impl TouchSessionStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        expires_at: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, expires_at, athlete_id, id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        TouchSessionParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for TouchSessionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a TouchSessionParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.expires_at, &params.athlete_id, &params.id))
    }
}
pub struct RevokeSessionStmt(&'static mainstay_db::Statement);
pub fn revoke_session() -> RevokeSessionStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.revoke_session",
        "update /* accounts.revoke_session */ login_session set revoked_at = $1, revoked_reason = $2 where athlete_id = $3 and id = $4 and revoked_at is null",
    );
    RevokeSessionStmt(&STATEMENT)
}
impl RevokeSessionStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        reason: &'a T1,
        athlete_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, reason, athlete_id, id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RevokeSessionParams<T1>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for RevokeSessionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RevokeSessionParams<T1>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.reason, &params.athlete_id, &params.id))
    }
}
pub struct RevokeOtherSessionsStmt(&'static mainstay_db::Statement);
pub fn revoke_other_sessions() -> RevokeOtherSessionsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.revoke_other_sessions",
        "update /* accounts.revoke_other_sessions */ login_session set revoked_at = $1, revoked_reason = $2 where athlete_id = $3 and id <> $4 and revoked_at is null",
    );
    RevokeOtherSessionsStmt(&STATEMENT)
}
impl RevokeOtherSessionsStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        reason: &'a T1,
        athlete_id: &'a uuid::Uuid,
        keep_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, reason, athlete_id, keep_id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RevokeOtherSessionsParams<T1>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for RevokeOtherSessionsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RevokeOtherSessionsParams<T1>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.reason, &params.athlete_id, &params.keep_id))
    }
}
pub struct LockSignInsStmt(&'static mainstay_db::Statement);
pub fn lock_sign_ins() -> LockSignInsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.lock_sign_ins",
        "select /* accounts.lock_sign_ins */ password_hash from athlete where id = $1 for update",
    );
    LockSignInsStmt(&STATEMENT)
}
impl LockSignInsStmt {
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        athlete_id: &'a uuid::Uuid,
    ) -> OptionStringQuery<'c, 'a, 's, C, Option<String>, 1> {
        OptionStringQuery {
            client,
            params: [athlete_id],
            query: self.0,
            cached: std::marker::PhantomData,
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.map(|v| v.into()),
        }
    }
}
pub struct SetPasswordHashStmt(&'static mainstay_db::Statement);
pub fn set_password_hash() -> SetPasswordHashStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.set_password_hash",
        "update /* accounts.set_password_hash */ athlete set password_hash = $1, updated_at = $2 where id = $3",
    );
    SetPasswordHashStmt(&STATEMENT)
}
impl SetPasswordHashStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        password_hash: &'a T1,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[password_hash, now, athlete_id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetPasswordHashParams<T1>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for SetPasswordHashStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetPasswordHashParams<T1>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.password_hash, &params.now, &params.athlete_id))
    }
}
pub struct RenewPasswordHashStmt(&'static mainstay_db::Statement);
pub fn renew_password_hash() -> RenewPasswordHashStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.renew_password_hash",
        "update /* accounts.renew_password_hash */ athlete set password_hash = $1 where id = $2 and password_hash = $3",
    );
    RenewPasswordHashStmt(&STATEMENT)
}
impl RenewPasswordHashStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>(
        &'s self,
        client: &'c C,
        password_hash: &'a T1,
        athlete_id: &'a uuid::Uuid,
        verified_hash: &'a T2,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[password_hash, athlete_id, verified_hash]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RenewPasswordHashParams<T1, T2>,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for RenewPasswordHashStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RenewPasswordHashParams<T1, T2>,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.password_hash, &params.athlete_id, &params.verified_hash))
    }
}
pub struct RemoveExpiredRefreshTokensStmt(&'static mainstay_db::Statement);
pub fn remove_expired_refresh_tokens() -> RemoveExpiredRefreshTokensStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.remove_expired_refresh_tokens",
        "delete /* accounts.remove_expired_refresh_tokens */ from refresh_token where ctid = any(array( select ctid from refresh_token where expires_at <= $1 order by expires_at limit $2 for update skip locked ))",
    );
    RemoveExpiredRefreshTokensStmt(&STATEMENT)
}
impl RemoveExpiredRefreshTokensStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        max_rows: &'a i64,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, max_rows]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RemoveExpiredRefreshTokensParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for RemoveExpiredRefreshTokensStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RemoveExpiredRefreshTokensParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.max_rows))
    }
}
pub struct RemoveExpiredSessionsStmt(&'static mainstay_db::Statement);
pub fn remove_expired_sessions() -> RemoveExpiredSessionsStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "accounts.remove_expired_sessions",
        "delete /* accounts.remove_expired_sessions */ from login_session where ctid = any(array( select ctid from login_session where expires_at <= $1 and not exists ( select from refresh_token where refresh_token.athlete_id = login_session.athlete_id and refresh_token.session_id = login_session.id offset 0 ) order by expires_at limit $2 for update of login_session skip locked ))",
    );
    RemoveExpiredSessionsStmt(&STATEMENT)
}
impl RemoveExpiredSessionsStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        now: &'a jiff::Timestamp,
        max_rows: &'a i64,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[now, max_rows]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RemoveExpiredSessionsParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for RemoveExpiredSessionsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RemoveExpiredSessionsParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.now, &params.max_rows))
    }
}
