//! A SQL text cut into its statements, as far as a runner must know them. Never here: a parser of SQL.

/// The statements of `sql` without surrounding space; comments stand where they were, a statement of comments
/// alone is none. Semicolons in quotes, dollar quotes and comments do not end a statement.
pub(super) fn split(sql: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut has_content = false;
    let mut at = 0;
    while let Some(&byte) = sql.as_bytes().get(at) {
        if let Some(end) = comment_end(sql, at) {
            at = end;
            continue;
        }
        if byte == b';' {
            if has_content {
                statements.push(sql[start..at].trim());
            }
            at += 1;
            start = at;
            has_content = false;
            continue;
        }
        has_content |= !byte.is_ascii_whitespace();
        at = quote_end(sql, at).unwrap_or(at + 1);
    }
    if has_content {
        statements.push(sql[start..].trim());
    }
    statements
}

/// The first `count` words outside comments, in lower case; anything but letters, digits and `_` parts them.
pub(super) fn words(statement: &str, count: usize) -> Vec<String> {
    let mut plain = String::new();
    let mut at = 0;
    while at < statement.len() {
        if let Some(end) = comment_end(statement, at) {
            plain.push(' ');
            at = end;
            continue;
        }
        let letter = statement[at..].chars().next().unwrap_or(' ');
        plain.push(letter.to_ascii_lowercase());
        at += letter.len_utf8();
    }
    plain
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .take(count)
        .map(str::to_owned)
        .collect()
}

/// Where the comment that begins at `at` ends; `/* */` nests.
fn comment_end(sql: &str, at: usize) -> Option<usize> {
    let rest = &sql.as_bytes()[at..];
    if rest.starts_with(b"--") {
        return Some(rest.iter().position(|&byte| byte == b'\n').map_or(sql.len(), |line| at + line));
    }
    if !rest.starts_with(b"/*") {
        return None;
    }
    let mut depth = 0;
    let mut inner = 0;
    while inner < rest.len() {
        if rest[inner..].starts_with(b"/*") {
            depth += 1;
            inner += 2;
        } else if rest[inner..].starts_with(b"*/") {
            depth -= 1;
            inner += 2;
            if depth == 0 {
                return Some(at + inner);
            }
        } else {
            inner += 1;
        }
    }
    Some(sql.len())
}

/// Where the quoted text that begins at `at` ends: `'…'`, `E'…\'…'`, `"…"`, `$tag$…$tag$`.
fn quote_end(sql: &str, at: usize) -> Option<usize> {
    let bytes = sql.as_bytes();
    let before = at.checked_sub(1).map(|one| bytes[one]);
    match bytes[at] {
        quote @ (b'\'' | b'"') => {
            let escapes = quote == b'\'' && matches!(before, Some(b'e' | b'E'));
            let mut inner = at + 1;
            while inner < bytes.len() {
                if escapes && bytes[inner] == b'\\' {
                    inner += 2;
                } else if bytes[inner] == quote {
                    return Some(inner + 1);
                } else {
                    inner += 1;
                }
            }
            Some(sql.len())
        }
        // `a$b$` is a name, not a quote.
        b'$' if !before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            let length = bytes[at + 1..].iter().position(|&byte| !is_tag(byte))?;
            let close = at + 1 + length;
            if bytes[close] != b'$' || bytes[at + 1].is_ascii_digit() {
                return None;
            }
            let tag = &sql[at..=close];
            Some(sql[close + 1..].find(tag).map_or(sql.len(), |found| close + 1 + found + tag.len()))
        }
        _ => None,
    }
}

fn is_tag(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semicolons_in_quotes_and_comments_do_not_part() {
        assert_eq!(split("select 1; select 2"), ["select 1", "select 2"]);
        assert_eq!(split(" ; ;\n-- nothing; here\n/* nor; /* deep; */ here */"), [""; 0]);
        assert_eq!(
            split("select ';', \";\", 'it''s;';select 2;"),
            ["select ';', \";\", 'it''s;'", "select 2"]
        );
        assert_eq!(split(r"select E'a\';b'; select 'a\'; select 2").len(), 3);
        assert_eq!(split("do $x$ begin; $$ ; $y$; end $x$; select $1; select a$b$c;").len(), 3);
        assert_eq!(split("select $$;").len(), 1);
        assert_eq!(split("select 'é;ü'; select 'ö'").len(), 2);
    }

    #[test]
    fn words_pass_over_comments() {
        assert_eq!(
            words("-- Create\n/* x */ CREATE index\nConcurrently a", 3),
            ["create", "index", "concurrently"]
        );
    }

    #[test]
    fn any_text_is_cut_without_panic_and_keeps_its_order() {
        let pieces = ["'", "\"", "$", "$a$", ";", "--", "\n", "/*", "*/", "e'", "\\", "é", "a", "1", " "];
        // Every text of four pieces: 50 625 of them.
        for number in 0..pieces.len().pow(4) {
            let text: String =
                (0..4).map(|digit| pieces[number / pieces.len().pow(digit) % pieces.len()]).collect();
            let mut rest = text.as_str();
            for statement in split(&text) {
                assert!(!statement.is_empty(), "{text:?}");
                let at = rest.find(statement).unwrap_or_else(|| panic!("{text:?} lost {statement:?}"));
                rest = &rest[at + statement.len()..];
            }
            words(&text, 3);
        }
    }
}
