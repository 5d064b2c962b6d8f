//! Jobs that somebody outside asks for: who may, what they may wish, and what of a payload is shown to whom. Never here: the
//! rights of a particular person; statements.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use mainstay_db::{DbError, Executor, Tx};
use serde_json::Value;
use uuid::Uuid;

use crate::enqueue::{Enqueue, EnqueueError, Enqueued, New, key_of};
use crate::job::{Job, Priority};
use crate::store;

/// Who may ask for jobs of a kind from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// The program alone, in its own transactions.
    Program,
    /// Those who run the installation, too.
    Operators,
    /// Everybody for themselves: the field of the payload that names whose job it is, as a UUID.
    Owner(&'static str),
}

/// What is wished of a job that is asked for from outside, otherwise than its kind says.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Whose it is.
    pub owner: Option<Uuid>,
    /// Not before this time.
    pub run_at: Option<Timestamp>,
    /// Not before so long from now.
    pub delay: Duration,
    /// Before or behind others.
    pub priority: Option<Priority>,
    /// Where it waits.
    pub queue: Option<&'static str>,
    /// So many attempts.
    pub attempts: Option<u16>,
    /// Only one with this key: until it has ended, or in so long. In place of the kind's own key.
    pub unique: Option<(String, Option<Duration>)>,
    /// The trace that it is a part of.
    pub trace: Option<String>,
}

/// Nothing is asked for.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The payload is none of this kind.
    #[error("the payload is none of this kind: {0}")]
    Payload(String),
    /// It could not be written.
    #[error(transparent)]
    Enqueue(#[from] EnqueueError),
}

type Ask = for<'a> fn(&'a Tx, Value, Wish) -> BoxFuture<'a, Result<Enqueued, AskError>>;

/// How jobs of a kind are asked for and shown.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Who may ask for one from outside.
    pub asked_by: AskedBy,
    kind: &'static str,
    redacted: &'static [&'static str],
    ask: Ask,
}

pub(crate) fn known<J: Job>() -> Known {
    Known { asked_by: J::ASKED_BY, kind: J::NAME, redacted: J::REDACTED, ask: ask::<J> }
}

impl Known {
    /// Asks for one with this payload. Whether whoever asks may, the caller has decided.
    ///
    /// # Errors
    /// [`AskError`]; the transaction is of no use any more if the database has refused it.
    pub async fn ask(&self, tx: &Tx, payload: Value, wish: Wish) -> Result<Enqueued, AskError> {
        (self.ask)(tx, payload, wish).await
    }

    /// The job that has this key among those of its kind, for whoever would be given it and no new one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn holder(&self, tx: &Tx, key: &str) -> Result<Option<Uuid>, DbError> {
        let key = key_of(self.kind, key);
        let keys = [key.as_slice()];
        tx.rows(&store::EXPIRED, &[&keys.as_slice()]).await?;
        let holder = mainstay_db::opt(&**tx, &store::HOLDERS, &[&keys.as_slice()]).await?;
        Ok(holder.map(|row| row.try_get("id")).transpose()?)
    }

    /// A payload as it may be shown; nothing where it cannot be read.
    pub fn shown(&self, payload: &str) -> Option<Value> {
        let mut payload = serde_json::from_str(payload).ok()?;
        redact(&mut payload, self.redacted);
        Some(payload)
    }
}

fn ask<J: Job>(tx: &Tx, payload: Value, wish: Wish) -> BoxFuture<'_, Result<Enqueued, AskError>> {
    async move {
        let job: J = serde_json::from_value(payload).map_err(|error| AskError::Payload(error.to_string()))?;
        Ok(tx.enqueue(wish.of(job.asked())).await?)
    }
    .boxed()
}

impl Wish {
    fn of<J: Job>(self, mut new: New<J>) -> New<J> {
        // What waits for its time must not keep those waiting that stand behind it.
        if self.run_at.is_some() || !self.delay.is_zero() {
            new = new.in_no_order();
        }
        new = new.after(self.delay);
        if let Some(owner) = self.owner {
            new = new.owned_by(owner);
        }
        if let Some(time) = self.run_at {
            new = new.at(time);
        }
        if let Some(priority) = self.priority {
            new = new.priority(priority);
        }
        if let Some(queue) = self.queue {
            new = new.queue(queue);
        }
        if let Some(attempts) = self.attempts {
            new = new.attempts(attempts);
        }
        if let Some(trace) = self.trace {
            new = new.traced(trace);
        }
        match self.unique {
            Some((key, None)) => new.unique(&key),
            Some((key, Some(time))) => new.unique_for(&key, time),
            None => new,
        }
    }
}

/// What stands in place of a value that nobody is shown.
const HIDDEN: &str = "[redacted]";

/// Hides the values of fields with these names, at whatever depth.
fn redact(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if names.contains(&name.as_str()) {
                    *inner = Value::from(HIDDEN);
                } else {
                    redact(inner, names);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Context, Failure};

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Nothing;

    impl Job for Nothing {
        const NAME: &'static str = "nothing";
        type State = ();
        type Output = ();

        async fn run(self, (): (), _: Context) -> Result<(), Failure> {
            Ok(())
        }
    }

    fn shown(payload: &str, redacted: &'static [&'static str]) -> Option<Value> {
        Known { redacted, ..known::<Nothing>() }.shown(payload)
    }

    #[test]
    fn named_fields_are_hidden_at_whatever_depth() {
        let payload = r#"{"token":{"a":1},"list":[[{"token":"x","kept":"token"}]],"Token":"other","n":{"secret":null}}"#;
        let expected = json!({
            "token": HIDDEN, "list": [[{ "token": HIDDEN, "kept": "token" }]], "Token": "other", "n": { "secret": HIDDEN },
        });
        assert_eq!(shown(payload, &["token", "secret"]), Some(expected));
        assert_eq!(shown(payload, &[]), serde_json::from_str(payload).ok());
    }

    #[test]
    fn a_payload_that_cannot_be_read_is_not_shown() {
        let deep = format!("{}{}", "[".repeat(400), "]".repeat(400));
        for payload in ["", "{", "nothing", &deep] {
            assert_eq!(shown(payload, &["token"]), None);
        }
    }
}
