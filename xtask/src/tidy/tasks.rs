//! Every long-lived task has a name, a stop and a heartbeat: it is started by the supervisor of mainstay-runtime.
//! The lint says the same of `tokio::spawn`; here also other doors are watched, and who holds a key.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 19",
    name: "tasks are supervised",
    remedy: "start it through mainstay_runtime::Supervisor, or name the file and its reason in xtask/src/tidy/tasks.rs",
    check: Check::File(check),
};

/// `spawn(` by a path or alone, however it was imported, and by a handle on the runtime. What a `JoinSet` or a scope of
/// threads starts ends with its owner.
static DOOR: LazyLock<Regex> = LazyLock::new(|| {
    let path = r"(?:^|[^.\w:]|\b(?:tokio|task|thread|std|runtime)\s*::\s*)spawn(?:_local)?\s*\(";
    let handle = r"\b(?:Handle::current\(\)|handle|runtime|rt)\s*\.\s*spawn\s*\(";
    Regex::new(&format!("{path}|{handle}")).expect("a pattern")
});
static DEFINITION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bfn\s*$").expect("a pattern"));

/// Who may start a task without the supervisor, and why.
const KEYS: [(&str, &str); 4] = [
    ("crates/mainstay-runtime/", "is the supervisor"),
    (
        "crates/mainstay-db/src/cancel.rs",
        "one bounded request, begun where a caller is dropped and can wait for nothing",
    ),
    ("crates/mainstay-db/src/opening.rs", "the driver's half of one connection, which ends with its session"),
    ("crates/mainstay-testing/", "a test's clean-up, which the test waits for"),
];

fn check(file: &SourceFile) -> Vec<Finding> {
    let is_watched = file.path.starts_with("crates/") || file.path.starts_with("app/");
    if !file.is_rust() || !is_watched || KEYS.iter().any(|(prefix, _)| file.path.starts_with(prefix)) {
        return vec![];
    }
    let code = file.shipped_code();
    // The match begins with the character before a `spawn` that stands alone.
    let is_definition = |found: &regex::Match<'_>| DEFINITION.is_match(&code[..found.start()]);
    let doors = DOOR.find_iter(&code).filter(|found| !is_definition(found));
    doors
        .map(|found| {
            let line = code[..found.end()].matches('\n').count() + 1;
            Finding::at(file, line, "a task without a supervisor")
        })
        .collect()
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
    fn a_loose_task_is_found_however_it_was_imported() {
        for line in [
            "use tokio::task;\nfn a() { task::spawn(work()); }\n",
            "use tokio::spawn;\nfn a() {\n    spawn(work());\n}\n",
            "fn a() { std::thread::spawn(work); }\n",
            "fn a() { Handle::current()\n        .spawn(work()); }\n",
            "#[cfg(test)]\nmod tests;\nfn a() { tokio::spawn(work()); }\n",
        ] {
            assert_eq!(check(&SourceFile::new("app/server/src/main.rs", line)).len(), 1, "{line}");
        }
        let others = "pub fn spawn(work: Work) {}\nsupervisor.spawn(work);\nServer::spawn(&launch);\nset.spawn(work);\n";
        assert!(check(&SourceFile::new("app/server/src/main.rs", others)).is_empty());
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
