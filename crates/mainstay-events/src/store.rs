//! The tables and the statements on them. Never here: when they run.

use mainstay_db::Statement;
use mainstay_db::migrate::{Migration, Migrations};

/// The tables of events; those of `mainstay_jobs::MIGRATIONS` go before them.
pub const MIGRATIONS: Migrations = Migrations::new(
    "mainstay-events",
    &[Migration::from_file("0001_events.sql", include_str!("../migrations/0001_events.sql"))],
)
.in_schema("mainstay");

pub(crate) static EMIT: Statement = Statement::pooled("events.emit", include_str!("store/emit.sql"));
pub(crate) static SUBSCRIBE: Statement =
    Statement::pooled("events.subscribe", include_str!("store/subscribe.sql"));
pub(crate) static UNSUBSCRIBE: Statement =
    Statement::pooled("events.unsubscribe", include_str!("store/unsubscribe.sql"));

pub(crate) static PAGE: Statement = Statement::pooled("events.page", include_str!("store/page.sql"));
pub(crate) static PRESENT: Statement = Statement::pooled("events.present", include_str!("store/present.sql"));
pub(crate) static OPEN: Statement = Statement::pooled("events.open", include_str!("store/open.sql"));
pub(crate) static POSITION: Statement =
    Statement::pooled("events.position", include_str!("store/position.sql"));
pub(crate) static ADVANCE: Statement = Statement::pooled("events.advance", include_str!("store/advance.sql"));
pub(crate) static FORGET: Statement = Statement::pooled("events.forget", include_str!("store/forget.sql"));
pub(crate) static LAG: Statement = Statement::pooled("events.lag", include_str!("store/lag.sql"));
pub(crate) static HELD: Statement = Statement::pooled("events.held", include_str!("store/held.sql"));
pub(crate) static SWEEP: Statement = Statement::pooled("events.sweep", include_str!("store/sweep.sql"));
