//! What must hold of anything that a reader makes of any bytes. Never here: fuzz targets.

use std::ops::RangeInclusive;

use paceline_domain::analysis::profile::Profile;
use paceline_domain::analysis::summary;
use paceline_domain::formats::{self, Limits};
use paceline_domain::model::{DeviceTotals, Session};
use paceline_domain::streams;

/// Reads the bytes; what is read can be analysed and stored.
pub fn read_analyse_store(bytes: &[u8]) {
    let limits = Limits { max_bytes: 1 << 20, max_records: 20_000, ..Limits::default() };
    if let Ok(recording) = formats::read(bytes, None, &limits) {
        recording.sessions.iter().for_each(check);
    }
}

/// The checks of the table `activity`.
const DURATION_S: RangeInclusive<f64> = 0.0..=2_678_400.0;
const DISTANCE_M: RangeInclusive<f64> = 0.0..=10_000_000.0;
const HEART_RATE_BPM: RangeInclusive<f64> = 20.0..=260.0;

fn within(value: Option<f64>, range: &RangeInclusive<f64>) {
    assert!(value.is_none_or(|value| range.contains(&value)), "{value:?} is not in {range:?}");
}

fn check(session: &Session) {
    totals(&session.totals);
    for lap in &session.laps {
        totals(&lap.totals);
        assert!(lap.start_s >= 0.0 && lap.end_s >= lap.start_s && lap.end_s.is_finite(), "{lap:?}");
    }
    let pauses = session.pauses.iter().flatten();
    pauses.fold(0.0, |after, pause| {
        assert!(pause.start_s >= after && pause.end_s > pause.start_s, "{pause:?} after {after}");
        pause.end_s
    });
    let analysis = summary::analyse(session, &Profile::default());
    within(Some(analysis.elapsed_s), &DURATION_S);
    within(Some(analysis.moving_time_s), &DURATION_S);
    within(analysis.avg_hr_bpm, &HEART_RATE_BPM);
    within(analysis.max_hr_bpm, &HEART_RATE_BPM);
    let stored = streams::encode(&session.track).expect("what was read can be stored");
    let again = streams::decode(&stored).expect("what was stored can be read");
    assert_eq!(again.len(), session.track.len());
}

fn totals(totals: &DeviceTotals) {
    within(totals.elapsed_s, &DURATION_S);
    within(totals.timer_s, &DURATION_S);
    within(totals.distance_m, &DISTANCE_M);
    within(totals.avg_heart_rate_bpm, &HEART_RATE_BPM);
    within(totals.max_heart_rate_bpm, &HEART_RATE_BPM);
    within(totals.rpe, &(0.0..=10.0));
}
