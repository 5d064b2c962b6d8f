//! Kept answers beside a real replica, which shows commits that the primary does not show yet. Never here: the rule alone
//! (`never_back`).

use futures_util::future;
use mainstay_cache::coherence::{Config, Node, Weak};
use mainstay_cache::invalidation::{MIGRATIONS, Outbox};
use mainstay_cache::{Cache, Caches, Freshness, LoadError, NameConfig};
use mainstay_db::causality::{self, Causality};
use mainstay_db::replicas::{self, Token, Xid};
use mainstay_db::{Db, DbError, Executor, Read, Session, Statement, migrate};
use mainstay_runtime::{Effects, Stop, Supervisor};
use mainstay_telemetry::Registry;
use mainstay_testing::{ReplicaSet, replica_set, until};

use crate::invalidation::{BOUND, WITHIN, poll, session};
use crate::world::tags;

static BODY: Statement = Statement::pipelined("note.body", "select /* note.body */ body from note");

const TABLE: &str = "\
    create table note (owner bigint, id bigint, body text, primary key (owner, id)); \
    select mainstay.cache_watch('note', 'owner', array['id']); \
    insert into note values (1, 1, 'first')";

/// A primary with a watched table and a replica.
async fn servers() -> ReplicaSet {
    let set = replica_set(1).await.unwrap();
    migrate::run(&set.target(0), &[&MIGRATIONS]).await.unwrap();
    set.execute(0, TABLE).await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    set
}

/// What the primary waits for with each commit.
async fn wait_for(set: &ReplicaSet, standbys: &str) {
    let setting = format!("alter system set synchronous_standby_names = '{standbys}'");
    set.execute(0, &setting).await.unwrap();
    set.execute(0, "select pg_reload_conf()").await.unwrap();
    let is_set = format!("select current_setting('synchronous_standby_names') = '{standbys}'");
    set.wait(0, &is_set).await.unwrap();
    // The process that makes them tells those who commit.
    set.execute(0, "checkpoint").await.unwrap();
}

/// What a session has seen that has seen all of the log.
async fn all(psql: &Session) -> Token {
    let position = replicas::position(psql).await.unwrap().unwrap();
    Token { epoch: position.epoch, lsn: position.lsn, below: Xid(0) }
}

async fn hear(node: &Node, outbox: &Outbox) {
    let polling = node.begin_poll(BOUND);
    let answer = poll(outbox, polling.since()).await;
    assert!(answer.log.is_some(), "the primary says where its log ends");
    node.poll_answer(&polling, answer);
}

#[tokio::test]
async fn a_commit_that_only_a_replica_shows_is_not_taken_for_heard_of() {
    let set = servers().await;
    let (writer, psql) = (session(&set.target(0)).await, session(&set.target(0)).await);
    let outbox = Outbox::connect(&set.target(0), WITHIN).await.unwrap().with_log(true);
    let node = Node::new(Config::default());
    let careless = Node::new(Config::default()).weakened(Weak::NewestPosition);
    hear(&node, &outbox).await;
    assert!(node.shows(&Token { lsn: replicas::Lsn(1), ..all(&psql).await }), "nothing runs");

    wait_for(&set, "absent").await;
    let commit = writer.batch_execute("update note set body = 'second'");
    let story = async {
        set.wait(1, "select body = 'second' from note").await.unwrap();
        assert_eq!(
            set.ask(0, "select body from note").await.unwrap(),
            "first",
            "the primary does not show it"
        );
        let seen = all(&psql).await;
        for _ in 0..3 {
            hear(&node, &outbox).await;
            hear(&careless, &outbox).await;
            assert!(!node.shows(&seen), "it runs, though no snapshot lists it");
            assert!(careless.shows(&seen), "a position alone says nothing");
        }
        wait_for(&set, "").await;
        set.wait(0, "select body = 'second' from note").await.unwrap();
        hear(&node, &outbox).await;
        assert!(node.shows(&seen));
    };
    let (committed, ()) = future::join(commit, story).await;
    committed.unwrap();
    set.close().await.unwrap();
}

/// A node whose sessions read from the replica of a set.
struct Reading {
    caches: Caches,
    notes: Cache<i64, String>,
    db: Db,
}

async fn reading(test: impl AsyncFnOnce(&ReplicaSet, &Reading)) {
    let set = servers().await;
    let config = mainstay_db::Config {
        read_replicas: set.address(1),
        replicas: replicas::Config {
            poll_interval_ms: 10,
            max_staleness_ms: 600_000,
            statement_timeout_ms: 60_000,
            settle_timeout_ms: 50,
            ..replicas::Config::default()
        },
        ..mainstay_db::Config::default()
    };
    let db = Db::connect(&config, &set.target(0)).await.unwrap();
    let effects = Effects::system();
    let (supervisor, registry) = (Supervisor::new(&effects), Registry::new());
    let patient = mainstay_cache::Config { bound_ms: 10_000, ..mainstay_cache::Config::default() };
    let caches = Caches::new(patient, &db, &set.target(0), &effects, &registry);
    let notes = caches.cache("notes", NameConfig::default());
    caches.start(&supervisor);
    let replicas = db.replicas().unwrap().clone();
    let reading = Reading { caches, notes, db };
    let test = async {
        until("the node has heard", async || reading.caches.age().is_some()).await;
        until("the replica answers", async || reading.on_replica(&Causality::new(1, None)).await.is_some())
            .await;
        test(&set, &reading).await;
    };
    tokio::select! {
        () = replicas.watch(Stop::new()) => panic!("the watcher ended"),
        () = test => {}
    }
    set.close().await.unwrap();
}

