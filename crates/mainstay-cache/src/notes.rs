//! The keys that are hit most, noted in the database, so that a process that starts can ask for them before it is ready.
//! Never here: how they are counted (`hot`), who asks for them again (the application: it knows what a key stands for).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{Db, DbError};
use mainstay_runtime::Stop;
use mainstay_telemetry::events;

use crate::caches::Shared;
use crate::config::Config;
use crate::hot::Hot;
use crate::{Caches, Key};

/// The name of the task.
pub(crate) const NOTING: &str = "cache notes";
/// Longer keys are not noted: the table takes none.
const KEY_MOST: usize = 1_024;

const NOTE: &str = include_str!("notes/note.sql");
const FORGET: &str = include_str!("notes/forget.sql");
const HOTTEST: &str = include_str!("notes/hottest.sql");

/// A key that some process was asked for often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The name of the cache, as it was then.
    pub name: String,
    /// The key. Whoever can write into the database can have written it: to be read with care ([`Key::parts`]).
    pub key: Key,
    /// How often it was hit, about.
    pub hits: u64,
}

/// A name whose keys are noted.
#[derive(Clone)]
pub(crate) struct Noted {
    pub(crate) name: &'static str,
    pub(crate) hot: Arc<Hot>,
}

/// What this process has noted last, so that only what has been hit since is noted again.
#[derive(Default)]
struct Told(HashMap<&'static str, HashMap<Key, u64>>);

impl Caches {
    /// What was asked for most, those first, of the names whose keys are noted ([`crate::Cache::noted`]), by whatever
    /// process of this database.
    ///
    /// # Errors
    /// If the database does not tell.
    pub async fn hottest(&self, most: usize) -> Result<Vec<Note>, DbError> {
        let Config { hot_kept_ms, .. } = self.0.config;
        let names: Vec<&str> = self.0.noted().iter().map(|noted| noted.name).collect();
        let (kept_s, most) = (seconds(hot_kept_ms), i64::try_from(most).unwrap_or(i64::MAX));
        let rows = self.0.db.read_from_primary().query(HOTTEST, &[&names, &kept_s, &most]).await?;
        let note = |row: &tokio_postgres::Row| Note {
            name: row.get(0),
            key: Key::from_bytes(row.get(1)),
            hits: row.get::<_, i64>(2).unsigned_abs(),
        };
        Ok(rows.iter().map(note).collect())
    }
}

impl Told {
    /// What has been hit since it was told last. What is no longer among the hottest is forgotten here.
    fn news(&mut self, noted: &Noted) -> Vec<(Key, u64)> {
        let top = noted.hot.top(usize::MAX);
        let before = self.0.insert(noted.name, top.iter().cloned().collect()).unwrap_or_default();
        // All counts fade from time to time: fewer hits than before are none that are new.
        let is_new = |key: &Key, hits: u64| before.get(key).is_none_or(|before| *before < hits);
        top.into_iter().filter(|(key, hits)| key.as_bytes().len() <= KEY_MOST && is_new(key, *hits)).collect()
    }

    /// They were not noted.
    fn forget(&mut self, name: &'static str) {
        self.0.remove(name);
    }
}

impl Shared {
    /// Notes every so often, and when the process stops.
    pub(crate) async fn keep_notes(self: Arc<Self>, stop: Stop) {
        let every = Duration::from_millis(self.config.hot_note_every_ms);
        let (mut told, mut is_failing) = (Told::default(), false);
        while !stop.is_stopping() {
            stop.heartbeat();
            tokio::select! {
                () = stop.stopped() => {}
                () = self.clock.sleep(every) => {}
            }
            match self.note(&mut told).await {
                Ok(()) => is_failing = false,
                Err(error) => {
                    // At the stop the database may be away already, and it is no loss.
                    if !std::mem::replace(&mut is_failing, true) && !stop.is_stopping() {
                        tracing::warn!(
                            event = events::TASK_ROUND_FAILED,
                            task.name = NOTING,
                            error = %error,
                            "what is asked for most could not be noted"
                        );
                    }
                }
            }
        }
    }

    async fn note(&self, told: &mut Told) -> Result<(), NotNoted> {
        let within = Duration::from_millis(self.config.poll_within_ms);
        let mut has_written = false;
        let names = self.noted().clone();
        for noted in names {
            let news = told.news(&noted);
            if news.is_empty() {
                continue;
            }
            has_written = true;
            let written = tokio::time::timeout(within, write(&self.db, noted.name, &news)).await;
            if let Err(error) = written.map_err(NotNoted::from).and_then(|written| Ok(written?)) {
                told.forget(noted.name);
                return Err(error);
            }
        }
        // What is too much is over at once; what is too old, at the latest when events are pruned.
        if has_written { self.forget_notes().await } else { Ok(()) }
    }

    /// Those that are too old, and those that are too many. What is left is forgotten the next time.
    pub(crate) async fn forget_notes(&self) -> Result<(), NotNoted> {
        let Config { poll_within_ms, hot_kept_ms, hot_rows_most, prune_most, .. } = self.config;
        let limits = (seconds(hot_kept_ms), i64::from(hot_rows_most), i64::from(prune_most));
        let forget = async {
            let tx = self.db.write().await?;
            tx.execute(FORGET, &[&limits.0, &limits.1, &limits.2]).await?;
            tx.commit().await
        };
        Ok(tokio::time::timeout(Duration::from_millis(poll_within_ms), forget).await??)
    }
}

/// Nothing is lost by it but some warmth.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotNoted {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error("the database took too long")]
    Late(#[from] tokio::time::error::Elapsed),
}

async fn write(db: &Db, name: &str, news: &[(Key, u64)]) -> Result<(), DbError> {
    let keys: Vec<&[u8]> = news.iter().map(|(key, _)| key.as_bytes()).collect();
    let hits: Vec<i64> = news.iter().map(|(_, hits)| i64::try_from(*hits).unwrap_or(i64::MAX)).collect();
    let tx = db.write().await?;
    tx.execute(NOTE, &[&name, &keys, &hits]).await?;
    tx.commit().await
}

fn seconds(ms: u64) -> f64 {
    Duration::from_millis(ms).as_secs_f64()
}
