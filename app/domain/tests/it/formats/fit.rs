//! FIT byte by byte: what the reader makes of fields, messages and byte orders that real files hold and an encoder
//! would not write. Never here: the other formats.

use paceline_domain::analysis::{profile::Profile, summary::analyse};
use paceline_domain::formats::{self, Limits, ReadError};
use paceline_domain::model::{Channel, DeviceTotals, LapTrigger, Recording, Session, Sport};

use crate::fit_bytes::{FitBytes, Is};

/// 2026-01-01T00:00:00Z in seconds since 1970, and as FIT counts.
const NEW_YEAR: i64 = 1_767_225_600;
const T0: u32 = (NEW_YEAR - 631_065_600) as u32;

const ACTIVITY: u16 = 34;
const EVENT: u16 = 21;
const LAP: u16 = 19;
const SPORT: u16 = 12;
const RECORD: u16 = 20;
const SESSION: u16 = 18;

fn parse(file: FitBytes) -> Result<Recording, ReadError> {
    formats::read(&file.finish(), None, &Limits::default())
}

fn only_session(file: FitBytes) -> Session {
    let recording = parse(file).unwrap();
    assert!(!recording.truncated);
    assert_eq!(recording.sessions.len(), 1);
    recording.sessions.into_iter().next().unwrap()
}

/// A session of a minute from [`T0`] on, of the sport with this FIT number, with more fields.
fn session(sport: u8, more: &[(u8, Is)]) -> Vec<(u8, Is)> {
    let minute = [(253, Is::U32(T0 + 60)), (2, Is::U32(T0)), (5, Is::Enum(sport)), (7, Is::U32(60_000))];
    [&minute, more].concat()
}

const RUNNING: u8 = 1;
const CYCLING: u8 = 2;

/// A sample some seconds after [`T0`].
fn record(second: u32, more: &[(u8, Is)]) -> Vec<(u8, Is)> {
    [&[(253, Is::U32(T0 + second))], more].concat()
}

fn at(session: &Session, channel: Channel, index: usize) -> f64 {
    session.track.get(channel).unwrap_or_else(|| panic!("no {channel:?}"))[index]
}

fn present(session: &Session, index: usize) -> Vec<Channel> {
    session
        .track
        .channels()
        .filter(|(_, values)| values[index].is_finite())
        .map(|(channel, _)| channel)
        .collect()
}

/// Every field that the reader knows of a record, invalid, each in its own type.
const INVALID_RECORD: [(u8, Is); 12] = [
    (0, Is::I32(i32::MAX)),
    (1, Is::I32(i32::MAX)),
    (2, Is::U16(u16::MAX)),
    (3, Is::U8(u8::MAX)),
    (4, Is::U8(u8::MAX)),
    (5, Is::U32(u32::MAX)),
    (6, Is::U16(u16::MAX)),
    (7, Is::U16(u16::MAX)),
    (13, Is::I8(i8::MAX)),
    (53, Is::U8(u8::MAX)),
    (73, Is::U32(u32::MAX)),
    (78, Is::U32(u32::MAX)),
];

/// Sound values of the same fields.
const SOUND_RECORD: [(u8, Is); 12] = [
    (0, Is::I32(1 << 29)),    // 45 degrees north
    (1, Is::I32(-(1 << 28))), // 22.5 degrees west
    (2, Is::U16(2_600)),
    (3, Is::U8(151)),
    (4, Is::U8(88)),
    (5, Is::U32(12_345)),
    (6, Is::U16(3_456)),
    (7, Is::U16(287)),
    (13, Is::I8(-7)),
    (53, Is::U8(64)),
    (73, Is::U32(4_567)),
    (78, Is::U32(2_750)),
];

#[test]
fn invalid_values_of_every_type_are_missing() {
    let file = FitBytes::activity()
        .message(RECORD, &record(0, &INVALID_RECORD))
        .message(RECORD, &record(1, &SOUND_RECORD))
        .message(SESSION, &session(CYCLING, &[]));
    let session = only_session(file);
    assert_eq!(present(&session, 0), []);
    assert_eq!(present(&session, 1), Channel::ALL);
}

