//! The vocabulary of the `event` field in log lines: stable names that dashboards and alerts may rely on.
//! Never here: sentences; the message of a line is for people and may change.

/// A request was answered: `http.method`, `http.route`, `http.status`, `http.duration_ms`.
pub const HTTP_REQUEST_ANSWERED: &str = "http.request.answered";
/// A migration was applied: `db.migration.history`, `db.migration.version`.
pub const DB_MIGRATION_APPLIED: &str = "db.migration.applied";
/// The process answers requests from now on: `start.took_ms`.
pub const PROCESS_READY: &str = "process.ready";
/// A stop was asked for: `stop.reason`.
pub const PROCESS_STOPPING: &str = "process.stopping";
/// The process has stopped: `drain.finished`, `drain.overran`.
pub const PROCESS_STOPPED: &str = "process.stopped";
