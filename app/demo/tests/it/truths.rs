//! What was planted is found again in the files, and nothing where nothing was planted.

use jiff::civil::{Date, date};
use paceline_demo::{Effects, Gear, Season, Truths, Work};
use paceline_domain::analysis::profile::Profile;
use paceline_domain::analysis::summary::analyse;
use paceline_domain::analysis::trend::{Direction, Estimate, trend};
use paceline_domain::formats::{Limits, read};
use paceline_domain::model::Channel;

const LAST_DAY: Date = date(2026, 11, 21);
const MONTH_DAYS: f64 = 30.4375;

/// A steady run as its file shows it. What fitness it was done in is not among what is known of it.
struct Run {
    day: Date,
    days: f64,
    efficiency: f64,
    heart_rate_bpm: f64,
    temperature_c: f64,
    hours: f64,
    is_fast_shoe: bool,
}

/// The steady runs of a season.
fn steady_runs(season: &Season) -> Vec<Run> {
    let truths = season.truths;
    let is_steady = |work| matches!(work, Work::Easy { .. } | Work::Long { .. });
    let runs = season.planned.iter().filter(|planned| is_steady(planned.work));
    runs.filter_map(|planned| {
        let file = season.file(planned);
        let mut recording = read(&file.bytes, None, &Limits::default()).unwrap();
        assert_eq!(recording.warnings, [], "{planned:?}");
        let session = recording.sessions.remove(0);
        let analysis = analyse(&session, &Profile::default());
        let temperature_c = session.track.get(Channel::TemperatureC)?;
        Some(Run {
            day: planned.day,
            days: days(truths.first_day, planned.day),
            efficiency: analysis.efficiency.factor?,
            heart_rate_bpm: analysis.avg_hr_bpm?,
            temperature_c: temperature_c.iter().sum::<f64>() / temperature_c.len() as f64,
            hours: analysis.moving_time_s / 3600.0,
            is_fast_shoe: file.hints.gear == Gear::Fast.name(),
        })
    })
    .collect()
}

fn days(from: Date, to: Date) -> f64 {
    to.duration_since(from).as_hours() as f64 / 24.0
}

/// Neither in the break nor in the 100 days in which the rest of it (98 %) is made up for.
fn is_undisturbed(truths: &Truths, day: Date) -> bool {
    day < truths.break_first_day || days(truths.break_last_day, day) > 4.0 * truths.recovery_days
}

/// The trend of the logarithm of efficiency over runs that nothing disturbs: cool, shorter than 70 minutes, in the
/// ordinary shoe.
fn undisturbed_trend(truths: &Truths, runs: &[Run]) -> (Direction, Estimate) {
    let undisturbed = runs.iter().filter(|run| {
        is_undisturbed(truths, run.day)
            && run.temperature_c < truths.heat_above_c
            && run.hours < 70.0 / 60.0
            && !run.is_fast_shoe
    });
    let points: Vec<(f64, f64)> = undisturbed.map(|run| (run.days, run.efficiency.ln())).collect();
    let trend = trend(&points, 0.05).unwrap();
    (trend.direction, trend.estimate.unwrap())
}

fn percent_per_month(slope_per_day: f64) -> f64 {
    ((slope_per_day * MONTH_DAYS).exp() - 1.0) * 100.0
}

/// What least squares make of the runs outside the break and its recovery.
struct Fitted {
    growth_percent_per_month: f64,
    beats_per_degree: f64,
    shoe_percent: f64,
    drift_percent_per_hour: f64,
    coefficients: [f64; 5],
}

fn regressors(truths: &Truths, run: &Run) -> [f64; 5] {
    let heat = (run.temperature_c - truths.heat_above_c).max(0.0);
    [1.0, run.days / MONTH_DAYS, f64::from(u8::from(run.is_fast_shoe)), heat, run.hours]
}

fn fit(truths: &Truths, runs: &[Run]) -> Fitted {
    let undisturbed: Vec<&Run> = runs.iter().filter(|run| is_undisturbed(truths, run.day)).collect();
    let rows: Vec<([f64; 5], f64)> =
        undisturbed.iter().map(|run| (regressors(truths, run), run.efficiency.ln())).collect();
    let coefficients = least_squares(&rows);
    let [_, growth, shoe, heat, hours] = coefficients;
    let hot: Vec<f64> = undisturbed
        .iter()
        .filter(|run| run.temperature_c > truths.heat_above_c)
        .map(|run| run.heart_rate_bpm)
        .collect();
    let mean_bpm = hot.iter().sum::<f64>() / hot.len() as f64;
    Fitted {
        growth_percent_per_month: (growth.exp() - 1.0) * 100.0,
        // Efficiency is by heart rate: a beat more of so many is so much less of it.
        beats_per_degree: -heat * mean_bpm,
        shoe_percent: (shoe.exp() - 1.0) * 100.0,
        // The mean of a run is what it was halfway.
        drift_percent_per_hour: -hours * 2.0 * 100.0,
        coefficients,
    }
}