#[test]
fn an_invalid_field_takes_nothing_from_its_sound_neighbour() {
    for (number, _) in INVALID_RECORD {
        let fields: Vec<(u8, Is)> = SOUND_RECORD
            .into_iter()
            .zip(INVALID_RECORD)
            .map(|(sound, invalid)| if sound.0 == number { invalid } else { sound })
            .collect();
        let session = only_session(
            FitBytes::activity()
                .message(RECORD, &record(0, &fields))
                .message(SESSION, &session(CYCLING, &[])),
        );
        let lost = match number {
            0 | 1 => vec![Channel::LatitudeDeg, Channel::LongitudeDeg],
            3 => vec![Channel::HeartRateBpm],
            4 => vec![Channel::CadencePerMin],
            5 => vec![Channel::DistanceM],
            7 => vec![Channel::PowerW],
            13 => vec![Channel::TemperatureC],
            // Altitude and speed come twice, the fraction of cadence is only a part of it.
            _ => vec![],
        };
        let kept: Vec<Channel> = Channel::ALL.into_iter().filter(|channel| !lost.contains(channel)).collect();
        assert_eq!(present(&session, 0), kept, "field {number}");
        if number == 53 {
            assert_eq!(at(&session, Channel::CadencePerMin, 0), 88.0);
        }
        if number == 73 {
            assert_eq!(at(&session, Channel::SpeedMS, 0), 3.456);
        }
        if number == 78 {
            assert_eq!(at(&session, Channel::AltitudeM, 0), 20.0);
        }
    }
}

fn assert_is_the_sound_record(session: &Session, index: usize) {
    let expected = [123.45, 45.0, -22.5, 50.0, 151.0, 88.5, 287.0, -7.0, 4.567];
    for (channel, expected) in Channel::ALL.into_iter().zip(expected) {
        let found = at(session, channel, index);
        assert!((found - expected).abs() < 1e-9, "{channel:?}: {found} is not {expected}");
    }
}

#[test]
fn every_field_has_its_own_scale_in_either_byte_order() {
    for start in [FitBytes::activity(), FitBytes::big_endian_activity()] {
        let file = start
            .message(RECORD, &record(0, &SOUND_RECORD))
            .message(RECORD, &record(3, &SOUND_RECORD))
            .message(SESSION, &session(CYCLING, &[(9, Is::U32(65_432))]));
        let session = only_session(file);
        assert_eq!(session.start.as_second(), NEW_YEAR);
        assert_eq!(session.track.time_s(), [0.0, 3.0]);
        assert_eq!(session.totals.distance_m, Some(654.32));
        assert_is_the_sound_record(&session, 0);
        assert_is_the_sound_record(&session, 1);
    }
}

#[test]
fn plain_speed_and_altitude_count_where_there_is_nothing_better() {
    let session = only_session(
        FitBytes::activity()
            .message(RECORD, &record(0, &[(2, Is::U16(2_600)), (6, Is::U16(3_456))]))
            .message(SESSION, &session(CYCLING, &[])),
    );
    assert_eq!((at(&session, Channel::AltitudeM, 0), at(&session, Channel::SpeedMS, 0)), (20.0, 3.456));
}

#[test]
fn speed_and_distance_in_three_bytes_count_on_beyond_256_metres() {
    // Twelve bits of cm/s, twelve of sixteenths of a metre; field 8 of type byte (0x0d), once invalid.
    let sample = |file: FitBytes, second: u32, bytes: [u8; 3]| {
        file.raw(&[0x40, 0, 0, RECORD as u8, 0, 2, 253, 4, 0x86, 8, 3, 0x0d])
            .raw(&[&[0x00][..], &(T0 + second).to_le_bytes(), &bytes].concat())
    };
    let mut file = FitBytes::activity();
    for (second, bytes) in
        [[0x2c, 0x01, 0x00], [0x90, 0x01, 0xff], [0xff; 3], [0x64, 0x00, 0x01]].iter().enumerate()
    {
        file = sample(file, second as u32, *bytes);
    }
    let session = only_session(file.message(SESSION, &session(CYCLING, &[])));
    let column = |channel| {
        let values = session.track.get(channel).unwrap();
        values.iter().map(|value| value.is_finite().then_some(*value)).collect::<Vec<_>>()
    };
    assert_eq!(column(Channel::SpeedMS), [Some(3.0), Some(4.0), None, Some(1.0)]);
    assert_eq!(column(Channel::DistanceM), [Some(0.0), Some(255.0), None, Some(257.0)]);
}

