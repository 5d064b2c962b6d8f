//! A recording, its sessions, laps, pauses and the totals that the device itself stated.

use jiff::{Timestamp, tz::Offset};
use serde::{Deserialize, Serialize};

use super::{Channel, Sport, Track};

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
    /// The sport. To change it, see [`Session::set_sport`].
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
    /// What the file counts as cadence, whatever the sport made of it.
    pub cadence_unit: CadenceUnit,
    /// The samples.
    pub track: Track,
}

/// No cadence per minute of any kind is higher, or it is missing.
pub const MOST_CADENCE_PER_MIN: f64 = 400.0;

impl Session {
    /// Makes it a session of this sport. Cadence is of both feet on foot and of one leg or one crank else, so it is
    /// doubled or halved with the sport, in samples and totals alike, where the file counts cycles. What is then beyond
    /// [`MOST_CADENCE_PER_MIN`] is missing.
    pub fn set_sport(&mut self, sport: Sport) {
        let (before, after) = (self.cadence_unit.factor(self.sport), self.cadence_unit.factor(sport));
        self.sport = sport;
        if before == after {
            return;
        }
        let scaled =
            |cadence: f64| Some(cadence * after / before).filter(|&cadence| cadence <= MOST_CADENCE_PER_MIN);
        self.track.change(Channel::CadencePerMin, scaled);
        let totals = self.laps.iter_mut().map(|lap| &mut lap.totals).chain([&mut self.totals]);
        for totals in totals {
            totals.avg_cadence_per_min = totals.avg_cadence_per_min.and_then(scaled);
        }
    }
}

/// What a device counts as cadence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CadenceUnit {
    /// Revolutions of a crank, strides of one leg, strokes: what FIT, TCX and GPX extensions mean by it.
    #[default]
    Cycles,
    /// Steps of both feet, as some exports write them.
    Steps,
}

impl CadenceUnit {
    /// No leg keeps up more strides a minute than this: over 100 km the fastest take 155 to 203 steps a minute
    /// (Burns et al. 2019, J Appl Physiol 126:462).
    const MOST_STRIDES_PER_MIN: f64 = 120.0;

    /// The unit of a file's cadences per minute, by their median. Whoever stands counts neither.
    pub(crate) fn of(cadence_per_min: &[f64]) -> Self {
        let mut turning: Vec<f64> =
            cadence_per_min.iter().copied().filter(|&cadence| cadence > 0.0).collect();
        let half = turning.len() / 2;
        if turning.is_empty() {
            return Self::Cycles;
        }
        let median = *turning.select_nth_unstable_by(half, f64::total_cmp).1;
        if median > Self::MOST_STRIDES_PER_MIN { Self::Steps } else { Self::Cycles }
    }

    /// What makes the file's number one of this sport.
    fn factor(self, sport: Sport) -> f64 {
        if self == Self::Cycles && sport.is_on_foot() { 2.0 } else { 1.0 }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::moving::tests::session;
    use proptest::prelude::*;

    /// A session of a sport that counts cycles, with these cadences in its samples and as the means of its totals.
    fn counted(cadence_per_min: &[f64]) -> Session {
        let times: Vec<f64> = (0..cadence_per_min.len()).map(|i| i as f64).collect();
        let mut session = session(Sport::Other, times.clone(), times);
        session.cadence_unit = CadenceUnit::of(cadence_per_min);
        session.track.set(Channel::CadencePerMin, cadence_per_min.to_vec()).unwrap();
        session.totals.avg_cadence_per_min = Some(cadence_per_min[0]);
        let lap = Lap { start_s: 0.0, end_s: 1.0, trigger: LapTrigger::Other, totals: session.totals };
        session.laps = vec![lap];
        session
    }

    /// The first sample's, the session's and the lap's.
    fn cadences(session: &Session) -> [Option<f64>; 3] {
        let sample = session.track.get(Channel::CadencePerMin).map(|cadence| cadence[0]);
        [sample, session.totals.avg_cadence_per_min, session.laps[0].totals.avg_cadence_per_min]
    }

    #[test]
    fn cadence_follows_the_sport_both_ways() {
        let mut session = counted(&[85.0, 86.0, 0.0, f64::NAN]);
        for (sport, cadence) in
            [(Sport::Run, 170.0), (Sport::Hiking, 170.0), (Sport::Cycling, 85.0), (Sport::Walking, 170.0)]
        {
            session.set_sport(sport);
            assert_eq!((session.sport, cadences(&session)), (sport, [Some(cadence); 3]));
        }
        let samples = session.track.get(Channel::CadencePerMin).unwrap();
        assert_eq!(samples[..3], [170.0, 172.0, 0.0]);
        assert!(samples[3].is_nan());
    }

    #[test]
    fn steps_stay_steps() {
        let mut session = counted(&[170.0, 0.0, 0.0, 0.0, 172.0]);
        assert_eq!(session.cadence_unit, CadenceUnit::Steps);
        for sport in [Sport::Run, Sport::Other, Sport::Walking] {
            session.set_sport(sport);
            assert_eq!(cadences(&session), [Some(170.0); 3]);
        }
        // A sprint of a few seconds does not make steps of strides.
        assert_eq!(CadenceUnit::of(&[85.0, 85.0, 130.0]), CadenceUnit::Cycles);
        assert_eq!(CadenceUnit::of(&[0.0, f64::NAN]), CadenceUnit::Cycles);
    }

    #[test]
    fn steps_that_nobody_takes_are_missing() {
        let mut session = counted(&[254.0, 80.0, 80.0]);
        session.set_sport(Sport::Run);
        assert!(session.track.get(Channel::CadencePerMin).unwrap()[0].is_nan());
        assert_eq!(cadences(&session)[1..], [None, None]);
    }

    proptest! {
        #[test]
        fn the_last_sport_alone_decides(
            cadence in prop::collection::vec(0.0..200.0f64, 1..20), by_way_of in prop::collection::vec(0..Sport::ALL.len(), 0..5),
            last in 0..Sport::ALL.len()
        ) {
            let (mut straight, mut about) = (counted(&cadence), counted(&cadence));
            straight.set_sport(Sport::ALL[last]);
            for sport in by_way_of.into_iter().chain([last]) {
                about.set_sport(Sport::ALL[sport]);
            }
            prop_assert_eq!(straight, about);
        }
    }
}
