//! How a node hears of changes: triggers write down what each transaction touches, polls bring what the last snapshot did
//! not see. Never here: what follows from it (`coherence`), messages that only say "ask now".

mod changes;
mod outbox;
mod poller;

pub use changes::{Change, Changes};
pub(crate) use outbox::OWN;
pub use outbox::{Commit, Invalidate, InvalidationError, MIGRATIONS, Outbox, OwnChanges};
pub use poller::{Config, Poller};
