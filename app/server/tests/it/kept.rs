//! Answers that are kept: never older than what was written, never somebody else's, and gone with any change of what they
//! are made from (`complete`). Never here: what an answer says.

use http::Method;
use serde_json::json;
use uuid::Uuid;

use crate::seed::{self, Seed};
use crate::world::{Answer, Athlete, World};

mod behind;
mod complete;
mod replicas;
mod warming;

impl World {
    /// How often the reads of this name went to the database, and how often they did not.
    pub(super) fn reads(&self, name: &str) -> (u64, u64) {
        let stats = self.app.answers.stats();
        let of_name = stats.iter().find(|stats| stats.name == name).unwrap();
        let misses: u64 = of_name.misses.iter().map(|(_, count)| count).sum();
        (misses + of_name.bypassed, of_name.hits + of_name.negative_hits)
    }
}

fn status(answer: &Answer) -> &str {
    answer.headers.get("cache-status").map_or("", |value| value.to_str().unwrap())
}

const LIST: &str = "/v1/activities";

#[tokio::test]
async fn an_answer_is_kept_until_something_changes_and_costs_no_statement_meanwhile() {
    let world = World::new().await;
    let robin = world.athlete("Europe/Berlin").await;
    let id = seed::activity(&world, robin, Seed::default()).await;
    world.keeps_answers().await;
    let first = world.get(robin, LIST).await;
    assert_eq!(
        (first.expect(200)["items"].as_array().unwrap().len(), status(&first)),
        (1, "paceline-l1; fwd=miss; stored")
    );
    let before = world.db.statements().await.unwrap();
    let again = world.get(robin, LIST).await;
    assert_eq!((status(&again), &again.bytes), ("paceline-l1; hit", &first.bytes));
    assert_eq!(again.headers["cache-control"], "private, no-cache");
    let asked = world.db.statements().await.unwrap().since(&before).named();
    assert_eq!(asked.total(), 0, "{asked}");

    // 304 from what is kept; another answer has another tag.
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let conditional = async || {
        let request = world.request(Method::GET, LIST).bearer_auth(world.token(robin));
        crate::world::answer(request.header("if-none-match", &tag)).await
    };
    let unchanged = conditional().await;
    assert_eq!(
        (unchanged.status.as_u16(), unchanged.bytes.len(), status(&unchanged)),
        (304, 0, "paceline-l1; hit")
    );
    let path = format!("{LIST}/{id}");
    world.send(robin, "PATCH", &path, Some(json!({ "name": "Renamed" }))).await.expect(200);
    let changed = conditional().await;
    assert_eq!(changed.expect(200)["items"][0]["name"], "Renamed");
    assert_eq!(status(&changed), "paceline-l1; fwd=miss; stored");
    world.close().await;
}

#[tokio::test]
async fn whoever_writes_reads_it_in_the_next_answer() {
    let world = World::new().await;
    let robin = world.athlete("UTC").await;
    let id = seed::activity(&world, robin, Seed::default()).await;
    world.keeps_answers().await;
    let path = format!("{LIST}/{id}");
    for number in 0..20 {
        let name = format!("Run {number}");
        world.send(robin, "PATCH", &path, Some(json!({ "name": name }))).await.expect(200);
        assert_eq!(world.get(robin, &path).await.expect(200)["name"], *name);
        assert_eq!(world.get(robin, LIST).await.expect(200)["items"][0]["name"], *name);
    }
    let (read, kept) = world.reads("activity");
    assert!(read >= 20 && kept == 0, "each was another one: {read} read, {kept} kept");
    world.close().await;
}

/// Access tokens of the same key begin alike, far beyond what a careless key would take of them.
#[tokio::test]
async fn two_athletes_whose_tokens_begin_alike_share_no_answer() {
    let world = World::new().await;
    let [robin, kim] = [world.athlete("UTC").await, world.athlete("UTC").await];
    seed::activity(&world, robin, Seed::default()).await;
    world.keeps_answers().await;
    let [of_robin, of_kim] = [robin, kim].map(|who| world.token(who));
    assert_eq!(of_robin[..40], of_kim[..40]);
    for path in [LIST, "/v1/athletes/me", "/v1/activities/summary", "/v1/athletes/me/personal-bests"] {
        for who in [robin, kim, robin, kim] {
            world.get(who, path).await.expect(200);
        }
    }
    let items = |answer: Answer| answer.expect(200)["items"].as_array().unwrap().len();
    assert_eq!((items(world.get(robin, LIST).await), items(world.get(kim, LIST).await)), (1, 0));
    let id = |answer: Answer| answer.expect(200)["id"].as_str().unwrap().parse::<Uuid>().unwrap();
    assert_eq!(id(world.get(robin, "/v1/athletes/me").await), robin.id);
    assert_eq!(id(world.get(kim, "/v1/athletes/me").await), kim.id);
    world.close().await;
}

