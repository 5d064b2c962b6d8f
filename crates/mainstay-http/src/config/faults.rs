//! Which values cannot be, and what to write instead. Pure. Never here: the values themselves (`config`).

use std::time::Duration;

use http::Uri;
use mainstay_config::Faults;

use super::{Browser, Config, Connections, Requests};
use crate::layers;
use crate::pages::PageLimits;

/// Shortest time-out: less cuts honest clients off.
const SHORT: Duration = Duration::from_millis(100);
/// Longest time-out.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Longest life of anything that is kept.
const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// Most of anything that is counted while it is open, in work or waiting.
const MOST: usize = 1_000_000;

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if !self.public_url.is_empty() && !is_public_url(&self.public_url) {
            let form =
                "write https:// or http:// and the host, such as https://app.example.org, without a path";
            faults.add("public_url", format_args!("is {:?}; {form}", self.public_url));
        }
        faults.section("connections", self.connections.faults());
        faults.section("requests", self.requests.faults());
        faults.section("browser", self.browser.faults());
        if let Err(error) = layers::answer_headers(self) {
            faults.add(error.key, format_args!("is {}", error.reason));
        }
        faults.section("pages", pages(self.pages));
        faults.section("passwords", self.passwords.faults());
        faults.section("tokens", self.tokens.faults());
        faults.section("health", self.health.faults());
        faults
    }
}

impl Connections {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("max", self.max, 1..=MOST);
        faults.time("header_timeout", self.header_timeout, SHORT..=DAY);
        faults.time("idle_timeout", self.idle_timeout, SHORT..=DAY);
        faults.time("body_idle_timeout", self.body_idle_timeout, SHORT..=DAY);
        faults.time("write_timeout", self.write_timeout, SHORT..=DAY);
        // hyper takes no less.
        faults.size("max_header_bytes", self.max_header_bytes, 8 << 10..=16 << 20);
        // A browser alone sends some twenty.
        faults.number("max_headers", self.max_headers, 32..=10_000);
        faults.number("max_streams", self.max_streams, 1..=10_000);
        faults.time("drain_timeout", self.drain_timeout, Duration::ZERO..=DAY);
        faults
    }
}

impl Requests {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.time("timeout", self.timeout, SHORT..=DAY);
        faults.number("max_concurrent", self.max_concurrent, 1..=MOST);
        faults.size("body_limit", self.body_limit, 1 << 10..=1 << 40);
        faults.size("body_ceiling", self.body_ceiling, 1 << 10..=1 << 40);
        if u64::try_from(self.body_limit).is_ok_and(|limit| limit > self.body_ceiling) {
            let what = "is more than body_ceiling lets through; raise the ceiling, or lower the other";
            faults.across("body_limit", &["body_ceiling"], what);
        }
        faults.number("max_statements", self.max_statements, 1..=1_000_000);
        faults.number("repeated_statements", self.repeated_statements, 2..=1_000_000);
        faults
    }
}

impl Browser {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        for origin in self.allowed_origins.iter().filter(|origin| !is_origin(origin)) {
            let form = "name each origin as browsers send it, such as https://app.example.org: lower case, no path, \
                no usual port, no `*`";
            faults.add("allowed_origins", format_args!("holds {origin:?}; {form}"));
        }
        faults.time("hsts_max_age", self.hsts_max_age, Duration::ZERO..=TEN_YEARS);
        faults
    }
}

fn pages(limits: PageLimits) -> Faults {
    let mut faults = Faults::default();
    faults.number("max", limits.max, 1..=10_000);
    if limits.default == 0 || limits.default > limits.max {
        let what = format_args!("is {}; write 1 to pages.max, which is {}", limits.default, limits.max);
        faults.across("default", &["max"], what);
    }
    if limits.max_offset < limits.max {
        let what =
            format_args!("is {}; write pages.max, which is {}, or more", limits.max_offset, limits.max);
        faults.across("max_offset", &["max"], what);
    }
    faults
}

/// Scheme, host and port, and at most one slash.
fn is_public_url(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let is_web = uri.scheme_str().is_some_and(|scheme| scheme == "http" || scheme == "https");
    is_web && uri.path() == "/" && uri.query().is_none() && !url.contains('#') && has_plain_host(&uri)
}

/// What a browser may send as `Origin`, but for `null`.
fn is_origin(origin: &str) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    let usual = match uri.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        Some(_) => None,
        None => return false,
    };
    let is_written_short = !origin.ends_with('/')
        && !origin.contains(['#', '*'])
        && (uri.port().is_none() || uri.port_u16() != usual);
    let is_bare = uri.path() == "/" || uri.path().is_empty();
    let is_lower = !origin.bytes().any(|byte| byte.is_ascii_uppercase());
    is_written_short && is_bare && uri.query().is_none() && is_lower && has_plain_host(&uri)
}

fn has_plain_host(uri: &Uri) -> bool {
    uri.authority().is_some_and(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'))
}

#[cfg(test)]
mod tests;
