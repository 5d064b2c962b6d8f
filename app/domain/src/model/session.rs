//! A recording, its sessions, laps, pauses and the totals that the device itself stated.

use jiff::{Timestamp, tz::Offset};
use serde::{Deserialize, Serialize};

use super::{Sport, Track};

/// What a file said, before anything is computed from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The format it was read from.
    pub format: SourceFormat,
    /// The recording device, as the file names it.
    pub device: Option<String>,
    /// The file's name for the whole, where it has one.
    pub name: Option<String>,
    /// The sessions in order of their start: the legs of one event, or sessions that only share a file.
    pub sessions: Vec<Session>,
    /// The file itself says that its sessions are legs of one event, such as a triathlon. False when it says nothing of
    /// the kind, which does not say that they are not.
    pub is_one_event: bool,
    /// Whether the file ends in the middle; what came before is kept.
    pub truncated: bool,
    /// What was odd and how it was read, for the import report.
    pub warnings: Vec<Warning>,
}

/// The format of a source, in order of trust: FIT says most, GPX least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceFormat {
    /// Garmin's Flexible and Interoperable Data Transfer.
    Fit,
    /// Training Center XML.
    Tcx,
    /// GPS Exchange Format.
    Gpx,
    /// Entered by hand.
    Manual,
}

impl SourceFormat {
    /// The wire and database name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Tcx => "tcx",
            Self::Gpx => "gpx",
            Self::Manual => "manual",
        }
    }
}

/// Something odd in a file that did not stop it from being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// A stable snake-case code such as `times_out_of_order`.
    pub code: String,
    /// A sentence for the person who imported the file.
    pub message: String,
}

/// One sport between one start and one end.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The sport.
    pub sport: Sport,
    /// The device's finer word, such as `treadmill` or `trail`.
    pub sub_sport: Option<String>,
    /// The title in the file.
    pub name: Option<String>,
    /// Notes in the file.
    pub notes: Option<String>,
    /// The instant of the first sample, or the stated start.
    pub start: Timestamp,
    /// The athlete's offset from UTC at the start, where the file states it.
    pub local_offset: Option<Offset>,
    /// What the device says of the whole session.
    pub totals: DeviceTotals,
    /// The device's laps in order.
    pub laps: Vec<Lap>,
    /// The intervals in which the device's timer stood still, in order, without overlap. `None` when the
    /// format cannot tell (TCX and GPX exports lose pauses).
    pub pauses: Option<Vec<Pause>>,
    /// The intervals between samples of which the file says, or which show by themselves, that reception was lost or
    /// recording was off, in order, without overlap. Nothing is known of them: neither their time nor the way across
    /// counts. They are not all of the pauses.
    pub breaks: Vec<Pause>,
    /// What the altitudes of the track come from.
    pub altimeter: Altimeter,
    /// The samples.
    pub track: Track,
}

/// What altitudes come from, as far as a file tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Altimeter {
    /// The device's own, which its maker has smoothed: most often a barometer's.
    #[default]
    Device,
    /// Satellites alone, or nobody says: wrong by metres from one moment to the next.
    Satellites,
}

/// What a device states of a session or a lap. `None` is "not stated", or nothing that a body or a session can have;
/// never zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct DeviceTotals {
    /// Wall time from start to end in seconds.
    pub elapsed_s: Option<f64>,
    /// Time that the timer ran in seconds.
    pub timer_s: Option<f64>,
    /// Distance in metres.
    pub distance_m: Option<f64>,
    /// Metres climbed.
    pub ascent_m: Option<f64>,
    /// Metres descended.
    pub descent_m: Option<f64>,
    /// Mean heart rate in beats per minute.
    pub avg_heart_rate_bpm: Option<f64>,
    /// Highest heart rate in beats per minute.
    pub max_heart_rate_bpm: Option<f64>,
    /// Mean cadence per minute (both feet, or revolutions).
    pub avg_cadence_per_min: Option<f64>,
    /// Mean power in watts.
    pub avg_power_w: Option<f64>,
    /// Energy in kilocalories.
    pub energy_kcal: Option<f64>,
    /// Rated perceived exertion, 1 to 10.
    pub rpe: Option<f64>,
}

/// A device lap.
#[derive(Debug, Clone, PartialEq)]
pub struct Lap {
    /// Seconds from the session's start to the lap's start.
    pub start_s: f64,
    /// Seconds from the session's start to the lap's end.
    pub end_s: f64,
    /// What ended it.
    pub trigger: LapTrigger,
    /// What the device says of it.
    pub totals: DeviceTotals,
}

/// What ended a lap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LapTrigger {
    /// The athlete pressed the button.
    Manual,
    /// A set distance was reached.
    Distance,
    /// A set time was reached.
    Time,
    /// The session ended.
    SessionEnd,
    /// Something else, or not stated.
    Other,
}

/// An interval in which the timer stood still or nothing was recorded, in seconds from the session's start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pause {
    /// When it began.
    pub start_s: f64,
    /// When the timer ran, or recording went on, again.
    pub end_s: f64,
}
