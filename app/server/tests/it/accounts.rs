//! Sign-up, sign-in and sessions over HTTP, by bearer token and by cookie.

use std::cell::Cell;

use http::Method;
use mainstay_testing::until;
use paceline::config::RegistrationRule;
use paceline::features::accounts::remove_expired;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::process::{fed, on, said};
use crate::world::{Answer, Client, KEY_ID, PASSWORD, SECRET, World, answer};

mod changed;
mod cookies;

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

#[tokio::test]
async fn weak_passwords_and_taken_addresses_are_refused() {
    let world = World::new().await;
    for weak in ["short", "123456789", "1234567890", "password123", &"x".repeat(129)] {
        let answer = register(&world, "weak@example.org", weak).await;
        assert_eq!(answer.problem(), (422, "weak_password".to_owned()), "{weak}");
        assert_eq!(answer.pointers(), ["/password"], "{weak}");
    }
    register(&world, "Taken@Example.org", PASSWORD).await.expect(201);
    let again = register(&world, "taken@example.ORG", PASSWORD).await;
    assert_eq!(again.problem(), (409, "email_taken".to_owned()));
    assert_eq!(again.pointers(), ["/email"]);
    let signed_in = login(&world, " TAKEN@example.org ", PASSWORD).await.expect(200);
    assert_eq!(signed_in["athlete"]["email"], "Taken@Example.org");
    let (one, other) = tokio::join!(
        register(&world, "a@example.org", PASSWORD),
        register(&world, "A@example.org", PASSWORD)
    );
    let mut both = [one.status.as_u16(), other.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [201, 409], "at once");
    world.close().await;
}

#[tokio::test]
async fn where_registration_is_closed_accounts_come_from_the_command_line_alone() {
    let world = World::with(|config| config.auth.registration = RegistrationRule::Closed).await;
    for password in [PASSWORD, "weak"] {
        let refused = register(&world, "kim@example.org", password).await;
        assert_eq!(refused.problem(), (403, "registration_closed".to_owned()));
    }
    assert_eq!(login(&world, "kim@example.org", PASSWORD).await.problem().0, 401, "no account was made");
    let mut create = on(&world.db);
    create.args(["account", "create", "kim@example.org"]).env("PACELINE_AUTH__REGISTRATION", "closed");
    let (code, _, stderr) = said(&fed(&mut create, PASSWORD));
    assert_eq!(code, 0, "{stderr}");
    login(&world, "kim@example.org", PASSWORD).await.expect(200);
    world.close().await;
}

#[tokio::test]
async fn bodies_that_say_something_else_are_refused_field_by_field() {
    let world = World::new().await;
    let path = "/v1/auth/register";
    let refused = async |body: Value| post(&world, path, body).await;
    let bad =
        json!({ "email": "nobody", "password": PASSWORD, "timezone": "Mars/Olympus", "display_name": " " });
    let answer = refused(bad).await;
    assert_eq!(answer.problem().0, 422);
    assert_eq!(answer.pointers(), ["/email", "/timezone", "/display_name"]);
    for (body, pointer) in [
        (json!({ "email": 7, "password": PASSWORD }), "/email"),
        (json!({ "email": "a@example.org" }), "/password"),
        (json!({ "email": "a@example.org", "password": PASSWORD, "role": "admin" }), "/role"),
    ] {
        let answer = refused(body).await;
        assert_eq!(
            (answer.problem().0, answer.pointers()),
            (422, vec![pointer.to_owned()]),
            "{}",
            answer.text()
        );
    }
    let nul = refused(json!({ "email": "a\u{0}b@example.org", "password": PASSWORD })).await;
    assert_eq!((nul.problem().0, nul.pointers()), (422, vec!["/email".to_owned()]));
    let nul =
        refused(json!({ "email": "c@example.org", "password": PASSWORD, "display_name": "a\u{0}b" })).await;
    assert_eq!((nul.problem().0, nul.pointers()), (422, vec!["/display_name".to_owned()]), "{}", nul.text());
    let text = json!({ "email": "a@example.org", "password": PASSWORD }).to_string();
    let plain = world.request(Method::POST, path).header("content-type", "text/plain").body(text.clone());
    assert_eq!(crate::world::answer(plain).await.problem().0, 415);
    let cut = world
        .request(Method::POST, path)
        .header("content-type", "application/json")
        .body(text[..20].to_owned());
    assert_eq!(crate::world::answer(cut).await.problem().0, 400);
    let login_nul = login(&world, "a\u{0}b@example.org", PASSWORD).await;
    assert_eq!(login_nul.problem(), (401, "wrong_credentials".to_owned()));
    world.close().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let world = World::new().await;
    world.register("kim@example.org").await;
    let wrong = login(&world, "kim@example.org", "not the password").await;
    let unknown = login(&world, "robin@example.org", "not the password").await;
    assert_eq!(wrong.problem(), (401, "wrong_credentials".to_owned()));
    let without_request = |answer: &Answer| {
        let mut json = answer.json();
        json.as_object_mut().unwrap().remove("request_id");
        json
    };
    assert_eq!(without_request(&wrong), without_request(&unknown));
    assert_eq!(wrong.status, unknown.status);
    world.close().await;
}

