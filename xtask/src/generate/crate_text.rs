//! The generator's output as sources of this workspace: no Cargo features, no lints. Pure text.

use super::files::Files;

const OPENING: &str = "//! The features' SQL statements, typed: one module a feature under [`queries`].
//! Written by `cargo xtask gen` from `app/server/src/features/*/queries.sql`, checked by a server that has the
//! migrations. Never edited.
#![allow(warnings, clippy::all, rustdoc::all, reason = \"generated code\")]

";

/// Takes the sources, opens the library with what it is, and takes out the choice of clients that we never make.
/// The manifest stays as it was written by hand: the generator's would add drivers that nobody uses.
pub(super) fn dress(generated: &Files) -> Files {
    let mut dressed = Files::default();
    for (path, text) in &generated.texts {
        let Some(path) = path.strip_prefix("src/") else { continue };
        let opening = if path == "lib.rs" { OPENING } else { "" };
        dressed.texts.insert(path.to_owned(), format!("{opening}{}", one_client(text)));
    }
    dressed
}

/// Keeps what the pooled asynchronous client needs, drops what stands for another one.
fn one_client(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let condition = line.trim();
        if condition.starts_with("#[cfg(not(") {
            // The item that it belongs to is one line.
            lines.next();
        } else if !condition.starts_with("#[cfg(") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_of_clients_is_gone() {
        let text = concat!(
            "#[cfg(",
            "feature = \"deadpool\")]\npub use deadpool_postgres;\n#[cfg(not(any(",
            "feature = \"deadpool\")))]\npub use postgres;\npub mod client;\n"
        );
        assert_eq!(one_client(text), "pub use deadpool_postgres;\npub mod client;\n");
    }

    #[test]
    fn the_library_says_what_it_is_and_the_manifest_is_left_alone() {
        let texts = [("Cargo.toml", "[package]\n"), ("src/lib.rs", "pub mod queries;\n")];
        let texts = texts.map(|(path, text)| (path.to_owned(), text.to_owned())).into_iter().collect();
        let dressed = dress(&Files { texts });
        assert_eq!(dressed.texts.keys().collect::<Vec<_>>(), ["lib.rs"]);
        assert!(dressed.texts["lib.rs"].starts_with("//! "));
        assert!(dressed.texts["lib.rs"].ends_with("pub mod queries;\n"));
    }
}
