//! Whatever a file says, what is read of it keeps the checks of the database's table `activity`: a value that does not
//! would cost the whole file. Never here: what is read.

use std::ops::RangeInclusive;

use paceline_domain::analysis::profile::Profile;
use paceline_domain::analysis::summary;
use paceline_domain::formats::{self, Limits};
use paceline_domain::model::{DeviceTotals, Recording};
use proptest::prelude::*;

use super::{lap, tcx};
use crate::fit_bytes::{FitBytes, Is};

const DURATION_S: RangeInclusive<f64> = 0.0..=2_678_400.0;
const DISTANCE_M: RangeInclusive<f64> = 0.0..=10_000_000.0;
const HEART_RATE_BPM: RangeInclusive<f64> = 20.0..=260.0;
const RPE: RangeInclusive<f64> = 0.0..=10.0;

pub(super) fn assert_is_storable(recording: &Recording) {
    for session in &recording.sessions {
        let stated = |totals: &DeviceTotals| {
            [
                ("elapsed", totals.elapsed_s, DURATION_S),
                ("timer", totals.timer_s, DURATION_S),
                ("distance", totals.distance_m, DISTANCE_M),
                ("mean heart rate", totals.avg_heart_rate_bpm, HEART_RATE_BPM),
                ("highest heart rate", totals.max_heart_rate_bpm, HEART_RATE_BPM),
                ("effort", totals.rpe, RPE),
            ]
        };
        let analysis = summary::analyse(session, &Profile::default());
        let computed = [
            ("elapsed", Some(analysis.elapsed_s), DURATION_S),
            ("moving", Some(analysis.moving_time_s), DURATION_S),
            ("distance", analysis.distance_m, DISTANCE_M),
            ("timer", analysis.timer_s, DURATION_S),
            ("mean heart rate", analysis.avg_hr_bpm, HEART_RATE_BPM),
            ("highest heart rate", analysis.max_hr_bpm, HEART_RATE_BPM),
        ];
        assert!(
            analysis.moving_time_s <= analysis.elapsed_s,
            "{} of {}",
            analysis.moving_time_s,
            analysis.elapsed_s
        );
        let laps = session.laps.iter().flat_map(|lap| stated(&lap.totals));
        for (name, value, range) in stated(&session.totals).into_iter().chain(computed).chain(laps) {
            assert!(value.is_none_or(|value| range.contains(&value)), "{name}: {value:?}");
        }
    }
}

/// Numbers as sensors and faults give them: small ones, the ends of the type, and anything.
fn number() -> impl Strategy<Value = u32> {
    prop_oneof![0..300_u32, Just(u32::MAX), Just(i32::MAX as u32), Just(0xffff), Just(0xff), any::<u32>()]
}

/// The type that the profile gives a field.
type Typed = fn(u32) -> Is;

/// All the fields with these numbers.
fn fields(types: &[(u8, Typed)], numbers: &[u32]) -> Vec<(u8, Is)> {
    types.iter().zip(numbers).map(|((field, of), number)| (*field, of(*number))).collect()
}

const U8: Typed = |number| Is::U8(number as u8);
const U16: Typed = |number| Is::U16(number as u16);
const U32: Typed = Is::U32;
/// Times within some months, or anything.
const TIME: Typed =
    |number| Is::U32(if number % 3 == 0 { number } else { 1_136_160_000 + number % (1 << 23) });

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_fit_messages_are_storable(
        numbers in prop::collection::vec(prop::collection::vec(number(), 12), 1..12),
        kinds in prop::collection::vec(0..4_u8, 12),
        cut in 0..3_usize,
    ) {
        let summary = [(253, TIME), (2, TIME), (5, U8), (7, U32), (8, U32), (9, U32), (11, U16)];
        let session = [&summary[..], &[(16, U8), (17, U8), (18, U8), (20, U16), (22, U16)]].concat();
        let lap = [&summary[..2], &summary[3..], &[(15, U8), (16, U8), (17, U8), (19, U16), (24, U8)]].concat();
        let record = [(253, TIME), (0, U32), (1, U32), (3, U8), (4, U8), (5, U32), (73, U32), (78, U32)];
        let event = [(253, TIME), (0, U8), (1, U8)];
        let mut file = FitBytes::activity();
        for (numbers, kind) in numbers.iter().zip(kinds) {
            file = match kind {
                0 => file.message(18, &fields(&session, numbers)),
                1 => file.message(19, &fields(&lap, numbers)),
                2 => file.message(21, &fields(&event, numbers)),
                _ => file.message(20, &fields(&record, numbers)),
            };
        }
        let bytes = file.finish();
        if let Ok(recording) = formats::read(&bytes[..bytes.len() - cut], None, &Limits::default()) {
            assert_is_storable(&recording);
        }
    }

    #[test]
    fn any_tcx_numbers_are_storable(numbers in prop::collection::vec(any::<f64>(), 12), start in 0..3000_u32) {
        let text = |index: usize| numbers[index].to_string();
        let more = |index: usize| format!(
            "<DistanceMeters>{}</DistanceMeters><Calories>{}</Calories>\
             <AverageHeartRateBpm><Value>{}</Value></AverageHeartRateBpm>\
             <MaximumHeartRateBpm><Value>{}</Value></MaximumHeartRateBpm>\
             <Track><Trackpoint><Time>2026-01-01T12:00:00Z</Time><DistanceMeters>{}</DistanceMeters></Trackpoint></Track>",
            text(index), text(index + 1), text(index + 2), text(index + 3), text(index + 4),
        );
        if let Ok(recording) = tcx(&[lap(0, &text(0), &more(1)), lap(start, &text(6), &more(7))]) {
            assert_is_storable(&recording);
        }
    }
}
