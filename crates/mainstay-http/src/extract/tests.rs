//! What refused input is told. The wording of serde that `explain` reads is pinned here.

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

use super::*;
use crate::problem::FieldError;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Goal {
    title: String,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    minutes: u32,
    kind: Kind,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Run,
    Rest,
}

impl Validate for Goal {
    fn validate(&self) -> Vec<FieldError> {
        let mut broken = Vec::new();
        if self.title.trim().is_empty() {
            broken.push(FieldError::new("/title", "blank", "Say what the goal is."));
        }
        if self.steps.is_empty() {
            broken.push(FieldError::new("/steps", "empty", "Name at least one step."));
        }
        broken
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    days: u32,
}

fn router() -> Router {
    Router::new()
        .route("/json", post(|Json(goal): Json<Goal>| async { Json(goal) }))
        .route("/valid", post(|ValidJson(goal): ValidJson<Goal>| async { Json(goal) }))
        .route("/any", post(|Json(any): Json<serde_json::Value>| async { Json(any) }))
        .route("/optional", post(|goal: Option<Json<Goal>>| async { Json(goal.map(|Json(goal)| goal)) }))
        .route("/query", get(|Query(days): Query<Days>| async { Json(days) }))
        .route("/path/{id}", get(|Path(id): Path<uuid::Uuid>| async move { id.to_string() }))
        .route("/number/{n}", get(|Path(n): Path<u8>| async move { n.to_string() }))
}

/// Status, code, and each field error on one line.
async fn refused(request: Request<Body>) -> String {
    let response = router().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut text = format!("{} {}", status.as_u16(), body["code"].as_str().unwrap_or("-"));
    for error in body["errors"].as_array().into_iter().flatten() {
        let part = |name: &str| error[name].as_str().unwrap_or("-");
        text.push_str(&format!("\n{} {}: {}", part("pointer"), part("code"), part("message")));
    }
    text
}

fn json(path: &str, body: &str) -> Request<Body> {
    Request::post(path).header("content-type", "application/json").body(body.to_owned().into()).unwrap()
}

fn to(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_body_that_may_be_absent_is_judged_when_it_is_there() {
    let of_type = |kind: &str, body: &'static str| {
        Request::post("/optional").header("content-type", kind).body(body.into()).unwrap()
    };
    let bare = Request::post("/optional").body(Body::empty()).unwrap();
    assert_eq!(refused(bare).await, "200 -");
    assert_eq!(refused(of_type("application/json", "")).await, "200 -", "announced and not sent");
    assert_eq!(refused(of_type("application/json", r#"{"title":"x"}"#)).await, "200 -");
    assert_eq!(refused(of_type("text/plain", r#"{"title":"x"}"#)).await, "415 unsupported_media_type");
    assert_eq!(refused(of_type("application/json", "{")).await, "400 malformed_json");
}

#[tokio::test]
async fn fields_that_do_not_fit_are_named() {
    let steps = |step: &str| json("/json", &format!(r#"{{"title":"10 km","steps":[{step}]}}"#));
    insta::assert_snapshot!(refused(json("/json", r#"{"steps":[]}"#)).await, @r"
    422 invalid_body
    /title missing: Missing field `title`.
    ");
    insta::assert_snapshot!(refused(json("/json", r#"{"title":7}"#)).await, @r"
    422 invalid_body
    /title invalid_type: Invalid type: integer `7`, expected a string.
    ");
    insta::assert_snapshot!(refused(steps(r#"{"minutes":-1,"kind":"run"}"#)).await, @r"
    422 invalid_body
    /steps/0/minutes invalid_value: Invalid value: integer `-1`, expected u32.
    ");
    insta::assert_snapshot!(refused(steps(r#"{"minutes":1,"kind":"swim"}"#)).await, @r"
    422 invalid_body
    /steps/0/kind unknown_variant: Unknown variant `swim`, expected `run` or `rest`.
    ");
    insta::assert_snapshot!(refused(steps(r#"{"minutes":1,"kind":"run","a/b":1}"#)).await, @r"
    422 invalid_body
    /steps/0/a~1b unknown: Unknown field `a/b`, expected `minutes` or `kind`.
    ");
    // A list is not the fields in their order.
    for other in [r#"["10 km",[]]"#, " []", "null", "7"] {
        let told = refused(json("/json", other)).await;
        assert_eq!(told, "422 invalid_body\n invalid_type: Expected an object.", "{other}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_refused_before_its_fields() {
    insta::assert_snapshot!(refused(json("/json", r#"{"title":"#)).await, @"400 malformed_json");
    insta::assert_snapshot!(refused(json("/json", r#"{"title":"a"} x"#)).await, @"400 malformed_json");
    insta::assert_snapshot!(refused(json("/json", "")).await, @"400 malformed_json");
    let form = Request::post("/json").header("content-type", "text/plain").body("{}".into()).unwrap();
    insta::assert_snapshot!(refused(form).await, @"415 unsupported_media_type");
    let long = format!(r#"{{"title":"{}"}}"#, "x".repeat(3 * 1024 * 1024));
    insta::assert_snapshot!(refused(json("/json", &long)).await, @"413 too_large");
    let depth = "[".repeat(100_000);
    insta::assert_snapshot!(refused(json("/any", &depth)).await, @"400 malformed_json");
}

#[tokio::test]
async fn every_broken_rule_is_told_at_once() {
    insta::assert_snapshot!(refused(json("/valid", r#"{"title":" "}"#)).await, @r"
    422 invalid_body
    /title blank: Say what the goal is.
    /steps empty: Name at least one step.
    ");
}

#[tokio::test]
async fn queries_and_paths_are_refused_by_name() {
    insta::assert_snapshot!(refused(to("/query?days=many")).await, @r"
    400 invalid_query
    /days invalid_value: Invalid digit found in string.
    ");
    insta::assert_snapshot!(refused(to("/query")).await, @r"
    400 invalid_query
    /days missing: Missing field `days`.
    ");
    insta::assert_snapshot!(refused(to("/query?days=1&day=2")).await, @r"
    400 invalid_query
    /day unknown: Unknown field `day`, expected `days`.
    ");
    insta::assert_snapshot!(refused(to("/path/seven")).await, @r"
    400 invalid_path
    /id invalid_value: UUID parsing failed: invalid character: found `s` at 0
    ");
    insta::assert_snapshot!(refused(to("/number/300")).await, @r"
    400 invalid_path
    /n invalid_value: Expected a value of type u8.
    ");
}

#[tokio::test]
async fn good_input_passes() {
    for request in [
        json("/valid", r#"{"title":"5 km","steps":[{"minutes":30,"kind":"run"}]}"#),
        to("/query?days=90"),
        to("/number/7"),
        to("/path/0190d3a0-0000-7000-8000-000000000001"),
        Request::post("/json")
            .header("content-type", "application/merge-patch+json; charset=utf-8")
            .body(r#"{"title":"x"}"#.into())
            .unwrap(),
    ] {
        assert_eq!(router().oneshot(request).await.unwrap().status(), StatusCode::OK);
    }
}
