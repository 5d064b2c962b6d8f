//! Fitness, fatigue and form from daily load: the impulse–response averages with time constants of 42 and
//! 7 days.
//!
//! What lives here: the recurrence over civil days. What must never live here: how a session's load is
//! found ([`super::load`]), what today is, and any claim about injury: the ratio of the two averages is
//! contested (Impellizzeri et al. 2020, IJSPP 15:907) and is not computed.
//!
//! Each day x_t = x_{t−1} + (load_t − x_{t−1})·(1 − e^{−1/τ}), τ = 42 for fitness (CTL) and 7 for fatigue
//! (ATL); form (TSB) is yesterday's fitness minus yesterday's fatigue (Banister 1975; Coggan's performance
//! manager). The factor is 1 − e^{−1/τ}, not 2/(N+1), whose time constants would be half as long. A day
//! without load is a day of 0.
//!
//! Start: both averages begin at 0 on the day before the first load, because what came before is not known.
//! They are therefore too low at first, fitness by 37 % (e⁻¹) after 42 days; those days are flagged.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

/// Time constant of fitness in days.
pub const FITNESS_DAYS: f64 = 42.0;
/// Time constant of fatigue in days.
pub const FATIGUE_DAYS: f64 = 7.0;
/// Days from the first load on which the values are flagged as warming up.
pub const WARM_UP_DAYS: u32 = 42;
/// The longest history that is computed: 100 years.
pub const MAX_DAYS: usize = 36_525;

/// The state after one civil day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FitnessDay {
    /// The athlete's civil day.
    pub date: Date,
    /// The day's summed load, in TSS-like points.
    pub load: f64,
    /// Fitness (CTL) at the day's end, points a day.
    pub fitness: f64,
    /// Fatigue (ATL) at the day's end, points a day.
    pub fatigue: f64,
    /// Form (TSB) on the day: fitness minus fatigue of the day before.
    pub form: f64,
    /// Whether fewer than [`WARM_UP_DAYS`] of history stand behind the values.
    pub warming_up: bool,
}

/// What is known on the evening before the first day of a series.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Before {
    /// Fitness.
    pub fitness: f64,
    /// Fatigue.
    pub fatigue: f64,
    /// Days of history behind them.
    pub days: u32,
}

/// Why loads make no series.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FitnessError {
    /// A load is negative or not a finite number.
    #[error("the load of {0} is not a finite number of at least 0")]
    Load(Date),
    /// More than [`MAX_DAYS`] from the first load to the end.
    #[error("{0} days of history; {MAX_DAYS} are computed at most")]
    TooLong(usize),
}

/// One entry for each civil day from the earliest load to `through`, both included. `loads` in any order;
/// those of one day add up; those after `through` are left out. Empty without a load.
///
/// `before` is [`Before::default`] for a whole history. To go on from a stored day, give that day's values
/// and pass the loads since; the next day must then have an entry, with 0 if need be.
pub fn fitness(
    loads: &[(Date, f64)],
    through: Date,
    before: Before,
) -> Result<Vec<FitnessDay>, FitnessError> {
    if let Some((date, _)) = loads.iter().find(|(_, load)| !(load.is_finite() && *load >= 0.0)) {
        return Err(FitnessError::Load(*date));
    }
    let mut sorted: Vec<(Date, f64)> = loads.iter().copied().filter(|(date, _)| *date <= through).collect();
    sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let Some(&(first, _)) = sorted.first() else { return Ok(Vec::new()) };
    let days = through.duration_since(first).as_hours() as usize / 24 + 1;
    if days > MAX_DAYS {
        return Err(FitnessError::TooLong(days));
    }
    let mut sums = sorted.chunk_by(|a, b| a.0 == b.0).peekable();
    let mut series = Vec::with_capacity(days);
    let mut state = before;
    for date in first.series(1.day()).take(days) {
        let today = sums.next_if(|sessions| sessions[0].0 == date);
        let load = today.map_or(0.0, |sessions| sessions.iter().map(|session| session.1).sum());
        let day = next_day(state, date, load);
        state = Before { fitness: day.fitness, fatigue: day.fatigue, days: state.days.saturating_add(1) };
        series.push(day);
    }
    Ok(series)
}

fn next_day(before: Before, date: Date, load: f64) -> FitnessDay {
    let towards = |value: f64, time_constant: f64| value - (load - value) * (-1.0 / time_constant).exp_m1();
    FitnessDay {
        date,
        load,
        fitness: towards(before.fitness, FITNESS_DAYS),
        fatigue: towards(before.fatigue, FATIGUE_DAYS),
        form: before.fitness - before.fatigue,
        warming_up: before.days < WARM_UP_DAYS,
    }
}

#[cfg(test)]
mod tests;
