//! Fields against their list, totals, and the pace of several activities.

use super::*;

fn totals(sport: &str, activities: i64, distance_m: f64, moving_time_s: f64) -> store::Summarise {
    store::Summarise {
        sport: sport.into(),
        activities,
        distance_m,
        moving_time_s,
        moving_time_with_distance_s: if distance_m > 0.0 { moving_time_s } else { 0.0 },
        ascent_m: 10.0,
        races: 1,
    }
}

fn window() -> DayWindow {
    DayWindow::last_days("2026-03-30T12:00:00Z".parse().unwrap(), &TimeZone::UTC, 30)
}

#[test]
fn the_fields_that_may_be_asked_for_are_those_that_are_there() {
    let row = store::ActivityRow {
        id: Uuid::nil(),
        sport: "run".into(),
        sub_sport: None,
        name: "Run".into(),
        start_time: Timestamp::UNIX_EPOCH,
        source_format: "gpx".into(),
        device: None,
        elapsed_s: 0.0,
        moving_time_s: 0.0,
        distance_m: Some(0.0),
        ascent_m: None,
        descent_m: None,
        avg_hr_bpm: None,
        max_hr_bpm: None,
        avg_cadence_per_min: None,
        avg_power_w: None,
        energy_kcal: None,
        rpe: None,
        gear: None,
        is_race: false,
        has_track: false,
        has_positions: false,
    };
    let json = serde_json::to_value(ListItem::new(row, &TimeZone::UTC)).unwrap();
    let mut fields: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let mut known = ListItem::FIELDS.to_vec();
    fields.sort_unstable();
    known.sort_unstable();
    assert_eq!(fields, known);
    assert_eq!(json["pace_s_per_km"], serde_json::Value::Null, "0 m in 0 s has no pace");
    assert_eq!(json["distance_m"], 0.0, "an entered 0 is a value");
}

#[test]
fn totals_are_running_the_rest_and_both() {
    let rows = vec![totals("cycling", 2, 60_000.0, 7200.0), totals("run", 3, 30_000.0, 9000.0)];
    let summary = ActivitySummary::new(window(), rows);
    assert_eq!(summary.period_days, 30);
    assert_eq!(summary.running.total_activities, 3);
    assert_eq!(summary.running.avg_pace_s_per_km, Some(300.0));
    assert_eq!(summary.other.total_distance_m, 60_000.0);
    assert_eq!(summary.combined.total_activities, 5);
    assert_eq!(summary.combined.avg_pace_s_per_km, Some(180.0));
    assert_eq!(summary.combined.race_count, 2);
    assert_eq!(summary.other_by_sport.keys().collect::<Vec<_>>(), ["cycling"]);
    assert_eq!(summary.activities_by_sport["run"], 3);
}

#[test]
fn pace_leaves_out_what_has_no_distance() {
    let summary = ActivitySummary::new(
        window(),
        vec![totals("run", 1, 10_000.0, 3000.0), totals("strength", 1, 0.0, 3600.0)],
    );
    assert_eq!(summary.combined.avg_pace_s_per_km, Some(300.0));
    assert_eq!(summary.combined.total_duration_s, 6600.0);
    assert_eq!(summary.other.avg_pace_s_per_km, None);
}

#[test]
fn no_activities_are_zeros_and_no_pace() {
    let summary = ActivitySummary::new(window(), Vec::new());
    assert_eq!(summary.combined, Totals::default());
}
