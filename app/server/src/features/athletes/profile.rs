//! What a profile may say: ranges, the order of heart rates, zones that exist. Pure.
//! Never here: what is computed from it.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use mainstay_http::{FieldError, Validate};
use serde::Deserialize;
use utoipa::ToSchema;

use super::store::Profile;
use crate::features::activities::Change;

const RESTING_BPM: (i16, i16) = (20, 120);
const MAX_BPM: (i16, i16) = (80, 250);
const THRESHOLD_BPM: (i16, i16) = (60, 240);
const THRESHOLD_PACE_S_PER_KM: (f64, f64) = (100.0, 1200.0);
const THRESHOLD_POWER_W: (i16, i16) = (30, 700);
const OLDEST_BIRTHDATE: Date = date(1900, 1, 1);

/// Changes to the profile, as a JSON merge patch: absent fields stay, null empties where allowed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AthletePatch)]
pub(super) struct ProfilePatch {
    /// Name to show, 1 to 100 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 100, example = "Robin")]
    display_name: Change<String>,
    /// IANA zone of the athlete's civil days.
    #[serde(default)]
    #[schema(value_type = String, example = "Europe/Berlin")]
    timezone: Change<String>,
    /// Not before 1900, not after today.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, example = "1985-06-15")]
    birthdate: Change<Date>,
    /// Which published tables and coefficients to use; null for none.
    #[serde(default)]
    #[schema(value_type = Option<Sex>)]
    sex: Change<Sex>,
    /// Beats per minute, 20 to 120, below threshold and maximum.
    #[serde(default)]
    #[schema(value_type = Option<i16>, minimum = 20, maximum = 120, example = 48)]
    resting_hr_bpm: Change<i16>,
    /// Beats per minute, 80 to 250.
    #[serde(default)]
    #[schema(value_type = Option<i16>, minimum = 80, maximum = 250, example = 188)]
    max_hr_bpm: Change<i16>,
    /// Beats per minute, 60 to 240, not above the maximum.
    #[serde(default)]
    #[schema(value_type = Option<i16>, minimum = 60, maximum = 240, example = 168)]
    threshold_hr_bpm: Change<i16>,
    /// Seconds per kilometre, 100 to 1200: the pace of an hour at threshold.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = 100, maximum = 1200, example = 255)]
    threshold_pace_s_per_km: Change<f64>,
    /// Watts, 30 to 700: the power of an hour at threshold, on a bicycle.
    #[serde(default)]
    #[schema(value_type = Option<i16>, minimum = 30, maximum = 700, example = 240)]
    threshold_power_w: Change<i16>,
}

/// Which published tables and coefficients to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AthleteSex)]
pub(super) enum Sex {
    /// Those for women.
    Female,
    /// Those for men.
    Male,
}

impl Sex {
    fn as_str(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }
}

