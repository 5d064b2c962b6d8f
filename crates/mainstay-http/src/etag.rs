//! Strong ETags for private JSON: an unchanged answer costs the client a 304.
//! Never here: shared caching. What belongs to a user is never cacheable by others.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VARY};
use http::response::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};

use crate::layers::{Answered, Outcome, Step, StepLayer};
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
    names(request.get_all(IF_NONE_MATCH).iter(), tag)
}

fn names<'a>(asked: impl IntoIterator<Item = &'a HeaderValue>, tag: &HeaderValue) -> bool {
    let Ok(tag) = tag.to_str().map(opaque) else { return false };
    asked
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|candidate| candidate.trim() == "*" || opaque(candidate) == tag)
}

/// Without what says that it is weak.
fn opaque(text: &str) -> &str {
    text.trim().trim_start_matches("W/")
}

/// A layer for routes with a user's own data.
///
/// Every answer gets `Cache-Control: private, no-cache` and `Vary: authorization, cookie, accept-encoding` unless it brings
/// its own or says that it is public; a successful JSON answer to GET or HEAD also gets an ETag, or becomes a 304.
pub fn private() -> StepLayer<Private> {
    StepLayer(Private)
}

/// The step of [`private`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Private;

impl Step for Private {
    /// Of a request that reads, the ETags that it names.
    type Kept = Option<Vec<HeaderValue>>;
    type Around<F: Future<Output = Outcome> + Send + 'static> = F;

    fn before(&self, request: &mut Request) -> Result<Self::Kept, Box<Response>> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        Ok(reads.then(|| request.headers().get_all(IF_NONE_MATCH).iter().cloned().collect()))
    }

    fn around<F>(&self, _kept: &mut Self::Kept, answer: F) -> F
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        answer
    }

    fn after(asked: Self::Kept, response: Response) -> Answered {
        let Some(asked) = asked.filter(|_| is_taggable(&response)) else {
            return Answered::Now(marked(response));
        };
        // Who has the answer ready has hashed it already.
        match response.headers().get(ETAG) {
            Some(tag) if names(&asked, tag) => Answered::Now(marked(unchanged(response.into_parts().0))),
            Some(_) => Answered::Now(marked(response)),
            None => Answered::Later(Box::pin(async move { marked(tagged(&asked, response).await) })),
        }
    }
}

/// As somebody's own, unless it says itself whose it is.
fn marked(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if headers.get(CACHE_CONTROL).is_some_and(|value| value.as_bytes().starts_with(b"public")) {
        return response;
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    headers.entry(VARY).or_insert(HeaderValue::from_static("authorization, cookie, accept-encoding"));
    response
}

async fn tagged(asked: &[HeaderValue], response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes: Bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) => return Problem::internal(error).into_response(),
    };
    let tag = of(&bytes);
    parts.headers.insert(ETAG, tag.clone());
    if names(asked, &tag) { unchanged(parts) } else { Response::from_parts(parts, Body::from(bytes)) }
}

pub(crate) fn unchanged(mut parts: Parts) -> Response {
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
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
