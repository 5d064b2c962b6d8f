//! JSON bodies in and out. Never here: compression, ETags or limits other than asking axum for them.

use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::explain;
use crate::problem::{FieldError, Problem};

/// A JSON body: as an extractor it refuses with a problem, as a response it serializes.
///
/// A body is a JSON object: only names say what a value means, and only an object can gain fields later.
///
/// Refusals: 415 for another content type, 413 beyond the body limit, 400 `malformed_json`,
/// 422 `invalid_body` with one pointer for a field that does not fit the type, or for what is no object.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json<T>(pub T);

/// A [`Json`] body whose value also passed its own [`Validate`] rules; all broken rules are reported.
#[derive(Debug, Clone, Copy, Default)]
pub struct ValidJson<T>(pub T);

/// Rules that a deserialized value must keep and its types cannot say.
pub trait Validate {
    /// Every broken rule; empty when the value is good. Pointers are relative to the value: `/name`.
    fn validate(&self) -> Vec<FieldError>;
}

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(other_type());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|refusal| refused(&refusal))?;
        parse(&bytes).map(Self)
    }
}

/// `None` for a request without a body, whatever content type it announces: many clients always announce one. And for
/// `null`, which is how others write nothing.
impl<T, S> OptionalFromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(|refusal| refused(&refusal))?;
        match (bytes.is_empty(), is_json) {
            (true, _) => Ok(None),
            (false, true) if bytes.trim_ascii() == b"null" => Ok(None),
            (false, true) => parse(&bytes).map(|value| Some(Self(value))),
            (false, false) => Err(other_type()),
        }
    }
}

impl<T, S> FromRequest<S> for ValidJson<T>
where
    T: DeserializeOwned + Validate,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Json(value) = <Json<T> as FromRequest<S>>::from_request(request, state).await?;
        let broken = value.validate();
        if broken.is_empty() { Ok(Self(value)) } else { Err(Problem::unprocessable(broken)) }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                let mut response = Response::new(Body::from(bytes));
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(CONTENT_TYPE, json);
                response
            }
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(CONTENT_TYPE).map(HeaderValue::to_str) else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn other_type() -> Problem {
    Problem::unsupported_media_type("This address takes `Content-Type: application/json`.")
}

/// Why a body could not be read.
fn refused(refusal: &BytesRejection) -> Problem {
    match refusal {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::too_large("The body is longer than this address takes.")
        }
        _ => Problem::bad_request("incomplete_body", "The body did not arrive whole, or stalled."),
    }
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would read a list as the fields of a struct in their order.
    let first = bytes.trim_ascii_start().first();
    if first.is_some_and(|byte| *byte != b'{') && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        return Err(Problem::unprocessable(vec![FieldError::new("", "invalid_type", "Expected an object.")]));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let cause = error.inner();
        if cause.is_data() {
            Problem::unprocessable(vec![explain::field_error(error.path(), &cause.to_string())])
        } else {
            malformed(cause)
        }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "malformed_json",
        format!("The body stops being JSON at line {}, column {}.", error.line(), error.column()),
    )
}
