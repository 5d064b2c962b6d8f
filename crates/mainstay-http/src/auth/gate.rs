//! One question for every request: who asks? Credentials, cross-site check and token in one step,
//! so that no route can forget one of them; and the same for who leaves. Never here: what the caller may do.

use http::request::Parts;
use http::{HeaderMap, HeaderName};

use uuid::Uuid;

use super::cookies::{Cookies, Credentials};
use super::csrf::Guard;
use super::tokens::{Claims, LastProved, RefreshToken, Tokens};
use crate::problem::Problem;

/// The header in which a page names the account that it was drawn for. Cookies belong to the whole browser, so that
/// another tab may have signed somebody else in meanwhile.
pub const EXPECTED_ACCOUNT: HeaderName = HeaderName::from_static("x-expected-account");

/// Lets requests in that carry a valid access token and are not forged across sites.
#[derive(Clone)]
pub struct Gate {
    cookies: Cookies,
    guard: Guard,
    tokens: Tokens,
}

/// The session that somebody wants to leave, by what names it. Tokens that are none of ours name nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leaving {
    /// What the access token says, however old it is.
    pub claims: Option<Claims>,
    /// The refresh token; whether it is known is for the caller to look up.
    pub refresh_token: Option<RefreshToken>,
    /// Whose session it is meant to be, where the request says so in [`EXPECTED_ACCOUNT`]. The claims are compared
    /// already; whose the refresh token is, the caller finds, and refuses another with [`another_account`].
    pub expected: Option<Uuid>,
}

impl Gate {
    /// A gate by the service's configuration and keys.
    pub fn new(config: &crate::Config, tokens: Tokens) -> Self {
        Self { cookies: Cookies::new(config.is_secure()), guard: Guard::new(config), tokens }
    }

    /// Who asks: 401 `unauthorized` or `token_expired`, 403 `csrf_refused`, 409 `another_account` where the request
    /// names in [`EXPECTED_ACCOUNT`] somebody else. Whether the session still exists is for the caller to look up.
    pub fn admit(&self, request: &Parts) -> Result<Claims, Problem> {
        let Parts { method, headers, extensions, .. } = request;
        let credentials = self
            .cookies
            .credentials(headers)
            .ok_or_else(|| Problem::unauthorized("Sign in, or send `Authorization: Bearer`."))?;
        let claims = match extensions.get::<LastProved>() {
            Some(connection) => self.tokens.verify_on(connection, credentials.token())?,
            None => self.tokens.verify(credentials.token())?,
        };
        self.guard.check(method, headers, credentials)?;
        check_expected(headers, &claims)?;
        Ok(claims)
    }

    /// What a request to sign out names: it needs no token that is still good, and none at all. `refresh_token` is that
    /// of the body. A program, which sends a token itself, speaks for its cookies no more than for anybody's; a request
    /// without such a token must come from our pages, and where it brings cookies repeat the CSRF cookie (403
    /// `csrf_refused`): a foreign page may neither end a session nor have our cookies cleared. 409 `another_account` as
    /// in [`Gate::admit`]: a page that outlived its session does not end its successor's.
    pub fn leave(&self, headers: &HeaderMap, refresh_token: Option<&str>) -> Result<Leaving, Problem> {
        let credentials = self.cookies.credentials(headers);
        let is_program = matches!(credentials, Some(Credentials::Bearer(_))) || refresh_token.is_some();
        let (access, refresh) = match (is_program, credentials) {
            (true, Some(Credentials::Bearer(token))) => (Some(token), refresh_token),
            (true, _) => (None, refresh_token),
            (false, credentials) => {
                self.guard.check_page(headers)?;
                let refresh = self.cookies.refresh_token(headers);
                if credentials.is_some() || refresh.is_some() {
                    self.guard.check_token(headers)?;
                }
                (credentials.map(Credentials::token), refresh)
            }
        };
        let claims = access.and_then(|token| self.tokens.verify_to_sign_out(token).ok());
        claims.as_ref().map_or(Ok(()), |claims| check_expected(headers, claims))?;
        let expected = expected(headers)?;
        Ok(Leaving { claims, refresh_token: refresh.and_then(RefreshToken::parse), expected })
    }

    /// The cookies, to set and clear them.
    pub fn cookies(&self) -> Cookies {
        self.cookies
    }

    /// The cross-site rule, for requests without an access token (sign-in, refresh).
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// The tokens, to issue them.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

/// Whether the request came with the account that it was meant for, where it says for whom.
fn check_expected(headers: &HeaderMap, claims: &Claims) -> Result<(), Problem> {
    match expected(headers)? {
        Some(account) if account != claims.sub => Err(another_account()),
        _ => Ok(()),
    }
}

/// For whom the request is meant, where it says so. What names nobody is nobody who is signed in.
fn expected(headers: &HeaderMap) -> Result<Option<Uuid>, Problem> {
    let account = headers.get(EXPECTED_ACCOUNT).map(|value| {
        let text = value.to_str().ok();
        text.and_then(|text| Uuid::try_parse(text).ok()).ok_or_else(another_account)
    });
    account.transpose()
}

/// 409: the request names another account in [`EXPECTED_ACCOUNT`] than its credentials do.
pub fn another_account() -> Problem {
    Problem::conflict(
        "another_account",
        "Somebody else is signed in in this browser now. Nothing was read or changed.",
    )
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method, Request};

