//! A closed-loop load generator: so many keep-alive connections, each asking again as soon as it was answered.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What one run saw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

impl Seen {
    /// What so many answers within a time tell, each with how long it took.
    pub(crate) fn of(mut times: Vec<Duration>, within: Duration) -> Self {
        times.sort_unstable();
        let at = |part: f64| -> Duration {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
            let index = ((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1));
            times.get(index).copied().unwrap_or_default()
        };
        Self { per_second: times.len() as f64 / within.as_secs_f64(), p50: at(0.5), p99: at(0.99) }
    }

    /// Of several runs the one with the middle throughput.
    pub(crate) fn middle(mut runs: Vec<Self>) -> Self {
        runs.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
        runs[runs.len() / 2]
    }
}

/// Sends one request over and over on `connections` connections for a time.
pub(crate) async fn run(
    address: &str,
    request: &str,
    connections: usize,
    time: Duration,
) -> anyhow::Result<Seen> {
    let end = Instant::now() + time;
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let (address, request) = (address.to_owned(), request.to_owned());
        clients.spawn(async move { client(&address, request.as_bytes(), end).await });
    }
    let mut times = Vec::new();
    while let Some(client) = clients.join_next().await {
        times.extend(client??);
    }
    Ok(Seen::of(times, time))
}

async fn client(address: &str, request: &[u8], end: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut times = Vec::new();
    let mut buffer = Vec::with_capacity(64 * 1024);
    while Instant::now() < end {
        let begun = Instant::now();
        stream.write_all(request).await?;
        read_answer(&mut stream, &mut buffer).await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// Sends so many requests, shared among the connections. How many answers have `mark` in their head.
pub(crate) async fn repeat(
    address: &str,
    request: &str,
    connections: usize,
    times: usize,
    mark: &'static str,
) -> anyhow::Result<usize> {
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let (address, request) = (address.to_owned(), request.to_owned());
        clients.spawn(async move {
            let mut stream = TcpStream::connect(&address).await?;
            stream.set_nodelay(true)?;
            let (mut buffer, mut marked) = (Vec::with_capacity(64 * 1024), 0);
            for _ in 0..times / connections {
                stream.write_all(request.as_bytes()).await?;
                let head = read_answer(&mut stream, &mut buffer).await?;
                let is_marked = buffer[..head].windows(mark.len()).any(|part| part == mark.as_bytes());
                marked += usize::from(is_marked);
            }
            Ok::<_, anyhow::Error>(marked)
        });
    }
    let mut marked = 0;
    while let Some(client) = clients.join_next().await {
        marked += client??;
    }
    Ok(marked)
}

/// Reads one answer with `Content-Length`; anything but 200 ends the run. How long its head is.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<usize> {
    buffer.clear();
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
    };
    let text = std::str::from_utf8(&buffer[..head])?.to_ascii_lowercase();
    anyhow::ensure!(text.starts_with("http/1.1 200"), "answered {}", text.lines().next().unwrap_or_default());
    let length =
        text.lines().find_map(|line| line.strip_prefix("content-length:")).context("no content-length")?;
    let whole = head + length.trim().parse::<usize>()?;
    while buffer.len() < whole {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
    }
    Ok(head)
}
