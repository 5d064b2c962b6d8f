//! Tests of the fitness series against closed forms.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;

const START: Date = date(2024, 2, 20);

fn day(n: i64) -> Date {
    START.checked_add(n.days()).unwrap()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

/// A steady load L from a start at 0: x after n days is L·(1 − e^{−n/τ}).
#[test]
fn a_steady_load_approaches_itself_exponentially() {
    let loads: Vec<(Date, f64)> = (0..100).map(|n| (day(n), 80.0)).collect();
    let series = fitness(&loads, day(99), Before::default()).unwrap();
    assert_eq!(series.len(), 100);
    let last = series[99];
    close(last.fitness, 80.0 * (1.0 - (-100.0 / 42.0f64).exp()));
    close(last.fatigue, 80.0 * (1.0 - (-100.0 / 7.0f64).exp()));
    close(last.form, series[98].fitness - series[98].fatigue);
    // After one time constant 63 % is reached; with 2/(N+1) it would be 86 %.
    close(series[41].fitness / 80.0, 1.0 - (-1.0f64).exp());
}

#[test]
fn missing_days_are_days_of_zero_across_a_leap_day() {
    let series = fitness(&[(day(20), 50.0), (day(0), 100.0)], day(40), Before::default()).unwrap();
    assert_eq!(series.len(), 41);
    assert_eq!(series[9].date, date(2024, 2, 29));
    assert_eq!(series.iter().filter(|day| day.load == 0.0).count(), 39);
    let one = 1.0 - (-1.0 / 42.0f64).exp();
    close(series[40].fitness, one * (100.0 * (-40.0 / 42.0f64).exp() + 50.0 * (-20.0 / 42.0f64).exp()));
}

#[test]
fn form_is_of_the_day_before() {
    let series = fitness(&[(day(0), 100.0)], day(1), Before::default()).unwrap();
    close(series[0].form, 0.0);
    close(series[1].form, 100.0 * ((-1.0 / 7.0f64).exp() - (-1.0 / 42.0f64).exp()));
}

#[test]
fn forty_two_days_are_flagged() {
    let series = fitness(&[(day(0), 100.0)], day(99), Before::default()).unwrap();
    let flagged = series.iter().filter(|day| day.warming_up).count();
    assert_eq!((flagged, series[41].warming_up, series[42].warming_up), (42, true, false));
}

#[test]
fn unsound_loads_are_refused_and_later_ones_left_out() {
    for load in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(fitness(&[(day(0), load)], day(9), Before::default()), Err(FitnessError::Load(day(0))));
    }
    let endless = fitness(&[(date(1, 1, 1), 1.0)], day(0), Before::default());
    assert!(matches!(endless, Err(FitnessError::TooLong(_))));
    assert_eq!(fitness(&[(day(5), 1.0)], day(4), Before::default()), Ok(Vec::new()));
}

proptest! {
    #[test]
    fn going_on_from_a_stored_day_gives_the_same(
        loads in prop::collection::vec((0i64..90, 0.0..300.0f64), 1..60),
        cut in 1usize..80,
    ) {
        let loads: Vec<(Date, f64)> = loads.into_iter().map(|(n, load)| (day(n), load)).collect();
        let whole = fitness(&loads, day(100), Before::default()).unwrap();
        let stored = whole[cut.min(whole.len() - 2)];
        let next = stored.date.tomorrow().unwrap();
        let mut rest: Vec<(Date, f64)> = loads.iter().copied().filter(|(date, _)| *date >= next).collect();
        rest.push((next, 0.0));
        let known = cut.min(whole.len() - 2);
        let before = Before { fitness: stored.fitness, fatigue: stored.fatigue, days: known as u32 + 1 };
        let resumed = fitness(&rest, day(100), before).unwrap();
        for (a, b) in whole[known + 1..].iter().zip(&resumed) {
            prop_assert_eq!(a.date, b.date);
            prop_assert_eq!(a.warming_up, b.warming_up);
            prop_assert!((a.fitness - b.fitness).abs() < 1e-9 && (a.form - b.form).abs() < 1e-9);
        }
        prop_assert_eq!(resumed.len(), whole.len() - known - 1);
    }

    #[test]
    fn values_stay_within_the_loads(loads in prop::collection::vec(0.0..300.0f64, 1..200)) {
        let dated: Vec<(Date, f64)> = (0..).map(day).zip(loads.iter().copied()).collect();
        let most = loads.iter().copied().fold(0.0, f64::max);
        for day in fitness(&dated, dated[dated.len() - 1].0, Before::default()).unwrap() {
            prop_assert!((0.0..=most).contains(&day.fitness) && (0.0..=most).contains(&day.fatigue));
        }
    }
}
