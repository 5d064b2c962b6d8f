//! What was promised to whom, and the judgement of answers. Pure. Never here: where an answer came from.
//!
//! A server that is killed may take acknowledged transactions with it (committed asynchronously, or not yet sent to
//! the replica that takes over). Nobody can read those again: while it happens nothing is judged (a storm), and
//! afterwards the promises are cut to what survived.

use std::time::Instant;

/// Every session's promises. Session `k` alone writes counter `k`, and only ever more.
#[derive(Debug)]
pub(super) struct Ledger {
    sessions: Vec<Promised>,
    /// Acknowledged values of each counter, by the time of the acknowledgement.
    acked: Vec<Vec<(Instant, i64)>>,
    /// Odd during a storm.
    weather: u64,
    /// Acknowledged values that no server has any longer.
    pub(super) lost: u64,
}

#[derive(Clone, Debug)]
struct Promised {
    written: i64,
    seen: Vec<i64>,
}

/// Broken promises of one answer or many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) own_writes: u64,
    pub(super) monotonic: u64,
    pub(super) staleness: u64,
}

impl Broken {
    pub(super) fn add(&mut self, other: Self) {
        self.own_writes += other.own_writes;
        self.monotonic += other.monotonic;
        self.staleness += other.staleness;
    }

    pub(super) fn total(self) -> u64 {
        self.own_writes + self.monotonic + self.staleness
    }
}

/// What was true when a question was asked: its answer is judged if no storm came between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    weather: u64,
}

impl Ledger {
    pub(super) fn new(sessions: usize) -> Self {
        Self {
            sessions: vec![Promised { written: 0, seen: vec![0; sessions] }; sessions],
            acked: vec![Vec::new(); sessions],
            weather: 0,
            lost: 0,
        }
    }

    pub(super) fn ask(&self) -> Asked {
        Asked { weather: self.weather }
    }

    /// Session `k` was told that its write of `value` is kept.
    pub(super) fn acknowledge(&mut self, asked: Asked, k: usize, value: i64, at: Instant) {
        if self.is_calm_since(asked) {
            self.sessions[k].written = value;
            self.acked[k].push((at, value));
        }
    }

    /// Session `k`, or somebody who has not been here before, was answered with these counters. Everything that was
    /// acknowledged before `bound` must be in them. `None` if it cannot be judged.
    pub(super) fn judge(
        &mut self,
        asked: Asked,
        k: Option<usize>,
        counters: &[i64],
        bound: Instant,
    ) -> Option<Broken> {
        if !self.is_calm_since(asked) {
            return None;
        }
        let is_behind = |promised: &[i64]| {
            counters.len() < promised.len()
                || counters.iter().zip(promised).any(|(value, least)| value < least)
        };
        let due: Vec<i64> = self.acked.iter().map(|acked| value_at(acked, bound)).collect();
        let staleness = u64::from(is_behind(&due));
        let Some(k) = k else { return Some(Broken { staleness, ..Broken::default() }) };
        let session = &mut self.sessions[k];
        let broken = Broken {
            own_writes: u64::from(counters.get(k).is_none_or(|value| *value < session.written)),
            monotonic: u64::from(is_behind(&session.seen)),
            staleness,
        };
        for (seen, value) in session.seen.iter_mut().zip(counters) {
            *seen = (*seen).max(*value);
        }
        Some(broken)
    }

    /// What session `k` has seen, for the reader of a report.
    pub(super) fn promised(&self, k: usize) -> &[i64] {
        &self.sessions[k].seen
    }

    pub(super) fn storm(&mut self) {
        self.weather |= 1;
    }

    /// The storm is over and these values survived.
    pub(super) fn calm(&mut self, survived: &[i64]) {
        self.weather = (self.weather | 1) + 1;
        for session in &mut self.sessions {
            for (seen, value) in session.seen.iter_mut().zip(survived) {
                *seen = (*seen).min(*value);
            }
        }
        for (k, value) in survived.iter().enumerate() {
            self.sessions[k].written = self.sessions[k].written.min(*value);
            let before = self.acked[k].len();
            self.acked[k].retain(|(_, acked)| acked <= value);
            self.lost += (before - self.acked[k].len()) as u64;
        }
    }

    fn is_calm_since(&self, asked: Asked) -> bool {
        self.weather == asked.weather && self.weather.is_multiple_of(2)
    }
}

fn value_at(acked: &[(Instant, i64)], bound: Instant) -> i64 {
    let before = acked.partition_point(|(at, _)| *at <= bound);
    before.checked_sub(1).map_or(0, |at| acked[at].1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_broken_promise_is_counted_once() {
        let mut ledger = Ledger::new(2);
        let now = Instant::now();
        let second = Duration::from_secs(1);
        ledger.acknowledge(ledger.ask(), 0, 5, now);
        ledger.acknowledge(ledger.ask(), 1, 3, now);
        let all_well = Some(Broken::default());
        assert_eq!(ledger.judge(ledger.ask(), Some(0), &[5, 0], now - second), all_well);
        let none_but = |own_writes, monotonic, staleness| Some(Broken { own_writes, monotonic, staleness });
        assert_eq!(ledger.judge(ledger.ask(), Some(0), &[5, 0], now + second), none_but(0, 0, 1));
        assert_eq!(ledger.judge(ledger.ask(), Some(1), &[6, 2], now - second), none_but(1, 0, 0));
        assert_eq!(ledger.judge(ledger.ask(), Some(1), &[5, 3], now - second), none_but(0, 1, 0));
        assert_eq!(ledger.judge(ledger.ask(), Some(1), &[0], now + second), none_but(1, 1, 1));
        // Who comes for the first time has seen and written nothing.
        assert_eq!(ledger.judge(ledger.ask(), None, &[0, 0], now - second), all_well);
        assert_eq!(ledger.judge(ledger.ask(), None, &[0, 0], now + second), none_but(0, 0, 1));
    }

    #[test]
    fn what_a_storm_took_is_not_promised_and_the_rest_is() {
        let mut ledger = Ledger::new(1);
        let now = Instant::now();
        ledger.acknowledge(ledger.ask(), 0, 1, now);
        ledger.acknowledge(ledger.ask(), 0, 2, now);
        let before = ledger.ask();
        ledger.storm();
        assert_eq!(ledger.judge(before, Some(0), &[0], now), None);
        assert_eq!(ledger.judge(ledger.ask(), Some(0), &[0], now), None);
        ledger.calm(&[1]);
        assert_eq!(ledger.judge(before, Some(0), &[0], now), None);
        assert_eq!(
            (ledger.lost, ledger.judge(ledger.ask(), Some(0), &[1], now)),
            (1, Some(Broken::default()))
        );
        assert_eq!(ledger.judge(ledger.ask(), Some(0), &[0], now).map(Broken::total), Some(3));
    }
}
