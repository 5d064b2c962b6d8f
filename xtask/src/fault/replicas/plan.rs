//! What is broken in which order, drawn from the seed. Pure. Never here: how it is done.

use std::time::Duration;

use mainstay_runtime::Random;

use super::BOUND;

/// One blow. `replica` counts among those that are replicas at the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    /// Holds a replica's replay for a while; other blows fall meanwhile.
    Hold { replica: usize, ms: u64 },
    /// Ends a replica's receiver.
    KillReceiver { replica: usize },
    /// Stops a replica in order and starts it.
    Restart { replica: usize },
    /// Kills a replica and starts it.
    Crash { replica: usize },
    /// The primary waits for a standby that is not there: replicas show commits that it does not. After half of the time
    /// they are held, so that the primary is asked.
    StandbyAway { ms: u64 },
    /// Kills the primary and starts it: what was committed asynchronously may be lost.
    CrashPrimary,
    /// Stops the primary in order and promotes a replica: nothing is lost.
    SwitchOver { replica: usize },
    /// Cuts a replica off, lets the others run ahead, kills the primary and promotes the one that is behind.
    FailOver { replica: usize },
}

/// A blow, and the rest after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) blow: Blow,
    pub(super) rest: Duration,
}

/// More than enough blows for this long: a run ends by the clock.
pub(super) fn plan(seed: u64, length: Duration) -> Vec<Step> {
    let random = Random::seeded(seed);
    let most = usize::try_from(length.as_millis() / 200).unwrap_or(usize::MAX) + 12;
    let mut steps = opening(&random).to_vec();
    while steps.len() < most {
        let mut block = block(&random);
        // Fisher and Yates; every block has every kind.
        for at in (1..block.len()).rev() {
            block.swap(at, usize::try_from(random.below(at as u64 + 1)).unwrap_or(0));
        }
        let rest = || Duration::from_millis(100 + random.below(700));
        steps.extend(block.into_iter().map(|blow| Step { blow, rest: rest() }));
    }
    steps
}

/// A replica is held well beyond the bound, and nothing else befalls it meanwhile: whoever reads without a token, and
/// does not ask how old a replica is, is shown what is too old. Then the primary waits for nobody until most who write
/// hang. What chance draws may be too short for either.
fn opening(random: &Random) -> [Step; 2] {
    let long = BOUND * 3;
    let ms = u64::try_from(long.as_millis()).unwrap_or(u64::MAX);
    [
        Step { blow: Blow::Hold { replica: replica(random), ms }, rest: long },
        Step { blow: Blow::StandbyAway { ms: 1_500 }, rest: Duration::from_millis(500) },
    ]
}

fn replica(random: &Random) -> usize {
    usize::try_from(random.below(2)).unwrap_or(0)
}

fn block(random: &Random) -> Vec<Blow> {
    let replica = || replica(random);
    let mut blows: Vec<Blow> =
        (0..6).map(|_| Blow::Hold { replica: replica(), ms: 20 + random.below(3_480) }).collect();
    blows.extend([
        Blow::KillReceiver { replica: replica() },
        Blow::Restart { replica: replica() },
        Blow::Crash { replica: replica() },
        Blow::StandbyAway { ms: 100 + random.below(900) },
        Blow::CrashPrimary,
        Blow::SwitchOver { replica: replica() },
        Blow::FailOver { replica: replica() },
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
        assert_eq!(plan(7, length), plan(7, length));
        assert_ne!(plan(7, length), plan(8, length));
        let first = &plan(7, length)[2..15];
        assert!(first.iter().any(|step| matches!(step.blow, Blow::FailOver { .. })));
        assert!(first.iter().any(|step| matches!(step.blow, Blow::SwitchOver { .. })));
        assert!(first.iter().any(|step| matches!(step.blow, Blow::StandbyAway { .. })));
    }

    #[test]
    fn every_story_holds_a_replica_longer_than_the_bound_and_leaves_it_alone() {
        for seed in 0..100 {
            let first = plan(seed, Duration::from_secs(1))[0];
            let Blow::Hold { ms, .. } = first.blow else { panic!("{first:?}") };
            assert!(Duration::from_millis(ms) >= BOUND * 2 && first.rest >= BOUND * 2, "{seed}: {first:?}");
        }
    }
}
