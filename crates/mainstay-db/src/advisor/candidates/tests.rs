//! Which candidates a scan gives.

use proptest::prelude::*;

use super::super::catalog::{ColumnFacts, IndexKey, TableFacts};
use super::super::conditions::Column;
use super::*;

fn orders() -> Table {
    Table { schema: "public".to_owned(), name: "orders".to_owned() }
}

const LIMITS: Limits = Limits { columns: 3, candidates: 100, least_rows: 1000.0 };

/// A million orders with columns `a` to `f`, of which later ones have more distinct values; `doc` has no order.
fn catalog(indexes: &[&[&str]]) -> Catalog {
    let column = |(at, name): (usize, &str)| {
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let distinct = Some(10.0 * (at + 1) as f64);
        (name.to_owned(), ColumnFacts { width: 8.0, distinct, is_ordered: name != "doc" })
    };
    let columns = ["a", "b", "c", "d", "e", "f", "doc"].into_iter().enumerate().map(column).collect();
    let facts = TableFacts { rows: 1e6, columns, ..TableFacts::default() };
    Catalog {
        tables: [(orders(), facts)].into(),
        indexes: indexes.iter().map(|columns| index(columns)).collect(),
        ..Catalog::default()
    }
}

fn index(columns: &[&str]) -> Index {
    let key = |column: &&str| IndexKey { column: (*column).to_owned(), ..IndexKey::default() };
    Index {
        table: orders(),
        name: columns.join("_"),
        method: "btree".to_owned(),
        keys: columns.iter().map(key).collect(),
        is_valid: true,
        ..Index::default()
    }
}

fn scan(conditions: &[(&str, Asked)], order: &[(&str, bool)]) -> Scan {
    let key = |(name, descending): &(&str, bool)| SortKey {
        column: Column { alias: "o".to_owned(), name: (*name).to_owned() },
        descending: *descending,
        nulls_first: *descending,
    };
    let order: Vec<SortKey> = order.iter().map(key).collect();
    Scan {
        table: orders(),
        conditions: conditions.iter().map(|(name, asked)| ((*name).to_owned(), *asked)).collect(),
        orders: if order.is_empty() { vec![] } else { vec![order] },
        indexes: BTreeSet::new(),
        is_sequential: true,
    }
}

fn found(scans: &[Scan], catalog: &Catalog) -> Vec<String> {
    let statements: Vec<Vec<Scan>> = scans.iter().map(|scan| vec![scan.clone()]).collect();
    let found = candidates(&statements, catalog, LIMITS);
    let mut sql: Vec<String> =
        found.candidates.iter().map(|one| one.sql().replace("on orders ", "")).collect();
    sql.sort();
    sql
}

#[test]
fn equality_comes_first_then_one_range_or_the_order() {
    let one = scan(&[("a", Asked::Equal), ("c", Asked::Range)], &[("d", true), ("e", true)]);
    assert_eq!(found(&[one], &catalog(&[])), ["(a)", "(a, c)", "(a, d, e)"]);
    let ranges = scan(&[("c", Asked::Range), ("d", Asked::Range)], &[]);
    assert_eq!(found(&[ranges], &catalog(&[])), ["(c)", "(d)"]);
}

#[test]
fn an_order_alone_is_no_candidate_where_a_value_narrows_the_rows() {
    let narrowed = scan(&[("a", Asked::Equal)], &[("d", true)]);
    assert_eq!(found(&[narrowed], &catalog(&[])), ["(a)", "(a, d)"]);
    assert_eq!(found(&[scan(&[], &[("d", true)])], &catalog(&[])), ["(d)"]);
}

#[test]
fn an_order_alone_gets_no_credit_where_a_value_narrows_the_rows() {
    let one = |columns: &[&str]| Candidate {
        table: orders(),
        keys: columns.iter().map(|column| key(column)).collect(),
        predicate: vec![],
    };
    let narrowed = scan(&[("a", Asked::Equal)], &[("d", true)]);
    assert!(one(&["a", "d"]).may_serve(&narrowed) && !one(&["d"]).may_serve(&narrowed));
    assert!(one(&["d"]).may_serve(&scan(&[("b", Asked::Range)], &[("d", true)])));
    assert!(!one(&["c"]).may_serve(&narrowed) && !one(&["c"]).may_serve(&scan(&[], &[("d", true)])));
    let living = scan(&[("e", Asked::Null)], &[("d", true)]);
    assert!(!one(&["d"]).may_serve(&living));
    assert!(Candidate { predicate: vec![("e".to_owned(), Asked::Null)], ..one(&["d"]) }.may_serve(&living));
}

