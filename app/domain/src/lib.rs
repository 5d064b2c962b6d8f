//! Paceline's domain: training sessions, their file formats and their analysis, as pure functions.
//!
//! What lives here: the model of a recorded session ([`model`]), the readers of training files
//! ([`formats`]), what is computed from a session ([`analysis`]), how a session is stored compactly
//! ([`streams`]) and how sessions of several sources become one ([`matching`]).
//! What must never live here: tasks, sockets, SQL, HTTP, the clock, randomness, the environment.

pub mod analysis;
pub mod formats;
pub mod matching;
pub mod model;
pub mod streams;
