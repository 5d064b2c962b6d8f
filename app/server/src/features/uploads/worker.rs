//! The importer: takes pending files one after another, each in one transaction, until it is told to stop.
//! A crash in the middle leaves the file pending, and the next start takes it up.
//! Never here: what an import does (`import`).

use std::time::Duration;

use mainstay_db::{DbError, Tx};
use mainstay_runtime::{Stop, Supervisor};

use super::import::{self, ImportContext};
use super::{Decision, store};
use crate::state::App;

/// How often pending files are looked for although nobody said that there are any.
const LOOK_ANYWAY: Duration = Duration::from_secs(30);

/// The pause after a failure of the database.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// An importer beats between two files; one that needs longer for a file counts as silent.
const BEATS_WITHIN: Duration = Duration::from_secs(600);

/// Starts as many importers as the configuration says. One that panics is started again, and its file with it.
pub fn start(app: &App, supervisor: &Supervisor) {
    for _ in 0..app.config.import.concurrency.max(1) {
        let app = app.clone();
        supervisor.spawn_resident("importer", BEATS_WITHIN, move |stop| run(app.clone(), stop));
    }
}

/// Runs until stopped; several may run side by side.
async fn run(app: App, stop: Stop) {
    while !stop.is_stopping() {
        stop.heartbeat();
        let pause = match import_next(&app).await {
            Ok(true) => continue,
            Ok(false) => LOOK_ANYWAY,
            Err(error) => {
                tracing::warn!(event = "import.paused", error = %error, "the importer waits for the database");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stop.stopped() => {}
            () = app.imports.0.pending.notified() => {}
            () = app.effects.clock.sleep(pause) => {}
        }
    }
}

/// Imports the oldest pending file; false when there is none.
async fn import_next(app: &App) -> Result<bool, DbError> {
    let tx = app.db.write().await?;
    let Some(file) = store::next_pending(&tx).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    // Another importer may take the next one at the same time.
    app.imports.wake();
    match import_file(app, &tx, &file).await {
        Ok(decision) => finish(app, tx, &file, &decision).await?,
        Err(error) if must_wait(&error) => return Err(error),
        Err(error) => {
            // The file itself is the reason: it would fail for ever and hold up everything behind it.
            tracing::error!(event = "import.file.rejected", error = %error, "the database refused a file's values");
            tx.rollback().await?;
            let tx = app.db.write().await?;
            finish(app, tx, &file, &Decision::unstorable(&error)).await?;
        }
    }
    Ok(true)
}

/// Whether the same file may work later: the database is away or busy, or somebody else was faster.
fn must_wait(error: &DbError) -> bool {
    error.is_retryable()
        || matches!(
            error,
            DbError::Unavailable { .. } | DbError::PoolExhausted { .. } | DbError::Cancelled(_)
        )
}

async fn import_file(app: &App, tx: &Tx, file: &store::PendingFile) -> Result<Decision, DbError> {
    let context = ImportContext::of(app);
    let hints = serde_json::from_value(file.hints.clone()).unwrap_or_default();
    let owner = import::load_owner(tx, file.athlete_id).await?;
    let prepared =
        import::prepare_packed(&context, file.content.clone(), file.file_name.clone(), hints, owner).await;
    match prepared {
        Ok(prepared) => import::write(&context, tx, file.athlete_id, prepared).await,
        Err(decision) => Ok(decision),
    }
}

async fn finish(app: &App, tx: Tx, file: &store::PendingFile, decision: &Decision) -> Result<(), DbError> {
    let now = app.effects.clock.now();
    // Files of one upload end one after the other, so that the last one sees that it is the last.
    store::lock_athlete(&tx, file.athlete_id).await?;
    store::decide_pending(&tx, file, decision, now).await?;
    store::finish_upload(&tx, file.athlete_id, file.upload_id, now).await?;
    tx.commit().await?;
    tracing::info!(
        event = "import.file.finished",
        import.outcome = decision.outcome.as_str(),
        import.reason = decision.reason.as_deref(),
        "a file was imported"
    );
    app.imports.file_done();
    Ok(())
}
