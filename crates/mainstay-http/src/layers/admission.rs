//! The concurrency cap: refuses at once what could not be worked on now.
//! Never here: fairness between clients; rate limits decide that.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::Request;

use super::step::{Answered, Outcome, Step};
use crate::problem::Problem;

/// The step; a place is held until the head of the answer exists.
#[derive(Clone)]
pub(super) struct Admission(Arc<Places>);

/// How many requests are in work, of how many at most. Nobody waits for a place.
struct Places {
    taken: AtomicUsize,
    most: usize,
}

/// One of them, free again when it is dropped.
pub(super) struct Place(Arc<Places>);

impl Admission {
    pub(super) fn new(max_concurrent: usize) -> Self {
        Self(Arc::new(Places { taken: AtomicUsize::new(0), most: max_concurrent }))
    }
}

impl Place {
    fn of(places: &Arc<Places>) -> Option<Self> {
        let one_more = |taken| (taken < places.most).then_some(taken + 1);
        let taken = places.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        taken.is_ok().then(|| Self(Arc::clone(places)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Step for Admission {
    type Kept = Option<Place>;
    type Around<F: Future<Output = Outcome> + Send + 'static> = F;

    fn before(&self, request: &mut Request<Body>) -> Result<Self::Kept, Box<Response>> {
        if super::is_operational(request.uri().path()) {
            return Ok(None);
        }
        match Place::of(&self.0) {
            Some(place) => Ok(Some(place)),
            None => {
                let busy = Problem::unavailable(Duration::from_secs(1), "Too many requests are in work.");
                Err(Box::new(busy.into_response()))
            }
        }
    }

    fn around<F>(&self, _kept: &mut Self::Kept, answer: F) -> F
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        answer
    }

    fn after(_place: Self::Kept, response: Response) -> Answered {
        Answered::Now(response)
    }
}
