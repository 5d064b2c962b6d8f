//! Whether a session is stored already, and as what. The rule is `paceline_domain::matching`.
//! Never here: changing anything.

use jiff::SignedDuration;
use mainstay_db::Client;
use mainstay_db::DbError;
use paceline_domain::matching::{self, Match, Part, Summary};
use paceline_domain::model::{SourceFormat, Sport};
use uuid::Uuid;

use crate::features::uploads::store;

/// Sources that start this long before or after a session are looked at for a match.
const AROUND: SignedDuration = SignedDuration::from_hours(1);

/// A stored activity that a session is another source of.
#[derive(Debug, Clone)]
pub(in crate::features) struct Known {
    pub(in crate::features) id: Uuid,
    pub(in crate::features) parent_id: Option<Uuid>,
    pub(in crate::features) name: String,
    /// Whether the session speaks for the activity from now on.
    pub(in crate::features) takes_over: bool,
}

/// The activity that is there and that a session belongs to; never one of `taken`.
pub(in crate::features) async fn find(
    tx: &Client,
    athlete_id: Uuid,
    session: &Summary,
    taken: &[Uuid],
) -> Result<Option<Known>, DbError> {
    let since = session.start.checked_sub(AROUND).unwrap_or(session.start);
    let until = session.end.checked_add(AROUND).unwrap_or(session.end);
    let mut rows = store::find_overlapping(tx, athlete_id, since, until).await?;
    rows.retain(|row| !taken.contains(&row.activity_id));
    let stored: Vec<(Uuid, Summary)> = rows.iter().map(|row| (row.activity_id, summary(row))).collect();
    let (of, takes_over) = match matching::find_match(session, &stored) {
        Match::New => return Ok(None),
        Match::SameBytes(of) => (of, false),
        Match::SameActivity { of, takes_over } => (of, takes_over),
    };
    let row = rows.into_iter().find(|row| row.activity_id == of);
    Ok(row.map(|row| Known { id: of, parent_id: row.parent_id, name: row.name, takes_over }))
}

/// The activity that is there and that is the same as this deleted one, or as one of its legs.
pub(in crate::features) async fn find_successor(
    tx: &Client,
    athlete_id: Uuid,
    deleted_id: Uuid,
) -> Result<Option<Known>, DbError> {
    for source in store::list_sources_of(tx, athlete_id, deleted_id).await? {
        let found = find(tx, athlete_id, &summary(&source), &[deleted_id, source.activity_id]).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The place of a session in its file by the number that is stored: 0 for the only one, else counted from 1.
pub(super) fn part_of(part: i16) -> Part {
    match u16::try_from(part) {
        Ok(part) if part > 0 => Part::Leg(part - 1),
        _ => Part::Whole,
    }
}

fn summary(row: &store::SourceRow) -> Summary {
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
