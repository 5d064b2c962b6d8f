//! Any bytes as a FIT file: an answer, never a panic; and what is read can be analysed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use paceline_domain::analysis::profile::Profile;
use paceline_domain::analysis::summary;
use paceline_domain::formats::{self, Limits};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_bytes: 1 << 20, max_records: 20_000, ..Limits::default() };
    if let Ok(recording) = formats::read(bytes, None, &limits) {
        for session in &recording.sessions {
            let _ = summary::analyse(session, &Profile::default());
        }
    }
});
