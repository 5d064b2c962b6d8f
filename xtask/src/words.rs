//! `cargo xtask words`: how the text of this repository reads. What the code does is the business of `tidy`.

mod emoji;
mod markers;
mod spelling;
mod tone;
mod whitespace;

use std::path::Path;

use anyhow::Result;

use crate::finding::{Rule, report};
use crate::tree::Tree;

const RULES: [Rule; 5] = [spelling::RULE, tone::RULE, emoji::RULE, whitespace::RULE, markers::RULE];

/// Prints what reads wrong.
pub(crate) fn run(root: &Path) -> Result<bool> {
    Ok(report("words", &RULES, &Tree::read(root)?))
}
