//! The index advisor on a real server, with real rows and real HypoPG: what it predicts must come true.

use std::collections::BTreeMap;

use mainstay_db::advisor::{self, AdviseError, Config, Method, Reason, Report};
use mainstay_db::{Db, Target};
use mainstay_testing::{TestDb, replica_set};

mod shop;

use shop::Shop;

const SMALL: usize = 20_000;

async fn advise(shop: &Shop) -> Report {
    advisor::advise(shop.target(), &[], &Config::default()).await.unwrap()
}

/// What each statement costs as the server plans it now, by its name, with its total time.
async fn costs(target: &Target) -> BTreeMap<String, (f64, f64)> {
    // No table is large enough for a candidate: only the plans as they are.
    let config = Config { least_rows: 1_000_000_000, ..Config::default() };
    let report = advisor::advise(target, &[], &config).await.unwrap();
    report.statements.into_iter().map(|one| (one.name, (one.cost_before, one.total_ms))).collect()
}

fn surplus(report: &Report) -> Vec<(Reason, &str)> {
    report.surplus.iter().map(|one| (one.reason, one.index.as_str())).collect()
}

fn recommended(report: &Report) -> Vec<String> {
    let mut all: Vec<String> = report.recommendations.iter().map(|one| one.recommendation.clone()).collect();
    all.sort();
    all
}

#[tokio::test]
async fn what_it_predicts_for_a_million_rows_comes_true() {
    let shop = Shop::open(1_000_000).await;
    let report = advise(&shop).await;
    assert_eq!(report.method, Method::WhatIf);
    let [customer, of_customer, of_tenant] = &recommended(&report)[..] else { panic!("{report}") };
    assert_eq!(customer, "CREATE INDEX customer_email_idx ON customer (email);", "{report}");
    assert!(of_customer.contains("ON orders (customer_id)"), "{report}");
    assert!(of_tenant.contains("ON orders (tenant_id, created_at)"), "{report}");
    assert_eq!(naive(&shop).await, Vec::<String>::new(), "the naive rule finds something after all");

    let before = costs(shop.target()).await;
    let built = advisor::apply(shop.target(), &report, &Config::default(), |_| {}).await.unwrap();
    assert_eq!(built.len(), 3);
    for one in &built {
        assert!(one.bytes > 0 && !one.effects.is_empty(), "{one:?}");
        assert!(one.effects.iter().all(advisor::Effect::is_as_predicted), "{one:?}");
    }
    let after = costs(shop.target()).await;
    for (name, (cost, _)) in &before {
        assert!(after[name].0 <= cost * 1.001, "{name} rose from {cost} to {}", after[name].0);
    }
    for one in &report.recommendations {
        let index = one.index.as_str();
        let valid = |valid| {
            format!("update pg_index set indisvalid = {valid} where indexrelid = '{index}'::regclass")
        };
        shop.run(&valid(false)).await;
        let without = costs(shop.target()).await;
        shop.run(&valid(true)).await;
        let lost: f64 = before
            .iter()
            .map(|(name, (cost, total_ms))| (without[name].0 - after[name].0) / cost * total_ms)
            .sum();
        let total: f64 = before.values().map(|(_, total_ms)| total_ms).sum();
        assert!(lost > 0.03 * total, "without {index} only {lost} of {total} ms would be lost");
    }
    let again = advise(&shop).await;
    assert!(again.recommendations.is_empty(), "{again}");
}

/// The rule of the requirement documents: columns with more than a hundred distinct values, in tables without a key
/// constraint, since it excludes by table what it means to exclude by column.
async fn naive(shop: &Shop) -> Vec<String> {
    let sql = "select s.tablename || '.' || s.attname as name from pg_stats as s \
               where s.schemaname = 'public' and s.n_distinct > 100 \
                 and not exists (select from information_schema.table_constraints as c \
                     where c.table_name = s.tablename and c.constraint_type in ('PRIMARY KEY', 'UNIQUE')) \
               order by s.n_distinct desc limit 20";
    let rows = shop.session.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get("name")).collect()
}

