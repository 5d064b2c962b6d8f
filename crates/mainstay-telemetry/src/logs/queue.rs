//! Lines on their way out: a thread of its own writes them, many at once when there are many, so that who logs neither asks
//! the system for each line nor waits for another who does. Never here: how a line looks.

use std::io::Write;
use std::mem::swap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long the thread lets lines gather after it has written some. A process that is killed loses no older ones.
const GATHERING: Duration = Duration::from_millis(5);
/// So much memory is kept for the lines to come, twice.
const KEPT_BYTES: usize = 256 * 1024;
/// So much may wait; whoever logs beyond it writes it all.
const WAITING_MOST: usize = 1 << 20;

/// Where lines are put. Warnings and errors are written before the call that logs them returns, and with them what was
/// logged before. A clone is the same.
#[derive(Clone)]
pub(super) struct Queue(Arc<Inner>);

struct Inner {
    /// Held while writing, and taken before lines are, so that they keep their order.
    out: Mutex<Out>,
    waiting: Mutex<Vec<u8>>,
    came: Condvar,
    has_thread: bool,
}

struct Out {
    place: Box<dyn Write + Send>,
    /// Memory for what is being written, to be used again.
    lines: Vec<u8>,
}

impl Queue {
    /// Written to `out`.
    pub(super) fn new(out: impl Write + Send + 'static) -> Self {
        let with = |place: Box<dyn Write + Send>, has_thread| {
            Arc::new(Inner {
                out: Mutex::new(Out { place, lines: Vec::new() }),
                waiting: Mutex::default(),
                came: Condvar::new(),
                has_thread,
            })
        };
        let queue = with(Box::new(out), true);
        let writing = Arc::clone(&queue);
        let thread =
            std::thread::Builder::new().name("log".to_owned()).spawn(move || writing.write_for_ever());
        match thread {
            Ok(_) => Self(queue),
            // Then each line is written by who logs it.
            Err(_) => Self(with(Box::new(std::io::stderr()), false)),
        }
    }

    /// Writes what waits.
    pub(super) fn flush(&self) {
        self.0.write(&[]);
    }
}

impl Inner {
    fn write_for_ever(&self) {
        loop {
            let mut waiting = lock(&self.waiting);
            while waiting.is_empty() {
                waiting = self.came.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            drop(waiting);
            self.write(&[]);
            std::thread::sleep(GATHERING);
        }
    }

    /// Writes what waits, and then `line`.
    fn write(&self, line: &[u8]) {
        let mut out = lock(&self.out);
        let Out { place, lines } = &mut *out;
        swap(lines, &mut *lock(&self.waiting));
        // Where nothing can be written there is nobody to tell.
        let _ = place.write_all(lines).and_then(|()| place.write_all(line)).and_then(|()| place.flush());
        lines.clear();
        lines.shrink_to(KEPT_BYTES);
    }

    /// Leaves `line` to the thread. False if that has too much to do.
    fn leave(&self, line: &[u8]) -> bool {
        let mut waiting = lock(&self.waiting);
        if !self.has_thread || waiting.len() + line.len() > WAITING_MOST {
            return false;
        }
        let is_first = waiting.is_empty();
        waiting.extend_from_slice(line);
        drop(waiting);
        if is_first {
            self.came.notify_one();
        }
        true
    }
}

/// A panic of another thread leaves whole lines.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { queue: &self.0, is_urgent: false }
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Line<'a> {
        Line { queue: &self.0, is_urgent: *meta.level() <= Level::WARN }
    }
}

/// Takes one line.
pub(super) struct Line<'a> {
    queue: &'a Inner,
    is_urgent: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        if self.is_urgent || !self.queue.leave(line) {
            self.queue.write(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Tells of each writing, and where it asks for it, waits until it is let go on.
    struct Slow(Sender<Vec<u8>>, Option<Receiver<()>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if let Some(gate) = &self.1 {
                gate.recv().ok();
            }
            self.0.send(bytes.to_vec()).ok();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn put(queue: &Queue, line: &str, is_urgent: bool) {
        Line { queue: &queue.0, is_urgent }.write_all(line.as_bytes()).unwrap();
    }

    #[test]
    fn a_line_is_written_without_anybody_asking() {
        let (told, writings) = channel();
        put(&Queue::new(Slow(told, None)), "one\n", false);
        assert_eq!(writings.recv().unwrap(), b"one\n");
    }

    #[test]
    fn an_urgent_line_is_written_at_once_and_after_what_came_before_it() {
        let (told, writings) = channel();
        let queue = Queue::new(Slow(told, None));
        (0..100).for_each(|number| put(&queue, &format!("{number}\n"), false));
        put(&queue, "urgent\n", true);
        let written: Vec<u8> = writings.try_iter().flatten().collect();
        let expected: String = (0..100).map(|number| format!("{number}\n")).collect();
        assert_eq!(String::from_utf8(written).unwrap(), expected + "urgent\n");
    }

    #[test]
    fn what_waits_is_written_at_once_and_nobody_waits_for_a_slow_reader_of_the_log() {
        let (told, writings) = channel();
        let (open, gate) = channel();
        let queue = Queue::new(Slow(told, Some(gate)));
        (0..1_000).for_each(|number| put(&queue, &format!("{number}\n"), false));
        drop(open);
        queue.flush();
        let written: Vec<Vec<u8>> = writings.try_iter().filter(|bytes| !bytes.is_empty()).collect();
        assert!(written.len() < 1_000, "{}", written.len());
        let lines = written.concat();
        assert_eq!(lines.split(|byte| *byte == b'\n').count(), 1_001);
    }

    #[test]
    fn what_waits_is_bounded() {
        let (told, writings) = channel();
        let queue = Queue::new(Slow(told, None));
        let line = "x".repeat(WAITING_MOST);
        (0..3).for_each(|_| put(&queue, &line, false));
        assert!(lock(&queue.0.waiting).len() <= WAITING_MOST);
        queue.flush();
        assert_eq!(writings.try_iter().map(|bytes| bytes.len()).sum::<usize>(), 3 * WAITING_MOST);
    }
}
