//! Activities over HTTP: lists, details, samples, files, edits, and another athlete's id.

use mainstay_http::pages::cursor;
use paceline_domain::model::{Channel, Track};
use serde_json::json;
use uuid::Uuid;

use crate::platform::WHO_ASKS;
use crate::seed::{self, Seed};
use crate::world::{Answer, Athlete, World};

mod deleted;
mod samples;

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

fn pointers(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let errors = json["errors"].as_array().unwrap_or_else(|| panic!("{json}"));
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

async fn many(world: &World, who: Athlete) -> Vec<String> {
    let mut all = Vec::new();
    for day in ["2026-06-01", "2026-06-03", "2026-06-05", "2026-06-07", "2026-06-09"] {
        let start: &'static str = Box::leak(format!("{day}T06:00:00Z").into_boxed_str());
        all.push(seed::activity(world, who, Seed { start, ..Seed::default() }).await.to_string());
    }
    all.reverse();
    all
}

#[tokio::test]
async fn cursors_walk_the_list_newest_first_without_gap_or_repeat() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let all = many(&world, who).await;
    // Two at one instant: the id decides.
    let twin = seed::activity(&world, who, Seed { start: "2026-06-09T06:00:00Z", ..Seed::default() })
        .await
        .to_string();
    let mut walked = Vec::new();
    let mut path = "/v1/activities?limit=2".to_owned();
    loop {
        let answer = world.get(who, &path).await;
        walked.extend(ids(&answer));
        match answer.json()["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/activities?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    let mut expected = vec![twin];
    expected.extend(all);
    assert_eq!(walked, expected);
}

#[tokio::test]
async fn pages_count_and_other_orders_sort() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let short = seed::activity(
        &world,
        who,
        Seed { distance_m: Some(5000.0), moving_time_s: 9000.0, ..Seed::default() },
    )
    .await
    .to_string();
    let long = seed::activity(
        &world,
        who,
        Seed { distance_m: Some(42_195.0), start: "2026-06-01T06:00:00Z", ..Seed::default() },
    )
    .await
    .to_string();
    let none = seed::activity(
        &world,
        who,
        Seed { distance_m: None, start: "2026-06-05T06:00:00Z", moving_time_s: 10.0, ..Seed::default() },
    )
    .await
    .to_string();
    let order = async |query: &str| ids(&world.get(who, &format!("/v1/activities?{query}")).await);
    assert_eq!(order("sort_by=distance_m").await, [&long, &short, &none].map(String::clone));
    assert_eq!(order("sort_by=distance_m&sort_order=asc").await, [&short, &long, &none].map(String::clone));
    assert_eq!(order("sort_by=duration_s&sort_order=desc").await, [&short, &long, &none].map(String::clone));
    assert_eq!(order("sort_order=asc").await, [&long, &none, &short].map(String::clone));
    let page = world.get(who, "/v1/activities?page=2&limit=2").await.json();
    assert_eq!(
        page["pagination"],
        json!({ "page": 2, "limit": 2, "total": 3, "total_pages": 2, "has_next": false, "has_prev": true })
    );
    assert_eq!(page["items"][0]["id"], long);
    let cursor =
        world.get(who, "/v1/activities?limit=1").await.json()["next_cursor"].as_str().unwrap().to_owned();
    let refused = world.get(who, &format!("/v1/activities?cursor={cursor}&sort_by=distance_m")).await;
    assert_eq!((refused.status.as_u16(), pointers(&refused)), (400, vec!["/cursor".to_owned()]));
}

#[tokio::test]
async fn filters_narrow_the_list_both_ways() {
    let world = World::new().await;
    let who = world.athlete("America/Los_Angeles").await;
    let of = async |seed: Seed| seed::activity(&world, who, seed).await.to_string();
    // 23:30 on the ninth in Los Angeles.
    let late = of(Seed { start: "2026-06-10T06:30:00Z", ..Seed::default() }).await;
    let ride = of(Seed {
        start: "2026-06-10T08:00:00Z",
        sport: "cycling",
        distance_m: Some(60_000.0),
        ascent_m: None,
        ..Seed::default()
    })
    .await;
    let race = of(Seed {
        start: "2026-06-11T08:00:00Z",
        is_race: true,
        distance_m: Some(21_097.5),
        ascent_m: Some(300.0),
        ..Seed::default()
    })
    .await;
    of(Seed { deleted: true, ..Seed::default() }).await;
    for (query, expected) in [
        ("start_date=2026-06-09&end_date=2026-06-09", vec![&late]),
        ("start_date=2026-06-10&end_date=2026-06-10", vec![&ride]),
        ("end_date=2026-06-10T08:00:00Z", vec![&ride, &late]),
        ("start_date=2026-06-10T08:00:00.000001Z", vec![&race]),
        ("sport=cycling", vec![&ride]),
        ("is_race=true", vec![&race]),
        ("is_race=false", vec![&ride, &late]),
        ("min_distance_m=10000&max_distance_m=30000", vec![&race, &late]),
        ("elev_gain_min=200", vec![&race]),
        ("elev_gain_max=200", vec![&late]),
        ("sport=rowing", vec![]),
    ] {
        let expected: Vec<String> = expected.into_iter().cloned().collect();
        for form in ["", "&page=1"] {
            assert_eq!(
                ids(&world.get(who, &format!("/v1/activities?{query}{form}")).await),
                expected,
                "{query}{form}"
            );
        }
    }
}

#[tokio::test]
async fn bad_queries_are_refused_with_pointers() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    for (query, pointer) in [
        ("?limit=0", "/limit"),
        ("?limit=101", "/limit"),
        ("?page=0", "/page"),
        ("?sport=jogging", "/sport"),
        ("?start_date=soon", "/start_date"),
        ("?min_distance_m=NaN", "/min_distance_m"),
        ("?is_race=maybe", "/is_race"),
        ("?sort_by=name", "/sort_by"),
        ("?colour=red", "/colour"),
        ("/summary?days=0", "/days"),
        ("/summary?days=366", "/days"),
    ] {
        let answer = world.get(who, &format!("/v1/activities{query}")).await;
        assert_eq!((answer.status.as_u16(), pointers(&answer)), (400, vec![pointer.to_owned()]), "{query}");
    }
    assert_eq!(world.get(who, "/v1/activities?cursor=nonsense").await.json()["code"], "invalid_cursor");
    // Whoever writes a cursor gets no further than whoever writes nonsense.
    for (list, cursor) in [("activities", "activities:start_time"), ("uploads", "uploads")] {
        let cursor = cursor::encode(cursor, &("-009999-01-02T01:59:59Z", Uuid::nil()));
        let answer = world.get(who, &format!("/v1/{list}?cursor={cursor}")).await;
        assert_eq!(answer.problem(), (400, "invalid_cursor".to_owned()), "{list}");
    }
    let fields = world.get(who, "/v1/activities?fields=id,nmae").await.json();
    assert_eq!(fields["code"], "unknown_field");
    assert!(fields["detail"].as_str().unwrap().contains("`name`"), "{fields}");
    assert_eq!(world.get(who, "/v1/activities/not-an-id").await.json()["code"], "invalid_path");
}

