//! The fields of one event or span, as text. Never here: how a line looks.

use std::fmt::Write as _;

use tracing::field::{Field, Visit};

/// A longer value is cut, with `…` at its end.
pub const MAX_VALUE_BYTES: usize = 8 * 1024;

/// The field of a span that names its request.
pub(crate) const REQUEST_ID: &str = "request_id";

/// A field's value.
#[derive(Clone)]
pub(crate) enum Value {
    /// Text.
    Text(String),
    /// A number or a truth value, in JSON's form.
    Bare(String),
}

impl Value {
    pub(crate) fn as_str(&self) -> &str {
        let (Self::Text(text) | Self::Bare(text)) = self;
        text
    }
}

/// What one event or span says.
#[derive(Default)]
pub(crate) struct Fields {
    pub(crate) message: String,
    pub(crate) others: Vec<(&'static str, Value)>,
}

impl Fields {
    /// Takes over what the spans around the event say, except what it says itself. The request's id, which every line
    /// has a place for, is not taken over but returned.
    pub(crate) fn inherit(&mut self, spans: Vec<(&'static str, Value)>) -> Option<String> {
        let mut request_id = None;
        let own = self.others.len();
        for (name, value) in spans {
            if name == REQUEST_ID {
                request_id = Some(value.as_str().to_owned());
            } else if self.others[..own].iter().all(|(said, _)| *said != name) {
                self.others.push((name, value));
            }
        }
        request_id
    }

    fn text(&mut self, field: &Field, mut text: String) {
        if text.len() > MAX_VALUE_BYTES {
            text.truncate(text.floor_char_boundary(MAX_VALUE_BYTES));
            text.push('…');
        }
        if field.name() == "message" {
            self.message = text;
        } else {
            self.others.push((field.name(), Value::Text(text)));
        }
    }

    fn bare(&mut self, field: &Field, text: String) {
        self.others.push((field.name(), Value::Bare(text)));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.text(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value.to_owned());
    }

    /// The error and what caused it, from the outside in.
    fn record_error(&mut self, field: &Field, error: &(dyn std::error::Error + 'static)) {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause.filter(|_| text.len() <= MAX_VALUE_BYTES) {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {error}");
            cause = error.source();
        }
        self.text(field, text);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.bare(field, if value.is_finite() { value.to_string() } else { "null".to_owned() });
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field, value.to_string());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field, value.to_string());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field, value.to_string());
    }
}
