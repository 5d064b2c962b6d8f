//! Commits by whoever writes, told to the node by the pools themselves, and carried to other nodes by the session. Never
//! here: what is kept for how long (`keeping`).

use mainstay_cache::{Freshness, NameConfig};
use mainstay_db::DbError;
use mainstay_db::causality::{self, Causality};
use mainstay_runtime::Effects;

use crate::world::{World, deaf};

const UPDATE: &str = "update note set body = $2 where owner = $1";

impl World {
    /// Knows nothing of the cache, as any feature that writes.
    async fn write_plainly(&self, owner: i64, body: &str) -> Result<u64, DbError> {
        self.test.db().transaction(|tx| async move { tx.execute(UPDATE, &[&owner, &body]).await }).await
    }
}

#[tokio::test]
async fn what_anybody_of_the_process_has_committed_no_answer_lacks() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    assert_eq!(node.fresh(1).await, ("first".to_owned(), true));
    world.write_plainly(1, "unfollowed").await.unwrap();
    assert_eq!(node.fresh(1).await, ("first".to_owned(), false), "without the hook nobody hears of it");

    node.caches.follow(world.test.db());
    for number in 0..5 {
        let body = format!("written {number}");
        assert_eq!(world.write_plainly(1, &body).await.unwrap(), 1);
        assert_eq!(node.fresh(1).await, (body.clone(), true));
        assert_eq!(node.fresh(1).await, (body, false));
    }
    let tx = world.test.db().write().await.unwrap();
    tx.execute(UPDATE, &[&1_i64, &"by hand"]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(node.fresh(1).await.0, "by hand");
}

#[tokio::test]
async fn a_commit_that_fails_is_told_as_one_and_leaves_nothing() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    node.caches.follow(world.test.db());
    assert_eq!(node.fresh(1).await.0, "first");
    let tx = world.test.db().write().await.unwrap();
    tx.execute(UPDATE, &[&1_i64, &"lost"]).await.unwrap();
    tx.execute("update note set body = body::integer::text where owner = 2", &[]).await.unwrap_err();
    assert!(matches!(tx.commit().await.unwrap_err(), DbError::AlreadyFailed(_)));
    assert_eq!(node.fresh(1).await, ("first".to_owned(), false));
    // The question itself fails: then nothing is committed.
    world.psql.batch_execute("alter function mainstay.cache_own rename to cache_lost").await.unwrap();
    world.write_plainly(1, "lost").await.unwrap_err();
    world.psql.batch_execute("alter function mainstay.cache_lost rename to cache_own").await.unwrap();
    assert_eq!(node.get(1, Freshness::Bypass).await.value.as_deref(), Some("first"));
    world.write_plainly(1, "kept").await.unwrap();
    assert_eq!(node.fresh(1).await.0, "kept");
}

#[tokio::test]
async fn a_session_carries_its_commits_to_nodes_that_have_not_heard_of_them() {
    let world = World::new().await;
    let [writer, reader] =
        [world.paused_node(NameConfig::default()).await, world.paused_node(NameConfig::default()).await];
    writer.caches.follow(world.test.db());
    assert_eq!(reader.fresh(1).await.0, "first");
    let session = Causality::new(1, None);
    causality::scope(session.clone(), async { world.write_plainly(1, "new").await.unwrap() }).await;
    let carried = session.carried();
    assert_eq!(carried.written.len(), 1);
    assert_eq!(reader.fresh(1).await, ("first".to_owned(), false), "the session of nobody");
    let later = Causality::carrying(1, carried.clone());
    let asked = causality::scope(later.clone(), async { reader.caches.freshness() }).await;
    assert!(matches!(asked, Freshness::ReadYourWrites(_)), "{asked:?}");
    assert_eq!(reader.get(1, asked).await.value.as_deref(), Some("new"));
    let at_home = causality::scope(later, async { writer.caches.freshness() }).await;
    assert_eq!(at_home, Freshness::Fresh, "it has seen its own");
    // What every fresh answer has says nothing any more, not even of a life of the server that is over.
    let mut old = carried;
    old.written[0].at_s -= 3_600;
    let old = causality::scope(Causality::carrying(1, old), async { reader.caches.freshness() }).await;
    assert_eq!(old, Freshness::Fresh);
}

#[tokio::test]
async fn who_reads_only_has_written_nothing() {
    let world = World::new().await;
    let node = world.silent_node(deaf(), NameConfig::default(), &Effects::system());
    node.caches.follow(world.test.db());
    let session = Causality::new(1, None);
    let read = world.test.db().transaction(|tx| async move { tx.query("select 1 from note", &[]).await });
    let rows = causality::scope(session.clone(), read).await.unwrap();
    assert_eq!((rows.len(), session.written().len()), (3, 0));
}
