// This file was generated with `clorinde`. Do not modify.

pub mod accounts;
pub mod activities;
pub mod analytics;
pub mod athletes;
pub mod jobs;
pub mod uploads;
