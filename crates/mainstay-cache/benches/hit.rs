//! What a hit costs: the whole look-up with its validation by three tags, and its parts, beside plain stores that validate
//! nothing. The node hears from a real database meanwhile. `cargo bench -p mainstay-cache`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot set up its world has failed")]

use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, criterion_group, criterion_main};
use mainstay_cache::coherence::{self, Incarnation, Node, PollAnswer, Seen, Tag};
use mainstay_cache::invalidation::MIGRATIONS;
use mainstay_cache::{Cache, Caches, Config, Freshness, Key, NameConfig, Representation, Source};
use mainstay_runtime::{Effects, Supervisor};
use mainstay_telemetry::Registry;
use mainstay_testing::{TestDb, until};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Runtime;
use uuid::Uuid;

const KEYS: i64 = 10_000;
const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const BODY_BYTES: usize = 2_048;

type Pages = Cache<(i64, &'static str), Representation>;

fn body() -> Representation {
    Representation::new("x".repeat(BODY_BYTES))
}

fn key(number: i64) -> (i64, &'static str) {
    (number, "list")
}

fn tags(number: i64) -> Vec<Tag> {
    Tag::of_row("note", &number.to_string(), "1").to_vec()
}

/// Keys one after the other, as far apart in memory as another order would have them.
fn next(number: &mut i64, keys: i64) -> i64 {
    *number = (*number + 7_919) % keys;
    *number
}

async fn get(pages: &Pages, number: i64) -> Source {
    let load = |_| async { Ok::<_, Infallible>(body()) };
    pages.get_or_load(&key(number), || tags(number), Freshness::Fresh, load).await.unwrap().source
}

/// Everything that must outlive the measuring.
struct World {
    pages: Pages,
    supervisor: Supervisor,
    _test: TestDb,
}

async fn world() -> World {
    let test = TestDb::migrated(&[&MIGRATIONS]).await.unwrap();
    let (effects, registry) = (Effects::system(), Registry::new());
    let supervisor = Supervisor::new(&effects);
    // On a machine that others use, a late poll would make a miss of what is measured as a hit.
    let config = Config { bound_ms: 10_000, ..Config::default() };
    let caches = Caches::new(config, test.db(), test.target(), &effects, &registry);
    let name = NameConfig { refresh_after_percent: 100, ttl_ms: 86_400_000, ..NameConfig::default() };
    let pages = caches.cache("pages", name);
    caches.start(&supervisor);
    until("the node has heard", async || caches.age().is_some()).await;
    for number in 0..KEYS {
        get(&pages, number).await;
    }
    World { pages, supervisor, _test: test }
}

/// The time that the measuring thread had the processor: what else runs on the machine counts less.
struct ThreadTime;

impl Measurement for ThreadTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
    }

    fn end(&self, started: Duration) -> Duration {
        self.start() - started
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// Few keys stay near the processor; many are fetched from memory, each from a place of its own.
fn hit(criterion: &mut Criterion<ThreadTime>) {
    let runtime = Runtime::new().unwrap();
    let _inside = runtime.enter();
    let World { pages, supervisor, _test } = runtime.block_on(world());
    let plain = quick_cache::sync::Cache::new(KEYS as usize * 2);
    let moka = moka::sync::Cache::new(KEYS as u64 * 2);
    for number in 0..KEYS {
        let (key, body) = (Key::of(&key(number)), Arc::new(body()));
        plain.insert(key.clone(), Arc::clone(&body));
        moka.insert(key, body);
    }
    for keys in [100, KEYS] {
        let mut group = criterion.benchmark_group(format!("a hit among {keys}"));
        let mut number = 0;
        group.bench_function("three tags, by get", |bencher| {
            bencher.iter(|| pages.get(&key(next(&mut number, keys)), Freshness::Fresh).unwrap());
        });
        group.bench_function("three tags, by get_or_load", |bencher| {
            bencher.iter(|| {
                let source = futures_util::FutureExt::now_or_never(get(&pages, next(&mut number, keys)));
                assert_eq!(source, Some(Source::Level1));
            });
        });
        group.bench_function("quick_cache, plain", |bencher| {
            bencher.iter(|| plain.get(&Key::of(&key(next(&mut number, keys)))).unwrap());
        });
        group.bench_function("moka, plain", |bencher| {
            bencher.iter(|| moka.get(&Key::of(&key(next(&mut number, keys)))).unwrap());
        });
        group.finish();
    }
    supervisor.stop().trigger();
}

fn parts(criterion: &mut Criterion<ThreadTime>) {
    let mut group = criterion.benchmark_group("a part of a hit");
    let mut number = 0;
    group.bench_function("the key", |bencher| {
        bencher.iter(|| black_box(Key::of(&key(next(&mut number, KEYS)))));
    });
    let clock = Effects::system().clock;
    group.bench_function("the clock", |bencher| bencher.iter(|| clock.boottime()));
    for slots in [1 << 20, 1 << 17] {
        let node = Node::new(coherence::Config { slots, ..coherence::Config::default() });
        let seen = Seen { snapshot: "10:10:".parse().unwrap(), incarnation: Incarnation(Uuid::nil()) };
        node.poll_answer(
            &node.begin_poll(MS),
            PollAnswer { seen, retained: 0, inherited: vec![], shape: 0, events: vec![], log: None },
        );
        let tags: Vec<[Tag; 3]> =
            (0..KEYS).map(|number| Tag::of_row("note", &number.to_string(), "1")).collect();
        let position = node.end_fill(&node.begin_fill(MS)).unwrap();
        group.bench_function(format!("three tags among {slots} slots"), |bencher| {
            bencher.iter(|| node.lookup(position, &tags[next(&mut number, KEYS) as usize], MS, MS).unwrap());
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ThreadTime).warm_up_time(SECOND).measurement_time(3 * SECOND);
    targets = hit, parts
}
criterion_main!(benches);
