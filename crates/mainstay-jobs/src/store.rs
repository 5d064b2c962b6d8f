//! The tables and the statements on them. Never here: when they run.

use std::time::Duration;

use mainstay_db::Statement;
use mainstay_db::migrate::{Migration, Migrations};

/// A file of the folder of migrations.
macro_rules! migration {
    ($file:literal) => {
        Migration::from_file($file, include_str!(concat!("../migrations/", $file)))
    };
}

/// The tables of jobs and leases.
pub const MIGRATIONS: Migrations = Migrations::new(
    "mainstay-jobs",
    &[
        migration!("0001_jobs.sql"),
        migration!("0002_ready_by_key.sql"),
        migration!("0003_ready_keyed_by_time.sql"),
        migration!("0004_ready_in_one_order.sql"),
        migration!("0005_lists.sql"),
        migration!("0006_ready_again.sql"),
        migration!("0007_dead_whole.sql"),
        migration!("0008_job_worker_process.sql"),
        migration!("0009_job_ahead.sql"),
        migration!("0010_ready_in_turn.sql"),
        migration!("0011_ready_keyed_in_turn.sql"),
        migration!("0012_ready_by_key_gone.sql"),
        migration!("0013_ready_keyed_by_time_gone.sql"),
        migration!("0014_running_by_worker_gone.sql"),
    ],
)
.in_schema("mainstay");

pub(crate) static ENQUEUE: Statement = Statement::pooled("jobs.enqueue", include_str!("store/enqueue.sql"));
pub(crate) static HOLDERS: Statement = Statement::pooled("jobs.holders", include_str!("store/holders.sql"));
pub(crate) static SUCCEED: Statement = Statement::pooled("jobs.succeed", include_str!("store/succeed.sql"));

pub(crate) static EXPIRED: Statement = Statement::pooled("jobs.expired", include_str!("store/expired.sql"));

pub(crate) static CANCEL: Statement = Statement::pooled("jobs.cancel", include_str!("store/cancel.sql"));
pub(crate) static RETRY: Statement = Statement::pooled("jobs.retry", include_str!("store/retry.sql"));
pub(crate) static REVIVE: Statement = Statement::pooled("jobs.revive", include_str!("store/revive.sql"));
pub(crate) static PURGE: Statement = Statement::pooled("jobs.purge", include_str!("store/purge.sql"));
pub(crate) static PAUSE: Statement = Statement::pooled("jobs.pause", include_str!("store/pause.sql"));
pub(crate) static RESUME: Statement = Statement::pooled("jobs.resume", include_str!("store/resume.sql"));
pub(crate) static LIMIT: Statement = Statement::pooled("jobs.limit", include_str!("store/limit.sql"));

pub(crate) static STATE: Statement = Statement::pooled("jobs.state", include_str!("store/state.sql"));
pub(crate) static SHOW: Statement = Statement::pooled("jobs.show", include_str!("store/show.sql"));
pub(crate) static HISTORY: Statement = Statement::pooled("jobs.history", include_str!("store/history.sql"));
pub(crate) static LIST: Statement = Statement::pooled("jobs.list", include_str!("store/list.sql"));
pub(crate) static REACH: Statement = Statement::pooled("jobs.reach", include_str!("store/reach.sql"));
pub(crate) static DEAD: Statement = Statement::pooled("jobs.dead", include_str!("store/dead.sql"));
pub(crate) static QUEUES: Statement = Statement::pooled("jobs.queues", include_str!("store/queues.sql"));
/// The same for metrics, whoever asks for what.
pub(crate) static COUNTS: Statement = Statement::pooled(
    "jobs.counts",
    concat!(
        "select /* jobs.counts platform */ name, queued, scheduled, retrying, running, dead, oldest_s, paused_at, running_most, \
            running_most_of_key, rate_per_s, rate_burst from (",
        include_str!("store/queues.sql"),
        ") as counted"
    ),
);
pub(crate) static WORKERS: Statement = Statement::pooled("jobs.workers", include_str!("store/workers.sql"));

pub(crate) static ASKED: Statement = Statement::pooled("jobs.asked", include_str!("store/asked.sql"));
pub(crate) static STATISTICS: Statement =
    Statement::pooled("jobs.statistics", include_str!("store/statistics.sql"));
pub(crate) static WATCH: Statement = Statement::pooled("jobs.watch", include_str!("store/watch.sql"));

pub(crate) static CHECKPOINT: Statement =
    Statement::pooled("jobs.checkpoint", include_str!("store/checkpoint.sql"));

