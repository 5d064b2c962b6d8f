//! Asks, in this process, for the answers that were asked for most before it began, so that the first requests find them
//! kept. Never here: which those are (`mainstay_cache` notes them), what an answer says.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::{FutureExt, StreamExt, stream};
use http::Request;
use mainstay_cache::{Note, Warmed};
use mainstay_db::causality::{self, Causality};
use mainstay_db::insight;
use mainstay_http::caching::{Question, Target};
use tower::ServiceExt;
use uuid::Uuid;

use super::ALL;
use crate::features::accounts::OnBehalf;
use crate::routes;
use crate::state::App;

/// Asks for the hottest of them, so many notes at most, each for the athlete who has asked it, and for today. Nothing that
/// fails hinders the rest. Within the configured time; one warms at a time, and who comes meanwhile waits within his.
pub async fn warm(app: &App, most: usize) -> Warmed {
    run(app, most, Duration::from_millis(app.config.answers.warm_asked_within_ms)).await
}

/// The same before a process is ready, within the configured time. What has not been asked by then is read when somebody
/// asks for it.
pub async fn before_ready(app: App) {
    let within = Duration::from_millis(app.config.answers.warm_within_ms);
    if within.is_zero() || !app.answers.keeps() {
        return;
    }
    run(&app, app.config.answers.warm_most, within).await;
}

async fn run(app: &App, most: usize, within: Duration) -> Warmed {
    let progress = Progress::begin(app);
    let in_turn = async {
        let _turn = app.answers.warming.lock().await;
        replay(app, most, &progress).await;
    };
    tokio::select! {
        biased;
        () = in_turn => {}
        () = app.effects.clock.sleep(within) => {}
    }
    progress.end(app)
}

/// What has come of it so far.
struct Progress {
    begun: Duration,
    asked: AtomicUsize,
    warmed: AtomicUsize,
    skipped: AtomicUsize,
}

impl Progress {
    fn begin(app: &App) -> Self {
        let begun = app.effects.clock.monotonic();
        Self { begun, asked: AtomicUsize::new(0), warmed: AtomicUsize::new(0), skipped: AtomicUsize::new(0) }
    }

    /// What has been asked and was not answered has failed.
    fn end(self, app: &App) -> Warmed {
        let (asked, warmed) = (self.asked.into_inner(), self.warmed.into_inner());
        let took = app.effects.clock.monotonic().saturating_sub(self.begun);
        let warmed =
            Warmed { asked, warmed, failed: asked - warmed, skipped: self.skipped.into_inner(), took };
        app.answers.caches().count_warmed(&warmed);
        warmed
    }
}

async fn replay(app: &App, most: usize, progress: &Progress) {
    if !app.answers.keeps() {
        return;
    }
    let caches = app.answers.caches();
    // What is read before is not kept.
    caches.heard().await;
    let questions = match caches.hottest(most).await {
        Ok(notes) => questions(notes, progress),
        Err(error) => return tracing::info!(error = %error, "what was asked for most is not told"),
    };
    let requests = match requests(app, questions, progress).await {
        Ok(requests) => requests,
        Err(error) => return tracing::info!(error = %error, "who asked for most is not told"),
    };
    // The others are for those who ask already.
    let at_once = (app.config.database.pool_read_max / 10).max(1);
    let api = routes::api(app);
    stream::iter(requests).for_each_concurrent(at_once, |request| ask(api.clone(), request, progress)).await;
}

/// What the notes stand for, each once: of which zone and day it was is of no matter.
fn questions(notes: Vec<Note>, progress: &Progress) -> Vec<(Uuid, Target)> {
    let (mut seen, mut questions) = (HashSet::new(), Vec::new());
    for note in notes {
        let Some(question) = question(&note) else {
            progress.skipped.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        let (who, target) = (question.principal(), question.target());
        if seen.insert((who, target.as_str().to_owned())) {
            questions.push((who, target.clone()));
        }
    }
    questions
}

/// `None` for what asks for no kept read: it is nobody's to ask in somebody's name.
fn question(note: &Note) -> Option<Question> {
    let read = ALL.iter().find(|read| read.name == note.name)?;
    let question = Question::read(&note.key)?;
    let path = question.target().as_str().split('?').next()?;
    read.is_asked_for_at(path).then_some(question)
}

/// The requests of those who still have an account.
async fn requests(
    app: &App,
    questions: Vec<(Uuid, Target)>,
    progress: &Progress,
) -> Result<Vec<Request<Body>>, mainstay_db::DbError> {
    let who: HashSet<Uuid> = questions.iter().map(|(who, _)| *who).collect();
    let accounts = OnBehalf::of(app, &who.into_iter().collect::<Vec<_>>()).await?;
    let request = |(who, target): &(Uuid, Target)| {
        let request = Request::get(target.as_str()).extension(accounts.get(who)?.clone());
        // The middleware list, through which these do not go, would say it.
        let request = request.extension(app.config.http.pages);
        request.body(Body::empty()).ok()
    };
    let requests: Vec<_> = questions.iter().filter_map(request).collect();
    progress.skipped.fetch_add(questions.len() - requests.len(), Ordering::Relaxed);
    Ok(requests)
}

async fn ask(api: Router, request: Request<Body>, progress: &Progress) {
    progress.asked.fetch_add(1, Ordering::Relaxed);
    // Each is a request of its own, whoever has it asked: neither the statements of the others count nor what they have seen.
    let asked = causality::scope(Causality::new(0, None), insight::apart(api.oneshot(request)));
    // A panic is that question's alone.
    let answered = AssertUnwindSafe(asked).catch_unwind().await;
    if matches!(answered, Ok(Ok(response)) if response.status().is_success()) {
        progress.warmed.fetch_add(1, Ordering::Relaxed);
    }
}
