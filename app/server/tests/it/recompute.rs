//! The jobs that compute again: what kills its processes, what two jobs find, and what the database refuses. Never here:
//! what is computed.

use mainstay_jobs::{Named, Treatment, enqueue_named};
use mainstay_testing::until;
use paceline_domain::analysis::summary::ALGORITHM_VERSION;
use serde_json::json;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::batches::gpx;
use crate::world::{Client, World};

const DUE: &str = "select count(*) from activity_analysis where algorithm_version = 0";
const ENDED: &str = "select count(*) from mainstay.job_outcome join mainstay.job using (id) \
    where job.kind <> 'import.file' and state = 'succeeded'";

async fn change(world: &World, sql: &str, params: &[&(dyn ToSql + Sync)]) {
    let tx = world.db.db().write().await.unwrap();
    tx.execute(sql, params).await.unwrap();
    tx.commit().await.unwrap();
}

async fn number(world: &World, sql: &str) -> i64 {
    world.db.db().read().query_one(sql, &[]).await.unwrap().get(0)
}

/// Somebody with two activities whose profile has changed since: their ids, and the job waits.
async fn outdated(world: &World) -> (Client, [Uuid; 2]) {
    world.start_importers();
    let client = world.register("kim@example.org").await;
    client.upload_all(&[("1.gpx", &gpx(1)), ("2.gpx", &gpx(2))]).await;
    client.patch("/v1/athletes/me", json!({ "max_hr_bpm": 188 })).await.expect(200);
    assert_eq!(number(world, DUE).await, 2);
    let sql = "select id from activity where athlete_id = $1 order by id";
    let rows = world.db.db().read().query(sql, &[&client.id]).await.unwrap();
    (client, [rows[0].get(0), rows[1].get(0)])
}

/// As if so many processes had died with the job, this activity under way since so many deaths.
async fn died(world: &World, deaths: i16, id: Uuid, since: u16) {
    let note = json!({ "id": id, "crashes": since });
    let sql = "insert into mainstay.job_checkpoint (id, data) select id, $1 from mainstay.job_ready";
    change(world, sql, &[&note]).await;
    change(world, "update mainstay.job_ready set crashes = $1, attempts = $1", &[&deaths]).await;
}