#[test]
fn a_chained_sequence_counts_its_distance_anew() {
    let sequence = |second: u32, distance: u8| {
        let summary = [(253, Is::U32(T0 + second)), (2, Is::U32(T0 + second)), (7, Is::U32(1000))];
        FitBytes::activity()
            .raw(&[0x40, 0, 0, RECORD as u8, 0, 2, 253, 4, 0x86, 8, 3, 0x0d])
            .raw(&[&[0x00][..], &(T0 + second).to_le_bytes(), &[0x2c, 0x01, distance]].concat())
            .message(SESSION, &summary)
            .finish()
    };
    let chained = [sequence(0, 0xc8), sequence(3600, 0x05)].concat();
    let recording = formats::read(&chained, None, &Limits::default()).unwrap();
    let distances: Vec<f64> =
        recording.sessions.iter().map(|session| at(session, Channel::DistanceM, 0)).collect();
    assert_eq!(distances, [200.0, 5.0]);
}

#[test]
fn unknown_messages_fields_and_developer_fields_are_passed_over() {
    let values = record(0, &[(200, Is::U32(7)), (3, Is::U8(151)), (99, Is::I16(-1))]);
    // A record definition that announces a developer field of two bytes, described nowhere.
    let with_developer = FitBytes::activity()
        .message(0xff12, &[(1, Is::U32(1)), (253, Is::U32(T0))])
        .message(RECORD, &values)
        .raw(&[0x61, 0, 0, RECORD as u8, 0, 2, 253, 4, 0x86, 3, 1, 0x02, 1, 0, 2, 0])
        .raw(&[&[0x01][..], &(T0 + 1).to_le_bytes(), &[152, 0xab, 0xcd]].concat())
        .message(RECORD, &record(2, &[(3, Is::U8(153))]))
        .message(SESSION, &session(CYCLING, &[]));
    let session = only_session(with_developer);
    assert_eq!(session.track.time_s(), [0.0, 1.0, 2.0]);
    assert_eq!(session.track.get(Channel::HeartRateBpm).unwrap(), [151.0, 152.0, 153.0]);
}

#[test]
fn compressed_timestamps_count_on_from_the_last_one() {
    let beat = [(3, Is::U8(150))];
    let offset = |second: u32| 0x80 | 1 << 5 | ((T0 + second) & 0x1f) as u8;
    let file = FitBytes::activity()
        .message(RECORD, &record(0, &beat))
        .define(1, RECORD, &beat)
        .values(offset(1), &beat)
        .values(offset(30), &beat)
        // The five bits begin anew.
        .values(offset(33), &beat)
        .message(SESSION, &session(CYCLING, &[]));
    assert_eq!(only_session(file).track.time_s(), [0.0, 1.0, 30.0, 33.0]);
}

#[test]
fn times_relative_to_the_start_of_the_device_say_nothing() {
    let beat = (3, Is::U8(150));
    let file = FitBytes::activity()
        .message(RECORD, &[(253, Is::U32(0x0fff_ffff)), beat])
        .message(RECORD, &[beat])
        .message(RECORD, &[(253, Is::U32(u32::MAX)), beat])
        .message(RECORD, &record(5, &[beat]))
        .message(SESSION, &session(CYCLING, &[]));
    let session = only_session(file);
    assert_eq!((session.start.as_second(), session.track.time_s()), (NEW_YEAR, &[5.0][..]));
    let only = FitBytes::activity().message(RECORD, &[(253, Is::U32(0x0fff_ffff)), beat]);
    assert_eq!(parse(only).unwrap_err().code(), "no_samples");
    // The first moment that counts from 1989.
    let oldest = FitBytes::activity().message(RECORD, &[(253, Is::U32(0x1000_0000)), beat]);
    assert_eq!(only_session(oldest).start.as_second(), 631_065_600 + 0x1000_0000);
}

