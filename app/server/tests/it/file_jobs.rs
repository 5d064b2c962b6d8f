//! The jobs of files: what becomes of a file whose job dies, is lost, cancelled or gone, and whose turn it is.

use std::time::Duration;

use http::Method;
use mainstay_db::Tx;
use mainstay_jobs::{Operator, Retried};
use mainstay_testing::{TestDb, until};
use paceline::features::uploads::{purge, strays};
use paceline::schema;
use serde_json::{Value, json};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::batches::gpx;
use crate::world::{Client, World, answer, sets};

pub(crate) async fn change(world: &World, sql: &str, params: &[&(dyn ToSql + Sync)]) {
    let tx = world.db.db().write().await.unwrap();
    tx.execute(sql, params).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn number(world: &World, sql: &str) -> i64 {
    world.db.db().read().query_one(sql, &[]).await.unwrap().get(0)
}

async fn progress(client: &Client, upload: &Value, what: &str) -> i64 {
    client.get(&path(upload)).await.expect(200)["progress"][what].as_i64().unwrap()
}

fn path(upload: &Value) -> String {
    format!("/v1/uploads/{}", upload["id"].as_str().unwrap())
}

pub(crate) async fn line(client: &Client, upload: &Value) -> Value {
    client.get(&path(upload)).await.expect(200)["files"]["items"][0].clone()
}

fn again(upload: &Value) -> String {
    format!("{}/files/1/retry", path(upload))
}

/// Cancels the job of the only file; which one it was.
async fn cancel_import(world: &World) -> Uuid {
    let job: Uuid =
        world.db.db().read().query_one("select job_id from upload_file", &[]).await.unwrap().get(0);
    let tx = world.app.db.write().await.unwrap();
    Operator::on(&tx).cancel(job).await.unwrap();
    tx.commit().await.unwrap();
    job
}

/// As if the first job had been begun by a process that has died since, for the third time.
const THIRD_DEATH: &str = "with gone as (delete from mainstay.job_ready returning *) \
    insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most, held_key) \
    select id, nth, 0, queue, priority, kind, 3, 2, attempts_most, held_key from gone";

#[tokio::test]
async fn a_file_that_takes_its_processes_with_it_says_so_and_can_be_tried_again() {
    let world = World::without_importer().await;
    world.log.expect("jobs.rescued");
    world.log.expect("import.file.given_up");
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let sent = kim.send_files(&[("1.gpx", &gpx(1))]).await.expect(202);
    change(&world, THIRD_DEATH, &[]).await;
    world.start_importers_after_a_death();
    let dead = "select count(*) from mainstay.job_dead where reason = 'poison'";
    until("its job is given up", async || number(&world, dead).await == 1).await;
    strays::look(&world.app).await.unwrap();
    let told = line(&kim, &sent).await;
    assert_eq!((&told["reason"], &told["can_retry"]), (&json!("importer_failed"), &json!(true)), "{told}");
    let why = told["message"].as_str().unwrap();
    assert!(why.contains("stopped in the middle of it 3 times"), "{why}");
    assert_eq!(kim.get(&path(&sent)).await.expect(200)["status"], "finished");

    assert_eq!(robin.post(&again(&sent), json!({})).await.problem().0, 404, "it is not theirs");
    let tried = kim.post(&again(&sent), json!({})).await;
    assert!(matches!(tried.status.as_u16(), 200 | 202), "{}", tried.text());
    let report = kim.finished(&sent).await;
    assert_eq!(report["progress"]["imported"], 1, "{report}");
    assert_eq!(kim.activities().await.len(), 1);
    let problem = kim.post(&again(&sent), json!({})).await.problem();
    assert_eq!(problem, (409, "not_retryable".to_owned()), "it is done");
    assert_eq!(number(&world, "select count(*) from upload_file where pending_content is not null").await, 0);
    world.close().await;
}

#[tokio::test]
async fn a_cancelled_import_says_so_and_can_be_tried_again() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let sent = client.send_files(&[("1.gpx", &gpx(1))]).await.expect(202);
    strays::look(&world.app).await.unwrap();
    assert_eq!(progress(&client, &sent, "pending").await, 1, "its job lives");
    cancel_import(&world).await;
    strays::look(&world.app).await.unwrap();
    let told = line(&client, &sent).await;
    assert_eq!((&told["reason"], &told["can_retry"]), (&json!("cancelled"), &json!(true)), "{told}");
    assert_eq!(client.post(&again(&sent), json!({})).await.expect(202)["outcome"], "pending");
    world.start_importers();
    assert_eq!(client.finished(&sent).await["progress"]["imported"], 1);
    world.close().await;
}

