//! What is kept of answers, for whoever runs the installation: how often it helps, what ends it, what to do about it, and
//! how to end some or all of it.
//!
//! What lives here: which figures make an answer, and what may be ended how. What they advise is in `advice`.
//! What must never live here: keys of kept answers, which tell of persons; how entries are kept (`mainstay_cache`).

use std::collections::HashMap;
use std::time::Duration;

use mainstay_cache::coherence::Tag;
use mainstay_cache::{Changed, EntryId, SharedState, Watched};
use mainstay_db::DbError;
use mainstay_http::{FieldError, Problem};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::answers;
use crate::features::accounts::Admin;
use crate::state::App;

mod advice;
mod routes;
mod views;

use advice::{Facts, Hottest};

/// The routes of this feature.
pub fn router() -> OpenApiRouter<App> {
    routes::router()
}

/// The longest list, of entries or tags, and the usual one.
const MAX_LISTED: usize = 1_000;
const LISTED: usize = 100;

/// Characters of a pattern.
const MAX_PATTERN: usize = 200;

/// Tags of one invalidation.
const MAX_TAGS: usize = 100;

/// When to try again where the cache could not be cleared.
const CLEAR_AGAIN: Duration = Duration::from_secs(30);

/// So many of the busiest tags are looked through for the one that ends the answers of a name.
const BUSIEST: usize = 1_000;

async fn stats(app: &App, _: &Admin) -> views::Stats {
    let shared = app.answers.caches().shared_state().await;
    views::Stats::new(app.answers.keeps(), app.answers.caches(), &app.answers.stats(), shared)
}

async fn tags(app: &App, _: &Admin, limit: usize) -> Result<views::Tags, Problem> {
    let names = names_of(&watched(app).await?);
    let all = app.answers.caches().top_tags(usize::MAX);
    let shown = all.iter().take(limit).map(|(tag, changes)| (shown(*tag, &names), *changes));
    Ok(views::Tags::new(all.len(), shown))
}

async fn performance_report(app: &App, _: &Admin) -> Result<views::PerformanceReport, Problem> {
    let names = names_of(&watched(app).await?);
    let caches = app.answers.caches();
    let shared = caches.shared_state().await;
    let facts = facts(app, shared, &caches.top_tags(BUSIEST), &names);
    Ok(views::PerformanceReport::new(&facts))
}

/// What advice is given on.
fn facts(
    app: &App,
    shared: Option<SharedState>,
    busiest: &[(Tag, u64)],
    names: &HashMap<Tag, String>,
) -> Facts {
    let caches = app.answers.caches();
    let sessions = (answers::SESSIONS, ["athlete", "login_session"].as_slice());
    let reads = answers::ALL.iter().map(|read| (read.name, read.tables)).chain([sessions]);
    // The busiest come first.
    let hottest = reads.filter_map(|(name, tables)| {
        let tags: Vec<Tag> = tables.iter().flat_map(|table| Changed::Table(table).tags()).collect();
        let (tag, changes) = busiest.iter().find(|(tag, _)| tags.contains(tag))?;
        Some((name, Hottest { tag: shown(*tag, names), changes: *changes }))
    });
    Facts {
        is_keeping: app.answers.keeps(),
        names: app.answers.stats(),
        hottest: hottest.collect(),
        max_bytes: app.config.answers.max_bytes,
        age: caches.age(),
        bound: caches.bound(),
        polls: caches.poll_stats(),
        shared,
    }
}

async fn watched(app: &App) -> Result<Vec<Watched>, Problem> {
    Ok(app.answers.caches().watched(&app.db.read_from_primary()).await?)
}

/// The tags of whole tables are known; those of owners and rows are hashes, of which nobody can tell whose they are.
fn names_of(watched: &[Watched]) -> HashMap<Tag, String> {
    let named = |table: &Watched| {
        let name = format!("table:{}", table.table);
        Tag::of_table(&table.table).map(|tag| (tag, name.clone()))
    };
    watched.iter().flat_map(named).collect()
}

fn shown(tag: Tag, names: &HashMap<Tag, String>) -> String {
    names.get(&tag).cloned().unwrap_or_else(|| format!("{:016x}", tag.hash()))
}

async fn keys(app: &App, _: &Admin, pattern: String, limit: usize) -> Result<views::Keys, Problem> {
    let caches = app.answers.caches().clone();
    let found = looking(move || caches.entries(&pattern, limit)).await?;
    Ok(views::Keys::new(found))
}

async fn key(app: &App, _: &Admin, id: &str) -> Result<views::Key, Problem> {
    let (caches, id) = (app.answers.caches().clone(), entry_id(id)?);
    let found = looking(move || caches.entry(&id)).await?;
    found.map(views::Key::from).ok_or_else(no_entry)
}

