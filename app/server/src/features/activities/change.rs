//! One member of a JSON merge patch (RFC 7396): absent, null, or a value.
//! Never here: which members may be null; the feature that owns the patch says so.

use mainstay_http::FieldError;
use serde::{Deserialize, Deserializer};

/// What a patch says of one field. Give the field `#[serde(default)]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::features) enum Change<T> {
    /// Absent: the field stays as it is.
    #[default]
    Keep,
    /// Null: the field becomes empty.
    Clear,
    /// A value: the field becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// The new value, if there is one.
    pub(in crate::features) fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The field after the change.
    pub(in crate::features) fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The field after the change, where null was refused before.
    pub(in crate::features) fn apply_required(self, before: T) -> T {
        match self {
            Self::Keep | Self::Clear => before,
            Self::Set(value) => value,
        }
    }

    /// The error for null where the field cannot be empty.
    pub(in crate::features) fn refuse_null(&self, pointer: &str) -> Option<FieldError> {
        matches!(self, Self::Clear)
            .then(|| FieldError::new(pointer, "required", "May be left out, but not null."))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default)]
        notes: Change<String>,
    }

    fn read(json: &str) -> Change<String> {
        serde_json::from_str::<Patch>(json).unwrap().notes
    }

    #[test]
    fn absent_null_and_value_differ() {
        assert_eq!(read("{}"), Change::Keep);
        assert_eq!(read(r#"{"notes":null}"#), Change::Clear);
        assert_eq!(read(r#"{"notes":""}"#), Change::Set(String::new()));
    }

    #[test]
    fn changes_apply() {
        let before = || Some("old".to_owned());
        assert_eq!(read("{}").apply(before()), before());
        assert_eq!(read(r#"{"notes":null}"#).apply(before()), None);
        assert_eq!(read(r#"{"notes":"new"}"#).apply(None).as_deref(), Some("new"));
        assert!(read(r#"{"notes":null}"#).refuse_null("/notes").is_some());
        assert!(read("{}").refuse_null("/notes").is_none());
    }
}
