//! The defaults can be; each value that cannot is told by its key.

use super::*;

fn told(change: impl FnOnce(&mut Config)) -> Vec<String> {
    let mut config = Config::default();
    change(&mut config);
    config.faults().messages().collect()
}

#[test]
fn the_defaults_can_be_and_what_cannot_is_told_by_its_key() {
    assert_eq!(told(|_| {}), Vec::<String>::new());
    assert_eq!(
        told(|config| config.requests.max_concurrent = 0),
        ["requests.max_concurrent is 0; write 1 to 1000000"]
    );
    assert_eq!(
        told(|config| config.connections.max_header_bytes = 1024),
        ["connections.max_header_bytes is 1 KiB; write 8 KiB to 16 MiB"]
    );
    assert_eq!(
        told(|config| config.tokens.access_life = Duration::ZERO),
        ["tokens.access_life is 0s; write 1m to 24h"]
    );
    assert_eq!(
        told(|config| config.tokens.refresh_life = Duration::from_secs(600)),
        ["tokens.refresh_life is 10m; write more than tokens.access_life, which is 15m"]
    );
    assert_eq!(
        told(|config| config.passwords.memory_kib = 7),
        ["passwords.memory_kib is 7; write 8 times passwords.lanes, which is 1, or more"]
    );
    let everywhere = told(|config| {
        config.connections.max = 0;
        config.requests.body_ceiling = 4096;
        config.pages.default = 101;
        config.pages.max_offset = 99;
        config.health.timeout = Duration::ZERO;
        config.browser.content_security_policy = "default-src\n*".to_owned();
    });
    let keys: Vec<&str> = everywhere.iter().filter_map(|told| told.split(' ').next()).collect();
    assert_eq!(
        keys,
        [
            "connections.max",
            "requests.body_limit",
            "browser.content_security_policy",
            "pages.default",
            "pages.max_offset",
            "health.timeout"
        ]
    );
}

#[test]
fn the_public_url_has_a_scheme_and_no_path() {
    let set = |url: &str| told(|config| config.public_url = url.to_owned()).len();
    for good in
        ["", "https://app.example.org", "HTTPS://app.example.org/", "http://[::1]:8080", "http://10.0.0.1"]
    {
        assert_eq!(set(good), 0, "{good}");
    }
    for bad in [
        "app.example.org",
        "app.example.org:8080",
        "//app.example.org",
        "ftp://app.example.org",
        "https://",
        "https:///x",
        "https://app.example.org/app",
        "https://app.example.org?x",
        "https://app.example.org#x",
        "https://me@app.example.org",
        "https://app.example.org ",
    ] {
        assert_eq!(set(bad), 1, "{bad}");
    }
}

#[test]
fn an_allowed_origin_is_written_as_browsers_send_it() {
    let set = |origin: &str| told(|config| config.browser.allowed_origins = vec![origin.to_owned()]).len();
    for good in ["https://app.example.org", "http://localhost:5173", "capacitor://localhost", "https://x:80"]
    {
        assert_eq!(set(good), 0, "{good}");
    }
    for bad in [
        "*",
        "https://*.example.org",
        "app.example.org",
        "https://app.example.org/",
        "https://app.example.org/x",
        "https://App.example.org",
        "https://app.example.org:443",
        "http://app.example.org:80",
        "https://app.example.org\n",
        "null",
        "",
    ] {
        assert_eq!(set(bad), 1, "{bad}");
    }
}
