//! Many processes, one server: it is shared while they live, and stopped when they are gone.

use std::path::Path;
use std::process::{Command, Stdio};

use mainstay_testing::TestDb;

/// What the processes below leave in their working folder.
const NOTE: &str = "what-server";

/// The start time of the server tells one server from another.
async fn server_started() -> String {
    let db = TestDb::empty().await.unwrap();
    let read = db.db().read();
    read.query_one("select pg_postmaster_start_time()::text", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn processes_share_one_server() {
    if Path::new("report-the-server").exists() {
        std::fs::write(format!("{NOTE}-{}", std::process::id()), server_started().await).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report-the-server"), "").unwrap();
    let program = std::env::current_exe().unwrap();
    let start = || {
        let mut command = Command::new(&program);
        command.args(["--exact", "processes::processes_share_one_server"]).current_dir(folder.path());
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let mut children: Vec<_> = (0..6).map(|_| start()).collect();
    let ours = server_started().await;
    for child in &mut children {
        assert!(child.wait().unwrap().success());
        let theirs = std::fs::read_to_string(folder.path().join(format!("{NOTE}-{}", child.id()))).unwrap();
        assert_eq!(theirs, ours);
    }
}

#[tokio::test]
async fn databases_are_made_and_dropped_in_parallel() {
    let make = async || {
        let db = TestDb::empty().await.unwrap();
        db.db().ping().await.unwrap();
        db.close().await.unwrap();
    };
    tokio::join!(make(), make(), make(), make());
}
