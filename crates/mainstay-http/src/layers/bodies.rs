//! Size of bodies in, compression of bodies out. Never here: their meaning.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::mem::take;

use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName,
    HeaderValue, VARY,
};
use http::{HeaderMap, Request, StatusCode};
use http_body::Body as _;
use http_body_util::Limited;
use tower::{ServiceExt, service_fn};
use tower_http::compression::predicate::{Predicate, SizeAbove};
use tower_http::compression::{Compression, CompressionLevel};

use super::step::{Answered, Outcome, Step};
use crate::config::Requests;
use crate::problem::Problem;

/// A client that sends this header (any value) gets answers as they are.
const NO_COMPRESSION: HeaderName = HeaderName::from_static("x-no-compression");

/// The hard ceiling of every request body, and the smaller limit that extractors apply unless the route has another one.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    extracted: DefaultBodyLimit,
    ceiling: u64,
}

impl Limits {
    /// Of the configuration.
    pub(super) fn new(requests: &Requests) -> Self {
        Self { extracted: DefaultBodyLimit::max(requests.body_limit), ceiling: requests.body_ceiling }
    }
}

impl Step for Limits {
    type Kept = ();
    type Around<F: Future<Output = Outcome> + Send + 'static> = F;

    fn before(&self, request: &mut Request<Body>) -> Result<(), Box<Response>> {
        if request.body().is_end_stream() {
            return Ok(());
        }
        self.extracted.apply(request);
        let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        match announced.and_then(|text| text.parse::<u64>().ok()) {
            Some(length) if length > self.ceiling => {
                Err(Box::new(Problem::too_large("No address takes a body this long.").into_response()))
            }
            // hyper holds the client to its announcement.
            Some(_) => Ok(()),
            None => {
                let ceiling = usize::try_from(self.ceiling).unwrap_or(usize::MAX);
                let body = take(request.body_mut());
                *request.body_mut() = Body::new(Limited::new(body, ceiling));
                Ok(())
            }
        }
    }

    fn around<F>(&self, _kept: &mut Self::Kept, answer: F) -> F
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        answer
    }

    fn after((): (), response: Response) -> Answered {
        Answered::Now(response)
    }
}

/// Compresses what is worth it with zstd, brotli or gzip, whichever the client prefers, at speed rather than ratio. What
/// is not passes untouched: to find that out costs no allocation.
#[derive(Clone, Copy)]
pub(super) struct Compress {
    above: SizeAbove,
}

/// What is compressed already, must not wait for more to come, or gains little.
const AS_THEY_ARE: [&str; 6] =
    ["image/", "application/zip", "application/gzip", "application/zstd", "font/woff2", "text/event-stream"];

/// Images that are text.
const DRAWN_IN_TEXT: &str = "image/svg+xml";

impl Compress {
    /// By the limits of the configuration.
    pub(super) fn new(requests: &Requests) -> Self {
        Self { above: SizeAbove::new(u64::from(requests.compress_above)) }
    }

    fn is_worth(self, response: &Response) -> bool {
        let headers = response.headers();
        let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        let is_apart = AS_THEY_ARE.iter().any(|apart| kind.starts_with(apart.as_bytes()))
            && !kind.starts_with(DRAWN_IN_TEXT.as_bytes());
        let is_part = response.status() == StatusCode::PARTIAL_CONTENT || headers.contains_key(CONTENT_RANGE);
        !is_apart
            && !is_part
            && !headers.contains_key(CONTENT_ENCODING)
            && self.above.should_compress(response)
    }
}

impl Step for Compress {
    /// What the client accepts; nothing where it opts out.
    type Kept = (Self, Vec<HeaderValue>);
    type Around<F: Future<Output = Outcome> + Send + 'static> = F;

    fn before(&self, request: &mut Request<Body>) -> Result<Self::Kept, Box<Response>> {
        let headers = request.headers();
        let has_opted_out = headers.contains_key(NO_COMPRESSION);
        let accepted = headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter(|value| !has_opted_out && is_more_than_plain(value));
        Ok((*self, accepted.cloned().collect()))
    }

    fn around<F>(&self, _kept: &mut Self::Kept, answer: F) -> F
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        answer
    }

    fn after((step, accepted): Self::Kept, mut response: Response) -> Answered {
        if !step.is_worth(&response) {
            return Answered::Now(response);
        }
        vary_by_encoding(response.headers_mut());
        if accepted.is_empty() {
            Answered::Now(response)
        } else {
            Answered::Later(Box::pin(compressed(response, accepted)))
        }
    }
}

fn is_more_than_plain(accepted: &HeaderValue) -> bool {
    !accepted.is_empty() && accepted != "identity"
}

/// Whoever keeps the answer for others must know that it is not the same for all, also where it is plain.
fn vary_by_encoding(headers: &mut HeaderMap) {
    let named = headers.get_all(VARY).iter().filter_map(|value| value.to_str().ok());
    if !named.flat_map(|line| line.split(',')).any(|name| name.trim().eq_ignore_ascii_case("accept-encoding"))
    {
        headers.append(VARY, ACCEPT_ENCODING.into());
    }
}

/// As the client prefers it. A strong ETag names the plain bytes, so on compressed ones it becomes weak.
async fn compressed(response: Response, accepted: Vec<HeaderValue>) -> Response {
    let mut request = Request::new(());
    for value in accepted {
        request.headers_mut().append(ACCEPT_ENCODING, value);
    }
    let mut response = Some(response);
    let answer = service_fn(move |_| ready(Ok::<_, Infallible>(response.take().unwrap_or_default())));
    let compression =
        Compression::new(answer).quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(0));
    let mut response = match Box::pin(compression.oneshot(request)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if response.headers().contains_key(CONTENT_ENCODING)
        && let Some(tag) = response.headers().get(ETAG)
        && tag.as_bytes().first() == Some(&b'"')
        && let Ok(weak) = HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat())
    {
        response.headers_mut().insert(ETAG, weak);
    }
    response.map(Body::new)
}
