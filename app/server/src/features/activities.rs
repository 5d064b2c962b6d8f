//! Activities as their athlete sees them: the list, totals over days, one activity with everything computed
//! from it, its splits, samples and files.
//!
//! What lives here: the rules of reading. The rules of changing are in `edit`, the civil days that every
//! window counts in `days`, the rounding of figures for the wire in `figures`.
//! What must never live here: how a file becomes an activity (`uploads`), formulas (`paceline-domain`).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mainstay_db::Client;
use mainstay_http::pages::cursor::KeyTime;
use mainstay_http::{List, OrProblem, PageRequest, Problem};
use paceline_domain::analysis::splits::SplitPower;
use paceline_domain::model::Channel;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::features::accounts::Principal;
use crate::features::uploads::{self, purge};
use crate::state::App;

mod change;
mod days;
mod edit;
mod figures;
mod file;
mod filters;
mod routes;
mod store;
mod views;

pub(super) use change::Change;
pub(super) use days::{DayWindow, asked_days, day_of};
pub(super) use figures::{pace_s_per_km, rounded, significant};

use filters::{Filter, Order};
pub(crate) use filters::{SortBy, SortOrder};
use routes::{SplitKind, StreamRequest};

/// The routes of this feature.
pub fn router() -> OpenApiRouter<App> {
    routes::router()
}

/// The list that its cursors are for.
const DELETED_CURSOR: &str = "activities:deleted_at";

/// The most splits, best efforts or sports that an answer holds. An ultra of 400 km has 400 splits.
const MAX_ROWS: i64 = 2_000;

/// One page of the athlete's activities.
async fn list(
    read: &Client,
    principal: &Principal,
    filter: &Filter,
    order: Order,
    page: &PageRequest,
) -> Result<List<views::ListItem>, Problem> {
    let item = |row: store::ActivityRow| views::ListItem::new(row, &principal.timezone);
    // Cursors walk the index and serve the one order that it has; every other order is counted in pages.
    let Some(number) = filters::page_number(page, order)? else {
        let from = filters::keyset_start(page, filter)?;
        let rows = store::list(read, principal.athlete_id, filter, from, page.limit.rows_to_fetch()).await?;
        let key = |row: &store::ActivityRow| (row.start_time, row.id);
        return Ok(List::keyset(filters::CURSOR, rows, page.limit, key).map(item));
    };
    let rows = store::page(read, principal.athlete_id, filter, order, page).await?;
    let total = store::count(read, principal.athlete_id, filter).await?;
    Ok(List::numbered(rows, number, page.limit, total).map(item))
}

/// One page of what the athlete deleted and can restore.
async fn list_deleted(
    app: &App,
    principal: &Principal,
    page: &PageRequest,
) -> Result<List<views::DeletedItem>, Problem> {
    uploads::refuse_page_numbers(page)?;
    let after = page.after::<(KeyTime, Uuid)>(DELETED_CURSOR)?;
    let from = after.map_or((Timestamp::MAX, Uuid::max()), |(time, id)| (time.into(), id));
    let not_before = purge::deleted_before(app.effects.clock.now());
    let read = app.db.read();
    let max_rows = page.limit.rows_to_fetch();
    let rows = store::list_deleted(&read, principal.athlete_id, not_before, from, max_rows).await?;
    let key = |row: &store::ListDeleted| (row.deleted_at, row.id);
    let item = |row: store::ListDeleted| views::DeletedItem::new(row, &principal.timezone);
    Ok(List::keyset(DELETED_CURSOR, rows, page.limit, key).map(item))
}

/// Totals of the last civil days.
async fn summary(
    read: &Client,
    principal: &Principal,
    now: Timestamp,
    days: u32,
) -> Result<views::ActivitySummary, Problem> {
    let window = DayWindow::last_days(now, &principal.timezone, days);
    let totals = store::summarise(read, principal.athlete_id, window, MAX_ROWS).await?;
    Ok(views::ActivitySummary::new(window, totals))
}

/// One activity with everything computed from it; 404 for one that is not the athlete's.
async fn find(read: &Client, principal: &Principal, id: Uuid) -> Result<views::ActivityDetail, Problem> {
    let row = store::find(read, principal.athlete_id, id).await?.or_problem(absent)?;
    detail(row, &principal.timezone)
}

