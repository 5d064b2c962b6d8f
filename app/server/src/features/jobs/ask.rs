//! What may be asked for over the API, by whom, and how often. Never here: reading the body, showing what came of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{Span, Timestamp};
use mainstay_db::{DbError, Tx};
use mainstay_http::{FieldError, Halted, Problem, Validate};
use mainstay_jobs::{
    AskError, AskedBy, DEFAULT_QUEUE, EnqueueError, Enqueued, Kinds, Known, Overview, Priority, Shown, Wish,
    asked_lately, with_xact_lock,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Viewer;
use super::views::PriorityName;
use crate::state::App;

/// The latest time that may be wished, in seconds from now: by administrators, and by others, since what waits keeps all that is
/// known of the day on which it was asked for.
const AHEAD_MOST_S: u32 = 10 * 365 * 24 * 3600;
const AHEAD_MOST_OF_OWNER_S: u32 = 24 * 3600;
const ATTEMPTS_MOST: u16 = 100;
const KEY_MOST: usize = 200;
const TTL_MOST_S: u32 = 30 * 24 * 3600;

/// Whoever asks too often tries again after this.
const ASK_AGAIN: Duration = Duration::from_secs(600);

/// A job that is asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewJob {
    /// The kind, also as `kind`: one that may be asked for over the API.
    #[serde(alias = "kind")]
    #[schema(example = "recompute.athlete")]
    job_type: String,
    /// What its kind needs to know. Whose it is need not be said: it is whoever asks.
    #[serde(default)]
    payload: Map<String, Value>,
    /// Where it waits; for administrators.
    queue: Option<String>,
    /// Before or behind others of its queue; `high` is for administrators.
    #[schema(inline)]
    priority: Option<PriorityName>,
    /// Not before this time, at most a day ahead; ten years for administrators.
    run_at: Option<Timestamp>,
    /// Not before so many seconds from now, a day at most but for administrators; not together with `run_at`.
    #[schema(maximum = 315_360_000)]
    delay_s: Option<u32>,
    /// Attempts until it is given up; as its kind says without it.
    #[schema(minimum = 1, maximum = 100)]
    max_attempts: Option<u16>,
    /// Only one with this key.
    #[schema(inline)]
    unique: Option<Unique>,
}

/// That there be only one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Unique {
    /// What names it among the caller's jobs of its kind.
    #[schema(min_length = 1, max_length = 200)]
    key: String,
    /// For so long the key is held, whatever becomes of the job, and no longer than jobs that have ended are known; without it
    /// until the job has ended.
    #[schema(minimum = 1, maximum = 2_592_000)]
    ttl_s: Option<u32>,
    /// What to answer where there is one.
    #[serde(default)]
    #[schema(inline)]
    on_conflict: OnConflict,
}

/// What to answer where there is a job with the key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OnConflict {
    /// 200 and that job.
    #[default]
    Return,
    /// 409 `job_exists`.
    Reject,
}

impl Validate for NewJob {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut refuse = |is_bad: bool, pointer: &str, message: String| {
            if is_bad {
                errors.push(FieldError::new(pointer, "out_of_range", message));
            }
        };
        let attempts = self.max_attempts.is_some_and(|most| !(1..=ATTEMPTS_MOST).contains(&most));
        refuse(attempts, "/max_attempts", format!("Must be from 1 to {ATTEMPTS_MOST}."));
        let delay = self.delay_s.is_some_and(|delay| delay > AHEAD_MOST_S);
        refuse(delay, "/delay_s", format!("Must be at most {AHEAD_MOST_S}."));
        if let Some(unique) = &self.unique {
            let key = unique.key.is_empty() || unique.key.len() > KEY_MOST;
            refuse(key, "/unique/key", format!("Must have 1 to {KEY_MOST} bytes."));
            let ttl = unique.ttl_s.is_some_and(|ttl| !(1..=TTL_MOST_S).contains(&ttl));
            refuse(ttl, "/unique/ttl_s", format!("Must be from 1 to {TTL_MOST_S}."));
        }
        if self.run_at.is_some() && self.delay_s.is_some() {
            let message = "Use `run_at` or `delay_s`, not both.";
            errors.push(FieldError::new("/delay_s", "contradiction", message));
        }
        errors
    }
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Asked {
    /// It is there.
    New(Shown),
    /// There is one with its key.
    Existing(Shown),
}

/// Asks for it in the caller's name.
pub(super) async fn ask(app: &App, viewer: Viewer, job: NewJob) -> Result<Asked, Problem> {
    let kinds = app.kinds();
    too_long(&job, app.config.jobs.keep_days).map_err(refused)?;
    let order = Order::of(&kinds, viewer, job, app.effects.clock.now()).map_err(refused)?;
    let most = app.config.jobs.asked_per_hour;
    let (kinds, order) = (&kinds, &order);
    let work = |tx: Arc<Tx>| async move { place(&tx, kinds, viewer, order, most).await };
    Ok(app.months.transaction(&app.db, work).await?)
}

