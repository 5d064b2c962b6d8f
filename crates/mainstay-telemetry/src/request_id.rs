//! The id of the request that is being worked on: one word from the first log line to the last.
//! Never here: how it travels over HTTP.

use std::sync::Arc;

use mainstay_runtime::Ids;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// A request's id: 8 to 64 letters, digits, `-` and `_`. A clone is one reference count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

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

/// Runs the future as work on this request; every log line in it names the id.
pub fn scope<F: Future>(id: RequestId, work: F) -> TaskLocalFuture<RequestId, F> {
    CURRENT.scope(id, work)
}

/// The request being worked on, if any.
pub fn current() -> Option<RequestId> {
    CURRENT.try_with(Clone::clone).ok()
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
        assert_eq!(current(), None);
        let seen = scope(id.clone(), async { current() }).await;
        assert_eq!((seen, current()), (Some(id), None));
    }
}
