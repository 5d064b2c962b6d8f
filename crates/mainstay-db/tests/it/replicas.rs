//! Reads from real replicas: held, killed, promoted. What chance finds is for `cargo xtask fault replicas`; here each
//! case is made on purpose.

use std::time::Duration;

use mainstay_db::causality::{self, Causality};
use mainstay_db::replicas::{self, Answer, Config, Lsn, Replicas, Rows, Token, Wish};
use mainstay_db::{ConnectError, Db, Executor, Session, Statement, Target};
use mainstay_runtime::{Clock, Stop};
use mainstay_testing::{ReplicaSet, TestDb, replica_set, until};

const READ: &str = "select coalesce(max(id), 0) from note where id >= $1";

/// Generous, so that only what a test does on purpose makes a replica too old.
const LONG: Duration = Duration::from_secs(60);

fn config() -> Config {
    Config {
        poll_interval_ms: 10,
        max_staleness_ms: 60_000,
        statement_timeout_ms: 60_000,
        ..Config::default()
    }
}

fn wish(token: Option<Token>) -> Wish {
    Wish { session: 1, token, max_staleness: LONG }
}

/// A handle on the replicas at these places.
fn handle(set: &ReplicaSet, at: &[usize]) -> Replicas {
    let targets: Vec<Target> = at.iter().map(|at| plain(&set.target(*at))).collect();
    let writer = Target::parse(&set.writer_address().replace("user=postgres", "user=plain")).unwrap();
    Replicas::new(&config(), &writer, &targets, LONG, &Clock::system())
}

/// Runs `test` while the handle is watched.
async fn watched(replicas: &Replicas, test: impl Future<Output = ()>) {
    tokio::select! {
        () = replicas.watch(Stop::new()) => panic!("the watcher ended"),
        () = test => {}
    }
}

async fn wait_until_usable(replicas: &Replicas) {
    until("replicas in use", async || {
        let status = replicas.status();
        status
            .replicas
            .iter()
            .all(|replica| replica.healthy && replica.epoch_ok && replica.staleness.is_some())
    })
    .await;
}

/// The same place, as a role that may read and write the table and nothing else.
fn plain(target: &Target) -> Target {
    Target::parse(&target.url().expose().replace("postgres@", "plain@")).unwrap()
}

async fn session(target: &Target) -> Session {
    Session::connect(target, "test", Duration::from_secs(5)).await.unwrap()
}

async fn write(session: &Session, replicas: &Replicas, id: i32) -> Option<Token> {
    session.batch_execute(&format!("begin; insert into note values ({id})")).await.unwrap();
    let position = replicas::commit(session).await.unwrap();
    assert!(position.is_some());
    replicas.token(position)
}

async fn read(replicas: &Replicas, token: Option<Token>) -> Answer {
    replicas.query(&wish(token), READ, &[&0_i32]).await.unwrap()
}

fn value(rows: &Rows) -> i32 {
    rows.rows[0].get(0)
}

async fn set_with_table() -> ReplicaSet {
    let set = replica_set(2).await.unwrap();
    let world = "create table note (id int); create role plain login; grant select, insert on note to plain";
    set.execute(0, world).await.unwrap();
    for at in set.replicas() {
        set.wait_until_caught_up(at).await.unwrap();
    }
    set
}

#[tokio::test]
async fn a_session_reads_its_own_writes_whatever_the_replicas_do() {
    let set = set_with_table().await;
    // Everything here is done by a role without rights on the server's inner life.
    let replicas = &handle(&set, &[1]);
    watched(replicas, async {
        wait_until_usable(replicas).await;
        let primary = session(&plain(&set.target(0))).await;
        let first = write(&primary, replicas, 1).await;
        until(
            "the write on the replica",
            async || matches!(read(replicas, first).await, Answer::Rows(rows) if value(&rows) == 1),
        )
        .await;

        set.pause(1).await.unwrap();
        let second = write(&primary, replicas, 2).await;
        assert!(matches!(read(replicas, second).await, Answer::AskPrimary));
        // Who has not written may still be answered, and is told how much of it he has seen.
        let Answer::Rows(rows) = read(replicas, first).await else { panic!() };
        assert_eq!(value(&rows), 1);
        let (first, seen, last) = (first.unwrap().lsn, rows.token.unwrap().lsn, second.unwrap().lsn);
        assert!(first <= seen && seen <= last, "{first} {seen} {last}");
        until("the lag to be seen", async || replicas.status().replicas[0].lag_bytes > Some(0)).await;

        set.resume(1).await.unwrap();
        until(
            "the second write",
            async || matches!(read(replicas, second).await, Answer::Rows(rows) if value(&rows) == 2),
        )
        .await;

        // Of a read on the primary the session has seen everything up to there.
        let statement = primary.prepare(READ).await.unwrap();
        let (rows, position) = replicas::read(&primary, &statement, &[&0_i32]).await.unwrap();
        assert_eq!(rows[0].get::<_, i32>(0), 2);
        assert!(replicas.token(position).unwrap().lsn >= last);
        // What fails on the replica is left to the primary.
        let answer = replicas.query(&wish(None), "select 1 / ($1::int)", &[&0_i32]).await.unwrap();
        assert!(matches!(answer, Answer::AskPrimary));
        let status = replicas.status();
        assert!(status.off.is_none() && status.replicas[0].served >= 3, "{status:?}");
        assert_eq!(status.replicas[0].in_flight, 0);
    })
    .await;
    set.close().await.unwrap();
}

