//! Sessions: signing in, refreshing, signing out, and what a new password does to them.
//! Never here: who an account belongs to, what it may do.

use jiff::{SignedDuration, Timestamp};
use mainstay_db::Tx;
use mainstay_http::auth::gate::Leaving;
use mainstay_http::auth::passwords::{NewPassword, Verdict};
use mainstay_http::auth::tokens::RefreshToken;
use uuid::Uuid;

use super::{AccountError, Email, EmailError, Principal, SignedIn, SignedInAccount, store};
use crate::state::App;

/// Two uses of one refresh token this close together are two tabs of one browser, not a thief.
const CONCURRENT_REFRESH: SignedDuration = SignedDuration::from_secs(10);

/// How often a password is verified whose hash changes meanwhile. A hash that was only renewed changes once.
const TRIES: usize = 3;

/// Checks a password and opens a session. Takes the same time whether the account exists or not.
pub(crate) async fn sign_in(
    app: &App,
    email: &str,
    password: String,
    user_agent: Option<&str>,
) -> Result<SignedIn, AccountError> {
    for _ in 0..TRIES {
        // A replica may not know of the account yet, or know a password that is over.
        let read = app.db.read_from_primary();
        // What is no address has no account, and may hold what the database cannot be asked for.
        let account = match Email::parse(email) {
            Ok(email) => store::find_by_email(&read, email.as_str()).await?,
            Err(EmailError) => None,
        };
        // The connection is not held while the hash is computed.
        drop(read);
        let stored = account.as_ref().and_then(|account| account.password_hash.clone());
        let verdict = app.passwords.verify(password.clone(), stored).await?;
        let Some(mut account) = account.filter(|_| verdict.is_right()) else { break };
        if verdict == Verdict::RightButStale && !renew_hash(app, &mut account, password.clone()).await? {
            continue;
        }
        if let Some(signed_in) = open_session(app, account, user_agent).await? {
            return Ok(signed_in);
        }
        // The hash has changed since it was read: what was verified is verified again.
    }
    Err(AccountError::WrongCredentials)
}

/// Stores a hash of today's cost in the place of the verified one. False when that is no longer the account's.
async fn renew_hash(app: &App, account: &mut store::Account, password: String) -> Result<bool, AccountError> {
    // A queue that is full is no reason to keep somebody out: the next sign-in tries again.
    let Ok(hash) = app.passwords.hash_again(password).await else { return Ok(true) };
    let verified_hash = account.password_hash.as_deref().unwrap_or_default();
    let (athlete_id, hash_now) = (account.id, hash.as_str());
    let is_renewed = app.db.transaction(|tx| async move {
        Ok::<_, AccountError>(store::renew_password_hash(&tx, athlete_id, hash_now, verified_hash).await?)
    });
    let is_renewed = is_renewed.await?;
    if is_renewed {
        account.password_hash = Some(hash);
    }
    Ok(is_renewed)
}

/// Opens a session for an account whose password has been verified, or has just been set. `None` when the account's
/// hash is no longer that of `account`.
pub(super) async fn open_session(
    app: &App,
    account: store::Account,
    user_agent: Option<&str>,
) -> Result<Option<SignedIn>, AccountError> {
    let Some(verified_hash) = account.password_hash.as_deref() else { return Ok(None) };
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
    let session = &session;
    let inserting = app.db.transaction(|tx| async move {
        Ok::<_, AccountError>(store::insert_session(&tx, session, verified_hash, now).await?)
    });
    if !inserting.await? {
        return Ok(None);
    }
    signed_in(app, account, session_id, refresh_token).map(Some)
}

/// What became of a refresh token; either way the transaction takes effect.
enum Exchange {
    Renewed {
        account: store::Account,
        session_id: Uuid,
        refresh_token: RefreshToken,
    },
    /// Its session has been ended.
    Reused,
}

/// Exchanges a refresh token for a new pair. A token works once: one that comes back later ends its session,
/// because then two hold it and one of them is a thief.
pub(crate) async fn refresh(app: &App, token: &RefreshToken) -> Result<SignedIn, AccountError> {
    let digest = token.digest();
    match app.db.transaction(|tx| async move { exchange(app, &tx, &digest).await }).await? {
        Exchange::Renewed { account, session_id, refresh_token } => {
            signed_in(app, account, session_id, refresh_token)
        }
        Exchange::Reused => Err(AccountError::RefreshTokenReused),
    }
}

