//! Whether the database answers, asked on a session of its own. Never here: the pools, which may be busy while it does.

use std::time::Duration;

use tokio::sync::Mutex;

use crate::{Config, DbError, Session, Target};

/// Asks whether the database answers. It keeps one connection beside the pools.
#[derive(Debug)]
pub struct Probe {
    target: Target,
    application: String,
    connect_timeout: Duration,
    /// Absent before the first question, and after one that was not answered.
    session: Mutex<Option<Session>>,
}

impl Probe {
    /// For the server of `target`; of several hosts, the one that takes writes.
    pub fn new(config: &Config, target: &Target) -> Self {
        Self {
            target: target.clone(),
            application: format!("{} probe", config.application_name),
            connect_timeout: config.connect_timeout(),
            session: Mutex::default(),
        }
    }

    /// One round trip to the server. A caller who has no patience drops it; the next question then has a connection
    /// of its own.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if the server is gone, and whatever else it says to a new session.
    pub async fn ask(&self) -> Result<(), DbError> {
        let mut kept = self.session.lock().await;
        // Taken out, so that nobody meets a session whose answer was not waited for.
        if let Some(session) = kept.take()
            && answers(&session).await.is_ok()
        {
            *kept = Some(session);
            return Ok(());
        }
        // It may have died while it lay idle: that says nothing of the server.
        let session = Session::connect(&self.target, &self.application, self.connect_timeout).await?;
        answers(&session).await?;
        *kept = Some(session);
        Ok(())
    }
}

async fn answers(session: &Session) -> Result<(), tokio_postgres::Error> {
    session.simple_query("select 1").await.map(drop)
}
