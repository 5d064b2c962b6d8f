//! The keeper's round: partitions are made ahead, retirements ended and begun. Never here: who calls it, and how often.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_runtime::Clock;
use mainstay_telemetry::Registry;
use tokio::sync::Mutex;
use tokio_postgres::Client;

use super::catalog;
use super::metrics::Metrics;
use super::patience::Patience;
use super::plan::{self, Child, State};
use super::steward::{self, Steward};
use super::table::quoted;
use super::{Brin, Config, Declared, Expiring, PartitionError, PartitionedTable, Period, create, retire};
use crate::{Session, Target};

/// The advisory lock of the one keeper of a database: "mainpart" in ASCII.
const KEY: i64 = 0x6d61_696e_7061_7274;

/// Keeps the partitions of the declared tables. A clone is one reference count.
///
/// Give [`Keeper::round`] to `Supervisor::spawn_periodic` with [`Config::every`], and await one round before the first
/// request: an empty table has no partition.
#[derive(Clone, Debug)]
pub struct Keeper(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) config: Config,
    pub(super) target: Target,
    pub(super) clock: Clock,
    pub(super) tables: Vec<Declared>,
    pub(super) metrics: Metrics,
    /// Partitions that exist as far as this process knows, and one creation on demand at a time.
    pub(super) on_demand: Mutex<BTreeSet<(String, Period)>>,
}

/// What one round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Another process keeps this database now: nothing was changed.
    pub is_elsewhere: bool,
    /// `schema.table 2026-01` or `schema.table 2026-01-22`, as they were created.
    pub created: Vec<String>,
    /// As they were dropped.
    pub retired: Vec<String>,
    /// Past their retention and kept by their guard, for now: the next round asks again.
    pub held: Vec<String>,
    /// Detaches that were cut off earlier and are ended.
    pub finalized: Vec<String>,
    /// BRIN indexes that were built.
    pub indexed: Vec<String>,
}

impl Keeper {
    /// The keeper of these tables in the database at `target`, to which it opens a session of its own each round; a
    /// transaction pooler in between would break its lock.
    ///
    /// # Errors
    /// [`PartitionError::Declaration`] if a declaration cannot be.
    pub fn new(
        config: &Config,
        target: &Target,
        clock: &Clock,
        registry: &Registry,
        tables: Vec<Declared>,
    ) -> Result<Self, PartitionError> {
        tables.iter().try_for_each(Declared::check)?;
        Ok(Self(Arc::new(Inner {
            config: config.clone(),
            target: target.clone(),
            clock: clock.clone(),
            tables,
            metrics: Metrics::new(registry),
            on_demand: Mutex::default(),
        })))
    }

    /// Whether nothing is declared, so that there is nothing to do.
    pub fn is_idle(&self) -> bool {
        self.0.tables.is_empty()
    }

    /// Does what there is to do, table by table, and says how many periods lie ahead. One keeper at a time: where
    /// another one works, this one only looks.
    ///
    /// # Errors
    /// [`PartitionError`]; a table that fails keeps no other one from its turn. What was done stays done, and the
    /// next round goes on from there.
    pub async fn round(&self) -> Result<Round, PartitionError> {
        let session = self.session().await?;
        let row = session.query_one("select pg_try_advisory_lock($1) as locked", &[&KEY]).await?;
        let mut round = Round { is_elsewhere: !row.try_get("locked")?, ..Round::default() };
        self.0.on_demand.lock().await.clear();
        let mut failures = Vec::new();
        for declared in &self.0.tables {
            if let Err(error) = self.keep(&session, declared, &mut round).await {
                self.0.metrics.failed(declared.table());
                failures.push(error);
            }
        }
        if !round.is_elsewhere {
            // It would go with the session, but not before the server has noticed; the next round may be sooner.
            session.execute("select pg_advisory_unlock($1)", &[&KEY]).await?;
        }
        match failures.len() {
            0 => Ok(round),
            1 => Err(failures.remove(0)),
            _ => Err(PartitionError::Several(failures)),
        }
    }

    pub(super) async fn session(&self) -> Result<Session, PartitionError> {
        let config = &self.0.config;
        let longest = Duration::from_millis(config.statement_timeout_ms);
        let name = "mainstay partitions";
        let session = Session::connect_for(&self.0.target, name, config.connect_timeout(), longest).await?;
        session.batch_execute(&config.session_settings()).await?;
        Ok(session)
    }

    /// The period of the clock; an error where that stands outside all those that the key can tell.
    pub(super) fn present(&self, table: &PartitionedTable) -> Result<Period, PartitionError> {
        let present =
            Period::of(table.unit, self.0.clock.now()).filter(|present| table.key.reaches(*present));
        present.ok_or_else(|| PartitionError::Layout {
            table: table.name(),
            why: format!("the clock stands at {}, which its key cannot tell", self.0.clock.now()),
        })
    }

