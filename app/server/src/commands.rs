//! The commands of the binary: what each is called, takes and prints. Only here may anything be printed.
//! Never here: rules of a feature.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub use exit::MustChange;

mod account;
mod check;
mod config;
mod db;
pub mod demo;
mod describe;
mod exit;
pub mod first_run;
mod import;
mod jobs;
mod open;
mod recompute;
mod serve;
mod token_secret;

/// A self-hosted coaching platform: training files in, honest statistics out.
#[derive(Debug, Parser)]
#[command(name = "paceline", version, about)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Configuration file (TOML). Without it, paceline.toml in the current folder is read if it exists.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the private PostgreSQL lives. Ignored when DATABASE_URL names a server.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything in one process, with a private PostgreSQL unless DATABASE_URL is set.
    Up(Listen),
    /// Serve the API on the database that is configured; creates no accounts.
    Serve(Listen),
    /// Do jobs on the database that is configured, without serving the API: probes and metrics alone.
    Work(Listen),
    /// Import training files, folders and archives for an athlete.
    Import(import::Options),
    /// Give the demo athlete eighteen months of simulated training.
    Demo(demo::Options),
    /// Compute again what an older version computed.
    Recompute(recompute::Options),
    /// Apply the migrations and stop.
    Migrate,
    /// Validate configuration, database version and rights, and say what to do.
    Check,
    /// Show the configuration in force.
    #[command(subcommand)]
    Config(config::Command),
    /// Manage accounts.
    #[command(subcommand)]
    Account(account::Command),
    /// Look at the database: which indexes it lacks.
    #[command(subcommand)]
    Db(db::Command),
    /// Look at jobs and operate them: what waits, runs and was given up.
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// Print the OpenAPI document.
    Openapi,
    /// Print the routes.
    Routes,
}

/// Where to listen.
#[derive(Debug, Clone, Args)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
}

/// Parses the arguments, runs the command and turns its result into an exit code: see `exit`.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::from(error).context("cannot start the runtime")),
    };
    let ended = runtime.block_on(run(cli));
    mainstay_telemetry::logs::flush();
    match ended {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let common = cli.common;
    match cli.command {
        Command::Up(listen) => serve::up(&common, &listen).await,
        Command::Serve(listen) => serve::serve(&common, &listen).await,
        Command::Work(listen) => serve::work(&common, &listen).await,
        Command::Import(options) => import::run(&common, &options).await,
        Command::Demo(options) => demo::run(&common, &options).await,
        Command::Recompute(options) => recompute::run(&common, &options).await,
        Command::Migrate => serve::migrate(&common).await,
        Command::Check => check::run(&common).await,
        Command::Config(command) => config::run(&common, &command),
        Command::Account(command) => account::run(&common, command).await,
        Command::Db(command) => db::run(&common, &command).await,
        Command::Jobs(command) => jobs::run(&common, command).await,
        Command::Openapi => describe::openapi(),
        Command::Routes => describe::routes(),
    }
}

#[expect(clippy::print_stderr, reason = "this is where a command's failure is told")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("paceline: {error:#}");
    ExitCode::from(exit::code(error))
}

/// Prints a text and a line feed. Whoever reads may stop reading: `paceline openapi | head` is no failure.
fn print(text: &str) -> anyhow::Result<ExitCode> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
