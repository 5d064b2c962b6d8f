//! Typed statements of the athlete's profile and personal bests. Never here: rules.

use jiff::Timestamp;
use mainstay_db::{Client, DbError};
use paceline_domain::model::Sport;
use paceline_queries::client::Params as _;
use paceline_queries::queries::athletes as sql;
use uuid::Uuid;

pub(super) use sql::{PersonalBests, Profile};

pub(super) async fn find(db: &Client, athlete_id: Uuid) -> Result<Option<Profile>, DbError> {
    sql::find_athlete().bind(db, &athlete_id).opt().await
}

/// Locks the athlete until the transaction ends.
pub(super) async fn lock(tx: &Client, athlete_id: Uuid) -> Result<Option<Profile>, DbError> {
    sql::lock_athlete_profile().bind(tx, &athlete_id).opt().await
}

pub(super) async fn update(tx: &Client, profile: &Profile, now: Timestamp) -> Result<(), DbError> {
    let params = sql::UpdateAthleteParams {
        display_name: profile.display_name.as_str(),
        timezone: profile.timezone.as_str(),
        birthdate: profile.birthdate,
        sex: profile.sex.as_deref(),
        resting_hr_bpm: profile.resting_hr_bpm,
        max_hr_bpm: profile.max_hr_bpm,
        threshold_hr_bpm: profile.threshold_hr_bpm,
        threshold_pace_s_per_km: profile.threshold_pace_s_per_km,
        threshold_power_w: profile.threshold_power_w,
        now,
        athlete_id: profile.id,
    };
    sql::update_athlete().params(tx, &params).await.map(drop)
}

/// What was computed from the profile no longer fits: the next recompute takes it up.
pub(super) async fn outdate_analyses(tx: &Client, athlete_id: Uuid) -> Result<(), DbError> {
    sql::outdate_analyses().bind(tx, &athlete_id).await.map(drop)
}

/// The fastest effort of each sport and distance; of one sport, if it is named.
pub(super) async fn personal_bests(
    db: &Client,
    athlete_id: Uuid,
    sport: Option<Sport>,
    max_rows: i64,
) -> Result<Vec<PersonalBests>, DbError> {
    let params = sql::PersonalBestsParams { athlete_id, sport: sport.map(Sport::as_str), one: 1, max_rows };
    sql::personal_bests().params(db, &params).all().await
}
