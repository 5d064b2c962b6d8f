//! The yardstick of everything that is served: bare axum returning bytes, in a process of its own, as what it is held
//! against.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

/// The name of the program that serves it.
pub(crate) const NAME: &str = "bare";

/// A running one; it is killed when it is dropped.
pub(crate) struct Bare {
    child: Child,
    pub(crate) address: String,
}

impl Bare {
    /// Answers with so many bytes of JSON. `command` runs this binary, or something around it.
    pub(crate) async fn start(command: Command, bytes: usize) -> anyhow::Result<Self> {
        Self::start_with(command, bytes, &[]).await
    }

    /// The same with this head, but for what the server itself writes.
    pub(crate) async fn start_with(
        mut command: Command,
        bytes: usize,
        head: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let head = serde_json::to_string(head)?;
        command.args([NAME, &bytes.to_string(), &head]).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let address = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await??;
        Ok(Self { child, address: address.context("the yardstick ended")? })
    }

    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("it has ended")
    }
}

/// Says where it listens, and serves until it is killed.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let Some(bytes) = std::env::args().nth(2).and_then(|text| text.parse::<usize>().ok()) else {
        bail!("say how many bytes it answers with");
    };
    let body = Bytes::from("x".repeat(bytes));
    let given: Vec<(String, String)> = serde_json::from_str(&std::env::args().nth(3).unwrap_or_default())?;
    let mut head = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    for (name, value) in given {
        head.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    let answer = get(move || async move { (head, body) });
    let router: Router = Router::new().route("/", answer.clone()).route("/{*path}", answer);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}
