//! The tests of this crate from outside: real files against independent values.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod analysis;
mod fit_bytes;
mod formats;
mod gpx;
