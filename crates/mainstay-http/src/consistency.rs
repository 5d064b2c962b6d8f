//! What a session has seen and written, carried from one request to the next: in a header for programs, in a cookie for
//! browsers. Never here: which server answers, which kept answer is new enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::response::Response;
use http::HeaderMap;
use http::header::{COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use mainstay_db::causality::{self, Carried, Causality};
use mainstay_db::replicas::{self, TokenKey};
use tokio::task::futures::TaskLocalFuture;

use crate::auth::cookies::{Cookies, Token};
use crate::caching::outward;
use crate::layers::{Answered, Outcome, Step, StepLayer};

/// In: what the client has seen, from an earlier answer. Out: what it has seen now.
const X_CONSISTENCY: HeaderName = HeaderName::from_static("x-consistency");

/// The same for browsers.
const COOKIE_NAME: &str = "consistency";

/// And behind HTTPS, so that no other host of the domain can set it.
const HOST_COOKIE_NAME: &str = "__Host-consistency";

/// So many characters of a signature are another one's by no chance that is worth a thought.
const TELLING: usize = 16;

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

    /// What the client carries by either account: a page may send the header of an earlier answer beside the cookie of
    /// a later one.
    fn carried(&self, headers: &HeaderMap) -> Carried {
        let read = |text: &str| self.0.key.read(text);
        let named = headers.get(X_CONSISTENCY).and_then(|value| value.to_str().ok()).and_then(read);
        let kept = cookie(headers).and_then(read);
        kept.unwrap_or_default().merge(named.unwrap_or_default())
    }

    /// Which replica is asked first. Somebody without a session has none that stays; all of them together would be one
    /// replica's burden.
    fn session(&self, token: Option<&Token>) -> u64 {
        match token {
            // The end of its signature tells it from all others.
            Some(Token::Bearer(token) | Token::Cookie(token)) => {
                replicas::session_key(token.last_chunk::<TELLING>().map_or(token, |end| end))
            }
            None => self.0.anonymous.fetch_add(1, Ordering::Relaxed),
        }
    }
}

/// A layer: reads of the request may go to replicas that have what its session has seen, kept answers have what it has
/// written, and the answer says what that is by then.
pub fn carry(consistency: Consistency) -> StepLayer<Consistency> {
    StepLayer(consistency)
}

/// What the way back knows of a request.
#[derive(Debug)]
pub struct Carrying {
    by: Consistency,
    causality: Causality,
    before: Carried,
    is_program: bool,
    sends_cookies: bool,
}

impl Step for Consistency {
    type Kept = Carrying;
    type Around<F: Future<Output = Outcome> + Send + 'static> = TaskLocalFuture<Causality, F>;

    fn before(&self, request: &mut Request) -> Result<Carrying, Box<Response>> {
        let headers = request.headers();
        let token = self.0.cookies.token(headers);
        let before = self.carried(headers);
        Ok(Carrying {
            by: self.clone(),
            causality: Causality::carrying(self.session(token.as_ref()), before.clone()),
            before,
            is_program: matches!(token, Some(Token::Bearer(_))),
            sends_cookies: headers.contains_key(COOKIE),
        })
    }

    fn around<F>(&self, carrying: &mut Carrying, answer: F) -> TaskLocalFuture<Causality, F>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        causality::scope(carrying.causality.clone(), answer)
    }

    fn after(carrying: Carrying, mut response: Response) -> Answered {
        let by = &carrying.by;
        let carried = carrying.causality.carried();
        // What caches further out may keep is for everybody; a session's token has no place in it.
        if carried != carrying.before && !outward::is_marked(response.headers()) {
            let text = by.0.key.write(&carried);
            // A browser is who sends cookies, or is given some.
            let is_browser = carrying.sends_cookies || response.headers().contains_key(SET_COOKIE);
            if !carrying.is_program
                && is_browser
                && let Ok(value) = HeaderValue::from_str(&set_cookie(&text, by.0.is_secure))
            {
                response.headers_mut().append(SET_COOKIE, value);
            }
            if let Ok(value) = HeaderValue::from_str(&text) {
                response.headers_mut().insert(X_CONSISTENCY, value);
            }
        }
        Answered::Now(response)
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| [COOKIE_NAME, HOST_COOKIE_NAME].contains(name)).map(|(_, value)| value)
}

/// It ends with the browser: a day later every replica has what was seen today.
fn set_cookie(text: &str, is_secure: bool) -> String {
    let (name, secure) = if is_secure { (HOST_COOKIE_NAME, "; Secure") } else { (COOKIE_NAME, "") };
    format!("{name}={text}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use mainstay_db::replicas::{Epoch, Lsn, Token, Xid};

    use super::*;

    fn carried(lsn: u64) -> Carried {
        let epoch = Epoch { system: 7, timeline: 1 };
        let position = Some(Token { epoch, lsn: Lsn(lsn), below: Xid(0) });
        Carried { position, written: Vec::new() }
    }

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_token_comes_by_header_or_cookie_and_only_signed() {
        let consistency = Consistency::new(&crate::Config::default(), b"secret");
        let text = TokenKey::new(b"secret").write(&carried(42));
        assert_eq!(consistency.carried(&headers(X_CONSISTENCY, &text)), carried(42));
        let line = format!("access=a; {COOKIE_NAME}={text}; csrf=b");
        assert_eq!(consistency.carried(&headers(COOKIE, &line)), carried(42));
        let foreign = TokenKey::new(b"another").write(&carried(42));
        assert_eq!(consistency.carried(&headers(X_CONSISTENCY, &foreign)), Carried::default());
        assert_eq!(consistency.carried(&HeaderMap::new()), Carried::default());
    }

    #[test]
    fn the_cookie_is_not_for_scripts_nor_for_foreign_pages() {
        assert_eq!(set_cookie("t", true), "__Host-consistency=t; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert!(!set_cookie("t", false).contains("Secure"));
    }

    #[test]
    fn of_header_and_cookie_the_later_one_counts_and_a_foreign_header_hides_no_cookie() {
        let consistency = Consistency::new(&crate::Config::default(), b"secret");
        let write = |lsn| TokenKey::new(b"secret").write(&carried(lsn));
        for (header, kept) in [(write(42), write(41)), (write(41), write(42)), ("x".to_owned(), write(42))] {
            let mut both = headers(X_CONSISTENCY, &header);
            both.extend(headers(COOKIE, &format!("{COOKIE_NAME}={kept}")));
            assert_eq!(consistency.carried(&both), carried(42));
        }
    }

    #[test]
    fn requests_by_nobody_are_spread_and_those_of_a_session_are_not() {
        let consistency = Consistency::new(&crate::Config::default(), b"secret");
        assert_ne!(consistency.session(None), consistency.session(None));
        let kim = crate::auth::cookies::Token::Bearer(b"kim");
        assert_eq!(consistency.session(Some(&kim)), consistency.session(Some(&kim)));
    }
}
