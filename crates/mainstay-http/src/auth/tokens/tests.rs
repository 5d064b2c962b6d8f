//! Access tokens by an injected clock, and refresh tokens.

use super::*;
use crate::auth::tests::{effects_at, random};

const NOW: i64 = 1_800_000_000;

fn key(id: &str) -> Key {
    Key::try_new(id, format!("{id:-<40}")).unwrap()
}

fn tokens_at(second: i64, signing: &str, former: &[&str]) -> Tokens {
    let keys = Keys::new(key(signing), former.iter().map(|id| key(id)).collect());
    Tokens::new(&Config::default(), &keys, effects_at(second))
}

fn issued() -> String {
    tokens_at(NOW, "k1", &[]).issue(Uuid::from_u128(1), Uuid::from_u128(2), "member").unwrap()
}

#[test]
fn a_token_says_who_and_for_how_long() {
    let claims = tokens_at(NOW + 60, "k1", &[]).verify(&issued()).unwrap();
    assert_eq!((claims.sub, claims.sid), (Uuid::from_u128(1), Uuid::from_u128(2)));
    assert_eq!((claims.iat, claims.exp), (NOW, NOW + 900));
    assert_eq!((claims.role.as_str(), claims.purpose.as_str()), ("member", "access"));
}

#[test]
fn time_is_the_injected_clocks_with_a_small_leeway() {
    let at = |second| tokens_at(second, "k1", &[]).verify(&issued());
    assert!(at(NOW + 900 + 29).is_ok());
    assert_eq!(at(NOW + 900 + 30), Err(TokenError::Expired));
    assert!(at(NOW - 30).is_ok());
    assert_eq!(at(NOW - 31), Err(TokenError::Invalid), "issued in the future");
    let to_sign_out = |second| tokens_at(second, "k1", &[]).verify_to_sign_out(&issued());
    assert!(to_sign_out(NOW).is_ok() && to_sign_out(NOW + 1_000_000).is_ok(), "at any age");
    assert_eq!(to_sign_out(NOW - 31), Err(TokenError::Invalid));
}

#[test]
fn keys_rotate() {
    let old = issued();
    assert!(tokens_at(NOW, "k2", &["k1"]).verify(&old).is_ok(), "a former key is still accepted");
    assert_eq!(tokens_at(NOW, "k2", &[]).verify(&old), Err(TokenError::Invalid), "a dropped one is not");
    let fresh = tokens_at(NOW, "k2", &["k1"]).issue(Uuid::nil(), Uuid::nil(), "editor").unwrap();
    assert_eq!(jsonwebtoken::decode_header(&fresh).unwrap().kid.as_deref(), Some("k2"));
}

/// A token with our key, but with claims and header of the test's choice.
fn forged(change: impl FnOnce(&mut serde_json::Value), header: &Header, key: &EncodingKey) -> String {
    let mut claims = serde_json::json!({
        "sub": Uuid::nil(), "sid": Uuid::nil(), "role": "admin", "jti": Uuid::nil(),
        "iat": NOW, "exp": NOW + 900, "purpose": "access",
    });
    change(&mut claims);
    jsonwebtoken::encode(header, &claims, key).unwrap()
}

