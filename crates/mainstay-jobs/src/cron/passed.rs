//! Schedules that are passed over, so that they hold nobody up: those that this version does not understand, until they read
//! otherwise, and those whose jobs the database refuses, for a while. Never here: what is wrong with them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::SCHEDULES_MOST;

/// What was refused is tried again after so long.
const AGAIN: Duration = Duration::from_secs(60);

/// They are known by name, expression and zone; none of these has a control character.
#[derive(Debug, Default)]
pub(super) struct Passed(BTreeMap<String, Mark>);

#[derive(Debug, Clone, Copy)]
enum Mark {
    Unreadable,
    /// Until this time of the clock.
    Refused(Duration),
}

/// How a schedule is known.
pub(super) fn text_of(name: &str, spec: &str, zone: &str) -> String {
    format!("{name}\n{spec}\n{zone}")
}

impl Passed {
    /// Those that are passed over now.
    pub(super) fn texts(&self, now: Duration) -> Vec<&str> {
        let is_passed = |mark: &Mark| match mark {
            Mark::Unreadable => true,
            Mark::Refused(until) => now < *until,
        };
        self.0.iter().filter(|(_, mark)| is_passed(mark)).map(|(text, _)| text.as_str()).collect()
    }

    /// Nobody here understands it. Whether that is new.
    pub(super) fn unreadable(&mut self, text: String) -> bool {
        self.mark(text, Mark::Unreadable)
    }

    /// The database does not take it. Whether that is new.
    pub(super) fn refused(&mut self, text: String, now: Duration) -> bool {
        self.mark(text, Mark::Refused(now + AGAIN))
    }

    /// It has fired: whatever was wrong with it is over.
    pub(super) fn fired(&mut self, name: &str) {
        if !self.0.is_empty() {
            let prefix = format!("{name}\n");
            self.0.retain(|text, _| !text.starts_with(&prefix));
        }
    }

    fn mark(&mut self, text: String, mark: Mark) -> bool {
        // Texts that nobody has any more gather.
        if self.0.len() >= 2 * SCHEDULES_MOST {
            self.0.clear();
        }
        self.0.insert(text, mark).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_over_is_told_once_until_it_reads_otherwise_or_has_fired() {
        let (mut passed, now) = (Passed::default(), Duration::from_secs(100));
        assert!(
            passed.unreadable(text_of("a", "@dusk", "UTC"))
                && passed.unreadable(text_of("a", "@dawn", "UTC"))
        );
        assert!(!passed.unreadable(text_of("a", "@dusk", "UTC")), "it was told");
        assert!(passed.refused(text_of("ab", "@daily", "UTC"), now));
        assert_eq!(passed.texts(now), ["a\n@dawn\nUTC", "a\n@dusk\nUTC", "ab\n@daily\nUTC"]);
        assert_eq!(passed.texts(now + AGAIN).len(), 2, "what was refused is tried again");
        assert!(!passed.refused(text_of("ab", "@daily", "UTC"), now + AGAIN), "and was told");
        passed.fired("a");
        assert_eq!(passed.texts(now), ["ab\n@daily\nUTC"]);
        assert!(passed.unreadable(text_of("a", "@dusk", "UTC")), "it is told again");
    }
}
