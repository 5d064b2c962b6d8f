//! Jobs that are followed over HTTP until they end.

use futures_util::StreamExt;

use super::*;

/// An event as it was sent.
#[derive(Debug, Clone, PartialEq)]
struct Sent {
    name: String,
    id: String,
    data: Value,
}

/// One who reads events.
struct Reader {
    stream: std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    text: String,
}

impl World {
    async fn follow(&self, who: Athlete, id: Uuid, last: Option<&str>) -> reqwest::Response {
        let mut request =
            self.request(Method::GET, &format!("/v1/jobs/{id}/events")).bearer_auth(self.token(who));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        request.header("accept-encoding", "gzip, br, zstd").send().await.unwrap()
    }

    async fn reader(&self, who: Athlete, id: Uuid, last: Option<&str>) -> Reader {
        let answer = self.follow(who, id, last).await;
        assert_eq!(answer.status(), 200);
        let header =
            |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        assert_eq!(
            ["content-type", "content-encoding", "x-accel-buffering", "cache-control"].map(header),
            ["text/event-stream", "", "no", "no-cache"]
        );
        Reader { stream: Box::pin(answer.bytes_stream()), text: String::new() }
    }
}

impl Reader {
    /// The next event; nothing at the end.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.map(str::trim).unwrap_or_default().to_owned()
                };
                let sent = Sent {
                    name: field("event:"),
                    id: field("id:"),
                    data: serde_json::from_str(&field("data:")).unwrap_or_default(),
                };
                self.text = rest.to_owned();
                if sent.name.is_empty() {
                    continue;
                }
                return Some(sent);
            }
            let bytes = tokio::time::timeout(crate::world::PATIENCE, self.stream.next()).await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&bytes.unwrap()).unwrap());
        }
    }
}

fn time(sent: &Sent) -> i64 {
    sent.id.split('-').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_job_is_followed_from_its_wait_to_its_end() {
    let world = World::with(|config| config.jobs.follow = Duration::from_millis(20)).await;
    let robin = world.athlete("UTC").await;
    let id = world.tell(Some(robin), Then::Walk).await;
    let mut reader = world.reader(robin, id, None).await;
    let mut seen = vec![reader.next().await.unwrap()];
    assert_eq!((seen[0].name.as_str(), &seen[0].data["state"]), ("job", &json!("queued")));
    let go_on = world.does_what_is_told();
    while seen.last().unwrap().name == "job" {
        let sent = reader.next().await.expect("it ends with its end");
        if sent.data["progress"].is_number() {
            go_on.notify_one();
        }
        seen.push(sent);
    }
    assert_eq!(reader.next().await, None);
    let end = seen.last().unwrap();
    assert_eq!((end.name.as_str(), &end.data["result"]), ("end", &json!({ "steps": 3 })));
    let told: Vec<&str> = seen.iter().filter_map(|sent| sent.data["progress_message"].as_str()).collect();
    assert_eq!(told, ["step 1", "step 2", "step 3"]);
    assert!(seen.windows(2).all(|two| time(&two[0]) < time(&two[1]) && two[0].id != two[1].id), "{seen:?}");

    // Who has seen the end need not come back; who has not is told it, and nothing twice.
    assert_eq!(world.follow(robin, id, Some(&end.id)).await.status(), 204);
    for earlier in ["garbage", "", &seen[1].id] {
        let mut again = world.reader(robin, id, Some(earlier)).await;
        let told = again.next().await.unwrap();
        assert_eq!((told.name.as_str(), &told.data), ("end", &end.data));
        assert_eq!(again.next().await, None);
    }
    world.close().await;
}

#[tokio::test]
async fn who_comes_back_is_not_told_what_was_told() {
    let world = World::with(|config| config.jobs.follow = Duration::from_millis(20)).await;
    let robin = world.athlete("UTC").await;
    let id = world.tell(Some(robin), Then::Succeed).await;
    let mut reader = world.reader(robin, id, None).await;
    let first = reader.next().await.unwrap();
    drop(reader);
    let mut again = world.reader(robin, id, Some(&first.id)).await;
    world.send(robin, "POST", &format!("/v1/jobs/{id}/cancel"), None).await.expect(200);
    let next = again.next().await.unwrap();
    assert_eq!((next.name.as_str(), &next.data["status"]), ("end", &json!("cancelled")));
    world.close().await;
}

#[tokio::test]
async fn an_account_follows_so_many_and_its_places_come_back() {
    let world = World::with(|config| {
        config.jobs.followers_of_account = 2;
        config.jobs.followers = 3;
    })
    .await;
    let (robin, kim) = (world.athlete("UTC").await, world.athlete("UTC").await);
    let (one, other) =
        (world.tell(Some(robin), Then::Succeed).await, world.tell(Some(kim), Then::Succeed).await);
    let first = world.reader(robin, one, None).await;
    let _second = world.reader(robin, one, None).await;
    let path = format!("/v1/jobs/{one}/events");
    assert_eq!(world.get(robin, &path).await.problem(), (429, "too_many_followers".to_owned()));
    let _third = world.reader(kim, other, None).await;
    let path = format!("/v1/jobs/{other}/events");
    assert_eq!(world.get(kim, &path).await.problem(), (429, "too_many_followers".to_owned()));
    drop(first);
    until("the place is free", async || world.app.followed.watching() == 2).await;
    drop(world.reader(kim, other, None).await);
    world.close().await;
}

#[tokio::test]
async fn followers_hold_no_connection_and_end_when_the_server_stops() {
    let world = World::with(|config| {
        config.database.pool_max = 8;
        config.jobs.followers_of_account = 40;
    })
    .await;
    let robin = world.athlete("UTC").await;
    let id = world.tell(Some(robin), Then::Succeed).await;
    let mut readers = Vec::new();
    for _ in 0..40 {
        let mut reader = world.reader(robin, id, None).await;
        reader.next().await.unwrap();
        readers.push(reader);
    }
    // More than there are connections: what else is asked for is answered.
    world.get(robin, "/v1/jobs").await.expect(200);
    world.app.supervisor.stop().trigger();
    for mut reader in readers {
        assert_eq!(reader.next().await, None);
    }
    world.close().await;
}

#[tokio::test]
async fn a_follower_is_let_go_after_a_while() {
    let world = World::with(|config| config.jobs.followed_longest = Duration::from_millis(200)).await;
    let robin = world.athlete("UTC").await;
    let id = world.tell(Some(robin), Then::Succeed).await;
    let mut reader = world.reader(robin, id, None).await;
    assert_eq!(reader.next().await.unwrap().name, "job");
    assert_eq!(reader.next().await, None);
    world.close().await;
}
