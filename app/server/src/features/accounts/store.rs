//! Typed statements of accounts, sessions and refresh tokens. Never here: rules.

use jiff::Timestamp;
use mainstay_db::{Client, DbError};
use paceline_queries::queries::accounts as sql;
use uuid::Uuid;

pub(super) use sql::{Account, FindPrincipal, FindRefreshToken, FindThoseWhoAsked, LookAround};

/// A new account.
pub(super) struct NewAccount<'a> {
    pub(super) id: Uuid,
    pub(super) email: &'a str,
    pub(super) password_hash: Option<&'a str>,
    pub(super) display_name: &'a str,
    pub(super) role: &'a str,
    pub(super) timezone: &'a str,
    pub(super) is_demo: bool,
}

/// False where the address has an account: then nothing was inserted.
pub(super) async fn insert_account(
    tx: &Client,
    account: &NewAccount<'_>,
    now: Timestamp,
) -> Result<bool, DbError> {
    sql::insert_account()
        .bind(
            tx,
            &account.id,
            &account.email,
            &account.password_hash,
            &account.display_name,
            &account.role,
            &account.timezone,
            &account.is_demo,
            &now,
        )
        .await
        .map(|inserted| inserted > 0)
}

pub(super) async fn find_by_email(db: &Client, email: &str) -> Result<Option<Account>, DbError> {
    sql::find_account_by_email().bind(db, &email).opt().await
}

pub(super) async fn find(db: &Client, athlete_id: Uuid) -> Result<Option<Account>, DbError> {
    sql::find_account().bind(db, &athlete_id).opt().await
}

pub(super) async fn look_around(db: &Client, demo_email: &str) -> Result<LookAround, DbError> {
    sql::look_around().bind(db, &demo_email).one().await
}

pub(super) async fn find_principal(
    db: &Client,
    athlete_id: Uuid,
    session_id: Uuid,
) -> Result<Option<FindPrincipal>, DbError> {
    sql::find_principal().bind(db, &athlete_id, &session_id).opt().await
}

/// Those of these athletes who have an account.
pub(super) async fn find_those_who_asked(
    db: &Client,
    athlete_ids: &[Uuid],
) -> Result<Vec<FindThoseWhoAsked>, DbError> {
    sql::find_those_who_asked().bind(db, &athlete_ids).all().await
}

/// A session and its first refresh token.
pub(super) struct NewSession<'a> {
    pub(super) athlete_id: Uuid,
    pub(super) id: Uuid,
    pub(super) token_hash: &'a [u8],
    pub(super) expires_at: Timestamp,
    pub(super) user_agent: Option<&'a str>,
}

/// Inserts the session and its first refresh token. False, and nothing inserted, when the account's password hash is no
/// longer the one that was verified.
pub(super) async fn insert_session(
    tx: &Client,
    new: &NewSession<'_>,
    verified_hash: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let inserted = sql::insert_session()
        .bind(tx, &new.id, &now, &new.expires_at, &new.user_agent, &new.athlete_id, &verified_hash)
        .await?;
    if inserted == 0 {
        return Ok(false);
    }
    insert_refresh_token(tx, new, now).await?;
    Ok(true)
}

pub(super) async fn insert_refresh_token(
    tx: &Client,
    new: &NewSession<'_>,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::insert_refresh_token()
        .bind(tx, &new.athlete_id, &new.token_hash, &new.id, &now, &new.expires_at)
        .await
        .map(drop)
}

/// Locks the token's row until the transaction ends.
pub(super) async fn find_refresh_token(
    tx: &Client,
    hash: &[u8],
) -> Result<Option<FindRefreshToken>, DbError> {
    sql::find_refresh_token().bind(tx, &hash).opt().await
}

pub(super) async fn use_refresh_token(
    tx: &Client,
    athlete_id: Uuid,
    hash: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    sql::use_refresh_token().bind(tx, &now, &athlete_id, &hash).await.map(drop)
}

pub(super) async fn touch_session(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::touch_session().bind(tx, &now, &expires_at, &athlete_id, &id).await.map(drop)
}

pub(super) async fn revoke_session(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    reason: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::revoke_session().bind(tx, &now, &reason, &athlete_id, &id).await.map(drop)
}

/// Ends every session but one; [`Uuid::nil`] ends them all. Returns how many ended.
pub(super) async fn revoke_other_sessions(
    tx: &Client,
    athlete_id: Uuid,
    keep: Uuid,
    reason: &str,
    now: Timestamp,
) -> Result<u64, DbError> {
    sql::revoke_other_sessions().bind(tx, &now, &reason, &athlete_id, &keep).await
}

/// The present password hash. Until the transaction ends no session of the account is opened.
pub(super) async fn lock_sign_ins(tx: &Client, athlete_id: Uuid) -> Result<Option<String>, DbError> {
    sql::lock_sign_ins().bind(tx, &athlete_id).opt().await.map(Option::flatten)
}

pub(super) async fn set_password_hash(
    tx: &Client,
    athlete_id: Uuid,
    hash: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::set_password_hash().bind(tx, &hash, &now, &athlete_id).await.map(drop)
}

/// Replaces the verified hash by another of the same password. False when it is no longer the one that is stored.
pub(super) async fn renew_password_hash(
    tx: &Client,
    athlete_id: Uuid,
    hash: &str,
    verified_hash: &str,
) -> Result<bool, DbError> {
    let renewed = sql::renew_password_hash().bind(tx, &hash, &athlete_id, &verified_hash).await?;
    Ok(renewed > 0)
}

/// Returns how many were removed.
pub(super) async fn remove_expired_refresh_tokens(
    tx: &Client,
    max_rows: u32,
    now: Timestamp,
) -> Result<u64, DbError> {
    sql::remove_expired_refresh_tokens().bind(tx, &now, &i64::from(max_rows)).await
}

/// Returns how many were removed.
pub(super) async fn remove_expired_sessions(
    tx: &Client,
    max_rows: u32,
    now: Timestamp,
) -> Result<u64, DbError> {
    sql::remove_expired_sessions().bind(tx, &now, &i64::from(max_rows)).await
}
