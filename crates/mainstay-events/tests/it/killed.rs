//! A process that tells something and is killed behind its commit: what it has told is heard of by another process, once.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use mainstay_db::{Config, Db, Target};
use mainstay_events::Emit;
use mainstay_testing::until;
use tokio_postgres::config::Host;

use crate::world::{World, told};

/// The address of the database, for another process.
fn address(target: &Target) -> String {
    let pg = target.driver_config();
    let Some(Host::Unix(folder)) = pg.get_hosts().first() else { panic!("the test's server has a socket") };
    let (user, port) = (pg.get_user().unwrap(), pg.get_ports()[0]);
    format!("host={} port={port} user={user} dbname={}", folder.display(), target.database())
}

const COMMITTED: &str = "it is committed";

/// The other process: tells a word in the database whose address it is given, and another one that it never commits. Without
/// an address there is nothing to do.
#[tokio::test]
async fn the_process_that_is_killed() {
    let mut given = String::new();
    std::io::stdin().read_to_string(&mut given).unwrap();
    if given.is_empty() {
        return;
    }
    let db = Db::connect(&Config::default(), &Target::parse(&given).unwrap()).await.unwrap();
    let tx = db.write().await.unwrap();
    tx.emit(&told("committed", Some("key"))).await.unwrap();
    tx.commit().await.unwrap();
    let open = db.write().await.unwrap();
    open.emit(&told("never", Some("key"))).await.unwrap();
    println!("\n{COMMITTED}");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn what_a_process_has_told_is_heard_of_once_though_it_is_killed_behind_its_commit() {
    let world = World::new().await;
    let (kinds, heard) = world.subscribe().await;
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::the_process_that_is_killed", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    other.stdin.take().unwrap().write_all(address(world.test.target()).as_bytes()).unwrap();
    let mut lines = BufReader::new(other.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == COMMITTED));
    other.kill().unwrap();
    other.wait().unwrap();
    let working = world.work(kinds);
    // The next one of the key is heard of behind it.
    world.tell("behind", Some("key")).await;
    until("both have heard", async || heard.words().len() == 4).await;
    let first: Vec<_> = heard.words().into_iter().filter(|word| !word.starts_with("second")).collect();
    assert_eq!(first, ["committed", "behind"]);
    working.stop().await;
    world.close().await;
}