/// Ordinary least squares by the normal equations and Gaussian elimination.
fn least_squares<const N: usize>(rows: &[([f64; N], f64)]) -> [f64; N] {
    let mut system = [[0.0; N]; N];
    let mut right = [0.0; N];
    for (x, y) in rows {
        for i in 0..N {
            right[i] += x[i] * y;
            for j in 0..N {
                system[i][j] += x[i] * x[j];
            }
        }
    }
    for i in 0..N {
        for below in i + 1..N {
            let pivot = system[i];
            let part = system[below][i] / pivot[i];
            for (value, above) in system[below].iter_mut().zip(pivot) {
                *value -= part * above;
            }
            right[below] -= part * right[i];
        }
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|j| system[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / system[i][i];
    }
    right
}

#[track_caller]
fn within(what: &str, found: f64, planted: f64, tolerance: f64) {
    assert!((found - planted).abs() <= tolerance, "{what}: {found}, not {planted} within {tolerance}");
}

#[test]
fn growth_heat_shoe_and_break_are_found_again() {
    let season = Season::with(1, LAST_DAY, Effects::default());
    let (truths, runs) = (season.truths, steady_runs(&season));
    let planted = truths.effects;
    let (direction, estimate) = undisturbed_trend(&truths, &runs);
    assert_eq!(direction, Direction::Rising, "{estimate:?}");
    let growth = percent_per_month(estimate.slope_per_day);
    within("growth by Theil–Sen", growth, planted.growth_percent_per_month, 0.15);
    let fitted = fit(&truths, &runs);
    within("growth", fitted.growth_percent_per_month, planted.growth_percent_per_month, 0.08);
    within("heat", fitted.beats_per_degree, planted.heat_beats_per_degree, 0.2);
    within("shoe", fitted.shoe_percent, planted.shoe_percent, 0.6);
    within("drift", fitted.drift_percent_per_hour, truths.drift_percent_per_hour, 2.0);
    // What the first runs after the break are short of what they would be without it.
    let after = runs.iter().filter(|run| (1.0..=21.0).contains(&days(truths.break_last_day, run.day)));
    let short = |run: &Run| {
        let x = regressors(&truths, run);
        let usual: f64 = x.iter().zip(fitted.coefficients).map(|(x, coefficient)| x * coefficient).sum();
        let left = (-days(truths.break_last_day, run.day) / truths.recovery_days).exp();
        (usual - run.efficiency.ln(), left)
    };
    let (lost, left) = after.map(short).fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    within("break", lost / left * 100.0, planted.break_loss_percent, 2.0);
}

#[test]
fn nothing_is_found_where_nothing_was_planted() {
    let season = Season::with(2, LAST_DAY, Effects::NONE);
    let (truths, runs) = (season.truths, steady_runs(&season));
    let (direction, estimate) = undisturbed_trend(&truths, &runs);
    assert_eq!(direction, Direction::NoEvidence, "{estimate:?}");
    let fitted = fit(&truths, &runs);
    within("growth", fitted.growth_percent_per_month, 0.0, 0.08);
    within("heat", fitted.beats_per_degree, 0.0, 0.2);
    within("shoe", fitted.shoe_percent, 0.0, 0.6);
}

#[test]
fn every_steady_run_has_an_efficiency_and_no_short_repeats_have() {
    let season = Season::with(1, LAST_DAY, Effects::default());
    let (mut steady, mut short_repeats) = (0, 0);
    for planned in &season.planned {
        let expected = match planned.work {
            Work::Easy { .. } | Work::Long { .. } => true,
            Work::Intervals { metres, .. } if metres < 500.0 => false,
            _ => continue,
        };
        let session = read(&season.file(planned).bytes, None, &Limits::default()).unwrap().sessions.remove(0);
        let efficiency = analyse(&session, &Profile::default()).efficiency;
        assert_eq!(efficiency.factor.is_some(), expected, "{planned:?} {efficiency:?}");
        *(if expected { &mut steady } else { &mut short_repeats }) += 1;
    }
    assert!(steady > 150 && short_repeats >= 8, "{steady} {short_repeats}");
}
