//! Browsers: cookies that pages can neither read nor abuse. Never here: bearer tokens.

use super::*;

/// The cookies that an answer sets, by name: value and attributes.
fn cookies(answer: &Answer) -> Vec<(String, String, String)> {
    let parse = |line: &http::HeaderValue| {
        let (pair, attributes) = line.to_str().unwrap().split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), attributes.to_owned())
    };
    answer.headers.get_all("set-cookie").iter().map(parse).collect()
}

/// Those of the session; another one says what was written.
fn of_session(answer: &Answer) -> Vec<(String, String, String)> {
    cookies(answer).into_iter().filter(|(name, ..)| name != "consistency").collect()
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
    assert_eq!(names, ["access", "refresh", "csrf", "consistency"]);
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
    assert!(of_session(&gone).iter().all(|(_, value, rest)| value.is_empty() && rest.contains("Max-Age=0")));
    assert_eq!(browser.send(Method::GET, "/v1/auth/me", &[]).await.problem().0, 401);
    world.close().await;
}

#[tokio::test]
async fn a_page_of_who_was_signed_in_before_gets_nothing_of_who_is_now() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let kims = kim.get("/v1/auth/me").await.expect(200)["id"].as_str().unwrap().to_owned();
    let body = json!({ "email": "robin@example.org", "password": PASSWORD, "transport": "cookie" });
    let signed_in = post(&world, "/v1/auth/register", body).await;
    let robins = signed_in.expect(201)["athlete"]["id"].as_str().unwrap().to_owned();
    let browser = Browser { world: &world, cookies: cookies(&signed_in) };
    let csrf = ("x-csrf-token", browser.csrf());
    let (own, other) = (("x-expected-account", robins.as_str()), ("x-expected-account", kims.as_str()));
    for (method, path) in [
        (Method::GET, "/v1/auth/me"),
        (Method::GET, "/v1/activities"),
        (Method::PATCH, "/v1/athletes/me"),
        (Method::POST, "/v1/uploads"),
        (Method::POST, "/v1/auth/logout"),
        (Method::POST, "/v1/auth/logout-all"),
    ] {
        let refused = browser.send(method, path, &[csrf, other]).await;
        assert_eq!(refused.problem(), (409, "another_account".to_owned()), "{path}");
    }
    // Browsers drop the access token long before the refresh token, which is enough to leave.
    let aged = Browser { world: &world, cookies: browser.cookies[1..].to_vec() };
    let refused = aged.send(Method::POST, "/v1/auth/logout", &[csrf, other]).await;
    assert_eq!(refused.problem(), (409, "another_account".to_owned()));
    browser.send(Method::GET, "/v1/auth/me", &[own]).await.expect(200);
    browser.send(Method::PATCH, "/v1/athletes/me", &[csrf, own]).await.expect(200);
    aged.send(Method::POST, "/v1/auth/logout", &[csrf, own]).await.expect(204);
    assert_eq!(browser.send(Method::GET, "/v1/auth/me", &[own]).await.problem().0, 401);
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
    let cleared = of_session(&gone);
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
        cookies.len() == 4
            && cookies.iter().all(|(name, _, rest)| {
                name.starts_with("__Host-") && rest.contains("Secure") && !rest.contains("Domain")
            }),
        "{cookies:?}"
    );
    assert!(signed_in.headers.contains_key("strict-transport-security"));
    world.close().await;
}
