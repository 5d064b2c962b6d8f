//! What a round has to do, from what the catalogue shows. Pure. Never here: how it is done.

use jiff::Timestamp;

use super::period::oldest_kept;
use super::{Config, Declared, Period, Unit};

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
    pub(super) fn of(period: Period) -> Self {
        Self { from: Some(period.start()), to: Some(period.end()) }
    }

    /// The period of this unit, where it is exactly one.
    pub(super) fn period(self, unit: Unit) -> Option<Period> {
        let period = Period::of(unit, self.from?)?;
        (Self::of(period) == self).then_some(period)
    }

    fn meets(self, period: Period) -> bool {
        self.from.is_none_or(|from| from < period.end()) && self.to.is_none_or(|to| to > period.start())
    }

    fn covers(self, period: Period) -> bool {
        self.from.is_none_or(|from| from <= period.start()) && self.to.is_none_or(|to| to >= period.end())
    }
}

/// What one round does to one table, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) create: Vec<Period>,
    /// Detached halfway: whoever did that, it must be ended.
    pub(super) finalize: Vec<Child>,
    /// All that are past their retention, oldest first: more than a round retires, since some may be held back.
    pub(super) retire: Vec<(Period, Child)>,
    pub(super) index: Vec<Child>,
}

/// `present` is the period of the clock; `retention_from` the one that retention counts from, never a later one.
pub(super) fn plan(
    declared: &Declared,
    children: &[Child],
    present: Period,
    retention_from: Period,
    config: &Config,
) -> Plan {
    let unit = declared.table().unit;
    let ahead = i32::try_from(config.limits(unit).ahead).unwrap_or(0);
    let wanted = (0..=ahead).map(|step| present.plus(step));
    let create = wanted.filter(|period| !children.iter().any(|child| holds(child, *period))).collect();

    let finalize = children.iter().filter(|child| child.state == State::DetachPending).cloned().collect();

    let limit = declared.retention().map(|periods| oldest_kept(retention_from, periods.get()));
    let period_of = |child: &Child| child.span.period(unit).map(|period| (period, child.clone()));
    let mut retire: Vec<_> = children.iter().filter_map(period_of).collect();
    // A pending one that nobody marked was detached by hand: it is ended, not dropped.
    retire.retain(|(period, child)| {
        child.state != State::DetachPending && limit.is_some_and(|limit| *period < limit)
    });
    retire.sort_by_key(|(period, _)| *period);

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

/// Whether rows of the period, or some of them, have their place already: a second partition could not be attached.
pub(super) fn holds(child: &Child, period: Period) -> bool {
    child.state == State::Attached && child.span.meets(period)
}

/// How many whole periods after `present` have their place, without a gap; -1 where not even the present one has.
pub(super) fn ahead(children: &[Child], present: Period) -> i32 {
    let is_whole = |period: Period| {
        children.iter().any(|child| child.state == State::Attached && child.span.covers(period))
    };
    // An open-ended partition covers everything; nobody counts further than this.
    let most = 1_200;
    (0..=most).find(|step| !is_whole(present.plus(*step))).unwrap_or(most) - 1
}

#[cfg(test)]
mod tests;
