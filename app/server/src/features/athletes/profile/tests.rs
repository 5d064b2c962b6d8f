//! What a profile is refused for, and what a patch leaves alone.

use serde_json::json;

use super::*;

const TODAY: Date = date(2026, 3, 1);

fn before() -> Profile {
    Profile {
        id: uuid::Uuid::nil(),
        email: "robin@example.org".into(),
        display_name: "Robin".into(),
        role: "athlete".into(),
        timezone: "UTC".into(),
        birthdate: Some(date(1985, 6, 15)),
        sex: None,
        resting_hr_bpm: Some(50),
        max_hr_bpm: Some(190),
        threshold_hr_bpm: None,
        threshold_pace_s_per_km: None,
        threshold_power_w: None,
        is_demo: false,
        created_at: jiff::Timestamp::UNIX_EPOCH,
    }
}

/// As the route does it: the patch's own rules first, then those of the whole.
fn apply(patch: serde_json::Value) -> Result<Profile, Vec<String>> {
    let patch: ProfilePatch = serde_json::from_value(patch).unwrap();
    let errors = patch.validate();
    let result = if errors.is_empty() { patched(before(), patch, TODAY) } else { Err(errors) };
    result.map_err(|errors| errors.into_iter().map(|error| error.pointer).collect())
}

fn refused(patch: serde_json::Value) -> Vec<String> {
    apply(patch).unwrap_err()
}

#[test]
fn an_empty_patch_changes_nothing() {
    assert_eq!(apply(json!({})).unwrap(), before());
}

#[test]
fn values_are_set_and_nulls_empty() {
    let after = apply(json!({
        "display_name": " Kim ", "timezone": "europe/berlin", "birthdate": null, "sex": "female",
        "resting_hr_bpm": null, "threshold_hr_bpm": 170, "threshold_pace_s_per_km": 255.5
    }))
    .unwrap();
    assert_eq!(after.display_name, "Kim");
    assert_eq!(after.timezone, "Europe/Berlin", "the canonical spelling is kept");
    assert_eq!((after.birthdate, after.resting_hr_bpm), (None, None));
    assert_eq!(after.sex.as_deref(), Some("female"));
    assert_eq!((after.threshold_hr_bpm, after.threshold_pace_s_per_km), (Some(170), Some(255.5)));
    assert_eq!(after.max_hr_bpm, Some(190), "what the patch does not name stays");
}

#[test]
fn every_range_has_its_pointer() {
    assert_eq!(
        refused(json!({
            "display_name": "", "timezone": "Mars/Olympus", "resting_hr_bpm": 19, "max_hr_bpm": 251,
            "threshold_hr_bpm": 59, "threshold_pace_s_per_km": 99.9
        })),
        [
            "/display_name",
            "/timezone",
            "/resting_hr_bpm",
            "/max_hr_bpm",
            "/threshold_hr_bpm",
            "/threshold_pace_s_per_km"
        ]
    );
    assert_eq!(refused(json!({ "display_name": null, "timezone": null })), ["/display_name", "/timezone"]);
    assert!(apply(json!({ "resting_hr_bpm": 20, "max_hr_bpm": 250, "threshold_hr_bpm": 240 })).is_ok());
}

#[test]
fn heart_rates_keep_their_order_with_what_was_there() {
    assert_eq!(refused(json!({ "threshold_hr_bpm": 191 })), ["/threshold_hr_bpm"]);
    assert!(apply(json!({ "threshold_hr_bpm": 190 })).is_ok());
    assert_eq!(refused(json!({ "resting_hr_bpm": 90, "threshold_hr_bpm": 90 })), ["/resting_hr_bpm"]);
    assert_eq!(refused(json!({ "resting_hr_bpm": 100, "max_hr_bpm": 100 })), ["/resting_hr_bpm"]);
    assert!(apply(json!({ "resting_hr_bpm": null, "max_hr_bpm": 80 })).is_ok());
}

#[test]
fn a_birthdate_lies_between_1900_and_today() {
    assert!(apply(json!({ "birthdate": "2026-03-01" })).is_ok());
    assert!(apply(json!({ "birthdate": "2000-02-29" })).is_ok());
    assert_eq!(refused(json!({ "birthdate": "2026-03-02" })), ["/birthdate"]);
    assert_eq!(refused(json!({ "birthdate": "1899-12-31" })), ["/birthdate"]);
    assert!(serde_json::from_value::<ProfilePatch>(json!({ "birthdate": "1900-02-29" })).is_err());
}

#[test]
fn only_training_facts_change_loads() {
    let changes = |patch| changes_loads(&before(), &apply(patch).unwrap());
    for patch in [
        json!({ "sex": "male" }),
        json!({ "max_hr_bpm": 191 }),
        json!({ "threshold_pace_s_per_km": 250 }),
        json!({ "threshold_power_w": 240 }),
    ] {
        assert!(changes(patch.clone()), "{patch}");
    }
    for patch in
        [json!({}), json!({ "display_name": "Kim" }), json!({ "timezone": "Asia/Tokyo", "max_hr_bpm": 190 })]
    {
        assert!(!changes(patch.clone()), "{patch}");
    }
}

#[test]
fn unknown_words_are_refused() {
    assert!(serde_json::from_value::<ProfilePatch>(json!({ "sex": "unknown" })).is_err());
    assert!(serde_json::from_value::<ProfilePatch>(json!({ "email": "a@example.org" })).is_err());
    assert_eq!(refused(json!({ "timezone": "+02:00" })), ["/timezone"]);
    assert_eq!(refused(json!({ "timezone": "" })), ["/timezone"]);
}

proptest::proptest! {
    /// Whatever passes keeps the constraints of the table, so that the database never has to refuse.
    #[test]
    fn what_passes_is_what_the_table_takes(
        resting in proptest::option::of(0i16..150), threshold in proptest::option::of(40i16..260),
        max in proptest::option::of(60i16..270),
    ) {
        let Ok(after) = apply(json!({
            "resting_hr_bpm": resting, "threshold_hr_bpm": threshold, "max_hr_bpm": max
        })) else { return Ok(()) };
        let ordered = |low: Option<i16>, high: Option<i16>, strict: bool| {
            low.zip(high).is_none_or(|(low, high)| if strict { low < high } else { low <= high })
        };
        proptest::prop_assert!(after.resting_hr_bpm.is_none_or(|bpm| (20..=120).contains(&bpm)));
        proptest::prop_assert!(after.max_hr_bpm.is_none_or(|bpm| (80..=250).contains(&bpm)));
        proptest::prop_assert!(after.threshold_hr_bpm.is_none_or(|bpm| (60..=240).contains(&bpm)));
        proptest::prop_assert!(ordered(after.resting_hr_bpm, after.threshold_hr_bpm, true));
        proptest::prop_assert!(ordered(after.resting_hr_bpm, after.max_hr_bpm, true));
        proptest::prop_assert!(ordered(after.threshold_hr_bpm, after.max_hr_bpm, false));
    }
}
