//! Ends that are asked for together: as many as one message carries well, and fewer where they may have cost the server more than
//! it has. Pure. Never here: asking.

use std::time::Duration;

use super::end::End;

/// Ends of so many bytes at most go together, but for one that has more by itself: a server needs several times their room.
const BYTES_MOST: usize = 4 << 20;

/// Those over which the connection was lost so many times in a row are divided,
const LOSSES_OF_MANY: u32 = 2;

/// and one that it was lost over so many times, and that was alone the last times, is to blame for it: whatever else breaks
/// connections hardly lets one be opened each time, and then breaks it by the next statement, for three seconds.
const LOSSES_OF_ONE: u32 = 6;

/// Before the same is asked again; twice as long after each loss but the first.
pub(super) const AGAIN: Duration = Duration::from_millis(100);

/// Ends that one statement writes, or none of them.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) ends: Vec<End>,
    /// Whether none of them can have been written by a statement whose answer was lost.
    pub(super) is_sure: bool,
    losses: u32,
}

impl Batch {
    /// All of these, in as few as may be.
    pub(super) fn all(ends: Vec<End>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::with_capacity(1);
        let mut bytes = 0;
        for end in ends {
            bytes += end.bytes();
            match all.last_mut().filter(|_| bytes <= BYTES_MOST) {
                Some(batch) => batch.ends.push(end),
                None => {
                    bytes = end.bytes();
                    all.push(Self { ends: vec![end], is_sure: true, losses: 0 });
                }
            }
        }
        all
    }

    pub(super) fn is_one(&self) -> bool {
        self.ends.len() == 1
    }

    /// These in place of the others, which have cost nothing yet.
    pub(super) fn with(self, ends: Vec<End>) -> Self {
        Self { ends, is_sure: self.is_sure, losses: 0 }
    }

    /// Each by itself.
    pub(super) fn singles(self) -> Vec<Self> {
        let Self { ends, is_sure, losses } = self;
        ends.into_iter().map(|end| Self { ends: vec![end], is_sure, losses }).collect()
    }

    /// Half of them, and the others. What is to blame is among them: they are divided again at the next loss.
    pub(super) fn halves(mut self) -> Vec<Self> {
        let others = self.ends.split_off(self.ends.len() / 2);
        let (is_sure, losses) = (self.is_sure, LOSSES_OF_MANY - 1);
        [self.ends, others].into_iter().map(|ends| Self { ends, is_sure, losses }).collect()
    }

    /// The pause before they are asked for again.
    pub(super) fn pause(&self) -> Duration {
        AGAIN * 2_u32.pow(self.losses.saturating_sub(1).min(LOSSES_OF_ONE))
    }

    /// The connection was lost over them, and nobody has said why. Whether they are asked for in this way no more.
    pub(super) fn lost(&mut self) -> bool {
        self.is_sure = false;
        self.losses += 1;
        self.losses >= if self.is_one() { LOSSES_OF_ONE } else { LOSSES_OF_MANY }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::json::JsonText;
    use crate::run::Run;
    use crate::worker::end::Verdict;

    fn end(number: usize, bytes: usize) -> End {
        let result = JsonText::of("1".repeat(bytes), bytes).unwrap();
        let run = Run { number: i64::try_from(number).unwrap(), job: Uuid::nil() };
        End::of(run, Verdict::Succeeded(result))
    }

    #[test]
    fn many_small_ones_go_together_and_large_ones_only_as_far_as_a_message_carries() {
        let small = Batch::all((0..1_000).map(|n| end(n, 4)).collect());
        assert_eq!(small.iter().map(|batch| batch.ends.len()).collect::<Vec<_>>(), [1_000]);
        assert!(Batch::all(Vec::new()).is_empty());
        let sizes = [1, BYTES_MOST / 2, BYTES_MOST / 3, BYTES_MOST / 2, BYTES_MOST + 1, 2, 3];
        let large = Batch::all(sizes.into_iter().enumerate().map(|(n, bytes)| end(n, bytes)).collect());
        let runs: Vec<Vec<_>> =
            large.iter().map(|batch| batch.ends.iter().map(|end| end.run.number).collect()).collect();
        assert_eq!(runs, [vec![0, 1, 2], vec![3], vec![4], vec![5, 6]]);
    }

    #[test]
    fn one_that_breaks_the_connection_is_found_among_many_and_no_other_is_blamed() {
        let mut left = Batch::all((0..1_000).map(|n| end(n, 4)).collect());
        let (mut lost, mut written, mut blamed) = (0, 0, Vec::new());
        while let Some(mut batch) = left.pop() {
            if !batch.ends.iter().any(|end| end.run.number == 613) {
                written += batch.ends.len();
                continue;
            }
            lost += 1;
            assert!(lost < 100, "it is never found");
            match (batch.lost(), batch.is_one()) {
                (false, _) => left.push(batch),
                (true, true) => blamed.push(batch.ends[0].run.number),
                (true, false) => left.extend(batch.halves()),
            }
        }
        assert_eq!((written, blamed), (999, vec![613]));
        assert!((12..=16).contains(&lost), "ten times halved: {lost}");
    }

    #[test]
    fn a_connection_that_is_lost_once_or_over_one_end_a_few_times_blames_nobody() {
        let mut many = Batch::all(vec![end(1, 4), end(2, 4)]).remove(0);
        assert!(many.is_sure);
        assert!(!many.lost() && !many.is_sure);
        let mut one = Batch::all(vec![end(1, 4)]).remove(0);
        let (mut losses, mut waited) = (1, Duration::ZERO);
        while !one.lost() {
            losses += 1;
            waited += one.pause();
        }
        assert_eq!((losses, waited), (6, Duration::from_millis(3_100)));
        let mut instead = one.with(vec![end(1, 4)]);
        assert!(!instead.lost() && !instead.is_sure, "what is written in its place has its own chance");
    }
}
