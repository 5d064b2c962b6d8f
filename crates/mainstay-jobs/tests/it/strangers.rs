//! Jobs that nobody here does, in the way of those that somebody does.

use mainstay_jobs::{Config, Priority};

use crate::world::{Then, World, config, say};

/// How many entries of the claims' index have been read.
async fn read(world: &World) -> i64 {
    world.number(
        "select coalesce(idx_tup_read, 0) from pg_stat_user_indexes where indexrelname = 'job_ready_turn_idx'",
    )
    .await
}

#[tokio::test]
async fn a_queue_full_of_unknown_kinds_is_stepped_over_for_a_small_part_of_the_time() {
    const MANY: i64 = 200_000;
    let world = World::new().await;
    let strangers = format!(
        "insert into mainstay.job_ready (id, queue, priority, run_at, kind, attempts_most) \
         select lpad(to_hex(n), 32, '0')::uuid, 'default', 2, now() - interval '1 day', 'strange', 3 \
         from generate_series(1, {MANY}) as n"
    );
    world.psql.batch_execute(&strangers).await.unwrap();
    // One after the other: each is a look at least. They stand in front of the others, so that no mark moves past those.
    let looks = 100;
    let working = world.work_with(Config { full_every: std::time::Duration::from_millis(1), ..config() });
    for n in 0..looks {
        let id = world.ask(say(&n.to_string(), Then::Succeed).priority(Priority::High)).await;
        world.until(id, "succeeded 1").await;
    }
    working.stop().await;
    mainstay_testing::until("the server has counted", async || read(&world).await >= MANY).await;
    let read = read(&world).await;
    assert!(read < looks * MANY / 4, "{read} entries");
    assert_eq!(world.number("select count(*) from mainstay.job_ready").await, MANY);
    world.close().await.unwrap();
}
