//! Work that keeps its thread for ever and hears nobody, beside work that does not: it is taken from its process, which lives and
//! goes on, and is a dead letter after too many times. Never here: work that ends its process.

use std::time::Duration;

use anyhow::Result;
use mainstay_db::Session;

use super::World;
use super::asker::{ask, work};
use super::calm::{HEARD, until};
use super::child::Nodes;
use super::deed::Deed;
use super::history::Fate;
use super::node::Setup;
use super::verdict::number;

/// The queue of it, and its places: more than there are attempts.
pub(super) const QUEUE: (&str, usize) = ("hung", 8);

/// So long it may take.
const LONGEST: Duration = Duration::from_millis(500);

/// Jobs beside it.
const NEIGHBOURS: u64 = 40;

const BEGUN: &str =
    "select count(*) from begun inner join mainstay.job using (id) where payload->>'deed' = 'Endless'";

/// Asks for it, and for its neighbours when it has begun. Who waits until everything has ended waits for these, too.
pub(super) async fn begin(world: &World, session: &Session, nodes: &mut Nodes, setup: Setup) -> Result<()> {
    nodes.add(setup).await?;
    let endless = work(Deed::Endless).queue(QUEUE.0).timeout(Some(LONGEST));
    ask(world, vec![endless], Duration::ZERO, Fate::Commit).await?;
    until(HEARD, async || Ok(number(session, BEGUN, &[]).await? > 0)).await?;
    let neighbours = (0..NEIGHBOURS).map(|nth| work(Deed::Exact { ms: nth * 50 }).queue(QUEUE.0));
    ask(world, neighbours.collect(), Duration::ZERO, Fate::Commit).await
}
