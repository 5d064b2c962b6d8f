//! Sign-up, sign-in and sessions over HTTP, by bearer token and by cookie.

use std::cell::Cell;

use http::Method;
use mainstay_http::auth::passwords::{self, NewPassword, Passwords};
use mainstay_testing::until;
use paceline::config::RegistrationRule;
use paceline::features::accounts::remove_expired;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::process::{fed, on, said};
use crate::world::{Answer, Client, KEY_ID, PASSWORD, SECRET, World, answer};

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
async fn a_new_password_ends_every_other_session() {
    let world = World::new().await;
    let one = world.register("kim@example.org").await;
    let two = world.client(&login(&world, "kim@example.org", PASSWORD).await.expect(200));
    let change = async |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        one.post("/v1/auth/change-password", body).await
    };
    assert_eq!(change("wrong", "another good one").await.problem(), (401, "wrong_credentials".to_owned()));
    let weak = change(PASSWORD, "short").await;
    assert_eq!((weak.problem().0, weak.pointers()), (422, vec!["/new_password".to_owned()]));
    assert!(is_signed_in(&two).await, "nothing happened yet");
    change(PASSWORD, "another good one").await.expect(204);
    assert!(is_signed_in(&one).await && !is_signed_in(&two).await);
    assert_eq!(login(&world, "kim@example.org", PASSWORD).await.problem().0, 401);
    login(&world, "kim@example.org", "another good one").await.expect(200);
    world.close().await;
}

/// How many sessions of this database wait for a lock.
async fn waiting(world: &World) -> i64 {
    let read = world.db.db().read();
    let sql = "select count(*) from pg_stat_activity \
        where datname = current_database() and wait_event_type = 'Lock'";
    read.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_sign_in_does_not_outlive_a_change_of_password_that_it_raced() {
    let world = World::new().await;
    let one = world.register("kim@example.org").await;
    let two = world.client(&login(&world, "kim@example.org", PASSWORD).await.expect(200));
    // The change of password has stored the new hash and waits to end the other session.
    let gate = world.db.db().write().await.unwrap();
    gate.query("select from login_session where id <> $1 for update", &[&session_of(&one)]).await.unwrap();
    let body = json!({ "current_password": PASSWORD, "new_password": "another good one" });
    let change = one.post("/v1/auth/change-password", body);
    let sign_in_done = Cell::new(false);
    let sign_in = async {
        until("the change waits", async || waiting(&world).await == 1).await;
        // The old password is still the one that everybody sees.
        let answer = login(&world, "kim@example.org", PASSWORD).await;
        sign_in_done.set(true);
        answer
    };
    let open_gate = async {
        until("the sign-in waits too", async || sign_in_done.get() || waiting(&world).await == 2).await;
        gate.rollback().await.unwrap();
    };
    let (changed, signed_in, ()) = tokio::join!(change, sign_in, open_gate);
    changed.expect(204);
    if signed_in.status == 200 {
        let survivor = world.client(&signed_in.json());
        assert!(!is_signed_in(&survivor).await, "signed in with the old password, after the change");
    }
    assert_eq!(signed_in.problem(), (401, "wrong_credentials".to_owned()));
    assert!(is_signed_in(&one).await && !is_signed_in(&two).await);
    world.close().await;
}

#[tokio::test]
async fn a_change_of_password_ends_a_sign_in_that_was_a_moment_earlier() {
    let world = World::new().await;
    let one = world.register("kim@example.org").await;
    // The sign-in has checked the password and waits to store its refresh token.
    let gate = world.db.db().write().await.unwrap();
    gate.batch_execute("lock table refresh_token in share mode").await.unwrap();
    let sign_in = login(&world, "kim@example.org", PASSWORD);
    let change_done = Cell::new(false);
    let change = async {
        until("the sign-in waits", async || waiting(&world).await == 1).await;
        let body = json!({ "current_password": PASSWORD, "new_password": "another good one" });
        let answer = one.post("/v1/auth/change-password", body).await;
        change_done.set(true);
        answer
    };
    let open_gate = async {
        until("the change waits too", async || change_done.get() || waiting(&world).await == 2).await;
        gate.rollback().await.unwrap();
    };
    let (signed_in, changed, ()) = tokio::join!(sign_in, change, open_gate);
    changed.expect(204);
    let early = world.client(&signed_in.expect(200));
    assert!(!is_signed_in(&early).await, "the change ended it");
    world.close().await;
}

#[tokio::test]
async fn of_two_changes_of_password_at_once_one_is_refused() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let gate = world.db.db().write().await.unwrap();
    gate.query("select from athlete where id = $1 for update", &[&kim.id]).await.unwrap();
    let change = async |new: &str| {
        let body = json!({ "current_password": PASSWORD, "new_password": new });
        kim.post("/v1/auth/change-password", body).await
    };
    let open_gate = async {
        until("both wait", async || waiting(&world).await == 2).await;
        gate.rollback().await.unwrap();
    };
    let (one, other, ()) = tokio::join!(change("another good one"), change("a third good one"), open_gate);
    let mut both = [one.status.as_u16(), other.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [204, 401], "the second one's present password was no longer that");
    world.close().await;
}

