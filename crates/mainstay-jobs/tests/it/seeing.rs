//! What operators and owners see of jobs, queues and processes.

use std::num::NonZeroU32;
use std::time::Duration;

use mainstay_jobs::{Config, Filter, Limits, Overview, Rate, Shown, State};
use mainstay_testing::until;
use uuid::Uuid;

use crate::world::{Then, World, config, say};

impl World {
    pub(crate) async fn show(&self, id: Uuid) -> Shown {
        let read = self.test.db().read();
        Overview::of(&read).show(id).await.unwrap().unwrap()
    }

    /// The ids of all pages of two.
    async fn list(&self, mut filter: Filter) -> Vec<Uuid> {
        let (read, mut ids) = (self.test.db().read(), Vec::new());
        loop {
            let page = Overview::of(&read).list(&filter, 2).await.unwrap().jobs;
            let Some(last) = page.last() else { return ids };
            filter.before = Some(last.id);
            ids.extend(page.iter().map(|shown| shown.id));
        }
    }
}

/// One job in each state, in the order of [`State::ALL`].
async fn one_of_each(world: &World) -> Vec<Uuid> {
    let hour = Duration::from_secs(3_600);
    let owner = Uuid::from_u128(7);
    let mut ids = vec![world.ask(say("scheduled", Then::Succeed).after(hour)).await];
    ids.push(world.ask(say("queued", Then::Succeed).queue("other")).await);
    for then in [Then::RetryIn(3_600_000), Then::Wait, Then::Succeed, Then::Panic, Then::Discard] {
        ids.push(world.ask(say("a", then).owned_by(owner).traced("trace")).await);
    }
    let cancelled = world.ask(say("cancelled", Then::Succeed).after(hour)).await;
    world.operate(async |operator| operator.cancel(cancelled).await).await;
    ids.push(cancelled);
    for (id, state) in ids.iter().zip(State::ALL) {
        until(state.name(), async || world.show(*id).await.state == state).await;
    }
    ids
}

#[tokio::test]
async fn each_state_is_shown_and_found_whatever_else_is_asked_for() {
    let world = World::new().await;
    let working = world.work();
    let ids = one_of_each(&world).await;
    let mut newest_first = ids.clone();
    newest_first.reverse();
    assert_eq!(world.list(Filter::default()).await, newest_first);
    let (kind, owner) = (Some("say".to_owned()), Some(Uuid::from_u128(7)));
    for (id, state) in ids.iter().zip(State::ALL) {
        let states = vec![state];
        assert_eq!(
            world.list(Filter { states: states.clone(), ..Filter::default() }).await,
            [*id],
            "{state}"
        );
        let of_kind = Filter { states: states.clone(), kind: kind.clone(), ..Filter::default() };
        assert_eq!(world.list(of_kind).await, [*id], "{state}");
        let shown = world.show(*id).await;
        let of_queue =
            Filter { states: states.clone(), queue: Some(shown.queue.clone()), ..Filter::default() };
        assert_eq!(world.list(of_queue).await, [*id], "{state}");
        let both = Filter {
            queue: Some("strange".to_owned()),
            kind: kind.clone(),
            ..Filter { states: states.clone(), ..Filter::default() }
        };
        assert!(world.list(both).await.is_empty(), "{state}");
        let is_owned = shown.owner.is_some();
        let owned = world.list(Filter { states, owner, ..Filter::default() }).await;
        assert_eq!(owned.len(), usize::from(is_owned), "{state}");
    }
    let queued = Filter { queue: Some("other".to_owned()), ..Filter::default() };
    assert_eq!(world.list(queued).await, [ids[1]]);
    let several =
        Filter { states: vec![State::Scheduled, State::Running, State::Failed], ..Filter::default() };
    assert_eq!(world.list(several).await, [ids[5], ids[3], ids[0]]);
    assert!(world.list(Filter { kind: Some("strange".to_owned()), ..Filter::default() }).await.is_empty());
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_job_is_shown_with_what_it_was_told_and_what_it_left() {
    let world = World::new().await;
    let working = world.work();
    let ids = one_of_each(&world).await;
    let done = world.show(ids[4]).await;
    assert_eq!(
        (done.kind.as_str(), done.queue.as_str(), done.trace.as_deref()),
        ("say", "default", Some("trace"))
    );
    assert_eq!((done.attempts, done.attempts_most, done.result.as_deref()), (1, 3, Some("\"a\"")));
    assert_eq!(done.payload.as_deref(), Some("{\"then\": \"Succeed\", \"word\": \"a\"}"));
    assert!(done.created_at <= done.started_at.unwrap() && done.started_at <= done.finished_at);
    let failed = world.show(ids[5]).await;
    assert_eq!((failed.attempts, failed.error.as_deref()), (3, Some("as it was told")));
    let running = world.show(ids[3]).await;
    assert!(running.worker.is_some() && running.run_at.is_none() && running.finished_at.is_none());
    world.operate(async |operator| operator.cancel(ids[3]).await).await;
    assert!(world.show(ids[2]).await.run_at > Some(running.created_at));
    let read = world.test.db().read();
    assert!(Overview::of(&read).show(Uuid::max()).await.unwrap().is_none());
    let listed = Overview::of(&read).list(&Filter::default(), 1_000).await.unwrap();
    assert!(listed.jobs.iter().all(|shown| shown.payload.is_none() && shown.result.is_none()));
    drop(read);
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn queues_and_processes_are_shown_with_what_waits_and_runs() {
    let world = World::new().await;
    let working = world.work_with(Config { queues: vec![("default".to_owned(), 7)], ..config() });
    one_of_each(&world).await;
    let limits = Limits {
        running_most: NonZeroU32::new(5),
        running_most_of_key: None,
        rate: Some(Rate::try_new(2.5, 10.0).unwrap()),
    };
    world.operate(async |operator| operator.limit("other", limits).await).await;
    world.operate(async |operator| operator.pause("resting").await).await;
    let read = world.test.db().read();
    let queues = Overview::of(&read).queues().await.unwrap();
    let names: Vec<&str> = queues.iter().map(|queue| queue.name.as_str()).collect();
    assert_eq!(names, ["default", "other", "resting"]);
    let counts = |at: usize| {
        let queue = &queues[at];
        (queue.queued, queue.scheduled, queue.retrying, queue.running, queue.dead)
    };
    assert_eq!((counts(0), counts(1), counts(2)), ((0, 1, 1, 1, 1), (1, 0, 0, 0, 0), (0, 0, 0, 0, 0)));
    assert!(queues[1].oldest > Some(Duration::ZERO) && queues[0].oldest.is_none());
    assert_eq!((queues[1].limits, queues[0].limits), (limits, Limits::default()));
    assert!(queues[2].paused_at.is_some());
    let workers = Overview::of(&read).workers().await.unwrap();
    let [worker] = workers.as_slice() else { panic!("{workers:?}") };
    assert_eq!((worker.slots, worker.running, worker.is_draining), (7, 1, false));
    assert_eq!(
        (worker.queues.as_slice(), worker.kinds.as_slice()),
        (&["default".to_owned()][..], &["say".to_owned()][..])
    );
    drop(read);
    working.stop().await;
    world.close().await.unwrap();
}
