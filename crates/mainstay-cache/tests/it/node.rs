//! Single rules, story by story.

use std::time::Duration;

use mainstay_cache::coherence::{
    Applied, Config, Event, Incarnation, LogEnd, Node, PollAnswer, Refused, Seen, Staleness, Tag, Waiter,
};
use mainstay_db::replicas::{Epoch, Lsn, Token, Xid};
use uuid::Uuid;

const BOUND: Duration = Duration::from_millis(500);
const ONE: Tag = Tag::from_hash(1);
const OTHER: Tag = Tag::from_hash(2);

fn ms(time: u64) -> Duration {
    Duration::from_millis(time)
}

fn life(number: u128) -> Incarnation {
    Incarnation(Uuid::from_u128(number))
}

fn seen(snapshot: &str) -> Seen {
    Seen { snapshot: snapshot.parse().expect("well formed"), incarnation: life(1) }
}

fn answer(snapshot: &str, events: &[(u64, Tag)]) -> PollAnswer {
    let events = events.iter().map(|(xid, tag)| Event { xid: *xid, tags: vec![*tag] }).collect();
    PollAnswer { seen: seen(snapshot), retained: 0, inherited: vec![], shape: 0, events, log: None }
}

/// A node that has heard at `time`.
fn node(snapshot: &str, time: u64) -> Node {
    let node = Node::new(Config { slots: 1024, history: 3, own: 4, busiest: 2 });
    assert_eq!(node.poll_answer(&node.begin_poll(ms(time)), answer(snapshot, &[])), Applied::Flushed);
    node
}

#[test]
fn nothing_is_kept_before_the_first_poll() {
    let node = Node::new(Config::default());
    let fill = node.begin_fill(ms(1));
    assert_eq!((node.end_fill(&fill), fill.stamp()), (None, None));
    assert_eq!(node.import(&seen("10:10:"), &[ONE], ms(1), BOUND), Err(Refused::Unheard));
    assert_eq!(node.lookup(0, &[ONE], ms(1), BOUND), Err(Staleness::Unheard));
}

#[test]
fn a_read_that_a_change_overtook_is_not_fresh() {
    let node = node("10:10:", 0);
    let fill = node.begin_fill(ms(1));
    let poll = node.begin_poll(ms(2));
    assert_eq!(poll.since().map(ToString::to_string).as_deref(), Some("10:10:"));
    assert_eq!(node.poll_answer(&poll, answer("11:11:", &[(10, ONE)])), Applied::Events(1));
    let position = node.end_fill(&fill).expect("no flush");
    assert_eq!(node.lookup(position, &[OTHER, ONE], ms(3), BOUND), Err(Staleness::Changed));
    assert_eq!(node.lookup(position, &[OTHER], ms(3), BOUND), Ok(()));
}

#[test]
fn knowledge_ages_from_when_the_poll_was_sent() {
    let node = node("10:10:", 100);
    let position = node.end_fill(&node.begin_fill(ms(100))).expect("no flush");
    assert_eq!(node.age(ms(150)), Some(ms(50)));
    assert_eq!(node.lookup(position, &[ONE], ms(600), BOUND), Ok(()));
    assert_eq!(node.lookup(position, &[ONE], ms(601), BOUND), Err(Staleness::Unheard));
}

#[test]
fn an_own_commit_counts_at_once_and_once() {
    let node = node("10:10:", 0);
    let before = node.end_fill(&node.begin_fill(ms(1))).expect("no flush");
    assert!(!node.has_seen(life(1), 10));
    node.own_commit(life(1), 10, &[ONE]);
    assert_eq!(node.lookup(before, &[ONE], ms(1), BOUND), Err(Staleness::Changed));
    assert!(node.has_seen(life(1), 10) && !node.has_seen(life(2), 10));
    // The poll tells it again, which costs no entry that has seen it.
    let after = node.end_fill(&node.begin_fill(ms(2))).expect("no flush");
    assert_eq!(node.poll_answer(&node.begin_poll(ms(3)), answer("11:11:", &[(10, ONE)])), Applied::Events(0));
    assert_eq!(node.lookup(after, &[ONE], ms(4), BOUND), Ok(()));
}

