//! From the command line to a running application: configuration, logs, platform, state. Never here: serving.

use std::path::PathBuf;
use std::time::Duration;

use mainstay::Platform;
use mainstay_config::{Loaded, Origin};
use mainstay_db::embedded;
use mainstay_db::migrate::AtStart;
use mainstay_http::auth::gate::Gate;
use mainstay_http::auth::passwords::Passwords;
use mainstay_http::auth::tokens::{Key, Keys, Tokens};
use mainstay_runtime::Random;
use mainstay_telemetry::{LogConfig, events};
use sha2::{Digest, Sha256};

use super::{Common, Listen, MustChange, token_secret};
use crate::answers::Shelf;
use crate::background;
use crate::config::{self, Config, Flags};
use crate::features::uploads::{ImportSignal, Months, Turns};
use crate::schema;
use crate::state::{App, Parts};

/// A platform and the application on it.
pub(super) struct Opened {
    pub(super) platform: Platform,
    pub(super) app: App,
}

impl Opened {
    /// Stops what was started.
    pub(super) async fn close(self) {
        self.platform.stop(None).await;
    }
}

/// Loads the configuration; its faults are for the person to mend.
pub(super) fn load_config(common: &Common, listen: Option<&Listen>) -> anyhow::Result<Loaded<Config>> {
    let flags = Flags {
        file: common.config.clone(),
        data: common.data.clone(),
        listen: listen.and_then(|listen| listen.listen),
    };
    let mut loaded = config::load(&flags).map_err(|error| MustChange(error.to_string()))?;
    if loaded.origin(DATA_DIR) == Some(&Origin::Default)
        && let Some(reason) = why_not(&loaded.value)
    {
        fall_back(&mut loaded, &reason);
    }
    let config = &loaded.value;
    if config.database.url.is_empty() && config.auth.token_secret.is_empty() {
        token_secret::judge(&kept_secret(config)).map_err(MustChange)?;
    }
    Ok(loaded)
}

/// Where the secret of access tokens is kept when none is configured.
fn kept_secret(config: &Config) -> PathBuf {
    config.embedded.data_dir.join("token_secret")
}

/// The key of the private PostgreSQL's folder.
const DATA_DIR: &str = "embedded.data_dir";

/// Where the private PostgreSQL lives when root starts it below a folder that nobody else may enter, such as /root:
/// PostgreSQL never runs as root.
const FALLBACK_DATA: &str = "/var/lib/paceline";

/// Why the configured folder cannot be used, as a clause.
fn why_not(config: &Config) -> Option<String> {
    let account = embedded::Account::for_server().ok()?;
    let folder = std::path::absolute(&config.embedded.data_dir).ok()?;
    if !config.database.url.is_empty() || !account.is_other() {
        return None;
    }
    let blocked = account.first_blocked(&folder)?;
    Some(format!("{} may not enter {}", account.name(), blocked.display()))
}

/// Puts [`FALLBACK_DATA`] where it is used and where it is shown.
fn fall_back(loaded: &mut Loaded<Config>, reason: &str) {
    loaded.value.embedded.data_dir = FALLBACK_DATA.into();
    for entry in loaded.entries.iter_mut().filter(|entry| entry.key == DATA_DIR) {
        entry.shown = format!("\"{FALLBACK_DATA}\"");
        entry.origin = Origin::Fallback(reason.to_owned());
    }
}

/// Opens everything for a command that works beside a running service: it shares its private cluster. It makes none: in
/// the wrong folder it would work on nothing, and say that it had succeeded.
pub(super) async fn open(common: &Common, listen: Option<&Listen>) -> anyhow::Result<Opened> {
    let loaded = load_config(common, listen)?;
    let config = &loaded.value;
    let look = embedded::Look::at(&config.embedded);
    if config.database.url.is_empty() && look.cluster_major.is_none() {
        let origin = loaded.origin(DATA_DIR).unwrap_or(&Origin::Default);
        return Err(MustChange(format!(
            "there are no data in {} ({DATA_DIR}, {origin}); name the folder of the installation with --data DIR, or \
             its server with DATABASE_URL; a new installation begins with: paceline up",
            look.data_dir.display()
        ))
        .into());
    }
    open_quietly(loaded.value).await
}

