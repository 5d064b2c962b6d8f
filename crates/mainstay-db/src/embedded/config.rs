//! What may be set about the private cluster. Never here: pools.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

use crate::config::DAY_MS;

/// The private cluster. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The cluster's folder; made if absent. It belongs to the cluster alone.
    pub data_dir: PathBuf,
    /// Where PostgreSQL's programs are. Empty: look for them (see [`super::Programs`]).
    pub bin_dir: PathBuf,
    /// The database that [`super::Cluster::target`] names; made if absent.
    pub database: String,
    /// The server's shared buffers, in mebibytes.
    pub shared_buffers_mb: u32,
    /// The server's limit of sessions.
    pub max_connections: u32,
    /// Longest start, recovery after a crash included.
    pub start_timeout_ms: u64,
    /// Longest orderly stop; after it the server is ended at once and recovers at the next start.
    pub stop_timeout_ms: u64,
    /// Whether an acknowledged write must survive a power failure.
    pub durability: Durability,
    /// Whether the server ends with the process that started it.
    pub lifetime: Lifetime,
    /// Further server settings, by name.
    pub settings: BTreeMap<String, String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data/postgres"),
            bin_dir: PathBuf::new(),
            database: "app".to_owned(),
            shared_buffers_mb: 128,
            max_connections: 60,
            start_timeout_ms: 60_000,
            stop_timeout_ms: 10_000,
            durability: Durability::Durable,
            lifetime: Lifetime::WithParent,
            settings: BTreeMap::new(),
        }
    }
}

/// Settings of the server that keys of ours decide, each with what to write instead. As a further setting they would
/// make what we know of the server false.
const DECIDED: [(&str, &str); 8] = [
    ("config_file", "leave it out: the server has ours"),
    ("data_directory", "set the key data_dir"),
    ("fsync", "set the key durability"),
    ("hba_file", "leave it out: the server has ours"),
    ("max_connections", "set the key max_connections"),
    ("port", "leave it out: each start takes a free one"),
    ("shared_buffers", "set the key shared_buffers_mb"),
    ("unix_socket_directories", "leave it out: the server has its own folder"),
];

/// The setting that keeps sessions for the operator, and PostgreSQL's default.
const RESERVED: (&str, usize) = ("superuser_reserved_connections", 3);

impl Config {
    /// What cannot be, by key. Whether the pools fit into `max_connections` is for who knows them too.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if self.data_dir.as_os_str().is_empty() {
            faults.add("data_dir", "is empty; name a folder");
        }
        let name = &self.database;
        if name.is_empty() || name.len() > 63 || name.contains('\0') || name.starts_with("template") {
            let form = "write a name of at most 63 bytes that does not begin with `template`";
            faults.add("database", format_args!("is {name:?}; {form}"));
        }
        faults.number("shared_buffers_mb", self.shared_buffers_mb, 1..=1024 * 1024);
        // The server takes no more.
        faults.number("max_connections", self.max_connections, 5..=262_143);
        faults.number("start_timeout_ms", self.start_timeout_ms, 1000..=DAY_MS);
        faults.number("stop_timeout_ms", self.stop_timeout_ms, 0..=DAY_MS);
        for name in self.settings.keys() {
            let key = format!("settings.{name}");
            let lower = name.to_ascii_lowercase();
            if let Some((_, instead)) = DECIDED.iter().find(|(decided, _)| *decided == lower) {
                faults.add(&key, format_args!("cannot be set here; {instead}"));
            } else if name.is_empty()
                || name.bytes().any(|b| !b.is_ascii_alphanumeric() && b != b'_' && b != b'.')
            {
                faults.add(&key, "is no name of a server setting; write letters, digits, _ and .");
            }
        }
        faults
    }

    /// How many of `max_connections` the server keeps for the operator.
    pub fn reserved_connections(&self) -> usize {
        let mut given = self.settings.iter().filter(|(name, _)| name.eq_ignore_ascii_case(RESERVED.0));
        given.next_back().and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(RESERVED.1)
    }

    pub(super) fn start_timeout(&self) -> Duration {
        Duration::from_millis(self.start_timeout_ms)
    }

    pub(super) fn stop_timeout(&self) -> Duration {
        Duration::from_millis(self.stop_timeout_ms)
    }
}

/// Whether an acknowledged write must survive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// It survives a crash of the process and of the machine (fsync and synchronous_commit on).
    #[default]
    Durable,
    /// For tests: the cluster may be lost with the machine.
    Disposable,
}

/// How long the server lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifetime {
    /// It is stopped in order when its parent process dies, however it dies (Linux; elsewhere the next start
    /// stops what was left).
    #[default]
    WithParent,
    /// It outlives the process, in a process group of its own. Somebody else must stop it.
    Detached,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut config = Config::default();
        change(&mut config);
        config.faults().messages().collect()
    }

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        assert_eq!(told(|_| {}), Vec::<String>::new());
        assert_eq!(
            told(|config| config.shared_buffers_mb = 0),
            ["shared_buffers_mb is 0; write 1 to 1048576"]
        );
        assert_eq!(told(|config| config.data_dir = PathBuf::new()), ["data_dir is empty; name a folder"]);
        for bad in ["", "template1", "a\0b"] {
            assert_eq!(told(|config| config.database = bad.to_owned()).len(), 1, "{bad:?}");
        }
        let set = |name: &str| told(|config| drop(config.settings.insert(name.to_owned(), "1".to_owned())));
        assert_eq!(set("work_mem"), Vec::<String>::new());
        assert_eq!(set("auto_explain.log_min_duration"), Vec::<String>::new());
        assert_eq!(
            set("Max_Connections"),
            ["settings.Max_Connections cannot be set here; set the key max_connections"]
        );
        assert_eq!(
            set("max-connections"),
            ["settings.max-connections is no name of a server setting; write letters, digits, _ and ."]
        );
    }
}
