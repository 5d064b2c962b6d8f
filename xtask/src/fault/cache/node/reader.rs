//! Who reads: registers and lists, in every way that the cache offers. Never here: what it says of them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Error;
use mainstay_cache::coherence::Incarnation;
use mainstay_cache::{Answer, Commit, Freshness, LoadError, Source};
use mainstay_runtime::Random;

use super::load::{List, Register, list_tags, register_tags};
use super::{Node, PATIENCE, key_of, keys, row_of, written_keys};
use crate::fault::cache::BOUND;
use crate::fault::cache::history::{Acked, Line, Read};
use crate::fault::cache::rule::Rule;

/// What somebody may be served who takes outdated answers.
const STALE_FOR: Duration = Duration::from_millis(1_500);
/// A tighter bound than that of the node.
const TIGHT: Duration = Duration::from_millis(100);

/// One read, drawn whole.
struct Step {
    key: usize,
    is_list: bool,
    freshness: Freshness,
    /// How long the read takes after it was answered.
    lingering: Duration,
    /// The entry is dropped before, so that another node's is looked for.
    forgets: bool,
    think: Duration,
}

/// Until the stop.
pub(super) async fn read(node: Arc<Node>, random: Random) {
    while !node.stop.is_stopping() {
        let step = draw(&node, &random);
        tokio::time::sleep(step.think).await;
        ask(&node, &step, None).await;
    }
}

/// Reads what another node has written, as whoever wrote it would.
pub(super) async fn follow(node: Arc<Node>, acked: Acked) {
    let token = acked.token.as_ref().filter(|_| !node.breaks(Rule::NoToken));
    let commit = token.and_then(|token| {
        let incarnation = token.incarnation.parse().map(Incarnation).ok()?;
        Some(Commit { incarnation, xid: token.xid })
    });
    let freshness = commit.map_or(Freshness::Fresh, Freshness::ReadYourWrites);
    let step = Step {
        key: acked.key,
        is_list: acked.id.is_multiple_of(4),
        freshness,
        lingering: Duration::ZERO,
        forgets: false,
        think: Duration::ZERO,
    };
    ask(&node, &step, Some((acked.key, acked.id))).await;
}

fn draw(node: &Node, random: &Random) -> Step {
    let freshness = match random.below(20) {
        0 => Freshness::Within(TIGHT),
        1 => Freshness::StaleOk(STALE_FOR),
        2 => Freshness::Bypass,
        _ if node.breaks(Rule::NoAgeGate) => Freshness::Within(Duration::MAX),
        _ => Freshness::Fresh,
    };
    let lingers = random.below(12) == 0;
    Step {
        key: usize::try_from(drawn_key(random)).unwrap_or(0),
        is_list: random.below(3) == 0,
        freshness,
        lingering: Duration::from_millis(random.below(if lingers { 700 } else { 1 })),
        forgets: random.below(8) == 0,
        think: Duration::from_micros(500 + random.below(8_000)),
    }
}

/// Those that the plan alone writes are asked for seldom: what a crash has left of them in a node is to be found by somebody
/// who comes after the node's first poll in the new life, not read anew before it.
fn drawn_key(random: &Random) -> u64 {
    match random.below(40) {
        0 => written_keys() + random.below(keys() - written_keys()),
        _ => random.below(written_keys()),
    }
}

async fn ask(node: &Node, step: &Step, floor: Option<(usize, u64)>) {
    let (owner, id) = row_of(step.key);
    let asked_keys: Vec<usize> =
        if step.is_list { (0..super::IDS).map(|id| key_of(owner, id)).collect() } else { vec![step.key] };
    let mut floors: Vec<(usize, u64)> = asked_keys.iter().filter_map(|key| node.own(*key)).collect();
    floors.extend(floor);
    let mut read = Read { node: node.setup.node, from: node.now(), floors, ..Read::default() };
    let answered = if step.is_list {
        tokio::time::timeout(PATIENCE, list(node, owner, step)).await.ok().and_then(Result::ok).map(
            |answer| {
                let seen =
                    answer.value.0.iter().map(|(id, written)| (key_of(owner, *id), *written)).collect();
                (seen, answer.source)
            },
        )
    } else {
        let register = tokio::time::timeout(PATIENCE, register(node, (owner, id), step)).await;
        register.ok().and_then(Result::ok).map(|answer| (vec![(step.key, answer.value.0)], answer.source))
    };
    let Some((seen, source)) = answered else { return node.telling.tell(&Line::Failed, false) };
    read.until = node.now();
    let bound = match step.freshness {
        _ if source == Source::Stale => STALE_FOR,
        Freshness::Within(within) => within.min(BOUND),
        _ => BOUND,
    };
    if source == Source::Stale {
        read.floors.clear();
    }
    read.bound = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
    read.source = format!("{source:?}");
    read.seen = seen;
    node.telling.tell(&Line::Read(read), false);
}

async fn register(node: &Node, row: (i64, i64), step: &Step) -> Result<Answer<Register>, LoadError<Error>> {
    if step.forgets {
        node.registers.remove(&row);
    }
    let tags = || register_tags(row.0, row.1);
    if node.breaks(Rule::StampAfterRead) {
        let early = node.read_register(node.db.read_from_primary(), row, step.lingering).await;
        return node.registers.get_or_load(&row, tags, step.freshness, |_| async { early }).await;
    }
    let load = |from| node.read_register(from, row, step.lingering);
    node.registers.get_or_load(&row, tags, step.freshness, load).await
}

async fn list(node: &Node, owner: i64, step: &Step) -> Result<Answer<List>, LoadError<Error>> {
    if step.forgets {
        node.lists.remove(&owner);
    }
    let load = |from| node.read_list(from, owner, step.lingering);
    node.lists.get_or_load(&owner, || list_tags(owner), step.freshness, load).await
}
