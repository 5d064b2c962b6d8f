//! What is trained on which day. Never here: what it costs, what is recorded of it.

use jiff::civil::{Date, Weekday};

use crate::courses::Place;
use crate::dice::{Dice, Purpose};
use crate::truths::{BREAK_WEEKS, SHOE, Truths, WEEKS, days_after};

/// What a session consists of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Work {
    /// An easy run.
    Easy {
        /// Its length in minutes.
        minutes: f64,
    },
    /// A long run.
    Long {
        /// Its length in minutes.
        minutes: f64,
    },
    /// A warm-up, an even stretch near the threshold, and a way home.
    Tempo {
        /// The length of the stretch in minutes.
        minutes: f64,
    },
    /// A warm-up, fast repeats with jogs between them, and a way home.
    Intervals {
        /// How many repeats.
        repeats: usize,
        /// The length of each in metres.
        metres: f64,
    },
    /// A race, without warm-up.
    Race(RaceDistance),
    /// A bike ride.
    Ride {
        /// Its length in minutes.
        minutes: f64,
    },
}

/// The distances that are raced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaceDistance {
    /// 5 km.
    FiveKm,
    /// 10 km.
    TenKm,
    /// 21.0975 km.
    Half,
    /// 42.195 km.
    Marathon,
}

/// What is worn or ridden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gear {
    /// The ordinary shoe.
    Ordinary,
    /// The fast shoe of [`Truths::shoe`].
    Fast,
    /// The bike.
    Bike,
}

impl Gear {
    /// The name that stands beside the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "Heron Daily",
            Self::Fast => SHOE,
            Self::Bike => "Steel road bike",
        }
    }
}

/// A session that will be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The athlete's civil day.
    pub day: Date,
    /// What is done.
    pub work: Work,
    /// What is worn or ridden.
    pub gear: Gear,
    /// Its title.
    pub title: String,
    /// Minutes after midnight of the athlete's day at which it starts.
    pub(crate) start_minute: i64,
    pub(crate) place: Place,
}

impl Planned {
    /// Whether it is run.
    pub fn is_run(&self) -> bool {
        self.gear != Gear::Bike
    }
}

/// The weeks whose Sunday is a race.
const RACES: [(i64, RaceDistance, &str); 8] = [
    (9, RaceDistance::FiveKm, "Dyke 5 km"),
    (18, RaceDistance::TenKm, "Cathedral 10 km"),
    (27, RaceDistance::Half, "Lowland half marathon"),
    (34, RaceDistance::TenKm, "Cathedral night 10 km"),
    (52, RaceDistance::FiveKm, "Dyke 5 km"),
    (59, RaceDistance::TenKm, "Cathedral 10 km"),
    (65, RaceDistance::Half, "Lowland half marathon"),
    (MARATHON_WEEK, RaceDistance::Marathon, "Harbour marathon"),
];
const MARATHON_WEEK: i64 = 73;

/// What a week is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Build,
    /// Injured and resting.
    Rest,
    /// Injured, and on the bike.
    Bike,
    /// Short and easy, three times a week.
    Return,
    /// The last days before the marathon.
    Taper,
}

fn phase(week: i64) -> Phase {
    match week {
        _ if (BREAK_WEEKS.start..BREAK_WEEKS.start + 2).contains(&week) => Phase::Rest,
        _ if BREAK_WEEKS.contains(&week) => Phase::Bike,
        _ if (BREAK_WEEKS.end..BREAK_WEEKS.end + 3).contains(&week) => Phase::Return,
        MARATHON_WEEK => Phase::Taper,
        _ if (MARATHON_WEEK + 1..MARATHON_WEEK + 3).contains(&week) => Phase::Return,
        _ => Phase::Build,
    }
}

/// Every session of the season in order.
pub(crate) fn plan(seed: u64, truths: &Truths) -> Vec<Planned> {
    let mut planned = Vec::new();
    for week in 0..WEEKS {
        let mut dice = Dice::new(seed, Purpose::Plan, week.unsigned_abs());
        for (weekday, work) in week_of(week, &mut dice) {
            let since_monday = i64::from(weekday.to_monday_zero_offset());
            let day = days_after(truths.first_day, 7 * week + since_monday);
            let session = session(week, day, work, truths, &mut dice);
            if day <= truths.last_day {
                planned.push(session);
            }
        }
    }
    planned
}

