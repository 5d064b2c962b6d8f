//! The concurrency cap: refuses at once what could not be worked on now.
//! Never here: fairness between clients; rate limits decide that.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::Request;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::step::{Answered, Outcome, Step};
use crate::problem::Problem;

/// The step; a permit is held until the head of the answer exists.
#[derive(Clone)]
pub(super) struct Admission(Arc<Semaphore>);

impl Admission {
    pub(super) fn new(max_concurrent: usize) -> Self {
        Self(Arc::new(Semaphore::new(max_concurrent.min(Semaphore::MAX_PERMITS))))
    }
}

impl Step for Admission {
    type Kept = Option<OwnedSemaphorePermit>;
    type Around<F: Future<Output = Outcome> + Send + 'static> = F;

    fn before(&self, request: &mut Request<Body>) -> Result<Self::Kept, Box<Response>> {
        if super::is_operational(request.uri().path()) {
            return Ok(None);
        }
        match Arc::clone(&self.0).try_acquire_owned() {
            Ok(permit) => Ok(Some(permit)),
            Err(_) => {
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

    fn after(&self, _permit: Self::Kept, response: Response) -> Answered {
        Answered::Now(response)
    }
}
