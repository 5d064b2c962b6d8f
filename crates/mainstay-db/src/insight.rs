//! What the statements of one request cost: how many, how long, how many rows, by name. Never here: what is done about
//! it (headers, metrics, refusals), which belongs to whoever opened the scope.

mod request;

pub use request::{Budget, RequestStats, StatementStats, apart, scope};

pub(crate) use request::begin;
