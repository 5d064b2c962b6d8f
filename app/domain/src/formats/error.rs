//! Why a training file was not read. Never here: HTTP, translations.

/// Why a file is refused: one sentence for a person, and [`ReadError::code`] for programs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// Neither FIT, TCX nor GPX, whatever its name says.
    #[error("its content is neither FIT, TCX nor GPX")]
    UnknownFormat,
    /// A well-formed file about something else.
    #[error("it holds {0}, not an activity")]
    NotAnActivity(String),
    /// An activity without anything recorded.
    #[error("it holds no recorded samples, laps or totals")]
    NoSamples,
    /// Positions of which most have no time: a route or a plan.
    #[error("most of its points have no time: it is a route, not a recording")]
    NoTimes,
    /// Larger than allowed.
    #[error("it is larger than the {0} bytes allowed")]
    TooLarge(usize),
    /// Unpacks to suspiciously much.
    #[error("it unpacks to more than {0} times its packed size")]
    ExpansionRatio(usize),
    /// More samples than allowed.
    #[error("it has more than the {0} samples allowed")]
    TooManyRecords(usize),
    /// More sessions than allowed.
    #[error("it has more than the {0} sessions allowed")]
    TooManySessions(usize),
    /// More laps than allowed.
    #[error("it has more than the {0} laps allowed")]
    TooManyLaps(usize),
    /// Elements nested deeper than allowed.
    #[error("its elements are nested more than {0} deep")]
    TooDeep(usize),
    /// Entity definitions, which serve attacks and no training file.
    #[error("it defines XML entities, which training files never do")]
    UnsafeXml,
    /// Not readable from the start.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// A clock that was never set, or a mistake.
    #[error("its date {0} is not plausible")]
    ImplausibleTime(String),
}

impl ReadError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::UnknownFormat => "unknown_format",
            Self::NotAnActivity(_) => "not_an_activity",
            Self::NoSamples => "no_samples",
            Self::NoTimes => "no_times",
            Self::TooLarge(_) => "too_large",
            Self::ExpansionRatio(_) => "expansion_ratio",
            Self::TooManyRecords(_) => "too_many_records",
            Self::TooManySessions(_) => "too_many_sessions",
            Self::TooManyLaps(_) => "too_many_laps",
            Self::TooDeep(_) => "too_deep",
            Self::UnsafeXml => "unsafe_xml",
            Self::Damaged(_) => "damaged",
            Self::ImplausibleTime(_) => "implausible_time",
        }
    }
}
