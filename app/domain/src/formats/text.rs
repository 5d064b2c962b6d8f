//! Texts and times as files write them. Pure. Never here: the meaning of an element.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Limits;

/// Text from bytes: UTF-8, UTF-16 by its byte order mark, and anything else with its odd bytes replaced.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|letter| letter.unwrap_or('\u{fffd}')).collect::<String>()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        plain => String::from_utf8_lossy(plain),
    }
}

/// A text for people: trimmed, without control characters, cut to the limit; `None` when nothing is left.
pub(super) fn clean(text: &str, limits: &Limits) -> Option<String> {
    let kept: String = text
        .trim()
        .chars()
        .filter(|letter| !letter.is_control() || *letter == '\n')
        .take(limits.max_text_chars.min(Limits::MOST_TEXT_CHARS))
        .collect();
    Some(kept).filter(|kept| !kept.is_empty())
}

/// A title from a file's name: without folders and extensions.
pub(super) fn title_of(name: &str, limits: &Limits) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.strip_suffix(".gz").unwrap_or(last);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    clean(&stem.replace(['_', '-'], " "), limits).unwrap_or_default()
}

/// An instant written as RFC 3339 or XML Schema allow it, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Instant {
    pub(super) epoch_s: f64,
    /// Seconds east of UTC where the text says so; `None` for `Z`.
    pub(super) offset_s: Option<i32>,
    /// The text says no zone: taken as UTC until [`Zone::place`].
    pub(super) is_naive: bool,
}

/// The zone of the last time that named one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Zone {
    /// Seconds east of UTC; 0 for `Z`.
    last_offset_s: Option<i32>,
}

impl Zone {
    /// Reads a time without a zone as one in the zone of the last that named one.
    pub(super) fn place(&mut self, instant: Instant) -> Instant {
        if !instant.is_naive {
            self.last_offset_s = Some(instant.offset_s.unwrap_or(0));
            return instant;
        }
        let Some(offset_s) = self.last_offset_s.filter(|offset_s| *offset_s != 0) else { return instant };
        Instant { epoch_s: instant.epoch_s - f64::from(offset_s), offset_s: Some(offset_s), ..instant }
    }
}

/// Reads an instant; `None` when the text is none.
pub(super) fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    if let Some(epoch_s) = plain_utc(text.as_bytes()) {
        return Some(Instant { epoch_s, offset_s: None, is_naive: false });
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        let offset_s = jiff::fmt::temporal::Pieces::parse(text)
            .ok()
            .and_then(|pieces| pieces.to_numeric_offset())
            .map(jiff::tz::Offset::seconds)
            .filter(|_| !text.ends_with(['Z', 'z']));
        return Some(Instant { epoch_s: seconds(timestamp), offset_s, is_naive: false });
    }
    let civil = text.parse::<DateTime>().ok()?;
    let timestamp = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Instant { epoch_s: seconds(timestamp), offset_s: None, is_naive: true })
}

/// The form that almost every trackpoint has, `2020-06-01T14:52:40Z` with or without a fraction, read without detours.
fn plain_utc(text: &[u8]) -> Option<f64> {
    let digits = |range: std::ops::Range<usize>| -> Option<i64> {
        text.get(range)?
            .iter()
            .try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let fixed = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !fixed.iter().all(|&(at, byte)| text.get(at) == Some(&byte)) || text.last() != Some(&b'Z') {
        return None;
    }
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let (hour, minute, second) = (digits(11..13)?, digits(14..16)?, digits(17..19)?);
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        // The end of a month, leap seconds and nonsense take the slow way.
        return None;
    }
    let fraction = match &text[19..text.len() - 1] {
        [] => 0.0,
        [b'.', rest @ ..] if !rest.is_empty() && rest.iter().all(u8::is_ascii_digit) => {
            std::str::from_utf8(&text[19..text.len() - 1]).ok()?.parse::<f64>().ok()?
        }
        _ => return None,
    };
    // Days since 1970 of a proleptic Gregorian date (Hinnant, "chrono-compatible low-level date algorithms", 2013).
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days =
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    #[expect(clippy::cast_precision_loss, reason = "seconds of four-digit years are exact in a double")]
    let whole = (days * 86_400 + hour * 3600 + minute * 60 + second) as f64;
    Some(whole + fraction)
}

fn seconds(timestamp: Timestamp) -> f64 {
    timestamp.as_duration().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_short_way_says_what_the_long_way_says(second in 0_i64..4_102_444_800, millis in 0_i32..1000) {
            let timestamp = Timestamp::new(second, millis * 1_000_000).unwrap();
            let text = format!("{timestamp:.3}");
            let expected = timestamp.as_duration().as_secs_f64();
            prop_assert!((instant(&text).unwrap().epoch_s - expected).abs() < 1e-3, "{}", text);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = instant(&text);
        }
    }

    #[test]
    fn offsets_and_their_absence_are_seen() {
        let with = instant("2026-03-08T01:59:59-08:00").unwrap();
        assert_eq!((with.offset_s, with.is_naive), (Some(-8 * 3600), false));
        assert_eq!(with.epoch_s, instant("2026-03-08T09:59:59Z").unwrap().epoch_s);
        assert!(instant("2026-03-08T04:00:00").unwrap().is_naive);
        assert_eq!(instant("yesterday"), None);
        assert_eq!(instant("2026-02-30T00:00:00Z"), None);
    }

    #[test]
    fn titles_come_from_names() {
        let limits = Limits::default();
        assert_eq!(title_of("activities/Morning_Run.fit.gz", &limits), "Morning Run");
        assert_eq!(title_of("..", &limits), ".");
    }
}
