//! The importer: claims pending files one after another, until it is told to stop.
//!
//! A claim is a lease: it counts the attempt, is committed before the file is read, and is renewed while the file is
//! worked on. Whoever dies in the middle loses nothing; the file is claimed again when the lease has passed, and refused
//! when that happened too often. Never here: what an import does (`decide`, `import`).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{DbError, Tx};
use mainstay_runtime::{Stop, Supervisor};

use super::decide::{self, Content, Ending, File, Line};
use super::{Decision, store};
use crate::state::App;

/// The pause after a failure of the database, and before a file is attempted again.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// A file whose month cannot be made now, as while an index is built on the activities, is tried again after so long.
const AFTER_NO_MONTH: Duration = Duration::from_secs(60);

/// How often within the time of a lease it is renewed by who works, and looked for one that has passed by who does not.
const LOOKS_A_LEASE: u32 = 3;

/// An importer beats when it looks for a file and while it keeps one; one that does neither for so long is told.
const BEATS_WITHIN: Duration = Duration::from_secs(600);

/// Starts as many importers as the configuration says. One that panics is started again.
pub fn start(app: &App, supervisor: &Supervisor) {
    for _ in 0..app.config.import.concurrency.max(1) {
        let app = app.clone();
        supervisor.spawn_resident("importer", BEATS_WITHIN, move |stop| run(app.clone(), stop));
    }
}

/// What an importer does after it looked for a file.
enum Next {
    /// Looks again at once.
    Look,
    /// Looks again after this pause, or when somebody says that files wait.
    Pause(Duration),
}

/// Runs until stopped; several may run side by side, in several processes too.
async fn run(app: App, stop: Stop) {
    // A file that was given back is due sooner than what nobody told of; until then it looks often, whoever wakes it.
    let mut due_by = Duration::ZERO;
    while !stop.is_stopping() {
        stop.heartbeat();
        let next = match import_next(&app, &stop, &mut due_by).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(event = "import.paused", error = %error, "the importer waits for the database");
                Next::Pause(AFTER_FAILURE)
            }
        };
        let Next::Pause(pause) = next else { continue };
        tokio::select! {
            () = stop.stopped() => {}
            () = app.imports.0.pending.notified() => {}
            () = app.effects.clock.sleep(pause) => {}
        }
    }
}

/// Imports the oldest pending file that nobody works on.
async fn import_next(app: &App, stop: &Stop, due_by: &mut Duration) -> Result<Next, DbError> {
    app.imports.0.took_up.get_or_try_init(|| take_up(app)).await?;
    let Some(mut claim) = claim(app).await? else {
        let is_due_soon = app.effects.clock.monotonic() < *due_by;
        return Ok(Next::Pause(if is_due_soon {
            AFTER_FAILURE
        } else {
            app.config.import.lease / LOOKS_A_LEASE
        }));
    };
    // Another importer may take the next one at the same time.
    app.imports.wake();
    let file = file_of(&mut claim);
    let ending = tokio::select! {
        ending = attempt(app, &claim, &file) => ending,
        never = keep(app, stop, &claim) => match never {},
    };
    match ending {
        Ending::Decided(decision) => {
            tracing::info!(
                event = "import.file.finished",
                import.outcome = decision.outcome.as_str(),
                import.reason = decision.reason.as_deref(),
                "a file was imported"
            );
            app.imports.file_done();
        }
        Ending::Lost => {
            tracing::info!(event = "import.file.lost", "another importer has the file, or it is gone");
        }
        Ending::Failed(failure) => {
            tracing::warn!(event = "import.file.failed", error = %failure, "a file will be attempted again");
            give_back(app, stop, &claim, true, AFTER_FAILURE).await;
            *due_by = app.effects.clock.monotonic() + 2 * AFTER_FAILURE;
        }
        // It alone waits: the others have their months.
        Ending::Wait(DbError::NoPartition { .. }) => {
            give_back(app, stop, &claim, false, AFTER_NO_MONTH).await;
            *due_by = app.effects.clock.monotonic() + 2 * AFTER_NO_MONTH;
        }
        Ending::Wait(error) => {
            give_back(app, stop, &claim, false, AFTER_FAILURE).await;
            *due_by = app.effects.clock.monotonic() + 2 * AFTER_FAILURE;
            return Err(error);
        }
    }
    Ok(Next::Look)
}

