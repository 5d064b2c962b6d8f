//! `paceline up`, `serve`, `work` and `migrate`. Never here: routes.

use std::process::ExitCode;

use axum::Router;
use mainstay::Platform;
use mainstay_runtime::Effects;
use mainstay_runtime::signals::Signals;
use tokio::net::TcpListener;

use super::open::{self, Opened};
use super::{Common, Listen, MustChange, demo, first_run};
use crate::config::Config;
use crate::{answers, background, routes};

/// Everything in one process; the first start makes two accounts.
pub(super) async fn up(common: &Common, listen: &Listen) -> anyhow::Result<ExitCode> {
    run(common, listen, Service::Up).await
}

/// The API on the configured database.
pub(super) async fn serve(common: &Common, listen: &Listen) -> anyhow::Result<ExitCode> {
    run(common, listen, Service::Serve).await
}

/// Jobs and what else works beside requests, without the API.
pub(super) async fn work(common: &Common, listen: &Listen) -> anyhow::Result<ExitCode> {
    run(common, listen, Service::Work).await
}

/// What a process does until it is stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    /// Everything; a first start makes accounts.
    Up,
    /// The API, and jobs where it has workers.
    Serve,
    /// Jobs alone.
    Work,
}

#[expect(clippy::print_stdout, reason = "the address is what the person who starts it needs")]
async fn run(common: &Common, listen: &Listen, service: Service) -> anyhow::Result<ExitCode> {
    let config = open::load_config(common, Some(listen))?.value;
    if let Some(why) = (service == Service::Work).then(|| why_no_work(&config)).flatten() {
        return Err(MustChange(why.to_owned()).into());
    }
    // Before anything else: a taken port should not cost a start of the database.
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        MustChange(format!("cannot listen on {}: {error}; choose another with --listen", config.listen))
    })?;
    let address = listener.local_addr()?;
    // From here on a signal is a wish to stop: what has begun ends in order, and the next start goes on from there.
    let mut signals = Signals::listen()?;
    let http = config.http.clone();
    let beginning = begin(config, service, &mut signals);
    let begun = mainstay_http::serve_while_starting(&listener, &http, &Effects::system(), beginning).await?;
    let Some(Opened { mut platform, app }) = begun? else { return Ok(ExitCode::SUCCESS) };
    hand_over(&platform, signals);
    background::start(&app, &platform.supervisor);
    platform.do_jobs(app.kinds());
    platform.schedule_jobs(background::schedules()?);
    if service == Service::Up {
        demo::start_season(&app, &platform.supervisor);
    }
    let report = if service == Service::Work {
        println!("Paceline does jobs; probes and metrics are at http://{address}");
        platform.serve(listener, Router::new()).await?
    } else {
        platform.before_ready(answers::warming::before_ready(app.clone()));
        println!("Paceline is ready at http://{address}");
        platform.serve(listener, routes::router(&app)).await?
    };
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Why a process that only does jobs would do none.
fn why_no_work(config: &Config) -> Option<&'static str> {
    if config.jobs.workers == 0 {
        return Some(
            "jobs.workers is 0, so that there is nothing to do; set PACELINE_JOBS__WORKERS to 1 or more",
        );
    }
    let is_private = config.database.url.is_empty();
    is_private.then_some(
        "a private PostgreSQL belongs to the service that runs it, which does its jobs; name the server whose jobs are to \
         be done with DATABASE_URL",
    )
}

/// Everything open, and the first accounts made; nothing when a signal came first.
async fn begin(config: Config, service: Service, signals: &mut Signals) -> anyhow::Result<Option<Opened>> {
    let opened = tokio::select! {
        biased;
        _ = signals.next() => return Ok(None),
        opened = open::open_with(config, false) => opened?,
    };
    if service != Service::Up {
        return Ok(Some(opened));
    }
    let mut out = std::io::stdout();
    let welcomed = tokio::select! {
        biased;
        _ = signals.next() => {
            stop_early(opened.platform, signals).await;
            return Ok(None);
        }
        welcomed = first_run::welcome(&opened.app, &mut out) => welcomed,
    };
    if let Err(error) = welcomed {
        opened.platform.stop(None).await;
        return Err(error.context("the first start could not be finished; the next one tries again"));
    }
    Ok(Some(opened))
}

/// Stops what was started before anything was served; a second signal ends the process at once.
async fn stop_early(platform: Platform, signals: &mut Signals) {
    tokio::select! {
        _ = platform.stop(None) => {}
        _ = signals.next() => std::process::exit(130),
    }
}

/// Hears signals until the platform hears them itself.
fn hand_over(platform: &Platform, mut signals: Signals) {
    let handed_over = platform.hears_signals();
    platform.supervisor.spawn("early signals", move |stop| async move {
        tokio::select! {
            biased;
            () = handed_over => {}
            _ = signals.next() => stop.trigger(),
        }
    });
}

/// Applies the migrations and says which.
#[expect(clippy::print_stdout, reason = "the report is what the command is for")]
pub(super) async fn migrate(common: &Common) -> anyhow::Result<ExitCode> {
    let opened = open::open_to_migrate(common).await?;
    let report = &opened.platform.migrated;
    for applied in &report.applied {
        println!("applied {} {:04} {} in {:?}", applied.history, applied.version, applied.name, applied.took);
    }
    println!("{} applied, {} were there before", report.applied.len(), report.already_applied);
    opened.close().await;
    Ok(ExitCode::SUCCESS)
}
