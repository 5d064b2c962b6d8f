//! Whose turn it is to unpack an upload: a few athletes at a time, and each with one upload at a time, in the order in
//! which they came. Never here: what is unpacked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// The turns of one process; a clone is the same turns.
#[derive(Debug, Clone)]
pub struct Turns {
    all: Arc<Semaphore>,
    athletes: Arc<Mutex<HashMap<Uuid, Weak<Semaphore>>>>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _own: Option<OwnedSemaphorePermit>,
    _shared: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// So many at once, at least one.
    pub fn new(at_once: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(at_once.max(1))), athletes: Arc::default() }
    }

    /// Waits for the athlete's earlier uploads, then among all athletes.
    pub(super) async fn wait(&self, athlete_id: Uuid) -> Turn {
        // Neither is ever closed.
        let own = self.of(athlete_id).acquire_owned().await.ok();
        let shared = Arc::clone(&self.all).acquire_owned().await.ok();
        Turn { _own: own, _shared: shared }
    }

    fn of(&self, athlete_id: Uuid) -> Arc<Semaphore> {
        let mut athletes = self.athletes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = athletes.get(&athlete_id).and_then(Weak::upgrade) {
            return turns;
        }
        // Whoever waits or unpacks holds theirs; of the others nothing is kept.
        athletes.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(Semaphore::new(1));
        athletes.insert(athlete_id, Arc::downgrade(&turns));
        turns
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn an_athlete_has_one_turn_at_a_time_and_all_together_a_few() {
        let turns = Turns::new(2);
        let (kim, robin, sam) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let first = turns.wait(kim).await;
        let mut second = Box::pin(turns.wait(kim));
        assert!((&mut second).now_or_never().is_none(), "the first upload of the same athlete is under way");
        let other = turns.wait(robin).await;
        let mut third = Box::pin(turns.wait(sam));
        assert!((&mut third).now_or_never().is_none(), "two athletes are at it");
        drop(first);
        // Came before the third among all, but waited for its own first.
        assert!((&mut third).now_or_never().is_some());
        drop(other);
        second.await;
        turns.wait(robin).await;
        assert_eq!(turns.athletes.lock().unwrap().len(), 1, "who is done leaves nothing");
    }
}
