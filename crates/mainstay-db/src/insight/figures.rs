//! What each statement has cost since the process began, by name. Counting takes a few atomic additions and allocates
//! nothing but at a statement's first run, and its first run for a route. Never here: parameters.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use mainstay_telemetry::{Counter, Histogram, Registry, events};
use prometheus_client::metrics::counter::Counter as CounterSeries;
use prometheus_client::metrics::histogram::Histogram as HistogramSeries;

use super::slow::{Slow, Told};
use super::spread::{self, BOUNDS_S, CELLS, Spread};
use super::{Config, SlowStatement};
use crate::statement::Statement;

/// What is known of the statements of one database.
#[derive(Debug)]
pub struct Insight {
    slow_after: Duration,
    routes_kept: usize,
    pub(super) config: Config,
    pub(super) slow: Slow,
    by_statement: RwLock<HashMap<usize, Arc<Figures>>>,
    metrics: OnceLock<Metrics>,
}

/// One statement since the process began.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementFigures {
    /// `feature.statement`.
    pub name: &'static str,
    /// What the server gets.
    pub text: &'static str,
    /// How many times it ran, failures included.
    pub count: u64,
    /// How many of these failed or were given up by their caller.
    pub errors: u64,
    /// How many took longer than `slow_statement_ms`.
    pub slow: u64,
    /// Rows returned or changed.
    pub rows: u64,
    /// From asking to the last row, waiting for a connection included; all runs together.
    pub total: Duration,
    /// The shortest run.
    pub min: Duration,
    /// The longest run.
    pub max: Duration,
    /// How the times are spread.
    pub spread: Spread,
    /// The routes that ran it, as many as are kept, in the order of their first run.
    pub routes: Vec<Arc<str>>,
}

#[derive(Debug)]
struct Figures {
    statement: &'static Statement,
    count: AtomicU64,
    errors: AtomicU64,
    slow: AtomicU64,
    told: Mutex<Told>,
    rows: AtomicU64,
    total_ns: AtomicU64,
    min_ns: AtomicU64,
    max_ns: AtomicU64,
    cells: [AtomicU64; CELLS],
    routes: RwLock<Vec<Arc<str>>>,
    series: OnceLock<Series>,
}

struct Metrics {
    duration: Histogram,
    errors: Counter,
    rows: Counter,
}

/// The series of one statement: looking them up allocates.
#[derive(Debug)]
struct Series {
    duration: HistogramSeries,
    errors: CounterSeries,
    rows: CounterSeries,
}

/// One run of a statement that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    pub(super) took: Duration,
    pub(super) rows: u64,
    pub(super) failed: bool,
    pub(super) route: Option<&'a Arc<str>>,
}

impl Insight {
    pub(crate) fn new(config: &Config, slow_after: Duration) -> Self {
        Self {
            slow_after,
            routes_kept: config.routes_kept,
            config: config.clone(),
            slow: Slow::new(config),
            by_statement: RwLock::default(),
            metrics: OnceLock::new(),
        }
    }

    /// From now on each run is observed by `registry` too: `db_statement_duration_seconds`, `db_statement_errors` and
    /// `db_statement_rows` by statement. Only the first call counts.
    pub fn measure_into(&self, registry: &Registry) {
        const BY_NAME: &[&str] = &["statement"];
        self.metrics.get_or_init(|| Metrics {
            duration: registry.histogram(
                "db_statement_duration_seconds",
                "From asking to the last row, waiting for a connection included",
                BOUNDS_S,
                BY_NAME,
            ),
            errors: registry.counter("db_statement_errors", "Runs that failed or were given up", BY_NAME),
            rows: registry.counter("db_statement_rows", "Rows returned or changed", BY_NAME),
        });
    }

    /// Every statement that has run, by name.
    pub fn statements(&self) -> Vec<StatementFigures> {
        let known = self.by_statement.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = known.values().map(|figures| figures.read()).collect();
        drop(known);
        all.sort_unstable_by_key(|figures| figures.name);
        all
    }

