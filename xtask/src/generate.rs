//! `cargo xtask gen`: `app/queries`, the typed form of the features' `queries.sql`, checked by a real server that
//! has the application's migrations. Nothing in that crate is written by hand.

mod crate_text;
mod files;

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use clorinde::config::{Config, TypeMapping};

use crate::ci::lanes::Outcome;
use crate::database;
use files::Files;

const FEATURES: &str = "app/server/src/features";
const SOURCES: &str = "app/queries/src";

/// Write or compare.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compares with the committed crate instead of writing it.
    #[arg(long)]
    check: bool,
}

/// Writes the crate, or says whether the committed one is current.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<bool> {
    let statements = read_statements(root)?;
    let new = generate(root, &statements)?;
    let committed = root.join(SOURCES);
    if !arguments.check {
        new.write(&committed)?;
        println!("wrote {SOURCES} from {} queries.sql", statements.len());
        return Ok(true);
    }
    let differences = new.differences(&Files::read(&committed)?);
    for path in &differences {
        println!("{SOURCES}/{path}: differs from what the features' SQL says; run: cargo xtask gen");
    }
    Ok(differences.is_empty())
}

/// The lane of `cargo xtask ci`.
pub(crate) fn lane(root: &Path) -> Result<Outcome> {
    if read_statements(root)?.is_empty() {
        return Ok(Outcome::Skipped("no feature has a queries.sql yet"));
    }
    Ok(run(root, &Arguments { check: true })?.into())
}

/// The features' statements by noun; a folder without `queries.sql` has none.
fn read_statements(root: &Path) -> Result<Vec<(String, String)>> {
    let mut statements = Vec::new();
    let Ok(folders) = std::fs::read_dir(root.join(FEATURES)) else { return Ok(statements) };
    for folder in folders {
        let folder = folder.with_context(|| format!("{FEATURES} cannot be listed"))?;
        let path = folder.path().join("queries.sql");
        if path.is_file() {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            statements.push((folder.file_name().to_string_lossy().into_owned(), text));
        }
    }
    statements.sort();
    Ok(statements)
}

/// Runs the generator against a throw-away database and dresses its output as a crate of this workspace.
fn generate(root: &Path, statements: &[(String, String)]) -> Result<Files> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let queries = folder.path().join("queries");
    let output = folder.path().join("crate");
    std::fs::create_dir(&queries).context("the temporary folder is not writable")?;
    for (noun, text) in statements {
        std::fs::write(queries.join(format!("{noun}.sql")), text)
            .context("the temporary folder is not writable")?;
    }
    let config = config(&queries, &output);
    database::with_database(root, |_, session| {
        // The generator's report has the place in the SQL.
        clorinde::gen_live(session, config).map_err(|error| anyhow!("\n{}", error.report()))
    })?;
    crate_text::dress(&Files::read(&output)?, statements)?.formatted(root)
}

fn config(queries: &Path, output: &Path) -> Config {
    let types = [
        ("pg_catalog.timestamptz", "jiff::Timestamp"),
        ("pg_catalog.timestamp", "jiff::civil::DateTime"),
        ("pg_catalog.date", "jiff::civil::Date"),
        ("pg_catalog.time", "jiff::civil::Time"),
    ];
    let builder = Config::builder().name("paceline-queries").queries(queries).destination(output);
    let builder = types.into_iter().fold(builder, |builder, (sql, rust)| {
        builder.add_type_mapping(sql, TypeMapping::Simple(rust.to_owned()))
    });
    builder.build()
}
