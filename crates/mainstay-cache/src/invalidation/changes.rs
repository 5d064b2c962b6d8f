//! What somebody who follows a node is told: each change that a poll has brought, once, or that some may have been missed.
//! Never here: what follows from it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use crate::coherence::{Applied, Event, Tag};

/// What has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Anything may have: this is the first that is asked for, the node has begun anew, or more was told than was taken.
    Everything,
    /// What committed transactions have touched, a list for each time that one has told of something.
    Events(Vec<Vec<Tag>>),
}

/// The changes that a node hears of, from everything on ([`crate::Caches::changes`]).
#[derive(Debug)]
pub struct Changes(Arc<Inbox>);

impl Changes {
    /// What has been heard of since the last call, as soon as there is something. Dropped while it waits, it has taken
    /// nothing.
    pub async fn next(&self) -> Change {
        loop {
            let told = self.0.told.notified();
            if let Some(change) = self.0.take() {
                return change;
            }
            told.await;
        }
    }
}

/// Those who follow one node. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Followers(Arc<Mutex<Vec<Weak<Inbox>>>>);

impl Followers {
    /// One more, for whom so many tags wait at most.
    pub(crate) fn join(&self, most: usize) -> Changes {
        let waiting = Waiting { is_everything: true, ..Waiting::default() };
        let inbox = Arc::new(Inbox { waiting: Mutex::new(waiting), told: Notify::new(), most });
        self.all().push(Arc::downgrade(&inbox));
        Changes(inbox)
    }

    /// Whether there is one.
    pub(crate) fn is_any(&self) -> bool {
        !self.all().is_empty()
    }

    /// What a poll brought, and what that did.
    pub(crate) fn tell(&self, applied: Applied, events: &[Event]) {
        self.all().retain(|inbox| {
            let inbox = inbox.upgrade();
            if let Some(inbox) = &inbox {
                match applied {
                    Applied::Events(_) => inbox.put(events),
                    Applied::Flushed => inbox.put_everything(),
                    // The next answer begins anew.
                    Applied::Overtaken => {}
                }
            }
            inbox.is_some()
        });
    }

    fn all(&self) -> MutexGuard<'_, Vec<Weak<Inbox>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Inbox {
    waiting: Mutex<Waiting>,
    told: Notify,
    most: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    is_everything: bool,
    events: Vec<Vec<Tag>>,
    tags: usize,
}

impl Inbox {
    fn put(&self, events: &[Event]) {
        let mut waiting = self.waiting();
        for Event { tags, .. } in events.iter().filter(|event| !event.tags.is_empty()) {
            if waiting.is_everything {
                break;
            }
            waiting.tags += tags.len();
            waiting.events.push(tags.clone());
            if waiting.tags > self.most {
                *waiting = Waiting { is_everything: true, ..Waiting::default() };
            }
        }
        self.told.notify_one();
    }

    fn put_everything(&self) {
        *self.waiting() = Waiting { is_everything: true, ..Waiting::default() };
        self.told.notify_one();
    }

    fn take(&self) -> Option<Change> {
        let Waiting { is_everything, events, .. } = std::mem::take(&mut *self.waiting());
        if is_everything {
            return Some(Change::Everything);
        }
        (!events.is_empty()).then_some(Change::Events(events))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn event(tags: &[u64]) -> Event {
        Event { xid: 1, tags: tags.iter().copied().map(Tag::from_hash).collect() }
    }

    fn events(told: &[&[u64]]) -> Option<Change> {
        Some(Change::Events(told.iter().map(|tags| event(tags).tags).collect()))
    }

    fn next(changes: &Changes) -> Option<Change> {
        changes.next().now_or_never()
    }

    #[test]
    fn whoever_follows_begins_with_everything_and_is_told_each_event_once() {
        let followers = Followers::default();
        assert!(!followers.is_any());
        let changes = followers.join(10);
        assert!(followers.is_any());
        assert_eq!((next(&changes), next(&changes)), (Some(Change::Everything), None));
        followers.tell(Applied::Events(1), &[event(&[1, 2])]);
        followers.tell(Applied::Events(2), &[event(&[]), event(&[2]), event(&[3])]);
        assert_eq!((next(&changes), next(&changes)), (events(&[&[1, 2], &[2], &[3]]), None));
        drop(changes);
        followers.tell(Applied::Events(0), &[]);
        assert!(!followers.is_any(), "who has gone is told no more");
    }

    #[test]
    fn what_may_have_been_missed_is_everything() {
        let followers = Followers::default();
        let changes = followers.join(3);
        next(&changes);
        followers.tell(Applied::Events(1), &[event(&[1])]);
        followers.tell(Applied::Flushed, &[]);
        followers.tell(Applied::Events(1), &[event(&[2])]);
        assert_eq!((next(&changes), next(&changes)), (Some(Change::Everything), None), "the node began anew");
        followers.tell(Applied::Events(1), &[event(&[1, 2, 3])]);
        assert_eq!(next(&changes), events(&[&[1, 2, 3]]));
        followers.tell(Applied::Events(2), &[event(&[1, 2]), event(&[3, 4])]);
        assert_eq!((next(&changes), next(&changes)), (Some(Change::Everything), None), "too many wait");
        followers.tell(Applied::Overtaken, &[event(&[1])]);
        assert_eq!(next(&changes), None);
    }
}
