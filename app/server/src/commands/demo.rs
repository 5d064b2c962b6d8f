//! `paceline demo`: a simulated season of training for the demo athlete, through the ordinary import.
//! Never here: what is simulated (`paceline-demo`), what an import does (`features::uploads`).

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mainstay_db::DbError;
use mainstay_runtime::Supervisor;
use paceline_demo::{Season, TrainingFile, season};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::exit::NotUnderstood;
use super::import::Shown;
use super::{Common, account, open};
use crate::features::accounts::founding::{self, DEMO_EMAIL};
use crate::features::accounts::{self, Email, Registration, Role};
use crate::features::athletes::{self, Thresholds};
use crate::features::uploads::archive::{Hints, Member};
use crate::features::uploads::batch::{self, BatchError, Progress};
use crate::state::App;

/// Arguments of `paceline demo`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The last day of the season; yesterday when absent. A second run does the rest of the first one's season.
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
}

/// The one seed: everybody's demo athlete trains alike.
const SEED: u64 = 1;
/// Where the files say that they come from.
const ORIGIN: &str = "demo";
/// How the names of a season's files begin; then comes its last day.
const BEGINNING: &str = "demo-season-until-";
/// Files made ahead of the importers.
const READ_AHEAD: usize = 4;

/// Why there is no season.
#[derive(Debug, thiserror::Error)]
pub enum SeasonError {
    /// There is one already, and it ends on another day.
    #[error("the demo athlete has a season until {0} already, and has only one")]
    EndsElsewhere(Date),
    /// The import stopped early.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

pub(super) async fn run(common: &Common, options: &Options) -> anyhow::Result<ExitCode> {
    let opened = open::open(common, None).await?;
    let told = tell_season(&opened.app, options.until).await;
    opened.close().await;
    let last_day = told?;
    super::print(&format!(
        "{DEMO_EMAIL} has a season until {last_day}: simulated training, no real person's."
    ))
}

async fn tell_season(app: &App, until: Option<Date>) -> anyhow::Result<Date> {
    let today = app.effects.clock.now().to_zoned(TimeZone::UTC).date();
    if let Some(day) = until.filter(|day| *day > today || day.year() < 1995) {
        let why = format!("a season can end between 1995 and today, {today}; {day} is not between them");
        return Err(NotUnderstood(why).into());
    }
    let demo_id = demo_athlete(app).await?;
    let mut shown = Shown::new(false);
    let imported = import_season(app, demo_id, until, |progress| shown.tell(progress)).await;
    shown.finish();
    imported.context("no season was imported, or not all of it; a second run does the rest")
}

/// Found or made; who has the address without being a demo athlete is left alone.
async fn demo_athlete(app: &App) -> anyhow::Result<Uuid> {
    if let Some(id) = founding::demo_athlete(app).await? {
        return Ok(id);
    }
    // People have accounts here, and nobody is going to print a password for this one.
    let registration = Registration {
        email: Email::parse(DEMO_EMAIL)?,
        password: account::read_password()?,
        display_name: "Demo athlete".to_owned(),
        timezone: TimeZone::get("Europe/Amsterdam")?,
        role: Role::Athlete,
        is_demo: true,
    };
    accounts::create(app, registration).await.with_context(|| format!("{DEMO_EMAIL} cannot be made"))
}

/// Imports the season of the demo athlete through the ordinary batch and returns its last day: that of an earlier import,
/// of which the rest is done, else the one that is asked for, else yesterday.
///
/// # Errors
/// [`SeasonError::EndsElsewhere`] where an earlier import has another last day than the one that is asked for.
pub async fn import_season(
    app: &App,
    demo_id: Uuid,
    until: Option<Date>,
    mut tell: impl FnMut(Progress),
) -> Result<Date, SeasonError> {
    let earlier =
        batch::find_earlier(app, demo_id, ORIGIN, BEGINNING).await?.as_deref().and_then(last_day_of);
    let last_day = match (earlier, until) {
        (Some(earlier), Some(until)) if earlier != until => return Err(SeasonError::EndsElsewhere(earlier)),
        (Some(day), _) | (None, Some(day)) => day,
        (None, None) => yesterday(app),
    };
    athletes::introduce_demo(app, demo_id, THRESHOLDS).await?;
    let (sender, members) = mpsc::channel(READ_AHEAD);
    drop(tokio::task::spawn_blocking(move || send(&season(SEED, last_day), last_day, &sender)));
    batch::import_members(app, demo_id, ORIGIN, members, &mut tell).await?;
    Ok(last_day)
}

/// Gives the demo athlete, where there is one, a season beside the requests, unless it has one already. What a stop
/// interrupts is finished by the next start.
pub(super) fn start_season(app: &App, supervisor: &Supervisor) {
    if !app.config.demo.season {
        return;
    }
    let app = app.clone();
    supervisor.spawn_fallible("demo season", |stop| async move {
        tokio::select! {
            biased;
            () = stop.stopped() => Ok(()),
            finished = finish_season(&app) => finished,
        }
    });
}

/// Imports the season of the demo athlete, or the rest of it; nothing where there is no such athlete, or a whole season.
///
/// # Errors
/// [`SeasonError`], after which the next call does the rest.
pub async fn finish_season(app: &App) -> Result<(), SeasonError> {
    let Some(demo_id) = founding::find_demo_athlete(app).await? else { return Ok(()) };
    if batch::has_finished(app, demo_id, ORIGIN, BEGINNING).await? {
        return Ok(());
    }
    let mut files = 0_u64;
    let last_day = import_season(app, demo_id, None, |progress| {
        files += u64::from(matches!(progress, Progress::Done { .. }));
    })
    .await?;
    tracing::info!(event = "demo.season.finished", files, %last_day, "the demo athlete has a season");
    Ok(())
}

/// The simulated runner's, in the second half of the season.
const THRESHOLDS: Thresholds =
    Thresholds { resting_hr_bpm: 49, max_hr_bpm: 192, threshold_hr_bpm: 170, threshold_pace_s_per_km: 256.0 };

fn send(season: &Season, last_day: Date, sender: &mpsc::Sender<Member>) {
    for file in season.files() {
        // Nobody listens any more when the import has stopped.
        if sender.blocking_send(member(file, last_day)).is_err() {
            break;
        }
    }
}

fn member(file: TrainingFile, last_day: Date) -> Member {
    let hints = Hints {
        name: Some(file.hints.title),
        notes: file.hints.notes,
        gear: Some(file.hints.gear),
        rpe: Some(file.hints.rpe),
        sport: None,
        is_race: file.hints.is_race,
    };
    Member { hints, ..Member::new(&format!("{BEGINNING}{last_day}/{}", file.name), Ok(file.bytes)) }
}

fn last_day_of(name: &str) -> Option<Date> {
    name.strip_prefix(BEGINNING)?.split('/').next()?.parse().ok()
}

/// Of UTC: over everywhere that the demo athlete trains.
fn yesterday(app: &App) -> Date {
    let today = app.effects.clock.now().to_zoned(TimeZone::UTC).date();
    today.yesterday().unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_last_day_of_a_season_is_in_the_names_of_its_files() {
        let day = date(2026, 5, 3);
        let season = season(SEED, day);
        let member = member(season.file(&season.planned[0]), day);
        assert_eq!(last_day_of(member.name.as_str()), Some(day), "{:?}", member.name);
        assert_eq!(last_day_of("06_marathon_polar_44laps.fit"), None);
        assert_eq!(last_day_of("demo-season-until-soon/a.fit"), None);
    }
}
