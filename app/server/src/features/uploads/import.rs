//! One file: read, analyse, match, write. Reading and analysing need no database; everything that is written goes
//! into the caller's one transaction. Never here: where files come from, and formulas.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mainstay_db::Client;
use mainstay_db::DbError;
use mainstay_runtime::Effects;
use paceline_domain::analysis::profile::{Profile, TrimpCoefficients};
use paceline_domain::analysis::summary::{self, ActivityAnalysis};
use paceline_domain::formats::{self, Limits};
use paceline_domain::model::{DeviceTotals, Recording, Session, SourceFormat, Sport, Warning};
use paceline_domain::streams;
use sha2::{Digest, Sha256};
use uuid::Uuid;

mod events;
pub(super) mod known;
mod standing;
mod title;
pub(super) mod write;

pub(super) use standing::Standing;
pub use write::write;

use super::archive::Hints;
use super::config::ImportConfig;
use super::{Decision, store};
use crate::state::App;

/// How far ahead of now a session may begin: a clock may be in another time zone.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// What an import needs beside the file.
#[derive(Clone)]
pub struct ImportContext {
    pub(super) effects: Effects,
    pub(super) limits: Limits,
}

impl ImportContext {
    /// From the application.
    pub fn of(app: &App) -> Self {
        Self { effects: app.effects.clone(), limits: file_limits(&app.config.import) }
    }
}

/// The domain's limits from the configuration.
pub(super) fn file_limits(config: &ImportConfig) -> Limits {
    Limits {
        max_bytes: config.max_file_bytes,
        max_expansion_ratio: usize::try_from(config.max_expansion_ratio).unwrap_or(usize::MAX),
        max_records: config.max_records,
        max_xml_depth: config.max_xml_depth,
        max_sessions: config.max_sessions,
        max_laps: config.max_laps,
        ..Limits::default()
    }
}

/// What is known of the athlete whose file it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Owner {
    profile: Profile,
    timezone: TimeZone,
}

/// Reads what analyses need of the athlete.
pub async fn load_owner(db: &Client, athlete_id: Uuid) -> Result<Owner, DbError> {
    let row = store::find_athlete(db, athlete_id).await?;
    let known = |value: Option<i16>| value.map(f64::from);
    Ok(row.map_or_else(
        || Owner { profile: Profile::default(), timezone: TimeZone::UTC },
        |row| Owner {
            profile: Profile {
                resting_hr_bpm: known(row.resting_hr_bpm),
                max_hr_bpm: known(row.max_hr_bpm),
                threshold_hr_bpm: known(row.threshold_hr_bpm),
                threshold_speed_m_s: row.threshold_pace_s_per_km.map(|pace| 1000.0 / pace),
                threshold_power_w: known(row.threshold_power_w),
                trimp: if row.sex.as_deref() == Some("female") {
                    TrimpCoefficients::Women
                } else {
                    TrimpCoefficients::Men
                },
            },
            timezone: TimeZone::get(&row.timezone).unwrap_or(TimeZone::UTC),
        },
    ))
}

/// A file that was read and analysed, ready to be written.
pub struct Prepared {
    pub(super) sha256: [u8; 32],
    pub(super) file_name: String,
    pub(super) size_bytes: i64,
    /// The unpacked bytes, compressed by us.
    pub(super) content: Vec<u8>,
    pub(super) format: SourceFormat,
    pub(super) device: Option<String>,
    pub(super) title: Option<String>,
    /// The file says itself that its sessions are one event.
    pub(super) is_one_event: bool,
    /// The athlete's.
    pub(super) timezone: TimeZone,
    pub(super) warnings: Vec<Warning>,
    pub(super) hints: Hints,
    pub(super) legs: Vec<Leg>,
}

/// One session of the file.
pub(super) struct Leg {
    pub(super) sport: Sport,
    pub(super) sub_sport: Option<String>,
    /// Its own name in the file.
    pub(super) name: Option<String>,
    /// That name, or one that we make.
    pub(super) title: String,
    pub(super) notes: Option<String>,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) totals: DeviceTotals,
    /// For matching: what the device counted. A GPX file says none: what we measure between its positions is longer
    /// by every wobble, and counts pauses.
    pub(super) stated_distance_m: Option<f64>,
    pub(super) analysis: ActivityAnalysis,
    pub(super) inputs_hash: String,
    pub(super) stream: Option<Stream>,
}

/// The samples, encoded.
pub(super) struct Stream {
    pub(super) samples: i32,
    pub(super) channels: Vec<&'static str>,
    pub(super) data: Vec<u8>,
}

/// Reads and analyses the bytes of a file on a blocking thread. What cannot be imported is a decision already; a reader
/// that panics costs only this file.
pub async fn prepare(
    context: &ImportContext,
    bytes: Arc<[u8]>,
    file_name: String,
    hints: Hints,
    owner: Owner,
) -> Result<Prepared, Decision> {
    let (limits, now) = (context.limits, context.effects.clock.now());
    guarded(move || prepare_now(&bytes, None, file_name, hints, &owner, &limits, now)).await
}

/// The same for bytes that we compressed when they were received.
pub async fn prepare_packed(
    context: &ImportContext,
    packed: Vec<u8>,
    file_name: String,
    hints: Hints,
    owner: Owner,
) -> Result<Prepared, Decision> {
    let (limits, now) = (context.limits, context.effects.clock.now());
    let work = move || match decompress(&packed, limits.max_bytes) {
        Ok(bytes) => prepare_now(&bytes, Some(packed), file_name, hints, &owner, &limits, now),
        Err(_) => Err(Decision::refused("unreadable", "its stored bytes cannot be unpacked")),
    };
    guarded(work).await
}

