//! Sign-up, sign-in and sessions over HTTP, by bearer token and by cookie.

use http::Method;
use serde_json::{Value, json};

use crate::world::{Answer, PASSWORD, World, answer};

async fn post(world: &World, path: &str, body: Value) -> Answer {
    world.anonymous(Method::POST, path, Some(body)).await
}

async fn register(world: &World, email: &str, password: &str) -> Answer {
    post(world, "/v1/auth/register", json!({ "email": email, "password": password })).await
}

async fn login(world: &World, email: &str, password: &str) -> Answer {
    post(world, "/v1/auth/login", json!({ "email": email, "password": password })).await
}

async fn refresh(world: &World, token: &str) -> Answer {
    post(world, "/v1/auth/refresh", json!({ "refresh_token": token })).await
}

#[tokio::test]
async fn registering_signs_in_with_every_field_of_the_contract() {
    let world = World::new().await;
    let body = json!({ "email": " Kim@Example.org ", "password": "testpassword123", "display_name": "Kim",
        "timezone": "Europe/Berlin" });
    let answer = post(&world, "/v1/auth/register", body).await;
    let json = answer.expect(201);
    assert_eq!((&json["token_type"], &json["expires_in"]), (&json!("bearer"), &json!(900)));
    let athlete = &json["athlete"];
    let expected = json!({ "id": athlete["id"], "email": "Kim@Example.org", "display_name": "Kim", "role": "athlete",
        "timezone": "Europe/Berlin" });
    assert_eq!(*athlete, expected);
    assert!(answer.headers.get("set-cookie").is_none(), "a program asked for no cookies");
    let kim = world.client(&json);
    assert_eq!(kim.get("/v1/auth/me").await.expect(200), expected);
    assert_eq!(world.anonymous(Method::GET, "/v1/auth/me", None).await.problem().0, 401);
    world.close().await;
}
