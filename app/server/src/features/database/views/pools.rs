//! What the wire shows of our connections. Never here: the server's view of them.

use mainstay_db::{Config, Stats};
use serde::Serialize;
use utoipa::ToSchema;

/// The connections of the process that answers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabasePoolStats)]
pub(in super::super) struct PoolStats {
    /// Most connections of both pools.
    pub(super) pool_size: usize,
    /// Connections of both pools that are open before they are needed.
    pub(super) pool_min: usize,
    /// Open and free.
    pub(super) checked_in_connections: usize,
    /// In use.
    pub(super) checked_out_connections: usize,
    /// Beyond the pools: always 0, since they are a limit.
    pub(super) overflow_connections: usize,
    /// Open in both pools.
    pub(super) total_connections: usize,
    /// Always 0.
    pub(super) max_overflow: usize,
    /// Longest wait for a connection, in seconds.
    pub(super) pool_timeout: f64,
    /// A connection that is older is not used again, in seconds.
    pub(super) pool_recycle: f64,
    /// Callers who wait for a connection now.
    pub(super) waiting: usize,
    /// Each pool by itself.
    pub(super) lanes: Vec<Lane>,
    pub(super) pipeline: PipelinedLane,
}

/// One pool.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabasePool)]
pub(in super::super) struct Lane {
    /// `read` or `write`.
    pub(super) lane: &'static str,
    pub(super) pool_size: usize,
    /// Connections that are open before they are needed.
    pub(super) pool_min: usize,
    pub(super) checked_in_connections: usize,
    pub(super) checked_out_connections: usize,
    pub(super) waiting: usize,
    /// Callers who waited in vain since start.
    pub(super) exhausted: u64,
}

/// The connections that many short reads share.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabasePipeline)]
pub(in super::super) struct PipelinedLane {
    pub(super) open_connections: usize,
    /// Reads under way.
    pub(super) in_flight: usize,
    /// Reads that it has answered since start.
    pub(super) served: u64,
    /// Reads that went to the pool instead since start.
    pub(super) overflowed: u64,
}

impl PoolStats {
    pub(in super::super) fn new(stats: &Stats, config: &Config) -> Self {
        let lane = |lane, pool: &mainstay_db::PoolStats| Lane {
            lane,
            pool_size: pool.max,
            pool_min: pool.min,
            checked_in_connections: pool.open.saturating_sub(pool.in_use),
            checked_out_connections: pool.in_use,
            waiting: pool.waiting,
            exhausted: pool.exhausted,
        };
        let lanes = vec![lane("read", &stats.read), lane("write", &stats.write)];
        let sum = |of: fn(&Lane) -> usize| lanes.iter().map(of).sum::<usize>();
        let seconds = |milliseconds| std::time::Duration::from_millis(milliseconds).as_secs_f64();
        Self {
            pool_size: sum(|one| one.pool_size),
            pool_min: sum(|one| one.pool_min),
            checked_in_connections: sum(|one| one.checked_in_connections),
            checked_out_connections: sum(|one| one.checked_out_connections),
            overflow_connections: 0,
            total_connections: stats.read.open + stats.write.open,
            max_overflow: 0,
            pool_timeout: seconds(config.acquire_timeout_ms),
            pool_recycle: seconds(config.max_lifetime_ms),
            waiting: sum(|one| one.waiting),
            pipeline: PipelinedLane {
                open_connections: stats.pipeline.open,
                in_flight: stats.pipeline.in_flight,
                served: stats.pipeline.served,
                overflowed: stats.pipeline.overflowed,
            },
            lanes,
        }
    }
}
