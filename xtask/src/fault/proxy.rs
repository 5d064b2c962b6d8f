//! The wire between a node and a server, which can be cut, and held in one direction or both. Never here: when.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What happens to what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Open,
    /// Nothing arrives, in either direction, until it is open again; then all of it does.
    Hung,
    /// The server hears everything, and its answers do not arrive.
    Mute,
    /// Connections end, and there are no new ones.
    Cut,
}

/// Where it leads.
#[derive(Clone, Debug)]
pub(super) enum Server {
    Socket(PathBuf),
    Port(u16),
}

/// One wire. Dropped, it is cut.
pub(super) struct Proxy {
    pub(super) port: u16,
    mode: watch::Sender<Mode>,
    _carrying: JoinSet<()>,
}

impl Proxy {
    pub(super) async fn to(server: Server) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (mode, modes) = watch::channel(Mode::Open);
        let mut carrying = JoinSet::new();
        carrying.spawn(async move {
            let mut wires = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (server, modes) = (server.clone(), modes.clone());
                wires.spawn(carry(client, server, modes));
                while wires.try_join_next().is_some() {}
            }
        });
        Ok(Self { port, mode, _carrying: carrying })
    }

    pub(super) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn carry(client: TcpStream, server: Server, mut modes: watch::Receiver<Mode>) {
    // A connection on which nothing is said would keep a server that begins anew waiting.
    if !matches!(modes.wait_for(|mode| *mode != Mode::Hung).await.as_deref(), Ok(Mode::Open | Mode::Mute)) {
        return;
    }
    let _ = client.set_nodelay(true);
    match server {
        Server::Socket(path) => {
            let Ok(server) = UnixStream::connect(path).await else { return };
            let (from, to) = server.into_split();
            between(client, from, to, modes).await;
        }
        Server::Port(port) => {
            let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
            let _ = server.set_nodelay(true);
            let (from, to) = server.into_split();
            between(client, from, to, modes).await;
        }
    }
}

async fn between(
    client: TcpStream,
    answers: impl AsyncRead + Unpin,
    questions: impl AsyncWrite + Unpin,
    modes: watch::Receiver<Mode>,
) {
    let (from, to) = client.into_split();
    let asking = pump(from, questions, modes.clone(), |mode| matches!(mode, Mode::Open | Mode::Mute));
    let answering = pump(answers, to, modes.clone(), |mode| mode == Mode::Open);
    // What a client has sent before it went away still arrives, as it does on a slow network.
    tokio::select! {
        () = async { tokio::join!(asking, answering); } => {}
        () = until_cut(modes) => {}
    }
}

async fn until_cut(mut modes: watch::Receiver<Mode>) {
    let _ = modes.wait_for(|mode| *mode == Mode::Cut).await;
}

/// Carries in one direction while it is open; a round that was held goes on when it is open again.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut modes: watch::Receiver<Mode>,
    is_open: fn(Mode) -> bool,
) {
    let mut bytes = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if modes.wait_for(|mode| is_open(*mode)).await.is_err()
            || to.write_all(&bytes[..count]).await.is_err()
        {
            break;
        }
    }
    let _ = tokio::time::timeout(Duration::from_secs(1), to.shutdown()).await;
}
