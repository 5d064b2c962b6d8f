//! `.squawk.toml`: the version, and which file may break which rule. The keys that squawk itself reads are left to it.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use toml::{Table, Value};

use super::Complaint;

const FILE: &str = ".squawk.toml";

/// The keys that concern us.
pub(super) struct Config {
    pub(super) version: String,
    exceptions: Vec<Exception>,
}

/// Rules that one file may break.
struct Exception {
    file: String,
    rules: Vec<String>,
}

impl Config {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(root.join(FILE)).with_context(|| format!("{FILE} cannot be read"))?;
        Self::parse(&text).context(FILE)
    }

    fn parse(text: &str) -> Result<Self> {
        let table: Table = text.parse()?;
        let version = text_of(&table, "version")?;
        let mut exceptions = Vec::new();
        for entry in table.get("exceptions").and_then(Value::as_array).into_iter().flatten() {
            let entry = entry.as_table().context("an exception is a table")?;
            let file = text_of(entry, "file")?;
            ensure!(!text_of(entry, "reason")?.is_empty(), "the exception for {file} has no reason");
            let rules =
                entry.get("rules").and_then(Value::as_array).context("an exception names its rules")?;
            let rules = rules.iter().filter_map(|rule| Some(rule.as_str()?.to_owned())).collect();
            exceptions.push(Exception { file, rules });
        }
        Ok(Self { version, exceptions })
    }

    /// What is left of the complaints, and the exceptions that nothing needs, a line each.
    pub(super) fn judge(&self, complaints: &[Complaint]) -> Vec<String> {
        let mut lines: Vec<String> = complaints
            .iter()
            .filter(|complaint| !self.allows(complaint))
            .map(|Complaint { file, line, rule, message }| format!("{file}:{line}: {rule}: {message}"))
            .collect();
        for Exception { file, rules } in &self.exceptions {
            let is_needed =
                |rule: &&String| complaints.iter().any(|one| one.file == *file && one.rule == **rule);
            for rule in rules.iter().filter(|rule| !is_needed(rule)) {
                lines.push(format!("{FILE}: {file} does not break {rule}; remove the exception"));
            }
        }
        lines
    }

    fn allows(&self, complaint: &Complaint) -> bool {
        let covers = |one: &Exception| one.file == complaint.file && one.rules.contains(&complaint.rule);
        self.exceptions.iter().any(covers)
    }
}

fn text_of(table: &Table, key: &str) -> Result<String> {
    let text = table.get(key).and_then(Value::as_str).with_context(|| format!("there is no {key}"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "version = \"1\"\nexcluded_rules = []\n\
        [[exceptions]]\nfile = \"a/0001_a.sql\"\nrules = [\"ban-drop-table\"]\nreason = \"nobody uses it\"\n";

    fn complaint(file: &str, rule: &str) -> Complaint {
        let (file, rule) = (file.to_owned(), rule.to_owned());
        Complaint { file, line: 3, rule, message: "Bad.".to_owned() }
    }

    #[test]
    fn an_exception_holds_for_its_file_and_its_rule_alone() {
        let config = Config::parse(TEXT).unwrap();
        assert_eq!(config.judge(&[complaint("a/0001_a.sql", "ban-drop-table")]), [""; 0]);
        let left = config.judge(&[
            complaint("a/0001_a.sql", "ban-drop-table"),
            complaint("a/0001_a.sql", "renaming-column"),
            complaint("a/0002_b.sql", "ban-drop-table"),
        ]);
        assert_eq!(left, ["a/0001_a.sql:3: renaming-column: Bad.", "a/0002_b.sql:3: ban-drop-table: Bad."]);
    }

    #[test]
    fn an_exception_that_nothing_needs_or_has_no_reason_is_a_fault() {
        let unused = Config::parse(TEXT).unwrap().judge(&[]);
        assert_eq!(
            unused,
            [".squawk.toml: a/0001_a.sql does not break ban-drop-table; remove the exception"]
        );
        assert!(Config::parse(&TEXT.replace("nobody uses it", "")).is_err());
        assert!(Config::parse("").is_err());
    }
}
