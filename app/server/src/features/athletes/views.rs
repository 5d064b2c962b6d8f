//! What the wire shows of an athlete: their profile and their personal bests, rounded here.
//! Never here: who may see them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store;
use crate::features::activities::{day_of, pace_s_per_km, rounded};

/// The athlete's own profile. Null is not stated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AthleteProfile)]
pub(super) struct Me {
    id: Uuid,
    #[schema(example = "robin@example.org")]
    email: String,
    display_name: String,
    /// `athlete`, `coach` or `admin`.
    role: String,
    /// IANA zone of the athlete's civil days.
    #[schema(example = "Europe/Berlin")]
    timezone: String,
    birthdate: Option<Date>,
    /// `female` or `male`: which published tables and coefficients to use.
    sex: Option<String>,
    resting_hr_bpm: Option<i16>,
    max_hr_bpm: Option<i16>,
    threshold_hr_bpm: Option<i16>,
    /// The pace of an hour at threshold.
    threshold_pace_s_per_km: Option<f64>,
    /// The power of an hour at threshold, on a bicycle.
    threshold_power_w: Option<i16>,
    /// Whether the account shows sample data.
    is_demo: bool,
    created_at: Timestamp,
}

impl Me {
    pub(super) fn new(row: store::Profile) -> Self {
        Self {
            id: row.id,
            email: row.email,
            display_name: row.display_name,
            role: row.role,
            timezone: row.timezone,
            birthdate: row.birthdate,
            sex: row.sex,
            resting_hr_bpm: row.resting_hr_bpm,
            max_hr_bpm: row.max_hr_bpm,
            threshold_hr_bpm: row.threshold_hr_bpm,
            threshold_pace_s_per_km: rounded(row.threshold_pace_s_per_km, 1),
            threshold_power_w: row.threshold_power_w,
            is_demo: row.is_demo,
            created_at: row.created_at,
        }
    }
}

/// The fastest effort of each sport and distance.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonalBests {
    /// By sport, then by distance.
    personal_bests: Vec<PersonalBest>,
}

/// The fastest effort of one distance.
#[derive(Debug, Serialize, ToSchema)]
struct PersonalBest {
    #[schema(example = "run")]
    sport: String,
    #[schema(example = 5000.0)]
    distance_m: Option<f64>,
    #[schema(example = "5 km")]
    distance_name: String,
    /// Wall time, pauses included.
    #[schema(example = 1230.4)]
    elapsed_s: Option<f64>,
    #[schema(example = 246.1)]
    pace_s_per_km: Option<f64>,
    /// Seconds from the start of the activity to the start of the effort.
    start_s: Option<f64>,
    /// When the effort began.
    achieved_at: Timestamp,
    /// The athlete's civil day of it.
    local_date: Date,
    /// The activity that holds it.
    activity_id: Uuid,
    activity_name: String,
    #[schema(example = "/v1/activities/0195c2a4-0000-7000-8000-000000000000")]
    activity_url: String,
    /// Whether that activity was a race.
    is_race: bool,
}

impl PersonalBests {
    pub(super) fn new(rows: Vec<store::PersonalBests>, zone: &TimeZone) -> Self {
        let best = |row: store::PersonalBests| PersonalBest {
            sport: row.sport,
            distance_m: rounded(row.distance_m, 2),
            distance_name: distance_name(row.distance_m),
            elapsed_s: rounded(row.elapsed_s, 1),
            pace_s_per_km: pace_s_per_km(Some(row.distance_m), row.elapsed_s),
            start_s: rounded(row.start_s, 1),
            achieved_at: row.achieved_at,
            local_date: day_of(row.achieved_at, zone),
            activity_url: format!("/v1/activities/{}", row.activity_id),
            activity_id: row.activity_id,
            activity_name: row.activity_name,
            is_race: row.is_race,
        };
        Self { personal_bests: rows.into_iter().map(best).collect() }
    }
}

/// What people call a distance: by name where it has one, whole kilometres, else metres.
fn distance_name(distance_m: f64) -> String {
    const NAMED: [(f64, &str); 6] = [
        (804.672, "half mile"),
        (1_609.344, "1 mile"),
        (3_218.688, "2 miles"),
        (16_093.44, "10 miles"),
        (21_097.5, "half marathon"),
        (42_195.0, "marathon"),
    ];
    let named = NAMED.into_iter().find(|(length, _)| (length - distance_m).abs() < 1.0);
    match named {
        Some((_, name)) => name.to_owned(),
        None if distance_m >= 1000.0 => format!("{} km", rounded(distance_m / 1000.0, 2).unwrap_or_default()),
        None => format!("{} m", rounded(distance_m, 1).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_have_the_names_that_people_use() {
        let names: Vec<String> =
            [400.0, 804.67, 1000.0, 1609.34, 5000.0, 16_093.0, 21_097.5, 42_195.0, 50_000.0, 2500.0]
                .map(distance_name)
                .to_vec();
        assert_eq!(
            names,
            [
                "400 m",
                "half mile",
                "1 km",
                "1 mile",
                "5 km",
                "10 miles",
                "half marathon",
                "marathon",
                "50 km",
                "2.5 km"
            ]
        );
    }

    #[test]
    fn a_best_links_to_its_activity_on_the_athletes_day() {
        let row = store::PersonalBests {
            sport: "run".into(),
            distance_m: 5000.0,
            elapsed_s: 1230.44,
            start_s: 60.0,
            achieved_at: "2026-03-01T23:30:00Z".parse().unwrap(),
            activity_id: Uuid::nil(),
            activity_name: "Parkrun".into(),
            is_race: true,
        };
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let json = serde_json::to_value(PersonalBests::new(vec![row], &zone)).unwrap();
        let best = &json["personal_bests"][0];
        assert_eq!(best["local_date"], "2026-03-02");
        assert_eq!((&best["elapsed_s"], &best["pace_s_per_km"]), (&1230.4.into(), &246.1.into()));
        assert_eq!(best["activity_url"], format!("/v1/activities/{}", Uuid::nil()));
    }
}
