//! What a transaction could see, as PostgreSQL tells it (`pg_current_snapshot`). Never here: asking for one.

use std::fmt;
use std::str::FromStr;

/// A snapshot of the primary. Transaction numbers are 64 bits wide (`xid8`) and are not used twice, except after a crash
/// or a promotion, which [`super::Incarnation`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Snapshot {
    xmin: u64,
    xmax: u64,
    /// Those between the two that were still running, ascending.
    running: Box<[u64]>,
}

/// A text or bytes that are no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a snapshot: {0}")]
pub struct MalformedSnapshot(&'static str);

impl MalformedSnapshot {
    pub(crate) const NOT_A_NUMBER: Self = Self("a part is no number");
}

impl Snapshot {
    /// All below `xmin` have ended, none from `xmax` on had begun, `running` between them had not ended.
    ///
    /// # Errors
    /// If `xmin` is above `xmax`, or one that runs is not between them.
    pub fn new(xmin: u64, xmax: u64, mut running: Vec<u64>) -> Result<Self, MalformedSnapshot> {
        running.sort_unstable();
        running.dedup();
        if xmin > xmax {
            return Err(MalformedSnapshot("it ends before it begins"));
        }
        if running.first().is_some_and(|first| *first < xmin)
            || running.last().is_some_and(|last| *last >= xmax)
        {
            return Err(MalformedSnapshot("a transaction that runs is outside of it"));
        }
        Ok(Self { xmin, xmax, running: running.into() })
    }

    /// All below this have ended.
    pub fn xmin(&self) -> u64 {
        self.xmin
    }

    /// None from this on had begun.
    pub fn xmax(&self) -> u64 {
        self.xmax
    }

    /// Those between the two that had not ended, ascending.
    pub fn running(&self) -> &[u64] {
        &self.running
    }

    /// Whether the work of a transaction that committed is visible in it.
    pub fn sees(&self, xid: u64) -> bool {
        xid < self.xmin || (xid < self.xmax && self.running.binary_search(&xid).is_err())
    }

    /// The same with none running: what a poll that forgets them would take for known.
    pub(super) fn ended(&self) -> Self {
        Self { xmin: self.xmax, xmax: self.xmax, running: Box::default() }
    }

    /// Whether everything that is visible in `other` is visible here.
    pub fn covers(&self, other: &Self) -> bool {
        if other.xmax <= self.xmin {
            return true;
        }
        if self.running.iter().any(|xid| other.sees(*xid)) {
            return false;
        }
        // What had not begun here must not have ended there.
        let from = other.running.partition_point(|xid| *xid < self.xmax);
        other.xmax.saturating_sub(self.xmax) == (other.running.len() - from) as u64
    }

    /// The shortest form, for a copy that is kept elsewhere.
    pub fn encode(&self, into: &mut Vec<u8>) {
        varint(self.xmin, into);
        varint(self.xmax - self.xmin, into);
        varint(self.running.len() as u64, into);
        let mut before = self.xmin;
        for xid in &self.running {
            varint(xid - before, into);
            before = *xid;
        }
    }

    /// Reads what [`Snapshot::encode`] wrote and takes it off the front.
    ///
    /// # Errors
    /// If the bytes end too soon or tell of no snapshot.
    pub fn decode(bytes: &mut &[u8]) -> Result<Self, MalformedSnapshot> {
        let xmin = unvarint(bytes)?;
        let xmax = xmin.checked_add(unvarint(bytes)?).ok_or(OVERFLOW)?;
        let count = unvarint(bytes)?;
        if count > xmax - xmin || count > bytes.len() as u64 {
            return Err(MalformedSnapshot("it ends too soon"));
        }
        let mut before = xmin;
        let running = (0..count)
            .map(|_| {
                before = before.checked_add(unvarint(bytes)?).ok_or(OVERFLOW)?;
                Ok(before)
            })
            .collect::<Result<_, _>>()?;
        Self::new(xmin, xmax, running)
    }
}

const OVERFLOW: MalformedSnapshot = MalformedSnapshot("a number is too large");

/// Seven bits a byte, lowest first; the highest bit says that more follow.
fn varint(mut value: u64, into: &mut Vec<u8>) {
    while value >= 0x80 {
        into.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

fn unvarint(bytes: &mut &[u8]) -> Result<u64, MalformedSnapshot> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or(MalformedSnapshot("it ends too soon"))?;
        *bytes = rest;
        let bits = u64::from(first & 0x7f);
        if shift == 63 && bits > 1 {
            return Err(OVERFLOW);
        }
        value |= bits << shift;
        if first & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(OVERFLOW)
}

/// As PostgreSQL writes it: `10:20:10,14,15`.
impl FromStr for Snapshot {
    type Err = MalformedSnapshot;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(':');
        let (Some(xmin), Some(xmax), Some(running), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(MalformedSnapshot("it has not three parts"));
        };
        let number = |text: &str| text.parse().map_err(|_| MalformedSnapshot::NOT_A_NUMBER);
        let running =
            running.split(',').filter(|xid| !xid.is_empty()).map(number).collect::<Result<_, _>>()?;
        Self::new(number(xmin)?, number(xmax)?, running)
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:", self.xmin, self.xmax)?;
        for (place, xid) in self.running.iter().enumerate() {
            write!(f, "{}{xid}", if place == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}
