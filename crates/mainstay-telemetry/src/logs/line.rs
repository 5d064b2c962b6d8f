//! How a line looks, and its way to the writer, by memory that is used again. Never here: which lines there are, who writes
//! them where.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Write as _;

use mainstay_runtime::Clock;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::{Fields, LogFormat, REQUEST_ID, Value, around};
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
    fields: Fields,
    /// What the spans say, in the form of the line.
    around: String,
    line: String,
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
        event.record(&mut desk.fields);
        let (current, mut of_span) = (Request::current(), None);
        around(current.as_ref(), context.event_scope(event), &desk.fields, |name, value| {
            if name == REQUEST_ID {
                of_span = current.is_none().then(|| value.as_str().to_owned());
            } else {
                self.field(&mut desk.around, name, value);
            }
        });
        let request_id = current.as_ref().map(Request::id).map(RequestId::as_str).or(of_span.as_deref());
        self.write(&mut desk, event.metadata(), request_id);
        // Where nothing can be written there is nobody to tell.
        let _ = self.writer.make_writer_for(event.metadata()).write_all(desk.line.as_bytes());
        desk.clear();
        let _ = DESK.try_with(|place| place.set(desk));
    }
}

impl Desk {
    fn clear(&mut self) {
        self.fields.clear();
        for text in [&mut self.around, &mut self.line] {
            text.clear();
            text.shrink_to(KEPT_BYTES);
        }
    }
}

impl<W> Lines<W> {
    // Writing to a string cannot fail.
    fn write(&self, desk: &mut Desk, meta: &Metadata<'_>, request_id: Option<&str>) {
        let (Desk { fields, around, line }, time) = (desk, self.clock.now());
        match self.format {
            LogFormat::Json => {
                let _ = write!(line, "{{\"timestamp\":\"{time:.6}\",\"level\":\"");
                line.push_str(meta.level().as_str());
                line.push_str("\",\"target\":");
                json_string(line, meta.target());
                line.push_str(",\"message\":");
                json_string(line, fields.message());
                if let Some(id) = request_id {
                    line.push_str(",\"");
                    line.push_str(REQUEST_ID);
                    line.push_str("\":");
                    json_string(line, id);
                }
                for (name, value) in fields.others() {
                    self.field(line, name, value);
                }
                line.push_str(around);
                line.push('}');
            }
            LogFormat::Pretty => {
                let _ = write!(line, "{time:.6} {:5} ", meta.level());
                one_line(line, fields.message());
                for (name, value) in fields.others() {
                    self.field(line, name, value);
                }
                line.push_str(around);
                if let Some(id) = request_id {
                    self.field(line, REQUEST_ID, Value::Bare(id));
                }
            }
        }
        line.push('\n');
    }

    fn field(&self, line: &mut String, name: &str, value: Value<'_>) {
        match self.format {
            LogFormat::Json => {
                // A field that is called like one of the line's own is set apart.
                line.push_str(if OWN.contains(&name) { ",\"field." } else { ",\"" });
                json_text(line, name);
                line.push_str("\":");
                match value {
                    Value::Text(text) => json_string(line, text),
                    Value::Bare(text) => line.push_str(text),
                }
            }
            LogFormat::Pretty => {
                line.push(' ');
                line.push_str(name);
                line.push('=');
                one_line(line, value.as_str());
            }
        }
    }
}

/// The names that every line has.
const OWN: [&str; 5] = ["timestamp", "level", "target", "message", REQUEST_ID];

/// A line stays a line, whatever somebody put into a value.
fn one_line(line: &mut String, text: &str) {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        line.push_str(text);
    } else {
        line.extend(text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }));
    }
}

fn json_string(line: &mut String, text: &str) {
    line.push('"');
    json_text(line, text);
    line.push('"');
}

/// In runs that need no change.
fn json_text(line: &mut String, mut text: &str) {
    let is_special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    // Looking at all of it without an end in between takes less than stopping at the first.
    let has_special = |text: &str| text.bytes().fold(false, |found, byte| found | is_special(byte));
    while has_special(text)
        && let Some(at) = text.bytes().position(is_special)
    {
        let (plain, rest) = text.split_at(at);
        line.push_str(plain);
        let mut letters = rest.chars();
        match letters.next() {
            Some('"') => line.push_str("\\\""),
            Some('\\') => line.push_str("\\\\"),
            Some('\n') => line.push_str("\\n"),
            Some(control) => drop(write!(line, "\\u{:04x}", u32::from(control))),
            None => {}
        }
        text = letters.as_str();
    }
    line.push_str(text);
}
