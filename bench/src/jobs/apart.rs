//! Single jobs that one process asks for and another one begins: words between processes carry them, no memory. Never here: what
//! both do in one process.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use mainstay_db::{Db, Target};
use mainstay_jobs::{Config, Enqueue, New, Waker};
use mainstay_runtime::{Effects, Supervisor};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use super::nothing::{Nothing, Told};
use super::ours::Ours;
use super::peer::url;
use crate::load::Seen;

/// The name of the program that asks.
pub(crate) const NAME: &str = "jobs-asker";
const LONGEST: Duration = Duration::from_secs(20);

/// Between the beginning of one and the next that is asked for: nothing else is said between the processes, or something has just
/// been, so that the next word waits with others for its time.
pub(super) const IDLE: Duration = Duration::from_millis(50);
pub(super) const BUSY: Duration = Duration::from_millis(5);

/// From before a job is asked for to its beginning.
pub(super) struct Apart {
    pub(super) idle: Seen,
    pub(super) busy: Seen,
}

/// Of so many, with this pause between them, on an empty database.
pub(super) async fn measure(target: &Target, many: usize, pause: Duration) -> anyhow::Result<Seen> {
    let ours = Ours::open(target, Told::new(true)).await?;
    let working = ours.work(&Config::default());
    let mut asker = Command::new(std::env::current_exe()?)
        .args([NAME, &url(target)?])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut wish = asker.stdin.take().context("no pipe")?;
    let mut ready = BufReader::new(asker.stdout.take().context("no pipe")?).lines();
    ready.next_line().await?.context("the other process has ended")?;
    // Who works has just begun to.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (begun, mut waits) = (Instant::now(), Vec::with_capacity(many));
    for number in 0..many {
        let asked = Instant::now();
        wish.write_all(format!("{number}\n").as_bytes()).await?;
        let (which, began) = tokio::time::timeout(LONGEST, ours.told.next()).await??;
        ensure!(which == number, "another one began");
        waits.push(began.duration_since(asked));
        tokio::time::sleep(pause).await;
    }
    drop(wish);
    asker.wait().await?;
    working.drain(LONGEST).await;
    Ok(Seen::of(waits, begun.elapsed()))
}

/// The other process: asks for a job of each number that it is told, until nobody tells it anything.
pub(crate) async fn ask() -> anyhow::Result<()> {
    let target = Target::parse(&std::env::args().nth(2).context("no address")?)?;
    let db = Db::connect(&mainstay_db::Config::default(), &target).await?;
    let effects = Effects::system();
    let (waker, supervisor) = (Waker::new(&target, &effects), Supervisor::new(&effects));
    supervisor.spawn("words", |stop| waker.run(stop));
    println!("ready");
    // It keeps this thread; whatever else is to be done has others.
    for number in std::io::stdin().lines() {
        let tx = db.write().await?;
        tx.enqueue(New::of(&Nothing::new(number?.parse()?))).await?;
        tx.commit().await?;
    }
    supervisor.drain(LONGEST).await;
    Ok(())
}
