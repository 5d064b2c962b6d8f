//! Chance that repeats itself: numbers from a seed, and wandering noise made of them.
//! Never here: any other source of randomness.

/// SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators").
pub(crate) struct Dice {
    state: u64,
    spare: Option<f64>,
}

/// What a stream of numbers is for: each has its own, so that one more draw in one place changes nothing elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Weather = 1,
    Form,
    Plan,
    Journal,
    Session,
}

impl Dice {
    /// The stream of a purpose and a number, such as a day.
    pub(crate) fn new(seed: u64, purpose: Purpose, number: u64) -> Self {
        let start = mix(mix(mix(seed).wrapping_add(purpose as u64)).wrapping_add(number));
        Self { state: start, spare: None }
    }

    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Evenly from 0 up to, and without, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly between two numbers.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True in this part of all cases.
    pub(crate) fn chance(&mut self, part: f64) -> bool {
        self.unit() < part
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = (self.unit() * from.len() as f64) as usize;
        &from[at.min(from.len() - 1)]
    }

    /// Normal with mean 0 and deviation 1: Marsaglia's polar method (Marsaglia & Bray 1964, SIAM Review 6:260).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let scale = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Noise that remembers: AR(1) around 0.
pub(crate) struct Wander {
    value: f64,
    keep: f64,
    kick: f64,
}

impl Wander {
    /// Noise of this deviation, of which each step keeps a part of the one before.
    pub(crate) fn new(deviation: f64, keep: f64, dice: &mut Dice) -> Self {
        Self { value: deviation * dice.normal(), keep, kick: deviation * (1.0 - keep * keep).sqrt() }
    }

    pub(crate) fn step(&mut self, dice: &mut Dice) -> f64 {
        self.value = self.keep * self.value + self.kick * dice.normal();
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_said_and_repeat() {
        let draw = |purpose| {
            let mut dice = Dice::new(7, purpose, 3);
            (0..20_000).map(|_| dice.normal()).collect::<Vec<_>>()
        };
        let numbers = draw(Purpose::Plan);
        assert_eq!(numbers, draw(Purpose::Plan));
        assert_ne!(numbers, draw(Purpose::Form));
        let mean = numbers.iter().sum::<f64>() / 20_000.0;
        let variance = numbers.iter().map(|number| number * number).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
        let mut dice = Dice::new(1, Purpose::Weather, 0);
        let mut wander = Wander::new(2.0, 0.9, &mut dice);
        let walk: Vec<f64> = (0..50_000).map(|_| wander.step(&mut dice)).collect();
        let variance = walk.iter().map(|value| value * value).sum::<f64>() / 50_000.0;
        assert!((variance.sqrt() - 2.0).abs() < 0.15, "{variance}");
    }
}
