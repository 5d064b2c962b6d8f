//! One module and folder per feature. A feature's own file holds its rules and rights, `routes` its wire
//! in, `views` its wire out, `store` its typed statements, `queries.sql` the statements themselves.
//! Never here: a feature that reads another feature's store; they call each other's own file.

pub mod about;
pub mod accounts;
pub mod activities;
pub mod analytics;
pub mod athletes;
pub mod cache;
pub mod database;
pub mod jobs;
pub mod scaling;
pub mod uploads;
