//! FIT (Flexible and Interoperable Data Transfer): Garmin's and most others' binary format, decoded by `rustyfit`.
//!
//! A file may chain several FIT sequences and hold several sessions; both become sessions of one recording, and each
//! record and lap goes to the session in whose time it falls. What was decoded before a cut or an error is kept; what
//! lies beyond the last summary of an unfinished file is a session of its own.
//! Never here: other formats.

use jiff::tz::Offset;
use rustyfit::profile::mesgdef;
use rustyfit::profile::typedef::{Activity, File, MesgNum, SessionTrigger};
use rustyfit::{Decoder, DecoderEvent, StreamingIterator};

use super::samples::{self, EMPTY, Row, Samples, warn};
use super::{Limits, ReadError, ranges, text};
use crate::model::{Recording, SourceFormat, Sport, Warning};

mod draft;
mod records;

use draft::{Draft, sport_of, timer_event, unix};
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
    /// How many sessions were read, which stays when they are taken.
    sessions_read: usize,
    laps: Vec<mesgdef::Lap>,
    /// The last sport message, and the number of sessions before it: for legs without a summary.
    sport: Option<(Sport, usize)>,
    records: Records,
    samples: Samples,
    /// Timer events: seconds since 1970, and whether the timer ran from there on.
    timer: Vec<(f64, bool)>,
    local_offset_s: Option<i64>,
    /// The device itself says that its sessions are legs of one event.
    is_one_event: bool,
    /// The summary of the whole was read, which comes last and which every finished activity has.
    is_finished: bool,
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
                self.sessions_read += 1;
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
                self.sport = Some((sport_of(sport.sport, sport.sub_sport), self.sessions_read));
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
                self.is_finished = true;
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
        drafts.extend(self.unfinished(&drafts, &mut warnings));
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
            let by_lap = self.laps.first().map(|lap| sport_of(lap.sport, lap.sub_sport));
            let sport = self.sport.map(|(sport, _)| sport).or(by_lap).unwrap_or(Sport::Other);
            drafts.push(Draft::new(start_s, sport));
        }
        drafts
    }

    /// The leg that was going on when the file was cut off: what lies beyond the last known session. Its samples are
    /// none of that session's, whose sport and totals are another's.
    fn unfinished(&self, drafts: &[Draft], warnings: &mut Vec<Warning>) -> Option<Draft> {
        if self.is_finished && !self.truncated {
            return None;
        }
        let last = drafts.iter().max_by(|a, b| a.until_s.total_cmp(&b.until_s))?;
        let end_s = last.until_s;
        let next_sport =
            self.sport.filter(|(_, sessions)| *sessions == self.sessions_read).map(|(sport, _)| sport);
        let is_followed = last.is_followed || next_sport.is_some();
        let slack_s = if is_followed { 0.0 } else { SLACK_S };
        // A time beyond any session is a wild one, not another leg.
        let is_beyond = |time: f64| time > end_s + slack_s && time <= end_s + ranges::LONGEST_S;
        let has_sample = self.samples.times.iter().any(|time| is_beyond(*time));
        let laps =
            || self.laps.iter().filter(|lap| draft::end_of(lap).is_some_and(|end| is_beyond(end - 1.0)));
        if !has_sample && laps().next().is_none() {
            return None;
        }
        warn(
            warnings,
            "no_session",
            "The file has no summary of its last session; it was made from the samples.",
        );
        let samples = self.samples.times.iter().copied().filter(|time| *time > end_s);
        let first_s =
            laps().filter_map(|lap| unix(lap.start_time)).chain(samples).fold(f64::INFINITY, f64::min);
        // Legs follow each other without a gap, and starts are whole seconds.
        let start_s = if first_s <= end_s + SLACK_S { end_s.floor() } else { first_s };
        let by_lap = laps().next().map(|lap| sport_of(lap.sport, lap.sub_sport));
        Some(Draft::new(start_s, next_sport.or(by_lap).unwrap_or(Sport::Other)))
    }
}

/// How far samples may lie beyond the end of their session: summaries are rounded, and devices write on for a while.
const SLACK_S: f64 = 60.0;

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
