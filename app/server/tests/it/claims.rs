//! Pending files and who works on them: leases, attempts, and importers that die or are overtaken.

use http::Method;
use mainstay_testing::until;
use paceline::features::uploads::worker;
use serde_json::Value;
use tokio_postgres::types::ToSql;

use crate::batches::gpx;
use crate::world::{Client, World, answer};

async fn change(world: &World, sql: &str, params: &[&(dyn ToSql + Sync)]) {
    let tx = world.db.db().write().await.unwrap();
    tx.execute(sql, params).await.unwrap();
    tx.commit().await.unwrap();
}

async fn number(world: &World, sql: &str) -> i64 {
    world.db.db().read().query_one(sql, &[]).await.unwrap().get(0)
}

/// Two pending files, the first of them claimed so many times by an importer that has died since.
async fn with_a_dead_claim(world: &World, client: &Client, attempts: i16) -> Value {
    let days = [gpx(1), gpx(2)];
    let sent = client.send_files(&[("1.gpx", &days[0]), ("2.gpx", &days[1])]).await.expect(202);
    let until = world.effects.clock.now() + world.app.config.import.lease;
    let sql = "update upload_file set attempts = $1, leased_until = $2 where position = 1";
    change(world, sql, &[&attempts, &until]).await;
    sent
}

async fn progress(client: &Client, upload: &Value, what: &str) -> i64 {
    let path = format!("/v1/uploads/{}", upload["id"].as_str().unwrap());
    client.get(&path).await.expect(200)["progress"][what].as_i64().unwrap()
}

#[tokio::test]
async fn a_claimed_file_is_left_alone_until_its_lease_has_passed() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let sent = with_a_dead_claim(&world, &client, 1).await;
    world.start_importers();
    until("the free file is done", async || progress(&client, &sent, "imported").await == 1).await;
    world.advance(29);
    // Whoever looks now finds nothing: this upload is taken up after the claimed file, and done before it.
    let other = client.upload("3.gpx", &gpx(3)).await;
    assert_eq!(other["outcome"], "imported");
    assert_eq!(progress(&client, &sent, "pending").await, 1);
    until("the lease has passed", async || {
        world.advance(1);
        progress(&client, &sent, "imported").await == 2
    })
    .await;
    assert_eq!(number(&world, "select attempts::bigint from upload_file where file_name = '1.gpx'").await, 2);
    world.close().await;
}

#[tokio::test]
async fn a_file_on_which_the_importer_died_too_often_is_refused() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let sent = with_a_dead_claim(&world, &client, 3).await;
    world.advance(30);
    world.start_importers();
    let report = client.finished(&sent).await;
    let lines = report["files"]["items"].as_array().unwrap();
    assert_eq!((&lines[0]["reason"], &lines[1]["outcome"]), (&"importer_failed".into(), &"imported".into()));
    let why = lines[0]["message"].as_str().unwrap();
    assert!(why.contains("stopped in the middle of it 3 times"), "{why}");
    assert_eq!(client.activities().await.len(), 1);
    world.close().await;
}

#[tokio::test]
async fn who_knows_that_nobody_works_takes_up_every_claim_at_once() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let sent = with_a_dead_claim(&world, &client, 1).await;
    worker::end_all_claims(&world.app).await.unwrap();
    world.start_importers();
    assert_eq!(client.finished(&sent).await["progress"]["imported"], 2, "and the clock did not move");
    world.close().await;
}

#[tokio::test]
async fn an_importer_that_was_overtaken_writes_nothing() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    // Whoever writes an activity waits for this lock.
    let door = "create function wait_at_the_door() returns trigger language plpgsql as \
        $$ begin perform pg_advisory_xact_lock(1); return new; end $$; \
        create trigger door before insert on activity for each row execute function wait_at_the_door()";
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(door).await.unwrap();
    tx.commit().await.unwrap();
    let held = world.db.db().write().await.unwrap();
    held.execute("select pg_advisory_xact_lock(1)", &[]).await.unwrap();
    let sent = client.send_files(&[("1.gpx", &gpx(1))]).await.expect(202);
    world.start_importers();
    let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted \
        and database = (select oid from pg_database where datname = current_database())";
    until("the first importer waits at the door", async || number(&world, waiting).await == 1).await;
    // As if its lease had passed and another importer were at work by now.
    change(&world, "update upload_file set attempts = attempts + 1", &[]).await;
    held.commit().await.unwrap();
    until("it leaves without a trace", async || number(&world, waiting).await == 0).await;
    let idle = "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null \
        and pid <> pg_backend_pid()";
    until("nobody writes", async || number(&world, idle).await == 0).await;
    assert_eq!(number(&world, "select count(*) from activity").await, 0);
    assert_eq!(number(&world, "select count(*) from original").await, 0);
    assert_eq!(progress(&client, &sent, "pending").await, 1, "the line belongs to the other one");
    until("that one dies too", async || {
        world.advance(1);
        progress(&client, &sent, "imported").await == 1
    })
    .await;
    assert_eq!(number(&world, "select count(*) from activity").await, 1);
    world.close().await;
}

#[tokio::test]
async fn a_file_costs_few_statements() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let sent = client.send_files(&[("1.gpx", &gpx(1))]).await.expect(202);
    // In a month that is there.
    let month =
        "create table month partition of activity_stream for values from ('2024-05-01Z') to ('2024-06-01Z')";
    change(&world, month, &[]).await;
    let before = world.db.statements().await.unwrap();
    world.start_importers();
    until("the file is done", async || {
        number(&world, "select count(*) from upload_file where outcome = 'imported'").await == 1
    })
    .await;
    let used = world.db.statements().await.unwrap().since(&before).named();
    let counted = |part: &str| used.containing(part);
    assert_eq!(counted("with /* uploads.decide_pending_file */ decided as"), 1, "{used}");
    assert_eq!(counted("for no key update"), 1, "{used}");
    assert_eq!(counted("insert /* uploads."), 6, "{used}");
    assert_eq!(counted("timezone, sex"), 2, "before the analysis, and under the lock: {used}");
    assert_eq!(counted("from activity_source"), 2, "{used}");
    assert_eq!(progress(&client, &sent, "imported").await, 1);
    world.close().await;
}

/// The files that this process has open.
fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[tokio::test]
async fn an_upload_of_thousands_of_parts_needs_one_open_file() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let parts = 3_000;
    let body: String = (0..parts)
        .map(|number| {
            format!(
                "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{number}.fit\"\r\n\r\n{number}\r\n"
            )
        })
        .collect();
    let request = client
        .request(Method::POST, "/v1/uploads")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(format!("{body}--b--\r\n"));
    let before = open_files();
    let mut sending = std::pin::pin!(answer(request));
    let mut most = before;
    let sent = loop {
        tokio::select! {
            sent = &mut sending => break sent,
            () = tokio::task::yield_now() => most = most.max(open_files()),
        }
    };
    let report = sent.expect(202);
    assert_eq!(report["progress"]["pending"], parts, "{report}");
    assert!(most < before + 50, "{most} open files, {before} before");
    let sql =
        "select count(*) from upload_file where file_name = (position - 1) || '.fit' and size_bytes > 0";
    assert_eq!(number(&world, sql).await, parts, "each part is its own");
    world.close().await;
}
