//! The disk of the database is full: what is refused, what goes on, and what is left when there is room again.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use mainstay_db::embedded::Cluster;
use mainstay_testing::{OwnCluster, SmallDisk, TestDb};
use serde_json::{Value, json};

use super::probe;
use crate::batches::gpx;
use crate::process::wait_until;
use crate::seed::{self, Seed};
use crate::world::{Athlete, World};

/// For a server with its log and what the test writes; the rest is ballast.
const MEGABYTES: u32 = 160;

/// Whose room is taken.
enum Disk<'a> {
    /// The file system that the server's files lie on, its log included.
    Real(&'a SmallDisk),
    /// The server says for every new row what it would say for want of room. It shows what is made of that, and not
    /// when a server says so.
    Feigned,
}

/// Every table that a file, an import or a new person adds rows to.
const TABLES: [&str; 6] = ["athlete", "upload", "upload_file", "original", "activity", "activity_source"];

impl Disk<'_> {
    async fn fill(&self, world: &World) {
        match self {
            Self::Real(disk) => {
                // The segment of the log that is written to has room; that the log has none is another story.
                sql(world, "checkpoint").await;
                sql(world, "select pg_switch_wal()").await;
                sql(world, "create table begins_a_segment ()").await;
                disk.fill().unwrap();
            }
            Self::Feigned => {
                sql(
                    world,
                    "create function no_room() returns trigger language plpgsql as \
                     $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$",
                )
                .await;
                for table in TABLES {
                    let trigger = "before insert on";
                    let does = "for each statement execute function no_room()";
                    sql(world, &format!("create trigger no_room {trigger} {table} {does}")).await;
                }
            }
        }
    }

    async fn free(&self, world: &World) {
        match self {
            Self::Real(disk) => disk.free().unwrap(),
            Self::Feigned => sql(world, "drop function no_room cascade").await,
        }
    }
}

async fn sql(world: &World, text: &str) {
    world
        .db
        .db()
        .read_from_primary()
        .batch_execute(&format!("set default_transaction_read_only = off; {text}"))
        .await
        .unwrap();
}

async fn names(world: &World, who: Athlete) -> usize {
    world.get(who, "/v1/activities?limit=50").await.expect(200)["items"].as_array().unwrap().len()
}

async fn imported(world: &World, who: Athlete, upload: &Value) -> i64 {
    let path = format!("/v1/uploads/{}", upload["id"].as_str().unwrap());
    world.get(who, &path).await.expect(200)["progress"]["imported"].as_i64().unwrap()
}

async fn health(world: &World) -> Value {
    probe(world, "/health").await.expect(200)
}

/// Bytes that no compression makes smaller.
fn noise(count: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}

/// The story: uploads are acknowledged, the disk fills, and is freed again. Nothing is started anew.
async fn a_disk_fills_and_is_freed(world: &World, disk: Disk<'_>) {
    let who = world.athlete("UTC").await;
    seed::activity(world, who, Seed { start: "2024-04-01T06:00:00Z", ..Seed::default() }).await;
    let days = [gpx(1), gpx(2), gpx(3)];
    let files = [("1.gpx", &*days[0]), ("2.gpx", &*days[1]), ("3.gpx", &*days[2])];
    let acknowledged = world.upload(who, &files).await.expect(202);
    assert_eq!(health(world).await["components"]["storage"]["status"], "healthy");

    disk.fill(world).await;
    world.start_importers();
    let refused = world.upload(who, &[("4.fit", &noise(1 << 20))]).await;
    assert_eq!(refused.problem(), (507, "storage_full".to_owned()));
    let words = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(words.contains("no room left") && words.contains("Nothing was stored"), "{words}");
    let body = json!({ "email": format!("{}@example.org", "k".repeat(50)), "password": "testpassword123" });
    let newcomer = world.anonymous(http::Method::POST, "/v1/auth/register", Some(body)).await;
    if matches!(disk, Disk::Feigned) {
        assert_eq!(newcomer.problem(), (507, "storage_full".to_owned()));
    }

    // Who reads notices nothing, and the probes keep the process in service; the operator is told why.
    for path in ["/v1/activities?limit=50", "/v1/athletes/me", "/v1/uploads?limit=5"] {
        world.get(who, path).await.expect(200);
    }
    assert_eq!((names(world, who).await, probe(world, "/readyz").await.status.as_u16()), (1, 200));
    let told = health(world).await;
    assert_eq!(
        (&told["status"], &told["components"]["storage"]["status"]),
        (&json!("degraded"), &json!("degraded"))
    );
    let words = told["components"]["storage"]["detail"].as_str().unwrap();
    assert!(words.contains("disk of the database is full: make room"), "{words}");
    // The importers have met it too, and wait with what was acknowledged.
    wait_until("the importers have met it", async || {
        world.advance(2);
        world.app.db.stats().storage_full >= 4
    })
    .await;
    assert_eq!(imported(world, who, &acknowledged).await, 0);
    let metrics = probe(world, "/metrics").await.text();
    assert!(metrics.lines().any(|line| line.starts_with("db_storage_full_total ")), "{metrics}");

    disk.free(world).await;
    wait_until("all that was acknowledged is imported", async || {
        world.advance(2);
        imported(world, who, &acknowledged).await == 3
    })
    .await;
    assert_eq!(names(world, who).await, 4);
    world.upload(who, &[("5.gpx", &gpx(5))]).await;
    wait_until("what comes later is imported", async || {
        world.advance(2);
        names(world, who).await == 5
    })
    .await;
    wait_until("health has forgotten it", async || health(world).await["status"] == "healthy").await;
}

fn alarm_for_a_moment(config: &mut paceline::config::Config) {
    config.database.storage_alarm_ms = 3_000;
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount(MEGABYTES).unwrap() else {
        eprintln!(
            "this test mounts a small file system, which takes root (CAP_SYS_ADMIN): without it the server only \
             says that its disk is full"
        );
        return feigned().await;
    };
    let folder = disk.folder().join("server");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o711)).unwrap();
    let cluster = Cluster::start(&OwnCluster::config(&folder)).await.unwrap();
    let world = World::on(TestDb::given(&cluster.target()).await.unwrap(), alarm_for_a_moment).await;
    a_disk_fills_and_is_freed(&world, Disk::Real(&disk)).await;
    world.close().await;
    cluster.stop().await.unwrap();
}

async fn feigned() {
    let db = TestDb::migrated(&[&paceline::schema::migrations()]).await.unwrap();
    let world = World::on(db, alarm_for_a_moment).await;
    a_disk_fills_and_is_freed(&world, Disk::Feigned).await;
    world.close().await;
}

#[tokio::test]
async fn a_server_that_says_its_disk_is_full_is_believed() {
    feigned().await;
}
