//! Layers of configuration, from the weakest to the strongest, merged key by key into one typed value.
//! Never here: keys of anybody.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use self::known::Known;
use crate::faults::Faults;
use crate::origin::{ConfigError, Entry, Fault, Origin};
use crate::{text_file, tree};

mod known;

/// Layers in the making. Add them from the weakest to the strongest.
pub struct Layers {
    known: Known,
    settings: Vec<Setting>,
    faults: Vec<Fault>,
    /// How many layers there are; a setting remembers which one it is of.
    layer: usize,
}

/// One key as one layer sets it. It has no `Debug`: the value may be a secret.
#[derive(Clone)]
struct Setting {
    key: String,
    value: Value,
    origin: Origin,
    layer: usize,
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
    /// The weakest layer: a TOML document that names every key. An optional one has the value `""`; a table that is
    /// left empty takes any key; what the environment says there stays text.
    ///
    /// # Panics
    /// When the text is not TOML: the defaults are compiled in.
    pub fn new(defaults: &str) -> Self {
        let defaults = defaults.parse().expect("the compiled-in defaults are TOML");
        Self { known: Known::new(defaults), settings: Vec::new(), faults: Vec::new(), layer: 0 }
    }

    /// Declares a key whose value is never shown, and that may also be read from a file, named by `<key>_file` or by
    /// `<key> = { file = "…" }`. What ends the file in white space is not part of the secret. Declare secrets before
    /// the layers that set them.
    ///
    /// # Panics
    /// When the defaults do not name the key.
    #[must_use]
    pub fn secret(mut self, key: &'static str) -> Self {
        self.known.add_secret(key);
        self
    }

    /// A TOML file of at most [`MAX_FILE_BYTES`](crate::MAX_FILE_BYTES). One that is not required may be absent.
    #[must_use]
    pub fn file(mut self, path: &Path, required: bool) -> Self {
        self.layer += 1;
        let at = |line| Origin::File { path: path.to_owned(), line };
        let text = match text_file::read(path, text_file::MAX_FILE_BYTES) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => return self,
            Err(error) => {
                self.faults.push(Fault { origin: at(0), message: format!("cannot be read: {error}") });
                return self;
            }
        };
        match text.parse::<Table>() {
            Ok(table) => {
                let lines = tree::lines(&text);
                for (key, value) in tree::leaves(&table) {
                    let origin = at(lines.get(&key).copied().unwrap_or(0));
                    self.settings.push(Setting { key, value, origin, layer: self.layer });
                }
            }
            Err(error) => {
                // The error's own text would quote the line, and with it perhaps a secret.
                let line = error.span().map_or(0, |span| tree::line_at(&text, span.start));
                let message = format!("is not TOML: {}", error.message());
                self.faults.push(Fault { origin: at(line), message });
            }
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
        self.layer += 1;
        let mut variables: Vec<_> = variables.into_iter().collect();
        // The environment has no order of its own; ours makes errors repeatable.
        variables.sort_unstable();
        for (name, text) in variables {
            let Some(rest) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) else {
                continue;
            };
            let key = rest.to_ascii_lowercase().replace("__", ".");
            self.text(key, &text, Origin::Environment(name));
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
        self.layer += 1;
        if let Some((name, text)) = variables.find(|(name, _)| name == variable) {
            self.text(key.to_owned(), text, Origin::Environment(name.clone()));
        }
        self
    }

    /// A flag, when it was given.
    #[must_use]
    pub fn flag(mut self, flag: &str, key: &str, value: Option<&str>) -> Self {
        self.layer += 1;
        if let Some(text) = value {
            self.text(key.to_owned(), text, Origin::Flag(flag.to_owned()));
        }
        self
    }

    /// Text becomes what the default's type says: text stays text, everything else is read as TOML.
    fn text(&mut self, key: String, text: &str, origin: Origin) {
        let as_toml = if self.known.is_text(&key) { None } else { text.trim().parse().ok() };
        let value = as_toml.unwrap_or_else(|| Value::String(text.to_owned()));
        self.settings.push(Setting { key, value, origin, layer: self.layer });
    }

    /// Merges the layers into a value that nobody judges.
    ///
    /// # Errors
    /// Everything that is wrong with them, at once.
    pub fn load<T: DeserializeOwned>(self) -> Result<Loaded<T>, ConfigError> {
        self.load_judged(|_| Faults::default())
    }

    /// Merges the layers into a value and has it judged. What could not be read has its default while it is judged, so
    /// that one error does not hide another.
    ///
    /// # Errors
    /// Everything that is wrong with the layers and with the value, at once.
    pub fn load_judged<T: DeserializeOwned>(
        self,
        judge: impl FnOnce(&T) -> Faults,
    ) -> Result<Loaded<T>, ConfigError> {
        let Self { known, settings, mut faults, .. } = self;
        faults.extend(known.set_twice(&settings));
        let mut merged = known.defaults.clone();
        let mut origins: BTreeMap<String, Origin> = BTreeMap::new();
        for setting in settings {
            match known.accept(setting) {
                Ok(Some(setting)) => {
                    tree::insert(&mut merged, &setting.key, setting.value);
                    origins.insert(setting.key, setting.origin);
                }
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        let entries = known.entries(&merged, &origins);
        let value = typed(&known, merged, origins, &mut faults);
        if let Some(value) = &value {
            faults.extend(judge(value).placed(&entries));
        }
        match value {
            Some(value) if faults.is_empty() => Ok(Loaded { value, entries }),
            _ => Err(ConfigError { faults }),
        }
    }
}

/// The typed value. Deserialising ends at the first value that does not fit: putting that key's default back and
/// trying again finds the next, until the value is whole or the defaults themselves do not fit.
fn typed<T: DeserializeOwned>(
    known: &Known,
    mut merged: Table,
    mut origins: BTreeMap<String, Origin>,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let mut last = None;
    loop {
        let error = match serde_path_to_error::deserialize(Value::Table(merged.clone())) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let path = error.path().to_string();
        let message =
            known.hide_secrets(&merged, &format!("{path}: {}", error.into_inner().message().trim()));
        if last.as_ref() == Some(&message) {
            // What was put back was not to blame.
            faults.pop();
            origins.clear();
        }
        let suspects: Vec<String> = origins.keys().filter(|key| concerns(&path, key)).cloned().collect();
        let origin = suspects.first().and_then(|key| origins.get(key)).cloned().unwrap_or(Origin::Default);
        faults.push(Fault { origin, message: message.clone() });
        if suspects.is_empty() {
            return None;
        }
        for key in suspects {
            known.put_back(&mut merged, &key);
            origins.remove(&key);
        }
        last = Some(message);
    }
}

/// Whether an error at the path may come from the key: the path is the key, inside it, or a section around it.
fn concerns(path: &str, key: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    path == "." || inside(path, key) || inside(key, path)
}

impl std::fmt::Debug for Layers {
    /// Names the keys that are set; a value may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.settings.iter().map(|setting| (&setting.key, &setting.origin))).finish()
    }
}

#[cfg(test)]
mod tests;
