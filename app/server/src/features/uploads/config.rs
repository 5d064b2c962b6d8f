//! Every limit of imports, with its default. Never here: reading files or the environment.

use std::time::Duration;

use mainstay_config::Faults;
use paceline_domain::formats::Limits;
use serde::{Deserialize, Serialize};

use super::archive::ArchiveLimits;

/// The import part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportConfig {
    /// Bytes of one upload request, all its files together.
    #[serde(with = "mainstay_config::byte_size")]
    pub max_upload_bytes: u64,
    /// Files of one upload request, the members of its archives counted.
    pub max_files_per_upload: i32,
    /// Bytes of one training file, unpacked.
    #[serde(with = "mainstay_config::byte_size")]
    pub max_file_bytes: usize,
    /// How many times larger than its packed bytes a `.gz` may unpack.
    pub max_expansion_ratio: u64,
    /// Records of one training file.
    pub max_records: usize,
    /// Nesting of elements in TCX and GPX.
    pub max_xml_depth: usize,
    /// Sessions of one training file.
    pub max_sessions: usize,
    /// Laps of one training file.
    pub max_laps: usize,
    /// Uploads of one athlete that are received at the same time; a further one is refused for the moment.
    pub receiving: usize,
    /// Uploads that are unpacked at the same time, at most one of each athlete; the others wait.
    pub unpacking: usize,
    /// Files that are read and analysed at the same time: the places of the jobs' queue, and of a command.
    pub concurrency: usize,
    /// Files read ahead of who stores or imports them; each is in memory.
    pub read_ahead: usize,
    /// How often a file is attempted on which we or the database fail.
    pub max_attempts: u32,
    /// The longest time that a command line is believed to live without a sign of life.
    #[serde(with = "mainstay_config::duration")]
    pub lease: Duration,
    /// What archives may hold.
    pub archive: ArchiveLimits,
}

impl Default for ImportConfig {
    fn default() -> Self {
        Self {
            max_upload_bytes: 2 * 1024 * 1024 * 1024,
            max_files_per_upload: 20_000,
            max_file_bytes: 64 * 1024 * 1024,
            max_expansion_ratio: 200,
            max_records: 500_000,
            max_xml_depth: 64,
            max_sessions: 50,
            max_laps: 5_000,
            receiving: 4,
            unpacking: 4,
            concurrency: 2,
            read_ahead: 4,
            max_attempts: 3,
            lease: Duration::from_secs(30),
            archive: ArchiveLimits::default(),
        }
    }
}

/// Most bytes of anything that is spooled to disk: a tebibyte.
const MOST_SPOOLED: u64 = 1 << 40;

/// Most bytes of one file, which is in memory while it is read, and a value of the database: a gibibyte is its limit.
const MOST_OF_A_FILE: u64 = 512 << 20;

/// Most of what is counted in files, and of how many times larger a thing may become.
const MOST: usize = 10_000_000;

impl ImportConfig {
    /// What cannot be, by key. Whether a request may be as large as an upload is for who knows both limits.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.size("max_upload_bytes", self.max_upload_bytes, 1 << 10..=MOST_SPOOLED);
        faults.number("max_files_per_upload", self.max_files_per_upload, 1..=1_000_000);
        faults.size("max_file_bytes", self.max_file_bytes, 1 << 10..=MOST_OF_A_FILE);
        faults.number("max_expansion_ratio", self.max_expansion_ratio, 1..=MOST as u64);
        faults.number("max_records", self.max_records, 1..=Limits::MOST_RECORDS);
        // A TCX file as Garmin writes it nests ten deep.
        faults.number("max_xml_depth", self.max_xml_depth, 16..=1024);
        faults.number("max_sessions", self.max_sessions, 1..=10_000);
        faults.number("max_laps", self.max_laps, 1..=1_000_000);
        faults.number("receiving", self.receiving, 1..=1024);
        faults.number("unpacking", self.unpacking, 1..=256);
        faults.number("concurrency", self.concurrency, 1..=256);
        faults.number("read_ahead", self.read_ahead, 1..=1024);
        faults.number("max_attempts", self.max_attempts, 1..=1000);
        // Signs of life are given three times in it, and each costs a transaction.
        faults.time("lease", self.lease, Duration::from_secs(1)..=Duration::from_secs(24 * 3600));
        faults.section("archive", self.archive.faults());
        faults
    }
}

impl ArchiveLimits {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("max_members", self.max_members, 1..=MOST);
        faults.size("max_member_bytes", self.max_member_bytes, 1 << 10..=MOST_OF_A_FILE);
        faults.size("max_total_bytes", self.max_total_bytes, 1 << 10..=16 * MOST_SPOOLED);
        faults.number("max_expansion_ratio", self.max_expansion_ratio, 1..=MOST as u64);
        faults.size("max_nested_bytes", self.max_nested_bytes, 1 << 10..=MOST_SPOOLED);
        // Each level is a call in the call.
        faults.number("max_nesting", self.max_nesting, 0..=8);
        if self.max_member_bytes > self.max_total_bytes {
            let what = "is more than max_total_bytes lets be unpacked; raise that, or lower it";
            faults.across("max_member_bytes", &["max_total_bytes"], what);
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(change: impl FnOnce(&mut ImportConfig)) -> Vec<String> {
        let mut config = ImportConfig::default();
        change(&mut config);
        config.faults().messages().collect()
    }

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        assert_eq!(told(|_| {}), Vec::<String>::new());
        assert_eq!(told(|config| config.lease = Duration::ZERO), ["lease is 0s; write 1s to 24h"]);
        assert_eq!(
            told(|config| config.max_records = Limits::MOST_RECORDS + 1),
            [format!("max_records is {}; write 1 to {}", Limits::MOST_RECORDS + 1, Limits::MOST_RECORDS)]
        );
        assert_eq!(told(|config| config.max_files_per_upload = -1).len(), 1);
        assert_eq!(
            told(|config| config.archive.max_total_bytes = 1 << 20),
            [
                "archive.max_member_bytes is more than max_total_bytes lets be unpacked; raise that, or lower it"
            ]
        );
        assert_eq!(told(|config| (config.concurrency, config.read_ahead) = (0, 0)).len(), 2);
    }
}
