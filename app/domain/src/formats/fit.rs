//! FIT (Flexible and Interoperable Data Transfer): Garmin's and most others' binary format, decoded by `rustyfit`.
//!
//! A file may chain several FIT sequences and hold several sessions; both become sessions of one recording, and each
//! record and lap goes to the session in whose time it falls. What was decoded before a cut or an error is kept.
//! Never here: other formats.

use jiff::tz::Offset;
use rustyfit::profile::mesgdef;
use rustyfit::profile::typedef::{Activity, File, MesgNum, SessionTrigger};
use rustyfit::{Decoder, DecoderEvent, StreamingIterator};

use super::samples::{self, EMPTY, Row, Samples, warn};
use super::{Limits, ReadError, ranges, text};
use crate::model::{DeviceTotals, Lap, LapTrigger, Pause, Recording, Session, SourceFormat, Sport, Warning};

mod records;

use records::Records;

/// Reads a FIT file.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Recording, ReadError> {
    let messages = Messages::collect(bytes, limits)?;
    messages.into_recording(limits)
}

/// What the file says, in the order of its kinds.
#[derive(Default)]
struct Messages {
    /// The first file type that is not an activity.
    other_file: Option<File>,
    is_activity: bool,
    device: Option<String>,
    sessions: Vec<mesgdef::Session>,
    laps: Vec<mesgdef::Lap>,
    /// Sport messages, for files without a session.
    sport: Option<Sport>,
    records: Records,
    samples: Samples,
    /// Timer events: seconds since 1970, and whether the timer ran from there on.
    timer: Vec<(f64, bool)>,
    local_offset_s: Option<i64>,
    /// The device itself says that its sessions are legs of one event.
    is_one_event: bool,
    truncated: bool,
}

