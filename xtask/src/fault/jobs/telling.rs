//! Tells a story, chapter by chapter. Never here: what happens in one, what is judged.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mainstay_db::{Session, Target};
use mainstay_jobs::Waker;
use mainstay_runtime::{Effects, Random, Stop};
use mainstay_testing::ReplicaSet;
use tokio::task::JoinSet;

use super::asker::Asker;
use super::chaos::{Chaos, Struck};
use super::child::Nodes;
use super::node::Part;
use super::rule::Rule;
use super::stage::Wires;
use super::story::{Chapter, Outline};
use super::verdict::{Found, number};
use super::{Arguments, World, calm, days, hung, plan, stage, watch};

/// For the connection that looks at the tables.
pub(super) const CONNECT: Duration = Duration::from_secs(5);

/// What did not end as it began.
const TAKEN: &str = "select count(*) from mainstay.job_attempt where cause in ('crash', 'cut')";

/// A story that is being told.
pub(super) struct Telling<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) world: &'a Arc<World>,
    pub(super) writer: &'a Target,
    pub(super) wires: &'a [Wires],
    pub(super) found: Found,
    pub(super) begun: Instant,
}

impl Telling<'_> {
    fn say(&self, what: &str) {
        println!("{:>6.1} s  {what}", self.begun.elapsed().as_secs_f64());
    }

    /// Everything that happens, in order.
    pub(super) async fn chapters(&mut self, set: &mut ReplicaSet, nodes: &mut Nodes) -> Result<Struck> {
        let outline = self.arguments.outline();
        let session = Session::connect(self.writer, "verdict", CONNECT).await?;
        self.say("the nodes are at work");
        let ticked = calm::ticked(&session).await?;
        if outline.has(Chapter::Claims) {
            self.found.read = calm::claims_of_few_among_many(self.world, &session).await?;
        }
        self.say("others ask");
        let struck = self.blows(&outline, &session, set, nodes).await?;
        // The server may be another one by now.
        let session = Session::connect(self.writer, "verdict", CONNECT).await?;
        self.after(&outline, &session, nodes).await?;
        self.found.cut_off = struck.cut_off(&session).await?;
        self.found.missed = calm::ticked(&session).await? - ticked;
        Ok(struck)
    }

    /// Others ask, and nodes and servers are struck.
    async fn blows(
        &mut self,
        outline: &Outline,
        session: &Session,
        set: &mut ReplicaSet,
        nodes: &mut Nodes,
    ) -> Result<Struck> {
        if outline.length.is_zero() {
            return Ok(Struck::default());
        }
        let arguments = self.arguments;
        let plan = plan::plan(arguments.seed, arguments.nodes, outline.length, outline.falls);
        println!("{}", plan::show(&plan));
        let asking = ask_for_everything(arguments, self.world, self.writer);
        if outline.has(Chapter::Days) {
            self.found.gone = days::go(arguments.broken, session, self.writer).await?;
        }
        self.say("nodes and servers are struck");
        self.found.taken_in_peace = number(session, TAKEN, &[]).await?;
        self.world.is_struck.store(true, Ordering::Relaxed);
        let mut chaos = Chaos::new(self.world, set, self.wires, nodes);
        chaos.run(&plan, Instant::now() + outline.length).await.context("a blow failed")?;
        let struck = chaos.done();
        self.say("nobody is struck any more");
        self.world.stop.trigger();
        asking.join_all().await;
        Ok(struck)
    }

    /// When everything is whole again.
    async fn after(&mut self, outline: &Outline, session: &Session, nodes: &mut Nodes) -> Result<()> {
        let (arguments, count) = (self.arguments, self.arguments.nodes);
        if outline.has(Chapter::Frozen) {
            calm::frozen(self.world, session, nodes).await?;
        }
        if outline.has(Chapter::Hung) {
            let hung = stage::apart(arguments, count, &self.wires[count], hung::QUEUE, Part::Jobs);
            hung::begin(self.world, session, nodes, hung).await?;
        }
        if outline.has(Chapter::Words) {
            let last = &self.wires[count + 1];
            let listener = stage::apart(arguments, count + 1, last, ("words", 4), Part::Words);
            self.found.unheard = calm::unheard(self.world, session, nodes, listener).await?;
        }
        if outline.has(Chapter::Late) {
            self.found.late = calm::commit_late(self.world, session).await?;
        }
        self.say("what is left is done");
        // What was found is not waited for.
        if self.found.is_well() || arguments.broken.is_none() {
            calm::drain(session, nodes, outline.stalled).await?;
        }
        self.say("nothing is left");
        if outline.has(Chapter::Unseen) {
            self.found.unseen = calm::unseen(self.world, session).await?;
        }
        Ok(())
    }
}

/// What this process commits is told to the nodes, until this is dropped.
pub(super) fn begin_to_tell(arguments: &Arguments, writer: &Target) -> JoinSet<()> {
    let mut telling = JoinSet::new();
    if arguments.broken != Some(Rule::NotifyLost) {
        telling.spawn(Waker::new(writer, &Effects::system()).run(Stop::new()));
    }
    telling
}

fn ask_for_everything(arguments: &Arguments, world: &Arc<World>, writer: &Target) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let much = [Asker::Much { first: true }, Asker::Much { first: false }];
    let in_order = (0..3).map(Asker::InOrder);
    let unique = [Asker::Unique; 4];
    let others =
        [Asker::Newer, Asker::Narrow, Asker::Late, Asker::Late, Asker::Events, Asker::Events, Asker::Events];
    let askers = much.into_iter().chain(in_order).chain(unique).chain(others);
    for (at, asker) in askers.enumerate() {
        let random = Random::seeded(arguments.seed ^ (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        tasks.spawn(asker.run(Arc::clone(world), random));
    }
    tasks.spawn(watch::watch(Arc::clone(world), writer.clone()));
    tasks
}
