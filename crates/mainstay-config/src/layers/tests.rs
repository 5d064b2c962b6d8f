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
    assert_eq!(error.faults[0].origin, Origin::File { path: file.path().to_owned(), line: 1 });
    assert!(error.faults[0].message.starts_with("is not TOML: "), "{error}");
}

#[test]
fn a_section_of_which_everything_is_commented_out_is_no_fault() {
    let file = written("[http]\n# workers = 3\n");
    let loaded = Layers::new(DEFAULTS).file(file.path(), true).load::<Config>();
    assert_eq!(loaded.map(|loaded| loaded.value.http.workers).map_err(|error| error.to_string()), Ok(2));
}

#[test]
fn every_value_that_does_not_fit_is_said_not_only_the_first() {
    let file = written("[http]\nworkers = 300\norigins = ['a', 5]\n");
    let error = Layers::new(DEFAULTS)
        .file(file.path(), true)
        .environment("APP", variables(&[("APP_HTTP__WORKERS", "301")]))
        .load::<Config>()
        .unwrap_err();
    let path = file.path().display().to_string();
    insta::assert_snapshot!(error.to_string().replace(&path, "FILE"), @r"
    the configuration is wrong:
      FILE:3: http.origins[1]: invalid type: integer `5`, expected a string
      environment variable APP_HTTP__WORKERS: http.workers: invalid value: integer `301`, expected u8
    ");
}

#[test]
fn layers_and_faults_never_show_a_secret() {
    let layers = || Layers::new(DEFAULTS).secret("database.url");
    let env = variables(&[("APP_DATABASE__URL", "hunter2")]);
    assert!(!format!("{:?}", layers().environment("APP", env)).contains("hunter2"));
    let broken = written("[database]\nurl = 'hunter2\n");
    let error = layers().file(broken.path(), true).load::<Config>().unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(error.to_string().contains(":2: "), "{error}");
}

/// Refuses every value, and quotes it.
#[derive(Debug)]
struct Chatty;

impl<'de> Deserialize<'de> for Chatty {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(serde::de::Error::custom(format!("{text:?} ({text}) is too short")))
    }
}

#[test]
fn a_message_that_quotes_a_secret_is_shown_without_it() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "never comes to be")]
    struct Config {
        key: Chatty,
    }
    let env = variables(&[("APP_KEY", "hun\"ter2")]);
    let error = Layers::new("key = ''").secret("key").environment("APP", env).load::<Config>().unwrap_err();
    assert_eq!(error.faults[0].message, "key: *** (***) is too short");
}

#[test]
fn secrets_are_read_from_files_in_three_ways() {
    let held = written("hunter2\n\n");
    let path = held.path().display().to_string();
    let inline = written(&format!("[database]\nurl = {{ file = '{path}' }}\n"));
    let beside = written(&format!("[database]\nurl_file = '{path}'\n"));
    let layers = || Layers::new(DEFAULTS).secret("database.url");
    let env = variables(&[("APP_DATABASE__URL", ""), ("APP_DATABASE__URL_FILE", &path)]);
    for layers in [
        layers().file(inline.path(), true),
        layers().file(beside.path(), true),
        layers().environment("APP", env),
    ] {
        let loaded = layers.load::<Config>().unwrap();
        assert_eq!(loaded.value.database.url.expose(), "hunter2");
        let entry = loaded.entries.iter().find(|entry| entry.key == "database.url").unwrap();
        assert_eq!(entry.shown, "\"***\"");
        assert_ne!(entry.origin, Origin::Default);
    }
}

#[test]
fn a_secret_file_that_is_of_no_use_says_why() {
    let nothing = written("\n");
    let vast = written(&"x".repeat(70_000));
    let (nothing, vast) = (nothing.path().display().to_string(), vast.path().display().to_string());
    let message = |pairs: &[(&str, &str)]| {
        let layers = Layers::new(DEFAULTS).secret("database.url").environment("APP", variables(pairs));
        layers.load::<Config>().map_or_else(|error| error.to_string(), |_| "fine".to_owned())
    };
    assert!(message(&[("APP_DATABASE__URL_FILE", &nothing)]).contains("is empty"));
    assert!(message(&[("APP_DATABASE__URL_FILE", &vast)]).contains("larger than 65536 bytes"));
    assert!(
        message(&[("APP_DATABASE__URL_FILE", "/nonexistent/key")]).contains("cannot read /nonexistent/key")
    );
    assert_eq!(message(&[("APP_DATABASE__URL_FILE", "")]), "fine");
    let both = message(&[("APP_DATABASE__URL", "a"), ("APP_DATABASE__URL_FILE", &vast)]);
    assert!(both.contains("is also set by environment variable APP_DATABASE__URL;"), "{both}");
}

#[test]
fn a_value_where_a_section_belongs_is_told_so() {
    let env = variables(&[("APP_HTTP", "3")]);
    let error = Layers::new(DEFAULTS).environment("APP", env).load::<Config>().unwrap_err();
    assert_eq!(error.faults[0].message, "`http` is a section; set a key of it, such as `http.listen`");
}

#[test]
fn text_from_outside_is_one_value_and_nothing_more() {
    let env = variables(&[("APP_HTTP__WORKERS", "3\nquiet = true")]);
    let error = Layers::new(DEFAULTS).environment("APP", env).load::<Config>().unwrap_err();
    assert_eq!(error.faults[0].message, "`http.workers` must be a whole number, not text");
}

