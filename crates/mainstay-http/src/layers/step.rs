//! The shape that our own layers share: look at the request, pass it on, look at the answer. Nothing of it is boxed: the
//! future of a list of steps is one value. Never here: what a step does.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::response::Response;
use http::Request;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

/// What a service's future ends with.
pub(crate) type Outcome = Result<Response, Infallible>;

/// One layer. Unlike `axum::middleware::from_fn` it never clones the layers inside it for a request.
pub trait Step: Clone + Send + Sync + 'static {
    /// What the way back must know of the request, and of the step.
    type Kept: Send + 'static;
    /// What waits for the answer: the future of the layers inside, or one around it.
    type Around<F: Future<Output = Outcome> + Send + 'static>: Future<Output = Outcome> + Send + 'static;

    /// The way in: what to know on the way back, or the answer that ends it here.
    fn before(&self, request: &mut Request<Body>) -> Result<Self::Kept, Box<Response>>;

    /// In what the answer is waited for.
    fn around<F>(&self, kept: &mut Self::Kept, answer: F) -> Self::Around<F>
    where
        F: Future<Output = Outcome> + Send + 'static;

    /// The way back.
    fn after(kept: Self::Kept, response: Response) -> Answered;
}

/// What the way back makes of an answer.
pub enum Answered {
    /// It stands.
    Now(Response),
    /// It takes more work, which may wait.
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
}

/// Makes a [`Step`] a tower layer.
#[derive(Clone, Debug)]
pub struct StepLayer<T>(pub(crate) T);

impl<S, T: Step> Layer<S> for StepLayer<T> {
    type Service = StepService<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        StepService { inner, step: self.0.clone() }
    }
}

/// A [`Step`] around a service.
#[derive(Clone, Debug)]
pub struct StepService<S, T> {
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
    type Future = StepFuture<T::Around<S::Future>, T>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    #[inline]
    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        match self.step.before(&mut request) {
            Ok(mut kept) => {
                let answer = self.step.around(&mut kept, self.inner.call(request));
                StepFuture { stage: Stage::Passed { answer, way_back: Some(kept) } }
            }
            Err(response) => StepFuture { stage: Stage::Refused { response: Some(response) } },
        }
    }
}

pin_project! {
    /// The answer of a [`StepService`].
    pub struct StepFuture<F, T>
    where
        T: Step,
    {
        #[pin]
        stage: Stage<F, T>,
    }
}

pin_project! {
    #[project = Projected]
    enum Stage<F, T>
    where
        T: Step,
    {
        // The layers inside are at work.
        Passed {
            #[pin]
            answer: F,
            way_back: Option<T::Kept>,
        },
        // They have answered, and the step works on it.
        Later { work: Pin<Box<dyn Future<Output = Response> + Send>> },
        // The step has answered itself.
        Refused { response: Option<Box<Response>> },
    }
}

impl<F: Future<Output = Outcome>, T: Step> Future for StepFuture<F, T> {
    type Output = Outcome;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let mut stage = self.project().stage;
        loop {
            let answered = match stage.as_mut().project() {
                Projected::Passed { answer, way_back } => {
                    let response = match ready!(answer.poll(context)) {
                        Ok(response) => response,
                        Err(never) => match never {},
                    };
                    let Some(kept) = way_back.take() else { unreachable!("polled after it has ended") };
                    T::after(kept, response)
                }
                Projected::Later { work } => return work.as_mut().poll(context).map(Ok),
                Projected::Refused { response } => match response.take() {
                    Some(response) => Answered::Now(*response),
                    None => unreachable!("polled after it has ended"),
                },
            };
            match answered {
                Answered::Now(response) => return Poll::Ready(Ok(response)),
                Answered::Later(work) => stage.set(Stage::Later { work }),
            }
        }
    }
}
