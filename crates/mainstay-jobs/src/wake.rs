//! That there is work, told within a process without a statement: who claims looks at once. A word that is lost costs a pause.
//! Never here: other processes.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use mainstay_db::Tx;
use tokio::sync::Notify;

static QUEUES: LazyLock<Mutex<HashMap<String, Arc<Notify>>>> = LazyLock::new(Mutex::default);

/// Who waits for work of this queue waits here.
pub(crate) fn of(queue: &str) -> Arc<Notify> {
    let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
    match queues.get(queue) {
        Some(known) => Arc::clone(known),
        None => Arc::clone(queues.entry(queue.to_owned()).or_default()),
    }
}

/// When the transaction has committed there is work.
pub(crate) fn after_commit(tx: &Tx, queue: &str) {
    let waiting = of(queue);
    tx.after_commit(move || waiting.notify_one());
}
