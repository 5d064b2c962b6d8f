//! Size of bodies in, compression of bodies out. Never here: their meaning.

use std::future::Future;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, ETAG, HeaderName, HeaderValue};
use http::{Request, StatusCode};
use http_body_util::Limited;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

use super::step::Step;
use crate::config::Requests;
use crate::problem::Problem;

/// A client that sends this header (any value) gets answers as they are.
const NO_COMPRESSION: HeaderName = HeaderName::from_static("x-no-compression");

/// The hard ceiling of every request body; extractors apply the smaller, per-route limit.
#[derive(Clone)]
pub(super) struct Ceiling(pub(super) u64);

impl Step for Ceiling {
    type Kept = ();

    fn before(&self, request: Request<Body>) -> Result<(Request<Body>, ()), Box<Response>> {
        let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        match announced.and_then(|text| text.parse::<u64>().ok()) {
            Some(0) => Ok((request, ())),
            Some(length) if length > self.0 => {
                Err(Box::new(Problem::too_large("No address takes a body this long.").into_response()))
            }
            // hyper holds the client to its announcement.
            Some(_) => Ok((request, ())),
            None => {
                let ceiling = usize::try_from(self.0).unwrap_or(usize::MAX);
                Ok((request.map(|body| limited(body, ceiling)), ()))
            }
        }
    }

    async fn after<F>(self, (): (), answer: F) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        answer.await
    }
}

fn limited(body: Body, ceiling: usize) -> Body {
    use http_body::Body as _;
    if body.is_end_stream() { body } else { Body::new(Limited::new(body, ceiling)) }
}

/// zstd, brotli or gzip, whichever the client prefers, at speed rather than ratio.
pub(super) fn compression(requests: &Requests) -> CompressionLayer<impl Predicate + use<>> {
    let wanted = SizeAbove::new(u64::from(requests.compress_above))
        .and(NotForContentType::GRPC)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE)
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/gzip"))
        .and(NotForContentType::const_new("application/zstd"))
        .and(NotForContentType::const_new("font/woff2"))
        .and(|status: StatusCode, _: http::Version, _: &http::HeaderMap, _: &http::Extensions| {
            status != StatusCode::PARTIAL_CONTENT
        });
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(wanted)
}

/// Before compression: a client that opted out accepts nothing but the plain bytes.
pub(super) fn honour_opt_out(mut request: Request<Body>) -> Request<Body> {
    if request.headers().contains_key(NO_COMPRESSION) {
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    request
}

/// After compression: a strong ETag names the plain bytes, so on compressed ones it becomes weak.
pub(super) fn weaken_etag<B>(mut response: http::Response<B>) -> Response
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    if response.headers().contains_key(CONTENT_ENCODING)
        && let Some(tag) = response.headers().get(ETAG)
        && tag.as_bytes().first() == Some(&b'"')
        && let Ok(weak) = HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat())
    {
        response.headers_mut().insert(ETAG, weak);
    }
    response.map(Body::new)
}
