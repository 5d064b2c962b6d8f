//! A private PostgreSQL that dies under the running process.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use mainstay::{Platform, PlatformConfig, ServeError};
use mainstay_db::Db;
use mainstay_db::embedded::{self, Durability};
use mainstay_testing::OwnCluster;
use rustix::process::{Pid, Signal, kill_process};

use crate::world::{PATIENCE, World};

/// A served platform on a private server in `folder`, and its pools.
async fn world(folder: &Path) -> (World, Db) {
    // As root the server runs as another account, which must pass through.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o711)).unwrap();
    let embedded = embedded::Config { durability: Durability::Durable, ..OwnCluster::config(folder) };
    let mut config = PlatformConfig { embedded, ..PlatformConfig::default() };
    config.http.health.cache = Duration::ZERO;
    let platform = Platform::start(&config, &[]).await.unwrap();
    let db = platform.db.clone();
    (World::serve(platform, Router::new()).await, db)
}

/// The server's process.
fn server(folder: &Path) -> Option<Pid> {
    let text = fs::read_to_string(folder.join("postgres/pg/postmaster.pid")).ok()?;
    Pid::from_raw(text.lines().next()?.trim().parse().ok()?)
}

/// Returns when another process than `former` is the server.
async fn until_another(folder: &Path, former: Pid) {
    mainstay_testing::until("another process is the server", async || {
        server(folder).is_some_and(|now| now != former)
    })
    .await;
}

#[tokio::test]
async fn a_private_server_that_is_killed_is_started_again_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (world, db) = world(folder.path()).await;
    world.until("/readyz", 200).await;
    let tx = db.write().await.unwrap();
    tx.batch_execute("create table kept (value integer); insert into kept values (7)").await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..2 {
        let killed = server(folder.path()).unwrap();
        kill_process(killed, Signal::KILL).unwrap();
        tokio::time::timeout(PATIENCE, until_another(folder.path(), killed)).await.unwrap();
        world.until("/readyz", 200).await;
        let read = db.read();
        let row = read.query_one("select value from kept", &[]).await.unwrap();
        assert_eq!(row.get::<_, i32>("value"), 7);
    }
    assert!(world.close().await.is_clean());
    assert_eq!(server(folder.path()), None, "the server that was started again is stopped with the process");
}

#[tokio::test]
async fn a_private_server_that_cannot_come_back_ends_the_process_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (world, _) = world(folder.path()).await;
    let killed = server(folder.path()).unwrap();
    fs::rename(folder.path().join("postgres/pg/global"), folder.path().join("away")).unwrap();
    kill_process(killed, Signal::KILL).unwrap();
    world.until("/readyz", 503).await;
    let error = world.ended().await.unwrap_err();
    assert!(matches!(error, ServeError::ServerLost(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("died 5 times within 10 minutes") && text.contains("postgres.log"), "{text}");
}
