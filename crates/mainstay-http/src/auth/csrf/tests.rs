//! Which requests pass as our own.

use http::HeaderValue;

use super::*;
use crate::Config;

fn guard() -> Guard {
    let mut config = Config { public_url: "https://app.example.org".to_owned(), ..Config::default() };
    config.browser.allowed_origins = vec!["https://app.example.org".to_owned()];
    Guard::new(&config)
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect()
}

fn verdict(method: &Method, pairs: &[(&'static str, &str)]) -> Result<(), Refused> {
    guard().check(method, &headers(pairs), Credentials::Cookie("t"))
}

const COOKIE: (&str, &str) = ("cookie", "__Host-csrf=abc123");
const TOKEN: (&str, &str) = ("x-csrf-token", "abc123");

#[test]
fn our_pages_pass() {
    let ours: [&[(&str, &str)]; 5] = [
        &[COOKIE, TOKEN, ("sec-fetch-site", "same-origin")],
        &[COOKIE, TOKEN, ("origin", "https://app.example.org")],
        &[COOKIE, TOKEN, ("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")],
        &[COOKIE, TOKEN, ("origin", "https://APP.example.org"), ("sec-fetch-site", "same-site")],
        &[COOKIE, TOKEN],
    ];
    for pairs in ours {
        assert_eq!(verdict(&Method::POST, pairs), Ok(()), "{pairs:?}");
    }
}

#[test]
fn foreign_pages_do_not() {
    let foreign: [&[(&str, &str)]; 5] = [
        &[COOKIE, TOKEN, ("sec-fetch-site", "cross-site")],
        &[COOKIE, TOKEN, ("sec-fetch-site", "same-site")],
        &[COOKIE, TOKEN, ("origin", "https://app.example.org.evil.net"), ("host", "app.example.org")],
        &[COOKIE, TOKEN, ("origin", "null")],
        &[COOKIE, TOKEN, ("origin", "https://evil.net"), ("sec-fetch-site", "cross-site")],
    ];
    for pairs in foreign {
        assert_eq!(verdict(&Method::DELETE, pairs), Err(Refused::ForeignPage), "{pairs:?}");
    }
}

#[test]
fn the_double_submit_must_match() {
    let site = ("sec-fetch-site", "same-origin");
    let unmatched: [&[(&str, &str)]; 4] =
        [&[site], &[COOKIE, site], &[TOKEN, site], &[COOKIE, ("x-csrf-token", "abc124"), site]];
    for pairs in unmatched {
        assert_eq!(verdict(&Method::PATCH, pairs), Err(Refused::TokenMismatch), "{pairs:?}");
    }
}

#[test]
fn programs_and_reads_are_exempt() {
    let foreign = headers(&[("sec-fetch-site", "cross-site")]);
    assert_eq!(guard().check(&Method::POST, &foreign, Credentials::Bearer("t")), Ok(()));
    assert_eq!(verdict(&Method::GET, &[("sec-fetch-site", "cross-site")]), Ok(()));
}
