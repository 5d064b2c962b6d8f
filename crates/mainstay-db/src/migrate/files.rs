//! Migrations as a binary carries them. Never here: a database.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::MigrateError;
use super::indexes::is_concurrent;
use super::statements::{split, words};

/// The first line of a file that must not run in a transaction.
const NO_TRANSACTION: &str = "-- no-transaction";

/// One file, compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The number of its name; unique and rising within its history.
    pub version: i64,
    /// The rest of its name, without `.sql`.
    pub name: &'static str,
    /// Its text.
    pub sql: &'static str,
}

/// All migrations of one history, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrations {
    history: &'static str,
    schema: &'static str,
    migrations: &'static [Migration],
}

impl Migration {
    /// From a file name `NNNN_name.sql` and its text. For constants: a wrong name does not compile.
    ///
    /// # Panics
    /// If `file` is not digits, an underscore, a name and `.sql`.
    pub const fn from_file(file: &'static str, sql: &'static str) -> Self {
        let bytes = file.as_bytes();
        let mut at = 0;
        let mut version: i64 = 0;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            version = version * 10 + (bytes[at] - b'0') as i64;
            at += 1;
        }
        assert!(at > 0, "a migration's file name begins with its number");
        assert!(at < bytes.len() && bytes[at] == b'_', "an underscore follows the number");
        let (_, rest) = file.split_at(at + 1);
        assert!(rest.len() > 4, "a migration's file name is NNNN_name.sql");
        let (name, ending) = rest.split_at(rest.len() - 4);
        assert!(matches!(ending.as_bytes(), b".sql"), "a migration's file name ends in .sql");
        Self { version, name, sql }
    }

    /// Its first line is `-- no-transaction`.
    pub fn runs_outside_transaction(&self) -> bool {
        self.sql.lines().next().is_some_and(|line| line.trim_end() == NO_TRANSACTION)
    }

    /// SHA-256 of its text, in hexadecimal.
    pub fn checksum(&self) -> String {
        Sha256::digest(self.sql.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Migrations {
    /// The migrations of `history` (a name that the database keeps for ever), in order, for the schema `public`.
    pub const fn new(history: &'static str, migrations: &'static [Migration]) -> Self {
        Self { history, schema: "public", migrations }
    }

    /// The same for another schema: it is made if absent, and first on the search path of every file.
    #[must_use]
    pub const fn in_schema(self, schema: &'static str) -> Self {
        Self { schema, ..self }
    }

    /// Whose history.
    pub fn history(&self) -> &'static str {
        self.history
    }

    /// The schema of its tables.
    pub fn schema(&self) -> &'static str {
        self.schema
    }

    /// In order.
    pub fn migrations(&self) -> &'static [Migration] {
        self.migrations
    }

    /// The newest version, 0 if there is none.
    pub fn newest(&self) -> i64 {
        self.migrations.last().map_or(0, |last| last.version)
    }

    /// `history/NNNN_name`, as messages name it.
    pub(super) fn full_name(&self, migration: &Migration) -> String {
        format!("{}/{:04}_{}", self.history, migration.version, migration.name)
    }

    /// SHA-256 over all of it: changes when any file is added or changed.
    pub fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(format!("{}\n{}\n", self.history, self.schema));
        for one in self.migrations {
            digest.update(format!("{} {} {}\n", one.version, one.name, one.checksum()));
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Names of `.sql` files in `folder` that this list lacks, sorted: for a test that none was forgotten.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn unlisted(&self, folder: &Path) -> std::io::Result<Vec<String>> {
        let mut missing = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let file = entry?.file_name().to_string_lossy().into_owned();
            let known = |one: &&Migration| {
                let (number, name) = file.split_once('_').unwrap_or_default();
                number.parse() == Ok(one.version) && name.strip_suffix(".sql") == Some(one.name)
            };
            if file.ends_with(".sql") && self.migrations.iter().find(known).is_none() {
                missing.push(file);
            }
        }
        missing.sort();
        Ok(missing)
    }

    /// Everything that can be judged without a database.
    pub(super) fn check(&self) -> Result<(), MigrateError> {
        let wrong = |why: String| MigrateError::Files { history: self.history.to_owned(), why };
        if self.history.is_empty() {
            return Err(wrong("the history has no name".to_owned()));
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if self.schema.is_empty() || !self.schema.bytes().all(plain) {
            return Err(wrong(format!("{:?} is not a plain schema name", self.schema)));
        }
        let mut before = 0;
        for one in self.migrations {
            if one.version <= before {
                return Err(wrong(format!("version {} follows {before}", one.version)));
            }
            before = one.version;
            one.check().map_err(|why| wrong(format!("{:04}_{}: {why}", one.version, one.name)))?;
        }
        Ok(())
    }
}

