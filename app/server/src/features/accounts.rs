//! Accounts: who somebody is, how they sign in, and what they may do.
//! Never here: training data.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use mainstay_db::DbError;
use mainstay_http::auth::passwords::{HashError, NewPassword};
use mainstay_http::auth::tokens::{RefreshToken, TokenError};
use uuid::Uuid;

use crate::state::App;

mod email;
pub mod founding;
mod principal;
mod problems;
mod routes;
mod store;
mod views;

pub use email::{Email, EmailError};
pub use principal::Principal;
pub(crate) use routes::router;

/// Two uses of one refresh token this close together are two tabs of one browser, not a thief.
const CONCURRENT_REFRESH: SignedDuration = SignedDuration::from_secs(10);

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sees and edits their own data.
    Athlete,
    /// Also sees what athletes grant them.
    Coach,
    /// Also runs the installation.
    Admin,
}

impl Role {
    /// The wire and database name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Athlete => "athlete",
            Self::Coach => "coach",
            Self::Admin => "admin",
        }
    }

    /// The role with this name.
    pub fn from_wire(name: &str) -> Option<Self> {
        [Self::Athlete, Self::Coach, Self::Admin].into_iter().find(|role| role.as_str() == name)
    }
}

/// A new account, checked.
#[derive(Debug)]
pub struct Registration {
    /// Where the person is reached; unique whatever its capitals.
    pub email: Email,
    /// A password that keeps the rule.
    pub password: NewPassword,
    /// Name to show, 1 to 100 characters.
    pub display_name: String,
    /// The zone of their civil days.
    pub timezone: TimeZone,
    /// What they may do. The API registers athletes only.
    pub role: Role,
    /// Whether the account shows sample data.
    pub is_demo: bool,
}

/// A sign-in that worked: who, and the two tokens. The tokens are shown once and stored nowhere.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub account: SignedInAccount,
    /// A signed token for the next minutes.
    pub access_token: String,
    /// Its life.
    pub expires_in: Duration,
    /// An opaque token for one refresh.
    pub refresh_token: RefreshToken,
    /// Its life.
    pub refresh_expires_in: Duration,
}

/// The account of a sign-in.
#[derive(Debug, Clone)]
pub struct SignedInAccount {
    /// The athlete's id.
    pub id: Uuid,
    /// E-mail address.
    pub email: String,
    /// Name to show.
    pub display_name: String,
    /// What they may do.
    pub role: String,
    /// IANA zone.
    pub timezone: String,
}

/// Why signing up, in or on failed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The address has an account.
    #[error("this e-mail address already has an account")]
    EmailTaken,
    /// Unknown address or wrong password; deliberately the same.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The refresh token is unknown, expired, or its session has ended.
    #[error("the refresh token is not valid; sign in again")]
    InvalidRefreshToken,
    /// The refresh token was used before: its session has been ended.
    #[error("the refresh token was used before; its session has been ended, sign in again")]
    RefreshTokenReused,
    /// Another request used the same refresh token a moment ago and has the new one.
    #[error("another request is refreshing this session; use the tokens it received")]
    RefreshInProgress,
    /// Hashing failed or is overloaded.
    #[error(transparent)]
    Password(#[from] HashError),
    /// Signing failed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<tokio_postgres::Error> for AccountError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Db(error.into())
    }
}

/// Creates an account and returns its id.
pub async fn create(app: &App, registration: Registration) -> Result<Uuid, AccountError> {
    let id = app.effects.ids.next();
    let password_hash = app.passwords.hash(registration.password).await?;
    let account = store::NewAccount {
        id,
        email: registration.email.as_str(),
        password_hash: Some(&password_hash),
        display_name: &registration.display_name,
        role: registration.role.as_str(),
        timezone: registration.timezone.iana_name().unwrap_or("UTC"),
        is_demo: registration.is_demo,
    };
    let tx = app.db.write().await?;
    if !store::insert_account(&tx, &account, app.effects.clock.now()).await? {
        tx.rollback().await?;
        return Err(AccountError::EmailTaken);
    }
    tx.commit().await?;
    Ok(id)
}

/// The id of the account with this address.
pub async fn find_id(app: &App, email: &str) -> Result<Option<Uuid>, AccountError> {
    let read = app.db.read().await?;
    Ok(store::find_by_email(&read, email).await?.map(|account| account.id))
}

/// Creates an account and signs it in.
pub(crate) async fn register(
    app: &App,
    registration: Registration,
    user_agent: Option<&str>,
) -> Result<SignedIn, AccountError> {
    let email = registration.email.as_str().to_owned();
    create(app, registration).await?;
    let read = app.db.read().await?;
    let account = store::find_by_email(&read, &email).await?.ok_or(AccountError::WrongCredentials)?;
    drop(read);
    open_session(app, account, user_agent).await
}

