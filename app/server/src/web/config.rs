//! What the pages may show beside their own files: tiles of a map, and of which server. Pure.
//! Never here: fetching tiles; browsers do, from the server that is named here.

use http::uri::Authority;
use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

/// The web part of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebConfig {
    /// Where browsers get a map's tiles: raster images in Web Mercator, 256 px wide, counted from the north-west, with
    /// `{z}`, `{x}` and `{y}` in path or query. `https://…`, or a path at the address that the pages have. Empty: none.
    pub tiles_url: String,
    /// Whose map it is, shown on it as text. Required with `tiles_url`.
    pub tiles_attribution: String,
}

/// Tiles that were judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiles<'a> {
    /// The template of their addresses.
    pub url: &'a str,
    /// Whose map it is.
    pub attribution: &'a str,
    /// The origin that they come from, `https://host` with a port that is not the usual one; `None`: ours.
    pub origin: Option<&'a str>,
}

/// What an address must name once each.
const PLACES: [&str; 3] = ["{z}", "{x}", "{y}"];
/// Most bytes of an address: a policy and a page carry it.
const MOST_OF_AN_ADDRESS: usize = 1000;
/// Most characters of an attribution: it stands on the map, which is small on a phone.
const MOST_OF_AN_ATTRIBUTION: usize = 200;

impl WebConfig {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if let Err(what) = origin_of(&self.tiles_url) {
            faults.add("tiles_url", format_args!("is {:?}; {what}", self.tiles_url));
        }
        let said = self.tiles_attribution.trim();
        if said.is_empty() && !self.tiles_url.is_empty() {
            let what = "is empty; say whose map tiles_url shows, such as \"© OpenStreetMap contributors\"";
            faults.across("tiles_attribution", &["tiles_url"], what);
        }
        let length = said.chars().count();
        if length > MOST_OF_AN_ATTRIBUTION {
            let what = format_args!("has {length} characters; write at most {MOST_OF_AN_ATTRIBUTION}");
            faults.add("tiles_attribution", what);
        }
        if said.chars().any(char::is_control) {
            faults.add("tiles_attribution", "holds control characters; write one line of text");
        }
        faults
    }

    /// The tiles, where there are any.
    pub fn tiles(&self) -> Option<Tiles<'_>> {
        let origin = origin_of(&self.tiles_url).ok()?;
        let (url, attribution) = (self.tiles_url.as_str(), self.tiles_attribution.trim());
        (!url.is_empty()).then_some(Tiles { url, attribution, origin })
    }
}

/// The foreign origin of a template, `None` when it is ours or the template is empty; or what to write instead.
fn origin_of(template: &str) -> Result<Option<&str>, &'static str> {
    const FORM: &str = "write https:// and the host, or a path of the same address, such as \
        https://tiles.example.org/{z}/{x}/{y}.png or /tiles/{z}/{x}/{y}.png";
    if template.is_empty() {
        return Ok(None);
    }
    let (origin, rest) = match template.strip_prefix("https://") {
        Some(after) => {
            let host = after.split(['/', '?', '#']).next().unwrap_or_default();
            if !is_plain_host(host) {
                return Err(
                    "write the host in lower-case letters, digits, dots and hyphens, without a name, a \
                            password, a pattern or the usual port",
                );
            }
            let (origin, rest) = template.split_at(template.len() - after.len() + host.len());
            (Some(origin), rest)
        }
        // `//host` is another host, and browsers read `/\host` so.
        None if template.starts_with('/') && !template[1..].starts_with(['/', '\\']) => (None, template),
        None => return Err(FORM),
    };
    if !rest.starts_with('/') || template.len() > MOST_OF_AN_ADDRESS {
        return Err(FORM);
    }
    let bare = PLACES.iter().try_fold(rest.to_owned(), |rest, place| {
        (rest.matches(place).count() == 1).then(|| rest.replace(place, ""))
    });
    let Some(bare) = bare else { return Err("name each of {z}, {x} and {y} once, after the host") };
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !br#"{}"'<>\^`|#"#.contains(&byte);
    match bare.bytes().all(is_plain) {
        true => Ok(origin),
        false => Err("know no other {…} than {z}, {x} and {y}, and percent-encode what no address may hold"),
    }
}

