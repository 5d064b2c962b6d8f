//! Answers of routes that are kept as the bytes that are sent, with their ETag: a hit makes nothing and hashes nothing, and
//! what the client has already is a 304 without a body. Never here: whether a kept answer is fresh (`mainstay_cache`), what
//! an application keeps.

use std::fmt::Write as _;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue};
use http::request::Parts;
use mainstay_cache::coherence::Tag;
use mainstay_cache::{
    Answer, Cache, Freshness, Kept as InProcess, Key, KeyPart, LoadError, Representation, Source,
};
use mainstay_db::Read;
use serde::Serialize;
use uuid::Uuid;

use crate::problem::{OrProblem, Problem};

pub mod outward;

/// How the answer stands to what was kept (RFC 9211).
pub const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// The path and the query of a request, as they were sent: all that a client asks with but its credentials. An extractor;
/// let it stand behind those that refuse parameters that they do not know, or take [`Target::path_alone`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(String);

impl<S: Send + Sync> FromRequestParts<S> for Target {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let mut target = parts.uri.path().to_owned();
        if let Some(query) = parts.uri.query().filter(|query| !query.is_empty()) {
            let _ = write!(target, "?{query}");
        }
        Ok(Self(target))
    }
}

impl Target {
    /// Without the query, for a route that takes none: whatever somebody writes there is no part of the question, and must
    /// become none of a key.
    #[must_use]
    pub fn path_alone(mut self) -> Self {
        if let Some(end) = self.0.find('?') {
            self.0.truncate(end);
        }
        self
    }

    /// The path, and the query behind a question mark, if there is one.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl KeyPart for Target {
    fn write(&self, into: &mut Key) {
        self.0.as_str().write(into);
    }
}

/// What an answer is kept by: who asks, what for, and whatever else the answer depends on that its tags do not tell of (the
/// zone that its days are counted in, the day itself). A principal is told by its id; a token has no place here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    principal: Uuid,
    target: Target,
    zone: String,
    day: i32,
}

impl Question {
    /// What `principal` asks for on a civil day (as a number that no other day has) of a zone.
    pub fn new(principal: Uuid, target: Target, zone: impl Into<String>, day: i32) -> Self {
        Self { principal, target, zone: zone.into(), day }
    }

    /// The question that this key was made of, for whoever asks it again; `None` if it was made of something else. Anybody
    /// who can write where keys are noted may have made it.
    pub fn read(key: &Key) -> Option<Self> {
        let mut parts = key.parts();
        parts.tuple(4)?;
        let (principal, target, zone) = (parts.id()?, parts.text()?, parts.text()?);
        let day = i32::try_from(parts.signed()?).ok()?;
        parts.end()?;
        Some(Self::new(principal, Target(target.to_owned()), zone, day))
    }

    /// Who asks.
    pub fn principal(&self) -> Uuid {
        self.principal
    }

    /// What for.
    pub fn target(&self) -> &Target {
        &self.target
    }
}

impl KeyPart for Question {
    fn write(&self, into: &mut Key) {
        (self.principal, self.target.0.as_str(), self.zone.as_str(), self.day).write(into);
    }
}

/// The kept answers of one route.
#[derive(Clone, Debug)]
pub struct Answers {
    cache: Cache<Question, Representation>,
    statuses: Arc<Statuses>,
}

impl Answers {
    /// Kept there; `level1` and `level2` are the names of this process's and of the shared cache in `Cache-Status`. Some
    /// hits are compared with what the database says ([`Cache::checked`]).
    pub fn new(cache: Cache<Question, Representation>, level1: &str, level2: &str) -> Self {
        let cache = cache.checked();
        Self { cache, statuses: Arc::new(Statuses::new(level1, level2)) }
    }

    /// The kept answer if it is fresh enough, else what `load` reads from the primary that it is given, as JSON. `tags` name
    /// all that it is made from. What is read again ahead of its end, or to be compared, is read behind the answer.
    ///
    /// # Errors
    /// The problem that `load` has, also for those who have waited for it.
    pub async fn answer<T, Loading>(
        &self,
        question: &Question,
        tags: impl FnOnce() -> Vec<Tag> + Send + 'static,
        freshness: Freshness,
        load: impl FnOnce(Read) -> Loading + Send + 'static,
    ) -> Result<Kept<T>, Problem>
    where
        T: Serialize,
        Loading: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let represented = |read| async { represent(&load(read).await?) };
        let answer = self.cache.get_or_load_behind(question, tags, freshness, represented).await;
        let answer = answer.map_err(problem)?;
        Ok(Kept::new(&answer.value, self.statuses.of(&answer)))
    }

    /// An answer that is not kept, in the form of those that are.
    ///
    /// # Errors
    /// If it is no JSON.
    pub fn unkept<T: Serialize>(&self, value: &T) -> Result<Kept<T>, Problem> {
        Ok(Kept::new(&represent(value)?, self.statuses.unkept.clone()))
    }
}

