//! Who leads, when it may take jobs from others.

use std::time::Duration;

use mainstay_jobs::Config;
use mainstay_testing::until;
use uuid::Uuid;

use crate::unwritten::{CUT, LIVES};
use crate::world::{Then, World, config, say};

impl World {
    /// A job of a process of which nobody knows anything.
    async fn lost(&self, word: &str) -> Uuid {
        const TAKEN: &str = "\
            with gone as (delete from mainstay.job_ready where id = $1 returning id, nth, queue, kind) \
            insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most) \
            select id, nth, 0, queue, 2, kind, 1, 0, 3 from gone";
        let id = self.ask(say(word, Then::Succeed).queue("elsewhere")).await;
        self.psql.execute(TAKEN, &[&id]).await.unwrap();
        id
    }

    /// How long it took until it was given to others, in milliseconds.
    async fn waited(&self, id: Uuid) -> i64 {
        self.until(id, "ready 1").await;
        const WAITED: &str = "\
            select (extract(epoch from ended_at - started_at) * 1000)::bigint from mainstay.job_attempt where id = $1";
        self.psql.query_one(WAITED, &[&id]).await.unwrap().get(0)
    }
}

#[tokio::test]
async fn who_lost_its_connection_hears_again_of_the_others_before_it_takes_a_job_from_any() {
    let world = World::new().await;
    // Else its life would end with the connection.
    world.remembers(true).await;
    let working = world.work_with(Config { ttl: Duration::from_secs(3), ..config() });
    let first = world.lost("first").await;
    world.waited(first).await;
    until("its connection is cut", async || world.number(CUT).await == 1).await;
    let last = world.lost("last").await;
    let late = world.waited(last).await;
    assert!(late > 2_000, "after all others could have said that they live: {late} ms");
    assert_eq!(world.number(LIVES).await, 1, "in the same life");
    working.stop().await;
    world.close().await.unwrap();
}
