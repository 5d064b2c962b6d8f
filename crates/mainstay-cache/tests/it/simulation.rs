//! The rules under crashes, failovers, a store that goes back in time, stalled nodes, long and prepared transactions, and
//! commits of which nobody learns whether they took effect: no answer that is called fresh may be older than the bound, than
//! the node's own commit, or than one whose token its reader shows. And each rule left out is noticed.

mod commits;
mod database;
mod world;

use world::World;

const STEPS: u64 = 2500;

/// How the protocol is broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutant {
    /// R1: the stamp is taken after the read.
    StampAfter,
    /// R2: events are followed by their id.
    IdCursor,
    /// R2: events are followed by their transaction.
    XidCursor,
    /// R3: the shared store's entry is deleted and the others are told, as is usual.
    Delete,
    /// R4: no bound on the age of what the node knows.
    NoAge,
    /// R5a.
    NoHorizon,
    /// R5b.
    NewestOnly,
    /// R6a: a crash or promotion is not noticed.
    NoIncarnation,
    /// R6a: what a crash has left prepared is expected to tell of its changes.
    NothingInherited,
    /// R6b: a commit after a crash that no poll has seen yet is taken for one before it.
    CommitWithoutIncarnation,
    /// R7: the writer waits for the poll like everybody.
    NoOwnCommit,
    /// R7: a commit that failed is taken for one that took effect.
    FailedIsDone,
    /// R7: a token of an unknown life is taken for one of a life that is over.
    UnknownIsOver,
    /// R8: whoever comes takes what is being read.
    JoinAny,
    /// R9: events are told before they are visible.
    Early,
}

#[derive(Debug, PartialEq, Eq)]
struct Violation {
    step: u64,
    node: usize,
    query: usize,
    what: &'static str,
}

#[derive(Debug, Default)]
struct Counts {
    kept: u64,
    imported: u64,
    filled: u64,
    joined: u64,
    crashes: u64,
    unknown: u64,
    inherited: u64,
    shown: u64,
    outlived: u64,
}

/// In parts, for they run side by side.
fn holds(seeds: std::ops::Range<u64>) {
    let mut total = Counts::default();
    for seed in seeds {
        let (violation, counts) = World::new(seed, None).run(STEPS);
        assert_eq!(violation, None, "seed {seed}");
        total.kept += counts.kept;
        total.imported += counts.imported;
        total.filled += counts.filled;
        total.joined += counts.joined;
        total.crashes += counts.crashes;
        total.unknown += counts.unknown;
        total.inherited += counts.inherited;
        total.shown += counts.shown;
        total.outlived += counts.outlived;
    }
    // A cache that never answers would break no promise.
    assert!(total.kept > total.filled / 2 && total.imported > total.filled / 20, "{total:?}");
    assert!(total.joined > 0 && total.crashes > 0, "{total:?}");
    // Nor would a world where nothing happens.
    assert!(total.unknown > 1000 && total.inherited > 100, "{total:?}");
    assert!(total.shown > 10_000 && total.outlived > 1000, "{total:?}");
}

#[test]
fn the_promise_holds_in_a_thousand_histories() {
    holds(0..1000);
}

#[test]
fn the_promise_holds_in_a_second_thousand() {
    holds(1000..2000);
}

#[test]
fn the_promise_holds_in_a_third_thousand() {
    holds(2000..3000);
}

/// How many of `seeds` histories break without the rule.
fn caught(mutant: Mutant, seeds: u64) -> u64 {
    (0..seeds).filter(|seed| World::new(*seed, Some(mutant)).run(STEPS).0.is_some()).count() as u64
}

#[test]
fn each_rule_is_needed() {
    use Mutant::{
        Delete, Early, FailedIsDone, IdCursor, JoinAny, NewestOnly, NoAge, NoHorizon, NoIncarnation,
        NoOwnCommit, NothingInherited, StampAfter, UnknownIsOver, XidCursor,
    };
    let mutants = [
        StampAfter,
        IdCursor,
        XidCursor,
        Delete,
        NoAge,
        NoHorizon,
        NewestOnly,
        NoIncarnation,
        NothingInherited,
        NoOwnCommit,
        FailedIsDone,
        UnknownIsOver,
        JoinAny,
        Early,
    ];
    for mutant in mutants {
        let caught = caught(mutant, 40);
        println!("{mutant:?}: {caught} of 40");
        assert!(caught > 0, "{mutant:?} went unnoticed");
    }
}

/// Rare: a number must be used again between the crash and the next poll.
#[test]
fn commits_carry_their_incarnation() {
    let first = (0..5000)
        .find(|seed| World::new(*seed, Some(Mutant::CommitWithoutIncarnation)).run(STEPS).0.is_some());
    println!("first caught with seed {first:?}");
    assert!(first.is_some(), "never noticed");
}
