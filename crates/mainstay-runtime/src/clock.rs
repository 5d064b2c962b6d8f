//! Time, injected: the machine's clock in production, a paused one in tests.
//! Never here: civil days and zones; they belong to whoever knows the person.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::watch;

/// A clock. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Inner);

#[derive(Clone, Debug)]
enum Inner {
    System { origin: Instant, ahead: SignedDuration, gains: i32 },
    Paused(Arc<Paused>),
}

#[derive(Debug)]
struct Paused {
    start: Timestamp,
    elapsed: watch::Sender<Duration>,
    /// One advance at a time, so that none is lost.
    turn: Mutex<()>,
}

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn system() -> Self {
        // Reading it once shows a machine without a clock at start and not later.
        let _ = Timestamp::now();
        Self(Inner::System { origin: Instant::now(), ahead: SignedDuration::ZERO, gains: 0 })
    }

    /// The machine's clock as one shows it that is wrong by so much, and gains so many seconds more in each: of a machine whose
    /// time nobody keeps. What only goes on, goes on as it does.
    pub fn wrong(by: SignedDuration, gains: i32) -> Self {
        match Self::system().0 {
            Inner::System { origin, .. } => Self(Inner::System { origin, ahead: by, gains }),
            paused @ Inner::Paused(_) => Self(paused),
        }
    }

    /// A clock that stands at `start` until [`Clock::advance`] moves it.
    pub fn paused(start: Timestamp) -> Self {
        let (elapsed, _) = watch::channel(Duration::ZERO);
        Self(Inner::Paused(Arc::new(Paused { start, elapsed, turn: Mutex::new(()) })))
    }

    /// The present instant.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Inner::System { origin, ahead, gains } => {
                let gained = SignedDuration::try_from(origin.elapsed()).unwrap_or(SignedDuration::MAX);
                let wrong = ahead.saturating_add(gained.saturating_mul(*gains));
                Timestamp::now().saturating_add(wrong).unwrap_or(Timestamp::MAX)
            }
            Inner::Paused(paused) => {
                paused.start.checked_add(*paused.elapsed.borrow()).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Time since an arbitrary origin; never goes back, whatever happens to the calendar.
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            Inner::System { origin, .. } => origin.elapsed(),
            Inner::Paused(paused) => *paused.elapsed.borrow(),
        }
    }

    /// As [`Clock::monotonic`], of another origin, and the time that the machine spends suspended counts (`CLOCK_BOOTTIME`
    /// of Linux): for promises about age, which a machine must not sleep through. Two processes of one machine read the
    /// same.
    pub fn boottime(&self) -> Duration {
        match &self.0 {
            Inner::System { .. } => since_boot(),
            Inner::Paused(paused) => *paused.elapsed.borrow(),
        }
    }

    /// Waits, counted from this call and not from the first poll. On a paused clock: until it has been advanced by
    /// `span`.
    pub fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send + use<> {
        let asleep = match &self.0 {
            Inner::System { .. } => Ok(tokio::time::sleep(span)),
            Inner::Paused(paused) => {
                let until = paused.elapsed.borrow().saturating_add(span);
                Err((Arc::clone(paused), until))
            }
        };
        async move {
            match asleep {
                Ok(timer) => timer.await,
                Err((paused, until)) => {
                    // The sender lives in `paused`, so waiting cannot fail.
                    let _ = paused.elapsed.subscribe().wait_for(|elapsed| *elapsed >= until).await;
                }
            }
        }
    }

    /// Moves a paused clock and wakes whom it concerns. The machine's clock is not ours to move: nothing happens.
    pub fn advance(&self, span: Duration) {
        if let Inner::Paused(paused) = &self.0 {
            let _turn = paused.turn.lock().unwrap_or_else(PoisonError::into_inner);
            paused.elapsed.send_modify(|elapsed| *elapsed = elapsed.saturating_add(span));
        }
    }
}

