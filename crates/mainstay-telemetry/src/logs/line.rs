//! How a line looks: the fields of an event are written into it as they are told. Never here: which lines there are, who
//! writes them where.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Write as _;

use jiff::Timestamp;
use mainstay_runtime::Clock;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::numbers::{fraction, number};
use super::text::{Cut, json_string, json_text, one_line};
use super::{LogFormat, REQUEST_ID, Value, around, id_of_span};
use crate::request::{Request, RequestId};

/// So much memory for lines each thread keeps at most.
const KEPT_BYTES: usize = 16 * 1024;

/// Writes a line for each event.
pub(super) struct Lines<W> {
    pub(super) format: LogFormat,
    pub(super) clock: Clock,
    pub(super) writer: W,
}

/// What one line is made with.
#[derive(Default)]
struct Desk {
    line: String,
    second: Second,
}

/// The second of the last line, as text: there are many lines in one.
#[derive(Default)]
struct Second {
    number: i64,
    /// Up to the second, without the letter of the zone.
    text: String,
}

thread_local! {
    static DESK: Cell<Desk> = Cell::default();
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        // A value that logs while it is shown finds another one. Threads that end make a new one each time.
        let mut desk = DESK.try_with(Cell::take).unwrap_or_default();
        Request::with_current(|current| self.write(&mut desk, event, &context, current));
        // Where nothing can be written there is nobody to tell.
        let _ = self.writer.make_writer_for(event.metadata()).write_all(desk.line.as_bytes());
        desk.line.clear();
        desk.line.shrink_to(KEPT_BYTES);
        let _ = DESK.try_with(|place| place.set(desk));
    }
}

impl Second {
    /// As `{time:.6}` has it.
    fn write(&mut self, line: &mut String, time: Timestamp) {
        let (number, micros) = (time.as_second(), time.subsec_nanosecond() / 1_000);
        if time < Timestamp::UNIX_EPOCH {
            let _ = write!(line, "{time:.6}");
            return;
        }
        if self.text.is_empty() || self.number != number {
            self.text.clear();
            let _ = write!(self.text, "{time:.0}");
            self.text.pop();
            self.number = number;
        }
        line.push_str(&self.text);
        line.push('.');
        let mut unit = 100_000;
        while unit > 0 {
            line.push(char::from(b'0' + (micros / unit % 10) as u8));
            unit /= 10;
        }
        line.push('Z');
    }
}

impl<W> Lines<W> {
    fn write<S>(
        &self,
        desk: &mut Desk,
        event: &Event<'_>,
        context: &Context<'_, S>,
        current: Option<&Request>,
    ) where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let Desk { line, second } = desk;
        let of_span = match current {
            Some(_) => None,
            None => id_of_span(context.event_scope(event)),
        };
        let request_id = current.map(Request::id).map(RequestId::as_str).or(of_span.as_deref());
        self.begin(line, second, event.metadata());
        let mut message = Message { line, format: self.format, is_told: false };
        event.record(&mut message);
        if self.format == LogFormat::Json {
            line.push('"');
            if let Some(id) = request_id {
                line.push_str(",\"");
                line.push_str(REQUEST_ID);
                line.push_str("\":");
                json_string(line, id);
            }
        }
        let mut others = Others { line, format: self.format, said: 0 };
        event.record(&mut others);
        let said = others.said;
        let says = |name: &str| {
            let field = event.metadata().fields().field(name);
            field.is_some_and(|field| said & bit(&field) != 0)
        };
        around(current, context.event_scope(event), says, |name, value| {
            if name != REQUEST_ID {
                field(line, self.format, name, value);
            }
        });
        match (self.format, request_id) {
            (LogFormat::Json, _) => line.push('}'),
            (LogFormat::Pretty, Some(id)) => field(line, self.format, REQUEST_ID, Value::Bare(id)),
            (LogFormat::Pretty, None) => {}
        }
        line.push('\n');
    }

    /// Up to the message.
    fn begin(&self, line: &mut String, second: &mut Second, meta: &Metadata<'_>) {
        let time = self.clock.now();
        match self.format {
            LogFormat::Json => {
                line.push_str("{\"timestamp\":\"");
                second.write(line, time);
                line.push_str("\",\"level\":\"");
                line.push_str(meta.level().as_str());
                line.push_str("\",\"target\":");
                json_string(line, meta.target());
                line.push_str(",\"message\":\"");
            }
            LogFormat::Pretty => {
                second.write(line, time);
                // Writing to a string cannot fail.
                let _ = write!(line, " {:5} ", meta.level());
            }
        }
    }
}

