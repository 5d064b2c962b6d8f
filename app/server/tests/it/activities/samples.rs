//! What was recorded: streams, splits, best efforts, and the file itself. Never here: lists and edits.

use super::*;

#[tokio::test]
async fn streams_are_thinned_and_small() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let id = seed::activity(&world, who, Seed::default()).await;
    let empty = world.get(who, &format!("/v1/activities/{id}/streams")).await;
    assert_eq!((empty.status.as_u16(), &empty.json()["samples"]), (200, &json!(0)));
    seed::stream(&world, who, id, 16_547).await;
    let all = world.get(who, &format!("/v1/activities/{id}/streams")).await;
    assert!(all.bytes.len() <= 60_000, "{}", all.bytes.len());
    assert_eq!(all.json()["channels"].as_object().unwrap().len(), 9);
    let two = world
        .get(who, &format!("/v1/activities/{id}/streams?channels=altitude_m,power_w&points=50"))
        .await
        .json();
    assert_eq!((&two["points"], &two["samples"]), (&json!(50), &json!(16_547)));
    assert_eq!(two["channels"].as_object().unwrap().keys().collect::<Vec<_>>(), ["altitude_m", "power_w"]);
    let refused = world.get(who, &format!("/v1/activities/{id}/streams?channels=hr&points=5000")).await;
    assert_eq!(pointers(&refused), ["/points", "/channels"]);
}

#[tokio::test]
async fn an_activity_says_whether_its_samples_hold_positions() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let outdoors = seed::activity(&world, who, Seed::default()).await;
    seed::stream(&world, who, outdoors, 10).await;
    let indoors = seed::activity(&world, who, Seed::default()).await;
    let mut treadmill = Track::try_new(vec![0.0, 1.0]).unwrap();
    treadmill.set(Channel::DistanceM, vec![0.0, 3.0]).unwrap();
    seed::samples_of(&world, who, indoors, &treadmill).await;
    let by_hand = seed::activity(&world, who, Seed::default()).await;
    for (id, expected) in [(outdoors, [true, true]), (indoors, [true, false]), (by_hand, [false, false])] {
        let said =
            |json: &serde_json::Value| [&json["has_track"], &json["has_positions"]].map(|it| it == true);
        assert_eq!(said(&world.get(who, &format!("/v1/activities/{id}")).await.json()), expected);
        for list in ["", "?page=1", "?fields=id,has_track,has_positions"] {
            let json = world.get(who, &format!("/v1/activities{list}")).await.json();
            let items = json["items"].as_array().unwrap();
            assert_eq!(
                said(items.iter().find(|item| item["id"] == id.to_string()).unwrap()),
                expected,
                "{list}"
            );
        }
    }
}

#[tokio::test]
async fn a_window_of_streams_holds_every_sample_in_it() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let id = seed::activity(&world, who, Seed::default()).await;
    let ask = async |query: &str| world.get(who, &format!("/v1/activities/{id}/streams?{query}")).await;
    let none = ask("from_s=10&to_s=20").await.expect(200);
    assert_eq!((&none["samples"], &none["in_window"]), (&json!(0), &json!(0)), "without samples");
    seed::stream(&world, who, id, 16_547).await;
    let whole = ask("").await.expect(200);
    assert_eq!((&whole["in_window"], &whole["points"]), (&json!(16_547), &json!(1000)));
    let window = ask("from_s=600&to_s=899.5&channels=power_w").await.expect(200);
    assert_eq!((&window["in_window"], &window["points"]), (&json!(300), &json!(300)));
    let times = window["time_s"].as_array().unwrap();
    assert_eq!((&times[0], &times[299]), (&json!(600), &json!(899)));
    assert_eq!(window["channels"]["power_w"].as_array().unwrap().len(), 300);
    let open = ask("from_s=16540").await.expect(200);
    assert_eq!(open["time_s"], json!([16_540, 16_541, 16_542, 16_543, 16_544, 16_545, 16_546]));
    let thinned = ask("to_s=5000&points=50").await.expect(200);
    assert_eq!((&thinned["in_window"], &thinned["points"]), (&json!(5001), &json!(50)));
    for (query, found) in [
        ("from_s=900&to_s=600", vec!["/to_s"]),
        ("from_s=600&to_s=600", vec!["/to_s"]),
        ("from_s=-1&to_s=inf", vec!["/from_s", "/to_s"]),
        ("from_s=NaN&points=1", vec!["/points", "/from_s"]),
        ("from_s=soon", vec!["/from_s"]),
    ] {
        let refused = ask(query).await;
        assert_eq!(refused.problem(), (400, "invalid_query".to_owned()), "{query}");
        assert_eq!(pointers(&refused), found, "{query}");
    }
}

