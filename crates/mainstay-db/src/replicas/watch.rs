//! Asks every server how far it is, each on its own round so that none waits for another. Never here: what a read
//! does with it.

mod rounds;

use std::time::Duration;

use mainstay_runtime::Stop;
use mainstay_telemetry::events;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error, Row};

use super::commit::{look, lsn};
use super::config::MOST_PAUSED;
use super::lane::who;
use super::{Noted, Pages, Position, Replicas, Seen, ServerId, Snapshot};
use rounds::Rounds;

use crate::Session;
use crate::error::{chain, is_connection_loss};

/// How the log is cut, and what kind of server it is.
const PAGES: &str = "select current_setting('wal_block_size')::bigint, \
     (select setting::bigint from pg_settings where name = 'wal_segment_size')";

/// How far a replica is, and the latest timeline that it replays or that is verified to lead on from where it is. The
/// receiver's is hidden from roles without `pg_read_all_stats`; the control file's is late by up to
/// `checkpoint_timeout` and never early.
const HOW_FAR: &str = "select pg_is_in_recovery(), pg_last_wal_replay_lsn(), \
     greatest(checkpoint.timeline_id, recovery.min_recovery_end_timeline, \
              (select received_tli from pg_stat_wal_receiver)) \
     from pg_control_checkpoint() as checkpoint, pg_control_recovery() as recovery";

/// A session that is open, and the server at its other end.
struct Watched {
    session: Session,
    server: ServerId,
}

/// A session with the primary, and what it said last.
struct Primary {
    session: Session,
    before: Option<(Position, Snapshot)>,
}

/// Why a poll gave nothing.
enum Missed {
    /// For now.
    Lost(String),
    /// For ever: this server cannot be asked.
    Unable(String),
}

impl From<Error> for Missed {
    fn from(error: Error) -> Self {
        let unable = [
            SqlState::UNDEFINED_FUNCTION,
            SqlState::UNDEFINED_TABLE,
            SqlState::UNDEFINED_COLUMN,
            SqlState::UNDEFINED_OBJECT,
            SqlState::FEATURE_NOT_SUPPORTED,
            SqlState::INSUFFICIENT_PRIVILEGE,
            SqlState::SYNTAX_ERROR,
        ];
        match error.code() {
            Some(code) if unable.contains(code) && !is_connection_loss(&error) => Self::Unable(chain(&error)),
            _ => Self::Lost(chain(&error)),
        }
    }
}

impl Replicas {
    /// Asks the primary and every replica until the stop. Run it as a resident task; dropped, it ends.
    pub async fn watch(&self, stop: Stop) {
        let primary = self.lanes().len();
        let rounds = Rounds::of(primary + 1);
        let begin_round = |at| {
            if rounds.begin(at) {
                stop.heartbeat();
            }
        };
        let replicas = (0..primary).map(|at| self.watch_replica(at, &stop, move || begin_round(at)));
        let servers = futures_util::future::join(
            self.watch_primary(&stop, move || begin_round(primary)),
            futures_util::future::join_all(replicas),
        );
        tokio::select! {
            biased;
            () = stop.stopped() => {}
            _ = servers => {}
        }
    }

    async fn watch_primary(&self, stop: &Stop, begin_round: impl Fn()) {
        let mut primary = None;
        let mut failures = 0;
        while !stop.is_stopping() {
            begin_round();
            match self.in_a_round(self.poll_primary(&mut primary)).await {
                Ok(()) => failures = 0,
                Err(missed) => {
                    primary = None;
                    failures = (failures + 1).min(MOST_PAUSED);
                    self.with_router(|router, _| router.primary_lost());
                    match missed {
                        Missed::Unable(why) => self.switch_off(&why),
                        Missed::Lost(why) => {
                            tracing::debug!(error = why, "the primary was not asked how far it is");
                        }
                    }
                }
            }
            self.pause(failures).await;
        }
    }

    async fn poll_primary(&self, primary: &mut Option<Primary>) -> Result<(), Missed> {
        let primary = match primary {
            Some(primary) if !primary.session.is_closed() => primary,
            _ => primary.insert(Primary { session: self.open_primary().await?, before: None }),
        };
        // Before the question: what is acknowledged from here on is not covered by the answer.
        let sent_at = self.now();
        let looked = self.in_time(look(&primary.session)).await?;
        let (position, snapshot) = looked.ok_or_else(|| {
            Missed::Unable("the server's write-ahead log has no positions that we understand".to_owned())
        })?;
        let Position { epoch, lsn } = position;
        let noted = self.with_router(|router, pages| {
            let noted = router.observe_primary(sent_at, epoch, pages.end_of_records(lsn));
            router.observe_snapshot(sent_at, epoch, snapshot.clone());
            noted
        });
        let before = primary.before.replace((position, snapshot));
        match noted {
            Noted::Same => {
                if let Some((before, (_, now))) = before.zip(primary.before.as_ref()) {
                    self.note_lasting(&before, now).await;
                }
                Ok(())
            }
            Noted::NewEpoch => {
                tracing::info!(event = events::DB_EPOCH_BEGUN, db.epoch = %epoch, "the primary has a new timeline");
                Ok(())
            }
            Noted::Over => Err(Missed::Lost(format!("the timeline {epoch} is over"))),
        }
    }

