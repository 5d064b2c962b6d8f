//! The trend of efficiency from runs: series, rolling means, trend, stability. Pure: runs and a window come in, the
//! answer goes out, rounded for the wire.
//! Never here: SQL, the clock, and the words for a verdict ([`super::judgement`]).

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use paceline_domain::analysis::efficiency::EFFICIENCY_POLARITY;
use paceline_domain::analysis::summary::ALGORITHM_VERSION;
use paceline_domain::analysis::trend::rolling::{Window, rolling_means};
use paceline_domain::analysis::trend::{self, MIN_POINTS, Trend, TrendError, trend};

use super::Include;
use super::judgement::{self, Finding, Verdict};
use super::store::Run;
use super::views::{
    Annotation, DateRange, DecouplingStatus, EfficiencyPoint, EfficiencyTrends, Excluded, LoadWeek, Missing,
    Stability, Status, Summary, TrendAnalysis, TrendInterval,
};
use crate::features::activities::{DayWindow, pace_s_per_km, rounded, significant};

/// The two-sided error rate of the trend.
const ALPHA: f64 = 0.05;

/// Changes below this many percent over the period are within what a warm day or another route makes.
const ACTIONABLE_PERCENT: f64 = 3.0;

/// Heart rate of an easy and a moderate run as a part of threshold heart rate: zones 1 and 2, and 3 and 4 of Friel
/// ("Joe Friel's Quick Guide to Setting Zones", 2009). At the threshold and above a run is hard.
const EASY_BELOW: f64 = 0.90;
const MODERATE_BELOW: f64 = 1.0;

/// A run of the window with a valid efficiency.
struct Valid<'a> {
    run: &'a Run,
    factor: f64,
}

/// The whole answer. `runs` reach back before the window, so that its first rolling means are whole.
pub(super) fn assemble(
    runs: &[Run],
    window: DayWindow,
    include: Include,
    load_response: Option<Vec<LoadWeek>>,
) -> Result<EfficiencyTrends, TrendError> {
    let shown: Vec<&Run> = runs.iter().filter(|run| window.contains(run.day)).collect();
    let valid: Vec<Valid<'_>> =
        shown.iter().filter_map(|run| run.efficiency_factor.map(|factor| Valid { run, factor })).collect();
    let rolling = Rolling::new(runs);
    let points: Vec<(f64, f64)> =
        valid.iter().map(|valid| (day_number(valid.run.day, window), valid.factor)).collect();
    let trend = trend(&points, ALPHA)?;
    let analysis = trend_analysis(&trend, &points, window);
    let enough = analysis.direction != Verdict::InsufficientData;
    Ok(EfficiencyTrends {
        algorithm_version: ALGORITHM_VERSION,
        status: if enough { Status::Ok } else { Status::InsufficientData },
        missing: missing(&shown, valid.len(), &trend),
        time_series: series(&valid, &rolling, include.annotations),
        summary: summary(&valid, &rolling, &trend, &analysis),
        trend_analysis: analysis,
        stability: include.stability.then(|| stability(&valid)),
        load_response,
    })
}

/// Rolling means by window and day.
struct Rolling(HashMap<(Window, Date), f64>);

impl Rolling {
    fn new(runs: &[Run]) -> Self {
        let values: Vec<(Date, f64)> =
            runs.iter().filter_map(|run| Some((run.day, run.efficiency_factor?))).collect();
        let means = Window::ALL.into_iter().flat_map(|window| {
            rolling_means(&values, window).into_iter().map(move |point| ((window, point.date), point.mean))
        });
        Self(means.collect())
    }

    fn at(&self, window: Window, day: Date) -> Option<f64> {
        self.0.get(&(window, day)).copied()
    }
}

fn day_number(day: Date, window: DayWindow) -> f64 {
    day.duration_since(window.first).as_hours() as f64 / 24.0
}

