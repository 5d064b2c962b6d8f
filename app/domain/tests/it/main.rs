//! The tests of this crate from outside: real files against independent values.

mod analysis;
