//! Effects for the tests of this module.

use jiff::Timestamp;
use mainstay_runtime::{Effects, Random};

pub(super) fn random() -> Random {
    effects_at(0).random
}

pub(super) fn effects_at(second: i64) -> Effects {
    Effects::fixed(Timestamp::from_second(second).unwrap(), 1)
}
