//! The shape that our own layers share: look at the request, pass it on, look at the answer.
//! Never here: what a step does.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use http::Request;
use tower::{Layer, Service};

/// One layer. Unlike `axum::middleware::from_fn` it never clones the layers inside it for a request.
pub(super) trait Step: Clone + Send + 'static {
    /// What the way back must know of the request.
    type Kept: Send + 'static;

    /// The way in: the request to pass on, or the answer that ends it here.
    fn before(&self, request: Request<Body>) -> Result<(Request<Body>, Self::Kept), Box<Response>>;

    /// The way back around the answer to be.
    fn after<F>(self, kept: Self::Kept, answer: F) -> impl Future<Output = Response> + Send
    where
        F: Future<Output = Response> + Send + 'static;
}

/// Makes a [`Step`] a tower layer.
#[derive(Clone)]
pub(super) struct StepLayer<T>(pub(super) T);

impl<S, T: Step> Layer<S> for StepLayer<T> {
    type Service = StepService<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        StepService { inner, step: self.0.clone() }
    }
}

/// A [`Step`] around a service.
#[derive(Clone)]
pub(super) struct StepService<S, T> {
    inner: S,
    step: T,
}

impl<S, T> Service<Request<Body>> for StepService<S, T>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
    T: Step,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match self.step.before(request) {
            Ok((request, kept)) => {
                let answer = self.inner.call(request);
                let answer = async move {
                    match answer.await {
                        Ok(response) => response,
                        Err(never) => match never {},
                    }
                };
                let step = self.step.clone();
                Box::pin(async move { Ok(step.after(kept, answer).await) })
            }
            Err(response) => Box::pin(std::future::ready(Ok(*response))),
        }
    }
}