impl Messages {
    fn collect(bytes: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        let mut found = Self::default();
        let mut input = bytes;
        // A wrong checksum still leaves what the messages say; the end of the file tells whether it is whole.
        // Values that the decoder derives from others would overwrite better ones, rounded down; we derive our own.
        let mut decoder = Decoder::builder().checksum(false).expand_components(false).build();
        let mut stream = decoder.stream(&mut input);
        loop {
            match stream.next() {
                None => break,
                Some(Ok(DecoderEvent::Message(message))) => found.take(message, limits)?,
                Some(Ok(DecoderEvent::FileHeader(_))) => found.records = Records::default(),
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    found.truncated = true;
                    let nothing =
                        found.samples.is_empty() && found.sessions.is_empty() && found.laps.is_empty();
                    if nothing && !found.is_activity && found.other_file.is_none() {
                        return Err(ReadError::Damaged(error.to_string()));
                    }
                    break;
                }
            }
        }
        Ok(found)
    }

    fn take(&mut self, message: &rustyfit::proto::Message, limits: &Limits) -> Result<(), ReadError> {
        match message.num {
            MesgNum::RECORD => {
                samples::check_records(self.samples.len() + 1, limits)?;
                if let Some((time, row)) = self.records.row(message) {
                    self.samples.push(time, row);
                }
            }
            MesgNum::SESSION => {
                if self.sessions.len() >= limits.max_sessions {
                    return Err(ReadError::TooManySessions(limits.max_sessions));
                }
                let session = mesgdef::Session::from(message);
                // The summary of the whole event comes last and may be cut off: each leg says it too.
                self.is_one_event |= session.trigger == SessionTrigger::AUTO_MULTI_SPORT
                    || session.sport == rustyfit::profile::typedef::Sport::TRANSITION;
                self.sessions.push(session);
            }
            MesgNum::LAP => {
                if self.laps.len() >= limits.max_laps {
                    return Err(ReadError::TooManyLaps(limits.max_laps));
                }
                self.laps.push(mesgdef::Lap::from(message));
            }
            MesgNum::EVENT => self.timer.extend(timer_event(&mesgdef::Event::from(message))),
            MesgNum::SPORT => {
                let sport = mesgdef::Sport::from(message);
                self.sport = Some(Sport::from_free_text(&sport.sport.to_string()));
            }
            MesgNum::FILE_ID => {
                let id = mesgdef::FileId::from(message);
                if id.r#type == File::ACTIVITY {
                    self.is_activity = true;
                } else {
                    self.other_file.get_or_insert(id.r#type);
                }
                self.device = self.device.take().or_else(|| device(&id, limits));
            }
            MesgNum::ACTIVITY => {
                let activity = mesgdef::Activity::from(message);
                self.is_one_event |= activity.r#type == Activity::AUTO_MULTI_SPORT;
                let offset = |local: i64, utc: i64| local - utc;
                self.local_offset_s = activity
                    .local_timestamp
                    .unix_timestamp()
                    .zip(activity.timestamp.unix_timestamp())
                    .map(|(local, utc)| offset(local, utc));
            }
            _ => {}
        }
        Ok(())
    }

    fn into_recording(mut self, limits: &Limits) -> Result<Recording, ReadError> {
        if let Some(other) = self.other_file.filter(|_| !self.is_activity && self.sessions.is_empty()) {
            return Err(ReadError::NotAnActivity(kind_of(other)));
        }
        if self.samples.is_empty() && self.sessions.is_empty() && self.laps.is_empty() {
            return Err(ReadError::NoSamples);
        }
        let mut warnings = Vec::new();
        if self.truncated {
            warn(&mut warnings, "truncated", "The file ends in the middle; what came before was kept.");
        }
        let mut drafts = self.drafts(&mut warnings);
        drafts.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        let starts: Vec<f64> = drafts.iter().map(|draft| draft.start_s).collect();
        let belongs_to = |time: f64| starts.partition_point(|start| *start <= time).saturating_sub(1);
        let samples = std::mem::take(&mut self.samples);
        for (time, row) in samples.times.into_iter().zip(samples.rows) {
            drafts[belongs_to(time)].samples.push(time, row);
        }
        for lap in std::mem::take(&mut self.laps) {
            if let Some(start) = unix(lap.start_time) {
                // A lap's start is rounded to whole seconds and may lie a second before its session's.
                drafts[belongs_to(start + 1.0)].laps.push(lap);
            }
        }
        self.timer.sort_by(|a, b| a.0.total_cmp(&b.0));
        let offset = self.local_offset_s.and_then(plausible_offset);
        let sessions = drafts
            .into_iter()
            .map(|draft| draft.into_session(&self.timer, offset, &mut warnings))
            .collect::<Result<Vec<_>, _>>()?;
        let device = self.device.and_then(|device| text::clean(&device, limits));
        Ok(Recording {
            format: SourceFormat::Fit,
            device,
            name: None,
            sessions,
            is_one_event: self.is_one_event,
            truncated: self.truncated,
            warnings,
        })
    }

    /// One draft a session message; one for the whole file when there is none.
    fn drafts(&mut self, warnings: &mut Vec<Warning>) -> Vec<Draft> {
        let sessions = std::mem::take(&mut self.sessions);
        let mut drafts: Vec<Draft> = sessions.iter().filter_map(Draft::of).collect();
        if drafts.is_empty() {
            warn(
                warnings,
                "no_session",
                "The file has no summary of the session; it was made from the samples.",
            );
            let first_lap = self.laps.iter().filter_map(|lap| unix(lap.start_time)).reduce(f64::min);
            let start_s = self.samples.first().or(first_lap).unwrap_or(f64::NAN);
            let by_lap = self.laps.first().map(|lap| Sport::from_free_text(&lap.sport.to_string()));
            let sport = self.sport.or(by_lap).unwrap_or(Sport::Other);
            drafts.push(Draft::new(start_s, sport));
        }
        drafts
    }
}

/// A session in the making.
struct Draft {
    start_s: f64,
    end_s: Option<f64>,
    sport: Sport,
    sub_sport: Option<String>,
    totals: DeviceTotals,
    samples: Samples,
    laps: Vec<mesgdef::Lap>,
}

