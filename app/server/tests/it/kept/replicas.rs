//! Answers are kept where reads go to replicas, too, and no session that is given them in turn with what a replica says sees
//! less than it has seen. Never here: why (`mainstay_cache`).

use std::cell::RefCell;

use http::Method;
use mainstay_testing::{ReplicaSet, TestDb, replica_set, until};
use paceline::config::Config;
use serde_json::json;
use uuid::Uuid;

use super::status;
use crate::seed::{self, Seed};
use crate::world::{Answer, Athlete, World};

/// Read each time, from a replica if one has what the session has seen.
const UNKEPT: &str = "/v1/activities?page=1";

/// Somebody with an activity, and the application on a primary and a replica that stays good enough however far behind.
async fn world() -> (ReplicaSet, World, Athlete, Uuid) {
    world_with(|_| {}).await
}

async fn world_with(change: impl FnOnce(&mut Config)) -> (ReplicaSet, World, Athlete, Uuid) {
    let set = replica_set(1).await.unwrap();
    let world = World::on(TestDb::given(&set.target(0)).await.unwrap(), |config| {
        config.database.read_replicas = set.address(1);
        config.database.replicas.poll_interval_ms = 10;
        config.database.replicas.max_staleness_ms = 600_000;
        config.database.replicas.statement_timeout_ms = 60_000;
        // The node hears of changes when it is told to, and takes what it knows for young until then.
        (config.cache.node.poll_idle_ms, config.cache.node.bound_ms) = (3_600_000, 600_000);
        change(config);
    })
    .await;
    let robin = world.athlete("UTC").await;
    let id = seed::activity(&world, robin, Seed::default()).await;
    set.wait_until_caught_up(1).await.unwrap();
    until("the replica answers", async || {
        world.get(robin, UNKEPT).await.expect(200);
        world.served() > 0
    })
    .await;
    if world.app.config.cache.enabled {
        world.knows(robin).await;
        world.keeps_answers().await;
    }
    (set, world, robin, id)
}

impl World {
    fn served(&self) -> u64 {
        self.app.db.replicas().unwrap().status().replicas[0].served
    }

    /// By whoever does not say what they have seen.
    async fn rename(&self, who: Athlete, id: Uuid, name: &str) {
        self.send(who, "PATCH", &format!("/v1/activities/{id}"), Some(json!({ "name": name })))
            .await
            .expect(200);
    }
}

/// A program that says with each request what it has seen.
struct Device<'a> {
    world: &'a World,
    who: Athlete,
    seen: RefCell<Option<String>>,
}

impl<'a> Device<'a> {
    fn new(world: &'a World, who: Athlete) -> Self {
        Self { world, who, seen: RefCell::new(None) }
    }

    async fn send(&self, method: Method, path: &str, name: Option<&str>) -> Answer {
        let mut request = self.world.request(method, path).bearer_auth(self.world.token(self.who));
        if let Some(seen) = &*self.seen.borrow() {
            request = request.header("x-consistency", seen);
        }
        if let Some(name) = name {
            request = request.json(&json!({ "name": name }));
        }
        let answer = crate::world::answer(request).await;
        if let Some(seen) = answer.headers.get("x-consistency") {
            self.seen.replace(Some(seen.to_str().unwrap().to_owned()));
        }
        answer
    }

    /// What the only activity is called, by what may be kept.
    async fn kept(&self, id: Uuid) -> (String, String) {
        let answer = self.send(Method::GET, &format!("/v1/activities/{id}"), None).await;
        let status = status(&answer).to_owned();
        (answer.expect(200)["name"].as_str().unwrap().to_owned(), status)
    }

