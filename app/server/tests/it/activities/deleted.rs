//! What was deleted: listed while it can come back, and brought back. Never here: purging.

use super::*;

#[tokio::test]
async fn deleted_activities_come_back_for_thirty_days() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let parent = seed::activity(&world, who, Seed { sport: "multisport", ..Seed::default() }).await;
    let leg = seed::activity(&world, who, Seed { parent: Some((parent, 0)), ..Seed::default() }).await;
    let gone = seed::activity(&world, who, Seed { parent: Some((parent, 1)), ..Seed::default() }).await;
    let call = async |method: &str, id: Uuid, what: &str| {
        world.send(who, method, &format!("/v1/activities/{id}{what}"), None).await.status.as_u16()
    };
    assert_eq!(call("DELETE", gone, "").await, 204);
    world.effects.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(call("DELETE", parent, "").await, 204);
    assert_eq!(call("DELETE", parent, "").await, 404, "it is gone already");
    assert_eq!(call("GET", leg, "").await, 404);
    assert_eq!(call("POST", leg, "/restore").await, 404, "a leg alone needs its parent");
    assert_eq!(call("POST", parent, "/restore").await, 200);
    assert_eq!(call("POST", parent, "/restore").await, 404, "it is there already");
    assert_eq!(call("GET", leg, "").await, 200);
    assert_eq!(call("GET", gone, "").await, 404, "what was deleted before stays deleted");
    assert_eq!(call("POST", gone, "/restore").await, 200);
    assert_eq!(call("DELETE", parent, "").await, 204);
    world.effects.clock.advance(std::time::Duration::from_secs(30 * 86_400));
    assert_eq!(call("POST", parent, "/restore").await, 404, "thirty days are over");
}

/// Everything on the pages of what was deleted, the last first.
async fn deleted(world: &World, who: Athlete) -> Vec<String> {
    let (mut walked, mut path) = (Vec::new(), "/v1/activities/deleted?limit=2".to_owned());
    loop {
        let answer = world.get(who, &path).await;
        walked.extend(ids(&answer));
        match answer.json()["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/activities/deleted?limit=2&cursor={cursor}"),
            None => return walked,
        }
    }
}

#[tokio::test]
async fn what_was_deleted_is_listed_while_it_can_come_back() {
    let world = World::new().await;
    let who = world.athlete("Europe/Berlin").await;
    let other = world.athlete("UTC").await;
    let all = many(&world, who).await;
    assert_eq!(deleted(&world, who).await, [""; 0]);
    let mut expected = Vec::new();
    for id in &all {
        assert_eq!(world.send(who, "DELETE", &format!("/v1/activities/{id}"), None).await.status, 204);
        // Two of them in one instant: the id decides.
        if expected.len() != 1 {
            world.effects.clock.advance(std::time::Duration::from_secs(60));
        }
        expected.insert(0, id.clone());
    }
    expected[2..4].sort();
    expected[2..4].reverse();
    assert_eq!(deleted(&world, who).await, expected, "the last first, without gap or repeat");
    assert_eq!(deleted(&world, other).await, [""; 0], "another athlete's are not there");

    let first = world.get(who, "/v1/activities/deleted?limit=1").await.json()["items"][0].clone();
    let instant = |name: &str| first[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let until = instant("deleted_at") + jiff::SignedDuration::from_hours(30 * 24);
    assert_eq!(instant("restorable_until"), until);
    assert_eq!((&first["local_date"], &first["sport"]), (&json!("2026-06-01"), &json!("run")));

    let restored = expected.remove(0);
    assert_eq!(
        world.send(who, "POST", &format!("/v1/activities/{restored}/restore"), None).await.status,
        200
    );
    assert_eq!(deleted(&world, who).await, expected, "what came back is not listed");
    let to_the_end = until.duration_since(world.effects.clock.now()).unsigned_abs();
    world.effects.clock.advance(to_the_end - std::time::Duration::from_secs(60) * 2);
    assert_eq!(deleted(&world, who).await.len(), 1, "one is left, a minute before it goes");
    world.effects.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(deleted(&world, who).await, [""; 0], "thirty days are over");
    for query in ["page=1", "cursor=x", "limit=0"] {
        let refused = world.get(who, &format!("/v1/activities/deleted?{query}")).await;
        assert_eq!(refused.status, 400, "{query}");
    }
}

#[tokio::test]
async fn a_deleted_leg_is_listed_when_it_can_come_back_alone() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    let parent = seed::activity(&world, who, Seed { sport: "multisport", ..Seed::default() }).await;
    seed::activity(&world, who, Seed { parent: Some((parent, 0)), ..Seed::default() }).await;
    let leg = seed::activity(&world, who, Seed { parent: Some((parent, 1)), ..Seed::default() }).await;
    let send = async |method: &str, path: String| world.send(who, method, &path, None).await.status.as_u16();
    assert_eq!(send("DELETE", format!("/v1/activities/{leg}")).await, 204);
    assert_eq!(deleted(&world, who).await, [leg.to_string()]);
    world.effects.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(send("DELETE", format!("/v1/activities/{parent}")).await, 204);
    assert_eq!(deleted(&world, who).await, [parent.to_string()], "a leg comes back with or after its event");
    assert_eq!(send("POST", format!("/v1/activities/{parent}/restore")).await, 200);
    assert_eq!(deleted(&world, who).await, [leg.to_string()]);
    assert_eq!(send("POST", format!("/v1/activities/{leg}/restore")).await, 200);
    assert_eq!(deleted(&world, who).await, [""; 0]);
}
