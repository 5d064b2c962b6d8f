//! Which of the candidates to build: greedy by what they save, then without those that turn out not to be needed.
//! Pure: costs come from whoever is asked. Never here: where candidates and costs come from.

use std::collections::{BTreeMap, BTreeSet};

/// Who knows what a statement costs when some indexes exist beside those that are there.
pub(super) trait CostModel {
    /// Why it cannot say.
    type Error;

    /// The cost of one statement with these candidates, in the planner's unit.
    async fn cost(&mut self, statement: usize, candidates: &BTreeSet<usize>) -> Result<f64, Self::Error>;

    /// Whether there is time for further candidates.
    fn has_time(&self) -> bool;
}

/// A statement of the workload.
#[derive(Clone, Debug, Default)]
pub(super) struct Weighed {
    /// Its total time in milliseconds: what its cost without any candidate stands for.
    pub(super) total_ms: f64,
    /// The candidates that could change its plan: those on tables that it reads.
    pub(super) concerned: BTreeSet<usize>,
}

/// What is to be decided.
#[derive(Clone, Debug, Default)]
pub(super) struct Problem {
    pub(super) statements: Vec<Weighed>,
    /// What each candidate costs while it exists, in milliseconds over the same time: writes and size.
    pub(super) charges: Vec<f64>,
    /// The least net saving of an index, as a share of the workload's time.
    pub(super) least_saving: f64,
    /// Most indexes.
    pub(super) most: usize,
    /// Most questions to the cost model.
    pub(super) most_questions: usize,
}

/// What was decided.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Selection {
    pub(super) picks: BTreeSet<usize>,
    /// What each pick saves beside the others, its charge taken off, in milliseconds.
    pub(super) saved_ms: BTreeMap<usize, f64>,
    /// Cost of each statement without any pick.
    pub(super) before: Vec<f64>,
    /// Cost of each statement with all picks.
    pub(super) after: Vec<f64>,
    /// How often the cost model was asked.
    pub(super) questions: usize,
    /// True if `most_questions` or the time ended the search.
    pub(super) is_cut_short: bool,
}

/// Chooses. Greedy takes the candidate with the largest net saving, and the next beside it, until none saves
/// `least_saving`; then elimination takes out, worst first, what does not save that much beside the others. What
/// was taken out is not tried again, so this ends.
///
/// # Errors
/// The cost model's.
pub(super) async fn select<Model: CostModel>(
    problem: &Problem,
    model: &mut Model,
) -> Result<Selection, Model::Error> {
    let mut asking = Asking {
        problem,
        model,
        known: BTreeMap::new(),
        before: Vec::new(),
        questions: 0,
        is_cut_short: false,
    };
    asking.before = asking.costs(&BTreeSet::new()).await?;
    let total: f64 = problem.statements.iter().map(|statement| statement.total_ms).sum();
    let least = problem.least_saving * total;
    let mut picks = BTreeSet::new();
    let mut rejected = BTreeSet::new();
    loop {
        grow(&mut asking, &mut picks, &rejected, least).await?;
        let worst = asking.worst(&picks).await?;
        match worst {
            Some((candidate, saved)) if saved < least.max(f64::MIN_POSITIVE) => {
                picks.remove(&candidate);
                rejected.insert(candidate);
            }
            _ => break,
        }
    }
    let mut saved_ms = BTreeMap::new();
    for pick in &picks {
        saved_ms.insert(*pick, asking.saved_by(*pick, &picks).await?);
    }
    let after = asking.costs(&picks).await?;
    let Asking { before, questions, is_cut_short, .. } = asking;
    Ok(Selection { picks, saved_ms, before, after, questions, is_cut_short })
}

/// Savings that differ by less than this share of the least saving count as equal.
const SLACK: f64 = 0.1;

