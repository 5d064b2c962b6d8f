//! Query strings as types. Never here: paging and fieldsets, which have their own extractors.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::explain;
use crate::problem::Problem;

/// The query string as `T`; refuses with 400 `invalid_query` and one pointer (`/days`).
///
/// Unknown parameters are refused where `T` denies them. A type that does cannot share the query
/// string with [`crate::PageRequest`] or [`crate::Fields`], which read parameters of their own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

pub(crate) fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        Problem::invalid_query(vec![explain::field_error(error.path(), &error.inner().to_string())])
    })
}
