//! The jobs that compute again: what an athlete has changed, and what a new version has outdated. Never here: how an activity
//! is computed.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{DbError, Tx};
use mainstay_jobs::{AskedBy, Context, Enqueue, EnqueueError, Failure, Job, Kinds, New, Options, Priority};
use mainstay_runtime::Supervisor;
use paceline_domain::analysis::summary::ALGORITHM_VERSION;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::watch::Watch;
use super::{Left, LeftOut, Progress, Report, compute_all, give_up};
use crate::features::uploads::store::{self, ToCompute};
use crate::state::App;

/// How often it is looked for what a new version of ours, or an older process beside us, has outdated.
const LOOK_EVERY: Duration = Duration::from_secs(15 * 60);

/// The pause of a job that met a database which is away or full.
const AFTER_FAILURE: Duration = Duration::from_secs(60);

/// The queue of both kinds: they take a processor for as long as they last.
pub const QUEUE: &str = "recompute";

/// So many of them at a time in a process, unless its configuration says otherwise.
pub const SLOTS: usize = 2;

/// Versions are counted one by one: no process is so far ahead of this one.
const AHEAD_MOST: i32 = 100;

/// What an athlete's change has outdated. One after the other of an athlete: what is changed while one is at work, the next
/// one finds.
#[derive(Debug, Serialize, Deserialize)]
struct OfAthlete {
    athlete_id: Uuid,
}

/// What older versions than this have computed, of everybody.
#[derive(Debug, Serialize, Deserialize)]
struct Outdated {
    version: i32,
}

/// What a job leaves behind.
#[derive(Debug, Serialize)]
struct Computed {
    computed: u64,
    /// Given up for this version.
    failed: u64,
}

impl Job for OfAthlete {
    const NAME: &'static str = "recompute.athlete";
    const ASKED_BY: AskedBy = AskedBy::Owner("athlete_id");
    type State = App;
    type Output = Computed;

    fn options() -> Options {
        // What was computed before a crash or a stop stays computed; a large archive may take its time.
        Options { queue: QUEUE, timeout: None, ..Options::default() }
    }

    fn asked(&self) -> New<Self> {
        New::of(self).in_order(self.athlete_id.to_string()).owned_by(self.athlete_id)
    }

    async fn run(self, app: App, context: Context) -> Result<Computed, Failure> {
        job(&app, &ToCompute::OfAthlete(self.athlete_id), &context).await
    }
}

impl Job for Outdated {
    const NAME: &'static str = "recompute.outdated";
    const ASKED_BY: AskedBy = AskedBy::Operators;
    type State = App;
    type Output = Computed;

    fn options() -> Options {
        Options { queue: QUEUE, priority: Priority::Low, timeout: None, ..Options::default() }
    }

    fn asked(&self) -> New<Self> {
        New::of(self).unique(&self.version.to_string())
    }

    async fn run(self, app: App, context: Context) -> Result<Computed, Failure> {
        if !(0..=ALGORITHM_VERSION.saturating_add(AHEAD_MOST)).contains(&self.version) {
            let why = format!(
                "there is no version {} of what is computed; this one is {ALGORITHM_VERSION}",
                self.version
            );
            return Err(Failure::Discard(why));
        }
        if self.version > ALGORITHM_VERSION {
            // A process of an older version finds nothing outdated: a newer one is to do it.
            return Err(Failure::Snooze(AFTER_FAILURE));
        }
        job(&app, &ToCompute::Outdated(ALGORITHM_VERSION), &context).await
    }
}

