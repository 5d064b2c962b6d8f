//! Who subscribes hears of everything, and of nothing that has not happened.

use mainstay_events::{
    DEPTH_MOST, Emit, EmitError, Envelope, KEY_MOST, NAME_MOST, SubscribeError, Subscriber, Subscribers,
    TOGETHER_MOST, volatile,
};
use mainstay_jobs::{Context, Failure, Kinds};
use mainstay_testing::until;

use crate::world::{Other, Told, World, told};

#[tokio::test]
async fn each_subscriber_hears_of_each_event_until_it_is_content() {
    let world = World::new().await;
    let (kinds, heard) = world.subscribe().await;
    let working = world.work(kinds);
    world.tell("hello", None).await;
    world.tell("again", None).await;
    let tx = world.tx().await;
    tx.emit(&Other).await.unwrap();
    tx.commit().await.unwrap();
    until("both have heard", async || heard.words().len() == 5).await;
    let mut words = heard.words();
    words.sort();
    assert_eq!(words, ["again", "again", "hello", "second again", "second hello"]);
    assert_eq!(world.number("select count(*) from mainstay.job").await, 4, "nobody hears of the other");
    working.stop().await;
    world.close().await;
}

#[tokio::test]
async fn what_is_rolled_back_has_not_happened() {
    let world = World::new().await;
    world.subscribe().await;
    let mut live = volatile::<Told>(10);
    let tx = world.tx().await;
    tx.emit_all(&[told("never", Some("key")), told("never", None)]).await.unwrap();
    tx.rollback().await.unwrap();
    for table in ["event", "event_key", "job", "job_ready"] {
        assert_eq!(world.number(&format!("select count(*) from mainstay.{table}")).await, 0, "{table}");
    }
    world.tell("once", None).await;
    assert_eq!(live.next().await.event.word, "once");
    world.close().await;
}

#[tokio::test]
async fn the_envelope_is_that_of_cloudevents() {
    let world = World::new().await;
    world.subscribe().await;
    let id = world.tell("hello", Some("key")).await;
    let sql = "select payload, (select body from mainstay.event), (select at from mainstay.event) \
        from mainstay.job where kind = 'first'";
    let row = world.psql.query_one(sql, &[]).await.unwrap();
    let (job, body): (serde_json::Value, serde_json::Value) = (row.get(0), row.get(1));
    let time: jiff::Timestamp = row.get(2);
    let expected = serde_json::json!({
        "specversion": "1.0", "id": id, "source": "/test", "type": "test.told", "subject": "word/hello",
        "time": time.to_string(), "datacontenttype": "application/json", "partitionkey": "key",
        "data": { "word": "hello", "key": "key" },
    });
    assert_eq!(job, expected);
    assert_eq!(body, expected["data"]);
    let read: Envelope = serde_json::from_value(job).unwrap();
    assert_eq!((read.id, read.time), (id, time));
    world.close().await;
}

/// Of the same name, and of other events.
struct Impostor;

impl Subscriber for Impostor {
    const NAME: &'static str = "first";
    type Event = Other;
    type State = ();

    async fn receive(_: mainstay_events::Delivered<Other>, (): (), _: Context) -> Result<(), Failure> {
        Ok(())
    }
}

#[tokio::test]
async fn who_is_known_to_the_new_version_alone_hears_of_what_the_old_one_tells() {
    let world = World::new().await;
    // Of the old version; it goes on telling, and does no jobs of what it does not know.
    let old = world.work(Kinds::new());
    world.tell("before", None).await;
    let (kinds, heard) = world.subscribe().await;
    world.tell("between", None).await;
    let new = world.work(kinds);
    until("both have heard", async || heard.words().len() == 2).await;
    assert!(heard.words().iter().all(|word| word.ends_with("between")));
    let refused = Subscribers::new(Kinds::new()).durable::<Impostor>(()).declare(world.db()).await;
    assert!(matches!(refused, Err(SubscribeError::Type { name: "first", .. })));
    old.stop().await;
    new.stop().await;
    world.close().await;
}