/// Fields of a session's totals and of a lap's, in the order of [`totals`].
const SESSION_TOTALS: [u8; 8] = [8, 9, 22, 23, 16, 17, 18, 20];
const LAP_TOTALS: [u8; 8] = [8, 9, 21, 22, 15, 16, 17, 19];

fn totals(
    numbers: [u8; 8],
    timer: u32,
    distance: u32,
    small: [u16; 2],
    beats: [u8; 3],
    power: u16,
) -> Vec<(u8, Is)> {
    let values = [
        Is::U32(timer),
        Is::U32(distance),
        Is::U16(small[0]),
        Is::U16(small[1]),
        Is::U8(beats[0]),
        Is::U8(beats[1]),
        Is::U8(beats[2]),
        Is::U16(power),
    ];
    numbers.into_iter().zip(values).collect()
}

fn with_totals(sport: u8, of: impl Fn([u8; 8]) -> Vec<(u8, Is)>) -> Session {
    let lap =
        session(sport, &of(LAP_TOTALS)).into_iter().filter(|(number, _)| *number != 5).collect::<Vec<_>>();
    only_session(
        FitBytes::activity()
            .message(RECORD, &record(0, &[(3, Is::U8(150))]))
            .message(LAP, &lap)
            .message(SESSION, &session(sport, &of(SESSION_TOTALS))),
    )
}

#[test]
fn stated_totals_are_read_with_their_scales_and_both_feet() {
    for (sport, cadence) in [(RUNNING, 176.0), (CYCLING, 88.0)] {
        let session =
            with_totals(sport, |numbers| totals(numbers, 59_500, 20_012, [31, 29], [151, 172, 88], 287));
        let expected = DeviceTotals {
            elapsed_s: Some(60.0),
            timer_s: Some(59.5),
            distance_m: Some(200.12),
            ascent_m: Some(31.0),
            descent_m: Some(29.0),
            avg_heart_rate_bpm: Some(151.0),
            max_heart_rate_bpm: Some(172.0),
            avg_cadence_per_min: Some(cadence),
            avg_power_w: Some(287.0),
            ..DeviceTotals::default()
        };
        assert_eq!((session.totals, session.laps[0].totals), (expected, expected));
    }
}

#[test]
fn invalid_totals_are_not_stated() {
    let session = with_totals(CYCLING, |numbers| {
        totals(numbers, u32::MAX, u32::MAX, [u16::MAX; 2], [u8::MAX; 3], u16::MAX)
    });
    let expected = DeviceTotals { elapsed_s: Some(60.0), ..DeviceTotals::default() };
    assert_eq!((session.totals, session.laps[0].totals), (expected, expected));
}

#[test]
fn totals_that_no_body_and_no_session_has_are_not_stated() {
    // No sensor was worn: zero beats. Forty days of timer. Eleven thousand kilometres. A fall of power.
    let session = with_totals(CYCLING, |numbers| {
        totals(numbers, 40 * 86_400_000, 1_100_000_000, [31, 29], [0, 19, 254], 3001)
    });
    let expected = DeviceTotals {
        elapsed_s: Some(60.0),
        ascent_m: Some(31.0),
        descent_m: Some(29.0),
        avg_cadence_per_min: Some(254.0),
        ..DeviceTotals::default()
    };
    assert_eq!((session.totals, session.laps[0].totals), (expected, expected));
    let session = with_totals(RUNNING, |numbers| totals(numbers, 0, 0, [0, 0], [251, 254, 254], 0));
    let zero = Some(0.0);
    let expected = DeviceTotals {
        elapsed_s: Some(60.0),
        timer_s: zero,
        distance_m: zero,
        ascent_m: zero,
        descent_m: zero,
        avg_power_w: zero,
        ..DeviceTotals::default()
    };
    assert_eq!((session.totals, session.laps[0].totals), (expected, expected), "both feet, 508 steps");
}