#[tokio::test]
async fn sparse_fieldsets_keep_what_was_asked_for() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let id = seed::activity(&world, who, Seed::default()).await;
    let answer = world.get(who, "/v1/activities?fields=id,pace_s_per_km").await.json();
    assert_eq!(answer["items"], json!([{ "id": id, "pace_s_per_km": 300.0 }]));
}

#[tokio::test]
async fn the_summary_counts_the_athletes_days_and_legs_but_no_parents() {
    let world = World::new().await;
    let who = world.athlete("America/Los_Angeles").await;
    let of = async |seed: Seed| seed::activity(&world, who, seed).await;
    // It is the fifteenth. One minute before and one minute after the first instant of the fourteenth.
    of(Seed { start: "2026-06-14T06:59:00Z", ..Seed::default() }).await;
    of(Seed { start: "2026-06-14T07:01:00Z", ..Seed::default() }).await;
    let parent = of(Seed { sport: "multisport", start: "2026-06-15T08:00:00Z", ..Seed::default() }).await;
    of(Seed { start: "2026-06-15T08:00:00Z", parent: Some((parent, 0)), ..Seed::default() }).await;
    of(Seed {
        sport: "transition",
        distance_m: Some(50.0),
        start: "2026-06-15T08:10:00Z",
        parent: Some((parent, 1)),
        ..Seed::default()
    })
    .await;
    of(Seed {
        sport: "cycling",
        distance_m: None,
        start: "2026-06-15T08:20:00Z",
        parent: Some((parent, 2)),
        ..Seed::default()
    })
    .await;
    of(Seed { start: "2026-06-20T08:00:00Z", ..Seed::default() }).await;
    let json = world.get(who, "/v1/activities/summary?days=2").await.json();
    assert_eq!((&json["start_date"], &json["end_date"]), (&json!("2026-06-14"), &json!("2026-06-15")));
    assert_eq!(json["running"]["total_activities"], 2);
    assert_eq!(json["running"]["avg_pace_s_per_km"], 300.0);
    assert_eq!(json["activities_by_sport"], json!({ "run": 2, "cycling": 1 }));
    assert_eq!(json["combined"]["total_activities"], 3);
    let three = world.get(who, "/v1/activities/summary?days=3").await.json();
    assert_eq!(three["running"]["total_activities"], 3);
}