#[test]
fn the_condition_of_a_partial_index_that_is_read_is_asked_too() {
    let mut known = catalog(&[&["a"]]);
    known.indexes[0].predicate = Some("(e IS NULL)".to_owned());
    let by_it = Scan { indexes: ["a".to_owned()].into(), ..scan(&[("a", Asked::Equal)], &[]) };
    let other = scan(&[("b", Asked::Equal), ("e", Asked::Null)], &[]);
    // Without it `e` would be a column here, in an index that nobody needs.
    assert_eq!(found(&[by_it, other], &known), ["(a)", "(b)", "(b) where e is null"]);
}

#[test]
fn only_differences_of_direction_matter() {
    assert_eq!(found(&[scan(&[], &[("d", true), ("e", false)])], &catalog(&[])), ["(d, e desc)"]);
    assert_eq!(found(&[scan(&[], &[("d", true), ("e", true)])], &catalog(&[])), ["(d, e)"]);
}

#[test]
fn a_join_column_leads_follows_or_stands_alone() {
    let joined = scan(&[("a", Asked::Joined), ("b", Asked::Equal)], &[]);
    assert_eq!(found(&[joined], &catalog(&[])), ["(a)", "(a, b)", "(b)", "(b, a)"]);
}

#[test]
fn what_many_statements_compare_comes_first() {
    let both = scan(&[("a", Asked::Equal), ("f", Asked::Equal)], &[]);
    assert!(found(std::slice::from_ref(&both), &catalog(&[])).contains(&"(f, a)".to_owned()));
    let only_a = scan(&[("a", Asked::Equal)], &[]);
    assert!(found(&[both, only_a], &catalog(&[])).contains(&"(a, f)".to_owned()));
}

#[test]
fn at_most_three_columns() {
    let all = [("a", Asked::Equal), ("b", Asked::Equal), ("c", Asked::Equal), ("d", Asked::Equal)];
    let sql = found(&[scan(&all, &[("e", false), ("f", false)])], &catalog(&[]));
    assert!(sql.iter().all(|one| one.split(',').count() <= 3), "{sql:?}");
    assert!(sql.contains(&"(d, c, b)".to_owned()), "{sql:?}");
}

#[test]
fn what_an_index_begins_with_is_no_candidate() {
    let one = scan(&[("a", Asked::Equal), ("b", Asked::Range)], &[]);
    assert_eq!(found(std::slice::from_ref(&one), &catalog(&[&["a", "c"]])), ["(a, b)"]);
    assert!(found(std::slice::from_ref(&one), &catalog(&[&["a", "b", "c"]])).is_empty());
    let mut invalid = catalog(&[&["a", "b"]]);
    invalid.indexes[0].is_valid = false;
    assert_eq!(found(std::slice::from_ref(&one), &invalid), ["(a)", "(a, b)"]);
    let mut partial = catalog(&[&["a", "b"]]);
    partial.indexes[0].predicate = Some("(c IS NULL)".to_owned());
    assert_eq!(found(std::slice::from_ref(&one), &partial), ["(a)", "(a, b)"]);
}

#[test]
fn an_index_is_read_backwards_too() {
    let mut backwards = catalog(&[&["d", "e"]]);
    for key in &mut backwards.indexes[0].keys {
        (key.descending, key.nulls_first) = (true, true);
    }
    assert!(found(&[scan(&[], &[("d", false), ("e", false)])], &backwards).is_empty());
    backwards.indexes[0].keys[1].descending = false;
    assert_eq!(found(&[scan(&[], &[("d", false), ("e", false)])], &backwards), ["(d, e)"]);
}

#[test]
fn one_row_by_a_unique_key_needs_nothing() {
    let mut unique = catalog(&[&["a"]]);
    unique.indexes[0].is_unique = true;
    let one = scan(&[("a", Asked::Equal), ("b", Asked::Equal)], &[]);
    assert!(found(std::slice::from_ref(&one), &unique).is_empty());
    unique.indexes[0].predicate = Some("(c IS NULL)".to_owned());
    assert!(!found(&[one], &unique).is_empty());
}

