//! A primary and its replicas that are paused, cut, killed and promoted.

use mainstay_testing::replica_set;

const COUNT: &str = "select count(*) from note";

#[tokio::test]
async fn replicas_follow_are_held_and_take_over() {
    let mut set = replica_set(2).await.unwrap();
    assert_eq!((set.len(), set.primary(), set.replicas()), (3, 0, vec![1, 2]));
    set.execute(0, "create table note (id int); insert into note values (1)").await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    assert_eq!(set.ask(1, COUNT).await.unwrap(), "1");

    set.pause(2).await.unwrap();
    set.execute(0, "insert into note values (2)").await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    assert_eq!(set.ask(1, COUNT).await.unwrap(), "2");
    let held = set.ask(2, "select pg_is_wal_replay_paused()").await.unwrap();
    assert_eq!(held, "t");
    set.resume(2).await.unwrap();
    set.wait_until_caught_up(2).await.unwrap();
    assert_eq!(set.ask(2, COUNT).await.unwrap(), "2");
    set.kill_receiver(2).await.unwrap();
    set.wait_until_streams(2).await.unwrap();

    // One that is cut off misses what is then lost with the primary; the other takes over.
    set.cut(2).await.unwrap();
    set.execute(0, "insert into note values (3)").await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    set.kill(0).await.unwrap();
    set.promote(1).await.unwrap();
    set.follow(2).await.unwrap();
    set.wait_until_streams(2).await.unwrap();
    set.rebuild(0).await.unwrap();
    assert_eq!((set.primary(), set.replicas()), (1, vec![0, 2]));
    set.execute(1, "insert into note values (4)").await.unwrap();
    for at in [0, 2] {
        set.wait_until_caught_up(at).await.unwrap();
        assert_eq!(set.ask(at, COUNT).await.unwrap(), "4");
    }
    set.kill(2).await.unwrap();
    assert!(set.ask(2, COUNT).await.is_err());
    set.start(2).await.unwrap();
    set.wait_until_streams(2).await.unwrap();
    set.close().await.unwrap();
}
