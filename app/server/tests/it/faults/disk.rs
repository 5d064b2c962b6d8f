//! The disk of the database is full: what is refused, what goes on, and what is left when there is room again.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use mainstay_db::embedded::{Cluster, Config, Durability};
use mainstay_testing::{OwnCluster, SmallDisk, TestDb, until};
use serde_json::{Value, json};

use super::{assert_comes_back, probe};
use crate::batches::gpx;

use crate::seed::{self, Seed};
use crate::world::{Athlete, World};

/// For a server with its log and what the test writes; the rest is ballast.
const MEGABYTES: u32 = 160;

/// What is told where it cannot be had.
const NEEDS: &str =
    "this test mounts a small file system, which takes root (CAP_SYS_ADMIN) and the program mount";

/// Whose room is taken.
enum Disk<'a> {
    /// The file system that the server's files lie on, its log included.
    Real(&'a SmallDisk),
    /// The server says for every new row of some tables what it would say for want of room. It shows what is made of that, and
    /// not when a server says so.
    Feigned(Feigned),
}

/// Where a server says that it has no room.
#[derive(Clone, Copy)]
struct Feigned {
    tables: &'static [&'static str],
    /// What whoever imports says when they have met it.
    met: &'static str,
}

/// Every table that a file, an import or a new person adds rows to: jobs begin, and their work cannot be written.
const WORK: Feigned = Feigned {
    tables: &["athlete", "upload", "upload_file", "original", "activity", "activity_source"],
    met: "import.paused",
};

/// Every table of jobs besides people's: nothing is asked for, nothing begins.
const BEGINNINGS: Feigned = Feigned {
    tables: &[
        "athlete",
        "mainstay.job",
        "mainstay.job_ready",
        "mainstay.job_unique",
        "mainstay.job_running",
        "mainstay.job_attempt",
        "mainstay.job_checkpoint",
        "mainstay.job_outcome",
        "mainstay.job_dead",
    ],
    met: "jobs.unclaimed",
};

/// Jobs that were asked for begin and do their work, and neither its end nor that they wait again can be written.
const ENDS: Feigned = Feigned {
    tables: &[
        "athlete",
        "upload",
        "mainstay.job_ready",
        "mainstay.job_attempt",
        "mainstay.job_outcome",
        "mainstay.job_dead",
    ],
    met: "jobs.ends_wait",
};

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
            Self::Feigned(Feigned { tables, .. }) => {
                sql(
                    world,
                    "create function no_room() returns trigger language plpgsql as \
                     $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$",
                )
                .await;
                for table in *tables {
                    let trigger = "before insert on";
                    let does = "for each row execute function no_room()";
                    sql(world, &format!("create trigger no_room {trigger} {table} {does}")).await;
                }
            }
        }
    }

    async fn free(&self, world: &World) {
        match self {
            Self::Real(disk) => disk.free().unwrap(),
            // One table after the other: the importers are at work on several.
            Self::Feigned(Feigned { tables, .. }) => {
                for table in *tables {
                    sql(world, &format!("drop trigger no_room on {table}")).await;
                }
            }
        }
    }

    /// Whether this is what they say who import when they have met it.
    fn is_met(&self, event: &str) -> bool {
        match self {
            // Where they write or already where they claim.
            Self::Real(_) => matches!(event, "import.paused" | "jobs.halted"),
            Self::Feigned(Feigned { met, .. }) => event == *met,
        }
    }
}

async fn sql(world: &World, text: &str) {
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(text).await.unwrap();
    tx.commit().await.unwrap();
}

async fn names(world: &World, who: Athlete) -> usize {
    world.get(who, "/v1/activities?limit=50").await.expect(200)["items"].as_array().unwrap().len()
}

async fn imported(world: &World, who: Athlete, upload: &Value) -> i64 {
    let path = format!("/v1/uploads/{}", upload["id"].as_str().unwrap());
    world.get(who, &path).await.expect(200)["progress"]["imported"].as_i64().unwrap()
}