/// Elsewhere, the monotonic clock of the C library; that of macOS counts suspended time, too.
fn since_boot() -> Duration {
    #[cfg(target_os = "linux")]
    const SINCE_BOOT: ClockId = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const SINCE_BOOT: ClockId = ClockId::Monotonic;
    // It cannot be before the boot.
    Duration::try_from(clock_gettime(SINCE_BOOT)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What the kernel says it is, suspended time included.
    fn uptime() -> Duration {
        let text = std::fs::read_to_string("/proc/uptime").unwrap();
        Duration::from_secs_f64(text.split(' ').next().unwrap().parse().unwrap())
    }

    #[test]
    fn the_time_since_boot_is_the_kernels_uptime() {
        let (clock, before) = (Clock::system(), uptime());
        let read = clock.boottime();
        let tolerance = Duration::from_millis(20);
        assert!(before <= read + tolerance && read <= uptime() + tolerance, "{read:?} at {before:?}");
    }

    #[test]
    fn a_wrong_clock_shows_another_time_and_goes_on_as_the_right_one() {
        let (right, wrong) = (Clock::system(), Clock::wrong(SignedDuration::from_hours(-1), 0));
        let behind = right.now().duration_since(wrong.now());
        assert!(
            (SignedDuration::from_mins(59)..SignedDuration::from_mins(61)).contains(&behind),
            "{behind:?}"
        );
        let before = right.boottime();
        assert!(before <= wrong.boottime() && wrong.boottime() <= right.boottime());
    }

    #[test]
    fn a_clock_that_gains_shows_more_and_more_and_goes_on_as_the_right_one() {
        let (fast, back) = [10, -10].map(|gains| Clock::wrong(SignedDuration::ZERO, gains)).into();
        let begun = (fast.now(), back.now(), fast.monotonic());
        while fast.monotonic() - begun.2 < Duration::from_millis(5) {
            std::thread::yield_now();
        }
        let gone = (fast.now().duration_since(begun.0), back.now().duration_since(begun.1));
        assert!(gone.0 >= SignedDuration::from_millis(50), "{gone:?}");
        assert!(gone.1 < SignedDuration::ZERO, "{gone:?}");
        assert!(fast.monotonic() - begun.2 < Duration::from_secs(20));
    }

    /// In a name space whose boot lies earlier than its monotonic clock says, as after a suspension.
    #[test]
    fn suspended_time_counts() {
        let shifted = || {
            let mut command = Command::new("unshare");
            command.args(["--map-root-user", "--time", "--boottime", "100000"]);
            command
        };
        if !shifted().arg("true").output().is_ok_and(|output| output.status.success()) {
            eprintln!("no name space of time here: only the uptime is compared");
            return;
        }
        let same = "clock::tests::the_time_since_boot_is_the_kernels_uptime";
        let output =
            shifted().arg(std::env::current_exe().unwrap()).args(["--exact", same]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }

    #[tokio::test]
    async fn a_paused_clock_moves_only_when_told_and_wakes_sleepers() {
        let clock = Clock::paused("2026-02-28T23:59:59Z".parse().unwrap());
        assert_eq!(clock.now(), clock.now());
        let sleeper = clock.clone();
        let sleeping = async move {
            sleeper.sleep(Duration::from_secs(2)).await;
            sleeper.now()
        };
        tokio::pin!(sleeping);
        assert!(futures_poll(&mut sleeping).await.is_none());
        clock.advance(Duration::from_secs(1));
        assert!(futures_poll(&mut sleeping).await.is_none());
        clock.advance(Duration::from_secs(1));
        assert_eq!(sleeping.await.to_string(), "2026-03-01T00:00:01Z");
        assert_eq!(clock.monotonic(), Duration::from_secs(2));
    }

    #[tokio::test]
    async fn a_sleep_counts_from_the_call_and_not_from_the_first_poll() {
        let clock = Clock::paused(Timestamp::UNIX_EPOCH);
        let mut sleeping = Box::pin(clock.sleep(Duration::from_secs(2)));
        clock.advance(Duration::from_secs(2));
        assert!(futures_poll(&mut sleeping).await.is_some());
    }

    /// Polls once.
    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| match std::pin::Pin::new(&mut *future).poll(context) {
            std::task::Poll::Ready(value) => std::task::Poll::Ready(Some(value)),
            std::task::Poll::Pending => std::task::Poll::Ready(None),
        })
        .await
    }

    #[test]
    fn the_system_clock_goes_forward_and_ignores_advance() {
        let clock = Clock::system();
        let before = clock.monotonic();
        clock.advance(Duration::from_secs(3600));
        assert!(clock.monotonic() - before < Duration::from_secs(60));
    }
}
