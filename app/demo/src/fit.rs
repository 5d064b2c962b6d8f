//! A recording as a FIT file, as a watch writes it. Never here: what is recorded.

use std::io::Cursor;

use embedded_io_adapters::std::FromStd;
use jiff::civil::{Date, Weekday};
use rustyfit::profile::mesgdef;
use rustyfit::profile::typedef::{
    self, Activity, DateTime, Event, EventType, FitBaseType, LapTrigger, LocalDateTime, Manufacturer,
    MesgNum, SessionTrigger, Sport, SubSport,
};
use rustyfit::proto::{Field, Message, Value};

use crate::calendar::{Planned, Work};
use crate::recording::{Lap, LapEnd, Recording, Sample};

/// Bytes of one record, with room.
const RECORD_BYTES: usize = 28;

/// The bytes of the file.
pub(crate) fn write(planned: &Planned, recording: &Recording) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::with_capacity(1024 + RECORD_BYTES * recording.samples.len()));
    let mut encoder = rustyfit::Encoder::builder().header_option(rustyfit::HeaderOption::Normal(3)).build();
    let mut stream = encoder.stream(FromStd::new(&mut bytes));
    let session = Session::new(planned, recording);
    let mut write = |mut message: Message| {
        stream.write_message(&mut message).expect("memory takes every message of valid fields");
    };
    write(session.file_id());
    write(session.timer(0, EventType::START));
    let mut laps = recording.laps.iter().enumerate().peekable();
    let mut paused = recording.pause;
    for (i, sample) in recording.samples.iter().enumerate() {
        if let Some((from, to)) = paused.take_if(|(_, to)| sample.second >= *to) {
            write(session.timer(from, EventType::STOP_ALL));
            write(session.timer(to, EventType::START));
        }
        write(session.record(sample));
        if let Some((number, lap)) = laps.next_if(|(_, lap)| i + 1 == lap.end) {
            write(session.lap(number, lap));
        }
    }
    write(session.timer(session.end_s(), EventType::STOP_ALL));
    write(session.summary());
    write(session.activity());
    stream.finish().expect("memory takes the end of a file that has messages");
    bytes.into_inner()
}

struct Session<'a> {
    planned: &'a Planned,
    recording: &'a Recording,
    /// Seconds since 1970.
    start: i64,
    offset_s: i64,
}

impl<'a> Session<'a> {
    fn new(planned: &'a Planned, recording: &'a Recording) -> Self {
        let offset_s = if is_summer_time(planned.day) { 7200 } else { 3600 };
        let midnight = planned.day.duration_since(jiff::civil::date(1970, 1, 1)).as_secs();
        // Nobody presses the button at the full minute.
        let second = i64::from(planned.day.day_of_year()) * 7 % 60;
        let start = midnight + 60 * planned.start_minute + second - offset_s;
        Self { planned, recording, start, offset_s }
    }

    fn at(&self, second: u32) -> DateTime {
        DateTime::from_unix_timestamp(self.start + i64::from(second))
    }

    /// The second after the last sample.
    fn end_s(&self) -> u32 {
        self.recording.samples.last().map_or(0, |sample| sample.second + 1)
    }

    fn sport(&self) -> (Sport, SubSport) {
        match self.planned.work {
            Work::Ride { .. } => (Sport::CYCLING, SubSport::ROAD),
            Work::Intervals { .. } => (Sport::RUNNING, SubSport::TRACK),
            _ => (Sport::RUNNING, SubSport::GENERIC),
        }
    }

    fn file_id(&self) -> Message {
        let mut id = mesgdef::FileId::new();
        id.r#type = typedef::File::ACTIVITY;
        id.manufacturer = Manufacturer::DEVELOPMENT;
        id.product = 1;
        id.product_name = "Paceline demo watch".into();
        id.serial_number = 1;
        id.time_created = self.at(0);
        id.into()
    }

    fn timer(&self, second: u32, what: EventType) -> Message {
        let mut event = mesgdef::Event::new();
        event.timestamp = self.at(second);
        event.event = Event::TIMER;
        event.event_type = what;
        event.into()
    }

    fn record(&self, sample: &Sample) -> Message {
        let field = |num, base_type, value| Field { num, base_type, value, is_expanded: false };
        let short = |num, value: f64| field(num, FitBaseType::UINT16, Value::Uint16(value as u16));
        let byte = |num, value: u8| field(num, FitBaseType::UINT8, Value::Uint8(value));
        let degrees = |num, value: f64| field(num, FitBaseType::SINT32, Value::Int32(semicircles(value)));
        let fields = vec![
            field(253, FitBaseType::UINT32, Value::Uint32(self.at(sample.second).0)),
            degrees(0, sample.latitude_deg),
            degrees(1, sample.longitude_deg),
            short(2, ((sample.altitude_m + 500.0) * 5.0).round()),
            byte(3, sample.heart_rate_bpm.round() as u8),
            byte(4, self.cadence(sample.cadence_per_min)),
            field(5, FitBaseType::UINT32, Value::Uint32(centimetres(sample.distance_m))),
            short(6, (sample.speed_m_s * 1000.0).round()),
            field(13, FitBaseType::SINT8, Value::Int8(sample.temperature_c.round() as i8)),
        ];
        Message { header: 0, num: MesgNum::RECORD, fields, developer_fields: Vec::new() }
    }

