//! The figures of one request, gathered by its own task. Never here: figures of the whole process.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::statement::{Parameters, Statement};

tokio::task_local! {
    static CURRENT: RequestStats;
}

/// How much of the parameters is compared: enough for ids, little enough for a file of megabytes.
const COMPARED_BYTES: usize = 256;

/// Runs `work` and gathers in `stats` what its statements cost. Tasks that it spawns are not counted.
pub async fn scope<F: Future>(stats: RequestStats, work: F) -> F::Output {
    CURRENT.scope(stats, work).await
}

/// What was gathered so far; clones share it.
#[derive(Clone, Debug, Default)]
pub struct RequestStats(Arc<Mutex<BTreeMap<&'static str, Gathered>>>);

/// One statement in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementStats {
    /// `feature.statement`.
    pub name: &'static str,
    /// How many times it ran, failures included.
    pub count: u64,
    /// How many different parameters it ran with.
    pub distinct_parameters: u64,
    /// Rows returned or changed.
    pub rows: u64,
    /// From asking to the last row, waiting for a connection included.
    pub time: Duration,
}

#[derive(Debug, Default)]
struct Gathered {
    count: u64,
    rows: u64,
    time: Duration,
    parameters: std::collections::BTreeSet<u64>,
}

impl RequestStats {
    /// Every statement by name.
    pub fn statements(&self) -> Vec<StatementStats> {
        let one = |(name, gathered): (&&'static str, &Gathered)| StatementStats {
            name,
            count: gathered.count,
            distinct_parameters: gathered.parameters.len() as u64,
            rows: gathered.rows,
            time: gathered.time,
        };
        self.lock().iter().map(one).collect()
    }

    /// How many statements ran.
    pub fn count(&self) -> u64 {
        self.lock().values().map(|gathered| gathered.count).sum()
    }

    /// How long they took together; statements that ran side by side count twice.
    pub fn time(&self) -> Duration {
        self.lock().values().map(|gathered| gathered.time).sum()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Gathered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A statement that runs; counted when it ends, however it ends.
pub(crate) struct Running {
    statement: &'static Statement,
    parameters: u64,
    began: Instant,
    rows: u64,
    stats: Option<RequestStats>,
}

/// Begins to count a statement.
pub(crate) fn begin(statement: &'static Statement, parameters: &Parameters<'_>) -> Running {
    let stats = CURRENT.try_with(Clone::clone).ok();
    let parameters = if stats.is_some() { digest(parameters) } else { 0 };
    Running { statement, parameters, began: Instant::now(), rows: 0, stats }
}

impl Running {
    /// It ended well.
    pub(crate) fn end(mut self, rows: u64) {
        self.rows = rows;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(stats) = &self.stats else { return };
        let mut statements = stats.lock();
        let gathered = statements.entry(self.statement.name()).or_default();
        gathered.count += 1;
        gathered.rows += self.rows;
        gathered.time += self.began.elapsed();
        gathered.parameters.insert(self.parameters);
    }
}

/// The same for the same parameters, as far as they are compared.
fn digest(parameters: &Parameters<'_>) -> u64 {
    let mut text = Bounded(String::new());
    // It ends with an error where the text is full, which is what we want.
    let _ = write!(text, "{parameters:?}");
    let mut hasher = DefaultHasher::new();
    text.0.hash(&mut hasher);
    hasher.finish()
}

struct Bounded(String);

impl std::fmt::Write for Bounded {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        let left = COMPARED_BYTES - self.0.len();
        let fits = part.floor_char_boundary(left.min(part.len()));
        self.0.push_str(&part[..fits]);
        if fits < part.len() { Err(std::fmt::Error) } else { Ok(()) }
    }
}
