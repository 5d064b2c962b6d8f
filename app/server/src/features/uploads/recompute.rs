//! Computes activities again from their originals, page by page, each in its own transaction.
//! Never here: printing (`commands::recompute`), formulas.

use mainstay_db::DbError;
use paceline_domain::analysis::summary::ALGORITHM_VERSION;
use paceline_domain::model::Sport;
use uuid::Uuid;

use super::import::{self, write};
use super::store;
use crate::state::App;

/// Activities of one page.
const PAGE: i64 = 100;

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Activities done, failed ones included.
    pub done: u64,
    /// Activities to do.
    pub total: u64,
}

/// How it went.
#[derive(Debug, Default)]
pub struct Report {
    /// Activities computed again.
    pub computed: u64,
    /// Activities that could not be, and why.
    pub failed: Vec<(Uuid, String)>,
}

/// Computes what an older version computed, or everything. A second run goes on where a first one was interrupted.
pub async fn recompute(app: &App, all: bool, mut tell: impl FnMut(Progress)) -> Result<Report, DbError> {
    let read = app.db.read().await?;
    let total = store::count_outdated(&read, all, ALGORITHM_VERSION).await?;
    drop(read);
    let mut progress = Progress { done: 0, total: u64::try_from(total).unwrap_or(0) };
    let mut report = Report::default();
    let mut after = (Uuid::nil(), Uuid::nil());
    loop {
        let read = app.db.read().await?;
        let page = store::list_outdated(&read, after, all, ALGORITHM_VERSION, PAGE).await?;
        drop(read);
        let Some(last) = page.last() else { return Ok(report) };
        after = (last.athlete_id, last.id);
        for row in &page {
            match recompute_one(app, row.athlete_id, row.id).await? {
                Ok(()) => report.computed += 1,
                Err(why) => report.failed.push((row.id, why)),
            }
            progress.done += 1;
            tell(progress);
        }
    }
}

async fn recompute_one(app: &App, athlete_id: Uuid, id: Uuid) -> Result<Result<(), String>, DbError> {
    let tx = app.db.write().await?;
    let Some(source) = store::find_primary_source(&tx, athlete_id, id).await? else {
        return Ok(Err("its source is gone".to_owned()));
    };
    let owner = import::load_owner(&tx, athlete_id).await?;
    let limits = import::file_limits(&app.config.import);
    let (sha256, format, device) = (source.sha256.clone(), source.format.clone(), source.device.clone());
    let written = (Sport::from_wire(&source.sport).unwrap_or(Sport::Other), source.rpe);
    let work = move || import::analyse_again(&source.content, source.part, &owner, &limits, written);
    let leg = match tokio::task::spawn_blocking(work).await {
        Ok(Ok(leg)) => leg,
        Ok(Err(error)) => return Ok(Err(error.to_string())),
        Err(panic) => return Ok(Err(panic.to_string())),
    };
    let now = app.effects.clock.now();
    let measured = store::MeasuredSource { format: &format, sha256: &sha256, device: device.as_deref() };
    store::update_measured_from(&tx, athlete_id, id, &measured, &leg, now).await?;
    write::write_computed(&tx, athlete_id, id, &leg, now).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