async fn exchange(app: &App, tx: &Tx, digest: &[u8]) -> Result<Exchange, AccountError> {
    let now = app.effects.clock.now();
    let found = store::find_refresh_token(tx, digest).await?.ok_or(AccountError::InvalidRefreshToken)?;
    if found.revoked_at.is_some() || found.expires_at <= now {
        return Err(AccountError::InvalidRefreshToken);
    }
    if let Some(used_at) = found.used_at {
        if now.duration_since(used_at) <= CONCURRENT_REFRESH {
            return Err(AccountError::RefreshInProgress);
        }
        store::revoke_session(tx, found.athlete_id, found.session_id, "refresh_token_reused", now).await?;
        return Ok(Exchange::Reused);
    }
    let account = store::find(tx, found.athlete_id).await?.ok_or(AccountError::InvalidRefreshToken)?;
    let refresh_token = RefreshToken::generate(&app.effects.random);
    let expires_at = refresh_expiry(app, now);
    let renewed = store::NewSession {
        athlete_id: found.athlete_id,
        id: found.session_id,
        token_hash: &refresh_token.digest(),
        expires_at,
        user_agent: None,
    };
    store::use_refresh_token(tx, found.athlete_id, digest, now).await?;
    store::insert_refresh_token(tx, &renewed, now).await?;
    store::touch_session(tx, found.athlete_id, found.session_id, expires_at, now).await?;
    Ok(Exchange::Renewed { account, session_id: found.session_id, refresh_token })
}

/// Ends the session that a request names, by either token; its access tokens stop working at once. One that is unknown
/// or has ended is no error: what was asked for is so. One of another account than the one that leaves stays.
pub(crate) async fn sign_out(app: &App, leaving: &Leaving) -> Result<(), AccountError> {
    if leaving == &Leaving::default() {
        return Ok(());
    }
    let now = app.effects.clock.now();
    let ending = app.db.transaction(|tx| async move {
        let mut sessions: Vec<_> = leaving.claims.iter().map(|claims| (claims.sub, claims.sid)).collect();
        if let Some(token) = &leaving.refresh_token {
            let found = store::find_refresh_token(&tx, &token.digest()).await?;
            sessions.extend(found.map(|found| (found.athlete_id, found.session_id)));
        }
        if sessions.iter().any(|(athlete_id, _)| leaving.expected.is_some_and(|meant| meant != *athlete_id)) {
            return Err(AccountError::AnotherAccount);
        }
        for (athlete_id, session_id) in sessions {
            store::revoke_session(&tx, athlete_id, session_id, "logout", now).await?;
        }
        Ok(())
    });
    ending.await
}

/// Ends every session of the account; returns how many ended.
pub(crate) async fn sign_out_everywhere(app: &App, who: &Principal) -> Result<u64, AccountError> {
    let (now, athlete_id) = (app.effects.clock.now(), who.athlete_id);
    let ending = app.db.transaction(|tx| async move {
        Ok(store::revoke_other_sessions(&tx, athlete_id, Uuid::nil(), "logout_all", now).await?)
    });
    ending.await
}

/// Changes the password and ends every other session, those included that somebody opens with the present password at
/// this moment.
pub(crate) async fn change_password(
    app: &App,
    who: &Principal,
    current: String,
    new: NewPassword,
) -> Result<(), AccountError> {
    let mut new_hash = None;
    for _ in 0..TRIES {
        let read = app.db.read_from_primary();
        let stored = store::find(&read, who.athlete_id).await?.and_then(|account| account.password_hash);
        drop(read);
        if !app.passwords.verify(current.clone(), stored.clone()).await?.is_right() {
            break;
        }
        let hash = match &new_hash {
            Some(hash) => hash,
            None => new_hash.insert(app.passwords.hash(new.clone()).await?),
        };
        let (now, hash, stored) = (app.effects.clock.now(), hash.as_str(), &stored);
        let changing = app.db.transaction(|tx| async move {
            let is_verified = store::lock_sign_ins(&tx, who.athlete_id).await? == *stored;
            if is_verified {
                store::set_password_hash(&tx, who.athlete_id, hash, now).await?;
                let reason = "password_changed";
                store::revoke_other_sessions(&tx, who.athlete_id, who.session_id, reason, now).await?;
            }
            Ok::<_, AccountError>(is_verified)
        });
        if changing.await? {
            return Ok(());
        }
        // The hash has changed since it was read: what was verified is verified again.
    }
    Err(AccountError::WrongCredentials)
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
