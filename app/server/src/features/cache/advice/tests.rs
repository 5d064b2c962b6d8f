//! Each piece of advice at its bound, and none below it.

use mainstay_cache::Refusal;

use super::*;

fn name() -> NameStats {
    NameStats {
        name: "activities",
        hits: 50,
        negative_hits: 0,
        imported: 0,
        not_imported: vec![(Refusal::Absent, 4)],
        misses: vec![(Reason::Absent, 20), (Reason::Changed, 30)],
        joined: 0,
        stale: 0,
        bypassed: 9,
        failed: 9,
        busy: 0,
        checked: 7,
        mismatches: 0,
        refused: 25,
        evicted: 0,
        entries: 3,
        bytes: 60_000,
    }
}

fn calm() -> Facts {
    let hottest = Hottest { tag: "table:activity".to_owned(), changes: 31 };
    Facts {
        is_keeping: true,
        names: vec![
            name(),
            NameStats { name: "profile", hits: 0, misses: vec![(Reason::Changed, 99)], ..name() },
        ],
        hottest: HashMap::from([("activities", hottest.clone()), ("profile", hottest)]),
        max_bytes: 65_536,
        age: Some(Duration::from_millis(500)),
        bound: Duration::from_millis(500),
        polls: PollStats { polls: 9, events: 31, flushes: 1, failures: 0 },
        shared: Some(SharedState { is_reachable: true, is_open: false }),
    }
}

fn advice(change: impl FnOnce(&mut Facts)) -> Vec<Advice> {
    let mut facts = calm();
    change(&mut facts);
    facts.advice()
}

fn given(change: impl FnOnce(&mut Facts)) -> Vec<(&'static str, Severity)> {
    advice(change).into_iter().map(|one| (one.category, one.severity)).collect()
}

#[test]
fn a_cache_at_its_bounds_needs_no_advice() {
    assert_eq!(calm().advice(), []);
}

#[test]
fn each_bound_that_is_passed_is_told() {
    use Severity::{Error, Info, Warning};
    assert_eq!(given(|facts| facts.names[0].mismatches = 1), [("tags", Error)]);
    assert_eq!(given(|facts| facts.names[0].hits = 49), [], "so few look-ups say nothing");
    assert_eq!(given(|facts| facts.names[1].hits = 1), [("changes", Warning)]);
    assert_eq!(given(|facts| facts.names[0].evicted = 1), [("memory", Info)]);
    assert_eq!(given(|facts| facts.names[0].busy = 1), [("database", Warning)]);
    assert_eq!(given(|facts| facts.polls.flushes = 2), [("database", Info)]);
    assert_eq!(given(|facts| facts.age = Some(Duration::from_millis(501))), [("database", Warning)]);
    assert_eq!(given(|facts| facts.age = None), [("database", Warning)]);
    assert_eq!(given(|facts| (facts.age, facts.is_keeping) = (None, false)), []);
    let shared = |is_reachable, is_open| Some(SharedState { is_reachable, is_open });
    assert_eq!(given(|facts| facts.shared = shared(false, true)), [("level2", Warning)]);
    assert_eq!(given(|facts| facts.shared = shared(false, false)), [("level2", Warning)]);
    assert_eq!(given(|facts| facts.shared = None), []);
    let many = |refused| {
        move |facts: &mut Facts| {
            facts.names[0] = NameStats { hits: 200, misses: vec![(Reason::Absent, 100)], refused, ..name() };
        }
    };
    assert_eq!((given(many(50)), given(many(51))), (vec![], vec![("answers", Info)]));
}

#[test]
fn what_was_found_while_nothing_was_known_counts_from_one_in_a_hundred() {
    let unheard = |count, hits| {
        given(move |facts| {
            facts.names =
                vec![NameStats { hits, misses: vec![(Reason::Unheard, count)], refused: 0, ..name() }];
        })
    };
    assert_eq!(unheard(9, 10), [], "as at every start");
    assert_eq!(unheard(10, 991), []);
    assert_eq!(unheard(10, 990), [("database", Severity::Warning)]);
}

#[test]
fn where_room_is_what_lacks_it_is_urgent_and_the_worst_comes_first() {
    let misses = || vec![(Reason::Absent, 101), (Reason::Changed, 20)];
    let told = given(|facts| {
        facts.names[0] = NameStats { hits: 20, misses: misses(), evicted: 5, ..name() };
        facts.names[1].mismatches = 1;
        facts.polls.flushes = 2;
    });
    let expected = [("tags", Severity::Error), ("memory", Severity::Warning), ("database", Severity::Info)];
    assert_eq!(told, expected);
}

#[test]
fn advice_names_the_tag_and_the_figures() {
    let told = advice(|facts| facts.names[1].hits = 1).remove(0);
    assert_eq!(
        told.message,
        "1 % of the look-ups of profile hit; 99 entries were over because something had changed, most often table:activity \
         (31 times)."
    );
    assert!(told.action.contains("table:activity"), "{}", told.action);
}
