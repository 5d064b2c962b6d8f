//! A job that keeps its thread may keep the one that hears the network and the clock for all others of its runtime; no other
//! takes that part until something wakes one. A thread outside does. Never here: what else that thread says.

use std::convert::Infallible;
use std::time::Duration;

use tokio::runtime::Handle;

/// So long at most nobody hears.
const EVERY: Duration = Duration::from_millis(200);

/// Wakes a thread of that runtime again and again, until dropped. It runs in another one.
pub(super) async fn keep(home: &Handle) -> Infallible {
    loop {
        let woken = home.spawn(async {});
        tokio::time::sleep(EVERY).await;
        // While all of them are kept, it waits by itself.
        let _ = woken.await;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc;

    use tokio::io::AsyncReadExt;
    use tokio::runtime::Builder;

    use super::*;

    const LONGEST: Duration = Duration::from_secs(30);

    /// One end for a thread, and one for a task of the runtime.
    fn pair() -> (UnixStream, tokio::net::UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        theirs.set_nonblocking(true).unwrap();
        (ours, tokio::net::UnixStream::from_std(theirs).unwrap())
    }

    #[test]
    fn who_keeps_the_thread_that_hears_keeps_nobody_from_hearing() {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let inside = runtime.enter();
        let ((mut first, mut heard_first), (mut second, mut heard_second)) = (pair(), pair());
        let (kept, is_kept) = mpsc::channel();
        let (other, is_other) = mpsc::channel();
        let keeping = runtime.spawn(async move {
            heard_first.read_u8().await.unwrap();
            kept.send(()).unwrap();
            // It hears nobody meanwhile.
            is_other.recv_timeout(LONGEST).is_ok()
        });
        runtime.spawn(async move {
            heard_second.read_u8().await.unwrap();
            other.send(()).unwrap();
        });
        drop(inside);
        let (home, waking) =
            (runtime.handle().clone(), Builder::new_current_thread().enable_all().build().unwrap());
        std::thread::spawn(move || waking.block_on(keep(&home)));
        first.write_all(&[1]).unwrap();
        is_kept.recv_timeout(LONGEST).unwrap();
        second.write_all(&[1]).unwrap();
        assert!(runtime.block_on(keeping).unwrap(), "nobody heard for the other one");
    }
}
