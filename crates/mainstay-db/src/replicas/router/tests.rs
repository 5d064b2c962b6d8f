//! Single steps of the router. The rules as a whole are in `model`.

use super::*;

const LIMITS: Limits = Limits {
    samples: 100,
    in_flight: 4,
    fallback_share: 0.2,
    fallback_per_second: 10.0,
    fallback_burst: 100.0,
};
const FIRST: Epoch = Epoch { system: 7, timeline: 1 };
const SECOND: Epoch = Epoch { system: 7, timeline: 2 };

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn seen(timeline: u32, replayed: u64) -> Seen {
    Seen { server: ServerId { system: 7, started_us: 1 }, timeline, replayed: Lsn(replayed) }
}

fn wish(token: Option<(Epoch, u64)>) -> Wish {
    let token = token.map(|(epoch, lsn)| Token { epoch, lsn: Lsn(lsn), below: Xid(0) });
    Wish { session: 1, token, max_staleness: ms(1000) }
}

/// A primary at 100 and two replicas, all seen at one second.
fn router(replayed: [u64; 2]) -> Router {
    let mut router = Router::new(2, LIMITS);
    router.observe_primary(ms(1000), FIRST, Lsn(100));
    router.observe_replica(0, seen(1, replayed[0]));
    router.observe_replica(1, seen(1, replayed[1]));
    router
}

