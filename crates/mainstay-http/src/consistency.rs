//! What a session has seen, carried from one request to the next: in a header for programs, in a cookie for browsers.
//! Never here: which server answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::{COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use mainstay_db::causality::{self, Causality};
use mainstay_db::replicas::{self, Token, TokenKey};

use crate::auth::cookies::{Cookies, Credentials};

/// In: what the client has seen, from an earlier answer. Out: what it has seen now.
const X_CONSISTENCY: HeaderName = HeaderName::from_static("x-consistency");

/// The same for browsers.
const COOKIE_NAME: &str = "consistency";

/// Carries the token of each session. A clone is one reference count.
#[derive(Clone, Debug)]
pub struct Consistency(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    key: TokenKey,
    cookies: Cookies,
    is_secure: bool,
    /// Requests by nobody so far.
    anonymous: AtomicU64,
}

impl Consistency {
    /// Signs with `secret`, which all processes that share sessions must share.
    pub fn new(config: &crate::Config, secret: &[u8]) -> Self {
        let is_secure = config.is_secure();
        let (key, cookies) = (TokenKey::new(secret), Cookies::new(is_secure));
        Self(Arc::new(Inner { key, cookies, is_secure, anonymous: AtomicU64::new(0) }))
    }

    /// What the client has seen by either account: a page may send the header of an earlier answer beside the cookie of
    /// a later one.
    fn token(&self, headers: &HeaderMap) -> Option<Token> {
        let read = |text: &str| self.0.key.read(text);
        let named = headers.get(X_CONSISTENCY).and_then(|value| value.to_str().ok()).and_then(read);
        let kept = cookie(headers).and_then(read);
        named.map(|named| named.merge_some(kept)).or(kept)
    }

    /// Which replica is asked first. Somebody without a session has none that stays; all of them together would be one
    /// replica's burden.
    fn session(&self, credentials: Option<&Credentials>) -> u64 {
        match credentials {
            Some(credentials) => replicas::session_key(credentials.token()),
            None => self.0.anonymous.fetch_add(1, Ordering::Relaxed),
        }
    }
}

/// A middleware for `axum::middleware::from_fn_with_state`: reads of the request may go to replicas that have what its
/// session has seen, and the answer says what it has seen by then.
pub async fn carry(State(consistency): State<Consistency>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let credentials = consistency.0.cookies.credentials(headers);
    let session = consistency.session(credentials.as_ref());
    let is_program = matches!(credentials, Some(Credentials::Bearer(_)));
    let before = consistency.token(headers);
    let causality = Causality::new(session, before);
    let mut response = causality::scope(causality.clone(), next.run(request)).await;
    if let Some(token) = causality.token().filter(|token| Some(*token) != before) {
        let text = consistency.0.key.write(&token);
        if !is_program && let Ok(value) = HeaderValue::from_str(&set_cookie(&text, consistency.0.is_secure)) {
            response.headers_mut().append(SET_COOKIE, value);
        }
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(X_CONSISTENCY, value);
        }
    }
    response
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}

/// It ends with the browser: a day later every replica has what was seen today.
fn set_cookie(text: &str, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{COOKIE_NAME}={text}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use mainstay_db::replicas::{Epoch, Lsn, Xid};

    use super::*;

    fn token() -> Token {
        Token { epoch: Epoch { system: 7, timeline: 1 }, lsn: Lsn(42), below: Xid(0) }
    }

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_token_comes_by_header_or_cookie_and_only_signed() {
        let consistency = Consistency::new(&crate::Config::default(), b"secret");
        let text = TokenKey::new(b"secret").write(&token());
        assert_eq!(consistency.token(&headers(X_CONSISTENCY, &text)), Some(token()));
        let line = format!("access=a; {COOKIE_NAME}={text}; csrf=b");
        assert_eq!(consistency.token(&headers(COOKIE, &line)), Some(token()));
        let foreign = TokenKey::new(b"another").write(&token());
        assert_eq!(consistency.token(&headers(X_CONSISTENCY, &foreign)), None);
        assert_eq!(consistency.token(&HeaderMap::new()), None);
    }

    #[test]
    fn the_cookie_is_not_for_scripts_nor_for_foreign_pages() {
        assert_eq!(set_cookie("t", true), "consistency=t; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert!(!set_cookie("t", false).contains("Secure"));
    }

    #[test]
    fn of_header_and_cookie_the_later_one_counts_and_a_foreign_header_hides_no_cookie() {
        let consistency = Consistency::new(&crate::Config::default(), b"secret");
        let write = |lsn| TokenKey::new(b"secret").write(&Token { lsn: Lsn(lsn), ..token() });
        for (header, kept) in [(write(42), write(41)), (write(41), write(42)), ("x".to_owned(), write(42))] {
            let mut both = headers(X_CONSISTENCY, &header);
            both.extend(headers(COOKIE, &format!("{COOKIE_NAME}={kept}")));
            assert_eq!(consistency.token(&both), Some(token()));
        }
    }

    #[test]
    fn requests_by_nobody_are_spread_and_those_of_a_session_are_not() {
        let consistency = Consistency::new(&crate::Config::default(), b"secret");
        assert_ne!(consistency.session(None), consistency.session(None));
        let kim = Credentials::Bearer("kim".to_owned());
        assert_eq!(consistency.session(Some(&kim)), consistency.session(Some(&kim)));
    }
}
