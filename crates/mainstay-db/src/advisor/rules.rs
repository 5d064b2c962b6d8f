//! What can be said of a candidate without asking the planner: its statement, its write cost, and, where nobody can
//! imagine indexes, which to propose. Pure. Never here: a promise that the planner would use it.

use super::candidates::{self, Candidate};
use super::plan::Scan;
use super::report::{Recommendation, Statement};
use super::{World, names};

/// The candidate as a recommendation; its name is free among the indexes that are there and among `beside`.
pub(super) fn recommendation(
    candidate: &Candidate,
    beside: &[Recommendation],
    world: World<'_>,
) -> Recommendation {
    let is_taken = |name: &str| {
        let is_there = |index: &super::catalog::Index| {
            index.table.schema == candidate.table.schema && index.name == name
        };
        world.catalog.indexes.iter().any(is_there) || beside.iter().any(|one| one.index == name)
    };
    let index = candidate.name(is_taken);
    let (name, sql) = (names::quoted(&index), candidate.sql());
    let columns: Vec<String> = candidate.keys.iter().map(|key| key.column.clone()).collect();
    let column = columns.first().cloned().unwrap_or_default();
    let distinct = world.catalog.column(&candidate.table, &column).and_then(|facts| facts.distinct);
    Recommendation {
        table: candidate.table.to_string(),
        column,
        columns,
        #[expect(clippy::cast_possible_truncation, reason = "a count of rows, estimated")]
        distinct_values: distinct.map(|distinct| distinct.round() as i64),
        recommendation: format!("CREATE INDEX {name} {};", sql.replacen("on ", "ON ", 1)),
        schema: candidate.table.schema.clone(),
        index,
        migration: format!("create index concurrently if not exists {name} {sql}"),
        size_bytes: None,
        write_ms: write_ms(candidate, world),
        saved_ms: None,
        saved_share: None,
        used_by: Vec::new(),
    }
}

/// Bytes of an index entry beside its values: its header and the pointer to it.
const ENTRY_BYTES: f64 = 12.0;

/// Bytes of the entry that `Config::write_us` is about: one number of eight bytes, rounded.
const USUAL_ENTRY_BYTES: f64 = 20.0;

/// The time that writes would spend on the candidate while its statements ran, in milliseconds. Every insert and every
/// update is counted: an update that changes no indexed column costs nothing, but which they are is not recorded.
pub(super) fn write_ms(candidate: &Candidate, world: World<'_>) -> f64 {
    let Some(facts) = world.catalog.tables.get(&candidate.table) else { return 0.0 };
    let width = |column: &str| facts.columns.get(column).map_or(0.0, |facts| facts.width);
    let entry = ENTRY_BYTES + candidate.keys.iter().map(|key| width(&key.column)).sum::<f64>();
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let written = facts.written as f64 * share_of_writes(world);
    written * f64::from(world.config.write_us) / 1e3 * (entry / USUAL_ENTRY_BYTES).max(1.0)
}

/// Writes and statements are counted since different moments: the share of the writes that falls into the time of the
/// statements.
fn share_of_writes(world: World<'_>) -> f64 {
    match world.workload.counted {
        Some(statements) if world.catalog.counted > statements => {
            statements.as_secs_f64() / world.catalog.counted.as_secs_f64()
        }
        _ => 1.0,
    }
}

/// For each heavy statement that reads a whole table, the widest candidate of that scan.
pub(super) fn recommendations(
    scans: &[Vec<Scan>],
    statements: &[Statement],
    world: World<'_>,
) -> Vec<Recommendation> {
    let total_ms: f64 = statements.iter().map(|statement| statement.total_ms).sum();
    let least = total_ms * world.config.least_saving();
    let mut chosen: Vec<(Candidate, Vec<usize>)> = Vec::new();
    for (at, (scans, statement)) in scans.iter().zip(statements).enumerate() {
        if statement.total_ms < least {
            continue;
        }
        for scan in scans.iter().filter(|scan| scan.is_sequential) {
            let one = [vec![scan.clone()]];
            let found = candidates::candidates(&one, world.catalog, world.config.limits());
            let Some(widest) = found.candidates.into_iter().rev().max_by_key(|one| one.keys.len()) else {
                continue;
            };
            match chosen.iter_mut().find(|(candidate, _)| *candidate == widest) {
                Some((_, used_by)) => used_by.push(at),
                None => chosen.push((widest, vec![at])),
            }
        }
    }
    let mut recommendations = Vec::new();
    for (candidate, used_by) in chosen.into_iter().take(world.config.recommendations as usize) {
        let one = recommendation(&candidate, &recommendations, world);
        recommendations.push(Recommendation { used_by, ..one });
    }
    recommendations
}
