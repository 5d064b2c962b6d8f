//! How many jobs are done while somebody holds a snapshot, beside how many otherwise. Never here: other measurements.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mainstay_db::{Session, Target};
use mainstay_jobs::Config;

use super::nothing::Told;
use super::ours::{ASKING, Ours, TOGETHER};
use super::store;

/// Nobody asks for more while so many wait.
const WAITING_MOST: usize = 10_000;
const WARM: Duration = Duration::from_secs(2);

/// Jobs per second.
pub(super) struct Rates {
    pub(super) normal: f64,
    pub(super) held: f64,
}

impl Rates {
    pub(super) fn ratio(&self) -> f64 {
        self.held / self.normal
    }
}

/// For so long with a snapshot, and for as long without, half of it before and half of it behind: what there is grows meanwhile,
/// and the server looks after it now and then.
pub(super) async fn measure(target: &Target, time: Duration) -> anyhow::Result<Rates> {
    let ours = Ours::open(target, Told::new(false)).await?;
    let holder = Session::connect(target, "bench", Duration::from_secs(10)).await?;
    let working = ours.work(&Config::default());
    let asked = AtomicUsize::new(0);
    flow(&ours, &asked, WARM).await?;
    let before = flow(&ours, &asked, time / 2).await?;
    store::hold(&holder).await?;
    let held = flow(&ours, &asked, time).await?;
    store::release(&holder).await?;
    let after = flow(&ours, &asked, time / 2).await?;
    working.drain(Duration::from_secs(20)).await;
    Ok(Rates { normal: (before + after) / 2.0, held })
}

/// Asks for jobs for a time, as fast as they are done; how many of them a second.
async fn flow(ours: &Ours, asked: &AtomicUsize, time: Duration) -> anyhow::Result<f64> {
    let (begun, before) = (Instant::now(), ours.told.count());
    let asking = (0..ASKING).map(|_| async {
        while begun.elapsed() < time {
            if asked.load(Ordering::Relaxed).saturating_sub(ours.told.count()) >= WAITING_MOST {
                tokio::time::sleep(Duration::from_millis(2)).await;
                continue;
            }
            asked.fetch_add(TOGETHER, Ordering::Relaxed);
            ours.enqueue(0..TOGETHER, |new, _| new).await?;
        }
        Ok::<_, anyhow::Error>(())
    });
    futures_util::future::try_join_all(asking).await?;
    Ok((ours.told.count() - before) as f64 / begun.elapsed().as_secs_f64())
}
