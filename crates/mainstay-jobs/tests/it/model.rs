//! The statements on jobs, step by step beside a model of what they must do: whatever comes after whatever, each job is in the
//! one place where the model has it.

use std::collections::BTreeMap;

use mainstay_jobs::{Cancelled, Enqueue, Enqueued, Operator, Retried};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::world::{Then, World, say};

const CLAIM: &str = include_str!("../../src/store/claim.sql");
const SUCCEED: &str = include_str!("../../src/store/succeed.sql");
const FAIL: &str =
    concat!(include_str!("../../src/store/fail.sql"), include_str!("../../src/store/ends.sql"));
const RESCUE: &str =
    concat!(include_str!("../../src/store/rescue.sql"), include_str!("../../src/store/ends.sql"));
const REGISTER: &str = include_str!("../../src/store/register.sql");

/// So many deaths of its processes are a job's own.
const CRASHES_MOST: i16 = 2;

#[derive(Debug, Clone)]
enum Step {
    Ask { key: Option<u8>, order: Option<u8>, attempts: u16 },
    Claim { worker: usize, most: i64 },
    Pick { worker: usize, which: [usize; 2] },
    Succeed { worker: usize, which: usize },
    Fail { worker: usize, which: usize, verdict: &'static str },
    Cancel { which: usize },
    Retry { which: usize },
    Die { worker: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let verdicts = prop::sample::select(vec!["retry", "snooze", "release", "discarded"]);
    let (worker, which) = (0..2_usize, any::<usize>());
    let step = prop_oneof![
        5 => (prop::option::of(0..3_u8), prop::option::of(0..2_u8), 1..4_u16)
            .prop_map(|(key, order, attempts)| Step::Ask { key, order, attempts }),
        5 => (worker.clone(), 1..4_i64).prop_map(|(worker, most)| Step::Claim { worker, most }),
        3 => (worker.clone(), any::<[usize; 2]>()).prop_map(|(worker, which)| Step::Pick { worker, which }),
        2 => (worker.clone(), which).prop_map(|(worker, which)| Step::Succeed { worker, which }),
        4 => (worker.clone(), which, verdicts)
            .prop_map(|(worker, which, verdict)| Step::Fail { worker, which, verdict }),
        4 => which.prop_map(|which| Step::Cancel { which }),
        2 => which.prop_map(|which| Step::Retry { which }),
        2 => worker.prop_map(|worker| Step::Die { worker }),
    ];
    prop::collection::vec(step, 20..60)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Ready,
    Running { run: i64, worker: usize },
    Ended(&'static str),
}

#[derive(Debug, Clone)]
struct Known {
    place: Place,
    attempts: i16,
    crashes: i16,
    attempts_most: i16,
    key: Option<u8>,
    order: Option<u8>,
    /// When it was asked for, or asked for again.
    nth: usize,
    is_unwanted: bool,
}

/// Prepared once: there are thousands of steps.
struct Statements {
    claim: Statement,
    succeed: Statement,
    fail: Statement,
    rescue: Statement,
}

impl Statements {
    async fn new(world: &World) -> Self {
        let succeed = SUCCEED.replace("$4::jsonb[]", "$4::text[]::jsonb[]");
        Self {
            claim: world.psql.prepare(CLAIM).await.unwrap(),
            succeed: world.psql.prepare(&succeed).await.unwrap(),
            fail: world.psql.prepare(FAIL).await.unwrap(),
            rescue: world.psql.prepare(RESCUE).await.unwrap(),
        }
    }
}

struct Model<'a> {
    statements: &'a Statements,
    jobs: BTreeMap<Uuid, Known>,
    workers: Vec<i64>,
    nth: usize,
}

impl Model<'_> {
    fn which(&self, which: usize, is_it: impl Fn(&Known) -> bool) -> Option<Uuid> {
        let all: Vec<_> = self.jobs.iter().filter(|(_, job)| is_it(job)).map(|(id, _)| *id).collect();
        (!all.is_empty()).then(|| all[which % all.len()])
    }

    fn holder(&self, key: Option<u8>) -> Option<Uuid> {
        let is_held = |job: &Known| key.is_some() && job.key == key && !matches!(job.place, Place::Ended(_));
        self.jobs.iter().find(|(_, job)| is_held(job)).map(|(id, _)| *id)
    }

    /// Whether it may begin: of one ordering key the first, when none runs.
    fn may_begin(&self, id: Uuid) -> bool {
        let job = &self.jobs[&id];
        let is_before = |other: &Known| match other.place {
            Place::Running { .. } => true,
            Place::Ready => other.nth < job.nth,
            Place::Ended(_) => false,
        };
        job.place == Place::Ready
            && (job.order.is_none()
                || !self.jobs.values().any(|other| other.order == job.order && is_before(other)))
    }

    async fn step(&mut self, world: &World, step: &Step) {
        match *step {
            Step::Ask { key, order, attempts } => self.ask(world, key, order, attempts).await,
            Step::Claim { worker, most } => self.claim(world, worker, most, None).await,
            Step::Pick { worker, which } => {
                let waits = |job: &Known| job.place == Place::Ready;
                let picked = which.iter().filter_map(|which| self.which(*which, waits)).collect();
                self.claim(world, worker, 3, Some(picked)).await;
            }
            Step::Succeed { worker, which } => {
                let Some((id, run, owner)) = self.running(which) else { return };
                let asked = async |id: Uuid| {
                    let (runs, jobs, results) = (vec![run], vec![id], vec!["1"]);
                    let ended: [&(dyn ToSql + Sync); 4] = [&self.workers[worker], &runs, &jobs, &results];
                    world.psql.query(&self.statements.succeed, &ended).await.unwrap()
                };
                assert!(asked(Uuid::max()).await.is_empty(), "its number is not enough");
                let rows = asked(id).await;
                assert_eq!(rows.len(), usize::from(owner == worker), "only its own worker ends it");
                if owner == worker {
                    self.jobs.get_mut(&id).unwrap().place = Place::Ended("succeeded");
                }
            }
            Step::Fail { worker, which, verdict } => self.fail(world, worker, which, verdict).await,
            Step::Cancel { which } => {
                let Some(id) = self.which(which, |_| true) else { return };
                let told = world.operate(async |operator: Operator<'_>| operator.cancel(id).await).await;
                let job = self.jobs.get_mut(&id).unwrap();
                match job.place {
                    Place::Ready => {
                        assert_eq!(told, Cancelled::Waiting);
                        job.place = Place::Ended("cancelled");
                    }
                    Place::Running { .. } => {
                        assert_eq!(told, Cancelled::Running);
                        job.is_unwanted = true;
                    }
                    Place::Ended(_) => assert!(matches!(told, Cancelled::Ended(_))),
                }
            }
            Step::Retry { which } => {
                let Some(id) = self.which(which, |_| true) else { return };
                let told = world.operate(async |operator: Operator<'_>| operator.retry(id).await).await;
                let (place, key) = (self.jobs[&id].place, self.jobs[&id].key);
                match place {
                    Place::Ended("succeeded") => assert_eq!(told, Retried::Succeeded),
                    Place::Ended(_) if self.holder(key).is_some() => {
                        assert_eq!(told, Retried::KeyTaken(self.holder(key)));
                    }
                    Place::Ended(_) => {
                        assert_eq!(told, Retried::Queued(id));
                        self.nth += 1;
                        let job = self.jobs.get_mut(&id).unwrap();
                        let fresh = Known {
                            place: Place::Ready,
                            attempts: 0,
                            crashes: 0,
                            nth: self.nth,
                            is_unwanted: false,
                            ..job.clone()
                        };
                        *job = fresh;
                    }
                    _ => assert!(matches!(told, Retried::Live(_))),
                }
            }
            Step::Die { worker } => self.die(world, worker).await,
        }
    }

    async fn ask(&mut self, world: &World, key: Option<u8>, order: Option<u8>, attempts: u16) {
        let mut job = say("a", Then::Succeed).attempts(attempts);
        if let Some(key) = key {
            job = job.unique(&key.to_string());
        }
        if let Some(order) = order {
            job = job.in_order(order.to_string());
        }
        let tx = world.tx().await;
        let asked = tx.enqueue(job).await.unwrap();
        tx.commit().await.unwrap();
        if let Some(holder) = self.holder(key) {
            assert_eq!(asked, Enqueued::Existing(Some(holder)));
            return;
        }
        let Enqueued::New(id) = asked else { panic!("{asked:?}, and nobody has its key") };
        self.nth += 1;
        let attempts_most = i16::try_from(attempts).unwrap();
        let known = Known {
            place: Place::Ready,
            attempts: 0,
            crashes: 0,
            attempts_most,
            key,
            order,
            nth: self.nth,
            is_unwanted: false,
        };
        self.jobs.insert(id, known);
    }

    async fn claim(&mut self, world: &World, worker: usize, most: i64, picked: Option<Vec<Uuid>>) {
        let (lanes, marks): (Vec<i16>, Vec<Option<jiff::Timestamp>>) = (vec![1, 2, 3], vec![None; 3]);
        let rows = world
            .psql
            .query(
                &self.statements.claim,
                &[&"default", &lanes, &marks, &vec!["say"], &most, &self.workers[worker], &false, &picked],
            )
            .await
            .unwrap();
        let mut claimed = 0;
        let is_meant = |id: &Uuid| picked.as_ref().is_none_or(|picked| picked.contains(id));
        let all: Vec<Uuid> =
            self.jobs.keys().copied().filter(|id| is_meant(id) && self.may_begin(*id)).collect();
        for row in rows {
            let Some(run) = row.get::<_, Option<i64>>("run") else { continue };
            let id: Uuid = row.get("id");
            assert!(is_meant(&id) && self.may_begin(id), "{id} was claimed and may not begin");
            let job = self.jobs.get_mut(&id).unwrap();
            job.place = Place::Running { run, worker };
            job.attempts += 1;
            assert_eq!(row.get::<_, i16>("attempts"), job.attempts);
            claimed += 1;
        }
        assert_eq!(
            claimed,
            all.len().min(usize::try_from(most).unwrap()),
            "all that may begin, and so many at most"
        );
    }

    fn running(&self, which: usize) -> Option<(Uuid, i64, usize)> {
        let id = self.which(which, |job| matches!(job.place, Place::Running { .. }))?;
        let Place::Running { run, worker } = self.jobs[&id].place else { return None };
        Some((id, run, worker))
    }

    async fn fail(&mut self, world: &World, worker: usize, which: usize, verdict: &'static str) {
        let Some((id, run, owner)) = self.running(which) else { return };
        let job = self.jobs.get_mut(&id).unwrap();
        let verdict =
            if verdict == "retry" && job.attempts >= job.attempts_most { "failed" } else { verdict };
        let cause = matches!(verdict, "retry" | "failed").then_some("error");
        let rows = world
            .psql
            .query(
                &self.statements.fail,
                &[
                    &self.workers[worker],
                    &vec![run],
                    &vec![id],
                    &vec![verdict],
                    &vec![cause],
                    &vec!["why"],
                    &vec![0_i64],
                ],
            )
            .await
            .unwrap();
        assert_eq!(rows.len(), usize::from(owner == worker), "only its own worker ends it");
        if owner != worker {
            return;
        }
        job.place = match verdict {
            "discarded" => Place::Ended("discarded"),
            _ if job.is_unwanted => Place::Ended("cancelled"),
            "failed" => Place::Ended("failed"),
            _ => Place::Ready,
        };
        if job.place == Place::Ready && verdict != "retry" {
            job.attempts -= 1;
        }
    }

    /// Its process is not heard of any more, and another takes its place.
    async fn die(&mut self, world: &World, worker: usize) {
        let silent = "update mainstay.job_worker set last_seen = now() - interval '1 hour' where id = $1";
        world.psql.execute(silent, &[&self.workers[worker]]).await.unwrap();
        let (hung, most) = (60_000_i64, 1_000_i64);
        world
            .psql
            .query(&self.statements.rescue, &[&"model", &7_i64, &CRASHES_MOST, &hung, &most, &10_000_i64])
            .await
            .unwrap();
        world
            .psql
            .batch_execute("update mainstay.job_ready set run_at = least(run_at, now())")
            .await
            .unwrap();
        for job in self.jobs.values_mut() {
            if !matches!(job.place, Place::Running { worker: owner, .. } if owner == worker) {
                continue;
            }
            job.crashes += 1;
            job.place = match () {
                () if job.is_unwanted => Place::Ended("cancelled"),
                () if job.crashes >= CRASHES_MOST || job.attempts >= job.attempts_most => {
                    Place::Ended("failed")
                }
                () => Place::Ready,
            };
        }
        self.workers[worker] = register(world).await;
    }

    async fn compare(&self, world: &World) {
        const ALL: &str = "\
            select id, 'ready' as place, attempts, crashes, null::bigint as run from mainstay.job_ready \
            union all select id, 'running', attempts, crashes, run from mainstay.job_running \
            union all select id, state, attempts, crashes, null from mainstay.job_outcome order by id";
        let there: Vec<(Uuid, String, i16, i16, Option<i64>)> = world
            .psql
            .query(ALL, &[])
            .await
            .unwrap()
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)))
            .collect();
        let known: Vec<_> = self
            .jobs
            .iter()
            .map(|(id, job)| match job.place {
                Place::Ready => (*id, "ready".to_owned(), job.attempts, job.crashes, None),
                Place::Running { run, .. } => {
                    (*id, "running".to_owned(), job.attempts, job.crashes, Some(run))
                }
                Place::Ended(state) => (*id, state.to_owned(), job.attempts, job.crashes, None),
            })
            .collect();
        assert_eq!(there, known);
        let held: Vec<Uuid> = world
            .psql
            .query("select id from mainstay.job_unique order by id", &[])
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        let holders: Vec<Uuid> = self
            .jobs
            .iter()
            .filter(|(_, job)| job.key.is_some() && !matches!(job.place, Place::Ended(_)))
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(held, holders, "keys");
        let failed = self.jobs.values().filter(|job| job.place == Place::Ended("failed")).count();
        let dead = world.number("select count(*) from mainstay.job_dead").await;
        assert_eq!(usize::try_from(dead).unwrap(), failed, "dead letters");
        world.check().await;
    }
}

