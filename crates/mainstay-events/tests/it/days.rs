//! Events leave by days, when everybody has read them.

use std::time::Duration;

use mainstay_events::reader::{Position, Reader, after};
use mainstay_runtime::Clock;
use mainstay_testing::until;
use uuid::Uuid;

use crate::world::World;

/// The same id, of an earlier time.
fn earlier(id: Uuid, by: Duration) -> Uuid {
    let mut bytes = *id.as_bytes();
    let ms = u64::from_be_bytes([0, 0, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]]);
    let ms = ms - u64::try_from(by.as_millis()).unwrap();
    bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
    Uuid::from_bytes(bytes)
}

#[tokio::test]
async fn a_day_goes_when_it_is_old_and_every_reader_has_read_it() {
    let world = World::new().await;
    let reader = Reader::open(world.db(), "archive", Position::BEGINNING).await.unwrap();
    let id = world.tell("old", None).await;
    // As if it had been told a week ago; two days are kept.
    let week = Duration::from_secs(7 * 24 * 3_600);
    world.keeper(&Clock::paused(Clock::system().now() - week)).round().await.unwrap();
    let moved = "update mainstay.event set id = $2 where id = $1";
    world.psql.execute(moved, &[&id, &earlier(id, week)]).await.unwrap();
    let keeper = world.keeper(&Clock::system());
    let round = keeper.round().await.unwrap();
    let held: Vec<_> = round.held.iter().filter_map(|day| day.split(' ').next()).collect();
    assert_eq!(held, ["mainstay.event"]);
    let from = reader.position().await.unwrap();
    let mut read = Vec::new();
    until("it can be read", async || {
        read = after(world.db(), from, None, 10).await.unwrap();
        !read.is_empty()
    })
    .await;
    let tx = world.tx().await;
    reader.advance_in(&tx, from, read[0].position).await.unwrap();
    tx.commit().await.unwrap();
    assert!(keeper.round().await.unwrap().held.is_empty());
    assert_eq!(world.number("select count(*) from mainstay.event").await, 0);
    world.close().await;
}
