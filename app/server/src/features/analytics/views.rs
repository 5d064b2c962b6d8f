//! What the wire shows of many activities together. Figures arrive rounded from the parts that assemble them.
//! Never here: statistics.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::judgement::{Confidence, Verdict};

/// Whether there was enough to answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AnalyticsStatus)]
pub(super) enum Status {
    /// There was.
    Ok,
    /// There was not; what could be computed is given all the same.
    InsufficientData,
}

/// The trend of efficiency: grade-adjusted metres per heartbeat of steady runs, higher is better.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EfficiencyTrends {
    pub(super) status: Status,
    /// The version of the formulas. Activities that were computed by an earlier one are computed again in the background.
    #[schema(example = 3)]
    pub(super) algorithm_version: i32,
    /// What a trend needs, what there is, and why runs were left out.
    pub(super) missing: Missing,
    /// Every valid run, oldest first.
    pub(super) time_series: Vec<EfficiencyPoint>,
    pub(super) summary: Summary,
    pub(super) trend_analysis: TrendAnalysis,
    /// With `include_stability`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stability: Option<Stability>,
    /// With `include_load_response`: weeks, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) load_response: Option<Vec<LoadWeek>>,
}

/// What a trend needs and what there is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EfficiencyMissing)]
pub(super) struct Missing {
    /// Days with a valid run that a trend needs.
    #[schema(example = 10)]
    pub(super) days_needed: usize,
    /// Days with a valid run.
    pub(super) days_with_data: usize,
    /// How many more it takes.
    pub(super) days_missing: usize,
    /// Runs in the period.
    pub(super) runs: usize,
    /// Runs in the period whose efficiency is valid.
    pub(super) valid_runs: usize,
    /// Runs without a valid efficiency by reason, the most frequent first. One run may have several reasons.
    pub(super) excluded: Vec<Excluded>,
}

/// How many runs a reason left out.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = EfficiencyExcluded)]
pub(super) struct Excluded {
    /// Stable.
    #[schema(example = "too_short")]
    pub(super) code: String,
    pub(super) activities: i64,
}

/// A run. Rolling means count the athlete's civil days that end with this one; days without a run are missing, not
/// zero.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EfficiencyPoint {
    /// The athlete's civil day.
    pub(super) date: Date,
    pub(super) activity_id: Uuid,
    /// Metres per heartbeat.
    #[schema(example = 1.4213)]
    pub(super) efficiency_factor: Option<f64>,
    pub(super) pace_s_per_km: Option<f64>,
    /// Beats per minute.
    pub(super) avg_hr: Option<f64>,
    pub(super) distance_m: Option<f64>,
    /// Moving time.
    pub(super) duration_s: Option<f64>,
    /// Age-graded performance; null: it is not computed yet.
    pub(super) performance_percentage: Option<f64>,
    /// How far efficiency fell from the first to the second half; null when not valid.
    pub(super) decoupling_percent: Option<f64>,
    pub(super) decoupling_status: Option<DecouplingStatus>,
    pub(super) first_half_ef: Option<f64>,
    pub(super) second_half_ef: Option<f64>,
    pub(super) rolling_7d_avg: Option<f64>,
    pub(super) rolling_30d_avg: Option<f64>,
    pub(super) rolling_60d_avg: Option<f64>,
    pub(super) rolling_90d_avg: Option<f64>,
    pub(super) rolling_120d_avg: Option<f64>,
    /// With `include_annotations`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) annotations: Option<Vec<Annotation>>,
}

/// Decoupling in words (Friel): below 5 % good, up to 10 % drift, above high drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DecouplingStatus {
    /// Below 5 %.
    Good,
    /// 5 to 10 %.
    Drift,
    /// Above 10 %.
    HighDrift,
}

impl DecouplingStatus {
    pub(super) fn of(percent: f64) -> Self {
        match percent {
            percent if percent < 5.0 => Self::Good,
            percent if percent <= 10.0 => Self::Drift,
            _ => Self::HighDrift,
        }
    }
}

/// A remark on a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EfficiencyAnnotation)]
pub(super) enum Annotation {
    /// The athlete marked it as a race.
    Race,
    /// The highest efficiency of the period.
    BestOfPeriod,
}

/// The runs of the period in a few figures; null where there is none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EfficiencySummary)]
pub(super) struct Summary {
    /// Valid runs.
    pub(super) total_activities: usize,
    /// The days of the first and the last of them.
    pub(super) date_range: Option<DateRange>,
    /// The mean of the seven days that end with the last run.
    pub(super) current_efficiency: Option<f64>,
    pub(super) average_efficiency: Option<f64>,
    /// The highest.
    pub(super) best_efficiency: Option<f64>,
    /// The lowest.
    pub(super) worst_efficiency: Option<f64>,
    pub(super) trend_direction: Verdict,
    /// The size of the change over the period, in percent.
    pub(super) trend_magnitude: Option<f64>,
    /// The part of the runs, in percent, that are not above `current_efficiency`.
    pub(super) efficiency_percentile: Option<f64>,
    /// Days until the best of the period is reached if an improving trend goes on as it is; null without such a trend,
    /// and beyond a year. A line drawn on, not a forecast.
    pub(super) days_to_pr_efficiency: Option<i64>,
}

/// From one day to another, both included.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct DateRange {
    pub(super) start: Date,
    pub(super) end: Date,
}

