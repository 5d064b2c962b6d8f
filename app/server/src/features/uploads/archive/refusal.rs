//! Why an archive or one of its members was not read. Never here: reading.

use zip::result::ZipError;

/// Why an archive or one of its members was not read. [`Refusal::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a zip archive, or cut off before its directory.
    #[error("the archive cannot be read: {0}")]
    DamagedArchive(String),
    /// More members than allowed.
    #[error("the archive has {0} members, more than the {1} allowed")]
    TooManyMembers(usize, usize),
    /// A member unpacks to more than allowed.
    #[error("it unpacks to more than the {0} bytes allowed")]
    TooLarge(u64),
    /// The archive unpacks to more than allowed; this member and those after it are not read.
    #[error("its archive unpacks to more than the {0} bytes allowed")]
    ArchiveTooLarge(u64),
    /// A member unpacks to suspiciously much.
    #[error("it unpacks to more than {0} times its packed size")]
    ExpansionRatio(u64),
    /// A path that points out of the archive.
    #[error("its path leads out of the archive")]
    UnsafePath,
    /// Locked by a password.
    #[error("it is encrypted")]
    Encrypted,
    /// The file system said no.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// Rows of an export's table that have no file.
    #[error("{0} activities in it were entered by hand and have no file; enter them here again")]
    NoFile(usize),
    /// A table of an export that is laid out in an unknown way; it is what is wrong.
    #[error("what it says of the files beside it cannot be understood: {0}")]
    UnknownTable(String),
    /// An archive in an archive in an archive.
    #[error("archives are nested more than {0} deep")]
    NestedTooDeep(u32),
}

impl Refusal {
    /// The stable code of the report.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DamagedArchive(_) => "damaged_archive",
            Self::TooManyMembers(..) => "too_many_members",
            Self::TooLarge(_) | Self::ArchiveTooLarge(_) => "too_large",
            Self::ExpansionRatio(_) => "expansion_ratio",
            Self::UnsafePath => "unsafe_path",
            Self::Encrypted => "encrypted",
            Self::Unreadable(_) => "unreadable",
            Self::NoFile(_) => "entered_by_hand",
            Self::UnknownTable(_) => "unknown_table",
            Self::NestedTooDeep(_) => "nested_too_deep",
        }
    }
}

impl From<ZipError> for Refusal {
    fn from(error: ZipError) -> Self {
        Self::DamagedArchive(error.to_string())
    }
}
