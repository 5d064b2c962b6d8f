//! The API's description: the OpenAPI document, a page to browse it, the page of problem codes.
//! Never here: the description itself; routes carry theirs, and `refusals` adds what routes cannot know.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue};
use http::{HeaderMap, StatusCode};
use utoipa_swagger_ui::SwaggerUi;

use crate::etag;
use crate::problem::codes::{Code, PLATFORM};

mod refusals;

pub use refusals::complete;

/// Where the document is served.
pub const DOCUMENT: &str = "/v1/openapi.json";
/// Where it can be browsed.
pub const PAGE: &str = "/docs/api";
/// Where the problem codes are explained; every problem's `type` points here.
pub const PROBLEMS: &str = "/docs/problems";

/// Swagger UI sets inline styles and inlines its icons as `data:` images; its scripts are files of ours.
const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
    object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

/// The routes [`DOCUMENT`], [`PAGE`] and [`PROBLEMS`]. `document` is OpenAPI 3.1 as JSON; `codes` are the
/// application's own problem codes, shown beside those of this crate. Nothing is loaded from elsewhere.
pub fn routes<S: Clone + Send + Sync + 'static>(document: impl Into<Bytes>, codes: &[Code]) -> Router<S> {
    let document: Bytes = document.into();
    let tag = etag::of(&document);
    let problems = Arc::<str>::from(problems_page(codes));
    let browse: Router<S> = SwaggerUi::new(PAGE).config(utoipa_swagger_ui::Config::from(DOCUMENT)).into();
    let policy = HeaderValue::from_static(PAGE_POLICY);
    let browse = browse.layer(tower::util::MapResponseLayer::new(move |mut response: Response| {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy.clone());
        response
    }));
    Router::new()
        .route(
            DOCUMENT,
            get(move |headers: HeaderMap| {
                let answer = serve_document(&headers, &document, &tag);
                async move { answer }
            }),
        )
        .route(PROBLEMS, get(move || async move { Html(problems.to_string()) }))
        .merge(browse)
}

fn serve_document(headers: &HeaderMap, document: &Bytes, tag: &HeaderValue) -> Response {
    let cache = (CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    if etag::matches(headers, tag) {
        return (StatusCode::NOT_MODIFIED, [cache, (ETAG, tag.clone())]).into_response();
    }
    let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ([json, cache, (ETAG, tag.clone())], document.clone()).into_response()
}

/// One section per code, so that `/docs/problems#code` lands on it.
fn problems_page(codes: &[Code]) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Problem codes</title>\
         <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}\
         :target{background:#fff3c4}</style><h1>Problem codes</h1>\
         <p>Errors are RFC 9457 problems. <code>code</code> is stable; <code>detail</code> is for people.</p>",
    );
    for known in PLATFORM.iter().chain(codes) {
        let Code { code, status, title, meaning } = known;
        let (title, meaning) = (escaped(title), escaped(meaning));
        write!(
            page,
            "<section id=\"{code}\"><h2>{title}</h2><p><code>{code}</code>, status {status}</p>\
             <p>{meaning}</p></section>"
        )
        .expect("writing to a string cannot fail");
    }
    page.push_str("</html>");
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
