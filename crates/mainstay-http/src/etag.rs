//! Strong ETags for private JSON: an unchanged answer costs the client a 304.
//! Never here: shared caching. What belongs to a user is never cacheable by others.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, ETAG, HeaderValue, IF_NONE_MATCH,
    VARY,
};
use http::{HeaderMap, Method, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// Longer answers are passed on without an ETag instead of being held in memory.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The strong ETag of these bytes: half of their SHA-256, quoted.
pub fn of(bytes: &[u8]) -> HeaderValue {
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..16]));
    HeaderValue::from_str(&tag).expect("base64url in quotes is a header value")
}

/// Whether `If-None-Match` names this ETag; compares weakly, as RFC 9110 (13.1.2) asks.
pub fn matches(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let opaque = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str().map(opaque) else { return false };
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|candidate| candidate.trim() == "*" || opaque(candidate) == tag)
}

/// Middleware for routes with a user's own data: `axum::middleware::from_fn(etag::private)`.
///
/// Every answer gets `Cache-Control: private, no-cache` and `Vary: authorization, cookie` unless it brings
/// its own; a successful JSON answer to GET or HEAD also gets an ETag, or becomes a 304.
pub async fn private(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    // Only the question's header is needed on the way back.
    let asked: HeaderMap =
        request.headers().get_all(IF_NONE_MATCH).iter().map(|value| (IF_NONE_MATCH, value.clone())).collect();
    let response = next.run(request).await;
    let mut response = if reads { tagged(&asked, response).await } else { response };
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    if !headers.contains_key(VARY) {
        headers.append(VARY, AUTHORIZATION.into());
        headers.append(VARY, COOKIE.into());
    }
    response
}

async fn tagged(asked: &HeaderMap, response: Response) -> Response {
    if !is_taggable(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes: Bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) => return Problem::internal(error).into_response(),
    };
    let tag = parts.headers.get(ETAG).cloned().unwrap_or_else(|| of(&bytes));
    parts.headers.insert(ETAG, tag.clone());
    if matches(asked, &tag) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn is_taggable(response: &Response) -> bool {
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    let is_small = response.body().size_hint().exact().is_some_and(|bytes| bytes <= MAX_BYTES);
    response.status() == StatusCode::OK && is_json && is_small
}

#[cfg(test)]
mod tests;
