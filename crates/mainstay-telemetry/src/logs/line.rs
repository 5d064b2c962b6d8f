//! How a line looks, and its way to the writer, by memory that is used again. Never here: which lines there are, who writes
//! them where.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Write as _;

use jiff::Timestamp;
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
    // Writing to a string cannot fail.
    fn write(&self, desk: &mut Desk, meta: &Metadata<'_>, request_id: Option<&str>) {
        let (Desk { fields, around, line, second }, time) = (desk, self.clock.now());
        match self.format {
            LogFormat::Json => {
                line.push_str("{\"timestamp\":\"");
                second.write(line, time);
                line.push_str("\",\"level\":\"");
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
                second.write(line, time);
                let _ = write!(line, " {:5} ", meta.level());
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
                line.push_str(if is_own(name) { ",\"field." } else { ",\"" });
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

/// Whether it is a name that every line has.
fn is_own(name: &str) -> bool {
    matches!(name, "timestamp" | "level" | "target" | "message" | REQUEST_ID)
}

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
    while has_special(text.as_bytes())
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

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Most texts have none and are short: eight bytes at a time, as one number.
fn has_special(bytes: &[u8]) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The high bit of each byte that is below `least`; of those that follow one, too, which changes no answer.
    let below = |word: u64, least: u8| word.wrapping_sub(LOW * u64::from(least)) & !word & HIGH;
    let (words, rest) = bytes.as_chunks::<8>();
    let in_word = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        let is = |byte: u8| below(word ^ (LOW * u64::from(byte)), 1);
        (below(word, b' ') | is(b'"') | is(b'\\')) != 0
    };
    match bytes.last_chunk::<8>() {
        // Some of its bytes are looked at twice.
        Some(end) => in_word(end) || words.iter().any(in_word),
        None => rest.iter().copied().any(is_special),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_special_byte_is_found_wherever_it_is(
            plain in proptest::collection::vec(any::<u8>().prop_filter("plain", |byte| !is_special(*byte)), 0..40),
            special in any::<u8>().prop_filter("special", |byte| is_special(*byte)),
            at: prop::sample::Index,
        ) {
            prop_assert!(!has_special(&plain));
            let mut bytes = plain;
            bytes.insert(at.index(bytes.len() + 1), special);
            prop_assert!(has_special(&bytes));
        }

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
