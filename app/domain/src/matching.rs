//! Whether an incoming session is one that is already stored: the same activity often arrives as the
//! device's FIT file, as exports of it, and by hand.
//!
//! What lives here: the decision from small summaries of one athlete's sessions. What must never live here:
//! reading files, SQL, and changing anything: the caller acts on the answer.
//!
//! # Rule
//! Two sources are the same activity when all of this holds:
//! 1. They are not two parts of one file (the legs of a multisport file, or a leg and its parent).
//! 2. Their sports can be the same: equal, both on foot, or one of them [`Sport::Other`] (TCX knows only
//!    running, biking and other).
//! 3. Their distances do not contradict each other: within 3 % of the longer where both state one.
//! 4. Their time intervals overlap by 80 % of the shorter and half of the longer; or, where they start
//!    within 120 s of each other and both distances are known, by half of both. Where a distance is missing,
//!    80 % of the longer is needed.
//!
//! Distance alone never suffices: two runs of 5 km in a day stay two. Half of the longer keeps a short
//! session inside a long one apart (a leg in its parent, a walk within an all-day hike), and since two
//! disjoint sessions cannot both cover more than half of a third, no third one can join them. Pauses that an
//! export lost do not matter: both intervals are wall time, and one without the last pause still overlaps.
//! An export whose times are shifted by a time zone is *not* merged: nothing tells it from a second session.
//!
//! # Order
//! The rule is symmetric. Which source speaks for the activity depends on the sources alone, not on the order
//! of their arrival: the better format (FIT, TCX, GPX, manual), then the one with a distance, then the
//! earlier start, then the lower hash. Where one source matches two stored activities, which the rule above
//! makes rare, it joins the one it overlaps most; stored activities are never merged with each other.

use jiff::Timestamp;

use crate::model::{SourceFormat, Sport};

/// The part of the shorter interval that must overlap.
const OVERLAP_OF_SHORTER: f64 = 0.8;
/// The part of the longer interval that must overlap.
const OVERLAP_OF_LONGER: f64 = 0.5;
/// Starts at most this far apart count as the same start.
const SAME_START_S: f64 = 120.0;
/// The largest difference of two distances, as a part of the longer.
const DISTANCE_TOLERANCE: f64 = 0.03;

/// What is known of one session in one source.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// First instant.
    pub start: Timestamp,
    /// Last instant, wall time: pauses included. An end before the start counts as the start.
    pub end: Timestamp,
    /// The sport.
    pub sport: Sport,
    /// Distance in metres, where stated.
    pub distance_m: Option<f64>,
    /// The format of the source.
    pub format: SourceFormat,
    /// SHA-256 of the source's bytes; for a manual entry, of whatever identifies it.
    pub sha256: [u8; 32],
    /// Which part of its file the session is.
    pub part: Part,
}

/// A session's place in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The file's only session, or the parent of its legs.
    Whole,
    /// One of several sessions, counted from 0.
    Leg(u16),
}

/// What an incoming session is to the stored ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match<Id> {
    /// No stored activity is it.
    New,
    /// The very same part of the very same file is stored with this activity: nothing to do.
    SameBytes(Id),
    /// Another source of this activity.
    SameActivity {
        /// The stored activity.
        of: Id,
        /// Whether the incoming source is better than every stored one of the activity.
        takes_over: bool,
    },
}

/// Decides about an incoming session. `stored` holds every source of the athlete's activities around that
/// time (an hour to each side is plenty), in any order; an activity of several sources appears several times.
pub fn find_match<Id: Copy + Ord>(incoming: &Summary, stored: &[(Id, Summary)]) -> Match<Id> {
    let same_bytes = |summary: &Summary| summary.sha256 == incoming.sha256 && summary.part == incoming.part;
    let repeated = stored.iter().filter(|(_, summary)| same_bytes(summary)).map(|(id, _)| *id).min();
    if let Some(id) = repeated {
        return Match::SameBytes(id);
    }
    let overlap = |summary: &Summary| Overlap::of(incoming, summary).of_longer;
    let best = stored
        .iter()
        .filter(|(_, summary)| is_same_activity(incoming, summary))
        .max_by(|a, b| overlap(&a.1).total_cmp(&overlap(&b.1)).then(b.0.cmp(&a.0)));
    let Some(&(of, _)) = best else { return Match::New };
    let sources = stored.iter().filter(|(id, _)| *id == of).map(|(_, summary)| summary);
    let takes_over = sources.into_iter().all(|summary| incoming.is_better_than(summary));
    Match::SameActivity { of, takes_over }
}

/// Whether two sources are of the same activity. Symmetric.
pub fn is_same_activity(a: &Summary, b: &Summary) -> bool {
    let parts_of_one_file = a.sha256 == b.sha256 && a.part != b.part;
    if parts_of_one_file || !sports_agree(a.sport, b.sport) {
        return false;
    }
    let distances = match (a.distance_m, b.distance_m) {
        (Some(a), Some(b)) => Some((a - b).abs() <= DISTANCE_TOLERANCE * a.max(b)),
        _ => None,
    };
    let overlap = Overlap::of(a, b);
    let same_start = seconds(a.start, b.start).abs() <= SAME_START_S;
    match distances {
        Some(false) => false,
        // Without lengths to compare, equal starts and distances are all there is.
        Some(true) if overlap.shorter_s == 0.0 => same_start,
        Some(true) => {
            let of_shorter = if same_start { OVERLAP_OF_LONGER } else { OVERLAP_OF_SHORTER };
            overlap.of_shorter >= of_shorter && overlap.of_longer > OVERLAP_OF_LONGER
        }
        None => overlap.of_longer >= OVERLAP_OF_SHORTER,
    }
}

impl Summary {
    /// Whether this source rather than the other should speak for the activity. A total order over
    /// different sources.
    pub fn is_better_than(&self, other: &Self) -> bool {
        let rank = |summary: &Self| {
            (summary.format, summary.distance_m.is_none(), summary.start, summary.sha256, summary.part)
        };
        rank(self) < rank(other)
    }
}

/// How far two intervals overlap, as parts of their lengths.
struct Overlap {
    of_shorter: f64,
    of_longer: f64,
    shorter_s: f64,
}

impl Overlap {
    fn of(a: &Summary, b: &Summary) -> Self {
        let length = |summary: &Summary| seconds(summary.start, summary.end).max(0.0);
        let (shorter_s, longer_s) = (length(a).min(length(b)), length(a).max(length(b)));
        let shared = seconds(a.start.max(b.start), a.end.min(b.end)).max(0.0);
        let part = |whole: f64| if whole > 0.0 { shared / whole } else { 0.0 };
        Self { of_shorter: part(shorter_s), of_longer: part(longer_s), shorter_s }
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

fn sports_agree(a: Sport, b: Sport) -> bool {
    a == b || (a.is_on_foot() && b.is_on_foot()) || a == Sport::Other || b == Sport::Other
}

#[cfg(test)]
mod tests;