/// A look for strays during which this happens to the files of somebody, after it has seen them and before it acts.
async fn look_meanwhile(world: &World, athlete: Uuid, happens: impl AsyncFnOnce(&Tx)) {
    let held = world.db.db().write().await.unwrap();
    held.execute("select from athlete where id = $1 for update", &[&athlete]).await.unwrap();
    let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let meanwhile = async {
        until("the look waits for the athlete", async || number(world, waiting).await == 1).await;
        happens(&held).await;
        held.commit().await.unwrap();
    };
    let (looked, ()) = tokio::join!(strays::look(&world.app), meanwhile);
    looked.unwrap();
}

#[tokio::test]
async fn a_file_that_moved_while_it_was_looked_at_is_left_alone() {
    const OTHER: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let sent = client.send_files(&[("1.gpx", &gpx(1))]).await.expect(202);
    let job = cancel_import(&world).await;
    // Somebody has it tried again: its job is another one now.
    let moved = format!("update upload_file set job_id = '{OTHER}'");
    look_meanwhile(&world, client.id, async |tx| tx.batch_execute(&moved).await.unwrap()).await;
    assert_eq!(line(&client, &sent).await["outcome"], "pending", "the end of the former job is not its");
    // One that nobody knows: seen, and by then it has another.
    let moved = format!("update upload_file set job_id = '{job}'");
    look_meanwhile(&world, client.id, async |tx| tx.batch_execute(&moved).await.unwrap()).await;
    let same = format!("select count(*) from upload_file where job_id = '{job}'");
    assert_eq!(number(&world, &same).await, 1);
    assert_eq!(number(&world, "select count(*) from mainstay.job").await, 1, "no other job is asked for");
    world.close().await;
}

#[tokio::test]
async fn a_job_that_is_done_again_while_its_file_is_looked_at_keeps_its_file() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let sent = client.send_files(&[("1.gpx", &gpx(1))]).await.expect(202);
    let job = cancel_import(&world).await;
    let done_again = async |tx: &Tx| {
        assert_eq!(Operator::on(tx).retry(job).await.unwrap(), Retried::Queued(job));
    };
    look_meanwhile(&world, client.id, done_again).await;
    assert_eq!(line(&client, &sent).await["outcome"], "pending", "its job lives again");
    world.start_importers();
    assert_eq!(client.finished(&sent).await["progress"]["imported"], 1);
    world.close().await;
}

#[tokio::test]
async fn what_goes_wrong_with_one_file_keeps_no_other_strays_waiting() {
    let world = World::without_importer().await;
    world.log.expect("import.stray.failed");
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let (one, two, three) = (gpx(1), gpx(2), gpx(3));
    for client in [&kim, &robin] {
        client.send_files(&[("1.gpx", &one), ("2.gpx", &two), ("3.gpx", &three)]).await.expect(202);
    }
    change(&world, "update upload_file set job_id = null", &[]).await;
    change(&world, "delete from mainstay.job_unique", &[]).await;
    let first = kim.id.min(robin.id);
    let refuse = format!(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$; \
         create trigger refuse before update on upload_file for each row \
         when (new.athlete_id = '{first}' and new.position < 3) execute function refuse()"
    );
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(&refuse).await.unwrap();
    tx.commit().await.unwrap();
    let left = strays::look(&world.app).await.unwrap_err();
    assert_eq!(left.to_string(), "files of 1 athletes that have no job could not be given one");
    let strays = "select count(*) from upload_file where job_id is null";
    assert_eq!(number(&world, strays).await, 2, "all others have jobs");
    let told = world.log.lines().iter().filter(|line| line.event() == Some("import.stray.failed")).count();
    assert_eq!(told, 1, "said once of an athlete");
    change(&world, "drop trigger refuse on upload_file", &[]).await;
    strays::look(&world.app).await.unwrap();
    assert_eq!(number(&world, strays).await, 0);
    world.close().await;
}

