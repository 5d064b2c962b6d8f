//! What the primary has shown by now, for answers that outlive the session that has read them. Never here: what a session
//! has seen (`causality`).

use std::time::Duration;

use super::client::Server;
use super::{Client, Db};
use crate::replicas::{self, Token};

/// Whoever reads waits no longer to learn where the primary is.
const WITHIN: Duration = Duration::from_secs(2);

impl Db {
    /// What a session has seen that has read from the primary before this was called: who is given the same answer later
    /// has seen as much ([`crate::causality::Causality::saw`]). Costs a round trip. If the primary does not say at once where it
    /// is, a token that no replica can have as much as. `None` where no replicas are configured, or nothing is known of the
    /// primary yet.
    pub async fn shown_by_primary(&self) -> Option<Token> {
        let replicas = self.replicas()?;
        let client = Client::reading(self.clone(), Server::Primary);
        let position = async {
            let asked = client.ask().await.ok()?;
            let position = replicas::position(&asked).await;
            asked.answered(position).ok().flatten()
        };
        replicas.token(tokio::time::timeout(WITHIN, position).await.ok().flatten())
    }
}
