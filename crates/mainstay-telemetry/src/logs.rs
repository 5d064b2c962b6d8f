//! Log lines: JSON for machines, plain for terminals; each names the request it belongs to, and says what the spans
//! around it say.
//! Never here: what to log.

use std::sync::OnceLock;

use mainstay_runtime::Clock;
use serde::{Deserialize, Serialize};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use self::fields::MAX_VALUE_BYTES;
pub(crate) use self::fields::{Fields, REQUEST_ID, Value};
use self::line::Lines;
use self::queue::Queue;
pub(crate) use self::spans::{SpanFields, around, id_of_span};

mod fields;
mod level;
mod line;
mod numbers;
mod queue;
mod spans;
mod text;

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

/// The lines of this process that are not written yet.
static QUEUE: OnceLock<Queue> = OnceLock::new();

/// Logs to standard error from now on, for the whole process. Lines below a warning are written by a thread, within about
/// five milliseconds: call [`flush`] before the process ends.
///
/// # Errors
/// [`LogError`].
pub fn init(config: &LogConfig) -> Result<(), LogError> {
    let queue = QUEUE.get_or_init(|| Queue::new(std::io::stderr()));
    subscriber(config, queue.clone())?.try_init().map_err(|_| LogError::AlreadyInstalled)
}

/// Returns when every line that was logged is written.
pub fn flush() {
    if let Some(queue) = QUEUE.get() {
        queue.flush();
    }
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
    Ok(tracing_subscriber::registry()
        .with(filter)
        .with(SpanFields)
        .with(Lines { format: config.format, clock, writer })
        .with(filter_fn(may_be_logged)))
}

/// The driver writes the parameters of every statement below `info`: addresses, password hashes, notes. Whatever level
/// an operator asks for, those are never logged.
fn may_be_logged(meta: &Metadata<'_>) -> bool {
    !meta.target().starts_with("tokio_postgres") || *meta.level() <= Level::INFO
}

#[cfg(test)]
mod tests;
