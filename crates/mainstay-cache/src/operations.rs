//! What whoever runs an installation asks of the cache, over all names: what is kept, by hashes of its keys, what shall be
//! over, how the node hears of changes and reaches what it shares by. Never here: keys themselves, which may tell of
//! persons; what such figures advise.

mod changed;
mod entries;

use std::ops::ControlFlow;

use mainstay_db::{DbError, Read};

pub use self::changed::{Changed, Watched};
pub use self::entries::{Entries, EntryId, KeptEntry};
pub(crate) use self::entries::{Held, hash_of};
use crate::coherence::Tag;
use crate::{Caches, Commit, Invalidate};

const CLEAR: &str = include_str!("operations/clear.sql");
const WATCHED: &str = include_str!("operations/watched.sql");

/// How the node has heard of changes since it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollStats {
    /// Times that it has asked.
    pub polls: u64,
    /// Tags of changes that were new to it.
    pub events: u64,
    /// Times that it began anew, the first included.
    pub flushes: u64,
    /// Polls that failed, and connections for them.
    pub failures: u64,
}

/// How it stands with what nodes share entries by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedState {
    /// It has answered now.
    pub is_reachable: bool,
    /// It has failed too often and is left alone for a while.
    pub is_open: bool,
}

impl Caches {
    /// At most `most` of the entries of this process whose [`KeptEntry::id`] fits `pattern`, where `*` stands for any
    /// characters, in no order that is promised. One by one, so that no more of them are held; yet it looks at each, which
    /// takes some hundred nanoseconds: not a thing to do on a thread that others wait for.
    pub fn entries(&self, pattern: &str, most: usize) -> Entries {
        let (mut found, mut is_cut) = (Vec::new(), false);
        for held in self.held() {
            let walk = held.each(&mut |entry| {
                if !entries::fits(pattern, &entry.id().to_string()) {
                    return ControlFlow::Continue(());
                }
                if found.len() == most {
                    is_cut = true;
                    return ControlFlow::Break(());
                }
                found.push(entry);
                ControlFlow::Continue(())
            });
            if walk.is_break() {
                break;
            }
        }
        Entries { found, is_cut }
    }

    /// The entry of this process with this id; it may take as long as [`Caches::entries`].
    pub fn entry(&self, id: &EntryId) -> Option<KeptEntry> {
        let held = self.held().into_iter().find(|held| held.name() == id.name())?;
        let mut found = None;
        let _ = held.each(&mut |entry| {
            if entry.key_hash != id.key_hash() {
                return ControlFlow::Continue(());
            }
            found = Some(entry);
            ControlFlow::Break(())
        });
        found
    }

    /// Forgets one entry of this process, as [`crate::Cache::remove`] does; whether there was one.
    pub fn remove_entry(&self, id: &EntryId) -> bool {
        self.held().iter().any(|held| held.name() == id.name() && held.remove(id.key_hash()))
    }

    /// Forgets all entries of this process, as [`crate::Cache::clear`] does; how many there were.
    pub fn clear(&self) -> u64 {
        self.held().iter().map(|held| held.clear()).sum()
    }

    /// Ends every entry of all nodes, and what they share, by giving the server's life another name: of this process at
    /// once, elsewhere within the bound. How many this process had.
    ///
    /// Whoever is about to commit is waited for, and waits: a commit that says it was made in the former life is known to
    /// every node that has heard of the present one. A transaction of REPEATABLE READ that began before may say so
    /// nevertheless, and is then heard of by other nodes within the bound.
    ///
    /// # Errors
    /// As any transaction; [`DbError::LockTimeout`] while somebody reads the table of lives in a long transaction, a dump
    /// of the database for example. Nothing was ended then.
    pub async fn clear_everywhere(&self) -> Result<u64, DbError> {
        // Once: whoever has to wait for the table makes others wait.
        let tx = self.0.db.write().await?;
        tx.batch_execute(CLEAR).await?;
        self.commit(tx).await?;
        // Whatever is read from here on is not kept before the next poll, which sees the new life.
        self.0.node.forget();
        let cleared = self.clear();
        self.hint();
        if let Some(level2) = self.0.level2.get() {
            level2.hint();
        }
        Ok(cleared)
    }

    /// What `tags` name has changed, says somebody: as [`Invalidate::invalidate`] in a transaction of its own.
    ///
    /// # Errors
    /// As any transaction.
    pub async fn invalidate(&self, tags: &[Tag]) -> Result<Option<Commit>, DbError> {
        let telling = self.transaction(|tx| async move { tx.invalidate(tags).await });
        telling.await.map(|((), commit)| commit)
    }

    /// The tables whose changes are told of, by name.
    ///
    /// # Errors
    /// As any read.
    pub async fn watched(&self, read: &Read) -> Result<Vec<Watched>, DbError> {
        let rows = read.query(WATCHED, &[]).await?;
        let watched =
            |row: &tokio_postgres::Row| Watched { table: row.get(0), owner: row.get(1), key: row.get(2) };
        Ok(rows.iter().map(watched).collect())
    }

    /// The tags that have changed most since the process began ([`crate::coherence::Node::top_tags`]).
    pub fn top_tags(&self, most: usize) -> Vec<(Tag, u64)> {
        self.0.node.top_tags(most)
    }

    /// How the node has heard of changes.
    pub fn poll_stats(&self) -> PollStats {
        let (events, flushes, failures) = self.0.poll_figures.counts();
        PollStats { polls: self.polls(), events, flushes, failures }
    }

    /// Asks what nodes share entries by for a sign of life; `None` where they share nothing.
    pub async fn shared_state(&self) -> Option<SharedState> {
        let level2 = self.0.level2.get()?;
        let is_reachable = level2.answers().await;
        Some(SharedState { is_reachable, is_open: level2.is_open() })
    }
}
