//! The signals by which a person or a service manager asks a process to stop. Never here: what stopping means.

use tokio::signal::unix::{Signal, SignalKind as Unix, signal};

/// Which signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalKind {
    /// Ctrl-C.
    Interrupt,
    /// The service manager.
    Terminate,
}

/// Hears SIGINT and SIGTERM from the moment it is made: none that comes between two calls of [`Signals::next`] is
/// lost, so that a second one can end a stop that takes too long. While it lives, and after, the signals do not end
/// the process by themselves.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the operating system does not let us.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(Unix::interrupt())?, terminate: signal(Unix::terminate())? })
    }

    /// The next signal; several of one kind that come together are one. Dropping the future loses none.
    pub async fn next(&mut self) -> SignalKind {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::Interrupt,
            _ = self.terminate.recv() => SignalKind::Terminate,
        }
    }
}

/// Waits for one SIGINT or SIGTERM. Who wants a second one keeps [`Signals`].
///
/// # Errors
/// When the operating system does not let us listen.
pub async fn wait() -> std::io::Result<SignalKind> {
    Ok(Signals::listen()?.next().await)
}