fn replica(choice: Choice) -> Ticket {
    match choice {
        Choice::Replica(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_router_that_knows_nothing_asks_the_primary() {
    assert_eq!(Router::new(1, LIMITS).choose(&wish(None), ms(0)), Choice::Primary);
    assert_eq!(Router::new(0, LIMITS).choose(&wish(None), ms(0)), Choice::Primary);
}

#[test]
fn who_is_there_goes_before_who_may_be() {
    for (replayed, there) in [([100, 150], 1), ([150, 100], 0)] {
        let ticket = replica(router(replayed).choose(&wish(Some((FIRST, 150))), ms(1100)));
        assert_eq!(ticket.replica, there);
    }
    let ticket = replica(router([100, 100]).choose(&wish(Some((FIRST, 150))), ms(1100)));
    assert!(!ticket.demand.accepts(Lsn(149)) && ticket.demand.accepts(Lsn(150)));
}

#[test]
fn a_replica_that_is_too_old_is_not_asked() {
    let mut router = router([99, 99]);
    assert_eq!(router.choose(&wish(None), ms(1100)), Choice::Primary);
    // And where the primary has not been heard of for as long, nobody is known to be fresh.
    router.observe_replica(0, seen(1, 500));
    replica(router.choose(&wish(None), ms(2000)));
    assert_eq!(router.choose(&wish(None), ms(2001)), Choice::Primary);
}

#[test]
fn a_promotion_ends_what_was_known_and_old_tokens_are_worth_the_new_positions() {
    let mut router = router([100, 100]);
    assert_eq!(router.observe_primary(ms(1100), SECOND, Lsn(90)), Noted::NewEpoch);
    assert_eq!(router.observe_primary(ms(1200), FIRST, Lsn(200)), Noted::Over);
    assert_eq!(router.choose(&wish(None), ms(1200)), Choice::Primary);
    router.observe_replica(0, seen(2, 90));
    let ticket = replica(router.choose(&wish(Some((FIRST, 1_000))), ms(1200)));
    assert_eq!((ticket.replica, ticket.demand.lsn()), (0, Lsn(90)));
    // What is seen there includes it too.
    assert_eq!(ticket.demand.seen(Lsn(10), Xid(3)), Token { epoch: SECOND, lsn: Lsn(90), below: Xid(3) });
    let later = Epoch { timeline: 3, ..SECOND };
    let strange = Epoch { system: 8, timeline: 1 };
    for epoch in [later, strange] {
        assert_eq!(router.choose(&wish(Some((epoch, 1))), ms(1200)), Choice::Primary, "{epoch}");
    }
}

#[test]
fn a_restart_may_take_a_replica_back_and_nothing_else_does() {
    let mut router = router([100, 0]);
    router.observe_replica(0, seen(1, 50));
    assert_eq!(router.status(ms(1000)).replicas[0].replayed, Some(Lsn(100)));
    let restarted = Seen { server: ServerId { system: 7, started_us: 2 }, ..seen(1, 50) };
    router.observe_replica(0, restarted);
    assert_eq!(router.status(ms(1000)).replicas[0].replayed, Some(Lsn(50)));
    assert_eq!(router.choose(&wish(None), ms(1100)), Choice::Primary);
}

#[test]
fn a_lost_replica_is_not_asked_until_it_is_back() {
    let mut router = router([100, 0]);
    router.lost(0, "gone");
    assert_eq!(router.choose(&wish(None), ms(1100)), Choice::Primary);
    assert_eq!(router.status(ms(1100)).replicas[0].reason, "gone");
    router.observe_replica(0, seen(1, 100));
    replica(router.choose(&wish(None), ms(1100)));
}

#[test]
fn a_busy_replica_gives_way_and_a_full_one_is_not_asked() {
    let mut router = router([100, 100]);
    let mut asked = [0; 2];
    for _ in 0..8 {
        asked[replica(router.choose(&wish(None), ms(1100))).replica] += 1;
    }
    assert_eq!(asked, [4, 4]);
    assert_eq!(router.choose(&wish(None), ms(1100)), Choice::Primary);
    router.done(1, Outcome::Served);
    assert_eq!(replica(router.choose(&wish(None), ms(1100))).replica, 1);
}

#[test]
fn after_a_failure_only_who_is_known_to_be_there_is_asked_next() {
    let mut router = router([150, 100]);
    let wish = wish(Some((FIRST, 150)));
    assert_eq!(router.choose_again(&wish, ms(1100), &[0]), Choice::Primary);
    router.observe_replica(1, seen(1, 150));
    assert_eq!(replica(router.choose_again(&wish, ms(1100), &[0])).replica, 1);
    assert_eq!(router.choose_again(&wish, ms(1100), &[0, 1]), Choice::Primary);
}

#[test]
fn the_primary_is_spared_when_all_replicas_lag() {
    let limits = Limits { fallback_per_second: 0.0, fallback_burst: 10.0, ..LIMITS };
    let mut router = Router::new(1, limits);
    let choices: Vec<Choice> = (0..1010).map(|_| router.choose(&wish(None), ms(0))).collect();
    let primary = choices.iter().filter(|choice| **choice == Choice::Primary).count();
    assert!((205..=215).contains(&primary), "{primary}");
    let status = router.status(ms(0));
    assert_eq!((status.fallbacks, status.refused), (primary as u64, 1010 - primary as u64));
}

#[test]
fn the_status_tells_lag_and_age() {
    let router = router([60, 100]);
    let status = router.status(ms(1500));
    assert_eq!((status.epoch, status.position_age), (Some(FIRST), Some(ms(500))));
    let [behind, there] = &status.replicas[..] else { panic!() };
    assert_eq!((behind.lag_bytes, behind.staleness, behind.epoch_ok), (Some(40), None, true));
    assert_eq!((there.lag_bytes, there.staleness, there.healthy), (Some(0), Some(ms(500)), true));
}

#[test]
fn the_primary_shows_what_had_ended_when_it_was_last_asked() {
    let mut router = router([100, 100]);
    let token = |epoch, below| Token { epoch, lsn: Lsn(100), below: Xid(below) };
    assert!(router.shows(&token(FIRST, 0), ms(1000)), "nothing was seen that could be missing");
    let snapshot = |text: &str| text.parse::<Snapshot>().unwrap();
    assert!(!router.shows(&token(FIRST, 1), ms(0)));
    router.observe_snapshot(ms(1000), FIRST, snapshot("10:12:10"));
    assert!(router.shows(&token(FIRST, 10), ms(1000)) && !router.shows(&token(FIRST, 11), ms(1000)));
    assert!(!router.shows(&token(FIRST, 10), ms(1001)), "that is too long ago");
    assert!(!router.shows(&token(SECOND, 10), ms(1000)), "of another history");
    router.observe_snapshot(ms(1000), SECOND, snapshot("20:20:"));
    assert!(!router.shows(&token(FIRST, 11), ms(1000)));
    let lasting = snapshot("10:11:10").open_below(Xid(11));
    router.observe_uncommitted(FIRST, Uncommitted::found(Lsn(100), lasting.clone(), &[]));
    assert!(router.shows(&token(FIRST, 12), ms(1000)) && !router.shows(&token(FIRST, 13), ms(1000)));
    router.observe_uncommitted(FIRST, Uncommitted::found(Lsn(99), lasting, &[]));
    assert!(!router.shows(&token(FIRST, 11), ms(1000)), "it has seen more");
    router.primary_lost();
    assert!(!router.shows(&token(FIRST, 10), ms(1000)));
    router.observe_snapshot(ms(1100), FIRST, snapshot("10:10:"));
    router.observe_primary(ms(1200), SECOND, Lsn(90));
    assert!(!router.shows(&token(SECOND, 10), ms(1000)), "a promoted server counts on from what it has");
}

#[test]
fn a_replica_that_is_only_looked_at_costs_the_primary_nothing() {
    let mut router = router([100, 100]);
    assert!(router.choose_replica(&wish(Some((FIRST, 100))), ms(1100)).is_some());
    router.lost(0, "gone");
    router.lost(1, "gone");
    assert_eq!(router.choose_replica(&wish(None), ms(1100)), None);
    assert_eq!((router.status(ms(1100)).fallbacks, router.status(ms(1100)).refused), (0, 0));
}
