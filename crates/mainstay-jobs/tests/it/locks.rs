//! Locks on a real server: one has it, and who has lost it writes nothing under it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::{Db, TransactionError};
use mainstay_jobs::lock::{LockError, Locks, LostError, NAME_MOST, admits, with_xact_lock};
use mainstay_runtime::Effects;
use mainstay_testing::{TestDb, own_cluster, until};
use rustix::process::{Pid, Signal, kill_process};

use crate::world::on_own;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(400);
const WITHIN: Duration = Duration::from_secs(20);

async fn database() -> TestDb {
    TestDb::migrated(&[&mainstay_jobs::MIGRATIONS]).await.unwrap()
}

fn locks(test: &TestDb) -> Locks {
    Locks::new(test.target(), &Effects::system())
}

/// Writes under the lock, in one transaction.
async fn write(db: &Db, guard: &mainstay_jobs::lock::Guard) -> Result<(), LostError> {
    let tx = db.write().await?;
    tx.batch_execute("create table if not exists written (token bigint)").await?;
    tx.execute("insert into written (token) values ($1)", &[&guard.token()]).await?;
    guard.confirm_in(&tx).await?;
    Ok(tx.commit().await?)
}

#[tokio::test]
async fn one_has_it_and_the_next_has_a_larger_token() {
    let test = database().await;
    let (one, other) = (locks(&test), locks(&test));
    let first = one.try_lock("import", LONG).await.unwrap().unwrap();
    assert!(other.try_lock("import", LONG).await.unwrap().is_none());
    assert!(one.try_lock("import", LONG).await.unwrap().is_none(), "nor the same process twice");
    let elsewhere = other.try_lock("export", LONG).await.unwrap().unwrap();
    write(test.db(), &first).await.unwrap();
    let token = first.token();
    first.release().await.unwrap();
    let second = other.lock("import", LONG, WITHIN).await.unwrap();
    assert!(second.token() > token && second.is_held());
    elsewhere.release().await.unwrap();
    second.release().await.unwrap();
    test.close().await.unwrap();
}

#[tokio::test]
async fn who_sleeps_through_its_time_has_lost_it_and_writes_nothing() {
    let test = database().await;
    let asleep = Effects::fixed(Timestamp::UNIX_EPOCH, 7);
    let first = Locks::new(test.target(), &asleep).try_lock("import", SHORT).await.unwrap().unwrap();
    write(test.db(), &first).await.unwrap();
    let other = locks(&test);
    let second = other.lock("import", SHORT, WITHIN).await.unwrap();
    assert!(first.is_held(), "it knows nothing yet: its clock stands");
    assert!(matches!(write(test.db(), &first).await, Err(LostError::Lost)));
    assert!(!admits(Some(second.token()), first.token()) && admits(Some(first.token()), second.token()));
    write(test.db(), &second).await.unwrap();
    asleep.clock.advance(SHORT / 3 * 2);
    assert!(!first.is_held());
    first.lost().await;
    let refused: LostError = write(test.db(), &first).await.unwrap_err();
    assert!(refused.database().is_none());
    first.release().await.unwrap();
    assert!(second.is_held() && locks(&test).try_lock("import", LONG).await.unwrap().is_none());
    let rows = test.db().read().query("select token from written order by token", &[]).await.unwrap();
    assert_eq!(rows.len(), 2, "one of each");
    second.release().await.unwrap();
    test.close().await.unwrap();
}

#[tokio::test]
async fn it_goes_on_for_longer_than_its_time_and_ends_with_its_process() {
    let test = database().await;
    let (one, other) = (locks(&test), locks(&test));
    let first = one.try_lock("import", SHORT).await.unwrap().unwrap();
    let refused = other.lock("import", SHORT, SHORT * 3).await.unwrap_err();
    assert!(matches!(refused, LockError::Busy(_)), "{refused}");
    assert!(first.is_held());
    // As a process that is gone without a word.
    drop(first);
    assert!(other.try_lock("import", SHORT).await.unwrap().is_none(), "not before its time");
    other.lock("import", SHORT, WITHIN).await.unwrap().release().await.unwrap();
    test.close().await.unwrap();
}

