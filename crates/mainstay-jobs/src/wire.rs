//! The connection over which words of wake go from process to process, which only says and hears them. Losing it costs the pause
//! between two looks. Never here: what the words are.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use mainstay_db::{Session, Target};
use mainstay_runtime::{Effects, Stop};
use mainstay_telemetry::events;

use crate::store;
use crate::wake::{self, Outbox, Word};

/// Between two times that words are sent.
const DEBOUNCE: Duration = Duration::from_millis(20);

/// Between two looks at whether it still hears.
const CHECK: Duration = Duration::from_secs(10);

/// To connect.
const WITHIN: Duration = Duration::from_secs(5);

/// Before it connects again, at first and at last.
const AGAIN: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// Tells processes that work what a process does that only asks for jobs: what it commits begins at once, and not at the next
/// look. A process with a [`Worker`](crate::Worker) tells it by itself and needs none.
#[derive(Debug)]
pub struct Waker(Wire);

impl Waker {
    /// One that tells it to the processes of this database.
    pub fn new(target: &Target, effects: &Effects) -> Self {
        Self(Wire::new(target, effects, false))
    }

    /// Until stopped.
    pub async fn run(self, stop: Stop) {
        tokio::select! {
            () = stop.stopped() => {}
            never = self.0.run(&stop) => match never {},
        }
    }
}

/// Says, and if it is to, hears.
#[derive(Debug)]
pub(crate) struct Wire {
    target: Target,
    effects: Effects,
    hears: bool,
    outbox: Arc<Outbox>,
}

/// Why it has to be built again.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error(transparent)]
    Database(#[from] tokio_postgres::Error),
    #[error("nothing is heard over it, as behind a pooler")]
    Deaf,
}

impl Wire {
    pub(crate) fn new(target: &Target, effects: &Effects, hears: bool) -> Self {
        Self { target: target.clone(), effects: effects.clone(), hears, outbox: Outbox::new() }
    }

    /// Until dropped.
    pub(crate) async fn run(&self, stop: &Stop) -> Infallible {
        let (mut pause, mut is_told) = (AGAIN.0, false);
        loop {
            // Who has nothing to say, and nothing left to say from before, needs no connection.
            while !self.hears && self.outbox.is_empty() {
                stop.heartbeat();
                let _ = tokio::time::timeout(CHECK, self.outbox.told()).await;
            }
            let begun = self.effects.clock.monotonic();
            let Err(cut) = self.talk(stop).await;
            if !std::mem::replace(&mut is_told, true) {
                tracing::info!(
                    event = events::JOBS_UNHEARD,
                    error = %cut,
                    "words between processes are lost for now; jobs wait for the next look"
                );
            }
            let is_long = self.effects.clock.monotonic().saturating_sub(begun) > CHECK;
            pause = if is_long { AGAIN.0 } else { (pause * 2).min(AGAIN.1) };
            is_told &= !is_long;
            stop.heartbeat();
            // Between half of it and one and a half: those that were cut together do not come back together.
            tokio::time::sleep(pause.mul_f64(0.5 + self.effects.random.below(1_001) as f64 / 1e3)).await;
        }
    }

    async fn talk(&self, stop: &Stop) -> Result<Infallible, Cut> {
        let own = Arc::new(AtomicI32::new(0));
        let me = Arc::clone(&own);
        let heard = move |told: &tokio_postgres::Notification| {
            // One's own words were told in this process before.
            if told.process_id() != me.load(Ordering::Relaxed)
                && let Some(word) = Word::parse(told.payload())
            {
                wake::hear(&word);
            }
        };
        let name = "mainstay jobs words";
        let session = Session::connect_hearing(&self.target, name, WITHIN, store::LONGEST, heard).await?;
        session.batch_execute(store::SETTINGS).await?;
        if self.hears {
            session.batch_execute(store::LISTEN).await?;
        }
        own.store(self.check(&session).await?, Ordering::Relaxed);
        if self.hears {
            wake::missed();
        }
        // Words do not move it: on a busy connection it comes, too.
        let mut check = tokio::time::interval_at(tokio::time::Instant::now() + CHECK, CHECK);
        loop {
            let words = self.outbox.take();
            let texts: Vec<String> = words.iter().filter_map(Word::text).collect();
            if !texts.is_empty()
                && let Err(error) = session.execute(store::NOTIFY, &[&texts]).await
            {
                words.iter().for_each(|word| self.outbox.put(word));
                return Err(error.into());
            }
            tokio::time::sleep(DEBOUNCE).await;
            stop.heartbeat();
            tokio::select! {
                _ = check.tick() => {
                    self.check(&session).await?;
                }
                () = self.outbox.told() => {}
            }
        }
    }

    /// Its number at the server, if it is what it should be.
    async fn check(&self, session: &Session) -> Result<i32, Cut> {
        let row = session.query_one(store::HEARING, &[]).await?;
        let is_hearing: bool = row.try_get("is_hearing")?;
        if is_hearing || !self.hears { Ok(row.try_get("pid")?) } else { Err(Cut::Deaf) }
    }
}
