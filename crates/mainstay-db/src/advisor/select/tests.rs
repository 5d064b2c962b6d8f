//! The choice, with a cost model whose truth is known: a statement costs what its best index makes it cost.

use std::convert::Infallible;

use proptest::prelude::*;

use super::*;

/// By statement: its cost without an index, and with each candidate alone.
#[derive(Clone, Debug)]
struct Fake {
    costs: Vec<(f64, Vec<f64>)>,
    asked: usize,
    /// Questions until its time is over.
    time_for: usize,
}

impl CostModel for Fake {
    type Error = Infallible;

    async fn cost(&mut self, statement: usize, candidates: &BTreeSet<usize>) -> Result<f64, Infallible> {
        self.asked += 1;
        Ok(self.truth(statement, candidates))
    }

    fn has_time(&self) -> bool {
        self.asked < self.time_for
    }
}

impl Fake {
    fn new(costs: Vec<(f64, Vec<f64>)>) -> Self {
        Self { costs, asked: 0, time_for: usize::MAX }
    }

    fn truth(&self, statement: usize, candidates: &BTreeSet<usize>) -> f64 {
        let (without, with) = &self.costs[statement];
        candidates.iter().map(|candidate| with[*candidate]).fold(*without, f64::min)
    }

    fn total(&self, problem: &Problem, picks: &BTreeSet<usize>) -> f64 {
        let reads = problem
            .statements
            .iter()
            .enumerate()
            .map(|(at, statement)| statement.total_ms * self.truth(at, picks) / self.costs[at].0);
        reads.sum::<f64>() + picks.iter().map(|pick| problem.charges[*pick]).sum::<f64>()
    }
}

fn problem(times: &[f64], charges: &[f64]) -> Problem {
    let all: BTreeSet<usize> = (0..charges.len()).collect();
    let weighed = |total_ms: &f64| Weighed { total_ms: *total_ms, concerned: all.clone() };
    Problem {
        statements: times.iter().map(weighed).collect(),
        charges: charges.to_vec(),
        least_saving: 0.03,
        most: 10,
        most_questions: 100_000,
    }
}

fn chosen(problem: &Problem, fake: &mut Fake) -> Selection {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    match runtime.block_on(select(problem, fake)) {
        Ok(selection) => selection,
        Err(never) => match never {},
    }
}

fn picks(problem: &Problem, fake: &mut Fake) -> Vec<usize> {
    chosen(problem, fake).picks.into_iter().collect()
}

#[test]
fn a_search_without_time_ends_with_what_it_has_and_says_so() {
    let with = problem(&[100.0, 100.0], &[1.0, 1.0]);
    let costs = vec![(100.0, vec![1.0, 100.0]), (100.0, vec![100.0, 1.0])];
    let whole = chosen(&with, &mut Fake::new(costs.clone()));
    assert!(whole.picks.len() == 2 && !whole.is_cut_short, "{whole:?}");
    let cut = chosen(&with, &mut Fake { time_for: 2, ..Fake::new(costs) });
    assert!(cut.picks.is_empty() && cut.is_cut_short, "{cut:?}");
}

#[test]
fn what_saves_most_is_taken_and_what_saves_too_little_is_not() {
    let problem = problem(&[1000.0, 1000.0, 40.0], &[0.0, 0.0, 0.0]);
    let mut fake = Fake::new(vec![
        (100.0, vec![1.0, 100.0, 100.0]),
        (100.0, vec![100.0, 10.0, 100.0]),
        (100.0, vec![100.0, 100.0, 1.0]),
    ]);
    // The third would make its statement a hundred times faster, and nobody would notice.
    assert_eq!(picks(&problem, &mut fake), [0, 1]);
}

#[test]
fn an_index_that_better_ones_made_useless_is_eliminated() {
    // Alone, the middling index of both statements saves most, so greedy takes it first; beside the two good ones it
    // serves nobody.
    let problem = problem(&[1000.0, 1000.0], &[0.0, 0.0, 0.0]);
    let mut fake = Fake::new(vec![(100.0, vec![30.0, 1.0, 100.0]), (100.0, vec![30.0, 100.0, 1.0])]);
    assert_eq!(picks(&problem, &mut fake), [1, 2]);
}

