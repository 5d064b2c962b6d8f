//! One session second by second: what the athlete does, what the heart does, what the watch makes of it.
//! Never here: file formats, which sessions there are.

use crate::calendar::{Gear, Planned, RaceDistance, Work};
use crate::conditions::Condition;
use crate::courses::Courses;
use crate::dice::{Dice, Wander};
use crate::truths::Truths;

/// What a watch has of one second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Seconds since the start, pauses included.
    pub(crate) second: u32,
    pub(crate) latitude_deg: f64,
    pub(crate) longitude_deg: f64,
    pub(crate) altitude_m: f64,
    pub(crate) heart_rate_bpm: f64,
    /// Steps of both feet, or revolutions.
    pub(crate) cadence_per_min: f64,
    pub(crate) distance_m: f64,
    pub(crate) speed_m_s: f64,
    pub(crate) temperature_c: f64,
}

/// Why a lap ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LapEnd {
    Distance,
    Button,
    Session,
}

/// A lap: samples from the first, exclusive of the last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lap {
    pub(crate) first: usize,
    pub(crate) end: usize,
    pub(crate) why: LapEnd,
}

/// The least rise or fall that the watch counts, in metres.
const COUNTED_CLIMB_M: f64 = 3.0;

/// What the watch has.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) samples: Vec<Sample>,
    pub(crate) laps: Vec<Lap>,
    /// When the timer stood still: from and to, in seconds since the start.
    pub(crate) pause: Option<(u32, u32)>,
    pub(crate) ascent_m: f64,
    /// Since what was counted last.
    uncounted_m: f64,
    pub(crate) descent_m: f64,
}

/// A stretch at one effort.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Heart rate that the effort would have in the cool.
    bpm: f64,
    length: Length,
}

#[derive(Debug, Clone, Copy)]
enum Length {
    Seconds(f64),
    Metres(f64),
}

/// Metres per heartbeat on the bike by metres per heartbeat on foot.
const BIKE_BY_FOOT: f64 = 2.75;
/// No heart of ours beats faster or slower.
const HEART_BPM: (f64, f64) = (48.0, 192.0);
/// Nothing lasts longer.
const LONGEST_S: u32 = 6 * 3600;

/// Does the session.
pub(crate) fn record(
    planned: &Planned,
    condition: &Condition,
    truths: &Truths,
    courses: &Courses,
    dice: &mut Dice,
) -> Recording {
    let mut athlete = Athlete::new(planned, condition, truths, dice);
    let stretches = stretches(planned.work, dice);
    let mut recording = Recording {
        samples: Vec::new(),
        laps: Vec::new(),
        pause: None,
        ascent_m: 0.0,
        descent_m: 0.0,
        uncounted_m: 0.0,
    };
    let pause = pause(planned.work, dice);
    let lap_m = auto_lap_m(planned.work);
    let mut last = (0, 0.0);
    for stretch in stretches {
        let (from_s, from_m) = (athlete.timer_s, athlete.way_m);
        let is_done = |athlete: &Athlete| match stretch.length {
            Length::Seconds(seconds) => f64::from(athlete.timer_s - from_s) >= seconds,
            Length::Metres(metres) => athlete.way_m - from_m >= metres,
        };
        while !is_done(&athlete) && athlete.timer_s < LONGEST_S {
            if let Some((at_s, length_s)) = pause.filter(|(at_s, _)| athlete.timer_s == *at_s) {
                athlete.wait(length_s);
                recording.pause = Some((at_s, at_s + length_s));
            }
            let sample = athlete.second(stretch.bpm, planned, courses, dice);
            recording.climb(sample.1);
            recording.samples.push(sample.0);
            if lap_m.is_some_and(|lap_m| sample.0.distance_m - last.1 >= lap_m) {
                recording.end_lap(&mut last, LapEnd::Distance);
            }
        }
        if lap_m.is_none() {
            recording.end_lap(&mut last, LapEnd::Button);
        }
    }
    recording.end_lap(&mut last, LapEnd::Session);
    if let Some(lap) = recording.laps.last_mut() {
        lap.why = LapEnd::Session;
    }
    recording
}

impl Recording {
    /// As a watch counts: what rises or falls by less than [`COUNTED_CLIMB_M`] is no climb.
    fn climb(&mut self, rise_m: f64) {
        self.uncounted_m += rise_m;
        if self.uncounted_m.abs() >= COUNTED_CLIMB_M {
            self.ascent_m += self.uncounted_m.max(0.0);
            self.descent_m -= self.uncounted_m.min(0.0);
            self.uncounted_m = 0.0;
        }
    }

