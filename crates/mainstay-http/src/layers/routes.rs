//! Routes, and what stands next to those of an API: what its answers are given, in the one box that each route has in any
//! case. Never here: which routes there are.

use std::future::Future;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use futures_util::future::Either;
use http::Request;
use tower::util::MapRequestLayer;

use super::step::{Answered, Outcome, Step, StepLayer};
use super::{fallbacks, observe};
use crate::consistency::Consistency;
use crate::etag::Private;

/// Where the addresses of an API begin.
const API: &str = "/v1/";

/// A router, and whether what lies below `/v1/` is somebody's own. A plain router is one of nobody's own answers.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    router: Router,
    private: Option<Private>,
    consistency: Option<Consistency>,
}

impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        Self { router, ..Self::default() }
    }
}

impl Routes {
    /// Every answer below `/v1/` is somebody's own: private, with an ETag ([`crate::etag::private`]). The same layer around a
    /// router costs each of its requests a box more.
    #[must_use]
    pub fn private(self) -> Self {
        Self { private: Some(Private), ..self }
    }

    /// What a session has seen is carried from one request below `/v1/` to the next ([`crate::consistency::carry`]).
    #[must_use]
    pub fn carrying(self, consistency: Consistency) -> Self {
        Self { consistency: Some(consistency), ..self }
    }

    /// These routes, too.
    #[must_use]
    pub fn merge(self, router: Router) -> Self {
        Self { router: self.router.merge(router), ..self }
    }

    /// One router: with answers where no route matches, and all that needs the route that does.
    pub(super) fn install(self) -> Router {
        let Self { router, private, consistency } = self;
        let layers = (
            MapRequestLayer::new(observe::note_route),
            StepLayer(OfApi(consistency)),
            StepLayer(OfApi(private)),
        );
        fallbacks::install(router).with_state(()).layer(layers)
    }
}

/// A step for the addresses of the API alone, if there is one.
#[derive(Clone)]
struct OfApi<T>(Option<T>);

impl<T: Step> Step for OfApi<T> {
    type Kept = Option<T::Kept>;
    type Around<F: Future<Output = Outcome> + Send + 'static> = Either<T::Around<F>, F>;

    fn before(&self, request: &mut Request<Body>) -> Result<Self::Kept, Box<Response>> {
        match &self.0 {
            Some(step) if request.uri().path().starts_with(API) => step.before(request).map(Some),
            _ => Ok(None),
        }
    }

    fn around<F>(&self, kept: &mut Self::Kept, answer: F) -> Self::Around<F>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        match (&self.0, kept) {
            (Some(step), Some(kept)) => Either::Left(step.around(kept, answer)),
            _ => Either::Right(answer),
        }
    }

    fn after(kept: Self::Kept, response: Response) -> Answered {
        match kept {
            Some(kept) => T::after(kept, response),
            None => Answered::Now(response),
        }
    }
}
