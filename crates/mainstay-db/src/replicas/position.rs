//! Positions in the write-ahead log, and the history that they belong to. Pure. Never here: who is asked for them.

use std::fmt;
use std::str::FromStr;

/// A position in the write-ahead log, in bytes since its beginning. Written as PostgreSQL writes it: `0/16B3748`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lsn(pub u64);

impl Lsn {
    /// Behind every other position: no replica ever reaches it.
    pub const MAX: Self = Self(u64::MAX);

    /// How many bytes `self` is ahead of `other`; 0 if it is not.
    pub fn ahead_of(self, other: Self) -> u64 {
        self.0.saturating_sub(other.0)
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

/// The text is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position in the write-ahead log; it has the form 0/16B3748")]
pub struct NotAnLsn;

impl FromStr for Lsn {
    type Err = NotAnLsn;

    fn from_str(text: &str) -> Result<Self, NotAnLsn> {
        let (high, low) = text.split_once('/').ok_or(NotAnLsn)?;
        let part = |digits: &str| {
            let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten().ok_or(NotAnLsn)
        };
        Ok(Self(u64::from(part(high)?) << 32 | u64::from(part(low)?)))
    }
}

/// The history that positions belong to. A promotion begins a new timeline; positions of two histories must not be
/// compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    /// Which cluster: drawn when it was made, kept by its replicas.
    pub system: u64,
    /// Counts the cluster's promotions, from 1.
    pub timeline: u32,
}

impl Epoch {
    /// The same cluster, before one of its later promotions: what of `self` survived is in `other`.
    pub fn is_before(self, other: Self) -> bool {
        self.system == other.system && self.timeline < other.timeline
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.system, self.timeline)
    }
}

/// The timeline in the name of a segment file: its first eight digits. `None` if it is no such name.
///
/// Unlike `pg_control_checkpoint()`, `pg_walfile_name(pg_current_wal_insert_lsn())` shows the new timeline directly
/// after a promotion, and every role may call it.
pub(super) fn timeline_of_segment(name: &str) -> Option<u32> {
    let digits = name.get(..8).filter(|_| name.len() == 24)?;
    u32::from_str_radix(digits, 16).ok().filter(|timeline| *timeline > 0)
}

/// How the log is cut; settings of the cluster that cannot change while it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Bytes in a segment file (`wal_segment_size`).
    pub segment: u64,
    /// Bytes in a page (`wal_block_size`).
    pub page: u64,
}

/// Bytes of the header of a segment's first page, and of every other page.
const HEADERS: (u64, u64) = (40, 24);

impl Default for Pages {
    fn default() -> Self {
        Self { segment: 16 << 20, page: 8192 }
    }
}

impl Pages {
    /// The end of the last record before an insert position. After a switch of segments, and whenever a record ends
    /// with its page, the insert position stands behind the next page's header, where replay does not come before the
    /// next record: an idle replica would seem to be behind for ever.
    ///
    /// No record can end there: the part of it that runs on to a page is never empty.
    pub fn end_of_records(self, insert: Lsn) -> Lsn {
        let in_segment = insert.0.checked_rem(self.segment);
        let in_page = insert.0.checked_rem(self.page);
        match (in_segment, in_page) {
            (Some(at), _) if at == HEADERS.0 => Lsn(insert.0 - HEADERS.0),
            // A segment's first page has the long header, so nothing stands at 24 there.
            (Some(at), Some(in_page)) if in_page == HEADERS.1 && at != in_page => Lsn(insert.0 - HEADERS.1),
            _ => insert,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn positions_are_written_as_the_server_writes_them() {
        assert_eq!(Lsn(0x0000_0001_016B_3748).to_string(), "1/16B3748");
        for bad in ["", "/", "1/", "0/16B3748 ", "+1/2", "0/1/2", "g/0", "0/100000000", "100000000/0"] {
            assert_eq!(bad.parse::<Lsn>(), Err(NotAnLsn), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_position_is_read_as_it_was_written(position: u64) {
            prop_assert_eq!(Lsn(position).to_string().parse(), Ok(Lsn(position)));
        }

        #[test]
        fn only_a_header_is_taken_off(position: u64) {
            let end = Pages::default().end_of_records(Lsn(position));
            let off = position - end.0;
            prop_assert!(off == 0 || off == 24 && end.0 % 8192 == 0 || off == 40 && end.0 % (16 << 20) == 0);
        }
    }

    #[test]
    fn the_header_of_a_page_that_has_no_record_yet_is_taken_off() {
        let pages = Pages::default();
        for (insert, end) in [
            ("0/10000028", "0/10000000"),
            ("0/10002018", "0/10002000"),
            // A record that runs on to a page and ends 16 bytes behind its header.
            ("0/10002028", "0/10002028"),
            ("0/10000018", "0/10000018"),
            ("0/10000000", "0/10000000"),
            ("0/16B3748", "0/16B3748"),
        ] {
            let end: Lsn = end.parse().unwrap();
            assert_eq!(pages.end_of_records(insert.parse().unwrap()), end, "{insert}");
        }
        // Segments of another size.
        let small = Pages { segment: 1 << 20, ..pages };
        assert_eq!(small.end_of_records("0/10100028".parse().unwrap()), "0/10100000".parse().unwrap());
        assert_eq!(pages.end_of_records("0/10100028".parse().unwrap()), "0/10100028".parse().unwrap());
    }

    #[test]
    fn a_segment_names_its_timeline() {
        assert_eq!(timeline_of_segment("000000020000000000000010"), Some(2));
        for bad in ["", "00000002", "0000000G0000000000000010", "000000000000000000000010"] {
            assert_eq!(timeline_of_segment(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_history_is_before_its_promotion_and_never_before_a_stranger() {
        let epoch = |system, timeline| Epoch { system, timeline };
        assert!(epoch(1, 1).is_before(epoch(1, 2)));
        assert!(!epoch(1, 2).is_before(epoch(1, 2)) && !epoch(1, 2).is_before(epoch(1, 1)));
        assert!(!epoch(1, 1).is_before(epoch(2, 2)));
    }
}
