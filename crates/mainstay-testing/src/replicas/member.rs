//! One server of a replica set: how it is made, told, ended and started. Never here: which of them is the primary.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use mainstay_db::embedded::{Cluster, Config, Programs, SUPERUSER};
use mainstay_db::{Session, Target};
use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::SimpleQueryMessage;

use crate::test_db::CONNECT_TIMEOUT;
use crate::until::until;

use super::PATIENCE;

/// A server and its folder.
#[derive(Debug)]
pub struct Member {
    cluster: Cluster,
    name: String,
}

/// What a copy needs to know of the server that it copies.
#[derive(Clone, Debug)]
pub(super) struct Source {
    programs: Programs,
    socket: PathBuf,
    port: u16,
    conninfo: String,
    /// Whom the cluster's files belong to.
    owner: (u32, u32),
}

impl Member {
    pub(super) async fn primary(config: &Config) -> Result<Self> {
        Ok(Self { cluster: Cluster::start(config).await?, name: name(config) })
    }

    /// A copy of `source` in a folder of its own, running as a replica of it.
    pub(super) async fn copy(config: &Config, source: &Self) -> Result<Self> {
        let source = source.source();
        let name = name(config);
        let folder = config.data_dir.clone();
        let for_thread = name.clone();
        tokio::task::spawn_blocking(move || {
            DirBuilder::new().mode(0o711).create(&folder)?;
            // The file that says that the superuser has its password: a replica could not set one.
            fs::write(folder.join("password"), "none\n")?;
            base_backup(&folder.join("pg"), &source, &for_thread)
        })
        .await??;
        Ok(Self { cluster: Cluster::start(config).await?, name })
    }

    /// Copies again, into the folder of this server, which is down.
    pub(super) async fn rebuild(&mut self, source: &Source) -> Result<()> {
        if !self.is_down() {
            bail!("the server still runs");
        }
        let (folder, source, name) = (self.pg(), source.clone(), self.name.clone());
        tokio::task::spawn_blocking(move || {
            fs::remove_dir_all(&folder)?;
            base_backup(&folder, &source, &name)
        })
        .await??;
        self.start().await
    }

    pub(super) fn source(&self) -> Source {
        let owner = fs::metadata(self.pg()).map_or((0, 0), |found| (found.uid(), found.gid()));
        Source {
            programs: self.cluster.programs().clone(),
            socket: self.cluster.socket_dir().to_owned(),
            port: self.port(),
            conninfo: self.conninfo(),
            owner,
        }
    }

    /// What `primary_conninfo` says to stream from here.
    pub(super) fn conninfo(&self) -> String {
        format!("host={} port={} user={SUPERUSER}", self.host(), self.port())
    }

    /// Its name among the replicas of a primary.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn target(&self) -> Target {
        self.cluster.target()
    }

    pub(super) fn host(&self) -> String {
        self.cluster.socket_dir().display().to_string()
    }

    pub(super) fn port(&self) -> u16 {
        let ports = self.cluster.target().driver_config().get_ports().to_vec();
        ports.first().copied().unwrap_or_default()
    }

    pub(super) fn is_down(&self) -> bool {
        self.cluster.has_ended()
    }

    pub(super) async fn execute(&self, sql: &str) -> Result<()> {
        self.session().await?.batch_execute(sql).await.with_context(|| format!("{}: {sql}", self.name))
    }

    pub(super) async fn ask(&self, sql: &str) -> Result<String> {
        let session = self.session().await?;
        let answers = session.simple_query(sql).await.with_context(|| format!("{}: {sql}", self.name))?;
        let value = answers.iter().find_map(|answer| match answer {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        Ok(value.unwrap_or_default().to_owned())
    }

    /// Streams from there from now on.
    pub(super) async fn receive_from(&self, conninfo: &str) -> Result<()> {
        let session = self.session().await?;
        let setting =
            format!("alter system set primary_conninfo = '{conninfo} application_name={}'", self.name);
        session.batch_execute(&setting).await?;
        session.batch_execute("select pg_reload_conf()").await?;
        Ok(())
    }

    /// Ends the server with a signal, if it runs: `INT` in order, `QUIT` at once, `KILL` as a crash.
    pub(super) async fn end(&mut self, signal: Signal) -> Result<()> {
        if self.is_down() {
            return Ok(());
        }
        let pid = Pid::from_raw(self.cluster.pid()).context("the server has no process")?;
        if signal == Signal::KILL {
            // It starts no further process while they are counted.
            kill_process(pid, Signal::STOP)?;
        }
        let children = children_of(pid)?;
        kill_process(pid, signal)?;
        tokio::time::timeout(PATIENCE, self.cluster.ended()).await.context("the server does not end")?;
        // What it has left behind may answer until it notices.
        until("the server's processes have ended", async || {
            children.iter().all(|child| parent_of(child).is_none())
        })
        .await;
        Ok(())
    }

    pub(super) async fn start(&mut self) -> Result<()> {
        Ok(self.cluster.restart().await?)
    }

    fn pg(&self) -> PathBuf {
        self.cluster.data_dir().join("pg")
    }

    async fn session(&self) -> Result<Session> {
        let target = self.target();
        Session::connect(&target, "test admin", CONNECT_TIMEOUT).await.with_context(|| self.name.clone())
    }
}

/// The processes that a process has started and that live, by their folders in `/proc`.
fn children_of(pid: Pid) -> Result<Vec<PathBuf>> {
    let processes = fs::read_dir("/proc")?.map(|entry| entry.map(|entry| entry.path()));
    let processes = processes.collect::<Result<Vec<_>, _>>()?;
    let parent = pid.as_raw_nonzero().get();
    Ok(processes.into_iter().filter(|process| parent_of(process) == Some(parent)).collect())
}

/// Who has started a process, or has inherited it. `None` once it has ended.
fn parent_of(process: &Path) -> Option<i32> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    // The program's name may hold anything, also brackets.
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split(' ');
    let state = fields.next()?;
    if state == "Z" { None } else { fields.next()?.parse().ok() }
}

fn name(config: &Config) -> String {
    let name = config.data_dir.file_name().unwrap_or_default();
    name.to_string_lossy().replace('-', "_")
}

/// Copies a running server into `folder`, as a replica that follows it under `name`.
fn base_backup(folder: &Path, source: &Source, name: &str) -> Result<()> {
    let (uid, gid) = source.owner;
    DirBuilder::new().mode(0o700).create(folder)?;
    let program = source.programs.bin_dir().join("pg_basebackup");
    let mut command = Command::new(&program);
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/local/bin:/usr/bin:/bin");
    if rustix::process::geteuid().is_root() {
        chown(folder, Some(uid), Some(gid))?;
        command.uid(uid).gid(gid);
    }
    command.arg("--pgdata").arg(folder).arg("--host").arg(&source.socket);
    command.args(["--port", &source.port.to_string(), "--username", SUPERUSER]);
    command.args(["--wal-method=stream", "--checkpoint=fast", "--no-sync", "--no-manifest"]);
    let output = command.current_dir(folder).stdin(Stdio::null()).output();
    let output = output.with_context(|| program.display().to_string())?;
    if !output.status.success() {
        bail!("pg_basebackup: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    // What the source itself streams from or streamed from must not come along.
    let settings = format!("primary_conninfo = '{} application_name={name}'\n", source.conninfo);
    for (file, text) in [("postgresql.auto.conf", settings.as_str()), ("standby.signal", "")] {
        let path = folder.join(file);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        if rustix::process::geteuid().is_root() {
            chown(&path, Some(uid), Some(gid))?;
        }
    }
    Ok(())
}
