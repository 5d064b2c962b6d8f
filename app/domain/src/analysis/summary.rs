//! One session in, everything that is computed from it out.
//!
//! What lives here: the order of the steps, the choice between what the device states and what we compute, and the
//! fingerprint of the inputs. What must never live here: formulas, which are in the modules beside this one.
//!
//! Values are never rounded here. `None` is "not known", never zero. The device's totals are authoritative; what its
//! samples give is in the splits.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    best_efforts::{self, BestEffort},
    distance,
    efficiency::{self, Decoupling, Efficiency, NotValid},
    elevation,
    grade::{self, Adjusted},
    grid::Grid,
    load::{self, Load, LoadInputs, power, trimp},
    moving::{self, Moving},
    profile::{Profile, TrimpCoefficients},
    splits::{self, Columns, Split},
};
use crate::model::{Altimeter, Channel, DeviceTotals, LapTrigger, Session, Sport};

/// The version of everything in an [`ActivityAnalysis`]. Raised with any change of a result; stored results of an
/// earlier version are computed anew.
pub const ALGORITHM_VERSION: i32 = 3;

/// The longest distance of one session in metres that is believed, as the reader has it for stated distances.
const LONGEST_M: f64 = 10_000_000.0;

/// No best effort is longer than the session's distance by more than this: samples go further than a stated total where
/// some of them are not the session's. Treadmills and foot pods are off by as much.
const BEYOND_STATED: f64 = 1.03;

/// What is computed from one session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActivityAnalysis {
    /// Wall time in seconds, pauses included: the device's, else from the first to the last sample; never less than the
    /// time in motion.
    pub elapsed_s: f64,
    /// Time in motion in seconds; see [`moving`].
    pub moving_time_s: f64,
    /// Time that the device's timer ran in seconds, where stated.
    pub timer_s: Option<f64>,
    /// Distance in metres: the device's total where [`is_credible_distance`], else ours.
    pub distance_m: Option<f64>,
    /// Distance by moving time in metres per second.
    pub avg_speed_m_s: Option<f64>,
    /// Metres climbed.
    pub ascent_m: Option<f64>,
    /// Metres descended.
    pub descent_m: Option<f64>,
    /// Mean heart rate in beats per minute: the device's, else over moving time.
    pub avg_hr_bpm: Option<f64>,
    /// Highest heart rate in beats per minute.
    pub max_hr_bpm: Option<f64>,
    /// Mean cadence per minute: the device's, else over moving time without zeros.
    pub avg_cadence_per_min: Option<f64>,
    /// Mean power in watts: the device's, else over moving time with zeros, where power covers [`load::MIN_COVERAGE`]
    /// of it.
    pub avg_power_w: Option<f64>,
    /// Splits of one kilometre.
    pub splits_km: Vec<Split>,
    /// Splits of one mile (1609.344 m).
    pub splits_mile: Vec<Split>,
    /// The device's laps.
    pub laps: Vec<Split>,
    /// Metres per heartbeat.
    pub efficiency: Efficiency,
    /// The loss of efficiency from the first half to the second.
    pub decoupling: Decoupling,
    /// The fastest stretch of each standard distance, up to the session's own and three per cent.
    pub best_efforts: Vec<BestEffort>,
    /// Normalized graded speed in metres per second, for runs whose speed is known for [`load::MIN_COVERAGE`] of the
    /// time in motion.
    pub ngp_m_s: Option<f64>,
    /// The training load with its source.
    pub load: Option<Load>,
    /// Banister's training impulse over the time in motion, where the profile allows it and heart rate covers
    /// [`load::MIN_COVERAGE`] of that time; what it misses is taken to be like what it has.
    pub trimp: Option<f64>,
}

