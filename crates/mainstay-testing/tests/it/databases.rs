//! A database per test, the statement counter and the bound on statements.

use mainstay_db::migrate::{Migration, Migrations};
use mainstay_db::{DbError, Statement, one};
use mainstay_testing::{TestDb, max_statements};

const NOTES: &[Migration] =
    &[Migration { version: 1, name: "notes", sql: "create table note (id int primary key, text text);" }];
const SET: Migrations = Migrations::new("notes", NOTES);

#[tokio::test]
async fn each_test_has_its_own_database() {
    let (one, two) = (TestDb::migrated(&[&SET]).await.unwrap(), TestDb::migrated(&[&SET]).await.unwrap());
    assert_ne!(one.name(), two.name());
    let tx = one.db().write().await.unwrap();
    tx.execute("insert into note values (1, 'here')", &[]).await.unwrap();
    tx.commit().await.unwrap();
    let count = async |db: &TestDb| -> i64 {
        let read = db.db().read();
        read.query_one("select count(*) from note", &[]).await.unwrap().get(0)
    };
    assert_eq!((count(&one).await, count(&two).await), (1, 0));
}

#[tokio::test]
async fn a_closed_or_dropped_database_is_gone() {
    let witness = TestDb::empty().await.unwrap();
    let exists = async |name: &str| -> bool {
        let read = witness.db().read();
        let sql = "select exists (select from pg_database where datname = $1)";
        read.query_one(sql, &[&name]).await.unwrap().get(0)
    };
    let (one, two) = (TestDb::empty().await.unwrap(), TestDb::empty().await.unwrap());
    let names = (one.name().to_owned(), two.name().to_owned());
    assert!(exists(&names.0).await && exists(&names.1).await);
    one.close().await.unwrap();
    drop(two);
    assert!(!exists(&names.0).await && !exists(&names.1).await);
}

#[tokio::test]
async fn statements_are_counted_without_transaction_control_and_what_nobody_asks_for() {
    let db = TestDb::migrated(&[&SET]).await.unwrap();
    let before = db.statements().await.unwrap();
    let tx = db.db().write().await.unwrap();
    tx.batch_execute("set local work_mem = '1MB'; savepoint a; release savepoint a").await.unwrap();
    for id in 0..3_i32 {
        tx.execute("insert into note values ($1, $2)", &[&id, &"text"]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let read = db.db().read();
    read.query("select * from note where id = $1", &[&1]).await.unwrap();
    read.query("select /* notes.due platform */ id from note", &[]).await.unwrap();
    let used = db.statements().await.unwrap().since(&before);
    assert_eq!(used.total(), 4, "{used}");
    assert_eq!(used.containing("insert into note"), 3, "{used}");
    // Another database's statements are not ours.
    let other = TestDb::migrated(&[&SET]).await.unwrap();
    other.db().ping().await.unwrap();
    let again = db.statements().await.unwrap().since(&before);
    assert_eq!(again, used);
}

#[tokio::test]
async fn another_process_reaches_it_by_url() {
    let db = TestDb::empty().await.unwrap();
    let target = mainstay_db::Target::parse(db.target().url().expose()).unwrap();
    let limit = std::time::Duration::from_secs(5);
    let session = mainstay_db::Session::connect(&target, "other", limit).await.unwrap();
    let found: String = session.query_one("select current_database()::text", &[]).await.unwrap().get(0);
    assert_eq!(found, db.name());
}

#[tokio::test]
async fn a_failed_setup_leaves_no_template_behind() {
    let key = format!("failing {}", std::process::id());
    let failed = TestDb::new(&key, async |_| anyhow::bail!("no")).await;
    assert!(format!("{:#}", failed.unwrap_err()).contains("no"));
    let db = TestDb::new(&key, async |target| {
        let limit = std::time::Duration::from_secs(5);
        let session = mainstay_db::Session::connect(&target, "setup", limit).await?;
        session.batch_execute("create table made (id int)").await?;
        Ok(())
    })
    .await
    .unwrap();
    db.db().read().query("select * from made", &[]).await.unwrap();
}

static ADD: Statement = Statement::pipelined("sum.add", "select /* sum.add */ $1::bigint + 1");

async fn add(db: &TestDb, numbers: std::ops::Range<i64>) -> Result<i64, DbError> {
    let mut sum = 0;
    for number in numbers {
        sum += one(&*db.db().read(), &ADD, &[&number]).await?.try_get::<_, i64>(0)?;
    }
    Ok(sum)
}

#[tokio::test]
async fn work_within_its_bound_gives_its_result() {
    let db = TestDb::empty().await.unwrap();
    assert_eq!(max_statements(3, add(&db, 0..3)).await.unwrap(), 6);
}

#[tokio::test]
#[should_panic(expected = "4 statements ran, 3 may\n     4 x sum.add, 4 rows")]
async fn work_beyond_its_bound_is_named() {
    let db = TestDb::empty().await.unwrap();
    max_statements(3, add(&db, 0..4)).await.unwrap();
}