/// Where the jobs of their files are.
async fn jobs(world: &World, who: Athlete) -> Vec<Value> {
    let all = world.get(who, "/v1/jobs?job_type=import.file").await.expect(200);
    all["jobs"].as_array().unwrap().iter().map(|job| job["status"].clone()).collect()
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
    world.start_background();
    world.start_importers();
    let refused = world.upload(who, &[("4.fit", &noise(1 << 20))]).await;
    assert_eq!(refused.problem(), (507, "storage_full".to_owned()));
    let words = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(words.contains("no room left") && words.contains("Nothing was stored"), "{words}");
    let body = json!({ "email": format!("{}@example.org", "k".repeat(50)), "password": "testpassword123" });
    let newcomer = world.anonymous(http::Method::POST, "/v1/auth/register", Some(body)).await;
    if matches!(disk, Disk::Feigned(_)) {
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
    until("the importers have met it", async || {
        world.advance(2);
        world.log.lines().iter().any(|line| line.event().is_some_and(|event| disk.is_met(event)))
    })
    .await;
    assert_eq!(imported(world, who, &acknowledged).await, 0);
    let metrics = probe(world, "/metrics").await.text();
    let told = metrics.lines().find(|line| line.starts_with("db_storage_full_total")).unwrap_or_default();
    assert!(told.rsplit(' ').next().is_some_and(|count| count.parse::<u64>().unwrap() >= 1), "{told:?}");

    disk.free(world).await;
    until("all that was acknowledged is imported", async || {
        world.advance(2);
        imported(world, who, &acknowledged).await == 3
    })
    .await;
    assert_eq!(names(world, who).await, 4);
    world.upload(who, &[("5.gpx", &gpx(5))]).await;
    until("what comes later is imported", async || {
        world.advance(2);
        names(world, who).await == 5
    })
    .await;
    // Each file has its one job, which has come to its end; what was refused has left none.
    assert_eq!(jobs(world, who).await, vec![json!("completed"); 4]);
    until("health has forgotten it", async || health(world).await["status"] == "healthy").await;
}

/// A server whose files lie on a disk of its own, and which acknowledges nothing that its log does not hold; `None`
/// where this process may not mount.
async fn small_server() -> Option<(SmallDisk, Cluster)> {
    let disk = SmallDisk::mount(MEGABYTES).unwrap()?;
    let folder = disk.folder().join("server");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o711)).unwrap();
    let config = Config { durability: Durability::Durable, ..OwnCluster::config(&folder) };
    let cluster = Cluster::start(&config).await.unwrap();
    Some((disk, cluster))
}

fn alarm_for_a_moment(config: &mut paceline::config::Config) {
    config.database.storage_alarm_ms = 3_000;
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_loses_nothing() {
    let Some((disk, cluster)) = small_server().await else {
        eprintln!("{NEEDS}: without it the server only says that its disk is full");
        return a_server_says_so(WORK).await;
    };
    let world = World::on(TestDb::given(&cluster.target()).await.unwrap(), alarm_for_a_moment).await;
    super::allow_an_outage(&world);
    a_disk_fills_and_is_freed(&world, Disk::Real(&disk)).await;
    world.close().await;
    cluster.stop().await.unwrap();
}

async fn a_server_says_so(where_it_says: Feigned) {
    let db = TestDb::migrated(&crate::world::sets(&paceline::schema::migrations())).await.unwrap();
    let world = World::on(db, alarm_for_a_moment).await;
    super::allow_an_outage(&world);
    a_disk_fills_and_is_freed(&world, Disk::Feigned(where_it_says)).await;
    world.close().await;
}

#[tokio::test]
async fn a_server_that_says_its_disk_is_full_is_believed() {
    a_server_says_so(WORK).await;
}

#[tokio::test]
async fn jobs_that_find_no_room_to_begin_begin_when_there_is_some() {
    a_server_says_so(BEGINNINGS).await;
}

#[tokio::test]
async fn jobs_that_find_no_room_for_their_end_come_to_it_when_there_is_some() {
    a_server_says_so(ENDS).await;
}

/// PostgreSQL ends itself when its log has no room: there is nothing that it could acknowledge.
#[tokio::test]
async fn a_log_without_room_ends_the_server_and_loses_nothing_either() {
    let Some((disk, mut cluster)) = small_server().await else {
        eprintln!("{NEEDS}: without it the server is killed instead");
        return super::outages::a_database_is_killed_and_comes_back().await;
    };
    let world = World::on(TestDb::given(&cluster.target()).await.unwrap(), |config| {
        (config.database.acquire_timeout_ms, config.database.connect_timeout_ms) = (1_000, 1_000);
    })
    .await;
    super::allow_an_outage(&world);
    let who = world.athlete("UTC").await;
    disk.fill().unwrap();
    let (mut tried, mut acknowledged) = (0_u32, 0_u32);
    let refused = loop {
        // The rest of the segment is left unused, so that the next record needs a new file.
        let _ = world.db.db().read_from_primary().batch_execute("select pg_switch_wal()").await;
        tried += 1;
        assert!(tried < 50, "the log found room 50 times");
        let body = json!({ "display_name": tried.to_string() });
        let answer = world.send(who, "PATCH", "/v1/athletes/me", Some(body)).await;
        match answer.status.as_u16() {
            200 => acknowledged = tried,
            // A table that had to grow found no room before the log did.
            507 => {}
            _ => break answer,
        }
    };
    assert_comes_back(&refused, "database_unavailable");
    until("no longer ready", async || probe(&world, "/readyz").await.status == 503).await;
    assert_eq!(probe(&world, "/livez").await.status, 200);

    disk.free().unwrap();
    until("ready again", async || {
        if cluster.has_ended() {
            // What runs a server starts it again.
            cluster.restart().await.unwrap();
        }
        probe(&world, "/readyz").await.status == 200
    })
    .await;
    let kept = world.get(who, "/v1/athletes/me").await.expect(200);
    let kept: u32 = kept["display_name"].as_str().unwrap().parse().unwrap_or(0);
    assert!(acknowledged <= kept && kept <= tried, "{acknowledged} {kept} {tried}");
    world.send(who, "PATCH", "/v1/athletes/me", Some(json!({ "display_name": "after" }))).await.expect(200);
    world.close().await;
    cluster.stop().await.unwrap();
}
