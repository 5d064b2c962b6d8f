//! The journal: what the athlete writes down every morning. Never here: sessions.

use jiff::civil::Date;

use crate::calendar::{Planned, Work};
use crate::conditions::Condition;
use crate::dice::{Dice, Purpose};
use crate::truths::{Truths, days_after, days_between};

/// One morning.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalDay {
    /// The athlete's civil day.
    pub date: Date,
    /// Resting heart rate in beats per minute.
    pub resting_hr_bpm: f64,
    /// Heart rate variability (RMSSD) in milliseconds.
    pub hrv_ms: f64,
    /// Sleep of the night before in hours.
    pub sleep_h: f64,
    /// Body weight in kilograms; absent on days without a scale.
    pub weight_kg: Option<f64>,
    /// 1 (low) to 5 (high).
    pub mood: u8,
    /// Mean temperature of the day in degrees Celsius.
    pub temperature_c: f64,
    /// What is written; empty on most days.
    pub notes: String,
}

/// Every day of the season.
pub(crate) fn journal(
    seed: u64,
    truths: &Truths,
    conditions: &[Condition],
    planned: &[Planned],
) -> Vec<JournalDay> {
    conditions.iter().map(|condition| morning(seed, truths, condition, planned)).collect()
}

fn morning(seed: u64, truths: &Truths, condition: &Condition, planned: &[Planned]) -> JournalDay {
    let day = condition.day;
    let number = days_between(truths.first_day, day);
    let mut dice = Dice::new(seed, Purpose::Journal, number as u64);
    let fitter = truths.fitness(day) - 1.0;
    let yesterday = days_after(day, -1);
    let was_hard = on(planned, yesterday).is_some_and(|session| is_hard(session.work));
    let tired = if was_hard { 1.0 } else { 0.0 };
    let hurt = if truths.is_in_break(day) { 1.0 } else { 0.0 };
    let rounded = |value: f64, by: f64| (value * by).round() / by;
    JournalDay {
        date: day,
        resting_hr_bpm: (52.0 - 30.0 * fitter + 1.5 * tired + 1.3 * dice.normal()).round(),
        hrv_ms: (64.0 + 45.0 * fitter - 4.0 * tired + 5.0 * dice.normal()).round(),
        sleep_h: rounded((7.3 + 0.7 * dice.normal()).clamp(4.0, 10.0), 10.0),
        weight_kg: Some(rounded(72.0 - 0.003 * number + 0.8 * hurt + 0.35 * dice.normal(), 10.0))
            .filter(|_| dice.chance(0.8)),
        mood: (3.4 - 0.9 * hurt + 0.8 * dice.normal()).round().clamp(1.0, 5.0) as u8,
        temperature_c: rounded(condition.temperature_c, 10.0),
        notes: notes(truths, day, planned),
    }
}

fn notes(truths: &Truths, day: Date, planned: &[Planned]) -> String {
    if day == truths.break_first_day {
        "Calf strained, no running until it is quiet.".to_owned()
    } else if day == days_after(truths.break_last_day, 1) {
        "Calf is fine. Starting again with short runs.".to_owned()
    } else if day == truths.shoe_since {
        format!("New shoes for fast days: {}.", truths.shoe)
    } else {
        match on(planned, day).map(|session| (session.work, &session.title)) {
            Some((Work::Race(_), title)) => format!("Race day: {title}."),
            _ => String::new(),
        }
    }
}

fn on(planned: &[Planned], day: Date) -> Option<&Planned> {
    planned.binary_search_by_key(&day, |session| session.day).ok().map(|at| &planned[at])
}

fn is_hard(work: Work) -> bool {
    match work {
        Work::Tempo { .. } | Work::Intervals { .. } | Work::Race(_) => true,
        Work::Long { minutes } => minutes > 100.0,
        Work::Easy { .. } | Work::Ride { .. } => false,
    }
}
