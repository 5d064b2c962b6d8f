//! Who is asking: read from the request, verified against the session. Never here: what they may do with a
//! particular thing; each feature decides that.

use axum::extract::FromRequestParts;
use http::request::Parts;
use jiff::tz::TimeZone;
use mainstay_http::Problem;
use uuid::Uuid;

use super::{Role, store};
use crate::state::App;

/// An account with a session that still stands. Extracting it costs one statement and answers 401 for anybody
/// else, and 403 for a cookie that came from somebody else's page.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The athlete's id: the tenant of every statement.
    pub athlete_id: Uuid,
    /// The session that the access token names.
    pub session_id: Uuid,
    /// What they may do.
    pub role: Role,
    /// E-mail address.
    pub email: String,
    /// Name to show.
    pub display_name: String,
    /// The zone of their civil days.
    pub timezone: TimeZone,
}

impl FromRequestParts<App> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let claims = app.gate.admit(&parts.method, &parts.headers)?;
        // No replica is asked: what a session was told "at once" (an end, a role, that it has begun) it cannot be behind.
        let read = app.db.read_from_primary();
        let found = store::find_principal(&read, claims.sub, claims.sid, app.effects.clock.now())
            .await?
            .ok_or_else(|| Problem::unauthorized("This session has ended; sign in again."))?;
        Ok(Self {
            athlete_id: found.id,
            session_id: found.session_id,
            // The role is read, not believed: a token may be older than a change of role.
            role: Role::from_wire(&found.role).unwrap_or(Role::Athlete),
            email: found.email,
            display_name: found.display_name,
            timezone: TimeZone::get(&found.timezone).unwrap_or(TimeZone::UTC),
        })
    }
}

/// Somebody who runs the installation. Extracting it costs what [`Principal`] costs, and answers 403 `admin_only` for
/// everybody else who is signed in.
#[derive(Debug, Clone)]
pub struct Admin(pub Principal);

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, app).await?;
        match principal.role {
            Role::Admin => Ok(Self(principal)),
            Role::Athlete | Role::Coach => Err(Problem::forbidden(
                "admin_only",
                "Only administrators of this installation may see this.",
            )),
        }
    }
}
