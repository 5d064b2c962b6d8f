//! Who is asking: read from the request, verified against the session; or put into a request by the process itself. Never
//! here: what they may do with a particular thing; each feature decides that.

use std::collections::HashMap;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mainstay_cache::{Freshness, Value};
use mainstay_db::DbError;
use mainstay_db::causality::{self, Causality};
use mainstay_http::{Problem, caching};
use uuid::Uuid;

use super::{Role, store};
use crate::answers::tags_of_session;
use crate::state::App;

/// An account with a session that still stands. Extracting it answers 401 for anybody else, and 403 for a cookie that came
/// from somebody else's page.
///
/// Who reads may be let in by what is kept: on the node that has ended a session that is over at once, on any other within
/// the bound of the cache, and at once for whoever has ended it. Whoever changes something is looked up in the database.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The athlete's id: the tenant of every statement.
    pub athlete_id: Uuid,
    /// The session that the access token names.
    pub session_id: Uuid,
    /// What they may do.
    pub role: Role,
    /// E-mail address.
    pub email: Arc<str>,
    /// Name to show.
    pub display_name: Arc<str>,
    /// The zone of their civil days.
    pub timezone: TimeZone,
}

/// An athlete for whom the process asks a question of its own, in the extensions of a request that it has made itself. No
/// byte that was sent becomes one, and it reads only: a request that changes something needs a session.
#[derive(Debug, Clone)]
pub(crate) struct OnBehalf(Principal);

impl OnBehalf {
    /// Those of these athletes who have an account still.
    pub(crate) async fn of(app: &App, athlete_ids: &[Uuid]) -> Result<HashMap<Uuid, Self>, DbError> {
        let found = store::find_those_who_asked(&app.db.read(), athlete_ids).await?;
        Ok(found.into_iter().map(|account| (account.id, Self(account.into()))).collect())
    }
}

fn asked_by_the_process(parts: &Parts) -> Option<&Principal> {
    let OnBehalf(principal) = parts.extensions.get()?;
    parts.method.is_safe().then_some(principal)
}

impl From<store::FindThoseWhoAsked> for Principal {
    fn from(account: store::FindThoseWhoAsked) -> Self {
        Self {
            athlete_id: account.id,
            // None: there is no such session.
            session_id: Uuid::nil(),
            role: Role::from_wire(&account.role).unwrap_or(Role::Athlete),
            email: account.email.into(),
            display_name: account.display_name.into(),
            timezone: TimeZone::get(&account.timezone).unwrap_or(TimeZone::UTC),
        }
    }
}

/// A session that nobody has ended, and whose it is, as the database says it. Kept, it may be over: its time ends without a
/// change of the data.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    role: Role,
    email: Arc<str>,
    display_name: Arc<str>,
    timezone: TimeZone,
    expires_at: Timestamp,
}

impl Value for Standing {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.email.len() + self.display_name.len()
    }
}

impl From<store::FindPrincipal> for Standing {
    fn from(found: store::FindPrincipal) -> Self {
        Self {
            // The role is read, not believed: a token may be older than a change of role.
            role: Role::from_wire(&found.role).unwrap_or(Role::Athlete),
            email: found.email.into(),
            display_name: found.display_name.into(),
            timezone: TimeZone::get(&found.timezone).unwrap_or(TimeZone::UTC),
            expires_at: found.expires_at,
        }
    }
}

impl Principal {
    async fn admitted(parts: &Parts, app: &App, freshness: Freshness) -> Result<Self, Problem> {
        let claims = app.gate.admit(parts)?;
        let (athlete_id, session_id) = (claims.sub, claims.sid);
        // No replica is asked: what a session was told "at once" (an end, a role, that it has begun) it cannot be behind.
        let key = (athlete_id, session_id);
        let found = app.answers.sessions.get_or_load(
            &key,
            || tags_of_session(athlete_id, session_id),
            freshness,
            |read| async move {
                let found = store::find_principal(&read, athlete_id, session_id).await?;
                Ok::<_, Problem>(found.map(Standing::from))
            },
        );
        // Apart from what the session has seen: the look-up is not what it is shown, and replicas that need not be behind it
        // are many. Who shows an account says so (`seen_now`).
        let found = match app.db.replicas() {
            Some(_) => causality::scope(Causality::new(0, None), found).await,
            None => found.await,
        };
        let found = found.map_err(caching::problem)?;
        let now = app.effects.clock.now();
        let standing = found.value.as_ref().filter(|standing| standing.expires_at > now);
        let Standing { role, email, display_name, timezone, .. } = standing
            .cloned()
            .ok_or_else(|| Problem::unauthorized("This session has ended; sign in again."))?;
        Ok(Self { athlete_id, session_id, role, email, display_name, timezone })
    }
}

/// The session has seen an account as it is now: no replica that has less may answer it.
pub(super) async fn seen_now(app: &App) {
    if let Some(session) = causality::current().filter(|_| app.db.replicas().is_some()) {
        session.saw(app.db.shown_by_primary().await);
    }
}

impl FromRequestParts<App> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(principal) = asked_by_the_process(parts) {
            return Ok(principal.clone());
        }
        let freshness = if parts.method.is_safe() { app.answers.freshness() } else { Freshness::Bypass };
        Self::admitted(parts, app, freshness).await
    }
}

/// Somebody who runs the installation, looked up in the database. Extracting it answers 403 `admin_only` for everybody else
/// who is signed in.
#[derive(Debug, Clone)]
pub struct Admin(pub Principal);

/// What the API's description says of everybody else, with each address that takes an [`Admin`].
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "it only describes answers to OpenAPI")]
pub(crate) enum NotAdmin {
    #[response(status = 401, description = "")]
    Nobody(Problem),
    #[response(status = 403, description = "`admin_only`")]
    Somebody(Problem),
}

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let principal = Principal::admitted(parts, app, Freshness::Bypass).await?;
        match principal.role {
            Role::Admin => Ok(Self(principal)),
            Role::Athlete | Role::Coach => Err(Problem::forbidden(
                "admin_only",
                "Only administrators of this installation may see this.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, Request};

    use super::*;

    fn parts(method: Method) -> Parts {
        Request::builder().method(method).uri("/v1/activities").body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_process_asks_in_an_athletes_name_and_changes_nothing_there() {
        let principal = Principal {
            athlete_id: Uuid::from_u128(7),
            session_id: Uuid::nil(),
            role: Role::Athlete,
            email: Arc::from(""),
            display_name: Arc::from(""),
            timezone: TimeZone::UTC,
        };
        let methods = [
            (Method::GET, true),
            (Method::HEAD, true),
            (Method::POST, false),
            (Method::PATCH, false),
            (Method::DELETE, false),
        ];
        for (method, may) in methods {
            let mut parts = parts(method.clone());
            // What stands there by another name is nobody.
            parts.extensions.insert(principal.clone());
            parts.extensions.insert(principal.athlete_id);
            assert!(asked_by_the_process(&parts).is_none());
            parts.extensions.insert(OnBehalf(principal.clone()));
            let who = asked_by_the_process(&parts).map(|principal| principal.athlete_id);
            assert_eq!(who, may.then_some(principal.athlete_id), "{method}");
        }
    }
}
