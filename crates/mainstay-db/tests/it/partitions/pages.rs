//! Pages of a list over many months: which months a page touches, from the server's own account of its execution.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio_postgres::SimpleQueryMessage;

use super::*;

/// A year of two tenants, one row an hour each.
async fn year() -> (TestDb, Session) {
    let db = world().await;
    make_months(&db, month(2024, 1), 12).await;
    let session = session(db.target()).await;
    let rows = "insert into reading (taken_at, tenant_id) select t, n from \
                generate_series('2024-01-01'::timestamptz, '2024-12-31 23:00', '1 hour') as t, generate_series(1, 2) as n";
    session.batch_execute(&format!("{rows}; analyze reading")).await.unwrap();
    (db, session)
}

/// What the execution of one page touched.
#[derive(Debug, Default)]
struct Touched {
    executed: BTreeSet<String>,
    never_executed: BTreeSet<String>,
    removed: i64,
    rows: i64,
    sorts: usize,
}

impl Touched {
    fn look(&mut self, node: &Value) {
        if let Some(relation) = node["Relation Name"].as_str() {
            let is_executed = node["Actual Loops"].as_i64().unwrap() > 0;
            let list = if is_executed { &mut self.executed } else { &mut self.never_executed };
            list.insert(relation.to_owned());
        }
        self.removed += node["Subplans Removed"].as_i64().unwrap_or(0);
        self.sorts += usize::from(node["Node Type"].as_str().unwrap().contains("Sort"));
        node["Plans"].as_array().into_iter().flatten().for_each(|child| self.look(child));
    }
}

/// A page of fifty from the middle of June down, as a prepared statement after its fifth execution runs: by a plan
/// that knows no value yet (`force_generic_plan`), or by one made for these.
async fn page(session: &Session, condition: &str, mode: &str) -> Touched {
    let sql = format!(
        "set plan_cache_mode = {mode}; \
         prepare page (bigint, timestamptz, bigint, bigint) as select taken_at, id, value from reading \
             where tenant_id = $1 and {condition} order by taken_at desc, id desc limit $4; \
         explain (analyze, timing off, costs off, format json) execute page (1, '2024-06-15 12:00', 1000000, 50); \
         deallocate page"
    );
    let answers = session.simple_query(&sql).await.unwrap();
    let plan = answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let plan: Value = serde_json::from_str(plan.unwrap()).unwrap();
    let root = &plan[0]["Plan"];
    let mut touched = Touched { rows: root["Actual Rows"].as_f64().unwrap() as i64, ..Touched::default() };
    touched.look(root);
    touched
}

const KEYSET: &str = "(taken_at, id) < ($2, $3)";
const KEYSET_THAT_PRUNES: &str = "(taken_at, id) < ($2, $3) and taken_at <= $2";

#[tokio::test]
async fn a_page_with_the_bound_that_says_it_again_touches_one_month() {
    let (_db, session) = year().await;
    for mode in ["force_generic_plan", "force_custom_plan"] {
        let touched = page(&session, KEYSET_THAT_PRUNES, mode).await;
        assert_eq!(touched.executed, BTreeSet::from(["reading_y2024m06".to_owned()]), "{mode}: {touched:?}");
        assert_eq!((touched.rows, touched.sorts), (50, 0), "{mode}: {touched:?}");
        // The six newer ones are not even opened; the five older ones stand ready behind the limit.
        let newer = |name: &String| name.as_str() > "reading_y2024m06";
        assert!(!touched.never_executed.iter().any(newer), "{mode}: {touched:?}");
        assert_eq!(touched.never_executed.len(), 5, "{mode}: {touched:?}");
        if mode == "force_generic_plan" {
            assert_eq!(touched.removed, 6, "{touched:?}");
        }
    }
}

#[tokio::test]
async fn a_page_without_it_probes_every_newer_month_first() {
    let (_db, session) = year().await;
    let touched = page(&session, KEYSET, "force_generic_plan").await;
    assert_eq!((touched.removed, touched.rows), (0, 50), "{touched:?}");
    assert_eq!(touched.executed.len(), 7, "{touched:?}");
}
