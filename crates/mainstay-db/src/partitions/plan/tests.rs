//! Plans made from catalogues that were never in a database. Never here: a database.

use std::num::NonZeroU32;

use proptest::prelude::*;

use super::super::{Brin, Expiring, PartitionedTable};
use super::*;

const TABLE: PartitionedTable = PartitionedTable::new("public", "reading", "taken_at");

fn month(year: i16, month: i8) -> Month {
    Month::try_new(year, month).unwrap()
}

fn child(month: Month, state: State) -> Child {
    let name = TABLE.partition(month);
    Child { schema: "public".to_owned(), name, span: Span::of(month), state, has_brin: false }
}

fn attached(months: impl IntoIterator<Item = Month>) -> Vec<Child> {
    months.into_iter().map(|month| child(month, State::Attached)).collect()
}

fn kept(months: u32) -> Expiring {
    Expiring { table: TABLE, retention: NonZeroU32::new(months).unwrap(), export: None }
}

fn made(declared: impl Into<Declared>, children: &[Child], present: Month) -> Plan {
    plan(&declared.into(), children, present, present, &Config::default())
}

fn retired(plan: &Plan) -> Vec<String> {
    plan.retire.iter().map(|(month, _)| month.to_string()).collect()
}

#[test]
fn an_empty_table_gets_this_month_and_three_more() {
    let plan = made(TABLE, &[], month(2024, 11));
    let made: Vec<String> = plan.create.iter().map(ToString::to_string).collect();
    assert_eq!(made, ["2024-11", "2024-12", "2025-01", "2025-02"]);
    assert_eq!((plan.finalize.len(), plan.retire.len(), plan.index.len()), (0, 0, 0));
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
fn what_is_past_its_retention_goes_oldest_first_and_not_all_at_once() {
    let children = attached((1..=12).rev().map(|number| month(2023, number)));
    let plan = made(kept(3), &children, month(2024, 1));
    assert_eq!(retired(&plan), ["2023-01", "2023-02", "2023-03", "2023-04", "2023-05", "2023-06"]);
    assert_eq!(retired(&made(kept(12), &children, month(2024, 1))), [""; 0]);
    assert_eq!(retired(&made(TABLE, &children, month(2124, 1))), [""; 0]);
    // The clock may run ahead; retention counts from the earlier month.
    let early = plan_from(&children, month(2034, 1), month(2024, 1));
    assert_eq!(retired(&early), retired(&plan));
}

fn plan_from(children: &[Child], present: Month, retention_from: Month) -> Plan {
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
        plan.finalize.iter().map(|child| child.span.month()).collect::<Vec<_>>(),
        [Some(month(2023, 2))]
    );
    // Neither holds rows any more.
    assert_eq!(months_ahead(&children, month(2023, 1)), -1);
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
        plan.index.iter().map(|child| child.span.month()).collect::<Vec<_>>(),
        [Some(month(2023, 12))]
    );
    assert_eq!(made(kept(2), &children, month(2024, 1)).index, []);
}

#[test]
fn months_ahead_end_at_the_first_gap() {
    let present = month(2024, 11);
    let with = |months: &[Month]| months_ahead(&attached(months.iter().copied()), present);
    assert_eq!(with(&[]), -1);
    assert_eq!(with(&[present]), 0);
    assert_eq!(with(&[present, present.plus(1), present.plus(3)]), 1);
    assert_eq!(with(&[present.plus(1)]), -1);
    let open = Child { span: Span { from: None, to: None }, ..child(present, State::Attached) };
    assert_eq!(months_ahead(&[open], present), 1_199);
}

proptest! {
    /// Any months in any state: what is planned never touches a month that is kept, and never clashes.
    #[test]
    fn a_plan_keeps_what_it_must(
        found in prop::collection::btree_map(0i32..60, 0u8..3, 0..40),
        present in 0i32..60,
        retention in 1u32..24,
    ) {
        let first = month(2020, 1);
        let states = [State::Attached, State::DetachPending, State::Retired];
        let children: Vec<Child> =
            found.iter().map(|(step, state)| child(first.plus(*step), states[usize::from(*state)])).collect();
        let present = first.plus(present);
        let plan = made(kept(retention), &children, present);
        for (month, child) in &plan.retire {
            prop_assert!(present.since(*month) > i32::try_from(retention).unwrap());
            prop_assert!(child.state != State::DetachPending);
        }
        for month in &plan.create {
            prop_assert!(!children.iter().any(|child| holds(child, *month)));
        }
        let mut after = children;
        after.extend(attached(plan.create.iter().copied()));
        prop_assert!(months_ahead(&after, present) >= 3);
    }
}
