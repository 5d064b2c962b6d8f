//! The vocabulary of the `event` field in log lines: stable names that dashboards and alerts may rely on.
//! Never here: sentences; the message of a line is for people and may change. Never an application's events: it keeps
//! a list of its own.

/// An event: its name, and what its line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The value of `event`.
    pub name: &'static str,
    /// What happened, and the fields that tell of it.
    pub meaning: &'static str,
}

/// Declares each event as a constant, and all of them as a list that cannot miss one.
macro_rules! vocabulary {
    ($($constant:ident = $name:literal: $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $constant: &str = $name;)*

        /// Every event of the platform, for documentation and tests.
        pub const ALL: &[Event] = &[$(Event { name: $name, meaning: $meaning }),*];
    };
}

vocabulary! {
    HTTP_REQUEST_ANSWERED = "http.request.answered":
        "A request was answered: `http.method`, `http.route`, `http.status`, `http.duration_ms`; what its \
         statements cost: `db.statements`, `db.duration_ms`.";
    DB_STATEMENT_SLOW = "db.statement.slow":
        "A statement took longer than `slow_statement_ms`: `db.statement`, `db.duration_ms`, `db.rows`, `db.failed`, and how \
         often since its last such line, `db.untold`.";
    DB_MIGRATION_APPLIED = "db.migration.applied":
        "A migration was applied: `db.migration.history`, `db.migration.version`.";
    DB_MIGRATION_WAITS = "db.migration.waits":
        "A migration waits for somebody's long transaction: `db.migration`, `db.pid`; the message says whose.";
    DB_PARTITION_CREATED = "db.partition.created":
        "A partition was created: `db.partition.table`, `db.partition.period`.";
    DB_PARTITION_RETIRED = "db.partition.retired":
        "A partition past its retention was dropped: `db.partition.table`, `db.partition.period`, `db.partition.export`.";
    DB_PARTITION_SHORT = "db.partition.short":
        "Too few partitions lie ahead of a table: `db.partition.table`, `db.partition.ahead`.";
    DB_PARTITION_BLOCKED = "db.partition.blocked":
        "A partition that a row needed could not be created: `db.partition.table`, `error`.";
    DB_SERVER_DIED = "db.server.died":
        "The private PostgreSQL ended while it was needed and is started again: `db.deaths`.";
    DB_SERVER_RESTARTED = "db.server.restarted":
        "The private PostgreSQL answers again: `took_ms`.";
    DB_SERVER_NOT_RESTARTED = "db.server.not_restarted":
        "The private PostgreSQL could not be started again: `error`.";
    DB_SERVER_LOST = "db.server.lost":
        "The private PostgreSQL died too often; the process ends: `db.deaths`.";
    DB_EPOCH_BEGUN = "db.epoch.begun":
        "The primary began to write, or has a new timeline after a promotion: `db.epoch`.";
    DB_REPLICA_FOUND = "db.replica.found":
        "A replica answers and is read from: `db.replica`.";
    DB_REPLICA_LOST = "db.replica.lost":
        "A replica is not read from until it answers as one again: `db.replica`, `error`.";
    DB_REPLICAS_OFF = "db.replicas.off":
        "The primary cannot be asked how far it is, so all reads go to it: `error`.";
    JOBS_HALTED = "jobs.halted":
        "This process does no jobs for now, and what it had claimed is given to others: `error`.";
    JOBS_RESUMED = "jobs.resumed":
        "This process does jobs again: `worker`.";
    JOBS_UNCLAIMED = "jobs.unclaimed":
        "This process takes no jobs over one of its connections for now; those at work go on: `line`, `error`.";
    JOBS_CLAIMED_AGAIN = "jobs.claimed_again":
        "It takes jobs over this connection again: `line`.";
    JOBS_RESCUED = "jobs.rescued":
        "Jobs whose process is not heard of any more, or that did not end at their deadline, are given to others: `workers`, `jobs`.";
    JOBS_UNLED = "jobs.unled":
        "Jobs of processes that are not heard of could not be given to others; it is tried again: `error`.";
    JOBS_UNSCHEDULED = "jobs.unscheduled":
        "Jobs that begin by themselves could not be begun, and are tried again: `error`; or one is not understood: `schedule`.";
    JOBS_STALE = "jobs.stale":
        "Ends of jobs were refused that others have by now: `worker`, `jobs`.";
    JOBS_UNWRITTEN = "jobs.unwritten":
        "The end of a job cannot be written, so that it stays as it is: `worker`, `run`, `error`.";
    JOBS_ENDS_WAIT = "jobs.ends_wait":
        "Ends of jobs cannot be written for now, and wait; jobs at work go on: `worker`, `error`.";
    JOBS_ENDS_GO_ON = "jobs.ends_go_on":
        "Ends of jobs that had waited are written, or can be: `worker`.";
    JOBS_ENDS_REFUSED = "jobs.ends_refused":
        "The database refuses ends of jobs for a reason that no waiting mends; this process begins anew: `worker`, `error`.";
    JOBS_UNHEARD = "jobs.unheard":
        "What other processes ask for is found at the next look, and not at once: `error`.";
    EVENTS_GONE = "events.gone":
        "A subscriber of this version hears of nothing, because another version has said that it is gone: `subscriber`.";
    CACHE_UNHEARD = "cache.unheard":
        "Changes of the database are not heard of, so nothing kept is served as fresh: `error`.";
    CACHE_HEARD = "cache.heard":
        "Changes of the database are heard of again.";
    CACHE_MISMATCH = "cache.mismatch":
        "A kept answer was not what the database says, and none of its tags had changed: `cache.name`, `cache.tags`.";
    CACHE_WARMED = "cache.warmed":
        "What was asked for most has been asked for again: `cache.asked`, `cache.warmed`, `cache.failed`, `cache.skipped`, \
         `took_ms`.";
    CACHE_UNPURGED = "cache.unpurged":
        "A cache further out cannot be purged, and is tried again: `cache.target`, `error`.";
    CACHE_PURGED = "cache.purged":
        "It can be purged again: `cache.target`.";
    CACHE_PURGED_WHOLE = "cache.purged_whole":
        "All answers of a cache further out were purged: `cache.target`.";
    PROCESS_READY = "process.ready":
        "The process answers requests from now on: `start.took_ms`.";
    PROCESS_STOPPING = "process.stopping":
        "A stop was asked for: `stop.reason`.";
    PROCESS_STOPPED = "process.stopped":
        "The process has stopped: `drain.finished`, `drain.overran`.";
    TASK_FAILED = "task.failed":
        "A task of the supervisor ended with an error: `task.name`, `error`.";
    TASK_PANICKED = "task.panicked":
        "A task of the supervisor panicked: `task.name`, `error`; `task.pause_ms` if it is started again after that.";
    TASK_ENDED = "task.ended":
        "A resident task ended before the stop and is started again: `task.name`, `task.pause_ms`.";
    TASK_SILENT = "task.silent":
        "A task gives no sign of life for longer than it stated: `task.name`, `task.silent_s`.";
    TASK_ROUND_FAILED = "task.round_failed":
        "A round of a periodic task failed and is tried again: `task.name`, `task.pause_ms`, `error`.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_dotted_lower_case_and_mean_one_thing_each() {
        for event in ALL {
            let is_word = |word: &str| {
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            };
            assert!(event.name.contains('.') && event.name.split('.').all(is_word), "{}", event.name);
            assert!(event.meaning.ends_with('.'), "{}", event.name);
        }
        assert_eq!(ALL.iter().map(|event| event.name).collect::<BTreeSet<_>>().len(), ALL.len());
    }
}