/// Found by the simulation, seed 2493: a poll that was answered before the commit began everything anew after it.
#[test]
fn an_own_commit_is_not_forgotten_by_a_poll_from_before_it() {
    let node = Node::new(Config::default());
    node.own_commit(life(1), 9, &[OTHER]);
    let poll = node.begin_poll(ms(0));
    node.own_commit(life(1), 10, &[ONE]);
    assert_eq!(node.poll_answer(&poll, answer("10:11:10", &[])), Applied::Flushed);
    assert_eq!(node.import(&seen("10:11:10"), &[ONE], ms(1), BOUND), Err(Refused::Changed));
    assert!(node.import(&seen("11:11:"), &[ONE], ms(1), BOUND).is_ok());
}

#[test]
fn another_life_of_the_server_begins_everything_anew() {
    let node = node("10:10:", 0);
    let fill = node.begin_fill(ms(1));
    let (poll, position) = (node.begin_poll(ms(1)), node.end_fill(&fill).expect("no flush"));
    node.own_commit(life(2), 8, &[OTHER]);
    assert_eq!(node.lookup(position, &[ONE], ms(2), BOUND), Err(Staleness::Unheard));
    assert_eq!(node.end_fill(&fill), None);
    // What was asked before is of another life.
    assert_eq!(node.poll_answer(&poll, answer("11:11:", &[])), Applied::Overtaken);
    let mut later = answer("9:9:", &[]);
    later.seen.incarnation = life(2);
    assert_eq!(node.poll_answer(&node.begin_poll(ms(3)), later), Applied::Flushed);
    assert_eq!(node.lookup(position, &[ONE], ms(4), BOUND), Err(Staleness::Flushed));
    assert_eq!(node.import(&seen("11:11:"), &[ONE], ms(4), BOUND), Err(Refused::Incarnation));
}

#[test]
fn who_asked_before_what_is_retained_begins_anew() {
    let node = node("10:12:10", 0);
    let gap = |retained| PollAnswer { retained, ..answer("20:20:", &[]) };
    assert_eq!(node.poll_answer(&node.begin_poll(ms(1)), gap(10)), Applied::Events(0));
    assert_eq!(node.poll_answer(&node.begin_poll(ms(2)), gap(21)), Applied::Flushed);
}

#[test]
fn another_nodes_entry_is_judged_by_its_stamp() {
    let node = node("10:12:11", 0);
    let import = |snapshot: &str, tag| node.import(&seen(snapshot), &[tag], ms(2), BOUND);
    assert!(import("10:12:11", ONE).is_ok());
    assert_eq!(import("10:11:10", ONE), Err(Refused::Horizon));
    node.poll_answer(&node.begin_poll(ms(1)), answer("13:13:", &[(11, ONE)]));
    assert_eq!(import("10:12:11", ONE), Err(Refused::Changed));
    assert!(import("10:12:11", OTHER).is_ok() && import("12:12:", ONE).is_ok());
    // A late commit with a low number, and one with a high number that the stamp sees.
    node.poll_answer(&node.begin_poll(ms(1)), answer("15:15:", &[(14, ONE)]));
    assert_eq!(import("12:15:13", ONE), Ok(3));
    assert_eq!(node.import(&seen("15:15:"), &[ONE], ms(600), BOUND), Err(Refused::Unheard));
    // Three events are remembered; whoever needs more is refused.
    let four = [(15, OTHER), (16, OTHER), (17, OTHER), (18, OTHER)];
    node.poll_answer(&node.begin_poll(ms(1)), answer("19:19:", &four));
    assert_eq!((import("14:15:14", ONE), node.remembered()), (Err(Refused::Changed), 3));
}

#[test]
fn a_read_for_somebody_else_is_taken_if_it_is_new_enough() {
    let node = node("10:10:", 0);
    let fill = node.begin_fill(ms(5));
    let may_join = |came: u64, now: u64, shown| {
        let waiter = Waiter { arrived: ms(came), bound: BOUND, shown, seen: None };
        node.may_join(&fill, &waiter, &[ONE], ms(now))
    };
    assert!(may_join(5, 6, None) && may_join(6, 6, None));
    // What this node has not heard of is not in what was read before it was shown.
    assert!(may_join(5, 6, Some((life(1), 11))) && !may_join(6, 6, Some((life(1), 11))));
    node.own_commit(life(1), 11, &[OTHER]);
    assert!(may_join(6, 6, Some((life(1), 11))));
    node.own_commit(life(1), 10, &[ONE]);
    assert!(may_join(5, 7, None) && !may_join(6, 7, None));
}