/// Computes everything from one session. Total: any session has an answer, with absences where data lack.
pub fn analyse(session: &Session, profile: &Profile) -> ActivityAnalysis {
    let (track, totals) = (&session.track, &session.totals);
    // A month at 60 m/s over hostile positions; nobody moves so far, and nothing could store it.
    let distance = distance::of(session).filter(|distance| distance.total_m() <= LONGEST_M);
    let moving = moving::moving(session, distance.as_ref());
    let climb = elevation::climb(track, session.altimeter);
    let grid = Grid::new(session, distance.as_ref());
    let adjusted = grid.as_ref().map(|grid| Adjusted::new(grid, session.sport));
    let adjusted = adjusted.as_ref();
    let columns = Columns::new(session, distance.as_ref(), &moving, climb.as_ref(), adjusted);
    let ngp_m_s =
        adjusted.filter(|_| session.sport == Sport::Run).and_then(|adjusted| ngp_of(adjusted, &moving));
    let power_w = power_of(session, &moving);
    let (load, trimp) = load_of(session, profile, &moving, power_w, ngp_m_s);

    let ours_m = distance.as_ref().map(distance::Distance::total_m);
    let distance_m = totals.distance_m.filter(|&m| m > 0.0 && is_credible_distance(session)).or(ours_m);
    let (ascent_m, descent_m) = elevation::choose(totals, climb.as_ref());
    let (mut efficiency, mut decoupling) = efficiency::of(session.sport, adjusted);
    if distance.is_some() && grid.is_none() {
        let reasons = efficiency.reasons.iter_mut().chain(&mut decoupling.reasons);
        reasons.filter(|reason| **reason == NotValid::NoDistance).for_each(|r| *r = NotValid::SparseSamples);
    }
    let whole = columns.whole();
    ActivityAnalysis {
        // A device may state less than its own laps and samples add up to.
        elapsed_s: totals.elapsed_s.unwrap_or_else(|| track.span_s()).max(moving.total_s),
        moving_time_s: moving.total_s,
        timer_s: totals.timer_s,
        distance_m,
        avg_speed_m_s: distance_m.filter(|_| moving.total_s > 0.0).map(|m| m / moving.total_s),
        ascent_m,
        descent_m,
        avg_hr_bpm: totals.avg_heart_rate_bpm.or(whole.avg_hr_bpm),
        max_hr_bpm: totals.max_heart_rate_bpm.or(whole.max_hr_bpm),
        avg_cadence_per_min: totals.avg_cadence_per_min.or(whole.avg_cadence_per_min),
        avg_power_w: totals.avg_power_w.or(whole.avg_power_w.filter(|_| power_w.is_some())),
        splits_km: columns.by_distance(splits::KILOMETRE_M),
        splits_mile: columns.by_distance(splits::MILE_M),
        laps: columns.by_lap(&session.laps),
        efficiency,
        decoupling,
        best_efforts: best_efforts::best_efforts(track, distance.as_ref(), session.sport)
            .into_iter()
            .filter(|effort| distance_m.is_none_or(|m| effort.distance_m <= m * BEYOND_STATED))
            .collect(),
        ngp_m_s,
        load,
        trimp,
    }
}

/// Normalized graded speed, where the seconds whose speed is known cover the time in motion.
fn ngp_of(adjusted: &Adjusted<'_>, moving: &Moving) -> Option<f64> {
    let counted = &adjusted.grid.counted;
    let known_s = counted.iter().filter(|&&counted| counted).count() as f64;
    load::coverage(known_s, moving.total_s)?;
    grade::normalized_graded_speed(&adjusted.speed_m_s, counted)
}

/// Power in watts, where it covers the time in motion.
fn power_of<'a>(session: &'a Session, moving: &Moving) -> Option<&'a [f64]> {
    let power_w = session.track.get(Channel::PowerW)?;
    load::coverage(power::covered_s(power_w, &moving.counted_s), moving.total_s)?;
    Some(power_w)
}

/// Whether the device's total distance, if it states one, can have been covered in the time of the session: at most at the
/// sport's limit for ten seconds ([`Sport::speed_limits_m_s`]) over the stated time or that of the samples, the longer.
pub fn is_credible_distance(session: &Session) -> bool {
    let totals = &session.totals;
    let stated_s = totals.elapsed_s.into_iter().chain(totals.timer_s);
    let longest_s = stated_s.fold(session.track.span_s(), f64::max);
    let (_, limit_m_s) = session.sport.speed_limits_m_s();
    totals.distance_m.is_none_or(|stated_m| stated_m <= limit_m_s * longest_s)
}