/// Adds the best candidate again and again, while it saves at least `least` and there is room.
async fn grow<Model: CostModel>(
    asking: &mut Asking<'_, Model>,
    picks: &mut BTreeSet<usize>,
    rejected: &BTreeSet<usize>,
    least: f64,
) -> Result<(), Model::Error> {
    while picks.len() < asking.problem.most {
        let base = asking.total_ms(picks).await?;
        let mut tried = Vec::new();
        for candidate in 0..asking.problem.charges.len() {
            if picks.contains(&candidate) || rejected.contains(&candidate) {
                continue;
            }
            if asking.questions >= asking.problem.most_questions || !asking.model.has_time() {
                asking.is_cut_short = true;
                return Ok(());
            }
            let mut with = picks.clone();
            with.insert(candidate);
            tried.push((candidate, base - asking.total_ms(&with).await?));
        }
        let most = tried.iter().map(|(_, saved)| *saved).fold(f64::NEG_INFINITY, f64::max);
        if most <= 0.0 || most < least {
            return Ok(());
        }
        // What saves almost as much and is smaller is better: statements change.
        let charge = |candidate: &usize| asking.problem.charges[*candidate];
        let near = tried.iter().filter(|(_, saved)| *saved >= most - least * SLACK && *saved >= least);
        let best = near.min_by(|(one, saved), (other, less)| {
            charge(one).total_cmp(&charge(other)).then(less.total_cmp(saved))
        });
        picks.extend(best.map(|(candidate, _)| *candidate));
    }
    Ok(())
}

struct Asking<'given, Model> {
    problem: &'given Problem,
    model: &'given mut Model,
    /// By statement and the candidates that concern it.
    known: BTreeMap<(usize, BTreeSet<usize>), f64>,
    before: Vec<f64>,
    questions: usize,
    is_cut_short: bool,
}

impl<Model: CostModel> Asking<'_, Model> {
    async fn costs(&mut self, set: &BTreeSet<usize>) -> Result<Vec<f64>, Model::Error> {
        let mut costs = Vec::with_capacity(self.problem.statements.len());
        for (statement, weighed) in self.problem.statements.iter().enumerate() {
            let concerned: BTreeSet<usize> = set.intersection(&weighed.concerned).copied().collect();
            let key = (statement, concerned);
            let cost = if let Some(cost) = self.known.get(&key) {
                *cost
            } else {
                self.questions += 1;
                let cost = self.model.cost(statement, &key.1).await?;
                self.known.insert(key, cost);
                cost
            };
            costs.push(cost);
        }
        Ok(costs)
    }

    /// The workload's time with these indexes, their charges included: a statement's time falls as its cost does.
    async fn total_ms(&mut self, set: &BTreeSet<usize>) -> Result<f64, Model::Error> {
        let costs = self.costs(set).await?;
        let statements = self.problem.statements.iter().zip(costs).zip(&self.before);
        let reads: f64 = statements
            .map(
                |((statement, cost), before)| {
                    if *before > 0.0 { statement.total_ms * cost / before } else { statement.total_ms }
                },
            )
            .sum();
        Ok(reads + set.iter().filter_map(|candidate| self.problem.charges.get(*candidate)).sum::<f64>())
    }

    async fn saved_by(&mut self, pick: usize, picks: &BTreeSet<usize>) -> Result<f64, Model::Error> {
        let mut without = picks.clone();
        without.remove(&pick);
        Ok(self.total_ms(&without).await? - self.total_ms(picks).await?)
    }

    /// The pick that saves least beside the others.
    async fn worst(&mut self, picks: &BTreeSet<usize>) -> Result<Option<(usize, f64)>, Model::Error> {
        let mut worst: Option<(usize, f64)> = None;
        for pick in picks {
            let saved = self.saved_by(*pick, picks).await?;
            if worst.is_none_or(|(_, least)| saved < least) {
                worst = Some((*pick, saved));
            }
        }
        Ok(worst)
    }
}

#[cfg(test)]
mod tests;