#[test]
fn what_every_statement_wants_anyway_becomes_the_condition_of_the_index() {
    let living = scan(&[("a", Asked::Equal), ("e", Asked::Null)], &[]);
    let also = scan(&[("b", Asked::Equal), ("e", Asked::Null)], &[]);
    assert_eq!(
        found(&[living.clone(), also], &catalog(&[])),
        ["(a)", "(a) where e is null", "(b)", "(b) where e is null"]
    );
    // One that does not want it, and it is a column like others, behind those that narrow more.
    let dead = scan(&[("b", Asked::Equal)], &[]);
    assert_eq!(found(&[living.clone(), dead], &catalog(&[])), ["(a)", "(a, e)", "(b)", "(e)"]);
    let mut known = catalog(&[&["a"]]);
    known.indexes[0].predicate = Some("(e IS NULL)".to_owned());
    assert_eq!(found(&[living], &known), ["(a)"]);
}

#[test]
fn what_a_document_contains_gives_a_hint_only() {
    let one = [vec![scan(&[("doc", Asked::Contains)], &[])]];
    let found = candidates(&one, &catalog(&[]), LIMITS);
    assert!(found.candidates.is_empty());
    assert_eq!(found.contains, [(orders(), "doc".to_owned())].into());
    let mut with_gin = catalog(&[&["doc"]]);
    with_gin.indexes[0].method = "gin".to_owned();
    assert!(candidates(&one, &with_gin, LIMITS).contains.is_empty());
}

#[test]
fn small_tables_partitions_and_columns_without_order_are_left_alone() {
    let one = scan(&[("a", Asked::Equal), ("doc", Asked::Equal)], &[]);
    assert_eq!(found(std::slice::from_ref(&one), &catalog(&[])), ["(a)"]);
    let mut small = catalog(&[]);
    small.tables.get_mut(&orders()).unwrap().rows = 999.0;
    assert!(found(std::slice::from_ref(&one), &small).is_empty());
    let mut part = catalog(&[]);
    part.tables.get_mut(&orders()).unwrap().is_partition = true;
    assert!(found(&[one], &part).is_empty());
}

#[test]
fn names_are_free_and_fit() {
    let keys = vec![key("a"), key("b")];
    let one = Candidate { table: orders(), keys, predicate: vec![("e".to_owned(), Asked::Null)] };
    assert_eq!(one.name(|_| false), "orders_a_b_partial_idx");
    assert_eq!(one.name(|name| name == "orders_a_b_partial_idx"), "orders_a_b_partial_idx2");
    let long = Candidate { keys: vec![key(&"é".repeat(40))], predicate: vec![], ..one };
    let name = long.name(|_| false);
    assert!(name.len() <= 63 && name.ends_with("_idx"), "{name}");
    assert_eq!(long.sql(), format!("on orders (\"{}\")", "é".repeat(40)));
}

fn any_scan() -> impl Strategy<Value = Scan> {
    let column = prop::sample::select(vec!["a", "b", "c", "d", "e", "f", "doc"]);
    let asked = prop::sample::select(vec![
        Asked::Equal,
        Asked::Range,
        Asked::Joined,
        Asked::Null,
        Asked::NotNull,
        Asked::True,
        Asked::Contains,
    ]);
    let conditions = prop::collection::vec((column.clone(), asked), 0..6);
    let order = prop::collection::vec((column, any::<bool>()), 0..4);
    (conditions, order).prop_map(|(conditions, order)| scan(&conditions, &order))
}

proptest! {
    #[test]
    fn candidates_are_narrow_distinct_and_new(scans in prop::collection::vec(any_scan(), 1..5)) {
        let catalog = catalog(&[&["a", "b"], &["c"]]);
        let statements: Vec<Vec<Scan>> = scans.into_iter().map(|scan| vec![scan]).collect();
        let found = candidates(&statements, &catalog, LIMITS).candidates;
        for (at, one) in found.iter().enumerate() {
            let columns: BTreeSet<&str> = one.keys.iter().map(|key| key.column.as_str()).collect();
            prop_assert!((1..=3).contains(&one.keys.len()) && columns.len() == one.keys.len(), "{}", one.sql());
            prop_assert!(!columns.contains("doc"), "{}", one.sql());
            prop_assert!(!found[..at].contains(one), "{}", one.sql());
            prop_assert!(!catalog.indexes.iter().any(|index| one.is_covered_by(index)), "{}", one.sql());
        }
    }
}
