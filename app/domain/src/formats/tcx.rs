//! TCX (Training Center XML). Elements are recognised by their local names, whatever prefix a vendor gives them.
//!
//! Pauses are lost in TCX; power and running cadence come in Garmin's activity extension (`TPX`), the first of several
//! values for one quantity wins. Never here: other formats.

use super::samples::{self, EMPTY, Row, Samples, warn};
use super::text::{self, Instant, Zone};
use super::xml::{Elements, Node};
use super::{Limits, ReadError, ranges};
use crate::model::{
    Altimeter, DeviceTotals, Lap, LapTrigger, Recording, Session, SourceFormat, Sport, Warning,
};

/// Reads a TCX document.
pub(super) fn read(document: &str, limits: &Limits) -> Result<Recording, ReadError> {
    let mut reader = Reader {
        limits,
        activities: Vec::new(),
        points: 0,
        laps: 0,
        is_course: false,
        is_one_event: false,
        zone: Zone::default(),
        warnings: Vec::new(),
    };
    let truncated = reader.run(document)?;
    if truncated {
        warn(&mut reader.warnings, "truncated", "The file ends in the middle; what came before was kept.");
    }
    reader.into_recording(truncated)
}

struct Reader<'a> {
    limits: &'a Limits,
    activities: Vec<Activity>,
    /// Trackpoints and laps of all activities.
    points: usize,
    laps: usize,
    is_course: bool,
    /// A `<MultiSportSession>` holds the activities of one event, with a `<Transition>` between them.
    is_one_event: bool,
    zone: Zone,
    warnings: Vec<Warning>,
}

/// An `<Activity>` in the making.
#[derive(Default)]
struct Activity {
    sport: String,
    id: Option<Instant>,
    notes: Option<String>,
    device: Option<String>,
    laps: Vec<LapDraft>,
    samples: Samples,
    /// How many points have values, but no time. If most have none, it is a route, not a recording.
    untimed: usize,
    point: Point,
}

#[derive(Default)]
struct LapDraft {
    start: Option<Instant>,
    /// As written, plausible or not.
    totals: DeviceTotals,
    trigger: Option<LapTrigger>,
    /// The first and last sample of the lap, for laps without a start or a duration.
    first_s: Option<f64>,
    last_s: Option<f64>,
}

struct Point {
    time: Option<Instant>,
    row: Row,
}

impl Default for Point {
    fn default() -> Self {
        Self { time: None, row: EMPTY }
    }
}

impl Reader<'_> {
    /// Reads to the end; true when the document is cut off.
    fn run(&mut self, document: &str) -> Result<bool, ReadError> {
        let mut elements = Elements::new(document, self.limits);
        loop {
            match elements.next()? {
                Node::End { is_cut_off } => return Ok(is_cut_off),
                Node::Open(name, attributes) => match name {
                    "Course" | "CourseFolder" => self.is_course = true,
                    "MultiSportSession" => self.is_one_event = true,
                    "Activity" => {
                        let sport = attributes.get("Sport").unwrap_or_default();
                        self.begin_activity(sport)?;
                    }
                    "Lap" => {
                        let start = self.instant(attributes.get("StartTime").as_deref());
                        self.begin_lap(start)?;
                    }
                    // A lap that stands alone between two activities.
                    "Transition" => {
                        let start = self.instant(attributes.get("StartTime").as_deref());
                        self.begin_activity("transition".to_owned())?;
                        self.begin_lap(start)?;
                    }
                    "Trackpoint" => {
                        if let Some(activity) = self.activities.last_mut() {
                            activity.point = Point::default();
                        }
                    }
                    _ => {}
                },
                Node::Close => {
                    let (name, parent, grandparent, content) = elements.closed();
                    self.close(name, parent, grandparent, content)?;
                }
            }
        }
    }

    /// The start of a lap.
    fn instant(&mut self, text: Option<&str>) -> Option<Instant> {
        text.and_then(text::instant).map(|instant| self.zone.place(instant))
    }

    fn begin_activity(&mut self, sport: String) -> Result<(), ReadError> {
        if self.activities.len() >= self.limits.max_sessions {
            return Err(ReadError::TooManySessions(self.limits.max_sessions));
        }
        self.activities.push(Activity { sport, ..Activity::default() });
        Ok(())
    }

    fn begin_lap(&mut self, start: Option<Instant>) -> Result<(), ReadError> {
        let Some(activity) = self.activities.last_mut() else { return Ok(()) };
        self.laps += 1;
        if self.laps > self.limits.max_laps {
            return Err(ReadError::TooManyLaps(self.limits.max_laps));
        }
        activity.laps.push(LapDraft { start, ..LapDraft::default() });
        Ok(())
    }

    fn close(&mut self, name: &str, parent: &str, grandparent: &str, content: &str) -> Result<(), ReadError> {
        let Some(activity) = self.activities.last_mut() else { return Ok(()) };
        match (parent, name) {
            (_, "Trackpoint") => {
                self.points += 1;
                samples::check_records(self.points, self.limits)?;
                activity.end_point(&mut self.zone, &mut self.warnings);
            }
            ("Trackpoint" | "TPX" | "Extensions" | "Position" | "HeartRateBpm", _)
                if is_in_point(parent, grandparent) =>
            {
                activity.point.set(name, parent, content);
            }
            ("Activity", "Id") => activity.id = text::instant(content).map(|id| self.zone.place(id)),
            ("Activity", "Notes") => activity.notes = text::clean(content, self.limits),
            ("Creator", "Name") => activity.device = text::clean(content, self.limits),
            _ => {
                if let Some(lap) = activity.laps.last_mut() {
                    lap.set(name, parent, content);
                }
            }
        }
        Ok(())
    }

    fn into_recording(mut self, truncated: bool) -> Result<Recording, ReadError> {
        let activities = std::mem::take(&mut self.activities);
        if activities.is_empty() {
            let kind = if self.is_course { "a course" } else { "no activity" };
            return Err(ReadError::NotAnActivity(kind.to_owned()));
        }
        let device = activities.iter().find_map(|activity| activity.device.clone());
        let untimed = activities.iter().map(|activity| activity.untimed).sum();
        samples::warn_of_untimed(&mut self.warnings, untimed);
        let mut sessions = Vec::new();
        let mut refusal = None;
        for activity in activities {
            match activity.into_session(&mut self.warnings) {
                Ok(session) => sessions.push(session),
                Err(error) => refusal = Some(error),
            }
        }
        if let (true, Some(error)) = (sessions.is_empty(), refusal) {
            return Err(error);
        }
        sessions.sort_by_key(|session| session.start);
        let format = SourceFormat::Tcx;
        Ok(Recording {
            format,
            device,
            name: None,
            sessions,
            is_one_event: self.is_one_event,
            truncated,
            warnings: self.warnings,
        })
    }
}

