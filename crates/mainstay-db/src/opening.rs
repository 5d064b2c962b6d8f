//! How a connection is opened: host after host, each with its share of the time, from the first byte to the moment when
//! statements may be sent; and how it is given up when the server falls silent. Never here: who keeps the connection.

mod answers;
mod config;
mod messages;
mod silence;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::Connect;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, ToSocketAddrs, UnixStream};
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, LoadBalanceHosts, TargetSessionAttrs};
use tokio_postgres::{AsyncMessage, CancelToken, Client, Error, NoTls, Notification, SimpleQueryMessage};

use crate::{Session, Target};

pub use config::Config;

pub(crate) use silence::Silence;

use answers::{Answers, Broken};

/// What sessions for short statements are told at their start: the server compiles what it believes to be dear, each time anew, and
/// it believes that of much that reads a few rows of partitioned or recursive wholes. A tenth of a second, for nothing.
pub(crate) const NO_JIT: &str = "-c jit=off";

/// What makes a session refuse writes.
const READ_ONLY: &str = "set default_transaction_read_only = on";

/// How long a host has to hear a request to cancel that another one has heard already.
const MOMENT: Duration = Duration::from_millis(250);

/// What the driver gives: the half that is asked, and the task that speaks with the server.
type Opened = (Client, JoinHandle<()>);

/// Opens connections of one kind to one database, over and over.
#[derive(Debug)]
pub(crate) struct Opener {
    pg: tokio_postgres::Config,
    hosts: Vec<Place>,
    /// The longest that one of them is given, the signing in included.
    share: Duration,
    patience: Option<Patience>,
    is_told_read_only: bool,
    heard: Option<Heard>,
    /// The host to begin with: the one that answered last.
    first: AtomicUsize,
    /// Opened ahead for whoever comes next.
    ready: Mutex<Vec<Opened>>,
}

/// How long an answer is waited for, and who is told when none came.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    pub(crate) limit: Duration,
    pub(crate) silence: Arc<Silence>,
}

/// Who is told of notifications.
#[derive(Clone)]
struct Heard(Arc<dyn Fn(&Notification) + Send + Sync>);

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Heard(…)")
    }
}

/// One host of an address.
#[derive(Clone, Debug)]
enum Place {
    Name(String, u16),
    Address(SocketAddr),
    Socket(PathBuf),
}

