//! What is wrong with values that were read: out of range, or at odds with one another. Pure.
//! Never here: any key, range or rule; the type that owns a key has a `faults()` that says them.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::origin::{Entry, Fault, Origin};
use crate::{byte_size, duration};

/// What is wrong with a configuration's values, all of it, each by its keys. Every crate's `Config` has a pure
/// `faults()` that judges its own keys; a sum of configurations adds those of its parts with [`Faults::section`].
///
/// ```
/// use mainstay_config::Faults;
///
/// let mut pool = Faults::default();
/// pool.number("max", 0, 1..=100);
/// let mut faults = Faults::default();
/// faults.section("pool", pool);
/// assert_eq!(faults.messages().collect::<Vec<_>>(), ["pool.max is 0; write 1 to 100"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Wrong>);

/// One thing that is wrong. What is said of it begins with the first of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    key: String,
    /// Other keys that the rule is about: whoever set one of them may be the one to blame.
    others: Vec<String>,
    what: String,
}

impl Faults {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every fault as a line for who wrote the value: the key, what is wrong, what to write instead.
    pub fn messages(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(Wrong::message)
    }

    /// `what` follows the key: "is …; write …". Never the value of a secret.
    pub fn add(&mut self, key: &str, what: impl Display) {
        self.across(key, &[], what);
    }

    /// A rule between several keys of which `key` is the one to change first.
    pub fn across(&mut self, key: &str, others: &[&str], what: impl Display) {
        let others = others.iter().map(|other| (*other).to_owned()).collect();
        self.0.push(Wrong { key: key.to_owned(), others, what: what.to_string() });
    }

    /// A number that must be in the range.
    pub fn number<T: Copy + PartialOrd + Display>(&mut self, key: &str, value: T, range: RangeInclusive<T>) {
        if !range.contains(&value) {
            self.add(key, format_args!("is {value}; write {} to {}", range.start(), range.end()));
        }
    }

    /// A length of time that must be in the range.
    pub fn time(&mut self, key: &str, value: Duration, range: RangeInclusive<Duration>) {
        if !range.contains(&value) {
            let (least, most) = (duration::show(*range.start()), duration::show(*range.end()));
            self.add(key, format_args!("is {}; write {least} to {most}", duration::show(value)));
        }
    }

    /// A number of bytes that must be in the range.
    pub fn size<T: TryInto<u64>>(&mut self, key: &str, value: T, range: RangeInclusive<u64>) {
        let value = value.try_into().unwrap_or(u64::MAX);
        if !range.contains(&value) {
            let (least, most) = (byte_size::show(*range.start()), byte_size::show(*range.end()));
            self.add(key, format_args!("is {}; write {least} to {most}", byte_size::show(value)));
        }
    }

    /// Adds what is wrong in a section of this configuration: its keys get the section's name in front.
    pub fn section(&mut self, name: &str, inner: Self) {
        let named = |key: &String| format!("{name}.{key}");
        self.0.extend(inner.0.into_iter().map(|wrong| Wrong {
            key: named(&wrong.key),
            others: wrong.others.iter().map(named).collect(),
            what: wrong.what,
        }));
    }

    /// Adds what is wrong by another rule about the same keys.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Each with the place that set its key, or else that set another key of its rule.
    pub(crate) fn placed(&self, entries: &[Entry]) -> Vec<Fault> {
        let set = |key: &String| {
            // A key below a table that takes any name is an entry of its own; the table is one when it is empty.
            let entry = entries.iter().find(|entry| &entry.key == key)?;
            (entry.origin != Origin::Default).then(|| entry.origin.clone())
        };
        let place = |wrong: &Wrong| {
            let origin = std::iter::once(&wrong.key).chain(&wrong.others).find_map(set);
            Fault { origin: origin.unwrap_or(Origin::Default), message: wrong.message() }
        };
        self.0.iter().map(place).collect()
    }
}

impl Wrong {
    fn message(&self) -> String {
        format!("{} {}", self.key, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(make: impl FnOnce(&mut Faults)) -> Vec<String> {
        let mut faults = Faults::default();
        make(&mut faults);
        faults.messages().collect()
    }

    #[test]
    fn a_value_out_of_its_range_is_told_in_the_form_that_it_is_written_in() {
        let seconds = |seconds| Duration::from_secs(seconds);
        assert_eq!(told(|faults| faults.number("n", 0, 1..=9)), ["n is 0; write 1 to 9"]);
        assert_eq!(
            told(|faults| faults.time("t", Duration::ZERO, Duration::from_millis(100)..=seconds(5400))),
            ["t is 0s; write 100ms to 1h 30m"]
        );
        assert_eq!(
            told(|faults| faults.size("s", 3_usize, 1024..=1 << 20)),
            ["s is 3 B; write 1 KiB to 1 MiB"]
        );
        let good = told(|faults| {
            faults.number("n", 1, 1..=9);
            faults.number("n", 9, 1..=9);
            faults.time("t", seconds(1), seconds(1)..=seconds(1));
            faults.size("s", 1024_u64, 1024..=1024);
        });
        assert_eq!(good, Vec::<String>::new());
    }

    #[test]
    fn a_fault_is_placed_where_one_of_its_keys_was_set() {
        let mut inner = Faults::default();
        inner.across("most", &["least"], "is below the least");
        inner.add("other", "is wrong");
        let mut faults = Faults::default();
        faults.section("a", inner);
        let entry = |key: &str, origin| Entry { key: key.to_owned(), shown: String::new(), origin };
        let flag = Origin::Flag("--least".to_owned());
        let entries = [
            entry("a.least", flag.clone()),
            entry("a.most", Origin::Default),
            entry("a.other", Origin::Default),
        ];
        let placed = faults.placed(&entries);
        assert_eq!(placed[0], Fault { origin: flag, message: "a.most is below the least".to_owned() });
        assert_eq!(placed[1], Fault { origin: Origin::Default, message: "a.other is wrong".to_owned() });
    }
}
