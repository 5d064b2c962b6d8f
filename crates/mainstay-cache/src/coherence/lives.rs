//! Which lives of the server are over. Never here: what a node knows of the present one.
//!
//! Lives have no order that a node could read off them: one that it does not know is an earlier one, or the next, of which
//! it has not heard yet. A poll decides that was sent after somebody had named it. If the server has another life then,
//! what was committed in the one that was named is in the database by now, or lost; whatever the present life says is the
//! truth, and nothing has to be waited for. As one primary at a time commits, a life that is over stays over.

use std::collections::VecDeque;

use super::Incarnation;

/// Tokens of clients live for minutes, lives of a server for weeks.
const MOST: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Lives {
    /// Named by somebody, and how many polls had been begun then.
    named: VecDeque<(Incarnation, u64)>,
    over: VecDeque<Incarnation>,
}

impl Lives {
    /// Whether it is over for sure. If not, a poll that begins after the first `begun` will tell.
    pub(super) fn is_over(&mut self, life: Incarnation, begun: u64) -> bool {
        if self.over.contains(&life) {
            return true;
        }
        if self.named.iter().all(|(other, _)| *other != life) {
            push(&mut self.named, (life, begun));
        }
        false
    }

    /// The poll of this number found the server in its life `present`.
    pub(super) fn polled(&mut self, number: u64, present: Incarnation) {
        let (told, left) = std::mem::take(&mut self.named)
            .into_iter()
            .partition::<VecDeque<_>, _>(|(life, begun)| *begun < number || *life == present);
        self.named = left;
        for (life, _) in told {
            self.end(life, present);
        }
        self.over.retain(|life| *life != present);
    }

    /// It was known before a poll was sent that found the server in another.
    pub(super) fn end(&mut self, life: Incarnation, present: Incarnation) {
        if life != present && !self.over.contains(&life) {
            push(&mut self.over, life);
        }
    }
}

/// The oldest makes room: whoever names it next waits for one more poll.
fn push<T>(list: &mut VecDeque<T>, new: T) {
    if list.len() == MOST {
        list.pop_front();
    }
    list.push_back(new);
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_life_is_over_when_a_poll_after_its_naming_finds_another() {
        let [one, two, three] = [1, 2, 3].map(|number| Incarnation(Uuid::from_u128(number)));
        let mut lives = Lives::default();
        assert!(!lives.is_over(one, 4) && !lives.is_over(three, 5));
        lives.polled(4, two);
        assert!(!lives.is_over(one, 4), "the poll was sent before");
        lives.polled(5, two);
        assert!(lives.is_over(one, 5) && !lives.is_over(three, 5));
        lives.polled(6, three);
        assert!(!lives.is_over(three, 6) && lives.is_over(one, 6));
        // However many are named, few are remembered.
        for number in 10..200 {
            assert!(!lives.is_over(Incarnation(Uuid::from_u128(number)), 6));
        }
        assert_eq!(lives.named.len(), MOST);
        lives.polled(7, three);
        assert_eq!((lives.named.len(), lives.over.len()), (0, MOST));
    }
}
