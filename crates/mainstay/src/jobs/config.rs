//! Which jobs a process does, and how. Never here: the kinds, which the application registers.

use std::collections::BTreeMap;
use std::time::Duration;

use mainstay_config::Faults;
use mainstay_jobs::{Config, DEFAULT_QUEUE};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Which jobs this process does, and how long is kept what is known of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobsConfig {
    /// Jobs of the queue `default` at a time. 0: this process does no jobs of any queue and leaves them to others.
    pub workers: usize,
    /// Further queues, and how many jobs of each at a time.
    #[serde(deserialize_with = "slots")]
    pub queues: BTreeMap<String, usize>,
    /// After so long without a sign of life of a process, others take its jobs.
    #[serde(with = "mainstay_config::duration")]
    pub ttl: Duration,
    /// How often it is looked for jobs of which nobody has told this process.
    #[serde(with = "mainstay_config::duration")]
    pub poll: Duration,
    /// How long jobs may go on after the process was asked to stop, and after they were asked to.
    #[serde(with = "mainstay_config::duration")]
    pub grace: Duration,
    /// A job that has taken so many processes with it becomes a dead letter.
    pub crashes_most: u16,
    /// For so many days is kept what is known of jobs that have ended, and what has happened; dead letters have a time of their
    /// own.
    pub keep_days: u32,
    /// For so many days are kept the dead letters that nobody has decided on.
    pub keep_dead_days: u32,
    /// How often it is looked at jobs whose changes somebody follows.
    #[serde(with = "mainstay_config::duration")]
    pub follow: Duration,
    /// Followers of jobs in this process.
    pub followers: usize,
    /// Followers of one account.
    pub followers_of_account: usize,
    /// After so long a follower is let go, and comes again with the rights of then.
    #[serde(with = "mainstay_config::duration")]
    pub followed_longest: Duration,
    /// Jobs of a kind that an account may ask for in an hour; as many of all kinds it may have done again.
    pub asked_per_hour: u32,
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self {
            workers: 4,
            queues: BTreeMap::new(),
            ttl: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(10),
            crashes_most: 3,
            keep_days: 14,
            keep_dead_days: 90,
            follow: Duration::from_millis(500),
            followers: 500,
            followers_of_account: 8,
            followed_longest: Duration::from_secs(10 * 60),
            asked_per_hour: 60,
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Most jobs of a queue at a time: each may hold a connection.
const MOST_SLOTS: usize = 1_000;

/// Most queues: each is looked at by itself.
const MOST_QUEUES: usize = 100;

/// Longest name of a queue.
const MOST_NAME: usize = 50;

/// An environment has texts only, and of a name that anybody may choose no layer knows that it has a number.
fn slots<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, usize>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Slots {
        Number(usize),
        Text(String),
    }
    let number = |(queue, slots): (String, Slots)| match slots {
        Slots::Number(number) => Ok((queue, number)),
        Slots::Text(text) => match text.parse() {
            Ok(number) => Ok((queue, number)),
            Err(_) => Err(D::Error::custom(format!("`{text}` is no number of jobs for the queue `{queue}`"))),
        },
    };
    BTreeMap::<String, Slots>::deserialize(deserializer)?.into_iter().map(number).collect()
}

impl JobsConfig {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("workers", self.workers, 0..=MOST_SLOTS);
        if self.queues.len() > MOST_QUEUES {
            faults.add(
                "queues",
                format_args!("names {} queues; name at most {MOST_QUEUES}", self.queues.len()),
            );
        }
        for (queue, slots) in &self.queues {
            let key = format!("queues.{queue}");
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            if queue == DEFAULT_QUEUE {
                faults.across(&key, &["workers"], "has its number in `workers`; write it there");
            } else if queue.is_empty() || queue.len() > MOST_NAME || !queue.bytes().all(is_plain) {
                let form = "is no name of a queue; write 1 to 50 lower-case letters, digits and `_`";
                faults.add(&key, form);
            }
            faults.number(&key, *slots, 1..=MOST_SLOTS);
        }
        faults.time("ttl", self.ttl, Duration::from_secs(1)..=Duration::from_secs(600));
        faults.time("poll", self.poll, Duration::from_millis(10)..=Duration::from_secs(60));
        faults.time("grace", self.grace, Duration::ZERO..=Duration::from_secs(300));
        faults.number("crashes_most", self.crashes_most, 1..=100);
        faults.number("keep_days", self.keep_days, 1..=3_650);
        faults.number("keep_dead_days", self.keep_dead_days, 1..=3_650);
        faults.time("follow", self.follow, Duration::from_millis(10)..=Duration::from_secs(60));
        faults.number("followers", self.followers, 1..=100_000);
        faults.number("followers_of_account", self.followers_of_account, 1..=1_000);
        faults.time(
            "followed_longest",
            self.followed_longest,
            Duration::from_secs(1)..=Duration::from_secs(24 * 3_600),
        );
        faults.number("asked_per_hour", self.asked_per_hour, 1..=10_000);
        faults
    }

    /// How this process works; nothing where it does not.
    pub(crate) fn worker(&self) -> Option<Config> {
        let default = (DEFAULT_QUEUE.to_owned(), self.workers);
        let queues = self.queues.iter().map(|(queue, slots)| (queue.clone(), *slots));
        (self.workers > 0).then(|| Config {
            queues: std::iter::once(default).chain(queues).collect(),
            ttl: self.ttl,
            poll: self.poll,
            grace: self.grace,
            crashes_most: self.crashes_most,
            dead_for: DAY.saturating_mul(self.keep_dead_days),
            ..Config::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(change: impl FnOnce(&mut JobsConfig)) -> Vec<String> {
        let mut config = JobsConfig::default();
        change(&mut config);
        config.faults().messages().collect()
    }

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        assert_eq!(told(|_| {}), Vec::<String>::new());
        assert_eq!(told(|config| config.ttl = Duration::ZERO), ["ttl is 0s; write 1s to 10m"]);
        assert_eq!(told(|config| config.keep_days = 0), ["keep_days is 0; write 1 to 3650"]);
        let queue =
            |name: &str, slots| told(|config| config.queues = BTreeMap::from([(name.to_owned(), slots)]));
        assert_eq!(queue("mail", 3), Vec::<String>::new());
        assert_eq!(queue("mail", 0), ["queues.mail is 0; write 1 to 1000"]);
        assert_eq!(queue("default", 3), ["queues.default has its number in `workers`; write it there"]);
        assert!(queue("Ma il", 3)[0].starts_with("queues.Ma il is no name of a queue"));
    }

    #[test]
    fn a_process_without_workers_does_no_jobs_of_any_queue() {
        let queues = BTreeMap::from([("mail".to_owned(), 3)]);
        let config = JobsConfig { workers: 0, queues, ..JobsConfig::default() };
        assert!(config.worker().is_none());
        let working = JobsConfig { workers: 2, ..config }.worker().unwrap();
        assert_eq!(working.queues, [("default".to_owned(), 2), ("mail".to_owned(), 3)]);
    }
}