/// A timer event: 0 starts; 1, 4, 8 and 9 stop.
fn timer(file: FitBytes, second: u32, kind: u8) -> FitBytes {
    file.message(EVENT, &[(253, Is::U32(T0 + second)), (0, Is::Enum(0)), (1, Is::Enum(kind))])
}

fn pauses_of(events: &[(u32, u8)]) -> Option<Vec<(f64, f64)>> {
    let mut file = FitBytes::activity();
    for &(second, kind) in events {
        file = timer(file, second, kind);
    }
    let file = file
        .message(RECORD, &record(0, &[(3, Is::U8(150))]))
        .message(RECORD, &record(60, &[(3, Is::U8(150))]))
        .message(SESSION, &session(CYCLING, &[]));
    let pauses = only_session(file).pauses?;
    Some(pauses.into_iter().map(|pause| (pause.start_s, pause.end_s)).collect())
}

#[test]
fn pauses_lie_between_a_stop_and_the_next_start() {
    assert_eq!(pauses_of(&[]), None);
    assert_eq!(pauses_of(&[(0, 0), (60, 4)]), Some(vec![]));
    assert_eq!(pauses_of(&[(0, 0), (10, 1), (15, 0), (60, 4)]), Some(vec![(10.0, 15.0)]));
    // Each kind of stop; a second stop does not begin anew, a second start changes nothing.
    for stop in [1, 4, 8, 9] {
        let events = [(0, 0), (10, stop), (12, stop), (15, 0), (20, 0), (30, stop), (31, 0)];
        assert_eq!(pauses_of(&events), Some(vec![(10.0, 15.0), (30.0, 31.0)]), "kind {stop}");
    }
    // In any order of writing; other kinds are markers.
    assert_eq!(pauses_of(&[(15, 0), (10, 1), (0, 0), (20, 3)]), Some(vec![(10.0, 15.0)]));
    assert_eq!(pauses_of(&[(10, 3)]), None);
}

#[test]
fn a_stop_without_a_start_lasts_to_the_end_unless_the_timer_ran_on() {
    assert_eq!(pauses_of(&[(0, 0), (30, 4)]), Some(vec![(30.0, 60.0)]));
    assert_eq!(pauses_of(&[(0, 0), (10, 1), (20, 0), (40, 4)]), Some(vec![(10.0, 20.0), (40.0, 60.0)]));
    assert_eq!(
        (pauses_of(&[(0, 0), (58, 4)]), pauses_of(&[(57, 4)])),
        (Some(vec![]), Some(vec![(57.0, 60.0)]))
    );
    let stated = |timer_s: u32| {
        let file = timer(timer(FitBytes::activity(), 0, 0), 30, 4)
            .message(RECORD, &record(0, &[(3, Is::U8(150))]))
            .message(RECORD, &record(60, &[(3, Is::U8(150))]))
            .message(SESSION, &session(CYCLING, &[(8, Is::U32(timer_s * 1000))]));
        only_session(file).pauses.unwrap().len()
    };
    assert_eq!((stated(30), stated(44)), (1, 1));
    assert_eq!((stated(46), stated(60)), (0, 0), "a start was lost");
}

/// Half an hour on foot at 3 m/s; then the timer is stopped, and the watch goes on recording in a car for ten minutes.
#[test]
fn what_is_recorded_after_the_last_stop_makes_no_records() {
    let metres = |second: u32| 3 * second.min(1800) + 9 * second.saturating_sub(1800);
    for stated in [true, false] {
        let mut file = timer(FitBytes::activity(), 0, 0);
        for second in (0..=2400).step_by(5) {
            file = file.message(RECORD, &record(second, &[(5, Is::U32(metres(second) * 100))]));
        }
        file = timer(file, 1800, 4);
        let totals = [(7, Is::U32(2_400_000)), (8, Is::U32(1_800_000)), (9, Is::U32(540_000))];
        let summary = [(253, Is::U32(T0 + 2400)), (2, Is::U32(T0)), (5, Is::Enum(RUNNING))];
        let more: &[(u8, Is)] = if stated { &totals } else { &totals[..1] };
        let run = only_session(file.message(SESSION, &[&summary, more].concat()));
        let found = analyse(&run, &Profile::default());
        assert_eq!((found.distance_m, found.moving_time_s), (Some(5400.0), 1800.0));
        let efforts: Vec<(f64, f64)> =
            found.best_efforts.iter().map(|effort| (effort.distance_m, effort.elapsed_s.round())).collect();
        assert_eq!(efforts.last(), Some(&(5000.0, 1667.0)));
        assert_eq!(efforts[0], (400.0, 133.0));
        assert!((found.ngp_m_s.unwrap() - 3.0).abs() < 1e-3, "{:?}", found.ngp_m_s);
        assert_eq!(found.splits_km.len(), 6);
    }
}

