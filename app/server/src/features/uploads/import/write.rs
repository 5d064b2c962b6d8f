//! What an import writes, in the caller's transaction. Never here: reading files, commits.

use std::collections::BTreeSet;

use deadpool_postgres::Client;
use jiff::{SignedDuration, Timestamp};
use mainstay_db::DbError;
use paceline_domain::matching::{self, Match, Part, Summary};
use paceline_domain::model::{SourceFormat, Sport};
use uuid::Uuid;

use super::{ImportContext, Leg, Prepared};
use crate::features::uploads::{Decision, Outcome, store};

/// Sources that start this long before or after a session are looked at for a match.
const AROUND: SignedDuration = SignedDuration::from_hours(1);

/// Writes a prepared file for the athlete and says what became of it. Nothing is written for a duplicate.
///
/// Locks the athlete's row first: imports of one athlete take turns, so that two files of one session that arrive at
/// the same time cannot both be new.
pub async fn write(
    context: &ImportContext,
    tx: &Client,
    athlete_id: Uuid,
    prepared: Prepared,
) -> Result<Decision, DbError> {
    store::lock_athlete(tx, athlete_id).await?;
    if let Some(known) = store::find_source(tx, athlete_id, &prepared.sha256).await? {
        return Ok(duplicate(&known));
    }
    let writer = Writer { context, tx, athlete_id, now: context.effects.clock.now(), file: &prepared };
    writer.write().await
}

fn duplicate(known: &store::KnownSource) -> Decision {
    let message = if known.is_deleted {
        format!("duplicate of {}, which was deleted and can be restored", known.name)
    } else {
        format!("duplicate of {}", known.name)
    };
    Decision {
        outcome: Outcome::Duplicate,
        activity_id: Some(known.parent_id.unwrap_or(known.activity_id)),
        reason: None,
        message: Some(message),
        warnings: Vec::new(),
    }
}

/// One file on its way into the tables.
struct Writer<'a> {
    context: &'a ImportContext,
    tx: &'a Client,
    athlete_id: Uuid,
    now: Timestamp,
    file: &'a Prepared,
}

/// A stored activity that a leg is another source of.
#[derive(Clone)]
struct Known {
    id: Uuid,
    parent_id: Option<Uuid>,
    name: String,
    takes_over: bool,
}

