//! Tests of the stored form: nothing is lost beyond the stated steps, and damaged bytes are refused.

use proptest::prelude::*;

use super::*;

/// Half a step of a channel, with the room that dividing by the steps needs.
fn tolerance(channel: Channel) -> f64 {
    0.5 / steps_per_unit(channel) * (1.0 + 1e-6)
}

/// Whether `b` is `a` within half a step everywhere.
fn assert_equal_within_steps(a: &Track, b: &Track) {
    assert_eq!(a.len(), b.len());
    for (x, y) in a.time_s().iter().zip(b.time_s()) {
        assert!((x - y).abs() <= 0.000_501, "time {x} became {y}");
    }
    let names = |track: &Track| track.channels().map(|(channel, _)| channel).collect::<Vec<_>>();
    assert_eq!(names(a), names(b));
    for (channel, values) in a.channels() {
        for (x, y) in values.iter().zip(b.get(channel).unwrap()) {
            let same = x.is_nan() && y.is_nan() || (x - y).abs() <= tolerance(channel).max(x.abs() * 1e-15);
            assert!(same, "{} {x} became {y}", channel.as_str());
        }
    }
}

/// An hour of running at one sample a second, with the noise of real sensors.
fn an_hour() -> Track {
    let wobble = |i: i32, period: f64| (f64::from(i) / period).sin();
    let column = |f: &dyn Fn(i32) -> f64| (0..3600).map(f).collect::<Vec<f64>>();
    let mut track = Track::try_new(column(&f64::from)).unwrap();
    track.set(Channel::DistanceM, column(&|i| 3.1 * f64::from(i) + wobble(i, 3.0))).unwrap();
    track
        .set(Channel::LatitudeDeg, column(&|i| 52.5 + 2.7e-5 * f64::from(i) + 3e-6 * wobble(i, 5.0)))
        .unwrap();
    track
        .set(Channel::LongitudeDeg, column(&|i| 13.4 + 1e-5 * f64::from(i) + 3e-6 * wobble(i, 7.0)))
        .unwrap();
    track.set(Channel::AltitudeM, column(&|i| 40.0 + 12.0 * wobble(i, 300.0))).unwrap();
    track.set(Channel::HeartRateBpm, column(&|i| (150.0 + 8.0 * wobble(i, 60.0)).round())).unwrap();
    track.set(Channel::CadencePerMin, column(&|i| if i % 97 == 0 { f64::NAN } else { 172.5 })).unwrap();
    track
}

#[test]
fn an_hour_of_running_survives_and_is_small() {
    let track = an_hour();
    let bytes = encode(&track).unwrap();
    assert_equal_within_steps(&track, &decode(&bytes).unwrap());
    assert!(bytes.len() < 15_000, "{} bytes", bytes.len());
}

#[test]
fn an_empty_track_survives() {
    let bytes = encode(&Track::default()).unwrap();
    assert_eq!(decode(&bytes).unwrap(), Track::default());
}

/// Times closer than the step, and values beyond what steps hold, are kept to the last bit.
#[test]
fn what_steps_cannot_hold_is_stored_exactly() {
    let close = Track::try_new(vec![0.0, 0.0001, 0.0002, 1.0]).unwrap();
    assert_eq!(decode(&encode(&close).unwrap()).unwrap(), close);
    let mut track = Track::try_new(vec![0.0, 0.0001, 0.0002, 1e300]).unwrap();
    track.set(Channel::PowerW, vec![f64::MAX, f64::NAN, -1e-300, 0.1]).unwrap();
    let decoded = decode(&encode(&track).unwrap()).unwrap();
    assert_eq!(decoded.time_s(), track.time_s());
    let power = decoded.get(Channel::PowerW).unwrap();
    assert_eq!((power[0], power[2], power[3]), (f64::MAX, -1e-300, 0.1));
    assert!(power[1].is_nan());
}

/// Heart rate and cadence of a real run (polar-running-index 1.0.0, MIT), as version 1 stored them.
#[test]
fn a_stored_run_is_read_and_stored_alike() {
    let bytes = include_bytes!("tests/treadmill_12km.plts");
    let track = decode(bytes).unwrap();
    assert_eq!((track.len(), track.span_s(), track.channels().count()), (3862, 3861.0, 2));
    assert_equal_within_steps(&track, &decode(&encode(&track).unwrap()).unwrap());
    let mean = track.get(Channel::HeartRateBpm).unwrap().iter().sum::<f64>() / 3862.0;
    assert!((mean - 157.25).abs() < 0.01, "{mean}");
}

/// The bytes of version 1 are a contract with every database: this text must never change.
#[test]
fn version_one_is_still_read() {
    let mut track = Track::try_new(vec![0.0, 1.0, 2.5]).unwrap();
    track.set(Channel::HeartRateBpm, vec![120.0, f64::NAN, 122.0]).unwrap();
    track.set(Channel::LatitudeDeg, vec![52.5, 52.500_01, 52.500_02]).unwrap();
    let stored: String = STORED_VERSION_ONE.split_whitespace().collect();
    let bytes: Vec<u8> =
        (0..stored.len()).step_by(2).map(|i| u8::from_str_radix(&stored[i..i + 2], 16).unwrap()).collect();
    assert_equal_within_steps(&track, &decode(&bytes).unwrap());
}

