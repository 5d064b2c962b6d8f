//! Snapshots say what is visible, and survive being written down.

use std::time::Duration;

use mainstay_cache::coherence::{Applied, Config, Incarnation, Node, PollAnswer, Seen, Snapshot};
use proptest::prelude::*;
use uuid::Uuid;

fn snapshot() -> impl Strategy<Value = Snapshot> {
    (0_u64..12, 0_u64..8, proptest::collection::vec(0_u64..8, 0..5)).prop_map(|(xmin, length, running)| {
        let running = running.into_iter().map(|at| xmin + at).filter(|xid| *xid < xmin + length).collect();
        Snapshot::new(xmin, xmin + length, running).expect("all are inside")
    })
}

proptest! {
    #[test]
    fn one_covers_another_if_it_sees_all_that_the_other_sees(one in snapshot(), other in snapshot()) {
        let is_covering = (0..other.xmax()).all(|xid| !other.sees(xid) || one.sees(xid));
        prop_assert_eq!(one.covers(&other), is_covering, "{} {}", one, other);
    }

    /// A server's own snapshots only grow. One of a copy, or of a server that has gone back, mostly does not.
    #[test]
    fn a_node_goes_on_only_from_what_a_snapshot_covers(one in snapshot(), other in snapshot()) {
        let node = Node::new(Config { slots: 4, history: 4, ..Config::default() });
        let hear = |snapshot: &Snapshot| {
            let seen = Seen { snapshot: snapshot.clone(), incarnation: Incarnation(Uuid::nil()) };
            let answer = PollAnswer { seen, retained: 0, inherited: vec![], shape: 0, events: vec![], log: None };
            node.poll_answer(&node.begin_poll(Duration::ZERO), answer)
        };
        prop_assert_eq!(hear(&one), Applied::Flushed);
        let expected = if other.covers(&one) { Applied::Events(0) } else { Applied::Flushed };
        prop_assert_eq!(hear(&other), expected, "{} {}", one, other);
    }

    #[test]
    fn what_is_written_is_read_again(one in snapshot(), rest in proptest::collection::vec(any::<u8>(), 0..3)) {
        let mut bytes = vec![];
        one.encode(&mut bytes);
        bytes.extend(&rest);
        let mut left = bytes.as_slice();
        prop_assert_eq!(Snapshot::decode(&mut left), Ok(one.clone()));
        prop_assert_eq!(left, rest.as_slice());
        prop_assert_eq!(one.to_string().parse(), Ok(one));
    }

    #[test]
    fn any_bytes_are_a_snapshot_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _ = Snapshot::decode(&mut bytes.as_slice());
    }
}

#[test]
fn a_snapshot_reads_as_the_database_writes_it() {
    let snapshot: Snapshot = "10:20:10,14,15".parse().expect("well formed");
    let seen: Vec<u64> = (8..22).filter(|xid| snapshot.sees(*xid)).collect();
    assert_eq!(seen, [8, 9, 11, 12, 13, 16, 17, 18, 19]);
    for text in ["", "10", "10:9:", "10:20:9", "10:20:20", "10:20:1x", "10:20::", "-1:2:"] {
        assert!(text.parse::<Snapshot>().is_err(), "{text}");
    }
    for huge in [[0xff; 10], [0x80; 10]] {
        assert!(Snapshot::decode(&mut huge.as_slice()).is_err());
    }
}
