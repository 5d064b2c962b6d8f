//! The fields of one event or span, as text, all in one place. Never here: how a line looks.

use std::fmt::Write as _;
use std::ops::Range;

use tracing::field::{Field, Visit};

use super::numbers::{fraction, number};
use super::text::Cut;

/// A longer value is cut, with `…` at its end.
pub const MAX_VALUE_BYTES: usize = 8 * 1024;

/// The field of a span that names its request.
pub(crate) const REQUEST_ID: &str = "request_id";

/// A field's value.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// A number or a truth value, in JSON's form.
    Bare(&'a str),
}

impl<'a> Value<'a> {
    pub(crate) fn as_str(self) -> &'a str {
        let (Self::Text(text) | Self::Bare(text)) = self;
        text
    }
}

/// What one event or span says.
#[derive(Default)]
pub(crate) struct Fields {
    /// The values, one behind the other.
    text: String,
    message: Range<usize>,
    others: Vec<Other>,
}

/// One field but the message.
struct Other {
    name: &'static str,
    is_bare: bool,
    place: Range<usize>,
}

impl Fields {
    /// The sentence.
    pub(crate) fn message(&self) -> &str {
        self.text.get(self.message.clone()).unwrap_or_default()
    }

    /// The other fields, in their order.
    pub(crate) fn others(&self) -> impl Iterator<Item = (&'static str, Value<'_>)> {
        self.others.iter().map(|other| {
            let text = self.text.get(other.place.clone()).unwrap_or_default();
            (other.name, if other.is_bare { Value::Bare(text) } else { Value::Text(text) })
        })
    }

    /// Whether it has such a field.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.others.iter().any(|other| other.name == name)
    }

    /// Takes over what `fresh` says; what is said again replaces what was said before.
    pub(crate) fn say(&mut self, fresh: &Self) {
        if !fresh.others.iter().any(|other| self.says(other.name)) {
            let from = self.text.len();
            self.text.push_str(&fresh.text);
            self.others.extend(
                fresh
                    .others
                    .iter()
                    .map(|other| Other { place: from + other.place.start..from + other.place.end, ..*other }),
            );
            return;
        }
        let before = std::mem::take(self);
        for (name, value) in before.others().filter(|(name, _)| !fresh.says(name)).chain(fresh.others()) {
            let from = self.text.len();
            self.text.push_str(value.as_str());
            self.note(name, matches!(value, Value::Bare(_)), from);
        }
    }

    /// What has been written since `from` is the value of this field.
    fn note(&mut self, name: &'static str, is_bare: bool, from: usize) {
        let place = from..self.text.len();
        if name == "message" {
            self.message = place;
        } else {
            self.others.push(Other { name, is_bare, place });
        }
    }

    fn text(&mut self, field: &Field, write: impl FnOnce(&mut Cut<'_>) -> std::fmt::Result) {
        let from = self.text.len();
        // It stops where it is cut.
        let _ = write(&mut Cut::new(&mut self.text, String::push_str));
        self.note(field.name(), false, from);
    }

    fn bare(&mut self, field: &Field, write: impl FnOnce(&mut String)) {
        let from = self.text.len();
        write(&mut self.text);
        self.note(field.name(), true, from);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.text(field, |text| write!(text, "{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, |text| text.write_str(value));
    }

    fn record_error(&mut self, field: &Field, error: &(dyn std::error::Error + 'static)) {
        self.text(field, |text| text.write_error(error));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.bare(field, |text| fraction(text, value));
        } else {
            self.bare(field, |text| text.push_str("null"));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field, |text| {
            if value < 0 {
                text.push('-');
            }
            number(text, value.unsigned_abs());
        });
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field, |text| number(text, value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field, |text| text.push_str(if value { "true" } else { "false" }));
    }
}
