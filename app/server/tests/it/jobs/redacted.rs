//! What a kind says that nobody is to be shown: over every address, to its owner and to administrators alike.

use super::*;

/// What nobody is to read.
const HUSH: &str = "nobody-reads-this";

/// A kind with a secret in its payload, at two depths.
#[derive(Debug, Serialize, Deserialize)]
struct Secretive {
    token: String,
    inner: Value,
    is_vain: bool,
}

impl Job for Secretive {
    const NAME: &'static str = "secretive";
    const REDACTED: &'static [&'static str] = &["token"];
    type State = ();
    type Output = ();

    fn options() -> Options {
        Options { queue: "told", attempts: 1, ..Options::default() }
    }

    async fn run(self, (): (), _: Context) -> Result<(), Failure> {
        if self.is_vain { Err(Failure::Error("in vain".to_owned())) } else { Ok(()) }
    }
}

async fn secretive(world: &World, owner: Athlete, is_vain: bool) -> Uuid {
    let inner = json!({ "token": [HUSH], "kept": "shown" });
    let job = New::of(&Secretive { token: HUSH.to_owned(), inner, is_vain }).owned_by(owner.id);
    let tx = world.db.db().write().await.unwrap();
    let id = tx.enqueue(job).await.unwrap().id().unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn what_is_not_to_be_shown_is_shown_to_nobody_at_no_address() {
    let world = World::knowing(|app| paceline::background::kinds(app).with::<Secretive>(())).await;
    paceline::background::start(&world.app, &world.app.supervisor);
    let (admin, robin) = (world.admin().await, world.athlete("UTC").await);
    let (done, dead) = (secretive(&world, robin, false).await, secretive(&world, robin, true).await);
    let shown = json!({ "token": "[redacted]", "inner": { "token": "[redacted]", "kept": "shown" } });
    let is_shown = |job: &Value| {
        let payload = &job["payload"];
        assert_eq!(json!({ "token": payload["token"], "inner": payload["inner"] }), shown, "{job}");
    };
    let all = async |state: &str| {
        for who in [robin, admin] {
            for path in [format!("/v1/jobs/{done}"), format!("/v1/jobs/{dead}"), "/v1/jobs".to_owned()] {
                let text = world.get(who, &path).await.text();
                assert!(!text.contains(HUSH), "{state} {path}: {text}");
            }
        }
    };
    all("waiting").await;
    is_shown(&world.job(robin, done).await);
    let queues = vec![("told".to_owned(), 4)];
    let config = Config { queues, poll: Duration::from_millis(20), ..Default::default() };
    let worker =
        Worker::new(world.db.target(), Kinds::new().with::<Secretive>(()), config, &Effects::system());
    world.start("jobs of the test", move |stop| worker.clone().run(stop));
    world.is_in(robin, done, "succeeded").await;
    world.is_in(robin, dead, "failed").await;
    all("ended").await;
    for who in [robin, admin] {
        for id in [done, dead] {
            // To its end: the last event is the job as it is shown.
            let events = world.get(who, &format!("/v1/jobs/{id}/events")).await.text();
            assert!(events.contains("[redacted]") && !events.contains(HUSH), "{events}");
        }
    }
    let letters = world.get(admin, "/v1/jobs/dead").await;
    assert!(!letters.text().contains(HUSH), "{}", letters.text());
    let letters = letters.expect(200);
    assert_eq!(ids(&letters), [dead]);
    is_shown(&letters["jobs"][0]);
    world.close().await;
}
