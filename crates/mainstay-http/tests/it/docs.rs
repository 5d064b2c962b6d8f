//! The documents: OpenAPI, its page, the problem codes, the metrics.

use axum::Router;
use mainstay_http::openapi;
use mainstay_http::problem::codes::Code;

use crate::world::World;

const DOCUMENT: &str = r#"{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{}}"#;
const OWN: Code =
    Code { code: "email_taken", status: 409, title: "E-mail <taken>", meaning: "Sign in & try." };

fn router() -> Router {
    openapi::routes(DOCUMENT, &[OWN])
}

#[tokio::test]
async fn the_document_is_served_with_a_tag() {
    let world = World::start(router()).await;
    let answer = world.get("/v1/openapi.json").await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    let tag = answer.headers()["etag"].clone();
    assert_eq!(answer.text().await.unwrap(), DOCUMENT);
    let again = world.client.get(world.url("/api/openapi.json")).header("if-none-match", tag);
    assert_eq!(again.send().await.unwrap().status(), 304);
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let world = World::start(router()).await;
    let page = world.get("/docs/api/").await;
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'self';") && !policy.contains("script-src"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(!html.contains("https://") && !html.contains("<script>"), "inline or foreign scripts: {html}");
    let mut files = 0;
    for attribute in ["src=\"./", "href=\"./", "href=\""] {
        for rest in html.split(attribute).skip(1) {
            let name = rest.split('"').next().unwrap().trim_start_matches("./");
            assert_eq!(world.get(&format!("/docs/api/{name}")).await.status(), 200, "{name}");
            files += 1;
        }
    }
    assert!(files >= 4, "{html}");
    let start = world.get("/docs/api/swagger-initializer.js").await.text().await.unwrap();
    assert!(start.contains("/v1/openapi.json"), "{start}");
    assert_eq!(world.get("/docs/api").await.url().path(), "/docs/api/", "a redirect adds the slash");
}

#[tokio::test]
async fn every_code_has_its_anchor() {
    let world = World::start(router()).await;
    let html = world.get("/docs/problems").await.text().await.unwrap();
    assert!(html.contains("<section id=\"not_found\">"));
    assert!(html.contains("<section id=\"email_taken\"><h2>E-mail &lt;taken&gt;</h2>"));
}

#[tokio::test]
async fn the_registry_is_shown_to_scrapers() {
    let registry = mainstay_telemetry::Registry::new();
    registry.counter("files_imported", "Imported files", &["kind"]).with(&["fit"]).inc();
    let world = World::start(mainstay_http::metrics::routes(&registry)).await;
    let answer = world.get("/metrics").await;
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text().await.unwrap();
    assert!(text.contains("files_imported_total{kind=\"fit\"} 1") && text.ends_with("# EOF\n"), "{text}");
}
