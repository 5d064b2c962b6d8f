//! Accounts: who somebody is, how they sign in, and what they may do.
//! Never here: training data.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mainstay_db::{DbError, TransactionError, Tx};
use mainstay_http::auth::passwords::{HashError, NewPassword};
use mainstay_http::auth::tokens::{RefreshToken, TokenError};
use uuid::Uuid;

use crate::config::RegistrationRule;
use crate::events::{self, AthleteCreated};
use crate::state::App;

mod email;
mod expiry;
pub mod founding;
mod principal;
mod problems;
mod routes;
mod sessions;
mod store;
mod views;

pub use email::{Email, EmailError};
pub use expiry::{RemoveExpired, Removed, remove_expired};
pub use principal::{Admin, Principal};
pub(crate) use principal::{NotAdmin, OnBehalf, Standing};
pub(crate) use routes::router;

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
    /// The configuration lets nobody register.
    #[error("registration is closed")]
    RegistrationClosed,
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
    /// The session is not of the account that leaves.
    #[error("another account is signed in")]
    AnotherAccount,
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

impl TransactionError for AccountError {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            _ => None,
        }
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
    let (account, now) = (&account, app.effects.clock.now());
    let insert = |tx: Arc<Tx>| async move { insert(&tx, account, now).await };
    if app.months.transaction(&app.db, insert).await? { Ok(id) } else { Err(AccountError::EmailTaken) }
}

/// Inserts the account and tells of it. False where the address has one: then nothing was inserted.
async fn insert(tx: &Tx, account: &store::NewAccount<'_>, now: Timestamp) -> Result<bool, DbError> {
    let is_new = store::insert_account(tx, account, now).await?;
    if is_new {
        let (athlete_id, role, is_demo) = (account.id, account.role.to_owned(), account.is_demo);
        events::tell(tx, &[AthleteCreated { athlete_id, role, is_demo }]).await?;
    }
    Ok(is_new)
}

/// The id of the account with this address.
pub async fn find_id(app: &App, email: &str) -> Result<Option<Uuid>, AccountError> {
    let read = app.db.read();
    Ok(store::find_by_email(&read, email).await?.map(|account| account.id))
}

/// Whether somebody may register over the API.
pub(crate) fn may_register(app: &App) -> Result<(), AccountError> {
    match app.config.auth.registration {
        RegistrationRule::Open => Ok(()),
        RegistrationRule::Closed => Err(AccountError::RegistrationClosed),
    }
}

/// Creates an account and signs it in, where [`may_register`] says so.
pub(crate) async fn register(
    app: &App,
    registration: Registration,
    user_agent: Option<&str>,
) -> Result<SignedIn, AccountError> {
    may_register(app)?;
    let email = registration.email.as_str().to_owned();
    create(app, registration).await?;
    let read = app.db.read_from_primary();
    let account = store::find_by_email(&read, &email).await?.ok_or(AccountError::WrongCredentials)?;
    drop(read);
    sessions::open_session(app, account, user_agent).await?.ok_or(AccountError::WrongCredentials)
}
