//! A node with its cache over a real database, whose rows are notes of owners.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mainstay_cache::coherence::Tag;
use mainstay_cache::invalidation::MIGRATIONS;
use mainstay_cache::{Answer, Cache, Caches, Commit, Config, Freshness, LoadError, NameConfig, NameStats};
use mainstay_db::{Db, DbError, Read, Session, Target};
use mainstay_runtime::{Clock, Effects, Supervisor};
use mainstay_telemetry::Registry;
use mainstay_testing::{TestDb, until};

pub(crate) const WITHIN: Duration = Duration::from_secs(20);

const TABLES: &str = "\
    create table note (owner bigint, id bigint, body text, primary key (owner, id)); \
    select mainstay.cache_watch('note', 'owner', array['id']); \
    insert into note select owner, 1, 'first' from generate_series(1, 3) as owner";

/// A database with its table.
pub(crate) struct World {
    pub(crate) test: TestDb,
    pub(crate) psql: Session,
}

/// One node of it.
pub(crate) struct Node {
    pub(crate) caches: Caches,
    pub(crate) notes: Cache<(i64, i64), Option<String>>,
    pub(crate) clock: Clock,
    pub(crate) supervisor: Supervisor,
    pub(crate) registry: Registry,
    pub(crate) loads: Arc<AtomicU64>,
    db: Db,
}

pub(crate) async fn session(target: &Target) -> Session {
    Session::connect(target, "psql", WITHIN).await.unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        let test = TestDb::migrated(&[&MIGRATIONS]).await.unwrap();
        let psql = session(test.target()).await;
        psql.batch_execute(TABLES).await.unwrap();
        Self { test, psql }
    }

    pub(crate) async fn write(&self, owner: i64, body: &str) {
        let sql = format!("update note set body = '{body}' where owner = {owner}");
        self.psql.batch_execute(&sql).await.unwrap();
    }

    /// A node that hears by the machine's clock.
    pub(crate) async fn node(&self, config: Config) -> Node {
        let node = self.silent_node(config, NameConfig::default(), &Effects::system());
        node.caches.start(&node.supervisor);
        node.hear().await;
        node
    }

    /// A node whose clock stands, and which hears when it is told to.
    pub(crate) async fn paused_node(&self, name: NameConfig) -> Node {
        let effects = Effects::fixed("2026-01-01T00:00:00Z".parse().unwrap(), 7);
        let node = self.silent_node(deaf(), name, &effects);
        node.caches.start(&node.supervisor);
        // Its first poll comes by itself; one that was asked for besides might come when nobody expects it.
        until("the node has heard", async || node.caches.age().is_some()).await;
        node
    }

    pub(crate) fn silent_node(&self, config: Config, name: NameConfig, effects: &Effects) -> Node {
        let (supervisor, registry) = (Supervisor::new(effects), Registry::new());
        let caches = Caches::new(config, self.test.db(), self.test.target(), effects, &registry);
        let notes = caches.cache("notes", name);
        let (clock, db, loads) = (effects.clock.clone(), self.test.db().clone(), Arc::default());
        Node { caches, notes, clock, supervisor, registry, loads, db }
    }
}

/// Hears only what it asks for when told to.
pub(crate) fn deaf() -> Config {
    Config { poll_idle_ms: 3_600_000, ..Config::default() }
}

pub(crate) fn tags(owner: i64) -> Vec<Tag> {
    Tag::of_row("note", &owner.to_string(), "1").to_vec()
}

pub(crate) async fn read(read: &Read, owner: i64) -> Result<Option<String>, DbError> {
    let row = read.query_opt("select body from note where owner = $1 and id = 1", &[&owner]).await?;
    Ok(row.map(|row| row.get(0)))
}

impl Node {
    pub(crate) async fn get(&self, owner: i64, freshness: Freshness) -> Answer<Option<String>> {
        let counted = |from: Read| async move {
            self.loads.fetch_add(1, Ordering::Relaxed);
            read(&from, owner).await
        };
        let answer: Result<_, LoadError<DbError>> =
            self.notes.get_or_load(&(owner, 1), || tags(owner), freshness, counted).await;
        answer.unwrap()
    }

    /// The answer, and whether it was read now.
    pub(crate) async fn fresh(&self, owner: i64) -> (String, bool) {
        let before = self.loads();
        let answer = self.get(owner, Freshness::Fresh).await;
        (answer.value.as_deref().unwrap_or("nothing").to_owned(), self.loads() > before)
    }

    pub(crate) async fn write(&self, owner: i64, body: &str) -> Commit {
        let tx = self.db.write().await.unwrap();
        tx.execute("update note set body = $2 where owner = $1", &[&owner, &body]).await.unwrap();
        self.caches.commit(tx).await.unwrap().expect("the table is watched")
    }

    /// Hears what has been committed by now.
    pub(crate) async fn hear(&self) {
        // A clock that stands must tell this poll from an earlier one.
        self.clock.advance(Duration::from_nanos(1));
        let now = self.clock.boottime();
        // Once: each is a poll, and the last would come when nobody expects it.
        self.caches.hint();
        until("the node has heard", async || {
            self.caches.age().is_some_and(|age| self.clock.boottime().saturating_sub(age) >= now)
        })
        .await;
    }

    pub(crate) fn loads(&self) -> u64 {
        self.loads.load(Ordering::Relaxed)
    }

    pub(crate) fn stats(&self) -> NameStats {
        self.caches.stats().remove(0)
    }
}
