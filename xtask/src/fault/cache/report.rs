//! The table and the verdict. Never here: judgement of a single answer.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Arguments;
use super::history::History;
use super::verdict::{Kind, Verdict};

/// Wrong answers that are shown whole.
const SHOWN: usize = 3;

/// Prints what happened; true if no promise was broken and the run could have shown it.
pub(super) fn tell(
    arguments: &Arguments,
    history: &History,
    verdict: &Verdict,
    blows: &[(&'static str, u64)],
    took: Duration,
) -> bool {
    println!("node  level1  level2  loaded  joined   stale");
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for node in 0..arguments.nodes {
        let count = |source: &str| {
            let is_mine = |read: &&super::history::Read| read.node == node && read.source == source;
            history.reads.iter().filter(is_mine).count()
        };
        let counts = ["Level1", "Level2", "Loaded", "Joined", "Stale"].map(|source| (source, count(source)));
        let shown: Vec<String> = counts.iter().map(|(_, count)| format!("{count:>6}")).collect();
        println!("{node:>4}  {}", shown.join("  "));
        counts.iter().for_each(|(source, count)| *sources.entry(source).or_default() += count);
    }
    for wrong in verdict.wrong.iter().take(SHOWN) {
        println!("for example: {:?}: {}; {:?}", wrong.kind, wrong.why, wrong.read);
    }
    let blows: Vec<String> = blows.iter().map(|(name, count)| format!("{count} {name}")).collect();
    println!("blows: {}", blows.join(", "));
    let of = |source: &str| sources.get(source).copied().unwrap_or(0);
    let (reads, writes) = (history.reads.len(), history.acked.len());
    let is_telling = of("Level1") > 100 && of("Level2") > 0 && writes > 100;
    let rule = arguments.broken.map_or_else(String::new, |rule| format!(" with {rule:?} broken in"));
    let count = |kind| verdict.counts().get(&kind).copied().unwrap_or(0);
    println!(
        "fault cache{rule}: seed {}, {:.0} s, {} nodes, {reads} reads ({:.0} % kept, {} taken over), {} failed, {writes} \
         writes acknowledged, {} lost with a server, {} taken that nobody was told of, oldest fresh answer {} ms; {} stale, {} \
         future, {} invented, {} torn, {} own-writes violations{}",
        arguments.seed,
        took.as_secs_f64(),
        arguments.nodes,
        100.0 * of("Level1") as f64 / reads.max(1) as f64,
        of("Level2"),
        history.failed,
        verdict.lost,
        verdict.unknown_taken,
        verdict.oldest / 1_000_000,
        count(Kind::Stale),
        count(Kind::Future),
        count(Kind::Invented),
        count(Kind::Torn),
        count(Kind::OwnWrites),
        if is_telling { "" } else { "; nothing was shown" }
    );
    verdict.wrong.is_empty() && is_telling
}
