//! Trends and training load over HTTP.

use serde_json::json;

use crate::seed::{self, Seed};
use crate::world::{Athlete, World};

/// A run on each of the last `days` days whose efficiency rises.
async fn runs(world: &World, who: Athlete, days: i64) {
    for ago in 0..days {
        let day = jiff::civil::date(2026, 6, 15).saturating_sub(jiff::ToSpan::days(ago));
        let start: &'static str = Box::leak(format!("{day}T06:00:00Z").into_boxed_str());
        let id = seed::activity(world, who, Seed { start, ..Seed::default() }).await;
        let factor = 1.5 - 0.002 * ago as f64 + if ago % 2 == 0 { 0.003 } else { -0.003 };
        seed::analysis(world, who, id, Some(factor), json!([]), Some(50.0), Some("pace")).await;
    }
}

#[tokio::test]
async fn a_rising_series_is_improving() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    runs(&world, who, 40).await;
    let answer = world.get(who, "/v1/analytics/efficiency-trends?days=30&include_stability=true&include_load_response=true&include_annotations=true").await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let json = answer.json();
    assert_eq!((&json["status"], &json["algorithm_version"]), (&"ok".into(), &3.into()));
    assert_eq!(json["time_series"].as_array().unwrap().len(), 30);
    // Efficiency rises, so the ten runs before the period pull the mean of its first day down.
    let first = &json["time_series"][0];
    assert!(
        first["rolling_120d_avg"].as_f64().unwrap() < first["efficiency_factor"].as_f64().unwrap() - 0.005,
        "{first}"
    );
    assert_eq!(json["trend_analysis"]["direction"], "improving");
    assert_eq!(json["trend_analysis"]["period_days"], 30);
    assert!(json["trend_analysis"]["slope_ci"]["low"].as_f64().unwrap() > 0.0);
    assert_eq!(json["stability"]["sample_size"], 30);
    assert_eq!(json["stability"]["unclassified_runs"], 30);
    let weeks = json["load_response"].as_array().unwrap();
    assert_eq!(weeks[0]["week_start"], "2026-05-11");
    assert_eq!((&weeks[1]["activity_count"], &weeks[1]["total_load"]), (&json!(7), &json!(350.0)));
}

#[tokio::test]
async fn too_little_is_an_answer_with_what_is_missing() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let empty = world.get(who, "/v1/analytics/efficiency-trends?days=7").await;
    assert_eq!((empty.status.as_u16(), &empty.json()["status"]), (200, &json!("insufficient_data")));
    runs(&world, who, 3).await;
    let short = seed::activity(&world, who, Seed::default()).await;
    seed::analysis(&world, who, short, None, json!([{ "code": "too_short", "message": "x" }]), None, None)
        .await;
    seed::activity(&world, who, Seed::default()).await;
    seed::activity(&world, who, Seed { sport: "cycling", ..Seed::default() }).await;
    let json = world.get(who, "/v1/analytics/efficiency-trends").await.json();
    assert_eq!(
        json["missing"],
        json!({ "days_needed": 10, "days_with_data": 3, "days_missing": 7, "runs": 5, "valid_runs": 3,
            "excluded": [{ "code": "not_analysed", "activities": 1 }, { "code": "too_short", "activities": 1 }] })
    );
    for days in ["6", "366", "x"] {
        assert_eq!(world.get(who, &format!("/v1/analytics/efficiency-trends?days={days}")).await.status, 400);
    }
}

#[tokio::test]
async fn others_and_deleted_runs_do_not_count() {
    let world = World::new().await;
    let (who, other) = (world.athlete("UTC").await, world.athlete("UTC").await);
    runs(&world, other, 12).await;
    let gone = seed::activity(&world, who, Seed { deleted: true, ..Seed::default() }).await;
    seed::analysis(&world, who, gone, Some(1.4), json!([]), Some(50.0), Some("pace")).await;
    assert_eq!(world.get(who, "/v1/analytics/efficiency-trends").await.json()["time_series"], json!([]));
    assert_eq!(world.get(who, "/v1/training-load/current").await.json()["current"], json!(null));
}

#[tokio::test]
async fn load_history_counts_the_athletes_days() {
    let world = World::new().await;
    // It is already the sixteenth on Kiritimati.
    let who = world.athlete("Pacific/Kiritimati").await;
    let run = seed::activity(&world, who, Seed { start: "2026-06-14T11:00:00Z", ..Seed::default() }).await;
    seed::analysis(&world, who, run, None, json!([]), Some(100.0), Some("heart_rate")).await;
    let parent = seed::activity(&world, who, Seed { sport: "multisport", ..Seed::default() }).await;
    seed::analysis(&world, who, parent, None, json!([]), Some(999.0), Some("pace")).await;
    let json = world.get(who, "/v1/training-load/history?days=7").await.json();
    assert_eq!((&json["status"], &json["end_date"]), (&json!("ok"), &json!("2026-06-16")));
    let days = json["days"].as_array().unwrap();
    assert_eq!((&days[0]["date"], &days[0]["load"], days.len()), (&json!("2026-06-15"), &json!(100.0), 2));
    assert_eq!(days[1]["warming_up"], true);
    let current = world.get(who, "/v1/training-load/current").await.json();
    assert_eq!(current["current"], days[1]);
    assert_eq!(
        current["source_counts"],
        json!({ "power": 0, "pace": 0, "heart_rate": 1, "rpe": 0, "none": 0 })
    );
}

#[tokio::test]
async fn fitness_remembers_what_lies_before_the_period() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let run = seed::activity(&world, who, Seed { start: "2026-04-01T06:00:00Z", ..Seed::default() }).await;
    seed::analysis(&world, who, run, None, json!([]), Some(1000.0), Some("pace")).await;
    let json = world.get(who, "/v1/training-load/history?days=7").await.json();
    let days = json["days"].as_array().unwrap();
    assert_eq!((days.len(), &days[0]["date"]), (7, &json!("2026-06-09")));
    assert!(
        days.iter().all(|day| day["ctl"].as_f64().unwrap() > 3.0 && day["warming_up"] == false),
        "{json}"
    );
    assert_eq!(json["source_counts"]["pace"], 0, "sources are counted over the period");
}