#[tokio::test]
async fn one_activity_shows_its_legs_sources_and_differences() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let id = seed::activity(&world, who, Seed::default()).await;
    let sha = seed::source(&world, who, id, b"fit bytes", "a.fit").await;
    seed::analysis(
        &world,
        who,
        id,
        None,
        json!([{ "code": "too_short", "message": "Short." }]),
        Some(50.0),
        Some("pace"),
    )
    .await;
    for number in 1..=9 {
        seed::split(&world, who, id, number, 1000.0).await;
    }
    let json = world.get(who, &format!("/v1/activities/{id}")).await.json();
    assert_eq!(json["sources"][0]["sha256"], sha);
    assert_eq!(json["sources"][0]["is_primary"], true);
    assert_eq!(
        json["device_differences"],
        json!([{ "field": "distance_m", "device": 10000.0, "ours": 9000.0, "difference_percent": -10.0 }])
    );
    assert_eq!(json["analysis"]["efficiency"]["reasons"][0]["code"], "too_short");
    let parent = seed::activity(&world, who, Seed { sport: "multisport", ..Seed::default() }).await;
    let leg = seed::activity(&world, who, Seed { parent: Some((parent, 0)), ..Seed::default() }).await;
    seed::activity(&world, who, Seed { parent: Some((parent, 1)), deleted: true, ..Seed::default() }).await;
    let json = world.get(who, &format!("/v1/activities/{parent}")).await.json();
    assert_eq!(json["legs"].as_array().unwrap().len(), 1);
    assert_eq!(json["legs"][0]["id"], leg.to_string());
    assert_eq!(json["analysis"], json!(null));
    let json = world.get(who, &format!("/v1/activities/{leg}")).await.json();
    assert_eq!(json["parent_id"], parent.to_string());
}