async fn guarded(
    work: impl FnOnce() -> Result<Prepared, Decision> + Send + 'static,
) -> Result<Prepared, Decision> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| {
        tracing::error!(event = "import.reader.panicked", error = %panic, "a reader panicked on a file");
        Err(Decision::refused("unreadable", "our reader failed on it; please report the file"))
    })
}

/// Unpacks what we compressed, in as much memory as it says that it needs and no more than allowed.
fn decompress(packed: &[u8], max_bytes: usize) -> std::io::Result<Vec<u8>> {
    let stated = zstd::bulk::Decompressor::upper_bound(packed).unwrap_or(max_bytes);
    zstd::bulk::decompress(packed, stated.min(max_bytes))
}

/// `packed` is `bytes` as we compressed them; what was not packed when it came is kept as it is.
fn prepare_now(
    bytes: &[u8],
    packed: Option<Vec<u8>>,
    file_name: String,
    hints: Hints,
    owner: &Owner,
    limits: &Limits,
    now: Timestamp,
) -> Result<Prepared, Decision> {
    let refused = |error: formats::ReadError| Decision::refused(error.code(), error);
    let unpacked = formats::unpack(bytes, limits).map_err(refused)?;
    let recording = formats::read(&unpacked, None, limits).map_err(refused)?;
    let starts = recording.sessions.iter().map(|session| session.start);
    if let Some(start) = starts.max().filter(|start| start.duration_since(now) > AHEAD) {
        return Err(refused(formats::ReadError::ImplausibleTime(start.to_string())));
    }
    let content = match (packed, &unpacked) {
        (Some(packed), Cow::Borrowed(_)) => packed,
        _ => zstd::bulk::compress(&unpacked, store::ZSTD_LEVEL)
            .map_err(|error| Decision::refused("unreadable", error))?,
    };
    let Recording { format, device, name, sessions, is_one_event, mut warnings, .. } = recording;
    let legs = sessions
        .into_iter()
        .map(|session| analyse(session, format, &hints, owner, &mut warnings))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Decision::refused("unreadable", error))?;
    Ok(Prepared {
        sha256: Sha256::digest(&unpacked).into(),
        file_name,
        size_bytes: i64::try_from(unpacked.len()).unwrap_or(i64::MAX),
        content,
        format,
        device,
        title: hints.name.clone().or(name),
        is_one_event,
        timezone: owner.timezone.clone(),
        warnings,
        hints,
        legs,
    })
}

/// Reads and analyses one session of an original again, for recomputing.
pub(super) fn analyse_again(
    packed: &[u8],
    part: i16,
    owner: &Owner,
    limits: &Limits,
    written: (Sport, Option<f64>),
) -> anyhow::Result<Leg> {
    let bytes = decompress(packed, limits.max_bytes)?;
    let recording = formats::read(&bytes, None, limits)?;
    let index = usize::try_from(part).unwrap_or(0).saturating_sub(1);
    let mut session = recording
        .sessions
        .into_iter()
        .nth(index)
        .ok_or_else(|| anyhow::anyhow!("the original has no session {part}"))?;
    session.set_sport(written.0);
    // The row has the file's own, unless the athlete wrote another or took it away.
    session.totals.rpe = written.1;
    Ok(analyse(session, recording.format, &Hints::default(), owner, &mut Vec::new())?)
}

fn analyse(
    mut session: Session,
    format: SourceFormat,
    hints: &Hints,
    owner: &Owner,
    warnings: &mut Vec<Warning>,
) -> Result<Leg, streams::StreamError> {
    if let (Sport::Other, Some(sport)) = (session.sport, &hints.sport) {
        session.set_sport(Sport::from_free_text(sport));
    }
    session.totals.rpe = hints.rpe.or(session.totals.rpe);
    if !summary::is_credible_distance(&session) {
        warnings.push(Warning {
            code: "implausible_distance".to_owned(),
            message:
                "The total distance that the file states cannot be covered in its time; it was not taken."
                    .to_owned(),
        });
    }
    let analysis = summary::analyse(&session, &owner.profile);
    let inputs_hash = summary::inputs_hash(&session, &owner.profile);
    let stream = if session.track.is_empty() {
        None
    } else {
        Some(Stream {
            samples: i32::try_from(session.track.len()).unwrap_or(i32::MAX),
            channels: session.track.channels().map(|(channel, _)| channel.as_str()).collect(),
            data: streams::encode(&session.track)?,
        })
    };
    Ok(Leg {
        sport: session.sport,
        sub_sport: session.sub_sport.take(),
        title: session
            .name
            .clone()
            .unwrap_or_else(|| title::of(session.sport, session.start, &owner.timezone)),
        name: session.name.take(),
        notes: session.notes.take(),
        start: session.start,
        end: end_of(&session),
        totals: session.totals,
        stated_distance_m: match format {
            SourceFormat::Gpx => session.totals.distance_m,
            _ => analysis.distance_m,
        }
        .filter(|distance| *distance > 0.0),
        analysis,
        inputs_hash,
        stream,
    })
}

/// The last instant: wall time, pauses included.
fn end_of(session: &Session) -> Timestamp {
    let stated = [session.totals.elapsed_s, session.totals.timer_s, session.track.time_s().last().copied()];
    let span = stated.into_iter().flatten().fold(0.0, f64::max).min(31.0 * 86_400.0);
    SignedDuration::try_from_secs_f64(span)
        .ok()
        .and_then(|span| session.start.checked_add(span).ok())
        .unwrap_or(session.start)
}
