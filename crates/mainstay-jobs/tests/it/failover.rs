//! A server that was promoted before it knew of all that its primary had given out: what it gives a second time is taken for
//! nothing that was before.

use std::time::Duration;

use mainstay_jobs::Config;
use mainstay_telemetry::Capture;
use mainstay_testing::until;
use uuid::Uuid;

use crate::unwritten::{LIVES, said};
use crate::world::{Then, World, config, say};

const KEPT: &str = "select count(*) from mainstay.job_checkpoint where data = '[1, 2]'";

impl World {
    /// One at work, whose number the server gives to another job that waited: it knows nothing of the first.
    async fn given_twice(&self, word: &str, then: Then) -> [Uuid; 2] {
        let first = self.ask(say(word, then)).await;
        self.until(first, "running 1").await;
        let has_begun = async || {
            self.said.words().contains(&format!("{word} 1"))
                && (then != Then::Keep || self.number(KEPT).await == 1)
        };
        until("it has begun", has_begun).await;
        let hour = Duration::from_secs(3_600);
        let second = self.ask(say(&format!("behind {word}"), Then::Succeed).after(hour)).await;
        let begins = "with waited as (delete from mainstay.job_ready where id = $2 returning id, nth) \
            update mainstay.job_running as job set id = waited.id, nth = waited.nth from waited where job.id = $1";
        assert_eq!(self.psql.execute(begins, &[&first, &second]).await.unwrap(), 1);
        [first, second]
    }
}

#[tokio::test]
async fn a_number_that_is_given_twice_ends_and_keeps_nothing_of_another_job() {
    let log = Capture::of_thread();
    let world = World::new().await;
    // Nobody gives back meanwhile what nobody knows of.
    let working = world.work_with(Config { ttl: Duration::from_secs(120), ..config() });
    let (mut others, mut refused) = (Vec::new(), 0);
    for (word, then) in [
        ("succeeds", Then::Wait),
        ("fails", Then::FailLate),
        ("completes", Then::Complete { waits: true }),
        ("keeps", Then::Keep),
    ] {
        let [first, second] = world.given_twice(word, then).await;
        world.said.0.go_on.notify_one();
        let is_refused = || said(&log, "jobs.stale") > refused;
        until("its end is refused, or not", async || {
            is_refused() || world.state(second).await != "running 1"
        })
        .await;
        assert_eq!(world.state(first).await, "");
        (refused, others) = (said(&log, "jobs.stale"), [others, vec![second]].concat());
    }
    let mut states = Vec::new();
    for second in &others {
        states.push(world.state(*second).await);
    }
    assert_eq!(states, ["running 1"; 4]);
    assert!(world.said.words().contains(&"Err(Lost)".to_owned()), "{:?}", world.said.words());
    assert_eq!(world.number("select count(*) from effect").await, 0);
    let kept = "select count(*) from mainstay.job_checkpoint inner join mainstay.job_running using (id)";
    assert_eq!([world.number(kept).await, world.number(LIVES).await], [0, 1]);
    working.stop().await;
    for second in others {
        assert_eq!(world.state(second).await, "ready 0", "it is given back: nobody here knows of it");
    }
    world.close().await.unwrap();
}

#[tokio::test]
async fn nor_does_it_tell_how_far_another_job_is() {
    let world = World::new().await;
    let working = world.work_with(Config { ttl: Duration::from_secs(120), ..config() });
    let [_, second] = world.given_twice("lost", Then::TellLate).await;
    let well = world.ask(say("well", Then::TellLate)).await;
    until("it has begun", async || world.said.words().contains(&"well 1".to_owned())).await;
    world.said.0.go_on.notify_waiters();
    until("the other one is told", async || world.show(well).await.progress.is_some()).await;
    assert_eq!(world.show(second).await.progress, None);
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn nothing_is_claimed_of_a_server_that_may_not_know_what_was_claimed_before() {
    let world = World::new().await;
    world.remembers(true).await;
    let working = world.work();
    let held = world.ask(say("held", Then::Wait)).await;
    world.until(held, "running 1").await;
    // From now on each new connection leads to a server of which that cannot be said.
    world.remembers(false).await;
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
        where application_name = 'mainstay jobs claims' and datname = current_database()";
    assert_eq!(world.number(cut).await, 1);
    world.until(held, "running 2").await;
    assert_eq!(world.number(LIVES).await, 2);
    world.said.0.go_on.notify_one();
    world.until(held, "succeeded 2").await;
    let next = world.ask(say("next", Then::Succeed)).await;
    world.until(next, "succeeded 1").await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}
