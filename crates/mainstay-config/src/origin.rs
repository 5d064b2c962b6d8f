//! Where a value came from, and what is wrong with it. Never here: how values are merged.

use std::path::PathBuf;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The program itself.
    Default,
    /// The program itself, because its default does not work on this machine: the reason, as a clause.
    Fallback(String),
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// Its line, from 1; 0 when it is the file as a whole.
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
            Self::Fallback(reason) => write!(f, "default, because {reason}"),
            Self::File { path, line: 0 } => write!(f, "{}", path.display()),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

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

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it was said.
    pub origin: Origin,
    /// What is wrong and what to do. Never the value of a secret.
    pub message: String,
}

/// Everything that is wrong, one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The faults: first what could not be read, then unknown keys and wrong types in the order of the layers, then
    /// values that do not fit, then values that are out of range or at odds.
    pub faults: Vec<Fault>,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the configuration is wrong:")?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {}: {}", fault.origin, fault.message))
    }
}

impl std::error::Error for ConfigError {}
