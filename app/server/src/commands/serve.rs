//! `paceline up`, `serve` and `migrate`. Never here: routes.

use std::process::ExitCode;

use anyhow::Context;
use tokio::net::TcpListener;

use super::open::{self, Opened};
use super::{Common, Listen, MustChange, first_run};
use crate::features::uploads::worker;
use crate::routes;

/// Everything in one process; the first start makes two accounts.
pub(super) async fn up(common: &Common, listen: &Listen) -> anyhow::Result<ExitCode> {
    run(common, listen, true).await
}

/// The API on the configured database.
pub(super) async fn serve(common: &Common, listen: &Listen) -> anyhow::Result<ExitCode> {
    run(common, listen, false).await
}

#[expect(clippy::print_stdout, reason = "the address is what the person who starts it needs")]
async fn run(common: &Common, listen: &Listen, welcome: bool) -> anyhow::Result<ExitCode> {
    let config = open::load_config(common, Some(listen))?.value;
    // Before anything else: a taken port should not cost a start of the database.
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        MustChange(format!("cannot listen on {}: {error}; choose another with --listen", config.listen))
    })?;
    let address = listener.local_addr()?;
    let Opened { platform, app } = open::open_with(config, false).await?;
    if welcome {
        first_run::welcome(&app)
            .await
            .context("the first start could not be finished; the next one tries again")?;
    }
    for _ in 0..app.config.import.concurrency.max(1) {
        let app = app.clone();
        platform.supervisor.spawn("importer", move |stop| worker::run(app, stop));
    }
    let router = routes::router(&app);
    println!("Paceline is ready at http://{address}");
    let report = platform.serve(listener, router).await?;
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Applies the migrations and says which.
#[expect(clippy::print_stdout, reason = "the report is what the command is for")]
pub(super) async fn migrate(common: &Common) -> anyhow::Result<ExitCode> {
    let opened = open::open(common, None).await?;
    let report = &opened.platform.migrated;
    for applied in &report.applied {
        println!("applied {} {:04} {} in {:?}", applied.history, applied.version, applied.name, applied.took);
    }
    println!("{} applied, {} were there before", report.applied.len(), report.already_applied);
    opened.close().await;
    Ok(ExitCode::SUCCESS)
}