/// What `Cache-Status` says, the level nearest to the database first; made once.
#[derive(Debug)]
struct Statuses {
    level1: HeaderValue,
    level2: [HeaderValue; 2],
    loaded: [HeaderValue; 2],
    joined: [HeaderValue; 2],
    stale: HeaderValue,
    unkept: HeaderValue,
}

impl Statuses {
    fn new(level1: &str, level2: &str) -> Self {
        let value = |text: String| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("cache"));
        // Not stored, and stored.
        let missed = |before: &str, after: &str| {
            ["", "; stored"].map(|stored| value(format!("{before}{level1}; fwd=miss{stored}{after}")))
        };
        Self {
            level1: value(format!("{level1}; hit")),
            level2: missed(&format!("{level2}; hit, "), ""),
            loaded: missed("", ""),
            joined: missed("", "; collapsed"),
            stale: value(format!("{level1}; hit; detail=stale")),
            unkept: value(format!("{level1}; fwd=bypass")),
        }
    }

    fn of<V>(&self, answer: &Answer<V>) -> HeaderValue {
        let stored = || usize::from(InProcess::is_stored(&answer.value));
        let status = match answer.source {
            Source::Level1 => &self.level1,
            Source::Level2 => &self.level2[stored()],
            Source::Loaded => &self.loaded[stored()],
            Source::Joined => &self.joined[stored()],
            Source::Stale => &self.stale,
        };
        status.clone()
    }
}

fn represent(value: &impl Serialize) -> Result<Representation, Problem> {
    Ok(Representation::new(serde_json::to_vec(value).internal()?))
}

/// The problem of a read, one's own or the one that was waited for.
pub fn problem(error: LoadError<Problem>) -> Problem {
    match error {
        LoadError::Failed(problem) => Arc::unwrap_or_clone(problem),
        LoadError::Panicked => Problem::internal("the read that was waited for panicked"),
        LoadError::Busy => {
            Problem::unavailable(Duration::from_secs(5), "The database is busy.").coded("database_busy")
        }
    }
}

/// An answer that was kept, or is now: `T` as JSON.
#[derive(Debug)]
pub struct Kept<T> {
    body: Bytes,
    etag: Option<HeaderValue>,
    status: HeaderValue,
    kind: PhantomData<fn() -> T>,
}

impl<T> Kept<T> {
    fn new(representation: &Representation, status: HeaderValue) -> Self {
        let etag = HeaderValue::from_str(representation.etag()).ok();
        Self { body: representation.bytes().clone(), etag, status, kind: PhantomData }
    }
}

/// About as many headers as an answer has in the end.
const HEADERS: usize = 16;

impl<T> IntoResponse for Kept<T> {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        let headers = response.headers_mut();
        // For those that the layers outside add, too.
        headers.reserve(HEADERS);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_STATUS, self.status);
        if let Some(tag) = self.etag {
            headers.insert(ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(principal: u128, target: &str, zone: &str, day: i32) -> Vec<u8> {
        let question = Question::new(Uuid::from_u128(principal), Target(target.to_owned()), zone, day);
        Key::of(&question).as_bytes().to_vec()
    }

    #[test]
    fn whatever_differs_is_kept_apart() {
        let keys = [
            key(1, "/v1/a?b", "UTC", 1),
            key(2, "/v1/a?b", "UTC", 1),
            key(1, "/v1/a", "UTC", 1),
            key(1, "/v1/a?b", "Asia/Tokyo", 1),
            key(1, "/v1/a?b", "UTC", 2),
            key(1, "/v1/a?bUTC", "", 1),
        ];
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert_eq!(key(1, "/v1/a?b", "UTC", 1), keys[0]);
    }

    #[test]
    fn a_question_is_read_back_and_other_keys_are_none() {
        let question = Question::new(Uuid::from_u128(7), Target("/v1/a?b=c".to_owned()), "UTC", -1);
        let read = Question::read(&Key::of(&question)).expect("it is one");
        assert_eq!(read, question);
        assert_eq!((read.principal(), read.target().as_str()), (Uuid::from_u128(7), "/v1/a?b=c"));
        let bytes = key(7, "/v1/a", "UTC", 1);
        let others = [
            Key::of(&(Uuid::from_u128(7), "/v1/a", "UTC")),
            Key::of(&(Uuid::from_u128(7), "/v1/a", "UTC", i64::MAX)),
            Key::of(&(1_u64, "/v1/a", "UTC", 1_i64)),
            Key::from_bytes(&bytes[..bytes.len() - 1]),
            Key::from_bytes(&[bytes.as_slice(), &[0]].concat()),
            Key::from_bytes(b""),
        ];
        assert!(others.iter().all(|key| Question::read(key).is_none()));
    }
}
