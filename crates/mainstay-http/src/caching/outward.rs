//! What caches further out are told of an answer that is the same for everybody: that they may keep it, and by which tags
//! it is to be purged. [`PublicAnswers`] tell it of what they know to be fresh, a [`Purger`] purges what changes.
//! Never here: answers of somebody's own (`etag::private`), how a node hears of changes (`mainstay_cache`).

mod config;
mod due;
mod provider;
mod public;
mod purger;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use mainstay_cache::coherence::Tag;

pub use self::config::{Form, PurgeConfig};
pub use self::provider::{Provider, ProviderError, Purge, PurgeError};
pub use self::public::{Public, PublicAnswers, unless_known};
pub use self::purger::Purger;

/// For caches of our own choosing alone (RFC 9213).
const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");
/// The same where that is not read (Fastly).
const SURROGATE_CONTROL: HeaderName = HeaderName::from_static("surrogate-control");
/// Tags, parted by spaces (Fastly) and by commas (Cloudflare), and as strings (RFC 9875).
const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");
const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");
const CACHE_GROUPS: HeaderName = HeaderName::from_static("cache-groups");

/// Longer lists of tags are cut off by those who read them.
const MOST_BYTES: usize = 16 * 1024;
/// Nobody need read more groups (RFC 9875, 2).
const GROUPS_MOST: usize = 32;

/// How long a shared cache may serve an answer without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outward {
    /// As fresh.
    pub max_age: Duration,
    /// After that, while it asks (RFC 5861).
    pub stale_while_revalidate: Duration,
    /// After that, while we do not answer.
    pub stale_if_error: Duration,
}

impl Default for Outward {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(600),
            stale_while_revalidate: Duration::from_secs(30),
            stale_if_error: Duration::from_secs(3_600),
        }
    }
}

impl Outward {
    /// What lets shared caches keep an answer until one of `tags` is purged, and browsers none of it unasked. `coarser` are
    /// tags that cover all of them, for more of them than a header holds. `None`, and nobody is to keep it, if those are too
    /// many as well, or if there are none: nothing would end it.
    pub fn marks(&self, tags: &[Tag], coarser: &[Tag]) -> Option<Marks> {
        let fits = |tags: &&[Tag]| !tags.is_empty() && length(tags) <= MOST_BYTES;
        let tags = [tags, coarser].into_iter().find(fits)?;
        let [fresh, stale, failing] =
            [self.max_age, self.stale_while_revalidate, self.stale_if_error].map(|time| time.as_secs());
        let for_caches = format!("max-age={fresh}, stale-while-revalidate={stale}, stale-if-error={failing}");
        let names: Vec<String> = tags.iter().copied().map(name).collect();
        let groups: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let groups = (groups.len() <= GROUPS_MOST).then(|| (CACHE_GROUPS, groups.join(", ")));
        let told = [
            (CDN_CACHE_CONTROL, for_caches.clone()),
            (SURROGATE_CONTROL, for_caches),
            (SURROGATE_KEY, names.join(" ")),
            (CACHE_TAG, names.join(",")),
        ];
        let told = told.into_iter().chain(groups);
        let headers = told.map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)));
        Some(Marks { headers: headers.collect::<Option<_>>()? })
    }
}

/// The headers of an answer that shared caches may keep, made once. A clone is one reference count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    headers: Arc<[(HeaderName, HeaderValue)]>,
}

impl Marks {
    /// Writes them among those of the answer.
    pub fn write(&self, into: &mut HeaderMap) {
        into.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=0, must-revalidate"));
        for (name, value) in &*self.headers {
            into.insert(name.clone(), value.clone());
        }
    }

    /// The memory that they take.
    fn bytes(&self) -> usize {
        self.headers.iter().map(|(_, value)| size_of::<(HeaderName, HeaderValue)>() + value.len()).sum()
    }
}

/// Tells everybody to keep nothing of the answer; some shared caches take `private` for that alone (Fastly).
pub fn forbid(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(CDN_CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Whether shared caches may keep the answer: what is somebody's own has no place in it.
pub(crate) fn is_marked(headers: &HeaderMap) -> bool {
    headers.contains_key(SURROGATE_KEY)
}

/// Eleven characters that name the tag and tell nobody of what. Some caches take upper case for lower; two tags that fall
/// together there cost a read.
pub fn name(tag: Tag) -> String {
    URL_SAFE_NO_PAD.encode(tag.hash().to_be_bytes())
}

fn length(tags: &[Tag]) -> usize {
    const NAME: usize = 11;
    tags.len() * (NAME + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(tags: usize, coarser: usize) -> Option<HeaderMap> {
        let of = |count: usize, from: u64| (from..).take(count).map(Tag::from_hash).collect::<Vec<_>>();
        let mut headers = HeaderMap::new();
        Outward::default().marks(&of(tags, 1), &of(coarser, u64::MAX - 9_999))?.write(&mut headers);
        Some(headers)
    }

    #[test]
    fn shared_caches_keep_what_browsers_ask_for_and_purge_it_by_its_tags() {
        let headers = marks(2, 1).unwrap();
        assert_eq!(headers["cache-control"], "public, max-age=0, must-revalidate");
        assert_eq!(
            headers["cdn-cache-control"],
            "max-age=600, stale-while-revalidate=30, stale-if-error=3600"
        );
        assert_eq!(headers["surrogate-control"], headers["cdn-cache-control"]);
        assert_eq!(headers["surrogate-key"], "AAAAAAAAAAE AAAAAAAAAAI");
        assert_eq!(headers["cache-tag"], "AAAAAAAAAAE,AAAAAAAAAAI");
        assert_eq!(headers["cache-groups"], "\"AAAAAAAAAAE\", \"AAAAAAAAAAI\"");
        assert!(is_marked(&headers));
    }

    #[test]
    fn of_more_tags_than_a_header_holds_the_coarser_ones_are_told_and_of_too_many_of_those_none() {
        assert_eq!(marks(1_365, 1).unwrap()["cache-tag"].len(), 1_365 * 12 - 1);
        assert_eq!(marks(1_366, 1).unwrap()["cache-tag"].len(), 11);
        assert_eq!(marks(2_000, 1_366), None);
        assert_eq!(marks(0, 0), None, "what nothing ends");
    }

    /// Caches may leave out further groups, and would keep what they do not know of.
    #[test]
    fn more_groups_than_everybody_reads_are_not_told() {
        assert!(marks(32, 0).unwrap().contains_key("cache-groups"));
        assert!(!marks(33, 0).unwrap().contains_key("cache-groups"));
    }

    #[test]
    fn what_is_forbidden_is_kept_by_nobody() {
        let mut headers = HeaderMap::new();
        forbid(&mut headers);
        assert_eq!(headers["cache-control"], "private, no-store");
        assert_eq!(headers["cdn-cache-control"], "no-store");
        assert!(!is_marked(&headers));
    }
}
