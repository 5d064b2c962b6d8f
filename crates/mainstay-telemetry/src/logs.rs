//! Log lines: JSON for machines, plain for terminals; each names the request it belongs to, and says what the spans
//! around it say.
//! Never here: what to log.

use mainstay_runtime::Clock;
use serde::{Deserialize, Serialize};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

pub use self::fields::MAX_VALUE_BYTES;
pub(crate) use self::fields::{Fields, REQUEST_ID, Value};
pub(crate) use self::spans::{SpanFields, around};
use crate::request_id;

mod fields;
mod level;
mod spans;

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For a person at a terminal.
    #[default]
    Pretty,
}

/// The log part of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `json` or `pretty`.
    pub format: LogFormat,
    /// A level, or levels by target: `info`, `warn,mainstay_db=debug`.
    pub level: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Pretty, level: "info".to_owned() }
    }
}

impl LogConfig {
    /// Why `level` cannot be, as a clause that follows the key's name and says what to write instead. This crate knows
    /// nothing of configurations; who does puts it among its faults.
    pub fn level_fault(&self) -> Option<String> {
        level::fault(&self.level)
    }
}

/// Logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `level` is not a filter.
    #[error("the log level is not understood: {0}")]
    Level(String),
    /// Another logger is installed.
    #[error("a logger is already installed")]
    AlreadyInstalled,
}

/// Logs to standard error from now on, for the whole process.
///
/// # Errors
/// [`LogError`].
pub fn init(config: &LogConfig) -> Result<(), LogError> {
    subscriber(config, std::io::stderr)?.try_init().map_err(|_| LogError::AlreadyInstalled)
}

/// A subscriber that writes where it is told.
///
/// # Errors
/// [`LogError::Level`].
pub fn subscriber<W>(config: &LogConfig, writer: W) -> Result<impl Subscriber + Send + Sync, LogError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    subscriber_by(config, Clock::system(), writer)
}

/// A subscriber that writes where it is told, with the times of this clock.
///
/// # Errors
/// [`LogError::Level`].
pub fn subscriber_by<W>(
    config: &LogConfig,
    clock: Clock,
    writer: W,
) -> Result<impl Subscriber + Send + Sync, LogError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter =
        EnvFilter::builder().parse(&config.level).map_err(|error| LogError::Level(error.to_string()))?;
    Ok(tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(false)
        .event_format(Line { format: config.format, clock })
        // Spans are never written by themselves: `SpanFields` keeps what the lines inside them say of them.
        .fmt_fields(debug_fn(|_, _, _| Ok(())))
        .finish()
        .with(SpanFields)
        .with(filter_fn(may_be_logged)))
}

/// The driver writes the parameters of every statement below `info`: addresses, password hashes, notes. Whatever level
/// an operator asks for, those are never logged.
fn may_be_logged(meta: &Metadata<'_>) -> bool {
    !meta.target().starts_with("tokio_postgres") || *meta.level() <= Level::INFO
}

/// Formats one event.
struct Line {
    format: LogFormat,
    clock: Clock,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let of_span = fields.inherit(around(context.event_scope()));
        let request_id = request_id::current().map(|id| id.to_string()).or(of_span);
        let time = self.clock.now();
        let meta = event.metadata();
        match self.format {
            LogFormat::Json => {
                write!(out, "{{\"timestamp\":\"{time:.6}\",\"level\":\"{}\",\"target\":", meta.level())?;
                json_string(&mut out, meta.target())?;
                out.write_str(",\"message\":")?;
                json_string(&mut out, &fields.message)?;
                if let Some(id) = request_id {
                    write!(out, ",\"{REQUEST_ID}\":")?;
                    json_string(&mut out, &id)?;
                }
                for (name, value) in &fields.others {
                    // A field that is called like one of the line's own is set apart.
                    out.write_str(if OWN.contains(name) { ",\"field." } else { ",\"" })?;
                    json_text(&mut out, name)?;
                    out.write_str("\":")?;
                    match value {
                        Value::Text(text) => json_string(&mut out, text)?,
                        Value::Bare(text) => out.write_str(text)?,
                    }
                }
                writeln!(out, "}}")
            }
            LogFormat::Pretty => {
                write!(out, "{time:.6} {:5} {}", meta.level(), one_line(&fields.message))?;
                for (name, value) in &fields.others {
                    write!(out, " {name}={}", one_line(value.as_str()))?;
                }
                if let Some(id) = request_id {
                    write!(out, " {REQUEST_ID}={}", one_line(&id))?;
                }
                writeln!(out)
            }
        }
    }
}

/// The names that every line has.
const OWN: [&str; 5] = ["timestamp", "level", "target", "message", REQUEST_ID];

/// A line stays a line, whatever somebody put into a value.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn json_string(out: &mut Writer<'_>, text: &str) -> std::fmt::Result {
    out.write_char('"')?;
    json_text(out, text)?;
    out.write_char('"')
}

fn json_text(out: &mut Writer<'_>, text: &str) -> std::fmt::Result {
    for letter in text.chars() {
        match letter {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            control if control < ' ' => write!(out, "\\u{:04x}", u32::from(control))?,
            other => out.write_char(other)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
