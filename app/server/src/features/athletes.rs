//! The athlete: their own profile, and the fastest they have covered each distance.
//!
//! What lives here: who may see which athlete. What a profile may say is in `profile`.
//! What must never live here: sign-in (`accounts`), and how an effort is found (`paceline-domain`).

use std::sync::Arc;

use jiff::Timestamp;
use mainstay_db::{Client, DbError, Tx};
use mainstay_http::{Halted, OrProblem, Problem};
use paceline_domain::model::Sport;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::events::{self, AthleteUpdated};
use crate::features::accounts::Principal;
use crate::features::activities::day_of;
use crate::features::uploads::recompute;
use crate::state::App;

mod profile;
mod routes;
mod store;
mod views;

use profile::ProfilePatch;

/// The routes of this feature.
pub fn router() -> OpenApiRouter<App> {
    routes::router()
}

/// The most personal bests of an answer: every sport at every distance is far fewer.
const MAX_BESTS: i64 = 500;

/// The athlete's own profile.
async fn me(read: &Client, principal: &Principal) -> Result<views::Me, Problem> {
    let row = store::find(read, principal.athlete_id).await?.internal()?;
    Ok(views::Me::new(row))
}

/// Changes the profile. Two changes at once are one after the other.
///
/// What was computed with the profile as it was is marked as outdated, and computed again by a job of the athlete's.
async fn patch_me(
    app: &App,
    principal: &Principal,
    patch: ProfilePatch,
    now: Timestamp,
) -> Result<views::Me, Problem> {
    let (patch, today) = (&patch, day_of(now, &principal.timezone));
    let work = |tx: Arc<Tx>| async move {
        let before = store::lock(&tx, principal.athlete_id).await?.internal()?;
        let after = profile::patched(before.clone(), patch.clone(), today).map_err(Problem::unprocessable)?;
        store::update(&tx, &after, now).await?;
        let outdates_loads = profile::changes_loads(&before, &after);
        if outdates_loads {
            store::outdate_analyses(&tx, principal.athlete_id).await?;
            recompute::ask(&tx, principal.athlete_id).await?;
        }
        if after != before {
            let athlete_id = principal.athlete_id;
            events::tell(&tx, &[AthleteUpdated { athlete_id, outdates_loads }]).await?;
        }
        Ok::<_, Halted>(after)
    };
    let after = app.months.transaction(&app.db, work).await?;
    Ok(views::Me::new(after))
}

/// What heart rates and paces mean for an athlete.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Resting heart rate in beats per minute.
    pub resting_hr_bpm: i16,
    /// Highest heart rate in beats per minute.
    pub max_hr_bpm: i16,
    /// Heart rate at threshold in beats per minute.
    pub threshold_hr_bpm: i16,
    /// Pace at threshold in seconds per kilometre.
    pub threshold_pace_s_per_km: f64,
}

/// Gives these to a demo athlete who has none of them yet; what somebody has said stays, all of it.
pub async fn introduce_demo(app: &App, athlete_id: Uuid, thresholds: Thresholds) -> Result<(), DbError> {
    let now = app.effects.clock.now();
    let work = |tx: Arc<Tx>| async move {
        let before = store::lock(&tx, athlete_id).await?;
        let Some(before) = before.filter(|found| found.is_demo && says_nothing(found)) else {
            return Ok(());
        };
        let after = store::Profile {
            resting_hr_bpm: Some(thresholds.resting_hr_bpm),
            max_hr_bpm: Some(thresholds.max_hr_bpm),
            threshold_hr_bpm: Some(thresholds.threshold_hr_bpm),
            threshold_pace_s_per_km: Some(thresholds.threshold_pace_s_per_km),
            ..before
        };
        store::update(&tx, &after, now).await?;
        store::outdate_analyses(&tx, athlete_id).await?;
        recompute::ask(&tx, athlete_id).await?;
        events::tell(&tx, &[AthleteUpdated { athlete_id, outdates_loads: true }]).await
    };
    app.months.transaction(&app.db, work).await
}

fn says_nothing(profile: &store::Profile) -> bool {
    profile.resting_hr_bpm.is_none()
        && profile.max_hr_bpm.is_none()
        && profile.threshold_hr_bpm.is_none()
        && profile.threshold_pace_s_per_km.is_none()
}

/// The athlete's fastest efforts. Somebody else's are not found: nobody has granted anything yet.
async fn personal_bests(
    read: &Client,
    principal: &Principal,
    athlete_id: Uuid,
    sport: Option<Sport>,
) -> Result<views::PersonalBests, Problem> {
    if athlete_id != principal.athlete_id {
        return Err(Problem::not_found("There is no athlete with this id whom you may see."));
    }
    let rows = store::personal_bests(read, athlete_id, sport, MAX_BESTS).await?;
    Ok(views::PersonalBests::new(rows, &principal.timezone))
}
