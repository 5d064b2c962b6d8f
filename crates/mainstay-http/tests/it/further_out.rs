//! A real Varnish in front of a service: what it keeps is purged when the database changes, and nothing that an older answer
//! brings after that stays.

use mainstay_testing::Varnish;

use self::world::{RESPONSE_TIME, World};

mod encrypted;
mod marking;
mod requests;
mod world;

/// The bound of the nodes, the longest time of an answer, and the step that second purges wait for at most.
fn until_final() -> std::time::Duration {
    let again_after = mainstay_cache::Config::default().bound_ms;
    let again_after = std::time::Duration::from_millis(again_after) + RESPONSE_TIME;
    again_after + again_after / 8
}

async fn started() -> (World, Varnish) {
    let world = World::new().await;
    let varnish = world.varnish().await;
    (world, varnish)
}

fn told(body: &str, was_asked: bool) -> (String, bool) {
    (body.to_owned(), was_asked)
}

#[tokio::test]
async fn a_write_ends_what_a_shared_cache_keeps_of_it_and_nothing_else() {
    let (world, varnish) = started().await;
    let node = world.node().await;
    world
        .purger(&node, &varnish)
        .only(&mainstay_cache::coherence::Tag::of_table("note"))
        .start(&node.supervisor);
    node.until_purged("everything", 1).await;
    for owner in [1, 2] {
        assert_eq!(world.through(&varnish, owner).await, told("first", true));
        assert_eq!(world.through(&varnish, owner).await, told("first", false), "it is kept there");
    }
    world.write(1, "second").await;
    node.hear(&world.effects).await;
    node.until_purged("tags", 1).await;
    assert_eq!(world.through(&varnish, 1).await, told("second", true));
    assert_eq!(world.through(&varnish, 1).await, told("second", false));
    assert_eq!(world.through(&varnish, 2).await, told("first", false), "what has not changed stays");
    // What no answer for everybody is made from purges nothing.
    world.run("insert into diary values (1, 1)").await;
    node.hear(&world.effects).await;
    world.write(2, "second").await;
    node.hear(&world.effects).await;
    node.until_purged("tags", 2).await;
    assert_eq!((node.purges("tags", "done"), node.purges("everything", "done")), (2, 1));
    assert_eq!(world.through(&varnish, 2).await, told("second", true));
}

/// One node has heard of a write and has it purged; another one has not, and answers the question that comes next.
#[tokio::test]
async fn an_older_answer_that_is_kept_after_the_first_purge_is_ended_by_the_second() {
    let (world, varnish) = started().await;
    let (node, lagging) = (world.node().await, world.node().await);
    world.purger(&node, &varnish).start(&node.supervisor);
    node.until_purged("everything", 1).await;
    world.effects.clock.advance(until_final());
    node.until_purged("everything", 2).await;
    for heard in [&node, &lagging] {
        heard.hear(&world.effects).await;
    }
    world.choose(&lagging);
    assert_eq!(world.through(&varnish, 1).await, told("first", true));
    world.write(1, "second").await;
    node.hear(&world.effects).await;
    node.until_purged("tags", 1).await;
    assert_eq!(world.through(&varnish, 1).await, told("first", true), "the node that lags is asked");
    assert_eq!(world.through(&varnish, 1).await, told("first", false), "and what it says is kept");
    world.effects.clock.advance(until_final());
    mainstay_testing::until("the second purge has ended it", async || {
        world.through(&varnish, 1).await.0 == "second"
    })
    .await;
    // Who has not heard for so long reads, and lets nobody keep it.
    assert_eq!(world.through(&varnish, 1).await, told("second", true));
    lagging.hear(&world.effects).await;
    assert_eq!(world.through(&varnish, 1).await, told("second", true));
    assert_eq!(world.through(&varnish, 1).await, told("second", false));
}

/// The process that purges ends after the first purge, when an older answer has been kept already, and begins again.
#[tokio::test]
async fn a_purger_that_ends_between_two_purges_leaves_nothing_behind() {
    let (world, varnish) = started().await;
    let (node, lagging) = (world.node().await, world.node().await);
    world.purger(&node, &varnish).start(&node.supervisor);
    node.until_purged("everything", 1).await;
    world.effects.clock.advance(until_final());
    node.until_purged("everything", 2).await;
    for heard in [&node, &lagging] {
        heard.hear(&world.effects).await;
    }
    world.choose(&lagging);
    assert_eq!(world.through(&varnish, 1).await, told("first", true));
    world.write(1, "second").await;
    node.hear(&world.effects).await;
    node.until_purged("tags", 1).await;
    assert_eq!(world.through(&varnish, 1).await, told("first", true));
    node.supervisor.drain(crate::world::PATIENCE).await;
    drop(node);
    assert_eq!(world.through(&varnish, 1).await, told("first", false), "what is to be ended is there");
    let next = world.node().await;
    world.purger(&next, &varnish).start(&next.supervisor);
    next.until_purged("everything", 1).await;
    assert_eq!(world.through(&varnish, 1).await, told("first", true), "the node that lags is asked again");
    assert_eq!(world.through(&varnish, 1).await, told("first", false));
    world.effects.clock.advance(until_final());
    mainstay_testing::until("everything is purged again", async || {
        world.through(&varnish, 1).await.0 == "second"
    })
    .await;
}
