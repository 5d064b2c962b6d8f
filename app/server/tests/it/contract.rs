//! The document of the API held against every answer that a test gets: its status, its media type, its headers, its
//! body by the schema. Never here: requests.

use std::sync::LazyLock;

use http::{HeaderMap, Method};
use serde_json::{Map, Value};

use self::schema::Schemas;

mod schema;

/// The document as it is served.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&paceline::routes::openapi_json()).unwrap());

/// Fails the test whose answer the document does not describe. Answers of other addresses, and to methods that an
/// address does not take, are none of its business.
#[track_caller]
pub(crate) fn check(method: &Method, url: &reqwest::Url, status: u16, headers: &HeaderMap, bytes: &[u8]) {
    let answer = Received { status, headers, bytes, is_sparse: asks_for_fields(url) };
    if let Some(operation) = operation(&DOCUMENT, method, &canonical(url.path()))
        && let Err(untrue) = answer.is_described_by(operation, &DOCUMENT)
    {
        panic!("{method} {url} is not as the document says: {untrue}");
    }
}

/// One address has three spellings.
fn canonical(path: &str) -> String {
    match path.strip_prefix("/api") {
        Some(rest) if rest.starts_with("/v1/") => rest.to_owned(),
        Some(rest) if rest.starts_with('/') => format!("/v1{rest}"),
        _ => path.to_owned(),
    }
}

fn asks_for_fields(url: &reqwest::Url) -> bool {
    url.query_pairs().any(|(name, value)| name == "fields" && !value.is_empty())
}

/// The operation at the path; a template without parameters goes before one with.
fn operation<'a>(document: &'a Value, method: &Method, path: &str) -> Option<&'a Value> {
    let paths = document["paths"].as_object()?;
    let matches = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template.split('/').zip(path.split('/')).all(|(of, part)| of == part || of.starts_with('{'))
    };
    let found = paths
        .get(path)
        .or_else(|| paths.iter().find(|(template, _)| matches(template)).map(|found| found.1))?;
    found.get(method.as_str().to_ascii_lowercase())
}

/// What a reference within the document names.
fn resolve<'a>(document: &'a Value, reference: &str) -> &'a Value {
    let found = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
    found.unwrap_or_else(|| panic!("{reference} is not in the document"))
}

struct Received<'a> {
    status: u16,
    headers: &'a HeaderMap,
    bytes: &'a [u8],
    is_sparse: bool,
}

impl Received<'_> {
    fn is_described_by(&self, operation: &Value, document: &Value) -> Result<(), String> {
        let status = self.status;
        let response = operation["responses"].get(status.to_string());
        let response = response.ok_or_else(|| format!("it answers {status}: {}", self.text()))?;
        let response = response["$ref"].as_str().map_or(response, |shared| resolve(document, shared));
        for name in response["headers"].as_object().into_iter().flat_map(Map::keys) {
            if !self.headers.contains_key(name.as_str()) {
                return Err(format!("its {status} lacks the header {name}"));
            }
        }
        let Some(contents) = response["content"].as_object() else {
            return if self.bytes.is_empty() {
                Ok(())
            } else {
                Err(format!("its {status} has a body: {}", self.text()))
            };
        };
        let media =
            self.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = media.split(';').next().unwrap_or_default().trim();
        let content = contents.get(essence).ok_or_else(|| format!("its {status} is `{media}`"))?;
        if !essence.ends_with("json") {
            return Ok(());
        }
        let body: Value = serde_json::from_slice(self.bytes).map_err(|error| format!("its body: {error}"))?;
        Schemas { document, is_sparse: self.is_sparse && status == 200 }.check(&content["schema"], &body, "")
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes).chars().take(2000).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(status: u16, media: &'static str, body: &Value) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", media.parse().unwrap());
        let bytes = body.to_string().into_bytes();
        let answer = Received { status, headers: &headers, bytes: &bytes, is_sparse: false };
        let login = operation(&DOCUMENT, &Method::POST, "/v1/auth/login").unwrap();
        answer.is_described_by(login, &DOCUMENT)
    }

    #[test]
    fn what_is_not_described_is_found() {
        let problem = json!({ "type": "/docs/problems#x", "title": "X", "status": 401, "code": "x" });
        assert_eq!(told(401, "application/problem+json", &problem), Ok(()));
        assert_eq!(told(401, "application/json", &problem), Err("its 401 is `application/json`".to_owned()));
        assert!(told(418, "application/problem+json", &problem).unwrap_err().starts_with("it answers 418: "));
        assert_eq!(
            told(503, "application/problem+json", &problem),
            Err("its 503 lacks the header Retry-After".to_owned())
        );
        let mut other = problem.clone();
        other["status"] = json!("401");
        let refused = told(401, "application/problem+json", &other).unwrap_err();
        assert_eq!(refused, "/status is \"401\", not of type integer");
        other = problem.clone();
        other["extra"] = json!(1);
        assert_eq!(told(401, "application/problem+json", &other).unwrap_err(), "/extra is not described");
        other = problem;
        other.as_object_mut().unwrap().remove("code");
        assert_eq!(told(401, "application/problem+json", &other).unwrap_err(), "/code is absent");
    }

    #[test]
    fn addresses_find_their_operations() {
        let found = |path: &str| {
            operation(&DOCUMENT, &Method::GET, &canonical(path)).map(|o| o["operationId"].clone())
        };
        assert_eq!(found("/api/athletes/me"), Some(json!("athletes_me")));
        assert_eq!(found("/v1/activities/summary"), Some(json!("activities_summary")));
        assert_eq!(found("/api/v1/activities/01/splits"), Some(json!("activities_splits")));
        assert_eq!(found("/readyz"), None);
        assert_eq!(operation(&DOCUMENT, &Method::DELETE, "/v1/auth/login"), None);
    }
}
