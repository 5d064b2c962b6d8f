//! How many sessions this application may open on a server, counted by name, and whether the server has them for us.
//! Never here: opening one. Whoever opens a session outside the pools counts it here.

use crate::error::{ConnectError, chain};
use crate::{Config, ServerInfo, Session, Target};

use super::info;

/// What one process may have open beside its pools and its lane, all at once.
struct BesidePools {
    /// The migration runner; at a start without migrations, the look at the server.
    start: usize,
    /// The keeper of partitions, in its round.
    keeper: usize,
    /// A partition that a row found missing; one at a time.
    partition_on_demand: usize,
    /// The plans of slow statements.
    slow_plans: usize,
    /// The index advisor: one session builds, another one looks on and plans.
    advisor: usize,
    /// `/health` and `/readyz` ask on it whether the server answers.
    probe: usize,
    /// The watcher of replicas asks the primary how far it is.
    watcher: usize,
    /// The cache hears of changes on one, and forgets old ones on another.
    cache: usize,
    /// Jobs are claimed on one, those of queues with limits on another, and ended on a third; on others their process says that
    /// it lives, tells and hears of new ones, and begins what its schedules say. Who only asks for some tells of them on one.
    jobs: usize,
}

impl BesidePools {
    const fn of(config: &Config) -> Self {
        let watcher = if config.read_replicas.is_empty() { 0 } else { 1 };
        Self {
            start: 1,
            keeper: 1,
            partition_on_demand: 1,
            slow_plans: 1,
            advisor: 2,
            probe: 1,
            watcher,
            cache: 2,
            jobs: if config.does_jobs { 6 } else { 1 },
        }
    }

    const fn sum(&self) -> usize {
        let Self { start, keeper, partition_on_demand, slow_plans, advisor, probe, watcher, cache, jobs } =
            *self;
        start + keeper + partition_on_demand + slow_plans + advisor + probe + watcher + cache + jobs
    }
}

/// What one process may have open on a replica beside the connections that it reads on.
struct BesideReads {
    /// The watcher asks how far the replica is.
    watcher: usize,
    /// The index advisor asks which indexes the replica reads.
    advisor: usize,
}

const BESIDE_READS: BesideReads = BesideReads { watcher: 1, advisor: 1 };

/// Most sessions that one process opens on the primary.
pub(crate) fn on_primary(config: &Config) -> usize {
    [config.pool_max, config.pool_read_max, config.pipeline.connections, BesidePools::of(config).sum()]
        .into_iter()
        .fold(0, usize::saturating_add)
}

/// Most sessions that one process opens on each replica.
pub(crate) fn on_replica(config: &Config) -> usize {
    [
        config.replicas.connections,
        config.replicas.pooled_connections,
        BESIDE_READS.watcher,
        BESIDE_READS.advisor,
    ]
    .into_iter()
    .fold(0, usize::saturating_add)
}

/// Refuses a server that has not enough sessions for all processes together.
pub(super) fn check_primary(config: &Config, target: &Target, info: &ServerInfo) -> Result<(), ConnectError> {
    let change = "database.pool_max or database.pool_read_max";
    check(config, target, info, config.most_connections_together(), change)
}

/// The same for each replica. One that does not answer is no reason not to start: its watcher tells of it.
pub(super) async fn check_replicas(config: &Config, replicas: &[Target]) -> Result<(), ConnectError> {
    let wanted = on_replica(config).saturating_mul(config.nodes);
    let asked = replicas.iter().map(|target| look(config, target));
    for (target, answer) in replicas.iter().zip(futures_util::future::join_all(asked).await) {
        match answer {
            Ok(info) => {
                let change = "database.replicas.connections or pooled_connections";
                check(config, target, &info, wanted, change)?;
            }
            Err(error) => {
                tracing::debug!(db.replica = %target, error = %chain(&error), "a replica did not tell its limit");
            }
        }
    }
    Ok(())
}

async fn look(config: &Config, target: &Target) -> Result<ServerInfo, tokio_postgres::Error> {
    let within = config.replicas.connect_timeout();
    let name = &config.application_name;
    let session = Session::connect_for(target, name, within, config.statement_timeout()).await?;
    info::load(&session).await
}

fn check(
    config: &Config,
    target: &Target,
    info: &ServerInfo,
    wanted: usize,
    change: &'static str,
) -> Result<(), ConnectError> {
    if wanted <= info.sessions_for_us() {
        return Ok(());
    }
    Err(ConnectError::TooManyConnections {
        target: target.to_string(),
        wanted,
        nodes: config.nodes,
        allowed: info.sessions_for_us(),
        max_connections: info.max_connections,
        reserved: info.reserved_connections,
        change,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_is_counted() {
        let config = Config { pool_max: 18, pool_read_max: 18, ..Config::default() };
        assert_eq!(on_primary(&config), 18 + 18 + 2 + 15);
        assert_eq!(on_replica(&config), 4 + 8 + 2);
        let watched = Config { read_replicas: "db2:5432".to_owned(), ..config };
        assert_eq!(on_primary(&watched), 18 + 18 + 2 + 16);
        let most = Config { pool_max: usize::MAX, ..watched };
        assert_eq!(on_primary(&most), usize::MAX);
    }
}
