//! Any bytes as a FIT file: an answer, never a panic; and what is read can be analysed and stored.
#![no_main]

use libfuzzer_sys::fuzz_target;
use paceline_domain_fuzz::read_analyse_store;

fuzz_target!(|bytes: &[u8]| read_analyse_store(bytes));
