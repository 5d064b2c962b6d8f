//! The assembly of the efficiency answer: what counts, when it is enough, and what noise gives.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

/// The last of 90 days.
const TODAY: Date = date(2026, 6, 30);

fn window() -> DayWindow {
    DayWindow::between(TODAY.saturating_sub(89.days()), TODAY, &TimeZone::UTC)
}

/// A valid run `days_ago` days before the end of the window.
fn run(days_ago: i64, factor: f64) -> Run {
    Run {
        activity_id: Uuid::nil(),
        day: TODAY.saturating_sub(days_ago.days()),
        distance_m: Some(10_000.0),
        moving_time_s: 3000.0,
        avg_hr_bpm: Some(150.0),
        threshold_hr_bpm: Some(170.0),
        is_race: false,
        efficiency_factor: Some(factor),
        first_half_ef: None,
        second_half_ef: None,
        decoupling_percent: Some(4.0),
        reasons: BTreeSet::new(),
    }
}

fn invalid(days_ago: i64, reasons: &[&str]) -> Run {
    let reasons = reasons.iter().map(|&reason| reason.to_owned()).collect();
    Run { efficiency_factor: None, reasons, ..run(days_ago, 0.0) }
}

/// A number between -1 and 1 that looks like noise and is the same every time.
fn noise(i: i64) -> f64 {
    let mixed = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 33) as f64 / f64::from(1u32 << 31)) * 2.0 - 1.0
}

/// Runs every third day, oldest first, whose efficiency changes by `per_day` from 1.4.
fn runs(per_day: f64) -> Vec<Run> {
    (0..30).rev().map(|i| run(i * 3, 1.4 + per_day * (87 - i * 3) as f64 + 0.01 * noise(i))).collect()
}

fn answer(runs: &[Run]) -> Value {
    let include = Include { stability: true, load_response: false, annotations: true };
    serde_json::to_value(assemble(runs, window(), include, None).unwrap()).unwrap()
}

#[test]
fn higher_efficiency_is_improving() {
    let json = answer(&runs(0.002));
    assert_eq!(json["status"], "ok");
    let trend = &json["trend_analysis"];
    assert_eq!((&trend["direction"], &trend["confidence"]), (&json!("improving"), &json!("consistent")));
    assert!((trend["slope_per_week"].as_f64().unwrap() - 0.014).abs() < 0.001, "{trend}");
    let ci = &trend["slope_ci"];
    assert!(ci["low"].as_f64().unwrap() > 0.0 && ci["low"].as_f64() < trend["slope_per_week"].as_f64());
    assert!(ci["high"].as_f64() > trend["slope_per_week"].as_f64());
    // 87 days of 0.002 on 1.4.
    assert!((trend["change_percent"].as_f64().unwrap() - 12.4).abs() < 1.0, "{trend}");
    assert_eq!(trend["is_actionable"], true);
    assert!(trend["insight_text"].as_str().unwrap().contains("consistent evidence that efficiency rose"));
    assert_eq!(json["summary"]["trend_direction"], "improving");
    assert!(json["summary"]["days_to_pr_efficiency"].as_i64().unwrap() < 30);
}

#[test]
fn lower_efficiency_is_declining() {
    let json = answer(&runs(-0.002));
    assert_eq!(json["trend_analysis"]["direction"], "declining");
    assert!(json["trend_analysis"]["slope_ci"]["high"].as_f64().unwrap() < 0.0);
    assert_eq!(json["summary"]["days_to_pr_efficiency"], Value::Null);
    assert!(json["summary"]["trend_magnitude"].as_f64().unwrap() > 0.0, "a size has no sign");
}

#[test]
fn noise_is_stable_and_claims_nothing() {
    let json = answer(&runs(0.0));
    let trend = &json["trend_analysis"];
    assert_eq!((&trend["direction"], &trend["confidence"]), (&json!("stable"), &json!("no_evidence")));
    assert_eq!(trend["is_actionable"], false);
    assert!(trend["insight_text"].as_str().unwrap().contains("no evidence of a change"));
}

#[test]
fn nothing_at_all_is_insufficient_data_and_no_error() {
    let json = answer(&[]);
    assert_eq!(json["status"], "insufficient_data");
    assert_eq!(
        json["missing"],
        json!({ "days_needed": 10, "days_with_data": 0, "days_missing": 10, "runs": 0, "valid_runs": 0,
            "excluded": [] })
    );
    assert_eq!(json["time_series"], json!([]));
    assert_eq!(json["summary"]["current_efficiency"], Value::Null);
    assert_eq!(json["trend_analysis"]["direction"], "insufficient_data");
    assert_eq!(json["trend_analysis"]["p_value"], Value::Null);
    assert_eq!(json["stability"]["consistency_score"], Value::Null);
}