/// Checks a password and opens a session. Takes the same time whether the account exists or not.
pub(crate) async fn sign_in(
    app: &App,
    email: &str,
    password: String,
    user_agent: Option<&str>,
) -> Result<SignedIn, AccountError> {
    let read = app.db.read().await?;
    // What is no address has no account, and may hold what the database cannot be asked for.
    let account = match Email::parse(email) {
        Ok(email) => store::find_by_email(&read, email.as_str()).await?,
        Err(EmailError) => None,
    };
    // The connection is not held while the hash is computed.
    drop(read);
    let stored = account.as_ref().and_then(|account| account.password_hash.clone());
    let verdict = app.passwords.verify(password, stored).await?;
    match account {
        Some(account) if verdict.is_right() => open_session(app, account, user_agent).await,
        _ => Err(AccountError::WrongCredentials),
    }
}

async fn open_session(
    app: &App,
    account: store::Account,
    user_agent: Option<&str>,
) -> Result<SignedIn, AccountError> {
    let now = app.effects.clock.now();
    let session_id = app.effects.ids.next();
    let refresh_token = RefreshToken::generate(&app.effects.random);
    let session = store::NewSession {
        athlete_id: account.id,
        id: session_id,
        token_hash: &refresh_token.digest(),
        expires_at: refresh_expiry(app, now),
        user_agent,
    };
    let tx = app.db.write().await?;
    store::insert_session(&tx, &session, now).await?;
    tx.commit().await?;
    signed_in(app, account, session_id, refresh_token)
}

/// Exchanges a refresh token for a new pair. A token works once: one that comes back later ends its session,
/// because then two hold it and one of them is a thief.
pub(crate) async fn refresh(app: &App, token: &RefreshToken) -> Result<SignedIn, AccountError> {
    let now = app.effects.clock.now();
    let digest = token.digest();
    let tx = app.db.write().await?;
    let found = store::find_refresh_token(&tx, &digest).await?.ok_or(AccountError::InvalidRefreshToken)?;
    if found.revoked_at.is_some() || found.expires_at <= now {
        return Err(AccountError::InvalidRefreshToken);
    }
    if let Some(used_at) = found.used_at {
        if now.duration_since(used_at) <= CONCURRENT_REFRESH {
            return Err(AccountError::RefreshInProgress);
        }
        store::revoke_session(&tx, found.athlete_id, found.session_id, "refresh_token_reused", now).await?;
        tx.commit().await?;
        return Err(AccountError::RefreshTokenReused);
    }
    let account = store::find(&tx, found.athlete_id).await?.ok_or(AccountError::InvalidRefreshToken)?;
    let next = RefreshToken::generate(&app.effects.random);
    let expires_at = refresh_expiry(app, now);
    let renewed = store::NewSession {
        athlete_id: found.athlete_id,
        id: found.session_id,
        token_hash: &next.digest(),
        expires_at,
        user_agent: None,
    };
    store::use_refresh_token(&tx, found.athlete_id, &digest, now).await?;
    store::insert_refresh_token(&tx, &renewed, now).await?;
    store::touch_session(&tx, found.athlete_id, found.session_id, expires_at, now).await?;
    tx.commit().await?;
    signed_in(app, account, found.session_id, next)
}

/// Ends the session of the request; its access tokens stop working at once.
pub(crate) async fn sign_out(app: &App, who: &Principal) -> Result<(), AccountError> {
    let tx = app.db.write().await?;
    let now = app.effects.clock.now();
    store::revoke_session(&tx, who.athlete_id, who.session_id, "logout", now).await?;
    Ok(tx.commit().await?)
}

/// Ends every session of the account; returns how many ended.
pub(crate) async fn sign_out_everywhere(app: &App, who: &Principal) -> Result<u64, AccountError> {
    let tx = app.db.write().await?;
    let now = app.effects.clock.now();
    let ended = store::revoke_other_sessions(&tx, who.athlete_id, Uuid::nil(), "logout_all", now).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Changes the password and ends every other session.
pub(crate) async fn change_password(
    app: &App,
    who: &Principal,
    current: String,
    new: NewPassword,
) -> Result<(), AccountError> {
    let read = app.db.read().await?;
    let stored = store::find(&read, who.athlete_id).await?.and_then(|account| account.password_hash);
    drop(read);
    if !app.passwords.verify(current, stored).await?.is_right() {
        return Err(AccountError::WrongCredentials);
    }
    let hash = app.passwords.hash(new).await?;
    let now = app.effects.clock.now();
    let tx = app.db.write().await?;
    store::set_password_hash(&tx, who.athlete_id, &hash, now).await?;
    store::revoke_other_sessions(&tx, who.athlete_id, who.session_id, "password_changed", now).await?;
    Ok(tx.commit().await?)
}

fn refresh_expiry(app: &App, now: Timestamp) -> Timestamp {
    let life = app.config.http.tokens.refresh_life;
    SignedDuration::try_from(life).ok().and_then(|life| now.checked_add(life).ok()).unwrap_or(Timestamp::MAX)
}

fn signed_in(
    app: &App,
    account: store::Account,
    session_id: Uuid,
    refresh_token: RefreshToken,
) -> Result<SignedIn, AccountError> {
    let access_token = app.gate.tokens().issue(account.id, session_id, &account.role)?;
    Ok(SignedIn {
        account: SignedInAccount {
            id: account.id,
            email: account.email,
            display_name: account.display_name,
            role: account.role,
            timezone: account.timezone,
        },
        access_token,
        expires_in: app.gate.tokens().life(),
        refresh_token,
        refresh_expires_in: app.config.http.tokens.refresh_life,
    })
}
