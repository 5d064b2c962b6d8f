//! Which caches further out are purged, how, and the limits of it. Never here: how long they may keep what (`Outward`).

use std::time::Duration;

use http::Uri;
use mainstay_config::{Faults, Secret};
use serde::{Deserialize, Serialize};

/// How a cache further out is asked to forget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// There is none, or another process does it.
    #[default]
    None,
    /// `PURGE` with the tags in `xkey-purge`, and `BAN` for everything; the VCL for that is in `docs/cache.md`.
    Varnish,
    /// Fastly's `POST /service/{id}/purge`.
    Fastly,
    /// Cloudflare's `POST /zones/{id}/purge_cache`.
    Cloudflare,
}

/// The caches further out that this process purges. All processes of a service may, and nothing is lost if some do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PurgeConfig {
    /// How they are asked: `none`, `varnish`, `fastly` or `cloudflare`.
    pub form: Form,
    /// Where: `http://10.0.0.7:6081` for each Varnish. For the others empty, unless their API is reached otherwise.
    pub addresses: Vec<String>,
    /// The service of Fastly, the zone of Cloudflare.
    pub id: String,
    /// What they know us by. A Varnish gets it as `Authorization: Bearer`, if there is one.
    pub token: Secret,
    /// A file with the certificates (PEM) of who may vouch for an address with `https`; empty: whom the system trusts.
    pub authorities: String,
    /// Longest wait for the answer to one purge.
    #[serde(with = "mainstay_config::duration")]
    pub timeout: Duration,
    /// The longest time that they wait for an answer of ours, from the question to its head: no answer that was made before
    /// is stored later. So long after the cache's bound everything is purged for the second time.
    #[serde(with = "mainstay_config::duration")]
    pub response_time: Duration,
    /// Most tags that wait to be purged; more are purged as everything.
    pub waiting_most: usize,
    /// Least time between two purges of everything.
    #[serde(with = "mainstay_config::duration")]
    pub everything_pause: Duration,
    /// Pause after the first purge that failed, doubled with each further one.
    #[serde(with = "mainstay_config::duration")]
    pub retry_pause: Duration,
    /// Longest such pause.
    #[serde(with = "mainstay_config::duration")]
    pub retry_pause_most: Duration,
}

impl Default for PurgeConfig {
    fn default() -> Self {
        Self {
            form: Form::None,
            addresses: Vec::new(),
            id: String::new(),
            token: Secret::default(),
            authorities: String::new(),
            timeout: Duration::from_secs(5),
            response_time: Duration::from_secs(60),
            waiting_most: 10_000,
            everything_pause: Duration::from_secs(1),
            retry_pause: Duration::from_millis(500),
            retry_pause_most: Duration::from_secs(30),
        }
    }
}

impl PurgeConfig {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        const MS: Duration = Duration::from_millis(1);
        const HOUR: Duration = Duration::from_secs(3_600);
        let mut faults = Faults::default();
        if self.form == Form::Varnish && self.addresses.is_empty() {
            faults.across(
                "addresses",
                &["form"],
                "is empty; write one for each Varnish, as http://10.0.0.7:6081",
            );
        }
        for address in self.addresses.iter().filter(|address| !is_address(address)) {
            faults.add(
                "addresses",
                format_args!("has {address:?}; write http:// or https:// and the host, without a query"),
            );
        }
        if matches!(self.form, Form::Fastly | Form::Cloudflare) {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            if self.id.is_empty() || !self.id.bytes().all(is_name) {
                faults.across("id", &["form"], "is none; write that of the service, or of the zone");
            }
            if self.token.is_empty() {
                faults.across("token", &["form"], "is empty; they do nothing for whom they do not know");
            }
        }
        if !self.token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
            faults.add("token", "has characters that no token has");
        }
        faults.time("timeout", self.timeout, 10 * MS..=60_000 * MS);
        faults.time("response_time", self.response_time, MS..=HOUR);
        faults.number("waiting_most", self.waiting_most, 1..=1_000_000);
        faults.time("everything_pause", self.everything_pause, Duration::ZERO..=HOUR);
        faults.time("retry_pause", self.retry_pause, MS..=60_000 * MS);
        faults.time("retry_pause_most", self.retry_pause_most, self.retry_pause..=HOUR);
        faults
    }
}

/// Whether requests can go there. A path stays in front of theirs.
pub(super) fn is_address(address: &str) -> bool {
    address.parse().is_ok_and(|uri: Uri| {
        let is_spoken = matches!(uri.scheme_str(), Some("http" | "https"));
        is_spoken
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
            && !address.contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(change: impl FnOnce(&mut PurgeConfig)) -> Vec<String> {
        let mut config = PurgeConfig::default();
        change(&mut config);
        config.faults().messages().collect()
    }

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        assert_eq!(told(|_| {}), Vec::<String>::new());
        let varnish = |addresses: &[&str]| {
            let addresses = addresses.iter().map(|&address| address.to_owned()).collect();
            told(|config| (config.form, config.addresses) = (Form::Varnish, addresses))
        };
        assert_eq!(varnish(&["http://10.0.0.7:6081", "https://cache.example.org/in"]), Vec::<String>::new());
        assert!(varnish(&[])[0].starts_with("addresses is empty"));
        for wrong in ["10.0.0.7:6081", "redis://host", "http://host/?a", "http://me@host", "http://"] {
            assert!(varnish(&[wrong])[0].starts_with("addresses has"), "{wrong}");
        }
        let fastly = |id: &str, token: &str| {
            let (id, token) = (id.to_owned(), Secret::new(token));
            told(|config| *config = PurgeConfig { form: Form::Fastly, id, token, ..PurgeConfig::default() })
        };
        assert_eq!(fastly("SU1Z0isxPaozGVKXdv0eY", "key"), Vec::<String>::new());
        assert!(fastly("a/b", "key")[0].starts_with("id is none"));
        assert!(fastly("a", "")[0].starts_with("token is empty"));
        let split = fastly("a", "hunter2\nX: y");
        assert!(split[0].starts_with("token has") && !split[0].contains("hunter2"), "{split:?}");
        let hasty = told(|config| config.retry_pause_most = Duration::from_millis(1));
        assert!(hasty[0].starts_with("retry_pause_most is 1ms"), "{hasty:?}");
    }
}
