//! The fields of one event or span, as text, all in one place that is used again. Never here: how a line looks.

use std::fmt::Write as _;
use std::ops::Range;

use tracing::field::{Field, Visit};

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

    /// Forgets everything, and keeps the memory unless it is much.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(2 * MAX_VALUE_BYTES);
        self.message = 0..0;
        self.others.clear();
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

    fn text(&mut self, field: &Field, from: usize) {
        if self.text.len() - from > MAX_VALUE_BYTES {
            self.text.truncate(self.text.floor_char_boundary(from + MAX_VALUE_BYTES));
            self.text.push('…');
        }
        self.note(field.name(), false, from);
    }

    fn bare(&mut self, field: &Field, write: impl FnOnce(&mut String)) {
        let from = self.text.len();
        write(&mut self.text);
        self.note(field.name(), true, from);
    }
}

/// Lines are full of numbers, and the way by `write!` takes several times as much.
fn number(text: &mut String, number: u64) {
    if number >= 10 {
        self::number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// As `Display` has it: the fewest digits that name it. Most have three decimals at most.
fn fraction(text: &mut String, value: f64) {
    const MOST: f64 = (1_u64 << 50) as f64;
    let thousandths = (value * 1e3).round();
    #[expect(clippy::float_cmp, reason = "it is this very number, or another way is taken")]
    let is_short = value.is_sign_positive() && thousandths < MOST && thousandths / 1e3 == value;
    if !is_short {
        // Writing to a string cannot fail.
        let _ = write!(text, "{value}");
        return;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and not too large")]
    let thousandths = thousandths as u64;
    number(text, thousandths / 1_000);
    let rest = thousandths % 1_000;
    if rest > 0 {
        text.push('.');
        for digit in [rest / 100, rest / 10 % 10, rest % 10] {
            number(text, digit);
        }
        text.truncate(text.trim_end_matches('0').len());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let from = self.text.len();
        let _ = write!(self.text, "{value:?}");
        self.text(field, from);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let from = self.text.len();
        self.text.push_str(value);
        self.text(field, from);
    }

    /// The error and what caused it, from the outside in.
    fn record_error(&mut self, field: &Field, error: &(dyn std::error::Error + 'static)) {
        let from = self.text.len();
        let _ = write!(self.text, "{error}");
        let mut cause = error.source();
        while let Some(error) = cause.filter(|_| self.text.len() - from <= MAX_VALUE_BYTES) {
            let _ = write!(self.text, ": {error}");
            cause = error.source();
        }
        self.text(field, from);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(value: f64) -> String {
        let mut text = String::new();
        fraction(&mut text, value);
        text
    }

    proptest! {
        #[test]
        fn fractions_look_as_the_standard_library_has_them(value: f64, thousandths in -1_000_000_i64..10_000_000) {
            prop_assert_eq!(shown(value), value.to_string());
            let short = thousandths as f64 / 1e3;
            prop_assert_eq!(shown(short), short.to_string());
        }

        #[test]
        fn numbers_do_too(value: u64) {
            let mut text = String::new();
            number(&mut text, value);
            prop_assert_eq!(text, value.to_string());
        }
    }

    #[test]
    fn so_do_the_smallest_and_the_largest() {
        for value in
            [0.0, -0.0, 0.001, 0.1, 1.0, 1e12, 1e15, 1e16, 1e300, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON]
        {
            assert_eq!(shown(value), value.to_string());
        }
    }
}
