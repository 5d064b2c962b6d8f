//! The history of statements on a real server: nothing is counted twice and nothing that was written is lost, with two
//! processes, after a restart, and when nobody knows whether a reading was stored.

use std::num::NonZeroU32;
use std::time::Duration;

use mainstay_db::insight::History;
use mainstay_db::insight::views::{self, PastStatement};
use mainstay_db::migrate::{self, PLATFORM};
use mainstay_db::partitions::{Keeper, statement_history};
use mainstay_db::{Config, Db, Executor, Session, Statement, Target};
use mainstay_runtime::Clock;
use mainstay_telemetry::Registry;
use mainstay_testing::{TestDb, own_cluster, until};

static COUNTED: Statement = Statement::pooled("test.counted", "/* test.counted */ select 1");

/// A process: pools, figures and a name of its own.
struct Process {
    db: Db,
    keeper: Keeper,
    history: History,
}

async fn process(on: &TestDb, clock: &Clock, name: &str) -> Process {
    process_at(on.target(), clock, name).await
}

async fn process_at(on: &Target, clock: &Clock, name: &str) -> Process {
    let db = Db::connect(&Config::default(), on).await.unwrap();
    let table = statement_history(NonZeroU32::MIN);
    let tables = vec![table.clone().into()];
    let keeper = Keeper::new(&Default::default(), on, clock, &Registry::new(), tables).unwrap();
    let history = History::new(&db, &keeper, table.table, clock, name.to_owned());
    Process { db, keeper, history }
}

impl Process {
    async fn runs(&self, times: usize) {
        for _ in 0..times {
            self.db.read().rows(&COUNTED, &[]).await.unwrap();
        }
    }

    async fn counted(&self, clock: &Clock) -> Option<PastStatement> {
        let until = clock.now();
        let since = until - jiff::SignedDuration::from_hours(24);
        let all = views::statement_history(&self.db.read(), since, until, 100).await.unwrap();
        all.into_iter().find(|one| one.name == "test.counted")
    }
}

fn clock() -> Clock {
    Clock::paused("2026-06-30T23:00:00Z".parse().unwrap())
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn two_processes_and_a_restart_count_each_run_once() {
    let db = TestDb::migrated(&[&PLATFORM]).await.unwrap();
    let clock = clock();
    let (one, two) = (process(&db, &clock, "one").await, process(&db, &clock, "two").await);
    one.keeper.round().await.unwrap();
    one.runs(3).await;
    two.runs(4).await;
    clock.advance(MINUTE);
    // Both at the same instant.
    let (first, second) = tokio::join!(one.history.record(), two.history.record());
    assert!(first.unwrap() >= 1 && second.unwrap() >= 1);
    clock.advance(MINUTE);
    one.history.record().await.unwrap();
    two.runs(1).await;
    clock.advance(MINUTE);
    two.history.record().await.unwrap();
    assert_eq!(two.counted(&clock).await.unwrap().calls, 8);

    // A process that begins again begins at nothing and adds to what was there.
    drop(one);
    let again = process(&db, &clock, "one, again").await;
    again.runs(2).await;
    clock.advance(MINUTE);
    again.history.record().await.unwrap();
    let sum = again.counted(&clock).await.unwrap();
    assert_eq!((sum.calls, sum.rows, sum.failed), (10, 10, 0));
    assert!(sum.total_ms > 0.0);
}

#[tokio::test]
async fn what_could_not_be_written_is_written_later_and_once() {
    let db = TestDb::migrated(&[&PLATFORM]).await.unwrap();
    let clock = clock();
    let one = process(&db, &clock, "one").await;
    one.runs(3).await;
    clock.advance(MINUTE);
    // No month is there: it is made on demand.
    one.history.record().await.unwrap();

    one.runs(2).await;
    clock.advance(MINUTE);
    let tx = db.db().write().await.unwrap();
    tx.batch_execute("lock table mainstay.statement_history in access exclusive mode").await.unwrap();
    // Given up in the middle: nobody knows whether it was stored. It was not.
    let given_up = tokio::time::timeout(Duration::from_millis(200), one.history.record()).await;
    assert!(given_up.is_err());
    tx.rollback().await.unwrap();
    clock.advance(MINUTE);
    one.history.record().await.unwrap();
    assert_eq!(one.counted(&clock).await.unwrap().calls, 5);

    // And here it was: the answer to the commit is what nobody waited for.
    one.runs(1).await;
    clock.advance(MINUTE);
    let mut reading = Box::pin(one.history.record());
    let sql = "select count(distinct taken_at) = 3 as is_stored from mainstay.statement_history";
    let stored = until("the reading stored", async || {
        db.db().read().query_one(sql, &[]).await.unwrap().get::<_, bool>("is_stored")
    });
    tokio::select! {
        biased;
        () = stored => {}
        _ = &mut reading => {}
    }
    drop(reading);
    clock.advance(MINUTE);
    one.history.record().await.unwrap();
    assert_eq!(one.counted(&clock).await.unwrap().calls, 6);
}

/// A commit that waits for a synchronous standby is not seen by anybody, and takes effect all the same.
#[tokio::test]
async fn a_reading_whose_commit_is_still_under_way_is_not_written_again() {
    let own = own_cluster().await.unwrap();
    let target = own.cluster.as_ref().unwrap().target();
    migrate::run(&target, &[&PLATFORM]).await.unwrap();
    let operator = Session::connect(&target, "operator", Duration::from_secs(5)).await.unwrap();
    // The server of a test does not wait otherwise.
    operator.batch_execute("alter role current_user set synchronous_commit = on").await.unwrap();
    let clock = clock();
    let one = process_at(&target, &clock, "one").await;
    one.keeper.round().await.unwrap();
    let waits = async |event: &str| -> i64 {
        let sql = "select count(*) from pg_stat_activity where wait_event = $1";
        operator.query_one(sql, &[&event]).await.unwrap().get(0)
    };
    operator.batch_execute("alter system set synchronous_standby_names = 'nobody'").await.unwrap();
    operator.batch_execute("select pg_reload_conf()").await.unwrap();
    until("the setting", async || {
        let set = one.db.read().query_one("show synchronous_standby_names", &[]).await.unwrap();
        set.get::<_, &str>(0) == "nobody"
    })
    .await;

    one.runs(3).await;
    clock.advance(MINUTE);
    tokio::select! {
        _ = one.history.record() => panic!("nobody confirms the commit"),
        () = until("the commit waits", async || waits("SyncRep").await == 1) => {}
    }
    one.runs(2).await;
    clock.advance(MINUTE);
    let confirm = async {
        // Another commit that waits, or the same row, whose fate is waited for.
        until("the next one waits", async || waits("SyncRep").await + waits("transactionid").await == 2)
            .await;
        operator.batch_execute("alter system reset synchronous_standby_names").await.unwrap();
        operator.batch_execute("select pg_reload_conf()").await.unwrap();
    };
    let (recorded, ()) = tokio::join!(one.history.record(), confirm);
    recorded.unwrap();
    assert_eq!(one.counted(&clock).await.unwrap().calls, 5);
    drop(operator);
    own.close().await.unwrap();
}
