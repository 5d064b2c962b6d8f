//! How soon a network that has fallen silent is noticed. Never here: how long a server may work on a statement.

use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

use crate::config::DAY_MS;

/// Limits of the network below every connection, and of the wait for an answer. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// After how long without a byte the other end is asked whether it is still there.
    pub keepalive_idle_ms: u64,
    /// How long after that it is asked again.
    pub keepalive_interval_ms: u64,
    /// Questions without an answer after which the connection is given up.
    pub keepalive_retries: u32,
    /// A connection is given up when what was sent has not arrived for longer.
    pub tcp_user_timeout_ms: u64,
    /// A connection is given up when an answer is owed and nothing has come for as long as the server may work on the
    /// statement (for the pools `statement_timeout_ms`) and this.
    pub answer_margin_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            keepalive_idle_ms: 10_000,
            keepalive_interval_ms: 5_000,
            keepalive_retries: 3,
            tcp_user_timeout_ms: 15_000,
            answer_margin_ms: 5_000,
        }
    }
}

/// Most questions; the kernel allows 127.
const MOST_RETRIES: u32 = 127;

/// The longest time between two questions, in milliseconds; the kernel allows 32,767 seconds.
const LONGEST_MS: u64 = 32_767_000;

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        // The kernel counts these two in seconds.
        faults.number("keepalive_idle_ms", self.keepalive_idle_ms, 1_000..=LONGEST_MS);
        faults.number("keepalive_interval_ms", self.keepalive_interval_ms, 1_000..=LONGEST_MS);
        faults.number("keepalive_retries", self.keepalive_retries, 1..=MOST_RETRIES);
        // 0 would leave it to the kernel, which takes a quarter of an hour.
        faults.number("tcp_user_timeout_ms", self.tcp_user_timeout_ms, 100..=DAY_MS);
        faults.number("answer_margin_ms", self.answer_margin_ms, 10..=DAY_MS);
        faults
    }

    pub(crate) fn answer_margin(&self) -> Duration {
        Duration::from_millis(self.answer_margin_ms)
    }

    /// Sets what the address has not set itself.
    pub(crate) fn set(&self, pg: &mut tokio_postgres::Config) {
        let unset = tokio_postgres::Config::new();
        if pg.get_tcp_user_timeout().is_none() {
            pg.tcp_user_timeout(Duration::from_millis(self.tcp_user_timeout_ms));
        }
        if pg.get_keepalives_idle() == unset.get_keepalives_idle() {
            pg.keepalives_idle(Duration::from_millis(self.keepalive_idle_ms));
        }
        if pg.get_keepalives_interval().is_none() {
            pg.keepalives_interval(Duration::from_millis(self.keepalive_interval_ms));
        }
        if pg.get_keepalives_retries().is_none() {
            pg.keepalives_retries(self.keepalive_retries);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        let told = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.faults().messages().collect::<Vec<_>>()
        };
        assert_eq!(told(|_| {}), Vec::<String>::new());
        let faults = told(|config| config.tcp_user_timeout_ms = 0);
        assert_eq!(faults, ["tcp_user_timeout_ms is 0; write 100 to 86400000"]);
        assert_eq!(told(|config| config.keepalive_idle_ms = 999).len(), 1);
        assert_eq!(told(|config| (config.keepalive_retries, config.answer_margin_ms) = (128, 0)).len(), 2);
    }

    #[test]
    fn the_address_has_the_last_word() {
        let mut pg: tokio_postgres::Config =
            "host=h dbname=d tcp_user_timeout=7 keepalives_idle=8 keepalives_retries=9".parse().unwrap();
        Config::default().set(&mut pg);
        assert_eq!(pg.get_tcp_user_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(
            (pg.get_keepalives_idle(), pg.get_keepalives_retries()),
            (Duration::from_secs(8), Some(9))
        );
        assert_eq!(pg.get_keepalives_interval(), Some(Duration::from_secs(5)));
    }
}