    use super::*;
    use crate::auth::tests::effects_at;
    use crate::auth::tokens::{Config, Key, Keys};

    fn gate(second: i64, pairs: &[(&'static str, &str)]) -> (Gate, HeaderMap) {
        let keys = Keys::new(Key::try_new("k1", [7; 32]).unwrap(), Vec::new());
        let tokens = |second| Tokens::new(&Config::default(), &keys, effects_at(second));
        let token = tokens(0).issue(Uuid::max(), Uuid::nil(), "member").unwrap();
        let gate = Gate::new(&crate::Config::default(), tokens(second));
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                let value = value.replace("TOKEN", &token);
                (HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap())
            })
            .collect();
        (gate, headers)
    }

    fn told(problem: &Problem) -> String {
        format!("{} {}", problem.status().as_u16(), problem.code())
    }

    fn admitted(second: i64, method: &Method, pairs: &[(&'static str, &str)]) -> Result<Uuid, String> {
        let (gate, headers) = gate(second, pairs);
        let mut request = Request::new(()).into_parts().0;
        (request.method, request.headers) = (method.clone(), headers);
        gate.admit(&request).map(|claims| claims.sub).map_err(|problem| told(&problem))
    }

    /// Whether the access token and which refresh token name what is to be left.
    fn left(pairs: &[(&'static str, &str)], body: Option<&str>) -> Result<(bool, Option<String>), String> {
        let (gate, headers) = gate(1_000_000, pairs);
        let leaving = gate.leave(&headers, body).map_err(|problem| told(&problem))?;
        let refresh = leaving.refresh_token.map(|token| token.as_str().to_owned());
        Ok((leaving.claims.is_some(), refresh))
    }

    #[test]
    fn who_gets_in() {
        let bearer = ("authorization", "Bearer TOKEN");
        let cookie = ("cookie", "access=TOKEN; csrf=c");
        let refused = |text: &str| Err(text.to_owned());
        assert_eq!(admitted(0, &Method::POST, &[bearer]), Ok(Uuid::max()));
        assert_eq!(admitted(0, &Method::GET, &[cookie]), Ok(Uuid::max()));
        assert_eq!(admitted(0, &Method::POST, &[cookie, ("x-csrf-token", "c")]), Ok(Uuid::max()));
        assert_eq!(admitted(0, &Method::POST, &[cookie]), refused("403 csrf_refused"));
        assert_eq!(admitted(0, &Method::GET, &[]), refused("401 unauthorized"));
        assert_eq!(admitted(0, &Method::GET, &[("authorization", "Bearer x")]), refused("401 unauthorized"));
        assert_eq!(admitted(3600, &Method::GET, &[bearer]), refused("401 token_expired"));
    }

    #[test]
    fn a_page_of_somebody_else_gets_nothing() {
        let (own, other) = (Uuid::max().to_string(), Uuid::nil().to_string());
        let (bearer, cookie) = (("authorization", "Bearer TOKEN"), ("cookie", "access=TOKEN; csrf=c"));
        let asks = |account| admitted(0, &Method::GET, &[cookie, ("x-expected-account", account)]);
        assert_eq!(asks(&own), Ok(Uuid::max()));
        let refused = Err("409 another_account".to_owned());
        for account in [other.as_str(), "", "nobody"] {
            assert_eq!(asks(account), refused, "{account}");
        }
        let expected = ("x-expected-account", other.as_str());
        let repeated = ("x-csrf-token", "c");
        assert_eq!(admitted(0, &Method::POST, &[cookie, repeated, expected]), refused);
        assert_eq!(admitted(0, &Method::POST, &[bearer, expected]), refused, "whoever says so is believed");
        assert_eq!(left(&[cookie, repeated, expected], None), Err("409 another_account".to_owned()));
        let meant = ("x-expected-account", own.as_str());
        assert_eq!(left(&[cookie, repeated, meant], None), Ok((true, None)));
    }

    #[test]
    fn what_is_left() {
        let (in_cookie, in_body) = ("A".repeat(43), "E".repeat(43));
        let cookies = format!("access=TOKEN; refresh={in_cookie}; csrf=c");
        let (cookies, repeated) = (("cookie", cookies.as_str()), ("x-csrf-token", "c"));
        let bearer = ("authorization", "Bearer TOKEN");
        let foreign = ("sec-fetch-site", "cross-site");
        let refused = || Err("403 csrf_refused".to_owned());
        assert_eq!(left(&[cookies, repeated], None), Ok((true, Some(in_cookie))), "at any age");
        assert_eq!(left(&[cookies], None), refused());
        assert_eq!(left(&[cookies, repeated, foreign], None), refused());
        assert_eq!(left(&[("cookie", "refresh=x")], None), refused());
        assert_eq!(left(&[foreign], None), refused(), "nor are our cookies cleared");
        assert_eq!(left(&[], None), Ok((false, None)));
        assert_eq!(left(&[bearer, foreign], None), Ok((true, None)));
        assert_eq!(left(&[cookies, bearer], Some(&in_body)), Ok((true, Some(in_body.clone()))));
        assert_eq!(left(&[cookies], Some(&in_body)), Ok((false, Some(in_body))), "not what the cookies name");
        assert_eq!(left(&[("authorization", "Bearer x")], Some("x")), Ok((false, None)));
    }
}
