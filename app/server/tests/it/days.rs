//! Days of jobs and events that are missing: whoever needs one makes it. Never here: months of samples (`months`), how a day is
//! made (`mainstay_db`).

use mainstay_testing::{TestDb, until};
use paceline::config::Config;
use paceline::schema;
use serde_json::json;

use crate::batches::gpx;
use crate::file_jobs::{change, line, number};
use crate::world::{World, sets};

/// Ids tell the machine's time, and the world's clock stands elsewhere.
async fn with_days_on_demand() -> World {
    let far = |config: &mut Config| {
        config.database.partitions.on_demand_ahead_days = 3_650;
        config.database.partitions.on_demand_back_days = 3_650;
    };
    World::on(TestDb::migrated(&sets(&schema::migrations())).await.unwrap(), far).await
}

/// Takes the days of a table of the platform.
fn no_days(table: &str) -> String {
    format!(
        "do $$ declare day record; begin \
            for day in select inhrelid::regclass as name from pg_inherits where inhparent = 'mainstay.{table}'::regclass loop \
                execute format('drop table %s', day.name); \
            end loop; end $$"
    )
}

#[tokio::test]
async fn a_day_that_the_platform_lacks_is_made_and_costs_no_attempt() {
    let world = with_days_on_demand().await;
    let kim = world.register("kim@example.org").await;
    change(&world, &no_days("job"), &[]).await;
    let sent = kim.send_files(&[("1.gpx", &gpx(1)), ("2.gpx", &gpx(2))]).await.expect(202);
    for table in ["event", "job_outcome"] {
        change(&world, &no_days(table), &[]).await;
    }
    world.start_importers();
    let report = kim.finished(&sent).await;
    assert_eq!(report["progress"]["imported"], 2, "{report}");
    assert_eq!(number(&world, "select max(attempts)::bigint from mainstay.job_outcome").await, 1);
    world.close().await;
}

#[tokio::test]
async fn a_day_that_the_platform_lacks_and_cannot_have_is_no_fault_of_a_file() {
    const ALL_DAYS: &str = "create table mainstay.event_all partition of mainstay.event \
        for values from ('00000000-0000-0000-0000-000000000000') to ('ffffffff-ffff-ffff-ffff-ffffffffffff')";
    let world = World::without_importer().await;
    world.log.expect("db.partition.blocked");
    let kim = world.register("kim@example.org").await;
    let sent = kim.send_files(&[("1.gpx", &gpx(1))]).await.expect(202);
    change(&world, &no_days("event"), &[]).await;
    world.start_importers();
    let waits = "select count(*) from mainstay.job_ready where run_at > now() + interval '30 seconds'";
    until("it waits", async || number(&world, waits).await == 1).await;
    assert_eq!(line(&kim, &sent).await["outcome"], "pending");
    change(&world, ALL_DAYS, &[]).await;
    change(&world, "update mainstay.job_ready set run_at = now()", &[]).await;
    let report = kim.finished(&sent).await;
    assert_eq!(report["progress"]["imported"], 1, "{report}");
    assert_eq!(number(&world, "select max(attempts)::bigint from mainstay.job_outcome").await, 1);
    world.close().await;
}

#[tokio::test]
async fn a_changed_profile_makes_the_days_that_it_lacks() {
    let world = with_days_on_demand().await;
    let kim = world.register("kim@example.org").await;
    for table in ["job", "event"] {
        change(&world, &no_days(table), &[]).await;
    }
    kim.patch("/v1/athletes/me", json!({ "max_hr_bpm": 188 })).await.expect(200);
    assert_eq!(number(&world, "select count(*) from mainstay.job where kind = 'recompute.athlete'").await, 1);
    assert_eq!(number(&world, "select count(*) from mainstay.event where type = 'athlete.updated'").await, 1);
    world.close().await;
}

#[tokio::test]
async fn a_new_account_makes_the_day_that_it_lacks() {
    let world = with_days_on_demand().await;
    change(&world, &no_days("event"), &[]).await;
    world.register("kim@example.org").await;
    assert_eq!(number(&world, "select count(*) from mainstay.event where type = 'athlete.created'").await, 1);
    world.close().await;
}

#[tokio::test]
async fn a_deletion_makes_the_day_that_it_lacks() {
    let world = with_days_on_demand().await;
    world.start_importers();
    let kim = world.register("kim@example.org").await;
    kim.upload("1.gpx", &gpx(1)).await;
    let id = kim.activities().await[0]["id"].as_str().unwrap().to_owned();
    change(&world, &no_days("event"), &[]).await;
    kim.delete(&format!("/v1/activities/{id}")).await.expect(204);
    assert_eq!(
        number(&world, "select count(*) from mainstay.event where type = 'activity.deleted'").await,
        1
    );
    world.close().await;
}

#[tokio::test]
async fn a_job_that_is_cancelled_and_one_that_is_done_again_make_the_days_that_they_lack() {
    let world = with_days_on_demand().await;
    let kim = world.register("kim@example.org").await;
    kim.patch("/v1/athletes/me", json!({ "max_hr_bpm": 188 })).await.expect(200);
    let jobs = kim.get("/v1/jobs").await.expect(200);
    let job = jobs["jobs"][0]["id"].as_str().unwrap();
    change(&world, &no_days("job_outcome"), &[]).await;
    kim.post(&format!("/v1/jobs/{job}/cancel"), json!({})).await.expect(200);
    // As a dead letter whose day has left: it is done again under a new id, of today.
    let dead = "insert into mainstay.job_dead (id, queue, kind, priority, payload, owner, attempts, crashes, attempts_most, reason, error, created_at) \
        select '01890a5d-ac96-774b-bcce-b302099a8057', queue, kind, priority, payload, owner, 3, 0, attempts_most, 'attempts', 'x', now() from mainstay.job";
    change(&world, dead, &[]).await;
    change(&world, &no_days("job"), &[]).await;
    let admin = world.admin().await;
    let ids = json!({ "ids": ["01890a5d-ac96-774b-bcce-b302099a8057"] });
    world.send(admin, "POST", "/v1/jobs/dead/replay", Some(ids)).await.expect(200);
    assert_eq!(number(&world, "select count(*) from mainstay.job").await, 1);
    world.close().await;
}
