//! Every answer that is kept: its name, the tables that it is made from, how long. Never here: what it says (its feature),
//! whether it is fresh (`mainstay_cache`). A read that is kept stands in [`ALL`], whose members the tests hold against every
//! row and column that they can read.

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mainstay_cache::coherence::Tag;
use mainstay_cache::{Cache, Caches, Freshness, NameStats};
use mainstay_db::{Db, Read};
use mainstay_http::Problem;
use mainstay_http::caching::{Answers, Kept, Question, Target};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use self::config::Life;
use crate::config::Config;
use crate::features::accounts::{Principal, Standing};

pub mod config;
pub mod warming;

/// A read whose answers are kept. They are those of one athlete, and made from nothing but that athlete's rows of the
/// tables, the time zone, the day, and what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptRead {
    /// The name, in metrics too.
    pub name: &'static str,
    /// Where it is asked for, by GET; what stands in braces is an id.
    pub paths: &'static [&'static str],
    /// What it reads, all of it watched (`mainstay.cache_watch`).
    pub tables: &'static [&'static str],
    life: Life,
}

const fn read(
    name: &'static str,
    paths: &'static [&'static str],
    tables: &'static [&'static str],
    life: Life,
) -> KeptRead {
    KeptRead { name, paths, tables, life }
}

impl KeptRead {
    /// Whether a GET of this path asks for it.
    fn is_asked_for_at(&self, path: &str) -> bool {
        let is_like = |(wanted, found): (&str, &str)| match wanted.starts_with('{') {
            true => Uuid::try_parse(found).is_ok(),
            false => wanted == found,
        };
        self.paths.iter().any(|wanted| {
            wanted.split('/').count() == path.split('/').count()
                && wanted.split('/').zip(path.split('/')).all(is_like)
        })
    }
}

/// A page of activities.
pub const ACTIVITIES: KeptRead = read("activities", &["/v1/activities"], &["activity"], Life::List);

/// Totals of the last days.
pub const SUMMARY: KeptRead = read("summary", &["/v1/activities/summary"], &["activity"], Life::Default);

/// One activity.
pub const ACTIVITY: KeptRead = read(
    "activity",
    &["/v1/activities/{id}"],
    &["activity", "athlete", "activity_analysis", "activity_source", "activity_split"],
    Life::Default,
);

/// Trends of efficiency.
pub const TRENDS: KeptRead = read(
    "trends",
    &["/v1/analytics/efficiency-trends"],
    &["activity", "athlete", "activity_analysis"],
    Life::Trend,
);

/// The training load today.
pub const LOAD: KeptRead =
    read("load", &["/v1/training-load/current"], &["activity", "activity_analysis"], Life::Default);

/// The training load of the last days.
pub const LOAD_HISTORY: KeptRead =
    read("load_history", &["/v1/training-load/history"], &["activity", "activity_analysis"], Life::Default);

/// One's own profile.
pub const PROFILE: KeptRead = read("profile", &["/v1/athletes/me"], &["athlete"], Life::Default);

/// Personal bests.
pub const PERSONAL_BESTS: KeptRead = read(
    "personal_bests",
    &["/v1/athletes/me/personal-bests", "/v1/athletes/{id}/personal-bests"],
    &["best_effort", "activity"],
    Life::Default,
);

/// All of them.
pub const ALL: [KeptRead; 8] =
    [ACTIVITIES, SUMMARY, ACTIVITY, TRENDS, LOAD, LOAD_HISTORY, PROFILE, PERSONAL_BESTS];

/// The name under which sessions are kept; they are made from a row of `login_session` and one of `athlete`.
pub const SESSIONS: &str = "sessions";

/// All that is kept, by name.
pub struct Shelf {
    caches: Caches,
    db: Db,
    is_enabled: bool,
    routes: Vec<(KeptRead, Answers)>,
    /// Whose turn it is to warm.
    warming: tokio::sync::Mutex<()>,
    /// By account and session. Their bytes never leave the process.
    pub(crate) sessions: Cache<(Uuid, Uuid), Option<Standing>>,
}

/// What nodes of another make must not take over: another program, or another length of pages. Where nodes share nothing,
/// nobody asks.
fn make(config: &Config) -> io::Result<u32> {
    if config.cache.redis.url.is_empty() {
        return Ok(0);
    }
    let mut digest = Sha256::new();
    digest.update(std::fs::read(std::env::current_exe()?)?);
    digest.update(format!("{:?}", config.http.pages));
    Ok(digest.finalize().first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes)))
}

