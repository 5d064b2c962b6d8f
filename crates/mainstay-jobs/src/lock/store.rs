//! The statements on locks. Never here: when they run.

use mainstay_db::Statement;

pub(super) const GIVE_BACK: &str = include_str!("store/give_back.sql");
pub(super) const RENEW: &str = include_str!("store/renew.sql");

pub(super) static CONFIRM: Statement = Statement::pooled("jobs.confirm", include_str!("store/confirm.sql"));
pub(super) static XACT_LOCK: Statement =
    Statement::pooled("jobs.xact_lock", include_str!("store/xact_lock.sql"));