#[test]
fn what_a_crash_has_left_prepared_begins_everything_anew_when_it_ends() {
    let node = node("10:14:10,12", 0);
    let inherited =
        |snapshot: &str, xids: &[u64]| PollAnswer { inherited: xids.to_vec(), ..answer(snapshot, &[]) };
    let poll = |answer| node.poll_answer(&node.begin_poll(ms(1)), answer);
    assert_eq!(poll(inherited("10:15:10,12", &[10, 12])), Applied::Events(0), "both are running still");
    assert_eq!(poll(inherited("12:15:12", &[10, 12])), Applied::Flushed);
    assert_eq!(poll(inherited("12:16:12", &[10, 12])), Applied::Events(0), "it has ended before");
    assert_eq!(poll(inherited("16:16:", &[10, 12])), Applied::Flushed);
    assert_eq!(poll(inherited("17:17:", &[10, 12])), Applied::Events(0));
}

/// As of a copy of the database: the incarnation is copied with it.
#[test]
fn a_snapshot_that_has_not_seen_what_was_seen_begins_everything_anew() {
    let node = node("10:12:11", 0);
    let position = node.end_fill(&node.begin_fill(ms(1))).expect("no flush");
    node.own_commit(life(1), 12, &[ONE]);
    assert_eq!(node.poll_answer(&node.begin_poll(ms(1)), answer("10:12:10", &[])), Applied::Flushed);
    assert_eq!(node.lookup(position, &[OTHER], ms(2), BOUND), Err(Staleness::Flushed));
    // The number of its own commit is another's there, which the next poll tells.
    let other = node.end_fill(&node.begin_fill(ms(2))).expect("no flush");
    assert_eq!(node.poll_answer(&node.begin_poll(ms(2)), answer("13:13:", &[(12, ONE)])), Applied::Events(1));
    assert_eq!(node.lookup(other, &[ONE], ms(2), BOUND), Err(Staleness::Changed));
}

#[test]
fn more_own_commits_than_are_remembered_begin_everything_anew() {
    let node = node("10:10:", 0);
    let poll = node.begin_poll(ms(1));
    for xid in 10..14 {
        node.own_commit(life(1), xid, &[ONE]);
    }
    assert!(node.has_seen(life(1), 13));
    node.own_commit(life(1), 14, &[ONE]);
    assert_eq!(node.age(ms(1)), None);
    // It may not see them.
    assert_eq!(node.poll_answer(&poll, answer("10:10:", &[])), Applied::Overtaken);
    assert_eq!(node.poll_answer(&node.begin_poll(ms(2)), answer("15:15:", &[])), Applied::Flushed);
    assert!(node.has_seen(life(1), 14));
}

#[test]
fn who_forgets_asks_where_knowledge_begins() {
    let node = node("10:10:", 0);
    let position = node.end_fill(&node.begin_fill(ms(1))).expect("no flush");
    node.forget();
    assert!(node.begin_poll(ms(1)).since().is_none());
    assert_eq!(node.poll_answer(&node.begin_poll(ms(2)), answer("90:90:", &[])), Applied::Flushed);
    assert_eq!(node.lookup(position, &[ONE], ms(2), BOUND), Err(Staleness::Flushed));
}

