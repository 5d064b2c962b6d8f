//! The request that is being worked on: every line in it says its id, its trace and its route. It is told by the task, not by
//! a span of `tracing`, which costs several times as much. Never here: how these travel over HTTP.

use std::sync::{Arc, OnceLock};

use mainstay_runtime::Ids;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static CURRENT: Request;
}

/// A request's id: 8 to 64 letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Box<str>);

impl RequestId {
    /// An id that came with a request, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (8..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        fits.then(|| Self(text.into()))
    }

    /// A fresh one.
    pub fn generate(ids: &Ids) -> Self {
        let mut text = uuid::Uuid::encode_buffer();
        Self((&*ids.next().simple().encode_lower(&mut text)).into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the lines of one request say. A clone is the same.
#[derive(Debug, Clone)]
pub struct Request(Arc<About>);

#[derive(Debug)]
struct About {
    id: RequestId,
    trace_id: Option<String>,
    route: OnceLock<Box<str>>,
}

impl Request {
    /// Of a trace, where it belongs to one; its route is not known yet.
    pub fn new(id: RequestId, trace_id: Option<String>) -> Self {
        Self(Arc::new(About { id, trace_id, route: OnceLock::new() }))
    }

    /// The one that is being worked on, if any.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Looks at the one that is being worked on, if any, without counting a reference to it. Nothing inside may begin work on
    /// another one.
    pub(crate) fn with_current<T>(mut look: impl FnMut(Option<&Self>) -> T) -> T {
        CURRENT.try_with(|current| look(Some(current))).unwrap_or_else(|_| look(None))
    }

    /// Its id.
    pub fn id(&self) -> &RequestId {
        &self.0.id
    }

    /// The template of its route, once the router has chosen.
    pub fn route(&self) -> Option<&str> {
        self.0.route.get().map(AsRef::as_ref)
    }

    /// The router has chosen. False if it had before, which stays.
    pub fn set_route(&self, template: &str) -> bool {
        self.0.route.set(template.into()).is_ok()
    }

    /// What its lines say beside its id.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = [("trace_id", self.0.trace_id.as_deref()), ("http.route", self.route())];
        fields.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }

    /// Runs the future as work on this request, which its end is, too, however it comes.
    pub fn scope<F: Future>(self, work: F) -> TaskLocalFuture<Request, F> {
        CURRENT.scope(self, work)
    }

    /// The same for work that blocks, on a thread of its own perhaps.
    pub fn within<T>(self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_ids_are_taken_from_outside() {
        for good in ["abcdefgh", "0190-aB_9zz", &"x".repeat(64)] {
            assert_eq!(RequestId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "short", "with blank", "line\nbreak!", "quote\"quote", &"x".repeat(65), "ümlaut-ü"]
        {
            assert_eq!(RequestId::parse(bad), None, "{bad:?}");
        }
    }

    #[tokio::test]
    async fn the_scope_ends_with_its_future() {
        let id = RequestId::parse("request-1").unwrap();
        let current = || Request::current().map(|request| request.id().clone());
        assert_eq!(current(), None);
        let seen = Request::new(id.clone(), None).scope(async { current() }).await;
        assert_eq!((seen, current()), (Some(id.clone()), None));
        assert_eq!((Request::new(id.clone(), None).within(current), current()), (Some(id), None));
    }

    #[test]
    fn the_first_route_stays() {
        let request = Request::new(RequestId::parse("request-1").unwrap(), None);
        assert_eq!(request.route(), None);
        assert!(request.set_route("/v1/a/{id}") && !request.set_route("/a"));
        assert_eq!(request.route(), Some("/v1/a/{id}"));
    }
}
