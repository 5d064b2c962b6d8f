//! A database of its own for one test, copied from a template that is built once. Never here: which server it is on.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use mainstay_db::migrate::{self, Migrations};
use mainstay_db::{Config, Db, Session, Target};
use sha2::{Digest, Sha256};
use tokio_postgres::error::SqlState;

use crate::server;
use crate::statements::Statements;

/// Longest time to connect to the test server.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Most connections of one test in each pool; many tests share one server.
const POOL_MAX: usize = 4;

/// Many tests share the cores: what is slow here says nothing of the statement, and its line would fail a test.
const SLOW_MS: u64 = 30_000;

/// A database that one test has for itself. It is dropped when this is.
#[derive(Debug)]
pub struct TestDb {
    db: Db,
    target: Target,
    admin: Session,
    admin_target: Target,
    is_ours: bool,
}

impl TestDb {
    /// A database without tables.
    ///
    /// # Errors
    /// If the test server cannot be reached or started.
    pub async fn empty() -> Result<Self> {
        let admin_target = server::shared().await?;
        Self::copy("template0", admin_target).await
    }

    /// A database with these migrations applied. They run once for all tests that ask for the same files.
    ///
    /// # Errors
    /// If the test server cannot be reached or started, or a migration fails.
    pub async fn migrated(sets: &[&Migrations]) -> Result<Self> {
        let key: Vec<String> = sets.iter().map(|set| set.fingerprint()).collect();
        Self::new(&key.join("+"), |target| async move {
            migrate::run(&target, sets).await?;
            Ok(())
        })
        .await
    }

    /// A copy of the template `key`, which `setup` fills if it does not exist yet. The key must change with whatever
    /// `setup` does: put a checksum into it. `setup` must have closed its connections when it returns.
    ///
    /// # Errors
    /// If the test server cannot be reached or started, or `setup` fails.
    pub async fn new<Setup, Filled>(key: &str, setup: Setup) -> Result<Self>
    where
        Setup: FnOnce(Target) -> Filled,
        Filled: Future<Output = Result<()>>,
    {
        let admin_target = server::shared().await?;
        let digest = Sha256::digest(key.as_bytes());
        let hash: String = digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        let template = format!("tpl_{hash}");
        ensure_template(&admin_target, &template, setup)
            .await
            .with_context(|| format!("template for {key}"))?;
        Self::copy(&template, admin_target).await
    }

    /// A database of a server that the test has for itself, such as an [`crate::OwnCluster`]: it goes with its server.
    /// `target` may name several hosts.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub async fn given(target: &Target) -> Result<Self> {
        let admin = Session::connect(target, "test admin", CONNECT_TIMEOUT).await?;
        Self::open(target.clone(), target.clone(), admin, false).await
    }

    async fn copy(template: &str, admin_target: Target) -> Result<Self> {
        let admin = Session::connect(&admin_target, "test admin", CONNECT_TIMEOUT).await?;
        let name = create(&admin, template).await?;
        let target = admin_target.with_database(&name);
        Self::open(target, admin_target, admin, true).await
    }

    async fn open(target: Target, admin_target: Target, admin: Session, is_ours: bool) -> Result<Self> {
        let config = Config {
            pool_max: POOL_MAX,
            pool_read_max: POOL_MAX,
            slow_statement_ms: SLOW_MS,
            ..Config::default()
        };
        let db = Db::connect(&config, &target).await?;
        Ok(Self { db, target, admin, admin_target, is_ours })
    }

    /// Its pools.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Where it is: for sessions of the test's own, or (`target().url()`) for another process.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        self.target.database()
    }

    /// The statements that were executed in this database until now. Take it twice: [`Statements::since`] is what a
    /// query-budget test asserts on.
    ///
    /// # Errors
    /// If the server does not keep statement statistics.
    pub async fn statements(&self) -> Result<Statements> {
        Statements::of(&self.admin, self.name()).await
    }

    /// Drops the database now; a test that does not care may leave it to the end of its scope.
    ///
    /// # Errors
    /// If the server refuses.
    pub async fn close(self) -> Result<()> {
        self.db.close();
        if self.is_ours { drop_database(&self.admin, self.name()).await } else { Ok(()) }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        self.db.close();
        if !self.is_ours {
            return;
        }
        let (admin, name) = (self.admin_target.clone(), self.name().to_owned());
        // The test's own runtime cannot be waited for from here. What cannot be dropped now is dropped when the
        // shared server starts next.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let session = Session::connect(&admin, "test admin", CONNECT_TIMEOUT).await?;
                drop_database(&session, &name).await
            })
        });
        let _ = dropping.join();
    }
}

async fn drop_database(admin: &Session, name: &str) -> Result<()> {
    // So that the statistics of thousands of short-lived databases do not push out those of the living.
    let reset =
        "do $$ begin perform pg_stat_statements_reset(0, (select oid from pg_database where datname = '";
    let _ =
        admin.batch_execute(&format!("{reset}{name}'), 0); exception when others then null; end $$")).await;
    Ok(admin.batch_execute(&format!("drop database if exists \"{name}\" with (force)")).await?)
}

/// Copies `template` under the first free name of this process.
async fn create(admin: &Session, template: &str) -> Result<String> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    loop {
        let name = format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        match admin.batch_execute(&format!("create database \"{name}\" template {template}")).await {
            Ok(()) => return Ok(name),
            // An earlier process of this number was killed and left it.
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Builds the template if it does not exist; one process builds, the others wait for it.
async fn ensure_template<Setup, Filled>(admin_target: &Target, template: &str, setup: Setup) -> Result<()>
where
    Setup: FnOnce(Target) -> Filled,
    Filled: Future<Output = Result<()>>,
{
    let admin = Session::connect(admin_target, "test admin", CONNECT_TIMEOUT).await?;
    if exists(&admin, template).await? {
        return Ok(());
    }
    // The lock ends with the session, however this process ends.
    admin.execute("select pg_advisory_lock(hashtextextended($1, 0))", &[&template]).await?;
    if exists(&admin, template).await? {
        return Ok(());
    }
    let half = format!("{template}_half");
    drop_database(&admin, &half).await?;
    admin.batch_execute(&format!("create database {half} template template0")).await?;
    setup(admin_target.with_database(&half)).await?;
    close_sessions(&admin, &half).await?;
    let finish = [
        format!("alter database {half} with allow_connections false"),
        format!("alter database {half} rename to {template}"),
    ];
    for statement in finish {
        admin.batch_execute(&statement).await?;
    }
    Ok(())
}

async fn exists(admin: &Session, database: &str) -> Result<bool> {
    let row = admin
        .query_one("select exists (select from pg_database where datname = $1) as found", &[&database])
        .await?;
    Ok(row.try_get("found")?)
}

/// Ends the sessions that `setup` left to close by themselves, and waits until they are gone.
async fn close_sessions(admin: &Session, database: &str) -> Result<()> {
    let sql = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where datname = $1";
    admin.query_one(sql, &[&database]).await?;
    Ok(())
}
