//! The one server that all test processes share: found, or started by the first who needs it, and stopped by a
//! watcher when nobody has used it for a while. Never here: databases.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use mainstay_db::embedded::{Cluster, Config, Durability, Lifetime};
use mainstay_db::{Session, Target};
use tokio::sync::OnceCell;

use crate::cleaning;
use crate::place::Place;
use crate::test_db::CONNECT_TIMEOUT;

/// How long after the last test process the server is stopped.
const IDLE_S: u32 = 10;

const WATCHER: &str = include_str!("watcher.sh");

/// What this process holds while it lives.
#[derive(Debug)]
struct Shared {
    admin: Target,
    _lease: Option<File>,
}

/// The administrative database of the shared server.
pub(crate) async fn shared() -> Result<Target> {
    static SHARED: OnceCell<Shared> = OnceCell::const_new();
    Ok(SHARED.get_or_try_init(open).await?.admin.clone())
}

async fn open() -> Result<Shared> {
    if let Some(url) = given_server() {
        let admin = Target::parse(&url).context("TEST_DATABASE_URL")?;
        let session =
            Session::connect(&admin, "test admin", CONNECT_TIMEOUT).await.context("TEST_DATABASE_URL")?;
        cleaning::try_statistics(&session).await;
        return Ok(Shared { admin, _lease: None });
    }
    let (place, lease, gate) = tokio::task::spawn_blocking(|| {
        let place = Place::find()?;
        let lease = place.lease()?;
        let gate = place.gate()?;
        anyhow::Ok((place, lease, gate))
    })
    .await??;
    let admin = match running(&place).await {
        Some(admin) => admin,
        None => start(&place).await?,
    };
    drop(gate);
    Ok(Shared { admin, _lease: Some(lease) })
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration; this is the one variable they read"
)]
fn given_server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.trim().is_empty())
}

async fn running(place: &Place) -> Option<Target> {
    let admin = Target::parse(&place.read_server()?).ok()?;
    let session = Session::connect(&admin, "test admin", CONNECT_TIMEOUT).await.ok()?;
    session.simple_query("select 1").await.ok()?;
    Some(admin)
}

async fn start(place: &Place) -> Result<Target> {
    let settings = [
        ("autovacuum", "off"),
        ("checkpoint_timeout", "1h"),
        ("max_wal_size", "256MB"),
        ("pg_stat_statements.max", "20000"),
    ];
    let config = Config {
        data_dir: place.path().join("postgres"),
        database: "postgres".to_owned(),
        max_connections: 200,
        durability: Durability::Disposable,
        lifetime: Lifetime::Detached,
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..Config::default()
    };
    let cluster = Cluster::start(&config).await?;
    let admin = cluster.target();
    let session = Session::connect(&admin, "test admin", CONNECT_TIMEOUT).await?;
    cleaning::try_statistics(&session).await;
    cleaning::drop_leftovers(&session).await?;
    place.write_server(admin.url().expose())?;
    watch(place, cluster.pid())?;
    Ok(admin)
}

/// Starts the watcher, which outlives us.
fn watch(place: &Place, server: i32) -> Result<()> {
    let mut watcher = Command::new("sh");
    watcher.args(["-c", WATCHER, "watcher"]).arg(place.path()).args([server.to_string(), IDLE_S.to_string()]);
    watcher.arg(if place.is_in_memory() { "discard" } else { "keep" });
    watcher
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .current_dir("/");
    watcher.spawn().context("starting the watcher of the test server")?;
    Ok(())
}
