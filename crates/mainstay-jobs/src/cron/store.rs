//! The statements on schedules. Never here: when they run.

use mainstay_db::Statement;

pub(super) const NEWEST: &str = include_str!("store/newest.sql");
pub(super) const FOREIGN: &str = include_str!("store/foreign.sql");
pub(super) const DECLARE: &str = include_str!("store/declare.sql");
pub(super) const RETIRE: &str = include_str!("store/retire.sql");
pub(super) const FORGET: &str = include_str!("store/forget.sql");
pub(super) const IS_DUE: &str = include_str!("store/is_due.sql");
pub(super) const DUE: &str = include_str!("store/due.sql");
pub(super) const ADVANCE: &str = include_str!("store/advance.sql");

pub(super) static LIST: Statement = Statement::pooled("jobs.cron_list", include_str!("store/list.sql"));
pub(super) static ONE: Statement = Statement::pooled("jobs.cron_one", include_str!("store/one.sql"));
pub(super) static PAUSE: Statement = Statement::pooled("jobs.cron_pause", include_str!("store/pause.sql"));
pub(super) static RESUME: Statement = Statement::pooled("jobs.cron_resume", include_str!("store/resume.sql"));