pub(crate) static WAITING: Statement = Statement::pooled("jobs.waiting", include_str!("store/waiting.sql"));
pub(crate) const WAITING_QUEUES: &str = include_str!("store/waiting_queues.sql");
pub(crate) const DUE: &str = include_str!("store/due.sql");
pub(crate) const ENDED: &str = include_str!("store/ended.sql");
pub(crate) const CLOCK: &str = include_str!("store/clock.sql");

pub(crate) const LISTEN: &str = "listen mainstay_jobs";
pub(crate) const NOTIFY: &str = include_str!("store/notify.sql");
pub(crate) const HEARING: &str = include_str!("store/hearing.sql");
pub(crate) const LOAD: &str = include_str!("store/load.sql");
pub(crate) const PROGRESS: &str = include_str!("store/progress.sql");
pub(crate) const CLAIM: &str = include_str!("store/claim.sql");
pub(crate) const NEXT: &str = include_str!("store/next.sql");
pub(crate) const HOLD: &str = include_str!("store/hold.sql");
pub(crate) const PICK: &str = include_str!("store/pick.sql");
pub(crate) const STEP: &str = include_str!("store/step.sql");
pub(crate) const ROOM: &str = include_str!("store/room.sql");
pub(crate) const SPEND: &str = include_str!("store/spend.sql");
pub(crate) const FAIL: &str = concat!(include_str!("store/fail.sql"), include_str!("store/ends.sql"));
pub(crate) const RESCUE: &str = concat!(include_str!("store/rescue.sql"), include_str!("store/ends.sql"));
pub(crate) const BEAT: &str = include_str!("store/beat.sql");
pub(crate) const ABOVE: &str = include_str!("store/above.sql");
pub(crate) const REGISTER: &str = include_str!("store/register.sql");
pub(crate) const ALONE: &str = include_str!("store/alone.sql");
pub(crate) const LOCKED: &str = include_str!("store/locked.sql");
pub(crate) const ORIGIN: &str = include_str!("store/origin.sql");
pub(crate) const LEFT: &str = include_str!("store/left.sql");
pub(crate) const SWEEP: &str = include_str!("store/sweep.sql");
pub(crate) const FORGET: &str = include_str!("store/forget.sql");
pub(crate) const LEAVE: &str = include_str!("store/leave.sql");
pub(crate) const ACQUIRE: &str = include_str!("store/acquire.sql");
pub(crate) const RESIGN: &str = include_str!("store/resign.sql");

/// What queue connections are told. A plan that was made while the tables were empty reads all of them when they are full, so
/// that none is kept; jobs are looked up by their ids one by one, whatever the server believes of tables that it has never
/// analysed. Where a statement joins a small list with a table from which much has gone, it says `any(array[…])` for `=`: a server
/// that has counted the table while nothing was in it would else go through all that has gone, in the order of an index, rather
/// than through the list.
pub(crate) const SETTINGS: &str = "set plan_cache_mode = force_custom_plan; set jit = off; set enable_seqscan = off; \
    set enable_hashjoin = off; set enable_mergejoin = off; set lock_timeout = '2s'; set statement_timeout = '5s'; \
    set idle_in_transaction_session_timeout = '10s'";

/// So long such a transaction may stand idle.
pub(crate) const IDLE: Duration = Duration::from_secs(10);

/// For a connection on which nobody waits for long, as each statement holds up those behind it.
pub(crate) const SHORT: &str = "set lock_timeout = '50ms'";

/// For the connection of ends, where each statement holds up all ends behind it.
pub(crate) const ENDS: &str = "set lock_timeout = '500ms'";

/// What they are told of workers that keep their first plan ([`Weak::StalePlan`](crate::Weak)).
pub(crate) const STALE: &str = "set plan_cache_mode = force_generic_plan; set jit = off; set lock_timeout = '2s'; \
    set statement_timeout = '5s'";

/// The longest that one of these statements may take.
pub(crate) const LONGEST: Duration = Duration::from_secs(5);

/// What a connection is told whose statements may take so long, a millisecond at least and [`LONGEST`] at most.
pub(crate) fn longest(longest: Duration) -> String {
    format!("set statement_timeout = {}", ms(longest.min(LONGEST)).max(1))
}

/// The longest time that a statement is told: a calendar of the server goes no further than it must.
const TIME_MOST: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

/// No text of PostgreSQL has a NUL, and nobody reads one that is longer than so many bytes.
pub(crate) fn storable(text: &str, most: usize) -> String {
    let kept = &text[..text.floor_char_boundary(most)];
    let mark = if kept.len() < text.len() { "…" } else { "" };
    format!("{}{mark}", kept.replace('\0', "\u{fffd}"))
}

/// Milliseconds as the statements take them.
pub(crate) fn ms(time: Duration) -> i64 {
    i64::try_from(time.min(TIME_MOST).as_millis()).unwrap_or(i64::MAX)
}