async fn register(world: &World) -> i64 {
    let nobody: Vec<&str> = Vec::new();
    let ttl = 60_000_i64;
    world
        .psql
        .query_one(REGISTER, &[&"model", &0_i32, &nobody, &nobody, &8_i32, &ttl, &None::<i64>])
        .await
        .unwrap()
        .get(0)
}

/// Nothing is known of any job.
const EMPTY: &str = "\
    truncate mainstay.job, mainstay.job_ready, mainstay.job_running, mainstay.job_outcome, mainstay.job_attempt, \
        mainstay.job_dead, mainstay.job_unique, mainstay.job_worker, mainstay.lease; \
    insert into mainstay.lease (name, holder, token, expires_at) values ('model', 'model', 7, now() + interval '1 day')";

async fn walk(world: &World, statements: &Statements, steps: &[Step]) {
    world.psql.batch_execute(EMPTY).await.unwrap();
    let workers = vec![register(world).await, register(world).await];
    let mut model = Model { statements, jobs: BTreeMap::new(), workers, nth: 0 };
    for step in steps {
        model.step(world, step).await;
        model.compare(world).await;
    }
}

#[test]
fn whatever_is_done_each_job_is_where_the_model_has_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new());
    let statements = runtime.block_on(Statements::new(&world));
    let config = Config { cases: 12, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            runtime.block_on(walk(&world, &statements, &steps));
            Ok(())
        })
        .unwrap();
    runtime.block_on(world.close()).unwrap();
}