impl Opener {
    /// For sessions named `application`. `within` is for all hosts together: each has an equal share. Of several hosts
    /// only one that takes writes will do, unless the address says otherwise.
    pub(crate) fn new(target: &Target, application: &str, within: Duration) -> Self {
        let mut pg = target.driver_config().clone();
        Config::default().set(&mut pg);
        pg.application_name(application);
        let hosts = places(&pg);
        if hosts.len() > 1 && pg.get_target_session_attrs() == TargetSessionAttrs::Any {
            pg.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let share = within / u32::try_from(hosts.len().max(1)).unwrap_or(u32::MAX);
        Self {
            pg,
            hosts,
            share,
            patience: None,
            is_told_read_only: false,
            heard: None,
            first: AtomicUsize::new(0),
            ready: Mutex::default(),
        }
    }

    /// With further start options of its sessions.
    pub(crate) fn with_options(mut self, options: &str) -> Self {
        let given = self.pg.get_options().map(|given| format!("{given} ")).unwrap_or_default();
        self.pg.options(format!("{given}{options}"));
        self
    }

    /// Its sessions refuse writes.
    pub(crate) fn read_only(mut self) -> Self {
        // A host that takes writes is found by whether a session may write, so there it is told later.
        if self.pg.get_target_session_attrs() == TargetSessionAttrs::Any {
            return self.with_options("-c default_transaction_read_only=on");
        }
        self.is_told_read_only = true;
        self
    }

    /// Its sessions end when the server owes an answer for too long.
    pub(crate) fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Notifications of its sessions are told.
    pub(crate) fn hearing(mut self, heard: impl Fn(&Notification) + Send + Sync + 'static) -> Self {
        self.heard = Some(Heard(Arc::new(heard)));
        self
    }

    /// The same for a session of its own, which tells on no others.
    pub(crate) fn with_limit(self, limit: Duration) -> Self {
        self.with_patience(Patience { limit, silence: Arc::default() })
    }

    /// Opens one, beginning with the host that answered last.
    ///
    /// # Errors
    /// The last host's, once the time is up.
    pub(crate) async fn open(&self) -> Result<Session, Error> {
        let first = match self.pg.get_load_balance_hosts() {
            LoadBalanceHosts::Random => self.first.fetch_add(1, Ordering::Relaxed),
            _ => self.first.load(Ordering::Relaxed),
        };
        let mut last = None;
        for at in 0..self.hosts.len() {
            let at = first.wrapping_add(at) % self.hosts.len();
            match self.open_at(&self.hosts[at]).await {
                Ok(session) => {
                    if self.pg.get_load_balance_hosts() != LoadBalanceHosts::Random {
                        self.first.store(at, Ordering::Relaxed);
                    }
                    return Ok(session);
                }
                Err(error) => last = Some(error),
            }
        }
        match last {
            Some(error) => Err(error),
            None => Err(self.failed(io::Error::other("the address names no host")).await),
        }
    }

    /// Opens so many for whoever comes next.
    ///
    /// # Errors
    /// As [`Opener::open`], at the first that fails; those before it are there.
    pub(crate) async fn open_ahead(&self, count: usize) -> Result<(), Error> {
        for _ in 0..count {
            let opened = self.open().await?.into_halves();
            self.ready().push(opened);
        }
        Ok(())
    }

    /// Asks the server to end what runs on a connection of `token`, which was opened here. Of several hosts all are asked
    /// at once: whose connection it is not passes it over. Once one has heard it, the others have a moment: one of them
    /// may be dead. False: none heard it.
    pub(crate) async fn cancel(&self, token: &CancelToken) -> bool {
        let mut asked: FuturesUnordered<_> = self.hosts.iter().map(|place| place.cancel(token)).collect();
        while let Some(is_heard) = asked.next().await {
            if is_heard {
                let others = async { while asked.next().await.is_some() {} };
                let _ = tokio::time::timeout(MOMENT, others).await;
                return true;
            }
        }
        false
    }

    /// Closes what was opened ahead and not taken.
    pub(crate) fn close_ahead(&self) {
        for (_, driver) in self.ready().drain(..) {
            driver.abort();
        }
    }

    fn take_ready(&self) -> Option<Opened> {
        self.ready().pop().filter(|(client, _)| !client.is_closed())
    }

    fn ready(&self) -> std::sync::MutexGuard<'_, Vec<Opened>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open_at(&self, place: &Place) -> Result<Session, Error> {
        match place {
            Place::Socket(path) => {
                self.in_time(self.share, async {
                    match UnixStream::connect(path).await {
                        Ok(stream) => self.greet(stream).await,
                        Err(error) => Err(self.failed(error).await),
                    }
                })
                .await
            }
            Place::Address(address) => self.in_time(self.share, self.open_tcp(*address)).await,
            Place::Name(name, port) => {
                let looked_up = tokio::net::lookup_host((name.as_str(), *port));
                let addresses: Vec<_> = match tokio::time::timeout(self.share, looked_up).await {
                    Ok(Ok(addresses)) => addresses.collect(),
                    Ok(Err(error)) => return Err(self.failed(error).await),
                    Err(_) => return Err(self.timed_out(self.share).await),
                };
                let share = self.share / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
                let mut last = None;
                for address in addresses {
                    match self.in_time(share, self.open_tcp(address)).await {
                        Ok(session) => return Ok(session),
                        Err(error) => last = Some(error),
                    }
                }
                match last {
                    Some(error) => Err(error),
                    None => Err(self.failed(io::Error::other("the name has no address")).await),
                }
            }
        }
    }

    async fn open_tcp(&self, address: SocketAddr) -> Result<Session, Error> {
        let stream = async {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            have_watched(&SockRef::from(&stream), &self.pg)?;
            io::Result::Ok(stream)
        };
        match stream.await {
            Ok(stream) => self.greet(stream).await,
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// Signs in, and makes sure that the server is of the right kind.
    async fn greet<S>(&self, stream: S) -> Result<Session, Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = Answers::new(stream, self.patience.clone());
        let (client, mut connection) = self.pg.connect_raw(stream, NoTls).await?;
        let heard = self.heard.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "the driver's half of one connection: it ends with the session that owns it"
        )]
        let driver = tokio::spawn(async move {
            let ended = match heard {
                None => connection.await,
                Some(Heard(heard)) => loop {
                    match std::future::poll_fn(|context| connection.poll_message(context)).await {
                        Some(Ok(AsyncMessage::Notification(told))) => heard(&told),
                        Some(Ok(_)) => {}
                        Some(Err(error)) => break Err(error),
                        None => break Ok(()),
                    }
                },
            };
            if let Err(error) = ended {
                tracing::debug!(error = %crate::error::chain(&error), "a database connection ended");
            }
        });
        let session = Session::of(client, driver);
        let wanted = self.pg.get_target_session_attrs();
        if wanted != TargetSessionAttrs::Any {
            let answer = session.simple_query("show transaction_read_only").await?;
            let is_read_only = answer
                .iter()
                .any(|one| matches!(one, SimpleQueryMessage::Row(row) if row.get(0) == Some("on")));
            let why = match wanted {
                TargetSessionAttrs::ReadWrite if is_read_only => Some("the server takes no writes"),
                TargetSessionAttrs::ReadOnly if !is_read_only => Some("the server takes writes"),
                _ => None,
            };
            if let Some(why) = why {
                return Err(self.failed(io::Error::new(io::ErrorKind::PermissionDenied, why)).await);
            }
        }
        if self.is_told_read_only {
            session.batch_execute(READ_ONLY).await?;
        }
        Ok(session)
    }

    async fn in_time(
        &self,
        within: Duration,
        opening: impl Future<Output = Result<Session, Error>>,
    ) -> Result<Session, Error> {
        match tokio::time::timeout(within, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(self.timed_out(within).await),
        }
    }

    async fn timed_out(&self, within: Duration) -> Error {
        let why = format!("no session within {} ms", within.as_millis());
        self.failed(io::Error::new(io::ErrorKind::TimedOut, why)).await
    }

    /// The driver's error for ours. It lets nobody else make one, so it meets ours on a stream.
    async fn failed(&self, error: io::Error) -> Error {
        match self.pg.connect_raw(Broken(Some(error)), NoTls).await {
            Err(error) => error,
            Ok(_) => unreachable!("nothing can be written to a stream that fails"),
        }
    }
}