impl Draft {
    fn new(start_s: f64, sport: Sport) -> Self {
        Self {
            start_s,
            end_s: None,
            sport,
            sub_sport: None,
            totals: DeviceTotals::default(),
            samples: Samples::default(),
            laps: Vec::new(),
        }
    }

    fn of(session: &mesgdef::Session) -> Option<Self> {
        let elapsed = session.total_elapsed_time_scaled();
        let end = unix(session.timestamp);
        let start_s = unix(session.start_time).or_else(|| Some(end? - elapsed?))?;
        let sport = Sport::from_free_text(&session.sport.to_string());
        let cadence_factor = if sport.is_on_foot() { 2.0 } else { 1.0 };
        let totals = ranges::of_totals(DeviceTotals {
            elapsed_s: elapsed,
            timer_s: session.total_timer_time_scaled(),
            distance_m: session.total_distance_scaled(),
            ascent_m: known_u16(session.total_ascent),
            descent_m: known_u16(session.total_descent),
            avg_heart_rate_bpm: known_u8(session.avg_heart_rate),
            max_heart_rate_bpm: known_u8(session.max_heart_rate),
            avg_cadence_per_min: known_u8(session.avg_cadence).map(|cadence| cadence * cadence_factor),
            avg_power_w: known_u16(session.avg_power),
            energy_kcal: known_u16(session.total_calories),
            rpe: None,
        });
        let sub_sport = session.sub_sport.to_string();
        Some(Self {
            end_s: totals.elapsed_s.map(|elapsed| start_s + elapsed).or(end),
            sub_sport: Some(sub_sport).filter(|sub| sub != "generic" && !sub.contains('(')),
            totals,
            ..Self::new(start_s, sport)
        })
    }