/// The session that a client's access token names.
fn session_of(client: &Client) -> Uuid {
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&client.token).unwrap().claims;
    claims["sid"].as_str().unwrap().parse().unwrap()
}

async fn is_signed_in(client: &Client) -> bool {
    client.get("/v1/auth/me").await.status == 200
}

#[tokio::test]
async fn a_refresh_token_works_once_and_a_late_second_use_ends_the_session() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let second = world.client(&refresh(&world, &kim.refresh_token).await.expect(200));
    assert!(second.refresh_token != kim.refresh_token && second.token != kim.token);
    assert!(is_signed_in(&second).await);
    world.advance(10);
    let soon = refresh(&world, &kim.refresh_token).await;
    assert_eq!(soon.problem(), (409, "refresh_in_progress".to_owned()));
    assert!(is_signed_in(&second).await, "two tabs of one browser are no theft");
    world.advance(1);
    let late = refresh(&world, &kim.refresh_token).await;
    assert_eq!(late.problem(), (401, "refresh_token_reused".to_owned()));
    assert!(!is_signed_in(&second).await, "the session has ended");
    let ended = refresh(&world, &second.refresh_token).await;
    assert_eq!(ended.problem(), (401, "invalid_refresh_token".to_owned()));
    let other = login(&world, "kim@example.org", PASSWORD).await.expect(200);
    assert!(is_signed_in(&world.client(&other)).await, "other sessions are not concerned");
    for nonsense in ["", "x", &"A".repeat(43), "\u{0}"] {
        assert_eq!(refresh(&world, nonsense).await.problem(), (401, "invalid_refresh_token".to_owned()));
    }
    world.close().await;
}

#[tokio::test]
async fn two_refreshes_at_once_give_one_pair() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let (one, other) = tokio::join!(refresh(&world, &kim.refresh_token), refresh(&world, &kim.refresh_token));
    let mut both = [one.status.as_u16(), other.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [200, 409]);
    world.close().await;
}

#[tokio::test]
async fn a_refresh_token_expires() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    world.advance(30 * 86_400 - 1);
    let kim = world.client(&refresh(&world, &kim.refresh_token).await.expect(200));
    world.advance(30 * 86_400);
    assert_eq!(
        refresh(&world, &kim.refresh_token).await.problem(),
        (401, "invalid_refresh_token".to_owned())
    );
    world.close().await;
}