#[test]
fn a_table_left_empty_takes_any_key_and_keeps_text_as_text() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Config<T> {
        settings: BTreeMap<String, T>,
    }
    let layers = || Layers::new("[settings]");
    let env = variables(&[("APP_SETTINGS__MAX_CONNECTIONS", "50")]);
    let loaded = layers().environment("APP", env).load::<Config<String>>().unwrap();
    assert_eq!(loaded.value.settings, BTreeMap::from([("max_connections".to_owned(), "50".to_owned())]));

    let file = written("[settings]\nnear = 3\nfar = 300\n");
    let error = layers().file(file.path(), true).load::<Config<u8>>().unwrap_err();
    assert_eq!(error.faults.len(), 1, "{error}");
    assert_eq!(error.faults[0].origin, Origin::File { path: file.path().to_owned(), line: 3 });
}

#[test]
fn a_size_may_be_said_in_words_or_in_bytes_and_a_name_may_not() {
    #[derive(serde::Deserialize)]
    struct Limits {
        #[serde(with = "crate::byte_size")]
        body: u32,
        #[expect(dead_code, reason = "only its type matters")]
        name: String,
    }
    let defaults = "body = '1 MiB'\nname = '12'";
    for (text, bytes) in [("", 1 << 20), ("body = 7", 7), ("body = '7 KiB'", 7 << 10), ("body = '7kB'", 7000)]
    {
        let file = written(text);
        let loaded = Layers::new(defaults).file(file.path(), true).load::<Limits>().unwrap();
        assert_eq!(loaded.value.body, bytes, "{text}");
    }
    for (value, bytes) in [("4096", 4096), ("4 KiB", 4096)] {
        let layers = Layers::new(defaults).environment("APP", variables(&[("APP_BODY", value)]));
        assert_eq!(layers.load::<Limits>().unwrap().value.body, bytes);
    }
    for (text, why) in [
        ("body = '1 MB/s'", ":1: body: `1 MB/s` is not a size; write a whole number and one of"),
        ("body = true", ":1: `body` must be a size such as `64 MiB`, not true or false"),
        ("name = 13", ":1: `name` must be text, not a whole number"),
    ] {
        let file = written(text);
        let error = Layers::new(defaults).file(file.path(), true).load::<Limits>().err().unwrap().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_value_that_is_judged_wrong_is_told_beside_what_cannot_be_read() {
    #[derive(Debug, serde::Deserialize)]
    struct Pool {
        least: u32,
        most: u32,
        word: String,
    }
    let judge = |pool: &Pool| {
        let mut faults = Faults::default();
        faults.number("least", pool.least, 1..=9);
        if pool.least > pool.most {
            faults.across("most", &["least"], format_args!("is less than {}", pool.least));
        }
        faults.number("word", pool.word.len(), 0..=0);
        faults
    };
    let layers = |variable: &str| {
        Layers::new("least = 1\nmost = 2\nword = ''")
            .secret("word")
            .environment("APP", variables(&[("APP_LEAST", "10"), ("APP_WORD", "hush-hush"), (variable, "x")]))
    };
    let error = layers("APP_MOTS").load_judged(judge).unwrap_err().to_string();
    assert_eq!(
        error,
        "the configuration is wrong:\n  \
         environment variable APP_MOTS: unknown key `mots`; did you mean `most`?\n  \
         environment variable APP_LEAST: least is 10; write 1 to 9\n  \
         environment variable APP_LEAST: most is less than 10\n  \
         environment variable APP_WORD: word is 9; write 0 to 0"
    );
    assert_eq!(layers("MOTS").load_judged(|_: &Pool| Faults::default()).unwrap().value.most, 2);
    assert!(layers("MOTS").load_judged(judge).is_err());
}

#[test]
fn defaults_that_lack_a_key_are_to_blame_themselves() {
    let env = variables(&[("APP_HTTP__WORKERS", "3")]);
    let defaults = DEFAULTS.replace("quiet = false\n", "");
    let error = Layers::new(&defaults).environment("APP", env).load::<Config>().unwrap_err();
    assert_eq!(error.to_string(), "the configuration is wrong:\n  default: http: missing field `quiet`");
}

#[test]
#[should_panic(expected = "the secret database.ulr is not in the defaults")]
fn a_secret_that_the_defaults_do_not_name_would_be_shown() {
    let _ = Layers::new(DEFAULTS).secret("database.ulr");
}

proptest::proptest! {
    /// Whichever of the layers set a key, the strongest of them wins, and is named.
    #[test]
    fn the_strongest_layer_that_sets_a_key_wins(set: [bool; 4]) {
        let [in_file, in_alias, in_env, in_flag] = set;
        let file = written(if in_file { "[http]\nworkers = 11\n" } else { "" });
        let name = |is_set: bool, name: &'static str| if is_set { name } else { "UNRELATED" };
        let env = variables(&[(name(in_alias, "WORKERS"), "12"), (name(in_env, "APP_HTTP__WORKERS"), "13")]);
        let loaded = Layers::new(DEFAULTS)
            .file(file.path(), true)
            .alias("WORKERS", "http.workers", env.iter())
            .environment("APP", env.iter().cloned())
            .flag("--workers", "http.workers", in_flag.then_some("14"))
            .load::<Config>()
            .unwrap();
        let strongest = set.iter().rposition(|is_set| *is_set);
        let expected = strongest.map_or(2, |layer| 11 + u8::try_from(layer).unwrap());
        proptest::prop_assert_eq!(loaded.value.http.workers, expected);
        let named = loaded.origin("http.workers").unwrap().to_string();
        let origins = ["default", ":2", "variable WORKERS", "APP_HTTP__WORKERS", "flag --workers"];
        proptest::prop_assert!(named.ends_with(origins[strongest.map_or(0, |layer| layer + 1)]), "{}", named);
    }
}
