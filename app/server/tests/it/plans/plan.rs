//! What a plan that was run says of itself: which tables it read whole, how many rows it threw away, how many blocks it
//! touched, which months of samples it may look into. Pure. Never here: which of that is too much.

use std::collections::BTreeSet;

use serde_json::Value;

/// The sum of a plan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Work {
    /// Tables that were read from their beginning, and indexes that were, by name.
    pub(super) whole: Vec<String>,
    /// Rows that were read and did not fit.
    pub(super) removed: u64,
    /// Blocks of 8 KiB, in memory or not, the foreign keys' checks included.
    pub(super) blocks: u64,
    /// Months of samples in the plan, by name; what was ruled out before it began is not in it.
    pub(super) months: BTreeSet<String>,
}

/// What `explain (analyze, buffers, format json)` said.
pub(super) fn work(explained: &Value) -> Work {
    let plan = &explained[0]["Plan"];
    let mut work = Work {
        blocks: number(plan, "Shared Hit Blocks") + number(plan, "Shared Read Blocks"),
        ..Work::default()
    };
    walk(plan, &mut work);
    work
}

fn walk(node: &Value, work: &mut Work) {
    let loops = number(node, "Actual Loops");
    let removed = ["Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck"];
    work.removed += removed.iter().map(|name| number(node, name) * loops).sum::<u64>();
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let is_whole = match kind {
        "Seq Scan" => true,
        "Index Scan" | "Index Only Scan" | "Bitmap Index Scan" => node["Index Cond"].is_null(),
        _ => false,
    };
    // What changes rows names the tables a second time.
    let table = node["Relation Name"].as_str().filter(|name| name.starts_with("activity_stream_"));
    if let Some(table) = table.filter(|_| kind != "ModifyTable") {
        work.months.insert(table.to_owned());
    }
    if is_whole {
        let name = node["Index Name"].as_str().or(node["Relation Name"].as_str());
        work.whole.push(name.unwrap_or_default().to_owned());
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        walk(child, work);
    }
}

/// Counts are averages over loops, and may have fractions.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn number(node: &Value, name: &str) -> u64 {
    node[name].as_f64().unwrap_or_default().round() as u64
}
