//! The private cluster: made, started, stopped, killed, orphaned.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mainstay_db::embedded::{Cluster, Config, Durability, EmbeddedError, Lifetime};
use mainstay_db::{Session, Target};
use mainstay_testing::{OwnCluster, until};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A folder that the server's account may enter.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Small, and as safe as in production.
fn durable(folder: &Path) -> Config {
    Config { durability: Durability::Durable, ..OwnCluster::config(folder) }
}

async fn connect(target: &Target) -> Session {
    Session::connect(target, "test", Duration::from_secs(5)).await.unwrap()
}

async fn rows(target: &Target) -> i64 {
    connect(target).await.query_one("select count(*) from kept", &[]).await.unwrap().get(0)
}

fn pid(raw: i32) -> Pid {
    Pid::from_raw(raw).unwrap()
}

/// Where the processes below are told to hold a cluster: a file of this name in their working folder.
const HOLD: &str = "hold-a-cluster";

/// This test, run by itself in another process, as one that will be killed.
fn holder(program: &Path, folder: &Path, wrap: &[&str]) -> Child {
    fs::write(folder.join(HOLD), "").unwrap();
    let line = wrap.iter().map(|word| Path::new(*word)).chain([program]).collect::<Vec<_>>();
    Command::new(line[0])
        .args(&line[1..])
        .args(["--exact", "embedded::a_cluster_is_made_once_and_starts_again", "--nocapture"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn a_cluster_is_made_once_and_starts_again() {
    if Path::new(HOLD).exists() {
        let here = std::env::current_dir().unwrap();
        let cluster = Cluster::start(&durable(&here)).await.unwrap();
        fs::write("url.new", cluster.target().url().expose()).unwrap();
        fs::rename("url.new", "url").unwrap();
        // The folder's lock is enough to hold on to; whoever started us ends us.
        std::future::pending::<()>().await;
    }
    let folder = folder();
    let first = Cluster::start(&durable(folder.path())).await.unwrap();
    let made = first.timings();
    connect(&first.target())
        .await
        .batch_execute("create table kept (); insert into kept default values")
        .await
        .unwrap();
    first.stop().await.unwrap();
    let second = Cluster::start(&durable(folder.path())).await.unwrap();
    assert!(second.timings().prepare < made.prepare, "the second start made the cluster again");
    assert_eq!(rows(&second.target()).await, 1);
    second.stop().await.unwrap();
    let halves = fs::read_dir(folder.path().join("postgres")).unwrap().flatten();
    assert_eq!(halves.filter(|entry| entry.file_name().to_string_lossy().contains("tmp")).count(), 0);
}

#[tokio::test]
async fn its_settings_are_safe_and_its_doors_are_closed() {
    let folder = folder();
    let cluster = Cluster::start(&durable(folder.path())).await.unwrap();
    let session = connect(&cluster.target()).await;
    for (name, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("server_encoding", "UTF8"),
        ("wal_level", "replica"),
        ("max_wal_senders", "5"),
    ] {
        let row = session.query_one("select current_setting($1)", &[&name]).await.unwrap();
        assert_eq!(row.get::<_, &str>(0), value, "{name}");
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(cluster.socket_dir()), 0o700);
    assert_eq!(mode(&cluster.password_file()), 0o600);
    assert_eq!(mode(&cluster.data_dir().join("pg")), 0o700);

    // TCP asks for the password, and takes it.
    let limit = Duration::from_secs(5);
    let without = Target::parse(&cluster.tcp_url()).unwrap();
    Session::connect(&without, "test", limit).await.unwrap_err();
    let password = fs::read_to_string(cluster.password_file()).unwrap();
    let with = cluster.tcp_url().replace("postgres@", &format!("postgres:{}@", password.trim()));
    Session::connect(&Target::parse(&with).unwrap(), "test", limit).await.unwrap();
    let wrong = cluster.tcp_url().replace("postgres@", "postgres:wrong@");
    Session::connect(&Target::parse(&wrong).unwrap(), "test", limit).await.unwrap_err();
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_start_is_refused_and_names_the_first() {
    let folder = folder();
    let cluster = Cluster::start(&OwnCluster::config(folder.path())).await.unwrap();
    let error = Cluster::start(&OwnCluster::config(folder.path())).await.unwrap_err();
    assert!(
        matches!(&error, EmbeddedError::InUse { pid, .. } if *pid == std::process::id().to_string()),
        "{error}"
    );
    connect(&cluster.target()).await;
    cluster.stop().await.unwrap();
    Cluster::start(&OwnCluster::config(folder.path())).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_loses_nothing_that_it_acknowledged() {
    let folder = folder();
    let mut cluster = Cluster::start(&durable(folder.path())).await.unwrap();
    let session = connect(&cluster.target()).await;
    session.batch_execute("create table kept (id int)").await.unwrap();
    let mut acknowledged = 0;
    for id in 0..200_i32 {
        session.execute("insert into kept values ($1)", &[&id]).await.unwrap();
        acknowledged += 1;
    }
    // One more is open and must not appear.
    session.batch_execute("begin; insert into kept values (-1)").await.unwrap();
    kill_process(pid(cluster.pid()), Signal::KILL).unwrap();
    tokio::time::timeout(Duration::from_secs(10), cluster.ended()).await.expect("the kill is noticed");
    assert!(cluster.has_ended());
    assert!(cluster.data_dir().join("pg/postmaster.pid").exists(), "a stale pid file is part of the test");
    drop(cluster);
    let again = Cluster::start(&durable(folder.path())).await.unwrap();
    assert_eq!(rows(&again.target()).await, acknowledged);
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_comes_back_on_the_same_socket_though_somebody_took_its_port() {
    let folder = folder();
    let mut cluster = Cluster::start(&durable(folder.path())).await.unwrap();
    let (target, first) = (cluster.target(), cluster.pid());
    connect(&target)
        .await
        .batch_execute("create table kept (); insert into kept default values")
        .await
        .unwrap();
    cluster.restart().await.unwrap();
    assert_eq!(cluster.pid(), first, "a server that runs is left alone");
    kill_process(pid(first), Signal::KILL).unwrap();
    cluster.ended().await;
    let tcp_port: u16 =
        cluster.tcp_url().rsplit_once(':').unwrap().1.split('/').next().unwrap().parse().unwrap();
    let mut thief = None;
    until("the port is free", async || {
        thief = std::net::TcpListener::bind(("127.0.0.1", tcp_port)).ok();
        thief.is_some()
    })
    .await;
    cluster.restart().await.unwrap();
    assert_ne!(cluster.pid(), first);
    assert_eq!(rows(&target).await, 1);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_server_ends_with_a_killed_parent_and_keeps_what_it_acknowledged() {
    let folder = folder();
    parent_dies(&folder, &std::env::current_exe().unwrap(), &[]).await;
    let again = Cluster::start(&durable(folder.path())).await.unwrap();
    assert_eq!(rows(&again.target()).await, 1);
    again.stop().await.unwrap();
}

#[tokio::test]
async fn an_ordinary_user_needs_no_root() {
    // As an ordinary user every test here shows it; as root, one more process does.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = folder();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    // The build's own folder may be closed to others.
    let program = folder.path().join("tests");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let wrap = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    parent_dies(&folder, &program, &wrap).await;
}

/// A process starts a cluster, a row is committed there, the process is killed: the server must end by itself.
async fn parent_dies(folder: &TempDir, program: &Path, wrap: &[&str]) {
    let mut parent = holder(program, folder.path(), wrap);
    let url = folder.path().join("url");
    until("the other process has its cluster", async || {
        assert!(parent.try_wait().unwrap().is_none(), "the other process ended");
        url.exists()
    })
    .await;
    let target = Target::parse(&fs::read_to_string(&url).unwrap()).unwrap();
    connect(&target)
        .await
        .batch_execute("create table kept (); insert into kept default values")
        .await
        .unwrap();
    let running = folder.path().join("postgres/pg/postmaster.pid");
    assert!(running.exists());
    parent.kill().unwrap();
    parent.wait().unwrap();
    // The server removes the file as the last thing of an orderly stop.
    until("the server has ended with its parent", async || !running.exists()).await;
}

#[tokio::test]
async fn a_server_left_by_an_earlier_process_is_replaced() {
    let folder = folder();
    let detached = Config { lifetime: Lifetime::Detached, ..durable(folder.path()) };
    let left = Cluster::start(&detached).await.unwrap();
    connect(&left.target())
        .await
        .batch_execute("create table kept (); insert into kept default values")
        .await
        .unwrap();
    let (old, target) = (left.pid(), left.target());
    drop(left);
    connect(&target).await;
    let cluster = Cluster::start(&durable(folder.path())).await.unwrap();
    assert_ne!(cluster.pid(), old);
    Session::connect(&target, "test", Duration::from_secs(5)).await.expect_err("the old server lives on");
    assert_eq!(rows(&cluster.target()).await, 1);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_whose_making_was_interrupted_is_made_anew() {
    let folder = folder();
    let half = folder.path().join("postgres/pg.tmp-1");
    fs::create_dir_all(&half).unwrap();
    fs::set_permissions(folder.path().join("postgres"), Permissions::from_mode(0o711)).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    let cluster = Cluster::start(&OwnCluster::config(folder.path())).await.unwrap();
    assert!(!half.exists());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_wrong_setting_is_told_with_the_servers_own_words() {
    let folder = folder();
    let mut config = OwnCluster::config(folder.path());
    config.settings.insert("no_such_setting".to_owned(), "1".to_owned());
    let begun = Instant::now();
    let error = Cluster::start(&config).await.unwrap_err().to_string();
    assert!(error.contains("no_such_setting"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(20));
    // The folder is free again.
    Cluster::start(&OwnCluster::config(folder.path())).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn a_long_path_gets_a_short_socket() {
    let folder = folder();
    let deep = folder.path().join("a".repeat(100));
    let cluster = Cluster::start(&OwnCluster::config(&deep)).await.unwrap();
    assert!(cluster.socket_dir().starts_with("/tmp"), "{}", cluster.socket_dir().display());
    connect(&cluster.target()).await;
    let short = cluster.socket_dir().to_owned();
    cluster.stop().await.unwrap();
    fs::remove_dir_all(short).unwrap();
}

#[tokio::test]
async fn as_root_a_closed_folder_on_the_way_is_named() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let closed = folder();
    fs::set_permissions(closed.path(), Permissions::from_mode(0o700)).unwrap();
    let error = Cluster::start(&OwnCluster::config(closed.path())).await.unwrap_err();
    let blocked = fs::canonicalize(closed.path()).unwrap();
    assert!(
        matches!(&error, EmbeddedError::NotReachable { blocked: found, .. } if *found == blocked),
        "{error}"
    );
    assert!(error.to_string().contains("chmod o+x"), "{error}");
}
