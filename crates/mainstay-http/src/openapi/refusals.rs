//! What extractors and layers answer by themselves, written into the document, so that no route has to repeat it and
//! none can forget it. Never here: what a route refuses for reasons of its own; its `responses` say that.

use http::StatusCode;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::{MEDIA_TYPE, Problem};

/// The media type that routes are documented with unless they say another.
const JSON: &str = "application/json";

/// A refusal that reads the same wherever it is met; the document holds it once.
struct Shared {
    status: &'static str,
    name: &'static str,
    codes: &'static [&'static str],
}

const SHARED: [Shared; 9] = [
    shared("401", "Unauthorized", &["unauthorized", "token_expired"]),
    shared("403", "CrossSiteRefused", &["csrf_refused"]),
    shared("409", "AnotherAccount", &["another_account"]),
    shared("413", "TooLarge", &["too_large"]),
    shared("415", "UnsupportedMediaType", &["unsupported_media_type"]),
    shared("422", "InvalidBody", &["invalid_body"]),
    shared("500", "Internal", &["internal"]),
    shared(
        "503",
        "Unavailable",
        &[
            "unavailable",
            "starting",
            "database_busy",
            "database_unavailable",
            "replicas_behind",
            "write_conflict",
            "timed_out",
        ],
    ),
    shared("507", "StorageFull", &["storage_full"]),
];

const fn shared(status: &'static str, name: &'static str, codes: &'static [&'static str]) -> Shared {
    Shared { status, name, codes }
}

/// Completes a document: every problem under its media type, and at every operation the refusals that it may meet
/// without its doing, each with its codes. Doing it again changes nothing.
///
/// A body that is no JSON is the route's own to read and to refuse; so is what it says of its query.
pub fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    components.schemas.entry(Problem::name().into_owned()).or_insert_with(Problem::schema);
    let mut inner = Vec::new();
    <Problem as ToSchema>::schemas(&mut inner);
    for (name, schema) in inner {
        components.schemas.entry(name).or_insert(schema);
    }
    for Shared { status, name, codes } in SHARED {
        components.responses.entry(name.to_owned()).or_insert_with(|| RefOr::T(refusal(status, codes)));
    }
    for path in document.paths.paths.values_mut() {
        let reads = [&mut path.get, &mut path.head];
        let writes = [&mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        reads.into_iter().flatten().for_each(|operation| complete_operation(operation, false));
        writes.into_iter().flatten().for_each(|operation| complete_operation(operation, true));
    }
}

fn complete_operation(operation: &mut Operation, writes: bool) {
    let unreadable = unreadable(operation);
    let met = statuses(operation, writes);
    let responses = &mut operation.responses.responses;
    if !unreadable.is_empty() {
        let own = responses.entry("400".to_owned()).or_insert_with(|| RefOr::T(refusal("400", &unreadable)));
        with_response(own, |response| add_codes(&mut response.description, &unreadable));
    }
    for Shared { status, name, codes } in SHARED.iter().filter(|shared| met.contains(&shared.status)) {
        match responses.get_mut(*status) {
            Some(RefOr::T(own)) if !own.description.is_empty() => add_codes(&mut own.description, codes),
            // The route says nothing of its own.
            _ => {
                responses.insert((*status).to_owned(), RefOr::Ref(Ref::from_response_name(*name)));
            }
        }
    }
    for (status, response) in responses {
        with_response(response, |response| finish(status, response));
    }
}

fn with_response(response: &mut RefOr<Response>, change: impl FnOnce(&mut Response)) {
    if let RefOr::T(response) = response {
        change(response);
    }
}

/// A problem with these codes.
fn refusal(status: &str, codes: &[&str]) -> Response {
    let mut response = Response::new("");
    add_codes(&mut response.description, codes);
    let problem = Content::new(Some(Ref::from_schema_name(Problem::name())));
    response.content.insert(MEDIA_TYPE.to_owned(), RefOr::T(problem));
    finish(status, &mut response);
    response
}