    /// `last` is the first sample of the lap and the distance at its start.
    fn end_lap(&mut self, last: &mut (usize, f64), why: LapEnd) {
        let end = self.samples.len();
        if end > last.0 {
            self.laps.push(Lap { first: last.0, end, why });
            *last = (end, self.samples[end - 1].distance_m);
        }
    }
}

/// The watch makes a lap of each kilometre where nobody presses its button.
fn auto_lap_m(work: Work) -> Option<f64> {
    match work {
        Work::Easy { .. } | Work::Long { .. } | Work::Race(_) => Some(1000.0),
        Work::Ride { .. } => Some(5000.0),
        Work::Tempo { .. } | Work::Intervals { .. } => None,
    }
}

fn stretches(work: Work, dice: &mut Dice) -> Vec<Stretch> {
    let seconds = |bpm: f64, minutes: f64| Stretch { bpm, length: Length::Seconds(minutes * 60.0) };
    let today = |usual: f64, dice: &mut Dice| usual + 2.5 * dice.normal();
    // Home is not where the plan ends.
    let about = |minutes: f64, dice: &mut Dice| minutes + dice.between(-1.5, 1.5);
    match work {
        Work::Easy { minutes } => vec![seconds(today(137.0, dice), about(minutes, dice))],
        Work::Long { minutes } => vec![seconds(today(140.0, dice), about(minutes, dice))],
        Work::Ride { minutes } => vec![seconds(today(127.0, dice), about(minutes, dice))],
        Work::Tempo { minutes } => {
            vec![seconds(135.0, 15.0), seconds(today(164.0, dice), minutes), seconds(132.0, 10.0)]
        }
        Work::Intervals { repeats, metres } => {
            let fast = today(if metres < 500.0 { 181.0 } else { 173.0 }, dice);
            let mut all = vec![seconds(135.0, 15.0)];
            for _ in 0..repeats {
                all.push(Stretch { bpm: fast, length: Length::Metres(metres) });
                all.push(seconds(104.0, 1.75));
            }
            all.push(seconds(130.0, 9.0));
            all
        }
        Work::Race(distance) => {
            let (bpm, metres) = match distance {
                RaceDistance::FiveKm => (179.0, 5_025.0),
                RaceDistance::TenKm => (174.0, 10_050.0),
                RaceDistance::Half => (168.0, 21_200.0),
                RaceDistance::Marathon => (158.0, 42_400.0),
            };
            vec![Stretch { bpm, length: Length::Metres(metres) }]
        }
    }
}

/// A traffic light on some of the quieter runs: when, and for how many seconds.
fn pause(work: Work, dice: &mut Dice) -> Option<(u32, u32)> {
    let (Work::Easy { minutes } | Work::Long { minutes }) = work else { return None };
    let (when, length_s) = (dice.between(0.25, 0.8), dice.between(20.0, 75.0));
    dice.chance(0.2).then_some(((minutes * 60.0 * when) as u32, length_s as u32))
}

/// The athlete, and the watch on the wrist.
struct Athlete {
    /// Metres per heartbeat today, in these shoes.
    efficiency: f64,
    heat_bpm: f64,
    /// Who races or repeats holds the heart rate; who trains otherwise holds the pace and lets it rise.
    holds_heart_rate: bool,
    drift_per_s: f64,
    timer_s: u32,
    clock_s: u32,
    way_m: f64,
    heart_bpm: f64,
    temperature_c: f64,
    /// The watch's metres by those of the way.
    watch_scale: f64,
    pace: Wander,
    beat: Wander,
    north_m: Wander,
    east_m: Wander,
    barometer_m: Wander,
    step: Wander,
    height_m: Option<f64>,
}