/// Ends the claims of a former process that died, where only this process can have claims: on the private PostgreSQL.
/// Elsewhere another node may be at work, and the lease must pass.
async fn take_up(app: &App) -> Result<(), DbError> {
    if app.config.database.url.is_empty() { end_all_claims(app).await } else { Ok(()) }
}

/// Ends everybody's claims. Only for who knows that nobody works on them.
pub async fn end_all_claims(app: &App) -> Result<(), DbError> {
    let ended = app.db.transaction(|tx| async move { store::end_all_claims(&tx).await }).await?;
    if ended > 0 {
        tracing::info!(
            event = "import.claims.ended",
            import.files = ended,
            "files of a former process are taken up"
        );
    }
    Ok(())
}

async fn claim(app: &App) -> Result<Option<store::Claim>, DbError> {
    let (now, until) = lease(app, app.config.import.lease);
    app.db.transaction(|tx| async move { store::claim_pending(&tx, now, until).await }).await
}

/// The file of a claim; takes its bytes.
fn file_of(claim: &mut store::Claim) -> File {
    File {
        athlete_id: claim.athlete_id,
        name: claim.file_name.clone(),
        hints: serde_json::from_value(claim.hints.take()).unwrap_or_default(),
        content: Content::Packed(std::mem::take(&mut claim.content)),
    }
}

async fn attempt(app: &App, claim: &store::Claim, file: &File) -> Ending {
    let line = Line::Claimed(claim);
    let most = app.config.import.max_attempts.max(1);
    let attempts = u32::try_from(claim.attempts).unwrap_or(u32::MAX);
    if attempts > most {
        let decision = Decision::refused(
            "importer_failed",
            format_args!("the importer stopped in the middle of it {most} times; please report the file"),
        );
        return decide::record(app, claim.athlete_id, &line, decision).await;
    }
    match decide::decide(app, file, &line).await {
        Ending::Failed(failure) if attempts == most => {
            decide::record(app, claim.athlete_id, &line, failure.decision(attempts)).await
        }
        ending => ending,
    }
}

/// Renews the lease for as long as it is asked to.
async fn keep(app: &App, stop: &Stop, claim: &store::Claim) -> Infallible {
    let length = app.config.import.lease;
    loop {
        app.effects.clock.sleep(length / LOOKS_A_LEASE).await;
        stop.heartbeat();
        let until = lease(app, length).1;
        let renew = |tx: Arc<Tx>| async move { store::renew_claim(&tx, claim, until).await };
        if let Err(error) = app.db.transaction(renew).await {
            tracing::debug!(event = "import.lease.not_renewed", error = %error, "a lease could not be renewed");
        }
    }
}

/// Lets the file wait a little. While the database is away, so does this.
async fn give_back(app: &App, stop: &Stop, claim: &store::Claim, attempt_counts: bool, pause: Duration) {
    loop {
        let until = lease(app, pause).1;
        let give =
            |tx: Arc<Tx>| async move { store::give_back_claim(&tx, claim, until, attempt_counts).await };
        if app.db.transaction(give).await.is_ok() {
            return;
        }
        tokio::select! {
            // The lease passes without us.
            () = stop.stopped() => return,
            () = app.effects.clock.sleep(AFTER_FAILURE) => {}
        }
    }
}

/// Now, and this much later.
fn lease(app: &App, length: Duration) -> (jiff::Timestamp, jiff::Timestamp) {
    let now = app.effects.clock.now();
    (now, now.checked_add(length).unwrap_or(now))
}
