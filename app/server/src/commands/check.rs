//! `paceline check`: is everything in place to run, and if not, what to do. Starts nothing that stays.

use std::process::ExitCode;

use mainstay_db::{Db, Target, embedded, migrate};

use super::{Common, EXIT_CONFIG, open};
use crate::config::Config;
use crate::schema;

/// Prints a line for everything looked at; exit code 78 when something must be changed first.
#[expect(clippy::print_stdout, reason = "the report is what the command is for")]
pub(super) async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let mut config = open::load_config(common, None)?.value;
    // A person is waiting: what does not answer now is the finding.
    config.database.connect_retry_for_ms = 0;
    println!("ok    configuration");
    let (lines, sound) =
        if config.database.url.is_empty() { check_private(&config) } else { check_server(&config).await };
    for line in lines {
        println!("{line}");
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(EXIT_CONFIG) })
}

fn check_private(config: &Config) -> (Vec<String>, bool) {
    let folder = &config.embedded.data_dir;
    match embedded::Programs::find(&config.embedded.bin_dir, folder, None) {
        Ok(programs) => {
            let found =
                format!("ok    PostgreSQL {} in {}", programs.version(), programs.bin_dir().display());
            (vec![found, format!("ok    private cluster in {}", folder.display())], true)
        }
        Err(error) => (vec![format!("FAIL  {error}")], false),
    }
}

async fn check_server(config: &Config) -> (Vec<String>, bool) {
    match look_at_server(config).await {
        Ok(found) => found,
        Err(error) => (vec![format!("FAIL  {error}")], false),
    }
}

async fn look_at_server(config: &Config) -> anyhow::Result<(Vec<String>, bool)> {
    let target = Target::parse(config.database.url.expose())?;
    let db = Db::connect(&config.database, &target).await?;
    let info = db.server_info().await?;
    let mut lines = vec![format!("ok    PostgreSQL {} at {target}, as {}", info.version, info.role)];
    let mut sound = true;
    let mut judge = |good: bool, yes: String, no: String| {
        sound &= good;
        lines.push(if good { format!("ok    {yes}") } else { format!("FAIL  {no}") });
    };
    judge(
        info.can_create,
        "the role may create schemas".to_owned(),
        format!(
            "the role {} may not create schemas; run: grant create on database \"{}\" to \"{}\"",
            info.role, info.database, info.role
        ),
    );
    judge(
        !info.in_recovery,
        "the server takes writes".to_owned(),
        "the server is a replica; name the primary".to_owned(),
    );
    let wanted = config.database.pool_max + config.database.pool_read_max + 1;
    judge(
        wanted < usize::try_from(info.max_connections).unwrap_or(0),
        format!("{wanted} connections of {} are ours at most", info.max_connections),
        format!(
            "the pools want {wanted} connections and the server allows {}; lower database.pool_max",
            info.max_connections
        ),
    );
    judge(
        config.auth.token_secret.expose().len() >= 32,
        "auth.token_secret is set".to_owned(),
        "auth.token_secret is missing or shorter than 32 characters".to_owned(),
    );
    let set = schema::migrations();
    let pending = migrate::pending(&target, &[&set]).await?;
    lines.push(if pending.is_empty() {
        "ok    migrations are applied".to_owned()
    } else {
        format!("note  {} migrations are applied at the next start", pending.len())
    });
    Ok((lines, sound))
}
