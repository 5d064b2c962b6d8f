//! Rows that a test needs exactly so: activities, analyses, files and samples of one athlete.
//! Never here: anything that the import is tested with; that takes real files.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mainstay_db::{DbError, Tx};
use paceline_domain::model::{Channel, Track};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::world::{Athlete, World};

/// An activity to insert.
#[derive(Clone)]
pub(crate) struct Seed {
    pub(crate) sport: &'static str,
    pub(crate) start: &'static str,
    pub(crate) distance_m: Option<f64>,
    pub(crate) moving_time_s: f64,
    pub(crate) ascent_m: Option<f64>,
    pub(crate) is_race: bool,
    /// The multisport event and the leg's number.
    pub(crate) parent: Option<(Uuid, i16)>,
    pub(crate) deleted: bool,
}

impl Default for Seed {
    /// A run of 10 km in 50 minutes.
    fn default() -> Self {
        Self {
            sport: "run",
            start: "2026-06-10T06:00:00Z",
            distance_m: Some(10_000.0),
            moving_time_s: 3000.0,
            ascent_m: Some(100.0),
            is_race: false,
            parent: None,
            deleted: false,
        }
    }
}

async fn execute(world: &World, sql: &str, params: &[&(dyn ToSql + Sync)]) {
    let tx = world.db.db().write().await.unwrap();
    tx.execute(sql, params).await.unwrap();
    tx.commit().await.unwrap();
}

/// Inserts an activity without file, samples or analysis.
pub(crate) async fn activity(world: &World, who: Athlete, seed: Seed) -> Uuid {
    let id = world.effects.ids.next();
    let start: Timestamp = seed.start.parse().unwrap();
    let end = start + SignedDuration::from_secs_f64(seed.moving_time_s);
    let now = world.effects.clock.now();
    let (parent, leg) = (seed.parent.map(|parent| parent.0), seed.parent.map(|parent| parent.1));
    let deleted = seed.deleted.then_some(now);
    let sql = "insert into activity (athlete_id, id, parent_id, leg_index, sport, name, start_time, end_time, \
        source_format, elapsed_s, moving_time_s, distance_m, ascent_m, is_race, has_track, created_at, updated_at, \
        deleted_at) values ($1, $2, $3, $4, $5, 'Seeded', $6, $7, 'fit', $8, $8, $9, $10, $11, false, $12, $12, $13)";
    execute(
        world,
        sql,
        &[
            &who.id,
            &id,
            &parent,
            &leg,
            &seed.sport,
            &start,
            &end,
            &seed.moving_time_s,
            &seed.distance_m,
            &seed.ascent_m,
            &seed.is_race,
            &now,
            &deleted,
        ],
    )
    .await;
    id
}

/// What was computed from an activity.
pub(crate) async fn analysis(
    world: &World,
    who: Athlete,
    id: Uuid,
    efficiency_factor: Option<f64>,
    reasons: Value,
    load: Option<f64>,
    load_source: Option<&str>,
) {
    let now = world.effects.clock.now();
    let sql = "insert into activity_analysis (athlete_id, activity_id, algorithm_version, inputs_hash, \
        efficiency_factor, efficiency_reasons, decoupling_reasons, load, load_source, computed_at) \
        values ($1, $2, 1, 'x', $3, $4, '[]', $5, $6, $7)";
    execute(world, sql, &[&who.id, &id, &efficiency_factor, &reasons, &load, &load_source, &now]).await;
}

/// A file behind an activity, by default its primary one; returns its hash.
pub(crate) async fn source(world: &World, who: Athlete, id: Uuid, content: &[u8], file_name: &str) -> String {
    let sha256 = Sha256::digest(content).to_vec();
    let now = world.effects.clock.now();
    let packed = zstd::encode_all(content, 3).unwrap();
    let size = i64::try_from(content.len()).unwrap();
    let sql = "insert into original (athlete_id, sha256, format, file_name, size_bytes, content, created_at) \
        values ($1, $2, 'fit', $3, $4, $5, $6)";
    execute(world, sql, &[&who.id, &sha256, &file_name, &size, &packed, &now]).await;
    let totals = json!({ "distance_m": 10_000.0 });
    let sql = "insert into activity_source (athlete_id, activity_id, sha256, part, format, file_name, sport, \
        start_time, end_time, device_totals, created_at) values ($1, $2, $3, 0, 'fit', $4, 'run', $6, $6, $5, $6)";
    execute(world, sql, &[&who.id, &id, &sha256, &file_name, &totals, &now]).await;
    let sql =
        "update activity set primary_sha256 = coalesce(primary_sha256, $3) where athlete_id = $1 and id = $2";
    execute(world, sql, &[&who.id, &id, &sha256]).await;
    sha256.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As many samples, one a second, in every channel.
pub(crate) async fn stream(world: &World, who: Athlete, id: Uuid, samples: u32) {
    let times: Vec<f64> = (0..samples).map(f64::from).collect();
    let mut track = Track::try_new(times.clone()).unwrap();
    for channel in Channel::ALL {
        let wave = times.iter().map(|time| 47.123_456 + (time * 0.01).sin() * 10.0);
        track.set(channel, wave.collect()).unwrap();
    }
    samples_of(world, who, id, &track).await;
}

/// These samples, as an import writes them.
pub(crate) async fn samples_of(world: &World, who: Athlete, id: Uuid, track: &Track) {
    let data = paceline_domain::streams::encode(track).unwrap();
    let samples = i32::try_from(track.len()).unwrap();
    let channels: Vec<&str> = track.channels().map(|(channel, _)| channel.as_str()).collect();
    let sql = "with recorded as (update activity set has_track = true, channels = $4 \
        where athlete_id = $1 and id = $2 returning athlete_id, id, start_time) \
        insert into activity_stream (athlete_id, activity_id, start_time, samples, channels, data) \
        select athlete_id, id, start_time, $3, $4, $5 from recorded";
    let (data, channels) = (&data, &channels);
    let work = |tx: Arc<Tx>| async move {
        tx.execute(sql, &[&who.id, &id, &samples, channels, data]).await.map(drop)
    };
    let written: Result<(), DbError> = world.app.months.transaction(world.db.db(), work).await;
    written.unwrap();
}

/// A split by kilometre.
pub(crate) async fn split(world: &World, who: Athlete, id: Uuid, number: i32, distance_m: f64) {
    let sql = "insert into activity_split (athlete_id, activity_id, kind, split_number, start_s, distance_m, \
        elapsed_s, moving_time_s, is_partial) values ($1, $2, 'km', $3, 0, $4, 300, 300, false)";
    execute(world, sql, &[&who.id, &id, &number, &distance_m]).await;
}

/// A best effort five minutes into the activity.
pub(crate) async fn effort(world: &World, who: Athlete, id: Uuid, distance_m: f64, elapsed_s: f64) {
    let sql = "insert into best_effort (athlete_id, activity_id, distance_m, sport, elapsed_s, start_s, achieved_at) \
        select $1, $2, $3, sport, $4, 300, start_time + interval '5 minutes' \
        from activity where athlete_id = $1 and id = $2";
    execute(world, sql, &[&who.id, &id, &distance_m, &elapsed_s]).await;
}
