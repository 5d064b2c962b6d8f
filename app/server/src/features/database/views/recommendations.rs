//! What the wire shows of the advice on indexes. Never here: how it was found (`mainstay_db::advisor`).

use mainstay_db::advisor;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::measured::Measured;
use super::{rounded, size_text};

/// The indexes that the database lacks, and those that it could do without.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = DatabaseIndexRecommendations)]
pub(in super::super) struct IndexRecommendations {
    /// Whether the server keeps statistics of statements, which all of this is found from.
    pub(super) available: bool,
    /// Whether the planner judged each index; else they follow from rules, and nobody was asked.
    pub(super) judged_by_planner: bool,
    /// What would bring the statistics, or have the planner judge.
    pub(super) remedy: Option<String>,
    /// How long the statements have been counted, in seconds.
    pub(super) counted_s: Option<u64>,
    /// The indexes to build, those that save most first; at most `database.advisor.recommendations`.
    pub(super) recommendations: Vec<Recommendation>,
    /// The indexes that may go.
    pub(super) surplus: Vec<Surplus>,
    /// Columns for which a GIN index may help; it is not judged.
    pub(super) hints: Vec<String>,
    /// What limits this advice.
    pub(super) notes: Vec<String>,
}

/// An index to build.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseIndexRecommendation)]
pub(in super::super) struct Recommendation {
    #[schema(example = "activity")]
    pub(super) table: String,
    /// Its first column.
    pub(super) column: String,
    /// Of its first column, as the server estimates them; null where the table was never analysed.
    pub(super) distinct_values: Option<i64>,
    /// The statement that builds it.
    pub(super) recommendation: String,
    /// All its columns.
    pub(super) columns: Vec<String>,
    pub(super) index: String,
    /// The same beside live traffic, as a migration without a transaction.
    pub(super) migration: String,
    /// By estimate, about two times too large.
    #[schema(example = "12.5 MB")]
    pub(super) size: Option<String>,
    pub(super) size_bytes: Option<i64>,
    /// The part of all statements' time that it saves beside the others; null where the planner was not asked.
    pub(super) saved_percent: Option<f64>,
    /// The statements that would use it.
    pub(super) statements: Vec<Beneficiary>,
}

/// A statement that would use a recommended index.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseIndexBeneficiary)]
pub(in super::super) struct Beneficiary {
    /// Its name, else its beginning.
    #[schema(example = "activities.list_activities")]
    pub(super) name: String,
    pub(super) calls: i64,
    pub(super) total_time_sec: f64,
    /// The planner's cost now.
    pub(super) cost_before: f64,
    /// With all recommendations; null where the planner was not asked.
    pub(super) cost_after: Option<f64>,
    /// The routes that ran it in the process that answers.
    pub(super) routes: Vec<String>,
}

/// An index that may go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseSurplusIndex)]
pub(in super::super) struct Surplus {
    pub(super) table: String,
    pub(super) index: String,
    pub(super) reason: Reason,
    /// The one that does its work.
    pub(super) instead: Option<String>,
    #[schema(example = "12.5 MB")]
    pub(super) size: String,
    pub(super) size_bytes: i64,
    /// Whether the statistics are too young to act on, or a foreign key may need it.
    pub(super) is_doubtful: bool,
    pub(super) why: String,
    /// What would remove it.
    pub(super) remedy: String,
}

/// Why an index may go.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SurplusReason)]
pub(in super::super) enum Reason {
    /// A build that failed left it.
    Invalid,
    /// Another one is the same.
    Duplicate,
    /// Another one begins with all of its keys.
    Prefix,
    /// Nobody read it, on the primary or on a replica.
    Unused,
}

impl IndexRecommendations {
    pub(in super::super) fn unavailable(remedy: String) -> Self {
        Self { remedy: Some(remedy), ..Self::default() }
    }

    pub(in super::super) fn new(report: advisor::Report, measured: &Measured) -> Self {
        let recommended = |one| Recommendation::new(one, &report, measured);
        let recommendations = report.recommendations.iter().map(recommended).collect();
        let remedy = match report.method {
            advisor::Method::WhatIf => None,
            advisor::Method::Rules { remedy } => Some(remedy),
        };
        let unplanned =
            report.unplanned.into_iter().map(|one| format!("not planned: {}: {}", one.name, one.why));
        Self {
            available: true,
            judged_by_planner: remedy.is_none(),
            remedy,
            counted_s: report.counted_s,
            recommendations,
            surplus: report.surplus.into_iter().map(Surplus::from).collect(),
            hints: report.hints.into_iter().map(|one| one.hint).collect(),
            notes: report.notes.into_iter().chain(unplanned).collect(),
        }
    }
}

impl Recommendation {
    fn new(one: &advisor::Recommendation, report: &advisor::Report, measured: &Measured) -> Self {
        let user = |statement: &advisor::Statement| Beneficiary {
            name: statement.name.clone(),
            calls: statement.calls,
            total_time_sec: rounded(statement.total_ms / 1e3, 6),
            cost_before: rounded(statement.cost_before, 2),
            cost_after: statement.cost_after.map(|cost| rounded(cost, 2)),
            routes: measured.routes(Some(&statement.name)),
        };
        Self {
            table: one.table.clone(),
            column: one.column.clone(),
            distinct_values: one.distinct_values,
            recommendation: one.recommendation.clone(),
            columns: one.columns.clone(),
            index: one.index.clone(),
            migration: format!("{};", one.migration),
            size: one.size_bytes.map(size_text),
            size_bytes: one.size_bytes,
            saved_percent: one.saved_share.map(|share| rounded(share * 100.0, 1)),
            statements: report.users(one).map(user).collect(),
        }
    }
}

impl From<advisor::Surplus> for Surplus {
    fn from(one: advisor::Surplus) -> Self {
        Self {
            table: one.table,
            index: one.index,
            reason: match one.reason {
                advisor::Reason::Invalid => Reason::Invalid,
                advisor::Reason::Duplicate => Reason::Duplicate,
                advisor::Reason::Prefix => Reason::Prefix,
                advisor::Reason::Unused => Reason::Unused,
            },
            instead: one.instead,
            size: size_text(one.bytes),
            size_bytes: one.bytes,
            is_doubtful: one.is_doubtful,
            why: one.why,
            remedy: one.remedy,
        }
    }
}
