//! What the statement that writes jobs is given, column by column. Never here: where the jobs come from.

use jiff::Timestamp;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::job::Priority;
use crate::json::JsonText;

/// One job that is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) id: Uuid,
    pub(crate) queue: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) priority: i16,
    pub(crate) payload: &'a JsonText,
    pub(crate) run_at: Option<Timestamp>,
    pub(crate) delay_ms: i64,
    pub(crate) attempts_most: i16,
    pub(crate) timeout_ms: Option<i64>,
    /// And for how long, if not until it ends.
    pub(crate) held_key: Option<(&'a [u8], Option<i64>)>,
    pub(crate) ordering_key: Option<&'a str>,
    pub(crate) limit_key: Option<&'a str>,
    pub(crate) owner: Option<Uuid>,
    pub(crate) seen: Option<&'a str>,
    pub(crate) trace: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// Nothing is said but what must be: it goes as most work, at once, and is tried once.
    pub(crate) fn new(id: Uuid, queue: &'a str, kind: &'a str, payload: &'a JsonText) -> Self {
        Self {
            id,
            queue,
            kind,
            payload,
            priority: Priority::default().number(),
            run_at: None,
            delay_ms: 0,
            attempts_most: 1,
            timeout_ms: None,
            held_key: None,
            ordering_key: None,
            limit_key: None,
            owner: None,
            seen: None,
            trace: None,
        }
    }
}

/// Jobs, column by column.
#[derive(Debug, Default)]
pub(crate) struct Columns<'a> {
    pub(crate) ids: Vec<Uuid>,
    pub(crate) queues: Vec<&'a str>,
    kinds: Vec<&'a str>,
    priorities: Vec<i16>,
    payloads: Vec<&'a JsonText>,
    run_at: Vec<Option<Timestamp>>,
    delays_ms: Vec<i64>,
    attempts: Vec<i16>,
    timeouts_ms: Vec<Option<i64>>,
    pub(crate) keys: Vec<Option<&'a [u8]>>,
    keys_ms: Vec<Option<i64>>,
    ordering: Vec<Option<&'a str>>,
    limits: Vec<Option<&'a str>>,
    owners: Vec<Option<Uuid>>,
    seen: Vec<Option<&'a str>>,
    traces: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    pub(crate) fn push(&mut self, job: Asked<'a>) {
        self.ids.push(job.id);
        self.queues.push(job.queue);
        self.kinds.push(job.kind);
        self.priorities.push(job.priority);
        self.payloads.push(job.payload);
        self.run_at.push(job.run_at);
        self.delays_ms.push(job.delay_ms);
        self.attempts.push(job.attempts_most);
        self.timeouts_ms.push(job.timeout_ms);
        self.keys.push(job.held_key.map(|(key, _)| key));
        self.keys_ms.push(job.held_key.and_then(|(_, ms)| ms));
        self.ordering.push(job.ordering_key);
        self.limits.push(job.limit_key);
        self.owners.push(job.owner);
        self.seen.push(job.seen);
        self.traces.push(job.trace);
    }

    /// In the order of the statement.
    pub(crate) fn parameters(&self) -> [&(dyn ToSql + Sync); 16] {
        [
            &self.ids,
            &self.queues,
            &self.kinds,
            &self.priorities,
            &self.payloads,
            &self.run_at,
            &self.delays_ms,
            &self.attempts,
            &self.timeouts_ms,
            &self.keys,
            &self.keys_ms,
            &self.ordering,
            &self.limits,
            &self.owners,
            &self.seen,
            &self.traces,
        ]
    }
}
