//! What a day brings: its weather and how fit the athlete feels. Never here: plans, truths.

use jiff::civil::Date;

use crate::dice::{Dice, Purpose, Wander};
use crate::truths::{Truths, days_after, days_between};

/// One day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Condition {
    pub(crate) day: Date,
    /// Mean temperature in degrees Celsius.
    pub(crate) temperature_c: f64,
    /// Efficiency as a multiple of what is usual: good days and bad ones, without a reason.
    pub(crate) form: f64,
}

/// Deviation of form.
const FORM: f64 = 0.012;

/// Every day of the season, first to last.
pub(crate) fn conditions(seed: u64, truths: &Truths) -> Vec<Condition> {
    let mut weather = Dice::new(seed, Purpose::Weather, 0);
    let mut felt = Dice::new(seed, Purpose::Form, 0);
    let mut warmth = Wander::new(3.2, 0.75, &mut weather);
    let mut form = Wander::new(FORM, 0.3, &mut felt);
    let days = days_between(truths.first_day, truths.last_day) as i64;
    (0..=days)
        .map(|number| {
            let day = days_after(truths.first_day, number);
            Condition {
                day,
                temperature_c: usual_temperature_c(day) + warmth.step(&mut weather),
                form: 1.0 + form.step(&mut felt),
            }
        })
        .collect()
}

/// A temperate summer of 20 degrees at the end of July, a winter of 3.
fn usual_temperature_c(day: Date) -> f64 {
    let part = (f64::from(day.day_of_year()) - 205.0) / 365.25;
    11.5 + 8.5 * (part * std::f64::consts::TAU).cos()
}
