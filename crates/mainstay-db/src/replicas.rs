//! Reads from replicas that are never wrong: a session reads its own writes, never goes back, and nothing is older
//! than asked. Never here: the pools, the choice of the writable server, HTTP, cookies.
//!
//! # Why it holds
//! A write's [`Token`] is the primary's insert position after its commit. A replica answers only on a connection that
//! first says its replay position, and the answer counts only if that position has reached the token and the position
//! that the primary had when the permitted staleness began. Within a timeline replay only grows, and what was read
//! before a query is also behind its snapshot. A token or a replica of another timeline counts for nothing until the
//! router has seen a position of the new one ([`Router::observe_primary`]).
//!
//! A replica may show a commit before the primary does. So a token also bounds the numbers of the transactions that were
//! seen on replicas, and a session is answered by the primary when none below runs there that a replica with as much as
//! the session has as committed ([`Replicas::settle`]).
//!
//! # Rooms
//! Pure, with time passed in: [`Lsn`], [`Epoch`], [`Snapshot`], [`Token`], [`Router`] and what it is made of. At the rim:
//! [`Replicas`], which watches the servers and asks them, and [`commit`], which ends a transaction with its position.

mod position;
mod snapshot;
mod token;

mod budget;
mod freshness;
mod rendezvous;
mod router;
mod status;

mod config;

mod commit;
mod handle;
mod lane;
mod settle;
mod watch;

#[cfg(test)]
mod model;

pub use commit::{Position, commit, position, read};
pub use config::Config;
pub use handle::{Answer, Replicas, Rows};
pub use position::{Epoch, Lsn, Pages};
pub use rendezvous::session_key;
pub use router::{Choice, Demand, Limits, Noted, Outcome, Router, Seen, ServerId, Ticket, Wish};
pub use snapshot::{NotASnapshot, Snapshot, Xid};
pub use status::{ReplicaStatus, Status};
pub use token::{Token, TokenKey};
