//! Text on its way into a line, which it must not leave. Never here: what the line says.

use std::error::Error;
use std::fmt::{self, Write};

use super::MAX_VALUE_BYTES;

/// A value on its way, cut with `…` where it is longer than values may be. What is written behind the cut is refused, so
/// that whoever writes it can stop.
pub(super) struct Cut<'a> {
    line: &'a mut String,
    put: fn(&mut String, &str),
    /// Bytes of the value that may still come; nothing behind the cut.
    left: Option<usize>,
}

impl<'a> Cut<'a> {
    /// `put` writes each part of it.
    pub(super) fn new(line: &'a mut String, put: fn(&mut String, &str)) -> Self {
        Self { line, put, left: Some(MAX_VALUE_BYTES) }
    }

    /// The error and what caused it, from the outside in.
    pub(super) fn write_error(&mut self, error: &dyn Error) -> fmt::Result {
        write!(self, "{error}")?;
        let mut cause = error.source();
        while let Some(error) = cause {
            write!(self, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = self.left.ok_or(fmt::Error)?;
        self.left = left.checked_sub(text.len());
        if self.left.is_some() {
            (self.put)(self.line, text);
            return Ok(());
        }
        (self.put)(self.line, &text[..text.floor_char_boundary(left)]);
        self.line.push('…');
        Err(fmt::Error)
    }
}

/// A line stays a line, whatever somebody put into a value.
pub(super) fn one_line(line: &mut String, text: &str) {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        line.push_str(text);
    } else {
        line.extend(text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }));
    }
}

pub(super) fn json_string(line: &mut String, text: &str) {
    line.push('"');
    json_text(line, text);
    line.push('"');
}

/// In runs that need no change.
pub(super) fn json_text(line: &mut String, mut text: &str) {
    while has_special(text.as_bytes())
        && let Some(at) = text.bytes().position(is_special)
    {
        let (plain, rest) = text.split_at(at);
        line.push_str(plain);
        let mut letters = rest.chars();
        match letters.next() {
            Some('"') => line.push_str("\\\""),
            Some('\\') => line.push_str("\\\\"),
            Some('\n') => line.push_str("\\n"),
            Some(control) => drop(write!(line, "\\u{:04x}", u32::from(control))),
            None => {}
        }
        text = letters.as_str();
    }
    line.push_str(text);
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Most texts have none and are short: eight bytes at a time, as one number.
fn has_special(bytes: &[u8]) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The high bit of each byte that is below `least`; of those that follow one, too, which changes no answer.
    let below = |word: u64, least: u8| word.wrapping_sub(LOW * u64::from(least)) & !word & HIGH;
    let (words, rest) = bytes.as_chunks::<8>();
    let in_word = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        let is = |byte: u8| below(word ^ (LOW * u64::from(byte)), 1);
        (below(word, b' ') | is(b'"') | is(b'\\')) != 0
    };
    match bytes.last_chunk::<8>() {
        // Some of its bytes are looked at twice.
        Some(end) => in_word(end) || words.iter().any(in_word),
        None => rest.iter().copied().any(is_special),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_special_byte_is_found_wherever_it_is(
            plain in proptest::collection::vec(any::<u8>().prop_filter("plain", |byte| !is_special(*byte)), 0..40),
            special in any::<u8>().prop_filter("special", |byte| is_special(*byte)),
            at: prop::sample::Index,
        ) {
            prop_assert!(!has_special(&plain));
            let mut bytes = plain;
            bytes.insert(at.index(bytes.len() + 1), special);
            prop_assert!(has_special(&bytes));
        }
    }
}
