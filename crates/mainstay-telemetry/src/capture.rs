//! The log as a test sees it: every line, and a failure for a WARN or ERROR that nobody expected.
//! Never here: how lines look; never in a running service.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::logs::{Fields, LogError, REQUEST_ID, SpanFields, Value, around, id_of_span};
use crate::{Request, RequestId};

/// Lines that are kept; of what comes beyond only WARN and ERROR, and of these as many again.
pub const MAX_LINES: usize = 10_000;

/// One captured line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How serious it is.
    pub level: Level,
    /// The module that wrote it.
    pub target: String,
    /// The sentence.
    pub message: String,
    /// The fields, as text; those of the spans around it too.
    pub fields: BTreeMap<&'static str, String>,
    /// The request it belongs to.
    pub request_id: Option<RequestId>,
}

impl LogLine {
    /// The `event` field.
    pub fn event(&self) -> Option<&str> {
        self.fields.get("event").map(String::as_str)
    }

    fn is_about(&self, part: &str) -> bool {
        self.message.contains(part) || self.event() == Some(part)
    }
}

impl std::fmt::Display for LogLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.level, self.target, self.message)?;
        self.fields.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

/// Captures the log, from DEBUG up, until it is dropped. Dropping it fails the test if there was a WARN or ERROR that
/// was not expected, or if an expected one never came.
#[must_use = "the log is captured as long as this lives"]
pub struct Capture {
    heard: Arc<Mutex<Heard>>,
    _guard: Option<tracing::subscriber::DefaultGuard>,
}

#[derive(Default)]
struct Heard {
    lines: Vec<LogLine>,
    expected: Vec<String>,
    allowed: Vec<String>,
}

impl Capture {
    /// What this thread logs: enough for `#[tokio::test]` with its one thread.
    pub fn of_thread() -> Self {
        let heard = Arc::<Mutex<Heard>>::default();
        let subscriber = recording(&heard);
        Self { heard, _guard: Some(tracing::subscriber::set_default(subscriber)) }
    }

    /// What the whole process logs, for tests with several threads. Once per process, and for good.
    ///
    /// # Errors
    /// [`LogError::AlreadyInstalled`].
    pub fn of_process() -> Result<Self, LogError> {
        let heard = Arc::<Mutex<Heard>>::default();
        tracing::subscriber::set_global_default(recording(&heard)).map_err(|_| LogError::AlreadyInstalled)?;
        Ok(Self { heard, _guard: None })
    }

    /// The lines so far.
    pub fn lines(&self) -> Vec<LogLine> {
        lock(&self.heard).lines.clone()
    }

    /// A WARN or ERROR with this `event`, or with this in its message, belongs to the test, and must come.
    pub fn expect(&self, part: &str) {
        lock(&self.heard).expected.push(part.to_owned());
    }

    /// A WARN or ERROR with this `event`, or with this in its message, may come and need not: for what depends on the
    /// moment at which a test breaks something.
    pub fn allow(&self, part: &str) {
        lock(&self.heard).allowed.push(part.to_owned());
    }

    /// What is wrong so far: lines that were not expected, and expectations without a line.
    pub fn faults(&self) -> Vec<String> {
        let heard = lock(&self.heard);
        let serious = || heard.lines.iter().filter(|line| line.level <= Level::WARN);
        let unexpected = serious()
            .filter(|line| !heard.expected.iter().chain(&heard.allowed).any(|part| line.is_about(part)))
            .map(|line| format!("unexpected: {line}"));
        let missing = (heard.expected.iter())
            .filter(|part| !serious().any(|line| line.is_about(part)))
            .map(|part| format!("expected, but it never came: {part}"));
        unexpected.chain(missing).collect()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let faults = self.faults();
        assert!(
            faults.is_empty() || std::thread::panicking(),
            "the log is not as expected\n{}",
            faults.join("\n")
        );
    }
}

fn recording(heard: &Arc<Mutex<Heard>>) -> impl Subscriber + Send + Sync + use<> {
    let recorder = Recorder(Arc::clone(heard)).with_filter(LevelFilter::DEBUG);
    tracing_subscriber::registry().with(SpanFields).with(recorder)
}

struct Recorder(Arc<Mutex<Heard>>);