/// `Extensions` and `HeartRateBpm` also appear in laps.
fn is_in_point(parent: &str, grandparent: &str) -> bool {
    match parent {
        "Trackpoint" | "Position" => true,
        "HeartRateBpm" => grandparent == "Trackpoint",
        "TPX" => grandparent == "Extensions",
        "Extensions" => grandparent == "Trackpoint",
        _ => false,
    }
}

impl Point {
    fn set(&mut self, name: &str, parent: &str, content: &str) {
        let column = match (parent, name) {
            ("Trackpoint", "Time") => {
                self.time = self.time.or_else(|| text::instant(content));
                return;
            }
            ("Position", "LatitudeDegrees") => 1,
            ("Position", "LongitudeDegrees") => 2,
            ("Trackpoint", "AltitudeMeters") => 3,
            ("Trackpoint", "DistanceMeters") => 0,
            ("HeartRateBpm", "Value") => 4,
            (_, "Cadence" | "RunCadence") => 5,
            (_, "Watts") => 6,
            (_, "Speed") => 8,
            _ => return,
        };
        // The first value for a quantity wins.
        if self.row[column].is_nan() {
            self.row[column] = content.parse().unwrap_or(f64::NAN);
        }
    }
}

impl LapDraft {
    fn set(&mut self, name: &str, parent: &str, content: &str) {
        let number = || content.parse::<f64>().ok();
        match (parent, name) {
            ("Lap" | "Transition", "TotalTimeSeconds") => self.totals.timer_s = number(),
            ("Lap" | "Transition", "DistanceMeters") => self.totals.distance_m = number(),
            ("Lap" | "Transition", "Calories") => self.totals.energy_kcal = number(),
            ("AverageHeartRateBpm", "Value") => self.totals.avg_heart_rate_bpm = number(),
            ("MaximumHeartRateBpm", "Value") => self.totals.max_heart_rate_bpm = number(),
            ("LX", "AvgWatts") => self.totals.avg_power_w = number(),
            ("Lap" | "Transition", "TriggerMethod") => {
                self.trigger = Some(match content {
                    "Manual" => LapTrigger::Manual,
                    "Distance" => LapTrigger::Distance,
                    "Time" => LapTrigger::Time,
                    _ => LapTrigger::Other,
                });
            }
            _ => {}
        }
    }
}

