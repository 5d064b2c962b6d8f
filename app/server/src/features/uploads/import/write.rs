//! What an import writes, in the caller's transaction. Never here: reading files, commits.

use std::ops::Range;

use jiff::Timestamp;
use mainstay_db::{DbError, Tx};
use paceline_domain::matching::Summary;
use paceline_domain::model::Sport;
use uuid::Uuid;

use super::events::events;
use super::known::{self, Known};
use super::standing::{Joining, Standing};
use super::{ImportContext, Leg, Prepared, title};
use crate::events::{self as told, Activity, ActivityCreated, ActivityUpdated, Origin};
use crate::features::uploads::{Decision, Outcome, purge, recompute, store};

/// Writes a prepared file for the athlete and says what became of it. Nothing is written for a duplicate.
///
/// The caller holds the athlete's row: imports of one athlete take turns, so that two files of one session that arrive
/// at the same time cannot both be new.
pub async fn write(
    context: &ImportContext,
    tx: &Tx,
    athlete_id: Uuid,
    prepared: &Prepared,
) -> Result<Decision, DbError> {
    let now = context.effects.clock.now();
    let deleted_before = purge::deleted_before(now);
    if let Some(known) = store::find_source(tx, athlete_id, &prepared.sha256, deleted_before).await? {
        if !known.is_expired {
            return Ok(duplicate(&known));
        }
        // It cannot come back, and ids are made from the bytes: what is left of it would be in the way.
        purge::purge_locked(tx, athlete_id, deleted_before).await?;
        if let Some(known) = store::find_source(tx, athlete_id, &prepared.sha256, deleted_before).await? {
            return Ok(duplicate(&known));
        }
    }
    Writer { context, tx, athlete_id, now, file: prepared }.write().await
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
    tx: &'a Tx,
    athlete_id: Uuid,
    now: Timestamp,
    file: &'a Prepared,
}

/// The event that a leg belongs to, and its place there.
#[derive(Clone, Copy)]
struct Event {
    parent_id: Uuid,
    leg_index: i16,
}

