//! A read-only session. Never here: the choice of the server that it reads from.

use std::ops::Deref;

use super::client::Server;
use super::{Client, Db};

/// A read-only session. Each statement is its own transaction. A connection of the pool is taken by the first statement
/// that needs one, kept for those after it, and given back when this is dropped.
#[derive(Debug)]
pub struct Read {
    client: Client,
}

impl Read {
    pub(super) fn new(db: Db, server: Server) -> Self {
        Self { client: Client::reading(db, server) }
    }
}

impl Deref for Read {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}
