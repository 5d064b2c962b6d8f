//! Kept answers that are the same for everybody: told outward only while they are known to be fresh. Never here: answers of
//! somebody's own (`caching::Answers`), when a tag is purged.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use mainstay_cache::coherence::Tag;
use mainstay_cache::{
    Answer, Cache, Caches, Freshness, Kept, KeyPart, NameConfig, Representation, Source, Value,
};
use mainstay_db::Read;
use serde::Serialize;

use super::{Marks, Outward, forbid};
use crate::caching::{CACHE_STATUS, Statuses, Target, problem, represent};
use crate::etag;
use crate::problem::Problem;

/// The kept answers of one route that nobody's credentials change, by what is asked. Its routes need [`unless_known`].
#[derive(Debug)]
pub struct PublicAnswers<K: ?Sized = Target> {
    caches: Caches,
    cache: Cache<K, Marked>,
    outward: Outward,
    statuses: Arc<Statuses>,
}

/// What is kept: the answer, and what is told of it outward, if it may be.
#[derive(Debug)]
struct Marked {
    representation: Representation,
    marks: Option<Marks>,
}

impl Value for Marked {
    fn bytes(&self) -> usize {
        let Self { representation, marks } = self;
        let marks = marks.as_ref().map_or(0, Marks::bytes);
        size_of::<Self>() + representation.bytes().len() + representation.etag().len() + marks
    }
}

impl<K: KeyPart + ?Sized> PublicAnswers<K> {
    /// Kept under this name; `level1` is that of this process's cache in `Cache-Status`.
    ///
    /// # Panics
    /// If the name is taken: a mistake in the program.
    pub fn new(
        caches: &Caches,
        name: &'static str,
        config: NameConfig,
        outward: Outward,
        level1: &str,
    ) -> Self {
        let (cache, statuses) = (caches.cache(name, config), Arc::new(Statuses::new(level1, level1)));
        Self { caches: caches.clone(), cache, outward, statuses }
    }

    /// The kept answer if it is fresh enough, else what `load` reads from the primary that it is given, as JSON. `tags` name
    /// all that it is made from, and nobody's credentials have a part in it.
    ///
    /// Shared caches may keep it if it equals a state that the database had at most the bound ago
    /// ([`mainstay_cache::Config::bound_ms`]), and this node hears of changes. Nobody may keep one that is perhaps outdated,
    /// that may be older than the bound or was asked for with [`Freshness::Bypass`], nor one that `load` has made from kept
    /// ones: what those are made from is not known by name.
    ///
    /// # Errors
    /// The problem that `load` has, also for those who have waited for it.
    pub async fn answer<T, Loading>(
        &self,
        question: &K,
        tags: impl Fn() -> Vec<Tag>,
        freshness: Freshness,
        load: impl FnOnce(Read) -> Loading,
    ) -> Result<Public<T>, Problem>
    where
        T: Serialize,
        Loading: Future<Output = Result<T, Problem>>,
    {
        let marked = |read| async {
            let representation = represent(&load(read).await?)?;
            Ok(Marked { representation, marks: self.outward.marks(&tags(), &[]) })
        };
        let answer = self.cache.get_or_load(question, &tags, freshness, marked).await.map_err(problem)?;
        let may_be_kept = self.is_within_bound(freshness, &answer);
        let Marked { representation, marks } = &*answer.value;
        Ok(Public {
            body: representation.bytes().clone(),
            etag: HeaderValue::from_str(representation.etag()).ok(),
            status: self.statuses.of(&answer),
            marks: marks.as_ref().filter(|_| may_be_kept).cloned(),
            kind: PhantomData,
        })
    }

    fn is_within_bound(&self, freshness: Freshness, answer: &Answer<Marked>) -> bool {
        let is_asked = match freshness {
            // What it is made from is not looked at.
            Freshness::Bypass => false,
            Freshness::Within(age) => age <= self.caches.bound(),
            Freshness::Fresh
            | Freshness::ReadYourWrites(_)
            | Freshness::NotBehind { .. }
            | Freshness::StaleOk(_) => true,
        };
        let is_known = answer.source != Source::Stale && !Kept::is_made_of_kept(&answer.value);
        // Who does not hear purges nothing.
        is_asked && is_known && self.caches.is_hearing()
    }
}

impl<K: ?Sized> Clone for PublicAnswers<K> {
    fn clone(&self) -> Self {
        let Self { caches, cache, outward, statuses } = self;
        Self {
            caches: caches.clone(),
            cache: cache.clone(),
            outward: *outward,
            statuses: Arc::clone(statuses),
        }
    }
}

/// An answer for everybody: `T` as JSON.
#[derive(Debug)]
pub struct Public<T> {
    body: Bytes,
    etag: Option<HeaderValue>,
    status: HeaderValue,
    marks: Option<Marks>,
    kind: PhantomData<fn() -> T>,
}

impl<T> IntoResponse for Public<T> {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_STATUS, self.status);
        if let Some(tag) = self.etag {
            headers.insert(ETAG, tag);
        }
        match self.marks {
            Some(marks) => marks.write(headers),
            None => forbid(headers),
        }
        response
    }
}

/// Middleware for routes with answers that are the same for everybody: `axum::middleware::from_fn(outward::unless_known)`.
///
/// Who has the answer already is told so (304), with all that is told outward. What does not say how it may be kept, a
/// problem above all, is kept by nobody: some caches keep "not found" for minutes where nothing is said.
pub async fn unless_known(request: Request, next: Next) -> Response {
    // Only the question's header is needed on the way back.
    let asked: HeaderMap =
        request.headers().get_all(IF_NONE_MATCH).iter().map(|value| (IF_NONE_MATCH, value.clone())).collect();
    let mut response = next.run(request).await;
    if !response.headers().contains_key(CACHE_CONTROL) {
        forbid(response.headers_mut());
    }
    let is_known = response.status().is_success()
        && response.headers().get(ETAG).is_some_and(|tag| etag::matches(&asked, tag));
    if is_known { etag::unchanged(response.into_parts().0) } else { response }
}
