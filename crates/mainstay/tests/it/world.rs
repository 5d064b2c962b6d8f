//! A served platform and a client of it. Never here: what a test is about.

use std::time::Duration;

use axum::Router;
use mainstay::{Platform, ServeError, StopReport};
use mainstay_runtime::{Effects, Stop, Supervisor};
use tokio::net::TcpListener;

/// Longest wait for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A served platform; [`World::close`] ends it.
pub(crate) struct World {
    base: String,
    http: reqwest::Client,
    stop: Stop,
    ended: tokio::sync::oneshot::Receiver<Result<StopReport, ServeError>>,
}

impl World {
    /// Serves the router on a free port.
    pub(crate) async fn serve(platform: Platform, router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let stop = platform.supervisor.stop();
        let (tell, ended) = tokio::sync::oneshot::channel();
        Supervisor::new(&Effects::system()).spawn("serve", |_| async move {
            let _ = tell.send(platform.serve(listener, router).await);
        });
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { base, http, stop, ended }
    }

    /// Status and text of an answer.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(format!("{}{path}", self.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Asks until the answer has this status.
    pub(crate) async fn until(&self, path: &str, status: u16) -> String {
        let mut answer = (0, String::new());
        mainstay_testing::until(&format!("{path} answers {status}"), async || {
            answer = self.get(path).await;
            answer.0 == status
        })
        .await;
        answer.1
    }

    /// What serving came to, when it ends by itself.
    pub(crate) async fn ended(self) -> Result<StopReport, ServeError> {
        tokio::time::timeout(PATIENCE, self.ended).await.unwrap().unwrap()
    }

    /// Asks for a stop and waits for it.
    pub(crate) async fn close(self) -> StopReport {
        self.stop.trigger();
        self.ended().await.unwrap()
    }
}