/// A host, and a port that is not the usual one, as a Content-Security-Policy and a browser write them.
fn is_plain_host(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let name = authority.host();
    let port = host.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|at| at != 443 && at.to_string() == port);
    !name.is_empty() && name.bytes().all(is_name) && (host == name || port.is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> WebConfig {
        WebConfig { tiles_url: url.to_owned(), tiles_attribution: " © Surveyors ".to_owned() }
    }

    fn told(config: &WebConfig) -> Vec<String> {
        config.faults().messages().collect()
    }

    #[test]
    fn tiles_come_from_one_https_origin_or_from_ours() {
        assert_eq!((told(&WebConfig::default()), WebConfig::default().tiles()), (vec![], None));
        for (url, origin) in [
            ("https://tiles.example.org/{z}/{x}/{y}.png", Some("https://tiles.example.org")),
            ("https://127.0.0.1:8443/{z}/{y}/{x}?key=a-b", Some("https://127.0.0.1:8443")),
            ("https://a.b/wmts?layer=l&z={z}&x={x}&y={y}", Some("https://a.b")),
            ("/tiles/{z}/{x}/{y}.png", None),
        ] {
            let config = of(url);
            assert_eq!(told(&config), Vec::<String>::new(), "{url}");
            assert_eq!(config.tiles(), Some(Tiles { url, attribution: "© Surveyors", origin }), "{url}");
        }
    }

    #[test]
    fn what_browsers_would_read_as_more_than_an_origin_is_refused() {
        for url in [
            "http://tiles.example.org/{z}/{x}/{y}.png",
            "tiles/{z}/{x}/{y}.png",
            "//tiles.example.org/{z}/{x}/{y}.png",
            "/\\tiles.example.org/{z}/{x}/{y}.png",
            "https:///{z}/{x}/{y}.png",
            "https://{z}.example.org/{x}/{y}.png",
            "https://*.example.org/{z}/{x}/{y}.png",
            "https://example.org; script-src * /{z}/{x}/{y}.png",
            "https://example.org;script-src/{z}/{x}/{y}.png",
            "https://example.org,a/{z}/{x}/{y}.png",
            "https://user:secret@example.org/{z}/{x}/{y}.png",
            "https://Example.org/{z}/{x}/{y}.png",
            "https://example.org:443/{z}/{x}/{y}.png",
            "https://example.org:/{z}/{x}/{y}.png",
            "https://example.org:99999/{z}/{x}/{y}.png",
            "https://[::1]/{z}/{x}/{y}.png",
            "https://example.org?z={z}&x={x}&y={y}",
            "https://example.org/{z}/{x}.png",
            "https://example.org/{z}/{x}/{y}/{y}.png",
            "https://{s}.example.org/{z}/{x}/{y}.png",
            "https://example.org/{style}/{z}/{x}/{y}.png",
            "https://example.org/{z}/{x}/{y} .png",
            "https://example.org/{z}/{x}/{y}.png#map",
            "https://example.org/é/{z}/{x}/{y}.png",
        ] {
            let config = of(url);
            assert_eq!(told(&config).len(), 1, "{url}");
            assert!(told(&config)[0].starts_with("tiles_url is \""), "{url}");
            assert_eq!(config.tiles(), None, "{url}");
        }
        let long = format!("https://example.org/{}/{{z}}/{{x}}/{{y}}", "a".repeat(MOST_OF_AN_ADDRESS));
        assert_eq!(told(&of(&long)).len(), 1);
    }

    #[test]
    fn nobodys_map_is_shown_without_a_name() {
        let said = |attribution: &str| {
            let config = WebConfig { tiles_attribution: attribution.to_owned(), ..of("/t/{z}/{x}/{y}") };
            told(&config)
        };
        let unsaid = "tiles_attribution is empty; say whose map tiles_url shows, such as \"© OpenStreetMap contributors\"";
        assert_eq!([said(""), said(" ")], [[unsaid], [unsaid]]);
        assert_eq!(said(&"é".repeat(200)), Vec::<String>::new());
        assert_eq!(said(&"é".repeat(201)), ["tiles_attribution has 201 characters; write at most 200"]);
        assert_eq!(said("a\nb"), ["tiles_attribution holds control characters; write one line of text"]);
        let switched_off = WebConfig { tiles_url: String::new(), ..of("") };
        assert_eq!(told(&switched_off), Vec::<String>::new(), "a text alone waits for its map");
    }
}
