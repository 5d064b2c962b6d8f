//! What an activity says once another source has joined it. Pure.
//!
//! What the athlete wrote stays; what nobody wrote comes from whoever knows it. Never here: what was measured, which
//! is the best source's alone.

use jiff::tz::TimeZone;
use paceline_domain::model::Sport;

use super::{Leg, title};
use crate::features::uploads::archive::Hints;

/// What the athlete sees of an activity, beside what was measured.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::features::uploads) struct Standing {
    pub(in crate::features::uploads) sport: Sport,
    pub(in crate::features::uploads) name: String,
    pub(in crate::features::uploads) notes: Option<String>,
    pub(in crate::features::uploads) gear: Option<String>,
    pub(in crate::features::uploads) rpe: Option<f64>,
    /// The fields that the athlete wrote: `name`, `sport`, `notes`, `rpe`.
    pub(in crate::features::uploads) edited: Vec<String>,
}

/// The source that joins.
pub(super) struct Joining<'a> {
    pub(super) leg: &'a Leg,
    pub(super) hints: &'a Hints,
    /// The file's own title.
    pub(super) title: Option<&'a str>,
    pub(super) timezone: &'a TimeZone,
    /// Whether it speaks for the activity from now on.
    pub(super) takes_over: bool,
}

impl Standing {
    /// What the activity says with the source.
    pub(super) fn joined_by(&self, source: &Joining<'_>) -> Self {
        let (leg, hints) = (source.leg, source.hints);
        let may = |field: &str| !self.edited.iter().any(|edited| edited == field);
        let mut joined = self.clone();
        let knows_sport = leg.sport != Sport::Other && (source.takes_over || self.sport == Sport::Other);
        if may("sport") && knows_sport {
            joined.sport = leg.sport;
        }
        if may("name") {
            let is_ours = title::is_ours(&self.name, self.sport);
            let ours = || title::of(joined.sport, leg.start, source.timezone);
            // As for a new activity: the whole file's title, else the session's own name, else one that we make.
            let theirs = source.title.or(leg.name.as_deref());
            let better = match (&hints.name, is_ours) {
                (Some(name), _) => Some(name.clone()),
                (None, true) => Some(theirs.map_or_else(ours, str::to_owned)),
                (None, false) => None,
            };
            joined.name = better.unwrap_or(joined.name);
        }
        if may("notes") {
            joined.notes = joined.notes.or_else(|| hints.notes.clone()).or_else(|| leg.notes.clone());
        }
        if may("rpe") {
            joined.rpe = joined.rpe.or(leg.totals.rpe);
        }
        joined.gear = joined.gear.or_else(|| hints.gear.clone());
        joined
    }
}
