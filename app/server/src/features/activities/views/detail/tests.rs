//! What is shown beside what, and what stored JSON must look like.

use serde_json::json;

use super::*;

pub(super) fn row() -> store::FindActivity {
    let now: Timestamp = "2026-03-01T23:30:00Z".parse().unwrap();
    store::FindActivity {
        id: Uuid::nil(),
        parent_id: None,
        sport: "run".into(),
        sub_sport: None,
        name: "Run".into(),
        notes: None,
        start_time: now,
        source_format: "fit".into(),
        device: None,
        elapsed_s: 3600.0,
        moving_time_s: 3000.0,
        timer_s: Some(3000.0),
        distance_m: Some(10_000.0),
        ascent_m: Some(100.0),
        descent_m: None,
        avg_hr_bpm: Some(150.04),
        max_hr_bpm: None,
        avg_cadence_per_min: None,
        avg_power_w: None,
        energy_kcal: None,
        rpe: None,
        gear: None,
        is_race: false,
        has_track: true,
        updated_at: now,
        algorithm_version: Some(1),
        inputs_hash: Some("00".into()),
        efficiency_factor: None,
        efficiency_variance: None,
        first_half_ef: None,
        second_half_ef: None,
        decoupling_percent: Some(3.2189),
        efficiency_reasons: Some(json!([{ "code": "too_short", "message": "Too short." }])),
        decoupling_reasons: Some(json!([])),
        ngp_m_s: None,
        load: Some(50.04),
        load_source: Some("pace".into()),
        trimp: None,
        computed_at: Some(now),
        sampled_distance_m: None,
        sampled_ascent_m: None,
        sampled_descent_m: None,
        sampled_avg_hr_bpm: None,
        sampled_max_hr_bpm: None,
        sampled_avg_cadence_per_min: None,
        channels: vec!["distance_m".into(), "heart_rate_bpm".into()],
        profile_resting_hr_bpm: None,
        profile_max_hr_bpm: None,
        profile_threshold_hr_bpm: None,
        profile_threshold_pace_s_per_km: None,
        profile_threshold_power_w: None,
        sources: json!([]),
        legs: json!([]),
        parent: None,
    }
}

fn view(row: store::FindActivity) -> serde_json::Value {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    serde_json::to_value(ActivityDetail::new(row, &zone).unwrap()).unwrap()
}

#[test]
fn validity_comes_with_its_reasons() {
    let json = view(row());
    assert_eq!(
        json["analysis"]["efficiency"],
        json!({ "valid": false, "efficiency_factor": null, "standard_error": null,
            "reasons": [{ "code": "too_short", "message": "Too short." }] })
    );
    assert_eq!(json["analysis"]["decoupling"]["valid"], true);
    assert_eq!(json["analysis"]["decoupling"]["decoupling_percent"], 3.22);
    let load = json!({ "points": 50.0, "source": "pace", "trimp": null, "session_rpe": null, "reasons": [] });
    assert_eq!(json["analysis"]["load"], load);
    assert_eq!(json["local_date"], "2026-03-02", "the athlete's day, not UTC's");
}

