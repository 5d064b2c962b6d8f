//! The servers behind this one, for administrators. Never here: anything of an athlete.

use axum::extract::State;
use mainstay_db::replicas::{ReplicaStatus, Replicas, Status};
use mainstay_http::{Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::accounts::Admin;
use crate::state::App;

/// The database's replicas at one moment.
#[derive(Debug, Serialize, ToSchema)]
struct Replication {
    /// Whether reads go to replicas.
    status: ReplicationState,
    /// Why they do not; null where they do.
    reason: Option<String>,
    /// The primary's timeline: it rises with each promotion. Null before its first answer.
    timeline: Option<u32>,
    /// How far the primary's log reached when it was last asked, as PostgreSQL writes it.
    #[schema(example = "0/3A2F1B8")]
    position: Option<String>,
    /// How long ago that was, in milliseconds.
    position_age_ms: Option<u64>,
    /// Each replica, in the order of the configuration.
    replicas: Vec<Replica>,
    /// Reads since start that went to the primary because no replica had what their session has seen.
    fallbacks: u64,
    /// Reads since start that were refused because the primary had taken enough of them.
    refused: u64,
}

/// Whether reads go to replicas.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReplicationState {
    /// Every replica is read from.
    Healthy,
    /// Some are not.
    Degraded,
    /// There are none.
    Off,
}

/// One replica.
#[derive(Debug, Serialize, ToSchema)]
struct Replica {
    /// Where it is, as `host:port`.
    #[schema(example = "db2:5432")]
    host: String,
    /// Whether it answers and is on the primary's history.
    healthy: bool,
    /// Why not; null where it is.
    reason: Option<String>,
    /// Bytes of the log that it is behind; null while that is not known.
    lag_bytes: Option<u64>,
    /// Everything older than this it has, in milliseconds; null while that is not known.
    staleness_ms: Option<u64>,
    /// Reads since start that it answered.
    reads: u64,
    /// Answers since start that did not count: it was behind, in conflict, or went away.
    rejected: u64,
    /// Reads that it is answering now.
    in_flight: usize,
}

impl From<ReplicaStatus> for Replica {
    fn from(replica: ReplicaStatus) -> Self {
        Self {
            host: replica.host,
            healthy: replica.healthy && replica.epoch_ok,
            reason: Some(replica.reason).filter(|reason| !reason.is_empty()),
            lag_bytes: replica.lag_bytes,
            staleness_ms: replica.staleness.map(millis),
            reads: replica.served,
            rejected: replica.rejected,
            in_flight: replica.in_flight,
        }
    }
}

impl From<Status> for Replication {
    fn from(status: Status) -> Self {
        let replicas: Vec<Replica> = status.replicas.into_iter().map(Replica::from).collect();
        Self {
            status: match &status.off {
                Some(_) => ReplicationState::Off,
                None if replicas.iter().all(|replica| replica.healthy) => ReplicationState::Healthy,
                None => ReplicationState::Degraded,
            },
            reason: status.off,
            timeline: status.epoch.map(|epoch| epoch.timeline),
            position: status.position.map(|position| position.to_string()),
            position_age_ms: status.position_age.map(millis),
            replicas,
            fallbacks: status.fallbacks,
            refused: status.refused,
        }
    }
}

fn millis(span: std::time::Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// The routes of this feature.
pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(replication_status))
}

/// The replicas of the database: which are read from, and how far they are behind.
#[utoipa::path(
    get, path = "/v1/scaling/replication/status", tag = "scaling",
    responses(
        (status = 200, body = Replication),
        (status = 403, description = "`admin_only`", body = Problem),
    )
)]
async fn replication_status(State(app): State<App>, _: Admin) -> Json<Replication> {
    let none = || Status {
        off: Some("no replica is configured".to_owned()),
        epoch: None,
        position: None,
        position_age: None,
        replicas: Vec::new(),
        fallbacks: 0,
        refused: 0,
    };
    Json(app.db.replicas().map_or_else(none, Replicas::status).into())
}
