//! Which crate may depend on which, and what the pure crate may never depend on. The table is the architecture:
//! an edge is added here on purpose, with its reason in ARCHITECTURE.md, or not at all.

use crate::finding::{Check, Finding, Rule};
use crate::tree::{Member, Tree};

pub(super) const RULE: Rule = Rule {
    source: "STYLE 1",
    name: "dependencies point one way",
    remedy: "move the code to the crate that may know both, or add the edge to xtask/src/tidy/edges.rs and to ARCHITECTURE.md",
    check: Check::Tree(check),
};

/// Ground floor first: domain <- server -> mainstay -> siblings -> db -> telemetry, config -> runtime.
const ALLOWED: [(&str, &[&str]); 16] = [
    ("mainstay-runtime", &[]),
    ("mainstay-config", &["mainstay-runtime"]),
    ("mainstay-telemetry", &["mainstay-runtime"]),
    ("mainstay-db", &["mainstay-runtime", "mainstay-config", "mainstay-telemetry"]),
    ("mainstay-cache", &["mainstay-runtime", "mainstay-config", "mainstay-telemetry", "mainstay-db"]),
    ("mainstay-jobs", &["mainstay-db", "mainstay-runtime", "mainstay-telemetry"]),
    // What subscribers do, jobs do.
    ("mainstay-events", &["mainstay-jobs", "mainstay-db", "mainstay-runtime", "mainstay-telemetry"]),
    // Answers of routes are kept there, with what names them.
    (
        "mainstay-http",
        &["mainstay-runtime", "mainstay-config", "mainstay-telemetry", "mainstay-db", "mainstay-cache"],
    ),
    ("mainstay-testing", &["mainstay-runtime", "mainstay-config", "mainstay-telemetry", "mainstay-db"]),
    (
        "mainstay",
        &[
            "mainstay-runtime",
            "mainstay-config",
            "mainstay-telemetry",
            "mainstay-db",
            "mainstay-cache",
            "mainstay-jobs",
            "mainstay-events",
            "mainstay-http",
        ],
    ),
    ("paceline-domain", &[]),
    // The statements are run by mainstay-db, which chooses the connection.
    ("paceline-queries", &["mainstay-db"]),
    // Only its tests: they find in the files what it planted.
    ("paceline-demo", &["paceline-domain"]),
    (
        "paceline",
        &[
            "mainstay",
            "mainstay-runtime",
            "mainstay-config",
            "mainstay-telemetry",
            "mainstay-db",
            "mainstay-cache",
            "mainstay-http",
            "mainstay-jobs",
            "mainstay-events",
            "paceline-demo",
            "paceline-domain",
            "paceline-queries",
        ],
    ),
    (
        "bench",
        &[
            "mainstay-cache",
            "mainstay-config",
            "mainstay-db",
            "mainstay-jobs",
            "mainstay-runtime",
            "mainstay-telemetry",
            "mainstay-testing",
            "paceline",
            "paceline-domain",
            "paceline-queries",
        ],
    ),
    // Never the application: its generators must build while it does not.
    (
        "xtask",
        &[
            "mainstay-runtime",
            "mainstay-config",
            "mainstay-telemetry",
            "mainstay-db",
            "mainstay-cache",
            "mainstay-jobs",
            "mainstay-events",
            "mainstay-testing",
        ],
    ),
];

/// Tests of these may build their world with mainstay-testing, which knows nothing above the database; the database's
/// own are in its integration binary, where both see the same library.
const TESTED_WITH_A_WORLD: [&str; 7] = [
    "mainstay-cache",
    "mainstay-db",
    "mainstay-events",
    "mainstay-http",
    "mainstay-jobs",
    "mainstay",
    "paceline",
];

/// What makes a crate impure; a name stands for itself and for everything that starts with it and a hyphen.
const IMPURE: [&str; 14] = [
    "axum", "deadpool", "diesel", "hyper", "mainstay", "mio", "postgres", "reqwest", "rusqlite", "sea-orm",
    "sqlx", "tokio", "tower", "ureq",
];
const PURE: [&str; 2] = ["paceline-demo", "paceline-domain"];

fn check(tree: &Tree) -> Vec<Finding> {
    tree.members.iter().flat_map(|member| check_member(member, &tree.members)).collect()
}

fn check_member(member: &Member, members: &[Member]) -> Vec<Finding> {
    let manifest = format!("{}/Cargo.toml", member.folder);
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == member.name) else {
        let message = format!("{} has no line in the table of edges", member.name);
        return vec![Finding::whole(manifest, message)];
    };
    let mut findings = Vec::new();
    for edge in &member.dependencies {
        let is_internal = members.iter().any(|other| other.name == edge.name);
        let is_world = edge.is_dev
            && edge.name == "mainstay-testing"
            && TESTED_WITH_A_WORLD.contains(&member.name.as_str());
        if is_internal && !is_world && !allowed.contains(&edge.name.as_str()) {
            findings.push(Finding::whole(&manifest, format!("{} may not know {}", member.name, edge.name)));
        }
        if PURE.contains(&member.name.as_str()) && is_impure(&edge.name) {
            findings.push(Finding::whole(
                &manifest,
                format!("{} is pure and may not use {}", member.name, edge.name),
            ));
        }
    }
    findings
}

fn is_impure(name: &str) -> bool {
    let is_family = |prefix: &&str| {
        name == *prefix || name.strip_prefix(*prefix).is_some_and(|rest| rest.starts_with('-'))
    };
    IMPURE.iter().any(is_family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Edge;

    fn member(name: &str, dependencies: &[(&str, bool)]) -> Member {
        let edge = |(name, is_dev): &(&str, bool)| Edge { name: (*name).to_owned(), is_dev: *is_dev };
        let dependencies = dependencies.iter().map(edge).collect();
        Member { name: name.to_owned(), folder: format!("crates/{name}"), dependencies }
    }

    fn messages(members: Vec<Member>) -> Vec<String> {
        check(&Tree { files: vec![], members }).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn an_edge_against_the_direction_is_found() {
        let members = vec![member("mainstay-runtime", &[("mainstay-db", false)]), member("mainstay-db", &[])];
        assert_eq!(messages(members), ["mainstay-runtime may not know mainstay-db"]);
    }

    #[test]
    fn the_pure_crate_gets_no_runtime_even_for_its_tests() {
        let members = vec![member("paceline-domain", &[("tokio-postgres", true), ("serde", false)])];
        assert_eq!(messages(members), ["paceline-domain is pure and may not use tokio-postgres"]);
    }

    #[test]
    fn a_crate_without_a_line_is_found() {
        assert_eq!(
            messages(vec![member("mainstay-attic", &[])]),
            ["mainstay-attic has no line in the table of edges"]
        );
    }

    #[test]
    fn the_testing_crate_is_for_tests_only() {
        let world = |is_dev| {
            vec![member("mainstay-http", &[("mainstay-testing", is_dev)]), member("mainstay-testing", &[])]
        };
        assert!(messages(world(true)).is_empty());
        assert_eq!(messages(world(false)), ["mainstay-http may not know mainstay-testing"]);
    }

    #[test]
    fn the_table_itself_has_no_circle() {
        for (index, (name, allowed)) in ALLOWED.iter().enumerate() {
            let later = ALLOWED[index..].iter().map(|(name, _)| *name);
            let up: Vec<&str> = later.filter(|later| allowed.contains(later)).collect();
            assert!(up.is_empty() || *name == "bench", "{name} knows {up:?}, which stand above it");
        }
    }
}