fn detail(row: store::FindActivity, zone: &TimeZone) -> Result<views::ActivityDetail, Problem> {
    Ok(views::ActivityDetail::new(row, zone)?)
}

/// The splits of one kind; none is an empty list, not an error.
async fn splits(
    app: &App,
    principal: &Principal,
    id: Uuid,
    kind: SplitKind,
) -> Result<views::Splits, Problem> {
    let read = app.db.read();
    let rows = store::splits(&read, principal.athlete_id, id, kind.as_str(), MAX_ROWS).await?;
    if rows.is_empty() {
        must_exist(&read, principal, id).await?;
        return Ok(views::Splits::new(kind, rows, None));
    }
    let Some(stored) = samples(&read, principal, id, Some(Channel::PowerW)).await? else {
        return Ok(views::Splits::new(kind, rows, None));
    };
    drop(read);
    tokio::task::spawn_blocking(move || {
        let track = paceline_domain::streams::decode(&stored).internal()?;
        Ok(views::Splits::new(kind, rows, SplitPower::new(&track).as_ref()))
    })
    .await?
}

/// The samples of an activity, thinned for a chart. Without a track: no samples, not an error.
async fn streams(
    app: &App,
    principal: &Principal,
    id: Uuid,
    request: StreamRequest,
) -> Result<views::Streams, Problem> {
    let read = app.db.read();
    let Some(stored) = samples(&read, principal, id, None).await? else {
        return Ok(views::Streams::empty(id));
    };
    drop(read);
    // Unpacking the longest tracks takes tens of milliseconds, which no other request should wait for.
    tokio::task::spawn_blocking(move || {
        let track = paceline_domain::streams::decode(&stored).internal()?;
        Ok(views::Streams::new(id, &track, &request))
    })
    .await?
}

/// How often samples are looked for whose activity starts at another time each time it is asked.
const MOST_LOOKS: u32 = 3;

/// The stored samples; none where they lack the channel. They lie in the month of the activity's start, which may change
/// between the two looks, when a better source takes over.
async fn samples(
    read: &Client,
    principal: &Principal,
    id: Uuid,
    channel: Option<Channel>,
) -> Result<Option<Vec<u8>>, Problem> {
    let mut looked_at = None;
    for _ in 0..MOST_LOOKS {
        let recorded = store::recorded(read, principal.athlete_id, id).await?.or_problem(absent)?;
        let has = |channel: Channel| recorded.channels.iter().any(|name| name == channel.as_str());
        let is_lacking = recorded.channels.is_empty() || channel.is_some_and(|channel| !has(channel));
        if is_lacking || looked_at == Some(recorded.start_time) {
            return Ok(None);
        }
        let stored = store::stream(read, principal.athlete_id, id, recorded.start_time).await?;
        if stored.is_some() {
            return Ok(stored);
        }
        looked_at = Some(recorded.start_time);
    }
    Ok(None)
}

/// The fastest stretches of an activity.
async fn best_efforts(app: &App, principal: &Principal, id: Uuid) -> Result<views::BestEfforts, Problem> {
    let read = app.db.read();
    let rows = store::best_efforts(&read, principal.athlete_id, id, MAX_ROWS).await?;
    if rows.is_empty() {
        must_exist(&read, principal, id).await?;
    }
    Ok(views::BestEfforts::new(id, rows))
}

/// The bytes of a source, by default of the one that the activity is computed from.
async fn download(
    app: &App,
    principal: &Principal,
    id: Uuid,
    source: Option<[u8; 32]>,
) -> Result<file::Download, Problem> {
    let read = app.db.read();
    let found =
        store::file(&read, principal.athlete_id, id, source.as_ref().map(<[u8; 32]>::as_slice)).await?;
    let stored = found.or_problem(|_| Problem::not_found("There is no such file behind this activity."))?;
    file::Download::open(stored).internal()
}

async fn must_exist(read: &Client, principal: &Principal, id: Uuid) -> Result<(), Problem> {
    let present = store::exists(read, principal.athlete_id, id).await?;
    if present { Ok(()) } else { Err(absent("")) }
}

fn absent(_: &str) -> Problem {
    Problem::not_found("There is no activity with this id among yours.")
}
