//! The lines that a node writes. Never here: what they say.

use std::io::{BufWriter, Stdout, Write};
use std::sync::{Mutex, PoisonError};

use crate::fault::cache::history::Line;

/// Where they go.
pub(super) struct Telling(Mutex<BufWriter<Stdout>>);

impl Telling {
    pub(super) fn new() -> Self {
        Self(Mutex::new(BufWriter::new(std::io::stdout())))
    }

    /// `now`: whoever kills this process afterwards does not take it along.
    pub(super) fn tell(&self, line: &Line, now: bool) {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody reads any more: the run is over.
        let _ = serde_json::to_writer(&mut *out, line);
        let _ = out.write_all(b"\n");
        if now {
            let _ = out.flush();
        }
    }

    pub(super) fn flush(&self) {
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).flush();
    }
}