fn series(valid: &[Valid<'_>], rolling: &Rolling, annotate: bool) -> Vec<EfficiencyPoint> {
    let best = valid.iter().map(|valid| valid.factor).fold(f64::NEG_INFINITY, f64::max);
    let point = |Valid { run, factor }: &Valid<'_>| {
        let mean = |window| rounded(rolling.at(window, run.day), 4);
        EfficiencyPoint {
            date: run.day,
            activity_id: run.activity_id,
            efficiency_factor: rounded(*factor, 4),
            pace_s_per_km: pace_s_per_km(run.distance_m, run.moving_time_s),
            avg_hr: rounded(run.avg_hr_bpm, 1),
            distance_m: rounded(run.distance_m, 2),
            duration_s: rounded(run.moving_time_s, 1),
            performance_percentage: None,
            decoupling_percent: rounded(run.decoupling_percent, 2),
            decoupling_status: run.decoupling_percent.map(DecouplingStatus::of),
            first_half_ef: rounded(run.first_half_ef, 4),
            second_half_ef: rounded(run.second_half_ef, 4),
            rolling_7d_avg: mean(Window::Days7),
            rolling_30d_avg: mean(Window::Days30),
            rolling_60d_avg: mean(Window::Days60),
            rolling_90d_avg: mean(Window::Days90),
            rolling_120d_avg: mean(Window::Days120),
            annotations: annotate.then(|| {
                let race = run.is_race.then_some(Annotation::Race);
                let best = (*factor >= best).then_some(Annotation::BestOfPeriod);
                [race, best].into_iter().flatten().collect()
            }),
        }
    };
    valid.iter().map(point).collect()
}

fn missing(shown: &[&Run], valid_runs: usize, trend: &Trend) -> Missing {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for run in shown.iter().filter(|run| run.efficiency_factor.is_none()) {
        for reason in &run.reasons {
            *counts.entry(reason).or_default() += 1;
        }
    }
    let mut excluded: Vec<Excluded> =
        counts.into_iter().map(|(code, activities)| Excluded { code: code.to_owned(), activities }).collect();
    excluded.sort_by(|a, b| b.activities.cmp(&a.activities).then_with(|| a.code.cmp(&b.code)));
    Missing {
        days_needed: MIN_POINTS,
        days_with_data: trend.points,
        days_missing: MIN_POINTS.saturating_sub(trend.points),
        runs: shown.len(),
        valid_runs,
        excluded,
    }
}

fn trend_analysis(trend: &Trend, points: &[(f64, f64)], window: DayWindow) -> TrendAnalysis {
    let verdict = judgement::judge(trend.direction, EFFICIENCY_POLARITY);
    let estimate = trend.estimate.as_ref();
    let p_value = estimate.map(|estimate| estimate.p_value);
    let confidence = judgement::confidence(verdict, p_value, trend.points);
    let span = Span::of(points);
    let change_percent = estimate.and_then(|estimate| span.percent(estimate, estimate.slope_per_day));
    let slope_ci = estimate.and_then(|estimate| estimate.interval);
    let change_interval = estimate.zip(slope_ci).and_then(|(estimate, (low, high))| {
        Some((span.percent(estimate, low)?, span.percent(estimate, high)?))
    });
    let finding = Finding {
        verdict,
        confidence,
        days: trend.points,
        days_needed: MIN_POINTS,
        change_percent,
        change_interval,
    };
    let moves = matches!(verdict, Verdict::Improving | Verdict::Declining);
    TrendAnalysis {
        direction: verdict,
        confidence,
        slope_per_week: rounded(estimate.map(|estimate| estimate.slope_per_day * 7.0), 6),
        slope_ci: slope_ci.map(|(low, high)| TrendInterval {
            low: rounded(low * 7.0, 6),
            high: rounded(high * 7.0, 6),
            level: 1.0 - ALPHA,
        }),
        p_value: significant(p_value, 3),
        r_squared: rounded(estimate.and_then(|_| r_squared(points)), 3),
        sample_size: trend.points,
        effective_sample_size: rounded(estimate.map(|estimate| estimate.effective_points), 1),
        autocorrelation: rounded(estimate.map(|estimate| estimate.autocorrelation), 3),
        period_days: window.days(),
        change_percent: rounded(change_percent, 2),
        insight_text: judgement::words(&finding),
        is_actionable: moves && change_percent.is_some_and(|change| change.abs() >= ACTIONABLE_PERCENT),
    }
}

