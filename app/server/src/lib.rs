//! Paceline: the self-hosted coaching platform, as a library for its binary and its tests.
//!
//! What lives here: the commands ([`commands`]), the configuration ([`config`]), the shared state
//! ([`state`]), what is kept of the answers ([`answers`]), what it tells of what happens ([`events`]), the routes grouped by
//! audience ([`routes`]) and one folder per feature ([`features`]).
//! What must never live here: formulas and file formats (`paceline-domain`), and anything that another
//! application on the platform would need too (`crates/`).

pub mod answers;
pub mod background;
pub mod commands;
pub mod config;
pub mod events;
pub mod features;
pub mod routes;
pub mod schema;
pub mod state;
pub mod web;
