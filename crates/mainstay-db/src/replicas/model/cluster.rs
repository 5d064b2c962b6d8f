//! A simulated cluster: logs of records, of which servers have received and replayed a part. Never here: the router.

use std::time::Duration;

use super::super::{Epoch, Lsn, Seen, ServerId};
use super::{SERVERS, SESSIONS};

/// Every record is this long.
pub(super) const RECORD: u64 = 10;

/// One record: a row that is not visible before its transaction's commit, or a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Row,
    Commit { session: usize, value: u64 },
}

/// A server. The log is its history as it knows it: the first record is the oldest.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) log: Vec<Record>,
    /// Timelines, each with the number of records at which it began.
    pub(super) timelines: Vec<(u32, usize)>,
    pub(super) replayed: usize,
    /// A commit shows before the position passes it.
    pub(super) is_applying: bool,
    pub(super) started: i64,
    pub(super) is_up: bool,
    /// It streams from the present primary.
    pub(super) follows: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) now: Duration,
    pub(super) servers: Vec<Server>,
    pub(super) primary: usize,
    /// How many of the primary's records are written and may be sent.
    pub(super) written: usize,
    starts: i64,
}

impl Cluster {
    pub(super) fn new() -> Self {
        let server = |at| Server {
            log: vec![],
            timelines: vec![(1, 0)],
            replayed: 0,
            is_applying: false,
            started: at,
            is_up: true,
            follows: true,
        };
        let servers: Vec<Server> = (0..).map(server).take(SERVERS).collect();
        Self { now: Duration::from_secs(1), servers, primary: 0, written: 0, starts: 1000 }
    }

    pub(super) fn primary(&self) -> &Server {
        &self.servers[self.primary]
    }

    /// A row and its commit. Returns the position between the two.
    pub(super) fn write(&mut self, session: usize, value: u64, is_async: bool) -> Lsn {
        let log = &mut self.servers[self.primary].log;
        log.push(Record::Row);
        let inside = lsn(log.len());
        log.push(Record::Commit { session, value });
        if !is_async {
            self.written = self.primary().log.len();
        }
        inside
    }

    pub(super) fn epoch(&self) -> Epoch {
        let timeline = self.primary().timelines.last().map_or(1, |(timeline, _)| *timeline);
        Epoch { system: 1, timeline }
    }

    pub(super) fn inserted(&self) -> Lsn {
        lsn(self.primary().log.len())
    }

    pub(super) fn receive(&mut self, at: usize, records: usize) {
        let written = self.written;
        let source = self.primary().clone();
        let server = &mut self.servers[at];
        if at != self.primary && server.is_up && server.follows {
            let to = (server.log.len() + records).min(written);
            let more = source.log.get(server.log.len()..to).unwrap_or_default();
            server.log.extend_from_slice(more);
            server.timelines = known(&source.timelines, server.log.len());
        }
    }

    /// Within a record: it has taken effect and the position does not say so yet.
    pub(super) fn replay(&mut self, at: usize, records: usize, is_within: bool) {
        if at == self.primary {
            return;
        }
        let server = &mut self.servers[at];
        let to = (server.replayed + records).min(server.log.len());
        server.replayed = to;
        server.is_applying = is_within && to < server.log.len();
    }

    /// What the watcher hears of a server; `None` if it is no replica.
    pub(super) fn seen(&self, at: usize) -> Option<Seen> {
        let server = &self.servers[at];
        let timeline = known(&server.timelines, server.replayed).last()?.0;
        let server_id = ServerId { system: 1, started_us: server.started };
        (at != self.primary && server.is_up).then_some(Seen {
            server: server_id,
            timeline,
            replayed: lsn(server.replayed),
        })
    }

    /// What a query sees: every session's counter.
    pub(super) fn counters(&self, at: usize) -> Vec<u64> {
        let server = &self.servers[at];
        let shown = if at == self.primary {
            server.log.len()
        } else {
            server.replayed + usize::from(server.is_applying)
        };
        let mut counters = vec![0; SESSIONS];
        for record in &server.log[..shown.min(server.log.len())] {
            if let Record::Commit { session, value } = record {
                counters[*session] = *value;
            }
        }
        counters
    }

    /// What is left of a counter's value in the primary's history.
    pub(super) fn kept(&self, k: usize, value: u64) -> u64 {
        let values = self.primary().log.iter().filter_map(|record| match record {
            Record::Commit { session, value } if *session == k => Some(*value),
            _ => None,
        });
        values.filter(|kept| *kept <= value).max().unwrap_or(0)
    }

    /// Replays again from an earlier position, as a new process.
    pub(super) fn restart(&mut self, at: usize, back: usize) {
        if at != self.primary {
            self.starts += 1;
            let server = &mut self.servers[at];
            server.started = self.starts;
            server.replayed = server.replayed.saturating_sub(back);
            server.is_applying = false;
        }
    }

    /// True if the server took over.
    pub(super) fn promote(&mut self, at: usize) -> bool {
        if at == self.primary || !self.servers[at].is_up {
            return false;
        }
        let timeline = self.epoch().timeline + 1;
        self.servers[self.primary].is_up = false;
        for server in &mut self.servers {
            server.follows = false;
        }
        let next = &mut self.servers[at];
        next.timelines.push((timeline, next.log.len()));
        (next.replayed, next.is_applying) = (next.log.len(), false);
        // The first record of a timeline says that recovery has ended.
        next.log.push(Record::Row);
        self.primary = at;
        self.written = self.primary().log.len();
        true
    }

    /// Streams from the present primary if its own log is a beginning of that one's, else as a new copy of it.
    pub(super) fn follow(&mut self, at: usize) {
        if at == self.primary || self.servers[at].follows {
            return;
        }
        let source = self.primary().clone();
        let fork = source.timelines.last().map_or(0, |(_, from)| *from);
        let written = self.written;
        let server = &mut self.servers[at];
        let is_beginning = server.is_up && server.log.len() <= fork && source.log.starts_with(&server.log);
        if !is_beginning {
            self.starts += 1;
            server.log = source.log[..written].to_vec();
            server.replayed = written;
            server.is_applying = false;
            server.started = self.starts;
            server.timelines = known(&source.timelines, written);
        }
        (server.is_up, server.follows) = (true, true);
    }
}

/// The timelines that begin before so many records.
fn known(timelines: &[(u32, usize)], records: usize) -> Vec<(u32, usize)> {
    timelines.iter().filter(|(_, from)| *from == 0 || *from < records).copied().collect()
}

pub(super) fn lsn(records: usize) -> Lsn {
    Lsn(records as u64 * RECORD)
}