#[tokio::test]
async fn files_that_are_tried_again_count_like_jobs_that_are_done_again() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let world = World::on(db, |config| config.jobs.asked_per_hour = 1).await;
    let robin = world.athlete("UTC").await;
    let sent = world.upload(robin, &[("1.gpx", &gpx(1))]).await.expect(202);
    let try_again = async |path: &str| world.send(robin, "POST", path, None).await;
    for hour in 0..2 {
        cancel_import(&world).await;
        strays::look(&world.app).await.unwrap();
        try_again(&again(&sent)).await.expect(202);
        let done = try_again(&again(&sent)).await.problem();
        assert_eq!(done, (409, "not_retryable".to_owned()), "and does not count");
        let job = cancel_import(&world).await;
        strays::look(&world.app).await.unwrap();
        for path in [again(&sent), format!("/v1/jobs/{job}/retry")] {
            let refused = try_again(&path).await;
            assert_eq!(refused.problem(), (429, "too_many_jobs".to_owned()), "hour {hour}: {path}");
        }
        let report = world.get(robin, &path(&sent)).await.expect(200);
        assert_eq!(report["files"]["items"][0]["can_retry"], true, "it is as it was");
        world.advance(3_600);
        try_again(&again(&sent)).await.expect(202);
        world.advance(3_600);
    }
    world.close().await;
}

#[tokio::test]
async fn one_athlete_whom_somebody_holds_keeps_nobody_elses_strays_waiting() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let world = World::on(db, |config| {
        config.database.lock_timeout_ms = 50;
        config.database.transaction_retries = 0;
    })
    .await;
    world.log.expect("import.stray.passed_over");
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let (one, two) = (gpx(1), gpx(2));
    for client in [&kim, &robin] {
        client.send_files(&[("1.gpx", &one), ("2.gpx", &two)]).await.expect(202);
    }
    change(&world, "update upload_file set job_id = null", &[]).await;
    change(&world, "delete from mainstay.job_unique", &[]).await;
    let held = world.db.db().write().await.unwrap();
    held.execute("select from athlete where id = $1 for update", &[&kim.id.min(robin.id)]).await.unwrap();
    strays::look(&world.app).await.unwrap();
    let strays = "select count(*) from upload_file where job_id is null";
    assert_eq!(number(&world, strays).await, 2, "those of whom nobody holds have jobs");
    let told =
        world.log.lines().iter().filter(|line| line.event() == Some("import.stray.passed_over")).count();
    assert_eq!(told, 1, "said once, and waited for once");
    held.commit().await.unwrap();
    strays::look(&world.app).await.unwrap();
    assert_eq!(number(&world, strays).await, 0);
    world.close().await;
}

#[tokio::test]
async fn the_bytes_of_a_file_that_nobody_tries_again_are_forgotten() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let sent = client.send_files(&[("1.gpx", &gpx(1))]).await.expect(202);
    let old = "update upload_file set outcome = 'refused', reason = 'too_slow', finished_at = $1";
    let now = world.effects.clock.now();
    change(&world, old, &[&now.checked_sub(purge::KEPT).unwrap()]).await;
    assert_eq!(line(&client, &sent).await["can_retry"], true);
    purge::forget_kept(&world.app).await.unwrap();
    assert_eq!(line(&client, &sent).await["can_retry"], false);
    assert_eq!(client.post(&again(&sent), json!({})).await.problem(), (409, "not_retryable".to_owned()));
    world.close().await;
}

#[tokio::test]
async fn files_of_the_former_release_get_jobs() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let (one, two) = (gpx(1), gpx(2));
    let sent = client.send_files(&[("1.gpx", &one), ("2.gpx", &two)]).await.expect(202);
    for gone in
        ["delete from mainstay.job_ready", "delete from mainstay.job_unique", "delete from mainstay.job"]
    {
        change(&world, gone, &[]).await;
    }
    let until_then = world.effects.clock.now() + Duration::from_secs(30);
    let former = "update upload_file set job_id = null, attempts = 1, \
        leased_until = case position when 1 then $1::timestamptz end";
    change(&world, former, &[&until_then]).await;
    world.start_importers();
    strays::look(&world.app).await.unwrap();
    strays::look(&world.app).await.unwrap();
    until("the free one is done", async || progress(&client, &sent, "imported").await == 1).await;
    let jobs = "select count(*) from mainstay.job";
    assert_eq!(number(&world, jobs).await, 1, "the other one is a process's of the former release");
    world.advance(30);
    strays::look(&world.app).await.unwrap();
    assert_eq!(client.finished(&sent).await["progress"]["imported"], 2);
    assert_eq!(number(&world, jobs).await, 2);
    world.close().await;
}

