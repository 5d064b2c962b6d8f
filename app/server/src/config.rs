//! Paceline's configuration: the sum of what its parts own, with every default in `config.default.toml`.
//! Never here: the meaning of a key; the part that owns it documents it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use mainstay::{CacheConfig, JobsConfig, PlatformConfig};
use mainstay_config::{ConfigError, Faults, Layers, Loaded, Secret, byte_size, process_environment};
use mainstay_http::auth::tokens::Key;
use mainstay_jobs::Watch;
use mainstay_telemetry::LogConfig;
use serde::{Deserialize, Serialize};

use crate::answers::config::AnswersConfig;
use crate::features::uploads::config::ImportConfig;
use crate::features::uploads::{job, recompute};
use crate::web::config::WebConfig;

/// The defaults, with a comment for every key.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// The file that is read when it exists and none is named.
pub const DEFAULT_FILE: &str = "paceline.toml";

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Keys of sign-in, and who may sign up.
    pub auth: AuthConfig,
    /// Log lines.
    pub log: LogConfig,
    /// HTTP.
    pub http: mainstay_http::Config,
    /// A PostgreSQL server's address, pools and time-outs.
    pub database: mainstay_db::Config,
    /// The private PostgreSQL, used when no address is given.
    pub embedded: mainstay_db::embedded::Config,
    /// Answers that are kept.
    pub cache: CacheConfig,
    /// Which jobs this process does.
    pub jobs: JobsConfig,
    /// For how long, and in how much memory.
    pub answers: AnswersConfig,
    /// Limits of imports.
    pub import: ImportConfig,
    /// What the pages show beside their own files.
    pub web: WebConfig,
    /// The demo athlete.
    pub demo: DemoConfig,
}

/// Keys of sign-in, and who may sign up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Signs access tokens; at least 32 characters. Empty with a private PostgreSQL: one is made and kept beside it.
    pub token_secret: Secret,
    /// The secret before the present one, while its tokens still live.
    pub former_token_secret: Secret,
    /// Who may make an account over the API.
    pub registration: RegistrationRule,
}

impl AuthConfig {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        let secrets =
            [("token_secret", &self.token_secret), ("former_token_secret", &self.former_token_secret)];
        for (key, secret) in secrets {
            if !secret.is_empty() && Key::try_new(key, secret.expose()).is_err() {
                faults.add(key, "is too short; write at least 32 random characters, or nothing");
            }
        }
        faults
    }
}

/// Who may make an account over the API. The command line always may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationRule {
    /// Anybody who reaches the address.
    #[default]
    Open,
    /// Nobody.
    Closed,
}

/// The demo athlete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DemoConfig {
    /// Whether `paceline up` gives the demo athlete of a first start eighteen months of simulated training.
    pub season: bool,
}

impl Default for DemoConfig {
    fn default() -> Self {
        Self { season: true }
    }
}

impl Config {
    /// What cannot be, by key: that of every part, and what the parts make impossible together.
    fn faults(&self) -> Faults {
        let mut faults = self.platform().faults();
        faults.section("auth", self.auth.faults());
        if self.auth.token_secret.is_empty() && !self.database.url.is_empty() {
            let what = "is empty: with a database of your own, set PACELINE_AUTH__TOKEN_SECRET (or \
                PACELINE_AUTH__TOKEN_SECRET_FILE) to at least 32 random characters, the same on every node; \
                for example: openssl rand -base64 48";
            faults.across("auth.token_secret", &["database.url"], what);
        }
        if self.jobs.workers == 0 && self.database.url.is_empty() {
            let what = "is 0, but nobody else does the jobs of a private PostgreSQL, so that nothing would ever be imported; \
                write 1 or more, or name a server of your own with DATABASE_URL";
            faults.across("jobs.workers", &["database.url"], what);
        }
        if let Some(what) = self.log.level_fault() {
            faults.add("log.level", what);
        }
        faults.section("answers", self.answers.faults());
        faults.section("import", self.import.faults());
        faults.section("web", self.web.faults());
        let (upload, ceiling) = (self.import.max_upload_bytes, self.http.requests.body_ceiling);
        if upload > ceiling {
            let what = format_args!(
                "is {}, but http.requests.body_ceiling lets only {} through; raise the ceiling, or lower the other",
                byte_size::show(upload),
                byte_size::show(ceiling)
            );
            faults.across("import.max_upload_bytes", &["http.requests.body_ceiling"], what);
        }
        faults
    }

    /// With the slots of our own queues, unless it says otherwise.
    fn jobs(&self) -> JobsConfig {
        let mut jobs = self.jobs.clone();
        jobs.queues.entry(job::QUEUE.to_owned()).or_insert(self.import.concurrency);
        jobs.queues.entry(recompute::QUEUE.to_owned()).or_insert(recompute::SLOTS);
        jobs
    }

    /// Where jobs are followed.
    pub fn followed(&self) -> Watch {
        let jobs = &self.jobs;
        Watch::new(jobs.follow, jobs.followers, jobs.followers_of_account)
    }