    fn into_session(
        mut self,
        timer: &[(f64, bool)],
        local_offset: Option<Offset>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Session, ReadError> {
        let start_s = self.samples.first().map_or(self.start_s, |first| first.min(self.start_s));
        let start = samples::start_of(start_s)?;
        if self.sport.is_on_foot() {
            for row in &mut self.samples.rows {
                row[5] *= 2.0;
            }
        }
        let laps = self.laps.iter().filter_map(|lap| lap_of(lap, start_s, self.sport)).collect();
        let track = self.samples.into_track(start_s, warnings)?;
        let end_s =
            self.end_s.map_or(0.0, |end| end - start_s).max(track.time_s().last().copied().unwrap_or(0.0));
        Ok(Session {
            sport: self.sport,
            sub_sport: self.sub_sport,
            name: None,
            notes: None,
            start,
            local_offset,
            totals: self.totals,
            laps,
            pauses: pauses(timer, start_s, end_s),
            track,
        })
    }
}

/// The intervals between a stop and the next start, inside the session; `None` when no timer event was recorded.
fn pauses(timer: &[(f64, bool)], start_s: f64, end_s: f64) -> Option<Vec<Pause>> {
    let mut pauses = Vec::new();
    let mut stopped_at = None;
    for &(time, runs) in timer {
        let time = (time - start_s).clamp(0.0, end_s);
        match (stopped_at, runs) {
            (None, false) => stopped_at = Some(time),
            (Some(since), true) => {
                stopped_at = None;
                if time > since {
                    pauses.push(Pause { start_s: since, end_s: time });
                }
            }
            _ => {}
        }
    }
    (!timer.is_empty()).then_some(pauses)
}

/// A timer event: when, and whether the timer runs from there on.
fn timer_event(event: &mesgdef::Event) -> Option<(f64, bool)> {
    use rustyfit::profile::typedef::{Event, EventType};
    if event.event != Event::TIMER {
        return None;
    }
    let runs = match event.event_type {
        EventType::START => true,
        EventType::STOP | EventType::STOP_ALL | EventType::STOP_DISABLE | EventType::STOP_DISABLE_ALL => {
            false
        }
        _ => return None,
    };
    Some((unix(event.timestamp)?, runs))
}

fn lap_of(lap: &mesgdef::Lap, start_s: f64, sport: Sport) -> Option<Lap> {
    use rustyfit::profile::typedef::LapTrigger as Fit;
    let begin = (unix(lap.start_time)? - start_s).max(0.0);
    let cadence_factor = if sport.is_on_foot() { 2.0 } else { 1.0 };
    let trigger = match lap.lap_trigger {
        Fit::MANUAL => LapTrigger::Manual,
        Fit::DISTANCE => LapTrigger::Distance,
        Fit::TIME => LapTrigger::Time,
        Fit::SESSION_END => LapTrigger::SessionEnd,
        _ => LapTrigger::Other,
    };
    let totals = ranges::of_totals(DeviceTotals {
        elapsed_s: lap.total_elapsed_time_scaled(),
        timer_s: lap.total_timer_time_scaled(),
        distance_m: lap.total_distance_scaled(),
        ascent_m: known_u16(lap.total_ascent),
        descent_m: known_u16(lap.total_descent),
        avg_heart_rate_bpm: known_u8(lap.avg_heart_rate),
        max_heart_rate_bpm: known_u8(lap.max_heart_rate),
        avg_cadence_per_min: known_u8(lap.avg_cadence).map(|cadence| cadence * cadence_factor),
        avg_power_w: known_u16(lap.avg_power),
        energy_kcal: known_u16(lap.total_calories),
        rpe: None,
    });
    let end = match totals.elapsed_s {
        Some(elapsed) => begin + elapsed,
        None => unix(lap.timestamp)? - start_s,
    };
    (begin..=begin + ranges::LONGEST_S).contains(&end).then_some(Lap {
        start_s: begin,
        end_s: end,
        trigger,
        totals,
    })
}

/// Seconds since 1970; `None` for the invalid value and for times relative to the device's start.
fn unix(time: rustyfit::profile::typedef::DateTime) -> Option<f64> {
    const OLDEST_ABSOLUTE: u32 = 0x1000_0000;
    #[expect(clippy::cast_precision_loss, reason = "32 bits of seconds are exact in a double")]
    time.unix_timestamp().filter(|_| time.0 >= OLDEST_ABSOLUTE).map(|seconds| seconds as f64)
}

fn known_u8(value: u8) -> Option<f64> {
    (value != u8::MAX).then(|| f64::from(value))
}

fn known_u16(value: u16) -> Option<f64> {
    (value != u16::MAX).then(|| f64::from(value))
}

/// An offset that some place on earth has, to the quarter of an hour.
fn plausible_offset(seconds: i64) -> Option<Offset> {
    let quarters = (seconds + if seconds < 0 { -450 } else { 450 }) / 900;
    let seconds = i32::try_from(quarters * 900).ok()?;
    Offset::from_seconds(seconds).ok().filter(|_| (-12 * 3600..=14 * 3600).contains(&seconds))
}

fn device(id: &mesgdef::FileId, limits: &Limits) -> Option<String> {
    let maker = Some(id.manufacturer.to_string()).filter(|maker| !maker.contains('('))?;
    let product = text::clean(&id.product_name, limits)
        .or_else(|| (id.product != u16::MAX).then(|| id.product.to_string()));
    Some(product.map_or_else(|| maker.clone(), |product| format!("{maker} {product}")))
}

fn kind_of(file: File) -> String {
    match file {
        File::MONITORING_A | File::MONITORING_B | File::MONITORING_DAILY => "daily monitoring".to_owned(),
        File::WEIGHT => "weight measurements".to_owned(),
        File::BLOOD_PRESSURE => "blood pressure measurements".to_owned(),
        File::COURSE => "a course".to_owned(),
        File::WORKOUT => "a planned workout".to_owned(),
        File::SETTINGS | File::DEVICE | File::SPORT => "device settings".to_owned(),
        File::TOTALS | File::GOALS | File::SCHEDULES => "totals, goals or schedules".to_owned(),
        other => format!("a FIT file of kind {other}"),
    }
}
