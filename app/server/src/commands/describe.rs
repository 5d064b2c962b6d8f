//! `paceline openapi` and `routes`: what the API is, without starting anything.

use std::process::ExitCode;

use crate::routes;

/// Prints the OpenAPI document.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub(super) fn openapi() -> anyhow::Result<ExitCode> {
    println!("{}", routes::openapi_json());
    Ok(ExitCode::SUCCESS)
}

/// Prints method and path of every documented route.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub(super) fn routes() -> anyhow::Result<ExitCode> {
    let document: serde_json::Value = serde_json::from_str(&routes::openapi_json())?;
    let paths = document["paths"].as_object().into_iter().flatten();
    for (path, methods) in paths {
        for method in methods.as_object().into_iter().flatten().map(|(method, _)| method) {
            println!("{:6} {path}", method.to_uppercase());
        }
    }
    Ok(ExitCode::SUCCESS)
}
