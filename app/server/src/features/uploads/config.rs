//! Every limit of imports, with its default. Never here: reading files or the environment.

use std::time::Duration;

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
    /// Files that are read and analysed at the same time.
    pub concurrency: usize,
    /// Files read ahead of who stores or imports them; each is in memory.
    pub read_ahead: usize,
    /// How often a file is attempted on which the importer dies or the database fails.
    pub max_attempts: u32,
    /// How long a file is left to an importer that gives no sign of life. Also the longest time that a command line is
    /// believed to live without one.
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

impl ImportConfig {
    /// What cannot be as it is said, in a sentence for who wrote it. `body_ceiling` is what any request may bring.
    pub fn fault(&self, body_ceiling: u64) -> Option<String> {
        if self.max_records > Limits::MOST_RECORDS {
            return Some(format!("import.max_records: at most {} can be stored", Limits::MOST_RECORDS));
        }
        (self.max_upload_bytes > body_ceiling).then(|| {
            format!(
                "import.max_upload_bytes is {}, but http.requests.body_ceiling lets only {body_ceiling} bytes through; \
                 raise the ceiling, or lower the other",
                self.max_upload_bytes
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_another_makes_void_is_a_fault() {
        let config = ImportConfig::default();
        assert_eq!(config.fault(config.max_upload_bytes), None);
        assert!(config.fault(config.max_upload_bytes - 1).unwrap().contains("body_ceiling"));
        let config = ImportConfig { max_records: Limits::MOST_RECORDS + 1, ..config };
        assert!(config.fault(u64::MAX).unwrap().contains("max_records"));
    }
}