impl Migration {
    fn check(&self) -> Result<(), String> {
        let statements = split(self.sql);
        if statements.is_empty() {
            return Err("the file holds no statement".to_owned());
        }
        for statement in &statements {
            let first = words(statement, 1).pop().unwrap_or_default();
            if ["begin", "commit", "rollback", "start", "end", "abort"].contains(&first.as_str()) {
                return Err(format!("`{first}`: the runner opens and ends the transaction"));
            }
        }
        if !self.runs_outside_transaction() {
            return match statements.iter().find(|statement| is_concurrent(statement)) {
                Some(_) => {
                    Err(format!("an index is built concurrently: begin the file with `{NO_TRANSACTION}`"))
                }
                None => Ok(()),
            };
        }
        match statements.as_slice() {
            [one] if is_concurrent(one) && !one.to_ascii_lowercase().contains("exists") => {
                Err("a concurrent index needs `if [not] exists`: the file may run twice after a crash"
                    .to_owned())
            }
            [one] if is_concurrent(one) && one.contains('"') => {
                Err("a concurrent index has a plain lower-case name: by it a broken build is found"
                    .to_owned())
            }
            [_] => Ok(()),
            more => Err(format!("outside a transaction a file holds one statement, this one {}", more.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Migration = Migration::from_file("0012_big_table.sql", "create table a (id int);");

    fn judged(sql: &'static str) -> Result<(), String> {
        Migration { version: 1, name: "x", sql }.check()
    }

    #[test]
    fn a_file_name_is_number_and_name() {
        assert_eq!((GOOD.version, GOOD.name), (12, "big_table"));
    }

    #[test]
    fn the_checksum_is_the_files_sha256() {
        let file = Migration { version: 1, name: "x", sql: "hello world" };
        assert_eq!(file.checksum(), "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
    }

    #[test]
    fn files_that_cannot_run_safely_are_refused() {
        for (sql, why) in [
            ("", "no statement"),
            ("-- only words", "no statement"),
            ("begin; create table a (); commit;", "opens and ends"),
            ("create index concurrently a on b (c);", "no-transaction"),
            ("-- no-transaction\nvacuum a; vacuum b;", "one statement, this one 2"),
            ("-- no-transaction\ncreate index concurrently a on b (c);", "if [not] exists"),
            ("-- no-transaction\ncreate index concurrently if not exists \"A\" on b (c);", "lower-case name"),
        ] {
            let error = judged(sql).unwrap_err();
            assert!(error.contains(why), "{sql}: {error}");
        }
        for sql in [
            "create function f() returns int language plpgsql as $$ begin return 1; end $$;",
            "-- no-transaction\ncreate unique index concurrently if not exists a on b (c);",
            "-- no-transaction\ndrop index concurrently if exists a;",
        ] {
            judged(sql).unwrap();
        }
    }

    #[test]
    fn versions_rise() {
        const TWICE: &[Migration] = &[GOOD, GOOD];
        let error = Migrations::new("app", TWICE).check().unwrap_err().to_string();
        assert!(error.contains("version 12 follows 12"), "{error}");
        Migrations::new("app", &[GOOD]).check().unwrap();
        Migrations::new("app", &[GOOD]).in_schema("a; drop").check().unwrap_err();
    }
}