impl Writer<'_> {
    async fn write(&self) -> Result<Decision, DbError> {
        let file = self.file;
        let mut known = Vec::new();
        for (index, leg) in file.legs.iter().enumerate() {
            known.push(self.find_known(index, leg).await?);
        }
        let format = file.format.as_str();
        store::insert_original(self.tx, self.athlete_id, file, format, self.now).await?;
        let is_single = file.legs.len() == 1;
        let all_known = known.iter().all(Option::is_some);
        let parent = if is_single { None } else { Some(self.parent(&known).await?) };
        for (index, (leg, known)) in file.legs.iter().zip(&known).enumerate() {
            self.write_leg(index, leg, known.as_ref(), parent).await?;
        }
        let first_known = known.into_iter().flatten().next();
        let (outcome, message) = match &first_known {
            Some(first) if all_known => (Outcome::Merged, Some(format!("merged into {}", first.name))),
            _ => (Outcome::Imported, None),
        };
        let activity_id = parent.or(first_known.map(|first| first.id)).or(self.first_id(is_single));
        Ok(Decision { outcome, activity_id, reason: None, message, warnings: file.warnings.clone() })
    }

    /// The id that the only leg of a new file was written with: ids are derived, so that no state is carried around.
    fn first_id(&self, is_single: bool) -> Option<Uuid> {
        is_single.then(|| self.leg_id(0))
    }

    /// A new leg's id: made from the file's hash, and time-ordered by the leg's start, so that the same file imported
    /// into an empty account always gets the same ids.
    fn leg_id(&self, index: usize) -> Uuid {
        let millis = u64::try_from(self.file.legs[index].start.as_millisecond()).unwrap_or(0);
        let mut bits = [0; 10];
        bits.copy_from_slice(&self.file.sha256[..10]);
        bits[9] = bits[9].wrapping_add(u8::try_from(index).unwrap_or(u8::MAX)).wrapping_add(1);
        uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
    }

    /// The parent's id, like [`Self::leg_id`].
    fn parent_id(&self) -> Uuid {
        let millis = u64::try_from(self.file.legs[0].start.as_millisecond()).unwrap_or(0);
        let mut bits = [0; 10];
        bits.copy_from_slice(&self.file.sha256[10..20]);
        uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
    }

    fn part(&self, index: usize) -> i16 {
        if self.file.legs.len() == 1 { 0 } else { i16::try_from(index + 1).unwrap_or(i16::MAX) }
    }

    fn summary(&self, index: usize, leg: &Leg) -> Summary {
        Summary {
            start: leg.start,
            end: leg.end,
            sport: leg.sport,
            distance_m: leg.stated_distance_m,
            format: self.file.format,
            sha256: self.file.sha256,
            part: part_of(self.part(index)),
        }
    }

    async fn find_known(&self, index: usize, leg: &Leg) -> Result<Option<Known>, DbError> {
        let since = leg.start.checked_sub(AROUND).unwrap_or(leg.start);
        let until = leg.end.checked_add(AROUND).unwrap_or(leg.end);
        let rows = store::find_overlapping(self.tx, self.athlete_id, since, until).await?;
        let stored: Vec<(Uuid, Summary)> =
            rows.iter().map(|row| (row.activity_id, stored_summary(row))).collect();
        let (of, takes_over) = match matching::find_match(&self.summary(index, leg), &stored) {
            Match::New => return Ok(None),
            Match::SameBytes(of) => (of, false),
            Match::SameActivity { of, takes_over } => (of, takes_over),
        };
        let row = rows.into_iter().find(|row| row.activity_id == of);
        Ok(row.map(|row| Known { id: of, parent_id: row.parent_id, name: row.name, takes_over }))
    }

    /// The parent of the legs: one that is there, else a new one.
    async fn parent(&self, known: &[Option<Known>]) -> Result<Uuid, DbError> {
        let parents: BTreeSet<Uuid> = known.iter().flatten().filter_map(|known| known.parent_id).collect();
        if let Some(parent) = parents.into_iter().next() {
            return Ok(parent);
        }
        let id = self.parent_id();
        store::insert_parent(self.tx, self.athlete_id, id, self.file, &self.parent_title(), self.now).await?;
        Ok(id)
    }

    fn parent_title(&self) -> String {
        let sports: BTreeSet<Sport> =
            self.file.legs.iter().map(|leg| leg.sport).filter(|sport| *sport != Sport::Transition).collect();
        let triathlon =
            [Sport::Run, Sport::Cycling, Sport::Swimming].iter().all(|sport| sports.contains(sport));
        let fallback = if triathlon { "Triathlon" } else { "Multisport event" };
        self.file.title.clone().unwrap_or_else(|| fallback.to_owned())
    }

    async fn write_leg(
        &self,
        index: usize,
        leg: &Leg,
        known: Option<&Known>,
        parent: Option<Uuid>,
    ) -> Result<(), DbError> {
        let leg_index = parent.map(|_| i16::try_from(index).unwrap_or(i16::MAX));
        let id = match known {
            None => {
                let id = self.leg_id(index);
                let place = store::Place { id, parent_id: parent, leg_index };
                store::insert_activity(self.tx, self.athlete_id, &place, self.file, leg, self.now).await?;
                self.write_computed(id, leg).await?;
                id
            }
            Some(known) => {
                if let (Some(parent), Some(leg_index), None) = (parent, leg_index, known.parent_id) {
                    store::adopt_leg(self.tx, self.athlete_id, known.id, parent, leg_index, self.now).await?;
                }
                if known.takes_over {
                    store::update_measured(self.tx, self.athlete_id, known.id, self.file, leg, self.now)
                        .await?;
                    self.write_computed(known.id, leg).await?;
                }
                known.id
            }
        };
        store::insert_source(self.tx, self.athlete_id, id, self.part(index), self.file, leg, self.now)
            .await?;
        Ok(())
    }

    async fn write_computed(&self, id: Uuid, leg: &Leg) -> Result<(), DbError> {
        write_computed(self.tx, self.athlete_id, id, leg, self.context.effects.clock.now()).await
    }
}

/// Replaces everything that was computed from an activity.
pub(in crate::features::uploads) async fn write_computed(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    leg: &Leg,
    now: Timestamp,
) -> Result<(), DbError> {
    store::delete_computed(tx, athlete_id, id).await?;
    store::insert_splits(tx, athlete_id, id, &leg.analysis).await?;
    store::insert_best_efforts(tx, athlete_id, id, leg).await?;
    store::insert_stream(tx, athlete_id, id, leg).await?;
    store::insert_analysis(tx, athlete_id, id, leg, now).await?;
    Ok(())
}

fn part_of(part: i16) -> Part {
    match u16::try_from(part) {
        Ok(part) if part > 0 => Part::Leg(part - 1),
        _ => Part::Whole,
    }
}

fn stored_summary(row: &store::SourceRow) -> Summary {
    let format = [SourceFormat::Fit, SourceFormat::Tcx, SourceFormat::Gpx]
        .into_iter()
        .find(|format| format.as_str() == row.format)
        .unwrap_or(SourceFormat::Manual);
    // A manual entry has no bytes; its id identifies it as well.
    let mut sha256 = [0; 32];
    match &row.sha256 {
        Some(hash) if hash.len() == sha256.len() => sha256.copy_from_slice(hash),
        _ => sha256[..16].copy_from_slice(row.activity_id.as_bytes()),
    }
    Summary {
        start: row.start_time,
        end: row.end_time,
        sport: Sport::from_wire(&row.sport).unwrap_or(Sport::Other),
        distance_m: row.distance_m.filter(|distance| *distance > 0.0),
        format,
        sha256,
        part: part_of(i16::try_from(row.part).unwrap_or(0)),
    }
}
