//! Changed passwords and renewed hashes, also while somebody signs in. Never here: how a hash is made.

use mainstay_http::auth::passwords::{self, NewPassword, Passwords};

use super::*;

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
