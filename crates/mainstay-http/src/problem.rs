//! The one HTTP error: [`Problem`], an RFC 9457 answer with a stable code.
//! Never here: rules of an application. A domain error becomes a problem by one `impl From` at the edge.

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

pub mod codes;
mod convert;
mod halted;

pub use convert::OrProblem;
pub use halted::Halted;

/// The media type of every problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What a request gets when it fails: a status, a stable `code` and words for the client.
///
/// Handlers return `Result<_, Problem>`. Text for the log never enters a problem:
/// [`Problem::internal`] logs its cause once and hides it.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    wire: Wire,
    headers: HeaderMap,
}

/// One field of the request that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the body; for a query or path parameter `/` and its name.
    pub pointer: String,
    /// What: a stable word such as `missing`, `unknown`, `invalid_type`, `out_of_range`.
    pub code: String,
    /// The same for a person.
    pub message: String,
}

impl FieldError {
    /// A field error from its three parts.
    pub fn new(pointer: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), message: message.into() }
    }
}

/// The body on the wire. Its schema is called `Problem`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
struct Wire {
    /// Relative address of the page that explains the code.
    #[schema(example = "/docs/problems#not_found")]
    r#type: String,
    /// The code's name for people; the same for every occurrence.
    title: String,
    /// The HTTP status again.
    #[schema(example = 404)]
    status: u16,
    /// Stable and machine-readable.
    #[schema(example = "not_found")]
    code: String,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The path of the request that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// The request's id, as in the `X-Request-Id` header and in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// The refused fields, when fields were the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl Problem {
    /// Any problem; the title is the code in words until [`Problem::titled`] says otherwise.
    pub fn new(status: StatusCode, code: impl Into<String>, detail: impl Into<String>) -> Self {
        let code = code.into();
        let wire = Wire {
            r#type: format!("/docs/problems#{code}"),
            title: codes::title(&code),
            status: status.as_u16(),
            code,
            detail: Some(detail.into()),
            instance: None,
            request_id: None,
            errors: Vec::new(),
        };
        Self(Box::new(Parts { status, wire, headers: HeaderMap::new() }))
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 400 `invalid_query`: query parameters that cannot be understood, one error each.
    pub fn invalid_query(errors: Vec<FieldError>) -> Self {
        Self::bad_request("invalid_query", "The query string was refused; `errors` says why.")
            .with_errors(errors)
    }

    /// 401 `unauthorized` with a `WWW-Authenticate: Bearer` challenge.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
            .with_header(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403: who asks is known and may not.
    pub fn forbidden(code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404 `not_found`; also the answer for a thing that exists but is not the caller's to see.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 409: the request contradicts the present state.
    pub fn conflict(code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 413 `too_large`: the body is longer than this address takes.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// 415 `unsupported_media_type`.
    pub fn unsupported_media_type(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    /// 422 `invalid_body`: understood, but these fields are refused.
    pub fn unprocessable(errors: Vec<FieldError>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_body",
            "The body was refused; `errors` names each field.",
        )
        .with_errors(errors)
    }

    /// 429 `too_many_requests` with `Retry-After`.
    pub fn too_many_requests(retry_after: Duration, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).retry_after(retry_after)
    }

    /// 500 `internal`: logs the cause, with its chain, once and at ERROR; tells the client nothing of it.
    #[track_caller]
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let error = error.into();
        let place = std::panic::Location::caller();
        tracing::error!(
            error.chain = %Chain(error.as_ref()),
            error.place = %place,
            "a request failed for a reason that is ours"
        );
        Self::hidden()
    }

    /// The answer of [`Problem::internal`] for a cause that is already logged.
    pub(crate) fn hidden() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something failed on our side; the request id finds it in our log.",
        )
    }

    /// 503 `unavailable` with `Retry-After`: the same request may succeed later.
    pub fn unavailable(retry_after: Duration, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after(retry_after)
    }

    /// Replaces the title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.0.wire.title = title.into();
        self
    }

    /// Replaces the code and with it the type.
    #[must_use]
    pub fn coded(mut self, code: impl Into<String>) -> Self {
        let code = code.into();
        self.0.wire.r#type = format!("/docs/problems#{code}");
        self.0.wire.title = codes::title(&code);
        self.0.wire.code = code;
        self
    }

    /// Sets the refused fields.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.wire.errors = errors;
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// Names the request that failed; the middleware does so for every problem that has none.
    #[must_use]
    pub fn at(mut self, instance: impl Into<String>) -> Self {
        self.0.wire.instance = Some(instance.into());
        self
    }

    /// Names the request's id; the middleware does so for every problem.
    #[must_use]
    pub fn for_request(mut self, request_id: impl Into<String>) -> Self {
        self.0.wire.request_id = Some(request_id.into());
        self
    }

    /// Whole seconds, rounded up: never earlier than promised.
    fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.0.wire.code
    }

    /// What happened this time, as the client reads it.
    pub fn detail(&self) -> Option<&str> {
        self.0.wire.detail.as_deref()
    }

    /// The refused fields.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.wire.errors
    }

    /// Whether an instance was already named.
    pub(crate) fn has_instance(&self) -> bool {
        self.0.wire.instance.is_some()
    }

    /// The body's bytes.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0.wire).expect("strings and numbers always serialize")
    }
}

impl IntoResponse for Problem {
    /// Leaves a copy of itself in the response's extensions, where the middleware finds it.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.to_json()));
        *response.status_mut() = self.0.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        response.headers_mut().extend(self.0.headers.clone());
        response.extensions_mut().insert(self);
        response
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let detail = self.detail().unwrap_or_default();
        write!(f, "{} {}: {detail}", self.status().as_u16(), self.code())
    }
}

impl std::error::Error for Problem {}

impl utoipa::PartialSchema for Problem {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        Wire::schema()
    }
}

impl ToSchema for Problem {
    fn name() -> std::borrow::Cow<'static, str> {
        "Problem".into()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        schemas.push(("FieldError".into(), <FieldError as utoipa::PartialSchema>::schema()));
    }
}

/// An error and its causes on one line.
struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
