//! The phase of a process's life, for probes and for whoever waits. Never here: what happens in a phase.

use tokio::sync::watch;

/// Where a process is in its life. It only goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Connecting, migrating, warming.
    Starting,
    /// Answering.
    Ready,
    /// Answering what has begun, refusing the rest.
    Draining,
    /// Done.
    Stopped,
}

/// A watchable phase. Clones share it.
#[derive(Clone, Debug)]
pub struct Lifecycle(watch::Sender<Phase>);

impl Default for Lifecycle {
    fn default() -> Self {
        Self(watch::channel(Phase::Starting).0)
    }
}

impl Lifecycle {
    /// A process that is starting.
    pub fn new() -> Self {
        Self::default()
    }

    /// The present phase.
    pub fn phase(&self) -> Phase {
        *self.0.borrow()
    }

    /// Enters a later phase. Going back, or staying, changes nothing: a drain that has begun cannot be undone.
    pub fn enter(&self, phase: Phase) -> bool {
        self.0.send_if_modified(|current| {
            let forward = phase > *current;
            if forward {
                *current = phase;
            }
            forward
        })
    }

    /// Waits until the phase is reached or passed.
    pub async fn reached(&self, phase: Phase) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|current| *current >= phase).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn life_only_goes_forward() {
        let life = Lifecycle::new();
        assert!(life.enter(Phase::Draining));
        assert!(!life.enter(Phase::Ready));
        assert_eq!(life.phase(), Phase::Draining);
        life.reached(Phase::Ready).await;
        assert!(life.enter(Phase::Stopped));
        assert!(!life.enter(Phase::Stopped));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_asked_for_the_phase_never_goes_back(asked in proptest::collection::vec(0_usize..4, 0..20)) {
            const PHASES: [Phase; 4] = [Phase::Starting, Phase::Ready, Phase::Draining, Phase::Stopped];
            let life = Lifecycle::new();
            for phase in asked.into_iter().map(|phase| PHASES[phase]) {
                let before = life.phase();
                let has_moved = life.enter(phase);
                proptest::prop_assert_eq!(life.phase(), before.max(phase));
                proptest::prop_assert_eq!(has_moved, phase > before);
            }
        }
    }
}
