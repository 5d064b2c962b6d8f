//! Events of a process that serves: told and heard without anything but a subscription, and seen by its metrics.

use std::time::Duration;

use axum::Router;
use mainstay::prelude::{Emit, Event, Subscribers};
use mainstay::{Platform, PlatformConfig};
use mainstay_events::reader::{Position, Reader};
use mainstay_events::{Delivered, Subscriber};
use mainstay_jobs::{Context, Failure, Kinds};
use mainstay_runtime::{Clock, Effects, Supervisor};
use mainstay_testing::{TestDb, until};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
struct Rang {
    bell: u32,
}

impl Event for Rang {
    const TYPE: &'static str = "test.rang";
}

/// One who says what it hears.
struct Ear;

impl Subscriber for Ear {
    const NAME: &'static str = "ear";
    type Event = Rang;
    type State = mpsc::UnboundedSender<u32>;

    async fn receive(rang: Delivered<Rang>, say: Self::State, _: Context) -> Result<(), Failure> {
        say.send(rang.event.bell).map_err(|gone| Failure::Error(gone.to_string()))
    }
}

#[tokio::test]
async fn what_is_told_is_heard_and_who_does_not_read_is_seen() {
    let test = TestDb::empty().await.unwrap();
    let mut config = PlatformConfig::default();
    config.database.url = test.target().url();
    config.cache.enabled = false;
    let mut platform = Platform::start(&config, &[]).await.unwrap();
    let (say, mut heard) = mpsc::unbounded_channel();
    platform.subscribe(Subscribers::new(Kinds::new()).durable::<Ear>(say)).await.unwrap();
    let effects = Effects::fixed(Clock::system().now(), 1);
    platform.effects = effects.clone();
    platform.supervisor = Supervisor::new(&effects);
    let db = platform.db.clone();
    let world = World::serve(platform, Router::new()).await;
    world.until("/readyz", 200).await;
    Reader::open(&db, "lazy", Position::BEGINNING).await.unwrap();
    let tx = db.write().await.unwrap();
    tx.emit(&Rang { bell: 7 }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(heard.recv().await, Some(7));
    until("it is measured", async || {
        effects.clock.advance(Duration::from_secs(1));
        world.get("/metrics").await.1.contains(r#"events_reader_unread{reader="lazy"} 1"#)
    })
    .await;
    let metrics = world.get("/metrics").await.1;
    for line in ["events_reader_behind_ms{reader=\"lazy\"} ", "events_unreadable_ms ", "task=\"events\""] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(world.close().await.is_clean());
}
