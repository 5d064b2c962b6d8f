//! Every long-lived task has a name, a stop and a heartbeat: it is started by the supervisor of mainstay-runtime.
//! The lint says the same of `tokio::spawn`; here also other doors are watched, and who holds a key.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 19",
    name: "tasks are supervised",
    remedy: "start it through mainstay_runtime::Supervisor, or name the file and its reason in xtask/src/tidy/tasks.rs",
    check: Check::File(check),
};

const DOORS: [&str; 4] =
    ["tokio::spawn(", "tokio::task::spawn(", "tokio::task::spawn_local(", "Handle::current().spawn("];

/// Who may start a task without the supervisor, and why.
const KEYS: [(&str, &str); 2] = [
    ("crates/mainstay-runtime/", "is the supervisor"),
    ("crates/mainstay-db/src/direct.rs", "the driver's half of one connection, which ends with its session"),
];

fn check(file: &SourceFile) -> Vec<Finding> {
    let is_watched = file.path.starts_with("crates/") || file.path.starts_with("app/");
    if !file.is_rust() || !is_watched || KEYS.iter().any(|(prefix, _)| file.path.starts_with(prefix)) {
        return vec![];
    }
    let is_code = |line: &str| !line.trim_start().starts_with("//");
    let lines = file
        .shipped_lines()
        .filter(|(_, line)| is_code(line) && DOORS.iter().any(|door| line.contains(door)));
    lines.map(|(number, _)| Finding::at(file, number, "a task without a supervisor")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "    tokio::spawn(async {});\n";

    #[test]
    fn a_loose_task_is_found() {
        assert_eq!(check(&SourceFile::new("crates/mainstay-http/src/serve.rs", LINE)).len(), 1);
        assert_eq!(check(&SourceFile::new("app/server/src/main.rs", LINE)).len(), 1);
    }

    #[test]
    fn the_supervisor_tests_and_comments_pass() {
        assert!(check(&SourceFile::new("crates/mainstay-runtime/src/supervisor.rs", LINE)).is_empty());
        assert!(check(&SourceFile::new("crates/mainstay-http/tests/it/main.rs", LINE)).is_empty());
        assert!(
            check(&SourceFile::new("app/server/src/main.rs", "// never tokio::spawn(here)\n")).is_empty()
        );
    }
}
