//! From a serde error and its path to a [`FieldError`]: pure, shared by the extractors.
//! Never here: statuses and codes of whole problems.

use serde_path_to_error::Segment;

use crate::problem::FieldError;

/// The field error for a serde message at a path. serde names missing and unknown fields only in its
/// message; the wording read here is pinned by this crate's tests.
pub(super) fn field_error(path: &serde_path_to_error::Path, message: &str) -> FieldError {
    let mut pointer = pointer(path);
    let message = without_position(message);
    let code = if let Some(name) = between_ticks(message, "missing field `") {
        push(&mut pointer, name);
        "missing"
    } else if let Some(name) = between_ticks(message, "unknown field `") {
        // Depending on the format the path may already end with the unknown key.
        let end = format!("/{}", escaped(name));
        if !pointer.ends_with(&end) {
            pointer.push_str(&end);
        }
        "unknown"
    } else if message.starts_with("duplicate field `") {
        "duplicate"
    } else if message.starts_with("unknown variant `") {
        "unknown_variant"
    } else if message.starts_with("invalid type: ") {
        "invalid_type"
    } else {
        "invalid_value"
    };
    FieldError::new(pointer, code, sentence(message))
}

/// An RFC 6901 pointer; empty for the whole document.
fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } => push(&mut pointer, key),
            Segment::Enum { variant } => push(&mut pointer, variant),
            Segment::Unknown => {}
        }
    }
    pointer
}

fn push(pointer: &mut String, segment: &str) {
    pointer.push('/');
    pointer.push_str(&escaped(segment));
}

fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

fn between_ticks<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.split('`').next()
}

/// serde_json appends ` at line L column C`, which means nothing once the field is named.
fn without_position(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |end| &message[..end])
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
