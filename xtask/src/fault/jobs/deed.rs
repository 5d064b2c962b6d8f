//! What jobs of the story do: as they are told, and each tells the database that it has begun. Never here: who asks for them,
//! what is judged.

use std::sync::Arc;
use std::time::Duration;

use mainstay_events::{Delivered, Event, Subscriber};
use mainstay_jobs::backoff::Backoff;
use mainstay_jobs::{CompleteError, Context, Failure, Job, Options};
use serde::{Deserialize, Serialize};

use super::node::Node;
use super::{TTL, poison};

const BEGUN: &str = "insert into begun (id, run, attempt, life) values ($1, $2, $3, $4)";
const EFFECT: &str = "insert into effect (id, run) values ($1, $2)";

/// One piece of work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) deed: Deed,
    /// Of those with one ordering key: in the order in which they were asked for.
    pub(super) nth: i64,
    /// So long after it was asked for it may begin.
    pub(super) after_ms: u64,
}

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Deed {
    /// Succeeds.
    Plain,
    /// Writes an effect and its success together, after so many milliseconds.
    Exact { ms: u64 },
    /// The same on a thread of its own, which listens to nobody: it goes on when its attempt was given up.
    Stubborn { ms: u64 },
    /// The same as exact at this attempt, and errors before.
    Late { attempt: u16 },
    /// Errors for ever.
    Doomed,
    /// Panics at the first attempt.
    Panic,
    /// Has more than a megabyte to say of why it has failed, and then of why it is not to be done.
    Shout,
    /// Asks for another time, at the first attempt.
    Snooze,
    /// Takes its process with it,
    Abort,
    /// by a stack that is used up,
    Overflow,
    /// by memory that is.
    Eat,
    /// Keeps its thread for ever and listens to nobody.
    Endless,
    /// Keeps a thread busy for so long and listens to nobody.
    Block { ms: u64 },
    /// Keeps a connection of the pool for so long.
    Hog { ms: u64 },
}

impl Job for Work {
    const NAME: &'static str = "work";
    type State = Arc<Node>;
    type Output = ();

    fn options() -> Options {
        let backoff = Backoff { base: Duration::from_millis(50), cap: Duration::from_millis(500) };
        // Of the attempts some are lost with a server that is away.
        Options { queue: "work", attempts: 30, timeout: Some(TTL * 10), backoff, ..Options::default() }
    }

    async fn run(self, node: Arc<Node>, context: Context) -> Result<(), Failure> {
        begin(&node, &context).await?;
        let attempt = context.attempt().number;
        match self.deed {
            Deed::Plain => {}
            Deed::Exact { ms } => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                complete(&node, &context).await?;
            }
            Deed::Stubborn { ms } => stubbornly(&node, &context, ms).await?,
            Deed::Late { attempt: last } if attempt < last => {
                return Err(Failure::Retry(Duration::from_millis(20), "not yet".to_owned()));
            }
            Deed::Late { .. } => complete(&node, &context).await?,
            Deed::Doomed => return Err(Failure::Error("for ever".to_owned())),
            Deed::Panic if attempt == 1 => panic!("as it was told"),
            Deed::Panic => {}
            Deed::Shout if attempt == 1 => return Err(Failure::Error("no! ".repeat(1 << 19))),
            Deed::Shout => return Err(Failure::Discard("no! ".repeat(1 << 19))),
            Deed::Snooze if node.snoozes(context.attempt().id) => {
                return Err(Failure::Snooze(Duration::from_millis(30)));
            }
            Deed::Snooze => {}
            Deed::Abort | Deed::Overflow | Deed::Eat => {
                // Others are at work by then.
                tokio::time::sleep(Duration::from_millis(200)).await;
                match self.deed {
                    Deed::Overflow => {
                        std::hint::black_box(poison::sink(0));
                    }
                    Deed::Eat => poison::eat()?,
                    _ => std::process::abort(),
                }
            }
            Deed::Endless => {
                // What this thread has just woken would wait with it.
                tokio::task::yield_now().await;
                loop {
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
            Deed::Block { ms } => std::thread::sleep(Duration::from_millis(ms)),
            Deed::Hog { ms } => {
                let tx = node.db.write().await?;
                tx.execute("select 1", &[]).await?;
                tokio::time::sleep(Duration::from_millis(ms)).await;
                tx.rollback().await?;
            }
        }
        Ok(())
    }
}

/// Work of a kind that only the newer version knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Newer {}

impl Job for Newer {
    const NAME: &'static str = "newer";
    type State = Arc<Node>;
    type Output = ();

    fn options() -> Options {
        Work::options()
    }

    async fn run(self, node: Arc<Node>, context: Context) -> Result<(), Failure> {
        begin(&node, &context).await?;
        if node.is_new { Ok(()) } else { Err(Failure::Discard("nobody knows this kind".to_owned())) }
    }
}

/// What begins by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tick {
    /// Which of the schedules.
    pub(super) at: usize,
}

impl Job for Tick {
    const NAME: &'static str = "tick";
    type State = Arc<Node>;
    type Output = ();

    fn options() -> Options {
        Work::options()
    }

    async fn run(self, node: Arc<Node>, context: Context) -> Result<(), Failure> {
        begin(&node, &context).await
    }
}

/// What has happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Happened {
    pub(super) key: String,
}

impl Event for Happened {
    const TYPE: &'static str = "story.happened";

    fn key(&self) -> Option<String> {
        Some(self.key.clone())
    }
}

/// Who hears of it, once.
#[derive(Debug)]
pub(super) struct Heard;

impl Subscriber for Heard {
    const NAME: &'static str = "heard";
    type Event = Happened;
    type State = Arc<Node>;

    fn options() -> Options {
        Work::options()
    }

    async fn receive(event: Delivered<Happened>, node: Arc<Node>, context: Context) -> Result<(), Failure> {
        begin(&node, &context).await?;
        let tx = node.db.write().await?;
        tx.execute("insert into heard (event) values ($1)", &[&event.id]).await?;
        ended(&node, context.complete_in(&tx, &()).await)?;
        tx.commit().await?;
        Ok(())
    }
}

async fn begin(node: &Node, context: &Context) -> Result<(), Failure> {
    let (attempt, number) = (context.attempt(), i32::from(context.attempt().number));
    let tx = node.db.write().await?;
    tx.execute(BEGUN, &[&attempt.id, &attempt.run, &number, &node.life]).await?;
    tx.commit().await?;
    Ok(())
}

async fn stubbornly(node: &Arc<Node>, context: &Context, ms: u64) -> Result<(), Failure> {
    let (node, context) = (Arc::clone(node), context.clone());
    let (done, ended) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(ms));
        // Nobody may be there any more who wants to know.
        let _ = done.send(runtime.block_on(complete(&node, &context)));
    });
    ended.await?
}

async fn complete(node: &Node, context: &Context) -> Result<(), Failure> {
    let tx = node.db.write().await?;
    tx.execute(EFFECT, &[&context.attempt().id, &context.attempt().run]).await?;
    ended(node, context.complete_in(&tx, &()).await)?;
    tx.commit().await?;
    Ok(())
}

fn ended(node: &Node, ended: Result<(), CompleteError>) -> Result<(), Failure> {
    if matches!(ended, Err(CompleteError::Lost)) {
        node.refused();
    }
    Ok(ended?)
}
