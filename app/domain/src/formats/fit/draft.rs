//! A session of a FIT file in the making: its summary, its laps, its pauses.
//! Never here: which samples and laps are its own.

use jiff::tz::Offset;
use rustyfit::profile::mesgdef;
use rustyfit::profile::typedef::{self, SessionTrigger};

use super::super::samples::{self, Samples};
use super::super::{ReadError, ranges};
use crate::model::{Altimeter, DeviceTotals, Lap, LapTrigger, Pause, Session, Sport, Warning};

/// A session in the making.
pub(super) struct Draft {
    pub(super) start_s: f64,
    end_s: Option<f64>,
    /// The latest moment that its summary knows of; infinite where there is none.
    pub(super) until_s: f64,
    /// Its summary says that another leg comes next.
    pub(super) is_followed: bool,
    sport: Sport,
    sub_sport: Option<String>,
    totals: DeviceTotals,
    pub(super) samples: Samples,
    pub(super) laps: Vec<mesgdef::Lap>,
}

impl Draft {
    pub(super) fn new(start_s: f64, sport: Sport) -> Self {
        Self {
            start_s,
            end_s: None,
            until_s: f64::INFINITY,
            is_followed: false,
            sport,
            sub_sport: None,
            totals: DeviceTotals::default(),
            samples: Samples::default(),
            laps: Vec::new(),
        }
    }

    pub(super) fn of(session: &mesgdef::Session) -> Option<Self> {
        let elapsed = session.total_elapsed_time_scaled();
        let end = unix(session.timestamp);
        let start_s = unix(session.start_time).or_else(|| Some(end? - elapsed?))?;
        let sport = sport_of(session.sport, session.sub_sport);
        let totals = ranges::of_totals(DeviceTotals {
            elapsed_s: elapsed,
            timer_s: session.total_timer_time_scaled(),
            distance_m: session.total_distance_scaled(),
            ascent_m: known_u16(session.total_ascent),
            descent_m: known_u16(session.total_descent),
            avg_heart_rate_bpm: known_u8(session.avg_heart_rate),
            max_heart_rate_bpm: known_u8(session.max_heart_rate),
            avg_cadence_per_min: known_u8(session.avg_cadence),
            avg_power_w: known_u16(session.avg_power),
            energy_kcal: known_u16(session.total_calories),
            rpe: known_u8(session.workout_rpe).filter(|rpe| *rpe > 0.0).map(|rpe| rpe / 10.0),
        });
        let sub_sport = session.sub_sport.to_string();
        let by_elapsed = totals.elapsed_s.map(|elapsed| start_s + elapsed);
        Some(Self {
            end_s: by_elapsed.or(end),
            // The stated time leaves out pauses on some devices, the summary is written early on others.
            until_s: by_elapsed.into_iter().chain(end).reduce(f64::max).unwrap_or(f64::INFINITY),
            is_followed: session.trigger == SessionTrigger::AUTO_MULTI_SPORT,
            sub_sport: Some(sub_sport).filter(|sub| sub != "generic" && !sub.contains('(')),
            totals,
            ..Self::new(start_s, sport)
        })
    }

    pub(super) fn into_session(
        mut self,
        timer: &[(f64, bool)],
        local_offset: Option<Offset>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Session, ReadError> {
        self.samples.leave_out_wild_times(warnings);
        let start_s = self.samples.start_s(Some(self.start_s)).unwrap_or(self.start_s);
        let start = samples::start_of(start_s)?;
        let laps = self.laps.iter().filter_map(|lap| lap_of(lap, start_s)).collect();
        let track = self.samples.into_track(start_s, warnings)?;
        let last_s = track.time_s().last().copied().unwrap_or(0.0);
        let end_s = self.end_s.map_or(0.0, |end| end - start_s).max(last_s);
        let mut session = Session {
            sport: Sport::Other,
            sub_sport: self.sub_sport,
            name: None,
            notes: None,
            start,
            local_offset,
            totals: self.totals,
            laps,
            pauses: pauses(timer, start_s, end_s).map(|(pauses, open_s)| {
                let last = open_s.and_then(|open_s| last_pause(&pauses, open_s, last_s, self.totals.timer_s));
                pauses.into_iter().chain(last).collect()
            }),
            breaks: Vec::new(),
            altimeter: Altimeter::Device,
            cadence_unit: samples::cadence_unit(&track),
            track,
        };
        session.set_sport(self.sport);
        Ok(session)
    }
}

/// The sport of a message. Indoor machines, strength, yoga are "training" or "fitness equipment" of some kind.
pub(super) fn sport_of(sport: typedef::Sport, kind: typedef::SubSport) -> Sport {
    use typedef::Sport as Fit;
    match sport {
        Fit::GENERIC | Fit::TRAINING | Fit::FITNESS_EQUIPMENT => Sport::from_free_text(&kind.to_string()),
        _ => Sport::from_free_text(&sport.to_string()),
    }
}

/// The intervals between a stop and the next start, inside the session, and the stop that no start follows; `None` when
/// no timer event was recorded.
fn pauses(timer: &[(f64, bool)], start_s: f64, end_s: f64) -> Option<(Vec<Pause>, Option<f64>)> {
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
    (!timer.is_empty()).then_some((pauses, stopped_at))
}

/// Times are whole seconds, and devices finish the sample in hand: what follows a stop so closely was before it.
const STOP_SLACK_S: f64 = 2.0;

/// The pause from the last stop to the last sample, as some watches record on. There is none where the stated time of the
/// timer is nearer to one that ran on: then a start was lost.
fn last_pause(pauses: &[Pause], stop_s: f64, last_s: f64, timer_s: Option<f64>) -> Option<Pause> {
    let paused_s: f64 = pauses.iter().map(|pause| pause.end_s - pause.start_s).sum();
    let ran_on = timer_s.is_some_and(|timer_s| timer_s > f64::midpoint(stop_s, last_s) - paused_s);
    (last_s > stop_s + STOP_SLACK_S && !ran_on).then_some(Pause { start_s: stop_s, end_s: last_s })
}

/// A timer event: when, and whether the timer runs from there on.
pub(super) fn timer_event(event: &mesgdef::Event) -> Option<(f64, bool)> {
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

/// When a lap ended, in seconds since 1970.
pub(super) fn end_of(lap: &mesgdef::Lap) -> Option<f64> {
    lap.total_elapsed_time_scaled()
        .and_then(|elapsed| Some(unix(lap.start_time)? + elapsed))
        .or_else(|| unix(lap.timestamp))
}

fn lap_of(lap: &mesgdef::Lap, start_s: f64) -> Option<Lap> {
    use rustyfit::profile::typedef::LapTrigger as Fit;
    let begin = (unix(lap.start_time)? - start_s).max(0.0);
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
        avg_cadence_per_min: known_u8(lap.avg_cadence),
        avg_power_w: known_u16(lap.avg_power),
        energy_kcal: known_u16(lap.total_calories),
        rpe: None,
    });
    let end =
        totals.elapsed_s.map(|elapsed| begin + elapsed).or_else(|| Some(unix(lap.timestamp)? - start_s))?;
    (begin..=begin + ranges::LONGEST_S).contains(&end).then_some(Lap {
        start_s: begin,
        end_s: end,
        trigger,
        totals,
    })
}

/// Seconds since 1970; `None` for the invalid value and for times relative to the device's start.
pub(super) fn unix(time: typedef::DateTime) -> Option<f64> {
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