impl Place {
    /// Whether whoever is there has heard the request to cancel.
    async fn cancel(&self, token: &CancelToken) -> bool {
        match self {
            Self::Socket(path) => match UnixStream::connect(path).await {
                Ok(stream) => token.cancel_query_raw(stream, NoTls).await.is_ok(),
                Err(_) => false,
            },
            Self::Address(address) => cancel_at(*address, token).await,
            Self::Name(name, port) => cancel_at((name.as_str(), *port), token).await,
        }
    }
}

async fn cancel_at(address: impl ToSocketAddrs, token: &CancelToken) -> bool {
    match TcpStream::connect(address).await {
        Ok(stream) => token.cancel_query_raw(stream, NoTls).await.is_ok(),
        Err(_) => false,
    }
}

/// Opens the connections of a pool.
#[derive(Clone, Debug)]
pub(crate) struct Opening(pub(crate) Arc<Opener>);

impl Connect for Opening {
    fn connect(&self, _: &tokio_postgres::Config) -> BoxFuture<'_, Result<Opened, Error>> {
        async {
            match self.0.take_ready() {
                Some(opened) => Ok(opened),
                None => Ok(self.0.open().await?.into_halves()),
            }
        }
        .boxed()
    }
}

fn places(pg: &tokio_postgres::Config) -> Vec<Place> {
    let (hosts, addresses, ports) = (pg.get_hosts(), pg.get_hostaddrs(), pg.get_ports());
    let places = (0..hosts.len().max(addresses.len())).filter_map(|at| {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        match (addresses.get(at), hosts.get(at)) {
            (Some(address), _) => Some(Place::Address(SocketAddr::new(*address, port))),
            (None, Some(Host::Tcp(name))) => Some(Place::Name(name.clone(), port)),
            (None, Some(Host::Unix(folder))) => Some(Place::Socket(socket(folder, port))),
            (None, None) => None,
        }
    });
    places.collect()
}

fn socket(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

/// Has the kernel notice a network that has fallen silent.
fn have_watched(socket: &SockRef<'_>, pg: &tokio_postgres::Config) -> io::Result<()> {
    socket.set_tcp_user_timeout(pg.get_tcp_user_timeout().copied())?;
    if !pg.get_keepalives() {
        return Ok(());
    }
    let mut keepalive = TcpKeepalive::new().with_time(pg.get_keepalives_idle());
    if let Some(interval) = pg.get_keepalives_interval() {
        keepalive = keepalive.with_interval(interval);
    }
    if let Some(retries) = pg.get_keepalives_retries() {
        keepalive = keepalive.with_retries(retries);
    }
    socket.set_tcp_keepalive(&keepalive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_told_what_the_settings_say() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let socket = SockRef::from(&stream);
        let target = Target::parse("postgres://app@db/app?keepalives_idle=7").unwrap();
        let opener = Opener::new(&target, "test", Duration::from_secs(1));
        have_watched(&socket, &opener.pg).unwrap();
        let seconds = Duration::from_secs;
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(seconds(15)));
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), seconds(7));
        assert_eq!(
            (socket.tcp_keepalive_interval().unwrap(), socket.tcp_keepalive_retries().unwrap()),
            (seconds(5), 3)
        );
    }

    #[test]
    fn of_several_hosts_one_that_takes_writes_is_wanted_unless_the_address_says_otherwise() {
        for (address, wanted) in [
            ("postgres://app@one/app", TargetSessionAttrs::Any),
            ("postgres://app@one,two/app", TargetSessionAttrs::ReadWrite),
            ("postgres://app@one,two/app?target_session_attrs=read-only", TargetSessionAttrs::ReadOnly),
        ] {
            let opener = Opener::new(&Target::parse(address).unwrap(), "test", Duration::from_secs(2));
            assert_eq!(opener.pg.get_target_session_attrs(), wanted, "{address}");
            assert_eq!(opener.share, Duration::from_secs(2) / u32::try_from(opener.hosts.len()).unwrap());
        }
    }
}
