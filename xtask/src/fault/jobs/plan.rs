//! What is broken in which order, drawn from the seed. Pure. Never here: how it is done.

use std::time::Duration;

use mainstay_runtime::Random;

use super::TTL;
use crate::fault::proxy::Mode;

/// One blow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    /// Kills a node and starts it.
    Kill { node: usize },
    /// Stops a node's process for so long that others take what it had, and lets it go on.
    Freeze { node: usize, ms: u64 },
    /// Asks a node to stop (SIGTERM), and starts it when it has.
    Stop { node: usize },
    /// Asks it twice: it is to end at once.
    StopTwice { node: usize },
    /// Stops the server at once, and starts it after a while.
    Outage { ms: u64 },
    /// Stops the server in order and promotes the standby: nothing is lost.
    SwitchOver,
    /// Takes the standby off the server, goes on for so long, stops the server at once and promotes the standby: what was
    /// committed meanwhile is lost.
    FailOver { ms: u64 },
    /// Ends some sessions of the nodes, as an operator does.
    Terminate { many: u64 },
    /// Something happens to a node's wires to the database for a while.
    Wire { node: usize, mode: Mode, ms: u64 },
}

/// A blow, and the rest after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) blow: Blow,
    pub(super) rest: Duration,
}

/// A story of such a length has room for a server that is away for longer than anybody waits for it, and for one whose last
/// commits are lost.
const LONG: Duration = Duration::from_secs(180);

/// More than enough blows for this long: a run ends by the clock. None where none of them falls.
pub(super) fn plan(seed: u64, nodes: usize, length: Duration, falls: fn(&Blow) -> bool) -> Vec<Step> {
    let random = Random::seeded(seed);
    let most = usize::try_from(length.as_millis() / 200).unwrap_or(usize::MAX) + 24;
    let mut steps = Vec::new();
    while steps.len() < most {
        let mut block: Vec<Blow> = block(&random, nodes).into_iter().filter(falls).collect();
        if block.is_empty() {
            break;
        }
        let rare = [Blow::Outage { ms: 20_000 }, Blow::FailOver { ms: 100 + random.below(900) }];
        if length >= LONG {
            block.extend(rare.into_iter().filter(falls));
        }
        // Fisher and Yates; every block has every kind.
        for at in (1..block.len()).rev() {
            block.swap(at, usize::try_from(random.below(at as u64 + 1)).unwrap_or(0));
        }
        let rest = || Duration::from_millis(200 + random.below(1_200));
        steps.extend(block.into_iter().map(|blow| Step { blow, rest: rest() }));
    }
    steps
}

fn block(random: &Random, nodes: usize) -> Vec<Blow> {
    let node = || usize::try_from(random.below(nodes as u64)).unwrap_or(0);
    let wire = |mode, most: u64| Blow::Wire { node: node(), mode, ms: 100 + random.below(most) };
    let ttl = u64::try_from(TTL.as_millis()).unwrap_or(u64::MAX);
    let mut blows: Vec<Blow> = (0..6).map(|_| Blow::Kill { node: node() }).collect();
    blows.extend((0..3).map(|_| Blow::Freeze { node: node(), ms: ttl * 2 + random.below(ttl) }));
    blows.extend((0..2).map(|_| Blow::Stop { node: node() }));
    blows.extend([
        Blow::StopTwice { node: node() },
        Blow::Outage { ms: random.below(200) },
        Blow::Outage { ms: 500 + random.below(2_000) },
        Blow::SwitchOver,
        Blow::Terminate { many: 3 + random.below(12) },
        Blow::Terminate { many: 40 },
        wire(Mode::Mute, 1_500),
        wire(Mode::Mute, 4_000),
        wire(Mode::Hung, 4_000),
        wire(Mode::Cut, 1_500),
    ]);
    blows
}

/// The beginning of the plan on a few lines.
pub(super) fn show(steps: &[Step]) -> String {
    if steps.is_empty() {
        return "plan: nobody is struck".to_owned();
    }
    let shown = steps.iter().take(12).map(|step| format!("{:?}, {} ms", step.blow, step.rest.as_millis()));
    format!("plan: {}, …", shown.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_story_and_every_kind_is_in_it() {
        let length = Duration::from_secs(20);
        let whole = |seed| plan(seed, 3, length, |_| true);
        assert_eq!(whole(7), whole(7));
        assert_ne!(whole(7), whole(8));
        let first = &whole(7)[..21];
        let has = |is: fn(&Blow) -> bool| first.iter().any(|step| is(&step.blow));
        assert!(
            has(|blow| matches!(blow, Blow::SwitchOver)) && has(|blow| matches!(blow, Blow::Stop { .. }))
        );
        let long = plan(7, 3, LONG, |_| true);
        assert!(long[..23].iter().any(|step| matches!(step.blow, Blow::FailOver { .. })));
        assert!(has(|blow| matches!(blow, Blow::StopTwice { .. })));
        assert!(has(|blow| matches!(blow, Blow::Wire { mode: Mode::Mute, .. })));
        for step in first {
            if let Blow::Freeze { ms, .. } = step.blow {
                assert!(Duration::from_millis(ms) > TTL, "others take over: {step:?}");
            }
        }
    }

    #[test]
    fn a_story_of_one_kind_of_blow_has_no_other() {
        let kills = plan(7, 3, Duration::from_secs(200), |blow| matches!(blow, Blow::Kill { .. }));
        assert!(kills.len() > 100 && kills.iter().all(|step| matches!(step.blow, Blow::Kill { .. })));
        assert_eq!(plan(7, 3, Duration::from_secs(8), |_| false), []);
    }
}
