//! A read-only session from the pool. Never here: the choice of the server that it reads from.

use std::ops::Deref;

use deadpool_postgres::Client;

/// A read-only session; it goes back to the pool when dropped. Generated statements bind to `&*read`.
#[derive(Debug)]
pub struct Read {
    client: Client,
}

impl Read {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Deref for Read {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}
