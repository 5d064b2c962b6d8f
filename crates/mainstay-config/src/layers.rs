//! Layers of configuration: which value wins, where it came from, and what is wrong with it.
//! Never here: keys of anybody.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::tree;

/// How alike an unknown key must be to a known one to be suggested (Jaro–Winkler).
const ALIKE: f64 = 0.8;

/// Layers in the making. Add them from the weakest to the strongest.
#[derive(Debug)]
pub struct Layers {
    defaults: Table,
    secrets: Vec<&'static str>,
    settings: Vec<Setting>,
    faults: Vec<Fault>,
}

#[derive(Debug, Clone)]
struct Setting {
    key: String,
    value: Value,
    origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The program itself.
    Default,
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// Its line, from 1; 0 when it cannot be told.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it was said.
    pub origin: Origin,
    /// What is wrong and what to do.
    pub message: String,
}

/// Everything that is wrong, one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The faults, in the order of the layers.
    pub faults: Vec<Fault>,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the configuration is wrong:")?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {}: {}", fault.origin, fault.message))
    }
}

impl std::error::Error for ConfigError {}

/// One key of the configuration in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Dotted key.
    pub key: String,
    /// The value as TOML; `"***"` for a secret that is set.
    pub shown: String,
    /// Where it came from.
    pub origin: Origin,
}

/// A configuration, and where each of its keys came from.
#[derive(Debug)]
pub struct Loaded<T> {
    /// The typed value.
    pub value: T,
    /// Every key, in order.
    pub entries: Vec<Entry>,
}

impl<T> Loaded<T> {
    /// Where a key's value came from.
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.origin)
    }
}

impl Layers {
    /// The weakest layer: a TOML document that names every key.
    ///
    /// # Panics
    /// When the text is not TOML: the defaults are compiled in.
    pub fn new(defaults: &str) -> Self {
        let defaults = defaults.parse().expect("the compiled-in defaults are TOML");
        Self { defaults, secrets: Vec::new(), settings: Vec::new(), faults: Vec::new() }
    }

    /// Declares a key whose value is never shown, and that may also be read from a file: `<key>_file` names it.
    #[must_use]
    pub fn secret(mut self, key: &'static str) -> Self {
        self.secrets.push(key);
        self
    }

    /// A TOML file. One that is not required may be absent.
    #[must_use]
    pub fn file(mut self, path: &Path, required: bool) -> Self {
        let whole = || Origin::File { path: path.to_owned(), line: 0 };
        match std::fs::read_to_string(path) {
            Ok(text) => match text.parse::<Table>() {
                Ok(table) => {
                    for (key, value) in tree::leaves(&table) {
                        let origin = Origin::File { path: path.to_owned(), line: tree::line_of(&text, &key) };
                        self.settings.push(Setting { key, value, origin });
                    }
                }
                Err(error) => self.faults.push(Fault { origin: whole(), message: error.to_string() }),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => {}
            Err(error) => self.faults.push(Fault { origin: whole(), message: error.to_string() }),
        }
        self
    }

    /// Variables named `PREFIX_SECTION__KEY`; others are not looked at.
    #[must_use]
    pub fn environment(
        mut self,
        prefix: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        for (name, text) in variables {
            let Some(rest) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) else {
                continue;
            };
            let key = rest.to_ascii_lowercase().replace("__", ".");
            self.text(key, &text, Origin::Environment(name.clone()));
        }
        self
    }

