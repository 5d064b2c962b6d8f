//! Who writes through the node: each write under the lock of its row, told before its commit and after. Never here: who
//! writes past it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use mainstay_cache::Commit;
use mainstay_db::{DbError, Tx};
use mainstay_runtime::Random;

use super::{Node, PATIENCE, row_of, written_keys};
use crate::fault::cache::history::{Acked, Intent, Line, Token};
use crate::fault::cache::rule::Rule;
use crate::fault::cache::{LOCK, WRITE};

/// One write, drawn whole.
struct Step {
    key: usize,
    is_async: bool,
    /// Between the write and its commit.
    lingering: Duration,
    /// Whoever writes may give up while the commit is on its way: it may take effect.
    patience: Duration,
    /// By a closure that is run again, not by a transaction at hand.
    is_closure: bool,
    think: Duration,
}

/// Until the stop.
pub(super) async fn write(node: Arc<Node>, random: Random) {
    while !node.stop.is_stopping() {
        let step = draw(&random);
        tokio::time::sleep(step.think).await;
        // What failed may have been committed all the same; its intent was told.
        let _ = tokio::time::timeout(PATIENCE, once(&node, &step)).await;
    }
}

fn draw(random: &Random) -> Step {
    let lingers = random.below(16) == 0;
    Step {
        key: usize::try_from(random.below(written_keys())).unwrap_or(0),
        is_async: random.below(4) == 0,
        lingering: Duration::from_millis(random.below(if lingers { 900 } else { 2 })),
        patience: match random.below(8) {
            0 => Duration::from_micros(300 + random.below(2_500)),
            _ => PATIENCE,
        },
        is_closure: random.below(2) == 0,
        think: Duration::from_millis(1 + random.below(25)),
    }
}

async fn once(node: &Node, step: &Step) -> Result<()> {
    let (id, commit) = if step.is_closure && !node.breaks(Rule::NoOwnCommits) {
        node.caches.transaction(|tx| async move { prepare(node, step, &tx).await }).await?
    } else {
        let tx = node.db.write().await?;
        let id = prepare(node, step, &tx).await?;
        if node.breaks(Rule::NoOwnCommits) {
            tx.commit().await?;
            (id, None)
        } else {
            (id, tokio::time::timeout(step.patience, node.caches.commit(tx)).await??)
        }
    };
    let token =
        commit.map(|Commit { incarnation, xid }| Token { incarnation: incarnation.0.to_string(), xid });
    let acked = Acked { key: step.key, id, at: node.now(), token };
    node.written(step.key, id);
    node.telling.tell(&Line::Acked(acked), true);
    Ok(())
}

/// Up to the commit.
async fn prepare(node: &Node, step: &Step, tx: &Tx) -> Result<u64, DbError> {
    let ((owner, row), id) = (row_of(step.key), node.next_id());
    if step.is_async {
        tx.batch_execute("set local synchronous_commit = off").await?;
    }
    let before = tx.query_one(LOCK, &[&owner, &row]).await?.get::<_, i64>(0).unsigned_abs();
    tx.execute(WRITE, &[&owner, &row, &id.cast_signed()]).await?;
    tokio::time::sleep(step.lingering).await;
    node.telling.tell(&Line::Intent(Intent { key: step.key, id, before, at: node.now() }), true);
    Ok(id)
}