#[test]
fn a_missing_load_says_what_each_source_lacked() {
    let without = || store::FindActivity { load: None, load_source: None, ..row() };
    let codes = |row: store::FindActivity| {
        let reasons = view(row)["analysis"]["load"]["reasons"].as_array().unwrap().clone();
        reasons.iter().map(|reason| reason["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let heart = ["no_resting_heart_rate", "no_max_heart_rate", "no_threshold_heart_rate", "no_rating"];
    assert_eq!(codes(without()), [&["no_distance"], heart.as_slice()].concat());
    let run = store::FindActivity { sampled_distance_m: Some(9_990.0), ..without() };
    assert_eq!(codes(run)[0], "little_speed");
    let graded = store::FindActivity { ngp_m_s: Some(3.0), ..without() };
    assert_eq!(codes(graded)[0], "no_threshold_pace");
    let ride = store::FindActivity {
        sport: "cycling".into(),
        channels: vec!["power_w".into()],
        profile_threshold_power_w: Some(250),
        ..without()
    };
    assert_eq!(codes(ride), ["little_power", "no_heart_rate", "no_rating"]);
    let strap = store::FindActivity {
        profile_resting_hr_bpm: Some(50),
        profile_max_hr_bpm: Some(190),
        profile_threshold_hr_bpm: Some(170),
        ..without()
    };
    assert_eq!(codes(strap), ["no_distance", "little_heart_rate", "no_rating"]);
    let by_hand = store::FindActivity { has_track: false, channels: Vec::new(), ..without() };
    assert_eq!(codes(by_hand), ["no_track", "no_rating"]);
    let outdated = store::FindActivity { algorithm_version: Some(0), ..without() };
    assert_eq!(codes(outdated), ["recompute_due"], "the profile is not the one that it was computed for");
}

#[test]
fn a_rated_effort_has_its_own_scale_beside_the_points() {
    let json = view(store::FindActivity { rpe: Some(6.0), ..row() });
    assert_eq!(json["analysis"]["load"]["session_rpe"], 300.0, "50 minutes in motion");
}

#[test]
fn ascent_says_where_it_comes_from() {
    let source = |totals: serde_json::Value| {
        json!([{ "sha256": "00", "format": "fit", "file_name": "a.fit", "device": null, "part": 0,
            "is_primary": true, "device_totals": totals, "warnings": [] }])
    };
    let stated = json!({ "ascent_m": 100.0 });
    assert_eq!(view(store::FindActivity { sources: source(stated), ..row() })["elevation_source"], "device");
    assert_eq!(
        view(store::FindActivity { sources: source(json!({})), ..row() })["elevation_source"],
        "track"
    );
    assert_eq!(view(row())["elevation_source"], json!(null));
}

#[test]
fn without_an_analysis_there_is_none() {
    let json = view(store::FindActivity { algorithm_version: None, ..row() });
    assert_eq!(json["analysis"], json!(null));
}

#[test]
fn device_totals_show_beyond_three_percent() {
    assert_eq!(difference("distance_m", 10_000.0, 10_300.0), None);
    let shown = difference("distance_m", 10_000.0, 10_301.0).unwrap();
    assert_eq!(shown.difference_percent, Some(3.0));
    let shown = difference("ascent_m", 0.0, 12.0).unwrap();
    assert_eq!((shown.device, shown.ours, shown.difference_percent), (Some(0.0), Some(12.0), None));
    assert_eq!(difference("ascent_m", 0.0, 0.0), None);
}

#[test]
fn only_the_primary_source_is_compared() {
    let source = |is_primary: bool, distance: f64| {
        json!({ "sha256": "00", "format": "fit", "file_name": "a.fit", "device": null, "part": 0,
            "is_primary": is_primary, "warnings": [], "device_totals": { "distance_m": distance } })
    };
    let sources = json!([source(false, 5_000.0), source(true, 9_000.0)]);
    let json = view(store::FindActivity { sources, sampled_distance_m: Some(10_000.0), ..row() });
    assert_eq!(
        json["device_differences"],
        json!([{ "field": "distance_m", "device": 9000.0, "ours": 10000.0, "difference_percent": 11.1 }])
    );
    assert_eq!(json["sources"].as_array().unwrap().len(), 2);
}

#[test]
fn what_the_samples_give_is_what_the_device_is_compared_with() {
    let sources = json!([{ "sha256": "00", "format": "fit", "file_name": "a.fit", "device": null, "part": 0,
        "is_primary": true, "warnings": [], "device_totals": { "distance_m": 10_000.0, "ascent_m": 100.0, "avg_heart_rate_bpm": 100.0 } }]);
    let json = view(store::FindActivity {
        sources,
        sampled_distance_m: Some(10_350.0),
        sampled_ascent_m: Some(102.0),
        sampled_avg_hr_bpm: Some(150.0),
        ..row()
    });
    assert_eq!(
        json["device_differences"],
        json!([
            { "field": "distance_m", "device": 10000.0, "ours": 10350.0, "difference_percent": 3.5 },
            { "field": "avg_hr_bpm", "device": 100.0, "ours": 150.0, "difference_percent": 50.0 },
        ])
    );
    assert_eq!(json["distance_m"], 10000.0, "the device's total stays authoritative");
}

#[test]
fn legs_are_shown_in_order() {
    let legs = json!([{ "id": Uuid::max(), "leg_index": 0, "sport": "swimming", "name": "Swim",
        "distance_m": 1500.004, "moving_time_s": 1800.04, "elapsed_s": null, "load_points": null,
        "load_source": null }]);
    let json = view(store::FindActivity { legs, ..row() });
    assert_eq!(json["legs"][0]["distance_m"], 1500.0);
    assert_eq!(json["legs"][0]["moving_time_s"], 1800.0);
}

#[test]
fn an_event_has_the_load_of_its_legs_or_says_whose_is_missing() {
    let legs = |loads: &[(&str, Option<f64>)]| {
        let legs = (0..).zip(loads).map(|(index, (sport, points))| {
            json!({ "id": Uuid::max(), "leg_index": index, "sport": sport, "name": format!("The {sport}"),
                "distance_m": null, "moving_time_s": 60.0, "elapsed_s": null, "load_points": points,
                "load_source": points.map(|_| "rpe") })
        });
        view(store::FindActivity { legs: legs.collect(), ..row() })
    };
    let whole = legs(&[("swimming", Some(20.04)), ("transition", None), ("run", Some(60.04))]);
    assert_eq!(
        whole["legs_load"],
        json!({ "points": 80.1, "reasons": [] }),
        "a change of shoes may be unknown"
    );
    assert_eq!(whole["legs"][0]["load_points"], 20.0);
    let part = legs(&[("swimming", None), ("transition", Some(1.0)), ("run", Some(60.0))]);
    let message = "These legs have no load: The swimming.";
    let reasons = json!([{ "code": "legs_without_load", "message": message }]);
    assert_eq!(part["legs_load"], json!({ "points": null, "reasons": reasons }));
    let changes = legs(&[("transition", None)]);
    assert_eq!(changes["legs_load"]["reasons"][0]["message"], "No leg has a load.");
    assert_eq!(view(row())["legs_load"], json!(null));
}

#[test]
fn stored_json_of_another_shape_is_an_error() {
    let broken = store::FindActivity { sources: json!({ "sha256": 1 }), ..row() };
    assert!(ActivityDetail::new(broken, &TimeZone::UTC).is_err());
}
