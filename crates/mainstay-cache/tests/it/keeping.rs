//! One node over a real database: what is kept is served while it is so, and not a moment longer.

use std::time::Duration;

use mainstay_cache::coherence::Tag;
use mainstay_cache::{Commit, Config, Freshness, Invalidate, LoadError, NameConfig, Reason, Source};
use mainstay_db::{DbError, TransactionError};
use mainstay_runtime::Effects;
use mainstay_testing::until;

use crate::world::{World, deaf, read, tags};

const BOUND: Duration = Duration::from_millis(500);
const MS: Duration = Duration::from_millis(1);

fn told(body: &str, is_read: bool) -> (String, bool) {
    (body.to_owned(), is_read)
}

#[tokio::test]
async fn a_hit_reads_nothing_and_a_change_by_anybody_ends_it() {
    let world = World::new().await;
    let node = world.node(Config { poll_idle_ms: 5, bound_ms: 10_000, ..Config::default() }).await;
    assert_eq!(node.fresh(1).await, told("first", true));
    assert_eq!(node.fresh(1).await, told("first", false));
    assert_eq!(node.fresh(2).await, told("first", true), "another key is another entry");
    world.write(1, "by psql").await;
    until("the change is heard of", async || node.fresh(1).await.0 == "by psql").await;
    assert_eq!(node.fresh(1).await, told("by psql", false));
    assert_eq!(node.fresh(2).await, told("first", false), "what has not changed is kept");
    let stats = node.stats();
    assert_eq!((stats.misses.clone(), stats.entries), (vec![(Reason::Absent, 2), (Reason::Changed, 1)], 2));
    assert_eq!(stats.evicted, 0, "a new answer in the place of an old one");
    assert!(stats.hits >= 3 && stats.hit_ratio().unwrap() >= 0.5, "{stats:?}");
    let text = node.registry.encode();
    let line = "cache_lookups_total{cache=\"notes\",tier=\"database\",outcome=\"miss\",reason=\"changed\"} 1";
    assert!(text.contains(line) && text.contains("cache_watermark_age_seconds_count"), "{text}");
}

#[tokio::test]
async fn who_asks_at_once_is_told_only_what_is_fresh() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let at_once = |freshness| node.notes.get(&(1, 1), freshness);
    assert_eq!(at_once(Freshness::Fresh), None, "nothing is kept");
    node.fresh(1).await;
    let answer = at_once(Freshness::Fresh).unwrap();
    assert_eq!((answer.value.as_deref(), answer.source), (Some("first"), Source::Level1));
    assert_eq!(at_once(Freshness::Bypass), None, "it is to be read");
    node.clock.advance(MS);
    let (past, now) = (Freshness::Within(Duration::ZERO), Freshness::Within(MS));
    assert_eq!((at_once(past), at_once(now).is_some()), (None, true));
    let commit = node.write(2, "second").await;
    assert!(at_once(Freshness::ReadYourWrites(commit)).is_some());
    let lost = Commit { xid: u64::MAX, ..commit };
    assert_eq!(at_once(Freshness::ReadYourWrites(lost)), None);
    node.write(1, "second").await;
    assert_eq!(at_once(Freshness::Fresh), None);
    assert_eq!(at_once(Freshness::StaleOk(BOUND)), None, "who has it read may be given what is outdated");
    assert_eq!(node.stats().hits, 3);
    assert_eq!(node.stats().misses, [(Reason::Absent, 1)], "who asks further is counted there");
}

#[tokio::test]
async fn nothing_is_kept_before_the_first_poll() {
    let world = World::new().await;
    let node = world.silent_node(Config::default(), NameConfig::default(), &Effects::system());
    for _ in 0..2 {
        assert_eq!(node.fresh(1).await, told("first", true));
    }
    assert_eq!((node.stats().refused, node.stats().entries, node.caches.age()), (2, 0, None));
}

#[tokio::test]
async fn who_has_heard_nothing_for_longer_than_the_bound_asks_and_says_so() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    node.fresh(1).await;
    world.write(1, "second").await;
    node.clock.advance(BOUND);
    assert_eq!(node.fresh(1).await, told("first", false), "within the bound");
    node.clock.advance(MS);
    assert_eq!(node.fresh(1).await, told("second", true));
    assert_eq!(node.fresh(1).await, told("second", true), "still nothing is heard");
    assert_eq!(node.stats().misses, [(Reason::Absent, 1), (Reason::Unheard, 2)]);
    node.hear().await;
    // The event of a change that was read already ends the entry once more: nobody knows which came first.
    node.fresh(1).await;
    assert_eq!(node.fresh(1).await, told("second", false));
}

