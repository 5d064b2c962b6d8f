//! Probes: named checks behind `/livez`, `/readyz`, `/startupz` and `/health`.
//! Never here: what a check looks at; the parts of a service bring theirs.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use http::header::{CACHE_CONTROL, HeaderValue};
use http::{StatusCode, header};
use jiff::Timestamp;
use mainstay_config::Faults;
use mainstay_runtime::{Clock, Lifecycle, Phase};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::extract::Json;

/// Time-out and cache of the checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A check that takes longer has failed.
    #[serde(with = "mainstay_config::duration")]
    pub timeout: Duration,
    /// Answers are at most this old: probes, however many, cost one round of checks per this time.
    #[serde(with = "mainstay_config::duration")]
    pub cache: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(2), cache: Duration::from_secs(1) }
    }
}

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.time("timeout", self.timeout, Duration::from_millis(10)..=Duration::from_secs(60));
        faults.time("cache", self.cache, Duration::ZERO..=Duration::from_secs(3600));
        faults
    }
}

/// What a failing check means for the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing works without it: `unhealthy`, not ready, 503.
    Critical,
    /// Something is slower or missing: `degraded`, still ready.
    Degrading,
}

/// The state of the service or of one component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything works.
    Healthy,
    /// Something that is not critical failed.
    Degraded,
    /// Something critical failed.
    Unhealthy,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Component {
    /// Its state.
    pub status: Status,
    /// How long the check took, in milliseconds.
    pub latency_ms: u64,
    /// Why it failed, in words that hold no secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The answer of `/health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// The worst of what the components say.
    pub status: Status,
    /// When the checks ran.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// Every check by name.
    pub components: BTreeMap<String, Component>,
    /// Seconds since the start.
    pub uptime: u64,
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    /// The critical checks that failed, or the phase that forbids.
    reasons: Vec<String>,
    timestamp: Timestamp,
}

#[derive(Serialize)]
struct Live {
    alive: bool,
    timestamp: Timestamp,
}

type CheckFn = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

struct Check {
    name: String,
    severity: Severity,
    run: CheckFn,
}

/// Collects checks, then answers probes; clones share one state.
#[derive(Clone)]
pub struct Probes(Arc<Inner>);

struct Inner {
    checks: Vec<Check>,
    config: Config,
    clock: Clock,
    started: Instant,
    lifecycle: Lifecycle,
    /// Held while checks run, so that concurrent probes share one round.
    last: Mutex<Option<(Instant, Health)>>,
}

/// Names checks one by one; [`ProbesBuilder::build`] ends it.
pub struct ProbesBuilder {
    checks: Vec<Check>,
    config: Config,
    clock: Clock,
    lifecycle: Lifecycle,
}

impl ProbesBuilder {
    /// Adds a check. It runs at most once per cache time, beside the others, under the time-out; its error
    /// is shown to whoever may read `/health`, so it must hold no secrets.
    #[must_use]
    pub fn check<F, Fut, E>(mut self, name: impl Into<String>, severity: Severity, check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        let run: CheckFn =
            Box::new(move || check().map(|result| result.map_err(|error| error.to_string())).boxed());
        self.checks.push(Check { name: name.into(), severity, run });
        self
    }

    /// The probes.
    pub fn build(self) -> Probes {
        Probes(Arc::new(Inner {
            checks: self.checks,
            config: self.config,
            clock: self.clock,
            started: Instant::now(),
            lifecycle: self.lifecycle,
            last: Mutex::new(None),
        }))
    }
}

impl Probes {
    /// Starts to name checks. The service is ready only in [`Phase::Ready`] of `lifecycle`, so that load
    /// balancers look elsewhere while it starts or drains.
    pub fn builder(config: &Config, clock: Clock, lifecycle: Lifecycle) -> ProbesBuilder {
        ProbesBuilder { checks: Vec::new(), config: config.clone(), clock, lifecycle }
    }

    /// The state by checks at most `cache` old.
    pub async fn health(&self) -> Health {
        let mut last = self.0.last.lock().await;
        if let Some((at, health)) = &*last
            && at.elapsed() < self.0.config.cache
        {
            return health.clone();
        }
        let health = self.look().await;
        *last = Some((Instant::now(), health.clone()));
        health
    }

    async fn look(&self) -> Health {
        let inner = &self.0;
        let rounds = inner.checks.iter().map(|check| async {
            let begin = Instant::now();
            let found = match tokio::time::timeout(inner.config.timeout, (check.run)()).await {
                Ok(Ok(())) => None,
                Ok(Err(detail)) => Some(detail),
                Err(_) => Some(format!("no answer within {:?}", inner.config.timeout)),
            };
            let latency = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
            (check.name.clone(), component(check.severity, latency, found))
        });
        let components: BTreeMap<String, Component> = join_all(rounds).await.into_iter().collect();
        let status = components.values().map(|one| one.status).max().unwrap_or(Status::Healthy);
        Health { status, timestamp: inner.clock.now(), components, uptime: inner.started.elapsed().as_secs() }
    }

    /// The routes `/livez`, `/readyz`, `/startupz`, `/health`, `/health/live` and `/health/ready`.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let live = || {
            let probes = self.clone();
            get(move || async move { probes.live() })
        };
        let ready = || {
            let probes = self.clone();
            get(move || async move { probes.ready().await })
        };
        let (started, health) = (self.clone(), self.clone());
        Router::new()
            .route("/livez", live())
            .route("/health/live", live())
            .route("/readyz", ready())
            .route("/health/ready", ready())
            .route("/startupz", get(move || async move { started.startup() }))
            .route("/health", get(move || async move { health.answer().await }))
    }

    /// Alive means that this code runs; a dead dependency is no reason to be restarted.
    fn live(&self) -> Response {
        uncached(StatusCode::OK, Live { alive: true, timestamp: self.0.clock.now() })
    }

    async fn ready(&self) -> Response {
        let reasons: Vec<String> = match self.0.lifecycle.phase() {
            Phase::Starting => vec!["starting".to_owned()],
            Phase::Draining | Phase::Stopped => vec!["draining".to_owned()],
            Phase::Ready => self
                .health()
                .await
                .components
                .into_iter()
                .filter(|(_, component)| component.status == Status::Unhealthy)
                .map(|(name, _)| name)
                .collect(),
        };
        let ready = reasons.is_empty();
        let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        uncached(status, Ready { ready, reasons, timestamp: self.0.clock.now() })
    }

    fn startup(&self) -> Response {
        let status = match self.0.lifecycle.phase() {
            Phase::Starting => StatusCode::SERVICE_UNAVAILABLE,
            Phase::Ready | Phase::Draining | Phase::Stopped => StatusCode::OK,
        };
        uncached(status, Live { alive: true, timestamp: self.0.clock.now() })
    }

    async fn answer(&self) -> Response {
        let health = self.health().await;
        let status = match health.status {
            Status::Healthy | Status::Degraded => StatusCode::OK,
            Status::Unhealthy => StatusCode::SERVICE_UNAVAILABLE,
        };
        uncached(status, health)
    }
}

fn component(severity: Severity, latency_ms: u64, failure: Option<String>) -> Component {
    let status = match (&failure, severity) {
        (None, _) => Status::Healthy,
        (Some(_), Severity::Degrading) => Status::Degraded,
        (Some(_), Severity::Critical) => Status::Unhealthy,
    };
    Component { status, latency_ms, detail: failure }
}

fn uncached(status: StatusCode, answer: impl Serialize) -> Response {
    let no_store: (header::HeaderName, HeaderValue) = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (status, [no_store], Json(answer)).into_response()
}
