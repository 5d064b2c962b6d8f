//! `paceline openapi` and `routes`: what the API is, without starting anything.

use std::process::ExitCode;

use super::print;
use crate::routes;

/// Prints the OpenAPI document.
pub(super) fn openapi() -> anyhow::Result<ExitCode> {
    print(&routes::openapi_json())
}

/// Prints method and path of every documented route.
pub(super) fn routes() -> anyhow::Result<ExitCode> {
    let document: serde_json::Value = serde_json::from_str(&routes::openapi_json())?;
    let mut lines = Vec::new();
    let paths = document["paths"].as_object().into_iter().flatten();
    for (path, methods) in paths {
        for method in methods.as_object().into_iter().flatten().map(|(method, _)| method) {
            lines.push(format!("{:6} {path}", method.to_uppercase()));
        }
    }
    print(&lines.join("\n"))
}
