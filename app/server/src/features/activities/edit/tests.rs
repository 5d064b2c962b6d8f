//! What patches and entries are refused for, and what becomes of those that are not.

use super::*;

fn pointers<T: Validate>(value: &T) -> Vec<String> {
    value.validate().into_iter().map(|error| error.pointer).collect()
}

fn patch_of(json: serde_json::Value) -> ActivityPatch {
    serde_json::from_value(json).unwrap()
}

fn manual(change: impl FnOnce(&mut serde_json::Value)) -> ManualActivity {
    let mut json = serde_json::json!({
        "start_time": "2026-03-01T06:30:00+01:00", "sport": "run", "duration_s": 3000, "distance_m": 10000
    });
    change(&mut json);
    serde_json::from_value(json).unwrap()
}

fn before() -> store::LockEditable {
    store::LockEditable {
        name: "Morning run".into(),
        sport: "run".into(),
        notes: Some("easy".into()),
        is_race: false,
        rpe: Some(3.0),
        moving_time_s: 3600.0,
        edited: Vec::new(),
    }
}

#[test]
fn absent_fields_stay_and_null_empties() {
    assert_eq!(edited(&before(), patch_of(serde_json::json!({}))).unwrap(), before());
    let patch =
        patch_of(serde_json::json!({ "notes": null, "rpe": null, "name": " Race ", "is_race": true }));
    assert!(patch.validate().is_empty());
    let after = edited(&before(), patch).unwrap();
    assert_eq!((after.notes, after.rpe, after.name.as_str(), after.is_race), (None, None, "Race", true));
    assert_eq!(after.sport, "run");
}

#[test]
fn every_broken_rule_of_a_patch_has_its_pointer() {
    let long = "x".repeat(MAX_NOTES + 1);
    let patch =
        serde_json::json!({ "name": " ", "sport": "running", "notes": long, "is_race": null, "rpe": 10.5 });
    assert_eq!(pointers(&patch_of(patch)), ["/is_race", "/name", "/notes", "/rpe", "/sport"]);
    assert_eq!(pointers(&patch_of(serde_json::json!({ "name": null, "sport": null }))), ["/name", "/sport"]);
    assert_eq!(pointers(&patch_of(serde_json::json!({ "name": "ä".repeat(200) }))), [""; 0]);
    assert_eq!(pointers(&patch_of(serde_json::json!({ "name": "ä".repeat(201) }))), ["/name"]);
    // The database takes no NUL in text.
    assert_eq!(
        pointers(&patch_of(serde_json::json!({ "name": "a\0", "notes": "a\0" }))),
        ["/name", "/notes"]
    );
    assert!(serde_json::from_value::<ActivityPatch>(serde_json::json!({ "title": "x" })).is_err());
}

#[test]
fn multisport_is_neither_given_nor_taken_away() {
    let to = |sport: &str| patch_of(serde_json::json!({ "sport": sport }));
    assert_eq!(edited(&before(), to("multisport")).unwrap_err().pointer, "/sport");
    let parent = store::LockEditable { sport: "multisport".into(), ..before() };
    assert!(edited(&parent, to("run")).is_err());
    assert!(edited(&parent, to("multisport")).is_ok());
    assert_eq!(edited(&before(), to("cycling")).unwrap().sport, "cycling");
}

#[test]
fn a_plain_entry_is_fine() {
    assert!(manual(|_| {}).validate().is_empty());
    assert!(manual(|json| json["avg_hr"] = 148.into()).avg_hr_bpm == Some(148.0));
}

#[test]
fn every_broken_rule_of_an_entry_has_its_pointer() {
    let broken = |name: &str, value: serde_json::Value| pointers(&manual(|json| json[name] = value));
    assert_eq!(broken("duration_s", 0.into()), ["/duration_s"]);
    assert_eq!(broken("duration_s", (-5).into()), ["/duration_s"]);
    assert_eq!(broken("duration_s", 2_678_401.into()), ["/duration_s"]);
    assert_eq!(broken("distance_m", (-1).into()), ["/distance_m"]);
    assert_eq!(broken("avg_hr_bpm", 300.into()), ["/avg_hr_bpm"]);
    assert_eq!(broken("rpe", 11.into()), ["/rpe"]);
    assert_eq!(broken("sport", "multisport".into()), ["/sport"]);
    assert_eq!(broken("sport", "curling".into()), ["/sport"]);
    let hearts = manual(|json| {
        json["avg_hr_bpm"] = 150.into();
        json["max_hr_bpm"] = 140.into();
    });
    assert_eq!(pointers(&hearts), ["/max_hr_bpm"]);
}

#[test]
fn nobody_runs_42_km_in_an_hour() {
    assert_eq!(pointers(&manual(|json| json["distance_m"] = 42_195.into())), ["/distance_m"]);
    assert!(
        pointers(&manual(|json| {
            json["distance_m"] = 42_195.into();
            json["sport"] = "cycling".into();
        }))
        .is_empty()
    );
}

#[test]
fn a_start_lies_between_1970_and_tomorrow() {
    let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let end = |start: &str| end_of(&manual(|json| json["start_time"] = start.into()), now);
    assert_eq!(end("2026-03-01T11:10:00Z").unwrap(), now);
    assert!(end("2026-03-02T11:59:00Z").is_ok());
    for start in
        ["1969-12-31T23:59:59Z", "2026-03-02T12:00:01Z", "2100-01-01T00:00:00Z", "9999-12-30T00:00:00Z"]
    {
        assert_eq!(end(start).unwrap_err().pointer, "/start_time", "{start}");
    }
}

#[test]
fn an_entered_zero_is_a_rating_and_nothing_is_not() {
    assert_eq!(rated_load(Some(0.0), 3600.0), Some(0.0));
    assert_eq!(rated_load(None, 3600.0), None);
    assert_eq!(rated_load(Some(8.0), 3600.0), Some(100.0));
    assert_eq!((rated_source(None), rated_source(Some(1.0))), (None, Some("rpe")));
}
