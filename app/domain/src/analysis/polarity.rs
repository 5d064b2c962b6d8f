//! Which direction of a number is good, and the one place where a sign becomes a judgement.
//! Never here: numbers themselves, significance, words for people.

use serde::{Deserialize, Serialize};

/// Which direction of a quantity is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// More is better, as for metres per heartbeat.
    HigherIsBetter,
    /// Less is better, as for seconds per kilometre or decoupling.
    LowerIsBetter,
    /// Neither, as for cadence or training load.
    Neutral,
}

/// What a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// In the good direction.
    Better,
    /// In the bad direction.
    Worse,
    /// No direction, or a quantity without a good one.
    Neither,
}

impl Polarity {
    /// Judges a change, a slope or a correlation by its sign. Zero and NaN are [`Judgement::Neither`].
    pub fn judge(self, sign: f64) -> Judgement {
        let good = match self {
            Self::HigherIsBetter => sign,
            Self::LowerIsBetter => -sign,
            Self::Neutral => 0.0,
        };
        if good > 0.0 {
            Judgement::Better
        } else if good < 0.0 {
            Judgement::Worse
        } else {
            Judgement::Neither
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_falling_pace_and_a_rising_efficiency_are_better() {
        assert_eq!(Polarity::LowerIsBetter.judge(-3.0), Judgement::Better);
        assert_eq!(Polarity::HigherIsBetter.judge(0.1), Judgement::Better);
        assert_eq!(Polarity::Neutral.judge(5.0), Judgement::Neither);
        assert_eq!(Polarity::HigherIsBetter.judge(f64::NAN), Judgement::Neither);
        assert_eq!(Polarity::LowerIsBetter.judge(0.0), Judgement::Neither);
    }

    proptest! {
        #[test]
        fn the_two_polarities_always_contradict_each_other(sign in prop::num::f64::NORMAL) {
            let (high, low) = (Polarity::HigherIsBetter.judge(sign), Polarity::LowerIsBetter.judge(sign));
            prop_assert_ne!(high, low);
            prop_assert_eq!(low, Polarity::HigherIsBetter.judge(-sign));
            prop_assert_eq!(high == Judgement::Better, sign > 0.0);
        }
    }
}