#[tokio::test]
async fn a_failed_transaction_is_not_taken_for_committed() {
    let db = TestDb::empty().await.unwrap();
    let primary = session(db.target()).await;
    primary.batch_execute("begin").await.unwrap();
    primary.batch_execute("select 1 / 0").await.unwrap_err();
    let error = replicas::commit(&primary).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "25P02");
}

#[tokio::test]
async fn without_a_watcher_or_without_replicas_the_primary_is_asked() {
    let db = TestDb::empty().await.unwrap();
    for targets in [vec![], vec![db.target().clone()]] {
        let replicas = Replicas::new(&config(), db.target(), &targets, LONG, &Clock::system());
        assert!(matches!(read(&replicas, None).await, Answer::AskPrimary));
        assert_eq!(replicas.status().off.is_some(), targets.is_empty());
    }
}

#[tokio::test]
async fn conflicts_crashes_and_promotions_are_passed_over() {
    let mut set = set_with_table().await;
    let replicas = &handle(&set, &[1, 2]);
    watched(replicas, async {
        wait_until_usable(replicas).await;
        conflict(&set, replicas).await;
        crash(&mut set, replicas).await;
        promotion(&mut set, replicas).await;
    })
    .await;
    set.close().await.unwrap();
}

/// A query that is in the way of the replay is ended by the server, and answered by the other replica.
async fn conflict(set: &ReplicaSet, replicas: &Replicas) {
    const DELAY: &str = "select current_setting('max_standby_streaming_delay')";
    const SLOW: &str = "select count(*) from note, \
        pg_sleep(case when current_setting('max_standby_streaming_delay') = '0' then 50 else 0 end)";
    let Answer::Rows(first) = read(replicas, None).await else { panic!() };
    let victim = first.replica + 1;
    set.execute(0, "insert into note select 0 from generate_series(1, 100)").await.unwrap();
    set.execute(victim, "alter system set max_standby_streaming_delay = 0").await.unwrap();
    set.execute(victim, "select pg_reload_conf()").await.unwrap();
    until("the setting", async || {
        let answer = replicas.query(&wish(None), DELAY, &[]).await.unwrap();
        matches!(answer, Answer::Rows(rows) if rows.rows[0].get::<_, String>(0) == "0")
    })
    .await;
    let rejected = replicas.status().replicas[first.replica].rejected;
    let wish = wish(None);
    let slow = replicas.query(&wish, SLOW, &[]);
    let vacuum = async {
        let runs = "select exists (select from pg_stat_activity where wait_event = 'PgSleep')";
        set.wait(victim, runs).await.unwrap();
        set.execute(0, "delete from note where id = 0").await.unwrap();
        set.execute(0, "vacuum note").await.unwrap();
    };
    let (answer, ()) = futures_util::future::join(slow, vacuum).await;
    assert!(matches!(answer.unwrap(), Answer::Rows(rows) if rows.replica != first.replica));
    assert_eq!(replicas.status().replicas[first.replica].rejected, rejected + 1);
}

async fn crash(set: &mut ReplicaSet, replicas: &Replicas) {
    set.kill(1).await.unwrap();
    set.kill(2).await.unwrap();
    // Whether their end was already noticed or not, the read does not fail.
    assert!(matches!(read(replicas, None).await, Answer::AskPrimary));
    until("the loss", async || replicas.status().replicas.iter().all(|replica| !replica.healthy)).await;
    set.start(2).await.unwrap();
    until(
        "its return",
        async || matches!(read(replicas, None).await, Answer::Rows(rows) if rows.replica == 1),
    )
    .await;
    set.start(1).await.unwrap();
    set.wait_until_streams(1).await.unwrap();
}

