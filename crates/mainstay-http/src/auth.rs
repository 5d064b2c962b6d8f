//! Primitives of sign-in: passwords, tokens, cookies, cross-site protection.
//! Never here: accounts, sessions, roles' meaning; the application stores and decides.

pub mod cookies;
pub mod csrf;
pub mod gate;
pub mod passwords;
pub mod tokens;

#[cfg(test)]
mod tests;
