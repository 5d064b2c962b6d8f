//! `cargo xtask`: the project's own checks and generators, one subcommand each.
//!
//! Nothing here is part of a shipped binary, and nothing here may depend on the application: a generator has to
//! build while what it generates does not.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks to its terminal")]

mod application;
mod bench;
mod ci;
mod database;
mod difference;
mod fault;
mod finding;
mod generate;
mod migrations;
mod openapi;
mod rust_text;
mod schema;
mod squawk;
mod tidy;
mod toml_files;
mod tree;
mod words;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The project's own checks and generators.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs every check in order, cheap first, and stops at the first failure.
    Ci(ci::Arguments),
    /// Checks the house rules that a lint cannot.
    Tidy,
    /// Checks spelling, tone, white space and merge markers.
    Words,
    /// Writes the typed statements in app/queries from the features' SQL, or compares them.
    Gen(generate::Arguments),
    /// Writes openapi.json from the application's routes, or compares it.
    Openapi(openapi::Arguments),
    /// Writes docs/schema.sql, the whole schema as the migrations make it, or compares it.
    Schema(schema::Arguments),
    /// Breaks a running system on purpose and counts the wrong answers.
    Fault(fault::Arguments),
    /// Runs a benchmark by name, built for release.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// True when the check found nothing, or the command did what it was asked.
fn run(command: &Command) -> Result<bool> {
    let root = tree::find_root()?;
    match command {
        Command::Ci(arguments) => ci::run(&root, arguments),
        Command::Tidy => tidy::run(&root),
        Command::Words => words::run(&root),
        Command::Gen(arguments) => generate::run(&root, arguments),
        Command::Openapi(arguments) => openapi::run(&root, arguments),
        Command::Schema(arguments) => schema::run(&root, arguments),
        Command::Fault(arguments) => fault::run(arguments),
        Command::Bench(arguments) => bench::run(&root, arguments),
    }
}