/// A replica of a history that is over is not believed, however far it is.
async fn promotion(set: &mut ReplicaSet, replicas: &Replicas) {
    let primary = session(&plain(&set.target(0))).await;
    let kept = write(&primary, replicas, 1).await;
    set.wait_until_caught_up(2).await.unwrap();
    // Server 2 misses much of what server 1 has, takes over, and is then at smaller positions.
    set.cut(2).await.unwrap();
    set.execute(0, "insert into note select 1 from generate_series(1, 20000)").await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    set.kill(0).await.unwrap();
    set.promote(2).await.unwrap();
    until("the new timeline", async || replicas.status().epoch.is_some_and(|epoch| epoch.timeline == 2))
        .await;

    let primary = session(&plain(&set.target(2))).await;
    let token = write(&primary, replicas, 2).await;
    let ahead = replicas.status().replicas[0].replayed.unwrap() > token.unwrap().lsn;
    assert!(ahead, "the lost history is to be the longer one: {:?}", replicas.status());
    for token in [token, kept, None] {
        assert!(matches!(read(replicas, token).await, Answer::AskPrimary));
    }
    set.stop(1).await.unwrap();
    set.rebuild(1).await.unwrap();
    for token in [token, kept] {
        until(
            "the rebuilt replica",
            async || matches!(read(replicas, token).await, Answer::Rows(rows) if value(&rows) == 2),
        )
        .await;
    }
}

static NEWEST: Statement =
    Statement::pipelined("note.newest", "select /* note.newest */ coalesce(max(id), 0) from note");

/// Where a target is, as `read_replicas` names it.
fn address(target: &Target) -> String {
    let text = target.to_string();
    text[..text.rfind('/').unwrap()].to_owned()
}

