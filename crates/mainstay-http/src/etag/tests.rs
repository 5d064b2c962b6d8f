//! Tags, comparison, and the middleware.

use axum::Router;
use axum::routing::get;
use http::Request as HttpRequest;
use tower::ServiceExt;

use super::*;
use crate::extract::Json;

fn router() -> Router {
    Router::new()
        .route("/me", get(|| async { Json(serde_json::json!({"name": "Ada"})) }).post(|| async { "done" }))
        .route("/text", get(|| async { "plain" }))
        .route("/own", get(|| async { ([(CACHE_CONTROL, "no-store")], "x") }))
        .layer(private())
}

async fn ask(method: Method, path: &str, tag: Option<&str>) -> Response {
    let mut request = HttpRequest::builder().method(method).uri(path);
    if let Some(tag) = tag {
        request = request.header(IF_NONE_MATCH, tag);
    }
    router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn an_unchanged_answer_is_304() {
    let first = ask(Method::GET, "/me", None).await;
    assert_eq!(first.headers()[CACHE_CONTROL], "private, no-cache");
    let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.len() == 24, "{tag}");
    for asked in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let again = ask(Method::GET, "/me", Some(&asked)).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{asked}");
        assert_eq!(again.headers()[ETAG], tag.as_str());
        assert!(again.into_body().collect().await.unwrap().to_bytes().is_empty());
    }
    assert_eq!(ask(Method::GET, "/me", Some("\"other\"")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn other_answers_are_private_without_a_tag() {
    for (method, path) in [(Method::POST, "/me"), (Method::GET, "/text")] {
        let answer = ask(method, path, Some("*")).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(!answer.headers().contains_key(ETAG));
        assert_eq!(answer.headers()[CACHE_CONTROL], "private, no-cache");
        assert_eq!(answer.headers()[VARY], "authorization, cookie, accept-encoding");
    }
    assert_eq!(ask(Method::GET, "/own", None).await.headers()[CACHE_CONTROL], "no-store");
}

#[test]
fn different_bytes_differ() {
    assert_eq!(of(b"a"), of(b"a"));
    assert_ne!(of(b"a"), of(b"b"));
}