const STORED_VERSION_ONE: &str = "
    504c5453 01 28b52ffd241bd90000
    030000d0880f270202000180c8c8f50101d6f40305010501f00401e4937e91";

#[test]
fn other_bytes_are_refused_by_name() {
    assert!(matches!(decode(b""), Err(StreamError::Magic)));
    assert!(matches!(decode(b"PLTS"), Err(StreamError::Magic)));
    assert!(matches!(decode(b"GIF89a.."), Err(StreamError::Magic)));
    assert!(matches!(decode(b"PLTS\x02...."), Err(StreamError::Version(2))));
    assert!(matches!(decode(b"PLTS\x01...."), Err(StreamError::Zstd(_))));
}

#[test]
fn too_long_a_track_is_refused_before_it_is_stored() {
    let track = Track::try_new((0..=MAX_SAMPLES).map(|i| i as f64).collect()).unwrap();
    assert!(matches!(encode(&track), Err(StreamError::TooLong(500_001))));
}

fn packed(frame: &[u8]) -> Vec<u8> {
    let mut whole = Frame::new(0).unwrap();
    whole.bytes.extend(frame);
    whole.compress([MAGIC.as_slice(), &[VERSION]].concat()).unwrap()
}

#[test]
fn a_bomb_is_refused() {
    let bomb = packed(&vec![0; MAX_FRAME_BYTES as usize + 1]);
    assert!(bomb.len() < 10_000);
    assert!(matches!(decode(&bomb), Err(StreamError::TooLarge)));
}

#[test]
fn claims_that_the_bytes_do_not_bear_out_are_refused() {
    // Two numbers of 2^63 − 1 that add up to too much, their first bytes first.
    let too_large = [&[2, 1, 0xfe, 0xfe][..], &[0xff; 16], &[1, 1, 0]].concat();
    let cases: [(&[u8], &str); 6] = [
        (&[0xff, 0xff, 0xff, 0x7f], "sample count"),
        (&[100, 0, 0], "sample count"),
        (&[0, 0, 1, 77, 0, 0], "unknown channel"),
        (&[1, 0, 0, 1, 1, 1], "ends early"),
        (&[0, 0, 0, 0], "trailing bytes"),
        (&too_large, "a number is too large"),
    ];
    for (frame, reason) in cases {
        match decode(&packed(frame)) {
            Err(StreamError::Damaged(found)) => assert_eq!(found, reason, "{frame:?}"),
            other => panic!("{frame:?} gave {other:?}"),
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let mut track = an_hour();
    track.set(Channel::PowerW, (0..3600).map(f64::from).collect()).unwrap();
    let bytes = encode(&track).unwrap();
    for i in (0..bytes.len()).step_by(37) {
        let mut damaged = bytes.clone();
        damaged[i] ^= 1 << (i % 8);
        // A bit that the format does not use may flip without harm; another track must never come out.
        if let Ok(decoded) = decode(&damaged) {
            assert_equal_within_steps(&track, &decoded);
        }
    }
}

/// Columns of realistic and unrealistic values, some missing.
fn any_track() -> impl Strategy<Value = Track> {
    let value = prop_oneof![
        6 => -500.0..5_000.0f64,
        1 => Just(f64::NAN),
        1 => prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
    ];
    let column = (prop::sample::select(Channel::ALL.as_slice()), prop::collection::vec(value, 200));
    let steps = prop::collection::vec(prop_oneof![8 => Just(1.0), 2 => 0.01..90.0f64], 0..200);
    (steps, prop::collection::vec(column, 0..5)).prop_map(|(steps, columns)| {
        let times = steps.iter().scan(0.0, |time, step| {
            *time += step;
            Some(*time)
        });
        let mut track = Track::try_new(times.collect()).unwrap();
        for (channel, values) in columns {
            track.set(channel, values[..track.len()].to_vec()).unwrap();
        }
        track
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_beyond_the_steps(track in any_track()) {
        let bytes = encode(&track).unwrap();
        let decoded = decode(&bytes).unwrap();
        assert_equal_within_steps(&track, &decoded);
        // What was stored once is stored again without any change.
        prop_assert_eq!(encode(&decoded).unwrap(), bytes);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
        // Behind a sound header and frame, so that the reader of columns sees them.
        let _ = decode(&packed(&bytes));
    }

    #[test]
    fn damaged_columns_never_panic(track in any_track(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut frame = decompress(&encode(&track).unwrap()[5..]).unwrap();
        let at = at.index(frame.len());
        frame[at] = byte;
        let _ = decode(&packed(&frame));
    }

    #[test]
    fn zigzag_is_its_own_inverse(value in any::<i64>()) {
        prop_assert_eq!(varint::unzigzag(varint::zigzag(value)), value);
    }
}