/// A token in an address is a mistake of the client's, and is to be kept nowhere.
#[tokio::test]
async fn what_no_route_takes_is_no_part_of_what_an_answer_is_kept_by() {
    let world = World::new().await;
    let robin = world.athlete("UTC").await;
    let id = seed::activity(&world, robin, Seed::default()).await;
    world.keeps_answers().await;
    let token = world.token(robin);
    for path in ["/v1/athletes/me", "/v1/training-load/current", &format!("{LIST}/{id}")] {
        world.get(robin, path).await.expect(200);
        let answer = world.get(robin, &format!("{path}?access_token={token}")).await;
        assert_eq!((answer.status.as_u16(), status(&answer)), (200, "paceline-l1; hit"), "{path}");
    }
    for path in
        [LIST, "/v1/activities/summary", "/v1/analytics/efficiency-trends", "/v1/training-load/history"]
    {
        assert_eq!(
            world.get(robin, &format!("{path}?access_token={token}")).await.problem().0,
            400,
            "{path}"
        );
    }
    assert_eq!(world.get(robin, &format!("/v1/athletes/me/personal-bests?t={token}")).await.problem().0, 400);
    world.close().await;
}

#[tokio::test]
async fn a_session_that_has_ended_is_let_in_no_more() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    world.keeps_answers().await;
    kim.get(LIST).await.expect(200);
    let (read, kept) = world.reads("sessions");
    kim.get(LIST).await.expect(200);
    assert_eq!(world.reads("sessions"), (read, kept + 1), "who it is was known");
    // Whoever changes something is looked up.
    kim.patch("/v1/athletes/me", json!({ "display_name": "Kim" })).await.expect(200);
    assert_eq!(world.reads("sessions"), (read + 1, kept + 1));
    assert_eq!(kim.get("/v1/auth/me").await.expect(200)["display_name"], "Kim");
    kim.post("/v1/auth/logout", json!({})).await.expect(204);
    assert_eq!(kim.get(LIST).await.problem().0, 401);
    assert_eq!(kim.get(LIST).await.problem().0, 401, "nor when that is known");
    world.close().await;
}

#[tokio::test]
async fn a_session_whose_time_is_over_is_let_in_no_more_though_nothing_has_changed() {
    let world = World::new().await;
    let robin = world.athlete("UTC").await;
    let tx = world.db.db().write().await.unwrap();
    let end = "update login_session set expires_at = '2026-06-15T12:01:00Z' where athlete_id = $1";
    tx.execute(end, &[&robin.id]).await.unwrap();
    tx.commit().await.unwrap();
    world.keeps_answers().await;
    world.get(robin, LIST).await.expect(200);
    world.advance(61);
    assert_eq!(world.get(robin, LIST).await.problem().0, 401);
    world.close().await;
}

#[tokio::test]
async fn an_answer_of_yesterday_or_of_another_zone_is_not_todays() {
    let world = World::new().await;
    let robin = world.athlete("UTC").await;
    seed::activity(&world, robin, Seed { start: "2026-06-15T08:00:00Z", ..Seed::default() }).await;
    world.keeps_answers().await;
    let today = async |who: Athlete| {
        let answer = world.get(who, "/v1/activities/summary?days=1").await.expect(200);
        answer["combined"]["total_activities"].as_u64().unwrap()
    };
    assert_eq!((today(robin).await, today(robin).await), (1, 1));
    world
        .send(robin, "PATCH", "/v1/athletes/me", Some(json!({ "timezone": "Pacific/Kiritimati" })))
        .await
        .expect(200);
    assert_eq!(today(robin).await, 0, "there it is the 16th already");
    world.send(robin, "PATCH", "/v1/athletes/me", Some(json!({ "timezone": "UTC" }))).await.expect(200);
    assert_eq!(today(robin).await, 1);
    world.advance(12 * 3_600);
    assert_eq!(today(robin).await, 0);
    world.close().await;
}