#[tokio::test]
async fn surplus_indexes_are_found() {
    let shop = Shop::open(SMALL).await;
    shop.run(
        "create index orders_left on orders (state);
         update pg_index set indisvalid = false where indexrelid = 'orders_left'::regclass",
    )
    .await;
    let report = advise(&shop).await;
    assert_eq!(
        surplus(&report),
        [
            (Reason::Invalid, "orders_left"),
            (Reason::Duplicate, "goal_created_again"),
            (Reason::Prefix, "goal_user"),
            (Reason::Unused, "goal_created"),
            (Reason::Unused, "goal_user_created"),
            (Reason::Unused, "orders_total_idx"),
        ],
        "{report}"
    );
    let unused = report.surplus.last().unwrap();
    assert!(unused.is_doubtful && unused.counted_s.unwrap() < 3600, "{unused:?}");

    // A server on which it is read counts too, here the same one, after a read.
    shop.run("set enable_seqscan = off; select count(*) from orders where total > 995; select pg_stat_force_next_flush(); select 1")
        .await;
    let report = advisor::advise(shop.target(), &[&shop.session], &Config::default()).await.unwrap();
    assert!(!surplus(&report).contains(&(Reason::Unused, "orders_total_idx")), "{report}");
}

#[tokio::test]
async fn without_hypopg_it_gives_rules_and_says_so() {
    let shop = Shop::without_hypopg(SMALL).await;
    let report = advise(&shop).await;
    let Method::Rules { remedy } = &report.method else { panic!("{report}") };
    assert!(remedy.contains("create extension hypopg"), "{remedy}");
    assert!(report.to_string().contains("these are rules, not measurements"), "{report}");
    assert!(report.statements.iter().all(|one| one.cost_after.is_none()));
    let recommended = recommended(&report);
    assert!(recommended.iter().any(|one| one.contains("ON orders (tenant_id, created_at)")), "{report}");
}

#[tokio::test]
async fn without_statistics_of_statements_it_says_what_to_do() {
    let db = TestDb::empty().await.unwrap();
    let error = advisor::advise(db.target(), &[], &Config::default()).await.unwrap_err();
    assert!(matches!(&error, AdviseError::NoStatistics { .. }), "{error}");
    assert!(error.to_string().contains("create extension pg_stat_statements"), "{error}");
}

#[tokio::test]
async fn statements_are_planned_and_never_executed() {
    let shop = Shop::open(SMALL).await;
    shop.run(
        "create sequence told; create table part (at int) partition by range (at);
              create table part_1 partition of part for values from (0) to (10000);
              insert into part select id from orders where id < 5000; analyze part",
    )
    .await;
    for sql in [
        "select /* orders.count_up pooled */ nextval('told'), id from orders where tenant_id = 5",
        "delete /* orders.forget pooled */ from orders where customer_id = -1",
        "update /* orders.touch pooled */ orders set total = total + 1 where customer_id = -1",
        "select /* orders.recent pooled */ id from orders where created_at > now() - interval '1 day'",
        "select /* orders.labelled pooled */ id from orders where labels @> '{\"a\": 1}'",
        "select /* orders.year pooled */ extract(year from created_at) from orders limit 1",
        "select /* part.at pooled */ at from part where at = 5",
    ] {
        shop.session.simple_query(sql).await.unwrap();
    }
    let told = "select last_value from told";
    let before = (shop.number(told).await, shop.number("select count(*) from orders").await);
    let report = advise(&shop).await;
    assert_eq!((shop.number(told).await, shop.number("select count(*) from orders").await), before);
    let names: Vec<&str> = report.statements.iter().map(|one| one.name.as_str()).collect();
    for name in ["orders.count_up", "orders.forget", "orders.touch", "orders.recent", "part.at"] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    assert_eq!(report.hints.len(), 1, "{report}");
    assert_eq!((report.hints[0].table.as_str(), report.hints[0].column.as_str()), ("orders", "labels"));
    assert!(report.notes.iter().any(|note| note.starts_with("1 statements read partitioned")), "{report}");
    // The server replaced the field's name too, and nobody can tell which it was.
    let unplanned: Vec<&str> = report.unplanned.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(unplanned, ["orders.year"], "{report}");
}

