//! Locks where answers are lost or late, callers go, and others wait: nobody is locked out by himself.

use std::time::Duration;

use mainstay_jobs::lock::Locks;
use mainstay_runtime::Effects;
use mainstay_testing::{TestDb, until};

use crate::way::{Answers, Way};

const LONG: Duration = Duration::from_secs(60);
const WITHIN: Duration = Duration::from_secs(20);

impl Way {
    fn locks(&self) -> Locks {
        Locks::new(&self.target, &Effects::system())
    }
}

async fn world() -> (TestDb, Way) {
    let test = TestDb::migrated(&[&mainstay_jobs::MIGRATIONS]).await.unwrap();
    let way = Way::to(test.target()).await;
    (test, way)
}

/// Those whose connection is open, so that the next answer is that to the next question.
async fn open(way: &Way) -> Locks {
    let locks = way.locks();
    locks.try_lock("another", LONG).await.unwrap().unwrap().release().await.unwrap();
    locks
}

async fn is(test: &TestDb, what: &str) -> bool {
    let sql = format!("select from mainstay.lease where name = 'lock import' and {what}");
    !test.db().read().query(&sql, &[]).await.unwrap().is_empty()
}

const TAKEN: &str = "expires_at > clock_timestamp()";

#[tokio::test]
async fn who_has_not_heard_that_he_has_it_gets_it_when_he_asks_again() {
    let (test, way) = world().await;
    let locks = open(&way).await;
    way.answers.send_replace(Answers::Lost);
    let guard = locks.lock("import", LONG, WITHIN).await.unwrap();
    assert!(guard.is_held());
    assert_eq!(*way.answers.borrow(), Answers::Pass, "the first answer was lost");
    guard.release().await.unwrap();
    assert!(!is(&test, TAKEN).await);
    test.close().await.unwrap();
}

#[tokio::test]
async fn what_nobody_has_heard_of_is_given_back() {
    let (test, way) = world().await;
    let (locks, other) = (open(&way).await, Locks::new(test.target(), &Effects::system()));
    way.answers.send_replace(Answers::Lost);
    locks.try_lock("import", LONG).await.unwrap_err();
    other.lock("import", LONG, WITHIN).await.unwrap().release().await.unwrap();
    // And of who does not wait for the answer.
    way.answers.send_replace(Answers::Wait);
    let asking = locks.lock("import", LONG, LONG);
    let taken = until("it is his", async || is(&test, TAKEN).await);
    tokio::select! {
        _ = asking => panic!("there is no answer"),
        () = taken => {}
    }
    way.answers.send_replace(Answers::Pass);
    other.lock("import", LONG, WITHIN).await.unwrap().release().await.unwrap();
    test.close().await.unwrap();
}

#[tokio::test]
async fn a_lock_of_which_one_hears_too_late_is_not_his() {
    let (test, way) = world().await;
    let locks = open(&way).await;
    way.answers.send_replace(Answers::Wait);
    let asking = locks.try_lock("import", Duration::from_millis(500));
    let waiting = async {
        until("it was his", async || is(&test, "expires_at <= clock_timestamp()").await).await;
        way.answers.send_replace(Answers::Pass);
    };
    let (got, ()) = tokio::join!(asking, waiting);
    assert!(got.unwrap().is_none());
    until("it is given back", async || is(&test, "holder = ''").await).await;
    test.close().await.unwrap();
}

#[tokio::test]
async fn those_who_wait_for_one_lock_cost_nobody_another() {
    let (test, way) = world().await;
    let (locks, other) = (open(&way).await, Locks::new(test.target(), &Effects::system()));
    let kept = locks.try_lock("kept", Duration::from_secs(3)).await.unwrap().unwrap();
    let wanted = other.try_lock("import", LONG).await.unwrap().unwrap();
    // Somebody takes long over his commit.
    let tx = test.db().write().await.unwrap();
    wanted.confirm_in(&tx).await.unwrap();
    let waiting = (0..10).map(|_| locks.lock("import", LONG, Duration::from_secs(4)));
    let refused = futures_util::future::join_all(waiting).await;
    assert!(refused.iter().all(Result::is_err));
    assert!(kept.is_held(), "he could say that he goes on");
    tx.commit().await.unwrap();
    wanted.release().await.unwrap();
    kept.release().await.unwrap();
    test.close().await.unwrap();
}

#[tokio::test]
async fn who_hears_too_late_asks_again_while_he_has_the_time() {
    let (test, way) = world().await;
    let locks = open(&way).await;
    way.answers.send_replace(Answers::Wait);
    let asking = locks.lock("import", Duration::from_millis(1_500), WITHIN);
    let waiting = async {
        until("it was his", async || is(&test, "expires_at <= clock_timestamp()").await).await;
        way.answers.send_replace(Answers::Pass);
    };
    let (got, ()) = tokio::join!(asking, waiting);
    got.unwrap().release().await.unwrap();
    test.close().await.unwrap();
}

#[tokio::test]
async fn a_lock_that_cannot_be_given_back_yet_costs_nobody_another() {
    let test = TestDb::migrated(&[&mainstay_jobs::MIGRATIONS]).await.unwrap();
    let (effects, second) = (Effects::system(), Duration::from_secs(1));
    let locks = Locks::new(test.target(), &effects);
    let wanted = locks.try_lock("import", LONG).await.unwrap().unwrap();
    let tx = test.db().write().await.unwrap();
    wanted.confirm_in(&tx).await.unwrap();
    let others = async {
        let began = effects.clock.monotonic();
        locks.try_lock("other", LONG).await.unwrap().unwrap().release().await.unwrap();
        let took = effects.clock.monotonic() - began;
        tx.commit().await.unwrap();
        took
    };
    let (released, took) = tokio::join!(wanted.release(), others);
    released.unwrap();
    assert!(took < second, "{took:?}");
    test.close().await.unwrap();
}
