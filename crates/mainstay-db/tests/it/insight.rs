//! What the process knows of its statements: figures by name, the slow ones and their plans.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::insight::views::{self, SlowQueries, SlowQuery, SlowerThan};
use mainstay_db::insight::{self, Plan, RequestStats};
use mainstay_db::{Config, Db, Executor, Statement, one};
use mainstay_telemetry::{Capture, Registry, events};
use mainstay_testing::{TestDb, max_statements};

static ADD: Statement = Statement::pipelined("sum.add", "select /* sum.add */ $1::bigint + 1");
static DIVIDE: Statement = Statement::pooled("sum.divide", "select /* sum.divide */ 1 / $1::bigint");
static NAP: Statement =
    Statement::pooled("nap.take", "select /* nap.take */ $1::text from (select pg_sleep(0.02)) as nap");
static PUT: Statement = Statement::pooled(
    "note.put",
    "insert /* note.put */ into note (words) select $1 from (select pg_sleep(0.02)) as nap",
);
static GONE: Statement =
    Statement::pooled("gone.read", "select /* gone.read */ pg_sleep(0.02) from soon_gone");

/// Its function says that it changes nothing, so that the server runs it to plan the statement; it lies.
static LIE: Statement =
    Statement::pooled("lie.tell", "select /* lie.tell */ lie() from (select pg_sleep(0.02)) as nap");

/// The pools of a database for which everything is slow that takes a nap.
async fn impatient(test: &TestDb) -> Db {
    let config = Config { slow_statement_ms: 10, pool_max: 2, pool_read_max: 2, ..Config::default() };
    Db::connect(&config, test.target()).await.unwrap()
}

#[tokio::test]
async fn statements_are_counted_by_name_over_all_requests() {
    let test = TestDb::empty().await.unwrap();
    let read = test.db().read();
    for route in ["/v1/a", "/v1/b", "/v1/a"] {
        let asked = async {
            insight::name_route(route);
            one(&*read, &ADD, &[&7_i64]).await.unwrap();
            let apart = insight::apart(async { read.rows(&DIVIDE, &[&0_i64]).await });
            apart.await.unwrap_err();
        };
        insight::scope(RequestStats::default(), asked).await;
    }
    one(&*read, &DIVIDE, &[&1_i64]).await.unwrap();
    let found = test.db().insight().statements();
    let counted: Vec<_> = found.iter().map(|one| (one.name, one.count, one.errors, one.rows)).collect();
    assert_eq!(counted, [("sum.add", 3, 0, 3), ("sum.divide", 4, 3, 1)]);
    assert!(test.db().insight().slow().is_empty() && found.iter().all(|one| one.slow == 0), "{found:?}");
    for one in &found {
        assert_eq!(one.routes, ["/v1/a".into(), "/v1/b".into()] as [Arc<str>; 2], "{}", one.name);
        assert!(Duration::ZERO < one.min && one.min <= one.max && one.max <= one.total, "{one:?}");
        assert_eq!(one.spread.count(), one.count);
    }
}

#[tokio::test]
async fn routes_are_named_up_to_a_bound_and_never_at_any_length() {
    let test = TestDb::empty().await.unwrap();
    for number in 0..20 {
        let route = if number == 0 { "x".repeat(10_000) } else { format!("/v1/{number}") };
        let asked = async {
            insight::name_route(&route);
            one(&*test.db().read(), &ADD, &[&7_i64]).await.unwrap();
        };
        insight::scope(RequestStats::default(), asked).await;
    }
    let routes = &test.db().insight().statements()[0].routes;
    let most = Config::default().insight.routes_kept;
    assert!(routes.len() == most && routes[0].as_ref() == "/v1/1", "{routes:?}");
}

