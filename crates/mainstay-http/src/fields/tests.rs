//! Fieldsets over JSON values.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const KNOWN: &[&str] = &["id", "colour", "distance_m", "splits.km", "splits.pace_s_per_km"];

fn picked(fields: &str, value: Value) -> Value {
    Fields::parse(fields).unwrap().pick(value)
}

#[test]
fn wanted_fields_stay_in_objects_and_lists() {
    let run = json!({"id": 1, "colour": "run", "splits": [{"km": 1, "pace_s_per_km": 300}, {"km": 2}]});
    assert_eq!(picked("", run.clone()), run);
    assert_eq!(picked("id", run.clone()), json!({"id": 1}));
    assert_eq!(picked(" id , splits.km ", run.clone()), json!({"id": 1, "splits": [{"km": 1}, {"km": 2}]}));
    assert_eq!(picked("splits", run.clone())["splits"], run["splits"]);
    assert_eq!(picked("splits,splits.km", run.clone())["splits"], run["splits"], "the whole wins");
    assert_eq!(picked("splits.km,splits", run.clone())["splits"], run["splits"]);
    assert_eq!(picked("colour.deeper", run), json!({"colour": "run"}));
}

#[test]
fn an_unknown_field_gets_a_suggestion() {
    let told = |fields: &str| Fields::parse(fields).unwrap().check(KNOWN).unwrap_err();
    let problem = told("id,distence_m");
    assert_eq!(problem.code(), "unknown_field");
    assert_eq!(problem.detail(), Some("There is no field `distence_m`; did you mean `distance_m`?"));
    assert_eq!(told("splits.pace").errors().len(), 1);
    assert_eq!(told("zzzzzzzzzzzz").detail(), Some("There is no field `zzzzzzzzzzzz`."));
    assert!(Fields::parse("id,splits,splits.km").unwrap().check(KNOWN).is_ok());
    assert!(Fields::parse("spl").unwrap().check(KNOWN).is_err(), "a prefix of a word is no field");
}

#[test]
fn too_many_fields_are_refused() {
    assert!(Fields::parse(&"a,".repeat(101)).is_err());
}

#[test]
fn lists_pick_from_their_items() {
    let limit = crate::Limit::try_new(None, crate::PageLimits::default()).unwrap();
    let list = crate::List::numbered(vec![json!({"id": 1, "colour": "run"})], 1, limit, 1);
    let picked = Fields::parse("colour").unwrap().select_items(list.clone(), KNOWN).unwrap();
    assert_eq!(serde_json::to_value(&picked.items).unwrap(), json!([{"colour": "run"}]));
    assert!(picked.pagination.is_some());
    let whole = Fields::default().select_items(list, KNOWN).unwrap();
    assert_eq!(serde_json::to_value(&whole.items).unwrap(), json!([{"id": 1, "colour": "run"}]));
}

proptest! {
    #[test]
    fn picking_twice_changes_nothing(fields in "[ab](\\.[ab]){0,2}(,[ab](\\.[ab]){0,2}){0,3}") {
        let value = json!({"a": {"a": [{"a": 1, "b": 2}], "b": 3}, "b": [{"a": {"b": 4}}, 5]});
        let fields = Fields::parse(&fields).unwrap();
        let once = fields.pick(value);
        prop_assert_eq!(fields.pick(once.clone()), once);
    }
}
