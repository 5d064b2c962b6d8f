//! Notes of what is asked for most: written while the process runs and when it stops, read by the next one, and forgotten.

use std::time::Duration;

use mainstay_cache::{Cache, Config, Freshness, Key, NameConfig, Note};
use mainstay_runtime::Effects;
use mainstay_testing::until;

use crate::world::{Node, WITHIN, World};

/// Notes only when it stops. A busy machine's polls may be late, and what is kept is hit all the same.
fn config() -> Config {
    Config { hot_note_every_ms: 3_600_000, bound_ms: 60_000, ..Config::default() }
}

async fn node(world: &World, config: Config) -> (Node, Cache<(i64, i64), Option<String>>) {
    let node = world.silent_node(config, NameConfig::default(), &Effects::system());
    let notes = node.notes.clone().noted();
    node.caches.start(&node.supervisor);
    node.caches.heard().await;
    (node, notes)
}

/// Each is hit until it is counted.
async fn ask_often(node: &Node, notes: &Cache<(i64, i64), Option<String>>, owners: &[(i64, u32)]) {
    for (owner, times) in owners {
        node.fresh(*owner).await;
        for _ in 0..*times {
            notes.get(&(*owner, 1), Freshness::Fresh).expect("it is kept");
        }
    }
}

async fn stop(node: &Node) {
    assert!(node.supervisor.drain(WITHIN).await.is_clean());
}

fn owners(notes: &[Note]) -> Vec<Key> {
    notes.iter().map(|note| note.key.clone()).collect()
}

#[tokio::test]
async fn what_was_hit_most_is_told_to_who_starts_anew() {
    let world = World::new().await;
    let (first, notes) = node(&world, config()).await;
    ask_often(&first, &notes, &[(1, 200), (2, 20_000), (3, 4_000)]).await;
    assert_eq!(first.caches.hottest(10).await.unwrap(), [], "it is noted when it stops");
    stop(&first).await;
    let (second, _) = node(&world, config()).await;
    let hottest = second.caches.hottest(2).await.unwrap();
    assert_eq!(owners(&hottest), [Key::of(&(2_i64, 1_i64)), Key::of(&(3_i64, 1_i64))]);
    assert!(hottest.iter().all(|note| note.name == "notes" && note.hits > 1_000), "{hottest:?}");
    let mut parts = hottest[0].key.parts();
    assert_eq!(
        (parts.tuple(2), parts.signed(), parts.signed(), parts.end()),
        (Some(()), Some(2), Some(1), Some(()))
    );
    // Who says nothing has nothing noted, and reads no notes.
    let deaf = world.silent_node(config(), NameConfig::default(), &Effects::system());
    assert_eq!(deaf.caches.hottest(2).await.unwrap(), []);
}

#[tokio::test]
async fn of_two_nodes_the_larger_count_stays_and_what_nobody_asks_for_any_more_goes() {
    let world = World::new().await;
    let insert = "insert into mainstay.cache_hot (name, key, hits, noted_at) values ('notes', $1, $2, now() - $3 * interval '1 hour')";
    let key = Key::of(&(1_i64, 1_i64));
    let tx = world.test.db().write().await.unwrap();
    let rows: [(&[u8], i64, f64); 4] =
        [(key.as_bytes(), 1 << 40, 3.0), (b"old", 1 << 41, 25.0), (b"least", 1, 0.0), (b"less", 2, 0.0)];
    for (key, hits, hours) in rows {
        tx.execute(insert, &[&key, &hits, &hours]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let (one, notes) = node(&world, Config { hot_rows_most: 3, ..config() }).await;
    let all = || async { one.caches.hottest(10).await.unwrap() };
    assert_eq!(all().await.len(), 3, "a note of yesterday counts for nothing");
    ask_often(&one, &notes, &[(1, 5_000), (2, 5_000)]).await;
    stop(&one).await;
    let left = all().await;
    assert_eq!(owners(&left), [key, Key::of(&(2_i64, 1_i64)), Key::from_bytes(b"less")]);
    assert_eq!(left[0].hits, 1 << 40);
    let rows = world.psql.query_one("select count(*) from mainstay.cache_hot", &[]).await.unwrap();
    assert_eq!(rows.get::<_, i64>(0), 3);
}

#[tokio::test]
async fn it_is_noted_every_so_often_and_only_what_is_new() {
    let world = World::new().await;
    let (node, notes) = node(&world, Config { hot_note_every_ms: 10, ..config() }).await;
    ask_often(&node, &notes, &[(1, 5_000), (2, 5_000)]).await;
    until("it is noted", async || node.caches.hottest(10).await.unwrap().len() == 2).await;
    world.psql.batch_execute("delete from mainstay.cache_hot").await.unwrap();
    ask_often(&node, &notes, &[(1, 5_000)]).await;
    until("it is noted again", async || !node.caches.hottest(10).await.unwrap().is_empty()).await;
    stop(&node).await;
    assert_eq!(owners(&node.caches.hottest(10).await.unwrap()), [Key::of(&(1_i64, 1_i64))]);
}

#[tokio::test]
async fn a_key_that_no_index_takes_is_left_out_and_the_others_are_noted() {
    let world = World::new().await;
    let node = world.silent_node(config(), NameConfig::default(), &Effects::system());
    let pages: Cache<str, String> = node.caches.cache("pages", NameConfig::default()).noted();
    node.caches.start(&node.supervisor);
    node.caches.heard().await;
    let long = "x".repeat(5_000);
    for page in ["short", &long] {
        let load = |_| async { Ok::<_, mainstay_db::DbError>(page.to_owned()) };
        pages.get_or_load(page, Vec::new, Freshness::Fresh, load).await.unwrap();
        for _ in 0..5_000 {
            pages.get(page, Freshness::Fresh).expect("it is kept");
        }
    }
    stop(&node).await;
    assert_eq!(owners(&node.caches.hottest(10).await.unwrap()), [Key::of("short")]);
}

/// The table is away: nothing follows but a line in the log, and a stop that goes on.
#[tokio::test]
async fn a_database_that_takes_no_notes_holds_nobody_up() {
    let world = World::new().await;
    let log = mainstay_telemetry::Capture::of_thread();
    log.expect("what is asked for most could not be noted");
    world.psql.batch_execute("alter table mainstay.cache_hot rename to away").await.unwrap();
    let (node, notes) = node(&world, Config { hot_note_every_ms: 10, ..config() }).await;
    ask_often(&node, &notes, &[(1, 5_000)]).await;
    until("it is told", async || log.lines().iter().any(|line| line.event() == Some("task.round_failed")))
        .await;
    world.psql.batch_execute("alter table mainstay.away rename to cache_hot").await.unwrap();
    until("it is noted", async || node.caches.hottest(10).await.is_ok_and(|notes| !notes.is_empty())).await;
    // Somebody holds it.
    let holding = world.test.db().write().await.unwrap();
    holding.execute("lock table mainstay.cache_hot", &[]).await.unwrap();
    ask_often(&node, &notes, &[(2, 5_000)]).await;
    node.supervisor.stop().trigger();
    let begun = Duration::from_millis(2 * Config::default().poll_within_ms);
    assert!(node.supervisor.drain(begun + WITHIN).await.is_clean(), "it waits no longer than for a poll");
    holding.rollback().await.unwrap();
}
