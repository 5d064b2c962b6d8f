//! The prefix rule: `/api/goals`, `/api/v1/goals` and `/v1/goals` are one address.
//! Never here: knowledge of any route. The rule runs before routing, so routes know `/v1` only.

use std::borrow::Cow;

use axum::body::Body;
use http::uri::PathAndQuery;
use http::{Request, Uri};

/// Rewrites the request's path by [`canonical`].
pub(super) fn rewrite(mut request: Request<Body>) -> Request<Body> {
    let Cow::Owned(path) = canonical(request.uri().path()) else { return request };
    let mut parts = request.uri().clone().into_parts();
    let whole = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    // Only a prefix changed, so the rest is as valid as it was; if it were not, routing answers 404.
    if let Ok(rewritten) = PathAndQuery::try_from(whole) {
        parts.path_and_query = Some(rewritten);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Strips one leading `/api` and then supplies a missing version: v1. Paths without it stay as they are,
/// and so does `/api` itself, `/apiary` and `/docs/api`.
///
/// ```
/// use mainstay_http::layers::canonical;
///
/// assert_eq!(canonical("/api/goals"), "/v1/goals");
/// assert_eq!(canonical("/api/v1/goals"), "/v1/goals");
/// assert_eq!(canonical("/v1/goals"), "/v1/goals");
/// assert_eq!(canonical("/health"), "/health");
/// ```
pub fn canonical(path: &str) -> Cow<'_, str> {
    match path.strip_prefix("/api/") {
        None | Some("") => Cow::Borrowed(path),
        Some(rest) if starts_with_version(rest) => Cow::Owned(format!("/{rest}")),
        Some(rest) => Cow::Owned(format!("/v1/{rest}")),
    }
}

/// `v1`, `v12/…`, but not `v`, `vo2max` or `v1beta`.
fn starts_with_version(rest: &str) -> bool {
    let first = rest.split('/').next().unwrap_or_default();
    first.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn three_spellings_are_one_address(rest in "[a-uw-z0-9][a-z0-9/_%.-]{0,40}") {
            let expected = format!("/v1/{rest}");
            prop_assert_eq!(canonical(&format!("/api/{rest}")).into_owned(), expected.clone());
            prop_assert_eq!(canonical(&format!("/api/v1/{rest}")).into_owned(), expected.clone());
            prop_assert_eq!(canonical(&expected), expected.as_str());
        }

        #[test]
        fn a_canonical_path_stays(path in "/[ -~]{0,40}") {
            let once = canonical(&path).into_owned();
            if !once.starts_with("/api/") {
                prop_assert_eq!(canonical(&once), once.as_str());
            }
        }

        #[test]
        fn other_versions_keep_their_number(version in 1_u16..1000, rest in "[a-z]{0,9}") {
            prop_assert_eq!(canonical(&format!("/api/v{version}/{rest}")).into_owned(), format!("/v{version}/{rest}"));
        }
    }

    #[test]
    fn look_alikes_are_left_alone() {
        for path in ["/", "/api", "/api/", "/apiary/goals", "/docs/api", "/health", "/metrics", ""] {
            assert_eq!(canonical(path), path);
        }
        assert_eq!(canonical("/api/vo2max"), "/v1/vo2max");
        assert_eq!(canonical("/api/v/x"), "/v1/v/x");
        assert_eq!(canonical("/api/v1beta"), "/v1/v1beta");
    }

    #[test]
    fn the_query_survives() {
        let request = Request::builder().uri("/api/goals?limit=2&q=%2Fapi%2F").body(Body::empty()).unwrap();
        assert_eq!(rewrite(request).uri(), "/v1/goals?limit=2&q=%2Fapi%2F");
    }
}