/// The same for the command that migrates: it may begin an installation, and it applies what is lacking whatever a start
/// does.
pub(super) async fn open_to_migrate(common: &Common) -> anyhow::Result<Opened> {
    let mut config = load_config(common, None)?.value;
    config.database.migrate.at_start = AtStart::Apply;
    open_quietly(config).await
}

async fn open_quietly(mut config: Config) -> anyhow::Result<Opened> {
    // Its own report is what a command has to say; the log is for what goes wrong.
    if config.log == LogConfig::default() {
        config.log.level = "warn".to_owned();
    }
    open_with(config, true).await
}

/// Opens everything for the service itself.
pub(super) async fn open_with(config: Config, may_share_cluster: bool) -> anyhow::Result<Opened> {
    mainstay_telemetry::logs::init(&config.log).map_err(|error| MustChange(error.to_string()))?;
    let mut platform_config = config.platform();
    platform_config.may_share_cluster = may_share_cluster;
    let migrations = schema::migrations();
    let mut platform = Platform::start(&platform_config, &[&migrations]).await?;
    match state(&mut platform, config) {
        Ok(app) => {
            make_periods(&app).await;
            Ok(Opened { platform, app })
        }
        Err(error) => {
            platform.stop(None).await;
            Err(error)
        }
    }
}

/// So long a start waits for the partitions of its tables: whoever holds them holds no start up.
const PERIODS_WITHIN: Duration = Duration::from_secs(5);

/// What writes samples or asks for jobs needs their months and days, before anything serves, too.
async fn make_periods(app: &App) {
    let event = events::TASK_ROUND_FAILED;
    match tokio::time::timeout(PERIODS_WITHIN, app.months.round()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(event, error = %error, "partitions could not be made"),
        Err(_) => tracing::warn!(event, "partitions are made later: it takes long"),
    }
}

fn state(platform: &mut Platform, config: Config) -> anyhow::Result<App> {
    let effects = platform.effects.clone();
    let passwords = Passwords::new(&config.http.passwords, effects.random.clone())
        .map_err(|error| MustChange(format!("http.passwords: {error}")))?;
    let tokens = Tokens::new(&config.http.tokens, &keys(&config, &effects.random)?, effects.clone());
    let gate = Gate::new(&config.http, tokens);
    Ok(App::new(Parts {
        db: platform.db.clone(),
        answers: Shelf::new(&platform.caches, &platform.db, &config),
        months: Months::new(|tables| platform.keep_partitions(tables))?,
        effects,
        supervisor: platform.supervisor.clone(),
        passwords,
        gate,
        turns: Turns::new(&config.import),
        followed: config.followed(),
        config,
        imports: ImportSignal::new(&platform.registry),
        kinds: background::kinds,
    }))
}

fn keys(config: &Config, random: &Random) -> anyhow::Result<Keys> {
    let secret = if config.auth.token_secret.is_empty() {
        // With a database of one's own it is configured: see `Config::faults`.
        token_secret::keep(&kept_secret(config), random)?
    } else {
        config.auth.token_secret.expose().to_owned()
    };
    let former = match config.auth.former_token_secret.expose() {
        "" => Vec::new(),
        former => vec![key("auth.former_token_secret", former)?],
    };
    Ok(Keys::new(key("auth.token_secret", &secret)?, former))
}

fn key(name: &str, secret: &str) -> anyhow::Result<Key> {
    // The key's name must change with the key and reveal nothing of it.
    let digest = Sha256::digest(format!("key id of {secret}").as_bytes());
    let id: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Key::try_new(id, secret).map_err(|error| MustChange(format!("{name}: {error}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_fallen_back_to_is_shown_with_the_reason() {
        let mut loaded = config::load(&Flags::default()).unwrap();
        assert_eq!(loaded.origin(DATA_DIR), Some(&Origin::Default));
        fall_back(&mut loaded, "postgres may not enter /root");
        assert_eq!(loaded.value.embedded.data_dir.to_str(), Some(FALLBACK_DATA));
        let entry = loaded.entries.iter().find(|entry| entry.key == DATA_DIR).unwrap();
        assert_eq!(entry.shown, "\"/var/lib/paceline\"");
        assert_eq!(entry.origin.to_string(), "default, because postgres may not enter /root");
    }
}