#[tokio::test]
async fn a_leg_knows_its_event_and_an_event_the_load_of_its_legs() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let of = async |seed: Seed| seed::activity(&world, who, seed).await;
    let event = of(Seed { sport: "multisport", ..Seed::default() }).await;
    let swim = of(Seed { sport: "swimming", parent: Some((event, 0)), ..Seed::default() }).await;
    let gone = of(Seed { sport: "cycling", parent: Some((event, 1)), ..Seed::default() }).await;
    let run = of(Seed { parent: Some((event, 2)), ..Seed::default() }).await;
    seed::analysis(&world, who, swim, None, json!([]), Some(20.04), Some("rpe")).await;
    seed::analysis(&world, who, gone, None, json!([]), None, None).await;
    seed::analysis(&world, who, run, None, json!([]), Some(60.04), Some("pace")).await;
    let get = async |id: Uuid| world.get(who, &format!("/v1/activities/{id}")).await.expect(200);
    let reasons = json!([{ "code": "legs_without_load", "message": "These legs have no load: Seeded." }]);
    assert_eq!(get(event).await["legs_load"], json!({ "points": null, "reasons": reasons }));
    assert_eq!(world.send(who, "DELETE", &format!("/v1/activities/{gone}"), None).await.status, 204);
    let whole = get(event).await;
    assert_eq!(whole["legs_load"], json!({ "points": 80.1, "reasons": [] }));
    assert_eq!(
        (&whole["legs"][1]["load_points"], &whole["legs"][1]["load_source"]),
        (&json!(60.0), &json!("pace"))
    );
    assert_eq!((&whole["parent"], &whole["parent_id"]), (&json!(null), &json!(null)));
    let link = |id: Uuid, leg_index: i16, sport: &str| json!({ "id": id, "leg_index": leg_index, "sport": sport, "name": "Seeded" });
    let parent =
        json!({ "id": event, "name": "Seeded", "legs": [link(swim, 0, "swimming"), link(run, 2, "run")] });
    let leg = get(run).await;
    assert_eq!((&leg["parent"], &leg["legs_load"]), (&parent, &json!(null)));
}

#[tokio::test]
async fn another_athletes_activity_is_not_there() {
    let world = World::new().await;
    let (owner, other) = (world.athlete("UTC").await, world.athlete("UTC").await);
    let id = seed::activity(&world, owner, Seed::default()).await;
    seed::source(&world, owner, id, b"fit bytes", "a.fit").await;
    seed::stream(&world, owner, id, 10).await;
    seed::split(&world, owner, id, 1, 1000.0).await;
    seed::effort(&world, owner, id, 1000.0, 200.0).await;
    for path in ["", "/splits", "/streams", "/best-efforts", "/file"] {
        assert_eq!(world.get(owner, &format!("/v1/activities/{id}{path}")).await.status, 200, "{path}");
        let answer = world.get(other, &format!("/v1/activities/{id}{path}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["code"].clone()),
            (404, json!("not_found")),
            "{path}"
        );
        let absent = world.get(other, &format!("/v1/activities/{}{path}", Uuid::max())).await;
        assert_eq!(absent.json()["detail"], answer.json()["detail"], "nothing tells that it exists");
    }
    let patch = Some(json!({ "name": "mine" }));
    assert_eq!(world.send(other, "PATCH", &format!("/v1/activities/{id}"), patch).await.status, 404);
    assert_eq!(world.send(other, "DELETE", &format!("/v1/activities/{id}"), None).await.status, 404);
    assert_eq!(world.send(owner, "DELETE", &format!("/v1/activities/{id}"), None).await.status, 204);
    assert_eq!(world.send(other, "POST", &format!("/v1/activities/{id}/restore"), None).await.status, 404);
    for path in ["", "/splits", "/streams", "/best-efforts", "/file"] {
        let answer = world.get(owner, &format!("/v1/activities/{id}{path}")).await;
        assert_eq!(answer.status, 404, "deleted{path}");
    }
    assert_eq!(ids(&world.get(other, "/v1/activities").await), [""; 0]);
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let id = seed::activity(&world, who, Seed::default()).await;
    seed::analysis(&world, who, id, Some(1.4), json!([]), Some(50.0), Some("pace")).await;
    let path = format!("/v1/activities/{id}");
    let patch =
        json!({ "name": " Tempo ", "notes": "felt good", "is_race": true, "rpe": 8, "sport": "cycling" });
    let json = world.send(who, "PATCH", &path, Some(patch)).await.json();
    assert_eq!(
        (&json["name"], &json["notes"], &json["rpe"]),
        (&json!("Tempo"), &json!("felt good"), &json!(8.0))
    );
    let json = world.send(who, "PATCH", &path, Some(json!({ "notes": null }))).await.json();
    assert_eq!(
        (&json["name"], &json["notes"], &json["is_race"]),
        (&json!("Tempo"), &json!(null), &json!(true))
    );
    let refused =
        world.send(who, "PATCH", &path, Some(json!({ "name": "", "rpe": 11, "sport": null }))).await;
    assert_eq!((refused.status.as_u16(), pointers(&refused).len()), (422, 3));
    let refused = world.send(who, "PATCH", &path, Some(json!({ "sport": "multisport" }))).await;
    assert_eq!(pointers(&refused), ["/sport"]);
    let refused = world.send(who, "PATCH", &path, Some(json!({ "distance_m": 1 }))).await;
    assert_eq!((refused.status.as_u16(), pointers(&refused)), (422, vec!["/distance_m".to_owned()]));
    assert_eq!(world.get(who, &path).await.json()["name"], "Tempo", "nothing half-written");
}

#[tokio::test]
async fn a_rated_effort_gives_a_load_only_where_nothing_better_did() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let rated = seed::activity(&world, who, Seed { moving_time_s: 3600.0, ..Seed::default() }).await;
    seed::analysis(&world, who, rated, None, json!([]), None, None).await;
    let measured = seed::activity(&world, who, Seed::default()).await;
    seed::analysis(&world, who, measured, None, json!([]), Some(40.0), Some("pace")).await;
    let rate = async |id: Uuid, rpe: serde_json::Value| {
        world.send(who, "PATCH", &format!("/v1/activities/{id}"), Some(json!({ "rpe": rpe }))).await.json()["analysis"]["load"].clone()
    };
    let hard =
        json!({ "points": 100.0, "source": "rpe", "trimp": null, "session_rpe": 480.0, "reasons": [] });
    assert_eq!(rate(rated, json!(8)).await, hard);
    let reasons = json!([{ "code": "no_track", "message": "There are no samples." },
        { "code": "no_rating", "message": "No effort was rated." }]);
    let unrated =
        json!({ "points": null, "source": null, "trimp": null, "session_rpe": null, "reasons": reasons });
    assert_eq!(rate(rated, json!(null)).await, unrated);
    assert_eq!(rate(measured, json!(8)).await["points"], 40.0);
}

