//! Numbers as text, the way the standard library has them, in a fraction of its time. Never here: where they stand.

use std::fmt::Write as _;

/// Lines are full of numbers, and the way by `write!` takes several times as much.
pub(super) fn number(text: &mut String, number: u64) {
    if number >= 10 {
        self::number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// As `Display` has it: the fewest digits that name it. Most have three decimals at most.
pub(super) fn fraction(text: &mut String, value: f64) {
    const MOST: f64 = (1_u64 << 50) as f64;
    let thousandths = (value * 1e3).round();
    #[expect(clippy::float_cmp, reason = "it is this very number, or another way is taken")]
    let is_short = value.is_sign_positive() && thousandths < MOST && thousandths / 1e3 == value;
    if !is_short {
        // Writing to a string cannot fail.
        let _ = write!(text, "{value}");
        return;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and not too large")]
    let thousandths = thousandths as u64;
    number(text, thousandths / 1_000);
    let rest = thousandths % 1_000;
    if rest > 0 {
        text.push('.');
        for digit in [rest / 100, rest / 10 % 10, rest % 10] {
            number(text, digit);
        }
        text.truncate(text.trim_end_matches('0').len());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(value: f64) -> String {
        let mut text = String::new();
        fraction(&mut text, value);
        text
    }

    proptest! {
        #[test]
        fn fractions_look_as_the_standard_library_has_them(value: f64, thousandths in -1_000_000_i64..10_000_000) {
            prop_assert_eq!(shown(value), value.to_string());
            let short = thousandths as f64 / 1e3;
            prop_assert_eq!(shown(short), short.to_string());
        }

        #[test]
        fn numbers_do_too(value: u64) {
            let mut text = String::new();
            number(&mut text, value);
            prop_assert_eq!(text, value.to_string());
        }
    }

    #[test]
    fn so_do_the_smallest_and_the_largest() {
        for value in
            [0.0, -0.0, 0.001, 0.1, 1.0, 1e12, 1e15, 1e16, 1e300, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON]
        {
            assert_eq!(shown(value), value.to_string());
        }
    }
}
