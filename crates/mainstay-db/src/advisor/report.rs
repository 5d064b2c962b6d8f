//! What the advisor says, as values for a program (serialised) and as a text for a person.
//! Never here: how it was found.

use std::fmt;

use serde::Serialize;

use super::surplus::Surplus;

/// Advice on the indexes of one database.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// How the recommendations were found.
    pub method: Method,
    /// How long the statements have been counted, in seconds; None where the server does not say.
    pub counted_s: Option<u64>,
    /// The indexes to build, those that save most first.
    pub recommendations: Vec<Recommendation>,
    /// The indexes that may go.
    pub surplus: Vec<Surplus>,
    /// Columns for which a GIN index may help; it is not judged by cost.
    pub hints: Vec<Hint>,
    /// The statements that were looked at, with what they would cost.
    pub statements: Vec<Statement>,
    /// The statements that could not be planned.
    pub unplanned: Vec<Unplanned>,
    /// How many indexes were considered.
    pub candidates: usize,
    /// How many plans were asked for.
    pub plans: usize,
    /// What limits this advice, as sentences.
    pub notes: Vec<String>,
}

/// How recommendations were found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Method {
    /// The planner was asked what statements would cost, with HypoPG.
    #[default]
    WhatIf,
    /// From the plans as they are: nobody was asked whether the index would be used.
    Rules {
        /// What to do so that the planner can be asked.
        remedy: String,
    },
}

/// An index to build. The first five fields are what `GET /v1/database/index-recommendations` documents.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recommendation {
    /// Its table.
    pub table: String,
    /// Its first column.
    pub column: String,
    /// All its columns.
    pub columns: Vec<String>,
    /// Distinct values of the first column, estimated; None where the table was never analysed.
    pub distinct_values: Option<i64>,
    /// The statement that builds it.
    pub recommendation: String,
    /// The schema of the table and of the index.
    pub schema: String,
    /// Its name.
    pub index: String,
    /// The same for a migration: concurrently, and repeatable.
    pub migration: String,
    /// Estimated size in bytes; HypoPG estimates high, by about two times.
    pub size_bytes: Option<i64>,
    /// Estimated time that writes spend on it, in milliseconds over the time of the statistics.
    pub write_ms: f64,
    /// Estimated time that it saves beside the other recommendations, writes and size taken off, in milliseconds over
    /// the time of the statistics. None where the planner was not asked.
    pub saved_ms: Option<f64>,
    /// The same as a share of the workload's time.
    pub saved_share: Option<f64>,
    /// The statements that would use it, as indexes into [`Report::statements`].
    pub used_by: Vec<usize>,
}

/// A statement of the workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    /// Its name, else its beginning.
    pub name: String,
    /// Its text as the server keeps it, without values.
    pub text: String,
    /// How often it ran.
    pub calls: i64,
    /// How long in total, in milliseconds.
    pub total_ms: f64,
    /// The planner's cost now.
    pub cost_before: f64,
    /// The planner's cost with all recommendations; None where the planner was not asked.
    pub cost_after: Option<f64>,
}

/// A column that is asked what it contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// Its table.
    pub table: String,
    /// The column.
    pub column: String,
    /// What may help.
    pub hint: String,
}

/// A statement that could not be planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unplanned {
    /// Its name, else its beginning.
    pub name: String,
    /// The server's words.
    pub why: String,
}

/// A file of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationFile {
    /// Its name without number, as `NNNN_name.sql` wants it.
    pub name: String,
    /// What stands in it.
    pub sql: String,
}

impl Report {
    /// One migration for each recommendation: an index that is built concurrently stands in a file of its own.
    pub fn migrations(&self) -> Vec<MigrationFile> {
        let file = |one: &Recommendation| {
            let users: Vec<&str> = self.users(one).map(|statement| statement.name.as_str()).collect();
            let why =
                if users.is_empty() { String::new() } else { format!("-- For {}.\n", users.join(", ")) };
            MigrationFile {
                name: one.index.clone(),
                sql: format!("-- no-transaction\n{why}{};\n", one.migration),
            }
        };
        self.recommendations.iter().map(file).collect()
    }

    /// The statements that would use an index.
    pub fn users<'report>(
        &'report self,
        one: &'report Recommendation,
    ) -> impl Iterator<Item = &'report Statement> {
        one.used_by.iter().filter_map(|at| self.statements.get(*at))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Method::Rules { remedy } = &self.method {
            writeln!(
                f,
                "No plan was tried with an index that does not exist: these are rules, not measurements."
            )?;
            writeln!(f, "To have each index judged by the planner, {remedy}.\n")?;
        }
        writeln!(
            f,
            "{} statements, {} candidates, {} plans",
            self.statements.len(),
            self.candidates,
            self.plans
        )?;
        if self.recommendations.is_empty() {
            writeln!(f, "\nNo index to build.")?;
        }
        for (number, one) in self.recommendations.iter().enumerate() {
            self.recommendation(f, number + 1, one)?;
        }
        for one in &self.surplus {
            let doubt = if one.is_doubtful { "look before you drop" } else { "may go" };
            writeln!(f, "\n{doubt}: {} on {}, {}", one.index, one.table, megabytes(one.bytes))?;
            writeln!(f, "  {}\n  {};", one.why, one.remedy)?;
        }
        for one in &self.hints {
            writeln!(f, "\nhint: {}", one.hint)?;
        }
        for one in &self.unplanned {
            writeln!(f, "\nnot planned: {}\n  {}", one.name, one.why)?;
        }
        for note in &self.notes {
            writeln!(f, "\nnote: {note}")?;
        }
        Ok(())
    }
}

impl Report {
    fn recommendation(&self, f: &mut fmt::Formatter<'_>, number: usize, one: &Recommendation) -> fmt::Result {
        writeln!(f, "\n{number}. {}", one.recommendation)?;
        let share = one.saved_share.map(|share| format!("saves {:.0} % of the time, ", share * 100.0));
        let size = one.size_bytes.map(|bytes| format!("{}, ", megabytes(bytes)));
        writeln!(
            f,
            "   {}{}writes {:.0} ms",
            share.unwrap_or_default(),
            size.unwrap_or_default(),
            one.write_ms
        )?;
        for statement in self.users(one) {
            let after = statement.cost_after.map(|after| format!(" to {after:.1}")).unwrap_or_default();
            writeln!(
                f,
                "   {}: {} calls, {:.0} ms, cost {:.1}{after}",
                statement.name, statement.calls, statement.total_ms, statement.cost_before
            )?;
        }
        Ok(())
    }
}

/// Bytes as megabytes with one decimal, which is what an index is counted in.
fn megabytes(bytes: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let megabytes = bytes as f64 / 1e6;
    format!("{megabytes:.1} MB")
}

#[cfg(test)]
mod tests;
