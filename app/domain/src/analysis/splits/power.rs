//! The mean power of a split, from the stored samples. Never here: the load ([`super::super::load`]).
//!
//! Splits are stored without it, so it is told when they are read. The pauses of the device's timer are not stored
//! either: where samples are further apart than [`LONGEST_STEP_S`], that may have been one, and it does not count.

use super::{Integral, part};
use crate::analysis::load;
use crate::model::{Channel, Track};

/// The longest time in seconds between two samples over which power is known: the window in which moving time sees
/// standing.
const LONGEST_STEP_S: f64 = 11.0;

/// The power of a track, summed up along it.
pub struct SplitPower<'a> {
    time_s: &'a [f64],
    along: Integral,
}

impl<'a> SplitPower<'a> {
    /// `None` where no power was recorded.
    pub fn new(track: &'a Track) -> Option<Self> {
        let (power_w, time_s) = (track.get(Channel::PowerW)?, track.time_s());
        let mut counted_s = vec![0.0; time_s.len()];
        for (counted_s, pair) in counted_s.iter_mut().skip(1).zip(time_s.windows(2)) {
            let step_s = pair[1] - pair[0];
            *counted_s = if step_s <= LONGEST_STEP_S { step_s } else { 0.0 };
        }
        Some(Self { time_s, along: Integral::new(power_w, &counted_s, |watts| watts >= 0.0) })
    }

    /// Mean power in watts between two times in seconds from the start, zeros counted. `None` where it is known for less
    /// than [`load::MIN_COVERAGE`] of the time in motion between them.
    pub fn mean_w(&self, from_s: f64, to_s: f64, moving_time_s: f64) -> Option<f64> {
        load::coverage(part(self.time_s, &self.along.seconds, from_s, to_s), moving_time_s)?;
        self.along.mean(self.time_s, from_s, to_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One sample a second but for a pause, with this power.
    fn ride(power_w: impl Fn(f64) -> f64) -> Track {
        let time_s: Vec<f64> = (0..=600).chain(900..=1200).map(f64::from).collect();
        let mut track = Track::try_new(time_s.clone()).unwrap();
        track.set(Channel::PowerW, time_s.into_iter().map(power_w).collect()).unwrap();
        track
    }

    #[test]
    fn zeros_count_and_pauses_do_not() {
        let steady = ride(|_| 200.0);
        let steady = SplitPower::new(&steady).unwrap();
        assert_eq!(steady.mean_w(0.0, 1200.0, 900.0), Some(200.0));
        assert_eq!(steady.mean_w(300.5, 400.25, 99.75), Some(200.0), "cut between samples");
        let coasted = ride(|time_s| if time_s < 300.0 { 0.0 } else { 300.0 });
        let mean = SplitPower::new(&coasted).unwrap().mean_w(0.0, 600.0, 600.0).unwrap();
        assert!((mean - 150.0).abs() < 0.5, "{mean}");
    }

    #[test]
    fn little_power_is_none() {
        let half = ride(|time_s| if time_s < 300.0 { f64::NAN } else { 300.0 });
        let half = SplitPower::new(&half).unwrap();
        assert_eq!(half.mean_w(0.0, 600.0, 600.0), None);
        assert_eq!(half.mean_w(250.0, 600.0, 350.0), Some(300.0), "300 of 350 seconds");
        assert_eq!(half.mean_w(600.0, 900.0, 0.0), None, "nobody moved");
        assert!(SplitPower::new(&Track::default()).is_none());
    }
}
