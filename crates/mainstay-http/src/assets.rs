//! The files of a web application that are compiled into the binary: pre-compressed, cached for ever where their name
//! carries a hash, with one page for every address that the application routes itself.
//! Never here: which files, and how they were built.

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderValue, VARY,
};
use http::{HeaderMap, Method, StatusCode};
use sha2::{Digest, Sha256};

use crate::etag;
use crate::problem::Problem;

/// One file.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Where it is served, with a leading slash.
    pub path: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// The bytes.
    pub plain: &'static [u8],
    /// The bytes in Brotli, where that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// The bytes in gzip, where that is smaller.
    pub gzip: Option<&'static [u8]>,
    /// Whether its name changes with its bytes.
    pub is_immutable: bool,
}

/// A web application.
#[derive(Debug, Clone)]
pub struct Assets {
    files: &'static [Asset],
    index: &'static Asset,
    /// The page's own policy, which allows its inline scripts by their hash.
    policy: HeaderValue,
}

impl Assets {
    /// The application of these files, sorted by path, whose page is `index`; `None` when it is not among them. The
    /// page may also show images of `images_from`, an origin such as `https://images.example.org`, and of no other.
    pub fn new(files: &'static [Asset], index: &str, images_from: Option<&str>) -> Option<Self> {
        let index = find(files, index)?;
        let scripts: String = inline_scripts(index.plain)
            .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
            .collect();
        let images: String = images_from.map(|origin| format!(" {origin}")).unwrap_or_default();
        let policy = format!(
            "default-src 'self'; script-src 'self'{scripts}; img-src 'self' data: blob:{images}; style-src 'self' 'unsafe-inline'; \
             worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
        );
        let policy = HeaderValue::from_str(&policy).ok()?;
        Some(Self { files, index, policy })
    }

    /// The answer to a request that no route took: a file, or the page where a browser asks for one. Addresses below
    /// the prefixes in `apart` (the API's) are never the application's.
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap, apart: &[&str]) -> Response {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let is_apart = apart.iter().any(|prefix| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if reads && !is_apart {
            if let Some(file) = find(self.files, path) {
                return self.send(file, headers);
            }
            // A missing file is missing: below the root, only who asks for a page gets the page.
            if path == "/" || wants_page(headers) {
                return self.send(self.index, headers);
            }
        }
        Problem::not_found(format!("There is nothing at {path}.")).into_response()
    }

    fn send(&self, file: &'static Asset, request: &HeaderMap) -> Response {
        let (body, encoding) = best(file, request);
        let mut response = if file.is_immutable {
            body.into_response()
        } else {
            let tag = etag::of(body);
            let fresh = etag::matches(request, &tag);
            let mut response =
                if fresh { StatusCode::NOT_MODIFIED.into_response() } else { body.into_response() };
            response.headers_mut().insert(ETAG, tag);
            response
        };
        let cache =
            if file.is_immutable { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if file.content_type.starts_with("text/html") {
            headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        }
        response
    }
}

fn find(files: &'static [Asset], path: &str) -> Option<&'static Asset> {
    files.binary_search_by(|file| file.path.cmp(path)).ok().map(|at| &files[at])
}

/// A browser that opens an address names HTML first of all; a script that fetches does not name it.
fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
}

/// The smallest form that the client takes.
fn best(file: &'static Asset, request: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let accepts = |name: &str| {
        let values = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|line| line.split(',')).any(|entry| {
            let (coding, parameters) = entry.split_once(';').unwrap_or((entry, ""));
            let refused = parameters
                .trim()
                .strip_prefix("q=")
                .is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0));
            coding.trim().eq_ignore_ascii_case(name) && !refused
        })
    };
    if let Some(bytes) = file.brotli.filter(|_| accepts("br")) {
        (bytes, Some("br"))
    } else if let Some(bytes) = file.gzip.filter(|_| accepts("gzip")) {
        (bytes, Some("gzip"))
    } else {
        (file.plain, None)
    }
}

/// What stands between `<script>` without a source and its end. Only for pages that we built ourselves.
fn inline_scripts(html: &[u8]) -> impl Iterator<Item = &[u8]> {
    let html = std::str::from_utf8(html).unwrap_or_default();
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=") && !script.is_empty()).then_some(script.as_bytes())
    })
}

#[cfg(test)]
mod tests;