/// The load by the first source that gives one, and Banister's impulse.
fn load_of(
    session: &Session,
    profile: &Profile,
    moving: &Moving,
    power_w: Option<&[f64]>,
    ngp_m_s: Option<f64>,
) -> (Option<Load>, Option<f64>) {
    let trimp = trimp::HeartRateTime::new(&session.track, &moving.counted_s)
        .and_then(|heart_rate| trimp::banister(profile, &heart_rate))
        .and_then(|trimp| trimp.over(moving.total_s));
    let normalized_power_w = power_w
        .filter(|_| session.sport == Sport::Cycling)
        .and_then(|power_w| power::normalized_power(power_w, &moving.counted_s));
    let inputs = LoadInputs {
        duration_s: moving.total_s,
        normalized_power_w,
        ngp_m_s,
        trimp,
        rpe: session.totals.rpe,
    };
    (load::load(profile, &inputs), trimp)
}

/// The SHA-256 in lower-case hexadecimal of everything that [`analyse`] reads: the sport, the totals, the laps, the
/// pauses and breaks, the altimeter, the samples and the profile. Titles, notes and the date do not count. A track that went through
/// [`crate::streams`] has rounded values, so hash what is stored, not what was read.
pub fn inputs_hash(session: &Session, profile: &Profile) -> String {
    let mut hash = Canonical(Sha256::new());
    hash.text(session.sport.as_str());
    hash.totals(&session.totals);
    hash.count(session.laps.len());
    for lap in &session.laps {
        hash.numbers(&[lap.start_s, lap.end_s]);
        hash.count(match lap.trigger {
            LapTrigger::Manual => 1,
            LapTrigger::Distance => 2,
            LapTrigger::Time => 3,
            LapTrigger::SessionEnd => 4,
            LapTrigger::Other => 5,
        });
        hash.totals(&lap.totals);
    }
    hash.count(session.pauses.as_ref().map_or(0, |pauses| pauses.len() + 1));
    for pause in session.pauses.iter().flatten() {
        hash.numbers(&[pause.start_s, pause.end_s]);
    }
    hash.count(session.breaks.len());
    for gap in &session.breaks {
        hash.numbers(&[gap.start_s, gap.end_s]);
    }
    hash.count(match session.altimeter {
        Altimeter::Device => 1,
        Altimeter::Satellites => 2,
    });
    hash.numbers(session.track.time_s());
    for (channel, values) in session.track.channels() {
        hash.text(channel.as_str());
        hash.numbers(values);
    }
    hash.options(&[
        profile.resting_hr_bpm,
        profile.max_hr_bpm,
        profile.threshold_hr_bpm,
        profile.threshold_speed_m_s,
        profile.threshold_power_w,
    ]);
    hash.count(match profile.trimp {
        TrimpCoefficients::Men => 1,
        TrimpCoefficients::Women => 2,
    });
    hash.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Length-prefixed little-endian values, so that no two inputs share a form.
struct Canonical(Sha256);

impl Canonical {
    fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    fn numbers(&mut self, values: &[f64]) {
        self.count(values.len());
        let mut bytes = Vec::with_capacity(values.len() * 8);
        for &value in values {
            // Every NaN is the same absence, and -0 is 0.
            let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
            bytes.extend(value.to_le_bytes());
        }
        self.0.update(&bytes);
    }

    fn options(&mut self, values: &[Option<f64>]) {
        let values: Vec<f64> = values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        self.numbers(&values);
    }

    fn totals(&mut self, totals: &DeviceTotals) {
        self.options(&[
            totals.elapsed_s,
            totals.timer_s,
            totals.distance_m,
            totals.ascent_m,
            totals.descent_m,
            totals.avg_heart_rate_bpm,
            totals.max_heart_rate_bpm,
            totals.avg_cadence_per_min,
            totals.avg_power_w,
            totals.energy_kcal,
            totals.rpe,
        ]);
    }
}

#[cfg(test)]
mod tests;
