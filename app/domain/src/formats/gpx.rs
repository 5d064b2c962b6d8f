//! GPX (GPS Exchange Format) 1.0 and 1.1, with the extensions that vendors put into track points.
//!
//! GPX knows positions, altitudes and times; distance is measured between the positions, but not across `breaks`,
//! which is all that is left of pauses. Each `<trk>` is a session. The first of several values for one quantity wins.
//!
//! Altitudes are taken for those of satellites, which is what phones and loggers write, unless the creator's name says
//! "with barometer" (a convention of Strava's upload API, which others follow). Never here: other formats.

mod breaks;

use super::samples::{self, EMPTY, Row, Samples, warn};
use super::text::{self, Instant, Zone};
use super::xml::{Elements, Node};
use super::{Limits, ReadError};
use crate::model::{Altimeter, DeviceTotals, Pause, Recording, Session, SourceFormat, Sport, Warning};

/// Mean radius of the earth in metres (IUGG).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Reads a GPX document.
pub(super) fn read(document: &str, limits: &Limits) -> Result<Recording, ReadError> {
    let mut reader = Reader {
        limits,
        tracks: Vec::new(),
        name: None,
        notes: None,
        device: None,
        points: 0,
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
    tracks: Vec<Draft>,
    name: Option<String>,
    notes: Option<String>,
    device: Option<String>,
    /// Points of any kind, for saying what a file without recorded ones holds.
    points: usize,
    zone: Zone,
    warnings: Vec<Warning>,
}

/// A `<trk>` in the making.
#[derive(Default)]
struct Draft {
    name: Option<String>,
    notes: Option<String>,
    sport: Option<Sport>,
    offset_s: Option<i32>,
    samples: Samples,
    /// The earliest and latest time of each `<trkseg>`, in seconds since 1970.
    segments: Vec<Option<(f64, f64)>>,
    /// How many points have no time. If most have none, it is a route, not a recording.
    untimed: usize,
    time: Option<Instant>,
    row: Option<Row>,
}

impl Reader<'_> {
    /// Reads to the end; true when the document is cut off.
    fn run(&mut self, document: &str) -> Result<bool, ReadError> {
        let mut elements = Elements::new(document, self.limits);
        loop {
            match elements.next()? {
                Node::End { is_cut_off } => return Ok(is_cut_off),
                Node::Open(name, attributes) => match name {
                    "gpx" => {
                        self.device =
                            attributes.get("creator").and_then(|maker| text::clean(&maker, self.limits));
                    }
                    "trk" if self.tracks.len() >= self.limits.max_sessions => {
                        return Err(ReadError::TooManySessions(self.limits.max_sessions));
                    }
                    "trk" => self.tracks.push(Draft::default()),
                    "trkseg" => {
                        if let Some(track) = self.tracks.last_mut() {
                            track.segments.push(None);
                        }
                    }
                    "trkpt" => {
                        let degrees =
                            |name| attributes.get(name).and_then(|text| text.trim().parse::<f64>().ok());
                        let (latitude, longitude) = (degrees("lat"), degrees("lon"));
                        self.begin_point(latitude, longitude)?;
                    }
                    "rtept" | "wpt" => self.points += 1,
                    _ => {}
                },
                Node::Close => {
                    let (name, parent, _, content) = elements.closed();
                    self.close(name, parent, content);
                }
            }
        }
    }

    fn begin_point(&mut self, latitude: Option<f64>, longitude: Option<f64>) -> Result<(), ReadError> {
        self.points += 1;
        samples::check_records(self.points, self.limits)?;
        if let Some(track) = self.tracks.last_mut() {
            let mut row = EMPTY;
            row[1] = latitude.unwrap_or(f64::NAN);
            row[2] = longitude.unwrap_or(f64::NAN);
            (track.time, track.row) = (None, Some(row));
        }
        Ok(())
    }

    fn close(&mut self, name: &str, parent: &str, content: &str) {
        match (parent, name) {
            // GPX 1.0 says it of the whole document.
            ("metadata" | "gpx", "name") => self.name = text::clean(content, self.limits),
            ("metadata" | "gpx", "desc") => self.notes = text::clean(content, self.limits),
            _ => {}
        }
        let Some(track) = self.tracks.last_mut() else { return };
        if name == "trkpt" {
            track.end_point(&mut self.zone, &mut self.warnings);
        } else if track.row.is_some() {
            track.set(name, content);
        } else if parent == "trk" {
            match name {
                "name" => track.name = text::clean(content, self.limits),
                "desc" | "cmt" => {
                    track.notes = track.notes.take().or_else(|| text::clean(content, self.limits));
                }
                "type" => track.sport = Some(Sport::from_free_text(content)),
                _ => {}
            }
        }
    }

    fn into_recording(mut self, truncated: bool) -> Result<Recording, ReadError> {
        let creator = self.device.as_deref().unwrap_or_default().to_lowercase();
        let altimeter = if creator.contains("barometer") { Altimeter::Device } else { Altimeter::Satellites };
        let mut sessions = Vec::new();
        let untimed = self.tracks.iter().map(|draft| draft.untimed).sum();
        samples::warn_of_untimed(&mut self.warnings, untimed);
        for draft in std::mem::take(&mut self.tracks) {
            if !draft.samples.is_empty() && draft.untimed <= draft.samples.len() {
                sessions.push(draft.into_session(altimeter, &mut self.warnings)?);
            }
        }
        if sessions.is_empty() {
            return Err(if self.points > 0 { ReadError::NoTimes } else { ReadError::NoSamples });
        }
        if let [only] = sessions.as_mut_slice() {
            only.notes = only.notes.take().or(self.notes);
        }
        sessions.sort_by_key(|session| session.start);
        Ok(Recording {
            format: SourceFormat::Gpx,
            device: self.device,
            name: self.name,
            sessions,
            is_one_event: false,
            truncated,
            warnings: self.warnings,
        })
    }
}

