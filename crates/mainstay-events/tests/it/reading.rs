//! Whoever reads on leaves nothing out, however late it is committed.

use std::collections::HashMap;
use std::time::Duration;

use mainstay_db::{Config, Db};
use mainstay_events::reader::{self, Lags, Position, Reader, ReaderError};
use mainstay_events::{Emit, EmitError};
use mainstay_runtime::Random;
use mainstay_telemetry::Registry;
use mainstay_testing::until;
use tokio::task::JoinSet;

use crate::world::{Other, World, told};

/// Reads on as one would who only looks at the numbers of the events: it is what must not be done.
struct Naive(i64);

impl Naive {
    async fn read(&mut self, world: &World) -> Vec<String> {
        let sql = "select nth, body->>'word' from mainstay.event where nth > $1 order by nth";
        let rows = world.psql.query(sql, &[&self.0]).await.unwrap();
        self.0 = rows.last().map_or(self.0, |row| row.get(0));
        rows.iter().map(|row| row.get(1)).collect()
    }
}

fn words(read: &[reader::Read]) -> Vec<String> {
    read.iter().map(|one| one.envelope.data["word"].as_str().unwrap_or_default().to_owned()).collect()
}

/// From there on, when so many can be read: whatever is open anywhere on the server is waited for.
async fn read(world: &World, from: Position, types: Option<&[&str]>, count: usize) -> Vec<reader::Read> {
    let mut found = Vec::new();
    until("it can be read", async || {
        found = reader::after(world.db(), from, types, 1_000).await.unwrap();
        found.len() == count
    })
    .await;
    found
}

/// Reads a page and writes down what it is, in one transaction.
async fn record(world: &World, reader: &Reader, most: usize) -> Result<usize, ReaderError> {
    let from = reader.position().await?;
    let read = reader::after(world.db(), from, None, most).await?;
    let Some(last) = read.last() else { return Ok(0) };
    let tx = world.db().write().await?;
    for word in words(&read) {
        tx.execute("insert into read (word) values ($1)", &[&word]).await?;
    }
    reader.advance_in(&tx, from, last.position).await?;
    tx.commit().await?;
    Ok(read.len())
}