#[tokio::test]
async fn somebodys_archive_keeps_nobody_elses_file_waiting() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let world = World::on(db, |config| config.import.concurrency = 1).await;
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let days: Vec<_> = (0..40).map(|n| (format!("{n}.gpx"), gpx(1 + n % 28))).collect();
    let files: Vec<(&str, &[u8])> =
        days.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let archive = kim.send_files(&files).await.expect(202);
    let single = robin.send_files(&[("1.gpx", &days[0].1)]).await.expect(202);
    world.start_importers();
    robin.finished(&single).await;
    kim.finished(&archive).await;
    let before = "select count(*) from mainstay.job_outcome as other, mainstay.job_outcome as one \
        join mainstay.job on job.id = one.id where job.owner = $1 and other.started_at < one.started_at";
    let before: i64 = world.db.db().read().query_one(before, &[&robin.id]).await.unwrap().get(0);
    // The first ten of the archive, and what ageing lets through.
    assert!((10..=14).contains(&before), "{before} of 40 went before");
    world.close().await;
}

/// How many jobs of an athlete wait with each priority, the best first.
async fn priorities(world: &World, athlete: Uuid) -> Vec<(i16, i64)> {
    let sql = "select ready.priority, count(*) from mainstay.job_ready as ready join mainstay.job using (id) \
        where job.owner = $1 group by ready.priority order by ready.priority";
    let rows = world.db.db().read().query(sql, &[&athlete]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn the_many_files_of_somebody_are_many_in_however_many_uploads_they_come() {
    let world = World::without_importer().await;
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let bytes = gpx(1);
    let names: Vec<_> = (0..42).map(|n| format!("{n}.gpx")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), bytes.as_slice())).collect();
    for _ in 0..5 {
        kim.send_files(&files).await.expect(202);
    }
    assert_eq!(priorities(&world, kim.id).await, [(1, 10), (2, 190), (3, 10)]);
    robin.send_files(&[("1.gpx", &bytes)]).await.expect(202);
    assert_eq!(priorities(&world, robin.id).await, [(1, 1)], "nobody else's count");
    // Whose files are done begins anew.
    change(&world, "update upload_file set outcome = 'refused' where athlete_id = $1", &[&kim.id]).await;
    kim.send_files(&[("1.gpx", &bytes)]).await.expect(202);
    assert_eq!(priorities(&world, kim.id).await[0], (1, 11));
    world.close().await;
}

#[tokio::test]
async fn an_attempt_that_lost_its_job_writes_nothing() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    // In a month that is there: its transaction is run once.
    let month =
        "create table month partition of activity_stream for values from ('2024-05-01Z') to ('2024-06-01Z')";
    change(&world, month, &[]).await;
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
    // As whoever leads does with the jobs of a process that is not heard of any more.
    let rescued = "with gone as (delete from mainstay.job_running returning *) \
        insert into mainstay.job_ready (id, nth, queue, priority, run_at, kind, attempts, crashes, attempts_most, held_key) \
        select id, nth, queue, priority, now() + interval '1 hour', kind, attempts, 1, attempts_most, held_key from gone";
    change(&world, rescued, &[]).await;
    held.commit().await.unwrap();
    until("it leaves without a trace", async || number(&world, waiting).await == 0).await;
    let idle = "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null \
        and pid <> pg_backend_pid()";
    until("nobody writes", async || number(&world, idle).await == 0).await;
    assert_eq!(number(&world, "select count(*) from activity").await, 0);
    assert_eq!(number(&world, "select count(*) from original").await, 0);
    assert_eq!(progress(&client, &sent, "pending").await, 1, "the line belongs to the next attempt");
    assert_eq!(number(&world, "select count(*) from mainstay.job_outcome").await, 0);
    until("that one imports it", async || {
        change(&world, "update mainstay.job_ready set run_at = now()", &[]).await;
        progress(&client, &sent, "imported").await == 1
    })
    .await;
    assert_eq!(number(&world, "select count(*) from activity").await, 1);
    assert_eq!(number(&world, "select attempts::bigint from mainstay.job_outcome").await, 2);
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
    assert_eq!(counted("with /* uploads.decide_waiting_file */ decided as"), 1, "{used}");
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
