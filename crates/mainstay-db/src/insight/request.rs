//! The figures of one request, gathered by its own task. Never here: figures of the whole process.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use mainstay_telemetry::metrics::MAX_LABEL_BYTES;
use tokio::task::futures::TaskLocalFuture;

use super::Insight;
use super::figures::Run;
use crate::DbError;
use crate::statement::{Parameters, Statement};

tokio::task_local! {
    static CURRENT: RequestStats;
}

/// How much of the parameters is compared: enough for ids, little enough for a file of megabytes.
const COMPARED_BYTES: usize = 256;

/// Runs `work` and gathers in `stats` what its statements cost. Tasks that it spawns are not counted.
pub fn scope<F: Future>(stats: RequestStats, work: F) -> TaskLocalFuture<RequestStats, F> {
    CURRENT.scope(stats, work)
}

/// Runs work whose number of statements grows with what it was given, on purpose, such as storing each file of an
/// archive: it is neither counted nor limited.
pub async fn apart<F: Future>(work: F) -> F::Output {
    let stats = RequestStats::default();
    if let Ok(Some(route)) = CURRENT.try_with(|outer| outer.shared.route.get().cloned()) {
        let _ = stats.shared.route.set(route);
    }
    CURRENT.scope(stats, work).await
}

/// Says which route the present scope works for. The first name stays; a longer one than
/// [`MAX_LABEL_BYTES`] names nothing. Give templates, never what a client wrote.
pub fn name_route(route: &str) {
    if route.len() > MAX_LABEL_BYTES {
        return;
    }
    let _ = CURRENT.try_with(|stats| stats.shared.route.get_or_init(|| route.into()).len());
}

/// What a request may ask of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Most statements; the next one is refused with [`DbError::TooManyStatements`].
    pub statements: u64,
    /// As many runs of one statement with different parameters are a loop that asks for one row at a time.
    pub repeated: u64,
    /// Whether such a loop panics, for tests. Otherwise it is only told.
    pub panics: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { statements: u64::MAX, repeated: u64::MAX, panics: false }
    }
}

/// What was gathered so far; clones share it.
#[derive(Clone, Debug, Default)]
pub struct RequestStats {
    budget: Budget,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    route: OnceLock<Arc<str>>,
    statements: Mutex<BTreeMap<&'static str, Gathered>>,
}

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

impl Gathered {
    fn is_repeated(&self, budget: &Budget) -> bool {
        self.parameters.len() as u64 >= budget.repeated
    }
}

impl RequestStats {
    /// Nothing yet, and what there may be.
    pub fn within(budget: Budget) -> Self {
        Self { budget, shared: Arc::default() }
    }

    /// The statements that ran as often with different parameters as a loop would.
    pub fn repeated(&self) -> Vec<&'static str> {
        let statements = self.lock();
        let looped = statements.iter().filter(|(_, gathered)| gathered.is_repeated(&self.budget));
        looped.map(|(name, _)| *name).collect()
    }

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
        self.shared.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A statement that runs; counted when it ends, however it ends.
pub(crate) struct Running<'a> {
    insight: &'a Insight,
    statement: &'static Statement,
    parameters: u64,
    began: Instant,
    rows: u64,
    has_ended: bool,
    stats: Option<RequestStats>,
}

/// Begins to count a statement, unless the budget of its request is used up.
pub(crate) fn begin<'a>(
    insight: &'a Insight,
    statement: &'static Statement,
    parameters: &Parameters<'_>,
) -> Result<Running<'a>, DbError> {
    let stats = CURRENT.try_with(Clone::clone).ok();
    let mut compared = 0;
    if let Some(stats) = &stats {
        let most = stats.budget.statements;
        if most < u64::MAX && stats.count() >= most {
            return Err(DbError::TooManyStatements { statement: statement.name(), most });
        }
        compared = digest(parameters);
    }
    let began = Instant::now();
    Ok(Running { insight, statement, parameters: compared, began, rows: 0, has_ended: false, stats })
}

impl Running<'_> {
    /// It ended well.
    pub(crate) fn end(mut self, rows: u64) {
        self.rows = rows;
        self.has_ended = true;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let route = self.stats.as_ref().and_then(|stats| stats.shared.route.get());
        self.insight.ended(self.statement, Run { took, rows: self.rows, failed: !self.has_ended, route });
        let Some(stats) = &self.stats else { return };
        let mut statements = stats.lock();
        let gathered = statements.entry(self.statement.name()).or_default();
        gathered.count += 1;
        gathered.rows += self.rows;
        gathered.time += took;
        gathered.parameters.insert(self.parameters);
        let is_loop = gathered.is_repeated(&stats.budget);
        drop(statements);
        assert!(
            !(is_loop && stats.budget.panics) || std::thread::panicking(),
            "{} ran {} times with different parameters in one request: ask for all of them at once",
            self.statement.name(),
            stats.budget.repeated
        );
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
