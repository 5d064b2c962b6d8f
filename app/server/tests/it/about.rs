//! What everybody may know of the installation. Never here: what follows from it for a page.

use std::path::Path;

use http::Method;
use paceline::config::RegistrationRule;
use serde_json::{Value, json};

use crate::world::World;

async fn about(world: &World) -> Value {
    world.anonymous(Method::GET, "/v1/about", None).await.expect(200)
}

#[tokio::test]
async fn everybody_learns_the_version_who_may_register_and_which_map_there_is() {
    let world = World::new().await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(about(&world).await, json!({ "version": version, "registration": "open", "tiles": null }));
    let policy = page_policy(&world).await;
    assert_eq!(images(&policy), "img-src 'self' data: blob:", "{policy}");
    world.close().await;

    let world = World::with(|config| {
        config.auth.registration = RegistrationRule::Closed;
        config.web.tiles_url = "https://tiles.example.org/{z}/{x}/{y}.png?key=k".to_owned();
        config.web.tiles_attribution = "© Surveyors".to_owned();
    })
    .await;
    let tiles =
        json!({ "url": "https://tiles.example.org/{z}/{x}/{y}.png?key=k", "attribution": "© Surveyors" });
    assert_eq!(about(&world).await, json!({ "version": version, "registration": "closed", "tiles": tiles }));
    let policy = page_policy(&world).await;
    let expected = match Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/build/index.html").is_file() {
        true => "img-src 'self' data: blob: https://tiles.example.org",
        false => "img-src 'self' data: blob:",
    };
    assert_eq!(images(&policy), expected, "{policy}");
    assert_eq!(
        policy.matches("https:").count(),
        expected.matches("https:").count(),
        "nowhere else: {policy}"
    );
    world.close().await;
}

/// What a policy says of images.
fn images(policy: &str) -> &str {
    policy.split(';').map(str::trim).find(|part| part.starts_with("img-src ")).unwrap()
}

/// The policy of the page at the root; the platform's own in a binary without the web application.
async fn page_policy(world: &World) -> String {
    let page = world.anonymous(Method::GET, "/", None).await;
    page.headers["content-security-policy"].to_str().unwrap().to_owned()
}