#[test]
fn too_few_days_are_shown_and_explained() {
    let mut few: Vec<Run> = (0..9).rev().map(|i| run(i, 1.4)).collect();
    // A second run on a day is no further day.
    few.push(run(0, 1.5));
    few.extend([invalid(20, &["too_short", "not_steady"]), invalid(21, &["too_short"])]);
    let json = answer(&few);
    assert_eq!(json["status"], "insufficient_data");
    assert_eq!(json["time_series"].as_array().unwrap().len(), 10);
    assert_eq!(
        json["missing"],
        json!({ "days_needed": 10, "days_with_data": 9, "days_missing": 1, "runs": 12, "valid_runs": 10,
            "excluded": [{ "code": "too_short", "activities": 2 }, { "code": "not_steady", "activities": 1 }] })
    );
    assert!(json["trend_analysis"]["insight_text"].as_str().unwrap().contains("9 of the 10 days"));
    assert_eq!(json["summary"]["best_efficiency"], 1.5);
}

#[test]
fn rolling_means_count_days_and_reach_back_before_the_window() {
    // One run before the window, then one ten days apart from the last.
    let json = answer(&[run(95, 1.0), run(10, 1.4), run(0, 1.6)]);
    let series = json["time_series"].as_array().unwrap();
    assert_eq!(series.len(), 2, "the run before the window is not shown");
    let last = &series[1];
    assert_eq!(last["rolling_7d_avg"], 1.6, "ten days ago is not within seven days");
    assert_eq!(last["rolling_30d_avg"], 1.5);
    assert_eq!(last["rolling_90d_avg"], 1.5);
    assert_eq!(last["rolling_120d_avg"], 1.3333);
    assert_eq!(json["summary"]["current_efficiency"], 1.6);
    assert_eq!(json["missing"]["days_with_data"], 2, "nor does it count for the trend");
}

#[test]
fn rounding_keeps_the_series_apart() {
    let json = answer(&[run(1, 1.41234), run(0, 1.41287)]);
    let factors: Vec<f64> = json["time_series"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["efficiency_factor"].as_f64().unwrap())
        .collect();
    assert_eq!(factors, [1.4123, 1.4129]);
}

#[test]
fn races_and_the_best_are_annotated_when_asked() {
    let race = Run { is_race: true, ..run(1, 1.3) };
    let json = answer(&[race.clone(), run(0, 1.5)]);
    assert_eq!(json["time_series"][0]["annotations"], json!(["race"]));
    assert_eq!(json["time_series"][1]["annotations"], json!(["best_of_period"]));
    let plain = assemble(&[race], window(), Include::default(), None).unwrap();
    let plain = serde_json::to_value(plain).unwrap();
    assert_eq!(plain["time_series"][0].get("annotations"), None);
    assert_eq!(plain.get("stability"), None);
}

#[test]
fn runs_are_sorted_by_heart_rate_against_the_threshold() {
    let at = |bpm: Option<f64>, threshold: Option<f64>| Run {
        avg_hr_bpm: bpm,
        threshold_hr_bpm: threshold,
        ..run(0, 1.4)
    };
    let json = answer(&[
        at(Some(152.0), Some(170.0)),
        at(Some(153.0), Some(170.0)),
        at(Some(170.0), Some(170.0)),
        at(Some(150.0), None),
    ]);
    let stability = &json["stability"];
    assert_eq!(stability["easy_runs"], 1);
    assert_eq!(stability["moderate_runs"], 1, "90 % is no longer easy");
    assert_eq!(stability["hard_runs"], 1);
    assert_eq!(stability["unclassified_runs"], 1);
    assert_eq!((&stability["variance"], &stability["consistency_score"]), (&json!(0.0), &json!(100.0)));
}

#[test]
fn decoupling_has_its_words() {
    let words = [4.99, 5.0, 10.0, 10.01, -3.0].map(DecouplingStatus::of);
    use DecouplingStatus::{Drift, Good, HighDrift};
    assert_eq!(words, [Good, Drift, Drift, HighDrift, Good]);
}

proptest::proptest! {
    /// The same runs seen in a mirror give the opposite verdict and the same certainty.
    #[test]
    fn a_mirrored_series_gives_the_opposite_verdict(per_day in -0.004f64..0.004, seed in 0i64..1000) {
        let of = |sign: f64| {
            let runs: Vec<Run> = (0..25)
                .rev()
                .map(|i| run(i * 3, 1.4 + sign * (per_day * (72 - i * 3) as f64 + 0.02 * noise(i + seed))))
                .collect();
            answer(&runs)["trend_analysis"].clone()
        };
        let (there, mirrored) = (of(1.0), of(-1.0));
        let opposite = match there["direction"].as_str().unwrap() {
            "improving" => "declining",
            "declining" => "improving",
            same => same,
        };
        proptest::prop_assert_eq!(&mirrored["direction"], opposite);
        proptest::prop_assert_eq!(&mirrored["p_value"], &there["p_value"]);
        proptest::prop_assert_eq!(&mirrored["confidence"], &there["confidence"]);
    }
}