/// The stored hash of an account.
async fn stored_hash(world: &World, client: &Client) -> String {
    let read = world.db.db().read();
    let sql = "select password_hash from athlete where id = $1";
    read.query_one(sql, &[&client.id]).await.unwrap().get(0)
}

/// Stores a hash of everybody's password at another cost than today's.
async fn make_stale(world: &World, client: &Client) -> String {
    let cost = passwords::Config { memory_kib: 32, passes: 1, ..Default::default() };
    let former = Passwords::new(&cost, world.effects.random.clone()).unwrap();
    let stale = former.hash(NewPassword::parse(PASSWORD.to_owned()).unwrap()).await.unwrap();
    let tx = world.db.db().write().await.unwrap();
    let sql = "update athlete set password_hash = $1 where id = $2";
    tx.execute(sql, &[&stale, &client.id]).await.unwrap();
    tx.commit().await.unwrap();
    stale
}

#[tokio::test]
async fn a_hash_of_former_cost_is_renewed_by_the_next_sign_in() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let stale = make_stale(&world, &kim).await;
    assert!(stale.contains("m=32,"), "{stale}");
    assert_eq!(login(&world, "kim@example.org", "not the password").await.problem().0, 401);
    assert_eq!(stored_hash(&world, &kim).await, stale, "who guesses wrong changes nothing");
    let signed_in = world.client(&login(&world, "kim@example.org", PASSWORD).await.expect(200));
    let renewed = stored_hash(&world, &kim).await;
    assert!(renewed.contains("m=64,"), "{renewed}");
    assert!(is_signed_in(&kim).await && is_signed_in(&signed_in).await, "the password is the same");
    login(&world, "kim@example.org", PASSWORD).await.expect(200);
    assert_eq!(stored_hash(&world, &kim).await, renewed, "once");
    world.close().await;
}

#[tokio::test]
async fn a_hash_that_is_renewed_at_this_moment_keeps_nobody_out() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    make_stale(&world, &kim).await;
    let gate = world.db.db().write().await.unwrap();
    gate.query("select from athlete where id = $1 for update", &[&kim.id]).await.unwrap();
    let sign_in = async || login(&world, "kim@example.org", PASSWORD).await;
    let change = async {
        let body = json!({ "current_password": PASSWORD, "new_password": "another good one" });
        until("both sign-ins wait", async || waiting(&world).await == 2).await;
        kim.post("/v1/auth/change-password", body).await
    };
    let open_gate = async {
        until("all wait", async || waiting(&world).await == 3).await;
        gate.rollback().await.unwrap();
    };
    let (one, other, changed, ()) = tokio::join!(sign_in(), sign_in(), change, open_gate);
    changed.expect(204);
    for signed_in in [one, other] {
        // Before the change or after it, and never with another answer than the password deserves.
        match signed_in.status.as_u16() {
            200 => assert!(!is_signed_in(&world.client(&signed_in.json())).await, "the change ended it"),
            _ => assert_eq!(signed_in.problem(), (401, "wrong_credentials".to_owned())),
        }
    }
    login(&world, "kim@example.org", "another good one").await.expect(200);
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

/// The cookies that an answer sets, by name: value and attributes.
fn cookies(answer: &Answer) -> Vec<(String, String, String)> {
    let parse = |line: &http::HeaderValue| {
        let (pair, attributes) = line.to_str().unwrap().split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), attributes.to_owned())
    };
    answer.headers.get_all("set-cookie").iter().map(parse).collect()
}

/// A browser: keeps cookies and repeats the CSRF value where it is told to.
struct Browser<'a> {
    world: &'a World,
    cookies: Vec<(String, String, String)>,
}

impl Browser<'_> {
    async fn send(&self, method: Method, path: &str, extra: &[(&str, &str)]) -> Answer {
        let line: Vec<_> = self.cookies.iter().map(|(name, value, _)| format!("{name}={value}")).collect();
        let mut request = self.world.request(method, path).header("cookie", line.join("; "));
        for (name, value) in extra {
            request = request.header(*name, *value);
        }
        answer(request.json(&json!({}))).await
    }

    fn csrf(&self) -> &str {
        &self.cookies.iter().find(|(name, ..)| name == "csrf").unwrap().1
    }
}

