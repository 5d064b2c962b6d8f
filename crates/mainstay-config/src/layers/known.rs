//! What the defaults know: which keys there are, of which type, and which of them are secret.
//! Never here: the order of layers.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::Setting;
use crate::origin::{Entry, Fault, Origin};
use crate::{byte_size, text_file, tree};

/// How alike an unknown key must be to a known one to be suggested (Jaro–Winkler).
const ALIKE: f64 = 0.8;

/// What stands for a secret wherever something is shown.
const HIDDEN: &str = "***";

/// The defaults, by key.
pub(super) struct Known {
    pub(super) defaults: Table,
    keys: BTreeMap<String, Value>,
    secrets: Vec<&'static str>,
}

impl Known {
    pub(super) fn new(defaults: Table) -> Self {
        let keys = tree::leaves(&defaults).into_iter().collect();
        Self { defaults, keys, secrets: Vec::new() }
    }

    pub(super) fn add_secret(&mut self, key: &'static str) {
        assert!(self.keys.contains_key(key), "the secret {key} is not in the defaults");
        self.secrets.push(key);
    }

    /// Whether text that somebody sets the key to is the value itself.
    pub(super) fn is_text(&self, key: &str) -> bool {
        self.keys.get(key).is_none_or(Value::is_str)
    }

    /// Whether the key stands in a table that the defaults leave empty: there the names are the operator's.
    fn is_free(&self, key: &str) -> bool {
        self.keys.iter().any(|(table, default)| {
            default.as_table().is_some_and(toml::map::Map::is_empty)
                && key.strip_prefix(table.as_str()).is_some_and(|rest| rest.starts_with('.'))
        })
    }

    /// The secret of which the key names a file.
    fn secret_in_file(&self, key: &str) -> Option<&'static str> {
        let secret = key.strip_suffix("_file").or_else(|| key.strip_suffix(".file"))?;
        self.secrets.iter().find(|known| **known == secret).copied()
    }

    /// Secrets that one layer sets both by value and by file.
    pub(super) fn set_twice(&self, settings: &[Setting]) -> Vec<Fault> {
        let mut first: BTreeMap<(usize, &str), &Setting> = BTreeMap::new();
        let mut faults = Vec::new();
        for setting in settings.iter().filter(|setting| setting.value.as_str() != Some("")) {
            let secret = self.secret_in_file(&setting.key);
            let is_secret = self.secrets.contains(&setting.key.as_str());
            let Some(key) = secret.or(is_secret.then_some(setting.key.as_str())) else { continue };
            if let Some(first) = first.insert((setting.layer, key), setting) {
                let message = format!("`{key}` is also set by {}; keep one of the two", first.origin);
                faults.push(Fault { origin: setting.origin.clone(), message });
            }
        }
        faults
    }

    /// The setting if its key is known and its value of the right type; `None` if it sets nothing.
    pub(super) fn accept(&self, setting: Setting) -> Result<Option<Setting>, Fault> {
        if self.is_free(&setting.key) {
            return Ok(Some(setting));
        }
        if let Some(secret) = self.secret_in_file(&setting.key) {
            return read_secret(secret, setting);
        }
        let Some(default) = self.keys.get(&setting.key) else { return self.unknown(setting) };
        let both_numbers = default.is_float() && setting.value.is_integer();
        let both_sizes = is_size(default) && setting.value.is_integer();
        if !default.same_type(&setting.value) && !both_numbers && !both_sizes {
            let expected =
                if is_size(default) { "a size such as `64 MiB`" } else { tree::type_name(default) };
            let found = tree::type_name(&setting.value);
            let message = format!("`{}` must be {expected}, not {found}", setting.key);
            return Err(Fault { origin: setting.origin, message });
        }
        Ok(Some(setting))
    }

    fn unknown(&self, setting: Setting) -> Result<Option<Setting>, Fault> {
        let section = format!("{}.", setting.key);
        if let Some((inner, _)) =
            self.keys.range(section.clone()..).next().filter(|(key, _)| key.starts_with(&section))
        {
            // A header under which everything is commented out.
            if setting.value.is_table() {
                return Ok(None);
            }
            let message = format!("`{}` is a section; set a key of it, such as `{inner}`", setting.key);
            return Err(Fault { origin: setting.origin, message });
        }
        let files: Vec<String> = self.secrets.iter().map(|secret| format!("{secret}_file")).collect();
        let nearest = (self.keys.keys().chain(&files))
            .map(|key| (strsim::jaro_winkler(key, &setting.key), key))
            .filter(|(alike, _)| *alike > ALIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let hint = nearest.map_or_else(String::new, |(_, key)| format!("; did you mean `{key}`?"));
        Err(Fault { origin: setting.origin, message: format!("unknown key `{}`{hint}", setting.key) })
    }

    /// Undoes what the layers did to the key.
    pub(super) fn put_back(&self, merged: &mut Table, key: &str) {
        match self.keys.get(key) {
            Some(default) => tree::insert(merged, key, default.clone()),
            None => tree::remove(merged, key),
        }
    }

    /// The message without the value of any secret that is in force.
    pub(super) fn hide_secrets(&self, merged: &Table, message: &str) -> String {
        let leaves = tree::leaves(merged);
        let values = leaves.iter().filter(|(key, _)| self.secrets.contains(&key.as_str()));
        values.filter_map(|(_, value)| value.as_str()).filter(|secret| !secret.is_empty()).fold(
            message.to_owned(),
            |message, secret| {
                let quoted = format!("{secret:?}");
                message.replace(&quoted, HIDDEN).replace(secret, HIDDEN)
            },
        )
    }

    /// Every key as it may be shown.
    pub(super) fn entries(&self, merged: &Table, origins: &BTreeMap<String, Origin>) -> Vec<Entry> {
        let shown = |key: &str, value: &Value| match value {
            Value::String(text) if !text.is_empty() && self.secrets.contains(&key) => format!("\"{HIDDEN}\""),
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

/// Whether a default is a size in words, such as `64 MiB`; whoever sets the key may say it in bytes.
fn is_size(default: &Value) -> bool {
    let has_unit = |text: &str| text.ends_with(|last: char| !last.is_ascii_digit());
    default.as_str().is_some_and(|text| has_unit(text) && byte_size::parse(text).is_ok())
}

/// The secret that the named file holds. An empty name sets nothing, as templates of service managers leave it so.
fn read_secret(secret: &str, setting: Setting) -> Result<Option<Setting>, Fault> {
    let fault = |message| Err(Fault { origin: setting.origin.clone(), message });
    let Value::String(path) = &setting.value else {
        return fault(format!("`{}` must be text: the path of a file", setting.key));
    };
    if path.is_empty() {
        return Ok(None);
    }
    match text_file::read(Path::new(path), text_file::MAX_SECRET_BYTES) {
        Ok(text) if text.trim_end().is_empty() => fault(format!("`{}`: {path} is empty", setting.key)),
        Ok(text) => {
            let value = Value::String(text.trim_end().to_owned());
            Ok(Some(Setting { key: secret.to_owned(), value, ..setting }))
        }
        Err(error) => fault(format!("`{}`: cannot read {path}: {error}", setting.key)),
    }
}
