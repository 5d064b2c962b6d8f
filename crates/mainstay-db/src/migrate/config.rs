//! Limits of the migration runner. Never here: limits of the pools.

use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

use crate::config::DAY_MS;

/// Limits of the migration runner. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Longest wait of a statement for a lock. Everybody who comes after it waits behind it, so keep it short.
    pub lock_timeout_ms: u64,
    /// How often a migration is tried that did not get its lock.
    pub lock_tries: u32,
    /// Longest time of one statement.
    pub statement_timeout_ms: u64,
    /// The server ends a run that holds a transaction open and does nothing for longer.
    pub idle_in_transaction_timeout_ms: u64,
    /// A migration does not begin while somebody else's transaction is open for longer than this.
    pub longest_transaction_ms: u64,
    /// How long to wait for such a transaction to end, before the run is refused.
    pub wait_for_transactions_ms: u64,
    /// Longest wait for another process that migrates.
    pub wait_for_others_ms: u64,
    /// What a start does about migrations that the database lacks.
    pub at_start: AtStart,
    /// A database that is newer than this binary is accepted up to this version: what the notes of the newer release
    /// allow. 0: none is.
    pub accept_newer: i64,
}

/// What a start does about migrations that the database lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtStart {
    /// Apply them, one process at a time.
    #[default]
    Apply,
    /// Apply none: wait for a process that does, and refuse to start if they are lacking in the end.
    Check,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            lock_timeout_ms: 2_000,
            lock_tries: 10,
            statement_timeout_ms: 15 * 60_000,
            idle_in_transaction_timeout_ms: 60_000,
            longest_transaction_ms: 5 * 60_000,
            wait_for_transactions_ms: 60_000,
            wait_for_others_ms: 20 * 60_000,
            at_start: AtStart::Apply,
            accept_newer: 0,
        }
    }
}

impl Config {
    /// What cannot be, by key. 0 would switch a limit of the server off.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("lock_timeout_ms", self.lock_timeout_ms, 10..=DAY_MS);
        faults.number("lock_tries", self.lock_tries, 1..=1000);
        faults.number("statement_timeout_ms", self.statement_timeout_ms, 10..=DAY_MS);
        faults.number("idle_in_transaction_timeout_ms", self.idle_in_transaction_timeout_ms, 10..=DAY_MS);
        faults.number("longest_transaction_ms", self.longest_transaction_ms, 10..=DAY_MS);
        faults.number("wait_for_transactions_ms", self.wait_for_transactions_ms, 0..=DAY_MS);
        faults.number("wait_for_others_ms", self.wait_for_others_ms, 0..=DAY_MS);
        faults.number("accept_newer", self.accept_newer, 0..=i64::MAX);
        faults
    }

    pub(super) fn session_settings(&self) -> String {
        format!(
            "{}; set statement_timeout = {}; set idle_in_transaction_session_timeout = {}; \
             set client_min_messages = warning; set default_transaction_read_only = off; \
             set tcp_keepalives_idle = 60; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 6",
            self.lock_setting(),
            self.statement_timeout_ms,
            self.idle_in_transaction_timeout_ms
        )
    }

    pub(super) fn lock_setting(&self) -> String {
        format!("set lock_timeout = {}", self.lock_timeout_ms)
    }

    pub(super) fn statement_timeout(&self) -> Duration {
        Duration::from_millis(self.statement_timeout_ms)
    }

    pub(super) fn wait_for_transactions(&self) -> Duration {
        Duration::from_millis(self.wait_for_transactions_ms)
    }

    pub(super) fn longest_transaction(&self) -> Duration {
        Duration::from_millis(self.longest_transaction_ms)
    }

    pub(super) fn wait_for_others(&self) -> Duration {
        Duration::from_millis(self.wait_for_others_ms)
    }
}
