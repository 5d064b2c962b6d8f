//! What this process has measured of its own statements, added up. Never here: what the server counts.

use std::collections::BTreeMap;
use std::time::Duration;

use mainstay_db::insight::{SlowStatement, Spread, StatementFigures};

use super::tables;
use crate::state::App;

/// Every statement since start, and the last slow runs, the newest first.
pub(super) struct Measured {
    pub(super) statements: Vec<StatementFigures>,
    pub(super) slow: Vec<SlowStatement>,
}

/// All statements together.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Together {
    pub(super) count: u64,
    pub(super) total: Duration,
    pub(super) min: Option<Duration>,
    pub(super) max: Duration,
    pub(super) spread: Spread,
}

impl Measured {
    pub(super) fn now(app: &App) -> Self {
        let insight = app.db.insight();
        Self { statements: insight.statements(), slow: insight.slow() }
    }

    pub(super) fn slow_runs(&self) -> u64 {
        self.statements.iter().map(|one| one.slow).sum()
    }

    /// The routes that ran a statement; none for one that this process has not run.
    pub(super) fn routes(&self, name: Option<&str>) -> Vec<String> {
        let known = self.statements.iter().find(|one| Some(one.name) == name);
        known.map_or_else(Vec::new, |one| one.routes.iter().map(ToString::to_string).collect())
    }

    pub(super) fn together(&self) -> Together {
        self.statements.iter().filter(|one| one.count > 0).fold(Together::default(), |sum, one| Together {
            count: sum.count + one.count,
            total: sum.total + one.total,
            min: Some(sum.min.map_or(one.min, |min| min.min(one.min))),
            max: sum.max.max(one.max),
            spread: sum.spread.and(&one.spread),
        })
    }

    /// Runs by table; a run counts for each table that its statement names.
    pub(super) fn by_table(&self) -> BTreeMap<String, u64> {
        let mut runs = BTreeMap::new();
        for one in &self.statements {
            for table in tables::named_in(one.text) {
                *runs.entry(table.to_owned()).or_default() += one.count;
            }
        }
        runs
    }
}
