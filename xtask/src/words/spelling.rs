//! Spelling, by the dictionary of known misspellings of the `typos` project. Unknown words pass; only a word that
//! is known to be wrong is found. `typos.toml` has the format of that project's own tool.

use std::collections::BTreeSet;

use typos::tokens::{Case, Identifier, TokenizerBuilder, Word};
use typos::{Dictionary, Status, check_str};

use crate::finding::{Check, Finding, Rule};
use crate::tree::{SourceFile, Tree};

pub(super) const RULE: Rule = Rule {
    source: "STYLE 29",
    name: "spelling",
    remedy: "correct the word, or allow it with a reason in typos.toml",
    check: Check::Tree(check),
};

const SETTINGS: &str = "typos.toml";

/// The dictionary with our own words taken out.
struct Ours {
    identifiers: BTreeSet<String>,
    words: BTreeSet<String>,
    /// Beginnings of the paths of files that are no prose: lists, answers of others.
    excluded: Vec<String>,
}

impl Ours {
    fn read(settings: &str) -> Self {
        let table: toml::Table = settings.parse().unwrap_or_default();
        let keys = |section: &str| -> BTreeSet<String> {
            let section = table.get("default").and_then(|default| default.get(section));
            let entries = section.and_then(toml::Value::as_table).into_iter().flatten();
            entries.map(|(key, _)| key.to_lowercase()).collect()
        };
        let excluded =
            table.get("files").and_then(|files| files.get("extend-exclude")).and_then(toml::Value::as_array);
        let excluded = excluded.into_iter().flatten().filter_map(|path| Some(path.as_str()?.to_owned()));
        Self {
            identifiers: keys("extend-identifiers"),
            words: keys("extend-words"),
            excluded: excluded.chain([SETTINGS.to_owned()]).collect(),
        }
    }
}

impl Dictionary for Ours {
    fn correct_ident<'s>(&'s self, identifier: Identifier<'_>) -> Option<Status<'s>> {
        self.identifiers.contains(&identifier.token().to_lowercase()).then_some(Status::Valid)
    }

    fn correct_word<'s>(&'s self, word: Word<'_>) -> Option<Status<'s>> {
        // Digits and signs have no case and are no words.
        if word.case() == Case::None || self.words.contains(&word.token().to_lowercase()) {
            return None;
        }
        let corrections = typos_dict::WORD.find(&unicase::UniCase::new(word.token()))?;
        Some(Status::Corrections(corrections.iter().map(|&correction| correction.into()).collect()))
    }
}

fn check(tree: &Tree) -> Vec<Finding> {
    let settings = tree.file(SETTINGS).map(|file| file.text.as_str()).unwrap_or_default();
    let ours = Ours::read(settings);
    let is_ours = |file: &&SourceFile| !ours.excluded.iter().any(|prefix| file.path.starts_with(prefix));
    tree.files.iter().filter(is_ours).flat_map(|file| misspelt(file, &ours)).collect()
}

fn misspelt(file: &SourceFile, ours: &Ours) -> Vec<Finding> {
    let tokenizer = TokenizerBuilder::new().build();
    let found = check_str(&file.text, &tokenizer, ours).map(|typo| {
        let line = file.text[..typo.byte_offset].matches('\n').count() + 1;
        let instead = match typo.corrections {
            Status::Corrections(words) => words.join(" or "),
            _ => "another word".to_owned(),
        };
        Finding::at(file, line, format!("`{}` should be {instead}", typo.typo))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Put together here, so that this file passes its own rule.
    const WRONG: &str = concat!("rec", "ieve");

    #[test]
    fn a_known_misspelling_is_found_with_its_line_and_correction() {
        let text = format!("Good words.\nfn {WRONG}_mail() {{}}\n");
        let findings = check(&Tree::of(&[("a.rs", &text)]));
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 2);
        assert!(findings[0].message.contains("receive"), "{}", findings[0].message);
    }

    #[test]
    fn british_and_american_spelling_and_our_own_names_pass() {
        assert!(
            check(&Tree::of(&[("a.md", "Colour, color, behaviour; Paceline, keyset, jiff.\n")])).is_empty()
        );
    }

    #[test]
    fn an_allowed_word_and_an_excluded_file_pass() {
        let settings = format!("[default.extend-words]\n{WRONG} = \"{WRONG}\"\n");
        assert!(check(&Tree::of(&[("a.md", WRONG), ("typos.toml", &settings)])).is_empty());
        let settings = "[files]\nextend-exclude = [\"data/\"]\n";
        assert!(check(&Tree::of(&[("data/list.txt", WRONG), ("typos.toml", settings)])).is_empty());
    }
}