#[test]
fn the_rating_of_the_effort_is_read() {
    let rated = |rpe: u8| {
        let file = FitBytes::activity().message(RECORD, &record(0, &[(3, Is::U8(100))]));
        only_session(file.message(SESSION, &session(RUNNING, &[(193, Is::U8(rpe))]))).totals.rpe
    };
    // Tenths; 0 is nobody's rating of a workout, 255 the invalid value.
    assert_eq!([10, 70, 75, 100].map(rated), [Some(1.0), Some(7.0), Some(7.5), Some(10.0)]);
    assert_eq!([0, 101, 255].map(rated), [None; 3]);
}

#[test]
fn what_is_wide_of_a_sport_is_told_by_its_kind() {
    let kinds = [
        ((10, 20), Sport::Strength),
        ((10, 43), Sport::Flexibility),
        ((10, 19), Sport::Flexibility),
        ((4, 14), Sport::Rowing),
        ((4, 1), Sport::Run),
        ((0, 6), Sport::Cycling),
        ((10, 26), Sport::Other),
        ((4, 200), Sport::Other),
        // What is a sport already stays one, and what is another has no kind of ours.
        ((RUNNING, 20), Sport::Run),
        ((13, 1), Sport::Other),
        ((22, 0), Sport::Other),
    ];
    for ((sport, kind), expected) in kinds {
        let sample = || FitBytes::activity().message(RECORD, &record(0, &[(3, Is::U8(100))]));
        let summary = session(sport, &[(6, Is::Enum(kind))]);
        let found = only_session(sample().message(SESSION, &summary));
        assert_eq!(found.sport, expected, "session {sport}/{kind}");
        // Without a summary by the sport message, else by the lap.
        let lap = [(253, Is::U32(T0)), (2, Is::U32(T0)), (25, Is::Enum(sport)), (39, Is::Enum(kind))];
        let named = [(0, Is::Enum(sport)), (1, Is::Enum(kind))];
        for file in [sample().message(LAP, &lap), sample().message(SPORT, &named)] {
            assert_eq!(only_session(file).sport, expected, "without a summary, {sport}/{kind}");
        }
    }
}

/// A run of half an hour at 3 m/s without a summary, of which the samples from some second on are later than they were.
fn shifted(from: u32, to: u32, by_s: u32) -> (Session, Vec<String>) {
    let mut file = timer(FitBytes::activity(), 0, 0);
    for second in 0..=1800 {
        let time = if (from..to).contains(&second) { second + by_s } else { second };
        file = file.message(RECORD, &record(time, &[(5, Is::U32(second * 300))]));
    }
    let recording = parse(file).unwrap();
    let codes = recording.warnings.into_iter().map(|warning| warning.code).collect();
    (recording.sessions.into_iter().next().unwrap(), codes)
}

