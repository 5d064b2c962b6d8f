//! Jobs over HTTP: asked for, seen, stopped, done again, and operated; each by who may. Never here: how jobs are done
//! (`mainstay_jobs`), what Paceline's kinds do (`recompute`).

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use mainstay_jobs::{Config, Context, Enqueue, Failure, Job, Kinds, New, Options, Schedule, Worker};
use mainstay_runtime::Effects;
use mainstay_testing::until;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::world::{Athlete, World};

mod asking;
mod following;
mod operating;
mod redacted;
mod shell;

/// A kind that the server's own code does not know: what it is told, it does.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    then: Then,
}

#[derive(Debug, Serialize, Deserialize)]
enum Then {
    Succeed,
    /// With words that tell of the inside.
    Fail,
    /// Tells how far it is, whenever it is let go on; the third time it ends.
    Walk,
    Discard,
}

/// A schedule of the test.
const NIGHT: &str = "told at night";

const SECRET: &str = "relation \"athlete\" does not exist";

impl Job for Told {
    const NAME: &'static str = "told";
    type State = Arc<Notify>;
    type Output = Value;

    fn options() -> Options {
        Options { queue: "told", attempts: 1, ..Options::default() }
    }

    async fn run(self, go_on: Arc<Notify>, context: Context) -> Result<Value, Failure> {
        match self.then {
            Then::Succeed => {}
            Then::Fail => return Err(Failure::Error(SECRET.to_owned())),
            Then::Discard => return Err(Failure::Discard("nobody".to_owned())),
            Then::Walk => {
                for step in 1..=3_u8 {
                    context.progress(f32::from(step) / 4.0, &format!("step {step}"));
                    tokio::select! {
                        () = go_on.notified() => {}
                        () = context.cancelled() => return Err(Failure::Error("stopped".to_owned())),
                    }
                }
            }
        }
        Ok(json!({ "steps": 3 }))
    }
}

