//! Rust source with its comments and character literals blanked, so that a quote or a bracket in one of them misleads
//! no rule. Texts stay. No rule lives here.

/// The same text, line by line and byte by byte, with blanks for comments and for what stands in character literals.
pub(crate) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |before: Option<char>| before.is_some_and(|last| last.is_alphanumeric() || last == '_');
        let (kept, blanked) = match first {
            '/' if rest.starts_with("//") => (0, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (0, block_comment(rest)),
            '"' => (quoted(rest), 0),
            'r' if !is_word(out.chars().next_back()) => (raw(rest).unwrap_or(1), 0),
            '\'' => match character(rest) {
                Some(length) => (0, length),
                None => (1, 0),
            },
            other => (other.len_utf8(), 0),
        };
        out.push_str(&rest[..kept]);
        out.extend(rest[kept..kept + blanked].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        rest = &rest[kept + blanked..];
    }
    out
}

/// The length of the text in quotes that begins here.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the raw text (`r"…"`, `r#"…"#`) that begins here, if one does.
fn raw(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|byte| *byte == b'#').count();
    let body = text[1 + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(body.find(&end).map_or(text.len(), |found| 1 + hashes + 1 + found + end.len()))
}

/// The length of the comment, which may hold others, that begins here.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut index) = (0_u32, 0);
    while let Some(rest) = text.get(index..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            (depth, index) = (depth + 1, index + 2);
        } else if rest.starts_with("*/") {
            (depth, index) = (depth - 1, index + 2);
        } else {
            index += rest.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            return index;
        }
    }
    text.len()
}

/// The length of the character literal that begins here; `None` for a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().skip(1);
    let (_, first) = characters.next()?;
    if first == '\\' {
        characters.next();
        return characters.find(|(_, character)| *character == '\'').map(|(index, _)| index + 1);
    }
    let (index, closing) = characters.next()?;
    (closing == '\'').then_some(index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_characters_are_blanked_and_texts_stay() {
        // A dot stands for a blank that was something else.
        for (text, plain) in [
            ("a // \"b\nc", "a .....\nc"),
            ("a /* x /* y */ \n \" */ b", "a .............\n..... b"),
            ("f('\"', '\\'', 'x') \"y\"", "f(..., ...., ...) \"y\""),
            ("\"// no\" 'a: &'a str", "\"// no\" 'a: &'a str"),
            ("\"a\\\"b // c\" // d", "\"a\\\"b // c\" ...."),
            ("r#\"a \" // b\"# // c", "r#\"a \" // b\"# ...."),
            ("for \"x\" r", "for \"x\" r"),
        ] {
            assert_eq!(without_comments(text), plain.replace('.', " "));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_keeps_its_length_and_its_lines(text in "(?s)[\"'/*\\\\r#\nä ]{0,40}") {
            let plain = without_comments(&text);
            proptest::prop_assert_eq!(plain.len(), text.len());
            proptest::prop_assert_eq!(plain.matches('\n').count(), text.matches('\n').count());
        }
    }
}
