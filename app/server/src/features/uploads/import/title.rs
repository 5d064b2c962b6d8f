//! Titles for sessions that have none. Never here: titles that somebody wrote.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use paceline_domain::model::Sport;

const PARTS: [&str; 5] = ["Morning", "Lunch", "Afternoon", "Evening", "Night"];

/// The part of the athlete's day, and the sport.
pub(super) fn of(sport: Sport, start: Timestamp, timezone: &TimeZone) -> String {
    let part = match start.to_zoned(timezone.clone()).hour() {
        4..=10 => PARTS[0],
        11..=13 => PARTS[1],
        14..=16 => PARTS[2],
        17..=20 => PARTS[3],
        _ => PARTS[4],
    };
    format!("{part} {}", what(sport))
}

/// Whether [`of`] makes such titles of this sport.
pub(super) fn is_ours(title: &str, sport: Sport) -> bool {
    title.split_once(' ').is_some_and(|(part, rest)| PARTS.contains(&part) && rest == what(sport))
}

/// The title of an event of these sports.
pub(super) fn of_event(sports: &[Sport]) -> String {
    let has = |sport: &Sport| sports.contains(sport);
    let mut legs = sports.iter().filter(|sport| **sport != Sport::Transition);
    let first = legs.next().copied().unwrap_or(Sport::Transition);
    if [Sport::Run, Sport::Cycling, Sport::Swimming].iter().all(has) {
        "Triathlon".to_owned()
    } else if legs.all(|sport| *sport == first) {
        let parts = sports.iter().filter(|sport| **sport == first).count();
        let what = what(first);
        format!("{}{} in {parts} parts", what[..1].to_uppercase(), &what[1..])
    } else {
        "Multisport event".to_owned()
    }
}

fn what(sport: Sport) -> &'static str {
    match sport {
        Sport::Run => "run",
        Sport::Cycling => "ride",
        Sport::Walking => "walk",
        Sport::Hiking => "hike",
        Sport::Swimming => "swim",
        Sport::Rowing => "row",
        Sport::Strength => "strength session",
        Sport::Flexibility => "mobility session",
        Sport::Transition => "transition",
        Sport::Multisport => "multisport event",
        Sport::Other => "workout",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_follow_the_athletes_own_clock() {
        let start = "2026-06-01T05:30:00Z".parse().unwrap();
        let at = |zone: &str| of(Sport::Run, start, &TimeZone::get(zone).unwrap());
        assert_eq!(at("Europe/Berlin"), "Morning run");
        assert_eq!(at("America/Los_Angeles"), "Night run");
        assert_eq!(at("Asia/Tokyo"), "Afternoon run");
    }

    #[test]
    fn only_titles_that_we_made_are_ours() {
        assert!(is_ours("Lunch run", Sport::Run) && is_ours("Night strength session", Sport::Strength));
        assert!(!is_ours("Lunch run", Sport::Cycling) && !is_ours("Lunch run with Kim", Sport::Run));
        assert!(!is_ours("Tempo run", Sport::Run) && !is_ours("", Sport::Run));
    }

    #[test]
    fn an_event_is_named_by_its_sports() {
        use Sport::{Cycling, Run, Swimming, Transition};
        assert_eq!(of_event(&[Swimming, Transition, Cycling, Transition, Run]), "Triathlon");
        assert_eq!(of_event(&[Run, Cycling, Run]), "Multisport event");
        assert_eq!(of_event(&[Run, Run]), "Run in 2 parts");
    }
}
