//! `paceline check`: is everything in place to run, and if not, what to do. Starts nothing.

use std::fmt::Display;
use std::process::ExitCode;

use mainstay_db::embedded::{Look, Programs};
use mainstay_db::migrate::{self, AtStart, MigrateError, Migrations};
use mainstay_db::{Db, Target};

use super::{Common, exit, open};
use crate::config::Config;
use crate::schema;

/// Prints a line for everything looked at. The exit code is that of a start that would meet the worst of them.
#[expect(clippy::print_stdout, reason = "the report is what the command is for")]
pub(super) async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let mut config = open::load_config(common, None)?.value;
    // A person is waiting: what does not answer now is the finding.
    config.database.connect_retry_for_ms = 0;
    let mut report = Report::default();
    report.ok("configuration");
    let looked = match config.database.url.is_empty() {
        true => look_at_folder(&config, &mut report).await,
        false => look_at_server(&config, &mut report).await,
    };
    if let Err(error) = looked {
        report.fail_with(error);
    }
    for line in &report.lines {
        println!("{line}");
    }
    Ok(ExitCode::from(report.code))
}

/// What was found, and what a start would end with.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    code: u8,
}

impl Report {
    fn ok(&mut self, what: impl Display) {
        self.lines.push(format!("ok    {what}"));
    }

    fn note(&mut self, what: impl Display) {
        self.lines.push(format!("note  {what}"));
    }

    fn fail(&mut self, what: impl Display) {
        self.lines.push(format!("FAIL  {what}"));
        self.code = exit::CONFIG;
    }

    fn fail_with(&mut self, error: impl Into<anyhow::Error>) {
        let error = error.into();
        let code = self.code.max(exit::code(&error));
        self.fail(format!("{error:#}"));
        self.code = code;
    }

    fn judge(&mut self, good: bool, yes: impl Display, no: impl Display) {
        if good { self.ok(yes) } else { self.fail(no) }
    }
}

async fn look_at_folder(config: &Config, report: &mut Report) -> anyhow::Result<()> {
    let look = Look::at(&config.embedded);
    let folder = look.data_dir.display();
    match Programs::find(&config.embedded.bin_dir, &look.data_dir, look.cluster_major) {
        Ok(programs) => {
            report.ok(format!("PostgreSQL {} in {}", programs.version(), programs.bin_dir().display()));
        }
        Err(error) => report.fail_with(error),
    }
    match (look.usable(), look.cluster_major) {
        (Err(error), _) => report.fail_with(error),
        (Ok(()), Some(major)) => report.ok(format!("private cluster of PostgreSQL {major} in {folder}")),
        (Ok(()), None) => {
            report.note(format!("no private cluster in {folder} yet; the first start makes one"));
        }
    }
    match look.running {
        Some(running) => {
            report.ok(format!("it runs, as process {}", running.pid));
            let db = Db::connect(&config.database, &running.target).await?;
            db.close();
            look_at_migrations(&running.target, &config.database.migrate, report).await
        }
        None if look.cluster_major.is_some() => {
            report.note(
                "it does not run, so that its migrations cannot be seen; a start applies what is pending",
            );
            Ok(())
        }
        None => Ok(()),
    }
}

async fn look_at_server(config: &Config, report: &mut Report) -> anyhow::Result<()> {
    let target = Target::parse(config.database.url.expose())?.with_network(&config.database.network);
    let db = Db::connect(&config.database, &target).await?;
    let info = db.server_info().await?;
    report.ok(format!("PostgreSQL {} at {target}, as {}", info.version, info.role));
    report.judge(
        info.can_create,
        "the role may create schemas",
        format!(
            "the role {} may not create schemas; run: grant create on database \"{}\" to \"{}\"",
            info.role, info.database, info.role
        ),
    );
    report.judge(
        info.can_create_tables,
        format!("the role may create tables in the schema {}", info.schema),
        format!(
            "the role {role} may not create tables in the schema {schema}; run, in the database \"{}\": \
             grant usage, create on schema \"{schema}\" to \"{role}\"",
            info.database,
            role = info.role,
            schema = info.schema
        ),
    );
    report.judge(!info.in_recovery, "the server takes writes", "the server is a replica; name the primary");
    let wanted = config.platform().database().most_connections_together();
    report.judge(
        wanted <= info.sessions_for_us(),
        format!("{wanted} connections of {} are ours at most", info.sessions_for_us()),
        format!(
            "we want {wanted} connections and the server has {} for us; lower database.pool_max",
            info.sessions_for_us()
        ),
    );
    look_at_migrations(&target, &config.database.migrate, report).await
}

async fn look_at_migrations(
    target: &Target,
    config: &migrate::Config,
    report: &mut Report,
) -> anyhow::Result<()> {
    let set = schema::migrations();
    let sets: Vec<&Migrations> = mainstay::MIGRATIONS.into_iter().chain([&set]).collect();
    let lacking = migrate::pending(target, &sets, config).await?;
    if lacking.is_empty() {
        report.ok("migrations are applied");
    } else if config.at_start == AtStart::Check {
        report.fail_with(MigrateError::DatabaseOlder { lacking });
    } else {
        report.note(format!("the next start applies {}", lacking.join(", ")));
    }
    Ok(())
}
