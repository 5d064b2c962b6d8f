//! Every limit of imports, with its default. Never here: reading files or the environment.

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
    /// Files that are read and analysed at the same time.
    pub concurrency: usize,
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
            concurrency: 2,
            archive: ArchiveLimits::default(),
        }
    }
}
