//! SQL as the rules read it: statements, their words, and the marks above them. No rule lives here.

use std::sync::LazyLock;

use regex::Regex;

use crate::tree::SourceFile;

/// One statement of a file.
#[derive(Debug, Default)]
pub(super) struct Statement {
    /// As `--! NAME` calls it.
    pub name: Option<String>,
    pub marks: Vec<Mark>,
    pub words: Vec<Word>,
}

/// A word in lower case, a parameter, a quoted text with its quotes, or one other character.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub line: usize,
}

/// `-- tidy: RULE, why` above a statement.
#[derive(Debug)]
pub(super) struct Mark {
    pub rule: String,
    pub why: String,
    pub line: usize,
}

const MARK: &str = "-- tidy:";

/// A text, a name, a word or parameter, or any other character.
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    let text = r#"(?is)--[^\n]*|/\*.*?\*/|e?'(?:[^']|'')*'|\$([a-z_]*)\$.*?\$[a-z_]*\$|"[^"]*"|::|:[a-z_][a-z0-9_]*|\$[0-9]+|[a-z_][a-z0-9_]*|[0-9]+|\S"#;
    Regex::new(text).expect("a pattern")
});
static LITERAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r####"r##?"(?s:.*?)"##?|"(?s:[^"\\]|\\.)*""####).expect("a pattern"));
static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
    let verbs = "select|insert|update|delete|merge|with|create|alter|drop|set|reset|lock|notify|listen|unlisten|prepare|\
                 deallocate|execute|declare|do|begin|truncate|copy";
    Regex::new(&format!(r"^\s*({verbs})\b")).expect("a pattern")
});

/// The statements of an SQL file, or of the texts in Rust code that ships.
pub(super) fn statements(file: &SourceFile) -> Vec<Statement> {
    if file.path.ends_with(".sql") {
        return split(&file.text, 1);
    }
    if !file.is_rust() {
        return vec![];
    }
    let shipped = file.shipped_code();
    let texts = LITERAL.find_iter(&shipped).filter_map(|literal| {
        let text = literal.as_str().trim_start_matches(['r', '#']).trim_end_matches('#').trim_matches('"');
        let first_line = shipped[..literal.start()].matches('\n').count() + 1;
        // A line that goes on, and the braces of what is filled in.
        BEGINS.is_match(text).then(|| split(&text.replace(['\\', '{', '}'], " "), first_line))
    });
    texts.flatten().collect()
}

/// The statements of a text whose first line has this number.
pub(super) fn split(text: &str, first_line: usize) -> Vec<Statement> {
    let (mut statements, mut current) = (Vec::new(), Statement::default());
    let (mut line, mut seen) = (first_line, 0);
    for found in WORD.find_iter(text) {
        line += text[seen..found.start()].matches('\n').count();
        seen = found.start();
        let word = found.as_str();
        if word == ";" {
            statements.push(std::mem::take(&mut current));
        } else if word.starts_with("--") {
            comment(&mut current, word, line);
        } else if !word.starts_with("/*") {
            current.words.push(Word { text: word.to_lowercase(), line });
        }
    }
    statements.push(current);
    statements.retain(|statement| !statement.words.is_empty());
    statements
}

fn comment(statement: &mut Statement, comment: &str, line: usize) {
    if let Some(header) = comment.strip_prefix("--! ") {
        statement.name = header.split([' ', ':', '(']).next().map(str::to_owned);
    } else if let Some(mark) = comment.strip_prefix(MARK) {
        let (rule, why) = mark.split_once(',').unwrap_or((mark, ""));
        statement.marks.push(Mark { rule: rule.trim().to_owned(), why: why.trim().to_owned(), line });
    }
}

impl Statement {
    /// The word at this place; empty past the end.
    pub(super) fn at(&self, place: usize) -> &str {
        self.words.get(place).map_or("", |word| &word.text)
    }

    /// Where these words follow each other.
    pub(super) fn places<'a>(&'a self, words: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
        (0..self.words.len()).filter(move |place| {
            words.iter().enumerate().all(|(index, word)| self.at(place + index) == *word)
        })
    }

    pub(super) fn has(&self, words: &[&str]) -> bool {
        self.places(words).next().is_some()
    }

    /// What stands in the brackets that open here, by its top commas: the places of each part.
    pub(super) fn parts(&self, open: usize) -> Vec<std::ops::Range<usize>> {
        let (mut depth, mut start, mut parts) = (0_u32, open + 1, Vec::new());
        for place in open..self.words.len() {
            match self.at(place) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 || (depth == 1 && self.at(place) == ",") {
                parts.push(start..place);
                start = place + 1;
            }
            if depth == 0 {
                break;
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(statement: &Statement) -> Vec<&str> {
        statement.words.iter().map(|word| word.text.as_str()).collect()
    }

    #[test]
    fn statements_have_their_names_marks_words_and_lines() {
        let text = "-- One.\n--! first : (a?)\nSELECT a.b, ':x;' from \"C d\" -- where;\nwhere b = :id::text;\n\n\
                    -- tidy: offset, why not, after all\n--! second\nselect $1;\n";
        let [first, second] = &split(text, 1)[..] else { panic!() };
        assert_eq!(first.name.as_deref(), Some("first"));
        let expected = [
            "select", "a", ".", "b", ",", "':x;'", "from", "\"c d\"", "where", "b", "=", ":id", "::", "text",
        ];
        assert_eq!(words(first), expected);
        assert_eq!((first.words[0].line, first.words[8].line), (3, 4));
        assert_eq!(
            (second.marks[0].rule.as_str(), second.marks[0].why.as_str()),
            ("offset", "why not, after all")
        );
        assert_eq!((second.marks[0].line, words(second)), (6, vec!["select", "$1"]));
    }

    #[test]
    fn texts_of_code_that_ships_are_read_and_others_are_not() {
        let code = "fn a() {\n    run(\"a sentence\");\n    run(\"lock \\\n        table {b}\");\n}\n\
                    #[cfg(test)]\nmod tests {\n    const A: &str = \"select 1\";\n}\n";
        let found = statements(&SourceFile::new("a/src/b.rs", code));
        assert_eq!(found.len(), 1);
        assert_eq!((words(&found[0]), found[0].words[0].line), (vec!["lock", "table", "b"], 3));
        assert!(statements(&SourceFile::new("a.md", "select 1")).is_empty());
    }

    #[test]
    fn brackets_fall_into_parts() {
        let found = &split("create table a (b int, c text check (c in ('d', 'e')))", 1)[0];
        assert_eq!(found.parts(3).len(), 2);
    }
}
