//! What is planted, and what is true of each day because of it. Never here: noise, plans, files.

use jiff::civil::Date;

/// Days of an average month.
pub(crate) const MONTH_DAYS: f64 = 30.4375;
/// Weeks of a season: 18 months.
pub(crate) const WEEKS: i64 = 78;
/// The weeks of the break, counted from 0.
pub(crate) const BREAK_WEEKS: std::ops::Range<i64> = 35..39;
/// The week from which on the fast shoe is worn.
const SHOE_WEEK: i64 = 14;
/// The fast shoe.
pub(crate) const SHOE: &str = "Kestrel Carbon";

/// How large each planted effect is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effects {
    /// Growth of efficiency in per cent a month of 30.4375 days, compounded, from the first day to the last.
    pub growth_percent_per_month: f64,
    /// Efficiency lost by the end of the break, in per cent of what it would be without.
    pub break_loss_percent: f64,
    /// Heart rate in beats per minute for each degree above [`Truths::heat_above_c`].
    pub heat_beats_per_degree: f64,
    /// How much faster the fast shoe makes at the same heart rate, in per cent.
    pub shoe_percent: f64,
}

impl Effects {
    /// A season in which nothing has an effect on anything.
    pub const NONE: Self = Self {
        growth_percent_per_month: 0.0,
        break_loss_percent: 0.0,
        heat_beats_per_degree: 0.0,
        shoe_percent: 0.0,
    };
}

impl Default for Effects {
    /// The demo athlete's.
    fn default() -> Self {
        Self {
            growth_percent_per_month: 0.8,
            break_loss_percent: 7.0,
            heat_beats_per_degree: 0.7,
            shoe_percent: 3.0,
        }
    }
}

/// What is true of a season: what an analysis of its files should find.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truths {
    /// The sizes of the effects.
    pub effects: Effects,
    /// The first day: a Monday.
    pub first_day: Date,
    /// The last day on which something may be recorded.
    pub last_day: Date,
    /// The first day of the break, in which nothing is run.
    pub break_first_day: Date,
    /// The last day of the break.
    pub break_last_day: Date,
    /// After so many days a third (1/e) of what the break cost is left.
    pub recovery_days: f64,
    /// Metres per heartbeat on the first day, on the flat, in the ordinary shoe, without heat or fatigue.
    pub first_efficiency: f64,
    /// Degrees Celsius from which on heat raises heart rate.
    pub heat_above_c: f64,
    /// The fast shoe, as the files' gear names it.
    pub shoe: &'static str,
    /// The first day on which the fast shoe may be worn.
    pub shoe_since: Date,
    /// Rise of heart rate in per cent an hour after the first ten minutes of every session, on average.
    pub drift_percent_per_hour: f64,
}

impl Truths {
    /// The truths of the season that ends on a day.
    pub(crate) fn new(last_day: Date, effects: Effects) -> Self {
        let since_monday = i64::from(last_day.weekday().to_monday_zero_offset());
        let first_day = days_after(last_day, -since_monday - 7 * (WEEKS - 1));
        Self {
            effects,
            first_day,
            last_day,
            break_first_day: days_after(first_day, 7 * BREAK_WEEKS.start),
            break_last_day: days_after(first_day, 7 * BREAK_WEEKS.end - 1),
            recovery_days: 25.0,
            first_efficiency: 1.22,
            heat_above_c: 14.0,
            shoe: SHOE,
            shoe_since: days_after(first_day, 7 * SHOE_WEEK),
            drift_percent_per_hour: 3.0,
        }
    }

    /// Efficiency on a day as a multiple of [`Truths::first_efficiency`], without shoe, heat and form.
    pub fn fitness(&self, day: Date) -> f64 {
        let months = days_between(self.first_day, day) / MONTH_DAYS;
        let grown = (1.0 + self.effects.growth_percent_per_month / 100.0).powf(months);
        grown * (1.0 - self.lost(day))
    }

    /// The part of fitness that the break costs on a day: rising evenly within it, falling exponentially after.
    fn lost(&self, day: Date) -> f64 {
        let most = self.effects.break_loss_percent / 100.0;
        let length = days_between(self.break_first_day, self.break_last_day) + 1.0;
        let into = days_between(self.break_first_day, day) + 1.0;
        if into <= 0.0 {
            0.0
        } else if into <= length {
            most * into / length
        } else {
            most * (-(into - length) / self.recovery_days).exp()
        }
    }

    /// Heart rate that a temperature in degrees Celsius adds, in beats per minute.
    pub fn heat_beats(&self, temperature_c: f64) -> f64 {
        self.effects.heat_beats_per_degree * (temperature_c - self.heat_above_c).max(0.0)
    }

    /// Whether a day lies in the break.
    pub fn is_in_break(&self, day: Date) -> bool {
        (self.break_first_day..=self.break_last_day).contains(&day)
    }
}

/// The day a number of days later. At the ends of the calendar it stays where it is.
pub(crate) fn days_after(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::SignedDuration::from_hours(24 * days))
}

/// Days from one to another.
pub(crate) fn days_between(from: Date, to: Date) -> f64 {
    from.duration_until(to).as_hours() as f64 / 24.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn fitness_grows_is_lost_and_comes_back() {
        let truths = Truths::new(date(2026, 11, 21), Effects::default());
        assert_eq!(truths.first_day.weekday(), jiff::civil::Weekday::Monday);
        assert_eq!(truths.fitness(truths.first_day), 1.0);
        let before = days_after(truths.break_first_day, -1);
        let grown = |day| 1.008_f64.powf(days_between(truths.first_day, day) / MONTH_DAYS);
        assert_eq!(truths.fitness(before), grown(before));
        let lost = truths.fitness(truths.break_last_day) / grown(truths.break_last_day);
        assert!((lost - 0.93).abs() < 1e-12, "{lost}");
        let later = days_after(truths.break_last_day, 25);
        assert!((truths.fitness(later) / grown(later) - (1.0 - 0.07 / std::f64::consts::E)).abs() < 1e-12);
        assert!(truths.is_in_break(truths.break_last_day) && !truths.is_in_break(before));
        assert_eq!(days_between(truths.break_first_day, truths.break_last_day), 27.0);
        assert_eq!(truths.heat_beats(24.0), 7.0);
        assert_eq!(truths.heat_beats(-5.0), 0.0);
    }
}