async fn recorded(world: &World) -> Vec<String> {
    let rows = world.psql.query("select word from read order by nth", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whether there is nothing behind its place.
async fn is_at_the_end(world: &World) -> bool {
    reader::lags(world.db()).await.unwrap()[0].behind_s == 0.0
}

/// Tells an event with a key and one without, in its own time, and sometimes thinks better of it.
async fn write(db: Db, writer: u64) {
    let random = Random::seeded(writer);
    let (key, is_committed) = (format!("key {}", writer % 7), random.below(5) > 0);
    let (key, random) = (&key, &random);
    let done = db
        .transaction(|tx| async move {
            if random.below(2) == 0 {
                tx.batch_execute("select pg_current_xact_id()").await?;
            }
            let pause = format!("select pg_sleep({})", random.below(60) as f64 / 1e3);
            tx.batch_execute(&pause).await?;
            tx.emit(&told(&format!("{writer} first"), Some(key))).await?;
            // The key is held by now: these rows are in the order of its commits.
            let truth = "insert into truth (key, word) values ($1, $2)";
            tx.execute(truth, &[key, &format!("{writer} first")]).await?;
            tx.emit(&told(&format!("{writer} free"), None)).await?;
            tx.batch_execute(&pause).await?;
            if is_committed { Ok(()) } else { Err(EmitError::Event { kind: "no", why: String::new() }) }
        })
        .await;
    assert_eq!(done.is_ok(), is_committed, "{done:?}");
}

/// How much has happened.
async fn told_all(world: &World) -> usize {
    usize::try_from(world.number("select count(*) from mainstay.event").await).unwrap()
}

const WITHIN: Duration = Duration::from_secs(20);

const READ: &str = "create table read (nth bigint generated always as identity, word text not null); \
    create table truth (nth bigint generated always as identity, key text not null, word text not null)";

#[tokio::test]
async fn places_are_numbers_and_the_tenth_comes_behind_the_ninth() {
    let world = World::new().await;
    for (word, tx) in [("tenth", "10"), ("ninth", "9"), ("hundredth", "100")] {
        world.tell(word, None).await;
        let moved = "update mainstay.event set tx = $1::text::xid8 where body->>'word' = $2";
        world.psql.execute(moved, &[&tx, &word]).await.unwrap();
    }
    let read = read(&world, Position::BEGINNING, None, 3).await;
    assert_eq!(words(&read), ["ninth", "tenth", "hundredth"]);
    let behind = reader::after(world.db(), read[0].position, None, 10).await.unwrap();
    assert_eq!(words(&behind), ["tenth", "hundredth"]);
    world.close().await;
}

#[tokio::test]
async fn what_is_told_early_and_committed_late_is_read_and_by_its_number_alone_it_is_lost() {
    let world = World::new().await;
    let mut naive = Naive(0);
    let late = world.tx().await;
    late.emit(&told("late", None)).await.unwrap();
    world.tell("quick", None).await;
    assert_eq!(naive.read(&world).await, ["quick"]);
    let none = reader::after(world.db(), Position::BEGINNING, None, 10).await.unwrap();
    assert!(none.is_empty(), "{none:?}");
    late.commit().await.unwrap();
    assert!(naive.read(&world).await.is_empty(), "the late one is lost to it");
    let both = read(&world, Position::BEGINNING, None, 2).await;
    assert_eq!(words(&both), ["late", "quick"]);
    world.close().await;
}

#[tokio::test]
async fn two_hundred_writers_and_a_reader_that_is_killed_leave_no_gap() {
    const WRITERS: u64 = 200;
    let world = World::new().await;
    world.psql.batch_execute(READ).await.unwrap();
    let wide =
        Config { pool_max: 30, acquire_timeout_ms: 60_000, transaction_retries: 100, ..Config::default() };
    let writers = Db::connect(&wide, world.test.target()).await.unwrap();
    let reader = Reader::open(world.db(), "test", Position::BEGINNING).await.unwrap();
    let mut writing = JoinSet::new();
    for writer in 0..WRITERS {
        writing.spawn(write(writers.clone(), writer));
    }
    let mut naive = Naive(0);
    let (mut seen, mut killed) = (Vec::new(), 0);
    let random = Random::seeded(7);
    loop {
        let is_over = writing.is_empty();
        // Every other time it is killed anywhere: in its page, in what it writes, in its commit.
        let within = match random.below(2) {
            0 => Duration::from_micros(random.below(20_000)),
            _ => WITHIN,
        };
        match tokio::time::timeout(within, record(&world, &reader, 20)).await {
            Ok(read) => {
                if read.unwrap() == 0 && is_over && is_at_the_end(&world).await {
                    break;
                }
            }
            Err(_) => killed += 1,
        }
        seen.extend(naive.read(&world).await);
        while let Some(ended) = writing.try_join_next() {
            ended.unwrap();
        }
    }
    let read = recorded(&world).await;
    let mut once = read.clone();
    once.sort();
    once.dedup();
    assert_eq!((read.len(), once.len()), (told_all(&world).await, told_all(&world).await));
    let unknown = "select count(*) from read where word not in (select body->>'word' from mainstay.event)";
    assert_eq!(world.number(unknown).await, 0, "nothing that has not happened");
    // In the order of each key.
    let mut by_key: HashMap<String, Vec<String>> = HashMap::new();
    for row in world.psql.query("select key, word from truth order by nth", &[]).await.unwrap() {
        by_key.entry(row.get(0)).or_default().push(row.get(1));
    }
    assert_eq!(by_key.len(), 7);
    for (key, expected) in by_key {
        let found: Vec<_> = read.iter().filter(|word| expected.contains(word)).cloned().collect();
        assert_eq!(found, expected, "{key}");
    }
    assert!(killed > 0, "it was never killed");
    assert!(
        seen.len() < read.len(),
        "who looks at numbers alone loses some: {} of {}",
        seen.len(),
        read.len()
    );
    world.close().await;
}

#[tokio::test]
async fn of_two_who_read_by_one_name_one_goes_on() {
    let world = World::new().await;
    let db = world.db();
    world.tell("hello", None).await;
    world.tell("again", None).await;
    let (one, other) = (
        Reader::open(db, "test", Position::BEGINNING).await.unwrap(),
        Reader::open(db, "test", Position::present(db).await.unwrap()).await.unwrap(),
    );
    assert_eq!(other.position().await.unwrap(), Position::BEGINNING, "it is the same reader");
    let page = read(&world, Position::BEGINNING, None, 2).await;
    let (to, later) = (page[0].position, page[1].position);
    let tx = world.tx().await;
    one.advance_in(&tx, Position::BEGINNING, to).await.unwrap();
    tx.commit().await.unwrap();
    for (from, to) in [(Position::BEGINNING, later), (Position::BEGINNING, to), (to, Position::BEGINNING)] {
        let tx = world.tx().await;
        assert!(matches!(other.advance_in(&tx, from, to).await, Err(ReaderError::Moved)), "{from} to {to}");
        tx.rollback().await.unwrap();
    }
    // Who has found nothing stays where he is.
    let tx = world.tx().await;
    other.advance_in(&tx, to, to).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(one.position().await.unwrap(), to);
    one.forget().await.unwrap();
    assert!(matches!(other.position().await, Err(ReaderError::Moved)));
    for name in ["", "a\0b", &"x".repeat(1 << 20)] {
        let refused = Reader::open(db, name, Position::BEGINNING).await.unwrap_err();
        assert!(matches!(refused, ReaderError::Name(length) if length == name.len()), "{refused}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_place_is_text_for_clients_and_pages_are_of_the_types_that_are_asked_for() {
    let world = World::new().await;
    let db = world.db();
    world.tell("before", None).await;
    read(&world, Position::BEGINNING, None, 1).await;
    let present = Position::present(db).await.unwrap();
    let tx = world.tx().await;
    tx.emit_all(&[told("a", None), told("b", None)]).await.unwrap();
    tx.emit(&Other).await.unwrap();
    tx.commit().await.unwrap();
    let all = read(&world, present, None, 3).await;
    assert_eq!(words(&all), ["a", "b", ""]);
    let resumed: Position = all[0].position.to_string().parse().unwrap();
    let rest = read(&world, resumed, Some(&["test.told"]), 1).await;
    assert_eq!(words(&rest), ["b"]);
    assert_eq!(reader::after(db, Position::BEGINNING, None, 2).await.unwrap().len(), 2);
    world.close().await;
}

#[tokio::test]
async fn the_lag_says_who_is_behind_and_that_an_open_transaction_holds_him_up() {
    let world = World::new().await;
    let db = world.db();
    Reader::open(db, "test", Position::present(db).await.unwrap()).await.unwrap();
    let lag = async || reader::lags(db).await.unwrap().remove(0);
    let idle = lag().await;
    assert!(idle.behind_s == 0.0 && !idle.is_held, "{idle:?}");
    let open = world.tx().await;
    open.batch_execute("select pg_current_xact_id()").await.unwrap();
    world.tell("hello", None).await;
    let held = lag().await;
    assert!(held.behind_s > 0.0 && held.is_held, "{held:?}");
    open.rollback().await.unwrap();
    until("it can be read", async || !lag().await.is_held).await;
    let registry = Registry::new();
    let lags = Lags::new(&registry);
    lags.measure(db).await.unwrap();
    assert!(registry.encode().contains("events_reader_held{reader=\"test\"} 0"), "{}", registry.encode());
    world.close().await;
}

#[tokio::test]
async fn who_reads_some_types_comes_past_the_others_and_only_so_far_as_can_be_read() {
    let world = World::new().await;
    let db = world.db();
    let reader = Reader::open(db, "others", Position::BEGINNING).await.unwrap();
    for n in 0..3 {
        world.tell(&n.to_string(), None).await;
    }
    let lag = async || reader::lags(db).await.unwrap().remove(0);
    assert_eq!(lag().await.unread, 3);
    // Nothing of its types, and yet it gets on.
    until("it is at the end", async || {
        let from = reader.position().await.unwrap();
        let page = reader::page(db, from, Some(&["test.other"]), 10).await.unwrap();
        assert!(page.events.is_empty());
        let tx = world.tx().await;
        reader.advance_in(&tx, from, page.end).await.unwrap();
        tx.commit().await.unwrap();
        lag().await.unread == 0
    })
    .await;
    // An open transaction holds up the end, and what is told behind it is seen by the metrics.
    let late = world.tx().await;
    late.emit(&Other).await.unwrap();
    world.tell("quick", None).await;
    let page = reader::page(db, reader.position().await.unwrap(), None, 10).await.unwrap();
    assert!(page.events.is_empty());
    assert!(reader::held_s(db).await.unwrap() > 0.0 && lag().await.is_held);
    late.commit().await.unwrap();
    let others = read(&world, page.end, Some(&["test.other"]), 1).await;
    assert!(others[0].position >= page.end, "it is behind the end");
    let full = reader::page(db, Position::BEGINNING, None, 2).await.unwrap();
    assert_eq!(full.end, full.events[1].position, "a page that is full ends with its last event");
    world.close().await;
}
