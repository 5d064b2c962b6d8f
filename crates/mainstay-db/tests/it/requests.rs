//! What the statements of one request cost, and what happens to one that asks row by row.

use std::time::Duration;

use mainstay_db::insight::{self, Budget, RequestStats};
use mainstay_db::{Db, DbError, Executor, Statement, one};
use mainstay_testing::TestDb;

static ADD: Statement = Statement::pipelined("sum.add", "select /* sum.add */ $1::bigint + 1");
static SERIES: Statement =
    Statement::pooled("sum.series", "select /* sum.series */ generate_series(1, $1::bigint)");

async fn add(db: &Db, numbers: impl IntoIterator<Item = i64>) -> Result<(), DbError> {
    for number in numbers {
        one(&*db.read(), &ADD, &[&number]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn statements_are_counted_by_name_with_their_rows_and_time() {
    let test = TestDb::empty().await.unwrap();
    let stats = RequestStats::default();
    insight::scope(stats.clone(), async {
        add(test.db(), [1, 1, 2]).await.unwrap();
        let tx = test.db().write().await.unwrap();
        tx.rows(&SERIES, &[&30_i64]).await.unwrap();
        tx.commit().await.unwrap();
    })
    .await;
    add(test.db(), [3]).await.unwrap();
    let found = stats.statements();
    let counted: Vec<_> =
        found.iter().map(|one| (one.name, one.count, one.distinct_parameters, one.rows)).collect();
    assert_eq!(counted, [("sum.add", 3, 2, 3), ("sum.series", 1, 1, 30)]);
    assert!(stats.time() > Duration::ZERO && stats.count() == 4);
}

#[tokio::test]
async fn the_statement_after_the_last_one_is_refused_by_name() {
    let test = TestDb::empty().await.unwrap();
    let stats = RequestStats::within(Budget { statements: 3, ..Budget::default() });
    let refused = insight::scope(stats.clone(), add(test.db(), [1; 9])).await.unwrap_err();
    assert!(matches!(refused, DbError::TooManyStatements { statement: "sum.add", most: 3 }), "{refused}");
    assert_eq!(stats.count(), 3);
    let free = insight::scope(stats, insight::apart(add(test.db(), [1; 9]))).await;
    assert!(free.is_ok(), "work that grows on purpose is not limited");
}

#[tokio::test]
async fn a_loop_over_single_rows_is_named_and_the_same_question_again_is_not_one() {
    let test = TestDb::empty().await.unwrap();
    let budget = Budget { repeated: 5, ..Budget::default() };
    let (looped, same, few) =
        (RequestStats::within(budget), RequestStats::within(budget), RequestStats::within(budget));
    insight::scope(looped.clone(), add(test.db(), 1..=5)).await.unwrap();
    insight::scope(same.clone(), add(test.db(), [7; 9])).await.unwrap();
    insight::scope(few.clone(), add(test.db(), 1..=4)).await.unwrap();
    assert_eq!((looped.repeated(), same.repeated(), few.repeated()), (vec!["sum.add"], vec![], vec![]));
}

#[tokio::test]
#[should_panic(expected = "sum.add ran 5 times with different parameters in one request")]
async fn a_loop_over_single_rows_panics_where_tests_ask_for_it() {
    let test = TestDb::empty().await.unwrap();
    let budget = Budget { repeated: 5, panics: true, ..Budget::default() };
    let _ = insight::scope(RequestStats::within(budget), add(test.db(), 1..=5)).await;
}

#[tokio::test]
async fn large_parameters_are_compared_by_their_beginning() {
    static BYTES: Statement = Statement::pooled("sum.bytes", "select length($1::bytea)::bigint");
    let test = TestDb::empty().await.unwrap();
    let stats = RequestStats::default();
    let large = vec![7_u8; 10_000_000];
    insight::scope(stats.clone(), async {
        for size in [9_000_000, 10_000_000] {
            one(&*test.db().read(), &BYTES, &[&&large[..size]]).await.unwrap();
        }
    })
    .await;
    assert_eq!(stats.statements()[0].distinct_parameters, 1);
}
