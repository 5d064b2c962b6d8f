//! How many uploads are received and unpacked at the same time: of one athlete so many are received and one is
//! unpacked, of all athletes a few are unpacked, in the order in which they came. Never here: what is unpacked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::features::uploads::config::ImportConfig;

/// The turns of one process; a clone is the same turns.
#[derive(Debug, Clone)]
pub struct Turns {
    /// Of one athlete at the same time.
    receiving: usize,
    unpacking: Arc<Semaphore>,
    athletes: Arc<Mutex<HashMap<Uuid, Weak<OfAthlete>>>>,
}

#[derive(Debug)]
struct OfAthlete {
    receiving: Arc<Semaphore>,
    unpacking: Arc<Semaphore>,
}

/// An upload that may be received, until it is dropped.
#[derive(Debug)]
pub(super) struct Receiving {
    all: Arc<Semaphore>,
    own: Arc<OfAthlete>,
    _permit: OwnedSemaphorePermit,
}

/// An upload that may be unpacked, until it is dropped.
#[derive(Debug)]
pub(super) struct Unpacking {
    _own: Option<OwnedSemaphorePermit>,
    _shared: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// As many as the configuration allows, at least one of each.
    pub fn new(config: &ImportConfig) -> Self {
        Self {
            receiving: config.receiving.max(1),
            unpacking: Arc::new(Semaphore::new(config.unpacking.max(1))),
            athletes: Arc::default(),
        }
    }

    /// None while as many uploads of the athlete as may be are on their way.
    pub(super) fn receive(&self, athlete_id: Uuid) -> Option<Receiving> {
        let own = self.of(athlete_id);
        let permit = Arc::clone(&own.receiving).try_acquire_owned().ok()?;
        Some(Receiving { all: Arc::clone(&self.unpacking), own, _permit: permit })
    }

    fn of(&self, athlete_id: Uuid) -> Arc<OfAthlete> {
        let mut athletes = self.athletes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = athletes.get(&athlete_id).and_then(Weak::upgrade) {
            return turns;
        }
        // Whoever is at it holds theirs; of the others nothing is kept.
        athletes.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(OfAthlete {
            receiving: Arc::new(Semaphore::new(self.receiving)),
            unpacking: Arc::new(Semaphore::new(1)),
        });
        athletes.insert(athlete_id, Arc::downgrade(&turns));
        turns
    }
}

impl Receiving {
    /// Waits for the athlete's earlier uploads, then among all athletes.
    pub(super) async fn unpack(&self) -> Unpacking {
        // Neither is ever closed.
        let own = Arc::clone(&self.own.unpacking).acquire_owned().await.ok();
        let shared = Arc::clone(&self.all).acquire_owned().await.ok();
        Unpacking { _own: own, _shared: shared }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn of_an_athlete_one_upload_is_unpacked_at_a_time_and_of_all_a_few() {
        let turns = Turns::new(&ImportConfig { receiving: 2, unpacking: 2, ..ImportConfig::default() });
        let [kim, robin, sam] = [1, 2, 3].map(Uuid::from_u128);
        let (first, second) = (turns.receive(kim).unwrap(), turns.receive(kim).unwrap());
        assert!(turns.receive(kim).is_none(), "two are on their way");
        let (other, third) = (turns.receive(robin).unwrap(), turns.receive(sam).unwrap());

        let unpacking = first.unpack().await;
        let mut next = Box::pin(second.unpack());
        assert!((&mut next).now_or_never().is_none(), "the first upload of the same athlete is under way");
        let unpacking_other = other.unpack().await;
        let mut last = Box::pin(third.unpack());
        assert!((&mut last).now_or_never().is_none(), "two athletes are at it");
        drop(unpacking);
        // It came before among its athlete's, but after among all.
        assert!((&mut last).now_or_never().is_some());
        drop(unpacking_other);
        next.await;
        drop(first);
        turns.receive(kim).unwrap();
        drop(last);
        drop((second, third, other));
        turns.receive(Uuid::from_u128(4)).unwrap();
        assert_eq!(turns.athletes.lock().unwrap().len(), 1, "who is done leaves nothing");
    }
}
