//! The tables and the statements on them. Never here: when they run.

use std::time::Duration;

use mainstay_db::Statement;
use mainstay_db::migrate::{Migration, Migrations};

/// The tables of jobs and leases.
pub const MIGRATIONS: Migrations = Migrations::new(
    "mainstay-jobs",
    &[Migration::from_file("0001_jobs.sql", include_str!("../migrations/0001_jobs.sql"))],
)
.in_schema("mainstay");

pub(crate) static ENQUEUE: Statement = Statement::pooled("jobs.enqueue", include_str!("store/enqueue.sql"));
pub(crate) static HOLDERS: Statement = Statement::pooled("jobs.holders", include_str!("store/holders.sql"));
pub(crate) static SUCCEED: Statement = Statement::pooled("jobs.succeed", include_str!("store/succeed.sql"));

pub(crate) static EXPIRED: Statement = Statement::pooled("jobs.expired", include_str!("store/expired.sql"));

pub(crate) const CLAIM: &str = include_str!("store/claim.sql");
pub(crate) const FAIL: &str = include_str!("store/fail.sql");
pub(crate) const RESCUE: &str = include_str!("store/rescue.sql");
pub(crate) const BEAT: &str = include_str!("store/beat.sql");
pub(crate) const REGISTER: &str = include_str!("store/register.sql");
pub(crate) const LEFT: &str = include_str!("store/left.sql");
pub(crate) const SWEEP: &str = include_str!("store/sweep.sql");
pub(crate) const LEAVE: &str = include_str!("store/leave.sql");
pub(crate) const ACQUIRE: &str = include_str!("store/acquire.sql");
pub(crate) const RESIGN: &str = include_str!("store/resign.sql");

/// What queue connections are told. A plan that was made while the tables were empty reads all of them when they are full, so
/// that none is kept; jobs are looked up by their ids one by one, whatever the server believes of tables that it has never
/// analysed.
pub(crate) const SETTINGS: &str = "set plan_cache_mode = force_custom_plan; set jit = off; set enable_seqscan = off; \
    set enable_hashjoin = off; set enable_mergejoin = off; set lock_timeout = '2s'; set statement_timeout = '5s'; \
    set idle_in_transaction_session_timeout = '10s'";

/// The longest that one of these statements may take.
pub(crate) const LONGEST: Duration = Duration::from_secs(5);

/// The longest time that a statement is told: a calendar of the server goes no further than it must.
const TIME_MOST: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

/// Milliseconds as the statements take them.
pub(crate) fn ms(time: Duration) -> i64 {
    i64::try_from(time.min(TIME_MOST).as_millis()).unwrap_or(i64::MAX)
}
