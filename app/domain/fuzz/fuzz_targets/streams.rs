//! Any bytes as a stored stream, and as what is in its compressed frame: a track or an error, never a panic; and a
//! decoded track encodes again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use paceline_domain::streams;

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // The frame's checksum would stop almost every change of the bytes inside.
    let frame = zstd::bulk::compress(bytes, 1).expect("any bytes can be compressed");
    check(&[b"PLTS\x01".as_slice(), &frame].concat());
});

fn check(bytes: &[u8]) {
    if let Ok(track) = streams::decode(bytes) {
        let again = streams::encode(&track).expect("what was decoded can be encoded");
        let decoded = streams::decode(&again).expect("what was encoded can be decoded");
        assert_eq!(decoded.len(), track.len());
    }
}