    /// The texts of the statements that have run most on connections of the pools, at most so many.
    pub(crate) fn most_run(&self, most: usize) -> Vec<&'static str> {
        let known = self.by_statement.read().unwrap_or_else(PoisonError::into_inner);
        let pooled = known.values().filter(|figures| !figures.statement.is_pipelined());
        let mut all: Vec<_> =
            pooled.map(|figures| (figures.count.load(Ordering::Relaxed), figures.statement.text())).collect();
        drop(known);
        all.sort_unstable_by_key(|(count, text)| (std::cmp::Reverse(*count), *text));
        all.into_iter().take(most).map(|(_, text)| text).collect()
    }

    /// The last slow runs, the newest first, with their statements' plans as far as they are known.
    pub fn slow(&self) -> Vec<SlowStatement> {
        self.slow.newest_first()
    }

    /// A run that takes longer is slow.
    pub fn slow_after(&self) -> Duration {
        self.slow_after
    }

    pub(super) fn ended(&self, statement: &'static Statement, run: Run<'_>) {
        let figures = self.figures(statement);
        figures.add(run);
        if let Some(route) = run.route {
            figures.ran_by(route, self.routes_kept);
        }
        if let Some(metrics) = self.metrics.get() {
            figures.observe(metrics, run);
        }
        if run.took > self.slow_after {
            figures.slow.fetch_add(1, Ordering::Relaxed);
            if let Some(untold) = figures.told().tell(Instant::now(), self.config.slow_told_every()) {
                tracing::warn!(
                    event = events::DB_STATEMENT_SLOW,
                    db.statement = statement.name(),
                    db.duration_ms = run.took.as_secs_f64() * 1e3,
                    db.rows = run.rows,
                    db.failed = run.failed,
                    db.untold = untold,
                    "a statement was slow"
                );
            }
            self.slow.note(statement, run);
        }
    }

    fn figures(&self, statement: &'static Statement) -> Arc<Figures> {
        let known = self.by_statement.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(figures) = known.get(&statement.key()) {
            return Arc::clone(figures);
        }
        drop(known);
        let mut known = self.by_statement.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(statement.key()).or_insert_with(|| Arc::new(Figures::new(statement))))
    }
}

impl Figures {
    fn new(statement: &'static Statement) -> Self {
        Self {
            statement,
            count: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            slow: AtomicU64::new(0),
            told: Mutex::default(),
            rows: AtomicU64::new(0),
            total_ns: AtomicU64::new(0),
            min_ns: AtomicU64::new(u64::MAX),
            max_ns: AtomicU64::new(0),
            cells: Default::default(),
            routes: RwLock::default(),
            series: OnceLock::new(),
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, run: Run<'_>) {
        let took_ns = u64::try_from(run.took.as_nanos()).unwrap_or(u64::MAX);
        self.count.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(run.rows, Ordering::Relaxed);
        self.total_ns.fetch_add(took_ns, Ordering::Relaxed);
        self.min_ns.fetch_min(took_ns, Ordering::Relaxed);
        self.max_ns.fetch_max(took_ns, Ordering::Relaxed);
        self.cells[spread::cell(run.took)].fetch_add(1, Ordering::Relaxed);
        if run.failed {
            self.errors.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn ran_by(&self, route: &Arc<str>, most: usize) {
        let is_settled = |routes: &Vec<Arc<str>>| routes.contains(route) || routes.len() >= most;
        if is_settled(&self.routes.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        if !is_settled(&routes) {
            routes.push(Arc::clone(route));
        }
    }

    fn observe(&self, metrics: &Metrics, run: Run<'_>) {
        let series = self.series.get_or_init(|| {
            let name = [self.statement.name()];
            Series {
                duration: metrics.duration.with(&name),
                errors: metrics.errors.with(&name),
                rows: metrics.rows.with(&name),
            }
        });
        series.duration.observe(run.took.as_secs_f64());
        series.rows.inc_by(run.rows);
        if run.failed {
            series.errors.inc();
        }
    }

    fn read(&self) -> StatementFigures {
        let nanos = |value: &AtomicU64| Duration::from_nanos(value.load(Ordering::Relaxed));
        let min = nanos(&self.min_ns);
        StatementFigures {
            name: self.statement.name(),
            text: self.statement.text(),
            count: self.count.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            slow: self.slow.load(Ordering::Relaxed),
            rows: self.rows.load(Ordering::Relaxed),
            total: nanos(&self.total_ns),
            // Somebody may look between the making of the figures and their first run.
            min: min.min(nanos(&self.max_ns)),
            max: nanos(&self.max_ns),
            spread: Spread(std::array::from_fn(|index| self.cells[index].load(Ordering::Relaxed))),
            routes: self.routes.read().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}