#[test]
fn only_access_tokens_of_ours_are_accepted() {
    let verify = |token: &str| {
        let tokens = tokens_at(NOW, "k1", &[]);
        let claims = tokens.verify(token);
        assert_eq!(tokens.verify_to_sign_out(token), claims, "no other token is good to sign out");
        claims
    };
    let ours = EncodingKey::from_secret(&key("k1").secret);
    let header = |alg, kid: &str| {
        let mut header = Header::new(alg);
        header.kid = Some(kid.to_owned());
        header
    };
    let h256 = || header(Algorithm::HS256, "k1");
    assert!(verify(&forged(|_| {}, &h256(), &ours)).is_ok(), "the base of this test is a good token");
    for bad in [
        forged(|claims| claims["purpose"] = "password_reset".into(), &h256(), &ours),
        forged(|claims| drop(claims.as_object_mut().unwrap().remove("purpose")), &h256(), &ours),
        forged(|_| {}, &h256(), &EncodingKey::from_secret(&[7; 32])),
        forged(|_| {}, &header(Algorithm::HS512, "k1"), &ours),
        forged(|_| {}, &header(Algorithm::HS256, "k9"), &ours),
        forged(|_| {}, &Header::new(Algorithm::HS256), &ours),
        forged(|_| {}, &Header { typ: None, ..h256() }, &ours),
        format!("{}.", issued()),
        format!("{}A", issued()),
        String::new(),
        "a.b.c".to_owned(),
    ] {
        assert_eq!(verify(&bad), Err(TokenError::Invalid), "{bad}");
    }
    // `alg: none` with an empty signature.
    let none = URL_SAFE_NO_PAD.encode(br#"{"alg":"none","kid":"k1"}"#);
    let body = issued().split('.').nth(1).unwrap().to_owned();
    assert_eq!(verify(&format!("{none}.{body}.")), Err(TokenError::Invalid));
}

#[test]
fn any_changed_byte_breaks_the_signature() {
    let token = issued();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    for at in 0..signature.len() - 1 {
        let mut changed = signature.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = format!("{signed}.{}", String::from_utf8(changed).unwrap());
        assert_eq!(tokens_at(NOW, "k1", &[]).verify(&changed), Err(TokenError::Invalid));
    }
}

#[test]
fn short_secrets_are_refused() {
    assert_eq!(Key::try_new("k", [1; 31]).err(), Some(WeakKey));
    assert!(Key::try_new("k", [1; 32]).is_ok());
}

#[test]
fn refresh_tokens_are_opaque_and_differ() {
    let random = random();
    let (one, two) = (RefreshToken::generate(&random), RefreshToken::generate(&random));
    assert_ne!(one, two);
    assert_eq!(one.as_str().len(), 43);
    assert_eq!(RefreshToken::parse(one.as_str()).unwrap().digest(), one.digest());
    assert_ne!(one.digest(), two.digest());
    assert!(RefreshToken::parse("short").is_none());
    assert_eq!(format!("{one:?}"), "RefreshToken(…)");
}

#[test]
fn what_a_connection_has_proved_counts_for_this_token_these_keys_and_its_time() {
    let (connection, token) = (LastProved::default(), issued());
    let gate = tokens_at(NOW, "k1", &[]);
    let first = gate.verify_on(&connection, &token).unwrap();
    assert_eq!(connection.claims_of(&token, &gate.verifying), Some(first.clone()), "it is remembered");
    assert_eq!(gate.verify_on(&connection, &token), Ok(first));

    let mut late = tokens_at(NOW + 930, "k1", &[]);
    late.verifying = Arc::clone(&gate.verifying);
    assert_eq!(late.verify_on(&connection, &token), Err(TokenError::Expired), "known, and too old");
    let other = tokens_at(NOW, "k2", &[]);
    assert_eq!(other.verify_on(&connection, &token), Err(TokenError::Invalid), "other keys");

    // One letter of what is signed, or of the signature.
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let swapped = |text: &str| text.chars().rev().collect::<String>();
    for forged in [format!("{signed}.{}", swapped(signature)), format!("{}.{signature}", swapped(signed))] {
        assert_eq!(gate.verify_on(&connection, &forged), Err(TokenError::Invalid));
    }
    assert_eq!(connection.claims_of(signed, &gate.verifying), None);
    let another = gate.issue(Uuid::from_u128(3), Uuid::from_u128(4), "member").unwrap();
    assert_eq!(gate.verify_on(&connection, &another).unwrap().sub, Uuid::from_u128(3));
    assert_eq!(gate.verify_on(&connection, &token).unwrap().sub, Uuid::from_u128(1));
}
