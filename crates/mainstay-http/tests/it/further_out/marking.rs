//! What caches further out are told of an answer, by how much is known of it.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use mainstay_cache::Freshness;
use mainstay_cache::coherence::Tag;
use mainstay_db::Db;
use mainstay_http::caching::outward::Outward;
use mainstay_http::consistency::{self, Consistency};
use tower::ServiceExt as _;

use super::world::{Got, World};

fn header<'a>(got: &'a Got, name: &str) -> &'a str {
    got.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn status(got: &Got) -> &str {
    header(got, "cache-status")
}

/// Whether anybody may keep it; nobody is told half of it.
fn is_marked(got: &Got) -> bool {
    let is_marked = header(got, "cdn-cache-control").starts_with("max-age=600");
    let told = ["surrogate-key", "cache-tag", "cache-groups", "surrogate-control"]
        .map(|name| got.headers.contains_key(name));
    assert_eq!(told, [is_marked; 4]);
    if is_marked {
        assert_eq!(header(got, "cache-control"), "public, max-age=0, must-revalidate");
    } else {
        let told = ["cache-control", "cdn-cache-control"].map(|name| header(got, name));
        assert_eq!(told, ["private, no-store", "no-store"]);
    }
    is_marked
}

#[tokio::test]
async fn an_answer_is_told_outward_while_it_is_known_to_be_fresh() {
    let world = World::new().await;
    let node = world.node().await;
    let read = world.get(world.address, 1).await;
    assert_eq!(
        (read.status, read.body.as_str(), status(&read)),
        (200, "\"first\"", "notes; fwd=miss; stored")
    );
    assert!(is_marked(&read));
    let hit = world.get(world.address, 1).await;
    assert_eq!((status(&hit), is_marked(&hit)), ("notes; hit", true));
    assert_eq!(header(&hit, "surrogate-key").split(' ').count(), 3);
    let tag = header(&hit, "etag");
    let known = world.ask(world.address, 1, &[("if-none-match", tag)]).await;
    assert_eq!((known.status, known.body.as_str(), is_marked(&known)), (304, "", true));
    assert_eq!(header(&known, "etag"), tag);
    let none = world.get(world.address, 9).await;
    assert_eq!((none.status, is_marked(&none)), (404, false));
    drop(node);
}

#[tokio::test]
async fn what_is_not_known_to_be_fresh_is_kept_by_nobody() {
    let world = World::new().await;
    let node = world.node().await;
    world.get(world.address, 1).await;
    world.ask_for(Freshness::Bypass);
    let bypassing = world.get(world.address, 1).await;
    assert_eq!((bypassing.status, is_marked(&bypassing)), (200, false));
    world.ask_for(Freshness::Within(Duration::from_secs(10)));
    let older = world.get(world.address, 1).await;
    assert_eq!((status(&older), is_marked(&older)), ("notes; hit", false));
    world.ask_for(Freshness::Within(Duration::from_millis(100)));
    assert!(is_marked(&world.get(world.address, 1).await));
    world.ask_for(Freshness::StaleOk(Duration::from_secs(10)));
    assert!(is_marked(&world.get(world.address, 1).await), "as long as it is fresh");
    world.effects.clock.advance(Duration::from_secs(1));
    let stale = world.get(world.address, 1).await;
    assert_eq!((status(&stale), is_marked(&stale)), ("notes; hit; detail=stale", false));
    // It was read now, but who does not hear purges nothing.
    world.ask_for(Freshness::Fresh);
    let unheard = world.get(world.address, 1).await;
    assert_eq!((unheard.body.as_str(), is_marked(&unheard)), ("\"first\"", false));
    node.hear(&world.effects).await;
    assert!(is_marked(&world.get(world.address, 1).await));
    // The node hears, and what it has is outdated; but it cannot be read again.
    world.ask_for(Freshness::StaleOk(Duration::from_secs(10)));
    world.write(1, "second").await;
    world.run("alter table note rename to moved").await;
    node.hear(&world.effects).await;
    let outdated = world.get(world.address, 1).await;
    assert_eq!((outdated.body.as_str(), status(&outdated)), ("\"first\"", "notes; hit; detail=stale"));
    assert!(!is_marked(&outdated));
}

/// Of what a kept answer within is made, the outer one does not know the names.
#[tokio::test]
async fn what_is_made_of_kept_answers_is_kept_by_nobody() {
    let world = World::new().await;
    let _node = world.node().await;
    world.nest();
    for _ in 0..2 {
        let nested = world.get(world.address, 1).await;
        assert_eq!((nested.body.as_str(), is_marked(&nested)), ("\"first\"", false));
    }
}

async fn write(is_public: bool, db: Db) -> Response {
    let tx = db.write().await.unwrap();
    tx.execute("update note set body = 'second' where owner = 1", &[]).await.unwrap();
    tx.commit().await.unwrap();
    let mut response = Response::new(Body::empty());
    if is_public {
        Outward::default().marks(&Tag::of_table("note"), &[]).unwrap().write(response.headers_mut());
    }
    response
}

/// What a session has seen is told to it alone.
#[tokio::test]
async fn an_answer_for_everybody_carries_no_token_of_a_session() {
    let world = World::new().await;
    let node = world.node().await;
    let db = world.test.db().clone();
    node.caches.follow(&db);
    let consistency = Consistency::new(&mainstay_http::Config::default(), b"secret");
    let routes = Router::new().route("/own", get(|State(db)| write(false, db)));
    let routes = routes.route("/public", get(|State(db)| write(true, db))).with_state(db);
    let routes = routes.layer(consistency::carry(consistency));
    let told = async |path: &str| {
        let request = Request::get(path).header("cookie", "theme=dark").body(Body::empty()).unwrap();
        let answer = routes.clone().oneshot(request).await.unwrap();
        ["x-consistency", "set-cookie"].map(|name| answer.headers().contains_key(name))
    };
    assert_eq!((told("/own").await, told("/public").await), ([true; 2], [false; 2]));
}