fn week_of(week: i64, dice: &mut Dice) -> Vec<(Weekday, Work)> {
    use Weekday::{Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let mut easy = |low: f64, high: f64| Work::Easy { minutes: dice.between(low, high).round() };
    match phase(week) {
        Phase::Rest => vec![],
        Phase::Bike => vec![
            (Wednesday, Work::Ride { minutes: dice.between(45.0, 60.0).round() }),
            (Saturday, Work::Ride { minutes: dice.between(60.0, 90.0).round() }),
        ],
        Phase::Return => {
            vec![(Tuesday, easy(26.0, 34.0)), (Thursday, easy(28.0, 38.0)), (Sunday, easy(35.0, 50.0))]
        }
        Phase::Taper => vec![
            (Tuesday, Work::Tempo { minutes: 12.0 }),
            (Thursday, easy(28.0, 32.0)),
            (Sunday, Work::Race(RaceDistance::Marathon)),
        ],
        Phase::Build => build_week(week, dice),
    }
}

fn build_week(week: i64, dice: &mut Dice) -> Vec<(Weekday, Work)> {
    use Weekday::{Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let race = RACES.iter().find(|(at, ..)| *at == week).map(|(_, distance, _)| *distance);
    let mut days = vec![(Tuesday, hard(week, dice))];
    if dice.chance(0.7) {
        days.push((Wednesday, Work::Easy { minutes: dice.between(36.0, 50.0).round() }));
    }
    days.push((Thursday, Work::Easy { minutes: dice.between(42.0, 64.0).round() }));
    match race {
        Some(_) => days.push((Saturday, Work::Easy { minutes: 26.0 })),
        None if dice.chance(0.35) => {
            days.push((Saturday, Work::Ride { minutes: dice.between(75.0, 130.0).round() }));
        }
        None if dice.chance(0.6) => {
            days.push((Saturday, Work::Easy { minutes: dice.between(36.0, 52.0).round() }));
        }
        None => {}
    }
    let long = Work::Long { minutes: long_minutes(week, dice) };
    days.push((Sunday, race.map_or(long, Work::Race)));
    days
}

fn hard(week: i64, dice: &mut Dice) -> Work {
    match week % 4 {
        0 => Work::Intervals { repeats: 6, metres: 800.0 },
        2 => *dice.pick(&[
            Work::Intervals { repeats: 5, metres: 1000.0 },
            Work::Intervals { repeats: 10, metres: 400.0 },
        ]),
        _ => Work::Tempo { minutes: *dice.pick(&[20.0, 25.0, 30.0]) },
    }
}

/// Longer towards the marathon, shorter each fourth week.
fn long_minutes(week: i64, dice: &mut Dice) -> f64 {
    let usual = match week {
        ..18 => 75.0,
        18..35 => 88.0,
        42..60 => 88.0,
        60..71 => 105.0 + 4.5 * (week - 60) as f64,
        71..73 => 80.0,
        _ => 72.0,
    };
    let rest = if week % 4 == 3 { 0.75 } else { 1.0 };
    (usual * rest + dice.between(-5.0, 5.0)).round()
}

fn session(week: i64, day: Date, work: Work, truths: &Truths, dice: &mut Dice) -> Planned {
    let place = match work {
        Work::Easy { .. } => *dice.pick(&[Place::Park, Place::Canal, Place::Canal, Place::Dunes]),
        Work::Long { .. } => *dice.pick(&[Place::Dunes, Place::Polder, Place::Polder]),
        Work::Tempo { .. } => *dice.pick(&[Place::Park, Place::Canal]),
        Work::Intervals { .. } => Place::Track,
        Work::Ride { .. } => Place::Bike,
        Work::Race(RaceDistance::FiveKm) => Place::Race5k,
        Work::Race(RaceDistance::TenKm) => Place::Race10k,
        Work::Race(RaceDistance::Half) => Place::RaceHalf,
        Work::Race(RaceDistance::Marathon) => Place::RaceMarathon,
    };
    // Chance decides on ordinary days, so that the shoe goes with nothing else.
    let wants_fast = match work {
        Work::Easy { .. } | Work::Long { .. } => dice.chance(0.4),
        _ => true,
    };
    let gear = match work {
        Work::Ride { .. } => Gear::Bike,
        _ if wants_fast && day >= truths.shoe_since => Gear::Fast,
        _ => Gear::Ordinary,
    };
    let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let hour = match work {
        Work::Race(_) => 10.0,
        _ if is_weekend => dice.between(8.5, 10.0),
        _ => dice.between(17.75, 19.0),
    };
    Planned { day, work, gear, title: title(week, work), start_minute: (hour * 60.0) as i64, place }
}

fn title(week: i64, work: Work) -> String {
    match work {
        Work::Easy { .. } => "Easy run".to_owned(),
        Work::Long { .. } => "Long run".to_owned(),
        Work::Tempo { minutes } => format!("Tempo, {minutes:.0} min"),
        Work::Intervals { repeats, metres } => format!("{repeats} × {metres:.0} m"),
        Work::Ride { .. } => "Ride".to_owned(),
        Work::Race(_) => {
            RACES.iter().find(|(at, ..)| *at == week).map_or("Race", |(.., name)| name).to_owned()
        }
    }
}