impl Shelf {
    /// Empty. An account itself, with its address, is not shared with other nodes.
    pub fn new(caches: &Caches, db: &Db, config: &Config) -> Self {
        let answers = &config.answers;
        let make = make(config).inspect_err(|error| {
            tracing::warn!(error = %error, "the program cannot be read; nothing is shared with other nodes");
        });
        let kept = |read: KeptRead| {
            let life = answers.of(read.life);
            let cache = match make {
                Ok(make) if read != PROFILE => caches.shared_cache(read.name, make, life),
                _ => caches.cache(read.name, life),
            };
            (read, Answers::new(cache.noted(), "paceline-l1", "paceline-l2"))
        };
        Self {
            caches: caches.clone(),
            db: db.clone(),
            is_enabled: config.cache.enabled,
            routes: ALL.into_iter().map(kept).collect(),
            warming: tokio::sync::Mutex::default(),
            sessions: caches.cache(SESSIONS, answers.of(Life::Session)),
        }
    }

    /// The kept answer for the athlete, or what `load` reads from the primary that it is given. Where reads go to replicas, a
    /// session that has seen more than this node knows to be in what it keeps reads as if nothing were kept, from a replica
    /// that has as much. The answer is that of `now` and of no other day: whatever `load` knows of the time is this.
    ///
    /// `load` may run behind the answer, so that it owns what it needs. The athlete is handed on to it: a hit copies nothing.
    pub(crate) async fn answer<T: Serialize, Loading>(
        &self,
        read: KeptRead,
        who: Principal,
        (target, now): (Target, Timestamp),
        load: impl FnOnce(Read, Principal) -> Loading + Send + 'static,
    ) -> Result<Kept<T>, Problem>
    where
        Loading: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let (answers, freshness) = (self.answers(read)?, self.freshness());
        let is_kept = freshness != Freshness::Bypass || self.db.replicas().is_none();
        if !self.is_enabled || !is_kept {
            // Apart, so that what is served at once needs no place for it.
            return answers.unkept(&Box::pin(load(self.db.read(), who)).await?);
        }
        let (athlete_id, tables) = (who.athlete_id, read.tables);
        let (zone, today) = (zone_name(&who.timezone), day_number(now, &who.timezone));
        let question = Question::new(athlete_id, target, zone, today);
        let tags = move || tags_of(tables, athlete_id);
        answers.answer(&question, tags, freshness, move |from| load(from, who)).await
    }

    /// An answer that two statements make, between which a commit may fall: it is read each time.
    pub(crate) async fn unkept<T: Serialize, Loading>(
        &self,
        read: KeptRead,
        who: Principal,
        load: impl FnOnce(Read, Principal) -> Loading,
    ) -> Result<Kept<T>, Problem>
    where
        Loading: Future<Output = Result<T, Problem>>,
    {
        self.answers(read)?.unkept(&load(self.db.read(), who).await?)
    }

    fn answers(&self, read: KeptRead) -> Result<&Answers, Problem> {
        let found = self.routes.iter().find(|(kept, _)| *kept == read);
        found
            .map(|(_, answers)| answers)
            .ok_or_else(|| Problem::internal(format!("{} is not kept", read.name)))
    }

    /// What each name has done.
    pub fn stats(&self) -> Vec<NameStats> {
        self.caches.stats()
    }

    /// How old the node's knowledge of changes is; `None` where it keeps nothing.
    pub fn age(&self) -> Option<Duration> {
        self.caches.age()
    }

    /// How fresh what the session of the running task reads must be. Nobody is asked to hear sooner of what it has seen on a
    /// replica: while a transaction runs for long, each read would ask in vain.
    pub(crate) fn freshness(&self) -> Freshness {
        if !self.is_enabled {
            return Freshness::Bypass;
        }
        match self.caches.freshness() {
            Freshness::NotBehind { .. } => Freshness::Bypass,
            freshness => freshness,
        }
    }

    /// Whether anything is kept.
    pub(crate) fn keeps(&self) -> bool {
        self.is_enabled
    }

    /// The cache of this process, of which this is a part.
    pub fn caches(&self) -> &Caches {
        &self.caches
    }
}

/// A number that no other civil day has.
fn day_number(now: Timestamp, zone: &TimeZone) -> i32 {
    let day = zone.to_datetime(now).date();
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}

fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// All rows of an athlete in these tables.
fn tags_of(tables: &[&str], athlete_id: Uuid) -> Vec<Tag> {
    let owner = athlete_id.to_string();
    tables.iter().flat_map(|table| Tag::of_owner(table, &owner)).collect()
}

/// A session and its account.
pub(crate) fn tags_of_session(athlete_id: Uuid, session_id: Uuid) -> Vec<Tag> {
    let (athlete, session) = (athlete_id.to_string(), session_id.to_string());
    let mut tags = Tag::of_owner("athlete", &athlete).to_vec();
    tags.extend(Tag::of_row("login_session", &athlete, &session));
    tags
}