/// From the first to the last day with a value: no further does a trend reach.
struct Span {
    first: f64,
    last: f64,
}

impl Span {
    fn of(points: &[(f64, f64)]) -> Self {
        let first = points.iter().map(|point| point.0).fold(f64::INFINITY, f64::min);
        let last = points.iter().map(|point| point.0).fold(f64::NEG_INFINITY, f64::max);
        Self { first, last }
    }

    /// The change that a slope makes over the span, in percent of the line's value at its start.
    fn percent(&self, estimate: &trend::Estimate, slope_per_day: f64) -> Option<f64> {
        let start = estimate.intercept + estimate.slope_per_day * self.first;
        let change = slope_per_day * (self.last - self.first) / start * 100.0;
        (start > 0.0 && change.is_finite()).then_some(change)
    }
}

/// The part of the variance that a straight line over days describes (squared Pearson correlation). Descriptive:
/// no verdict depends on it.
fn r_squared(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    let mean = |part: fn(&(f64, f64)) -> f64| points.iter().map(part).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        xx += (x - mean_x) * (x - mean_x);
        yy += (y - mean_y) * (y - mean_y);
        xy += (x - mean_x) * (y - mean_y);
    }
    let share = xy * xy / (xx * yy);
    share.is_finite().then(|| share.min(1.0))
}

fn summary(valid: &[Valid<'_>], rolling: &Rolling, trend: &Trend, analysis: &TrendAnalysis) -> Summary {
    let factors = || valid.iter().map(|valid| valid.factor);
    let best = factors().reduce(f64::max);
    let last_day = valid.last().map(|valid| valid.run.day);
    let current = last_day.and_then(|day| rolling.at(Window::Days7, day));
    let below = current.map(|current| factors().filter(|factor| *factor <= current).count());
    let days_to_best = match (analysis.direction, trend.estimate, current.zip(best)) {
        (Verdict::Improving, Some(estimate), Some((current, best))) if estimate.slope_per_day > 0.0 => {
            Some(((best - current) / estimate.slope_per_day).max(0.0)).filter(|days| *days <= 365.0)
        }
        _ => None,
    };
    let count = valid.len();
    Summary {
        total_activities: count,
        date_range: valid.first().zip(last_day).map(|(first, end)| DateRange { start: first.run.day, end }),
        current_efficiency: rounded(current, 4),
        average_efficiency: rounded((count > 0).then(|| factors().sum::<f64>() / count as f64), 4),
        best_efficiency: rounded(best, 4),
        worst_efficiency: rounded(factors().reduce(f64::min), 4),
        trend_direction: analysis.direction,
        trend_magnitude: analysis.change_percent.map(f64::abs),
        efficiency_percentile: below.and_then(|below| rounded(below as f64 / count as f64 * 100.0, 1)),
        days_to_pr_efficiency: days_to_best.map(|days| days.ceil() as i64),
    }
}

fn stability(valid: &[Valid<'_>]) -> Stability {
    let n = valid.len() as f64;
    let mean = valid.iter().map(|valid| valid.factor).sum::<f64>() / n;
    let spread: f64 = valid.iter().map(|valid| (valid.factor - mean) * (valid.factor - mean)).sum();
    let variance = (valid.len() >= 2).then(|| spread / (n - 1.0));
    let mut stability = Stability {
        consistency_score: rounded(
            variance.map(|variance| (100.0 - 100.0 * variance.sqrt() / mean).max(0.0)),
            1,
        ),
        variance: rounded(variance, 6),
        sample_size: valid.len(),
        easy_runs: 0,
        moderate_runs: 0,
        hard_runs: 0,
        unclassified_runs: 0,
    };
    for Valid { run, .. } in valid {
        let of_threshold = run.avg_hr_bpm.zip(run.threshold_hr_bpm).map(|(mean, threshold)| mean / threshold);
        *match of_threshold {
            None => &mut stability.unclassified_runs,
            Some(part) if part < EASY_BELOW => &mut stability.easy_runs,
            Some(part) if part < MODERATE_BELOW => &mut stability.moderate_runs,
            Some(_) => &mut stability.hard_runs,
        } += 1;
    }
    stability
}

#[cfg(test)]
mod tests;