#[test]
fn writes_and_size_are_charged() {
    let mut fake = Fake::new(vec![(100.0, vec![1.0, 20.0])]);
    assert_eq!(picks(&problem(&[1000.0], &[0.0, 0.0]), &mut fake.clone()), [0]);
    assert_eq!(picks(&problem(&[1000.0], &[500.0, 0.0]), &mut fake.clone()), [1]);
    assert_eq!(picks(&problem(&[1000.0], &[1000.0, 900.0]), &mut fake), Vec::<usize>::new());
}

#[test]
fn of_two_that_save_about_the_same_the_smaller_is_taken() {
    let mut fake = Fake::new(vec![(100.0, vec![1.0, 1.1])]);
    assert_eq!(picks(&problem(&[1000.0], &[2.0, 1.0]), &mut fake), [1]);
}

#[test]
fn of_two_that_replace_each_other_one_stays() {
    let mut fake = Fake::new(vec![(100.0, vec![1.0, 1.0])]);
    assert_eq!(picks(&problem(&[1000.0], &[0.0, 0.0]), &mut fake).len(), 1);
}

#[test]
fn a_search_that_is_too_long_ends_with_what_it_has() {
    let mut problem = problem(&[1000.0], &[0.0, 0.0]);
    problem.most_questions = 1;
    let selection = chosen(&problem, &mut Fake::new(vec![(100.0, vec![1.0, 1.0])]));
    assert!(selection.is_cut_short && selection.picks.is_empty());
}

#[test]
fn the_model_is_not_asked_about_tables_that_a_statement_does_not_read() {
    let mut problem = problem(&[1000.0, 1000.0], &[0.0, 0.0]);
    problem.statements[0].concerned = [0].into();
    problem.statements[1].concerned = [1].into();
    let mut fake = Fake::new(vec![(100.0, vec![1.0, 100.0]), (100.0, vec![100.0, 1.0])]);
    let selection = chosen(&problem, &mut fake);
    assert_eq!((selection.picks.len(), selection.questions, fake.asked), (2, 4, 4));
}

/// Indexes that serve a statement well, a little or not, so that greedy often begins with one that it must give up.
fn worlds() -> impl Strategy<Value = (Problem, Fake)> {
    (2_usize..4, 1_usize..8).prop_flat_map(|(statements, candidates)| {
        let share = prop::sample::select(vec![0.01, 0.3, 0.3, 1.0, 1.0, 1.5]);
        let costs =
            prop::collection::vec((10.0..1000.0_f64, prop::collection::vec(share, candidates)), statements);
        let times = prop::collection::vec(100.0..1000.0_f64, statements);
        let charges = prop::collection::vec(prop::sample::select(vec![0.0, 1.0, 50.0, 300.0]), candidates);
        (costs, times, charges, 1_usize..7).prop_map(|(costs, times, charges, most)| {
            let of = |(before, shares): (f64, Vec<f64>)| {
                (before, shares.into_iter().map(|share| share * before).collect())
            };
            let fake = Fake::new(costs.into_iter().map(of).collect());
            (Problem { most, ..problem(&times, &charges) }, fake)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_pick_harms_and_every_pick_pays((problem, mut fake) in worlds()) {
        let selection = chosen(&problem, &mut fake);
        let total: f64 = problem.statements.iter().map(|statement| statement.total_ms).sum();
        prop_assert!(selection.picks.len() <= problem.most);
        for (before, after) in selection.before.iter().zip(&selection.after) {
            prop_assert!(after <= before);
        }
        for pick in &selection.picks {
            let mut without = selection.picks.clone();
            without.remove(pick);
            let saved = fake.total(&problem, &without) - fake.total(&problem, &selection.picks);
            prop_assert!(saved >= 0.03 * total - 1e-6, "{pick} saves {saved} of {total}");
            prop_assert!((saved - selection.saved_ms[pick]).abs() < 1e-6);
        }
    }

    #[test]
    fn where_one_index_pays_something_is_picked((problem, mut fake) in worlds()) {
        let total: f64 = problem.statements.iter().map(|statement| statement.total_ms).sum();
        let pays = |candidate: usize| {
            total - fake.total(&problem, &[candidate].into()) >= 0.03 * total + 1e-6
        };
        let one_pays = (0..problem.charges.len()).any(pays);
        let selection = chosen(&problem, &mut fake);
        prop_assert_eq!(one_pays, !selection.picks.is_empty());
    }
}
