//! What a round has to do, from what the catalogue shows. Pure. Never here: how it is done.

use jiff::Timestamp;

use super::month::oldest_kept;
use super::{Config, Declared, Month};

/// A partition, or what was one, as the catalogue shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Child {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) state: State,
    pub(super) has_brin: bool,
}

/// How far the retirement of a partition has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// In use.
    Attached,
    /// A concurrent detach was cut off; nobody reads it any more, and it stands in the way of the next detach.
    DetachPending,
    /// A table of its own that carries our mark.
    Retired,
}

/// The instants that a partition holds: from the first, which is in it, to the second, which is not; open where there
/// is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
}

impl Span {
    pub(super) fn of(month: Month) -> Self {
        Self { from: Some(month.start()), to: Some(month.end()) }
    }

    /// The month, where it is exactly one.
    pub(super) fn month(self) -> Option<Month> {
        let month = Month::of(self.from?)?;
        (Self::of(month) == self).then_some(month)
    }

    fn meets(self, month: Month) -> bool {
        self.from.is_none_or(|from| from < month.end()) && self.to.is_none_or(|to| to > month.start())
    }

    fn covers(self, month: Month) -> bool {
        self.from.is_none_or(|from| from <= month.start()) && self.to.is_none_or(|to| to >= month.end())
    }
}

/// What one round does to one table, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) create: Vec<Month>,
    /// Detached halfway: whoever did that, it must be ended.
    pub(super) finalize: Vec<Child>,
    /// Oldest first.
    pub(super) retire: Vec<(Month, Child)>,
    pub(super) index: Vec<Child>,
}

/// `present` is the month of the clock; `retention_from` the month that retention counts from, never a later one.
pub(super) fn plan(
    declared: &Declared,
    children: &[Child],
    present: Month,
    retention_from: Month,
    config: &Config,
) -> Plan {
    let ahead = i32::try_from(config.months_ahead).unwrap_or(0);
    let wanted = (0..=ahead).map(|step| present.plus(step));
    let create = wanted.filter(|month| !children.iter().any(|child| holds(child, *month))).collect();

    let finalize = children.iter().filter(|child| child.state == State::DetachPending).cloned().collect();

    let limit = declared.retention().map(|months| oldest_kept(retention_from, months.get()));
    let month_of = |child: &Child| child.span.month().map(|month| (month, child.clone()));
    let mut retire: Vec<_> = children.iter().filter_map(month_of).collect();
    // A pending one that nobody marked was detached by hand: it is ended, not dropped.
    retire.retain(|(month, child)| {
        child.state != State::DetachPending && limit.is_some_and(|limit| *month < limit)
    });
    retire.sort_by_key(|(month, _)| *month);
    retire.truncate(config.retire_most.try_into().unwrap_or(usize::MAX));

    let is_cold = |child: &&Child| {
        let leaving = retire.iter().any(|(_, other)| other.name == child.name);
        child.state == State::Attached
            && !child.has_brin
            && !leaving
            && child.span.to.is_some_and(|to| to <= present.start())
    };
    let most =
        if declared.table().brin.is_some() { config.index_most.try_into().unwrap_or(usize::MAX) } else { 0 };
    let mut index: Vec<Child> = children.iter().filter(is_cold).cloned().collect();
    index.sort_by_key(|child| child.span.to);
    index.truncate(most);
    Plan { create, finalize, retire, index }
}

/// Whether rows of the month, or some of them, have their place already: a second partition could not be attached.
pub(super) fn holds(child: &Child, month: Month) -> bool {
    child.state == State::Attached && child.span.meets(month)
}

/// How many whole months after `present` have their place, without a gap; -1 where not even the present one has.
pub(super) fn months_ahead(children: &[Child], present: Month) -> i32 {
    let is_whole = |month: Month| {
        children.iter().any(|child| child.state == State::Attached && child.span.covers(month))
    };
    // An open-ended partition covers everything; nobody counts further than this.
    let most = 1_200;
    (0..=most).find(|step| !is_whole(present.plus(*step))).unwrap_or(most) - 1
}

#[cfg(test)]
mod tests;