#[test]
fn one_wild_time_is_not_days_of_running() {
    let (run, codes) = shifted(700, 704, 1_300_000);
    assert_eq!(codes, ["no_session", "times_far_apart"]);
    assert_eq!((run.track.len(), run.track.span_s()), (1797, 1800.0));
    assert_eq!(analyse(&run, &Profile::default()).moving_time_s, 1800.0);
    // A watch whose clock is set by the first fix after a minute: both parts are the run's, the days between are not.
    let (run, codes) = shifted(60, 1801, 1_300_000);
    assert_eq!((codes.as_slice(), run.track.len()), (["no_session".to_owned()].as_slice(), 1801));
    assert_eq!(analyse(&run, &Profile::default()).moving_time_s, 1799.0);
    // Less than six hours without a sample are the timer's.
    let (run, _) = shifted(60, 1801, 21_500);
    assert_eq!(analyse(&run, &Profile::default()).moving_time_s, 23_300.0);
}

#[test]
fn laps_and_samples_go_to_the_session_in_whose_time_they_fall() {
    let leg = |sport: u8, from: u32, to: u32| {
        [
            (253, Is::U32(T0 + to)),
            (2, Is::U32(T0 + from)),
            (5, Is::Enum(sport)),
            (7, Is::U32((to - from) * 1000)),
        ]
    };
    let lap = |from: u32, to: u32, trigger: u8| {
        [
            (253, Is::U32(T0 + to)),
            (2, Is::U32(T0 + from)),
            (7, Is::U32((to - from) * 1000)),
            (24, Is::Enum(trigger)),
        ]
    };
    let mut file = FitBytes::activity();
    for second in [0, 50, 99, 100, 130] {
        file = file.message(RECORD, &record(second, &[(3, Is::U8(150))]));
    }
    let file = file
        .message(LAP, &lap(0, 40, 0))
        .message(LAP, &lap(40, 99, 2))
        // Rounded down: a second before its session.
        .message(LAP, &lap(99, 130, 7))
        .message(SESSION, &leg(RUNNING, 100, 130))
        .message(SESSION, &leg(CYCLING, 0, 100));
    let recording = parse(file).unwrap();
    let found: Vec<_> = recording
        .sessions
        .iter()
        .map(|session| {
            let laps: Vec<_> = session.laps.iter().map(|lap| (lap.start_s, lap.end_s, lap.trigger)).collect();
            (session.sport, session.track.time_s().to_vec(), laps)
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                Sport::Cycling,
                vec![0.0, 50.0, 99.0],
                vec![(0.0, 40.0, LapTrigger::Manual), (40.0, 99.0, LapTrigger::Distance)]
            ),
            (Sport::Run, vec![0.0, 30.0], vec![(0.0, 31.0, LapTrigger::SessionEnd)]),
        ]
    );
    assert!(!recording.is_one_event);
}

#[test]
fn three_ways_of_saying_that_sessions_are_one_event() {
    let plain = || FitBytes::activity().message(RECORD, &record(0, &[(3, Is::U8(150))]));
    let of = |file: FitBytes| parse(file).unwrap().is_one_event;
    let manual = |file: FitBytes| file.message(ACTIVITY, &[(253, Is::U32(T0)), (2, Is::Enum(0))]);
    assert!(!of(manual(plain().message(SESSION, &session(CYCLING, &[(28, Is::Enum(0))])))));
    // Ended by the change of the sport; a transition; the activity's own type.
    assert!(of(manual(plain().message(SESSION, &session(CYCLING, &[(28, Is::Enum(2))])))));
    assert!(of(manual(plain().message(SESSION, &session(3, &[])))));
    assert!(of(plain().message(SESSION, &session(CYCLING, &[])).message(ACTIVITY, &[(2, Is::Enum(1))])));
}

#[test]
fn the_local_clock_is_a_zone_to_the_quarter_of_an_hour() {
    for (local, expected) in
        [(5 * 3600 + 1800, Some(19_800)), (-12_599, Some(-12_600)), (15 * 3600, None), (-3_000_000, None)]
    {
        let local_time = (i64::from(T0) + local) as u32;
        let file = FitBytes::activity()
            .message(RECORD, &record(0, &[(3, Is::U8(150))]))
            .message(SESSION, &session(CYCLING, &[]))
            .message(ACTIVITY, &[(253, Is::U32(T0)), (5, Is::U32(local_time))]);
        let offset = only_session(file).local_offset.map(jiff::tz::Offset::seconds);
        assert_eq!(offset, expected, "{local}");
    }
}