/// The sentence of an event, the first that it has, and nothing else of it.
struct Message<'a> {
    line: &'a mut String,
    format: LogFormat,
    is_told: bool,
}

impl Message<'_> {
    fn text(&mut self, field: &Field, write: impl FnOnce(&mut Cut<'_>) -> std::fmt::Result) {
        if is_message(field) && !std::mem::replace(&mut self.is_told, true) {
            // It stops where it is cut.
            let _ = write(&mut Cut::new(self.line, escape(self.format)));
        }
    }
}

impl Visit for Message<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.text(field, |text| write!(text, "{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, |text| text.write_str(value));
    }

    fn record_error(&mut self, field: &Field, error: &(dyn std::error::Error + 'static)) {
        self.text(field, |text| text.write_error(error));
    }
}

/// All other fields of an event, as they come.
struct Others<'a> {
    line: &'a mut String,
    format: LogFormat,
    /// Which there were, a bit for each.
    said: u64,
}

impl Others<'_> {
    /// Begins a field; false if it is the message.
    fn begin(&mut self, field: &Field) -> bool {
        if is_message(field) {
            return false;
        }
        self.said |= bit(field);
        name(self.line, self.format, field.name());
        true
    }

    fn text(&mut self, field: &Field, write: impl FnOnce(&mut Cut<'_>) -> std::fmt::Result) {
        if !self.begin(field) {
            return;
        }
        let quote = self.format == LogFormat::Json;
        if quote {
            self.line.push('"');
        }
        // It stops where it is cut.
        let _ = write(&mut Cut::new(self.line, escape(self.format)));
        if quote {
            self.line.push('"');
        }
    }
}

impl Visit for Others<'_> {
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
        if self.begin(field) {
            bare_fraction(self.line, value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if self.begin(field) {
            if value < 0 {
                self.line.push('-');
            }
            number(self.line, value.unsigned_abs());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if self.begin(field) {
            number(self.line, value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if self.begin(field) {
            self.line.push_str(if value { "true" } else { "false" });
        }
    }
}

/// How text is written.
fn escape(format: LogFormat) -> fn(&mut String, &str) {
    match format {
        LogFormat::Json => json_text,
        LogFormat::Pretty => one_line,
    }
}

fn is_message(field: &Field) -> bool {
    field.name() == "message"
}

/// Of an event with more fields than bits the last share one: a span's field of such a name may be left out.
fn bit(field: &Field) -> u64 {
    1 << field.index().min(63)
}

fn bare_fraction(line: &mut String, value: f64) {
    if value.is_finite() {
        fraction(line, value);
    } else {
        line.push_str("null");
    }
}

/// The name of a field, and what stands between it and its value.
fn name(line: &mut String, format: LogFormat, name: &str) {
    match format {
        LogFormat::Json => {
            // A field that is called like one of the line's own is set apart.
            line.push_str(if is_own(name) { ",\"field." } else { ",\"" });
            json_text(line, name);
            line.push_str("\":");
        }
        LogFormat::Pretty => {
            line.push(' ');
            line.push_str(name);
            line.push('=');
        }
    }
}

fn field(line: &mut String, format: LogFormat, called: &str, value: Value<'_>) {
    name(line, format, called);
    match (format, value) {
        (LogFormat::Json, Value::Text(text)) => json_string(line, text),
        (LogFormat::Json, Value::Bare(text)) => line.push_str(text),
        (LogFormat::Pretty, value) => one_line(line, value.as_str()),
    }
}

/// Whether it is a name that every line has.
fn is_own(name: &str) -> bool {
    matches!(name, "timestamp" | "level" | "target" | "message" | REQUEST_ID)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn times_look_as_the_calendar_has_them(nanoseconds in proptest::collection::vec(-2_000_000_000_i128..2_000_000_000_000_000_000, 1..4)) {
            let mut second = Second::default();
            let nanoseconds = [nanoseconds, vec![-500_000_000, -1]].concat();
            // Each twice, and so close together that it is the same second often.
            for nanoseconds in nanoseconds.iter().flat_map(|one| [*one, one + 1_000, one + 400_000_000]) {
                let (time, mut line) = (Timestamp::from_nanosecond(nanoseconds).unwrap(), String::new());
                second.write(&mut line, time);
                prop_assert_eq!(line, format!("{time:.6}"));
            }
        }
    }
}