impl Athlete {
    fn new(planned: &Planned, condition: &Condition, truths: &Truths, dice: &mut Dice) -> Self {
        let shoe = match planned.gear {
            Gear::Ordinary => 1.0,
            Gear::Fast => 1.0 + truths.effects.shoe_percent / 100.0,
            Gear::Bike => BIKE_BY_FOOT,
        };
        // Mornings are cooler than the day's mean, early evenings warmer.
        let of_hour = if planned.start_minute < 12 * 60 { -1.0 } else { 1.5 };
        let temperature_c = condition.temperature_c + of_hour;
        Self {
            efficiency: truths.first_efficiency * truths.fitness(planned.day) * condition.form * shoe,
            heat_bpm: truths.heat_beats(temperature_c),
            holds_heart_rate: matches!(planned.work, Work::Race(_) | Work::Intervals { .. }),
            drift_per_s: (truths.drift_percent_per_hour + 0.7 * dice.normal()) / 100.0 / 3600.0,
            timer_s: 0,
            clock_s: 0,
            way_m: 0.0,
            heart_bpm: 82.0 + 5.0 * dice.normal(),
            temperature_c,
            watch_scale: 1.0 + 0.002 * dice.normal(),
            pace: Wander::new(0.022, 0.985, dice),
            beat: Wander::new(1.1, 0.9, dice),
            north_m: Wander::new(2.2, 0.985, dice),
            east_m: Wander::new(2.2, 0.985, dice),
            barometer_m: Wander::new(1.2, 0.999, dice),
            step: Wander::new(1.5, 0.9, dice),
            height_m: None,
        }
    }

    /// Stands still, the timer stopped.
    fn wait(&mut self, seconds: u32) {
        self.clock_s += seconds;
        let calm = (-f64::from(seconds) / DOWN_S).exp();
        self.heart_bpm = 92.0 + (self.heart_bpm - 92.0) * calm;
    }

    /// One second at an effort; with it the metres climbed.
    fn second(&mut self, bpm: f64, planned: &Planned, courses: &Courses, dice: &mut Dice) -> (Sample, f64) {
        let point = courses.at(planned.place, self.way_m);
        let starting = ((f64::from(self.timer_s) + 1.0) / 5.0).min(1.0);
        let held = if self.holds_heart_rate { bpm - self.heat_bpm } else { bpm };
        let level_m_s =
            held / 60.0 * self.efficiency * (1.0 + self.pace.step(dice)) * starting * self.left_in_the_legs();
        let speed_m_s = level_m_s / cost(point.grade);
        self.beat_once(level_m_s);
        self.way_m += speed_m_s;
        let rise_m = point.altitude_m - self.height_m.unwrap_or(point.altitude_m);
        self.height_m = Some(point.altitude_m);
        let metres_to_degrees = 1.0 / 111_195.0;
        let east = point.latitude_deg.to_radians().cos();
        let sample = Sample {
            second: self.clock_s,
            latitude_deg: point.latitude_deg + self.north_m.step(dice) * metres_to_degrees,
            longitude_deg: point.longitude_deg + self.east_m.step(dice) * metres_to_degrees / east,
            altitude_m: point.altitude_m + self.barometer_m.step(dice),
            heart_rate_bpm: (self.heart_bpm + self.beat.step(dice)).clamp(HEART_BPM.0, HEART_BPM.1),
            cadence_per_min: cadence(planned.gear, speed_m_s) + self.step.step(dice),
            distance_m: self.way_m * self.watch_scale,
            speed_m_s: (speed_m_s * self.watch_scale + 0.04 * dice.normal()).max(0.0),
            temperature_c: self.temperature_c + 0.4 * dice.normal(),
        };
        self.timer_s += 1;
        self.clock_s += 1;
        (sample, rise_m)
    }

    /// The heart follows what is asked of it with a delay, faster up than down.
    fn beat_once(&mut self, level_m_s: f64) {
        let tired = 1.0 + self.drift_per_s * (f64::from(self.timer_s) - 600.0).max(0.0);
        let asked = (level_m_s * 60.0 / self.efficiency * tired + self.heat_bpm).max(90.0);
        let delay_s = if asked > self.heart_bpm { UP_S } else { DOWN_S };
        self.heart_bpm += (asked - self.heart_bpm) / delay_s;
    }

    /// Pace fades in the last ten kilometres of a marathon.
    fn left_in_the_legs(&self) -> f64 {
        1.0 - 0.05 * ((self.way_m - 32_000.0) / 10_000.0).clamp(0.0, 1.0)
    }
}

/// Seconds in which the heart goes most of the way up, and down.
const UP_S: f64 = 22.0;
const DOWN_S: f64 = 38.0;

/// What a gradient costs as a multiple of the level: Minetti's polynomial (2002) up to its second power, which on these
/// hills is all there is of it.
fn cost(grade: f64) -> f64 {
    let grade = grade.clamp(-0.12, 0.12);
    1.0 + 5.4 * grade + 12.9 * grade * grade
}

fn cadence(gear: Gear, speed_m_s: f64) -> f64 {
    match gear {
        Gear::Bike => 84.0,
        _ => 164.0 + 11.0 * (speed_m_s - 2.9),
    }
}