    /// FIT counts strides: the steps of one foot.
    fn cadence(&self, per_min: f64) -> u8 {
        if self.planned.is_run() { (per_min / 2.0).round() as u8 } else { per_min.round() as u8 }
    }

    fn lap(&self, number: usize, lap: &Lap) -> Message {
        let samples = &self.recording.samples[lap.first..lap.end];
        let start_s = if lap.first == 0 { 0 } else { self.recording.samples[lap.first - 1].second + 1 };
        let end_s = samples.last().map_or(start_s, |last| last.second + 1);
        let start_m =
            lap.first.checked_sub(1).map_or(0.0, |before| self.recording.samples[before].distance_m);
        let figures = Figures::of(samples);
        let mut message = mesgdef::Lap::new();
        message.message_index = typedef::MessageIndex(number as u16);
        message.timestamp = self.at(end_s);
        message.start_time = self.at(start_s);
        message.event = Event::LAP;
        message.event_type = EventType::STOP;
        message.total_elapsed_time = (end_s - start_s) * 1000;
        message.total_timer_time = samples.len() as u32 * 1000;
        message.total_distance = centimetres(figures.last_m - start_m);
        message.avg_heart_rate = figures.mean_bpm;
        message.max_heart_rate = figures.most_bpm;
        message.avg_cadence = self.cadence(figures.mean_cadence);
        message.lap_trigger = match lap.why {
            LapEnd::Distance => LapTrigger::DISTANCE,
            LapEnd::Button => LapTrigger::MANUAL,
            LapEnd::Session => LapTrigger::SESSION_END,
        };
        (message.sport, message.sub_sport) = self.sport();
        message.into()
    }

    fn summary(&self) -> Message {
        let recording = self.recording;
        let figures = Figures::of(&recording.samples);
        let kcal_per_km = if self.planned.is_run() { 71.0 } else { 24.0 };
        let mut message = mesgdef::Session::new();
        message.timestamp = self.at(self.end_s());
        message.start_time = self.at(0);
        message.event = Event::SESSION;
        message.event_type = EventType::STOP;
        message.trigger = SessionTrigger::ACTIVITY_END;
        (message.sport, message.sub_sport) = self.sport();
        message.total_elapsed_time = self.end_s() * 1000;
        message.total_timer_time = recording.samples.len() as u32 * 1000;
        message.total_distance = centimetres(figures.last_m);
        message.total_calories = (figures.last_m / 1000.0 * kcal_per_km).round() as u16;
        message.total_ascent = recording.ascent_m.round() as u16;
        message.total_descent = recording.descent_m.round() as u16;
        message.avg_heart_rate = figures.mean_bpm;
        message.max_heart_rate = figures.most_bpm;
        message.avg_cadence = self.cadence(figures.mean_cadence);
        message.first_lap_index = 0;
        message.num_laps = recording.laps.len() as u16;
        message.into()
    }

    fn activity(&self) -> Message {
        let mut message = mesgdef::Activity::new();
        message.timestamp = self.at(self.end_s());
        message.local_timestamp =
            LocalDateTime(self.at(self.end_s()).0.saturating_add_signed(self.offset_s as i32));
        message.total_timer_time = self.recording.samples.len() as u32 * 1000;
        message.num_sessions = 1;
        message.r#type = Activity::MANUAL;
        message.event = Event::ACTIVITY;
        message.event_type = EventType::STOP;
        message.into()
    }
}

/// What a watch says of many seconds.
struct Figures {
    mean_bpm: u8,
    most_bpm: u8,
    mean_cadence: f64,
    last_m: f64,
}

impl Figures {
    fn of(samples: &[Sample]) -> Self {
        let mean = |value: &dyn Fn(&Sample) -> f64| {
            samples.iter().map(value).sum::<f64>() / samples.len().max(1) as f64
        };
        Self {
            mean_bpm: mean(&|sample| sample.heart_rate_bpm).round() as u8,
            most_bpm: samples.iter().map(|sample| sample.heart_rate_bpm.round() as u8).max().unwrap_or(0),
            mean_cadence: mean(&|sample| sample.cadence_per_min),
            last_m: samples.last().map_or(0.0, |sample| sample.distance_m),
        }
    }
}

fn centimetres(metres: f64) -> u32 {
    (metres * 100.0).round() as u32
}

/// FIT's angles: half a turn is 2³¹.
fn semicircles(degrees: f64) -> i32 {
    (degrees / 180.0 * 2_147_483_648.0).round() as i32
}

/// Central European Summer Time, to the day: from the last Sunday of March up to, and without, that of October
/// (Directive 2000/84/EC).
fn is_summer_time(day: Date) -> bool {
    let last_sunday = |month| {
        let first = jiff::civil::date(day.year(), month, 1);
        first.nth_weekday_of_month(-1, Weekday::Sunday).unwrap_or(first)
    };
    (last_sunday(3)..last_sunday(10)).contains(&day)
}