    async fn unkept(&self) -> String {
        let answer = self.send(Method::GET, UNKEPT, None).await.expect(200);
        answer["items"][0]["name"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn who_was_given_a_kept_answer_is_told_no_less_by_a_replica() {
    let (set, world, robin, id) = world().await;
    world.rename(robin, id, "first").await;
    set.wait_until_caught_up(1).await.unwrap();
    set.pause(1).await.unwrap();
    world.rename(robin, id, "second").await;

    let [one, two] = [Device::new(&world, robin), Device::new(&world, robin)];
    assert_eq!(one.kept(id).await, ("second".to_owned(), "paceline-l1; fwd=miss; stored".to_owned()));
    let before = (world.served(), world.reads("activity"));
    assert_eq!(two.kept(id).await, ("second".to_owned(), "paceline-l1; hit".to_owned()));
    let (read, kept) = before.1;
    assert_eq!((world.served(), world.reads("activity")), (before.0, (read, kept + 1)), "nobody was asked");
    assert_eq!(
        Device::new(&world, robin).unkept().await,
        "first",
        "the replica is behind, and answers who may"
    );
    for device in [&one, &two] {
        assert_eq!(device.unkept().await, "second");
    }
    set.resume(1).await.unwrap();
    world.close().await;
    set.close().await.unwrap();
}

#[tokio::test]
async fn who_reads_here_and_there_while_a_replica_lags_never_goes_back_and_sees_own_writes_at_once() {
    let (set, world, robin, id) = world().await;
    let (mine, other) = (Device::new(&world, robin), Device::new(&world, robin));
    let (path, mut seen) = (format!("/v1/activities/{id}"), 0);
    let number = |name: String| name.parse::<u64>().unwrap_or_default();
    let (mut hits, served) = (0, world.served());
    for round in 1..=60_u64 {
        match round % 10 {
            2 => set.pause(1).await.unwrap(),
            6 => set.resume(1).await.unwrap(),
            8 => set.wait_until_caught_up(1).await.unwrap(),
            _ => {}
        }
        // Who writes: somebody past the node, this one, or the other.
        let name = round.to_string();
        match round % 4 {
            0 => {
                let sql = format!("update activity set name = '{name}'");
                set.execute(0, &sql).await.unwrap();
                if !(2..6).contains(&(round % 10)) {
                    set.wait_until_caught_up(1).await.unwrap();
                }
            }
            1 => {
                mine.send(Method::PATCH, &path, Some(&name)).await.expect(200);
                seen = round;
            }
            2 => {
                other.send(Method::PATCH, &path, Some(&name)).await.expect(200);
            }
            _ => {}
        }
        if round % 3 == 0 {
            world.keeps_answers().await;
        }
        for turn in 0..4 {
            let shown = if (round + turn) % 2 == 0 {
                number(mine.unkept().await)
            } else {
                let (name, status) = mine.kept(id).await;
                hits += u64::from(status == "paceline-l1; hit");
                number(name)
            };
            assert!(seen <= shown, "round {round}: {shown} after {seen}");
            assert!(shown <= round);
            seen = shown;
        }
    }
    assert!(
        hits > 5 && world.served() > served + 5,
        "{hits} kept, {} by the replica",
        world.served() - served
    );
    world.close().await;
    set.close().await.unwrap();
}

#[tokio::test]
async fn the_look_up_of_who_asks_leaves_their_reads_to_replicas() {
    let (set, world, robin, id) = world_with(|config| config.cache.enabled = false).await;
    set.wait_until_caught_up(1).await.unwrap();
    set.pause(1).await.unwrap();
    world.rename(robin, id, "second").await;
    let device = Device::new(&world, robin);
    let before = world.served();
    // Nothing that this device has seen is as new as what the look-up has read on the primary.
    assert_ne!(device.unkept().await, "second");
    assert_eq!(world.served(), before + 1);
    // Who is shown the account has seen it as it is now.
    device.send(Method::GET, "/v1/auth/me", None).await.expect(200);
    assert_eq!(device.unkept().await, "second");
    assert_eq!(world.served(), before + 1);
    set.resume(1).await.unwrap();
    world.close().await;
    set.close().await.unwrap();
}
