//! Problems as the client reads them.

use axum::response::IntoResponse;
use http_body_util::BodyExt;

use super::*;

async fn shown(problem: Problem) -> String {
    let (parts, body) = problem.into_response().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let mut text = format!("{}\n", parts.status);
    for (name, value) in &parts.headers {
        text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
    }
    text + &serde_json::to_string_pretty(&body).unwrap()
}

#[tokio::test]
async fn a_field_problem() {
    let errors = vec![FieldError::new("/items/0/name", "missing", "Missing field `name`.")];
    insta::assert_snapshot!(shown(Problem::unprocessable(errors)).await, @r#"
    422 Unprocessable Entity
    content-type: application/problem+json
    {
      "code": "invalid_body",
      "detail": "The body was refused; `errors` names each field.",
      "errors": [
        {
          "code": "missing",
          "message": "Missing field `name`.",
          "pointer": "/items/0/name"
        }
      ],
      "status": 422,
      "title": "Invalid body",
      "type": "/docs/problems#invalid_body"
    }
    "#);
}

#[tokio::test]
async fn an_own_code_with_everything() {
    let problem =
        Problem::conflict("email_taken", "An account has this address.").at("/v1/x").for_request("r1");
    insta::assert_snapshot!(shown(problem).await, @r#"
    409 Conflict
    content-type: application/problem+json
    {
      "code": "email_taken",
      "detail": "An account has this address.",
      "instance": "/v1/x",
      "request_id": "r1",
      "status": 409,
      "title": "Email taken",
      "type": "/docs/problems#email_taken"
    }
    "#);
}

#[tokio::test]
async fn unavailable_rounds_the_wait_up() {
    let text = shown(Problem::unavailable(Duration::from_millis(1001), "Busy.")).await;
    assert!(text.contains("retry-after: 2\n"), "{text}");
    let text = shown(Problem::too_many_requests(Duration::from_secs(3), "Slow down.")).await;
    assert!(text.contains("retry-after: 3\n"), "{text}");
}

#[tokio::test]
async fn internal_hides_its_cause() {
    let text = shown(Problem::internal("password=hunter2")).await;
    assert!(!text.contains("hunter2"), "{text}");
    assert!(text.starts_with("500"), "{text}");
}

#[test]
fn question_mark_works_from_common_errors() {
    fn reads() -> Result<(), Problem> {
        std::fs::read("/nonexistent/file")?;
        Ok(())
    }
    fn parses() -> Result<u32, Problem> {
        "x".parse::<u32>().internal()
    }
    fn boxed() -> Result<(), Problem> {
        Err::<(), Box<dyn std::error::Error + Send + Sync>>("odd".into())?;
        Ok(())
    }
    fn absent() -> Result<u8, Problem> {
        None.or_problem(|_| Problem::not_found("No such goal."))
    }
    for result in [reads().map(drop), parses().map(drop), boxed()] {
        assert_eq!(result.unwrap_err().code(), "internal");
    }
    assert_eq!(absent().unwrap_err().status(), StatusCode::NOT_FOUND);
}

#[test]
fn a_full_disk_is_no_defect() {
    let problem = Problem::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
    assert_eq!((problem.status(), problem.code()), (StatusCode::INSUFFICIENT_STORAGE, "storage_full"));
}

#[test]
fn a_problem_fits_in_a_result() {
    assert_eq!(size_of::<Problem>(), size_of::<usize>());
}

#[test]
fn the_catalogue_has_each_code_once() {
    let mut seen: Vec<_> = codes::PLATFORM.iter().map(|code| code.code).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), codes::PLATFORM.len());
    for made in [
        Problem::unauthorized(""),
        Problem::not_found(""),
        Problem::too_large(""),
        Problem::unsupported_media_type(""),
        Problem::unprocessable(Vec::new()),
        Problem::invalid_query(Vec::new()),
        Problem::too_many_requests(Duration::ZERO, ""),
        Problem::unavailable(Duration::ZERO, ""),
        Problem::hidden(),
    ] {
        assert!(seen.contains(&made.code()), "{} is not in the catalogue", made.code());
    }
}

#[test]
fn the_schema_is_called_problem() {
    use utoipa::ToSchema;
    assert_eq!(<Problem as ToSchema>::name(), "Problem");
    let schema = serde_json::to_value(<Problem as utoipa::PartialSchema>::schema()).unwrap();
    assert_eq!(schema["properties"]["code"]["type"], "string");
    assert_eq!(schema["properties"]["errors"]["items"]["$ref"], "#/components/schemas/FieldError");
}
