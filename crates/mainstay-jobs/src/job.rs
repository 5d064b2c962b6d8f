//! What a job is: a payload, how it is to be treated, and the function that does it. Never here: when it runs.

use std::fmt::Display;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::asked::AskedBy;
use crate::backoff::Backoff;
use crate::context::Context;
use crate::enqueue::New;

/// One kind of work. The value is what is asked for; it is written as JSON, and read by whichever process does it, today's or
/// the next version's.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name under which it is written. Another one is another kind: what waits under the old one waits for ever.
    const NAME: &'static str;

    /// Who may ask for one from outside, such as over an API.
    const ASKED_BY: AskedBy = AskedBy::Program;

    /// Names of the payload's fields, at whatever depth, whose values nobody is shown.
    const REDACTED: &'static [&'static str] = &[];

    /// What the work needs of its process: connections, clients, configuration.
    type State: Clone + Send + Sync + 'static;

    /// What it leaves behind, as JSON; `()` is nothing.
    type Output: Serialize + Send;

    /// How all jobs of this kind are treated.
    fn options() -> Options {
        Options::default()
    }

    /// One as whoever asks for it from outside gets it: with its keys and its order, where the kind has any.
    fn asked(&self) -> New<Self>
    where
        Self: Sized,
    {
        New::of(self)
    }

    /// Does it. It may be done again after a crash: what it writes besides [`Context::complete_in`] must bear that.
    fn run(
        self,
        state: Self::State,
        context: Context,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}

/// Who goes first in a queue. One claim in eleven begins with those of low priority and another one with those of normal, so that
/// neither waits for ever, however many others come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody waits for it.
    High = 1,
    /// Most work.
    #[default]
    Normal = 2,
    /// Whenever there is time.
    Low = 3,
}

impl Priority {
    /// All of them, the first first.
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    pub(crate) fn number(self) -> i16 {
        self as i16
    }
}

/// How the jobs of one kind are treated, unless one of them says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Which waits they stand in.
    pub queue: &'static str,
    /// Who goes first there.
    pub priority: Priority,
    /// Attempts until it is a dead letter; those that a crash has ended count.
    pub attempts: u16,
    /// How long an attempt may take; `None`: as long as its process lives.
    pub timeout: Option<Duration>,
    /// The pauses between attempts.
    pub backoff: Backoff,
    /// The longest payload, in bytes of JSON. What is longer belongs into a table or a file, and its id into the job.
    pub payload_most: usize,
    /// The longest result, in bytes of JSON.
    pub result_most: usize,
}

/// The longest payload, in bytes of JSON, where a kind says nothing else; and of kinds that are known by their name alone.
pub const PAYLOAD_MOST: usize = 256 * 1024;

/// The longest result, in bytes of JSON, where a kind says nothing else.
const RESULT_MOST: usize = 1024 * 1024;

/// The queue of whoever names none.
pub const DEFAULT_QUEUE: &str = "default";

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: DEFAULT_QUEUE,
            priority: Priority::Normal,
            attempts: 10,
            timeout: Some(Duration::from_secs(30 * 60)),
            backoff: Backoff::default(),
            payload_most: PAYLOAD_MOST,
            result_most: RESULT_MOST,
        }
    }
}

/// Why an attempt did not succeed, and what is to become of the job.
#[derive(Debug)]
pub enum Failure {
    /// Again, after the kind's pause, unless its attempts are used up.
    Error(String),
    /// Again after this time, unless its attempts are used up.
    Retry(Duration, String),
    /// Later; this was no attempt.
    Snooze(Duration),
    /// Never again, and no dead letter: nobody needs it any more.
    Discard(String),
}

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Error(format!("{error:#}"))
    }
}
