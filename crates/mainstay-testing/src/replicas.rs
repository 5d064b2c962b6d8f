//! A primary and its streaming replicas, for tests that pause, cut, stop, kill and promote them. Never here: what is
//! read from them.

mod member;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mainstay_db::Target;
use mainstay_db::embedded::{Config, Durability};
use tempfile::TempDir;

pub use member::Member;

/// How long a server may take to follow what it was told.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often to look whether it has.
const POLL: Duration = Duration::from_millis(10);

/// A primary and its replicas, by place in a list. Which of them is the primary changes with [`ReplicaSet::promote`].
/// Dropped, all servers are told to stop and the folder goes.
#[derive(Debug)]
pub struct ReplicaSet {
    members: Vec<Member>,
    primary: usize,
    folder: TempDir,
}

/// Makes a primary and `replicas` copies of it that stream from it. Takes about three seconds.
///
/// # Errors
/// If PostgreSQL is missing (`pg_basebackup` included) or a server does not start.
pub async fn replica_set(replicas: usize) -> Result<ReplicaSet> {
    let folder = tempfile::tempdir()?;
    // As root the servers run as another account, which must pass through.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
    let first = Member::primary(&config(folder.path(), 0)).await?;
    let mut set = ReplicaSet { members: vec![first], primary: 0, folder };
    for at in 1..=replicas {
        let member = Member::copy(&config(set.folder.path(), at), &set.members[0]).await?;
        set.members.push(member);
    }
    for at in 1..=replicas {
        set.wait_until_streams(at).await?;
    }
    Ok(set)
}

/// Small, and fast before safe: only processes are killed here, never the machine.
fn config(folder: &Path, at: usize) -> Config {
    let settings = [
        ("autovacuum", "off"),
        ("hot_standby_feedback", "off"),
        ("max_prepared_transactions", "10"),
        ("synchronous_commit", "on"),
        ("wal_keep_size", "512MB"),
        ("wal_receiver_status_interval", "1s"),
        ("wal_retrieve_retry_interval", "100ms"),
        ("shared_preload_libraries", "pg_stat_statements"),
    ];
    Config {
        data_dir: folder.join(format!("server-{at}")),
        database: "app".to_owned(),
        shared_buffers_mb: 16,
        max_connections: 100,
        durability: Durability::Disposable,
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..Config::default()
    }
}

impl ReplicaSet {
    /// How many servers there are, the primary included.
    #[expect(clippy::len_without_is_empty, reason = "there is always a primary")]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// The place of the primary.
    pub fn primary(&self) -> usize {
        self.primary
    }

    /// The places of the others.
    pub fn replicas(&self) -> Vec<usize> {
        (0..self.members.len()).filter(|at| *at != self.primary).collect()
    }

    /// The database on one server, as superuser.
    pub fn target(&self, at: usize) -> Target {
        self.members[at].target()
    }

    /// The database on whichever of the servers takes writes, as superuser: for a handle that looks for it.
    ///
    /// # Errors
    /// Never in practice: the addresses are our own.
    pub fn writer(&self) -> Result<Target> {
        Ok(Target::parse(&self.writer_address())?)
    }

    /// The same as the text that libpq takes.
    pub fn writer_address(&self) -> String {
        let hosts: Vec<String> = self.members.iter().map(Member::host).collect();
        let ports: Vec<String> = self.members.iter().map(|member| member.port().to_string()).collect();
        format!(
            "host={} port={} user=postgres dbname=app target_session_attrs=read-write",
            hosts.join(","),
            ports.join(",")
        )
    }

    /// Where one server is, as `host:port`: what a list of replicas names.
    pub fn address(&self, at: usize) -> String {
        format!("{}:{}", self.members[at].host(), self.members[at].port())
    }

    /// Runs statements on one server.
    ///
    /// # Errors
    /// What the server says, or that it does not answer.
    pub async fn execute(&self, at: usize, sql: &str) -> Result<()> {
        self.members[at].execute(sql).await
    }

    /// Asks one server for one value as text; an absent row or a null is the empty text.
    ///
    /// # Errors
    /// As [`ReplicaSet::execute`].
    pub async fn ask(&self, at: usize, sql: &str) -> Result<String> {
        self.members[at].ask(sql).await
    }

    /// Holds a replica's replay: it receives and does not show what it gets.
    ///
    /// # Errors
    /// If the server does not answer or is the primary.
    pub async fn pause(&self, at: usize) -> Result<()> {
        self.execute(at, "select pg_wal_replay_pause()").await?;
        self.wait(at, "select pg_get_wal_replay_pause_state() <> 'pause requested'").await
    }

