//! What answers tell browsers: security headers and which foreign pages may call.
//! Never here: who the user is.

use axum::response::Response;
use http::header::{
    AUTHORIZATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH,
    REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, Method};
use tower_http::cors::CorsLayer;

use super::BuildError;
use crate::config::Config;

/// The headers of every answer that brings none of its own by the same name.
pub(super) fn headers(config: &Config) -> Result<HeaderMap, BuildError> {
    let mut headers = HeaderMap::new();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    let policy = &config.browser.content_security_policy;
    headers.insert(CONTENT_SECURITY_POLICY, value("browser.content_security_policy", policy)?);
    let permissions = &config.browser.permissions_policy;
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        value("browser.permissions_policy", permissions)?,
    );
    if config.is_secure() {
        let seconds = config.browser.hsts_max_age.as_secs();
        let hsts = format!("max-age={seconds}");
        headers.insert(STRICT_TRANSPORT_SECURITY, value("browser.hsts_max_age", &hsts)?);
    }
    Ok(headers)
}

/// Adds `headers` where the answer has none by that name.
pub(super) fn add_missing(headers: &HeaderMap, mut response: Response) -> Response {
    let present = response.headers_mut();
    present.reserve(headers.len());
    for (name, value) in headers {
        present.entry(name).or_insert_with(|| value.clone());
    }
    response
}

/// The allow-list: pages of these origins may call with credentials, others get no CORS headers. An empty
/// list needs no layer: browsers then refuse by themselves.
pub(super) fn cors(config: &Config) -> Result<Option<CorsLayer>, BuildError> {
    let origins = config
        .browser
        .allowed_origins
        .iter()
        .map(|origin| value("browser.allowed_origins", origin))
        .collect::<Result<Vec<_>, _>>()?;
    if origins.is_empty() {
        return Ok(None);
    }
    if origins.iter().any(|origin| origin == "*") {
        return Err(BuildError {
            key: "browser.allowed_origins",
            reason: "name each origin; `*` is refused",
        });
    }
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_NONE_MATCH,
            HeaderName::from_static("x-csrf-token"),
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("idempotency-key"),
        ])
        .expose_headers([ETAG, RETRY_AFTER, HeaderName::from_static("x-request-id")])
        .max_age(std::time::Duration::from_secs(600));
    Ok(Some(layer))
}

fn value(key: &'static str, text: &str) -> Result<HeaderValue, BuildError> {
    HeaderValue::from_str(text).map_err(|_| BuildError { key, reason: "not allowed in a header" })
}

/// The same for as long as the process lives: clones of these share nothing that processors would take from one another with
/// each answer.
pub(super) fn lasting(headers: &HeaderMap) -> HeaderMap {
    let lasts = |(name, value): (&HeaderName, &HeaderValue)| {
        let text = value.to_str().map(|text| HeaderValue::from_static(text.to_owned().leak()));
        (name.clone(), text.unwrap_or_else(|_| value.clone()))
    };
    headers.iter().map(lasts).collect()
}