#[tokio::test]
async fn a_missing_load_says_what_it_lacks_of_samples_and_profile() {
    let world = World::without_importer().await;
    let who = world.athlete("UTC").await;
    let id = seed::activity(&world, who, Seed { sport: "cycling", ..Seed::default() }).await;
    seed::analysis(&world, who, id, None, json!([]), None, None).await;
    seed::stream(&world, who, id, 10).await;
    let codes = async || -> Vec<String> {
        let json = world.get(who, &format!("/v1/activities/{id}")).await.json();
        let reasons = json["analysis"]["load"]["reasons"].as_array().unwrap().clone();
        reasons.iter().map(|reason| reason["code"].as_str().unwrap().to_owned()).collect()
    };
    let profile = async |patch: serde_json::Value| {
        world.send(who, "PATCH", "/v1/athletes/me", Some(patch)).await.expect(200);
    };
    assert_eq!(
        codes().await,
        [
            "no_threshold_power",
            "no_resting_heart_rate",
            "no_max_heart_rate",
            "no_threshold_heart_rate",
            "no_rating"
        ]
    );
    profile(json!({ "resting_hr_bpm": 48, "max_hr_bpm": 188 })).await;
    assert_eq!(codes().await, ["no_threshold_power", "no_threshold_heart_rate", "no_rating"]);
    seed::source(&world, who, id, b"fit bytes", "a.fit").await;
    profile(json!({ "threshold_power_w": 240 })).await;
    assert_eq!(codes().await, ["recompute_due"], "what was said of the old profile is not said of the new");
}

