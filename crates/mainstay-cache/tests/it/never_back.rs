//! Sessions that read now from a replica, now from the primary, now what nodes have kept: none sees less than it has seen.
//! The replica trails by positions of the log, and shows a commit before the primary does. And each rule left out is
//! noticed. Never here: how fresh an answer is (`simulation`), real servers (`replicas`).

mod servers;
mod world;

use world::World;

const STEPS: u64 = 2000;

/// How the protocol is broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutant {
    /// A poll is taken to see whatever was in the log when it was sent.
    NewestPosition,
    /// The end of the snapshot is taken for the number that is to be given next.
    EndForNext,
    /// The number is asked for ahead of the position.
    NumberFirst,
    /// Who is given a kept answer is not taken to have seen it.
    NothingShown,
    /// What an answer has shown is asked for before it is read.
    ShownBefore,
    /// Whoever waits takes what was sent since he came.
    JoinSent,
}

/// How often each happened.
#[derive(Debug, Default)]
struct Counts {
    by_replica: u64,
    kept: u64,
    imported: u64,
    joined: u64,
    filled: u64,
    behind: u64,
}

/// A session was answered with less than it had seen.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    step: u64,
    session: usize,
    what: &'static str,
}

#[test]
fn no_session_goes_back_in_a_thousand_histories() {
    let mut total = Counts::default();
    for seed in 0..1000 {
        let (violation, counts) = World::new(seed, None).run(STEPS);
        assert_eq!(violation, None, "seed {seed}");
        total.by_replica += counts.by_replica;
        total.kept += counts.kept;
        total.imported += counts.imported;
        total.joined += counts.joined;
        total.filled += counts.filled;
        total.behind += counts.behind;
    }
    println!("{total:?}");
    // A cache that never answers would break no promise, nor would one that nobody is ahead of.
    assert!(total.kept > total.filled && total.by_replica > total.kept / 4, "{total:?}");
    assert!(total.imported > 1000 && total.joined > 1000 && total.behind > 10_000, "{total:?}");
}

#[test]
fn each_rule_is_needed() {
    use Mutant::{EndForNext, JoinSent, NewestPosition, NothingShown, NumberFirst, ShownBefore};
    let mutants = [NewestPosition, EndForNext, NumberFirst, NothingShown, ShownBefore, JoinSent];
    for mutant in mutants {
        let first = (0..2000).find(|seed| World::new(*seed, Some(mutant)).run(STEPS).0.is_some());
        println!("{mutant:?}: first with seed {first:?}");
        assert!(first.is_some(), "{mutant:?} went unnoticed");
    }
}
