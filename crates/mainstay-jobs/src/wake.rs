//! That there is something to do: told at once to whoever waits for it in this process, and kept for whoever tells it to the
//! others. A word that is lost costs a pause. Never here: connections.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use mainstay_db::Tx;
use tokio::sync::Notify;

/// What there is to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Word {
    /// There are new jobs in this queue.
    New(String),
    /// There may be something to do anywhere in this queue: also what was passed over before.
    All(String),
    /// This life is to ask what it should stop.
    Beat(i64),
}

/// The longest name of a queue that is told to other processes; a notification has 8,000 bytes.
const NAME_MOST: usize = 1_000;

impl Word {
    /// As it is told to other processes; nothing where it is too long for that.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::New(queue) | Self::All(queue) if queue.len() > NAME_MOST => None,
            Self::New(queue) => Some(format!("new {queue}")),
            Self::All(queue) => Some(format!("all {queue}")),
            Self::Beat(worker) => Some(format!("beat {worker}")),
        }
    }

    /// What another process has told. Anybody may send notifications: what is no word is nothing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.split_once(' ')? {
            ("new", queue) => Some(Self::New(queue.to_owned())),
            ("all", queue) => Some(Self::All(queue.to_owned())),
            ("beat", worker) => worker.parse().ok().map(Self::Beat),
            _ => None,
        }
    }
}

/// One who waits for work of a queue, or one life that may be asked for a beat.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    told: Notify,
    is_all: AtomicBool,
    /// Of jobs that have ended: those behind them may begin.
    keys: Mutex<HashSet<String>>,
}

/// The most ordering keys that are kept; of more, everything is looked at.
const KEYS_MOST: usize = 1_000;

impl Ear {
    /// Resolves when there is something to do; at once if there was since the last time.
    pub(crate) async fn told(&self) {
        self.told.notified().await;
    }

    /// Whether everything is to be looked at, and not only what is new; once.
    pub(crate) fn take_all(&self) -> bool {
        self.is_all.swap(false, Ordering::Relaxed)
    }

    /// The ordering keys of which one has ended, once.
    pub(crate) fn take_keys(&self) -> Vec<String> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }

    /// One of this ordering key has ended: the next may begin.
    pub(crate) fn ended(&self, key: String) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEYS_MOST {
            self.is_all.store(true, Ordering::Relaxed);
        } else {
            keys.insert(key);
        }
        drop(keys);
        self.told.notify_one();
    }

    fn tell(&self) {
        self.told.notify_one();
    }

    /// What was passed over before may go now.
    pub(crate) fn tell_all(&self) {
        self.is_all.store(true, Ordering::Relaxed);
        self.told.notify_one();
    }
}

/// Words that wait to be told to other processes.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    words: Mutex<HashSet<Word>>,
    told: Notify,
}

/// The most of them; who has more to say says it in vain.
const WORDS_MOST: usize = 1_000;

impl Outbox {
    pub(crate) fn new() -> Arc<Self> {
        let outbox = Arc::default();
        added(&mut house().outboxes, &outbox);
        outbox
    }

    /// Resolves when there is a word; at once if there was one since the last time.
    pub(crate) async fn told(&self) {
        self.told.notified().await;
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// What there is.
    pub(crate) fn take(&self) -> HashSet<Word> {
        std::mem::take(&mut *self.words.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn put(&self, word: &Word) {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() < WORDS_MOST {
            words.insert(word.clone());
        }
        self.told.notify_one();
    }
}

/// Who is told of what, in this process. Of two databases it may tell one what is the other's: a word too many costs a look.
#[derive(Debug, Default)]
struct House {
    queues: HashMap<String, Vec<Weak<Ear>>>,
    lives: HashMap<i64, Vec<Weak<Ear>>>,
    outboxes: Vec<Weak<Outbox>>,
}

static HOUSE: LazyLock<Mutex<House>> = LazyLock::new(Mutex::default);

fn house() -> MutexGuard<'static, House> {
    HOUSE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who waits for work of this queue waits here.
pub(crate) fn of_queue(queue: &str) -> Arc<Ear> {
    let ear = Arc::default();
    added(house().queues.entry(queue.to_owned()).or_default(), &ear);
    ear
}

/// A life of this number waits here for the wish that it ask.
pub(crate) fn of_life(worker: i64) -> Arc<Ear> {
    let (mut house, ear) = (house(), Arc::default());
    house.lives.retain(|_, ears| ears.iter().any(|ear| ear.strong_count() > 0));
    added(house.lives.entry(worker).or_default(), &ear);
    ear
}

fn added<T>(all: &mut Vec<Weak<T>>, one: &Arc<T>) {
    all.retain(|other| other.strong_count() > 0);
    all.push(Arc::downgrade(one));
}

/// Tells everybody, in this process and in others.
pub(crate) fn tell(word: &Word) {
    hear(word);
    house().outboxes.iter().filter_map(Weak::upgrade).for_each(|outbox| outbox.put(word));
}

/// Tells those of this process.
pub(crate) fn hear(word: &Word) {
    let house = house();
    let concerned = match word {
        Word::New(queue) | Word::All(queue) => house.queues.get(queue),
        Word::Beat(worker) => house.lives.get(worker),
    };
    for ear in concerned.into_iter().flatten().filter_map(Weak::upgrade) {
        match word {
            Word::All(_) => ear.tell_all(),
            Word::New(_) | Word::Beat(_) => ear.tell(),
        }
    }
}

/// Nobody knows what was said meanwhile: everybody of this process looks, and each life asks what it should stop.
pub(crate) fn missed() {
    let house = house();
    house.queues.values().flatten().filter_map(Weak::upgrade).for_each(|ear| ear.tell_all());
    house.lives.values().flatten().filter_map(Weak::upgrade).for_each(|ear| ear.tell());
}

/// When the transaction has committed.
pub(crate) fn after_commit(tx: &Tx, word: Word) {
    tx.after_commit(move || tell(&word));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_told_and_others_are_none() {
        for word in [Word::New("a b".to_owned()), Word::All(String::new()), Word::Beat(-7)] {
            assert_eq!(Word::parse(&word.text().unwrap()), Some(word));
        }
        for garbage in ["", "new", "beat", "beat x", "beat 99999999999999999999", "drop a", " "] {
            assert_eq!(Word::parse(garbage), None, "{garbage}");
        }
        assert_eq!(Word::New("x".repeat(NAME_MOST + 1)).text(), None);
    }

    #[test]
    fn an_outbox_keeps_each_word_once_and_not_too_many() {
        let outbox = Outbox::default();
        for n in 0..2 * WORDS_MOST {
            outbox.put(&Word::New("same".to_owned()));
            outbox.put(&Word::New(n.to_string()));
        }
        assert_eq!(outbox.take().len(), WORDS_MOST);
        assert!(outbox.take().is_empty());
    }
}