impl Reading {
    /// What the session reads, from whichever server.
    async fn read(&self, session: &Causality) -> Result<String, DbError> {
        let rows = causality::scope(session.clone(), async { self.db.read().rows(&BODY, &[]).await }).await?;
        Ok(rows[0].get(0))
    }

    /// The same, if it was a replica that answered.
    async fn on_replica(&self, session: &Causality) -> Option<String> {
        let served = || self.db.replicas().unwrap().status().replicas[0].served;
        let before = served();
        let body = self.read(session).await.unwrap();
        (served() > before).then_some(body)
    }

    /// What the session is given by the cache, as fresh as it needs it.
    async fn kept(&self, session: &Causality) -> Result<String, LoadError<DbError>> {
        let load = |read: Read| async move {
            let rows = read.rows(&BODY, &[]).await?;
            Ok(rows[0].get::<_, String>(0))
        };
        let asking = async {
            let freshness = self.caches.freshness();
            self.notes.get_or_load(&1, || tags(1), freshness, load).await
        };
        causality::scope(session.clone(), asking).await.map(|answer| (*answer.value).clone())
    }

    async fn hears(&self) {
        let polls = self.caches.polls();
        until("the node has heard", async || {
            self.caches.hint();
            self.caches.polls() > polls + 1
        })
        .await;
    }
}

fn stranger() -> Causality {
    Causality::new(2, None)
}

#[tokio::test]
async fn who_is_given_a_kept_answer_is_not_answered_with_less_by_a_replica() {
    reading(async |set, node| {
        set.pause(1).await.unwrap();
        set.execute(0, "update note set body = 'second'").await.unwrap();
        node.hears().await;
        assert_eq!(node.kept(&stranger()).await.unwrap(), "second");
        let session = Causality::new(1, None);
        assert_eq!(node.kept(&session).await.unwrap(), "second");
        let stats = node.caches.stats().remove(0);
        assert_eq!((stats.hits, stats.misses.iter().map(|(_, count)| count).sum()), (1, 1_u64));
        assert_eq!(
            node.on_replica(&stranger()).await.as_deref(),
            Some("first"),
            "it still answers strangers"
        );
        assert_eq!(node.read(&session).await.unwrap(), "second");
        set.resume(1).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn that_there_is_none_and_what_is_not_kept_was_seen_too() {
    reading(async |set, node| {
        set.pause(1).await.unwrap();
        set.execute(0, "update note set body = 'second'").await.unwrap();
        node.hears().await;
        let none = |read: Read| async move {
            read.rows(&BODY, &[]).await.unwrap();
            Err::<String, _>("none")
        };
        let (one, other) = (Causality::new(1, None), Causality::new(3, None));
        for (session, freshness) in [(&one, Freshness::Fresh), (&other, Freshness::Bypass)] {
            let asking = node.notes.get_or_load(&7, || tags(7), freshness, none);
            let answer = causality::scope(session.clone(), asking).await;
            assert!(matches!(&answer, Err(LoadError::Failed(error)) if **error == "none"), "{answer:?}");
            assert_eq!(
                node.on_replica(&stranger()).await.as_deref(),
                Some("first"),
                "it still answers strangers"
            );
            assert_eq!(node.read(session).await.unwrap(), "second", "{freshness:?}");
        }
        set.resume(1).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_has_seen_a_commit_on_a_replica_is_given_no_kept_answer_without_it() {
    reading(async |set, node| {
        assert_eq!(node.kept(&stranger()).await.unwrap(), "first");
        wait_for(set, "absent").await;
        let writer = session(&set.target(0)).await;
        let commit = writer.batch_execute("update note set body = 'second'");
        let story = async {
            let session = Causality::new(1, None);
            let is_seen = async || node.on_replica(&session).await.as_deref() == Some("second");
            until("the replica shows it", is_seen).await;
            for _ in 0..3 {
                node.hears().await;
                let answer = node.kept(&Causality::new(1, session.token())).await;
                assert!(
                    matches!(&answer, Err(LoadError::Failed(error)) if matches!(**error, DbError::ReplicasBehind { .. })),
                    "{answer:?}"
                );
                assert_eq!(node.kept(&stranger()).await.unwrap(), "first", "who has not seen it");
            }
            wait_for(set, "").await;
            until("the primary shows it", async || node.kept(&session).await.is_ok()).await;
            assert_eq!(node.kept(&session).await.unwrap(), "second");
            node.hears().await;
            let is_fresh = async || node.caches.freshness() == Freshness::Fresh;
            let seen = Causality::new(1, session.token());
            until("nothing runs any more", async || causality::scope(seen.clone(), is_fresh()).await).await;
            // What was read before the node had heard of the commit has ended with it.
            assert_eq!(node.kept(&seen).await.unwrap(), "second");
            let hits = node.caches.stats().remove(0).hits;
            assert_eq!(node.kept(&seen).await.unwrap(), "second");
            assert_eq!(node.caches.stats().remove(0).hits, hits + 1, "and kept answers are given again");
        };
        let (committed, ()) = future::join(commit, story).await;
        committed.unwrap();
    })
    .await;
}
