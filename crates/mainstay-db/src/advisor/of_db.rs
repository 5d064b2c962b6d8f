//! Advice for the database that a process works with, its replicas included; one at a time. Never here: how it is found.

use super::{APPLICATION, AdviseError, CONNECT_TIMEOUT, Config, Reason, Report, advise};
use crate::error::chain;
use crate::{Db, Session, Target};

impl Db {
    /// Advice on the indexes of this database; see [`advise`]. An index is called unused only where every configured
    /// replica answered that it does not read it either. Dropping the future ends the search at once.
    ///
    /// # Errors
    /// [`AdviseError::Underway`] if this process is at it already; else as [`advise`].
    pub async fn advise(&self, config: &Config) -> Result<Report, AdviseError> {
        let Ok(_turn) = self.advising().try_lock() else { return Err(AdviseError::Underway) };
        let (sessions, silent) = self.replica_sessions(config).await;
        let mut report = advise(self.target(), &sessions.iter().collect::<Vec<_>>(), config).await?;
        if !silent.is_empty() {
            report.surplus.retain(|one| one.reason != Reason::Unused);
            let silent = silent.join("; ");
            report.notes.push(format!(
                "no index is called unused, since not every replica said what it reads: {silent}"
            ));
        }
        Ok(report)
    }

    /// Sessions on the configured replicas, and why there is none on the others.
    async fn replica_sessions(&self, config: &Config) -> (Vec<Session>, Vec<String>) {
        let targets = self.replicas().map_or(&[][..], |replicas| replicas.replica_targets());
        let longest = config.plan_timeout();
        let asked =
            targets.iter().map(|target| Session::connect_for(target, APPLICATION, CONNECT_TIMEOUT, longest));
        let (mut sessions, mut silent) = (Vec::new(), Vec::new());
        for (target, outcome) in targets.iter().zip(futures_util::future::join_all(asked).await) {
            match outcome {
                Ok(session) => sessions.push(session),
                Err(error) => silent.push(told(target, &error)),
            }
        }
        (sessions, silent)
    }
}

fn told(target: &Target, error: &tokio_postgres::Error) -> String {
    format!("{target}: {}", chain(error))
}
