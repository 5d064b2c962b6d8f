//! Tasks as probes and metrics show them.

use std::time::Duration;

use axum::Router;
use mainstay::{Platform, PlatformConfig};
use mainstay_runtime::{Effects, Supervisor};
use mainstay_testing::TestDb;
use serde_json::Value;

use crate::world::World;

#[tokio::test]
async fn a_broken_or_silent_task_degrades_the_service_and_never_ends_it() {
    let db = TestDb::empty().await.unwrap();
    let mut config = PlatformConfig::default();
    config.database.url = db.target().url();
    config.http.health.cache = Duration::ZERO;
    // Its task would be silent, too.
    config.cache.enabled = false;
    let mut platform = Platform::start(&config, &[]).await.unwrap();
    let effects = Effects::fixed(jiff::Timestamp::UNIX_EPOCH, 1);
    platform.supervisor = Supervisor::new(&effects);
    let mut starts = 0;
    platform.supervisor.spawn_resident("importer", Duration::from_secs(600), move |stop| {
        starts += 1;
        let is_first = starts == 1;
        async move {
            assert!(!is_first, "on purpose");
            stop.stopped().await;
        }
    });
    let world = World::serve(platform, Router::new()).await;
    let tasks = async || -> Value {
        let (status, text) = world.get("/health").await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()["components"]["tasks"].clone()
    };
    let until = async |status: &str| {
        mainstay_testing::until(status, async || tasks().await["status"] == status).await;
        tasks().await["detail"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(until("degraded").await, "importer ended and waits to be started again, for the 1. time");
    assert_eq!(world.get("/livez").await.0, 200);
    assert_eq!(world.get("/readyz").await.0, 200);
    assert!(world.get("/metrics").await.1.contains(r#"tasks{task="importer",state="resting"} 1"#));
    effects.clock.advance(Duration::from_secs(1));
    until("healthy").await;
    effects.clock.advance(Duration::from_secs(600));
    assert_eq!(until("degraded").await, "importer has given no sign of life for 600 s");
    assert_eq!(world.get("/readyz").await.0, 200);
    let metrics = world.get("/metrics").await.1;
    for line in [
        r#"tasks{task="importer",state="silent"} 1"#,
        r#"tasks{task="importer",state="resting"} 0"#,
        r#"task_heartbeat_age_seconds{task="importer"} 600"#,
        r#"task_restarts_total{task="importer"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(world.close().await.is_clean());
}
