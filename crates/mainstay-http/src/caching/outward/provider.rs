//! The requests that purge, as Varnish, Fastly and Cloudflare take them. Never here: what is purged when, and what follows
//! from a failure.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use mainstay_cache::coherence::Tag;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde::{Deserialize, Serialize};

use super::config::is_address;
use super::{Form, PurgeConfig, SURROGATE_KEY, name};

const FASTLY: &str = "https://api.fastly.com";
const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";

const FASTLY_KEY: HeaderName = HeaderName::from_static("fastly-key");
const XKEY_PURGE: HeaderName = HeaderName::from_static("xkey-purge");

/// Who answers a purge with more has said something else.
const ANSWER_BYTES: usize = 64 << 10;
/// So many keys Fastly takes in one request, and a list of so many Varnish's largest header holds by default.
const KEYS_MOST: usize = 256;
/// So many tags Cloudflare takes.
const CLOUDFLARE_TAGS_MOST: usize = 30;

/// A cache further out that can be told to forget. Whatever was stored before a purge began must not be served after it has
/// succeeded, neither as fresh nor as stale.
pub trait Purge: Send + Sync + 'static {
    /// What it is called in the log and in the figures.
    fn target(&self) -> &str;

    /// Most tags of one purge.
    fn tags_most(&self) -> usize;

    /// Forgets all answers that have one of these tags.
    ///
    /// # Errors
    /// If that is not certain.
    fn purge(&self, tags: &[Tag]) -> impl Future<Output = Result<(), PurgeError>> + Send;

    /// Forgets all answers.
    ///
    /// # Errors
    /// If that is not certain.
    fn purge_all(&self) -> impl Future<Output = Result<(), PurgeError>> + Send;
}

/// A purge may not have been done, and is to be tried again.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// It was answered otherwise than with success.
    #[error("the purge was refused: {0}")]
    Refused(String),
    /// It could not be asked, or its answer not be read.
    #[error("the purge could not be sent")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// There was no answer in time.
    #[error("the purge was not answered within {} ms", .0.as_millis())]
    Late(Duration),
}

/// What of the configuration cannot be used; [`PurgeConfig::faults`] finds the most of it.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// An address is none, or the token or the id has what cannot be sent.
    #[error("{0} cannot be sent to")]
    Address(String),
    /// The certificates of those who may vouch for an address cannot be read.
    #[error("the certificates to trust cannot be read")]
    Authorities(#[source] Box<dyn Error + Send + Sync>),
}

/// One cache further out, by HTTP.
#[derive(Debug)]
pub struct Provider {
    form: Form,
    target: String,
    base: Uri,
    id: String,
    key: Option<HeaderValue>,
    timeout: Duration,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Provider {
    /// Those of this configuration: a Varnish by each address, or the one API.
    ///
    /// # Errors
    /// What cannot be used.
    pub fn all(config: &PurgeConfig) -> Result<Vec<Self>, ProviderError> {
        let default: &[&str] = match config.form {
            Form::None | Form::Varnish => &[],
            Form::Fastly => &[FASTLY],
            Form::Cloudflare => &[CLOUDFLARE],
        };
        let addresses: Vec<&str> = match config.form {
            Form::None => vec![],
            _ if config.addresses.is_empty() => default.to_vec(),
            _ => config.addresses.iter().map(String::as_str).collect(),
        };
        addresses.into_iter().map(|address| Self::new(config, address)).collect()
    }

    fn new(config: &PurgeConfig, address: &str) -> Result<Self, ProviderError> {
        let unusable = || ProviderError::Address(address.to_owned());
        let base: Uri = address.parse().map_err(|_| unusable())?;
        let host = base.authority().filter(|_| is_address(address)).ok_or_else(unusable)?;
        let target = match config.form {
            Form::None | Form::Varnish => host.to_string(),
            Form::Fastly => "fastly".to_owned(),
            Form::Cloudflare => "cloudflare".to_owned(),
        };
        let token = config.token.expose();
        let key = match config.form {
            _ if token.is_empty() => None,
            Form::Fastly => Some(HeaderValue::from_str(token)),
            _ => Some(HeaderValue::from_str(&format!("Bearer {token}"))),
        };
        let mut key = key.transpose().map_err(|_| unusable())?;
        key.iter_mut().for_each(|key| key.set_sensitive(true));
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(config.timeout));
        let https =
            HttpsConnectorBuilder::new().with_tls_config(tls(config, base.scheme_str() == Some("https"))?);
        let connector = https.https_or_http().enable_http1().wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let (form, id, timeout) = (config.form, config.id.clone(), config.timeout);
        Ok(Self { form, target, base, id, key, timeout, client })
    }