    async fn keep(
        &self,
        session: &Client,
        declared: &Declared,
        round: &mut Round,
    ) -> Result<(), PartitionError> {
        let table = declared.table();
        let parent = catalog::parent(session, table).await?;
        match steward::of(session, table, &parent).await? {
            Steward::Partman => return Ok(()),
            Steward::Timescale if round.is_elsewhere => return Ok(()),
            Steward::Timescale => return steward::hand_to_timescale(session, declared).await,
            Steward::Keeper => parent.check(table)?,
        }
        let outcome =
            if round.is_elsewhere { Ok(()) } else { self.work(session, declared, &parent, round).await };
        // Also after a failure, which is when it matters.
        self.look(session, table, &parent).await?;
        outcome
    }

    async fn look(
        &self,
        session: &Client,
        table: &PartitionedTable,
        parent: &catalog::Parent,
    ) -> Result<(), PartitionError> {
        let children = catalog::children(session, table, parent).await?;
        let ahead = plan::ahead(&children, self.present(table)?);
        let in_use = children.iter().filter(|child| child.state == State::Attached).count();
        self.0.metrics.seen(table, in_use, ahead);
        let alarm_below = self.0.config.limits(table.unit).alarm_below;
        if ahead < i32::try_from(alarm_below).unwrap_or(i32::MAX) {
            Metrics::short(table, ahead);
        }
        Ok(())
    }

    async fn work(
        &self,
        session: &Client,
        declared: &Declared,
        parent: &catalog::Parent,
        round: &mut Round,
    ) -> Result<(), PartitionError> {
        let (config, metrics, table) = (&self.0.config, &self.0.metrics, declared.table());
        let children = catalog::children(session, table, parent).await?;
        let present = self.present(table)?;
        // A clock that runs ahead would take what must stay: the server's must agree that it is so late.
        let server: Timestamp = session.query_one("select now() as now", &[]).await?.try_get("now")?;
        let retention_from = Period::of(table.unit, server).map_or(present, |server| server.min(present));
        let todo = plan::plan(declared, &children, present, retention_from, config);
        for period in todo.create {
            if create::partition(session, table, period, config).await? {
                metrics.created(table, period, "created");
                round.created.push(format!("{} {period}", table.name()));
            }
        }
        for child in todo.finalize {
            let relation = quoted(&child.schema, &child.name);
            let mut patience = Patience::new(format!("finalizing {relation}"), config);
            retire::finalize(session, table, &child, &mut patience).await?;
            round.finalized.push(format!("{}.{}", child.schema, child.name));
        }
        // What was finalized and is marked is retired in the same round.
        let children = catalog::children(session, table, parent).await?;
        let todo = plan::plan(declared, &children, present, retention_from, config);
        if let Declared::Expiring(expiring) = declared {
            self.retire(session, expiring, todo.retire, round).await?;
        }
        if let Some(brin) = table.brin {
            for child in todo.index {
                index(session, table, &child, brin, config).await?;
                round.indexed.push(format!("{}.{}", child.schema, child.name));
            }
        }
        Ok(())
    }

    /// As many as a round may; one that its guard keeps takes no other one's turn.
    async fn retire(
        &self,
        session: &Client,
        expiring: &Expiring,
        due: Vec<(Period, Child)>,
        round: &mut Round,
    ) -> Result<(), PartitionError> {
        let (config, table) = (&self.0.config, &expiring.table);
        let mut left = config.retire_most;
        for (period, child) in due {
            if left == 0 {
                break;
            }
            // What is detached already has been asked about, and no statement sees its rows any more.
            if child.state == State::Attached && retire::is_held(session, expiring, period).await? {
                round.held.push(format!("{} {period}", table.name()));
                continue;
            }
            let exported = retire::partition(session, expiring, (period, &child), config).await?;
            self.0.metrics.retired(table, period, exported.as_ref());
            round.retired.push(format!("{} {period}", table.name()));
            left -= 1;
        }
        Ok(())
    }
}

/// Builds a partition's BRIN index beside live traffic; one that an earlier attempt left invalid is dropped first.
async fn index(
    session: &Client,
    table: &PartitionedTable,
    child: &Child,
    brin: Brin,
    config: &Config,
) -> Result<(), PartitionError> {
    let name = format!("{}_brin", child.name);
    let relation = quoted(&child.schema, &child.name);
    let drop = format!("drop index concurrently if exists {}", quoted(&child.schema, &name));
    let build = format!(
        "create index concurrently \"{}\" on {relation} using brin (\"{}\") with (pages_per_range = {})",
        name.replace('"', "\"\""),
        table.column,
        brin.pages_per_range
    );
    let mut patience = Patience::new(format!("indexing {relation}"), config);
    loop {
        let outcome = match session.batch_execute(&drop).await {
            Ok(()) => session.batch_execute(&build).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => return Ok(()),
            Err(error) => patience.again(error).await?,
        }
    }
}
