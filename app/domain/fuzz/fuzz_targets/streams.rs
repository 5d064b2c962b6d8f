//! Any bytes as a stored stream: a track or an error, never a panic; and a decoded track encodes again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use paceline_domain::streams;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(track) = streams::decode(bytes) {
        let again = streams::encode(&track).expect("what was decoded can be encoded");
        let _ = streams::decode(&again).expect("what was encoded can be decoded");
    }
});