#[tokio::test]
async fn what_has_expired_is_removed_some_rows_at_a_time() {
    const MONTH: u64 = 30 * 86_400;
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let renewed = world.client(&refresh(&world, &kim.refresh_token).await.expect(200));
    let ended = world.client(&login(&world, "kim@example.org", PASSWORD).await.expect(200));
    ended.post("/v1/auth/logout", json!({})).await.expect(204);
    world.advance(10);
    let robin = world.register("robin@example.org").await;
    let rows = async || {
        let read = world.db.db().read();
        let sql = "select (select count(*) from refresh_token), (select count(*) from login_session)";
        let row = read.query_one(sql, &[]).await.unwrap();
        (row.get::<_, i64>(0), row.get::<_, i64>(1))
    };
    let remove = async |max_rows| {
        let removed = remove_expired(&world.app, max_rows).await.unwrap();
        (removed.refresh_tokens, removed.sessions, removed.may_be_more(max_rows))
    };
    world.advance(MONTH - 11);
    assert_eq!(remove(100).await, (0, 0, false));
    assert_eq!(rows().await, (4, 3), "also the session that was ended, and the token that was used");
    world.advance(1);
    assert_eq!(remove(2).await.0, 2);
    assert_eq!(remove(2).await.0, 1);
    remove(2).await;
    assert_eq!(remove(2).await, (0, 0, false));
    assert_eq!(rows().await, (1, 1));
    for gone in [&kim, &renewed, &ended] {
        let answer = refresh(&world, &gone.refresh_token).await;
        assert_eq!(answer.problem(), (401, "invalid_refresh_token".to_owned()), "as before");
    }
    refresh(&world, &robin.refresh_token).await.expect(200);
    world.close().await;
}

#[tokio::test]
async fn no_removal_takes_more_than_its_limit() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let tx = world.db.db().write().await.unwrap();
    let sql = "insert into refresh_token (athlete_id, token_hash, session_id, issued_at, expires_at) \
        select athlete_id, sha256(number::text::bytea), session_id, issued_at, expires_at \
        from refresh_token, generate_series(1, 500) as number";
    tx.execute(sql, &[]).await.unwrap();
    tx.batch_execute("analyze refresh_token").await.unwrap();
    tx.commit().await.unwrap();
    world.advance(31 * 86_400);
    let first = remove_expired(&world.app, 10).await.unwrap();
    assert_eq!((first.refresh_tokens, first.sessions), (10, 0), "the session still has tokens");
    assert!(first.may_be_more(10));
    // A row that somebody holds is not waited for.
    let holder = world.db.db().write().await.unwrap();
    let sql = "select from refresh_token order by token_hash limit 1 for update";
    holder.query(sql, &[]).await.unwrap();
    assert_eq!(remove_expired(&world.app, 1000).await.unwrap().refresh_tokens, 490);
    holder.rollback().await.unwrap();
    let last = remove_expired(&world.app, 1000).await.unwrap();
    assert_eq!((last.refresh_tokens, last.sessions), (1, 1));
    assert!(!is_signed_in(&kim).await);
    world.close().await;
}

#[tokio::test]
async fn refused_refreshes_close_no_connection() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let ended = world.register("robin@example.org").await;
    ended.post("/v1/auth/logout", json!({})).await.expect(204);
    refresh(&world, &kim.refresh_token).await.expect(200);
    for (token, code) in [
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "invalid_refresh_token"),
        (ended.refresh_token.as_str(), "invalid_refresh_token"),
        (kim.refresh_token.as_str(), "refresh_in_progress"),
    ] {
        for _ in 0..5 {
            assert_eq!(refresh(&world, token).await.problem().1, code);
        }
    }
    let stats = world.app.db.stats();
    assert_eq!(stats.dropped, 0, "{stats:?}");
    world.close().await;
}

#[tokio::test]
async fn signing_out_ends_access_at_once() {
    let world = World::new().await;
    let one = world.register("kim@example.org").await;
    let two = world.client(&login(&world, "kim@example.org", PASSWORD).await.expect(200));
    let three = world.client(&login(&world, "kim@example.org", PASSWORD).await.expect(200));
    let stranger = world.register("robin@example.org").await;
    one.post("/v1/auth/logout", json!({})).await.expect(204);
    assert!(!is_signed_in(&one).await && is_signed_in(&two).await);
    assert_eq!(refresh(&world, &one.refresh_token).await.problem().0, 401);
    assert_eq!(two.post("/v1/auth/logout-all", json!({})).await.expect(200), json!({ "sessions_ended": 2 }));
    assert!(!is_signed_in(&two).await && !is_signed_in(&three).await);
    assert!(is_signed_in(&stranger).await, "another account is not concerned");
    world.close().await;
}