#[tokio::test]
async fn a_build_that_gets_no_lock_says_what_it_left_and_the_next_one_replaces_it() {
    let shop = Shop::open(SMALL).await;
    let report = advise(&shop).await;
    assert!(!report.recommendations.is_empty(), "{report}");
    let first = report.recommendations[0].clone();
    let is_valid = format!(
        "select count(*) filter (where indisvalid) + 10 * count(*) from pg_index where indexrelid = to_regclass('{}')",
        first.index
    );

    shop.run(&format!("begin; lock table {} in row exclusive mode", first.table)).await;
    let hasty = Config { build_lock_timeout_ms: 100, build_tries: 2, ..Config::default() };
    let error = advisor::apply(shop.target(), &report, &hasty, |_| {}).await.unwrap_err();
    shop.run("rollback").await;
    assert!(matches!(&error, AdviseError::Build { index, .. } if *index == first.index), "{error}");
    assert!(error.to_string().contains(&format!("drop index concurrently if exists public.{}", first.index)));
    assert_eq!(shop.number(&is_valid).await, 10, "an invalid one is left");
    assert!(surplus(&advise(&shop).await).contains(&(Reason::Invalid, first.index.as_str())));

    let built = advisor::apply(shop.target(), &report, &Config::default(), |_| {}).await.unwrap();
    assert_eq!(shop.number(&is_valid).await, 11, "it was replaced by a valid one");
    assert_eq!(built.len(), report.recommendations.len());

    let lock = "select count(pg_advisory_lock(hashtextextended('mainstay advisor', 0)))";
    shop.number(lock).await;
    let error = advisor::apply(shop.target(), &report, &Config::default(), |_| {}).await.unwrap_err();
    assert!(matches!(error, AdviseError::Busy), "{error}");
}

/// A handle on a database with these replicas.
async fn with_replicas(target: &Target, replicas: &str) -> Db {
    let config = mainstay_db::Config { read_replicas: replicas.to_owned(), ..mainstay_db::Config::default() };
    Db::connect(&config, target).await.unwrap()
}

#[tokio::test]
async fn what_a_configured_replica_reads_is_not_called_unused_nor_what_a_silent_one_may_read() {
    let set = replica_set(1).await.unwrap();
    let tables = "create extension if not exists pg_stat_statements; create table read_there (day int); \
        create index read_there_idx on read_there (day); create index read_nowhere_idx on read_there ((day + 1))";
    set.execute(set.primary(), tables).await.unwrap();
    let replica = set.replicas()[0];
    set.wait_until_caught_up(replica).await.unwrap();
    let read = "set enable_seqscan = off; select count(*) from read_there where day = 5";
    set.execute(replica, read).await.unwrap();
    let scans = "select idx_scan > 0 from pg_stat_user_indexes where indexrelname = 'read_there_idx'";
    set.wait(replica, scans).await.unwrap();

    let primary = set.target(set.primary());
    let unused = async |db: &Db| {
        let report = db.advise(&Config::default()).await.unwrap();
        let unused = report.surplus.iter().filter(|one| one.reason == Reason::Unused);
        (unused.map(|one| one.index.clone()).collect::<Vec<_>>(), report.notes.join(" "))
    };
    let alone = with_replicas(&primary, "").await;
    assert_eq!(unused(&alone).await.0, ["read_nowhere_idx", "read_there_idx"]);
    let writer = set.writer_address();
    let part = |key| writer.split_whitespace().find_map(|part: &str| part.strip_prefix(key)).unwrap();
    let of_replica = |list: &str| list.split(',').nth(replica).unwrap().to_owned();
    let address = format!("{}:{}", of_replica(part("host=")), of_replica(part("port=")));
    assert_eq!(unused(&with_replicas(&primary, &address).await).await.0, ["read_nowhere_idx"], "{address}");
    let (none, notes) = unused(&with_replicas(&primary, &format!("{address},127.0.0.1:1")).await).await;
    assert!(none.is_empty() && notes.contains("no index is called unused"), "{none:?} {notes}");
    set.close().await.unwrap();
}
