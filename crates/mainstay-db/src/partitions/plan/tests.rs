//! Plans made from catalogues that were never in a database. Never here: a database.

use std::num::NonZeroU32;

use proptest::prelude::*;

use super::super::{Brin, Expiring, Key, PartitionedTable};
use super::*;

const TABLE: PartitionedTable = PartitionedTable::new("public", "reading", "taken_at");
const BY_DAY: PartitionedTable = PartitionedTable { key: Key::UuidV7, unit: Unit::Day, ..TABLE };

fn month(year: i16, month: i8) -> Period {
    Period::month(year, month).unwrap()
}

fn day(year: i16, month: i8, day: i8) -> Period {
    Period::day(year, month, day).unwrap()
}

fn child(period: Period, state: State) -> Child {
    let name = TABLE.partition(period);
    Child { schema: "public".to_owned(), name, span: Span::of(period), state, has_brin: false }
}

fn attached(periods: impl IntoIterator<Item = Period>) -> Vec<Child> {
    periods.into_iter().map(|period| child(period, State::Attached)).collect()
}

fn kept(periods: u32) -> Expiring {
    Expiring { table: TABLE, retention: NonZeroU32::new(periods).unwrap(), export: None, guard: None }
}

fn made(declared: impl Into<Declared>, children: &[Child], present: Period) -> Plan {
    plan(&declared.into(), children, present, present, &Config::default())
}

fn retired(plan: &Plan) -> Vec<String> {
    plan.retire.iter().map(|(period, _)| period.to_string()).collect()
}

#[test]
fn an_empty_table_gets_this_month_and_three_more() {
    let plan = made(TABLE, &[], month(2024, 11));
    let made: Vec<String> = plan.create.iter().map(ToString::to_string).collect();
    assert_eq!(made, ["2024-11", "2024-12", "2025-01", "2025-02"]);
    assert_eq!((plan.finalize.len(), plan.retire.len(), plan.index.len()), (0, 0, 0));
}

#[test]
fn an_empty_table_by_day_gets_today_and_a_week_more() {
    let plan = made(BY_DAY, &[], day(2024, 2, 26));
    let made: Vec<String> = plan.create.iter().map(ToString::to_string).collect();
    let days = ["02-26", "02-27", "02-28", "02-29", "03-01", "03-02", "03-03", "03-04"];
    assert_eq!(made, days.map(|day| format!("2024-{day}")));
}

/// A table that was by month until now: its month holds the days that are in it, and leaves by hand.
#[test]
fn days_that_a_month_holds_are_left_to_it() {
    let children = attached([month(2024, 2)]);
    let plan = made(Expiring { table: BY_DAY, ..kept(1) }, &children, day(2024, 2, 26));
    assert_eq!(plan.create.first(), Some(&day(2024, 3, 1)));
    assert_eq!(ahead(&children, day(2024, 2, 26)), 3);
    assert_eq!(made(Expiring { table: BY_DAY, ..kept(1) }, &children, day(2034, 2, 26)).retire, []);
    // The other way round, the days keep the month from being made.
    assert_eq!(made(TABLE, &attached([day(2024, 2, 26)]), month(2024, 2)).create[0], month(2024, 3));
}

#[test]
fn months_that_a_hand_made_partition_touches_are_left_to_it() {
    let half = Span { from: Some(month(2024, 12).start()), to: "2025-01-10T00:00:00Z".parse().ok() };
    let by_hand = Child { span: half, ..child(month(2024, 12), State::Attached) };
    let plan = made(kept(1), std::slice::from_ref(&by_hand), month(2024, 11));
    assert_eq!(plan.create, [month(2024, 11), month(2025, 2)]);
    // And it never goes by itself, since it is no month.
    assert_eq!(made(kept(1), &[by_hand], month(2030, 1)).retire, []);
}

#[test]
fn what_is_past_its_retention_goes_oldest_first() {
    let children = attached((1..=12).rev().map(|number| month(2023, number)));
    let plan = made(kept(3), &children, month(2024, 1));
    assert_eq!(retired(&plan), (1..=9).map(|number| format!("2023-{number:02}")).collect::<Vec<_>>());
    assert_eq!(retired(&made(kept(12), &children, month(2024, 1))), [""; 0]);
    assert_eq!(retired(&made(TABLE, &children, month(2124, 1))), [""; 0]);
    // The clock may run ahead; retention counts from the earlier month.
    let early = plan_from(&children, month(2034, 1), month(2024, 1));
    assert_eq!(retired(&early), retired(&plan));
}