#[tokio::test]
async fn of_twenty_who_want_it_one_at_a_time_has_it_and_all_do() {
    let test = database().await;
    let inside = Arc::new(AtomicUsize::new(0));
    let working = (0..20).map(|_| {
        let (locks, inside, db) = (locks(&test), Arc::clone(&inside), test.db());
        async move {
            let guard = locks.lock("import", LONG, LONG).await.unwrap();
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
            db.ping().await.unwrap();
            inside.fetch_sub(1, Ordering::SeqCst);
            let token = guard.token();
            guard.release().await.unwrap();
            token
        }
    });
    let mut tokens = futures_util::future::join_all(working).await;
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 20, "each has its own token");
    test.close().await.unwrap();
}

#[tokio::test]
async fn a_server_that_comes_back_in_time_costs_nothing_and_one_that_does_not_the_lock() {
    let mut own = own_cluster().await.unwrap();
    let cluster = own.cluster.as_mut().unwrap();
    let test = on_own(cluster).await;
    let (long, short) = (locks(&test), locks(&test));
    let kept = long.try_lock("kept", LONG).await.unwrap().unwrap();
    let lost = short.try_lock("lost", Duration::from_secs(1)).await.unwrap().unwrap();
    kill_process(Pid::from_raw(cluster.pid()).unwrap(), Signal::KILL).unwrap();
    cluster.ended().await;
    tokio::time::timeout(WITHIN, lost.lost()).await.unwrap();
    assert!(!lost.is_held() && lost.release().await.is_err());
    cluster.restart().await.unwrap();
    let other = locks(&test);
    let again = other.lock("lost", LONG, WITHIN).await.unwrap();
    assert!(again.is_held() && kept.is_held());
    assert!(other.try_lock("kept", LONG).await.unwrap().is_none());
    until("what is written under it is written", async || write(test.db(), &kept).await.is_ok()).await;
    kept.release().await.unwrap();
    other.try_lock("kept", LONG).await.unwrap().unwrap().release().await.unwrap();
    test.close().await.unwrap();
    own.close().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_a_lock_is_refused_and_the_platforms_own_are_not_for_users() {
    let test = database().await;
    let locks = locks(&test);
    for name in ["", "a\0b", &"x".repeat(NAME_MOST + 1), &"x".repeat(1 << 20)] {
        let refused = locks.try_lock(name, LONG).await.unwrap_err();
        assert!(matches!(refused, LockError::Name(length) if length == name.len()), "{refused}");
    }
    for ttl in [Duration::ZERO, Duration::from_millis(99), Duration::MAX] {
        let refused = locks.lock("import", ttl, LONG).await.unwrap_err();
        assert!(matches!(refused, LockError::Ttl(_)), "{refused}");
    }
    let guard = locks.try_lock("mainstay jobs", LONG).await.unwrap().unwrap();
    let taken = "select from mainstay.lease where name = 'mainstay jobs'";
    assert!(test.db().read().query(taken, &[]).await.unwrap().is_empty());
    guard.release().await.unwrap();
    test.close().await.unwrap();
}

#[tokio::test]
async fn transactions_with_one_key_take_turns() {
    let test = database().await;
    let (first, second) = (test.db().write().await.unwrap(), test.db().write().await.unwrap());
    with_xact_lock(&first, "key").await.unwrap();
    with_xact_lock(&first, "key").await.unwrap();
    let third = test.db().write().await.unwrap();
    with_xact_lock(&third, "another").await.unwrap();
    third.rollback().await.unwrap();
    let waiting = async { with_xact_lock(&second, "key").await.unwrap() };
    let ending = async {
        until("the second waits", async || {
            let sql = "select from pg_locks where not granted and locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";
            test.db().read().query(sql, &[]).await.unwrap().len() == 1
        })
        .await;
        first.commit().await.unwrap();
    };
    tokio::join!(waiting, ending);
    second.commit().await.unwrap();
    test.close().await.unwrap();
}
