//! The tools for the tests of whoever uses jobs.

use mainstay_jobs::testing::{Hands, assert_enqueued, enqueued};
use mainstay_jobs::{Enqueue, Kinds, State};

use crate::world::{Parts, Say, Then, World, say};

impl World {
    async fn hands(&self) -> Hands {
        let parts = Parts { said: self.said.clone(), db: self.test.db().clone() };
        Hands::new(self.test.target(), Kinds::new().with::<Say>(parts)).await.unwrap()
    }
}

#[tokio::test]
async fn what_was_asked_for_is_asserted_and_done_when_the_test_says_so() {
    let world = World::new().await;
    let hands = world.hands().await;
    let tx = world.tx().await;
    tx.enqueue(say("first", Then::Succeed).queue("other")).await.unwrap();
    assert_enqueued::<Say>(&tx, |job| job.word == "first").await;
    assert!(enqueued::<Say>(&world.test.db().read()).await.is_empty(), "nobody else sees it yet");
    tx.commit().await.unwrap();
    let second = world.ask(say("second", Then::FailBefore(3))).await;
    let later = world.ask(say("later", Then::Succeed).after(std::time::Duration::from_secs(60))).await;
    let words: Vec<String> =
        enqueued::<Say>(&world.test.db().read()).await.into_iter().map(|job| job.word).collect();
    assert_eq!(words, ["first", "second", "later"]);
    assert!(world.said.words().is_empty());
    let done = hands.drain().await;
    let mut ended: Vec<_> = done.iter().map(|job| (job.queue.as_str(), job.attempts, job.state)).collect();
    ended.sort_unstable_by_key(|(_, attempts, _)| *attempts);
    assert_eq!(ended, [("other", 1, State::Succeeded), ("default", 3, State::Succeeded)]);
    assert_eq!((done.len(), done[1].id), (2, second));
    assert_eq!(world.state(later).await, "ready 0");
    assert!(hands.drain().await.is_empty());
    world.check().await;
    drop(hands);
    world.close().await.unwrap();
}

#[tokio::test]
async fn or_it_is_done_as_soon_as_it_is_committed() {
    let world = World::new().await;
    let hands = world.hands().await;
    let at_once = hands.at_once();
    for word in ["first", "second"] {
        world.ask(say(word, Then::Succeed)).await;
        at_once.settled().await;
        assert_eq!(world.said.words().last(), Some(&format!("{word} 1")));
    }
    world.check().await;
    drop(at_once);
    drop(hands);
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_begins_in_a_moment_is_waited_for() {
    let world = World::new().await;
    let hands = world.hands().await;
    let at_once = hands.at_once();
    for n in 0..5 {
        let moment = std::time::Duration::from_millis(19);
        let id = world.ask(say(&n.to_string(), Then::Succeed).after(moment)).await;
        at_once.settled().await;
        assert_eq!(world.state(id).await, "succeeded 1");
    }
    drop(at_once);
    drop(hands);
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_waits_for_another_or_for_nobody_is_not_waited_for() {
    let world = World::new().await;
    let hands = world.hands().await;
    let hour = std::time::Duration::from_secs(3_600);
    world.ask(say("later", Then::Succeed).in_order("key").after(hour)).await;
    world.ask(say("behind", Then::Succeed).in_order("key")).await;
    world.ask(say("rests", Then::Succeed).queue("resting")).await;
    world.operate(async |operator| operator.pause("resting").await).await;
    assert!(hands.drain().await.is_empty());
    drop(hands);
    world.close().await.unwrap();
}

#[tokio::test]
#[should_panic(expected = "no such job `say` waits; those that do: [{\"word\":\"a\"")]
async fn who_asserts_in_vain_is_told_what_there_is() {
    let world = World::new().await;
    world.ask(say("a", Then::Succeed)).await;
    assert_enqueued::<Say>(&world.test.db().read(), |job| job.word == "b").await;
}
