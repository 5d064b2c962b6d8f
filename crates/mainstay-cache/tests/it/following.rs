//! Whoever follows a node is told of each change once, whoever has made it, and of everything where some may be missing.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use mainstay_cache::coherence::Tag;
use mainstay_cache::{Change, Changes, Config, NameConfig};
use mainstay_testing::until;

use crate::world::{Node, World, deaf};

/// What has been told by now: everything, or the events.
fn told(changes: &Changes) -> Option<Change> {
    changes.next().now_or_never()
}

fn touched(change: Option<Change>) -> Vec<BTreeSet<Tag>> {
    match change {
        Some(Change::Events(events)) => events.into_iter().map(BTreeSet::from_iter).collect(),
        other => panic!("these are no events: {other:?}"),
    }
}

fn row(owner: i64) -> BTreeSet<Tag> {
    ["note".to_owned(), format!("note:{owner}"), format!("note:{owner}:1")]
        .map(|name| Tag::named(&name))
        .into()
}

async fn followed(world: &World) -> (Node, Changes) {
    let node = world.paused_node(NameConfig::default()).await;
    let changes = node.caches.changes(1_000);
    assert_eq!(told(&changes), Some(Change::Everything), "what was before");
    (node, changes)
}

#[tokio::test]
async fn changes_of_others_and_own_ones_are_told_once() {
    let world = World::new().await;
    let (node, changes) = followed(&world).await;
    node.hear().await;
    assert_eq!(told(&changes), None);
    world.write(1, "second").await;
    node.write(2, "own").await;
    assert_eq!(told(&changes), None, "before a poll nothing is told");
    node.hear().await;
    let events: BTreeSet<_> = touched(told(&changes)).into_iter().collect();
    assert_eq!(events, [row(1), row(2)].into());
    node.hear().await;
    assert_eq!(told(&changes), None);
    // A long transaction that began before them is told of when it commits.
    let late = crate::world::session(world.test.target()).await;
    late.batch_execute("begin; update note set body = 'late' where owner = 3").await.unwrap();
    world.write(1, "third").await;
    node.hear().await;
    assert_eq!(touched(told(&changes)), [row(1)]);
    late.batch_execute("commit").await.unwrap();
    node.hear().await;
    assert_eq!(touched(told(&changes)), [row(3)]);
}

#[tokio::test]
async fn where_a_change_may_be_missing_everything_is_told() {
    let world = World::new().await;
    let (node, changes) = followed(&world).await;
    let few = node.caches.changes(3);
    assert_eq!(told(&few), Some(Change::Everything));
    world.write(1, "second").await;
    node.hear().await;
    assert_eq!(touched(told(&few)), [row(1)]);
    for owner in [1, 2] {
        world.write(owner, "third").await;
        node.hear().await;
    }
    assert_eq!(told(&few), Some(Change::Everything), "more than it could take");
    assert_eq!(touched(told(&changes)), [row(1), row(1), row(2)], "the other one could");
    // Another life of the server.
    world.psql.batch_execute("delete from mainstay.cache_incarnation").await.unwrap();
    world.write(1, "fourth").await;
    node.hear().await;
    assert_eq!([told(&few), told(&changes)], [Some(Change::Everything), Some(Change::Everything)]);
}

#[tokio::test]
async fn more_than_a_poll_brings_is_everything() {
    let world = World::new().await;
    let config = Config { poll_events_most: 2, ..deaf() };
    let effects = mainstay_runtime::Effects::fixed("2026-01-01T00:00:00Z".parse().unwrap(), 7);
    let node = world.silent_node(config, NameConfig::default(), &effects);
    node.caches.start(&node.supervisor);
    until("the node has heard", async || node.caches.age().is_some()).await;
    let changes = node.caches.changes(1_000);
    told(&changes);
    for body in ["second", "third", "fourth"] {
        world.write(1, body).await;
    }
    node.hear().await;
    assert_eq!(told(&changes), Some(Change::Everything));
    world.write(1, "fifth").await;
    node.hear().await;
    assert_eq!(touched(told(&changes)), [row(1)]);
}
