//! One flavour of everything: no Cargo feature of ours, and no code that asks for one.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 6",
    name: "no Cargo features of our own",
    remedy: "choose one flavour, or make it a setting of the running program",
    check: Check::File(check),
};

// Put together here, so that this file passes its own rule.
const CONDITION: &str = "cfg";
const ASK: &str = concat!("feature", "=\"");

fn check(file: &SourceFile) -> Vec<Finding> {
    let is_manifest = file.path.ends_with("Cargo.toml");
    let breaks = |line: &str| {
        let line: String = line.split_whitespace().collect();
        // Also inside `all(…)` and `not(…)`.
        let asks = line.split_once(CONDITION).is_some_and(|(_, rest)| rest.contains(ASK));
        let declares = line == "[features]" || line.starts_with("features.");
        // An optional dependency is a feature by itself.
        (file.is_rust() && asks) || (is_manifest && (declares || line.contains("optional=true")))
    };
    let lines = file.lines().filter(|(_, line)| breaks(line));
    lines.map(|(number, _)| Finding::at(file, number, "a Cargo feature")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_found_in_code_and_in_a_manifest() {
        let code = format!("#[{CONDITION}({ASK}redis\")]\nmod redis;\n");
        assert_eq!(check(&SourceFile::new("a.rs", &code)).len(), 1);
        assert_eq!(check(&SourceFile::new("a/Cargo.toml", "[features]\nredis = []\n")).len(), 1);
    }

    #[test]
    fn a_feature_is_found_inside_other_conditions_and_as_an_optional_dependency() {
        let code = format!("#[{CONDITION}(all(unix, not({ASK}redis\")))]\nmod redis;\n");
        assert_eq!(check(&SourceFile::new("a.rs", &code)).len(), 1);
        let manifest = "[dependencies]\nredis = { version = \"1\", optional = true }\n";
        assert_eq!(check(&SourceFile::new("a/Cargo.toml", manifest)).len(), 1);
    }

    #[test]
    fn conditions_on_tests_and_features_of_others_pass() {
        assert!(check(&SourceFile::new("a.rs", "#[cfg(test)]\nmod tests {}\n")).is_empty());
        assert!(
            check(&SourceFile::new("a/Cargo.toml", "serde = { version = \"1\", features = [\"derive\"] }\n"))
                .is_empty()
        );
    }
}
