//! A private PostgreSQL cluster in a folder: found, made, started, stopped. Never here: pools, migrations, the
//! choice between it and a server of the operator's (the facade's).
//!
//! # The folder
//! ```text
//! <data_dir>/
//!   lock            held by the process that uses the folder; names its process id
//!   pg/             the cluster, owned by the server's account
//!   pg.tmp-<pid>/   a cluster while it is made; renamed when it is whole and on disk
//!   run/            the unix socket (0700); a short path under /tmp where this one is too long
//!   password        of the superuser over TCP (0600); the socket asks for none
//!   postgres.log    what the server says; postgres.log.old at most once
//! ```

mod account;
mod cluster;
mod config;
mod error;
mod folder;
mod initdb;
mod look;
mod orphan;
mod programs;
mod server;
mod start;

pub use account::Account;
pub use cluster::{Cluster, Timings};
pub use config::{Config, Durability, Lifetime};
pub use error::EmbeddedError;
pub use initdb::SUPERUSER;
pub use look::{Look, Running};
pub use programs::Programs;