async fn add_note(db: &Db, id: i64) {
    let tx = db.write().await.unwrap();
    tx.execute("insert into note (id) values ($1)", &[&id]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn newest(db: &Db) -> i64 {
    db.read().rows(&NEWEST, &[]).await.unwrap()[0].get(0)
}

fn served(db: &Db) -> u64 {
    db.replicas().unwrap().status().replicas.iter().map(|replica| replica.served).sum()
}

#[tokio::test]
async fn sessions_of_the_handle_read_their_own_writes_and_spread_over_replicas() {
    let set = replica_set(2).await.unwrap();
    set.execute(0, "create table note (id bigint primary key)").await.unwrap();
    let addresses = [address(&set.target(1)), address(&set.target(2))];
    let config = mainstay_db::Config {
        pool_max: 4,
        pool_read_max: 4,
        read_replicas: addresses.join(","),
        replicas: config(),
        ..mainstay_db::Config::default()
    };
    let db = Db::connect(&config, &set.target(0)).await.unwrap();
    let replicas = db.replicas().unwrap().clone();
    watched(&replicas, async {
        wait_until_usable(&replicas).await;
        let session = Causality::new(1, None);
        causality::scope(session.clone(), async {
            for id in 1..=30 {
                add_note(&db, id).await;
                assert_eq!(newest(&db).await, id);
            }
            assert!(session.token().is_some());
            until("a read from a replica", async || {
                assert_eq!(newest(&db).await, 30);
                served(&db) > 0
            })
            .await;
        })
        .await;
        set.pause(1).await.unwrap();
        set.pause(2).await.unwrap();
        let before = served(&db);
        causality::scope(session, async {
            add_note(&db, 31).await;
            assert_eq!(newest(&db).await, 31, "the primary answers what no replica has");
        })
        .await;
        assert_eq!(newest(&db).await, 31, "who is of no session asks the primary");
        assert_eq!(served(&db), before);
        set.resume(1).await.unwrap();
        set.resume(2).await.unwrap();
        let error = db.read().execute("insert into note values (99)", &[]).await.unwrap_err();
        assert!(matches!(error, mainstay_db::DbError::ReadOnly(_)), "{error:?}");
    })
    .await;
    set.close().await.unwrap();
}

#[tokio::test]
async fn what_a_transaction_has_read_was_seen_also_where_it_ends_without_a_commit() {
    let set = replica_set(1).await.unwrap();
    set.execute(0, "create table note (id bigint primary key)").await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    let config = mainstay_db::Config {
        pool_max: 2,
        pool_read_max: 2,
        read_replicas: address(&set.target(1)),
        replicas: config(),
        ..mainstay_db::Config::default()
    };
    let db = Db::connect(&config, &set.target(0)).await.unwrap();
    let replicas = db.replicas().unwrap().clone();
    watched(&replicas, async {
        wait_until_usable(&replicas).await;
        set.pause(1).await.unwrap();
        add_note(&db, 7).await;
        for is_dropped in [false, true] {
            let other = causality::scope(Causality::new(2, None), newest(&db)).await;
            assert_eq!(other, 0, "the replica answers who has seen nothing");
            causality::scope(Causality::new(1, None), async {
                let tx = db.write().await.unwrap();
                let seen: i64 = tx.query_one("select max(id) from note", &[]).await.unwrap().get(0);
                assert_eq!(seen, 7);
                if is_dropped {
                    drop(tx);
                } else {
                    tx.rollback().await.unwrap();
                }
                // Who has lost sight of where the primary is begins as ever.
                db.write().await.unwrap().rollback().await.unwrap();
                assert_eq!(newest(&db).await, 7);
            })
            .await;
        }
        set.resume(1).await.unwrap();
    })
    .await;
    set.close().await.unwrap();
}

#[tokio::test]
async fn a_session_whose_position_was_lost_comes_back_to_the_replicas() {
    let set = replica_set(1).await.unwrap();
    set.execute(0, "create table note (id bigint primary key)").await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    let config = mainstay_db::Config {
        pool_max: 2,
        pool_read_max: 2,
        read_replicas: address(&set.target(1)),
        replicas: config(),
        ..mainstay_db::Config::default()
    };
    let db = Db::connect(&config, &set.target(0)).await.unwrap();
    let replicas = db.replicas().unwrap().clone();
    watched(&replicas, async {
        wait_until_usable(&replicas).await;
        let lost = replicas.token(None);
        assert_eq!(lost.map(|lost| lost.lsn), Some(Lsn::MAX));
        let session = Causality::new(1, lost);
        causality::scope(session.clone(), async {
            newest(&db).await;
            assert_eq!(served(&db), 0, "the primary answered");
            assert!(session.token().is_some_and(|token| token.lsn < Lsn::MAX), "{:?}", session.token());
            until("a read from the replica", async || {
                newest(&db).await;
                served(&db) > 0
            })
            .await;
        })
        .await;
    })
    .await;
    set.close().await.unwrap();
}

#[tokio::test]
async fn of_several_hosts_the_one_that_takes_writes_is_used_by_every_lane() {
    let mut set = replica_set(1).await.unwrap();
    set.execute(0, "create table note (id bigint primary key)").await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    let both = Target::parse(&set.writer_address()).unwrap();
    let config = mainstay_db::Config { pool_max: 2, pool_read_max: 2, ..mainstay_db::Config::default() };
    let db = Db::connect(&config, &both).await.unwrap();
    add_note(&db, 1).await;
    assert_eq!(newest(&db).await, 1);
    set.kill(0).await.unwrap();
    set.promote(1).await.unwrap();
    until("the promoted server", async || match db.write().await {
        Ok(tx) => tx.execute("insert into note values (2)", &[]).await.is_ok() && tx.commit().await.is_ok(),
        Err(_) => false,
    })
    .await;
    until("reads from it", async || {
        db.read().rows(&NEWEST, &[]).await.is_ok_and(|rows| rows[0].get::<_, i64>(0) == 2)
    })
    .await;
    let error = db.read().execute("insert into note values (99)", &[]).await.unwrap_err();
    assert!(matches!(error, mainstay_db::DbError::ReadOnly(_)), "{error:?}");
    set.close().await.unwrap();
}

/// A replica has a limit of its own.
#[tokio::test]
async fn more_connections_than_a_replica_has_for_us_are_refused_at_the_start() {
    let mut set = replica_set(1).await.unwrap();
    let address = set.address(1);
    let config = |connections| mainstay_db::Config {
        read_replicas: address.clone(),
        replicas: Config { connections, ..config() },
        ..mainstay_db::Config::default()
    };
    let refused = Db::connect(&config(88), &set.target(0)).await.unwrap_err().to_string();
    let figures = "up to 98 connections would be opened to";
    let change = "which has 97 for us (max_connections 100 less 3 reserved): lower \
                  database.replicas.connections or pooled_connections, or raise max_connections";
    assert!(refused.starts_with(figures) && refused.ends_with(change), "{refused}");
    Db::connect(&config(87), &set.target(0)).await.unwrap();
    set.stop(1).await.unwrap();
    Db::connect(&config(88), &set.target(0)).await.unwrap();
}

#[tokio::test]
async fn what_is_open_on_a_replica_is_what_was_counted_at_the_start() {
    let set = replica_set(1).await.unwrap();
    // So many processes fit on the primary, and not on the replica.
    let mut config = mainstay_db::Config {
        pool_max: 1,
        pool_read_max: 1,
        nodes: 4,
        read_replicas: set.address(1),
        replicas: Config { connections: 20, ..Config::default() },
        ..mainstay_db::Config::default()
    };
    (config.pool_min, config.pool_read_min) = (0, 0);
    let refused = Db::connect(&config, &set.target(0)).await.unwrap_err();
    let ConnectError::TooManyConnections { wanted, nodes, .. } = refused else { panic!("{refused:?}") };
    config.nodes = 1;
    let db = Db::connect(&config, &set.target(0)).await.unwrap();
    let ours = "select count(*) from pg_stat_activity where application_name in ('mainstay watcher', 'mainstay replica')";
    watched(db.replicas().unwrap(), async {
        // The index advisor's is not open.
        let counted = wanted / nodes - 1;
        set.wait(1, &format!("select ({ours}) = {counted}")).await.unwrap();
    })
    .await;
    set.close().await.unwrap();
}
