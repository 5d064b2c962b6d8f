//! Sessions while the only replica is far behind: what ends a session, opens one or takes a role away holds at once, on
//! the primary's word, although other reads are still answered by the replica.

use http::Method;
use mainstay_testing::{TestDb, replica_set, until};
use serde_json::{Value, json};

use crate::world::{Answer, PASSWORD, World};

/// Read each time, from a replica if one may answer.
const UNKEPT: &str = "/v1/activities?page=1";
const NEW_PASSWORD: &str = "anotherpassword456";

async fn login(world: &World, password: &str) -> Answer {
    let body = json!({ "email": "kim@example.org", "password": password });
    world.anonymous(Method::POST, "/v1/auth/login", Some(body)).await
}

async fn give_role(world: &World, role: &str) {
    let tx = world.db.db().write().await.unwrap();
    tx.execute("update athlete set role = $1", &[&role]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_a_replica_does_not_know_yet_holds_for_sessions_at_once() {
    let set = replica_set(1).await.unwrap();
    let world = World::on(TestDb::given(&set.target(0)).await.unwrap(), |config| {
        config.database.read_replicas = set.address(1);
        config.database.replicas.poll_interval_ms = 10;
        // The replica stays good enough for everything else.
        config.database.replicas.max_staleness_ms = 600_000;
        config.database.replicas.statement_timeout_ms = 60_000;
    })
    .await;
    let served = || world.app.db.replicas().unwrap().status().replicas[0].served;
    let kim = world.register("kim@example.org").await;
    give_role(&world, "admin").await;
    set.wait_until_caught_up(1).await.unwrap();
    until("the replica answers reads", async || {
        kim.get(UNKEPT).await.expect(200);
        served() > 0
    })
    .await;
    let admin_only = "/v1/scaling/replication/status";
    kim.get(admin_only).await.expect(200);

    // Whose session it is was read from the primary, and counts as seen.
    world.keeps_answers().await;
    kim.get(UNKEPT).await.expect(200);
    set.wait_until_caught_up(1).await.unwrap();
    set.pause(1).await.unwrap();
    let before = served();
    kim.get(UNKEPT).await.expect(200);
    assert!(served() > before, "the paused replica still answers what may be old");
    // No client here says what it has seen.
    let second = world.client(&login(&world, PASSWORD).await.expect(200));
    second.get(UNKEPT).await.expect(200);
    give_role(&world, "athlete").await;
    assert_eq!(kim.get(admin_only).await.problem(), (403, "admin_only".to_owned()));

    let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    second.post("/v1/auth/change-password", change).await.expect(204);
    assert_eq!(kim.get("/v1/activities").await.status, 401, "a new password ends the other sessions");
    assert_eq!(login(&world, PASSWORD).await.status, 401, "the old password is worth nothing");
    let third = world.client(&login(&world, NEW_PASSWORD).await.expect(200));
    third.get("/v1/activities").await.expect(200);
    let ended: Value = third.post("/v1/auth/logout-all", json!({})).await.expect(200);
    assert_eq!(ended["sessions_ended"], 2);
    for ended in [&second, &third] {
        assert_eq!(ended.get("/v1/activities").await.status, 401);
    }
    world.register("robin@example.org").await.get("/v1/activities").await.expect(200);
    set.resume(1).await.unwrap();
    world.close().await;
    set.close().await.unwrap();
}
