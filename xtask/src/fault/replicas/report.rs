//! The table and the verdict. Never here: judgement of a single answer.

use std::time::Duration;

use mainstay_db::replicas::Status;

use super::Arguments;
use super::ledger::Broken;
use super::session::Tally;

/// Prints what happened; true if no promise was broken and the run could have shown it.
pub(super) fn tell(
    arguments: &Arguments,
    tallies: &[Tally],
    blows: &[(&'static str, u64)],
    status: &Status,
    took: Duration,
) -> bool {
    println!(
        "session  replica  primary  refused  failed  judged    sync   async  own-writes  monotonic  stale"
    );
    for tally in tallies {
        println!(
            "{:>7}  {:>7}  {:>7}  {:>7}  {:>6}  {:>6}  {:>6}  {:>6}  {:>10}  {:>9}  {:>5}",
            tally.session,
            tally.by_replica,
            tally.by_primary,
            tally.refused,
            tally.failed,
            tally.judged,
            tally.sync_writes,
            tally.async_writes,
            tally.broken.own_writes,
            tally.broken.monotonic,
            tally.broken.staleness
        );
    }
    for replica in &status.replicas {
        println!("{}: {} reads served, {} rejected", replica.host, replica.served, replica.rejected);
    }
    if let Some(example) = tallies.iter().find_map(|tally| tally.example.as_ref()) {
        println!("for example: {example}");
    }
    let blows: Vec<String> = blows.iter().map(|(name, count)| format!("{count} {name}")).collect();
    println!("blows: {}", blows.join(", "));
    let sum = |figure: fn(&Tally) -> u64| tallies.iter().map(figure).sum::<u64>();
    let mut broken = Broken::default();
    tallies.iter().for_each(|tally| broken.add(tally.broken));
    let (by_replica, by_primary) = (sum(|tally| tally.by_replica), sum(|tally| tally.by_primary));
    let writes = sum(|tally| tally.sync_writes + tally.async_writes);
    let judged = sum(|tally| tally.judged);
    let is_telling = by_replica > 0 && writes > 0 && judged > 0;
    let rule = arguments.broken.map_or_else(String::new, |rule| format!(" with {rule:?} broken in"));
    println!(
        "fault replicas{rule}: seed {}, {:.0} s, {} sessions, {} reads ({:.0} % by replicas), {judged} judged, \
         {writes} writes; {} read-your-writes, {} monotonic, {} staleness violations{}",
        arguments.seed,
        took.as_secs_f64(),
        tallies.len(),
        by_replica + by_primary,
        100.0 * by_replica as f64 / (by_replica + by_primary).max(1) as f64,
        broken.own_writes,
        broken.monotonic,
        broken.staleness,
        if is_telling { "" } else { "; nothing was shown" }
    );
    broken.total() == 0 && is_telling
}
