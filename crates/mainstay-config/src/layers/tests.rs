//! Precedence, origins, suggestions, secrets.

use serde::Deserialize;

use super::*;
use crate::Secret;

const DEFAULTS: &str = "name = ''\n[http]\nlisten = '127.0.0.1:8080'\nworkers = 2\nratio = 0.5\nquiet = false\n\
                        origins = []\n[database]\nurl = ''\n";

#[derive(Debug, Deserialize, PartialEq)]
struct Config {
    name: String,
    http: Http,
    database: Database,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Http {
    listen: String,
    workers: u8,
    ratio: f64,
    quiet: bool,
    origins: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Database {
    url: Secret,
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn written(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn later_layers_win_key_by_key_and_are_remembered() {
    let file = written("[http]\nworkers = 3\nratio = 1\norigins = ['https://a.example']\n");
    let loaded = Layers::new(DEFAULTS)
        .file(file.path(), true)
        .environment(
            "APP",
            variables(&[("APP_HTTP__WORKERS", "4"), ("APP_HTTP__QUIET", "true"), ("PATH", "/bin")]),
        )
        .flag("--listen", "http.listen", Some("[::1]:9"))
        .flag("--name", "name", None)
        .load::<Config>()
        .unwrap();
    assert_eq!(loaded.value.http.workers, 4);
    assert!(loaded.value.http.quiet);
    assert_eq!(loaded.value.http.listen, "[::1]:9");
    assert_eq!(loaded.value.http.origins, ["https://a.example"]);
    let origin = |key: &str| loaded.origin(key).unwrap().to_string();
    assert_eq!(origin("name"), "default");
    assert_eq!(origin("http.ratio"), format!("{}:3", file.path().display()));
    assert_eq!(origin("http.workers"), "environment variable APP_HTTP__WORKERS");
    assert_eq!(origin("http.listen"), "flag --listen");
}

#[test]
fn everything_wrong_is_said_at_once_with_a_suggestion() {
    let file = written("[http]\nlistn = 'x'\nworkers = 'many'\n[zoo]\nelephants = 3\n");
    let error = Layers::new(DEFAULTS)
        .file(file.path(), true)
        .environment(
            "APP",
            variables(&[("APP_DATABASE__ULR", "postgres://"), ("APP_HTTP__QUIET", "perhaps")]),
        )
        .load::<Config>()
        .unwrap_err();
    let path = file.path().display().to_string();
    insta::assert_snapshot!(error.to_string().replace(&path, "FILE"), @r"
    the configuration is wrong:
      FILE:2: unknown key `http.listn`; did you mean `http.listen`?
      FILE:3: `http.workers` must be a whole number, not text
      FILE:5: unknown key `zoo.elephants`
      environment variable APP_DATABASE__ULR: unknown key `database.ulr`; did you mean `database.url`?
      environment variable APP_HTTP__QUIET: `http.quiet` must be true or false, not text
    ");
}

#[test]
fn a_value_of_the_right_type_that_does_not_fit_names_its_key_and_origin() {
    let error = Layers::new(DEFAULTS)
        .environment("APP", variables(&[("APP_HTTP__WORKERS", "300")]))
        .load::<Config>()
        .unwrap_err();
    assert_eq!(error.faults[0].origin, Origin::Environment("APP_HTTP__WORKERS".into()));
    assert!(error.faults[0].message.starts_with("http.workers: "), "{error}");
}

#[test]
fn secrets_come_from_a_file_or_an_alias_and_are_never_shown() {
    let file = written("postgres://me:hunter2@db/app\n");
    let path = file.path().display().to_string();
    let loaded = Layers::new(DEFAULTS)
        .secret("database.url")
        .environment("APP", variables(&[("APP_DATABASE__URL_FILE", &path)]))
        .load::<Config>()
        .unwrap();
    assert_eq!(loaded.value.database.url.expose(), "postgres://me:hunter2@db/app");
    assert!(!format!("{loaded:?}").contains("hunter2"));

    let env = variables(&[("DATABASE_URL", "postgres://db")]);
    let loaded = Layers::new(DEFAULTS)
        .secret("database.url")
        .alias("DATABASE_URL", "database.url", env.iter())
        .load::<Config>();
    assert_eq!(loaded.unwrap().value.database.url.expose(), "postgres://db");
}

#[test]
fn an_absent_file_is_an_error_only_when_it_was_asked_for() {
    let nowhere = Path::new("/nonexistent/config.toml");
    assert!(Layers::new(DEFAULTS).file(nowhere, false).load::<Config>().is_ok());
    assert!(Layers::new(DEFAULTS).file(nowhere, true).load::<Config>().is_err());
}

#[test]
fn a_file_that_is_not_toml_says_where() {
    let file = written("[http\n");
    let error = Layers::new(DEFAULTS).file(file.path(), true).load::<Config>().unwrap_err();
    assert!(error.to_string().contains("line 1"), "{error}");
}