impl Activity {
    fn end_point(&mut self, zone: &mut Zone, warnings: &mut Vec<Warning>) {
        let point = std::mem::take(&mut self.point);
        let Some(time) = point.time else {
            self.untimed += usize::from(point.row.iter().any(|value| !value.is_nan()));
            return;
        };
        let time = zone.place(time);
        if time.is_naive {
            samples::warn_of_no_zone(warnings);
        }
        if let Some(lap) = self.laps.last_mut() {
            lap.first_s.get_or_insert(time.epoch_s);
            lap.last_s = Some(time.epoch_s);
        }
        self.samples.push(time.epoch_s, point.row);
    }

    fn into_session(mut self, warnings: &mut Vec<Warning>) -> Result<Session, ReadError> {
        if self.untimed > self.samples.len() {
            return Err(ReadError::NoTimes);
        }
        let sport = Sport::from_free_text(&self.sport);
        let stated = self.laps.iter().find_map(|lap| lap.start).or(self.id);
        self.samples.leave_out_wild_times(warnings);
        let start_s = match self.samples.start_s(stated.map(|stated| stated.epoch_s)) {
            Some(start_s) if !(self.samples.is_empty() && self.laps.is_empty()) => start_s,
            _ => return Err(ReadError::NoTimes),
        };
        let start = samples::start_of(start_s)?;
        let offset = stated.and_then(|stated| stated.offset_s);
        let mut totals = sum(&self.laps);
        let laps = laps(&self.laps, start_s);
        let track = self.samples.into_track(start_s, warnings)?;
        if track.len() < 2 {
            // Without samples only the laps say how long it was.
            let begin = laps.first().map_or(0.0, |lap| lap.start_s);
            let end = laps.iter().map(|lap| lap.end_s).fold(begin, f64::max);
            totals.elapsed_s = Some(end - begin).filter(|elapsed| *elapsed > 0.0);
            totals = ranges::of_totals(totals);
        }
        if track.is_empty() && totals == DeviceTotals::default() {
            return Err(ReadError::NoSamples);
        }
        let mut session = Session {
            sport: Sport::Other,
            sub_sport: None,
            name: None,
            notes: self.notes,
            start,
            local_offset: offset.and_then(|seconds| jiff::tz::Offset::from_seconds(seconds).ok()),
            totals,
            laps,
            pauses: None,
            breaks: Vec::new(),
            altimeter: Altimeter::Device,
            cadence_unit: samples::cadence_unit(&track),
            track,
        };
        session.set_sport(sport);
        Ok(session)
    }
}

/// Laps in seconds from the session's start.
fn laps(drafts: &[LapDraft], start_s: f64) -> Vec<Lap> {
    let mut laps = Vec::new();
    for (i, draft) in drafts.iter().enumerate() {
        let Some(begin) = draft.start.map(|start| start.epoch_s).or(draft.first_s) else { continue };
        let next = drafts.get(i + 1).and_then(|next| next.start.map(|start| start.epoch_s).or(next.first_s));
        let totals = ranges::of_totals(draft.totals);
        let by_timer = totals.timer_s.map(|timer| begin + timer);
        // The last sample outlasts the timer where there was a pause.
        let end = next.or_else(|| by_timer.into_iter().chain(draft.last_s).reduce(f64::max)).unwrap_or(begin);
        let is_last = i + 1 == drafts.len();
        let trigger =
            draft.trigger.unwrap_or(if is_last { LapTrigger::SessionEnd } else { LapTrigger::Other });
        let start_s = (begin - start_s).max(0.0);
        laps.push(Lap { start_s, end_s: start_s + (end - begin).max(0.0), trigger, totals });
    }
    laps
}

/// What the laps say together. A sum of which one part is implausible is none.
fn sum(laps: &[LapDraft]) -> DeviceTotals {
    let plausible: Vec<DeviceTotals> = laps.iter().map(|lap| ranges::of_totals(lap.totals)).collect();
    let add = |of: fn(&DeviceTotals) -> Option<f64>| {
        let is_whole =
            laps.iter().zip(&plausible).all(|(lap, kept)| of(&lap.totals).is_some() == of(kept).is_some());
        plausible.iter().filter_map(of).reduce(|a, b| a + b).filter(|_| is_whole)
    };
    let weighted: (f64, f64) = plausible
        .iter()
        .filter_map(|lap| Some((lap.avg_heart_rate_bpm?, lap.timer_s?)))
        .fold((0.0, 0.0), |(sum, weight), (rate, timer)| (sum + rate * timer, weight + timer));
    ranges::of_totals(DeviceTotals {
        timer_s: add(|totals| totals.timer_s),
        distance_m: add(|totals| totals.distance_m),
        energy_kcal: add(|totals| totals.energy_kcal),
        avg_heart_rate_bpm: (weighted.1 > 0.0).then(|| weighted.0 / weighted.1),
        max_heart_rate_bpm: plausible.iter().filter_map(|lap| lap.max_heart_rate_bpm).reduce(f64::max),
        ..DeviceTotals::default()
    })
}
