//! The signals by which a person or a service manager asks a process to stop. Never here: what stopping means.

use tokio::signal::unix::{SignalKind as Unix, signal};

/// Which signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalKind {
    /// Ctrl-C.
    Interrupt,
    /// The service manager.
    Terminate,
}

/// Waits for SIGINT or SIGTERM. Call it again to hear a second one.
pub async fn wait() -> std::io::Result<SignalKind> {
    let mut interrupt = signal(Unix::interrupt())?;
    let mut terminate = signal(Unix::terminate())?;
    Ok(tokio::select! {
        _ = interrupt.recv() => SignalKind::Interrupt,
        _ = terminate.recv() => SignalKind::Terminate,
    })
}
