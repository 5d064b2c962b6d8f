//! What every handler and command may use: one cheap handle. Never here: rules.

use std::sync::Arc;

use mainstay_db::Db;
use mainstay_http::auth::{gate::Gate, passwords::Passwords};
use mainstay_jobs::{Kinds, Watch};
use mainstay_runtime::{Effects, Supervisor};

use crate::answers::Shelf;
use crate::config::Config;
use crate::features::uploads::{ImportSignal, Months, Turns};

/// The application's state; a clone is one reference count.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of [`App`].
pub struct Parts {
    /// The database.
    pub db: Db,
    /// What is kept of its answers.
    pub answers: Shelf,
    /// Clock, randomness, ids.
    pub effects: Effects,
    /// The months of the samples.
    pub months: Months,
    /// Where every task runs.
    pub supervisor: Supervisor,
    /// Password hashing with bounded concurrency.
    pub passwords: Passwords,
    /// Credentials, cross-site check and access tokens.
    pub gate: Gate,
    /// The configuration in force.
    pub config: Config,
    /// Tells the importer that pending files wait.
    pub imports: ImportSignal,
    /// Whose turn it is to unpack an upload.
    pub turns: Turns,
    /// Jobs that somebody follows.
    pub followed: Watch,
    /// The kinds of jobs that are known: [`crate::background::kinds`].
    pub kinds: fn(&App) -> Kinds,
}

impl App {
    /// The state from its parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The kinds of jobs that are known.
    pub fn kinds(&self) -> Kinds {
        (self.0.kinds)(self)
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
