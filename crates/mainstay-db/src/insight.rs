//! What statements cost: those of one request, and those of the process since its start, by name; the slow ones with
//! their plans; and what the server itself tells of its tables, indexes and statements. Never here: what is done about
//! it (headers, refusals, routes), which belongs to whoever asks.

mod config;
mod figures;
mod history;
mod plan;
mod request;
mod slow;
mod spread;
pub mod views;

pub use config::Config;
pub use figures::{Insight, StatementFigures};
pub use history::History;
pub use plan::ExplainError;
pub use request::{Budget, RequestStats, StatementStats, apart, name_route, scope};
pub use slow::{Plan, SlowStatement};
pub use spread::{BOUNDS_S, Spread};

pub(crate) use request::begin;
