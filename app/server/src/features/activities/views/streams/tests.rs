//! The size of the answer, and what survives of the values.

use super::*;

/// A recording of `samples` seconds; `value` gives each channel its value at each time.
fn track(samples: usize, value: impl Fn(Channel, f64) -> f64) -> Track {
    let times: Vec<f64> = (0..samples).map(|i| i as f64).collect();
    let mut track = Track::try_new(times.clone()).unwrap();
    for channel in Channel::ALL {
        track.set(channel, times.iter().map(|time| value(channel, *time)).collect()).unwrap();
    }
    track
}

/// A long ride in the west of America, as a device writes it.
fn ride(channel: Channel, time: f64) -> f64 {
    let wobble = (time * 0.37).sin();
    match channel {
        Channel::DistanceM => time * 8.1234,
        Channel::LatitudeDeg => 37.4219983 + time * 1e-5,
        Channel::LongitudeDeg => -122.0840575 - time * 1e-5,
        Channel::AltitudeM => 1234.56 + 100.0 * wobble,
        Channel::HeartRateBpm => 150.0 + 10.0 * wobble,
        Channel::CadencePerMin => 87.5 + wobble,
        Channel::PowerW => 250.4 + 80.0 * wobble,
        Channel::TemperatureC => 21.3 + wobble,
        Channel::SpeedMS => 8.1234 + wobble,
    }
}

fn asking(channels: &[Channel], points: usize) -> StreamRequest {
    StreamRequest { channels: channels.to_vec(), points, from_s: f64::NEG_INFINITY, to_s: f64::INFINITY }
}

fn json(streams: &Streams) -> (usize, serde_json::Value) {
    let bytes = serde_json::to_vec(streams).unwrap();
    (bytes.len(), serde_json::from_slice(&bytes).unwrap())
}

#[test]
fn nine_channels_of_a_thousand_points_fit_into_60_kb() {
    let streams = Streams::new(Uuid::max(), &track(16_547, ride), &asking(&Channel::ALL, 1000));
    let (bytes, json) = json(&streams);
    assert!(bytes <= 60_000, "{bytes} bytes");
    assert_eq!(json["points"], 1000, "the ordinary case loses no point");
    assert_eq!(json["time_s"].as_array().unwrap().len(), 1000);
    for channel in Channel::ALL {
        assert_eq!(json["channels"][channel.as_str()].as_array().unwrap().len(), 1000, "{channel:?}");
    }
}

#[test]
fn the_longest_numbers_cost_points_and_not_bytes() {
    let monster = |channel: Channel, time: f64| ride(channel, time) * -12_345.678_9;
    let streams = Streams::new(Uuid::max(), &track(20_000, monster), &asking(&Channel::ALL, 1000));
    let (bytes, json) = json(&streams);
    assert!(bytes <= 60_000, "{bytes} bytes");
    assert!((300..1000).contains(&json["points"].as_u64().unwrap()), "{}", json["points"]);
}

#[test]
fn missing_values_are_null_and_whole_ones_short() {
    let mut track = Track::try_new(vec![0.0, 1.0, 2.25]).unwrap();
    track.set(Channel::HeartRateBpm, vec![f64::NAN, 150.4, 151.0]).unwrap();
    track.set(Channel::SpeedMS, vec![3.0, 3.2189, -0.0]).unwrap();
    let asked = [Channel::HeartRateBpm, Channel::SpeedMS, Channel::PowerW];
    let text = serde_json::to_string(&Streams::new(Uuid::nil(), &track, &asking(&asked, 1000))).unwrap();
    assert!(text.contains(r#""time_s":[0,1,2.3]"#), "{text}");
    assert!(text.contains(r#""heart_rate_bpm":[null,150,151]"#), "{text}");
    assert!(text.contains(r#""speed_m_s":[3,3.22,0]"#), "{text}");
    assert!(!text.contains("power_w"), "a channel that was not recorded is absent: {text}");
}

#[test]
fn an_activity_without_a_track_has_no_samples() {
    let (_, json) = json(&Streams::empty(Uuid::nil()));
    assert_eq!((&json["samples"], &json["points"]), (&0.into(), &0.into()));
    assert_eq!(json["time_s"], serde_json::json!([]));
}

#[test]
fn columns_that_were_not_asked_for_are_named() {
    let streams = Streams::new(Uuid::nil(), &track(10, ride), &asking(&[Channel::PowerW], 5));
    let (_, json) = json(&streams);
    assert_eq!(json["channels"].as_object().unwrap().len(), 1);
    assert_eq!(json["recorded"].as_array().unwrap().len(), 9);
    assert_eq!((&json["samples"], &json["points"]), (&10.into(), &5.into()));
}

#[test]
fn a_window_is_answered_in_full_and_finer() {
    let mut track = track(20_000, ride);
    let power = (0..20_000).map(|i| if i < 10_000 { 250.0 } else { f64::NAN }).collect();
    track.set(Channel::PowerW, power).unwrap();
    let asked = StreamRequest { from_s: 15_000.0, to_s: 15_009.5, ..asking(&Channel::ALL, 1000) };
    let (_, json) = json(&Streams::new(Uuid::nil(), &track, &asked));
    assert_eq!(
        (&json["samples"], &json["in_window"], &json["points"]),
        (&20_000.into(), &10.into(), &10.into())
    );
    assert_eq!((&json["time_s"][0], &json["time_s"][9]), (&15_000.into(), &15_009.into()));
    assert_eq!(json["channels"]["distance_m"][1], 121_859.1, "a tenth of a metre is seen here");
    let nothing = serde_json::json!([null, null, null, null, null, null, null, null, null, null]);
    assert_eq!(json["channels"]["power_w"], nothing, "recorded, if not here");
    let none = StreamRequest { from_s: 30_000.0, to_s: 40_000.0, ..asked };
    let (_, json) = self::json(&Streams::new(Uuid::nil(), &track, &none));
    assert_eq!((&json["in_window"], &json["points"]), (&0.into(), &0.into()));
    assert_eq!(json["recorded"].as_array().unwrap().len(), 9);
}

proptest::proptest! {
    /// Whatever was recorded, the answer keeps its limit and its columns their common length.
    #[test]
    fn the_limit_always_holds(
        samples in 1usize..3000, points in 2usize..=1000, scale in -1e12f64..1e12, holes in 2usize..50,
    ) {
        let odd = |channel: Channel, time: f64| {
            if (time as usize).is_multiple_of(holes) { f64::NAN } else { ride(channel, time) * scale }
        };
        let streams = Streams::new(Uuid::max(), &track(samples, odd), &asking(&Channel::ALL, points));
        proptest::prop_assert!(streams.points <= points);
        let equal = streams.channels.values().all(|column| column.values.len() == streams.points);
        proptest::prop_assert!(equal && streams.time_s.values.len() == streams.points);
        proptest::prop_assert!(json(&streams).0 <= 60_000);
    }
}
