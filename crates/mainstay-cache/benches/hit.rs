//! What a hit costs: the whole look-up with its validation by three tags, and its parts, beside plain stores that validate
//! nothing. The node hears from a real database meanwhile. `cargo bench -p mainstay-cache`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot set up its world has failed")]

use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use mainstay_cache::coherence::Tag;
use mainstay_cache::invalidation::MIGRATIONS;
use mainstay_cache::{Cache, Caches, Config, Freshness, Key, NameConfig, Representation, Source};
use mainstay_runtime::{Effects, Supervisor};
use mainstay_telemetry::Registry;
use mainstay_testing::{TestDb, until};
use tokio::runtime::Runtime;

const KEYS: i64 = 10_000;
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
fn next(number: &mut i64) -> i64 {
    *number = (*number + 7_919) % KEYS;
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

fn hit(criterion: &mut Criterion) {
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

    let mut group = criterion.benchmark_group("hit");
    let mut number = 0;
    group.bench_function("mainstay, three tags", |bencher| {
        bencher.iter(|| {
            let source = futures_util::FutureExt::now_or_never(get(&pages, next(&mut number)));
            assert_eq!(source, Some(Source::Level1));
        });
    });
    group.bench_function("quick_cache, plain", |bencher| {
        bencher.iter(|| plain.get(&Key::of(&key(next(&mut number)))).unwrap());
    });
    group.bench_function("moka, plain", |bencher| {
        bencher.iter(|| moka.get(&Key::of(&key(next(&mut number)))).unwrap());
    });
    group.bench_function("the key alone", |bencher| {
        bencher.iter(|| black_box(Key::of(&key(next(&mut number)))));
    });
    let clock = Effects::system().clock;
    group.bench_function("the clock alone", |bencher| bencher.iter(|| clock.boottime()));
    group.finish();
    supervisor.stop().trigger();
}

criterion_group!(benches, hit);
criterion_main!(benches);