#[tokio::test]
async fn who_is_gone_hears_of_nothing_more_whoever_starts_again() {
    let world = World::new().await;
    world.subscribe().await;
    Subscribers::new(Kinds::new()).gone("first").declare(world.db()).await.unwrap();
    // A process of the old version starts again.
    world.subscribe().await;
    world.tell("hello", None).await;
    let kinds: Vec<String> = world
        .psql
        .query("select kind from mainstay.job", &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(kinds, ["second"]);
    world.close().await;
}

#[tokio::test]
async fn who_is_too_slow_misses_some_and_knows_how_many_and_no_commit_waits() {
    let world = World::new().await;
    let (mut slow, mut quick) = (volatile::<Told>(2), volatile::<Told>(100));
    let tx = world.tx().await;
    let all: Vec<_> = (0..10).map(|n| told(&n.to_string(), None)).collect();
    tx.emit_all(&all).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((slow.missed(), quick.missed()), (8, 0));
    assert_eq!([slow.next().await.event.word, slow.next().await.event.word], ["0", "1"]);
    for expected in 0..10 {
        assert_eq!(quick.next().await.event.word, expected.to_string());
    }
    drop(quick);
    world.tell("last", None).await;
    assert_eq!(slow.next().await.event.word, "last");
    world.close().await;
}

/// As long as it says.
struct Named<const LENGTH: usize>;

const LONGEST: &str = "a subscriber whose name has more bytes than fit in front of the key of an event in an index, which holds five hundred";

impl<const LENGTH: usize> Subscriber for Named<LENGTH> {
    const NAME: &'static str = LONGEST.split_at(LENGTH).0;
    type Event = Told;
    type State = ();

    async fn receive(_: mainstay_events::Delivered<Told>, (): (), _: Context) -> Result<(), Failure> {
        Ok(())
    }
}

#[tokio::test]
async fn the_longest_key_fits_behind_the_longest_name_of_a_subscriber() {
    let world = World::new().await;
    let too_long = Subscribers::new(Kinds::new()).durable::<Named<101>>(()).declare(world.db()).await;
    assert!(matches!(too_long, Err(SubscribeError::Name(101))), "{too_long:?}");
    let kinds =
        Subscribers::new(Kinds::new()).durable::<Named<NAME_MOST>>(()).declare(world.db()).await.unwrap();
    world.tell("far", Some(&"k".repeat(KEY_MOST))).await;
    let longest = "select max(octet_length(ordering_key))::bigint from mainstay.job";
    assert_eq!(world.number(longest).await, i64::try_from(mainstay_jobs::KEY_MOST).unwrap());
    let working = world.work(kinds);
    let done = "select count(*) from mainstay.job_outcome where state = 'succeeded'";
    until("it is heard", async || world.number(done).await == 1).await;
    working.stop().await;
    world.close().await;
}

#[tokio::test]
async fn what_cannot_be_an_event_is_refused_and_its_transaction_goes_on() {
    let world = World::new().await;
    let tx = world.tx().await;
    let long = "x".repeat(1 << 20);
    for event in [
        told(&long, None),
        told("a\0b", None),
        told("a", Some("")),
        told("a", Some("a\0b")),
        told("a", Some(&long)),
        told("a", Some(&long[..=KEY_MOST])),
    ] {
        let refused = tx.emit(&event).await.unwrap_err();
        assert!(matches!(&refused, EmitError::Event { kind: "test.told", .. }), "{refused}");
        assert!(refused.to_string().len() < 200, "it does not say all of it again");
    }
    tx.emit(&told("good", None)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.number("select count(*) from mainstay.event").await, 1);
    world.close().await;
}

/// As deep as it says.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Deep(serde_json::Value);

impl mainstay_events::Event for Deep {
    const TYPE: &'static str = "test.deep";
}

#[tokio::test]
async fn what_nobody_could_read_is_refused_whether_somebody_hears_of_it_or_not() {
    let world = World::new().await;
    let deep = |depth| Deep((0..depth).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner])));
    let tx = world.tx().await;
    let refused = tx.emit(&deep(DEPTH_MOST + 1)).await.unwrap_err();
    assert!(refused.to_string().contains("levels deep"), "{refused}");
    tx.emit(&deep(DEPTH_MOST)).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = Vec::new();
    until("it can be read", async || {
        read =
            mainstay_events::reader::after(world.db(), mainstay_events::reader::Position::BEGINNING, None, 9)
                .await
                .unwrap();
        !read.is_empty()
    })
    .await;
    assert_eq!(read[0].envelope.data, deep(DEPTH_MOST).0);
    world.close().await;
}

#[tokio::test]
async fn many_are_told_in_their_order_and_each_is_heard_of() {
    let world = World::new().await;
    world.subscribe().await;
    let all: Vec<_> = (0..TOGETHER_MOST + 7).map(|n| told(&format!("{n:04}"), Some("key"))).collect();
    let tx = world.tx().await;
    let ids = tx.emit_all(&all).await.unwrap();
    tx.commit().await.unwrap();
    let rows =
        world.psql.query("select id, body->>'word' from mainstay.event order by nth", &[]).await.unwrap();
    let told: Vec<(uuid::Uuid, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(told, ids.into_iter().zip(all.into_iter().map(|event| event.word)).collect::<Vec<_>>());
    let jobs = "select payload->'data'->>'word' from mainstay.job inner join mainstay.job_ready using (id) \
        where job.kind = 'first' order by nth";
    let words: Vec<String> =
        world.psql.query(jobs, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(words, told.into_iter().map(|(_, word)| word).collect::<Vec<_>>());
    world.close().await;
}
