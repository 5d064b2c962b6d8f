//! How PostgreSQL goes about each statement on a million activities: by an index, touching few blocks, throwing few rows
//! away; with these parameters and with any. A new statement is either here or named as cold. Never here: times.

use std::collections::BTreeSet;

use mainstay_db::Session;
use mainstay_testing::TestDb;
use paceline::schema;
use serde_json::Value;

mod cases;
mod known_parameters;
mod plan;
mod season;
mod statements;

use cases::{COLD, Case, HOT, MISSED_WITHOUT, VALUES};
use statements::Statement;

/// Tables with more rows are large: nothing reads them from their beginning.
const LARGE: i64 = 1_000;

/// How the server is to plan: for the parameters at hand, or once for all.
const MODES: [&str; 2] = ["force_custom_plan", "force_generic_plan"];

#[test]
fn every_statement_is_hot_or_cold_with_a_reason() {
    let all: BTreeSet<String> = statements::all().into_iter().map(|one| one.name).collect();
    let hot: BTreeSet<String> = HOT.iter().map(|case| case.statement.to_owned()).collect();
    let names = COLD.iter().flat_map(|(names, _)| names.iter().map(|name| (*name).to_owned()));
    let cold: BTreeSet<String> = names.collect();
    let named: BTreeSet<String> = hot.union(&cold).cloned().collect();
    let both: Vec<_> = hot.intersection(&cold).collect();
    let (new, gone): (Vec<_>, Vec<_>) = (all.difference(&named).collect(), named.difference(&all).collect());
    assert!(
        new.is_empty() && gone.is_empty() && both.is_empty(),
        "give it a line in plans/cases.rs: new {new:?}, gone {gone:?}, hot and cold {both:?}"
    );
    assert!(COLD.iter().all(|(_, reason)| reason.len() > 20));
}

#[tokio::test]
async fn every_hot_statement_finds_its_rows_by_an_index_among_a_million_activities() {
    let db = TestDb::migrated(&crate::world::sets(&schema::migrations())).await.unwrap();
    season::seed(&db).await;
    let asking = Asking::new(&db).await;
    let mut faults = Vec::new();
    for case in HOT {
        for mode in MODES {
            faults.extend(asking.fault(case, mode).await);
        }
    }
    assert!(faults.is_empty(), "{} plans are not as they should be:\n{}", faults.len(), faults.join("\n"));
    // Without the start of the activity every month is looked into.
    let asked = "select data from activity_stream as stream where athlete_id = uuid_of('8001', 1) \
        and activity_id = uuid_of('8002', 6001)";
    let months = async |sql: String| plan::work(&asking.answer(&sql).await).months.len();
    assert!(months(format!("explain (format json) {asked}")).await > 200);
    assert_eq!(months(format!("explain (format json) {asked} and start_time = began(6001)")).await, 1);
    // That a plan can fail here is seen: without its index each of these does.
    let mut needless = Vec::new();
    for (index, statement) in MISSED_WITHOUT {
        let drop = format!("begin; drop index {index}");
        asking.session.batch_execute(&drop).await.unwrap();
        let cases = HOT.iter().filter(|case| case.statement == *statement);
        let mut found = false;
        for case in cases {
            found |= asking.fault_in_transaction(case, MODES[1]).await.is_some();
        }
        asking.session.batch_execute("rollback").await.unwrap();
        if !found {
            needless.push(format!("{statement} does as well without {index}"));
        }
    }
    assert!(needless.is_empty(), "{needless:?}");
}

/// A session that plans, runs and takes back.
struct Asking {
    session: Session,
    statements: Vec<Statement>,
    large: BTreeSet<String>,
}

impl Asking {
    async fn new(db: &TestDb) -> Self {
        let session = season::session(db).await;
        let sql = "select relname::text from pg_class join pg_namespace as n on n.oid = relnamespace \
            where nspname = 'public' and relkind = 'r' and reltuples > $1::int8";
        let rows = session.query(sql, &[&LARGE]).await.unwrap();
        let large: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(large.len() > 10 && large.contains("activity") && large.contains("athlete"), "{large:?}");
        Self { session, statements: statements::all(), large }
    }

    /// What is wrong with the plan, as a line.
    async fn fault(&self, case: &Case, mode: &str) -> Option<String> {
        self.session.batch_execute("begin").await.unwrap();
        let fault = self.fault_in_transaction(case, mode).await;
        self.session.batch_execute("rollback").await.unwrap();
        fault
    }

    async fn fault_in_transaction(&self, case: &Case, mode: &str) -> Option<String> {
        let explained = self.explain(case, mode).await;
        let work = plan::work(&explained);
        let whole: Vec<_> = work.whole.iter().filter(|name| self.is_large(name, case)).collect();
        let is_pruned = work.months.len() == case.months;
        if whole.is_empty() && work.removed <= case.removed && work.blocks <= case.blocks && is_pruned {
            return None;
        }
        Some(format!(
            "{} ({}) {mode}: reads whole {whole:?}, throws away {} rows of {}, touches {} blocks of {}, looks into {} \
             months of {}\n{:#}",
            case.statement,
            case.about,
            work.removed,
            case.removed,
            work.blocks,
            case.blocks,
            work.months.len(),
            case.months,
            shape(&explained[0]["Plan"], 1)
        ))
    }

    /// An index is large; a partial one that is read whole on purpose is named by its case.
    fn is_large(&self, name: &str, case: &Case) -> bool {
        !case.whole.contains(&name) && (self.large.contains(name) || !self.is_table(name))
    }

    fn is_table(&self, name: &str) -> bool {
        !name.ends_with("_idx") && !name.ends_with("_key") && !name.ends_with("_pkey")
    }

    async fn explain(&self, case: &Case, mode: &str) -> Value {
        let statement = self.statements.iter().find(|one| one.name == case.statement).unwrap();
        let value = |name: &String| {
            let own = case.values.iter().chain(VALUES).find(|(known, _)| known == name);
            own.unwrap_or_else(|| panic!("{}: what is {name}?", case.statement)).1
        };
        let values: Vec<&str> = statement.parameters.iter().map(value).collect();
        let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
        let prepare = format!("set local plan_cache_mode = {mode}; prepare asked as {}", statement.text);
        self.session.batch_execute(&prepare).await.unwrap_or_else(|error| panic!("{prepare}: {error:?}"));
        let explain = format!("explain (analyze, buffers, timing off, format json) execute asked{values}");
        let explained = self.answer(&explain).await;
        self.session.batch_execute("deallocate asked").await.unwrap();
        explained
    }

    async fn answer(&self, explain: &str) -> Value {
        let answer = self.session.query_one(explain, &[]).await;
        answer.unwrap_or_else(|error| panic!("{explain}: {error:?}")).get(0)
    }
}

/// The nodes of a plan, one line each.
fn shape(node: &Value, depth: usize) -> String {
    let text = |name: &str| node[name].as_str().map(|text| format!(" {text}")).unwrap_or_default();
    let mut line = format!(
        "{}{}{}{}{}{} rows {}\n",
        "  ".repeat(depth),
        node["Node Type"].as_str().unwrap_or_default(),
        text("Relation Name"),
        text("Index Name"),
        text("Index Cond"),
        text("Filter"),
        node["Actual Rows"]
    );
    for child in node["Plans"].as_array().into_iter().flatten() {
        line.push_str(&shape(child, depth + 1));
    }
    line
}
