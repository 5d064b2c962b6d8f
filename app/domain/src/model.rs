//! The model of a recorded training session: what every reader produces and every analysis consumes.
//!
//! A [`Recording`] is one file. It holds one or more [`Session`]s (the legs of a multisport file, or the
//! sessions of a chained one); each carries the device's own totals, its laps, its pauses and a
//! columnar [`Track`]. No reading, writing or computing of results lives here.

mod session;
mod sport;
mod track;

pub use session::{
    Altimeter, CadenceUnit, DeviceTotals, Lap, LapTrigger, MOST_CADENCE_PER_MIN, Pause, Recording, Session,
    SourceFormat, Warning,
};
pub use sport::Sport;
pub use track::{Channel, LONGEST_GAP_S, Track, TrackError};
pub(crate) use track::{LONGEST_SILENCE_S, is_after_long_gap, usual_interval_s};