#[tokio::test]
async fn own_commits_count_at_once_and_need_no_poll() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    node.fresh(1).await;
    node.write(1, "own").await;
    assert_eq!(node.fresh(1).await, told("own", true));
    assert_eq!(node.fresh(1).await, told("own", false));

    // What no trigger sees is told by hand, and nothing is told of what is rolled back.
    let tx = world.test.db().write().await.unwrap();
    tx.invalidate(&[Tag::named("note:1:1")]).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(node.fresh(1).await, told("own", false));
    let tx = world.test.db().write().await.unwrap();
    tx.invalidate(&[Tag::named("note:1:1")]).await.unwrap();
    node.caches.commit(tx).await.unwrap();
    assert_eq!(node.fresh(1).await, told("own", true));

    // Work that is run again when it lost tells of the run that counts.
    let mut run = 0;
    let written = node.caches.transaction(|tx| {
        run += 1;
        let body = format!("run {run}");
        async move {
            tx.execute("update note set body = $1 where owner = 1", &[&body]).await?;
            if body == "run 1" {
                tx.batch_execute("do $$ begin raise sqlstate '40001'; end $$").await?;
            }
            Ok::<_, DbError>(body)
        }
    });
    let (body, commit) = written.await.unwrap();
    assert!(body == "run 2" && commit.is_some());
    assert_eq!(node.fresh(1).await, told("run 2", true));
}

#[tokio::test]
async fn own_commits_count_at_once_in_a_life_that_no_poll_has_numbered() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    node.fresh(1).await;
    // As after a crash of the server: the rows that are not logged are gone, and no node has asked since.
    world.psql.batch_execute("truncate mainstay.cache_incarnation").await.unwrap();
    let tx = world.test.db().write().await.unwrap();
    tx.execute("update note set body = 'own' where owner = 1", &[]).await.unwrap();
    assert_eq!(node.caches.commit(tx).await.unwrap(), None, "no other node could know it");
    assert_eq!(node.fresh(1).await, told("own", true));
    assert_eq!(node.fresh(1).await, told("own", true), "nothing is known yet");
    node.hear().await;
    node.fresh(1).await;
    assert_eq!(node.fresh(1).await, told("own", false));
}

#[tokio::test]
async fn an_error_of_the_commit_is_told_and_nothing_hides_behind_it() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let failed = node.caches.transaction(|tx| async move {
        tx.batch_execute("insert into note values (1, 1)").await?;
        Ok::<_, DbError>(())
    });
    let error = failed.await.unwrap_err();
    assert_eq!(error.database().and_then(DbError::constraint), Some("note_pkey"));
}

#[tokio::test]
async fn times_are_jittered_and_that_there_is_nothing_has_its_own() {
    let world = World::new().await;
    let name = NameConfig {
        ttl_ms: 100_000,
        negative_ttl_ms: 10_000,
        jitter_percent: 10,
        refresh_after_percent: 100,
        ..NameConfig::default()
    };
    let node = world.paused_node(name).await;
    let sql = "insert into note select owner, 1, 'many' from generate_series(4, 53) as owner";
    world.psql.batch_execute(sql).await.unwrap();
    node.hear().await;
    for owner in 4..60 {
        node.fresh(owner).await;
    }
    let kept = async |at: Duration| {
        node.clock.advance(at.saturating_sub(node.clock.boottime()));
        node.hear().await;
        let before = node.stats();
        let mut left = 0;
        for owner in 4..54 {
            left += u64::from(
                !node.get(owner, Freshness::Within(Duration::MAX)).await.source.eq(&Source::Loaded),
            );
        }
        assert!(node.stats().hits - before.hits == left);
        left
    };
    assert_eq!(node.fresh(59).await, told("nothing", false));
    assert_eq!(node.stats().negative_hits, 1);
    node.clock.advance(Duration::from_millis(11_001));
    node.hear().await;
    assert_eq!(node.fresh(59).await, told("nothing", true), "it may be longer by a tenth");
    assert_eq!(kept(Duration::from_millis(89_999)).await, 50);
    let half = kept(Duration::from_secs(100)).await;
    assert!((10..=40).contains(&half), "{half} of 50 outlive the middle of the jitter");
    // Those that ended in the middle were read anew; the first ones are gone by now.
    let end = Duration::from_millis(110_001);
    assert_eq!(kept(end).await, 50 - half);
    assert!(node.stats().misses.contains(&(Reason::Expired, 51)), "{:?}", node.stats());
}

#[tokio::test]
async fn one_reads_again_ahead_of_the_end_while_the_others_are_served() {
    let world = World::new().await;
    let name =
        NameConfig { ttl_ms: 1_000, jitter_percent: 0, refresh_after_percent: 80, ..NameConfig::default() };
    let node = world.paused_node(name).await;
    node.fresh(1).await;
    node.clock.advance(Duration::from_millis(799));
    node.hear().await;
    assert_eq!(node.fresh(1).await, told("first", false));
    node.clock.advance(MS);
    let within = async || {
        let load = |from| async move { read(&from, 1).await };
        node.notes
            .get_or_load::<DbError, _>(&(1, 1), || tags(1), Freshness::Fresh, load)
            .await
            .unwrap()
            .source
    };
    // While one is at it, and if it is dropped, another one.
    {
        let load = |_| std::future::pending::<Result<Option<String>, DbError>>();
        let mut dropped = Box::pin(node.notes.get_or_load(&(1, 1), || tags(1), Freshness::Fresh, load));
        assert!(futures_util::poll!(&mut dropped).is_pending());
        assert_eq!([within().await, within().await], [Source::Level1; 2]);
    }
    // One that fails is served what is still good.
    let failing = |_| async { Err::<Option<String>, _>("no") };
    let served = node.notes.get_or_load(&(1, 1), || tags(1), Freshness::Fresh, failing).await.unwrap();
    assert_eq!(served.source, Source::Level1);
    assert_eq!([within().await, within().await], [Source::Loaded, Source::Level1]);
    let misses = node.stats().misses;
    assert_eq!(misses, [(Reason::Absent, 1), (Reason::Refresh, 3)]);
}