    /// Lets the replay go on.
    ///
    /// # Errors
    /// As [`ReplicaSet::pause`].
    pub async fn resume(&self, at: usize) -> Result<()> {
        self.execute(at, "select pg_wal_replay_resume()").await
    }

    /// Ends a replica's receiving process; the server starts another.
    ///
    /// # Errors
    /// If the server does not answer.
    pub async fn kill_receiver(&self, at: usize) -> Result<()> {
        let sql = "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walreceiver'";
        self.execute(at, sql).await
    }

    /// Takes a replica off its primary: it receives nothing until [`ReplicaSet::follow`].
    ///
    /// # Errors
    /// If the server does not answer.
    pub async fn cut(&self, at: usize) -> Result<()> {
        self.members[at].receive_from("host=/nowhere port=1").await?;
        self.wait(at, "select not exists (select from pg_stat_wal_receiver)").await
    }

    /// Lets a replica stream from the present primary.
    ///
    /// # Errors
    /// If the server does not answer.
    pub async fn follow(&self, at: usize) -> Result<()> {
        self.members[at].receive_from(&self.members[self.primary].conninfo()).await
    }

    /// Stops a server in order; a primary sends its last records to whoever streams from it.
    ///
    /// # Errors
    /// If it does not stop in time.
    pub async fn stop(&mut self, at: usize) -> Result<()> {
        self.members[at].end(rustix::process::Signal::INT).await
    }

    /// Kills a server's main process (`kill -9`); the others end when they notice. When this returns they have: nobody is
    /// given an answer any more.
    ///
    /// # Errors
    /// If it does not end in time.
    pub async fn kill(&mut self, at: usize) -> Result<()> {
        self.members[at].end(rustix::process::Signal::KILL).await
    }

    /// Stops a server at once, all of its processes (immediate shutdown): when this returns nobody is given an answer of it
    /// any more. What was committed asynchronously may be lost.
    ///
    /// # Errors
    /// If it does not end in time.
    pub async fn crash(&mut self, at: usize) -> Result<()> {
        self.members[at].end(rustix::process::Signal::QUIT).await
    }

    /// Starts a server that was stopped or killed, at its old address.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(&mut self, at: usize) -> Result<()> {
        self.members[at].start().await
    }

    /// Makes a replica the primary; the old one must be down. The others go on waiting for the old one until
    /// [`ReplicaSet::follow`].
    ///
    /// # Errors
    /// If the server is not promoted in time.
    pub async fn promote(&mut self, at: usize) -> Result<()> {
        if !self.members[self.primary].is_down() && self.primary != at {
            bail!("the old primary still runs");
        }
        self.execute(at, "select pg_promote(true, 20)").await?;
        self.wait(at, "select not pg_is_in_recovery()").await?;
        self.primary = at;
        Ok(())
    }

    /// Makes a server that is down a new copy of the present primary, at its old address, and waits until it streams.
    ///
    /// # Errors
    /// If the copy fails.
    pub async fn rebuild(&mut self, at: usize) -> Result<()> {
        let source = self.members[self.primary].source();
        self.members[at].rebuild(&source).await?;
        self.wait_until_streams(at).await
    }

    /// Waits until a replica has replayed what the primary has written by now.
    ///
    /// # Errors
    /// If it does not get there in time.
    pub async fn wait_until_caught_up(&self, at: usize) -> Result<()> {
        let position = self.ask(self.primary, "select pg_current_wal_flush_lsn()").await?;
        self.wait(at, &format!("select pg_last_wal_replay_lsn() >= '{position}'")).await
    }

    /// Waits until the primary sends to a replica.
    ///
    /// # Errors
    /// If it does not in time.
    pub async fn wait_until_streams(&self, at: usize) -> Result<()> {
        let name = self.members[at].name();
        let sql = format!(
            "select exists (select from pg_stat_replication where application_name = '{name}' \
             and state = 'streaming')"
        );
        self.wait(self.primary, &sql).await
    }

    /// Waits until a statement answers true.
    ///
    /// # Errors
    /// If it does not in time, with the last answer.
    pub async fn wait(&self, at: usize, sql: &str) -> Result<()> {
        let begun = Instant::now();
        loop {
            let answer = self.ask(at, sql).await;
            if answer.as_ref().is_ok_and(|answer| answer == "t") {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return answer
                    .and_then(|answer| bail!("{answer:?}"))
                    .with_context(|| format!("waiting for {sql}"));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Stops all servers and removes their folder.
    ///
    /// # Errors
    /// If one does not stop.
    pub async fn close(mut self) -> Result<()> {
        // The replicas first: a primary waits for them.
        for at in self.replicas().into_iter().chain([self.primary]) {
            self.members[at].end(rustix::process::Signal::QUIT).await?;
        }
        Ok(())
    }
}
