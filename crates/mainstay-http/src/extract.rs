//! Extractors that refuse with problems and say which field: [`Json`], [`ValidJson`], [`Query`], [`Path`].
//! Never here: rules about values; a type states its own in [`Validate`] or in its `Deserialize`.

mod explain;
mod json;
mod path;
mod query;

pub use json::{Json, ValidJson, Validate};
pub use path::Path;
pub use query::Query;

#[cfg(test)]
mod tests;
