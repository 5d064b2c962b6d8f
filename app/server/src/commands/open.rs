//! From the command line to a running application: configuration, logs, platform, state. Never here: serving.

use mainstay::{Platform, StartError};
use mainstay_config::{Loaded, Origin};
use mainstay_db::embedded;
use mainstay_http::auth::gate::Gate;
use mainstay_http::auth::passwords::Passwords;
use mainstay_http::auth::tokens::{Key, Keys, Tokens};
use mainstay_runtime::Random;
use mainstay_telemetry::LogConfig;
use sha2::{Digest, Sha256};

use super::{Common, Listen, MustChange, token_secret};
use crate::config::{self, Config, Flags};
use crate::features::uploads::ImportSignal;
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
    if loaded.origin("embedded.data_dir") == Some(&Origin::Default) && !can_use(&loaded.value) {
        loaded.value.embedded.data_dir = FALLBACK_DATA.into();
    }
    Ok(loaded)
}

/// Where the private PostgreSQL lives when root starts it below a folder that nobody else may enter, such as /root:
/// PostgreSQL never runs as root.
const FALLBACK_DATA: &str = "/var/lib/paceline";

fn can_use(config: &Config) -> bool {
    let Ok(account) = embedded::Account::for_server() else { return true };
    let Ok(folder) = std::path::absolute(&config.embedded.data_dir) else { return true };
    !config.database.url.is_empty() || !account.is_other() || account.first_blocked(&folder).is_none()
}

/// Opens everything for a command that works beside a running service: it shares its private cluster.
pub(super) async fn open(common: &Common, listen: Option<&Listen>) -> anyhow::Result<Opened> {
    let mut config = load_config(common, listen)?.value;
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
    let platform = Platform::start(&platform_config, &[&migrations]).await.map_err(|error| match error {
        StartError::Database(error) => anyhow::Error::from(MustChange(error.to_string())),
        other => other.into(),
    })?;
    match state(&platform, config) {
        Ok(app) => Ok(Opened { platform, app }),
        Err(error) => {
            platform.stop(None).await;
            Err(error)
        }
    }
}

fn state(platform: &Platform, config: Config) -> anyhow::Result<App> {
    let effects = platform.effects.clone();
    let passwords = Passwords::new(&config.http.passwords, effects.random.clone())
        .map_err(|error| MustChange(format!("http.passwords: {error}")))?;
    let tokens = Tokens::new(&config.http.tokens, &keys(&config, &effects.random)?, effects.clone());
    let gate = Gate::new(&config.http, tokens);
    Ok(App::new(Parts {
        db: platform.db.clone(),
        effects,
        supervisor: platform.supervisor.clone(),
        passwords,
        gate,
        config,
        imports: ImportSignal::default(),
    }))
}

fn keys(config: &Config, random: &Random) -> anyhow::Result<Keys> {
    let secret = if config.auth.token_secret.is_empty() {
        if !config.database.url.is_empty() {
            return Err(MustChange(
                "auth.token_secret is empty: with a database of your own, set PACELINE_AUTH__TOKEN_SECRET (or \
                 PACELINE_AUTH__TOKEN_SECRET_FILE) to at least 32 random characters, the same on every node; \
                 for example: openssl rand -base64 48"
                    .to_owned(),
            )
            .into());
        }
        token_secret::keep(&config.embedded.data_dir.join("token_secret"), random)?
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