impl World {
    /// Asks for one in somebody's name, as the program does.
    async fn tell(&self, owner: Option<Athlete>, then: Then) -> Uuid {
        let mut new = New::of(&Told { then });
        if let Some(owner) = owner {
            new = new.owned_by(owner.id);
        }
        let tx = self.db.db().write().await.unwrap();
        let id = tx.enqueue(new).await.unwrap().id().unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Does what is told, and goes on when it is let.
    fn does_what_is_told(&self) -> Arc<Notify> {
        self.does_what_is_told_by(|worker| worker)
    }

    /// The same, and declares what begins by itself: what Paceline's own does, and something to be told on a rare night. It is
    /// there.
    async fn does_what_is_scheduled(&self) {
        let night = Schedule::of(NIGHT, "30 2 29 2 *", &Told { then: Then::Succeed }).zone("Europe/Berlin");
        let schedules = paceline::background::schedules().unwrap().with(night).unwrap();
        self.does_what_is_told_by(|worker| worker.with_schedules(schedules));
        until("the schedules are declared", async || {
            let read = self.db.db().read_from_primary();
            let found = read.query("select from mainstay.job_cron", &[]).await.unwrap();
            found.len() == 2
        })
        .await;
    }

    fn does_what_is_told_by(&self, made: impl FnOnce(Worker) -> Worker) -> Arc<Notify> {
        let go_on = Arc::new(Notify::new());
        let queues = vec![("told".to_owned(), 4)];
        let config = Config { queues, poll: Duration::from_millis(20), ..Default::default() };
        let kinds = Kinds::new().with::<Told>(Arc::clone(&go_on));
        let worker = made(Worker::new(self.db.target(), kinds, config, &Effects::system()));
        self.start("jobs of the test", move |stop| worker.clone().run(stop));
        go_on
    }

    pub(crate) async fn admin(&self) -> Athlete {
        let admin = self.athlete("UTC").await;
        let tx = self.db.db().write().await.unwrap();
        tx.execute("update athlete set role = 'admin' where id = $1", &[&admin.id]).await.unwrap();
        tx.commit().await.unwrap();
        admin
    }

    async fn job(&self, who: Athlete, id: Uuid) -> Value {
        self.get(who, &format!("/v1/jobs/{id}")).await.expect(200)
    }

    async fn is_in(&self, who: Athlete, id: Uuid, state: &str) -> Value {
        until(&format!("the job is {state}"), async || self.job(who, id).await["state"] == state).await;
        self.job(who, id).await
    }
}

fn ids(list: &Value) -> Vec<Uuid> {
    list["jobs"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().parse().unwrap()).collect()
}

/// Every address, with a body where one is taken; what an athlete is answered whose job it is, and what an administrator.
fn addresses(job: Uuid) -> Vec<(Method, String, Option<Value>, u16, u16)> {
    let (get, post) = (Method::GET, Method::POST);
    let of = |rest: &str| format!("/v1/jobs/{job}{rest}");
    let at = |path: &str| format!("/v1/jobs{path}");
    let none = || Some(json!({ "ids": [Uuid::nil()] }));
    vec![
        (get.clone(), at(""), None, 200, 200),
        (post.clone(), at(""), Some(json!({ "job_type": "no.such" })), 422, 422),
        (get.clone(), of(""), None, 200, 200),
        (post.clone(), of("/retry"), None, 409, 409),
        (post.clone(), of("/cancel"), None, 409, 409),
        (get.clone(), of("/events"), None, 200, 200),
        (get.clone(), at("/stats/queue"), None, 403, 200),
        (get.clone(), at("/queues"), None, 403, 200),
        (Method::PATCH, at("/queues/told"), Some(json!({})), 403, 200),
        (post.clone(), at("/queues/told/pause"), None, 403, 200),
        (post.clone(), at("/queues/told/resume"), None, 403, 200),
        (get.clone(), at("/schedule"), None, 403, 200),
        (post.clone(), at("/schedule/no such/pause"), None, 403, 404),
        (post.clone(), at("/schedule/no such/resume"), None, 403, 404),
        (post.clone(), at("/schedule/no such/run"), None, 403, 404),
        (get.clone(), at("/dead"), None, 403, 200),
        (post.clone(), at("/dead/replay"), none(), 403, 200),
        (post, at("/dead/purge"), none(), 403, 200),
        (get, at("/workers"), None, 403, 200),
    ]
}

#[tokio::test]
async fn each_address_is_for_whom_it_is() {
    let world = World::new().await;
    let (admin, owner, other) = (world.admin().await, world.athlete("UTC").await, world.athlete("UTC").await);
    world.does_what_is_told();
    let job = world.tell(Some(owner), Then::Succeed).await;
    world.is_in(owner, job, "succeeded").await;
    for (method, path, body, of_owner, of_admin) in addresses(job) {
        let status = |answer: crate::world::Answer| answer.status.as_u16();
        assert_eq!(status(world.anonymous(method.clone(), &path, body.clone()).await), 401, "{path}");
        let own = world.send(owner, method.as_str(), &path, body.clone()).await;
        assert_eq!(status(own), of_owner, "{method} {path}");
        let answer = world.send(other, method.as_str(), &path, body.clone()).await;
        if path.contains(&job.to_string()) {
            assert_eq!(answer.problem(), (404, "not_found".to_owned()), "{method} {path}");
        } else if of_owner == 403 {
            assert_eq!(answer.problem(), (403, "admin_only".to_owned()), "{method} {path}");
        }
        assert_eq!(
            status(world.send(admin, method.as_str(), &path, body).await),
            of_admin,
            "{method} {path}"
        );
    }
    world.close().await;
}

#[tokio::test]
async fn somebody_elses_job_is_none_whatever_its_state_and_stays_as_it_is() {
    let world = World::new().await;
    let (owner, other) = (world.athlete("UTC").await, world.athlete("UTC").await);
    let failed = world.tell(Some(owner), Then::Fail).await;
    let nobodys = world.tell(None, Then::Fail).await;
    let go_on = world.does_what_is_told();
    world.is_in(owner, failed, "failed").await;
    let running = world.tell(Some(owner), Then::Walk).await;
    world.is_in(owner, running, "running").await;
    for id in [failed, running, nobodys] {
        for (method, rest) in [("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("POST", "/retry")] {
            let answer = world.send(other, method, &format!("/v1/jobs/{id}{rest}"), None).await;
            assert_eq!(answer.problem(), (404, "not_found".to_owned()), "{method} {rest}");
        }
    }
    assert_eq!(world.job(owner, failed).await["state"], "failed");
    let job = world.job(owner, running).await;
    assert_eq!((&job["state"], &job["is_cancelling"]), (&json!("running"), &json!(false)));
    until("it is done", async || {
        go_on.notify_one();
        world.job(owner, running).await["state"] == "succeeded"
    })
    .await;
    world.close().await;
}

#[tokio::test]
async fn a_list_has_ones_own_jobs_page_by_page() {
    let world = World::new().await;
    let (admin, robin, kim) = (world.admin().await, world.athlete("UTC").await, world.athlete("UTC").await);
    let mut own = Vec::new();
    for _ in 0..5 {
        own.push(world.tell(Some(robin), Then::Succeed).await);
        world.tell(Some(kim), Then::Succeed).await;
    }
    own.reverse();
    let (mut path, mut seen) = ("/v1/jobs?limit=2".to_owned(), Vec::new());
    loop {
        let page = world.get(robin, &path).await.expect(200);
        assert_eq!(page["count"].as_u64().unwrap() as usize, ids(&page).len());
        seen.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/jobs?limit=2&cursor={next}");
    }
    assert_eq!(seen, own);
    let count = async |who, query: &str| {
        world.get(who, &format!("/v1/jobs{query}")).await.expect(200)["count"].as_u64().unwrap()
    };
    assert_eq!((count(admin, "").await, count(robin, "").await), (10, 5));
    assert_eq!(count(admin, &format!("?athlete_id={}", robin.id)).await, 5);
    // Nobody sees another's by naming them.
    assert_eq!(ids(&world.get(robin, &format!("/v1/jobs?athlete_id={}", kim.id)).await.expect(200)), own);
    for (query, number) in [
        ("?status=pending", 5),
        ("?state=queued&status=pending", 5),
        ("?state=queued&status=running", 0),
        ("?status=completed", 0),
        ("?queue=told&job_type=told", 5),
        ("?queue=other", 0),
        ("?job_type=%00", 0),
    ] {
        assert_eq!(count(robin, query).await, number, "{query}");
    }
    for (query, code) in [
        ("?page=1", "invalid_query"),
        ("?limit=0", "invalid_query"),
        ("?limit=101", "invalid_query"),
        ("?status=queued", "invalid_query"),
        ("?cursor=garbage", "invalid_cursor"),
        ("?athlete_id=1", "invalid_query"),
        ("?other=1", "invalid_query"),
    ] {
        assert_eq!(
            world.get(robin, &format!("/v1/jobs{query}")).await.problem(),
            (400, code.to_owned()),
            "{query}"
        );
    }
    assert_eq!(world.get(robin, "/v1/jobs/1").await.problem(), (400, "invalid_path".to_owned()));
    world.close().await;
}

#[tokio::test]
async fn what_an_error_says_of_the_inside_is_for_administrators() {
    let world = World::new().await;
    let (admin, robin) = (world.admin().await, world.athlete("UTC").await);
    world.does_what_is_told();
    let id = world.tell(Some(robin), Then::Fail).await;
    let own = world.is_in(robin, id, "failed").await;
    assert_eq!((&own["status"], &own["attempts"]), (&json!("failed"), &json!(1)));
    assert_eq!(
        (&own["errors"][0]["cause"], &own["errors"][0]["message"]),
        (&json!("error"), &json!("The work failed."))
    );
    for path in [format!("/v1/jobs/{id}"), "/v1/jobs".to_owned(), format!("/v1/jobs/{id}/events")] {
        assert!(!world.get(robin, &path).await.text().contains("relation"), "{path}");
        let all = world.get(admin, &path).await.text();
        assert!(all.contains(&SECRET.replace('"', "\\\"")), "{path}: {all}");
    }
    // Of a kind that the process does not know nobody can say what to hide.
    assert_eq!(world.job(admin, id).await["payload"], Value::Null);
    let discarded = world.tell(Some(robin), Then::Discard).await;
    assert_eq!(world.is_in(robin, discarded, "discarded").await["status"], "cancelled");
    world.close().await;
}

#[tokio::test]
async fn a_job_is_stopped_and_done_again_by_whose_it_is() {
    let world = World::new().await;
    let robin = world.athlete("UTC").await;
    let id = world.tell(Some(robin), Then::Walk).await;
    let post = async |what: &str| world.send(robin, "POST", &format!("/v1/jobs/{id}/{what}"), None).await;
    assert_eq!(post("retry").await.problem(), (409, "job_not_ended".to_owned()));
    assert_eq!(post("cancel").await.expect(200)["is_cancelling"], false);
    assert_eq!(world.job(robin, id).await["status"], "cancelled");
    assert_eq!(post("cancel").await.problem(), (409, "job_ended".to_owned()));

    let again = post("retry").await;
    assert_eq!(again.headers["location"], format!("/v1/jobs/{id}"));
    assert_eq!(again.expect(200)["id"], id.to_string());
    let go_on = world.does_what_is_told();
    world.is_in(robin, id, "running").await;
    until("it tells how far it is", async || world.job(robin, id).await["progress"] == 25.0).await;
    assert_eq!(world.job(robin, id).await["progress_message"], "step 1");
    assert_eq!(post("cancel").await.expect(200)["is_cancelling"], true);
    world.is_in(robin, id, "cancelled").await;

    post("retry").await.expect(200);
    until("it is done", async || {
        go_on.notify_one();
        world.job(robin, id).await["state"] == "succeeded"
    })
    .await;
    let done = world.job(robin, id).await;
    assert_eq!((&done["result"], &done["progress"]), (&json!({ "steps": 3 }), &json!(100.0)));
    assert_eq!(post("retry").await.problem(), (409, "job_succeeded".to_owned()));
    world.close().await;
}
