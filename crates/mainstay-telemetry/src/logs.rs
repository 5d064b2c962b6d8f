//! Log lines: JSON for machines, plain for terminals; each names the request it belongs to.
//! Never here: what to log.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::request_id;

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
pub fn init(config: &LogConfig) -> Result<(), LogError> {
    subscriber(config, std::io::stderr)?.try_init().map_err(|_| LogError::AlreadyInstalled)
}

/// A subscriber that writes where it is told.
pub fn subscriber<W>(config: &LogConfig, writer: W) -> Result<impl Subscriber + Send + Sync, LogError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter =
        EnvFilter::builder().parse(&config.level).map_err(|error| LogError::Level(error.to_string()))?;
    Ok(tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(false)
        .event_format(Line(config.format))
        .finish())
}

/// Formats one event.
struct Line(LogFormat);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let meta = event.metadata();
        match self.0 {
            LogFormat::Json => {
                write!(out, "{{\"timestamp\":\"{time}\",\"level\":\"{}\",\"target\":", meta.level())?;
                json_string(&mut out, meta.target())?;
                out.write_str(",\"message\":")?;
                json_string(&mut out, &fields.message)?;
                if let Some(id) = request_id::current() {
                    write!(out, ",\"request_id\":\"{id}\"")?;
                }
                for (name, value) in &fields.others {
                    write!(out, ",\"{name}\":")?;
                    match value {
                        Value::Text(text) => json_string(&mut out, text)?,
                        Value::Bare(text) => out.write_str(text)?,
                    }
                }
                writeln!(out, "}}")
            }
            LogFormat::Pretty => {
                write!(out, "{time} {:5} {}", meta.level(), one_line(&fields.message))?;
                for (name, value) in &fields.others {
                    let (Value::Text(text) | Value::Bare(text)) = value;
                    write!(out, " {name}={}", one_line(text))?;
                }
                if let Some(id) = request_id::current() {
                    write!(out, " request_id={id}")?;
                }
                writeln!(out)
            }
        }
    }
}

/// A line stays a line, whatever somebody put into a value.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn json_string(out: &mut Writer<'_>, text: &str) -> std::fmt::Result {
    out.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            control if control < ' ' => write!(out, "\\u{:04x}", u32::from(control))?,
            other => out.write_char(other)?,
        }
    }
    out.write_char('"')
}

enum Value {
    Text(String),
    Bare(String),
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, Value)>,
}

impl Fields {
    fn push(&mut self, field: &Field, value: Value) {
        self.others.push((field.name(), value));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let mut text = String::new();
        let _ = write!(text, "{value:?}");
        if field.name() == "message" { self.message = text } else { self.push(field, Value::Text(text)) }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.push(field, Value::Text(value.to_owned()));
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        let text = if value.is_finite() { format!("{value}") } else { "null".to_owned() };
        self.push(field, Value::Bare(text));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, Value::Bare(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, Value::Bare(value.to_string()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, Value::Bare(value.to_string()));
    }
}

#[cfg(test)]
mod tests;