async fn logout(world: &World, body: Option<Value>) -> Answer {
    world.anonymous(Method::POST, "/v1/auth/logout", body).await
}

#[tokio::test]
async fn a_refresh_token_alone_signs_out() {
    let world = World::new().await;
    let one = world.register("kim@example.org").await;
    let two = world.client(&login(&world, "kim@example.org", PASSWORD).await.expect(200));
    // A token that was already exchanged names the session too.
    let newer = world.client(&refresh(&world, &one.refresh_token).await.expect(200));
    let body = json!({ "refresh_token": one.refresh_token });
    logout(&world, Some(body.clone())).await.expect(204);
    assert!(!is_signed_in(&one).await && !is_signed_in(&newer).await);
    assert_eq!(refresh(&world, &newer.refresh_token).await.problem().0, 401);
    assert!(is_signed_in(&two).await, "another session");
    for again in
        [Some(body), Some(json!({ "refresh_token": "nonsense" })), Some(json!({})), Some(json!(null)), None]
    {
        logout(&world, again).await.expect(204);
    }
    assert!(is_signed_in(&two).await, "nothing was left to end");
    let unknown = logout(&world, Some(json!({ "token": "x" }))).await;
    assert_eq!((unknown.problem().0, unknown.pointers()), (422, vec!["/token".to_owned()]));
    world.close().await;
}

#[tokio::test]
async fn an_access_token_that_has_expired_still_signs_out() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    world.advance(3600);
    assert_eq!(kim.get("/v1/auth/me").await.problem(), (401, "token_expired".to_owned()));
    let answer = answer(kim.request(Method::POST, "/v1/auth/logout")).await;
    answer.expect(204);
    assert_eq!(refresh(&world, &kim.refresh_token).await.problem().0, 401, "the session has ended");
    let forged = kim.with_token("a.b.c".to_owned());
    forged.post("/v1/auth/logout", json!({})).await.expect(204);
    world.close().await;
}

#[tokio::test]
async fn access_tokens_expire_and_foreign_ones_are_refused() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&kim.token).unwrap().claims;
    let forged = |change: Value, secret: &str, key: &str| {
        let mut claims = claims.clone();
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        header.kid = Some(key.to_owned());
        let token = jsonwebtoken::encode(
            &header,
            &claims,
            &jsonwebtoken::EncodingKey::from_secret(secret.as_bytes()),
        );
        kim.with_token(token.unwrap())
    };
    assert!(is_signed_in(&forged(json!({}), SECRET, KEY_ID)).await, "the forger forges well");
    for (what, client) in [
        ("purpose", forged(json!({ "purpose": "password_reset" }), SECRET, KEY_ID)),
        ("session", forged(json!({ "sid": claims["jti"] }), SECRET, KEY_ID)),
        ("secret", forged(json!({}), "another secret, just as long as the right one", KEY_ID)),
        ("key id", forged(json!({}), SECRET, "former")),
        ("nonsense", kim.with_token("a.b.c".to_owned())),
    ] {
        assert_eq!(client.get("/v1/auth/me").await.problem().0, 401, "{what}");
    }
    let elevated = forged(json!({ "role": "admin" }), SECRET, KEY_ID);
    assert_eq!(
        elevated.get("/v1/auth/me").await.expect(200)["role"],
        "athlete",
        "the role is read, not believed"
    );
    world.advance(15 * 60 + 29);
    assert!(is_signed_in(&kim).await, "half a minute of leeway");
    world.advance(1);
    let expired = kim.get("/v1/auth/me").await;
    assert_eq!(expired.problem(), (401, "token_expired".to_owned()));
    assert!(expired.headers.contains_key("www-authenticate"));
    world.close().await;
}
