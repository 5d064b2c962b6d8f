//! The last slow runs, and one plan for each slow statement. Never here: parameters, and how a plan is asked for.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Config;
use super::figures::Run;
use crate::statement::Statement;

/// A run that took longer than `slow_statement_ms`.
#[derive(Clone, Debug)]
pub struct SlowStatement {
    /// `feature.statement`.
    pub name: &'static str,
    /// What the server got, without parameters.
    pub text: &'static str,
    /// From asking to the last row, waiting for a connection included.
    pub took: Duration,
    /// Rows returned or changed.
    pub rows: u64,
    /// It failed or was given up by its caller.
    pub failed: bool,
    /// The route that ran it.
    pub route: Option<Arc<str>>,
    /// When it ended.
    pub ended: Instant,
    /// The statement's plan, once it was asked for.
    pub plan: Option<Plan>,
}

/// What the server would do for any parameters, or why it does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// As `explain` prints the generic plan.
    Known(Arc<str>),
    /// Why there is none.
    Refused(Arc<str>),
}

/// When the log was last told of a slow run of one statement: where everything is slow, every run has something to say.
#[derive(Debug, Default)]
pub(super) struct Told {
    last: Option<Instant>,
    untold: u64,
}

impl Told {
    /// For a run that has ended now: how many since the last line were not told, where this one is to be.
    pub(super) fn tell(&mut self, now: Instant, every: Duration) -> Option<u64> {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < every) {
            self.untold += 1;
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.untold))
    }
}

/// What is kept.
#[derive(Debug)]
pub(super) struct Slow {
    most: usize,
    kept: Mutex<Kept>,
}

/// As many plans as the program has statements at most.
#[derive(Debug, Default)]
struct Kept {
    runs: VecDeque<SlowStatement>,
    plans: BTreeMap<&'static str, Asked>,
}

#[derive(Debug)]
struct Asked {
    statement: &'static Statement,
    wanted: bool,
    asked: Option<Instant>,
    plan: Option<Plan>,
}

impl Slow {
    pub(super) fn new(config: &Config) -> Self {
        Self { most: config.slow_kept, kept: Mutex::default() }
    }

    pub(super) fn note(&self, statement: &'static Statement, run: Run<'_>) {
        if self.most == 0 {
            return;
        }
        let mut kept = self.lock();
        while kept.runs.len() >= self.most {
            kept.runs.pop_front();
        }
        kept.runs.push_back(SlowStatement {
            name: statement.name(),
            text: statement.text(),
            took: run.took,
            rows: run.rows,
            failed: run.failed,
            route: run.route.cloned(),
            ended: Instant::now(),
            plan: None,
        });
        let unasked = || Asked { statement, wanted: true, asked: None, plan: None };
        kept.plans.entry(statement.name()).or_insert_with(unasked).wanted = true;
    }

    pub(super) fn newest_first(&self) -> Vec<SlowStatement> {
        let kept = self.lock();
        let with_plan = |run: &SlowStatement| SlowStatement {
            plan: kept.plans.get(run.name).and_then(|asked| asked.plan.clone()),
            ..run.clone()
        };
        kept.runs.iter().rev().map(with_plan).collect()
    }

    /// The statements that were slow since their plan was asked for, which is at least `interval` ago. They count as
    /// asked for now.
    pub(super) fn wanted(&self, now: Instant, interval: Duration) -> Vec<&'static Statement> {
        let mut kept = self.lock();
        let is_due = |asked: &Asked| {
            asked.wanted && asked.asked.is_none_or(|at| now.saturating_duration_since(at) >= interval)
        };
        let due = kept.plans.values_mut().filter(|asked| is_due(asked));
        due.map(|asked| {
            (asked.wanted, asked.asked) = (false, Some(now));
            asked.statement
        })
        .collect()
    }

    pub(super) fn keep(&self, statement: &'static Statement, plan: Plan) {
        if let Some(asked) = self.lock().plans.get_mut(statement.name()) {
            asked.plan = Some(plan);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ONE: Statement = Statement::pooled("slow.one", "select 1");
    static TWO: Statement = Statement::pooled("slow.two", "select 2");

    fn run(rows: u64) -> Run<'static> {
        Run { took: Duration::from_secs(1), rows, failed: false, route: None }
    }

    #[test]
    fn many_slow_runs_are_one_line_that_counts_them() {
        let (mut told, start, every) = (Told::default(), Instant::now(), Duration::from_secs(10));
        let lines = [0, 1, 9, 10, 11, 30].map(|after| told.tell(start + Duration::from_secs(after), every));
        assert_eq!(lines, [Some(0), None, None, Some(2), None, Some(1)]);
        assert_eq!([0, 0].map(|_| Told::default().tell(start, Duration::ZERO)), [Some(0); 2]);
    }

    #[test]
    fn the_newest_runs_are_kept_and_no_more() {
        let slow = Slow::new(&Config { slow_kept: 2, ..Config::default() });
        for rows in 1..=3 {
            slow.note(&ONE, run(rows));
        }
        assert_eq!(slow.newest_first().iter().map(|one| one.rows).collect::<Vec<_>>(), [3, 2]);
        let none = Slow::new(&Config { slow_kept: 0, ..Config::default() });
        none.note(&ONE, run(1));
        assert!(none.newest_first().is_empty());
    }

    #[test]
    fn a_plan_is_asked_for_once_per_interval_and_only_while_the_statement_is_slow() {
        let slow = Slow::new(&Config::default());
        let (start, minute) = (Instant::now(), Duration::from_secs(60));
        let names = |after: u64| {
            let due = slow.wanted(start + Duration::from_secs(after), minute);
            due.iter().map(|statement| statement.name()).collect::<Vec<_>>()
        };
        slow.note(&ONE, run(1));
        slow.note(&ONE, run(1));
        assert_eq!(names(0), ["slow.one"]);
        slow.note(&ONE, run(1));
        slow.note(&TWO, run(1));
        assert_eq!(names(59), ["slow.two"], "the first was asked for a moment ago");
        assert_eq!(names(60), ["slow.one"]);
        assert!(names(600).is_empty(), "nothing was slow since");
    }

    #[test]
    fn every_run_shows_the_plan_of_its_statement() {
        let slow = Slow::new(&Config::default());
        slow.note(&ONE, run(1));
        slow.note(&TWO, run(1));
        slow.keep(&ONE, Plan::Known("Result".into()));
        let plans: Vec<_> = slow.newest_first().into_iter().map(|one| one.plan).collect();
        assert_eq!(plans, [None, Some(Plan::Known("Result".into()))]);
    }
}