async fn remove_key(app: &App, _: &Admin, id: &str) -> Result<views::Removed, Problem> {
    let (caches, id) = (app.answers.caches().clone(), entry_id(id)?);
    let deleted = looking(move || caches.remove_entry(&id)).await?;
    if deleted { Ok(views::Removed { deleted }) } else { Err(no_entry()) }
}

/// Looks through entries on a thread for which nobody else waits.
async fn looking<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(look).await.map_err(Problem::internal)
}

fn entry_id(text: &str) -> Result<EntryId, Problem> {
    EntryId::parse(text).ok_or_else(|| {
        let message = "Must be a name, a dot and sixteen hexadecimal digits, as `/v1/cache/keys` lists them.";
        let error = FieldError::new("/key", "malformed", message);
        Problem::bad_request("invalid_path", "The address was refused; `errors` says why.")
            .with_errors(vec![error])
    })
}

fn no_entry() -> Problem {
    Problem::not_found("This process keeps no such entry.")
}

/// What is to be ended, and by what it was named.
#[derive(Debug)]
enum Wish {
    Tags(Vec<String>),
    Table(String),
}

async fn invalidate(app: &App, _: &Admin, wish: Wish) -> Result<views::Invalidated, Problem> {
    let watched = watched(app).await?;
    let (by, tags) = match &wish {
        Wish::Tags(written) => (views::InvalidatedBy::Tags, tags_of(written, &watched)?),
        Wish::Table(table) if watched.iter().any(|known| known.table == *table) => {
            (views::InvalidatedBy::Table, Changed::Table(table).tags())
        }
        Wish::Table(_) => return Err(Problem::unprocessable(vec![unknown_table("/table_name", &watched)])),
    };
    app.answers.caches().invalidate(&tags).await?;
    Ok(views::Invalidated::new(by, tags.len(), app.answers.caches().bound()))
}

fn tags_of(written: &[String], watched: &[Watched]) -> Result<Vec<Tag>, Problem> {
    if written.is_empty() || written.len() > MAX_TAGS {
        let message = format!("Must be 1 to {MAX_TAGS} tags.");
        return Err(Problem::unprocessable(vec![FieldError::new("/tags", "out_of_range", message)]));
    }
    let (mut tags, mut errors) = (Vec::new(), Vec::new());
    for (place, text) in written.iter().enumerate() {
        match tags_written(text, &format!("/tags/{place}"), watched) {
            Ok(found) => tags.extend(found),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(Problem::unprocessable(errors));
    }
    tags.sort_unstable();
    tags.dedup();
    Ok(tags)
}

fn tags_written(text: &str, pointer: &str, watched: &[Watched]) -> Result<Vec<Tag>, FieldError> {
    let malformed = |message| FieldError::new(pointer, "malformed", message);
    let changed = Changed::parse(text).ok_or_else(|| {
        malformed(
            "Must be `table:TABLE`, `owner:TABLE:ID`, `row:TABLE:OWNER:ID` or a tag that `/v1/cache/tags` lists.",
        )
    })?;
    if changed.table().is_some_and(|table| watched.iter().all(|known| known.table != table)) {
        return Err(unknown_table(pointer, watched));
    }
    // Every owner and every key is a UUID here; written otherwise it would be another tag, which ends nothing.
    let uuid = |text: &str| Uuid::try_parse(text).map_err(|_| malformed("Owners and keys are UUIDs."));
    Ok(match changed {
        Changed::Table(_) | Changed::Hash(_) => changed.tags(),
        Changed::Owner(table, owner) => Changed::Owner(table, &uuid(owner)?.to_string()).tags(),
        Changed::Row(table, owner, key) => {
            Changed::Row(table, &uuid(owner)?.to_string(), &uuid(key)?.to_string()).tags()
        }
    })
}

fn unknown_table(pointer: &str, watched: &[Watched]) -> FieldError {
    let known: Vec<&str> = watched.iter().map(|known| known.table.as_str()).collect();
    FieldError::new(
        pointer,
        "unknown_table",
        format!("Nothing is kept of it. Known are: {}.", known.join(", ")),
    )
}

async fn clear(app: &App, _: &Admin) -> Result<views::Cleared, Problem> {
    match app.answers.caches().clear_everywhere().await {
        Ok(cleared) => Ok(views::Cleared::new(cleared, app.answers.caches().bound())),
        Err(DbError::LockTimeout(_)) => {
            let text = "Somebody reads the table of the cache's lives in a long transaction, a dump perhaps. Nothing was \
                        cleared.";
            Err(Problem::unavailable(CLEAR_AGAIN, text).coded("write_conflict"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn warm(app: &App, _: &Admin) -> views::Warmed {
    answers::warming::warm(app, app.config.answers.warm_most).await.into()
}
