//! What each kind of operation may answer without its doing.

use utoipa::OpenApi as _;

use super::complete;

#[derive(utoipa::OpenApi)]
#[openapi(paths(operations::list, operations::replace, operations::sign_in, operations::send))]
struct Api;

#[expect(dead_code, reason = "they only describe operations")]
mod operations {
    use crate::problem::Problem;

    #[utoipa::path(get, path = "/goals", params(("cursor" = Option<String>, Query)), responses((status = 200, body = Vec<String>)))]
    pub(super) fn list() {}

    #[utoipa::path(
    put, path = "/goals/{id}", params(("id" = u32, Path)), request_body = Vec<String>,
    responses((status = 204), (status = 401, body = Problem), (status = 422, description = "`too_far`", body = Problem), (status = 404, body = Problem))
)]
    pub(super) fn replace() {}

    #[utoipa::path(post, path = "/sign-in", security(()), request_body = Vec<String>, responses((status = 200, body = Vec<String>)))]
    pub(super) fn sign_in() {}

    #[utoipa::path(
    post, path = "/files", params(("name" = Option<String>, Query)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 429, description = "`slowly`", body = Problem))
)]
    pub(super) fn send() {}
}

/// Method and path, then each status with its media types and its description.
fn told(api: &utoipa::openapi::OpenApi) -> String {
    let document = serde_json::to_value(api).unwrap();
    let mut lines = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            lines.push(format!("{method} {path}"));
            for (status, response) in operation["responses"].as_object().unwrap() {
                if let Some(shared) = response["$ref"].as_str() {
                    lines.push(format!("  {status} {}", shared.trim_start_matches("#/components/")));
                    continue;
                }
                let media: Vec<&str> = response["content"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.as_str())
                    .collect();
                let wait = if response["headers"]["Retry-After"].is_object() { " (Retry-After)" } else { "" };
                let description = response["description"].as_str().unwrap();
                lines.push(format!("  {status} {}{wait} {description}", media.join(",")));
            }
        }
    }
    lines.join("\n")
}

#[test]
fn each_operation_says_what_it_may_meet() {
    let mut api = Api::openapi();
    complete(&mut api);
    insta::assert_snapshot!(told(&api), @r"
    post /files
      401 responses/Unauthorized
      403 responses/CrossSiteRefused
      409 responses/AnotherAccount
      429 application/problem+json (Retry-After) `slowly`
      500 responses/Internal
      503 responses/Unavailable
      507 responses/StorageFull
    get /goals
      200 application/json OK
      400 application/problem+json `invalid_query` or `invalid_cursor`
      401 responses/Unauthorized
      409 responses/AnotherAccount
      500 responses/Internal
      503 responses/Unavailable
    put /goals/{id}
      204  No Content
      400 application/problem+json `invalid_path`, `malformed_json` or `incomplete_body`
      401 responses/Unauthorized
      403 responses/CrossSiteRefused
      404 application/problem+json `not_found`
      409 responses/AnotherAccount
      413 responses/TooLarge
      415 responses/UnsupportedMediaType
      422 application/problem+json `too_far`; also `invalid_body`
      500 responses/Internal
      503 responses/Unavailable
      507 responses/StorageFull
    post /sign-in
      200 application/json OK
      400 application/problem+json `malformed_json` or `incomplete_body`
      413 responses/TooLarge
      415 responses/UnsupportedMediaType
      422 responses/InvalidBody
      500 responses/Internal
      503 responses/Unavailable
      507 responses/StorageFull
    ");
    let again = serde_json::to_value(&api).unwrap();
    complete(&mut api);
    assert_eq!(serde_json::to_value(&api).unwrap(), again, "twice is once");
    assert!(
        again["components"]["schemas"]["FieldError"].is_object()
            && again["components"]["schemas"]["Problem"].is_object()
    );
}
