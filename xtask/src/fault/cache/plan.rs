//! What is broken in which order, drawn from the seed. Pure. Never here: how it is done.

use std::time::Duration;

use mainstay_runtime::Random;

use crate::fault::proxy::Mode;

/// One blow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    /// Stops a node's process for a while.
    Freeze {
        node: usize,
        ms: u64,
    },
    /// Kills a node and starts it; Redis is restored meanwhile as it was at an earlier time.
    Revive {
        node: usize,
        restores: bool,
    },
    /// Something happens to a node's wires to the database for a while.
    Wire {
        node: usize,
        mode: Mode,
        ms: u64,
        cuts_after: bool,
    },
    /// The same with its wire to Redis.
    StoreWire {
        node: usize,
        mode: Mode,
        ms: u64,
    },
    /// Ends some sessions of the nodes, as an operator does.
    Terminate {
        many: u64,
    },
    /// Kills one process of the server (`kill -9`): all begin anew.
    KillBackend {
        which: u64,
    },
    /// Stops the server at once and starts it.
    Crash,
    /// Cuts the standby off, lets the server run ahead for a while, stops it at once and promotes the standby.
    FailOver {
        ahead_ms: u64,
    },
    /// Prepares a transaction, stops the server at once and starts it, or not, and commits what was prepared.
    TwoPhase {
        crashes: bool,
        ms: u64,
    },
    FlushStore,
    HoldStore {
        ms: u64,
    },
    /// Redis comes back as it was at an earlier time.
    RestoreStore,
}

/// A blow, and the rest after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) blow: Blow,
    pub(super) rest: Duration,
}

/// More than enough blows for this long: a run ends by the clock.
pub(super) fn plan(seed: u64, nodes: usize, length: Duration) -> Vec<Step> {
    let random = Random::seeded(seed);
    let most = usize::try_from(length.as_millis() / 150).unwrap_or(usize::MAX) + 20;
    let mut steps = opening(&random, nodes).to_vec();
    while steps.len() < most {
        let mut block = block(&random, nodes);
        // Fisher and Yates; every block has every kind.
        for at in (1..block.len()).rev() {
            block.swap(at, usize::try_from(random.below(at as u64 + 1)).unwrap_or(0));
        }
        let rest = || Duration::from_millis(50 + random.below(500));
        steps.extend(block.into_iter().map(|blow| Step { blow, rest: rest() }));
    }
    steps
}

/// What a short run must have tried: a node that hears nothing for well beyond the bound, one that is stopped for as long,
/// one that begins with an old Redis, and a server that begins anew.
fn opening(random: &Random, nodes: usize) -> [Step; 6] {
    let node = || node(random, nodes);
    let step = |blow, ms| Step { blow, rest: Duration::from_millis(ms) };
    [
        step(Blow::Wire { node: node(), mode: Mode::Hung, ms: 1_500, cuts_after: false }, 1_800),
        step(Blow::Freeze { node: node(), ms: 1_200 }, 1_500),
        step(Blow::Revive { node: node(), restores: true }, 800),
        step(Blow::TwoPhase { crashes: true, ms: 1_000 }, 1_200),
        step(Blow::Crash, 1_200),
        step(Blow::RestoreStore, 500),
    ]
}

fn node(random: &Random, nodes: usize) -> usize {
    usize::try_from(random.below(nodes as u64)).unwrap_or(0)
}

fn block(random: &Random, nodes: usize) -> Vec<Blow> {
    let node = || node(random, nodes);
    let mode = || [Mode::Hung, Mode::Mute, Mode::Cut][usize::try_from(random.below(3)).unwrap_or(0)];
    let ms = |most| 50 + random.below(most);
    let mut blows = Vec::new();
    for _ in 0..3 {
        blows.push(Blow::Freeze { node: node(), ms: ms(1_500) });
        blows.push(Blow::Wire {
            node: node(),
            mode: mode(),
            ms: ms(2_000),
            cuts_after: random.below(2) == 0,
        });
    }
    blows.extend([
        Blow::StoreWire { node: node(), mode: mode(), ms: ms(1_000) },
        Blow::Terminate { many: 1 + random.below(4) },
        Blow::Terminate { many: 1 + random.below(4) },
        Blow::Revive { node: node(), restores: random.below(2) == 0 },
        Blow::KillBackend { which: random.next_u64() },
        Blow::Crash,
        Blow::FailOver { ahead_ms: ms(800) },
        Blow::TwoPhase { crashes: random.below(3) > 0, ms: ms(500) },
        Blow::FlushStore,
        Blow::HoldStore { ms: ms(800) },
        Blow::RestoreStore,
    ]);
    blows
}

/// The beginning of the plan on a few lines.
pub(super) fn show(steps: &[Step]) -> String {
    let shown = steps.iter().take(12).map(|step| format!("{:?}, {} ms", step.blow, step.rest.as_millis()));
    format!("plan: {}, …", shown.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_story_and_every_kind_is_in_it() {
        let length = Duration::from_secs(20);
        assert_eq!(plan(7, 3, length), plan(7, 3, length));
        assert_ne!(plan(7, 3, length), plan(8, 3, length));
        let first = &plan(7, 3, length)[6..26];
        let kinds: std::collections::HashSet<_> =
            first.iter().map(|step| std::mem::discriminant(&step.blow)).collect();
        assert_eq!(kinds.len(), 12, "{first:?}");
    }
}
