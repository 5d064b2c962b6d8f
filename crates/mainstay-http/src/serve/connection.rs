//! One connection from its first byte to its close. Never here: accepting.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use pin_project_lite::pin_project;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};
use tower::Service;
use tower_http::timeout::TimeoutBody;

use super::Shared;
use super::socket::{PatientSocket, Sent};
use crate::auth::tokens::LastProved;
use crate::config::Connections;
use crate::problem::Problem;

/// Serves requests until the peer leaves, idles, stalls or the service drains.
pub(super) async fn run<S>(socket: TcpStream, peer: SocketAddr, app: S, shared: &Shared)
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let limits = &shared.limits;
    let activity = Arc::new(Activity::new());
    let sent = Sent::default();
    let socket = PatientSocket::new(socket, limits.header_timeout, limits.write_timeout, sent.clone());
    let service = Counted {
        app: Mutex::new(app),
        peer,
        last_proved: LastProved::default(),
        body_idle_timeout: limits.body_idle_timeout,
        activity: Arc::clone(&activity),
    };
    let builder = builder(limits);
    let mut serving = pin!(builder.serve_connection_with_upgrades(TokioIo::new(socket), service));

    let finish = async {
        tokio::select! {
            () = shared.drain.cancelled() => Why::Drain,
            () = activity.idle(limits) => Why::Idle,
        }
    };
    // Errors here are the peer's (reset, malformed, too slow): nobody has to act, so nothing is logged.
    let why = tokio::select! {
        _ = serving.as_mut() => return,
        why = finish => why,
    };
    if matches!(why, Why::Drain) && activity.is_untouched() {
        // Its first request may be on its way already: asked to end before it is read, hyper closes without an answer.
        tokio::select! {
            _ = serving.as_mut() => return,
            () = activity.touched() => {}
            () = tokio::time::sleep(FIRST_WORDS) => {}
            () = shared.cut.cancelled() => {}
        }
    }
    serving.as_mut().graceful_shutdown();
    let stalled = async {
        match why {
            Why::Drain => std::future::pending().await,
            Why::Idle => sent.stalled(limits.write_timeout).await,
        }
    };
    tokio::select! {
        _ = serving => {}
        () = shared.cut.cancelled() => {
            shared.cut_off.fetch_add(1, Ordering::Relaxed);
        }
        () = stalled => {}
    }
}

/// How long a drain waits for the first request of a connection that has just been accepted.
const FIRST_WORDS: Duration = Duration::from_millis(250);

/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(5);

/// The most headers that hyper takes where it is told nothing.
const HYPERS_HEADERS: usize = 100;

enum Why {
    Drain,
    Idle,
}

fn builder(limits: &Connections) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        // hyper panics below 8 KiB.
        .max_buf_size((limits.max_header_bytes as usize).max(8 * 1024));
    // Told of its own number, hyper makes room on the heap for each request.
    if limits.max_headers != HYPERS_HEADERS {
        builder.http1().max_headers(limits.max_headers);
    }
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.max_streams)
        .max_header_list_size(limits.max_header_bytes);
    builder
}

/// How many requests are in work on one connection, and since when none is.
struct Activity {
    opened: Instant,
    /// Requests since then.
    begun: AtomicUsize,
    in_work: AtomicUsize,
    /// Milliseconds after `opened`.
    last_end: AtomicU64,
}

impl Activity {
    fn new() -> Self {
        Self {
            opened: Instant::now(),
            begun: AtomicUsize::new(0),
            in_work: AtomicUsize::new(0),
            last_end: AtomicU64::new(0),
        }
    }

    fn begin(&self) {
        self.in_work.fetch_add(1, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    fn end(&self) {
        let now = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_end.store(now, Ordering::Relaxed);
        self.in_work.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether no request has come yet.
    fn is_untouched(&self) -> bool {
        self.begun.load(Ordering::Relaxed) == 0
    }

    /// Resolves when a request has come.
    async fn touched(&self) {
        while self.is_untouched() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Resolves once nothing has been in work for the idle time-out.
    async fn idle(&self, limits: &Connections) {
        loop {
            let idle_since = if self.in_work.load(Ordering::Relaxed) > 0 {
                Instant::now()
            } else {
                self.opened + Duration::from_millis(self.last_end.load(Ordering::Relaxed))
            };
            let closing = idle_since + limits.idle_timeout;
            if Instant::now() >= closing {
                return;
            }
            sleep_until(closing).await;
        }
    }
}

/// The application behind hyper's service trait, counted.
struct Counted<S> {
    /// This connection's own, which only the streams of HTTP/2 may want at the same time.
    app: Mutex<S>,
    peer: SocketAddr,
    last_proved: LastProved,
    body_idle_timeout: Duration,
    activity: Arc<Activity>,
}

impl<S> hyper::service::Service<Request<Incoming>> for Counted<S>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = InWork<S::Future>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let pause = self.body_idle_timeout;
        let mut request = request.map(|body| {
            use http_body::Body as _;
            if body.is_end_stream() { Body::empty() } else { Body::new(TimeoutBody::new(pause, body)) }
        });
        request.extensions_mut().insert(ConnectInfo(self.peer));
        request.extensions_mut().insert(self.last_proved.clone());
        self.activity.begin();
        let _count = Counting(Arc::clone(&self.activity));
        let mut app = self.app.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = catch_unwind(AssertUnwindSafe(|| {
            let is_ready = app.poll_ready(&mut Context::from_waker(Waker::noop())).is_ready();
            is_ready.then(|| app.call(request))
        }));
        match asked {
            Ok(Some(answer)) => InWork { answer: Some(answer), instead: None, _count },
            // What is called here runs for all streams of the connection: whatever one does, the others go on.
            Ok(None) => InWork { answer: None, instead: Some(not_ready()), _count },
            Err(_) => InWork { answer: None, instead: Some(Problem::hidden().into_response()), _count },
        }
    }
}

pin_project! {
    /// A request in work.
    struct InWork<F> {
        #[pin]
        answer: Option<F>,
        // Of a service that could not be asked.
        instead: Option<Response>,
        _count: Counting,
    }
}

/// Dropping it, with the request finished or not, ends the count.
struct Counting(Arc<Activity>);

impl<F: Future<Output = Result<Response, Infallible>>> Future for InWork<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match (this.answer.as_pin_mut(), this.instead.take()) {
            (Some(answer), _) => answer.poll(context),
            (None, Some(response)) => Poll::Ready(Ok(response)),
            (None, None) => Poll::Pending,
        }
    }
}

fn not_ready() -> Response {
    Problem::unavailable(Duration::from_secs(1), "The service is not ready for a request.").into_response()
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.0.end();
    }
}