#[tokio::test]
async fn a_scrape_sees_statements_by_name() {
    let test = TestDb::empty().await.unwrap();
    let registry = Registry::new();
    test.db().insight().measure_into(&registry);
    let read = test.db().read();
    one(&*read, &ADD, &[&7_i64]).await.unwrap();
    read.rows(&DIVIDE, &[&0_i64]).await.unwrap_err();
    let text = registry.encode();
    for line in [
        r#"db_statement_duration_seconds_count{statement="sum.add"} 1"#,
        r#"db_statement_rows_total{statement="sum.add"} 1"#,
        r#"db_statement_errors_total{statement="sum.divide"} 1"#,
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn a_slow_statement_is_told_once_without_its_parameters() {
    let test = TestDb::empty().await.unwrap();
    let capture = Capture::of_thread();
    capture.expect(events::DB_STATEMENT_SLOW);
    let db = impatient(&test).await;
    let asked = async {
        insight::name_route("/v1/naps");
        one(&*db.read(), &NAP, &[&"a secret"]).await.unwrap();
        one(&*db.read(), &ADD, &[&7_i64]).await.unwrap();
    };
    insight::scope(RequestStats::default(), asked).await;
    let slow = db.insight().slow();
    let nap = slow.iter().find(|one| one.name == "nap.take").unwrap();
    assert!(nap.took >= Duration::from_millis(20) && nap.rows == 1 && !nap.failed && nap.plan.is_none());
    assert_eq!(nap.route.as_deref(), Some("/v1/naps"));
    let figures = db.insight().statements();
    assert!(figures.iter().any(|one| one.name == "nap.take" && one.slow == 1), "{figures:?}");
    let lines = capture.lines();
    let told: Vec<_> = lines.iter().filter(|line| line.event() == Some(events::DB_STATEMENT_SLOW)).collect();
    let nap = told.iter().filter(|line| line.fields["db.statement"] == "nap.take").collect::<Vec<_>>();
    assert!(nap.len() == 1 && nap[0].fields["db.rows"] == "1", "{told:?}");
    assert!(!format!("{lines:?}").contains("a secret"));
}

#[tokio::test]
async fn a_crowd_of_slow_runs_is_one_line_of_the_log() {
    let test = TestDb::empty().await.unwrap();
    let capture = Capture::of_thread();
    capture.expect(events::DB_STATEMENT_SLOW);
    let db = impatient(&test).await;
    for _ in 0..5 {
        one(&*db.read(), &NAP, &[&"a"]).await.unwrap();
    }
    assert_eq!(db.insight().slow().iter().filter(|one| one.name == "nap.take").count(), 5);
    let lines = capture.lines();
    let told: Vec<_> = lines
        .iter()
        .filter(|line| line.fields.get("db.statement").is_some_and(|name| name == "nap.take"))
        .collect();
    assert!(told.len() == 1 && told[0].fields["db.untold"] == "0", "{told:?}");
}

#[tokio::test]
async fn the_plans_of_slow_statements_are_asked_for_after_the_fact() {
    let test = TestDb::empty().await.unwrap();
    let db = impatient(&test).await;
    let tx = db.write().await.unwrap();
    let tables = "create table note (words text); create table soon_gone (a int); \
        insert into soon_gone values (1); create sequence lies; \
        create function lie() returns bigint immutable language plpgsql \
        as $$ begin return nextval('lies'); end $$";
    tx.batch_execute(tables).await.unwrap();
    tx.rows(&LIE, &[]).await.unwrap();
    Executor::execute(&*tx, &PUT, &[&"words"]).await.unwrap();
    tx.rows(&GONE, &[]).await.unwrap();
    tx.rows(&NAP, &[&"a secret"]).await.unwrap();
    tx.batch_execute("drop table soon_gone").await.unwrap();
    tx.commit().await.unwrap();
    let lies = async || -> i64 {
        test.db().read().query_one("select last_value from lies", &[]).await.unwrap().get(0)
    };
    let told = lies().await;
    assert_eq!(db.explain_slow().await.unwrap(), 4);
    let plans: Vec<_> = db.insight().slow().into_iter().map(|one| (one.name, one.plan.unwrap())).collect();
    let known = |plan: &Plan| matches!(plan, Plan::Known(_));
    assert!(plans[0].0 == "nap.take" && known(&plans[0].1), "{plans:?}");
    assert!(plans[2].0 == "note.put" && known(&plans[2].1), "{plans:?}");
    assert!(format!("{:?}", plans[2].1).contains("Insert on note"), "{plans:?}");
    assert!(matches!(&plans[1].1, Plan::Refused(why) if why.contains("soon_gone")), "{plans:?}");
    assert!(!format!("{plans:?}").contains("a secret"), "{plans:?}");
    assert!(matches!(&plans[3].1, Plan::Refused(why) if why.contains("read-only")), "{plans:?}");
    assert_eq!(lies().await, told, "not even planning writes");
    let notes = test.db().read().query_one("select count(*) from note", &[]).await.unwrap();
    assert_eq!(notes.get::<_, i64>(0), 1, "to explain is not to run");
    one(&*db.read(), &NAP, &[&"again"]).await.unwrap();
    assert_eq!(db.explain_slow().await.unwrap(), 0, "the plan is not old");
}

/// The statements that take at least a nap, by their mean.
const NAPS: SlowerThan = SlowerThan { mean_ms: 15.0, by_total: false, limit: 20, text: 200 };

#[tokio::test]
async fn without_statistics_the_server_says_what_would_bring_them() {
    let test = TestDb::empty().await.unwrap();
    let answer = views::slow_queries(&test.db().read(), NAPS).await.unwrap();
    let SlowQueries::Unavailable { remedy } = answer else { panic!("{answer:?}") };
    assert!(remedy.contains("create extension pg_stat_statements"), "{remedy}");
    let tx = test.db().write().await.unwrap();
    let elsewhere = "create schema apart; create extension pg_stat_statements schema apart";
    tx.batch_execute(elsewhere).await.unwrap();
    tx.commit().await.unwrap();
    let answer = views::slow_queries(&test.db().read(), NAPS).await.unwrap();
    assert!(matches!(answer, SlowQueries::Unavailable { remedy } if remedy.contains("search_path")));
}

#[tokio::test]
async fn the_slow_queries_of_this_database_carry_their_names() {
    let test = TestDb::empty().await.unwrap();
    let tx = test.db().write().await.unwrap();
    tx.batch_execute("create extension pg_stat_statements").await.unwrap();
    tx.commit().await.unwrap();
    let read = test.db().read();
    one(&*read, &NAP, &[&"a secret"]).await.unwrap();
    one(&*read, &ADD, &[&7_i64]).await.unwrap();
    for by_total in [false, true] {
        let wanted = SlowerThan { by_total, text: 21, ..NAPS };
        let answer = max_statements(2, views::slow_queries(&read, wanted)).await.unwrap();
        let SlowQueries::Known(found) = answer else { panic!("{answer:?}") };
        // On a busy machine others may be slow too.
        let nap = found.iter().find(|one| one.name.as_deref() == Some("nap.take")).unwrap();
        assert_eq!((nap.calls, nap.rows, nap.query.as_str()), (1, 1, "select /* nap.take */"));
        assert!(nap.mean_ms >= 20.0 && found.iter().all(|one| one.mean_ms > 15.0), "{found:?}");
        let sorted = |by: fn(&SlowQuery) -> f64| found.is_sorted_by(|before, after| by(before) >= by(after));
        assert!(if by_total { sorted(|one| one.total_ms) } else { sorted(|one| one.mean_ms) }, "{found:?}");
    }
    let none = views::slow_queries(&read, SlowerThan { limit: 0, ..NAPS }).await.unwrap();
    assert_eq!(none, SlowQueries::Known(Vec::new()));
}

#[tokio::test]
async fn indexes_tables_and_memory_are_told_as_the_server_counts_them() {
    let test = TestDb::empty().await.unwrap();
    let tx = test.db().write().await.unwrap();
    let tables = "create table page (id int primary key, words text, place int unique)
            with (autovacuum_enabled = off);
        create index page_words on page (words);
        insert into page select n, repeat('word ', 20) || n, n from generate_series(1, 2000) as n";
    tx.batch_execute(tables).await.unwrap();
    tx.commit().await.unwrap();
    let tx = test.db().write().await.unwrap();
    tx.batch_execute("delete from page where id <= 500; set local enable_seqscan = off").await.unwrap();
    tx.query("select * from page where id = $1", &[&1000]).await.unwrap();
    tx.commit().await.unwrap();
    let read = test.db().read();
    let counted = async || {
        // A session reports what it has counted when it has nothing to do, at most once a second.
        let bloat = views::table_bloat(&read, 10).await.unwrap();
        let used = views::most_used_indexes(&read, 10).await.unwrap();
        (bloat.len() == 1 && !used.is_empty()).then_some((bloat, used))
    };
    let waiting = async {
        loop {
            test.db().write().await.unwrap().commit().await.unwrap();
            if let Some(found) = counted().await {
                return found;
            }
        }
    };
    let (bloat, used) = tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap();
    assert_eq!((bloat[0].table.as_str(), bloat[0].live_tuples, bloat[0].dead_tuples), ("page", 1500, 500));
    let wasted = bloat[0].estimated_wasted_bytes * 4;
    assert!(wasted <= bloat[0].size_bytes && wasted * 2 > bloat[0].size_bytes, "{bloat:?}");
    assert_eq!(used[0].index, "page_pkey");
    let unused = views::unused_indexes(&read, 10, 10).await.unwrap();
    let names: Vec<_> = unused.iter().map(|one| one.index.as_str()).collect();
    assert_eq!(names, ["page_words"], "what keeps a rule is not unused");
    assert!(views::unused_indexes(&read, 10, 0).await.unwrap().is_empty());
    let cache = views::cache_hits(&read).await.unwrap();
    assert!(cache.heap_blocks_hit > 0 && cache.ratio_percent().unwrap() > 0.0, "{cache:?}");
    let largest = views::largest_tables(&read, 1).await.unwrap();
    assert_eq!(largest[0].table, "page");
    let size = views::database_size(&read).await.unwrap();
    assert!(size.name == test.name() && size.size_bytes > largest[0].size_bytes, "{size:?}");
    assert!(size.connections >= size.active_connections && size.active_connections >= 1, "{size:?}");
}