impl Validate for ProfilePatch {
    fn validate(&self) -> Vec<FieldError> {
        let whole = |pointer: &str, change: &Change<i16>, (low, high): (i16, i16)| {
            let value = *change.value()?;
            (!(low..=high).contains(&value)).then(|| out_of_range(pointer, low, high))
        };
        [
            self.display_name.refuse_null("/display_name"),
            self.timezone.refuse_null("/timezone"),
            self.display_name.value().and_then(|name| check_name(name)),
            self.timezone.value().and_then(|name| zone_name(name).err()),
            whole("/resting_hr_bpm", &self.resting_hr_bpm, RESTING_BPM),
            whole("/max_hr_bpm", &self.max_hr_bpm, MAX_BPM),
            whole("/threshold_hr_bpm", &self.threshold_hr_bpm, THRESHOLD_BPM),
            self.threshold_pace_s_per_km.value().and_then(|pace| check_pace(*pace)),
            whole("/threshold_power_w", &self.threshold_power_w, THRESHOLD_POWER_W),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The profile after the patch, or every rule that the two together break.
pub(super) fn patched(before: Profile, patch: ProfilePatch, today: Date) -> Result<Profile, Vec<FieldError>> {
    let mut errors = Vec::new();
    let timezone = match patch.timezone.value().map(|name| zone_name(name)) {
        None => before.timezone,
        Some(Ok(name)) => name,
        Some(Err(error)) => {
            errors.push(error);
            before.timezone
        }
    };
    let after = Profile {
        display_name: patch.display_name.apply_required(before.display_name).trim().to_owned(),
        timezone,
        birthdate: patch.birthdate.apply(before.birthdate),
        sex: match patch.sex {
            Change::Keep => before.sex,
            Change::Clear => None,
            Change::Set(sex) => Some(sex.as_str().to_owned()),
        },
        resting_hr_bpm: patch.resting_hr_bpm.apply(before.resting_hr_bpm),
        max_hr_bpm: patch.max_hr_bpm.apply(before.max_hr_bpm),
        threshold_hr_bpm: patch.threshold_hr_bpm.apply(before.threshold_hr_bpm),
        threshold_pace_s_per_km: patch.threshold_pace_s_per_km.apply(before.threshold_pace_s_per_km),
        threshold_power_w: patch.threshold_power_w.apply(before.threshold_power_w),
        ..before
    };
    if after.birthdate.is_some_and(|birthdate| !(OLDEST_BIRTHDATE..=today).contains(&birthdate)) {
        let message = "Must not be before 1900 and not after today.";
        errors.push(FieldError::new("/birthdate", "out_of_range", message));
    }
    errors.extend(disorder(&after));
    if errors.is_empty() { Ok(after) } else { Err(errors) }
}

/// Whether loads that were computed with one of them would be others with the other.
pub(super) fn changes_loads(before: &Profile, after: &Profile) -> bool {
    let facts = |profile: &Profile| {
        let rates = [profile.resting_hr_bpm, profile.max_hr_bpm, profile.threshold_hr_bpm];
        (profile.sex.clone(), rates, profile.threshold_pace_s_per_km, profile.threshold_power_w)
    };
    facts(before) != facts(after)
}

/// Heart rates out of their order: resting < threshold ≤ maximum, and resting < maximum.
fn disorder(profile: &Profile) -> Option<FieldError> {
    let Profile { resting_hr_bpm: resting, threshold_hr_bpm: threshold, max_hr_bpm: max, .. } = profile;
    let contradiction =
        |pointer: &str, message: &str| Some(FieldError::new(pointer, "contradiction", message));
    if threshold.zip(*max).is_some_and(|(threshold, max)| threshold > max) {
        return contradiction("/threshold_hr_bpm", "Must not be above max_hr_bpm.");
    }
    if resting.zip(*threshold).is_some_and(|(resting, threshold)| resting >= threshold) {
        return contradiction("/resting_hr_bpm", "Must be below threshold_hr_bpm.");
    }
    if resting.zip(*max).is_some_and(|(resting, max)| resting >= max) {
        return contradiction("/resting_hr_bpm", "Must be below max_hr_bpm.");
    }
    None
}

/// The name as the time zone database spells it.
fn zone_name(name: &str) -> Result<String, FieldError> {
    let zone = TimeZone::get(name).ok();
    zone.as_ref().and_then(TimeZone::iana_name).map(str::to_owned).ok_or_else(|| {
        FieldError::new("/timezone", "invalid_value", "Use an IANA name such as Europe/Berlin.")
    })
}

fn check_name(name: &str) -> Option<FieldError> {
    let broken = !(1..=100).contains(&name.trim().chars().count()) || name.contains('\0');
    broken.then(|| FieldError::new("/display_name", "out_of_range", "Use 1 to 100 characters."))
}

fn check_pace(pace: f64) -> Option<FieldError> {
    let (low, high) = THRESHOLD_PACE_S_PER_KM;
    (!(low..=high).contains(&pace)).then(|| out_of_range("/threshold_pace_s_per_km", low, high))
}

fn out_of_range(pointer: &str, low: impl std::fmt::Display, high: impl std::fmt::Display) -> FieldError {
    FieldError::new(pointer, "out_of_range", format!("Must be from {low} to {high}."))
}

#[cfg(test)]
mod tests;