#[tokio::test]
async fn browsers_get_cookies_that_pages_cannot_read_or_abuse() {
    let world = World::new().await;
    let body = json!({ "email": "kim@example.org", "password": PASSWORD, "transport": "cookie" });
    let foreign = [("origin", "https://evil.example")];
    let path = "/v1/auth/register";
    let from_evil = world.request(Method::POST, path).header("origin", "https://evil.example").json(&body);
    assert_eq!(answer(from_evil).await.problem(), (403, "csrf_refused".to_owned()));
    let signed_in = post(&world, path, body).await;
    let json = signed_in.expect(201);
    assert_eq!(json["token_type"], "cookie");
    assert!(json.get("access_token").is_none() && json.get("refresh_token").is_none(), "{json}");
    let mut browser = Browser { world: &world, cookies: cookies(&signed_in) };
    let names: Vec<_> = browser.cookies.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["access", "refresh", "csrf"]);
    for (name, _, attributes) in &browser.cookies {
        assert!(attributes.contains("SameSite=Lax") && attributes.contains("Path=/"), "{name}: {attributes}");
        assert_eq!(attributes.contains("HttpOnly"), name != "csrf", "{name}: {attributes}");
    }
    browser.send(Method::GET, "/v1/auth/me", &[]).await.expect(200);
    let csrf = browser.csrf().to_owned();
    let token = ("x-csrf-token", csrf.as_str());
    for extra in [vec![], vec![("x-csrf-token", "guessed")], vec![token, foreign[0]]] {
        let refused = browser.send(Method::POST, "/v1/auth/logout", &extra).await;
        assert_eq!(refused.problem(), (403, "csrf_refused".to_owned()), "{extra:?}");
        let refused = browser.send(Method::POST, "/v1/auth/refresh", &extra).await;
        assert_eq!(refused.problem(), (403, "csrf_refused".to_owned()), "{extra:?}");
    }
    let own = world.base.clone();
    let renewed = browser.send(Method::POST, "/v1/auth/refresh", &[token, ("origin", &own)]).await;
    let json = renewed.expect(200);
    assert!(json.get("access_token").is_none(), "{json}");
    let before = std::mem::replace(&mut browser.cookies, cookies(&renewed));
    assert!(before.iter().zip(&browser.cookies).all(|(old, new)| old.0 == new.0 && old.1 != new.1));
    let csrf = browser.csrf().to_owned();
    let gone = browser.send(Method::POST, "/v1/auth/logout", &[("x-csrf-token", &csrf)]).await;
    gone.expect(204);
    assert!(cookies(&gone).iter().all(|(_, value, rest)| value.is_empty() && rest.contains("Max-Age=0")));
    assert_eq!(browser.send(Method::GET, "/v1/auth/me", &[]).await.problem().0, 401);
    world.close().await;
}

#[tokio::test]
async fn a_browser_signs_out_by_what_cookies_it_still_has() {
    let world = World::new().await;
    let body = json!({ "email": "kim@example.org", "password": PASSWORD, "transport": "cookie" });
    let signed_in = post(&world, "/v1/auth/register", body).await;
    let mut browser = Browser { world: &world, cookies: cookies(&signed_in) };
    let access = browser.cookies.remove(0);
    assert_eq!(access.0, "access", "browsers drop it with its token's life");
    let path = "/v1/auth/logout";
    assert_eq!(browser.send(Method::POST, path, &[]).await.problem(), (403, "csrf_refused".to_owned()));
    let csrf = browser.csrf().to_owned();
    let gone = browser.send(Method::POST, path, &[("x-csrf-token", &csrf)]).await;
    gone.expect(204);
    let cleared = cookies(&gone);
    assert_eq!(cleared.len(), 3);
    assert!(cleared.iter().all(|(_, value, rest)| value.is_empty() && rest.contains("Max-Age=0")));
    let token = ("x-csrf-token", csrf.as_str());
    assert_eq!(browser.send(Method::POST, "/v1/auth/refresh", &[token]).await.problem().0, 401);
    browser.send(Method::POST, path, &[token]).await.expect(204);
    let nothing_left = Browser { world: &world, cookies: Vec::new() };
    nothing_left.send(Method::POST, path, &[]).await.expect(204);
    let foreign = nothing_left.send(Method::POST, path, &[("origin", "https://evil.example")]).await;
    assert_eq!(foreign.problem().0, 403, "a foreign page may not clear our cookies");
    world.close().await;
}

#[tokio::test]
async fn behind_https_cookies_are_secure_and_bound_to_the_host() {
    let world = World::with(|config| config.http.public_url = "https://train.example".to_owned()).await;
    let body = json!({ "email": "kim@example.org", "password": PASSWORD, "transport": "cookie" });
    let page = world.request(Method::POST, "/v1/auth/register").header("origin", "https://train.example");
    let signed_in = answer(page.json(&body)).await;
    signed_in.expect(201);
    let cookies = cookies(&signed_in);
    assert!(
        cookies.len() == 3
            && cookies.iter().all(|(name, _, rest)| {
                name.starts_with("__Host-") && rest.contains("Secure") && !rest.contains("Domain")
            }),
        "{cookies:?}"
    );
    assert!(signed_in.headers.contains_key("strict-transport-security"));
    world.close().await;
}
