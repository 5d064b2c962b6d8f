//! The catalogue of problem codes that this crate answers with, for the documentation page.
//! Never here: codes of an application; it keeps its own list and shows both.

/// One stable code and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The code, and the anchor on the documentation page.
    pub code: &'static str,
    /// The usual HTTP status.
    pub status: u16,
    /// The title.
    pub title: &'static str,
    /// What it means and what a client can do.
    pub meaning: &'static str,
}

const fn code(code: &'static str, status: u16, title: &'static str, meaning: &'static str) -> Code {
    Code { code, status, title, meaning }
}

/// Every code of this crate, by status.
pub const PLATFORM: &[Code] = &[
    code(
        "invalid_query",
        400,
        "Invalid query",
        "A query parameter is unknown, missing or malformed; `errors` names it.",
    ),
    code(
        "invalid_path",
        400,
        "Invalid path",
        "A part of the path does not have the form of an id; `errors` names it.",
    ),
    code(
        "invalid_cursor",
        400,
        "Invalid cursor",
        "The cursor was not made by this list. Start again without it.",
    ),
    code(
        "unknown_field",
        400,
        "Unknown field",
        "`fields` asks for a field that the resource does not have; the detail suggests the nearest.",
    ),
    code(
        "malformed_json",
        400,
        "Malformed JSON",
        "The body is not JSON; the detail says where it stops making sense.",
    ),
    code(
        "incomplete_body",
        400,
        "Incomplete body",
        "The connection delivered less than the request announced, or stalled.",
    ),
    code(
        "unauthorized",
        401,
        "Unauthorized",
        "No valid sign-in came with the request. Sign in or refresh the access token.",
    ),
    code(
        "token_expired",
        401,
        "Token expired",
        "The access token is past its time. Refresh it and repeat the request.",
    ),
    code(
        "csrf_refused",
        403,
        "Cross-site request refused",
        "A request with cookies must come from our own pages and repeat the CSRF cookie in `X-CSRF-Token`.",
    ),
    code("not_found", 404, "Not found", "There is nothing at this address that you may see."),
    code(
        "method_not_allowed",
        405,
        "Method not allowed",
        "The address exists and does not take this method; `Allow` lists those it takes.",
    ),
    code(
        "another_account",
        409,
        "Another account",
        "The request names another account in `X-Expected-Account` than the one that is signed in. Sign in as that one.",
    ),
    code("too_large", 413, "Too large", "The body is longer than this address takes."),
    code("unsupported_media_type", 415, "Unsupported media type", "Send `Content-Type: application/json`."),
    code(
        "invalid_body",
        422,
        "Invalid body",
        "Fields of the body are refused; `errors` names each by JSON pointer.",
    ),
    code(
        "weak_password",
        422,
        "Weak password",
        "Use 10 to 128 characters that are not among the commonly used passwords.",
    ),
    code("too_many_requests", 429, "Too many requests", "Wait for `Retry-After` seconds."),
    code("internal", 500, "Internal error", "Our fault; the request id finds the cause in our log."),
    code(
        "unavailable",
        503,
        "Unavailable",
        "A part is overloaded or down. Repeat after `Retry-After` seconds.",
    ),
    code(
        "starting",
        503,
        "Starting",
        "The service has begun and waits for its database, or prepares it. Repeat after `Retry-After` seconds.",
    ),
    code(
        "database_busy",
        503,
        "Database busy",
        "Every database connection is in use. Repeat after `Retry-After` seconds.",
    ),
    code(
        "database_unavailable",
        503,
        "Database unavailable",
        "The database cannot be reached. Repeat after `Retry-After` seconds.",
    ),
    code(
        "replicas_behind",
        503,
        "Replicas behind",
        "No replica of the database has what you have seen, and the primary is spared or does not show it yet. Repeat after `Retry-After` seconds.",
    ),
    code(
        "write_conflict",
        503,
        "Write conflict",
        "Somebody else changed the same thing at the same time. Repeat the request.",
    ),
    code(
        "storage_full",
        507,
        "Storage full",
        "The server has no room left, and stored nothing. Whoever runs it must make room.",
    ),
    code(
        "timed_out",
        503,
        "Timed out",
        "The work took longer than a request may. Repeat later or ask for less.",
    ),
];

/// The title of a code: from the catalogue, else the code in words.
pub(crate) fn title(code: &str) -> String {
    if let Some(known) = PLATFORM.iter().find(|known| known.code == code) {
        return known.title.to_owned();
    }
    let words = code.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
