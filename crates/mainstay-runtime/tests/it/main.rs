//! What needs a process of its own: the signals that the operating system sends. Never here: what units can show.

use mainstay_runtime::{SignalKind, Signals};
use rustix::process::{Signal, getpid, kill_process};

/// One test for all, since signals are the process's and not the test's.
#[tokio::test]
async fn a_signal_between_two_waits_is_heard_and_so_is_each_kind() {
    let mut signals = Signals::listen().unwrap();
    kill_process(getpid(), Signal::TERM).unwrap();
    assert_eq!(signals.next().await, SignalKind::Terminate);
    kill_process(getpid(), Signal::INT).unwrap();
    assert_eq!(signals.next().await, SignalKind::Interrupt);
    // Sent while nobody waits.
    kill_process(getpid(), Signal::TERM).unwrap();
    tokio::task::yield_now().await;
    assert_eq!(signals.next().await, SignalKind::Terminate);
}