impl Draft {
    /// A value of the present point, whatever vendor's extension it comes in.
    fn set(&mut self, name: &str, content: &str) {
        let column = match name {
            "time" => {
                self.time = self.time.or_else(|| text::instant(content));
                return;
            }
            "ele" => 3,
            "hr" | "heartrate" => 4,
            "cad" | "cadence" => 5,
            "power" | "PowerInWatts" | "Watts" | "watts" => 6,
            "atemp" | "temp" => 7,
            "speed" => 8,
            "distance" => 0,
            _ => return,
        };
        if let Some(value) = self.row.as_mut().map(|row| &mut row[column]).filter(|value| value.is_nan()) {
            *value = content.parse().unwrap_or(f64::NAN);
        }
    }

    fn end_point(&mut self, zone: &mut Zone, warnings: &mut Vec<Warning>) {
        let Some(row) = self.row.take() else { return };
        let Some(time) = self.time.take() else {
            self.untimed += 1;
            return;
        };
        let time = zone.place(time);
        if time.is_naive {
            samples::warn_of_no_zone(warnings);
        }
        if self.samples.is_empty() {
            self.offset_s = time.offset_s;
        }
        if let Some(segment) = self.segments.last_mut() {
            let (first_s, last_s) = segment.unwrap_or((time.epoch_s, time.epoch_s));
            *segment = Some((first_s.min(time.epoch_s), last_s.max(time.epoch_s)));
        }
        self.samples.push(time.epoch_s, row);
    }

    fn into_session(
        mut self,
        altimeter: Altimeter,
        warnings: &mut Vec<Warning>,
    ) -> Result<Session, ReadError> {
        let sport = self.sport.unwrap_or(Sport::Other);
        self.samples.leave_out_wild_times(warnings);
        let start_s = self.samples.start_s(None).unwrap_or(f64::NAN);
        let start = samples::start_of(start_s)?;
        let breaks = breaks::breaks(&self.samples.times, self.segments.into_iter().flatten().collect());
        if self.samples.rows.iter().all(|row| row[0].is_nan()) {
            measure(&mut self.samples, &breaks);
        }
        let since_start = |(from_s, to_s)| Pause { start_s: from_s - start_s, end_s: to_s - start_s };
        let track = self.samples.into_track(start_s, warnings)?;
        let mut session = Session {
            sport: Sport::Other,
            sub_sport: None,
            name: self.name,
            notes: self.notes,
            start,
            local_offset: self.offset_s.and_then(|seconds| jiff::tz::Offset::from_seconds(seconds).ok()),
            totals: DeviceTotals::default(),
            laps: Vec::new(),
            pauses: None,
            breaks: breaks.into_iter().map(since_start).collect(),
            altimeter,
            cadence_unit: samples::cadence_unit(&track),
            track,
        };
        session.set_sport(sport);
        Ok(session)
    }
}

/// Fills the distance column from the positions, in the order of the times. The way across a break does not count:
/// nobody knows how it was covered.
fn measure(samples: &mut Samples, breaks: &[(f64, f64)]) {
    let mut order: Vec<usize> = (0..samples.len()).collect();
    order.sort_by(|&a, &b| samples.times[a].total_cmp(&samples.times[b]));
    let mut breaks = breaks.iter().peekable();
    let mut last: Option<(f64, f64)> = None;
    let mut distance = 0.0;
    for i in order {
        while breaks.next_if(|(_, to_s)| *to_s <= samples.times[i]).is_some() {
            last = None;
        }
        let here = (samples.rows[i][1], samples.rows[i][2]);
        if here.0.is_nan() || here.1.is_nan() || here.0.abs() > 90.0 || here.1.abs() > 180.0 {
            continue;
        }
        distance += last.map_or(0.0, |last| haversine_m(last, here));
        samples.rows[i][0] = distance;
        last = Some(here);
    }
}

/// Great-circle distance in metres between two positions in degrees (haversine; Sinnott 1984).
pub fn haversine_m(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (phi1, phi2) = (from.0.to_radians(), to.0.to_radians());
    let half = |delta: f64| (delta / 2.0).sin().powi(2);
    let h = half(phi2 - phi1) + phi1.cos() * phi2.cos() * half((to.1 - from.1).to_radians());
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}