/// Media type, `Retry-After` and words, where they are missing.
fn finish(status: &str, response: &mut Response) {
    name_media_type(response);
    if matches!(status, "429" | "503") && is_problem(response) {
        response.headers.entry("Retry-After".to_owned()).or_insert_with(|| RefOr::T(retry_after()));
    }
    if response.description.is_empty() {
        response.description = words(status);
    }
}

/// The codes with which an operation refuses what it cannot read.
fn unreadable(operation: &Operation) -> Vec<&'static str> {
    let mut codes = Vec::new();
    let takes_json = takes_json(operation);
    if has(operation, |parameter| parameter.parameter_in == ParameterIn::Path) {
        codes.push("invalid_path");
    }
    if takes_json || operation.request_body.is_none() {
        let asks = |name: &str| has(operation, |parameter| is_query(parameter) && parameter.name == name);
        let of_query = [
            (has(operation, is_query), "invalid_query"),
            (asks("cursor"), "invalid_cursor"),
            (asks("fields"), "unknown_field"),
        ];
        codes.extend(of_query.into_iter().filter_map(|(may, code)| may.then_some(code)));
    }
    if takes_json {
        codes.extend(["malformed_json", "incomplete_body"]);
    }
    codes
}

/// The statuses of the shared refusals that an operation may meet.
fn statuses(operation: &Operation, writes: bool) -> Vec<&'static str> {
    let anybody = SecurityRequirement::default();
    let needs_sign_in = operation.security.as_ref().is_none_or(|allowed| !allowed.contains(&anybody));
    let mut met = vec!["500", "503"];
    if takes_json(operation) {
        met.extend(["413", "415", "422"]);
    }
    if needs_sign_in {
        met.extend(["401", "409"]);
    }
    if needs_sign_in && writes {
        met.push("403");
    }
    if writes {
        met.push("507");
    }
    met
}

fn takes_json(operation: &Operation) -> bool {
    match &operation.request_body {
        Some(RefOr::T(RequestBody { content, .. })) => content.contains_key(JSON),
        _ => false,
    }
}

fn has(operation: &Operation, which: impl Fn(&Parameter) -> bool) -> bool {
    let is_such = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if which(parameter));
    operation.parameters.iter().flatten().any(is_such)
}

fn is_query(parameter: &Parameter) -> bool {
    parameter.parameter_in == ParameterIn::Query
}

/// Names the codes that the description does not name yet.
fn add_codes(description: &mut String, codes: &[&str]) {
    let new: Vec<String> =
        codes.iter().map(|code| format!("`{code}`")).filter(|code| !description.contains(code)).collect();
    let Some((last, others)) = new.split_last() else { return };
    let named = if others.is_empty() { last.clone() } else { format!("{} or {last}", others.join(", ")) };
    if !description.is_empty() {
        description.push_str("; also ");
    }
    description.push_str(&named);
}

/// Problems are not `application/json`, which is what routes say for want of a better word.
fn name_media_type(response: &mut Response) {
    if is_problem(response)
        && let Some(content) = response.content.shift_remove(JSON)
    {
        response.content.insert(MEDIA_TYPE.to_owned(), content);
    }
}

fn is_problem(response: &Response) -> bool {
    let name = format!("#/components/schemas/{}", Problem::name());
    response.content.values().any(|content| match content {
        RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) => schema.ref_location == name,
        _ => false,
    })
}

/// What a status says by itself: each response must be described.
fn words(status: &str) -> String {
    if status == "404" {
        return "`not_found`".to_owned();
    }
    let reason = status.parse::<StatusCode>().ok().and_then(|status| status.canonical_reason());
    reason.unwrap_or(status).to_owned()
}

fn retry_after() -> Header {
    let seconds: Schema = ObjectBuilder::new().schema_type(Type::Integer).build().into();
    let mut header = Header::new(seconds);
    header.description = Some("Seconds to wait before the request is repeated.".to_owned());
    header
}

#[cfg(test)]
mod tests;