#[tokio::test]
async fn memory_is_bounded_by_bytes() {
    let world = World::new().await;
    let max_bytes = 1 << 20;
    let node = world.paused_node(NameConfig { max_bytes, ..NameConfig::default() }).await;
    let texts = node.caches.cache::<i64, String>("texts", NameConfig { max_bytes, ..NameConfig::default() });
    let keep = async |key, bytes: usize| {
        let load = |_| async move { Ok::<_, DbError>("x".repeat(bytes)) };
        texts.get_or_load(&key, || tags(1), Freshness::Fresh, load).await.unwrap();
    };
    let stats = || node.caches.stats().remove(1);
    for key in 0..400 {
        keep(key, 10_000).await;
        assert!(stats().bytes <= max_bytes, "{}", stats().bytes);
    }
    let full = stats();
    assert!(
        full.bytes > max_bytes * 9 / 10 && full.entries > 90 && full.evicted == 400 - full.entries,
        "{full:?}"
    );
    keep(1_000, 2 << 20).await;
    let after = stats();
    assert_eq!(
        (after.entries, after.refused),
        (full.entries, 1),
        "what is larger than all drives nothing out"
    );
    texts.clear();
    assert_eq!((stats().bytes, stats().entries), (0, 0));
}

#[tokio::test]
async fn who_allows_it_is_served_what_may_be_outdated_instead_of_waiting_or_failing() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let stale = Freshness::StaleOk(Duration::from_secs(5));
    assert_eq!(node.get(1, stale).await.source, Source::Loaded);
    assert_eq!(node.get(1, stale).await.source, Source::Level1);
    world.write(1, "second").await;
    node.clock.advance(Duration::from_secs(5));
    let answer = node.get(1, stale).await;
    assert_eq!((answer.source, answer.value.as_deref()), (Source::Stale, Some("first")), "nothing is heard");
    node.clock.advance(MS);
    assert_eq!(node.get(1, stale).await.value.as_deref(), Some("second"), "it is too old");

    // Where the node knows that it has changed, one reads.
    node.hear().await;
    world.write(1, "third").await;
    node.clock.advance(MS);
    node.hear().await;
    let failing = |_| async { Err::<Option<String>, _>("no") };
    let served = node.notes.get_or_load(&(1, 1), || tags(1), stale, failing).await.unwrap();
    assert_eq!((served.source, served.value.as_deref()), (Source::Stale, Some("second")));
    let refused = node.notes.get_or_load(&(1, 1), || tags(1), Freshness::Fresh, failing).await;
    assert!(matches!(refused, Err(LoadError::Failed(error)) if *error == "no"));
    assert_eq!(node.get(1, stale).await.value.as_deref(), Some("third"));
    assert_eq!((node.stats().stale, node.stats().failed), (2, 2));
}

#[tokio::test]
async fn who_asks_for_a_commit_is_served_nothing_before_it_and_who_bypasses_nothing_kept() {
    let world = World::new().await;
    let (writer, reader) =
        (world.paused_node(NameConfig::default()).await, world.paused_node(NameConfig::default()).await);
    reader.fresh(1).await;
    let commit = writer.write(1, "second").await;
    assert_eq!(reader.fresh(1).await, told("first", false), "within the bound");
    let asked = Freshness::ReadYourWrites(commit);
    assert_eq!(reader.get(1, asked).await.value.as_deref(), Some("second"));
    assert_eq!(writer.get(1, asked).await.value.as_deref(), Some("second"));
    // It has told the poller to ask.
    until("the commit is heard of", async || reader.get(1, asked).await.source == Source::Level1).await;
    let lost = Commit { xid: u64::MAX, ..commit };
    assert_eq!(reader.get(1, Freshness::ReadYourWrites(lost)).await.source, Source::Loaded);

    world.write(1, "third").await;
    assert_eq!(writer.get(1, Freshness::Bypass).await.value.as_deref(), Some("third"));
    assert_eq!(writer.fresh(1).await.0, "second", "it keeps nothing either");
    assert_eq!(writer.stats().bypassed, 1);
}

#[tokio::test]
async fn an_answer_of_too_many_tags_is_not_kept() {
    let world = World::new().await;
    let config = Config { tags_most: 2, ..deaf() };
    let node = world.silent_node(config, NameConfig::default(), &Effects::system());
    node.caches.start(&node.supervisor);
    node.hear().await;
    node.fresh(1).await;
    assert_eq!((node.stats().entries, node.stats().refused), (0, 1));
}
