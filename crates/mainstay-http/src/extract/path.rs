//! Path parameters as types. Never here: looking up what a parameter names.

use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::{FieldError, Problem};

/// The path's parameters as `T`; refuses with 400 `invalid_path` and one pointer (`/id`).
#[derive(Debug, Clone, Copy, Default)]
pub struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                let raw = RawPathParams::from_request_parts(parts, state).await.ok();
                refused(error.into_kind(), raw.as_ref())
            }
            Err(error) => Err(Problem::internal(error)),
        }
    }
}

fn refused<T>(kind: ErrorKind, raw: Option<&RawPathParams>) -> Result<T, Problem> {
    let (name, message) = match kind {
        ErrorKind::ParseErrorAtKey { key, expected_type, .. } => (key, expected(expected_type)),
        ErrorKind::ParseErrorAtIndex { value, expected_type, .. }
        | ErrorKind::ParseError { value, expected_type } => (name_of(&value, raw), expected(expected_type)),
        ErrorKind::DeserializeError { key, message, .. } => (key, message),
        ErrorKind::InvalidUtf8InPathParam { key } => (key, "Not UTF-8 once decoded.".to_owned()),
        ErrorKind::Message(message) => (String::new(), message),
        // The rest are mistakes in the route's own types.
        other => return Err(Problem::internal(other.to_string())),
    };
    let pointer = if name.is_empty() { name } else { format!("/{name}") };
    Err(Problem::bad_request("invalid_path", "A part of the path was refused; `errors` says why.")
        .with_errors(vec![FieldError::new(pointer, "invalid_value", message)]))
}

/// axum does not name the parameter of a bare or tuple type; its value tells which one it was.
fn name_of(value: &str, raw: Option<&RawPathParams>) -> String {
    let found = raw.and_then(|params| params.iter().find(|(_, text)| *text == value));
    found.map(|(name, _)| name.to_owned()).unwrap_or_default()
}

fn expected(type_name: &str) -> String {
    format!("Expected a value of type {type_name}.")
}
