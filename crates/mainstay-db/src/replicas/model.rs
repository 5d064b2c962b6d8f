//! The rules as a whole: random stories of writes, replays, delays, restarts and promotions in a simulated cluster,
//! answered through the real [`Router`] with tokens as the handle makes them. No answer may break a promise; with any
//! one rule weakened, the same stories must find it out.

mod cluster;
mod reader;

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestRng, TestRunner};

use cluster::Cluster;
use reader::{Broken, Reader};

/// Servers, one of them the primary.
const SERVERS: usize = 3;

/// Sessions, each with a counter that it alone writes.
const SESSIONS: usize = 3;

/// What was acknowledged longer ago than this must be in every answer.
const BOUND: Duration = Duration::from_millis(100);

/// One thing that happens. Servers and sessions are counted around.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A session writes; synchronously, the record is written before the answer.
    Write { session: usize, is_async: bool },
    /// The log is written up to here.
    Flush,
    /// A server receives so many more records.
    Receive { server: usize, records: usize },
    /// A server replays so many more of what it has received, and stops between two records or within one.
    Replay { server: usize, records: usize, is_within: bool },
    /// The watcher asks the primary; the answer takes its time, in which a session may write.
    PollPrimary { ms: u64, writes: Option<usize> },
    /// The watcher asks a server.
    Poll { server: usize },
    /// The watcher asks all of them.
    Round,
    /// A session asks, and its question reaches the server that was chosen.
    Ask { session: usize },
    /// The answer of that question is taken, or refused.
    Answer { session: usize },
    /// Time passes.
    Wait { ms: u64 },
    /// A replica starts anew and is back at an earlier position.
    Restart { server: usize, back: usize },
    /// The primary dies and a replica takes over; what it has not received is lost.
    Promote { server: usize },
    /// A replica streams from the present primary; one of a lost history is made anew.
    Follow { server: usize },
}

fn event() -> impl Strategy<Value = Event> {
    let server = || 0..SERVERS;
    let session = || 0..SESSIONS;
    prop_oneof![
        4 => (session(), any::<bool>()).prop_map(|(session, is_async)| Event::Write { session, is_async }),
        2 => Just(Event::Flush),
        8 => (server(), 1_usize..8).prop_map(|(server, records)| Event::Receive { server, records }),
        8 => (server(), 1_usize..8, any::<bool>())
            .prop_map(|(server, records, is_within)| Event::Replay { server, records, is_within }),
        8 => Just(Event::Round),
        3 => (0_u64..40, prop::option::of(session()))
            .prop_map(|(ms, writes)| Event::PollPrimary { ms, writes }),
        3 => server().prop_map(|server| Event::Poll { server }),
        8 => session().prop_map(|session| Event::Ask { session }),
        10 => session().prop_map(|session| Event::Answer { session }),
        3 => (1_u64..60).prop_map(|ms| Event::Wait { ms }),
        1 => (server(), 0_usize..4).prop_map(|(server, back)| Event::Restart { server, back }),
        1 => server().prop_map(|server| Event::Promote { server }),
        3 => server().prop_map(|server| Event::Follow { server }),
    ]
}

fn story() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 20..200)
}

/// A rule that is not enough. `None` in its place is what we do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weak {
    /// The position is taken inside the transaction, before the commit's record.
    InsideLsn,
    /// The position after the commit is what was written, not what was inserted.
    WriteLsn,
    /// The primary answers for a while after a write, then anybody.
    Sticky,
    /// A session carries nothing.
    NoToken,
    /// A session carries what it wrote, and not what it saw.
    NoMonotonic,
    /// The position after a read is what has been replayed, without the record under way.
    NoRecordUnderWay,
    /// Nobody asks how old a replica is.
    NoStaleness,
    /// The sample's time is when the answer came.
    SampledLate,
    /// Positions are compared whatever their timeline.
    NoEpoch,
    /// The answer is taken without the position that came before it.
    NoCheck,
    /// What the watcher saw of a server holds after its restart, and nobody asks again.
    KeptOverRestart,
}

const WEAK: [Weak; 11] = [
    Weak::InsideLsn,
    Weak::WriteLsn,
    Weak::Sticky,
    Weak::NoToken,
    Weak::NoMonotonic,
    Weak::NoRecordUnderWay,
    Weak::NoStaleness,
    Weak::SampledLate,
    Weak::NoEpoch,
    Weak::NoCheck,
    Weak::KeptOverRestart,
];

/// Plays a story; the first broken promise, and how many answers came from replicas.
fn play(story: &[Event], weak: Option<Weak>) -> (Option<Broken>, usize) {
    let mut reader = Reader::new(Cluster::new(), weak);
    for event in story {
        if let Some(broken) = reader.step(*event) {
            return (Some(broken), reader.served);
        }
    }
    (None, reader.served)
}

fn runner(cases: u32, max_shrink_iters: u32) -> TestRunner {
    let config = Cases { cases, max_shrink_iters, failure_persistence: None, ..Cases::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

#[test]
fn no_story_breaks_a_promise() {
    let served = std::cell::Cell::new(0);
    runner(4_000, 2_000)
        .run(&story(), |story| {
            let (broken, by_replicas) = play(&story, None);
            served.set(served.get() + by_replicas);
            prop_assert_eq!(broken, None);
            Ok(())
        })
        .unwrap();
    // Else nothing was shown.
    assert!(served.get() > 4_000, "{} answers came from replicas", served.get());
}

#[test]
fn every_weaker_rule_is_found_out_by_the_same_stories() {
    for weak in WEAK {
        let outcome = runner(20_000, 0).run(&story(), |story| {
            prop_assert_eq!(play(&story, Some(weak)).0, None);
            Ok(())
        });
        assert!(outcome.is_err(), "{weak:?} broke no promise");
    }
}
