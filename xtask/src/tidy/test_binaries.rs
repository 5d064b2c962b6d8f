//! One integration binary per crate, `tests/it/main.rs`: it links once, and its tests run in parallel.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 23",
    name: "one integration binary per crate",
    remedy: "make it a module of tests/it/main.rs",
    check: Check::File(check),
};

fn check(file: &SourceFile) -> Vec<Finding> {
    // crates/NAME/tests/…: what follows is the target's name, or a folder with a main.rs.
    let parts: Vec<&str> = file.path.split('/').collect();
    let (["crates" | "app", _, "tests", rest @ ..] | ["bench" | "xtask", "tests", rest @ ..]) =
        parts.as_slice()
    else {
        return vec![];
    };
    let is_binary = match rest {
        [name] => name.ends_with(".rs"),
        [folder, name] => *name == "main.rs" && *folder != "it",
        _ => false,
    };
    if is_binary { vec![Finding::whole(&file.path, "a second integration binary")] } else { vec![] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str) -> usize {
        check(&SourceFile::new(path, "")).len()
    }

    #[test]
    fn a_second_binary_is_found_in_both_forms() {
        assert_eq!(count("crates/mainstay-db/tests/pool.rs"), 1);
        assert_eq!(count("app/server/tests/smoke/main.rs"), 1);
    }

    #[test]
    fn the_one_binary_and_its_modules_pass() {
        assert_eq!(count("crates/mainstay-db/tests/it/main.rs"), 0);
        assert_eq!(count("crates/mainstay-db/tests/it/pool.rs"), 0);
        assert_eq!(count("crates/mainstay-db/src/tests.rs"), 0);
    }
}
