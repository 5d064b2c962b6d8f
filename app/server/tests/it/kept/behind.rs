//! What is read behind kept answers: ahead of their end, and to compare them with what the database says. Never here: how
//! that goes (`mainstay-cache`), only that Paceline's answers have it.

use mainstay_testing::until;
use paceline::answers::ALL;
use paceline::config::Config;

use super::{LIST, status};
use crate::seed::{self, Seed};
use crate::world::World;

/// Every hit is.
fn compared(config: &mut Config) {
    config.answers.check_one_in = 1;
}

#[tokio::test]
async fn an_answer_near_its_end_is_read_again_behind_what_is_served() {
    let change = |config: &mut Config| {
        // Near its end after a tenth of a second, and at its end after the test.
        config.answers.jitter_percent = 0;
        config.answers.refresh_after_percent = 1;
        config.answers.lists_ttl_ms = 10_000;
        config.answers.check_one_in = 0;
    };
    let world = World::with(change).await;
    let robin = world.athlete("UTC").await;
    seed::activity(&world, robin, Seed::default()).await;
    world.keeps_answers().await;
    let first = world.get(robin, LIST).await;
    assert_eq!(status(&first), "paceline-l1; fwd=miss; stored");
    let before = world.db.statements().await.unwrap();
    until("it is read again", async || {
        let answer = world.get(robin, LIST).await;
        assert_eq!((status(&answer), &answer.bytes), ("paceline-l1; hit", &first.bytes), "nobody waits");
        world.reads("activities").0 == 2
    })
    .await;
    until("its statement has run", async || {
        let asked = world.db.statements().await.unwrap().since(&before).to_string();
        asked.contains("from activity")
    })
    .await;
    world.close().await;
}

#[tokio::test]
async fn a_change_that_nobody_was_told_of_is_found_by_comparing() {
    let world = World::with(compared).await;
    let robin = world.athlete("UTC").await;
    let id = seed::activity(&world, robin, Seed::default()).await;
    world.keeps_answers().await;
    let path = format!("{LIST}/{id}");
    let before = world.get(robin, &path).await.expect(200);
    world.log.allow("cache.mismatch");
    // As if the table were none of those that the answer is made from.
    let sql = "alter table activity disable trigger cache_touched_update";
    world.db.db().transaction(|tx| async move { tx.execute(sql, &[]).await }).await.unwrap();
    let sql = "update activity set name = 'Quietly' where athlete_id = $1";
    world.db.db().transaction(|tx| async move { tx.execute(sql, &[&robin.id]).await }).await.unwrap();
    let mut outdated = 0;
    until("it is found", async || {
        let name = world.get(robin, &path).await.expect(200)["name"].clone();
        outdated += u32::from(name == before["name"]);
        name == "Quietly"
    })
    .await;
    assert!(outdated > 0, "nothing else has ended it");
    let stats = world.app.answers.stats();
    let activity = stats.iter().find(|stats| stats.name == "activity").unwrap();
    assert_eq!(activity.mismatches, 1);
    let lines = world.log.lines();
    let told: Vec<_> = lines.iter().filter(|line| line.event() == Some("cache.mismatch")).collect();
    assert_eq!(told.len(), 1, "{lines:?}");
    world.close().await;
}

/// Every answer, at another hour of the same day: one that tells the time would be told as one that lacks a tag.
#[tokio::test]
async fn what_is_compared_is_the_same_all_day() {
    let world = World::with(compared).await;
    let (robin, activity) = super::complete::athlete(&world).await;
    world.keeps_answers().await;
    let checked = || {
        let stats = world.app.answers.stats();
        let of_name = |name| stats.iter().find(|stats| stats.name == name).unwrap().checked;
        ALL.map(|read| of_name(read.name))
    };
    for read in ALL {
        let path = super::complete::path(read.name, activity);
        assert_eq!(status(&world.get(robin, &path).await), "paceline-l1; fwd=miss; stored", "{path}");
    }
    world.advance(3_600);
    until("all are compared", async || {
        for read in ALL {
            world.get(robin, &super::complete::path(read.name, activity)).await.expect(200);
        }
        checked().iter().all(|count| *count > 0)
    })
    .await;
    // Of the log, no line tells of a mismatch: that would fail here.
    assert!(world.app.answers.stats().iter().all(|stats| stats.mismatches == 0));
    world.close().await;
}

#[tokio::test]
async fn nothing_is_compared_where_that_is_switched_off() {
    let world = World::with(|config| {
        config.answers.check_one_in = 0;
        config.answers.refresh_after_percent = 100;
    })
    .await;
    let robin = world.athlete("UTC").await;
    seed::activity(&world, robin, Seed::default()).await;
    world.keeps_answers().await;
    world.get(robin, LIST).await.expect(200);
    let before = world.db.statements().await.unwrap();
    for _ in 0..100 {
        assert_eq!(status(&world.get(robin, LIST).await), "paceline-l1; hit");
    }
    let asked = world.db.statements().await.unwrap().since(&before).named();
    assert_eq!(asked.total(), 0, "{asked}");
    assert!(world.app.answers.stats().iter().all(|stats| stats.checked == 0));
    world.close().await;
}