#[tokio::test]
async fn a_split_has_its_mean_power_where_power_was_recorded() {
    let world = World::without_importer().await;
    let who = world.athlete("UTC").await;
    let of = async |channel: Channel| {
        let id = seed::activity(&world, who, Seed { sport: "cycling", ..Seed::default() }).await;
        let mut track = Track::try_new((0..=400).map(f64::from).collect()).unwrap();
        track.set(channel, (0..=400).map(|i| if i <= 150 { 100.0 } else { 300.0 }).collect()).unwrap();
        seed::samples_of(&world, who, id, &track).await;
        // Of 300 seconds from the start.
        seed::split(&world, who, id, 1, 1000.0).await;
        format!("/v1/activities/{id}/splits")
    };
    let (with, without) = (of(Channel::PowerW).await, of(Channel::HeartRateBpm).await);
    world.knows(who).await;
    for (path, expected, statements) in [(&with, json!(199.7), 3), (&without, json!(null), 2)] {
        let before = world.db.statements().await.unwrap();
        let json = world.get(who, path).await.expect(200);
        let used = world.db.statements().await.unwrap().since(&before).named();
        // The splits, what was recorded, the samples.
        assert_eq!(used.total(), statements, "{path}: {used}");
        assert_eq!(json["splits"][0]["avg_power_w"], expected, "{json}");
    }
}

#[tokio::test]
async fn a_best_effort_says_whether_it_is_the_personal_best() {
    let world = World::new().await;
    let (who, other) = (world.athlete("UTC").await, world.athlete("UTC").await);
    let at = |start: &'static str| Seed { start, ..Seed::default() };
    let older = seed::activity(&world, who, at("2026-05-01T06:00:00Z")).await;
    let newer = seed::activity(&world, who, at("2026-05-02T06:00:00Z")).await;
    let fastest = seed::activity(&world, who, at("2026-05-03T06:00:00Z")).await;
    let ride = seed::activity(&world, who, Seed { sport: "cycling", ..Seed::default() }).await;
    let strange = seed::activity(&world, other, Seed::default()).await;
    for (who, id, of_5_km) in [
        (who, older, 1200.0),
        (who, newer, 1200.0),
        (who, fastest, 1100.0),
        (who, ride, 600.0),
        (other, strange, 900.0),
    ] {
        seed::effort(&world, who, id, 5000.0, of_5_km).await;
    }
    seed::effort(&world, who, older, 1000.0, 230.0).await;
    seed::effort(&world, who, fastest, 1000.0, 231.0).await;
    let marks = async |id: Uuid| -> Vec<bool> {
        let json = world.get(who, &format!("/v1/activities/{id}/best-efforts")).await.expect(200);
        let efforts = json["best_efforts"].as_array().unwrap();
        efforts.iter().map(|effort| effort["is_personal_best"].as_bool().unwrap()).collect()
    };
    assert_eq!((marks(older).await, marks(newer).await), (vec![true, false], vec![false]));
    assert_eq!((marks(fastest).await, marks(ride).await), (vec![false, true], vec![true]));
    assert_eq!(world.send(who, "DELETE", &format!("/v1/activities/{fastest}"), None).await.status, 204);
    assert_eq!(
        (marks(older).await, marks(newer).await),
        (vec![true, true], vec![false]),
        "the earlier of two"
    );
    let bests = world.get(who, "/v1/athletes/me/personal-bests?sport=run").await.json();
    for best in bests["personal_bests"].as_array().unwrap() {
        assert_eq!(best["activity_id"], older.to_string(), "both answers agree");
    }
    assert_eq!(world.send(who, "POST", &format!("/v1/activities/{fastest}/restore"), None).await.status, 200);
    assert_eq!((marks(older).await, marks(fastest).await), (vec![true, false], vec![false, true]));
}

#[tokio::test]
async fn the_original_bytes_come_back() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let id = seed::activity(&world, who, Seed::default()).await;
    let path = format!("/v1/activities/{id}/file");
    assert_eq!(world.get(who, &path).await.status, 404, "entered by hand");
    let content: Vec<u8> = (0..200_000u32).map(|i| (i / 7 % 251) as u8).collect();
    seed::source(&world, who, id, &content, "x/../\"run\".fit.gz").await;
    let second = seed::source(&world, who, id, b"second", "second.fit").await;
    let answer = world.get(who, &path).await;
    assert!(answer.status == 200 && answer.bytes == content);
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename=\"run.fit\"; filename*=UTF-8''run.fit"
    );
    assert_eq!(world.get(who, &format!("{path}?source={second}")).await.bytes, b"second");
    assert_eq!(world.get(who, &format!("{path}?source={}", "0".repeat(64))).await.status, 404);
    assert_eq!(pointers(&world.get(who, &format!("{path}?source=xyz")).await), ["/source"]);
}
