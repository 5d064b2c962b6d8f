//! Those with one key are heard of in the order of their commits.

use mainstay_events::reader::{self, Position};
use mainstay_events::{Emit, Sweep};
use mainstay_jobs::{Kinds, Named, Treatment, enqueue_named};
use mainstay_testing::until;

use crate::world::{World, told};

async fn readable(world: &World) -> Vec<reader::Read> {
    reader::after(world.db(), Position::BEGINNING, None, 1_000).await.unwrap()
}

/// When so many can be read.
async fn read(world: &World, count: usize) -> Vec<String> {
    let mut read = Vec::new();
    until("it can be read", async || {
        read = readable(world).await;
        read.len() == count
    })
    .await;
    read.into_iter().map(|one| one.envelope.data["word"].as_str().unwrap().to_owned()).collect()
}

/// Gives a transaction its number.
const BEGIN: &str = "select pg_current_xact_id()";

#[tokio::test]
async fn a_key_keeps_the_order_of_commits_whatever_the_numbers_of_transactions_are() {
    let world = World::new().await;
    let (early, middle) = (world.tx().await, world.tx().await);
    early.batch_execute(BEGIN).await.unwrap();
    middle.batch_execute(BEGIN).await.unwrap();
    // Later by its number, and first by its commit.
    world.tell("first", Some("key")).await;
    early.emit(&told("second", Some("key"))).await.unwrap();
    early.commit().await.unwrap();
    // Only the first two transactions hold this one up.
    world.tell("third", Some("key")).await;
    assert!(readable(&world).await.is_empty(), "the middle one is open");
    middle.emit(&told("fourth", Some("key"))).await.unwrap();
    middle.commit().await.unwrap();
    assert_eq!(read(&world, 4).await, ["first", "second", "third", "fourth"]);
    world.close().await;
}

#[tokio::test]
async fn who_tells_with_a_key_waits_for_whoever_told_before_and_others_do_not() {
    let world = World::new().await;
    let (first, second) = (world.tx().await, world.tx().await);
    first.emit(&told("first", Some("key"))).await.unwrap();
    world.tell("other", Some("another key")).await;
    world.tell("free", None).await;
    let telling = async {
        second.emit(&told("second", Some("key"))).await.unwrap();
        second.commit().await.unwrap();
    };
    let ending = async {
        until("the second waits", async || {
            world.number("select count(*) from pg_locks where not granted").await > 0
        })
        .await;
        first.commit().await.unwrap();
    };
    tokio::join!(telling, ending);
    let words = read(&world, 4).await;
    let place = |word: &str| words.iter().position(|other| other == word).unwrap();
    assert!(place("first") < place("second"), "{words:?}");
    world.close().await;
}

#[tokio::test]
async fn jobs_of_one_key_are_done_in_order_also_when_one_fails() {
    let world = World::new().await;
    let (kinds, heard) = world.subscribe().await;
    for n in 0..10 {
        let word = if n % 3 == 1 { format!("again {n}") } else { format!("{n}") };
        world.tell(&word, Some("key")).await;
    }
    let (one, other) = (world.work(kinds.clone()), world.work(kinds));
    until("all is heard", async || heard.words().len() == 10 + 3 + 10).await;
    let (second, first): (Vec<_>, Vec<_>) =
        heard.words().into_iter().partition(|word| word.starts_with("second"));
    let expected =
        ["0", "again 1", "again 1", "2", "3", "again 4", "again 4", "5", "6", "again 7", "again 7", "8", "9"];
    assert_eq!(first, expected);
    assert!(second.is_sorted_by_key(|word| word.split(' ').next_back().unwrap().to_owned()), "{second:?}");
    one.stop().await;
    other.stop().await;
    world.close().await;
}

#[tokio::test]
async fn keys_that_say_nothing_any_more_go_and_those_that_do_stay() {
    let world = World::new().await;
    let early = world.tx().await;
    early.batch_execute(BEGIN).await.unwrap();
    world.tell("later", Some("later")).await;
    let working = world.work(Kinds::new().with::<Sweep>(world.db().clone()));
    let sweep = async || {
        let tx = world.tx().await;
        let ids = enqueue_named(&tx, &[Named::new(Treatment::of::<Sweep>(), &Sweep).unwrap()]).await.unwrap();
        tx.commit().await.unwrap();
        until("it is swept", async || {
            let done = "select from mainstay.job_outcome where id = $1 and state = 'succeeded'";
            world.psql.query_opt(done, &[&ids[0]]).await.unwrap().is_some()
        })
        .await;
    };
    sweep().await;
    assert_eq!(world.number("select count(*) from mainstay.event_key").await, 1, "an older one is open");
    early.emit(&told("last", Some("later"))).await.unwrap();
    early.commit().await.unwrap();
    assert_eq!(read(&world, 2).await, ["later", "last"]);
    until("nobody is in the way", async || {
        sweep().await;
        world.number("select count(*) from mainstay.event_key").await == 0
    })
    .await;
    working.stop().await;
    world.close().await;
}
