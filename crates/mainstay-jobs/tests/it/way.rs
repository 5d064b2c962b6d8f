//! A way to the server on which answers wait, or are lost when the server has done what was asked, or on which the connection
//! breaks when something is asked.

use std::path::PathBuf;

use mainstay_db::Target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_postgres::config::Host;

/// What becomes of the server's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    Pass,
    /// They wait.
    Wait,
    /// The next one is lost, with its connection.
    Lost,
}

/// The connection over which this is said breaks without a word, as when the server's process is killed for it.
pub(crate) const DEADLY: &str = "deadly";

/// The first byte of an answer to a statement that was prepared before.
const BOUND: u8 = b'2';

/// A way to the server on which answers may be lost.
pub(crate) struct Way {
    pub(crate) target: Target,
    pub(crate) answers: watch::Sender<Answers>,
    _carrying: JoinSet<()>,
}

impl Way {
    pub(crate) async fn to(target: &Target) -> Self {
        let pg = target.driver_config();
        let Some(Host::Unix(folder)) = pg.get_hosts().first() else {
            panic!("the test's server has a socket")
        };
        let path = folder.join(format!(".s.PGSQL.{}", pg.get_ports()[0]));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = target.at(&listener.local_addr().unwrap().to_string()).unwrap();
        let answers = watch::channel(Answers::Pass).0;
        let (told, mut carrying) = (answers.clone(), JoinSet::new());
        carrying.spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.unwrap();
                open.spawn(carry(near, path.clone(), told.clone()));
            }
        });
        Self { target, answers, _carrying: carrying }
    }
}

async fn carry(near: tokio::net::TcpStream, path: PathBuf, told: watch::Sender<Answers>) {
    let (mut asking, mut answered) = near.into_split();
    let (mut answers, mut asked) = UnixStream::connect(path).await.unwrap().into_split();
    let answering = async {
        let (mut bytes, mut watched) = (vec![0; 1 << 16], told.subscribe());
        loop {
            let count = answers.read(&mut bytes).await.unwrap_or(0);
            // Only what comes when a statement has run.
            let is_result = bytes[0] == BOUND;
            let now = *watched.wait_for(|now| !is_result || *now != Answers::Wait).await.unwrap();
            if count == 0 || (is_result && now == Answers::Lost) {
                told.send_replace(Answers::Pass);
                return;
            }
            if answered.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
    };
    let saying = async {
        let mut bytes = vec![0; 1 << 16];
        loop {
            let count = asking.read(&mut bytes).await.unwrap_or(0);
            let said = &bytes[..count];
            let is_deadly = said.windows(DEADLY.len()).any(|words| words == DEADLY.as_bytes());
            if count == 0 || is_deadly || asked.write_all(said).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = answering => {}
        () = saying => {}
    }
}
