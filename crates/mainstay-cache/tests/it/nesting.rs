//! An answer that is made from other kept ones ends when one of them does.

use std::time::Duration;

use jiff::Timestamp;
use mainstay_cache::coherence::Tag;
use mainstay_cache::{Answer, Cache, Freshness, LoadError, NameConfig, Source, Value};
use mainstay_db::DbError;

use crate::world::{Node, World};

const MS: Duration = Duration::from_millis(1);

/// What is said of notes, and until when.
#[derive(Debug, PartialEq)]
struct Said {
    text: String,
    until: Option<Timestamp>,
}

impl Value for Said {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }

    fn valid_until(&self) -> Option<Timestamp> {
        self.until
    }
}

type Pages = Cache<i64, Said>;

fn pages(node: &Node) -> Pages {
    node.caches.cache("pages", NameConfig::default())
}

/// A page of two notes, whose own tag says nothing of them.
async fn page(node: &Node, pages: &Pages, inner: Freshness) -> Answer<Said> {
    let load = |_| async {
        let (one, two) = (node.get(1, inner).await, node.get(2, Freshness::Fresh).await);
        let text = format!("{} {}", one.value.as_deref().unwrap_or(""), two.value.as_deref().unwrap_or(""));
        Ok::<_, DbError>(Said { text, until: None })
    };
    let tags = || vec![Tag::named("page")];
    pages.get_or_load(&1, tags, Freshness::Fresh, load).await.unwrap()
}

#[tokio::test]
async fn an_answer_ends_with_each_of_those_that_it_was_made_from() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let pages = pages(&node);
    let told = async || {
        let page = page(&node, &pages, Freshness::Fresh).await;
        (page.value.text.clone(), page.source)
    };
    assert_eq!(told().await, ("first first".to_owned(), Source::Loaded));
    assert_eq!(told().await, ("first first".to_owned(), Source::Level1));
    node.write(2, "second").await;
    assert_eq!(told().await, ("first second".to_owned(), Source::Loaded));
    // The inner answers were kept before the outer read began: of the second, a hit.
    world.write(1, "by psql").await;
    node.hear().await;
    assert_eq!(told().await, ("by psql second".to_owned(), Source::Loaded));
    assert_eq!(told().await.1, Source::Level1);
    node.write(3, "of another one").await;
    assert_eq!(told().await.1, Source::Level1);
}

#[tokio::test]
async fn what_is_made_from_an_outdated_answer_is_not_kept() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let pages = pages(&node);
    node.fresh(1).await;
    node.write(1, "second").await;
    // Somebody reads, and whoever allows it is served meanwhile what was.
    let hangs = |_| std::future::pending::<Result<Option<String>, DbError>>();
    let mut reads =
        Box::pin(node.notes.get_or_load(&(1, 1), || crate::world::tags(1), Freshness::Fresh, hangs));
    assert!(futures_util::poll!(&mut reads).is_pending());
    let stale = Freshness::StaleOk(Duration::from_secs(5));
    assert_eq!(page(&node, &pages, stale).await.value.text, "first first");
    drop(reads);
    let fresh = page(&node, &pages, Freshness::Fresh).await;
    assert_eq!((fresh.value.text.as_str(), fresh.source), ("second first", Source::Loaded));
    assert_eq!(page(&node, &pages, Freshness::Fresh).await.source, Source::Level1);
}

#[tokio::test]
async fn it_ends_with_the_first_of_their_times() {
    let world = World::new().await;
    let name =
        NameConfig { ttl_ms: 10_000, jitter_percent: 0, refresh_after_percent: 100, ..NameConfig::default() };
    let node = world.paused_node(name).await;
    let pages = pages(&node);
    let at = async |ms: u32| {
        node.clock.advance((MS * ms).saturating_sub(node.clock.boottime()));
        node.hear().await;
    };
    node.fresh(1).await;
    at(6_000).await;
    let asked = async || page(&node, &pages, Freshness::Fresh).await.source;
    assert_eq!([asked().await, asked().await], [Source::Loaded, Source::Level1]);
    at(9_998).await;
    assert_eq!(asked().await, Source::Level1);
    at(10_001).await;
    assert_eq!([asked().await, asked().await], [Source::Loaded, Source::Level1]);
}

#[tokio::test]
async fn an_answer_says_until_when_it_holds() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let pages = pages(&node);
    let until: Timestamp = "2026-01-01T00:01:00Z".parse().unwrap();
    let asked = async |until| {
        let load = |_| async move { Ok::<_, DbError>(Said { text: "today".into(), until: Some(until) }) };
        let answer: Result<_, LoadError<_>> =
            pages.get_or_load(&7, || vec![Tag::named("page")], Freshness::Fresh, load).await;
        answer.unwrap().source
    };
    let past = Timestamp::UNIX_EPOCH;
    assert_eq!([asked(past).await, asked(past).await], [Source::Loaded; 2], "it was over before");
    assert_eq!([asked(until).await, asked(until).await], [Source::Loaded, Source::Level1]);
    node.clock.advance(Duration::from_secs(60) - 2 * MS);
    node.hear().await;
    assert_eq!(asked(until).await, Source::Level1);
    node.clock.advance(2 * MS);
    node.hear().await;
    assert_eq!(asked(until).await, Source::Loaded);
}