fn plan_from(children: &[Child], present: Period, retention_from: Period) -> Plan {
    plan(&kept(3).into(), children, present, retention_from, &Config::default())
}

#[test]
fn what_an_earlier_round_left_is_gone_on_with() {
    let children = [
        child(month(2023, 1), State::Retired),
        child(month(2023, 2), State::DetachPending),
        child(month(2023, 12), State::Retired),
    ];
    let plan = made(kept(3), &children, month(2024, 1));
    assert_eq!(retired(&plan), ["2023-01"]);
    assert_eq!(
        plan.finalize.iter().map(|child| child.span.period(Unit::Month)).collect::<Vec<_>>(),
        [Some(month(2023, 2))]
    );
    // Neither holds rows any more.
    assert_eq!(ahead(&children, month(2023, 1)), -1);
}

#[test]
fn brin_is_for_months_that_are_over_and_stay() {
    let small = PartitionedTable { brin: Some(Brin { pages_per_range: 32 }), ..TABLE };
    let table = Expiring { table: small, ..kept(2) };
    let mut children = attached((9..=12).map(|number| month(2023, number)));
    children.extend(attached([month(2024, 1)]));
    children[2].has_brin = true;
    let plan = made(table, &children, month(2024, 1));
    assert_eq!(
        plan.index.iter().map(|child| child.span.period(Unit::Month)).collect::<Vec<_>>(),
        [Some(month(2023, 12))]
    );
    assert_eq!(made(kept(2), &children, month(2024, 1)).index, []);
}

#[test]
fn what_lies_ahead_ends_at_the_first_gap() {
    let present = month(2024, 11);
    let with = |periods: &[Period]| ahead(&attached(periods.iter().copied()), present);
    assert_eq!(with(&[]), -1);
    assert_eq!(with(&[present]), 0);
    assert_eq!(with(&[present, present.plus(1), present.plus(3)]), 1);
    assert_eq!(with(&[present.plus(1)]), -1);
    let open = Child { span: Span { from: None, to: None }, ..child(present, State::Attached) };
    assert_eq!(ahead(&[open], present), 1_199);
}

proptest! {
    /// Any periods in any state: what is planned never touches one that is kept, and never clashes.
    #[test]
    fn a_plan_keeps_what_it_must(
        found in prop::collection::btree_map(0i32..60, 0u8..3, 0..40),
        present in 0i32..60,
        retention in 1u32..24,
        is_by_day in any::<bool>(),
    ) {
        let (first, table, promised) =
            if is_by_day { (day(2023, 12, 30), BY_DAY, 7) } else { (month(2020, 1), TABLE, 3) };
        let states = [State::Attached, State::DetachPending, State::Retired];
        let of = |(step, state): (&i32, &u8)| child(first.plus(*step), states[usize::from(*state)]);
        // In an order that is not that of their time.
        let children: Vec<Child> = found.iter().rev().map(of).collect();
        let present = first.plus(present);
        let plan = made(Expiring { table, ..kept(retention) }, &children, present);
        for (period, child) in &plan.retire {
            prop_assert!(present.since(*period) > i32::try_from(retention).unwrap());
            prop_assert!(child.state != State::DetachPending);
        }
        prop_assert!(plan.retire.is_sorted_by_key(|(period, _)| *period));
        let is_due = |child: &&Child| {
            let age = present.since(child.span.period(present.unit()).unwrap());
            child.state != State::DetachPending && age > i32::try_from(retention).unwrap()
        };
        prop_assert_eq!(plan.retire.len(), children.iter().filter(is_due).count());
        for period in &plan.create {
            prop_assert!(!children.iter().any(|child| holds(child, *period)));
        }
        let mut after = children;
        after.extend(attached(plan.create.iter().copied()));
        prop_assert!(ahead(&after, present) >= promised);
    }
}
