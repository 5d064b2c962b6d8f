//! Which kinds of jobs a process does, and with what. Never here: when.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::asked::{self, Known};
use crate::backoff::Backoff;
use crate::context::Context;
use crate::job::{Failure, Job};
use crate::json::JsonText;
use crate::unreadable;

/// What an attempt ends with; a payload that cannot be read never becomes one.
pub(crate) type Outcome = Result<JsonText, Unsuccessful>;

/// Why there is no success.
#[derive(Debug)]
pub(crate) enum Unsuccessful {
    Failed(Failure),
    Payload(String),
}

type Run = Arc<dyn Fn(String, Context) -> BoxFuture<'static, Outcome> + Send + Sync>;

/// The kinds that a process does. Others wait for one that does them, and are seen to.
#[derive(Clone, Default)]
pub struct Kinds(HashMap<&'static str, Kind>);

#[derive(Clone)]
pub(crate) struct Kind {
    pub(crate) backoff: Backoff,
    pub(crate) result_most: usize,
    queue: &'static str,
    known: Known,
    run: Run,
}

impl Kinds {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// And this one, done with `state`. The last of a name counts.
    #[must_use]
    pub fn with<J: Job>(mut self, state: J::State) -> Self {
        let options = J::options();
        let result_most = options.result_most;
        let run = move |payload: String, context: Context| {
            let state = state.clone();
            async move {
                let job: J = unreadable::read(&payload, J::REDACTED).map_err(Unsuccessful::Payload)?;
                let output = job.run(state, context).await.map_err(Unsuccessful::Failed)?;
                let result = serde_json::to_string(&output).map_err(|error| error.to_string());
                result.and_then(|text| JsonText::of(text, result_most)).map_err(|why| {
                    Unsuccessful::Failed(Failure::Error(format!("its result cannot be kept: {why}")))
                })
            }
            .boxed()
        };
        let (known, run) = (asked::known::<J>(), Arc::new(run));
        let (backoff, queue) = (options.backoff, options.queue);
        self.0.insert(J::NAME, Kind { backoff, result_most, queue, known, run });
        self
    }

    /// Their names, in order.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.0.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// How one of this name is asked for and shown; nothing of a kind that this process does not do.
    pub fn known(&self, name: &str) -> Option<Known> {
        self.0.get(name).map(|kind| kind.known)
    }

    /// The queues of their own, some of them twice.
    pub fn queues(&self) -> impl Iterator<Item = &'static str> {
        self.0.values().map(|kind| kind.queue)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Kind> {
        self.0.get(name)
    }
}

impl std::fmt::Debug for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Kinds").field(&self.names()).finish()
    }
}

impl Kind {
    pub(crate) fn run(&self, payload: String, context: Context) -> BoxFuture<'static, Outcome> {
        (self.run)(payload, context)
    }
}