fn refused(errors: Vec<FieldError>) -> Problem {
    Problem::unprocessable(errors)
}

/// What is asked for, judged.
#[derive(Debug, Clone)]
struct Order {
    kind: String,
    payload: Value,
    wish: Wish,
    on_conflict: OnConflict,
}

impl Order {
    fn of(kinds: &Kinds, viewer: Viewer, job: NewJob, now: Timestamp) -> Result<Self, Vec<FieldError>> {
        let asked_by = kinds.known(&job.job_type).map(|known| known.asked_by);
        let asked_by = asked_by.filter(|by| may(viewer, *by)).ok_or_else(|| vec![unknown(kinds, viewer)])?;
        let mut errors = Vec::new();
        let mut payload = job.payload;
        let owner = match asked_by {
            AskedBy::Owner(field) => {
                owner_of(&mut payload, field, viewer).map_err(|error| errors.push(error)).ok()
            }
            AskedBy::Operators | AskedBy::Program => None,
        };
        let queue = job.queue.map(|queue| queue_of(kinds, viewer, &queue));
        let queue = queue.transpose().unwrap_or_else(|error| {
            errors.push(error);
            None
        });
        let priority = job.priority.map(Priority::from);
        if priority == Some(Priority::High) && viewer != Viewer::Operator {
            errors.push(FieldError::new(
                "/priority",
                "admin_only",
                "Only administrators put jobs before others.",
            ));
        }
        errors.extend(too_late(viewer, job.run_at, job.delay_s, now));
        if !errors.is_empty() {
            return Err(errors);
        }
        let on_conflict = job.unique.as_ref().map_or(OnConflict::Return, |unique| unique.on_conflict);
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let unique = job.unique.map(|unique| (key_of(viewer, &unique.key), unique.ttl_s.map(seconds)));
        let wish = Wish {
            owner,
            // What has passed is now; a server's calendar begins later than ours.
            run_at: job.run_at.filter(|at| *at > now),
            delay: seconds(job.delay_s.unwrap_or(0)),
            priority,
            queue,
            attempts: job.max_attempts,
            unique,
            trace: None,
        };
        Ok(Self { kind: job.job_type, payload: Value::Object(payload), wish, on_conflict })
    }
}

/// Who holds a key is known for as long as it is held: whoever asks again is told of that job.
fn too_long(job: &NewJob, kept_days: u32) -> Result<(), Vec<FieldError>> {
    let most_s = kept_days.saturating_mul(24 * 3600);
    match job.unique.as_ref().and_then(|unique| unique.ttl_s) {
        Some(ttl_s) if ttl_s > most_s => {
            let words =
                format!("Must be at most {most_s}: jobs that have ended are known for {kept_days} days.");
            Err(vec![FieldError::new("/unique/ttl_s", "out_of_range", words)])
        }
        _ => Ok(()),
    }
}

/// What is wrong with the time.
fn too_late(
    viewer: Viewer,
    run_at: Option<Timestamp>,
    delay_s: Option<u32>,
    now: Timestamp,
) -> Option<FieldError> {
    let (most_s, words) = match viewer {
        Viewer::Operator => (AHEAD_MOST_S, "Must be within ten years."),
        Viewer::Owner(_) => (AHEAD_MOST_OF_OWNER_S, "Must be within a day."),
    };
    let latest = now.checked_add(Span::new().seconds(most_s)).unwrap_or(Timestamp::MAX);
    if run_at.is_some_and(|at| at > latest) {
        return Some(FieldError::new("/run_at", "out_of_range", words));
    }
    delay_s.filter(|delay_s| *delay_s > most_s).map(|_| FieldError::new("/delay_s", "out_of_range", words))
}

fn may(viewer: Viewer, asked_by: AskedBy) -> bool {
    match asked_by {
        AskedBy::Program => false,
        AskedBy::Operators => viewer == Viewer::Operator,
        AskedBy::Owner(_) => true,
    }
}

/// Kinds that the caller may not ask for are not told from those that do not exist.
fn unknown(kinds: &Kinds, viewer: Viewer) -> FieldError {
    let open = |name: &&str| kinds.known(name).is_some_and(|known| may(viewer, known.asked_by));
    let open: Vec<&str> = kinds.names().into_iter().filter(open).collect();
    let message = format!("No such kind may be asked for. Those that may be: {}.", open.join(", "));
    FieldError::new("/job_type", "unknown_kind", message)
}