    /// What the platform needs of it.
    pub fn platform(&self) -> PlatformConfig {
        PlatformConfig {
            http: self.http.clone(),
            database: self.database.clone(),
            embedded: self.embedded.clone(),
            cache: self.cache.clone(),
            jobs: self.jobs(),
            may_share_cluster: false,
        }
    }
}

/// What the command line says.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
}

/// Loads the configuration: defaults, file, environment (`PACELINE_SECTION__KEY`, `DATABASE_URL`), flags. What it
/// returns was judged: there is no other way to a configuration, so that no command meets a value that another refuses.
pub fn load(flags: &Flags) -> Result<Loaded<Config>, ConfigError> {
    load_with(flags, &process_environment())
}

fn load_with(flags: &Flags, environment: &[(String, String)]) -> Result<Loaded<Config>, ConfigError> {
    let file = flags.file.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
    let data = flags.data.as_ref().map(|data| data.display().to_string());
    let listen = flags.listen.map(|listen| listen.to_string());
    Layers::new(DEFAULTS)
        .secret("auth.token_secret")
        .secret("auth.former_token_secret")
        .secret("database.url")
        .secret("cache.redis.url")
        .secret("cache.redis.secret")
        .file(file, flags.file.is_some())
        .alias("DATABASE_URL", "database.url", environment.iter())
        .alias("POSTGRES_READ_REPLICAS", "database.read_replicas", environment.iter())
        .environment("PACELINE", environment.iter().cloned())
        .flag("--data", "embedded.data_dir", data.as_deref())
        .flag("--listen", "listen", listen.as_deref())
        .load_judged(Config::faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Config {
        load_with(&Flags { file: None, ..Flags::default() }, &[]).unwrap().value
    }

    #[test]
    fn the_commented_file_says_what_the_code_says() {
        let written = defaults();
        let coded = Config {
            listen: written.listen,
            auth: AuthConfig::default(),
            log: LogConfig::default(),
            http: mainstay_http::Config::default(),
            database: mainstay_db::Config { application_name: "paceline".to_owned(), ..Default::default() },
            embedded: mainstay_db::embedded::Config {
                data_dir: "data".into(),
                database: "paceline".to_owned(),
                ..Default::default()
            },
            cache: CacheConfig::default(),
            jobs: JobsConfig::default(),
            answers: AnswersConfig::default(),
            import: ImportConfig::default(),
            web: WebConfig::default(),
            demo: DemoConfig::default(),
        };
        assert_eq!(written, coded);
        assert_eq!(written.listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn every_key_of_the_code_is_in_the_commented_file() {
        let coded: toml::Table = toml::from_str(&toml::to_string(&defaults()).unwrap()).unwrap();
        let written: toml::Table = toml::from_str(DEFAULTS).unwrap();
        fn missing(prefix: &str, coded: &toml::Table, written: &toml::Table, found: &mut Vec<String>) {
            for (key, value) in coded {
                match (value, written.get(key)) {
                    (toml::Value::Table(coded), Some(toml::Value::Table(written))) => {
                        missing(&format!("{prefix}{key}."), coded, written, found);
                    }
                    (_, Some(_)) => {}
                    (_, None) => found.push(format!("{prefix}{key}")),
                }
            }
        }
        let mut found = Vec::new();
        missing("", &coded, &written, &mut found);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn database_url_is_known_by_its_usual_name_and_flags_win() {
        let environment = [
            ("DATABASE_URL".to_owned(), "postgres://u:secret@db/x".to_owned()),
            ("PACELINE_AUTH__TOKEN_SECRET".to_owned(), "s".repeat(32)),
        ];
        let flags = Flags { listen: Some("[::1]:9".parse().unwrap()), ..Flags::default() };
        let loaded = load_with(&flags, &environment).unwrap();
        assert_eq!(loaded.value.database.url.expose(), "postgres://u:secret@db/x");
        assert_eq!(loaded.value.listen.to_string(), "[::1]:9");
        assert!(loaded.entries.iter().all(|entry| !entry.shown.contains("secret@")));
    }

    #[test]
    fn a_size_may_still_be_a_number_of_bytes() {
        let environment = [("PACELINE_IMPORT__ARCHIVE__MAX_MEMBER_BYTES".to_owned(), "4096".to_owned())];
        assert_eq!(
            load_with(&Flags::default(), &environment).unwrap().value.import.archive.max_member_bytes,
            4096
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[import]\nmax_file_bytes = 4096\nmax_upload_bytes = '1 GiB'\n").unwrap();
        let flags = Flags { file: Some(file.path().to_owned()), ..Flags::default() };
        let import = load_with(&flags, &[]).unwrap().value.import;
        assert_eq!((import.max_file_bytes, import.max_upload_bytes), (4096, 1 << 30));
    }

    #[test]
    fn a_misspelt_key_is_fatal_with_a_suggestion() {
        let environment = [("PACELINE_HTTP__PUBLIC_ULR".to_owned(), "https://x.example".to_owned())];
        let error = load_with(&Flags::default(), &environment).unwrap_err().to_string();
        assert!(error.contains("did you mean `http.public_url`?"), "{error}");
    }
}
