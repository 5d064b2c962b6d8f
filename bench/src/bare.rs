//! The yardstick of everything that is served: bare axum returning bytes, in a process of its own, as what it is held
//! against.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
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
    /// Answers with so many bytes. `command` runs this binary, or something around it.
    pub(crate) async fn start(mut command: Command, bytes: usize) -> anyhow::Result<Self> {
        command.args([NAME, &bytes.to_string()]).stdout(Stdio::piped()).kill_on_drop(true);
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
    let router: Router =
        Router::new().route("/", get(move || async move { ([(CONTENT_TYPE, "application/json")], body) }));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}
