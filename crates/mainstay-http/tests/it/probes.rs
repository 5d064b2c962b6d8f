//! Probes: what each state of the service answers.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use mainstay_http::health::{Config, Probes, ProbesBuilder, Severity};
use mainstay_runtime::{Lifecycle, Phase};
use tower::ServiceExt;

use crate::world::{effects, within};

async fn ask(probes: &Probes, path: &str) -> (u16, serde_json::Value) {
    let router: Router = probes.routes();
    let answer = router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

/// A dependency that can be switched off, and counts how often it was asked.
#[derive(Clone, Default)]
struct Dependency {
    off: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl Dependency {
    fn check(&self) -> impl Fn() -> Ready<Result<(), String>> + use<> {
        let this = self.clone();
        move || {
            this.asked.fetch_add(1, Ordering::Relaxed);
            ready(if this.off.load(Ordering::Relaxed) { Err("refused".to_owned()) } else { Ok(()) })
        }
    }

    fn switch_off(&self) {
        self.off.store(true, Ordering::Relaxed);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Probes of a service that is ready.
fn builder(config: &Config) -> ProbesBuilder {
    let life = Lifecycle::new();
    life.enter(Phase::Ready);
    Probes::builder(config, effects().clock, life)
}

#[tokio::test]
async fn the_phases_of_a_life() {
    let life = Lifecycle::new();
    let probes = Probes::builder(&Config::default(), effects().clock, life.clone()).build();
    let states = async || {
        let mut seen = Vec::new();
        for path in ["/livez", "/startupz", "/readyz", "/health/live", "/health/ready"] {
            seen.push(ask(&probes, path).await.0);
        }
        seen
    };
    assert_eq!(states().await, [200, 503, 503, 200, 503], "starting");
    life.enter(Phase::Ready);
    assert_eq!(states().await, [200, 200, 200, 200, 200], "ready");
    life.enter(Phase::Draining);
    assert_eq!(states().await, [200, 200, 503, 200, 503], "draining");
    assert_eq!(ask(&probes, "/readyz").await.1["reasons"][0], "draining");
}

#[tokio::test]
async fn severity_decides_between_degraded_and_unhealthy() {
    let (database, redis) = (Dependency::default(), Dependency::default());
    let probes = builder(&Config { cache: Duration::ZERO, ..Config::default() })
        .check("database", Severity::Critical, database.check())
        .check("redis", Severity::Degrading, redis.check())
        .build();
    let (status, body) = ask(&probes, "/health").await;
    assert_eq!((status, body["status"].as_str()), (200, Some("healthy")));
    redis.switch_off();
    let (status, body) = ask(&probes, "/health").await;
    assert_eq!((status, body["status"].as_str()), (200, Some("degraded")));
    assert_eq!(ask(&probes, "/readyz").await.0, 200, "degraded is still ready");
    database.switch_off();
    let (status, mut body) = ask(&probes, "/health").await;
    assert_eq!(status, 503);
    for component in ["database", "redis"] {
        body["components"][component]["latency_ms"] = 0.into();
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap(), @r#"
    {
      "components": {
        "database": {
          "detail": "refused",
          "latency_ms": 0,
          "status": "unhealthy"
        },
        "redis": {
          "detail": "refused",
          "latency_ms": 0,
          "status": "degraded"
        }
      },
      "status": "unhealthy",
      "timestamp": "2027-01-15T08:00:00Z",
      "uptime": 0
    }
    "#);
    let (status, body) = ask(&probes, "/health/ready").await;
    assert_eq!((status, body["reasons"][0].as_str()), (503, Some("database")));
    assert_eq!(ask(&probes, "/livez").await.0, 200, "a dead database is no reason to restart us");
}

#[tokio::test]
async fn a_check_that_hangs_fails_beside_the_others() {
    let quick = Dependency::default();
    let config = Config { timeout: Duration::from_millis(50), ..Config::default() };
    let mut probes = builder(&config).check("quick", Severity::Critical, quick.check());
    for hanging in 0..100 {
        let never = std::future::pending::<Result<(), Infallible>>;
        probes = probes.check(format!("slow {hanging}"), Severity::Critical, never);
    }
    let begin = Instant::now();
    let health = within(probes.build().health()).await;
    assert!(begin.elapsed() < Duration::from_secs(3), "one after the other they take 5 s");
    assert_eq!(health.components["slow 99"].detail.as_deref(), Some("no answer within 50ms"));
    assert_eq!(health.components["quick"].detail, None);
    assert_eq!(quick.asked(), 1);
}

#[tokio::test]
async fn a_crowd_of_probes_costs_one_round() {
    let ask = async |cache: Duration| {
        let one = Dependency::default();
        let config = Config { cache, ..Config::default() };
        let probes = builder(&config).check("one", Severity::Critical, one.check()).build();
        futures_util::future::join_all((0..100).map(|_| probes.health())).await;
        one.asked()
    };
    assert_eq!(ask(Duration::from_secs(3600)).await, 1);
    assert_eq!(ask(Duration::ZERO).await, 100, "an answer that may not be old is made anew");
}
