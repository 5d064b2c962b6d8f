//! Cookies on the wire, and credentials out of headers.

use proptest::prelude::*;

use super::*;
use crate::auth::tests::random;

fn with(name: &'static str, value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    headers
}

fn set_by(cookies: Cookies) -> Vec<String> {
    let mut headers = HeaderMap::new();
    let day = Duration::from_secs(86_400);
    cookies.set(&mut headers, ("aaa", Duration::from_secs(900)), ("rrr", day), &random());
    headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[test]
fn secure_cookies_are_bound_to_the_host() {
    let set = set_by(Cookies::new(true));
    assert_eq!(set[0], "__Host-access=aaa; Path=/; Max-Age=900; SameSite=Lax; Secure; HttpOnly");
    assert_eq!(set[1], "__Host-refresh=rrr; Path=/; Max-Age=86400; SameSite=Lax; Secure; HttpOnly");
    assert!(set[2].starts_with("__Host-csrf=") && set[2].ends_with("; SameSite=Lax; Secure"), "{}", set[2]);
}

#[test]
fn plain_http_gets_plain_names() {
    let set = set_by(Cookies::new(false));
    assert_eq!(set[0], "access=aaa; Path=/; Max-Age=900; SameSite=Lax; HttpOnly");
    assert!(!set.concat().contains("Secure"));
}

#[test]
fn clearing_ends_all_three() {
    let mut headers = HeaderMap::new();
    Cookies::new(true).clear(&mut headers);
    let cleared: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
    assert_eq!(cleared.len(), 3);
    assert!(cleared.iter().all(|value| value.to_str().unwrap().contains("Max-Age=0")));
}

#[test]
fn bearer_wins_over_cookies() {
    let cookies = Cookies::new(false);
    let mut headers = with("cookie", "theme=dark; access=c1; csrf=x");
    assert_eq!(cookies.credentials(&headers), Some(Credentials::Cookie("c1")));
    headers.insert(AUTHORIZATION, HeaderValue::from_static("bearer  b1"));
    assert_eq!(cookies.credentials(&headers), Some(Credentials::Bearer("b1")));
    headers.insert(AUTHORIZATION, HeaderValue::from_static("Basic abc"));
    assert_eq!(cookies.credentials(&headers), None, "no falling back past a header");
    assert_eq!(Cookies::new(true).credentials(&with("cookie", "access=c1")), None, "the prefix is required");
}

#[test]
fn tokens_do_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", Credentials::Bearer("secret")), "Bearer(…)");
}

proptest! {
    #[test]
    fn any_cookie_header_is_read_without_panic(line in "[ -~]{0,80}") {
        if let Ok(value) = HeaderValue::from_str(&line) {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, value);
            let found = cookie(&headers, "access");
            prop_assert!(found.is_none_or(|value| !value.is_empty() && !value.contains(';')));
        }
    }
}