    /// What was seen by the poll before is what a replica is likely to have by now.
    async fn note_lasting(&self, before: &(Position, Snapshot), now: &Snapshot) {
        let (position, snapshot) = before;
        let lasting = snapshot.lasting(now);
        if !lasting.is_empty() {
            let seen = self.with_router(|_, pages| position.token(pages));
            self.ask_for_lasting(seen, lasting).await;
        }
    }

    async fn open_primary(&self) -> Result<Session, Missed> {
        let target = self.primary_target();
        let session = Session::connect(target, "mainstay watcher", self.config().connect_timeout()).await?;
        let row = self.in_time(session.query_one(PAGES, &[])).await?;
        let bytes = |column| row.try_get(column).ok().and_then(|bytes: i64| u64::try_from(bytes).ok());
        if let (Some(page), Some(segment)) = (bytes(0), bytes(1)) {
            self.set_pages(Pages { segment, page });
        }
        Ok(session)
    }

    async fn watch_replica(&self, at: usize, stop: &Stop, begin_round: impl Fn()) {
        let mut watched = None;
        let mut failures = 0;
        // Nothing has been said of it yet.
        let mut was_well = None;
        while !stop.is_stopping() {
            begin_round();
            let missed = self.in_a_round(self.poll_replica(at, &mut watched)).await.err();
            let is_well = missed.is_none();
            if let Some(Missed::Lost(why) | Missed::Unable(why)) = missed {
                watched = None;
                failures = (failures + 1).min(MOST_PAUSED);
                self.lanes()[at].close();
                self.with_router(|router, _| router.lost(at, &why));
                if was_well != Some(false) {
                    let host = self.host(at);
                    tracing::warn!(
                        event = events::DB_REPLICA_LOST,
                        db.replica = host,
                        error = why,
                        "a replica is not read from"
                    );
                }
            } else {
                failures = 0;
                if was_well != Some(true) {
                    tracing::info!(
                        event = events::DB_REPLICA_FOUND,
                        db.replica = self.host(at),
                        "a replica is read from"
                    );
                }
            }
            was_well = Some(is_well);
            self.pause(failures).await;
        }
    }

    async fn poll_replica(&self, at: usize, watched: &mut Option<Watched>) -> Result<(), Missed> {
        let watched = match watched {
            Some(watched) if !watched.session.is_closed() => watched,
            _ => {
                let target = &self.replica_targets()[at];
                let session =
                    Session::connect(target, "mainstay watcher", self.config().connect_timeout()).await?;
                let server = self.in_time(who(&session)).await?;
                watched.insert(Watched { session, server })
            }
        };
        let row = self.in_time(watched.session.query_one(HOW_FAR, &[])).await?;
        let seen = seen(&row, watched.server)?;
        self.lanes()[at].refill(watched.server, self.config()).await.map_err(Missed::Lost)?;
        self.with_router(|router, _| router.observe_replica(at, seen));
        Ok(())
    }

    async fn in_time<T>(&self, question: impl Future<Output = Result<T, Error>>) -> Result<T, Missed> {
        let within = self.config().poll_timeout();
        match tokio::time::timeout(within, question).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Missed::Lost(format!("no answer within {} ms", within.as_millis()))),
        }
    }

    /// One poll as a whole, with all that it opens: whatever hangs in it, the loop goes on, and what it did not hear
    /// from is not read from.
    async fn in_a_round<T>(&self, poll: impl Future<Output = Result<T, Missed>>) -> Result<T, Missed> {
        let within = self.config().round_timeout();
        match tokio::time::timeout(within, poll).await {
            Ok(polled) => polled,
            Err(_) => Err(Missed::Lost(format!("not heard from within {} ms", within.as_millis()))),
        }
    }

    async fn pause(&self, failures: u32) {
        let pause: Duration = self.config().poll_interval() * failures.max(1);
        self.clock().sleep(pause).await;
    }
}

fn seen(row: &Row, server: ServerId) -> Result<Seen, Missed> {
    let is_replica: bool = row.try_get(0)?;
    let timeline: Option<i32> = row.try_get(2)?;
    match (is_replica, lsn(row, 1), timeline.and_then(|timeline| u32::try_from(timeline).ok())) {
        (false, ..) => Err(Missed::Lost("it is no replica: it takes writes".to_owned())),
        (true, Some(replayed), Some(timeline)) => Ok(Seen { server, timeline, replayed }),
        _ => Err(Missed::Lost("it does not say how far it is".to_owned())),
    }
}
