//! A bound on the statements of a piece of work, counted where they are sent. Never here: the server's own counts
//! (`statements`), which also see statements without a name and those of other processes.

use std::fmt::Write as _;
use std::future::Future;
use std::panic::Location;

use mainstay_db::insight::{self, RequestStats};

/// Runs `work` and sees that it sends no more than `most` named statements. What it spawns is not counted, and what it
/// runs [`insight::apart`] is not either.
///
/// # Panics
/// If there were more, with the list of them by name.
#[track_caller]
pub fn max_statements<F: Future>(most: u64, work: F) -> impl Future<Output = F::Output> {
    let caller = Location::caller();
    async move {
        let stats = RequestStats::default();
        let output = insight::scope(stats.clone(), work).await;
        assert!(stats.count() <= most, "at {caller}: {}", told(&stats, most));
        output
    }
}

fn told(stats: &RequestStats, most: u64) -> String {
    let mut text = format!("{} statements ran, {most} may", stats.count());
    for one in stats.statements() {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{:>6} x {}, {} rows, {:.1?}", one.count, one.name, one.rows, one.time);
    }
    text
}
