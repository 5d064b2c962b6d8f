//! What the primary has shown by now, for answers that outlive the session that has read them. Never here: what a session
//! has seen (`causality`).

use super::client::Server;
use super::{Client, Db};
use crate::replicas::{self, Token};

impl Db {
    /// What a session has seen that has read from the primary before this was called: who is given the same answer later
    /// has seen as much ([`crate::causality::Causality::saw`]). Costs a round trip. If the primary does not say where it is,
    /// a token that no replica can have as much as. `None` where no replicas are configured, or nothing is known of the
    /// primary yet.
    pub async fn shown_by_primary(&self) -> Option<Token> {
        let replicas = self.replicas()?;
        let client = Client::reading(self.clone(), Server::Primary);
        let position = async {
            let asked = client.ask().await.ok()?;
            let position = replicas::position(&asked).await;
            asked.answered(position).ok().flatten()
        };
        replicas.token(position.await)
    }
}
