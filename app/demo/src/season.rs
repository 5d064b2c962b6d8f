//! A season: what is planned, what is true, and its files, written when they are asked for.
//! Never here: how a session goes, how a file is written.

use jiff::civil::Date;

use crate::calendar::{self, Planned, Work};
use crate::conditions::{self, Condition};
use crate::courses::Courses;
use crate::dice::{Dice, Purpose};
use crate::journal::{self, JournalDay};
use crate::truths::{Effects, Truths, days_between};
use crate::{fit, recording};

/// Eighteen months of one runner's training.
pub struct Season {
    /// The sessions in order.
    pub planned: Vec<Planned>,
    /// Every day in order.
    pub journal: Vec<JournalDay>,
    /// What an analysis should find.
    pub truths: Truths,
    seed: u64,
    conditions: Vec<Condition>,
    courses: Courses,
}

/// A training file as a watch writes it, and what stands beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingFile {
    /// Its name; those of one season differ.
    pub name: String,
    /// FIT.
    pub bytes: Vec<u8>,
    /// What the athlete adds.
    pub hints: Hints,
}

/// What an export says beside a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Hints {
    /// The title.
    pub title: String,
    /// The shoe or bike.
    pub gear: String,
    /// Rated perceived exertion, 1 to 10.
    pub rpe: f64,
    /// A note, on some days.
    pub notes: Option<String>,
    /// Whether it was a race.
    pub is_race: bool,
}

/// The demo athlete's season. The same seed and last day give the same season, to the byte.
///
/// The last day may lie between 1995 and 2080; what is planned for later days of its week is not done yet.
pub fn season(seed: u64, last_day: Date) -> Season {
    Season::with(seed, last_day, Effects::default())
}

impl Season {
    /// A season with other effects. Plan and noise are those of the seed, whatever the effects.
    pub fn with(seed: u64, last_day: Date, effects: Effects) -> Self {
        let truths = Truths::new(last_day, effects);
        let planned = calendar::plan(seed, &truths);
        let conditions = conditions::conditions(seed, &truths);
        let journal = journal::journal(seed, &truths, &conditions, &planned);
        Self { planned, journal, truths, seed, conditions, courses: Courses::new() }
    }

    /// Every file in order, each made when it is asked for.
    pub fn files(&self) -> impl ExactSizeIterator<Item = TrainingFile> + '_ {
        self.planned.iter().map(|planned| self.file(planned))
    }

    /// The file of one session of [`Season::planned`].
    pub fn file(&self, planned: &Planned) -> TrainingFile {
        let number = days_between(self.truths.first_day, planned.day);
        let mut dice = Dice::new(self.seed, Purpose::Session, number as u64);
        let day = (number.max(0.0) as usize).min(self.conditions.len() - 1);
        let recording =
            recording::record(planned, &self.conditions[day], &self.truths, &self.courses, &mut dice);
        let hints = hints(planned, &mut dice);
        TrainingFile { name: name(planned), bytes: fit::write(planned, &recording), hints }
    }
}

fn name(planned: &Planned) -> String {
    let words: String = planned
        .title
        .to_lowercase()
        .chars()
        .map(|letter| match letter {
            '×' => 'x',
            letter if letter.is_ascii_alphanumeric() => letter,
            _ => '-',
        })
        .collect();
    let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
    format!("{}-{}.fit", planned.day, words.join("-"))
}

fn hints(planned: &Planned, dice: &mut Dice) -> Hints {
    let (usual, remarks): (f64, &[&str]) = match planned.work {
        Work::Easy { .. } => {
            (3.0, &["Legs felt light.", "Slow on purpose.", "With Sam, talked all the way."])
        }
        Work::Long { .. } => (4.5, &["Drank too little.", "Good one, last half hour a bit faster."]),
        Work::Tempo { .. } => (6.5, &["Even splits.", "Windy on the way out."]),
        Work::Intervals { .. } => (8.0, &["Last one was the fastest.", "Hard from the third on."]),
        Work::Race(_) => (9.3, &["Gave what was there."]),
        Work::Ride { .. } => (3.0, &["Coffee halfway.", "Headwind home."]),
    };
    let rpe = (usual + 0.7 * dice.normal()).round().clamp(1.0, 10.0);
    let remark = (*dice.pick(remarks)).to_owned();
    let notes = Some(remark).filter(|_| dice.chance(0.25));
    let is_race = matches!(planned.work, Work::Race(_));
    Hints { title: planned.title.clone(), gear: planned.gear.name().to_owned(), rpe, notes, is_race }
}