async fn job(app: &App, which: &ToCompute, context: &Context) -> Result<Computed, Failure> {
    let computing = async {
        let watch = Watch::of_job(context).await?;
        compute_all(app, which, &watch, |progress| tell(context, progress)).await
    };
    let report = match computing.await {
        Ok(report) => report,
        Err(error) => {
            tracing::warn!(event = "recompute.paused", error = %error, "computing again waits for the database");
            return Err(Failure::Snooze(AFTER_FAILURE));
        }
    };
    tell_of_failed(&report.failed);
    if context.is_cancelled() {
        return Err(Failure::Error("it was asked to stop".to_owned()));
    }
    let Report { computed, failed, refused, waiting } = report;
    let attempt = context.attempt();
    if attempt.number < attempt.last || refused.count == 0 {
        left(&refused, &waiting)?;
        return Ok(Computed { computed, failed: failed.count });
    }
    // As often as this job may it has tried them. The next one would do no better, and would come for ever; those that are not
    // named it may have.
    for activity in &refused.first {
        give_up(app, activity.athlete_id, activity.id).await.map_err(|error| unable(activity, &error))?;
    }
    tell_of_failed(&refused);
    let given_up = refused.first.len() as u64;
    left(&Left { count: refused.unnamed(), first: Vec::new() }, &waiting)?;
    Ok(Computed { computed, failed: failed.count + given_up })
}

/// Each that is given up is said once: it is in no list any more.
fn tell_of_failed(left: &Left) {
    for LeftOut { id, why, .. } in &left.first {
        tracing::warn!(event = "recompute.activity.failed", activity.id = %id, error = why, "an activity could not be computed again");
    }
}

/// Whether anything is left for another attempt.
fn left(refused: &Left, waiting: &Left) -> Result<(), Failure> {
    let count = refused.count + waiting.count;
    if count == 0 {
        return Ok(());
    }
    let first = refused.first.iter().chain(&waiting.first).next();
    let first = first.map(|LeftOut { id, why, .. }| format!(", the first of them {id}: {why}"));
    let first = first.unwrap_or_default();
    Err(Failure::Error(format!("of the activities the database refused {count}{first}")))
}

fn unable(activity: &LeftOut, error: &DbError) -> Failure {
    Failure::Error(format!("the activity {} could not be given up: {error}", activity.id))
}

fn tell(context: &Context, Progress { done, total }: Progress) {
    match total {
        Some(total) => {
            let part = done as f32 / total.max(1) as f32;
            context.progress(part, &format!("{done} of {total} {}", activities(total)));
        }
        None => context.progress(0.0, &format!("{done} {}", activities(done))),
    }
}

fn activities(count: u64) -> &'static str {
    if count == 1 { "activity" } else { "activities" }
}

/// Both kinds of jobs.
pub fn kinds(app: &App) -> Kinds {
    Kinds::new().with::<OfAthlete>(app.clone()).with::<Outdated>(app.clone())
}

/// What was computed of an athlete is outdated by this transaction, and computed again when it commits.
///
/// # Errors
/// Those of the database.
pub(in crate::features) async fn ask(tx: &Tx, athlete_id: Uuid) -> Result<(), DbError> {
    asked(tx.enqueue(OfAthlete { athlete_id }.asked()).await)
}

fn asked<T>(asked: Result<T, EnqueueError>) -> Result<(), DbError> {
    match asked {
        Err(EnqueueError::Database(error)) => Err(error),
        // Both payloads are JSON, and short, and so are the names.
        Err(EnqueueError::Payload { .. } | EnqueueError::Text { .. }) | Ok(_) => Ok(()),
    }
}

/// Looks now and then for what an older version has computed: soon after a start, which follows an update of the program.
pub fn start(app: &App, supervisor: &Supervisor) {
    let app = app.clone();
    supervisor.spawn_periodic("recompute", LOOK_EVERY, move || {
        let app = app.clone();
        async move { look(&app).await }
    });
}

/// Asks for everything that is outdated, if anything is. Processes that ask at once are one.
async fn look(app: &App) -> Result<(), DbError> {
    let read = app.db.read();
    let first = store::list_to_compute(&read, None, &ToCompute::Outdated(ALGORITHM_VERSION), 1).await?;
    drop(read);
    if first.is_empty() {
        return Ok(());
    }
    let ask = |tx: Arc<Tx>| async move {
        let job = Outdated { version: ALGORITHM_VERSION };
        asked(tx.enqueue(job.asked()).await)
    };
    app.months.transaction(&app.db, ask).await
}
