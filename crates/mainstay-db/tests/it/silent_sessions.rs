//! Sessions beside the pools (migrations, plans of slow statements, the index advisor) whose server falls silent while
//! it owes an answer: given up once the statement's time and the network's margin have passed.

use std::time::{Duration, Instant};

use mainstay_db::migrate::{self, Migration, Migrations};
use mainstay_db::{Config, Db, Executor, Session, Statement, Target, advisor, insight, opening};
use mainstay_testing::{TestDb, until};

use crate::network::Proxy;

const NOTE: &[Migration] =
    &[Migration { version: 1, name: "note", sql: "alter table note add column more int;" }];
const SET: Migrations = Migrations::new("silent", NOTE);

static READ: Statement =
    Statement::pooled("note.read", "select /* note.read */ id from note, pg_sleep(0.01)");

/// What the server allows each statement, and how much longer its answer is waited for.
const LONGEST_MS: u64 = 3_000;
const MARGIN_MS: u64 = 200;

/// How much longer than its limit something may take on a busy machine.
const SLACK: Duration = Duration::from_secs(4);

/// A table, by a way that can be frozen, and somebody who locks it.
struct World {
    _test: TestDb,
    proxy: Proxy,
    frozen: Target,
    locker: Session,
    observer: Session,
}

async fn world() -> World {
    let test = TestDb::empty().await.unwrap();
    let proxy = Proxy::to(test.target()).await;
    let network = opening::Config { answer_margin_ms: MARGIN_MS, ..opening::Config::default() };
    let frozen = proxy.target(test.target()).with_network(&network);
    let session = async || Session::connect(test.target(), "test", SLACK).await.unwrap();
    let (locker, observer) = (session().await, session().await);
    locker.batch_execute("create table note (id int)").await.unwrap();
    World { proxy, frozen, locker, observer, _test: test }
}

impl World {
    /// Asks for what needs `locked` as the session named `application`, freezes it while it waits there, and sees that
    /// it fails in time.
    async fn is_given_up<T, E>(
        &self,
        application: &str,
        locked: &str,
        asking: impl Future<Output = Result<T, E>>,
    ) {
        self.locker.batch_execute(&format!("begin; lock table {locked}")).await.unwrap();
        let begun = Instant::now();
        let waits = "select exists (select from pg_stat_activity where datname = current_database() \
                     and application_name = $1 and wait_event_type = 'Lock')";
        let freezing = async {
            until("it waits", async || self.observer.query_one(waits, &[&application]).await.unwrap().get(0))
                .await;
            self.proxy.freeze();
        };
        let within = Duration::from_millis(LONGEST_MS + MARGIN_MS) + SLACK;
        let both = async { tokio::join!(asking, freezing) };
        let (asked, ()) = tokio::time::timeout(within, both).await.expect("it is waited for without end");
        assert!(asked.is_err());
        assert!(begun.elapsed() >= Duration::from_millis(LONGEST_MS), "{:?}", begun.elapsed());
        self.locker.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn a_migration_is_given_up() {
    let world = world().await;
    let config = migrate::Config {
        lock_timeout_ms: 600_000,
        statement_timeout_ms: LONGEST_MS,
        ..migrate::Config::default()
    };
    world.is_given_up("mainstay migrate", "note", migrate::run_with(&world.frozen, &[&SET], &config)).await;
}

#[tokio::test]
async fn plans_of_slow_statements_are_given_up() {
    let world = world().await;
    let config = Config {
        slow_statement_ms: 1,
        network: opening::Config { answer_margin_ms: MARGIN_MS, ..opening::Config::default() },
        insight: insight::Config { plan_timeout_ms: LONGEST_MS, ..insight::Config::default() },
        ..Config::default()
    };
    let db = Db::connect(&config, &world.frozen).await.unwrap();
    db.read().rows(&READ, &[]).await.unwrap();
    world.is_given_up("slow plans", "note", db.explain_slow()).await;
}

#[tokio::test]
async fn the_index_advisor_is_given_up() {
    let world = world().await;
    advisor::prepare(&world.frozen).await.unwrap();
    let config = advisor::Config { plan_timeout_ms: LONGEST_MS, ..advisor::Config::default() };
    let advice = advisor::advise(&world.frozen, &[], &config);
    world.is_given_up("mainstay advisor", "pg_stat_statements", advice).await;
}
