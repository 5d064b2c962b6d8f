//! The cookies of a browser session and the credentials of any request.
//! Never here: what a token means ([`super::tokens`]) or whether a request is cross-site ([`super::csrf`]).

use std::time::Duration;

use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, HeaderValue, SET_COOKIE};
use mainstay_runtime::Random;

use super::tokens;

/// Names and attributes of the three cookies: access, refresh (both `HttpOnly`) and CSRF (readable by our
/// pages). All are `SameSite=Lax; Path=/`; when secure also `Secure` with the `__Host-` prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookies {
    secure: bool,
}

/// How a request proves who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credentials<'a> {
    /// `Authorization: Bearer …`: sent by a program, never by a browser on its own; no CSRF check.
    Bearer(&'a str),
    /// The access cookie: sent by the browser whoever caused the request; unsafe methods need the check.
    Cookie(&'a str),
}

/// [`Credentials`] for who asks only which session it is.
pub(crate) enum Token<'a> {
    Bearer(&'a [u8]),
    Cookie(&'a [u8]),
}

/// What stands before a program's token, in whatever case.
const BEARER: &[u8] = b"bearer ";

fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = value.as_bytes().split_at_checked(BEARER.len())?;
    let token = token.trim_ascii();
    (scheme.eq_ignore_ascii_case(BEARER) && !token.is_empty()).then_some(token)
}

impl<'a> Credentials<'a> {
    /// The access token.
    pub fn token(self) -> &'a str {
        match self {
            Self::Bearer(token) | Self::Cookie(token) => token,
        }
    }
}

impl std::fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bearer(_) => f.write_str("Bearer(…)"),
            Self::Cookie(_) => f.write_str("Cookie(…)"),
        }
    }
}

impl Cookies {
    /// `secure` when browsers reach the service by `https`: [`crate::Config::is_secure`].
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// Name of the access cookie.
    pub fn access(self) -> &'static str {
        if self.secure { "__Host-access" } else { "access" }
    }

    /// Name of the refresh cookie.
    pub fn refresh(self) -> &'static str {
        if self.secure { "__Host-refresh" } else { "refresh" }
    }

    /// Name of the CSRF cookie, whose value pages repeat in `X-CSRF-Token`.
    pub fn csrf(self) -> &'static str {
        if self.secure { "__Host-csrf" } else { "csrf" }
    }

    /// Adds the three cookies of a fresh sign-in or refresh to an answer; the CSRF value is new.
    /// The access cookie lives as long as its token, the others as long as the refresh token.
    pub fn set(
        self,
        headers: &mut HeaderMap,
        access: (&str, Duration),
        refresh: (&str, Duration),
        random: &Random,
    ) {
        self.append(headers, self.access(), access.0, access.1, "; HttpOnly");
        self.append(headers, self.refresh(), refresh.0, refresh.1, "; HttpOnly");
        self.append(headers, self.csrf(), &tokens::opaque(random), refresh.1, "");
    }

    /// Removes the three cookies.
    pub fn clear(self, headers: &mut HeaderMap) {
        for name in [self.access(), self.refresh(), self.csrf()] {
            self.append(headers, name, "", Duration::ZERO, "");
        }
    }

    fn append(self, headers: &mut HeaderMap, name: &str, value: &str, life: Duration, extra: &str) {
        let seconds = life.as_secs();
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{secure}{extra}");
        // Tokens are base64url and dots; anything else is not one of ours and sets no cookie.
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(SET_COOKIE, value);
        }
    }

    /// The refresh token that the browser sent.
    pub fn refresh_token(self, headers: &HeaderMap) -> Option<&str> {
        cookie(headers, self.refresh())
    }

    /// Who asks; a bearer header wins over cookies, and a malformed one does not fall back to them.
    pub fn credentials(self, headers: &HeaderMap) -> Option<Credentials<'_>> {
        if let Some(value) = headers.get(AUTHORIZATION) {
            return std::str::from_utf8(bearer(value)?).ok().map(Credentials::Bearer);
        }
        cookie(headers, self.access()).map(Credentials::Cookie)
    }

    /// The token of a program, else of a browser, before anybody has looked at what it is.
    pub(crate) fn token(self, headers: &HeaderMap) -> Option<Token<'_>> {
        match headers.get(AUTHORIZATION) {
            Some(value) => bearer(value).map(Token::Bearer),
            None => cookie(headers, self.access()).map(|token| Token::Cookie(token.as_bytes())),
        }
    }
}

/// The first cookie of this name that has a value.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, value)| *found == name && !value.is_empty())
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