/// Theil–Sen slope and Mann–Kendall test, corrected for autocorrelation. Null figures: too few days.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TrendAnalysis {
    /// What the sign of the slope means.
    pub(super) direction: Verdict,
    pub(super) confidence: Confidence,
    /// Metres per heartbeat a week.
    #[schema(example = 0.0042)]
    pub(super) slope_per_week: Option<f64>,
    /// Interval of the slope; null where autocorrelation leaves no bound.
    pub(super) slope_ci: Option<TrendInterval>,
    /// Two-sided.
    pub(super) p_value: Option<f64>,
    /// The part of the variance that a straight line over days describes. Nothing depends on it.
    pub(super) r_squared: Option<f64>,
    /// Days with a valid run.
    pub(super) sample_size: usize,
    /// Independent days that they are worth.
    pub(super) effective_sample_size: Option<f64>,
    /// Of neighbouring days, after the trend is taken out; 0 to 1.
    pub(super) autocorrelation: Option<f64>,
    /// Civil days of the period.
    pub(super) period_days: i64,
    /// From the first to the last run, in percent of the line's start.
    pub(super) change_percent: Option<f64>,
    /// The same in plain words.
    #[schema(example = "There is no evidence of a change in efficiency over this period.")]
    pub(super) insight_text: String,
    /// Whether there is a trend and it is of at least 3 %.
    pub(super) is_actionable: bool,
}

/// An interval, in metres per heartbeat a week.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TrendInterval {
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    /// Its confidence level.
    #[schema(example = 0.95)]
    pub(super) level: f64,
}

/// How much efficiency varies from run to run, and how hard the runs were.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EfficiencyStability)]
pub(super) struct Stability {
    /// 100 less the coefficient of variation in percent; null for fewer than two runs.
    #[schema(example = 94.2)]
    pub(super) consistency_score: Option<f64>,
    /// Sample variance of the efficiency factor.
    pub(super) variance: Option<f64>,
    pub(super) sample_size: usize,
    /// Mean heart rate below 90 % of threshold heart rate.
    pub(super) easy_runs: usize,
    /// 90 to 100 % of threshold heart rate.
    pub(super) moderate_runs: usize,
    /// Threshold heart rate and above.
    pub(super) hard_runs: usize,
    /// Threshold heart rate is not known.
    pub(super) unclassified_runs: usize,
}

/// A week, Monday to Sunday. Distance, time and count are of runs; load is of every sport.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LoadWeek {
    /// Its Monday.
    pub(super) week_start: Date,
    pub(super) total_distance_km: Option<f64>,
    pub(super) total_distance_m: Option<f64>,
    pub(super) total_duration_hours: Option<f64>,
    /// Runs.
    pub(super) activity_count: usize,
    /// Points: 100 is an hour at threshold.
    pub(super) total_load: Option<f64>,
    /// Mean of the valid runs; null without any.
    pub(super) avg_efficiency: Option<f64>,
    /// Against the last week that had one.
    pub(super) efficiency_delta: Option<f64>,
    /// Against the median of the whole weeks. A comparison, not an effect.
    pub(super) load_type: LoadType,
    /// Whether the period cuts it.
    pub(super) is_partial: bool,
}

/// A week's load beside the median week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum LoadType {
    /// More than a fifth above.
    AboveUsual,
    /// Within a fifth.
    Usual,
    /// More than a fifth below.
    BelowUsual,
    /// A partial week, or fewer than four whole ones.
    Unknown,
}

/// Fitness, fatigue and form as they stand.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CurrentLoad {
    pub(super) status: Status,
    /// The athlete's today.
    pub(super) as_of: Date,
    /// Null without any load.
    pub(super) current: Option<LoadDay>,
    /// What the loads of the last `source_days` days were computed from.
    pub(super) source_counts: SourceCounts,
    pub(super) source_days: i64,
}

/// Fitness, fatigue and form by day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LoadHistory {
    pub(super) status: Status,
    /// The version of the formulas. Activities that were computed by an earlier one are computed again in the background.
    #[schema(example = 3)]
    pub(super) algorithm_version: i32,
    /// Civil days of the period.
    pub(super) period_days: i64,
    pub(super) start_date: Date,
    pub(super) end_date: Date,
    /// One entry a civil day, from the first load on; none before it, because nothing is known of that time.
    pub(super) days: Vec<LoadDay>,
    /// What the loads of the period were computed from.
    pub(super) source_counts: SourceCounts,
}

/// The state at the end of a civil day, in points a day: 100 points are an hour at threshold.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct LoadDay {
    pub(super) date: Date,
    /// The day's load; a day without activities is 0.
    pub(super) load: Option<f64>,
    /// Fitness: average over a time constant of 42 days.
    #[schema(example = 54.12)]
    pub(super) ctl: Option<f64>,
    /// Fatigue: average over a time constant of 7 days.
    #[schema(example = 61.4)]
    pub(super) atl: Option<f64>,
    /// Form: yesterday's fitness less yesterday's fatigue.
    #[schema(example = -7.28)]
    pub(super) tsb: Option<f64>,
    /// Whether fewer than 42 days stand behind it: fitness is then too low.
    pub(super) warming_up: bool,
}

/// Activities by what gave them a load. Sources mix well only as far as the athlete's thresholds agree.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = LoadSourceCounts)]
pub(super) struct SourceCounts {
    pub(super) power: usize,
    pub(super) pace: usize,
    pub(super) heart_rate: usize,
    pub(super) rpe: usize,
    /// Nothing gave a load: they count as 0, and the figures are too low by as much.
    pub(super) none: usize,
}