/// Clients that show it would be answered past the cache for as long as it lives.
#[test]
fn a_token_of_a_life_that_is_over_needs_nothing_to_be_heard() {
    let node = node("10:10:", 0);
    let mut later = answer("9:9:", &[]);
    later.seen.incarnation = life(3);
    // This node knew that life itself; of the other it hears for the first time.
    node.poll_answer(&node.begin_poll(ms(1)), later.clone());
    assert!(node.has_seen(life(1), 12));
    let sent = node.begin_poll(ms(2));
    assert!(!node.has_seen(life(2), 12), "it may be the next");
    node.poll_answer(&sent, later.clone());
    assert!(!node.has_seen(life(2), 12), "the poll may have been answered before");
    node.poll_answer(&node.begin_poll(ms(3)), later.clone());
    assert!(node.has_seen(life(2), 12) && !node.has_seen(life(3), 12));
    // The next one is not mistaken for one that is over.
    assert!(!node.has_seen(life(4), 9));
    later.seen.incarnation = life(4);
    node.poll_answer(&node.begin_poll(ms(4)), later);
    assert!(node.has_seen(life(4), 8) && !node.has_seen(life(4), 9) && node.has_seen(life(3), 12));
}

#[test]
fn a_partition_that_came_or_went_begins_everything_anew() {
    let node = node("10:10:", 0);
    let poll =
        |shape| node.poll_answer(&node.begin_poll(ms(1)), PollAnswer { shape, ..answer("11:11:", &[]) });
    assert_eq!(
        [0, 7, 7, 0].map(poll),
        [Applied::Events(0), Applied::Flushed, Applied::Events(0), Applied::Flushed]
    );
}

#[test]
fn tags_are_counted_as_often_as_they_change() {
    let node = node("10:10:", 0);
    node.own_commit(life(1), 10, &[ONE, OTHER]);
    // What the poll tells again is not counted again.
    let events = [(10, ONE), (11, ONE), (12, ONE)];
    assert_eq!(node.poll_answer(&node.begin_poll(ms(1)), answer("13:13:", &events)), Applied::Events(2));
    assert_eq!(node.top_tags(5), [(ONE, 3), (OTHER, 1)]);
    assert_eq!(node.top_tags(1), [(ONE, 3)]);
}

#[test]
fn who_has_seen_what_the_primary_does_not_show_yet_takes_no_read_without_it() {
    let epoch = Epoch { system: 7, timeline: 1 };
    let polled = |node: &Node, snapshot: &str, lsn, next, events: &[(u64, Tag)]| {
        let log = Some(LogEnd { epoch, lsn: Lsn(lsn), next });
        node.poll_answer(&node.begin_poll(ms(2)), PollAnswer { log, ..answer(snapshot, events) })
    };
    let node = node("10:10:", 0);
    assert_eq!(polled(&node, "10:10:", 100, 10, &[]), Applied::Events(0));
    // The transaction 10 has its record in the log, ending at 150, and runs.
    let seen = |lsn| Token { epoch, lsn: Lsn(lsn), below: Xid(0) };
    let joins = |fill, came, lsn| {
        let waiter = Waiter { arrived: ms(came), bound: BOUND, shown: None, seen: Some(seen(lsn)) };
        node.may_join(fill, &waiter, &[ONE], ms(4))
    };
    let fill = node.begin_fill(ms(3));
    assert_eq!(polled(&node, "10:10:", 200, 11, &[]), Applied::Events(0));
    assert!(joins(&fill, 3, 100) && joins(&fill, 4, 100) && node.shows(&seen(100)));
    assert!(!joins(&fill, 3, 150), "it was sent since he came, to a server that did not show it");
    assert!(!node.shows(&seen(150)));
    // What he has seen touched something else, so the read would have been no other.
    assert_eq!(polled(&node, "11:11:", 200, 11, &[(10, OTHER)]), Applied::Events(1));
    assert!(joins(&fill, 3, 150) && joins(&fill, 4, 200) && node.shows(&seen(200)));
    // It touched this.
    let fill = node.begin_fill(ms(3));
    assert_eq!(polled(&node, "12:12:", 300, 12, &[(11, ONE)]), Applied::Events(1));
    assert!(joins(&fill, 3, 200) && !joins(&fill, 3, 250) && node.shows(&seen(250)));
    // Another life of the server knows nothing of it.
    let begun =
        PollAnswer { seen: Seen { incarnation: life(2), ..self::seen("13:13:") }, ..answer("13:13:", &[]) };
    assert_eq!(node.poll_answer(&node.begin_poll(ms(5)), begun), Applied::Flushed);
    assert!(!node.shows(&seen(100)));
}