    /// A request to this path behind the address.
    fn request(&self, method: &[u8], path: &str) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut parts = self.base.clone().into_parts();
        let path = format!("{}{path}", self.base.path().trim_end_matches('/'));
        parts.path_and_query = Some(PathAndQuery::try_from(path)?);
        let mut request = Request::new(Full::default());
        *request.method_mut() = Method::from_bytes(method)?;
        *request.uri_mut() = Uri::from_parts(parts)?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(key) = &self.key {
            headers.insert(if self.form == Form::Fastly { FASTLY_KEY } else { AUTHORIZATION }, key.clone());
        }
        Ok(request)
    }

    fn purging(&self, tags: &[Tag]) -> Result<Request<Full<Bytes>>, http::Error> {
        let names: Vec<String> = tags.iter().copied().map(name).collect();
        match self.form {
            Form::None | Form::Varnish => {
                let mut request = self.request(b"PURGE", "/")?;
                request.headers_mut().insert(XKEY_PURGE, HeaderValue::try_from(names.join(" "))?);
                Ok(request)
            }
            Form::Fastly => {
                let mut request = self.request(b"POST", &format!("/service/{}/purge", self.id))?;
                request.headers_mut().insert(SURROGATE_KEY, HeaderValue::try_from(names.join(" "))?);
                Ok(request)
            }
            Form::Cloudflare => self.to_zone(&Zone { tags: Some(names), purge_everything: None }),
        }
    }

    fn purging_all(&self) -> Result<Request<Full<Bytes>>, http::Error> {
        match self.form {
            Form::None | Form::Varnish => self.request(b"BAN", "/"),
            Form::Fastly => self.request(b"POST", &format!("/service/{}/purge_all", self.id)),
            Form::Cloudflare => self.to_zone(&Zone { tags: None, purge_everything: Some(true) }),
        }
    }

    fn to_zone(&self, zone: &Zone) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = self.request(b"POST", &format!("/zones/{}/purge_cache", self.id))?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = Full::from(serde_json::to_vec(zone).unwrap_or_default());
        Ok(request)
    }

    async fn send(&self, request: Result<Request<Full<Bytes>>, http::Error>) -> Result<(), PurgeError> {
        let request = request.map_err(|error| PurgeError::Unreachable(error.into()))?;
        tokio::time::timeout(self.timeout, self.ask(request))
            .await
            .map_err(|_| PurgeError::Late(self.timeout))?
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<(), PurgeError> {
        let unreachable = |error: Box<dyn Error + Send + Sync>| PurgeError::Unreachable(error);
        let answer = self.client.request(request).await.map_err(|error| unreachable(error.into()))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await.map_err(unreachable)?;
        if status != StatusCode::OK {
            return Err(PurgeError::Refused(format!("status {status}")));
        }
        let is_done = self.form != Form::Cloudflare
            || serde_json::from_slice(&body.to_bytes()).is_ok_and(|done: ZoneAnswer| done.success);
        if is_done { Ok(()) } else { Err(PurgeError::Refused("it tells of no success".to_owned())) }
    }
}

impl Purge for Provider {
    fn target(&self) -> &str {
        &self.target
    }

    fn tags_most(&self) -> usize {
        if self.form == Form::Cloudflare { CLOUDFLARE_TAGS_MOST } else { KEYS_MOST }
    }

    async fn purge(&self, tags: &[Tag]) -> Result<(), PurgeError> {
        self.send(self.purging(tags)).await
    }

    async fn purge_all(&self) -> Result<(), PurgeError> {
        self.send(self.purging_all()).await
    }
}

/// What Cloudflare is asked.
#[derive(Serialize)]
struct Zone {
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purge_everything: Option<bool>,
}

#[derive(Deserialize)]
struct ZoneAnswer {
    success: bool,
}

/// Whom the system trusts, or the file names; nobody where nothing is encrypted.
fn tls(config: &PurgeConfig, is_needed: bool) -> Result<ClientConfig, ProviderError> {
    let unreadable = |error: Box<dyn Error + Send + Sync>| ProviderError::Authorities(error);
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| unreadable(error.into()))?;
    let builder = match config.authorities.as_str() {
        "" if is_needed => builder.with_native_roots().map_err(|error| unreadable(error.into()))?,
        "" => builder.with_root_certificates(RootCertStore::empty()),
        file => {
            let mut trusted = RootCertStore::empty();
            for certificate in
                CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.into()))?
            {
                let certificate = certificate.map_err(|error| unreadable(error.into()))?;
                trusted.add(certificate).map_err(|error| unreadable(error.into()))?;
            }
            builder.with_root_certificates(trusted)
        }
    };
    Ok(builder.with_no_client_auth())
}
