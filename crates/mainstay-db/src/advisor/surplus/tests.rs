//! Which indexes may go, and which must not.

use super::super::catalog::IndexKey;
use super::super::names::Table;
use super::*;

fn index(name: &str, columns: &str) -> Index {
    let key =
        |column: &str| IndexKey { text: column.to_owned(), column: column.to_owned(), ..IndexKey::default() };
    Index {
        table: Table { schema: "public".to_owned(), name: "goals".to_owned() },
        name: name.to_owned(),
        method: "btree".to_owned(),
        keys: columns.split(' ').map(key).collect(),
        is_valid: true,
        scans: 1,
        ..Index::default()
    }
}

const DAY: Duration = Duration::from_secs(86_400);

fn judged(indexes: Vec<Index>) -> Vec<(Reason, String, Option<String>)> {
    let servers = [Reads { indexes, counted: 30 * DAY }];
    surplus(&servers, 14 * DAY).into_iter().map(|one| (one.reason, one.index, one.instead)).collect()
}

fn found(reason: Reason, index: &str, instead: Option<&str>) -> (Reason, String, Option<String>) {
    (reason, index.to_owned(), instead.map(str::to_owned))
}

#[test]
fn a_beginning_of_another_is_redundant() {
    let longer = index("goals_user_created", "user_id created_at");
    let judged_beside = |one: Index| judged(vec![longer.clone(), one]);
    assert_eq!(
        judged_beside(index("goals_user", "user_id")),
        [found(Reason::Prefix, "goals_user", Some("goals_user_created"))]
    );
    assert_eq!(judged_beside(index("goals_created", "created_at")), []);
    // It keeps a rule, holds other rows, orders otherwise, or answers without the table.
    for keep in [
        Index { is_unique: true, ..index("u", "user_id") },
        Index { constraint: Some("u".to_owned()), ..index("u", "user_id") },
        Index { is_needed: true, ..index("u", "user_id") },
        Index { is_building: true, is_valid: false, ..index("u", "user_id") },
        Index { predicate: Some("(gone IS NULL)".to_owned()), ..index("u", "user_id") },
        Index { included: vec!["total".to_owned()], ..index("u", "user_id") },
        Index { method: "hash".to_owned(), ..index("u", "user_id") },
    ] {
        assert_eq!(judged_beside(keep.clone()), [], "{keep:?}");
    }
    let mut other_class = index("u", "user_id");
    other_class.keys[0].class = "text_pattern_ops".to_owned();
    assert_eq!(judged_beside(other_class), []);
    let covered = Index { included: vec!["created_at".to_owned()], ..index("u", "user_id") };
    assert_eq!(judged_beside(covered).len(), 1);
}

#[test]
fn of_duplicates_one_stays_and_it_is_the_one_that_keeps_a_rule() {
    let plain = |name| index(name, "user_id");
    assert_eq!(
        judged(vec![plain("a"), plain("b"), plain("c")]),
        [found(Reason::Duplicate, "b", Some("a")), found(Reason::Duplicate, "c", Some("a"))]
    );
    let unique = Index { is_unique: true, ..plain("z") };
    assert_eq!(judged(vec![plain("a"), unique]), [found(Reason::Duplicate, "a", Some("z"))]);
    let ruled = Index { is_unique: true, constraint: Some("z".to_owned()), ..plain("z") };
    assert_eq!(judged(vec![ruled.clone(), ruled]), []);
}

#[test]
fn an_invalid_index_goes_and_covers_nothing() {
    let left = Index { is_valid: false, ..index("left", "user_id created_at") };
    assert_eq!(judged(vec![index("kept", "user_id"), left]), [found(Reason::Invalid, "left", None)]);
}

#[test]
fn unused_is_what_no_server_reads() {
    let at = |scans| Index { scans, ..index("i", "user_id") };
    let told = |servers: &[(i64, u32)]| {
        let reads = |(scans, days): &(i64, u32)| Reads { indexes: vec![at(*scans)], counted: *days * DAY };
        let servers: Vec<Reads> = servers.iter().map(reads).collect();
        surplus(&servers, 14 * DAY).pop()
    };
    assert_eq!(told(&[(1, 30)]), None);
    assert_eq!(told(&[(0, 30), (1, 30)]), None, "a replica reads it");
    let found = told(&[(0, 30), (0, 20)]).unwrap();
    // The youngest statistics decide how much the evidence is worth.
    assert_eq!(
        (found.reason, found.counted_s, found.is_doubtful),
        (Reason::Unused, Some(20 * 86_400), false)
    );
    assert!(found.why.contains("20 days that 2 servers have counted"), "{}", found.why);
    assert!(told(&[(0, 30), (0, 1)]).unwrap().is_doubtful);
    assert_eq!(found.remedy, "drop index concurrently if exists i");
}

#[test]
fn unused_spares_rules_and_doubts_foreign_keys() {
    let unread = Index { scans: 0, ..index("i", "user_id") };
    assert_eq!(judged(vec![Index { is_unique: true, ..unread.clone() }]), []);
    let watched = Index { foreign_key: Some("goals_user_fkey".to_owned()), ..unread };
    let servers = [Reads { indexes: vec![watched], counted: 30 * DAY }];
    let found = surplus(&servers, 14 * DAY).pop().unwrap();
    assert!(found.is_doubtful && found.why.contains("goals_user_fkey"), "{found:?}");
}
