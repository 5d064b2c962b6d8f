//! The order in which changes and their time are written, under a model of memory that tries every order that a machine
//! may show.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use mainstay_cache::coherence::{Marks, Tag, Word};

struct Watched(AtomicU64);

impl Word for Watched {
    fn new(value: u64) -> Self {
        Self(AtomicU64::new(value))
    }

    fn load(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    fn store(&self, value: u64) {
        self.0.store(value, Ordering::Release);
    }
}

/// Its writes may be seen in any order.
struct Loose(AtomicU64);

impl Word for Loose {
    fn new(value: u64) -> Self {
        Self(AtomicU64::new(value))
    }

    fn load(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn store(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

const TAG: Tag = Tag::from_hash(0);
const MS: fn(u64) -> Duration = Duration::from_millis;

/// An entry from position 1; a poll sent at 10 brings a change of it. Whoever has heard that poll must not be served.
fn a_poll_is_heard_whole<W: Word + 'static>(write: fn(&Marks<W>)) {
    loom::model(move || {
        let marks = Arc::new(Marks::<W>::new(1));
        marks.hear(MS(1));
        let writer = {
            let marks = Arc::clone(&marks);
            loom::thread::spawn(move || write(&marks))
        };
        // Only who has heard the poll of 10 is within the bound.
        let verdict = marks.judge(1, &[TAG], MS(15), MS(6));
        assert!(verdict.is_err(), "served a change that it had heard of");
        writer.join().expect("the writer ends");
    });
}

fn fails(run: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(run)).is_err()
}

fn poll<W: Word>(marks: &Marks<W>) {
    marks.mark(0, 2);
    marks.hear(MS(10));
}

fn time_first<W: Word>(marks: &Marks<W>) {
    marks.hear(MS(10));
    marks.mark(0, 2);
}

fn flush<W: Word>(marks: &Marks<W>) {
    marks.flush(2);
    marks.hear(MS(10));
}

#[test]
fn changes_stand_before_their_time() {
    a_poll_is_heard_whole::<Watched>(poll);
    a_poll_is_heard_whole::<Watched>(flush);
}

#[test]
fn the_order_matters() {
    assert!(fails(|| a_poll_is_heard_whole::<Watched>(time_first)));
    assert!(fails(|| a_poll_is_heard_whole::<Loose>(poll)));
    assert!(fails(|| a_poll_is_heard_whole::<Loose>(flush)));
}
