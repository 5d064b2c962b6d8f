//! Which file a request gets, in which form, and for how long.

use http::header::IF_NONE_MATCH;
use http_body_util::BodyExt;

use super::*;

const PAGE: &[u8] =
    b"<html><script type=module src=\"/_app/start.a1.js\"></script><script>start()</script></html>";

static FILES: &[Asset] = &[
    Asset {
        path: "/_app/start.a1.js",
        content_type: "text/javascript",
        plain: b"plain",
        brotli: Some(b"br"),
        gzip: Some(b"gz"),
        is_immutable: true,
    },
    Asset {
        path: "/index.html",
        content_type: "text/html; charset=utf-8",
        plain: PAGE,
        brotli: None,
        gzip: Some(b"gz page"),
        is_immutable: false,
    },
];

fn ask(path: &str, headers: &[(http::HeaderName, &str)]) -> Response {
    let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
    Assets::new(FILES, "/index.html", None).unwrap().answer(&Method::GET, path, &headers, &["/v1", "/api"])
}

async fn body(response: Response) -> Vec<u8> {
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

#[tokio::test]
async fn a_file_comes_in_the_best_form_that_the_client_takes() {
    for (accepted, expected, encoding) in [
        ("gzip, br", &b"br"[..], Some("br")),
        ("gzip, br;q=0", b"gz", Some("gzip")),
        ("gzip;q=0.5", b"gz", Some("gzip")),
        ("identity", b"plain", None),
        ("x-br", b"plain", None),
    ] {
        let response = ask("/_app/start.a1.js", &[(ACCEPT_ENCODING, accepted)]);
        let seen = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(seen.as_deref(), encoding, "{accepted}");
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(response.headers()[VARY], "accept-encoding");
        assert_eq!(body(response).await, expected, "{accepted}");
    }
}

#[tokio::test]
async fn every_address_of_the_application_is_its_page_and_no_other() {
    let page = ask("/things/1", &[(ACCEPT, "text/html,application/xhtml+xml")]);
    assert_eq!(
        (page.status(), &page.headers()[CACHE_CONTROL]),
        (StatusCode::OK, &"public, no-cache".parse().unwrap())
    );
    assert_eq!(body(page).await, PAGE);
    assert_eq!(body(ask("/", &[(ACCEPT, "*/*")])).await, PAGE, "whoever opens the root asks for the page");
    for (path, accept) in [
        ("/v1/unknown", "text/html"),
        ("/v1", "text/html"),
        ("/api/v1/unknown", "text/html"),
        ("/_app/gone.js", "*/*"),
    ] {
        assert_eq!(ask(path, &[(ACCEPT, accept)]).status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(ask("/v1x", &[(ACCEPT, "text/html")]).status(), StatusCode::OK, "no prefix of ours");
    let posted = Assets::new(FILES, "/index.html", None).unwrap().answer(
        &Method::POST,
        "/index.html",
        &HeaderMap::new(),
        &[],
    );
    assert_eq!(posted.status(), StatusCode::NOT_FOUND);
}

#[test]
fn a_page_that_has_not_changed_is_not_sent_again() {
    let tag = ask("/index.html", &[]).headers()[ETAG].to_str().unwrap().to_owned();
    let again = ask("/index.html", &[(IF_NONE_MATCH, &tag)]);
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let packed = ask("/index.html", &[(IF_NONE_MATCH, &tag), (ACCEPT_ENCODING, "gzip")]);
    assert_eq!(packed.status(), StatusCode::OK, "another form has another tag");
}

#[test]
fn the_page_may_run_its_own_inline_scripts_and_no_others() {
    let response = ask("/index.html", &[]);
    let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    let hash = STANDARD.encode(Sha256::digest("start()"));
    assert!(policy.contains(&format!("script-src 'self' 'sha256-{hash}';")), "{policy}");
    assert_eq!(policy.matches("sha256-").count(), 1, "{policy}");
    for own in ["worker-src 'self'", "manifest-src 'self'"] {
        assert!(policy.split("; ").any(|rule| rule == own), "{own}: {policy}");
    }
    assert!(Assets::new(FILES, "/missing.html", None).is_none());
}

#[test]
fn the_page_may_show_images_of_one_more_origin_and_take_nothing_else_from_it() {
    let policy = |images_from| {
        let page = Assets::new(FILES, "/index.html", images_from).unwrap();
        let response = page.answer(&Method::GET, "/", &HeaderMap::new(), &[]);
        response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
    };
    let (closed, opened) = (policy(None), policy(Some("https://images.example.org")));
    assert!(closed.contains("img-src 'self' data: blob:;"), "{closed}");
    assert_eq!(
        opened.replacen(" https://images.example.org;", ";", 1),
        closed,
        "one place is all that differs"
    );
    assert!(opened.contains("img-src 'self' data: blob: https://images.example.org;"), "{opened}");
}