async fn result(world: &World) -> String {
    let sql = "select result::text from mainstay.job_outcome join mainstay.job using (id) where job.kind <> 'import.file'";
    world.db.db().read().query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn an_activity_that_took_two_processes_with_it_is_given_up_and_the_others_are_computed() {
    let world = World::without_importer().await;
    let (_, [first, _]) = outdated(&world).await;
    died(&world, 2, first, 0).await;
    world.start_jobs();
    until("the job has ended", async || number(&world, ENDED).await == 1).await;
    assert_eq!(result(&world).await, r#"{"failed": 1, "computed": 1}"#);
    let sql = "select activity_id from activity_analysis where algorithm_version = 0 and failed_version > 0";
    let given_up: Uuid = world.db.db().read().query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(given_up, first);
    world.close().await;
}

#[tokio::test]
async fn a_death_of_which_an_activity_may_be_innocent_gives_nothing_up() {
    let world = World::without_importer().await;
    let (_, [first, _]) = outdated(&world).await;
    died(&world, 2, first, 1).await;
    world.start_jobs();
    until("the job has ended", async || number(&world, ENDED).await == 1).await;
    assert_eq!(result(&world).await, r#"{"failed": 0, "computed": 2}"#);
    world.close().await;
}

#[tokio::test]
async fn two_jobs_that_have_found_the_same_activity_compute_it_once() {
    let world = World::without_importer().await;
    let (client, _) = outdated(&world).await;
    let treatment = Treatment {
        queue: "recompute".to_owned(),
        kind: "recompute.outdated".to_owned(),
        priority: 2,
        attempts_most: 3,
        timeout_ms: None,
    };
    let other = Named::new(treatment, &json!({ "version": ALGORITHM_VERSION })).unwrap();
    let tx = world.app.db.write().await.unwrap();
    enqueue_named(&tx, &[other]).await.unwrap();
    tx.commit().await.unwrap();
    let held = world.db.db().write().await.unwrap();
    held.execute("select from athlete where id = $1 for update", &[&client.id]).await.unwrap();
    world.start_jobs();
    let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    until("both wait for the athlete", async || number(&world, waiting).await == 2).await;
    held.commit().await.unwrap();
    until("both have ended", async || number(&world, ENDED).await == 2).await;
    let computed = "select sum((result->>'computed')::bigint)::bigint from mainstay.job_outcome";
    assert_eq!(number(&world, computed).await, 2);
    assert_eq!(number(&world, DUE).await, 0);
    world.close().await;
}

/// The database refuses this activity, and nobody knows why.
async fn refuse(world: &World, id: Uuid) {
    let refuse = format!(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$; \
         create trigger refuse before update on activity for each row when (new.id = '{id}') execute function refuse()"
    );
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(&refuse).await.unwrap();
    tx.commit().await.unwrap();
}

/// Until this job has but its last attempt.
const LAST: &str = "update mainstay.job_ready set attempts = attempts_most - 1, run_at = now()";

#[tokio::test]
async fn what_is_refused_as_often_as_a_job_may_try_is_given_up_for_this_version_and_said_once() {
    let world = World::without_importer().await;
    let (_, [first, _]) = outdated(&world).await;
    refuse(&world, first).await;
    world.start_jobs();
    let waits = "select count(*) from mainstay.job_attempt where cause = 'error' and detail like '%database refused 1%'";
    until("the attempt has failed", async || number(&world, waits).await == 1).await;
    let said =
        || world.log.lines().iter().filter(|line| line.event() == Some("recompute.activity.failed")).count();
    assert_eq!(said(), 0, "it may go well the next time");
    change(&world, LAST, &[]).await;
    until("the job has ended", async || number(&world, ENDED).await == 1).await;
    assert_eq!(result(&world).await, r#"{"failed": 1, "computed": 0}"#);
    assert_eq!(said(), 1);
    assert_eq!(number(&world, "select count(*) from mainstay.job_dead").await, 0);
    let sql = "select activity_id from activity_analysis where algorithm_version = 0 and failed_version = $1";
    let row = world.db.db().read().query_one(sql, &[&ALGORITHM_VERSION]).await.unwrap();
    assert_eq!(row.get::<_, Uuid>(0), first);
    world.close().await;
}

#[tokio::test]
async fn what_meets_a_state_of_the_server_is_never_given_up() {
    let world = World::without_importer().await;
    let (_, [first, _]) = outdated(&world).await;
    let busy = format!(
        "create function refuse() returns trigger language plpgsql as \
         $$ begin raise exception 'busy' using errcode = 'lock_not_available'; end $$; \
         create trigger refuse before update on activity for each row when (new.id = '{first}') execute function refuse()"
    );
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(&busy).await.unwrap();
    tx.commit().await.unwrap();
    change(&world, LAST, &[]).await;
    world.start_jobs();
    until("it is a dead letter", async || {
        number(&world, "select count(*) from mainstay.job_dead").await == 1
    })
    .await;
    assert_eq!(number(&world, "select count(*) from activity_analysis where failed_version > 0").await, 0);
    assert_eq!(number(&world, DUE).await, 1, "the other one is computed");
    world.close().await;
}

#[tokio::test]
async fn what_the_database_refuses_for_reasons_of_its_own_is_tried_again() {
    let world = World::without_importer().await;
    let (_, [first, _]) = outdated(&world).await;
    refuse(&world, first).await;
    world.start_jobs();
    let waits = "select count(*) from mainstay.job_attempt where cause = 'error' and detail like '%database refused 1%'";
    until("the attempt has failed", async || number(&world, waits).await == 1).await;
    assert_eq!(number(&world, DUE).await, 1, "the other one is computed");
    change(&world, "drop trigger refuse on activity", &[]).await;
    change(&world, "update mainstay.job_ready set run_at = now()", &[]).await;
    until("the job has ended", async || number(&world, ENDED).await == 1).await;
    assert_eq!(number(&world, DUE).await, 0);
    world.close().await;
}
