//! What a story stands on: the tables, their days, the limits of a queue, the wires, and what each node is told. Never here: what
//! happens on it.

use std::num::NonZeroU32;
use std::path::Path;

use anyhow::{Context, Result};
use mainstay_db::partitions::{self, Declared, Expiring, Keeper};
use mainstay_db::{Config as DbConfig, Db, Target, migrate};
use mainstay_jobs::{Limits, Operator, Rate};
use mainstay_runtime::Clock;
use mainstay_telemetry::Registry;
use mainstay_testing::ReplicaSet;

use super::node::{Part, Setup};
use super::rule::Rule;
use super::{Arguments, BURST, NARROW, NARROW_KEY, PER_S};
use crate::fault::proxy::{Mode, Proxy, Server};

const TABLES: &str = "
    create table begun (
        id uuid not null, run bigint not null, attempt int not null, life text not null, at timestamptz not null default clock_timestamp()
    );
    create index on begun (id);
    create index on begun (run);
    create table effect (seq bigint generated always as identity, id uuid not null, run bigint not null);
    create index on effect (id);
    create table seen (seq bigint generated always as identity, event uuid not null, key text not null);
    create index on seen (event);
    create table heard (event uuid not null);
    create index on heard (event);
    create table lost_time (since timestamptz not null, until timestamptz not null)";

/// The wires of one node, one to each server.
pub(super) struct Wires(Vec<Proxy>);

impl Wires {
    pub(super) async fn lay(set: &ReplicaSet) -> Result<Self> {
        let mut wires = Vec::new();
        for at in 0..set.len() {
            let address = set.address(at);
            let (host, port) = address.rsplit_once(':').context("no address")?;
            wires.push(Proxy::to(Server::Socket(Path::new(host).join(format!(".s.PGSQL.{port}")))).await?);
        }
        Ok(Self(wires))
    }

    pub(super) fn set(&self, mode: Mode) {
        self.0.iter().for_each(|wire| wire.set(mode));
    }

    /// Whichever of the servers takes writes.
    fn target(&self) -> String {
        let hosts = vec!["127.0.0.1"; self.0.len()].join(",");
        let ports: Vec<String> = self.0.iter().map(|wire| wire.port.to_string()).collect();
        let ports = ports.join(",");
        format!("host={hosts} port={ports} user=postgres dbname=app target_session_attrs=read-write")
    }
}

/// The tables, their days, and the limits of a queue.
pub(super) async fn prepare(broken: Option<Rule>, set: &ReplicaSet, writer: &Target) -> Result<Db> {
    migrate::run(writer, &[&mainstay_jobs::MIGRATIONS, &mainstay_events::MIGRATIONS]).await?;
    set.execute(set.primary(), TABLES).await?;
    if let Some(sql) = broken.and_then(Rule::sql) {
        set.execute(set.primary(), sql).await?;
    }
    set.execute(set.primary(), "alter system set authentication_timeout = '1s'").await?;
    set.execute(set.primary(), "select pg_reload_conf()").await?;
    keeper(broken, writer, &Clock::system())?.round().await?;
    let limits = DbConfig {
        pool_max: 24,
        acquire_timeout_ms: 3_000,
        connect_timeout_ms: 1_000,
        statement_timeout_ms: 5_000,
        transaction_retries: 0,
        ..DbConfig::default()
    };
    let db = Db::connect(&limits, writer).await?;
    if broken != Some(Rule::NoLimits) {
        limit(&db).await?;
    }
    Ok(db)
}

/// Who makes days, and lets them go after two.
pub(super) fn keeper(broken: Option<Rule>, writer: &Target, clock: &Clock) -> Result<Keeper> {
    let days = NonZeroU32::MIN.saturating_add(1);
    let unguarded = |table| match broken {
        Some(Rule::NoGuard) => Expiring { guard: None, ..table },
        _ => table,
    };
    let jobs = mainstay_jobs::partitions(days).map(unguarded).map(Declared::from);
    let tables = jobs.into_iter().chain(mainstay_events::partitions(days).map(Declared::from)).collect();
    Ok(Keeper::new(&partitions::Config::default(), writer, clock, &Registry::new(), tables)?)
}

/// The queue of which only so many may run.
async fn limit(db: &Db) -> Result<()> {
    let most = |most: i64| u32::try_from(most).ok().and_then(NonZeroU32::new);
    let limits = Limits {
        running_most: most(NARROW),
        running_most_of_key: most(NARROW_KEY),
        rate: Some(Rate::try_new(PER_S as f64, BURST as f64)?),
    };
    let tx = db.write().await?;
    Operator::on(&tx).limit("narrow", limits).await?;
    Ok(tx.commit().await?)
}

/// One of the nodes that are struck.
pub(super) fn setup(arguments: &Arguments, node: usize, wires: &Wires) -> Setup {
    let queues = [("work", 16), ("narrow", 8), ("late", 4)].map(|(name, slots)| (name.to_owned(), slots));
    Setup {
        node,
        life: 0,
        seed: arguments.seed,
        target: wires.target(),
        queues: queues.into(),
        rule: arguments.broken,
        part: Part::Everything,
        threads: 2,
        ahead_s: ahead_s(node, 0),
        is_new: is_new(node, 0),
    }
}

/// One that does a queue of its own and nothing else.
pub(super) fn apart(
    arguments: &Arguments,
    node: usize,
    wires: &Wires,
    queue: (&str, usize),
    part: Part,
) -> Setup {
    let queues = vec![(queue.0.to_owned(), queue.1)];
    // Work that keeps its thread leaves enough of them to the others.
    Setup { queues, part, threads: 2 + queue.1, ..setup(arguments, node, wires) }
}

/// By how much the clock of a node is wrong: of three one goes right, one is an hour ahead, one behind, in turns from
/// life to life.
pub(super) fn ahead_s(node: usize, life: u64) -> i64 {
    match (node as u64 + life) % 3 {
        0 => 0,
        1 => 3_600,
        _ => -3_600,
    }
}

/// Whether a node runs the version that knows one kind more: the first always, the others in turns from life to life.
pub(super) fn is_new(node: usize, life: u64) -> bool {
    node == 0 || (node as u64 + life).is_multiple_of(2)
}
