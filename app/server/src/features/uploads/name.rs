//! The name of a file as a report shows it. Never here: paths that are opened.

use std::fmt;

/// Longer names lose their beginning: they are only shown, and a path's end says more.
const MAX_NAME_CHARS: usize = 300;

/// A file's name, or its path in an archive: without control characters (the database refuses some of them, and
/// terminals obey others), never empty, at most 300 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// The name from whatever an archive, a form or a file system says.
    pub fn clean(raw: &str) -> Self {
        let letters: Vec<char> = raw.chars().filter(|letter| !letter.is_control()).collect();
        if letters.is_empty() {
            return Self("upload".to_owned());
        }
        let Some(cut) = letters.len().checked_sub(MAX_NAME_CHARS).filter(|cut| *cut > 0) else {
            return Self(letters.into_iter().collect());
        };
        Self(std::iter::once('…').chain(letters.into_iter().skip(cut + 1)).collect())
    }

    /// The name of what was found under this name inside something else.
    #[must_use]
    pub fn inside(&self, outer: &str) -> Self {
        Self::clean(&format!("{outer}/{}", self.0))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_end_of_a_long_path_is_kept() {
        let name = FileName::clean(&format!("{}/ride.fit", "folder/".repeat(100)));
        assert!(name.as_str().starts_with('…') && name.as_str().ends_with("/ride.fit"), "{name}");
        assert_eq!(name.as_str().chars().count(), MAX_NAME_CHARS);
        assert_eq!(FileName::clean("\0\n").as_str(), "upload");
    }

    proptest! {
        #[test]
        fn every_name_can_be_stored_and_cleaning_twice_changes_nothing(raw in any::<String>()) {
            let name = FileName::clean(&raw);
            let chars = name.as_str().chars().count();
            prop_assert!((1..=MAX_NAME_CHARS).contains(&chars));
            prop_assert!(!name.as_str().chars().any(char::is_control));
            prop_assert_eq!(FileName::clean(name.as_str()), name);
        }
    }
}
