//! The rule, the hashes and the queue.

use futures_util::FutureExt;

use super::*;
use crate::auth::tests::random;

/// Costs that argon2 accepts and tests can afford.
fn cheap() -> Config {
    Config { memory_kib: 64, passes: 1, ..Config::default() }
}

fn passwords(config: &Config) -> Passwords {
    Passwords::new(config, random()).unwrap()
}

fn password(text: &str) -> NewPassword {
    NewPassword::parse(text.to_owned()).unwrap()
}

#[test]
fn length_and_list_are_the_whole_rule() {
    let parse = |text: &str| NewPassword::parse(text.to_owned()).err();
    assert_eq!(parse("testpassword123"), None, "no composition rules");
    assert_eq!(parse("correct horse"), None);
    assert_eq!(parse("ünïcödé-ß"), Some(WeakPassword::TooShort), "characters count, not bytes");
    assert_eq!(parse("ünïcödé-ßß"), None);
    assert_eq!(parse(&"é".repeat(128)), None);
    assert_eq!(parse(&"xy".repeat(65)), Some(WeakPassword::TooLong));
    for common in ["password123", "PassWord123", "1234567890", "qwertyuiop", "aaaaaaaaaa", "iloveyou123"] {
        assert_eq!(parse(common), Some(WeakPassword::Common), "{common}");
    }
    assert_eq!(format!("{:?}", password("testpassword123")), "NewPassword(…)");
}

#[test]
fn the_list_holds_thousands_of_words_that_the_rule_would_let_through() {
    assert!(COMMON.len() > 3000, "{}", COMMON.len());
    for word in COMMON.iter() {
        assert!((MIN_CHARS..=MAX_CHARS).contains(&word.chars().count()), "{word}");
        assert_eq!(*word, word.to_lowercase());
    }
}

#[test]
fn a_weak_password_points_at_its_field() {
    let problem = WeakPassword::TooShort.at("/password");
    assert_eq!((problem.status().as_u16(), problem.code()), (422, "weak_password"));
    assert_eq!(problem.errors()[0].pointer, "/password");
}

#[tokio::test]
async fn right_wrong_stale_and_unknown() {
    let today = passwords(&cheap());
    let stored = today.hash(password("testpassword123")).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
    let verify = |text: &str, stored: Option<&str>| today.verify(text.to_owned(), stored.map(str::to_owned));
    assert_eq!(verify("testpassword123", Some(&stored)).await.unwrap(), Verdict::Right);
    assert_eq!(verify("testpassword124", Some(&stored)).await.unwrap(), Verdict::Wrong);
    assert_eq!(verify("testpassword123", None).await.unwrap(), Verdict::Wrong);
    assert_eq!(verify("no account has this password", None).await.unwrap(), Verdict::Wrong);
    assert_eq!(verify(&"x".repeat(1_000_000), Some(&stored)).await.unwrap(), Verdict::Wrong);
    assert!(matches!(verify("testpassword123", Some("plain")).await, Err(HashError::Corrupt)));

    let dearer = passwords(&Config { passes: 2, ..cheap() });
    let verdict = dearer.verify("testpassword123".to_owned(), Some(stored)).await.unwrap();
    assert_eq!(verdict, Verdict::RightButStale);
    let renewed = dearer.hash_again("testpassword123".to_owned()).await.unwrap();
    let verdict = dearer.verify("testpassword123".to_owned(), Some(renewed)).await.unwrap();
    assert_eq!(verdict, Verdict::Right);
    dearer.hash_again("short".to_owned()).await.unwrap();
}

#[tokio::test]
async fn the_same_password_never_hashes_the_same() {
    let passwords = passwords(&cheap());
    let one = passwords.hash(password("testpassword123")).await.unwrap();
    let two = passwords.hash(password("testpassword123")).await.unwrap();
    assert_ne!(one, two);
}

#[tokio::test]
async fn a_full_queue_is_refused_and_then_empties() {
    let config = Config { max_concurrent: 1, max_queued: 1, ..cheap() };
    let passwords = passwords(&config);
    // Holds the only turn, so that what follows must queue.
    let turn = Arc::clone(&passwords.0.turns).acquire_owned().await.unwrap();
    let mut queued = std::pin::pin!(passwords.hash(password("testpassword123")));
    assert!(futures_util::poll!(queued.as_mut()).is_pending());
    // Polled, not awaited: refusing takes no time, and a queue without an end would wait for ever.
    let refused = passwords.hash(password("testpassword123")).now_or_never().expect("refused at once");
    assert!(matches!(refused, Err(HashError::Busy)), "{refused:?}");
    assert_eq!(Problem::from(refused.unwrap_err()).status().as_u16(), 503);
    drop(turn);
    queued.await.unwrap();
    passwords.hash(password("testpassword123")).await.unwrap();
}

#[test]
fn the_defaults_are_owasps() {
    let config = Config::default();
    assert_eq!((config.memory_kib, config.passes, config.lanes), (19_456, 2, 1));
}