impl<S> Layer<S> for Recorder
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let owned = |(name, value): (&'static str, Value<'_>)| (name, value.as_str().to_owned());
        let mut others: BTreeMap<_, _> = fields.others().map(owned).collect();
        let current = Request::current();
        around(
            current.as_ref(),
            context.event_scope(event),
            |name| fields.says(name),
            |name, value| {
                if name != REQUEST_ID {
                    others.insert(name, value.as_str().to_owned());
                }
            },
        );
        let of_span = || id_of_span(context.event_scope(event));
        let meta = event.metadata();
        let line = LogLine {
            level: *meta.level(),
            target: meta.target().to_owned(),
            message: fields.message().to_owned(),
            fields: others,
            request_id: current.map(|request| request.id().clone()).or_else(|| RequestId::parse(&of_span()?)),
        };
        let mut heard = lock(&self.0);
        let room = if line.level <= Level::WARN { 2 * MAX_LINES } else { MAX_LINES };
        if heard.lines.len() < room {
            heard.lines.push(line);
        }
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mainstay_runtime::{Effects, Supervisor};

    use super::*;
    use crate::events;

    #[test]
    fn what_is_allowed_may_come_and_need_not() {
        let log = Capture::of_thread();
        log.allow("a.b");
        log.allow("never");
        tracing::warn!(event = "a.b", "as allowed");
        assert_eq!(log.faults(), Vec::<String>::new());
    }

    #[test]
    fn calm_lines_are_kept_and_fail_nothing() {
        let log = Capture::of_thread();
        tracing::info!(event = "a.b", count = 3, "calm");
        tracing::trace!("too quiet");
        let lines = log.lines();
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].event(), lines[0].message.as_str()), (Some("a.b"), "calm"));
        assert_eq!(lines[0].fields["count"], "3");
    }

    #[test]
    fn a_line_says_what_the_spans_around_it_say() {
        let log = Capture::of_thread();
        let outer = tracing::error_span!(
            "request",
            request_id = "request-7",
            http.route = tracing::field::Empty,
            a = 1
        );
        outer.record("http.route", "/v1/things/{id}");
        outer.in_scope(|| {
            tracing::error_span!("step", a = 2, b = 3).in_scope(|| tracing::info!(b = 4, "inside"));
        });
        // Another thread that works on the same request.
        let subscriber = tracing::dispatcher::get_default(Clone::clone);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                tracing::dispatcher::with_default(&subscriber, || {
                    outer.in_scope(|| tracing::info!("beside"));
                });
            });
        });
        tracing::info!("outside");
        let lines = log.lines();
        let of = |line: &LogLine| {
            let field = |name| line.fields.get(name).map(String::as_str).unwrap_or_default().to_owned();
            let id = line.request_id.as_ref().map(RequestId::as_str).unwrap_or_default().to_owned();
            [id, field("http.route"), field("a"), field("b")]
        };
        assert_eq!(of(&lines[0]), ["request-7", "/v1/things/{id}", "2", "4"]);
        assert_eq!(of(&lines[1]), ["request-7", "/v1/things/{id}", "1", ""]);
        assert_eq!(of(&lines[2]), ["", "", "", ""]);
    }

    #[test]
    #[should_panic(expected = "unexpected: WARN mainstay_telemetry::capture::tests: the disk is slow disk=1")]
    fn a_warning_that_nobody_expected_fails_the_test() {
        let _log = Capture::of_thread();
        tracing::warn!(disk = 1, "the disk is slow");
    }

    #[test]
    #[should_panic(expected = "expected, but it never came: disk.slow")]
    fn a_warning_that_was_expected_and_did_not_come_fails_the_test() {
        let log = Capture::of_thread();
        tracing::info!(event = "disk.slow", "not serious enough");
        log.expect("disk.slow");
    }

    #[test]
    fn an_expected_error_passes_by_its_event_or_by_its_message() {
        let log = Capture::of_thread();
        log.expect("disk.slow");
        log.expect("is full");
        tracing::warn!(event = "disk.slow", "the disk is slow");
        tracing::error!("the disk is full");
        assert_eq!(log.faults(), [""; 0]);
    }

    #[test]
    fn chatter_is_kept_up_to_the_bound_and_never_hides_an_error() {
        let log = Capture::of_thread();
        log.expect("is full");
        for _ in 0..MAX_LINES + 5 {
            tracing::debug!("chatter");
        }
        tracing::error!("the disk is full");
        assert_eq!(log.lines().len(), MAX_LINES + 1);
    }

    #[tokio::test]
    async fn the_supervisor_speaks_the_vocabulary() {
        let log = Capture::of_thread();
        log.expect(events::TASK_FAILED);
        log.expect(events::TASK_PANICKED);
        let supervisor = Supervisor::new(&Effects::system());
        supervisor.spawn("brittle", |_| async { panic!("on purpose") });
        supervisor.spawn_fallible("unsound", |_| async { Err::<(), _>("the disk is gone") });
        supervisor.drain(Duration::from_secs(60)).await;
        let mut told: Vec<_> = log.lines().into_iter().map(|line| line.fields).collect();
        told.sort_by_key(|fields| fields["task.name"].clone());
        assert_eq!((told[0]["task.name"].as_str(), told[0]["error"].as_str()), ("brittle", "on purpose"));
        assert_eq!(
            (told[1]["task.name"].as_str(), told[1]["error"].as_str()),
            ("unsound", "the disk is gone")
        );
    }

    #[tokio::test]
    async fn what_becomes_of_residents_is_told() {
        let log = Capture::of_thread();
        let effects = Effects::fixed(jiff::Timestamp::UNIX_EPOCH, 1);
        let supervisor = Supervisor::new(&effects);
        let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
        for event in
            [events::TASK_PANICKED, events::TASK_ENDED, events::TASK_SILENT, events::TASK_ROUND_FAILED]
        {
            log.expect(event);
        }
        supervisor.spawn_resident("brittle", hour, |_| async { panic!("on purpose") });
        supervisor.spawn_resident("brief", hour, |_| async {});
        supervisor.spawn_resident("mute", minute, |stop| async move { stop.stopped().await });
        supervisor.spawn_periodic("purge", hour, || async { Err::<(), _>("the disk is gone") });
        let count = |event| log.lines().iter().filter(|line| line.event() == Some(event)).count();
        let until = async |event| {
            while count(event) == 0 {
                tokio::task::yield_now().await;
            }
        };
        // One thread: whoever can go on has gone on when the two that end at once have told so.
        until(events::TASK_PANICKED).await;
        until(events::TASK_ENDED).await;
        for _ in 0..10 {
            effects.clock.advance(minute);
            until(events::TASK_SILENT).await;
            until(events::TASK_ROUND_FAILED).await;
        }
        supervisor.drain(minute).await;
        assert_eq!(count(events::TASK_SILENT), 1, "once, and not at every look");
    }
}
