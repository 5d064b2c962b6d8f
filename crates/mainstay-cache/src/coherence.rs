//! Which kept answers may still be served, decided from what the database's own snapshots say. Pure: no clock, no socket,
//! no SQL; whoever uses it brings the time and the answers of the polls.
//!
//! The promise: an answer that [`Node::lookup`] calls fresh equals a state that the database had at most `bound` ago, and
//! no older than what this node has itself committed. It rests on two assumptions, that an entry's tags name all that it
//! was made from, and that one primary at a time commits.
//!
//! Never here: where entries are kept (the levels), how events come to be (the triggers), what is worth keeping.

mod busiest;
mod history;
mod lives;
mod log;
mod marks;
mod node;
mod own;
mod snapshot;
mod tag;

pub use log::LogEnd;
pub use marks::{Marks, Staleness, Word};
pub(crate) use marks::{Slots, nanoseconds};
pub use node::{
    Applied, Config, Event, Fill, Incarnation, Node, Poll, PollAnswer, Refused, Seen, Waiter, Weak,
};
pub use snapshot::{MalformedSnapshot, Snapshot};
pub use tag::Tag;
