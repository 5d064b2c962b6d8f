//! Any bytes as the `activities.csv` of a Strava export: rows or an error, never a panic; and rows hold what they say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use paceline_domain::formats::strava_archive::{self, ActivityRow};

fuzz_target!(|bytes: &[u8]| {
    let Ok(rows) = strava_archive::read_activities(bytes) else { return };
    for ActivityRow { file_name, name, activity_type, description, private_note, gear, rpe } in rows {
        for text in [file_name, name, activity_type, description, private_note, gear].into_iter().flatten() {
            assert!(!text.is_empty() && text.trim() == text, "{text:?}");
        }
        assert!(rpe.is_none_or(|rpe| (1.0..=10.0).contains(&rpe)), "{rpe:?}");
    }
});
