//! Turns of transactions. Never here: what lasts longer than one.

use mainstay_db::{DbError, Executor, Session, Tx};
use sha2::{Digest, Sha256};

use super::store;

/// The first half of the server's key: "mstj".
const NAMESPACE: i32 = 0x6d73_746a;

/// Waits until no other transaction has this key, and has it until this one ends: for short sections that take turns. Two keys
/// may share a lock, once in four thousand million.
///
/// # Errors
/// What the database says: a lock that is not free within the server's `lock_timeout`, a deadlock.
pub async fn with_xact_lock(tx: &Tx, key: &str) -> Result<(), DbError> {
    tx.rows(&store::XACT_LOCK, &[&NAMESPACE, &half(key)]).await.map(drop)
}

/// The same on a session whose transaction is begun by hand.
pub(crate) async fn xact_lock_on(session: &Session, key: &str) -> Result<(), tokio_postgres::Error> {
    session.query(store::XACT_LOCK.text(), &[&NAMESPACE, &half(key)]).await.map(drop)
}

/// The second half.
fn half(key: &str) -> i32 {
    let hash = Sha256::digest(key);
    i32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}
