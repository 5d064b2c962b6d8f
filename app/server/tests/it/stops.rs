//! A process that is asked to stop while it is at work: what it still does, and what it leaves. Never here: kills (`imports`).

use std::process::Stdio;

use mainstay_db::Session;
use mainstay_testing::{TestDb, until};
use paceline::schema;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::imports::{Api, SLOW_AGAIN, count, create_account, days};
use crate::process::{Paceline, Signal, on};
use crate::world::{PATIENCE, sets};

const DUE: &str = "select count(*) from activity_analysis where algorithm_version = 0";

/// A request that is read, and answered when the test sends the rest of it.
struct Open(TcpStream);

impl Open {
    async fn of(api: &Api) -> Self {
        let address = api.base.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v1/uploads?name=a.gpx HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
             content-length: 2\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
            api.token
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut goes_on = [0; 12];
        tokio::time::timeout(PATIENCE, stream.read_exact(&mut goes_on)).await.unwrap().unwrap();
        assert_eq!(&goes_on, b"HTTP/1.1 100", "its body is asked for");
        stream.write_all(b"x").await.unwrap();
        Self(stream)
    }

    async fn end(mut self) {
        self.0.write_all(b"x").await.unwrap();
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut answer)).await.unwrap().unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.contains("HTTP/1.1 20"), "{answer}");
    }
}

#[tokio::test]
async fn a_recompute_goes_on_while_a_request_is_open_at_a_stop_and_is_begun_once() {
    const BEGUN: &str = "select last_value from mainstay.job_running_run_seq";
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    create_account(&mut on(&db));
    let mut command = on(&db);
    let mut service =
        Paceline::start(command.args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::null()));
    let api = Api::of(&mut service).await;
    api.send_until(&days(30), 30).await;
    let session = Session::connect(db.target(), "test", PATIENCE).await.unwrap();
    session.batch_execute(SLOW_AGAIN).await.unwrap();
    api.change_profile().await;
    until("some are computed", async || count(&db, DUE).await <= 27).await;
    let open = Open::of(&api).await;
    service.send(Signal::Terminate);
    until("no others are accepted", async || {
        TcpStream::connect(api.base.strip_prefix("http://").unwrap()).await.is_err()
    })
    .await;
    let (due, begun) = (count(&db, DUE).await, count(&db, BEGUN).await);
    assert!(due > 0, "it was stopped too late");
    until("the rest is computed", async || count(&db, DUE).await == 0).await;
    assert_eq!(count(&db, BEGUN).await, begun, "nothing was begun again");
    open.end().await;
    assert_eq!(service.wait().code(), Some(0));
    let ended = "select count(*) from mainstay.job_outcome join mainstay.job using (id) \
        where job.kind = 'recompute.athlete' and state = 'succeeded' and attempts = 1 and crashes = 0";
    assert_eq!(count(&db, ended).await, 1);
    assert_eq!(count(&db, "select count(*) from mainstay.job_running").await, 0);
}
