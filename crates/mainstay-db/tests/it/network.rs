//! A network to suffer from: a proxy that freezes, a port where nobody speaks, a port where nobody even accepts.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use mainstay_db::Target;
use tokio::io::copy_bidirectional;
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_postgres::config::Host;

/// Leads to a server, until it is told to fall silent. Every socket stays open.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: watch::Sender<State>,
    _accepting: JoinSet<()>,
}

#[derive(Clone, Copy)]
struct State {
    /// What was accepted before this many freezes is silent.
    frozen: usize,
    /// How many more connections are led on; the others are accepted and hear nothing.
    room: usize,
    /// What is accepted meanwhile is led on later.
    is_held: bool,
}

impl Proxy {
    pub(crate) async fn to(target: &Target) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, watched) = watch::channel(State { frozen: 0, room: usize::MAX, is_held: false });
        let (path, counted) = (socket(target), state.clone());
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let (path, mut watched) = (path.clone(), watched.clone());
                let State { frozen, room, .. } = *watched.borrow();
                counted.send_modify(|state| state.room = state.room.saturating_sub(1));
                open.spawn(async move {
                    if room > 0 {
                        let _ = watched.wait_for(|now| !now.is_held).await;
                        let Ok(mut far) = UnixStream::connect(path).await else { return };
                        tokio::select! {
                            _ = copy_bidirectional(&mut near, &mut far) => return,
                            _ = watched.wait_for(|now| now.frozen > frozen) => {}
                        }
                        // Both ends stay open.
                        return std::future::pending::<()>().await;
                    }
                    std::future::pending::<()>().await;
                });
            }
        });
        Self { port, state, _accepting: accepting }
    }

    /// Whatever is open falls silent; what is opened from now on is not.
    pub(crate) fn freeze(&self) {
        self.state.send_modify(|state| state.frozen += 1);
    }

    /// After so many more connections nobody is led on.
    pub(crate) fn leave_room_for(&self, connections: usize) {
        self.state.send_modify(|state| state.room = connections);
    }

    /// Whoever comes waits until they are let go.
    pub(crate) fn hold(&self, is_held: bool) {
        self.state.send_modify(|state| state.is_held = is_held);
    }

    /// How many more are led on.
    pub(crate) fn room(&self) -> usize {
        self.state.borrow().room
    }

    /// The same database by this way.
    pub(crate) fn target(&self, target: &Target) -> Target {
        target.at(&format!("127.0.0.1:{}", self.port)).unwrap()
    }
}

/// The same database at several places, in this order; `None` is the server itself.
pub(crate) fn several(target: &Target, ports: &[Option<u16>]) -> Target {
    let pg = target.driver_config();
    let Some(Host::Unix(folder)) = pg.get_hosts().first() else { panic!("the test's server has a socket") };
    let folder = folder.to_string_lossy();
    let hosts: Vec<&str> = ports.iter().map(|port| port.map_or(&*folder, |_| "127.0.0.1")).collect();
    let ports: Vec<String> = ports.iter().map(|port| port.unwrap_or(pg.get_ports()[0]).to_string()).collect();
    let user = pg.get_user().unwrap();
    let (hosts, ports) = (hosts.join(","), ports.join(","));
    Target::parse(&format!("host={hosts} port={ports} user={user} dbname={}", target.database())).unwrap()
}

fn socket(target: &Target) -> PathBuf {
    let pg = target.driver_config();
    let Some(Host::Unix(folder)) = pg.get_hosts().first() else { panic!("the test's server has a socket") };
    folder.join(format!(".s.PGSQL.{}", pg.get_ports()[0]))
}

/// A port where connections are accepted and nobody says a word.
pub(crate) fn mute() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A port where every packet is dropped: its queue is full.
pub(crate) struct Full {
    pub(crate) port: u16,
    _listener: tokio::net::TcpListener,
    _queue: Vec<TcpStream>,
}

pub(crate) fn full() -> Full {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    loop {
        match TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            Ok(stream) => queue.push(stream),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
                return Full { port: address.port(), _listener: listener, _queue: queue };
            }
        }
        assert!(queue.len() < 16, "the queue is never full");
    }
}
