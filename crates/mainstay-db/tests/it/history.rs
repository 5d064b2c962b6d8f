//! The history of statements on a real server: nothing is counted twice and nothing that was written is lost, with two
//! processes, after a restart, and when nobody knows whether a reading was stored.

use std::num::NonZeroU32;
use std::time::Duration;

use mainstay_db::insight::History;
use mainstay_db::insight::views::{self, PastStatement};
use mainstay_db::migrate::PLATFORM;
use mainstay_db::partitions::{Keeper, statement_history};
use mainstay_db::{Config, Db, Executor, Statement};
use mainstay_runtime::Clock;
use mainstay_telemetry::Registry;
use mainstay_testing::TestDb;

static COUNTED: Statement = Statement::pooled("test.counted", "/* test.counted */ select 1");

/// A process: pools, figures and a name of its own.
struct Process {
    db: Db,
    keeper: Keeper,
    history: History,
}

async fn process(on: &TestDb, clock: &Clock, name: &str) -> Process {
    let db = Db::connect(&Config::default(), on.target()).await.unwrap();
    let table = statement_history(NonZeroU32::MIN);
    let tables = vec![table.clone()];
    let keeper = Keeper::new(&Default::default(), on.target(), clock, &Registry::new(), tables).unwrap();
    let history = History::new(&db, &keeper, table, clock, name.to_owned());
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
    let stored = async {
        let sql = "select count(distinct taken_at) = 3 as is_stored from mainstay.statement_history";
        while !db.db().read().query_one(sql, &[]).await.unwrap().get::<_, bool>("is_stored") {}
    };
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
