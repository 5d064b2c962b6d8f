//! A job followed over one answer: events as they come, and the end. It holds no connection of the database while it waits.
//! Never here: how changes are seen (`mainstay_jobs::Watch`), what an event says (`views`).

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use http::{HeaderName, HeaderValue, StatusCode};
use mainstay_db::DbError;
use mainstay_http::Problem;
use mainstay_jobs::{Seen, State, Watching};
use mainstay_runtime::Stop;
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::Viewer;
use super::views::Item;
use crate::features::accounts::Principal;
use crate::state::App;

/// A stream in which nothing happens says so.
const COMMENT_EVERY: Duration = Duration::from_secs(15);

/// A browser that lost its stream comes back after this.
const AGAIN: Duration = Duration::from_secs(2);

/// Whoever finds no place tries again after this.
const PLACE_AGAIN: Duration = Duration::from_secs(10);

/// Proxies that would gather an answer are told to pass it on as it comes.
const UNGATHERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// The events of a job from now on, or since the last that was read.
pub(super) async fn follow(
    app: &App,
    principal: &Principal,
    id: Uuid,
    last: Option<&str>,
) -> Result<Response, Problem> {
    let viewer = Viewer::of(principal);
    let seen = super::sight(app, viewer, id).await?;
    let watching = app.followed.job(id, principal.athlete_id, last).map_err(|_| {
        let text = "As many follow jobs as may; look at the job itself meanwhile.";
        Problem::too_many_requests(PLACE_AGAIN, text).coded("too_many_followers")
    })?;
    if is_ended(&seen) {
        return ended(app, viewer, &watching, &seen).await;
    }
    let following = Following {
        app: app.clone(),
        viewer,
        watching,
        stop: app.supervisor.stop(),
        until: Instant::now() + app.config.jobs.followed_longest,
        is_first: true,
    };
    Ok(sent(stream::unfold(Some(following), |following| async move { following?.step().await })))
}

fn sent(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let kept = KeepAlive::new().interval(COMMENT_EVERY);
    ([UNGATHERED], Sse::new(events).keep_alive(kept)).into_response()
}

/// Of a job that has ended its end is told, unless it was: then nothing is left to tell, and nobody comes back.
async fn ended(app: &App, viewer: Viewer, watching: &Watching, seen: &Seen) -> Result<Response, Problem> {
    if watching.has_seen(seen) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let event = end(app, viewer, seen).await?;
    Ok(sent(stream::iter(event.map(Ok))))
}

async fn end(app: &App, viewer: Viewer, seen: &Seen) -> Result<Option<Event>, DbError> {
    let job = super::outcome(app, viewer, seen).await?;
    Ok(job.and_then(|job| Some(written("end", &job)?.id(seen.id()))))
}

/// One who follows.
struct Following {
    app: App,
    viewer: Viewer,
    watching: Watching,
    stop: Stop,
    until: Instant,
    is_first: bool,
}

impl Following {
    /// The next event, and whether others come behind it.
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Option<Self>)> {
        let seen = tokio::select! {
            () = self.stop.stopped() => return None,
            () = tokio::time::sleep_until(self.until) => return None,
            seen = self.watching.next() => seen,
        };
        let (event, is_last) = self.event(&seen).await?;
        let event = if std::mem::take(&mut self.is_first) { event.retry(AGAIN) } else { event };
        Some((Ok(event), (!is_last).then_some(self)))
    }

    /// What is told, and whether it is the last; nothing where it cannot be read now: the next stream tells it.
    async fn event(&self, seen: &Seen) -> Option<(Event, bool)> {
        if !is_ended(seen) {
            return Some(match Item::seen(self.viewer, seen) {
                Some(item) => (written("job", &item)?.id(seen.id()), false),
                None => (Event::default().event("gone").data("{}"), true),
            });
        }
        Some((end(&self.app, self.viewer, seen).await.ok()??, true))
    }
}

fn is_ended(seen: &Seen) -> bool {
    seen.job.as_ref().is_some_and(|job| State::is_ended(job.state))
}

fn written(name: &str, job: &impl Serialize) -> Option<Event> {
    Event::default().event(name).json_data(job).ok()
}
