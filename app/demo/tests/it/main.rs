//! The tests of this crate from outside: its files as `paceline-domain` reads and analyses them.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod files;
mod truths;
