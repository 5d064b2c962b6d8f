//! Jumps of a counter beside its standstills: the metres on a line across both. Never here: which jumps are too fast,
//! and whether the outcome is believed.

/// Slower than this in m/s, a counter stands still.
const STANDING_M_S: f64 = 0.2;
/// A standstill is at most this many seconds from the jump, or from the standstill before it.
const REACH_S: f64 = 10.0;
/// A longer interval without a sample is no standstill: nothing is known of it.
const MAX_SAMPLE_S: f64 = 60.0;
/// The athlete's own speed is taken over stretches of this many seconds.
const MINUTE_S: f64 = 60.0;
/// At the athlete's own speed all but this part of a jump must have room, so that the line is at most half as fast
/// again.
const WITHOUT_ROOM: f64 = 1.0 / 3.0;
/// For each sample of a track, this many standstills are tried in all: jumps that have room share none, and those that
/// have not must not make the time grow with the square of the samples.
const TRIES_PER_SAMPLE: usize = 16;

/// Cumulative metres in which each jump lies on a line across itself and the standstills beside it, if they have room
/// for it. `kept_m` is the distance without jumps, `leaps` are the samples at which they end, in order.
pub(super) fn spread(time_s: &[f64], raw_m: &[f64], kept_m: &[f64], leaps: &[usize]) -> Vec<f64> {
    let mut smooth_m = raw_m.to_vec();
    let Some(own_m_s) = own_speed(time_s, kept_m) else { return smooth_m };
    let mut standstills = Standstills::new(time_s, raw_m);
    let mut covered = 0;
    for cluster in leaps.chunk_by(|a, b| a + 1 == *b) {
        let (first, last) = (cluster[0], cluster[cluster.len() - 1]);
        // A line may have reached it already.
        if last <= covered {
            continue;
        }
        let leap = Stretch { from: (first - 1).max(covered), to: last };
        let Some(room) = standstills.room(&smooth_m, leap, own_m_s, covered) else { continue };
        let (start_s, start_m) = (time_s[room.from], smooth_m[room.from]);
        let slope = room.metres(&smooth_m) / room.seconds(time_s);
        for k in room.from + 1..room.to {
            smooth_m[k] = start_m + slope * (time_s[k] - start_s);
        }
        covered = room.to;
    }
    smooth_m
}

/// Samples from one to another.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: usize,
    to: usize,
}

impl Stretch {
    fn seconds(self, time_s: &[f64]) -> f64 {
        time_s[self.to] - time_s[self.from]
    }

    fn metres(self, along_m: &[f64]) -> f64 {
        along_m[self.to] - along_m[self.from]
    }
}

/// Where the counter stands still.
struct Standstills<'a> {
    time_s: &'a [f64],
    /// The samples between which and the next it stands still, in order.
    standing: Vec<usize>,
    /// How many may still be tried.
    tries: usize,
}

impl<'a> Standstills<'a> {
    fn new(time_s: &'a [f64], raw_m: &[f64]) -> Self {
        let stands = |k: &usize| {
            let seconds = time_s[k + 1] - time_s[*k];
            seconds <= MAX_SAMPLE_S && (0.0..STANDING_M_S * seconds).contains(&(raw_m[k + 1] - raw_m[*k]))
        };
        let standing = (0..time_s.len().saturating_sub(1)).filter(stands).collect();
        Self { time_s, standing, tries: TRIES_PER_SAMPLE * time_s.len() }
    }

    /// A jump and the standstills before and after it, no further than sample `floor`, in which the athlete at his own
    /// speed would have covered it; `None` if they are too short. From `floor` on, `along_m` is the counter itself.
    fn room(&mut self, along_m: &[f64], leap: Stretch, own_m_s: f64, floor: usize) -> Option<Stretch> {
        let leap_m = leap.metres(along_m);
        let most_s = 2.0 * (leap_m / own_m_s + REACH_S);
        let mut room = leap;
        while self.tries > 0 && room.metres(along_m) > own_m_s * room.seconds(self.time_s) {
            self.tries -= 1;
            let before = self.before(room.from, floor).map(|from| Stretch { from, ..room });
            let after = || self.after(room.to).map(|to| Stretch { to, ..room });
            match before.or_else(after) {
                Some(wider) if wider.seconds(self.time_s) <= most_s => room = wider,
                _ => break,
            }
        }
        let fits = room.metres(along_m) - WITHOUT_ROOM * leap_m <= own_m_s * room.seconds(self.time_s);
        fits.then_some(room)
    }

    /// Where the nearest segment of standing before a sample begins.
    fn before(&self, from: usize, floor: usize) -> Option<usize> {
        let nearest = *self.standing[..self.standing.partition_point(|&k| k < from)].last()?;
        (nearest >= floor && self.time_s[from] - self.time_s[nearest + 1] <= REACH_S).then_some(nearest)
    }

    /// Where the nearest segment of standing after a sample ends.
    fn after(&self, to: usize) -> Option<usize> {
        let nearest = *self.standing.get(self.standing.partition_point(|&k| k < to))?;
        (self.time_s[nearest] - self.time_s[to] <= REACH_S).then_some(nearest + 1)
    }
}

/// The median speed of the minutes in which the athlete moved, in m/s.
fn own_speed(time_s: &[f64], kept_m: &[f64]) -> Option<f64> {
    let mut speeds = Vec::new();
    let mut start = 0;
    for i in 1..time_s.len() {
        let minute = Stretch { from: start, to: i };
        if minute.seconds(time_s) >= MINUTE_S {
            speeds.push(minute.metres(kept_m) / minute.seconds(time_s));
            start = i;
        }
    }
    speeds.retain(|&speed| speed > STANDING_M_S);
    speeds.sort_by(f64::total_cmp);
    speeds.get(speeds.len() / 2).copied()
}
