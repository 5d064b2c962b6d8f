//! Everything that works beside the requests, started in one place, and the jobs of all features. Never here: what they do.

use std::time::Duration;

use mainstay_jobs::{Kinds, ScheduleError, Schedules};
use mainstay_runtime::Supervisor;

use crate::features::accounts::RemoveExpired;
use crate::features::uploads::job::ImportFile;
use crate::features::uploads::{purge, recompute, strays};
use crate::state::App;

/// How often what has had its day is looked for.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);

/// A look at followed jobs may wait for the database.
const FOLLOWED_BEATS_WITHIN: Duration = Duration::from_secs(120);

/// The jobs that Paceline does.
pub fn kinds(app: &App) -> Kinds {
    recompute::kinds(app).with::<ImportFile>(app.clone()).with::<RemoveExpired>(app.clone())
}

/// What of it begins by itself.
///
/// # Errors
/// One of them cannot be. A defect.
pub fn schedules() -> Result<Schedules, ScheduleError> {
    Schedules::new().with(RemoveExpired::schedule())
}

/// Starts what follows jobs, and the rounds.
pub fn start(app: &App, supervisor: &Supervisor) {
    follow(app, supervisor);
    make_rounds(app, supervisor);
}

/// Starts the looks at jobs that somebody follows.
pub fn follow(app: &App, supervisor: &Supervisor) {
    let (followed, db) = (app.followed.clone(), app.db.clone());
    supervisor.spawn_resident("followed jobs", FOLLOWED_BEATS_WITHIN, move |stop| {
        followed.clone().run(db.clone(), stop)
    });
}

/// Starts the looks for files without a job and for what is outdated, and the housekeeping: each for the first time at a random
/// instant of its first minute.
fn make_rounds(app: &App, supervisor: &Supervisor) {
    strays::start(app, supervisor);
    recompute::start(app, supervisor);
    let purging = app.clone();
    supervisor.spawn_periodic("purge", HOUSEKEEPING, move || {
        let app = purging.clone();
        async move {
            purge::purge(&app).await?;
            purge::forget_kept(&app).await
        }
    });
}
