//! Why a session has no load: what each source that could have given one lacked. Never here: the load itself.
//!
//! Told from what is stored of a session, so that nothing needs to be computed again: a source whose channel was
//! recorded and whose threshold is known, and that gave no load, did not cover [`super::MIN_COVERAGE`] of the time.

use std::fmt;

use crate::analysis::profile::Profile;
use crate::model::Sport;

/// What a source of load lacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoLoad {
    /// Nothing but totals is known.
    NoTrack,
    /// A ride without power.
    NoPower,
    /// A ride with power, an athlete without threshold power.
    NoThresholdPower,
    /// A ride whose power covers too little.
    LittlePower,
    /// A run without usable distance.
    NoDistance,
    /// A run whose speed is known for too little.
    LittleSpeed,
    /// A run with graded speed, an athlete without threshold pace.
    NoThresholdPace,
    /// No heart rate.
    NoHeartRate,
    /// Heart rate, an athlete without resting heart rate.
    NoRestingHeartRate,
    /// Heart rate, an athlete without maximum heart rate.
    NoMaxHeartRate,
    /// Heart rate, an athlete without threshold heart rate.
    NoThresholdHeartRate,
    /// Heart rate covers too little.
    LittleHeartRate,
    /// No effort was rated.
    NoRating,
}

impl NoLoad {
    /// The stable name on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoTrack => "no_track",
            Self::NoPower => "no_power",
            Self::NoThresholdPower => "no_threshold_power",
            Self::LittlePower => "little_power",
            Self::NoDistance => "no_distance",
            Self::LittleSpeed => "little_speed",
            Self::NoThresholdPace => "no_threshold_pace",
            Self::NoHeartRate => "no_heart_rate",
            Self::NoRestingHeartRate => "no_resting_heart_rate",
            Self::NoMaxHeartRate => "no_max_heart_rate",
            Self::NoThresholdHeartRate => "no_threshold_heart_rate",
            Self::LittleHeartRate => "little_heart_rate",
            Self::NoRating => "no_rating",
        }
    }
}

impl fmt::Display for NoLoad {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoTrack => "There are no samples.",
            Self::NoPower => "The ride has no power.",
            Self::NoThresholdPower => "The profile has no threshold power.",
            Self::LittlePower => "Power covers less than 80 % of the time in motion.",
            Self::NoDistance => "The session has no usable distance.",
            Self::LittleSpeed => "Speed is known for less than 80 % of the time in motion.",
            Self::NoThresholdPace => "The profile has no threshold pace.",
            Self::NoHeartRate => "The session has no heart rate.",
            Self::NoRestingHeartRate => "The profile has no resting heart rate.",
            Self::NoMaxHeartRate => "The profile has no maximum heart rate.",
            Self::NoThresholdHeartRate => "The profile has no threshold heart rate.",
            Self::LittleHeartRate => "Heart rate covers less than 80 % of the time in motion.",
            Self::NoRating => "No effort was rated.",
        })
    }
}

/// What is known of a session that has no load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recorded {
    /// What it was.
    pub sport: Sport,
    /// Whether there are samples.
    pub has_track: bool,
    /// Whether the samples hold power.
    pub has_power: bool,
    /// Whether the samples hold heart rate.
    pub has_heart_rate: bool,
    /// Whether the samples give a usable distance.
    pub has_distance: bool,
    /// Whether there is a normalized graded speed.
    pub has_ngp: bool,
    /// Whether there is a training impulse.
    pub has_trimp: bool,
    /// Whether an effort was rated.
    pub has_rating: bool,
}

/// Why a session without a load has none: what each source that its sport allows lacked, in the order in which
/// [`super::load`] asks them. For the profile that the load was computed with.
pub fn reasons(profile: &Profile, recorded: &Recorded) -> Vec<NoLoad> {
    let mut reasons = Vec::new();
    if recorded.has_track {
        match recorded.sport {
            Sport::Cycling => reasons.push(power(profile, recorded)),
            Sport::Run => reasons.push(pace(recorded)),
            _ => {}
        }
        heart_rate(profile, recorded, &mut reasons);
    } else {
        reasons.push(NoLoad::NoTrack);
    }
    if !recorded.has_rating {
        reasons.push(NoLoad::NoRating);
    }
    reasons
}

fn power(profile: &Profile, recorded: &Recorded) -> NoLoad {
    match (recorded.has_power, profile.threshold_power_w) {
        (false, _) => NoLoad::NoPower,
        (true, None) => NoLoad::NoThresholdPower,
        (true, Some(_)) => NoLoad::LittlePower,
    }
}

fn pace(recorded: &Recorded) -> NoLoad {
    match (recorded.has_distance, recorded.has_ngp) {
        (_, true) => NoLoad::NoThresholdPace,
        (true, false) => NoLoad::LittleSpeed,
        (false, false) => NoLoad::NoDistance,
    }
}

fn heart_rate(profile: &Profile, recorded: &Recorded, reasons: &mut Vec<NoLoad>) {
    if !recorded.has_heart_rate {
        reasons.push(NoLoad::NoHeartRate);
        return;
    }
    let before = reasons.len();
    let facts = [
        (profile.resting_hr_bpm, NoLoad::NoRestingHeartRate),
        (profile.max_hr_bpm, NoLoad::NoMaxHeartRate),
        (profile.threshold_hr_bpm, NoLoad::NoThresholdHeartRate),
    ];
    reasons.extend(facts.into_iter().filter(|(fact, _)| fact.is_none()).map(|(_, reason)| reason));
    if !recorded.has_trimp && reasons.len() == before {
        reasons.push(NoLoad::LittleHeartRate);
    }
}

#[cfg(test)]
mod tests;
