//! What a trend means to an athlete: a verdict, how sure it is, and plain words for both.
//!
//! The words come from a fixed ladder. They say what was measured and how sure it is, and never what caused it.
//! Never here: the test itself (`paceline_domain::analysis::trend`).

use paceline_domain::analysis::polarity::{Judgement, Polarity};
use paceline_domain::analysis::trend;
use serde::Serialize;
use utoipa::ToSchema;

/// What a trend means to the athlete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TrendDirection)]
pub(super) enum Verdict {
    /// It gets better, as far as chance can be excluded.
    Improving,
    /// It gets worse, as far as chance can be excluded.
    Declining,
    /// No change that chance would not give. It may still change by less than could be seen.
    Stable,
    /// Too few days to say anything.
    InsufficientData,
}

/// How sure a verdict is: a fixed ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TrendConfidence)]
pub(super) enum Confidence {
    /// Nothing to be sure of.
    NoEvidence,
    /// Chance gives such a trend less than once in twenty.
    Weak,
    /// Chance gives such a trend less than once in a hundred, and at least 20 days bear it out.
    Consistent,
}

/// The meaning of a direction of a quantity of this polarity. The sign is turned into a judgement by the domain.
pub(super) fn judge(direction: trend::Direction, polarity: Polarity) -> Verdict {
    let sign = match direction {
        trend::Direction::Rising => 1.0,
        trend::Direction::Falling => -1.0,
        trend::Direction::NoEvidence => 0.0,
        trend::Direction::InsufficientData => return Verdict::InsufficientData,
    };
    match polarity.judge(sign) {
        Judgement::Better => Verdict::Improving,
        Judgement::Worse => Verdict::Declining,
        Judgement::Neither => Verdict::Stable,
    }
}

/// The rung of the ladder on which a verdict stands.
pub(super) fn confidence(verdict: Verdict, p_value: Option<f64>, days: usize) -> Confidence {
    match (verdict, p_value) {
        (Verdict::Improving | Verdict::Declining, Some(p)) if p < 0.01 && days >= 20 => {
            Confidence::Consistent
        }
        (Verdict::Improving | Verdict::Declining, Some(_)) => Confidence::Weak,
        _ => Confidence::NoEvidence,
    }
}

/// What the words are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) confidence: Confidence,
    /// Days with a valid run.
    pub(super) days: usize,
    /// Days that a trend needs.
    pub(super) days_needed: usize,
    /// Change over the period in percent of its start.
    pub(super) change_percent: Option<f64>,
    /// The least and the most change in percent that the data allow.
    pub(super) change_interval: Option<(f64, f64)>,
}

/// One or two plain sentences.
pub(super) fn words(finding: &Finding) -> String {
    let sure = match finding.confidence {
        Confidence::Consistent => "consistent evidence",
        Confidence::Weak => "weak evidence",
        Confidence::NoEvidence => "no evidence",
    };
    let change = finding.change_percent.unwrap_or_default();
    let between = finding.change_interval.map_or_else(String::new, |(low, high)| {
        format!(" The data allow anything from {low:+.1} % to {high:+.1} %.")
    });
    match finding.verdict {
        Verdict::InsufficientData => format!(
            "Not enough data: {} of the {} days with a valid steady run that a trend needs.",
            finding.days, finding.days_needed
        ),
        Verdict::Stable => format!("There is {sure} of a change in efficiency over this period.{between}"),
        Verdict::Improving => {
            format!("There is {sure} that efficiency rose over this period, by about {change:.1} %.{between}")
        }
        Verdict::Declining => {
            format!(
                "There is {sure} that efficiency fell over this period, by about {:.1} %.{between}",
                -change
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use paceline_domain::analysis::efficiency::EFFICIENCY_POLARITY;
    use trend::Direction;

    use super::*;

    fn opposite(verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Improving => Verdict::Declining,
            Verdict::Declining => Verdict::Improving,
            same => same,
        }
    }

    #[test]
    fn polarity_turns_better_into_worse_and_nothing_else() {
        for direction in
            [Direction::Rising, Direction::Falling, Direction::NoEvidence, Direction::InsufficientData]
        {
            let higher = judge(direction, Polarity::HigherIsBetter);
            assert_eq!(judge(direction, Polarity::LowerIsBetter), opposite(higher));
            let neutral = judge(direction, Polarity::Neutral);
            assert!(matches!(neutral, Verdict::Stable | Verdict::InsufficientData));
        }
        assert_eq!(judge(Direction::Rising, EFFICIENCY_POLARITY), Verdict::Improving);
    }

    #[test]
    fn confidence_needs_a_low_p_and_days() {
        assert_eq!(confidence(Verdict::Improving, Some(0.001), 20), Confidence::Consistent);
        assert_eq!(confidence(Verdict::Improving, Some(0.001), 19), Confidence::Weak);
        assert_eq!(confidence(Verdict::Declining, Some(0.04), 100), Confidence::Weak);
        assert_eq!(confidence(Verdict::Stable, Some(0.001), 100), Confidence::NoEvidence);
        assert_eq!(confidence(Verdict::InsufficientData, None, 3), Confidence::NoEvidence);
    }

    #[test]
    fn words_never_claim_a_cause() {
        for verdict in [Verdict::Improving, Verdict::Declining, Verdict::Stable, Verdict::InsufficientData] {
            for confidence in [Confidence::NoEvidence, Confidence::Weak, Confidence::Consistent] {
                let text = words(&Finding {
                    verdict,
                    confidence,
                    days: 3,
                    days_needed: 10,
                    change_percent: Some(-4.25),
                    change_interval: Some((-6.0, -1.0)),
                });
                for claim in ["cause", "because", "due to", "leads to", "thanks to", "proves"] {
                    assert!(!text.contains(claim), "{text}");
                }
            }
        }
    }

    #[test]
    fn words_carry_the_figures() {
        let finding = Finding {
            verdict: Verdict::Declining,
            confidence: Confidence::Weak,
            days: 12,
            days_needed: 10,
            change_percent: Some(-4.25),
            change_interval: Some((-6.0, -1.0)),
        };
        assert_eq!(
            words(&finding),
            "There is weak evidence that efficiency fell over this period, by about 4.2 %. \
             The data allow anything from -6.0 % to -1.0 %."
        );
        let few = Finding { verdict: Verdict::InsufficientData, days: 3, ..finding };
        assert!(words(&few).contains("3 of the 10 days"));
    }
}
