//! The two accounts of a first start: an administrator, and a demo athlete for whoever begins from nothing.
//! Never here: what is printed, and the sample files (`commands::first_run`).
//!
//! A first start is finished when there is an administrator. Until then every step can be repeated, and two processes
//! may take it at the same time: the administrator's row is the last one written, and only one of them writes it.

use std::sync::Arc;

use mainstay_db::{DbError, Tx};
use mainstay_http::auth::passwords::{HashError, NewPassword};
use uuid::Uuid;

use super::{Role, store};
use crate::state::App;

/// The administrator's address.
pub const ADMIN_EMAIL: &str = "admin@paceline.example";

/// The demo athlete's address.
pub const DEMO_EMAIL: &str = "demo@paceline.example";

/// Why the accounts could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    /// There is no administrator, and somebody else has the address.
    #[error(
        "there is no administrator, and {ADMIN_EMAIL} belongs to an account that is none; make one with: \
         paceline account create YOU@YOUR.DOMAIN --role admin"
    )]
    AddressTaken,
    /// The sign-ins could not be shown.
    #[error("the sign-ins cannot be shown: {0}")]
    NotShown(#[from] std::io::Error),
    /// Hashing failed.
    #[error(transparent)]
    Password(#[from] HashError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The new passwords of the two accounts.
#[derive(Debug)]
pub struct Passwords {
    /// The administrator's.
    pub admin: NewPassword,
    /// The demo athlete, where there is one, and their password.
    pub demo: Option<(Uuid, NewPassword)>,
}

/// Whether there is an administrator: then nothing of a first start is left to do.
pub async fn is_founded(app: &App) -> Result<bool, FoundingError> {
    let read = app.db.read();
    Ok(store::look_around(&read, DEMO_EMAIL).await?.has_admin)
}

/// The demo athlete, where there is one.
pub async fn find_demo_athlete(app: &App) -> Result<Option<Uuid>, DbError> {
    let read = app.db.read();
    Ok(store::look_around(&read, DEMO_EMAIL).await?.demo_id)
}

/// The demo athlete, found or made; nobody can sign in as a new one until [`found`] gives a password. `None` where
/// other people have accounts and there is no demo athlete yet: they did not ask for one.
pub async fn demo_athlete(app: &App) -> Result<Option<Uuid>, FoundingError> {
    let demo = store::NewAccount {
        id: app.effects.ids.next(),
        email: DEMO_EMAIL,
        password_hash: None,
        display_name: "Demo athlete",
        role: Role::Athlete.as_str(),
        timezone: "Europe/Amsterdam",
        is_demo: true,
    };
    let (demo, now) = (&demo, app.effects.clock.now());
    let work = |tx: Arc<Tx>| async move {
        let found = store::look_around(&tx, DEMO_EMAIL).await?;
        if found.demo_id.is_some() || found.has_people {
            return Ok(found.demo_id);
        }
        super::insert(&tx, demo, now).await?;
        // Whoever made it: another process may have been faster.
        Ok::<_, DbError>(store::look_around(&tx, DEMO_EMAIL).await?.demo_id)
    };
    Ok(app.months.transaction(&app.db, work).await?)
}

/// Makes the administrator, gives the demo athlete a new password, and shows both sign-ins. Returns false, and shows
/// nothing, when another process was faster.
///
/// `show` runs before the transaction commits. A process that ends between the two has shown sign-ins that do not
/// work, and the next start, which finds no administrator, shows new ones. The other order would leave an installation
/// whose administrator nobody can ever be.
pub async fn found(
    app: &App,
    passwords: Passwords,
    show: impl FnOnce() -> std::io::Result<()>,
) -> Result<bool, FoundingError> {
    let admin_hash = app.passwords.hash(passwords.admin).await?;
    let demo = match passwords.demo {
        Some((id, password)) => Some((id, app.passwords.hash(password).await?)),
        None => None,
    };
    let admin = store::NewAccount {
        id: app.effects.ids.next(),
        email: ADMIN_EMAIL,
        password_hash: Some(&admin_hash),
        display_name: "Administrator",
        role: Role::Admin.as_str(),
        timezone: "UTC",
        is_demo: false,
    };
    let now = app.effects.clock.now();
    let tx = app.db.write().await?;
    // Waits for another process that is doing the same.
    if !super::insert(&tx, &admin, now).await? {
        let found = store::look_around(&tx, DEMO_EMAIL).await?;
        tx.rollback().await?;
        return if found.has_admin { Ok(false) } else { Err(FoundingError::AddressTaken) };
    }
    if let Some((id, hash)) = &demo {
        store::lock_sign_ins(&tx, *id).await?;
        store::set_password_hash(&tx, *id, hash, now).await?;
        store::revoke_other_sessions(&tx, *id, Uuid::nil(), "password_changed", now).await?;
    }
    show()?;
    tx.commit().await?;
    Ok(true)
}