/// Whose it is: the caller's, or for an administrator whomever the payload names. It is written into the payload, whatever stood
/// there.
fn owner_of(payload: &mut Map<String, Value>, field: &str, viewer: Viewer) -> Result<Uuid, FieldError> {
    let refuse = |code, message| Err(FieldError::new(format!("/payload/{field}"), code, message));
    let named = match payload.get(field) {
        None | Some(Value::Null) => None,
        Some(named) => match named.as_str().map(Uuid::try_parse) {
            Some(Ok(named)) => Some(named),
            _ => return refuse("malformed", "Must be a UUID."),
        },
    };
    let owner = match (viewer, named) {
        (Viewer::Owner(who), Some(other)) if other != who => {
            return refuse("not_yours", "Leave it out: a job is asked for in one's own name.");
        }
        (Viewer::Owner(who), _) => who,
        (Viewer::Operator, Some(named)) => named,
        (Viewer::Operator, None) => return refuse("missing", "Name whose job it is."),
    };
    payload.insert(field.to_owned(), Value::from(owner.to_string()));
    Ok(owner)
}

fn queue_of(kinds: &Kinds, viewer: Viewer, asked: &str) -> Result<&'static str, FieldError> {
    if viewer != Viewer::Operator {
        return Err(FieldError::new("/queue", "admin_only", "Only administrators choose a queue."));
    }
    let known = || kinds.queues().chain([DEFAULT_QUEUE]);
    known().find(|queue| *queue == asked).ok_or_else(|| {
        let mut known: Vec<_> = known().collect();
        known.sort_unstable();
        known.dedup();
        FieldError::new("/queue", "unknown", format!("No such queue. There are: {}.", known.join(", ")))
    })
}

/// Nobody holds a key of somebody else's, or of the program's.
fn key_of(viewer: Viewer, key: &str) -> String {
    match viewer {
        Viewer::Owner(who) => format!("asked by {who}: {key}"),
        Viewer::Operator => format!("asked by operators: {key}"),
    }
}

async fn place(tx: &Tx, kinds: &Kinds, viewer: Viewer, order: &Order, most: u32) -> Result<Asked, Halted> {
    let Some(known) = kinds.known(&order.kind) else { return Err(lost()) };
    let enqueued = if has_room(tx, viewer, order, most).await? {
        known.ask(tx, order.payload.clone(), order.wish.clone()).await.map_err(ask_refused)?
    } else {
        // Whoever has the key is no new one.
        let held = held(tx, &known, order).await?.ok_or_else(|| too_many(most))?;
        Enqueued::Existing(Some(held))
    };
    let id = enqueued.id().ok_or_else(exists)?;
    let shown = Overview::of(tx).show(id).await?;
    match (enqueued, shown) {
        (Enqueued::New(_), Some(job)) => Ok(Asked::New(job)),
        (Enqueued::Existing(_), Some(job)) if order.on_conflict == OnConflict::Return => {
            Ok(Asked::Existing(job))
        }
        (Enqueued::Existing(_), _) => Err(exists()),
        (Enqueued::New(_), None) => Err(lost()),
    }
}

/// Whether whoever asks may have one more. Those who ask in one name take turns until they have theirs, so that each counts those
/// before.
async fn has_room(tx: &Tx, viewer: Viewer, order: &Order, most: u32) -> Result<bool, DbError> {
    let Viewer::Owner(who) = viewer else { return Ok(true) };
    with_xact_lock(tx, &format!("{} asked for by {who}", order.kind)).await?;
    Ok(asked_lately(tx, who, &order.kind, most.into()).await? < i64::from(most))
}

async fn held(tx: &Tx, known: &Known, order: &Order) -> Result<Option<Uuid>, DbError> {
    match &order.wish.unique {
        Some((key, _)) => known.holder(tx, key).await,
        None => Ok(None),
    }
}

fn too_many(most: u32) -> Halted {
    refused_for_number(&format!("An account may have {most} jobs of this kind in an hour.")).into()
}

/// What is done again is done anew, and costs the same.
pub(super) fn too_many_retries() -> Problem {
    refused_for_number("The account has had as many jobs and files done again as it may in an hour.")
}

fn refused_for_number(text: &str) -> Problem {
    Problem::too_many_requests(ASK_AGAIN, text).coded("too_many_jobs")
}

fn ask_refused(error: AskError) -> Halted {
    let payload = |code, message| refused(vec![FieldError::new("/payload", code, message)]).into();
    match error {
        AskError::Payload(why) => payload("invalid_value", why),
        AskError::Enqueue(EnqueueError::Payload { why, .. }) => payload("invalid_value", why),
        // Of its texts a wish names the queue alone.
        AskError::Enqueue(EnqueueError::Text { why, .. }) => {
            refused(vec![FieldError::new("/queue", "invalid_value", why)]).into()
        }
        AskError::Enqueue(EnqueueError::Database(error)) => error.into(),
    }
}

fn exists() -> Halted {
    Problem::conflict("job_exists", "There is a job with this key.").into()
}

/// What was written a moment ago in the same transaction is not there.
fn lost() -> Halted {
    Problem::internal("a job that was asked for is not there").into()
}
