//! Every limit and switch of this crate with its default. Never here: reading files or the environment.
//!
//! Times are written as `30s`, `500ms`, `15m` in configuration files.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::auth::{passwords, tokens};
use crate::health;
use crate::pages::PageLimits;

mod faults;

/// The HTTP part of a service's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The address that browsers use, such as `https://app.example.org`. With `https` the service
    /// sends HSTS and marks cookies `Secure`; without it neither. Empty: plain HTTP at any address.
    pub public_url: String,
    /// Sockets: how many, how long, how large.
    pub connections: Connections,
    /// Requests: time, size, concurrency, compression.
    pub requests: Requests,
    /// What browsers are told to refuse, and which foreign pages may call.
    pub browser: Browser,
    /// Page sizes of lists.
    pub pages: PageLimits,
    /// Cost and queue of password hashing.
    pub passwords: passwords::Config,
    /// Life of access and refresh tokens.
    pub tokens: tokens::Config,
    /// Time-out and cache of the probes.
    pub health: health::Config,
}

impl Config {
    /// Whether browsers reach the service by `https`.
    pub fn is_secure(&self) -> bool {
        self.public_url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
    }
}

/// Limits of the accept loop and of each connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Connections {
    /// Open connections; further clients wait in the kernel's queue until one closes.
    pub max: usize,
    /// From accept, or from the previous answer, to the end of the next request's head (HTTP/1.1),
    /// and to the protocol's choice on a new connection. Slower clients are cut off.
    #[serde(with = "mainstay_config::duration")]
    pub header_timeout: Duration,
    /// A connection without any request for this long is closed.
    #[serde(with = "mainstay_config::duration")]
    pub idle_timeout: Duration,
    /// The longest pause inside a request body.
    #[serde(with = "mainstay_config::duration")]
    pub body_idle_timeout: Duration,
    /// The longest time that a client may take none of the bytes we want to send.
    #[serde(with = "mainstay_config::duration")]
    pub write_timeout: Duration,
    /// Largest request head in bytes (HTTP/1.1: at least 8192; HTTP/2: the header list).
    #[serde(with = "mainstay_config::byte_size")]
    pub max_header_bytes: u32,
    /// Most header lines of an HTTP/1.1 request.
    pub max_headers: usize,
    /// Requests at once on one HTTP/2 connection.
    pub max_streams: u32,
    /// How long a stop waits for running requests before it cuts them off.
    #[serde(with = "mainstay_config::duration")]
    pub drain_timeout: Duration,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            max: 4096,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            body_idle_timeout: Duration::from_secs(15),
            write_timeout: Duration::from_secs(30),
            max_header_bytes: 32 * 1024,
            max_headers: 100,
            max_streams: 128,
            drain_timeout: Duration::from_secs(25),
        }
    }
}

/// Limits of each request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Requests {
    /// From the first byte of the request to the head of the answer; a route may allow more with
    /// [`crate::layers::allow_time`].
    #[serde(with = "mainstay_config::duration")]
    pub timeout: Duration,
    /// Requests in work at once; more are refused with 503, probes and metrics excepted.
    pub max_concurrent: usize,
    /// Largest body, in bytes, that extractors read; a route may allow more with axum's `DefaultBodyLimit`.
    #[serde(with = "mainstay_config::byte_size")]
    pub body_limit: usize,
    /// Largest body, in bytes, of any request, whatever its route allows.
    #[serde(with = "mainstay_config::byte_size")]
    pub body_ceiling: u64,
    /// Statements that one request may run; the next one fails it with its name in the log.
    pub max_statements: u64,
    /// As many runs of one statement with different parameters count as a loop over single rows.
    pub repeated_statements: u64,
    /// Whether such a loop panics: for tests. Otherwise a metric names the route and the statement.
    pub panic_on_repeated: bool,
    /// Answers of at least this many bytes are compressed when the client accepts it.
    #[serde(with = "mainstay_config::byte_size")]
    pub compress_above: u16,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            max_concurrent: 1024,
            body_limit: 1024 * 1024,
            body_ceiling: 2 * 1024 * 1024 * 1024,
            max_statements: 200,
            repeated_statements: 5,
            panic_on_repeated: false,
            compress_above: 1024,
        }
    }
}

/// What answers tell browsers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Browser {
    /// Origins (`https://app.example.org`) whose pages may call with credentials. Our own needs no entry.
    pub allowed_origins: Vec<String>,
    /// `Content-Security-Policy` of every answer that brings none of its own.
    pub content_security_policy: String,
    /// `Permissions-Policy` of every answer.
    pub permissions_policy: String,
    /// `max-age` of HSTS, sent only when `public_url` is `https`.
    #[serde(with = "mainstay_config::duration")]
    pub hsts_max_age: Duration,
}

impl Default for Browser {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            content_security_policy: "default-src 'self'; img-src 'self' data: blob:; \
                style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; \
                form-action 'self'; frame-ancestors 'none'"
                .to_owned(),
            permissions_policy: "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)".to_owned(),
            hsts_max_age: Duration::from_secs(365 * 24 * 3600),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_survive_a_round_trip() {
        let config = Config::default();
        let text = serde_json::to_string(&config).unwrap();
        assert!(text.contains(r#""header_timeout":"10s""#), "{text}");
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), config);
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = serde_json::from_str::<Config>(r#"{"requests":{"timeuot":"1s"}}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `timeuot`"), "{error}");
    }

    #[test]
    fn only_https_is_secure() {
        let at = |url: &str| Config { public_url: url.to_owned(), ..Config::default() };
        assert!(at("HTTPS://example.org").is_secure());
        assert!(!at("http://example.org").is_secure());
        assert!(!at("").is_secure());
    }
}
