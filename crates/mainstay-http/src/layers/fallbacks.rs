//! Problems for addresses that no route serves. Never here: routes.

use axum::Router;
use http::{Method, StatusCode, Uri};

use crate::problem::Problem;

/// Unknown path: 404. Known path, other method: 405, to which the router adds `Allow`.
pub(super) fn install(router: Router) -> Router {
    router.fallback(unknown_path).method_not_allowed_fallback(wrong_method)
}

async fn unknown_path(uri: Uri) -> Problem {
    Problem::not_found(format!("There is nothing at {}.", uri.path()))
}

async fn wrong_method(method: Method) -> Problem {
    let detail = format!("This address does not take {method}; `Allow` lists what it takes.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