#[tokio::test]
async fn an_entry_by_hand_is_created_where_it_says() {
    let world = World::new().await;
    let who = world.athlete("Europe/Berlin").await;
    let entry = json!({ "start_time": "2026-06-14T23:30:00Z", "sport": "run", "duration_s": 3600, "distance_m": 12_000,
        "avg_hr": 150, "rpe": 6 });
    let created = world.send(who, "POST", "/v1/activities", Some(entry.clone())).await;
    assert_eq!(created.status, 201, "{}", created.json());
    let location = created.headers["location"].to_str().unwrap().to_owned();
    let json = world.get(who, &location).await.json();
    assert_eq!(json, created.json());
    assert_eq!(
        (&json["name"], &json["source_format"], &json["local_date"]),
        (&json!("Run"), &json!("manual"), &json!("2026-06-15"))
    );
    assert_eq!((&json["pace_s_per_km"], &json["avg_hr_bpm"]), (&json!(300.0), &json!(150.0)));
    let load = json!({ "points": 70.0, "source": "rpe", "trimp": null, "session_rpe": 360.0, "reasons": [] });
    assert_eq!(json["analysis"]["load"], load);
    assert_eq!(json["analysis"]["efficiency"]["reasons"][0]["code"], "no_track");
    assert_eq!((&json["sources"], &json["device_differences"]), (&json!([]), &json!([])));
    for (field, value) in [
        ("start_time", json!("2100-01-01T00:00:00Z")),
        ("start_time", json!("1960-01-01T00:00:00Z")),
        ("duration_s", json!(-1)),
        ("distance_m", json!(-1)),
        ("distance_m", json!(1e12)),
        ("sport", json!("quidditch")),
    ] {
        let mut entry = entry.clone();
        entry[field] = value.clone();
        let refused = world.send(who, "POST", "/v1/activities", Some(entry)).await;
        assert_eq!(
            (refused.status.as_u16(), pointers(&refused)),
            (422, vec![format!("/{field}")]),
            "{field} {value}"
        );
    }
    assert_eq!(ids(&world.get(who, "/v1/activities").await).len(), 1, "nothing half-written");
}

#[tokio::test]
async fn every_answer_keeps_its_statement_budget() {
    // An importer that looks for work would be counted, too.
    let world = World::without_importer().await;
    let who = world.athlete("UTC").await;
    many(&world, who).await;
    let id = seed::activity(&world, who, Seed::default()).await;
    seed::stream(&world, who, id, 100).await;
    seed::effort(&world, who, id, 1000.0, 240.0).await;
    world.knows(who).await;
    for (path, budget) in [
        ("/v1/activities".to_owned(), 1),
        ("/v1/activities?page=1".to_owned(), 2),
        ("/v1/activities/summary".to_owned(), 1),
        ("/v1/activities/deleted".to_owned(), 1),
        (format!("/v1/activities/{id}"), 1),
        (format!("/v1/activities/{id}/splits"), 2),
        (format!("/v1/activities/{id}/streams"), 2),
        (format!("/v1/activities/{id}/streams?from_s=10&to_s=20"), 2),
        (format!("/v1/activities/{id}/best-efforts"), 1),
        ("/v1/athletes/me".to_owned(), 1),
        ("/v1/athletes/me/personal-bests".to_owned(), 1),
        ("/v1/analytics/efficiency-trends".to_owned(), 1),
        ("/v1/analytics/efficiency-trends?include_load_response=true".to_owned(), 2),
        ("/v1/training-load/current".to_owned(), 1),
        ("/v1/training-load/history?days=365".to_owned(), 1),
    ] {
        let before = world.db.statements().await.unwrap();
        assert_eq!(world.get(who, &path).await.status, 200, "{path}");
        let used = world.db.statements().await.unwrap().since(&before).named().without(WHO_ASKS);
        assert_eq!(used.total(), budget, "{path}: {used}");
    }
}

/// An edit that loses against somebody else is made again, and the athlete hears nothing of it.
#[tokio::test]
async fn an_edit_that_lost_a_race_is_made_again() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let id = seed::activity(&world, who, Seed::default()).await;
    let tx = world.db.db().write().await.unwrap();
    let lose_once = "create sequence tries; create function lose() returns trigger language plpgsql as $$ begin \
        if nextval('tries') = 1 then raise exception using errcode = '40001'; end if; return new; end $$; \
        create trigger lose before update on activity for each row execute function lose()";
    tx.batch_execute(lose_once).await.unwrap();
    tx.commit().await.unwrap();
    let path = format!("/v1/activities/{id}");
    let patched = world.send(who, "PATCH", &path, Some(json!({ "name": "Made again" }))).await.expect(200);
    assert_eq!((&patched["name"], world.app.db.stats().retried), (&json!("Made again"), 1));
}