impl Writer<'_> {
    async fn write(&self) -> Result<Decision, DbError> {
        let file = self.file;
        let mut known: Vec<Option<Known>> = Vec::new();
        for (index, leg) in file.legs.iter().enumerate() {
            // Two sessions of one file are never one activity.
            let taken: Vec<Uuid> = known.iter().flatten().map(|known| known.id).collect();
            known.push(known::find(self.tx, self.athlete_id, &self.summary(index, leg), &taken).await?);
        }
        store::insert_original(self.tx, self.athlete_id, file, file.format.as_str(), self.now).await?;
        let spans: Vec<_> = file.legs.iter().map(|leg| (leg.start, leg.end)).collect();
        let events = events(&spans, file.is_one_event);
        let title = file.title.as_deref().filter(|_| events.len() == 1);
        let mut ids = Vec::new();
        for event in &events {
            ids.push(self.write_event(event.clone(), &known[event.clone()], title).await?);
        }
        self.tell(&events, &known, &ids).await?;
        let all_known = known.iter().all(Option::is_some);
        let first_known = known.iter().flatten().next();
        let (outcome, message) = match first_known {
            Some(first) if all_known => (Outcome::Merged, Some(format!("merged into {}", first.name))),
            _ if events.len() > 1 => (Outcome::Imported, Some(format!("{} activities", events.len()))),
            _ => (Outcome::Imported, None),
        };
        Ok(Decision {
            outcome,
            activity_id: ids.into_iter().next(),
            reason: None,
            message,
            warnings: file.warnings.clone(),
        })
    }

    /// One statement for those that are new, and one for those that were there, if there are any.
    async fn tell(
        &self,
        sessions: &[Range<usize>],
        known: &[Option<Known>],
        ids: &[Uuid],
    ) -> Result<(), DbError> {
        let (mut created, mut updated) = (Vec::new(), Vec::new());
        for (sessions, id) in sessions.iter().zip(ids) {
            let there = known[sessions.clone()].iter().flatten();
            let parent_id = there.clone().find_map(|known| known.parent_id);
            let activity = Activity { athlete_id: self.athlete_id, activity_id: parent_id.unwrap_or(*id) };
            // Known legs without an event become one that is new.
            let is_known = parent_id.is_some() || (sessions.len() == 1 && there.count() == 1);
            match is_known {
                true => updated.push(ActivityUpdated { activity }),
                false => created.push(ActivityCreated { activity, origin: Origin::File }),
            }
        }
        told::tell(self.tx, &created).await?;
        told::tell(self.tx, &updated).await
    }

    /// Writes sessions that are one event, and returns the activity that shows it.
    async fn write_event(
        &self,
        sessions: Range<usize>,
        known: &[Option<Known>],
        title: Option<&str>,
    ) -> Result<Uuid, DbError> {
        if let [known] = known {
            let first = sessions.start;
            let id = self.write_leg(first, known.as_ref(), None, title).await?;
            if let Some(parent_id) = known.as_ref().and_then(|known| known.parent_id) {
                store::refresh_parent(self.tx, self.athlete_id, parent_id, self.now).await?;
            }
            return Ok(id);
        }
        let there = known.iter().flatten().find_map(|known| known.parent_id);
        let parent_id = match there {
            Some(parent_id) => parent_id,
            None => self.insert_parent(sessions.clone(), title).await?,
        };
        for ((index, known), leg_index) in sessions.zip(known).zip(0_i16..) {
            let event = Event { parent_id, leg_index };
            self.write_leg(index, known.as_ref(), Some(event), None).await?;
        }
        store::refresh_parent(self.tx, self.athlete_id, parent_id, self.now).await?;
        Ok(parent_id)
    }

    async fn insert_parent(&self, sessions: Range<usize>, title: Option<&str>) -> Result<Uuid, DbError> {
        let id = self.parent_id(sessions.start);
        let legs = &self.file.legs[sessions];
        let sports: Vec<Sport> = legs.iter().map(|leg| leg.sport).collect();
        let title = title.map_or_else(|| title::of_event(&sports), str::to_owned);
        let start = legs.first().map_or(self.now, |leg| leg.start);
        store::insert_parent(self.tx, self.athlete_id, id, self.file, &title, start, self.now).await?;
        Ok(id)
    }

    /// A new leg's id: made from the file's hash, and time-ordered by the leg's start, so that the same file imported
    /// into an empty account always gets the same ids.
    fn leg_id(&self, index: usize) -> Uuid {
        let mut bits = [0; 10];
        bits.copy_from_slice(&self.file.sha256[..10]);
        bits[9] = bits[9].wrapping_add(u8::try_from(index).unwrap_or(u8::MAX)).wrapping_add(1);
        self.id_from(index, &bits)
    }

    /// The id of the parent whose first leg this is, like [`Self::leg_id`].
    fn parent_id(&self, index: usize) -> Uuid {
        let mut bits = [0; 10];
        bits.copy_from_slice(&self.file.sha256[10..20]);
        bits[9] = bits[9].wrapping_add(u8::try_from(index).unwrap_or(u8::MAX));
        self.id_from(index, &bits)
    }

    fn id_from(&self, index: usize, bits: &[u8; 10]) -> Uuid {
        let millis = u64::try_from(self.file.legs[index].start.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, bits).into_uuid()
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
            part: known::part_of(self.part(index)),
        }
    }

    async fn write_leg(
        &self,
        index: usize,
        known: Option<&Known>,
        event: Option<Event>,
        title: Option<&str>,
    ) -> Result<Uuid, DbError> {
        let (tx, athlete_id, file, leg) = (self.tx, self.athlete_id, self.file, &self.file.legs[index]);
        let Some(known) = known else {
            let id = self.leg_id(index);
            let place = store::Place {
                id,
                parent_id: event.map(|event| event.parent_id),
                leg_index: event.map(|event| event.leg_index),
            };
            store::insert_activity(tx, athlete_id, &place, file, leg, title, self.now).await?;
            store::insert_source(tx, athlete_id, id, self.part(index), file, leg, self.now).await?;
            store::insert_computed(tx, athlete_id, id, leg, self.now).await?;
            return Ok(id);
        };
        if let (Some(event), None) = (event, known.parent_id) {
            store::adopt_leg(tx, athlete_id, known.id, event.parent_id, event.leg_index, self.now).await?;
        }
        store::insert_source(tx, athlete_id, known.id, self.part(index), file, leg, self.now).await?;
        self.join(known, leg, title).await?;
        Ok(known.id)
    }

    /// Another source joins an activity: it says what nobody said so far and, if it is the best, speaks for it.
    async fn join(&self, known: &Known, leg: &Leg, title: Option<&str>) -> Result<(), DbError> {
        let (tx, athlete_id, file) = (self.tx, self.athlete_id, self.file);
        let before = store::find_standing(tx, athlete_id, known.id).await?;
        let source = Joining {
            leg,
            hints: &file.hints,
            title,
            timezone: &file.timezone,
            takes_over: known.takes_over,
        };
        let after = before.joined_by(&source);
        if after != before {
            store::update_standing(tx, athlete_id, known.id, &after, self.now).await?;
        }
        let speaks = |standing: &Standing| (standing.sport, standing.rpe);
        if known.takes_over {
            store::update_measured(tx, athlete_id, known.id, file, leg, self.now).await?;
        }
        if known.takes_over && speaks(&after) == (leg.sport, leg.totals.rpe) {
            recompute::replace(tx, athlete_id, known.id, leg, self.now).await
        } else if known.takes_over || speaks(&after) != speaks(&before) {
            // The sport or the effort is not the file's own: what follows from them is computed anew.
            let again = recompute::compute_again(self.context, tx, athlete_id, known.id).await?;
            if let Err(error) = again {
                tracing::warn!(
                    event = "import.join.not_computed",
                    activity.id = %known.id,
                    error,
                    "an activity that another source joined could not be computed again"
                );
            }
            Ok(())
        } else {
            Ok(())
        }
    }
}
