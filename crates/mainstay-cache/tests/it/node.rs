//! Single rules, story by story.

use std::time::Duration;

use mainstay_cache::coherence::{
    Applied, Config, Event, Incarnation, Node, PollAnswer, Refused, Seen, Staleness, Tag,
};
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
    PollAnswer { seen: seen(snapshot), retained: 0, events }
}

/// A node that has heard at `time`.
fn node(snapshot: &str, time: u64) -> Node {
    let node = Node::new(Config { slots: 1024, history: 3 });
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
    assert!(
        node.may_join(&fill, ms(5), &[ONE], ms(6), BOUND)
            && node.may_join(&fill, ms(6), &[ONE], ms(6), BOUND)
    );
    node.own_commit(life(1), 10, &[ONE]);
    assert!(node.may_join(&fill, ms(5), &[ONE], ms(7), BOUND));
    assert!(!node.may_join(&fill, ms(6), &[ONE], ms(7), BOUND));
}