    /// One variable under the name that everybody knows it by, such as `DATABASE_URL`.
    #[must_use]
    pub fn alias<'a>(
        mut self,
        variable: &str,
        key: &str,
        mut variables: impl Iterator<Item = &'a (String, String)>,
    ) -> Self {
        if let Some((name, text)) = variables.find(|(name, _)| name == variable) {
            self.text(key.to_owned(), text, Origin::Environment(name.clone()));
        }
        self
    }

    /// A flag, when it was given.
    #[must_use]
    pub fn flag(mut self, flag: &str, key: &str, value: Option<&str>) -> Self {
        if let Some(text) = value {
            self.text(key.to_owned(), text, Origin::Flag(flag.to_owned()));
        }
        self
    }

    /// Text becomes what the default's type says: text stays text, everything else is read as TOML.
    fn text(&mut self, key: String, text: &str, origin: Origin) {
        let is_text = self.known().get(&key).is_none_or(Value::is_str);
        let parsed = if is_text { None } else { format!("v = {text}").parse::<Table>().ok() };
        let value =
            parsed.and_then(|mut table| table.remove("v")).unwrap_or_else(|| Value::String(text.to_owned()));
        self.settings.push(Setting { key, value, origin });
    }

    /// Every known key with its default; for secrets also the key that names a file.
    fn known(&self) -> BTreeMap<String, Value> {
        let mut known: BTreeMap<String, Value> = tree::leaves(&self.defaults).into_iter().collect();
        known.extend(self.secrets.iter().map(|key| (format!("{key}_file"), Value::String(String::new()))));
        known
    }

    /// Merges the layers into a value, or says everything that is wrong with them.
    pub fn load<T: DeserializeOwned>(mut self) -> Result<Loaded<T>, ConfigError> {
        let known = self.known();
        let mut origins: BTreeMap<String, Origin> = BTreeMap::new();
        let mut merged = self.defaults.clone();
        for setting in std::mem::take(&mut self.settings) {
            match self.accept(&known, setting) {
                Ok(setting) => {
                    tree::insert(&mut merged, &setting.key, setting.value);
                    origins.insert(setting.key, setting.origin);
                }
                Err(fault) => self.faults.push(fault),
            }
        }
        let entries = self.entries(&merged, &origins);
        let value = serde_path_to_error::deserialize::<_, T>(Value::Table(merged)).map_err(|error| {
            let key = error.path().to_string();
            let origin = origins.get(&key).cloned().unwrap_or(Origin::Default);
            let message = error.into_inner().to_string();
            Fault { origin, message: format!("{key}: {}", message.trim()) }
        });
        match value {
            Ok(value) if self.faults.is_empty() => Ok(Loaded { value, entries }),
            Ok(_) => Err(ConfigError { faults: self.faults }),
            Err(fault) => {
                self.faults.push(fault);
                Err(ConfigError { faults: self.faults })
            }
        }
    }

    fn accept(&self, known: &BTreeMap<String, Value>, setting: Setting) -> Result<Setting, Fault> {
        let fault = |message: String| Fault { origin: setting.origin.clone(), message };
        // Below a table that the defaults leave empty, the names are the operator's.
        let is_free = known.iter().any(|(key, default)| {
            default.as_table().is_some_and(toml::map::Map::is_empty)
                && setting.key.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('.'))
        });
        if is_free {
            return Ok(setting);
        }
        let Some(default) = known.get(&setting.key) else {
            let nearest = known
                .keys()
                .map(|key| (strsim::jaro_winkler(key, &setting.key), key))
                .filter(|(alike, _)| *alike > ALIKE)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let hint = nearest.map_or_else(String::new, |(_, key)| format!("; did you mean `{key}`?"));
            return Err(fault(format!("unknown key `{}`{hint}", setting.key)));
        };
        let both_numbers = default.is_float() && setting.value.is_integer();
        if !default.same_type(&setting.value) && !both_numbers {
            let (expected, found) = (tree::type_name(default), tree::type_name(&setting.value));
            return Err(fault(format!("`{}` must be {expected}, not {found}", setting.key)));
        }
        let secret = setting.key.strip_suffix("_file").filter(|key| self.secrets.contains(key));
        let (Some(key), Value::String(path)) = (secret, &setting.value) else { return Ok(setting) };
        let text = std::fs::read_to_string(path)
            .map_err(|error| fault(format!("`{}`: cannot read {path}: {error}", setting.key)))?;
        let value = Value::String(text.trim_end().to_owned());
        Ok(Setting { key: key.to_owned(), value, origin: setting.origin })
    }

    fn entries(&self, merged: &Table, origins: &BTreeMap<String, Origin>) -> Vec<Entry> {
        let shown = |key: &str, value: &Value| match value {
            Value::String(text) if !text.is_empty() && self.secrets.contains(&key) => "\"***\"".to_owned(),
            other => other.to_string(),
        };
        tree::leaves(merged)
            .into_iter()
            .map(|(key, value)| Entry {
                shown: shown(&key, &value),
                origin: origins.get(&key).cloned().unwrap_or(Origin::Default),
                key,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
