//! Whether a request that came with cookies came from our own pages. Pure: headers in, verdict out.
//! Never here: sign-in itself.

use http::header::{HOST, HeaderName, ORIGIN};
use http::{HeaderMap, Method};
use subtle::ConstantTimeEq;

use super::cookies::{Cookies, Credentials, cookie};
use crate::problem::Problem;

/// The header in which our pages repeat the CSRF cookie.
pub const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The rule: which origins are ours, and how the cookies are called.
#[derive(Debug, Clone)]
pub struct Guard {
    cookies: Cookies,
    /// Lower case, without a path: `https://app.example.org`.
    trusted: Vec<String>,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// `Sec-Fetch-Site` or `Origin` names a foreign page.
    #[error("The request was caused by a page of another site.")]
    ForeignPage,
    /// `X-CSRF-Token` is absent or not the cookie's value.
    #[error("Repeat the CSRF cookie's value in `X-CSRF-Token`.")]
    TokenMismatch,
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self::forbidden("csrf_refused", refused.to_string())
    }
}

impl Guard {
    /// Trusts the public URL, the allowed origins of `config`, and the host that the request names.
    pub fn new(config: &crate::Config) -> Self {
        let trusted = std::iter::once(&config.public_url)
            .chain(&config.browser.allowed_origins)
            .filter_map(|url| origin_of(url))
            .collect();
        Self { cookies: Cookies::new(config.is_secure()), trusted }
    }

    /// For every authenticated request: bearer headers and safe methods pass; the rest must come from our
    /// pages and repeat the CSRF cookie.
    pub fn check(
        &self,
        method: &Method,
        headers: &HeaderMap,
        credentials: Credentials<'_>,
    ) -> Result<(), Refused> {
        if matches!(credentials, Credentials::Bearer(_)) || method.is_safe() {
            return Ok(());
        }
        self.check_page(headers)?;
        self.check_token(headers)
    }

    /// For requests that set cookies before there are any (sign-in, registration): only the page is checked.
    /// Programs, which send neither header, pass.
    pub fn check_page(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let origin = text(headers, &ORIGIN);
        match (text(headers, &SEC_FETCH_SITE), origin) {
            // Browsers set this one themselves; pages cannot.
            (Some("same-origin" | "none"), _) => Ok(()),
            (_, Some(origin)) if self.is_ours(origin, headers) => Ok(()),
            (None, None) => Ok(()),
            _ => Err(Refused::ForeignPage),
        }
    }

    /// For refresh by cookie: the double submit without an access token.
    pub fn check_token(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let expected = cookie(headers, self.cookies.csrf()).ok_or(Refused::TokenMismatch)?;
        let given = text(headers, &HEADER).ok_or(Refused::TokenMismatch)?;
        if bool::from(expected.as_bytes().ct_eq(given.as_bytes())) {
            Ok(())
        } else {
            Err(Refused::TokenMismatch)
        }
    }

    fn is_ours(&self, origin: &str, headers: &HeaderMap) -> bool {
        let Some(origin) = origin_of(origin) else { return false };
        let host = origin.split_once("://").map(|(_, host)| host);
        let same_host = text(headers, &HOST)
            .is_some_and(|named| host.is_some_and(|host| host.eq_ignore_ascii_case(named)));
        same_host || self.trusted.contains(&origin)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Scheme, host and port of a URL in lower case; `None` for `null`, blanks and relative addresses.
fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let host = rest.split('/').next().filter(|host| !host.is_empty())?;
    Some(format!("{scheme}://{host}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
